//! What a centre drops into the folder: every format, every fault, and what is said about it.

use std::fmt::Write as _;
use std::io::Write;

use arrow::array::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rust_xlsxwriter::{Format, Workbook};

use crate::builder::{CALLS, Centre, contents, repository};

/// The calls of the builder in another file format.
fn gz(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file(name, zip::write::SimpleFileOptions::default())
        .unwrap();
    archive.write_all(bytes).unwrap();
    archive.finish().unwrap().into_inner()
}

/// A workbook as a system exports it: a title over the table, text cells, a row of totals.
fn workbook(text: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let notes = book.add_worksheet().set_name("说明").unwrap();
    notes.write_string(0, 0, "本表由系统导出").unwrap();
    let sheet = book.add_worksheet().set_name("通话明细").unwrap();
    sheet
        .merge_range(0, 0, 0, 5, "通话明细（三月）", &Format::new())
        .unwrap();
    let mut last = 0;
    for (row, line) in (2_u32..).zip(text.lines()) {
        for (column, cell) in (0_u16..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).unwrap();
        }
        last = row;
    }
    sheet.write_string(last + 1, 0, "合计").unwrap();
    sheet.write_number(last + 1, 3, 4).unwrap();
    book.save_to_buffer().unwrap()
}

/// The same rows as JSON lines.
fn json(text: &str) -> String {
    let mut lines = text.lines().map(|line| line.split(','));
    let header: Vec<&str> = lines.next().unwrap().collect();
    let mut out = String::new();
    for line in lines {
        let object: serde_json::Map<String, serde_json::Value> = header
            .iter()
            .map(ToString::to_string)
            .zip(line.map(Into::into))
            .collect();
        out += &serde_json::Value::Object(object).to_string();
        out.push('\n');
    }
    out
}

fn figures(centre: &Centre) -> String {
    centre
        .kefu(&["kpi", "--by", "queue", "--format", "csv"])
        .ok()
        .out
}

#[test]
fn the_same_calls_in_every_format_give_the_same_figures() {
    let plain = Centre::new().file("calls.csv", CALLS);
    plain.run(&[]);
    let expect = figures(&plain);
    let gb18030 = encoding_rs::GB18030.encode(CALLS).0.into_owned();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(CALLS.encode_utf16().flat_map(u16::to_le_bytes));
    let zst = zstd::encode_all(CALLS.as_bytes(), 3).unwrap();
    for (name, bytes, rejected) in [
        ("calls.csv.gz", gz(CALLS), 0),
        ("calls.csv.zst", zst, 0),
        ("calls.zip", zipped("导出/calls.csv", CALLS.as_bytes()), 0),
        ("calls.xlsx", workbook(CALLS), 1),
        ("book.zip", zipped("calls.xlsx", &workbook(CALLS)), 1),
        ("calls.jsonl", json(CALLS).into_bytes(), 0),
        ("calls.tsv", CALLS.replace(',', "\t").into_bytes(), 0),
        ("calls.txt", CALLS.replace(',', "|").into_bytes(), 0),
        ("gbk.csv", gb18030, 0),
        ("utf16.csv", utf16, 0),
        ("mac.csv", CALLS.replace('\n', "\r").into_bytes(), 0),
        (
            "empty_columns.csv",
            CALLS.replace('\n', ",,,\n").into_bytes(),
            0,
        ),
        (
            "blank_lines.csv",
            format!("\n\n{CALLS}{}", ",,,\n".repeat(3000)).into_bytes(),
            0,
        ),
    ] {
        let centre = Centre::new().file(name, bytes);
        let ran = centre.kefu(&["run", "in", "--json"]).ok();
        let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(
            summary["files"][0]["rejected"], rejected,
            "{name}: {}",
            ran.out
        );
        assert_eq!(figures(&centre), expect, "{name}");
    }
}

#[test]
fn a_content_is_taken_in_once_under_any_name_and_wrapping() {
    let centre = Centre::new()
        .file("a.csv", CALLS)
        .file("b.csv", CALLS)
        .file("c.csv.gz", gz(CALLS))
        .file("d.zip", zipped("e.csv", CALLS.as_bytes()));
    let ran = centre.kefu(&["ingest", "in", "--json"]).ok();
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let seen: Vec<bool> = summary["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["taken_in_before"].as_bool().unwrap())
        .collect();
    assert_eq!(seen, [false, true, true, true]);
}

#[test]
fn dates_are_read_in_the_order_of_their_column() {
    let header = "通话编号,呼叫时间,技能组,通话时长";
    let mixed = format!(
        "{header}\nc1,01-05-2021 09:00,查询,60\nc2,2/22/2021 10:00,查询,60\nc3,1/13/2021 9:30 PM,查询,60\n"
    );
    let centre = Centre::new().file("calls.csv", mixed);
    let ran = centre.kefu(&["check", "in"]).ok();
    assert!(ran.out.contains("呼叫时间: month first"), "{}", ran.out);
    centre.run(&[]);
    let days = centre
        .kefu(&[
            "kpi", "--kpi", "offered", "--grain", "day", "--format", "csv",
        ])
        .ok();
    for day in ["2021-01-05", "2021-02-22", "2021-01-13"] {
        assert!(days.out.contains(day), "{}", days.out);
    }
    let open = format!("{header}\nc1,01/02/2021 09:00,查询,60\nc2,03/04/2021 10:00,查询,60\n");
    let ran = Centre::new().file("calls.csv", open).kefu(&["run", "in"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("several orders of day and month fit") && ran.err.contains("day_first"),
        "{}",
        ran.err
    );
}

#[test]
fn unusable_files_are_told_apart() {
    let bomb = zipped("calls.csv", &vec![b'0'; 80 << 20]);
    let long = format!("{CALLS}{}\n", "x".repeat(17 << 20));
    let encrypted = std::fs::read(repository().join("src/ingest/fixtures/encrypted.xlsx")).unwrap();
    for (name, bytes, part) in [
        ("empty.csv", Vec::new(), "is empty"),
        ("blank.csv", b"\n\n \n".to_vec(), "nothing but blank lines"),
        ("wrong.csv", b"a^b^c\n1^2^3\n".to_vec(), "a^b^c"),
        (
            "photo.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            "PNG",
        ),
        ("encrypted.xlsx", encrypted, "encrypted"),
        ("cut.csv.gz", gz(CALLS)[..40].to_vec(), "cut.csv.gz"),
        ("bomb.zip", bomb, "bomb"),
        (
            "pivot.csv",
            "行标签,计数项:通话编号\n查询,30\n".into(),
            "pivot",
        ),
        (
            "missing.csv",
            "技能组,工号,通话时长\n查询,A1,3\n".into(),
            "call_id, started_at",
        ),
    ] {
        let centre = Centre::new().file(name, bytes);
        assert_eq!(centre.kefu(&["run", "in", "-q"]).code, 1, "{name}");
        assert!(!centre.path("reports").exists(), "{name}");
        let ran = centre.kefu(&["check", "in"]);
        assert_eq!(ran.code, 1, "{name}");
        assert!(
            ran.err.contains(part) && ran.err.contains("hint: "),
            "{name}: {}",
            ran.err
        );
    }
    let centre = Centre::new().file("long.csv", long);
    let ran = centre.run(&[]);
    assert!(
        ran.out
            .contains("rejected 1 in long.csv: a line far longer"),
        "{}",
        ran.out
    );
}

#[test]
#[cfg(unix)]
fn a_file_that_cannot_be_opened_does_not_keep_the_others_out() {
    use std::os::unix::fs::PermissionsExt;
    let centre = Centre::small().file("secret.csv", CALLS);
    let path = centre.path("in/secret.csv");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    let ran = centre.run(&[]);
    assert!(
        ran.err.contains("secret.csv: Permission denied"),
        "{}",
        ran.err
    );
}

#[test]
fn a_header_without_rows_is_worth_a_warning() {
    let header = CALLS.lines().next().unwrap();
    let centre = Centre::small().file("nothing.csv", header);
    let ran = centre.run(&[]);
    assert!(
        ran.err.contains("nothing.csv: has a header, but no rows"),
        "{}",
        ran.err
    );
}

#[test]
fn standard_input_and_patterns_are_inputs() {
    let centre = Centre::new().file("a.csv", CALLS).file("b.txt", "x");
    let ran = centre.kefu(&["ingest", "in/*.csv"]).ok();
    assert!(ran.out.contains("a.csv"), "{}", ran.out);
    let piped = assert_cmd::Command::cargo_bin("kefu")
        .unwrap()
        .current_dir(centre.path(""))
        .args(["ingest", "-", "--store", "other"])
        .write_stdin(CALLS)
        .output()
        .unwrap();
    assert!(piped.status.success());
    assert!(String::from_utf8_lossy(&piped.stdout).contains("stdin"));
    assert!(
        !centre.path("other/.staging").exists(),
        "nothing temporary is left"
    );
}

#[test]
fn a_batch_with_too_many_bad_rows_changes_nothing() {
    let centre = Centre::small();
    centre.run(&[]);
    let before = contents(&centre.path("reports"));
    let kept = |centre: &Centre| -> Vec<_> {
        let all = contents(&centre.path("store"));
        all.into_iter()
            .filter(|(path, _)| !path.starts_with("_quarantine"))
            .collect()
    };
    let store = kept(&centre);
    let header = CALLS.lines().next().unwrap();
    let width = header.split(',').count();
    let mut bad = format!("{header}\n");
    for row in 0..40 {
        writeln!(bad, "b{row},很久以前{}", ",".repeat(width - 2)).unwrap();
    }
    let centre = centre.file("bad.csv", &bad);
    let ran = centre.kefu(&["run", "in"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    for part in [
        "40 of 40 rows were rejected",
        "bad.csv: 40 rows",
        "quality.max_rejected",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert_eq!(contents(&centre.path("reports")), before);
    assert_eq!(kept(&centre), store);
    let quarantined = contents(&centre.path("store/_quarantine"));
    assert!(
        !quarantined.is_empty(),
        "the rows at fault can be looked at"
    );
    let centre = centre.config("[quality]\nmax_rejected = 1.0\n");
    centre.run(&[]);
}

#[test]
fn dropped_classes_are_not_stored_but_still_tell_the_problem() {
    let centre = Centre::small().config("[privacy]\ndrop = [\"free_text\", \"customer\"]\n");
    centre.run(&[]);
    let texts = texts(&centre);
    assert!(
        !texts.iter().any(|text| text.contains("外箱破损")),
        "the description is not stored"
    );
    assert!(
        texts.iter().any(|text| text == "exception/damaged"),
        "its problem type is"
    );
}

/// Every text in the Parquet files of the store, without the quarantine.
fn texts(centre: &Centre) -> Vec<String> {
    let mut texts = Vec::new();
    for (path, bytes) in contents(&centre.path("store")) {
        if path.starts_with("_quarantine") {
            continue;
        }
        if path
            .extension()
            .is_none_or(|extension| extension != "parquet")
        {
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
            continue;
        }
        let file = std::fs::File::open(centre.path("store").join(&path)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .unwrap()
            .build()
            .unwrap();
        for batch in reader {
            for column in batch.unwrap().columns() {
                if let Some(column) = column.as_string_opt::<i32>() {
                    texts.extend(column.iter().flatten().map(str::to_owned));
                }
            }
        }
    }
    texts
}

/// Phone, ID-card and bank-card numbers as the exports of the sample have them, in clear.
fn planted() -> Vec<String> {
    let pattern = regex::Regex::new(r"1[3-9]\d{9}|[1-9]\d{16}[\dX]|62\d{14,17}").unwrap();
    let mut numbers = std::collections::BTreeSet::new();
    for (path, bytes) in contents(&repository().join("sample_data")) {
        if path.extension().is_some_and(|extension| extension == "csv") {
            let text = match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned(),
            };
            for line in text.lines() {
                for field in line.split(',') {
                    // A number inside a longer word, such as a waybill, is no phone.
                    numbers.extend(
                        pattern
                            .find_iter(field)
                            .filter(|found| {
                                let outside =
                                    |at: Option<u8>| at.is_none_or(|b| !b.is_ascii_alphanumeric());
                                let bytes = field.as_bytes();
                                outside(
                                    found
                                        .start()
                                        .checked_sub(1)
                                        .and_then(|at| bytes.get(at).copied()),
                                ) && outside(bytes.get(found.end()).copied())
                            })
                            .map(|found| found.as_str().to_owned()),
                    );
                }
            }
        }
    }
    numbers.into_iter().collect()
}

#[test]
fn nothing_personal_leaves_the_quarantine() {
    let planted = planted();
    assert!(planted.len() > 1000, "{}", planted.len());
    let centre = Centre::new();
    let sample = repository().join("sample_data");
    let ran = centre.kefu(&["run", &sample.to_string_lossy(), "-v"]).ok();
    let mut haystack = texts(&centre);
    haystack.push(ran.out);
    haystack.push(ran.err);
    for (path, bytes) in contents(&centre.path("reports")) {
        haystack.push(path.to_string_lossy().into_owned());
        haystack.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let search = aho_corasick::AhoCorasick::new(&planted).unwrap();
    let leaks: Vec<&str> = haystack
        .iter()
        .flat_map(|text| {
            search.find_iter(text.as_str()).filter(|found| {
                // Digits inside a pseudonym or a hash are chance.
                let inside = |at: Option<u8>| at.is_some_and(|b| b.is_ascii_alphanumeric());
                let bytes = text.as_bytes();
                !inside(
                    found
                        .start()
                        .checked_sub(1)
                        .and_then(|at| bytes.get(at).copied()),
                ) && !inside(bytes.get(found.end()).copied())
            })
        })
        .map(|found| planted[found.pattern().as_usize()].as_str())
        .collect();
    assert!(leaks.is_empty(), "{leaks:?}");
}
