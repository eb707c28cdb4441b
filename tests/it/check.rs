//! `kefu check`: says what would happen and leaves nothing behind.

use crate::builder::{Centre, contents};

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

#[test]
fn a_summary_table_gets_no_proposal() {
    let centre = Centre::new().file("pivot.csv", "Row Labels,Count of id\nNegative,11063\n");
    let ran = centre.kefu(&["check", "in"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}
