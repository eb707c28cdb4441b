//! `kefu check`: says what would happen and leaves nothing behind.

use crate::builder::{Centre, contents, repository};

#[test]
fn a_dry_run_tells_tables_columns_and_rejects_and_writes_nothing() {
    let centre = Centre::small().file(
        "broken.csv",
        "chat_id,started_at,platform\nx,2026-02-30,微信\n",
    );
    let before = contents(&centre.path(""));
    let ran = centre.kefu(&["check", "in"]).ok();
    for part in [
        "calls.csv: calls (recognised by its header, utf-8, delimiter ','), 4 rows, 0 would be rejected",
        "started_at           <- 呼叫时间",
        "broken.csv:2: column started_at `2026-02-30`: not a time, or an impossible date",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert_eq!(before, contents(&centre.path("")), "nothing was written");
}

#[test]
fn an_unknown_file_is_an_error_with_the_next_step() {
    let centre = Centre::new().file("x.csv", "技能组,工号,通话时长\n查询,A1,3\n");
    let ran = centre.kefu(&["check", "in"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("looks most like calls, but has no column for call_id, started_at"),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("hint: `kefu check FILE` proposes a [source.NAME] section"),
        "{}",
        ran.err
    );
}

const HOTLINE: &str = "\
热线报表,,,,,,,,,,
记录号,日期,时刻,分组,坐席编号,客户手机,结果,等候(毫秒),通话,评价(10分制),备注
R0001,03/14/2026,09:12:58,查件,A17,13800138000,OK,10900,95,9,
R0002,03/15/2026,09:15:02,催件,A18,13800138001,LOST,45000,,,王先生很急
R0003,03/15/2026,10:47:31,查件,A17,13800138002,OK,1200,31,10,
R0004,03/16/2026,11:02:11,投诉,A19,13800138003,TEST,300,12,1,
R0005,03/17/2026,15:30:45,查件,A18,13800138004,OK,7100,140,7,
R0006,03/18/2026,16:01:09,催件,A17,13800138000,OK,5500,88,8,
";

#[test]
fn the_proposal_for_an_unknown_file_is_a_mapping_of_it() {
    let centre = Centre::new().file("hotline_2026.csv", HOTLINE);
    let unknown = centre.kefu(&["check", "in"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.out.contains("[source.hotline_2026]"),
        "{}",
        unknown.out
    );
    assert!(
        unknown.out.contains("# not placed: 备注"),
        "{}",
        unknown.out
    );
    assert!(!unknown.out.contains("13800138"), "{}", unknown.out);

    let centre = centre.config(&unknown.out);
    let mapped = centre.kefu(&["check", "in"]).ok();
    for part in [
        "hotline_2026.csv: calls (source hotline_2026, utf-8, delimiter ',', first row in line 3), 6 rows, 0 would be rejected",
        "started_at           <- 日期+时刻",
        "wait_s               <- 等候(毫秒)",
    ] {
        assert!(mapped.out.contains(part), "{part} in {}", mapped.out);
    }
}

#[test]
fn two_files_of_one_kind_get_one_section() {
    let centre = Centre::new()
        .file("a.csv", HOTLINE)
        .file("b.csv", HOTLINE.replace("R000", "R100"));
    let ran = centre.kefu(&["check", "in"]);
    assert_eq!(ran.out.matches("[source.a]").count(), 2, "{}", ran.out);
    assert!(
        ran.out.contains("# b.csv: as [source.a] above"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("[source.b"), "{}", ran.out);
}

#[test]
fn the_proposal_is_a_field_of_the_json() {
    let centre = Centre::new().file("hotline.csv", HOTLINE);
    let ran = centre.kefu(&["check", "in", "--json"]);
    assert_eq!(ran.code, 1);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let proposal = &json[0]["proposal"];
    assert_eq!(json[0]["file"], "hotline.csv");
    assert_eq!(proposal["table"], "calls");
    assert_eq!(proposal["columns"]["started_at"][1], "时刻");
    assert_eq!(proposal["unplaced"][0], "备注");
}

/// The rows of [`HOTLINE`] below its title.
fn hotline() -> Vec<Vec<&'static str>> {
    HOTLINE
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect()
}

fn workbook(sheets: &[(&str, Vec<Vec<&str>>)]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write(row, column, *cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn hotline_json() -> String {
    let rows = hotline();
    let records: Vec<serde_json::Value> = rows[1..]
        .iter()
        .map(|row| {
            let pairs = rows[0].iter().zip(row);
            serde_json::Value::Object(
                pairs
                    .map(|(name, cell)| ((*name).to_owned(), (*cell).into()))
                    .collect(),
            )
        })
        .collect();
    serde_json::json!({ "data": { "items": records } }).to_string()
}

#[test]
fn sheets_and_json_get_proposals_that_read_them() {
    let glossary = vec![
        vec!["代码", "含义"],
        vec!["OK", "接通"],
        vec!["LOST", "放弃"],
    ];
    let calls = crate::builder::CALLS
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let book = workbook(&[("接通", calls), ("热线", hotline()), ("说明", glossary)]);
    for (file, content, source, name) in [
        ("book.xlsx", book, "book_热线", "book.xlsx › 热线: calls"),
        (
            "api.json",
            hotline_json().into_bytes(),
            "api",
            "api.json: calls",
        ),
    ] {
        let centre = Centre::new().file(file, content);
        let unknown = centre.kefu(&["check", "in"]);
        let section = unknown.out.find("# ").map_or("", |at| &unknown.out[at..]);
        assert_eq!(
            section.matches("recognise = ").count(),
            1,
            "{}",
            unknown.out
        );
        assert!(section.contains(source), "{}\n{}", unknown.out, unknown.err);
        let centre = centre.config(section);
        let mapped = centre.kefu(&["check", "in"]).ok();
        assert!(
            mapped.out.contains(&format!("{name} (source {source}, ")),
            "{}",
            mapped.out
        );
    }
}

#[test]
fn a_source_keeps_to_its_sheet_and_is_named_with_its_title() {
    let book = workbook(&[("一月", hotline()), ("作废", hotline())]);
    let centre = Centre::new().file("book.xlsx", book).config(
        "[source.hotline]\ntitle = { en = \"Old hotline\", zh = \"旧热线\" }\ntable = \"calls\"\nsheet = \"一月\"\n\
         [source.hotline.columns]\ncall_id = \"记录号\"\nstarted_at = { join = [\"日期\", \"时刻\"] }\n",
    );
    let ran = centre.kefu(&["check", "in"]).ok();
    let first = "book.xlsx › 一月: calls (source hotline: Old hotline, workbook), 6 rows, 0 would be rejected";
    assert!(ran.out.starts_with(first), "{}", ran.out);
    assert!(!ran.out.contains("作废:"), "{}", ran.out);
    assert!(
        ran.err.contains("book.xlsx › 作废 is left out")
            && ran
                .err
                .contains("[source.hotline], which reads only the sheet `一月`"),
        "{}",
        ran.err
    );
    let ran = centre.kefu(&["check", "in", "--lang", "zh"]).ok();
    for part in [
        "book.xlsx › 一月：calls（来源 hotline：旧热线，workbook），6 行，其中 0 行将被拒收",
        "由数值判断：日期+时刻：月在前：6 个值中有 ",
        "未用到的列：",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
}

#[test]
fn a_summary_table_gets_no_proposal() {
    let centre = Centre::new().file("pivot.csv", "Row Labels,Count of id\nNegative,11063\n");
    let ran = centre.kefu(&["check", "in"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

/// Two of the damaged copies make the library that reads them panic.
#[test]
fn damaged_workbooks_are_errors_without_a_panic_message() {
    let fixture = repository().join("src/ingest/fixtures/calls.xls");
    let whole = std::fs::read(fixture).unwrap();
    let mut centre = Centre::new();
    for at in (0..whole.len()).step_by(whole.len() / 100) {
        let mut bytes = whole.clone();
        bytes
            .iter_mut()
            .skip(at)
            .take(8)
            .for_each(|byte| *byte ^= 0xff);
        centre = centre.file(&format!("{at}.xls"), bytes);
    }
    let ran = centre.kefu(&["check", "in"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains(".xls: is a damaged workbook\n"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

#[test]
fn the_halves_of_a_rotated_event_log_say_what_to_do() {
    let first = "1772416800|c1|hotline|NONE|ENTERQUEUE||1390\n";
    let second = "1772416810|c1|hotline|Agent/7|CONNECT|10\n1772416900|c1|hotline|Agent/7|COMPLETEAGENT|10|90|1\n";
    let centre = Centre::new()
        .file("queue_log.1", first)
        .file("queue_log", second);
    let ran = centre
        .kefu(&["check", "in/queue_log.1", "in/queue_log"])
        .ok();
    for part in [
        "queue_log.1:1: column event `c1`: the log ends before the call does",
        "queue_log:1: column event `call id never entered a queue`: the end of a call whose beginning",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    assert_eq!(
        ran.out
            .matches("`cat queue_log.1 queue_log | kefu run -`")
            .count(),
        3,
        "{}",
        ran.out
    );
    let joined = Centre::new().file("joined", [first, second].concat());
    let ran = joined.kefu(&["check", "in/joined"]).ok();
    assert!(
        ran.out.contains("1 rows, 0 would be rejected"),
        "{}",
        ran.out
    );
}
