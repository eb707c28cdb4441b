use std::fmt::Write as _;

use super::*;
use crate::store::delta::{Content, Replacement};
use crate::store::parquet_io;
use crate::store::quality::Line;
use crate::testing::{Small, feed};
use arrow::array::RecordBatch;

const CALLS: &str = "call_id,started_at,outcome,wait_s,talk_s
c1,2026-03-02 09:00:00,answered,10,60
c2,2026-03-02 10:00:00,answered,20,60
c3,2026-03-02 11:00:00,abandoned,30,
c4,2026-03-03 11:00:00,answered,40,50
";

/// A store with one run, as the nightly job leaves it but for the accounts.
fn store() -> Small {
    let small = Small::of(&[CALLS]);
    record(&small, 1);
    small
}

fn record(small: &Small, number: i64) {
    let mut run = small.run("2026-03-04 00:00:00");
    let calls = small.store.table("calls").unwrap().version().unwrap();
    run.versions.insert("calls".to_owned(), calls);
    run.number = number;
    small.store.record_run(&run).unwrap();
}

/// Divides the file of a day into one file per row, in a commit as another writer would make it.
fn divide(store: &Store, table: &str, day: &str) {
    let delta = store.table(table).unwrap();
    let part = delta
        .parts()
        .unwrap()
        .into_iter()
        .find(|part| part.partition.as_deref() == Some(day))
        .unwrap();
    let schema = parquet_io::schema_of(&part.path).unwrap();
    let rows = parquet_io::read(&part.path, &schema).unwrap();
    let old = part.path.strip_prefix(store.root().join(table)).unwrap();
    let mut log = format!(
        "{}\n",
        serde_json::json!({ "remove": { "path": old, "deletionTimestamp": 0, "dataChange": false,
            "partitionValues": { "date": day } } })
    );
    for row in 0..rows.num_rows() {
        let bytes = parquet_io::encode(&rows.slice(row, 1), &[]).unwrap();
        let path = format!("date={day}/foreign-{row}.parquet");
        std::fs::write(store.root().join(table).join(&path), &bytes).unwrap();
        let add = serde_json::json!({ "add": { "path": path, "partitionValues": { "date": day }, "size": bytes.len(),
            "modificationTime": 0, "dataChange": false, "stats": "{\"numRecords\":1}" } });
        writeln!(log, "{add}").unwrap();
    }
    let version = delta.version().unwrap() + 1;
    let path = store
        .root()
        .join(table)
        .join(format!("_delta_log/{version:020}.json"));
    std::fs::write(path, log).unwrap();
}

fn rows(store: &Store, table: &str, run: &Run) -> Vec<(Option<String>, RecordBatch)> {
    store
        .parts_at(table, run)
        .unwrap()
        .into_iter()
        .map(|part| {
            let schema = parquet_io::schema_of(&part.path).unwrap();
            (
                part.partition,
                parquet_io::read(&part.path, &schema).unwrap(),
            )
        })
        .collect()
}

#[test]
fn days_of_several_files_become_one_file_with_the_same_rows() {
    let small = store();
    let before: Vec<_> = ["calls", "call_facts"]
        .map(|table| {
            rows(
                &small.store,
                table,
                &small.store.latest_run().unwrap().unwrap(),
            )
        })
        .into();
    for table in ["calls", "call_facts"] {
        divide(&small.store, table, "2026-03-02");
    }
    record(&small, 2);
    // Taking in more would lose rows of such a day: it is refused before anything is written.
    let late = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        feed(
            &small.store,
            &small.settings,
            "call_id,started_at,outcome\nc9,2026-03-02 12:00:00,abandoned\n",
        )
    }));
    assert!(late.is_err());

    let done = compact(&small.store).unwrap();
    let expect = |table: &str, files| Compacted {
        table: table.to_owned(),
        days: 1,
        files,
    };
    // Facts of a changed day were brought into one file by the run itself.
    assert_eq!(done, [expect("calls", 3)]);
    let run = small.store.latest_run().unwrap().unwrap();
    assert_eq!(run.number, 2, "the run goes on to mean the same rows");
    let after: Vec<_> = ["calls", "call_facts"]
        .map(|table| rows(&small.store, table, &run))
        .into();
    assert_eq!(before, after);
    let named = small.store.parts_at("calls", &run).unwrap();
    assert!(
        named.iter().all(|part| part.keys.is_some()),
        "the range of keys is known again"
    );
    assert_eq!(compact(&small.store).unwrap(), []);
    feed(
        &small.store,
        &small.settings,
        "call_id,started_at,outcome\nc9,2026-03-02 12:00:00,abandoned\n",
    );
}

#[test]
fn facts_are_compacted_in_the_order_readers_saw() {
    let small = store();
    divide(&small.store, "call_facts", "2026-03-02");
    // A run that means the divided version.
    let mut run = small.store.latest_run().unwrap().unwrap();
    let version = small.store.table("call_facts").unwrap().version().unwrap();
    run.versions.insert("call_facts".to_owned(), version);
    run.number = 2;
    small.store.record_run(&run).unwrap();
    let before = rows(&small.store, "call_facts", &run);
    assert_eq!(before.len(), 4);
    assert_eq!(compact(&small.store).unwrap().len(), 1);
    let run = small.store.latest_run().unwrap().unwrap();
    let after = rows(&small.store, "call_facts", &run);
    assert_eq!(after.len(), 2);
    let seen: Vec<&RecordBatch> = before[..3].iter().map(|(_, rows)| rows).collect();
    let together = arrow::compute::concat_batches(&seen[0].schema(), seen).unwrap();
    assert_eq!(after[0].1, together);
}

/// What is wrong, table by table, accounts of the small store left out.
fn wrong(small: &Small) -> Vec<String> {
    let found = verify(&small.store, false).unwrap();
    let lines = found
        .troubles
        .into_iter()
        .map(|one| format!("{}: {}", one.place, one.what));
    lines
        .filter(|line| !line.contains("by the accounts"))
        .collect()
}

#[test]
fn a_key_on_two_days_is_found() {
    let small = store();
    assert_eq!(wrong(&small), Vec::<String>::new());
    // A third day gets the file of the first, as no merge would write it.
    let part = &small.store.table("calls").unwrap().parts().unwrap()[0];
    let replacement = Replacement {
        partition: Some("2026-03-09".to_owned()),
        rows: part.rows,
        keys: part.keys.clone(),
        content: Content::Bytes(std::fs::read(&part.path).unwrap()),
    };
    let table = crate::schema::Table::by_name("calls").unwrap();
    let layout = crate::store::merge::layout(table);
    small
        .store
        .table("calls")
        .unwrap()
        .replace(&layout, vec![replacement], None)
        .unwrap();
    record(&small, 2);
    assert_eq!(
        wrong(&small),
        ["calls: keys that occur more than once: c1, c2, c3"]
    );
}

#[test]
fn a_log_that_says_other_rows_or_keys_is_found() {
    let small = store();
    let mut parts = small.store.table("calls").unwrap().parts().unwrap();
    let part = parts.remove(0);
    let table = crate::schema::Table::by_name("calls").unwrap();
    let layout = crate::store::merge::layout(table);
    // Other bytes, so that the file gets another name, with the rows and keys of another file.
    let schema = parquet_io::schema_of(&part.path).unwrap();
    let two = parquet_io::read(&part.path, &schema).unwrap().slice(0, 2);
    for (number, rows, expect) in [
        (2, 3, "holds 2 rows, but its log says 3"),
        (3, 2, "has keys from c1 to c2, but its log says c1 to c3"),
    ] {
        let bytes = parquet_io::encode(&two, &[("rows", rows.to_string())]).unwrap();
        let replacement = Replacement {
            partition: part.partition.clone(),
            rows,
            keys: part.keys.clone(),
            content: Content::Bytes(bytes),
        };
        small
            .store
            .table("calls")
            .unwrap()
            .replace(&layout, vec![replacement], None)
            .unwrap();
        record(&small, number);
        let found = wrong(&small);
        assert!(found.len() == 1 && found[0].ends_with(expect), "{found:?}");
    }
}

#[test]
fn accounts_that_do_not_balance_are_found() {
    let small = store();
    let line = |outcome: &str, rows| Line {
        file: "calls.csv".to_owned(),
        content: blake3::hash(CALLS.as_bytes()).to_hex().to_string(),
        table: "calls".to_owned(),
        outcome: outcome.to_owned(),
        rows,
        ..Line::default()
    };
    let lines = [line("read", 5), line("stored", 3), line("rejected", 1)];
    small.store.write_quality("b", &lines).unwrap();
    let mut run = small.store.latest_run().unwrap().unwrap();
    let version = small.store.table("_quality").unwrap().version().unwrap();
    run.versions.insert("_quality".to_owned(), version);
    run.number = 2;
    small.store.record_run(&run).unwrap();
    let found = verify(&small.store, false).unwrap();
    let lines: Vec<String> = found.troubles.iter().map(|one| one.what.clone()).collect();
    assert!(
        lines.contains(&"calls.csv as calls: 5 rows read, but 4 accounted for".to_owned()),
        "{lines:?}"
    );
    // The rows of this small store entered under another name of their batch.
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("feed the file again")),
        "{:?}",
        found.notes
    );
}

/// The accounts of a file that has rows of no table.
fn accounts(at: usize) -> (String, Vec<Line>) {
    let content = blake3::hash(format!("file {at}").as_bytes()).to_hex();
    let line = |outcome: &str| Line {
        file: format!("calls_{at:03}.csv"),
        content: content.to_string(),
        table: "calls".to_owned(),
        outcome: outcome.to_owned(),
        rows: 1,
        ..Line::default()
    };
    let batch = crate::store::quality::batch_id(&content, "calls");
    (batch, vec![line("read"), line("duplicate")])
}

#[test]
fn the_accounts_of_many_files_come_to_lie_in_one() {
    let small = store();
    let files = || small.store.table("_quality").unwrap().parts().unwrap();
    let mut batches = std::collections::BTreeSet::new();
    for round in 0..2 {
        for at in 0..65 {
            let (batch, lines) = accounts(round * 100 + at);
            small.store.write_quality(&batch, &lines).unwrap();
            batches.insert(batch);
            if at == 63 {
                small.store.gather_quality().unwrap();
                assert_eq!(files().len(), 64 + round, "few files are left as they are");
            }
        }
        small.store.gather_quality().unwrap();
        assert_eq!(files().len(), 1);
        assert_eq!(small.store.taken().unwrap(), batches);
    }
    let mut run = small.store.latest_run().unwrap().unwrap();
    let version = small.store.table("_quality").unwrap().version().unwrap();
    run.versions.insert("_quality".to_owned(), version);
    let lines = small.store.quality(&run).unwrap();
    let expect = (0..65).chain(100..165).flat_map(|at| accounts(at).1);
    assert_eq!(*lines, *expect.collect::<Vec<_>>());
}

#[test]
fn a_vacuum_cuts_the_logs_to_what_its_runs_need() {
    let small = store();
    let log = |table: &str| {
        let folder = small.store.root().join(table).join("_delta_log");
        let names = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let layout = crate::store::merge::layout(crate::schema::Table::by_name("calls").unwrap());
    for number in 2..=60 {
        let mut calls = small.store.table("calls").unwrap();
        let batch = format!("batch {number}");
        let done = calls.replace(&layout, Vec::new(), Some(&batch)).unwrap();
        let mut run = small.store.latest_run().unwrap().unwrap();
        run.versions.insert("calls".to_owned(), done.version);
        run.number = number;
        small.store.record_run(&run).unwrap();
    }
    let all = small.store.runs().unwrap();
    let rows_of = |store: &Store, run: &Run| -> u64 {
        let parts = store.parts_at("calls", run).unwrap();
        parts.iter().map(|part| part.rows).sum()
    };
    let before = rows_of(&small.store, &all[58]);
    let dry = vacuum(&small.store, 2, true).unwrap();
    let done = vacuum(&small.store, 2, false).unwrap();
    assert_eq!(dry, done);
    for table in ["calls", "_runs"] {
        let left = log(table);
        assert!(left.len() < 40, "{table}: {left:?}");
        assert!(
            left[0].ends_with(".checkpoint.parquet"),
            "{table}: {left:?}"
        );
    }
    // Read anew, from what lies on the disk.
    let store = Store::open(small.store.root()).unwrap();
    assert_eq!(store.runs().unwrap(), all);
    assert_eq!(rows_of(&store, &all[58]), before);
    assert!(
        store
            .has_version("calls", all[58].versions["calls"])
            .unwrap()
    );
    assert!(
        !store
            .has_version("calls", all[0].versions["calls"])
            .unwrap()
    );
    let verified = verify(&store, true).unwrap();
    assert!(
        verified
            .notes
            .iter()
            .any(|note| note.contains("as after `kefu store vacuum`")),
        "{:?}",
        verified.notes
    );
    // And what comes next goes on from it.
    feed(
        &store,
        &small.settings,
        "call_id,started_at,outcome\ny,2026-03-02 13:00:00,abandoned\n",
    );
    assert_eq!(vacuum(&store, 2, false).unwrap().runs, 2);
}

#[test]
fn what_another_program_commits_is_seen_and_not_overwritten() {
    let small = store();
    let mut delta = small.store.table("calls").unwrap();
    let version = delta.version().unwrap();
    divide(&small.store, "calls", "2026-03-02");
    assert_eq!(
        small.store.table("calls").unwrap().version(),
        Some(version + 1)
    );
    let layout = crate::store::merge::layout(crate::schema::Table::by_name("calls").unwrap());
    let error = delta
        .replace(&layout, Vec::new(), Some("late"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("another program has written to calls"),
        "{error}"
    );
}
