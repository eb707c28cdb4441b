//! What unit tests of several modules share: small stores made from the text of exports.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::facts::promises::Promises;
use crate::facts::{Context, Facts, Records};
use crate::ingest::engine::Worker;
use crate::ingest::plan::Plan;
use crate::ingest::privacy::Key;
use crate::ingest::{Export, Parsed};
use crate::schema::Table;
use crate::schema::facts::FACTS;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::merge::{self, Merged};
use crate::store::runs::Run;
use crate::store::stage::{Desk, Stage};

/// A store in a folder that vanishes with it.
pub struct Small {
    pub settings: Settings,
    pub store: Store,
    _dir: TempDir,
}

impl Small {
    /// Takes the texts in as files, each recognised by its header.
    pub fn of(files: &[&str]) -> Self {
        Self::in_zone(chrono_tz::Asia::Shanghai, files)
    }

    /// The same for a centre in another zone.
    pub fn in_zone(zone: chrono_tz::Tz, files: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings::builtin().unwrap();
        settings.centre.zone = zone;
        let small = Self {
            settings,
            store: Store::open_or_create(dir.path()).unwrap(),
            _dir: dir,
        };
        for text in files {
            small.feed(text);
        }
        small
    }

    fn feed(&self, text: &str) {
        let rejects = feed(&self.store, &self.settings, text);
        assert!(rejects.is_empty(), "{rejects:?}");
    }

    /// The facts as they stand at a local time such as `2026-03-31 00:00:00`.
    pub fn facts(&self, as_of: &str) -> Facts {
        let as_of = crate::ingest::value::instant(as_of, self.settings.centre.zone, None).unwrap();
        let records =
            Records::read(&self.store, |table| self.store.table(table.name)?.parts()).unwrap();
        let promises = Promises::compile(&self.settings).unwrap();
        let context = Context {
            centre: &self.settings.centre,
            promises: &promises,
            as_of,
        };
        // Not in the store's folder, which may be gone before the facts are looked at.
        let spool = std::env::temp_dir().join("kefu-unit-tests");
        records.derive(&context, &spool).unwrap()
    }

    /// Writes the facts and says which versions belong together.
    pub fn run(&self, as_of: &str) -> Run {
        self.facts(as_of).write(&self.store).unwrap();
        self.versions()
    }

    /// Says which versions of all tables belong together now.
    pub fn versions(&self) -> Run {
        let records = crate::schema::TABLES.iter().map(|table| table.name);
        let names = FACTS.iter().map(|fact| fact.name).chain(records);
        let versions = names
            .filter_map(|name| Some((name.to_owned(), self.store.table(name).unwrap().version()?)))
            .collect();
        Run {
            number: 1,
            as_of: 0,
            as_of_given: true,
            versions,
            ..Run::default()
        }
    }
}

/// Every row of a fact table.
pub fn table(facts: &Facts, name: &str) -> polars::prelude::DataFrame {
    facts
        .table(crate::schema::facts::Fact::by_name(name).unwrap())
        .unwrap()
}

/// The tables of a file of these bytes, and the folder it lies in.
pub fn exports(bytes: &[u8], settings: &Settings) -> crate::error::Result<(Vec<Export>, TempDir)> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.csv");
    std::fs::write(&path, bytes).unwrap();
    let opened = crate::ingest::open(&path, "t.csv", settings, dir.path())?.settled()?;
    Ok((opened.exports, dir))
}

/// The rows of one table of a text.
pub fn parsed(text: &str, settings: &Settings) -> (Plan, Parsed, String) {
    let (exports, _dir) = exports(text.as_bytes(), settings).unwrap();
    let export = &exports[0];
    let key = Key::from_bytes([1; 32]);
    let plan = export.plans[0].clone();
    let parsed = export
        .parse(&plan, &key, &settings.taxonomy.lookup())
        .unwrap();
    (plan, parsed, export.content.clone())
}

/// Takes a text in as a file, without the accounts; gives what was refused.
pub fn feed(store: &Store, settings: &Settings, text: &str) -> Vec<crate::ingest::Reject> {
    let (plan, parsed, content) = parsed(text, settings);
    let zone = settings.centre.zone;
    let earliest: Vec<&str> = plan.keep_earliest().collect();
    let merged = merged(store, plan.table, zone, &parsed.rows, &earliest);
    merge::commit(store, plan.table, merged, &content).unwrap();
    parsed.rejects
}

/// Rows staged and merged, not yet committed.
pub fn merged(
    store: &Store,
    table: &'static Table,
    zone: chrono_tz::Tz,
    rows: &RecordBatch,
    earliest: &[&str],
) -> Merged {
    let desk = Desk::new(&store.staging(), table, zone).unwrap();
    let mut stage = Stage::default();
    stage.take(desk.part(rows.clone()).unwrap());
    for job in stage.jobs(true) {
        stage.done(desk.work(job).unwrap());
    }
    let staged = stage.finish(desk).unwrap();
    merge::merge(store, table, zone, staged, earliest).unwrap()
}

/// All rows of a Parquet file, of which there are some.
pub fn parquet_rows(bytes: Vec<u8>) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&batches[0].schema(), &batches).unwrap()
}
