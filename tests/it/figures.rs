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

/// Every dimension of every fact table, told by `kefu explain`.
#[test]
fn every_dimension_of_every_fact_in_every_form() {
    let centre = Centre::new();
    centre
        .kefu(&[
            "generate",
            "--out",
            "in",
            "--days",
            "4",
            "--calls-per-day",
            "40",
        ])
        .ok();
    centre.run(&["-q", "--lang", "en"]);
    for kpi in ["asa", "frt", "contacts", "first_reply", "compliance"] {
        let text = centre.kefu(&["explain", kpi]).ok().out;
        let line = text.lines().find(|line| line.starts_with("by  ")).unwrap();
        let all: Vec<&str> = line[2..].trim().split(", ").collect();
        assert!(all.len() > 8, "{kpi}: {all:?}");
        let by = all.join(",");
        let ask = |format: &str, more: &[&str]| {
            let file = format!("a.{format}");
            let mut args = vec!["kpi", "--kpi", kpi, "-o", &file];
            args.extend(more);
            centre.kefu(&args).ok();
            std::fs::read(centre.path(&file)).unwrap()
        };
        let n = |csv: &[u8], by: usize| -> u64 {
            let csv = std::str::from_utf8(csv).unwrap().to_owned();
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let rows = reader
                .records()
                .map(|row| row.unwrap()[5 + by].parse::<u64>().unwrap());
            rows.sum()
        };
        let whole = n(&ask("csv", &[]), 0);
        assert!(whole > 0, "{kpi}");
        for grain in ["hour", "month"] {
            let more = [
                "--by",
                &by,
                "--grain",
                grain,
                "--where",
                "weekday IS NOT NULL",
            ];
            let csv = ask("csv", &more);
            assert_eq!(n(&csv, all.len()), whole, "{kpi} by everything and {grain}");
            let rows = std::str::from_utf8(&csv).unwrap().lines().count() - 1;
            let json: Vec<serde_json::Value> = serde_json::from_slice(&ask("json", &more)).unwrap();
            ask("parquet", &more);
            let parquet = columns_and_rows(&centre.path("a.parquet"));
            assert_eq!((json.len(), parquet.1), (rows, rows));
            let header = std::str::from_utf8(&csv)
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .to_owned();
            assert_eq!(parquet.0.join(","), header);
        }
    }
}

/// Column names and rows of a Parquet file.
fn columns_and_rows(path: &std::path::Path) -> (Vec<String>, usize) {
    let file = std::fs::File::open(path).unwrap();
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let names = reader
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone());
    let names = names.collect();
    let rows = reader
        .build()
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    (names, rows)
}

#[test]
fn the_variant_stands_beside_the_service_level() {
    let centre = Centre::small().config("[service_level]\nvariant = \"negative\"\n");
    centre.run(&["-q", "--lang", "en"]);
    let table = centre.kefu(&["kpi", "--kpi", "service_level"]).ok().out;
    assert!(
        table.contains("service_level Service level (negative)"),
        "{table}"
    );
    let text = centre.kefu(&["explain", "service_level"]).ok().out;
    assert!(text.contains("variant   negative\n"), "{text}");
    let report =
        std::fs::read_to_string(centre.path("reports/nightly_2026-03-03_all_r0001_en.json"))
            .unwrap();
    assert!(report.contains("Service level (negative)"));
    let centre = self::centre();
    let table = centre.kefu(&["kpi", "--kpi", "service_level"]).ok().out;
    assert!(
        table.contains("service_level Service level (excl_short)"),
        "{table}"
    );
}

#[test]
fn a_verdict_that_may_be_chance_says_so() {
    let centre = centre();
    let ask = |args: &[&str]| {
        let mut all = vec!["kpi", "--kpi", "answer_rate"];
        all.extend(args);
        centre.kefu(&all).ok().out
    };
    // 3 of 4 answered: 30.1 to 95.4 % contains 90 %.
    assert!(ask(&[]).contains("missed (not distinguishable from the target)"));
    assert!(ask(&["--lang", "zh"]).contains("missed (与目标无显著差异)"));
    assert!(
        ask(&["--format", "csv"])
            .trim_end()
            .ends_with(",0.9,missed")
    );
    let strict = centre
        .kefu(&["kpi", "--kpi", "answer_rate_strict"])
        .ok()
        .out;
    assert!(strict.trim_end().ends_with("none"), "{strict}");
}

#[test]
fn a_target_for_a_part_holds_for_that_part() {
    let target = "[[target]]\nkpi = \"answer_rate\"\nat_least = 0.5\nwhere = \"queue = '投诉'\"\nsource = \"ours\"\n";
    let centre = Centre::small().config(target);
    centre.run(&["-q"]);
    let targets = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["kpi", "--kpi", "answer_rate", "--format", "csv"];
        all.extend(args);
        let csv = centre.kefu(&all).ok().out;
        let cells = csv
            .lines()
            .skip(1)
            .map(|line| line.rsplit(',').nth(1).unwrap().to_owned());
        cells.collect()
    };
    assert_eq!(targets(&[]), ["0.9"]);
    assert_eq!(targets(&["--by", "queue"]), ["0.5", "0.9"]);
    assert_eq!(targets(&["--where", "queue = '投诉' AND peak"]), ["0.5"]);
    let text = centre.kefu(&["explain", "answer_rate"]).ok().out;
    let text = text.replace('\u{a0}', " ");
    assert!(
        text.contains("target    at least 50.0 % where queue = '投诉' (ours)"),
        "{text}"
    );
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
