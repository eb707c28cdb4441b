//! The nightly run as one sentence: ingest, derive, measure, judge, explain, write.

mod accounts;
pub mod chart;
mod day;
mod dictionary;
pub mod files;
pub mod gate;
pub mod ingest;
mod insights;
mod judged;
mod known;
mod lines;
mod marts;
mod names;
pub mod night;
pub mod publish;
pub mod reading;
mod restated;
mod trust;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;

use crate::calendar;
use crate::error::{Error, Result};
use crate::facts::promises::Promises;
use crate::facts::{Context, Records};
use crate::i18n::Lang;
use crate::ingest::privacy::Key;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::mart;
use crate::kpi::query::Source;
use crate::report::Edition;
use crate::report::document::Stamp;
use crate::report::nightly::Restated;
use crate::schema::TABLES;
use crate::schema::facts::FACTS;
use crate::settings::{Format, Settings};
use crate::store::runs::{self, Run};
use crate::store::{self, Store};
use crate::store::{parquet_io, quality, quarantine};

use night::Documents;
use publish::{Content, Rendered};

pub use ingest::FileAccount;
pub use publish::Published;
pub use reading::{Reading, Snapshot};

/// What a run is told.
#[derive(Debug, Clone)]
pub struct Job {
    /// Files and folders.
    pub inputs: Vec<PathBuf>,
    /// The settings.
    pub settings: Settings,
    /// The store's folder.
    pub store: PathBuf,
    /// Where reports and marts go.
    pub out: PathBuf,
    /// The instant of judgement, UTC microseconds; default: the newest arrival.
    pub as_of: Option<i64>,
    /// The run that is reported on; default: the newest. Only `report` reads it.
    pub snapshot: Option<Snapshot>,
    /// The day reported on; default: the newest day that is not nearly empty.
    pub date: Option<NaiveDate>,
    /// The languages of the reports.
    pub langs: Vec<Lang>,
    /// The reports.
    pub editions: Vec<Edition>,
    /// Their formats.
    pub formats: Vec<Format>,
}

/// Hears how far a run is.
pub trait Progress: Sync {
    /// A stage begins, of `steps` steps.
    fn stage(&self, name: &str, steps: u64);
    /// A step is done.
    fn step(&self, what: &str);
    /// Something the user should know.
    fn warn(&self, message: &str);
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The accounts of every file.
    pub files: Vec<FileAccount>,
    /// Files that no table could be recognised in, with the reason.
    pub refused: Vec<(String, String)>,
    /// The run that is now current.
    pub run: Run,
    /// Whether the store changed.
    pub store_changed: bool,
    /// Days of facts that were written.
    pub fact_days: usize,
    /// The files written, and whether they changed.
    pub published: Vec<Published>,
    /// Figures that miss their target on the day reported on.
    pub missed: Vec<String>,
    /// Figures of earlier days that have changed since the run before.
    pub restated: Restated,
}

/// Takes files in without computing anything further.
///
/// # Errors
/// When an input cannot be found or the store cannot be written.
pub fn ingest_only(job: &Job, progress: &dyn Progress) -> Result<ingest::Ingested> {
    let store = Store::open_or_create(&job.store)?;
    let _lock = store.lock()?;
    take_in(job, &store, progress)
}

fn take_in(job: &Job, store: &Store, progress: &dyn Progress) -> Result<ingest::Ingested> {
    let key_file = job
        .settings
        .privacy
        .key_file
        .clone()
        .unwrap_or_else(|| key_beside(&job.store));
    let key = Key::load_or_create(&key_file)?;
    store.forget_unfinished()?;
    quarantine::expire(store, job.settings.retention.quarantine)?;
    let files = files::discover(&job.inputs, &store.staging())?;
    let ingested = ingest::ingest(store, &files, &job.settings, &key, progress)?;
    store.gather_quality()?;
    Ok(ingested)
}

/// The key file that belongs to a store: beside it, never inside.
#[must_use]
pub fn key_beside(store: &std::path::Path) -> PathBuf {
    let mut name = store
        .file_name()
        .unwrap_or_else(|| "store".as_ref())
        .to_os_string();
    name.push(".key");
    store.with_file_name(name)
}

/// The nightly job.
///
/// # Errors
/// When an input cannot be found, or the store or the reports cannot be written. What was taken in stays.
pub fn run(job: &Job, progress: &dyn Progress) -> Result<Summary> {
    let catalogue = Catalogue::compile(&job.settings)?;
    let promises = Promises::compile(&job.settings)?;
    let store = Store::open_or_create(&job.store)?;
    let _lock = store.lock()?;
    let ingested = take_in(job, &store, progress)?;
    let derived = derive(job, &store, &promises, progress)?;
    let mut summary = publish_run(job, &store, &catalogue, &derived.run, true, progress)?;
    summary.files = ingested.files;
    summary.refused = ingested.refused;
    summary.store_changed = derived.changed;
    summary.fact_days = derived.days;
    parquet_io::remember(&store)?;
    Ok(summary)
}

/// Renders the report and the marts of a store's newest run again, or of an earlier one.
///
/// # Errors
/// When there is no such run, it was judged at another instant than the job's, or something cannot be written.
pub fn report(job: &Job, progress: &dyn Progress) -> Result<Summary> {
    let catalogue = Catalogue::compile(&job.settings)?;
    let reading = Reading::open(&job.store, &job.settings, job.snapshot, None)?;
    let run = reading.run();
    if job.as_of.is_some_and(|as_of| as_of != run.as_of) {
        let zone = job.settings.centre.zone;
        return Err(Error::usage(
            format!(
                "{} was judged as of {}, not at this --as-of",
                run.id(),
                calendar::print(zone, run.as_of)
            ),
            "`kefu run INPUT --as-of TIME` judges and reports anew; `kefu kpi --as-of TIME` gives figures only",
        ));
    }
    if let Some(note) = &reading.note {
        progress.warn(note);
    }
    let source = reading.source();
    publish_run(job, source.store, &catalogue, run, false, progress)
}

/// The newest run of a store.
///
/// # Errors
/// When there is none.
pub fn newest_run(store: &Store) -> Result<Run> {
    store.latest_run()?.ok_or_else(|| Error::Store {
        root: store.root().to_owned(),
        message: "no run has finished here yet".to_owned(),
        hint: "run `kefu run INPUT` first".to_owned(),
    })
}

struct Derived {
    run: Run,
    days: usize,
    changed: bool,
}

/// Brings the facts up to date and records the run; does neither when nothing they depend on has changed.
fn derive(
    job: &Job,
    store: &Store,
    promises: &Promises,
    progress: &dyn Progress,
) -> Result<Derived> {
    let records = versions(
        store,
        TABLES
            .iter()
            .map(|table| table.name)
            .chain([quality::TABLE]),
    )?;
    let fingerprint = fingerprint(&job.settings);
    let columns = fact_columns();
    let definitions = definitions(&job.settings);
    let last = store.latest_run()?;
    if let Some(last) = &last {
        let same_records = records
            .iter()
            .all(|(table, version)| last.versions.get(table) == Some(version));
        let same_instant = job
            .as_of
            .map_or(!last.as_of_given, |as_of| as_of == last.as_of);
        let same_meaning = (&last.settings, &last.facts, &last.definitions)
            == (&fingerprint, &columns, &definitions);
        if same_records && same_instant && same_meaning {
            return Ok(Derived {
                run: last.clone(),
                days: 0,
                changed: false,
            });
        }
    }
    progress.stage("derive", 2);
    let mut read = Records::read(store, |table| store.table(table.name)?.parts())?;
    // Facts of an earlier program may lack columns: they are derived anew from the records.
    if let Some(last) = last
        .as_ref()
        .filter(|last| (&last.settings, &last.facts) == (&fingerprint, &columns))
    {
        // A run that died may have written days under other settings since.
        read = read.since(
            |table| store.parts_at(table.name, last),
            |fact| store.parts_at(fact.name, last),
            |fact| store.table(fact.name)?.parts(),
            last.as_of,
        )?;
    }
    let as_of = match job.as_of {
        Some(as_of) => Some(as_of),
        None => read.newest()?,
    };
    let as_of = as_of.ok_or_else(|| Error::Store {
        root: store.root().to_owned(),
        message: "it holds no calls, chats or tickets, so there is nothing to report".to_owned(),
        hint: "`kefu check INPUT` says what each file is".to_owned(),
    })?;
    progress.step("records read");
    let context = Context {
        centre: &job.settings.centre,
        promises,
        as_of,
    };
    let facts = read.derive(&context, &store.staging())?;
    let days = facts.write(store)?;
    progress.step("facts written");
    let mut all = records;
    all.extend(versions(store, FACTS.iter().map(|fact| fact.name))?);
    let mut run = Run {
        number: last.map_or(1, |last| last.number + 1),
        as_of,
        as_of_given: job.as_of.is_some(),
        versions: all,
        settings: fingerprint,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        format: runs::FORMAT,
        facts: columns,
        definitions,
        rows: BTreeMap::new(),
    };
    for table in run.versions.keys() {
        let parts = store.parts_at(table, &run)?;
        let rows = parts.iter().map(|part| part.rows).sum();
        run.rows.insert(table.clone(), rows);
    }
    store.record_run(&run)?;
    Ok(Derived {
        run,
        days,
        changed: true,
    })
}

/// Table → newest version, for the tables that exist.
fn versions<'n>(
    store: &Store,
    names: impl Iterator<Item = &'n str>,
) -> Result<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    for name in names {
        if let Some(version) = store.table(name)?.version() {
            found.insert(name.to_owned(), version);
        }
    }
    Ok(found)
}

/// Hash of everything besides the records that facts depend on.
fn fingerprint(settings: &Settings) -> String {
    let text = format!(
        "{}\n{FACTS:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        env!("CARGO_PKG_VERSION"),
        settings.centre,
        settings.taxonomy,
        settings.calendars,
        settings.promises,
        settings.state_limits,
        settings.tickets,
        settings.privacy.drop
    );
    short_hash(&text, 32)
}

/// Hash of the columns of the fact tables: facts with other columns cannot be read by this program.
fn fact_columns() -> String {
    short_hash(&format!("{FACTS:?}"), 32)
}

/// Id of every KPI → hash of what it counts, however it is called and wherever its target lies.
fn definitions(settings: &Settings) -> BTreeMap<String, String> {
    let kpis = settings.kpis.iter();
    kpis.map(|kpi| {
        let text = format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {}",
            kpi.fact,
            kpi.condition,
            kpi.kind,
            kpi.when,
            kpi.of,
            kpi.weight,
            kpi.q,
            kpi.scale,
            kpi.period
        );
        (kpi.id.clone(), short_hash(&text, 8))
    })
    .collect()
}

fn short_hash(text: &str, digits: usize) -> String {
    blake3::hash(text.as_bytes()).to_hex().as_str()[..digits].to_owned()
}

/// Computes the figures of a run, and writes marts and reports; `keep` as of [`mart::compute`].
fn publish_run(
    job: &Job,
    store: &Store,
    catalogue: &Catalogue,
    run: &Run,
    keep: bool,
    progress: &dyn Progress,
) -> Result<Summary> {
    progress.stage("measure", 1);
    let source = Source { store, run };
    let mut mart = mart::compute(catalogue, &source, keep)?;
    progress.step("KPIs computed");
    let night = night::assemble(job, catalogue, &source, &mart)?;
    mart.judge(judged::charts(
        &job.settings,
        catalogue,
        &mart,
        night.input.date,
    ));
    let stamp = Stamp {
        run: run.id(),
        as_of: run.as_of,
    };
    let documents = Documents::of(&night, &stamp);
    let mut marts = marts::compute(catalogue, &source, &night, &documents)?;
    marts.extend(beside(
        job,
        catalogue,
        &source,
        &mart,
        night.input.date,
        &marts,
    )?);
    progress.stage("write", publish::steps(job));
    let published = publish::publish(job, marts, &documents, progress)?;
    Ok(Summary {
        files: Vec::new(),
        refused: Vec::new(),
        run: run.clone(),
        store_changed: false,
        fact_days: 0,
        published,
        missed: night.missed(),
        restated: night.input.restated,
    })
}

/// The marts of all figures and of the accounts, and the dictionary of these and of `others`.
fn beside(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    mart: &mart::Mart<'_>,
    date: NaiveDate,
    others: &[Rendered],
) -> Result<Vec<Rendered>> {
    let ids: Vec<&str> = catalogue.kpis.iter().map(|kpi| kpi.id.as_str()).collect();
    let metadata = [("kefu.run", source.run.id()), ("kefu.kpis", ids.join(","))];
    let place = |name: &str| PathBuf::from(format!("marts/{name}.parquet"));
    // As large as all others together many times over: it is never held as a whole.
    std::fs::create_dir_all(&job.out).map_err(|error| Error::io("create", &job.out, error))?;
    let kpi = store::unnamed(&job.out, &job.out.join(place("kpi")), |file| {
        mart.parquet(&source.run.id(), file).map(|_| ())
    })?;
    let mut files = vec![(place("kpi"), Content::File(kpi))];
    for (name, frame) in [
        ("reject", accounts::rejects(source)?),
        ("run", accounts::runs(source, date)?),
    ] {
        files.push((place(name), frame.parquet(name, &metadata)?.into()));
    }
    let all: Vec<&Rendered> = files.iter().chain(others).collect();
    let dictionary = dictionary::files(&all, &metadata)?;
    files.extend(dictionary);
    Ok(files)
}
