//! A centre's files taken into a store of its own, and questions to its facts.

use chrono::NaiveDate;
use kefu::calendar::Grain;
use kefu::facts::promises::Promises;
use kefu::facts::{Context, Records};
use kefu::generate::{GROUND_TRUTH, GroundTruth, Plan, Taxonomy, generate};
use kefu::kpi::catalogue::Catalogue;
use kefu::kpi::pass::Grouping;
use kefu::kpi::query::{Query, Row, Source};
use kefu::run::{Job, Progress, ingest_only};
use kefu::schema::facts::FACTS;
use kefu::settings::Settings;
use kefu::store::Store;
use kefu::store::runs::Run;
use tempfile::TempDir;

/// A store with the facts of a plan, gone when it is dropped.
pub struct Stored {
    pub catalogue: Catalogue,
    pub truth: GroundTruth,
    store: Store,
    run: Run,
    _dir: TempDir,
}

struct Quiet;

impl Progress for Quiet {
    fn stage(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
    fn warn(&self, _: &str) {}
}

impl Stored {
    pub fn of(plan: &Plan, taxonomy: &Taxonomy) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let inputs = dir.path().join("in");
        let mut truth = None;
        for file in generate(plan, taxonomy).unwrap() {
            if file.name == GROUND_TRUTH {
                truth = toml::from_str(std::str::from_utf8(&file.bytes).unwrap()).ok();
                continue;
            }
            let path = inputs.join(&file.name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.bytes).unwrap();
        }
        let settings = Settings::builtin().unwrap();
        let job = Job {
            inputs: vec![inputs],
            settings: settings.clone(),
            store: dir.path().join("store"),
            out: dir.path().join("out"),
            as_of: None,
            snapshot: None,
            date: None,
            langs: Vec::new(),
            editions: Vec::new(),
            formats: Vec::new(),
        };
        ingest_only(&job, &Quiet).unwrap();
        let store = Store::open_or_create(&job.store).unwrap();
        let run = derived(&store, &settings);
        Self {
            catalogue: Catalogue::compile(&settings).unwrap(),
            truth: truth.unwrap(),
            store,
            run,
            _dir: dir,
        }
    }

    pub fn source(&self) -> Source<'_> {
        Source {
            store: &self.store,
            run: &self.run,
        }
    }

    /// Rows of one figure of a catalogue by day and member.
    pub fn by_day(&self, catalogue: &Catalogue, kpis: &[usize], by: &[&str]) -> Vec<Row> {
        let query = Query {
            kpis: kpis.to_vec(),
            groupings: vec![Grouping {
                grain: Grain::Day,
                by: by.iter().map(|name| (*name).to_owned()).collect(),
            }],
            from: None,
            to: None,
            condition: None,
        };
        let mut rows = query.answer(catalogue, &self.source()).unwrap();
        rows.pop().unwrap_or_default()
    }
}

/// Facts of all records, as of the newest of them.
fn derived(store: &Store, settings: &Settings) -> Run {
    let records = Records::read(store, |table| store.table(table.name)?.parts()).unwrap();
    let promises = Promises::compile(settings).unwrap();
    let as_of = records.newest().unwrap().unwrap();
    let context = Context {
        centre: &settings.centre,
        promises: &promises,
        as_of,
    };
    let facts = records.derive(&context, &store.staging()).unwrap();
    facts.write(store).unwrap();
    let versions = FACTS.iter().filter_map(|fact| {
        let version = store.table(fact.name).unwrap().version()?;
        Some((fact.name.to_owned(), version))
    });
    Run {
        number: 1,
        as_of,
        as_of_given: true,
        versions: versions.collect(),
        ..Run::default()
    }
}

/// The day of a plan that starts on a date, from 1.
pub fn day_of(start: NaiveDate, period: &str) -> usize {
    let date: NaiveDate = period.parse().unwrap();
    usize::try_from((date - start).num_days() + 1).unwrap()
}
