use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};

use arrow::datatypes::TimestampMicrosecondType;

use super::*;

/// Columns of every type that facts have; so many rows that there are several row groups and pages.
fn batch(seed: i64) -> RecordBatch {
    let rows = 0..150_000_i64;
    let some = |every: i64| move |row: i64| (row % every != 0).then_some(row * seed % 7_919);
    let ids = rows.clone().map(|row| Some(format!("C{:09}", row * seed)));
    let words = rows
        .clone()
        .map(|row| some(3)(row).map(|n| if n % 2 == 0 { "长沙" } else { "杭州" }));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(ids.collect::<StringArray>())),
        ("word", Arc::new(words.collect::<StringArray>())),
        (
            "none",
            Arc::new(rows.clone().map(|_| None::<&str>).collect::<StringArray>()),
        ),
        (
            "at",
            Arc::new(
                rows.clone()
                    .map(some(5))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
        ),
        (
            "number",
            Arc::new(
                rows.clone()
                    .map(|row| some(7)(row).map(|n| n as f64 / 8.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            "flag",
            Arc::new(
                rows.map(|row| some(2)(row).map(|n| n % 3 == 0))
                    .collect::<BooleanArray>(),
            ),
        ),
    ];
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

#[test]
fn a_file_with_new_columns_is_the_file_that_would_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.parquet");
    let (old, other) = (batch(17), batch(23));
    std::fs::write(&path, encode(&old, &[]).unwrap()).unwrap();
    for names in [
        vec![],
        vec!["at", "flag"],
        vec!["id", "none", "word"],
        vec!["number"],
    ] {
        let new: Vec<(&str, ArrayRef)> = names
            .iter()
            .map(|name| (*name, other.column_by_name(name).unwrap().clone()))
            .collect();
        let columns = old
            .schema()
            .fields()
            .iter()
            .map(|field| {
                let from = if names.contains(&field.name().as_str()) {
                    &other
                } else {
                    &old
                };
                (
                    field.name().clone(),
                    from.column_by_name(field.name()).unwrap().clone(),
                    true,
                )
            })
            .collect::<Vec<_>>();
        let whole = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let expect = encode(&whole, &[]).unwrap();
        assert!(with_columns(&path, &new).unwrap() == expect, "{names:?}");
    }
}

#[test]
fn texts_are_those_of_the_rows_however_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.parquet");
    let batch = batch(17);
    std::fs::write(&path, encode(&batch, &[]).unwrap()).unwrap();
    // Ids are too many for a dictionary, words are not.
    for (column, most) in [
        ("id", 150_000),
        ("word", 4),
        ("none", 0),
        ("other", 0),
        ("at", 0),
    ] {
        let (mut found, mut count) = (std::collections::BTreeSet::new(), 0);
        let mut see = |text: &str| {
            found.insert(text.to_owned());
            count += 1;
        };
        texts(&path, column, &mut see).unwrap();
        let rows = batch
            .column_by_name(column)
            .and_then(|rows| rows.as_string_opt::<i32>());
        let expect = rows.into_iter().flatten().flatten().map(str::to_owned);
        assert_eq!(found, expect.collect(), "{column}");
        assert!(count <= most, "{column}: {count}");
    }
}

#[test]
fn a_footer_says_what_the_values_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.parquet");
    let batch = batch(17);
    std::fs::write(&path, encode(&batch, &[]).unwrap()).unwrap();
    let footer = Footer::of(&path);
    for column in ["id", "word", "none", "at", "number", "flag"] {
        let nulls = batch.column_by_name(column).unwrap().null_count() as u64;
        assert_eq!(footer.nulls(column).unwrap(), Some(nulls), "{column}");
    }
    let at = batch.column_by_name("at").unwrap();
    let most = arrow::compute::max(at.as_primitive::<TimestampMicrosecondType>());
    assert_eq!(footer.most("at").unwrap(), Some(most));
    assert_eq!(footer.most("none").unwrap(), Some(None));
    assert_eq!(
        (footer.most("word").unwrap(), footer.most("other").unwrap()),
        (None, None)
    );
    assert_eq!(
        (
            footer.any_false("flag").unwrap(),
            footer.any_false("none").unwrap()
        ),
        (Some(true), Some(false))
    );
    assert_eq!(
        (
            footer.any_false("at").unwrap(),
            footer.any_false("other").unwrap()
        ),
        (None, None)
    );
    let reaches = |column: &str, text: &str| {
        let between =
            |least: &[u8], most: &[u8]| least <= text.as_bytes() && text.as_bytes() <= most;
        footer.reaches(column, between).unwrap()
    };
    assert!(reaches("id", "C000000017") && !reaches("id", "C999") && !reaches("id", "B"));
    assert!(!reaches("none", "C") && reaches("other", "C"));
}

#[test]
fn columns_that_a_file_does_not_have_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("day.parquet");
    let old = batch(17);
    std::fs::write(&path, encode(&old, &[]).unwrap()).unwrap();
    let flags = old.column_by_name("flag").unwrap();
    assert!(with_columns(&path, &[("flags", flags.clone())]).is_err());
    assert!(with_columns(&path, &[("flag", flags.slice(1, 7))]).is_err());
}
