//! Editions, formats, `latest`, the dictionary and the queries: what a run writes besides its figures.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use calamine::{Data, Reader, Xlsx};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::builder::{Centre, contents};

const DAY: &str = "2026-03-03";
const ALL: &str = "html,json,xlsx,md,eml,png,svg";

/// A centre with a fortnight of made-up days, enough for every figure, in every format.
fn everything() -> Centre {
    let centre = Centre::new();
    let args = [
        "generate",
        "--out",
        "in",
        "--days",
        "15",
        "--calls-per-day",
        "60",
    ];
    centre.kefu(&args).ok();
    centre.run(&["-q", "--format", ALL]);
    centre
}

fn names(centre: &Centre, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(centre.path(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// The day of the only nightly report.
fn day_of(centre: &Centre) -> String {
    let names = names(centre, "reports");
    let name = names
        .iter()
        .find(|name| name.starts_with("nightly_"))
        .unwrap();
    name["nightly_".len()..][..10].to_owned()
}

/// The parts of a message: content type and decoded body.
pub fn parts(message: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for part in message.split("\r\n--=_kefu_").skip(1) {
        let Some((head, body)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let of = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        let body = match of("Content-Transfer-Encoding:").as_str() {
            "base64" => from_base64(body),
            "quoted-printable" => from_quoted(body),
            _ => body.as_bytes().to_vec(),
        };
        found.push((of("Content-Type:"), body));
    }
    found
}

fn from_base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|known| *known == byte))
        .map(|at| u32::try_from(at).unwrap())
        .collect();
    let four = |four: &[u32]| {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    };
    digits.chunks(4).flat_map(four).collect()
}

fn from_quoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let pair: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&pair, 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    out
}

/// KPI → figure of a day of the whole centre, from the mart.
fn mart(centre: &Centre) -> BTreeMap<(String, String), f64> {
    let file = std::fs::File::open(centre.path("reports/marts/kpi.parquet")).unwrap();
    let mut found = BTreeMap::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap()
    {
        let batch = batch.unwrap();
        let column =
            |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let [kpi, grain, period, dimension] = ["kpi", "grain", "period", "dimension"].map(column);
        let value = batch
            .column_by_name("value")
            .unwrap()
            .as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            let text =
                |column: &arrow::array::ArrayRef| column.as_string::<i32>().value(row).to_owned();
            if text(&grain) == "day" && dimension.is_null(row) && value.is_valid(row) {
                found.insert((text(&kpi), text(&period)), value.value(row));
            }
        }
    }
    found
}

/// KPI → figure, from the first sheet of a workbook.
fn workbook(path: &Path) -> BTreeMap<String, Data> {
    let mut book = Xlsx::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let first = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&first).unwrap();
    range
        .rows()
        .filter_map(|row| match row.get(17) {
            Some(Data::String(id)) => Some((id.clone(), row[2].clone())),
            _ => None,
        })
        .collect()
}

/// The row of a table of HTML that holds something.
fn row_with<'t>(html: &'t str, what: &str) -> &'t str {
    let at = html.find(what).unwrap();
    let start = html[..at].rfind("<tr").unwrap();
    let end = at + html[at..].find("</tr>").unwrap();
    &html[start..end]
}

#[test]
fn every_edition_prints_the_same_figures() {
    let centre = everything();
    let day = day_of(&centre);
    let mart = mart(&centre);
    for lang in ["zh", "en"] {
        let path = |extension: &str| {
            centre.path(&format!(
                "reports/nightly_{day}_all_r0001_{lang}.{extension}"
            ))
        };
        let summary = json(&path("json"));
        let page = text(&path("html"));
        let markdown = text(&path("md"));
        let parts = parts(&text(&path("eml")));
        let of = |kind: &str| {
            let part = parts.iter().find(|(found, _)| found.starts_with(kind));
            String::from_utf8(part.unwrap().1.clone()).unwrap()
        };
        let mail = of("text/html");
        let plain = of("text/plain").replace("\r\n", "\n");
        assert_eq!(plain.trim_end(), markdown.trim_end());
        assert!(mail.len() < 100_000, "{}", mail.len());
        let sheet = workbook(&path("xlsx"));
        let kpis = summary["kpis"].as_array().unwrap();
        assert!(kpis.len() > 20);
        let mut compared = 0;
        for kpi in kpis {
            let id = kpi["kpi"].as_str().unwrap();
            let name = kpi["name"].as_str().unwrap();
            let printed = kpi["printed"]["value"].as_str().unwrap();
            let strong = format!("<strong>{printed}</strong>");
            let row = row_with(&page, &format!("id=\"kpi-{id}\""));
            assert!(row.contains(&strong), "{id}: {printed}\n{row}");
            let row = row_with(&mail, &format!("<strong>{name}</strong>"));
            assert!(row.contains(&strong), "{id}: {printed}\n{row}");
            let begins = format!("| {name} |");
            let line = markdown.lines().find(|line| line.starts_with(&begins));
            assert!(
                line.is_some_and(|line| line.contains(&format!("| {printed}"))),
                "{id}: {line:?}"
            );
            let date = kpi["date"].as_str().unwrap().to_owned();
            let value = kpi["value"].as_f64();
            let stored = mart.get(&(id.to_owned(), date)).copied();
            assert_eq!(stored.is_some(), value.is_some(), "{id}");
            match value {
                // JSON is read to the last bit but one.
                Some(value) => {
                    let Data::Float(cell) = sheet[id] else {
                        unreachable!("{id}: {:?}", sheet[id])
                    };
                    for other in [stored.unwrap(), cell] {
                        assert!((other - value).abs() <= 1e-14 * value.abs(), "{id}");
                    }
                }
                None => assert_eq!(sheet[id], Data::String("—".to_owned()), "{id}"),
            }
            compared += usize::from(value.is_some());
        }
        assert!(compared > 15, "{compared}");
        for finding in summary["findings"].as_array().unwrap() {
            let text = finding["text"].as_str().unwrap();
            assert!(mail.contains(text), "{text}");
        }
        // Every figure of the page is a picture and a drawing of its own.
        for figure in summary["figures"].as_array().unwrap() {
            let id = figure["id"].as_str().unwrap();
            for extension in ["png", "svg"] {
                let name =
                    format!("reports/figures/nightly_{day}_all_r0001_{lang}_{id}.{extension}");
                assert!(centre.path(&name).is_file(), "{name}");
            }
        }
    }
    nothing_personal(&centre);
    the_dictionary_knows_every_column(&centre);
    the_queries_run(&centre);
}

/// Workbooks are packed and mails encoded, so that a search of the bytes alone would find nothing.
fn nothing_personal(centre: &Centre) {
    let truth = ["1390000", "1380000"];
    for (path, bytes) in contents(&centre.path("reports")) {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let texts: Vec<Vec<u8>> = match extension.as_str() {
            "xlsx" => {
                let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
                (0..archive.len())
                    .map(|at| {
                        let mut text = Vec::new();
                        archive
                            .by_index(at)
                            .unwrap()
                            .read_to_end(&mut text)
                            .unwrap();
                        text
                    })
                    .collect()
            }
            "eml" => {
                let parts = parts(&String::from_utf8(bytes).unwrap());
                parts
                    .into_iter()
                    .filter(|(kind, _)| kind.starts_with("text"))
                    .map(|(_, body)| body)
                    .collect()
            }
            _ => vec![bytes],
        };
        for text in texts {
            let text = String::from_utf8_lossy(&text).into_owned();
            for number in truth {
                assert!(!text.contains(number), "{number} in {}", path.display());
            }
        }
    }
}

fn the_dictionary_knows_every_column(centre: &Centre) {
    let columns = |path: &Path| -> Vec<String> {
        let file = std::fs::File::open(path).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let fields = builder.schema().fields().clone();
        fields.iter().map(|field| field.name().clone()).collect()
    };
    let dictionary = centre.path("reports/marts/dictionary.parquet");
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&dictionary).unwrap());
    let mut known = BTreeMap::new();
    for batch in builder.unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let column = |name: &str| {
            batch
                .column_by_name(name)
                .unwrap()
                .as_string::<i32>()
                .clone()
        };
        let required = [
            "name_zh", "name_en", "unit", "null_zh", "null_en", "example",
        ]
        .map(column);
        let (table, name) = (column("table"), column("column"));
        for row in 0..batch.num_rows() {
            let complete = required.iter().all(|column| column.is_valid(row));
            let place = (table.value(row).to_owned(), name.value(row).to_owned());
            assert!(complete, "{place:?} has no entry in src/schema/dictionary");
            known.insert(place, row);
        }
    }
    let marts = names(centre, "reports/marts");
    let described = text(&centre.path("reports/marts/dictionary.md"));
    let mut tables = 0;
    for name in marts.iter().filter(|name| name.ends_with(".parquet")) {
        let table = name.trim_end_matches(".parquet");
        assert!(described.contains(&format!("\n## {table}\n")), "{table}");
        for column in columns(&centre.path("reports/marts").join(name)) {
            assert!(
                known.contains_key(&(table.to_owned(), column.clone())),
                "{table}.{column}"
            );
        }
        tables += 1;
    }
    assert!(tables >= 8, "{marts:?}");
    assert!(known.contains_key(&("call_facts".to_owned(), "wait_s".to_owned())));
}

fn the_queries_run(centre: &Centre) {
    let folder = centre.path("reports/marts");
    let has = |module: &str| {
        let found = Command::new("python3")
            .args(["-c", &format!("import {module}")])
            .output();
        let found = found.is_ok_and(|found| found.status.success());
        if !found {
            eprintln!("skipped: python3 has no module {module}");
        }
        found
    };
    let run = |args: &[&str]| {
        let ran = Command::new("python3")
            .args(args)
            .current_dir(&folder)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{error}");
        String::from_utf8(ran.stdout).unwrap()
    };
    if has("duckdb") {
        let out = run(&["-c", DUCKDB]);
        assert!(out.lines().count() >= 9, "{out}");
        let empty: Vec<&str> = out.lines().filter(|line| line.starts_with("0 ")).collect();
        assert!(empty.len() <= 3, "{out}");
    }
    if has("polars") {
        let out = run(&["queries.py"]);
        assert!(
            out.matches("-- ").count() >= 9 && out.contains("answer_rate"),
            "{out}"
        );
    }
}

/// Every statement of the file, with the number of its rows.
const DUCKDB: &str = "
import duckdb
for statement in duckdb.extract_statements(open('queries.sql', encoding='utf-8').read()):
    rows = duckdb.sql(statement.query).fetchall()
    print(len(rows), statement.query.strip().split('\\n')[0])
";

#[test]
fn editions_and_formats_are_those_asked_for() {
    let centre = Centre::small();
    centre.run(&[
        "-q",
        "--edition",
        "trainer",
        "--format",
        "md,json",
        "--lang",
        "en",
    ]);
    assert_eq!(
        names(&centre, "reports"),
        [
            format!("trainer_{DAY}_all_r0001_en.json"),
            format!("trainer_{DAY}_all_r0001_en.md")
        ]
    );
    let centre = Centre::small().config("[report]\neditions = [\"nightly\"]\nformats = [\"md\"]\n");
    centre.run(&["-q", "--lang", "zh"]);
    assert_eq!(
        names(&centre, "reports"),
        [format!("nightly_{DAY}_all_r0001_zh.md")]
    );
    centre
        .kefu(&[
            "report",
            "-q",
            "--edition",
            "all",
            "--format",
            "json",
            "--lang",
            "zh",
        ])
        .ok();
    assert_eq!(
        names(&centre, "reports"),
        [
            format!("nightly_{DAY}_all_r0001_zh.json"),
            format!("nightly_{DAY}_all_r0001_zh.md"),
            format!("trainer_{DAY}_all_r0001_zh.json"),
        ]
    );
    // An older day stands beside the newest and does not become the latest.
    centre
        .kefu(&[
            "report",
            "-q",
            "--date",
            "2026-03-02",
            "--format",
            "md",
            "--lang",
            "zh",
        ])
        .ok();
    assert!(names(&centre, "reports").contains(&"nightly_2026-03-02_all_r0001_zh.md".to_owned()));
    assert!(text(&centre.path("reports/latest/nightly_zh.md")).contains(DAY));
}

#[test]
fn latest_holds_copies_that_link_to_one_another() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let mut expected = Vec::new();
    for name in names(&centre, "reports") {
        let copy = name.replace(&format!("_{DAY}_all_r0001"), "");
        let [original, copied] = [format!("reports/{name}"), format!("reports/latest/{copy}")]
            .map(|path| std::fs::read(centre.path(&path)).unwrap());
        if name.contains(".html") {
            let page = String::from_utf8(copied).unwrap();
            let links: Vec<&str> = page
                .split("href=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .filter(|href| !href.starts_with('#'))
                .collect();
            assert!(!links.is_empty());
            for href in links {
                assert!(centre.path("reports/latest").join(href).is_file(), "{href}");
            }
        } else {
            assert!(original == copied, "{name}");
        }
        expected.push(copy);
    }
    expected.sort();
    assert_eq!(names(&centre, "reports/latest"), expected);
}

#[test]
fn a_night_that_fails_leaves_the_night_before() {
    let centre = Centre::small();
    centre.run(&["-q", "--date", "2026-03-02"]);
    let before = contents(&centre.path("reports"));
    // The place of a page is taken: nothing else may have been written when that shows.
    let taken = centre.path(&format!("reports/trainer_{DAY}_all_r0001_zh.html"));
    std::fs::create_dir(&taken).unwrap();
    let ran = centre.kefu(&["report", "-q"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err
            .contains(&format!("trainer_{DAY}_all_r0001_zh.html")),
        "{}",
        ran.err
    );
    assert!(before == contents(&centre.path("reports")));
    std::fs::remove_dir(&taken).unwrap();
    // A picture that cannot be drawn: its font has no glyph for the name of a problem.
    let centre = Centre::small().config(
        "[[category]]\ncode = \"other\"\nzh = \"其他\"\nen = \"Other\"\n[[category.type]]\ncode = \"x\"\nzh = \"𠮷𠮷\"\nen = \"𠮷𠮷\"\nkeywords = [\"快递\", \"外箱\"]\n",
    );
    centre.run(&["-q", "--date", "2026-03-02", "--format", "html"]);
    let before = contents(&centre.path("reports"));
    let ran = centre.kefu(&["report", "-q", "--format", "html,png"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("U+20BB7"), "{}", ran.err);
    assert!(before == contents(&centre.path("reports")));
    centre.kefu(&["report", "-q", "--format", "html"]).ok();
    assert!(
        centre
            .path(&format!("reports/nightly_{DAY}_all_r0001_zh.html"))
            .is_file()
    );
    assert!(!centre.path("reports/.kefu-staging").exists());
}

#[test]
fn wrong_settings_of_reports_and_mail_say_where() {
    for (config, expect) in [
        (
            "[mail]\nto = [\"a@b.c\", \"nobody\"]\n",
            "`to` in [mail]: `nobody` is no address: it has no @",
        ),
        (
            "[mail]\nfrom = \"a@b.c\\nBcc: d@e.f\"\n",
            "control character",
        ),
        ("[report]\nformats = []\n", "`formats` in [report] is empty"),
        ("[report]\nformats = [\"pdf\"]\n", "pdf"),
        (
            "[report]\nedition = \"nightly\"\n",
            "did you mean `editions`?",
        ),
    ] {
        let centre = Centre::small().config(config);
        let ran = centre.kefu(&["run", "in", "-q"]);
        assert_eq!(ran.code, 2, "{config}");
        assert!(ran.err.contains("kefu.toml:"), "{}", ran.err);
        assert!(ran.err.contains(expect), "{config}: {}", ran.err);
    }
    let ran = Centre::small().kefu(&["report", "--format", "pdf"]);
    assert!(
        ran.code == 2 && ran.err.contains("possible values"),
        "{}",
        ran.err
    );
}
