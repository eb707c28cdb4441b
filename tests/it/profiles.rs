//! Every built-in profile: the export of a system in, the rows derived by hand out. See `profiles/README.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use kefu::ingest::columns::record_schema;
use kefu::schema::Table;
use kefu::settings::Settings;
use kefu::store::{Store, parquet_io};

use crate::builder::{Centre, repository};

type Row = BTreeMap<String, String>;

/// A CSV file as rows of column → cell.
fn csv_rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        header
            .iter()
            .cloned()
            .zip(record.iter().map(str::to_owned))
            .collect()
    });
    rows.collect()
}

/// A stored cell as the expectations write it.
fn shown(batch: &RecordBatch, column: &str, row: usize) -> String {
    let array = batch.column_by_name(column).unwrap();
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Timestamp(..) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            chrono::DateTime::from_timestamp_micros(micros)
                .unwrap()
                .format("%Y-%m-%dT%H:%M:%S%.fZ")
                .to_string()
        }
        DataType::Date32 => chrono::NaiveDate::default()
            .checked_add_signed(chrono::TimeDelta::days(
                array.as_primitive::<Date32Type>().value(row).into(),
            ))
            .unwrap()
            .to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        _ => array.as_string::<i32>().value(row).to_owned(),
    }
}

/// Whether a cell is as expected: `?` anything, `#` a pseudonym, numbers by value.
fn fits(expected: &str, found: &str) -> bool {
    match expected {
        "?" => true,
        "#" => found.len() == 32 && found.bytes().all(|b| b.is_ascii_hexdigit()),
        _ if expected == found => true,
        _ => match (expected.parse::<f64>(), found.parse::<f64>()) {
            (Ok(one), Ok(other)) => (one - other).abs() < 1e-6,
            _ => false,
        },
    }
}

fn stored(root: &Path, table: &'static Table) -> Vec<RecordBatch> {
    let store = Store::open_or_create(root).unwrap();
    let schema = record_schema(table);
    let parts = store.table(table.name).unwrap().parts().unwrap();
    parts
        .iter()
        .map(|part| parquet_io::read(&part.path, &schema).unwrap())
        .collect()
}

/// The differences between what one table should hold and what it holds.
fn compare(root: &Path, expected: &Path, table: &'static Table) -> Vec<String> {
    let batches = stored(root, table);
    let rows: Vec<(&RecordBatch, usize)> = batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)))
        .collect();
    let expectations = csv_rows(expected);
    let mut differences = Vec::new();
    if rows.len() != expectations.len() {
        differences.push(format!(
            "{} rows, expected {}",
            rows.len(),
            expectations.len()
        ));
    }
    let key: Vec<&str> = table.key().map(|column| column.name).collect();
    for expectation in &expectations {
        let by_key = key
            .iter()
            .all(|name| expectation.get(*name).is_some_and(|cell| cell != "?"));
        let timed = |name: &&&str| {
            expectation
                .get(**name)
                .is_some_and(|cell| !cell.is_empty() && cell != "?")
        };
        let pairing: Vec<&str> = if by_key {
            key.clone()
        } else {
            table.time.iter().find(timed).copied().into_iter().collect()
        };
        let place = rows.iter().find(|(batch, row)| {
            pairing.iter().all(|name| {
                expectation
                    .get(*name)
                    .is_some_and(|cell| fits(cell, &shown(batch, name, *row)))
            })
        });
        let label = pairing
            .iter()
            .map(|name| expectation[*name].clone())
            .collect::<Vec<_>>()
            .join(" ");
        let Some((batch, row)) = place else {
            differences.push(format!("{label}: no such row"));
            continue;
        };
        for (column, cell) in expectation.iter().filter(|(column, _)| *column != "table") {
            let found = shown(batch, column, *row);
            if !fits(cell, &found) {
                differences.push(format!("{label}: {column} is `{found}`, expected `{cell}`"));
            }
        }
    }
    differences
}

/// The differences between the rows that should have been refused and those that were.
fn compare_rejects(centre: &Centre, table: &str, expected: &Path) -> Vec<String> {
    let mut wanted: Vec<(String, String)> = if expected.exists() {
        csv_rows(expected)
            .into_iter()
            .map(|row| (row["line"].clone(), row["reason"].clone()))
            .collect()
    } else {
        Vec::new()
    };
    let folder = centre.path("store/_quarantine");
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(&format!("-{table}.parquet")) {
            continue;
        }
        let schema = arrow::datatypes::Schema::new(vec![
            arrow::datatypes::Field::new("line", DataType::Int64, true),
            arrow::datatypes::Field::new("reason", DataType::Utf8, true),
        ]);
        let rows = parquet_io::read(&path, &schema.into()).unwrap();
        found.extend(
            (0..rows.num_rows())
                .map(|row| (shown(&rows, "line", row), shown(&rows, "reason", row))),
        );
    }
    wanted.sort();
    found.sort();
    if wanted == found {
        Vec::new()
    } else {
        vec![format!(
            "refused in {table}: {found:?}, expected {wanted:?}"
        )]
    }
}

fn fixture(folder: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let is_expectation = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("expected")
    };
    let export = files.iter().find(|path| !is_expectation(path)).unwrap();
    let name = export.file_name().unwrap().to_string_lossy().into_owned();
    let centre = Centre::new().file(&name, std::fs::read(export).unwrap());
    let ran = centre.kefu(&["ingest", &format!("in/{name}")]);
    if ran.code != 0 {
        return vec![ran.err];
    }
    let root = centre.path("store");
    let mut differences = Vec::new();
    for path in files.iter().filter(|path| is_expectation(path)) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(table) = stem
            .strip_prefix("expected_")
            .filter(|name| !name.starts_with("rejects"))
        else {
            continue;
        };
        differences.extend(compare(&root, path, Table::by_name(table).unwrap()));
        let own = folder.join(format!("expected_rejects_{table}.csv"));
        let common = folder.join("expected_rejects.csv");
        let rejects = if own.exists() { own } else { common };
        differences.extend(compare_rejects(&centre, table, &rejects));
    }
    differences
}

#[test]
fn every_export_becomes_the_rows_that_were_derived_by_hand() {
    let root = repository().join("tests/it/profiles");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut report = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let differences = fixture(&folder);
        report.extend(
            differences
                .iter()
                .map(|difference| format!("{name}: {difference}")),
        );
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[test]
fn every_source_has_a_fixture() {
    let settings = Settings::builtin().unwrap();
    let root = repository().join("tests/it/profiles");
    let folders: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    for profile in &settings.profiles {
        for name in profile.sources.keys() {
            let file = profile.name;
            let has = folders
                .iter()
                .any(|folder| folder.starts_with(file) || name.starts_with(folder.as_str()));
            assert!(has, "no fixture for {name} of {file}");
        }
    }
}
