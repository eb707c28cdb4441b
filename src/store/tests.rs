use super::merge::{Outcome, commit};
use super::*;
use crate::schema::Table;
use crate::settings::Settings;
use crate::testing::{merged, parsed};
use arrow::array::{Array, AsArray};
use proptest::prelude::*;

fn tickets() -> &'static Table {
    Table::by_name("tickets").unwrap()
}

/// Feeds a tickets file and returns what became of its rows.
fn feed(store: &Store, text: &str) -> Outcome {
    feed_keeping(store, text, &[])
}

fn feed_keeping(store: &Store, text: &str, keep_earliest: &[&str]) -> Outcome {
    let settings = Settings::builtin().unwrap();
    let (_, rows, content) = parsed(text, &settings);
    let zone = settings.centre.zone;
    let merged = merged(store, tickets(), zone, &rows.rows, keep_earliest);
    let outcome = merged.outcome;
    commit(store, tickets(), merged, &content).unwrap();
    outcome
}

/// All stored tickets as `id@date=status`, sorted.
fn stored(store: &Store) -> Vec<String> {
    let schema = crate::ingest::columns::record_schema(tickets());
    let mut rows = Vec::new();
    for part in store.table("tickets").unwrap().parts().unwrap() {
        let batch = parquet_io::read(&part.path, &schema).unwrap();
        let text = |name: &str, row: usize| {
            let column = batch.column_by_name(name).unwrap().as_string::<i32>();
            if column.is_valid(row) {
                column.value(row).to_owned()
            } else {
                String::new()
            }
        };
        assert_eq!(part.rows, batch.num_rows() as u64);
        for row in 0..batch.num_rows() {
            let date = part.partition.clone().unwrap_or_default();
            rows.push(format!(
                "{}@{date}={}",
                text("ticket_id", row),
                text("status", row)
            ));
        }
    }
    rows.sort();
    rows
}

const HEADER: &str = "ticket_id,created_at,updated_at,status\n";

fn counts(outcome: Outcome) -> (u64, u64, u64) {
    (outcome.stored, outcome.replaced, outcome.duplicate)
}

#[test]
fn newer_rows_replace_older_and_equal_ones_are_duplicates() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let first = feed(
        &store,
        &format!(
            "{HEADER}a,2026-03-02,2026-03-02,new\nb,2026-03-03,2026-03-03,new\na,2026-03-02,2026-03-02,new\n"
        ),
    );
    assert_eq!(counts(first), (2, 0, 1));
    let paths = || -> Vec<PathBuf> {
        let parts = store.table("tickets").unwrap().parts().unwrap();
        parts.into_iter().map(|part| part.path).collect()
    };
    let before = paths();
    let second = feed(
        &store,
        &format!(
            "{HEADER}a,2026-03-02,2026-03-05,solved\nb,2026-03-03,2026-03-01,closed\nc,2026-03-04,,new\n"
        ),
    );
    assert_eq!(
        counts(second),
        (1, 1, 1),
        "b's older row counts as a duplicate"
    );
    assert_eq!(
        stored(&store),
        [
            "a@2026-03-02=resolved",
            "b@2026-03-03=pending",
            "c@2026-03-04=pending"
        ]
    );
    assert_eq!(
        paths()[1],
        before[1],
        "the untouched day of b is not written again"
    );
}

#[test]
fn a_correction_may_move_a_row_to_another_day() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    feed(&store, &format!("{HEADER}a,2026-03-02,2026-03-02,new\n"));
    feed(&store, &format!("{HEADER}a,2026-03-09,2026-03-10,new\n"));
    assert_eq!(stored(&store), ["a@2026-03-09=pending"]);
}

#[test]
fn the_first_creation_survives_when_the_mapping_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let text = format!("{HEADER}a,2026-03-05,2026-03-05,new\na,2026-03-07,2026-03-07,open\n");
    let outcome = feed_keeping(&store, &text, &["created_at"]);
    assert_eq!(counts(outcome), (1, 1, 0));
    assert_eq!(stored(&store), ["a@2026-03-05=in_progress"]);
    feed_keeping(
        &store,
        &format!("{HEADER}a,2026-03-01,2026-03-09,solved\n"),
        &["created_at"],
    );
    assert_eq!(stored(&store), ["a@2026-03-01=resolved"]);
}

#[test]
fn versions_of_a_key_follow_each_other_in_the_order_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    // No `updated_at` tells which is newer: the later line is, whatever its day.
    let text = format!(
        "{HEADER}a,2026-03-05,,new\na,2026-03-02,,open\na,2026-03-09,,pending\na,2026-03-03,,solved\n"
    );
    assert_eq!(counts(feed(&store, &text)), (1, 3, 0));
    assert_eq!(stored(&store), ["a@2026-03-03=resolved"]);
}

#[test]
fn a_transaction_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let text = format!("{HEADER}a,2026-03-02,,new\n");
    feed(&store, &text);
    let content = blake3::hash(text.as_bytes()).to_hex().to_string();
    assert!(
        store
            .table("tickets")
            .unwrap()
            .has_transaction(&content)
            .unwrap()
    );
    assert!(
        !store
            .table("tickets")
            .unwrap()
            .has_transaction("other")
            .unwrap()
    );
    assert!(
        !store
            .table("calls")
            .unwrap()
            .has_transaction(&content)
            .unwrap()
    );
}

#[test]
fn an_earlier_run_can_still_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let run = |number: i64, store: &Store| runs::Run {
        number,
        as_of: 0,
        as_of_given: false,
        versions: [(
            "tickets".to_owned(),
            store.table("tickets").unwrap().version().unwrap(),
        )]
        .into(),
        settings: "s".to_owned(),
        program: "p".to_owned(),
        ..runs::Run::default()
    };
    feed(&store, &format!("{HEADER}a,2026-03-02,,new\n"));
    store.record_run(&run(1, &store)).unwrap();
    feed(&store, &format!("{HEADER}b,2026-03-02,,new\n"));
    let rows = |run: &runs::Run| -> u64 {
        store
            .parts_at("tickets", run)
            .unwrap()
            .iter()
            .map(|part| part.rows)
            .sum()
    };
    let latest = store.latest_run().unwrap().unwrap();
    assert_eq!(
        (latest.number, rows(&latest)),
        (1, 1),
        "the second file belongs to no finished run yet"
    );
    store.record_run(&run(2, &store)).unwrap();
    let all = store.runs().unwrap();
    assert_eq!(all.iter().map(rows).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn two_writers_exclude_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let lock = store.lock().unwrap();
    let error = Store::open_or_create(dir.path())
        .unwrap()
        .lock()
        .err()
        .map(|error| error.to_string());
    assert!(error.unwrap().contains("another kefu"));
    drop(lock);
    assert!(store.lock().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However rows are cut into files: the accounts add up, and the table holds one row per key.
    #[test]
    fn accounts_add_up(rows in prop::collection::vec((0_u8..6, 1_u8..5, 1_u8..4), 1..20), cut in 0_usize..20) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(dir.path()).unwrap();
        let cut = cut.min(rows.len());
        let (mut read, mut kept) = (0, 0);
        for chunk in [&rows[..cut], &rows[cut..]] {
            let lines: Vec<String> = chunk.iter().map(|(id, day, updated)| format!("t{id},2026-03-0{day},2026-03-1{updated},new\n")).collect();
            let body = lines.concat();
            if body.is_empty() {
                continue;
            }
            let outcome = feed(&store, &format!("{HEADER}{body}"));
            let (stored, replaced, duplicate) = counts(outcome);
            read += stored + replaced + duplicate;
            kept += stored;
        }
        prop_assert_eq!(read, rows.len() as u64);
        let keys: std::collections::BTreeSet<u8> = rows.iter().map(|row| row.0).collect();
        let stored = stored(&store);
        prop_assert_eq!(stored.len(), keys.len());
        prop_assert_eq!(kept, keys.len() as u64);
    }
}

#[test]
fn the_runs_of_an_earlier_program_are_read_and_their_table_gets_its_new_columns() {
    use arrow::array::{BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray};
    use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
    use delta::{Content, Layout, Replacement};
    use std::sync::Arc;

    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let schema = Arc::new(Schema::new(vec![
        Field::new("run", DataType::Int64, true),
        Field::new("as_of", utc, true),
        Field::new("as_of_given", DataType::Boolean, true),
        Field::new("versions", DataType::Utf8, true),
        Field::new("settings", DataType::Utf8, true),
        Field::new("program", DataType::Utf8, true),
    ]));
    let rows = arrow::array::RecordBatch::try_new(
        schema.clone(),
        vec![
            Arc::new(Int64Array::from(vec![1])),
            Arc::new(TimestampMicrosecondArray::from(vec![7]).with_timezone("UTC")),
            Arc::new(BooleanArray::from(vec![true])),
            Arc::new(StringArray::from(vec![r#"{"calls":3}"#])),
            Arc::new(StringArray::from(vec!["s"])),
            Arc::new(StringArray::from(vec!["0.0.1"])),
        ],
    )
    .unwrap();
    let layout = Layout {
        name: runs::TABLE.to_owned(),
        schema,
        partition: None,
    };
    let replacement = Replacement {
        partition: None,
        rows: 1,
        content: Content::Bytes(parquet_io::encode(&rows, &[]).unwrap()),
        keys: None,
    };
    let mut table = store.table(runs::TABLE).unwrap();
    table.replace(&layout, vec![replacement], None).unwrap();

    let old = store.latest_run().unwrap().unwrap();
    assert_eq!((old.number, old.as_of, old.versions["calls"]), (1, 7, 3));
    assert_eq!((old.format, old.facts.as_str()), (0, ""));
    assert!(old.definitions.is_empty() && old.rows.is_empty());
    store.check_format().unwrap();

    let run = |number: i64| runs::Run {
        number,
        format: runs::FORMAT,
        facts: "f".to_owned(),
        rows: [("calls".to_owned(), 9)].into(),
        ..runs::Run::default()
    };
    store.record_run(&run(2)).unwrap();
    store.record_run(&run(3)).unwrap();
    assert_eq!(store.runs().unwrap(), [old, run(2), run(3)]);
    // Other readers of Delta see the columns; the table says so once.
    let said = |version: u64| {
        let log = dir
            .path()
            .join(format!("_runs/_delta_log/{version:020}.json"));
        std::fs::read_to_string(log).unwrap().contains("metaData")
    };
    assert_eq!([0, 1, 2, 3].map(said), [true, false, true, false]);
}

#[test]
fn few_versions_of_a_table_stay_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    for day in 1..=9 {
        feed(
            &store,
            &format!("{HEADER}T{day},2026-03-0{day} 10:00:00,2026-03-0{day} 10:00:00,open\n"),
        );
    }
    let open: Vec<u64> = store
        .opened()
        .keys()
        .filter(|(name, _)| name == "tickets")
        .map(|(_, version)| *version)
        .collect();
    let newest = store.table("tickets").unwrap().version().unwrap();
    assert!(open.len() <= 3 && open.contains(&newest), "{open:?}");
    // An older version is read again and still has its own files.
    let old = Delta::open(&store, "tickets", Some(newest - 6)).unwrap();
    assert_eq!(old.parts().unwrap().len(), 3);
    assert_eq!(stored(&store).len(), 9);
}
