//! `kefu kpi` and `kefu explain`.

use crate::builder::Centre;

fn centre() -> Centre {
    let centre = Centre::small();
    centre.run(&["-q"]);
    centre
}

#[test]
fn csv_columns_are_the_contract() {
    let centre = centre();
    let csv = centre
        .kefu(&[
            "kpi",
            "--kpi",
            "answer_rate",
            "--by",
            "queue",
            "--grain",
            "day",
            "--format",
            "csv",
        ])
        .ok()
        .out;
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("kpi,period,queue,value,numerator,denominator,n,ci_low,ci_high,target,status")
    );
    let first: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(
        &first[..7],
        ["answer_rate", "2026-03-02", "投诉", "0", "0", "1", "1"]
    );
    assert_eq!(first[10], "missed");
    assert_eq!(csv.lines().count(), 4);
}

#[test]
fn every_format_holds_the_same_figures() {
    let centre = centre();
    let ask = |format: &str, file: &str| {
        centre
            .kefu(&["kpi", "--by", "queue", "--format", format, "-o", file])
            .ok();
        std::fs::read(centre.path(file)).unwrap()
    };
    let csv = String::from_utf8(ask("csv", "a.csv")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&ask("json", "a.json")).unwrap();
    let rows = json.as_array().unwrap();
    assert_eq!(rows.len(), csv.lines().count() - 1);
    for (row, line) in rows.iter().zip(csv.lines().skip(1)) {
        let value = line.split(',').nth(3).unwrap();
        assert_eq!(row["value"].as_f64(), value.parse().ok(), "{line}");
    }
    assert!(ask("parquet", "a.parquet").starts_with(b"PAR1"));
    let with_bom = centre.kefu(&["kpi", "--format", "csv", "--bom"]).ok().out;
    assert!(with_bom.starts_with("\u{feff}kpi,"));
}

#[test]
fn conditions_and_ranges() {
    let centre = centre();
    let ask = |args: &[&str]| {
        let mut all = vec!["kpi", "--kpi", "offered", "--format", "csv"];
        all.extend(args);
        centre
            .kefu(&all)
            .ok()
            .out
            .lines()
            .nth(1)
            .unwrap()
            .split(',')
            .nth(2)
            .unwrap()
            .to_owned()
    };
    assert_eq!(ask(&[]), "4");
    assert_eq!(ask(&["--where", "queue = '查询'"]), "2");
    assert_eq!(ask(&["--from", "2026-03-03"]), "1");
    assert_eq!(ask(&["--to", "2026-03-02", "--where", "wait_s > 20"]), "2");
}

#[test]
fn a_definition_can_be_read_without_a_store_and_counted_with_one() {
    let empty = Centre::new();
    let text = empty.kefu(&["explain", "fcr"]).ok().out;
    for part in [
        "first_contact AND mature AND issue_key IS NOT NULL",
        "NOT (repeated)",
        "YTO workflow",
        "DuckDB:",
        "Spark:",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = centre().kefu(&["explain", "answer_rate"]).ok().out;
    assert!(
        text.contains("4  all") && text.contains("4  after direction = 'inbound'"),
        "{text}"
    );
    let sql = empty
        .kefu(&["explain", "answer_rate", "--sql", "duckdb"])
        .ok()
        .out;
    assert!(sql.starts_with("SELECT ") && sql.ends_with(";\n"), "{sql}");
}

#[test]
fn completions_are_written() {
    let script = Centre::new().kefu(&["completions", "bash"]).ok().out;
    assert!(script.contains("_kefu"));
}

#[test]
fn a_synthetic_centre_can_be_run() {
    let centre = Centre::new();
    centre
        .kefu(&[
            "generate",
            "--out",
            "in",
            "--days",
            "2",
            "--calls-per-day",
            "20",
            "--seed",
            "7",
        ])
        .ok();
    let truth = std::fs::read_to_string(centre.path("in/ground_truth.toml")).unwrap();
    assert!(truth.contains("seed = 7"));
    let ran = centre.run(&["--json"]);
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let files = summary["files"].as_array().unwrap();
    let total = |name: &str| {
        files
            .iter()
            .map(|file| file[name].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!(
        total("read"),
        total("stored") + total("replaced") + total("duplicate") + total("rejected")
    );
    assert!(total("rejected") > 0, "broken rows are planted");
}
