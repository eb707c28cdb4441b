use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use proptest::prelude::*;

use super::super::Store;
use super::super::keys::KeyRange;
use super::*;

const TABLE: &str = "calls";

/// A table by day, with a column more than the first when asked for.
fn layout(columns: usize) -> Layout {
    let fields: Vec<Field> = (0..=columns)
        .map(|at| Field::new(format!("c{at}"), DataType::Utf8, true))
        .collect();
    Layout {
        name: TABLE.to_owned(),
        schema: Arc::new(Schema::new(fields)),
        partition: Some(("date", PrimitiveType::Date)),
    }
}

/// The content of a day; 0 means that it has no rows. Of a file only the log is read here.
fn replacement(day: Option<u8>, content: u8) -> Replacement {
    let keys = (content % 3 != 1).then(|| KeyRange {
        least: format!("k{content}"),
        most: format!("r\"{content}é"),
    });
    Replacement {
        partition: day.map(|day| format!("2026-03-{day:02}")),
        content: Content::Bytes(vec![content; usize::from(content)]),
        rows: u64::from(content),
        keys: keys.filter(|_| content > 0),
    }
}

/// What a writer does.
#[derive(Debug, Clone)]
struct Step {
    days: Vec<(Option<u8>, u8)>,
    transaction: bool,
    /// The table gets a column.
    widens: bool,
    /// Another program, which has read nothing yet, does it.
    another: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let day = prop::option::weighted(0.9, 1_u8..9);
    let days = prop::collection::btree_map(day, 0_u8..5, 0..4);
    (days, any::<bool>(), 0_u8..12, 0_u8..6).prop_map(|(days, transaction, widens, another)| Step {
        days: days.into_iter().collect(),
        transaction,
        widens: widens == 0,
        another: another == 0,
    })
}

/// Version and list of the table as somebody finds them who has read nothing yet.
fn of_log(store: &Store) -> Option<(u64, Files)> {
    let store = Store::open_or_create(store.root()).unwrap();
    let table = store.table(TABLE).unwrap();
    listed(&table)
}

fn listed(table: &Delta<'_>) -> Option<(u64, Files)> {
    let opened = table.opened.as_ref()?;
    Some((opened.version(), table.files(opened).unwrap().clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is added, removed and widened, by whom: the list that is carried on is the one that the log tells.
    #[test]
    fn the_list_that_is_carried_on_is_that_of_the_log(steps in prop::collection::vec(step(), 1..34)) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(dir.path()).unwrap();
        let mut columns = 0;
        for (at, step) in steps.iter().enumerate() {
            columns += usize::from(step.widens);
            let replacements = step.days.iter().map(|(day, content)| replacement(*day, *content)).collect();
            let id = format!("t{at}");
            let transaction = step.transaction.then_some(id.as_str());
            let before = of_log(&store).map(|(version, _)| version);
            let other = Store::open_or_create(dir.path()).unwrap();
            let mut table = if step.another { &other } else { &store }.table(TABLE).unwrap();
            let done = table.replace(&layout(columns), replacements, transaction).unwrap();
            let known = of_log(&store);
            prop_assert_eq!(listed(&table), known.clone(), "who wrote it");
            prop_assert_eq!(listed(&store.table(TABLE).unwrap()), known.clone(), "who opens it next");
            prop_assert_eq!(known.as_ref().map(|(version, _)| *version), Some(done.version));
            prop_assert!(before.is_none_or(|before| done.version <= before + 1));
            let parts = table.parts().unwrap();
            prop_assert_eq!(known.unwrap().1.count(), parts.len() as u64);
            prop_assert!(parts.is_sorted_by_key(|part| (part.partition.clone(), part.path.clone())));
            prop_assert_eq!(step.transaction, table.has_transaction(&id).unwrap());
        }
    }
}

#[test]
fn a_commit_of_files_alone_reads_nothing_of_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let read = || {
        store
            .table(TABLE)
            .unwrap()
            .opened
            .unwrap()
            .table()
            .version()
    };
    let put = |columns: usize, day: u8| {
        let mut table = store.table(TABLE).unwrap();
        let replaced = table.replace(&layout(columns), vec![replacement(Some(day), day)], None);
        replaced.unwrap().version
    };
    for day in 1..9 {
        assert_eq!(put(0, day), u64::from(day));
    }
    assert_eq!(read(), Some(0));
    // The columns are those of the newest entry, so that one is read.
    assert_eq!((put(1, 9), read()), (9, Some(9)));
    assert_eq!((put(1, 10), read()), (10, Some(9)));
    assert_eq!(store.table(TABLE).unwrap().parts().unwrap().len(), 10);
    // What lay between is read again when somebody asks for it.
    let earlier = store.table_at(TABLE, 4).unwrap();
    assert_eq!(earlier.parts().unwrap().len(), 4);
}

#[test]
fn who_has_not_seen_another_writers_version_does_not_write() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(dir.path()).unwrap();
    let other = Store::open_or_create(dir.path()).unwrap();
    let put = |table: &mut Delta<'_>, day: u8| {
        table.replace(&layout(0), vec![replacement(Some(day), day)], None)
    };
    put(&mut store.table(TABLE).unwrap(), 1).unwrap();
    let mut mine = store.table(TABLE).unwrap();
    put(&mut other.table(TABLE).unwrap(), 2).unwrap();
    let error = put(&mut mine, 3).unwrap_err().to_string();
    assert!(
        error.contains("another program has written to calls"),
        "{error}"
    );
    // Its list is still that of the version it has; who opens the table anew sees both.
    assert_eq!((mine.version(), mine.parts().unwrap().len()), (Some(1), 1));
    let mut anew = store.table(TABLE).unwrap();
    assert_eq!(put(&mut anew, 3).unwrap().version, 3);
    assert_eq!(listed(&anew), of_log(&store));
    assert_eq!(anew.parts().unwrap().len(), 3);
}

#[test]
fn tables_of_many_files_are_summed_up_less_often() {
    let times = |files: u64| {
        (0..4000)
            .filter(|version| Delta::sums_up(*version, files))
            .count()
    };
    assert_eq!([0, 365, 999].map(times), [160; 3]);
    assert_eq!([1000, 2500, 10_000].map(times), [80, 40, 10]);
}
