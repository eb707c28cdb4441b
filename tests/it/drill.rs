//! `kefu drill`: the rows behind every figure give the figure; the SQL that `kefu explain` prints does so too.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Float64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::builder::{Centre, repository};

/// One store for both, because it takes a while; after one run every file of a fact is one of the run's.
#[test]
fn rows_and_printed_sql_give_every_figure_of_the_sample() {
    let centre = Centre::new();
    let input = repository().join("sample_data");
    let args = ["run", input.to_str().unwrap(), "-q", "--lang", "en"];
    centre.kefu(&args).ok();
    the_rows_behind_every_figure_give_the_figure(&centre);
    duckdb_gets_the_same_figures_from_the_printed_sql(&centre);
    a_reader_that_has_seen_enough_is_no_error(&centre);
}

/// `kefu … | head`: the pipe closes before everything is written.
fn a_reader_that_has_seen_enough_is_no_error(centre: &Centre) {
    for command in [&["kpi"][..], &["drill", "answer_rate"]] {
        for format in ["table", "csv", "json", "parquet"] {
            let mut child = Command::new(assert_cmd::cargo::cargo_bin!("kefu"))
                .current_dir(centre.path("."))
                .args(command)
                .args(["--format", format])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            drop(child.stdout.take());
            let ended = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&ended.stderr);
            assert!(
                ended.status.success() && !said.contains("error"),
                "{command:?} {format}: {said}"
            );
        }
    }
}

/// Figures of every KPI under the same filters, by id.
fn figures(centre: &Centre, filters: &[&str]) -> Vec<(String, Value)> {
    let mut args = vec!["kpi", "--format", "json"];
    args.extend(filters);
    let rows: Vec<Value> = serde_json::from_str(&centre.kefu(&args).ok().out).unwrap();
    rows.into_iter()
        .map(|row| (row["kpi"].as_str().unwrap().to_owned(), row))
        .collect()
}

/// One drilled row.
struct Drilled {
    kpi: String,
    above: bool,
    below: bool,
    value: f64,
    weight: f64,
}

fn drilled(centre: &Centre, id: &str, filters: &[&str]) -> Vec<Drilled> {
    let mut args = vec!["drill", id, "-o", "rows.parquet"];
    args.extend(filters);
    centre.kefu(&args).ok();
    read(&centre.path("rows.parquet"))
        .iter()
        .flat_map(|batch| {
            let number = |name: &str, row: usize| {
                let column = batch.column_by_name(name).unwrap();
                column.as_primitive::<Float64Type>().value(row)
            };
            let flag = |name: &str, row: usize| {
                batch.column_by_name(name).unwrap().as_boolean().value(row)
            };
            (0..batch.num_rows())
                .map(|row| Drilled {
                    kpi: batch.column(0).as_string::<i32>().value(row).to_owned(),
                    above: flag("in_numerator", row),
                    below: flag("in_denominator", row),
                    value: number("kpi_value", row),
                    weight: number("kpi_weight", row),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn read(path: &Path) -> Vec<RecordBatch> {
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    reader.build().unwrap().map(Result::unwrap).collect()
}

/// The figure, its numerator and denominator from the rows alone, by the kind that `kefu explain` names.
fn figure(rows: &[Drilled], kind: &str, q: f64) -> [Option<f64>; 3] {
    let count = |flag: fn(&Drilled) -> bool| rows.iter().filter(|row| flag(row)).count() as f64;
    let sum = |flag: fn(&Drilled) -> bool, of: fn(&Drilled) -> f64| -> f64 {
        rows.iter().filter(|row| flag(row)).map(of).sum()
    };
    let over = |top: f64, bottom: f64| (bottom != 0.0).then(|| top / bottom);
    let above: fn(&Drilled) -> bool = |row| row.above;
    let below: fn(&Drilled) -> bool = |row| row.below;
    match kind {
        "count" => {
            let n = count(above);
            [Some(n), Some(n), None]
        }
        "sum" => {
            let total = sum(above, |row| row.value);
            [(!rows.is_empty()).then_some(total), Some(total), None]
        }
        "rate" => {
            let (hits, n) = (count(above), count(below));
            [over(hits, n), Some(hits), Some(n)]
        }
        "mean" => {
            let (total, n) = (sum(above, |row| row.value), count(below));
            [over(total, n), Some(total), Some(n)]
        }
        "share" => {
            let top = sum(above, |row| row.value * row.weight);
            let bottom = sum(below, |row| row.weight);
            [over(top, bottom), Some(top), Some(bottom)]
        }
        "max" | "quantile" => {
            let mut values: Vec<f64> = rows
                .iter()
                .filter(|row| row.below)
                .map(|row| row.value)
                .collect();
            values.sort_by(f64::total_cmp);
            let n = values.len() as f64;
            let q = if kind == "max" { 1.0 } else { q };
            // Type 7 of Hyndman and Fan.
            let at = q * (n - 1.0);
            let mut from = values
                .iter()
                .enumerate()
                .skip_while(|(place, _)| (*place + 1) as f64 <= at);
            let value = from.next().map(|(place, low)| {
                let high = values.get(place + 1).unwrap_or(low);
                low + (at - place as f64) * (high - low)
            });
            [value, None, Some(n)]
        }
        other => unreachable!("no figure of the kind {other}"),
    }
}

/// Every KPI's kind, with the quantile or scale where there is one.
fn kinds(centre: &Centre) -> BTreeMap<String, (String, f64)> {
    let catalogue = centre.kefu(&["--dump-config=all"]).ok().out;
    let catalogue: toml::Table = toml::from_str(&catalogue).unwrap();
    let entries = catalogue["kpi"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            let number = entry.get("q").or_else(|| entry.get("scale"));
            let number = number.and_then(toml::Value::as_float).unwrap_or(1.0);
            (text("id"), (text("kind"), number))
        })
        .collect()
}

#[track_caller]
fn close(id: &str, what: &str, expect: &Value, found: Option<f64>, tolerance: f64) {
    let expect = expect.as_f64();
    let bound = tolerance * expect.unwrap_or_default().abs().max(1.0);
    let same = match (expect, found) {
        (Some(expect), Some(found)) => (expect - found).abs() <= bound,
        (expect, found) => expect.is_none() && found.is_none(),
    };
    assert!(same, "{id} {what}: {expect:?} ≠ {found:?}");
}

fn the_rows_behind_every_figure_give_the_figure(centre: &Centre) {
    let kinds = kinds(centre);
    // A range and a condition that every fact knows.
    let filters = [
        "--from",
        "2026-03-09",
        "--to",
        "2026-03-22",
        "--where",
        "weekday <> 7 AND hour >= 9",
    ];
    let seen = the_rows_give(centre, &kinds, figures(centre, &filters), &filters);
    assert!(seen > 50, "{seen} figures have rows");
    // Parcels of a day have no hour.
    let filters = ["--where", "weekday <> 7"];
    let by_day = ["parcels", "complaints_per_million_parcels"];
    let mut figures = figures(centre, &filters);
    figures.retain(|(id, _)| by_day.contains(&id.as_str()));
    assert_eq!(the_rows_give(centre, &kinds, figures, &filters), 2);
}

/// Compares these figures with the rows behind them; gives how many have rows.
fn the_rows_give(
    centre: &Centre,
    kinds: &BTreeMap<String, (String, f64)>,
    figures: Vec<(String, Value)>,
    filters: &[&str],
) -> usize {
    let mut seen = 0;
    for (id, row) in figures {
        let rows = drilled(centre, &id, filters);
        let (kind, number) = &kinds[&id];
        let found = if kind == "ratio" {
            let mut parts: Vec<&str> = rows.iter().map(|row| row.kpi.as_str()).collect();
            parts.dedup();
            assert_eq!(parts.len(), 2, "{id} drills into both parts");
            // Both are counts or sums; a row of a count adds 1.
            let sum = |flag: fn(&Drilled) -> bool| -> f64 {
                let rows = rows.iter().filter(|row| flag(row));
                rows.map(|row| row.value).sum()
            };
            let (above, below) = (sum(|row| row.above), sum(|row| row.below));
            [Some(above / below * number), Some(above), Some(below)]
        } else {
            assert!(rows.iter().all(|row| row.kpi == id), "{id}");
            figure(&rows, kind, *number)
        };
        for (what, found) in ["value", "numerator", "denominator"].iter().zip(found) {
            close(&id, what, &row[what], found, 1e-12);
        }
        seen += usize::from(!rows.is_empty());
    }
    seen
}

#[test]
fn rows_come_in_every_form_and_hold_no_more_than_facts() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let drill = |args: &[&str]| {
        let mut all = vec!["drill", "answer_rate"];
        all.extend(args);
        centre.kefu(&all).ok()
    };
    let csv = drill(&["--format", "csv", "--where", "queue = '查询'"]).out;
    let mut lines = csv.lines();
    assert!(
        lines.next().unwrap().starts_with(
            "kpi,in_numerator,in_denominator,kpi_value,kpi_weight,call_id,contact_id,started_at,"
        ),
        "{csv}"
    );
    assert_eq!(lines.clone().count(), 2);
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("answer_rate,true,true,1,1,c1,c1,2026-03-02T01:00:00Z,"),
        "{csv}"
    );
    assert!(!csv.contains("13900000001"), "customers are pseudonyms");

    drill(&["-o", "rows.json"]);
    let json = std::fs::read_to_string(centre.path("rows.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[2]["in_numerator"], false);
    assert_eq!(rows[2]["outcome"], "abandoned");
    assert_eq!(rows[2]["agent_id"], Value::Null);

    let table = drill(&["--to", "2026-03-02"]).out;
    assert!(
        table.contains("call_id") && !table.contains("customer"),
        "{table}"
    );
    assert_eq!(table.lines().count(), 4);

    drill(&["-o", "rows.parquet"]);
    let batches = read(&centre.path("rows.parquet"));
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 4);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(centre.path("rows.parquet"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "rows can be about people");
    }
    // Nothing to drill into is an empty answer, not an error.
    assert_eq!(
        drill(&["--format", "json", "--from", "2027-01-01"]).out,
        "[]\n"
    );
    centre.says(
        &["drill", "answer_rate", "-o", "rows.xlsx"],
        2,
        "error: -o rows.xlsx: the name does not say the form\n\nhint: call it .csv, .json or .parquet, or add --format",
    );
    centre.says(
        &["drill", "asa", "--where", "offered AND wiat_s > 3"],
        2,
        "error: --where: call_facts has no column `wiat_s`\n  |\n1 | offered AND wiat_s > 3\n  |             ^\n\nhint: did you mean `wait_s`?",
    );
}

#[test]
fn a_ratio_gives_the_rows_of_both_its_figures() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let rows = drilled(&centre, "complaint_rate", &[]);
    let of = |kpi: &str| rows.iter().filter(|row| row.kpi == kpi).collect::<Vec<_>>();
    assert_eq!((of("complaints").len(), of("contacts").len()), (1, 7));
    assert!(of("complaints").iter().all(|row| row.above && !row.below));
    assert!(of("contacts").iter().all(|row| row.below && !row.above));
}

/// Runs the statements of a file of JSON lines on the facts of a store; prints the rows as JSON lines.
const RUNNER: &str = r"
import json, sys, glob, os, duckdb
store, queries = sys.argv[1:]
con = duckdb.connect()
con.execute('SET TimeZone = ''UTC''')
names = ['state_visits', 'sla_clocks', '*_facts']
for folder in [found for name in names for found in glob.glob(os.path.join(store, name))]:
    name = os.path.basename(folder)
    con.execute(f'''CREATE VIEW {name} AS SELECT * FROM
        read_parquet('{folder}/*/*.parquet', hive_partitioning = true)''')
for line in open(queries, encoding='utf-8'):
    one = json.loads(line)
    value, above, below = con.execute(one['sql']).fetchone()
    print(json.dumps({'kpi': one['kpi'], 'value': value, 'numerator': above, 'denominator': below}))
";

fn duckdb_gets_the_same_figures_from_the_printed_sql(centre: &Centre) {
    let found = Command::new("python3")
        .args(["-c", "import duckdb"])
        .output();
    if !found.is_ok_and(|found| found.status.success()) {
        eprintln!("skipped: python3 has no module duckdb");
        return;
    }
    for filters in [
        &[][..],
        &[
            "--from",
            "2026-03-09",
            "--to",
            "2026-03-20",
            "--where",
            "weekday <> 7 OR NOT (hour < 12)",
        ],
    ] {
        let expected = figures(centre, filters);
        let mut lines = String::new();
        for (id, _) in &expected {
            let mut args = vec!["explain", id, "--sql", "duckdb"];
            args.extend(filters);
            let sql = centre.kefu(&args).ok().out;
            lines.push_str(&serde_json::json!({ "kpi": id, "sql": sql }).to_string());
            lines.push('\n');
        }
        std::fs::write(centre.path("queries.jsonl"), lines).unwrap();
        std::fs::write(centre.path("runner.py"), RUNNER).unwrap();
        let ran = Command::new("python3")
            .arg(centre.path("runner.py"))
            .arg(centre.path("store"))
            .arg(centre.path("queries.jsonl"))
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let out = String::from_utf8(ran.stdout).unwrap();
        let answers: Vec<Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers.len(), expected.len());
        for ((id, row), answer) in expected.iter().zip(&answers) {
            assert_eq!(answer["kpi"], id.as_str());
            for what in ["value", "numerator", "denominator"] {
                close(id, what, &row[what], answer[what].as_f64(), 1e-9);
            }
        }
    }
}

#[test]
fn explain_counts_the_rows_left_under_the_same_filters() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let left = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["explain"];
        all.extend(args);
        let text = centre.kefu(&all).ok().out;
        let counted = text
            .lines()
            .skip_while(|line| !line.starts_with("Rows of "));
        counted.map(|line| line.trim().to_owned()).collect()
    };
    assert_eq!(
        left(&[
            "answer_rate",
            "--from",
            "2026-03-02",
            "--to",
            "2026-03-02",
            "--where",
            "queue = '查询' OR wait_s > 50"
        ]),
        [
            "Rows of call_facts in store (run r0001, version 1 of the Delta table store/call_facts):",
            "4  all",
            "3  after date >= DATE '2026-03-02' AND date <= DATE '2026-03-02'",
            "3  after (queue = '查询' OR wait_s > CAST(50 AS DOUBLE))",
            "3  after direction = 'inbound'",
            "3  after offered",
            "3  after NOT (short_abandon)",
            "3  known to be true or false: the denominator",
            "2  true: the numerator",
        ]
    );
    let both = left(&["complaint_rate"]);
    assert_eq!(
        both.iter()
            .filter(|line| line.starts_with("Rows of "))
            .count(),
        2,
        "{both:?}"
    );
    assert!(
        both.contains(&"1  after kind = 'complaint'".to_owned()),
        "{both:?}"
    );
    let sql = centre
        .kefu(&[
            "explain",
            "asa",
            "--sql",
            "spark",
            "--where",
            "queue = '查询'",
            "--from",
            "2026-03-02",
        ])
        .ok()
        .out;
    assert!(
        sql.contains(
            "WHERE date >= DATE '2026-03-02'\n  AND queue = '查询'\n  AND direction = 'inbound'"
        ),
        "{sql}"
    );
    // A run that is asked for must be there.
    assert_eq!(
        Centre::new()
            .kefu(&["explain", "asa", "--snapshot", "1"])
            .code,
        1
    );
}
