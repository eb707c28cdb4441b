//! What a reader sees: the store as one run left it, or its records judged at another instant.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use tempfile::TempDir;

use crate::calendar;
use crate::error::{Error, Result};
use crate::facts::promises::Promises;
use crate::facts::{Context, Records};
use crate::ingest::value;
use crate::kpi::query::Source;
use crate::schema::facts::FACTS;
use crate::settings::Settings;
use crate::store::runs::Run;
use crate::store::{Store, quality};

use super::{definitions, fact_columns, fingerprint, newest_run, versions};

/// Which earlier run is asked for.
///
/// Instants are those of the data, as everywhere: a run stands for what was known at its `as_of`. The clock time
/// at which it was computed is nobody's business, so that a store that is built anew answers the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snapshot {
    /// The run with this number.
    Run(i64),
    /// The newest run whose `as_of` is not after this instant, UTC microseconds.
    At(i64),
}

impl Snapshot {
    /// Reads `3`, `r0003`, a time, or a date, which means the end of its day on the clock of `zone`.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn parse(text: &str, zone: Tz) -> Result<Self> {
        let number = text.strip_prefix(['r', 'R']).unwrap_or(text);
        // Eight digits are a date.
        if number.len() < 8 && number.bytes().all(|byte| byte.is_ascii_digit()) {
            return number.parse().map(Self::Run).map_err(|_| unreadable(text));
        }
        let day: Option<NaiveDate> = text.parse().ok();
        if let Some(next) = day.and_then(|day| day.checked_add_days(Days::new(1))) {
            let midnight = value::instant(&next.to_string(), zone, None);
            return midnight
                .map(|at| Self::At(at - 1))
                .map_err(|_| unreadable(text));
        }
        value::instant(text, zone, None)
            .map(Self::At)
            .map_err(|_| unreadable(text))
    }

    /// The run that is meant, with all its files.
    ///
    /// # Errors
    /// When there is none, or its files have been removed.
    pub fn find(self, store: &Store, zone: Tz) -> Result<Run> {
        let runs = store.runs()?;
        let Some(newest) = runs.last() else {
            return newest_run(store);
        };
        let found = match self {
            Self::Run(number) => runs.iter().find(|run| run.number == number),
            Self::At(at) => runs.iter().rfind(|run| run.as_of <= at),
        };
        let Some(run) = found else {
            let (message, hint) = match self {
                Self::Run(number) => (
                    format!("--snapshot: there is no run {number}"),
                    format!("the newest is {}; `kefu store log` lists them", newest.id()),
                ),
                Self::At(at) => (
                    format!(
                        "--snapshot: no run was judged at or before {}",
                        calendar::print(zone, at)
                    ),
                    format!(
                        "the earliest is as of {}; `kefu store log` lists them",
                        runs.iter()
                            .map(|run| run.as_of)
                            .min()
                            .map(|at| calendar::print(zone, at))
                            .unwrap_or_default()
                    ),
                ),
            };
            return Err(Error::usage(message, hint));
        };
        if !is_whole(store, run)? {
            let kept = runs
                .iter()
                .find_map(|run| is_whole(store, run).ok()?.then(|| run.id()));
            return Err(Error::usage(
                format!("--snapshot: the files of {} are no longer there", run.id()),
                match kept {
                    Some(id) => format!(
                        "`kefu store vacuum` keeps the newest runs; the oldest that can be read is {id}"
                    ),
                    None => "`kefu store verify` says what is missing".to_owned(),
                },
            ));
        }
        Ok(run.clone())
    }
}

fn unreadable(text: &str) -> Error {
    Error::usage(
        format!("--snapshot `{text}` is neither a run nor a time"),
        "write a run as 3 or r0003, a time as 2026-03-29 or 2026-03-29 23:59:59",
    )
}

/// Whether every file that readers need of a run is there.
///
/// # Errors
/// When a table's log cannot be read.
pub fn is_whole(store: &Store, run: &Run) -> Result<bool> {
    let tables = FACTS.iter().map(|fact| fact.name).chain([quality::TABLE]);
    for table in tables {
        if let Some(version) = run.versions.get(table)
            && !store.has_version(table, *version)?
        {
            return Ok(false);
        }
        let parts = store.parts_at(table, run)?;
        if !parts.iter().all(|part| part.path.is_file()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An opened store with the run to read.
pub struct Reading {
    store: Store,
    run: Run,
    /// Something the reader should know about the run.
    pub note: Option<String>,
    /// Where the records are when the facts were judged anew: the store itself, and the run whose records they are.
    /// The folder of those facts vanishes with the reading.
    judged: Option<(TempDir, Store, Run)>,
}

impl Reading {
    /// Opens the store at the run of `snapshot`, else at the newest; with an `as_of` other than the run's, its
    /// records are judged anew at that instant, beside the store.
    ///
    /// # Errors
    /// When there is no such run, or it cannot be read.
    pub fn open(
        root: &Path,
        settings: &Settings,
        snapshot: Option<Snapshot>,
        as_of: Option<i64>,
    ) -> Result<Self> {
        let store = Store::open(root)?;
        store.check_format()?;
        let zone = settings.centre.zone;
        let run = match snapshot {
            Some(snapshot) => snapshot.find(&store, zone)?,
            None => newest_run(&store)?,
        };
        let stale = run.facts != fact_columns();
        if let Some(as_of) = as_of.filter(|as_of| *as_of != run.as_of || stale) {
            return Self::judged(store, run, settings, as_of);
        }
        check_facts(root, &run, snapshot.is_some())?;
        let note = note(&run, settings, snapshot.is_some());
        Ok(Self {
            store,
            run,
            note,
            judged: None,
        })
    }

    /// The facts of a run's records at another instant, in a folder that vanishes with them.
    fn judged(store: Store, run: Run, settings: &Settings, as_of: i64) -> Result<Self> {
        let records = Records::read(&store, |table| store.parts_at(table.name, &run))?;
        // Beside nothing of the user's; only its owner may enter the folder.
        let folder = tempfile::tempdir()
            .map_err(|error| Error::io("create a folder in", &std::env::temp_dir(), error))?;
        let judged = Store::open_or_create(folder.path())?;
        let context = Context {
            centre: &settings.centre,
            promises: &Promises::compile(settings)?,
            as_of,
        };
        records
            .derive(&context, &judged.staging())?
            .write(&judged)?;
        let anew = Run {
            as_of,
            as_of_given: true,
            versions: versions(&judged, FACTS.iter().map(|fact| fact.name))?,
            settings: fingerprint(settings),
            facts: fact_columns(),
            ..run.clone()
        };
        Ok(Self {
            store: judged,
            run: anew,
            note: None,
            judged: Some((folder, store, run)),
        })
    }

    /// What queries read.
    #[must_use]
    pub const fn source(&self) -> Source<'_> {
        Source {
            store: &self.store,
            run: &self.run,
        }
    }

    /// Where records are read, which are the same at every instant of judgement.
    #[must_use]
    pub fn records(&self) -> Source<'_> {
        match &self.judged {
            Some((_, store, run)) => Source { store, run },
            None => self.source(),
        }
    }

    /// Whether the facts are not those of the run, but its records judged at another instant.
    #[must_use]
    pub const fn is_judged_anew(&self) -> bool {
        self.judged.is_some()
    }

    /// The run.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }
}

/// What stands between the figures of a run and those published then.
#[must_use]
pub fn note(run: &Run, settings: &Settings, asked: bool) -> Option<String> {
    if !asked {
        return None;
    }
    let program = env!("CARGO_PKG_VERSION");
    if run.program != program {
        return Some(format!(
            "{} was computed by kefu {}; this is {program}, whose definitions may differ",
            run.id(),
            run.program
        ));
    }
    let mut notes = Vec::new();
    if run.settings != fingerprint(settings) {
        notes.push(format!(
            "{} was computed with other settings of the centre or its problem types; its facts are read as they were",
            run.id()
        ));
    }
    let others = redefined(run, &definitions(settings));
    if !others.is_empty() {
        notes.push(format!(
            "since {} these KPIs are defined otherwise, and are computed as they are defined now: {}",
            run.id(),
            others.join(", ")
        ));
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// The KPIs of a run that have another definition now, or none. A run that knows none was recorded before
/// definitions were.
fn redefined<'r>(run: &'r Run, now: &BTreeMap<String, String>) -> Vec<&'r str> {
    let ids = run.definitions.iter();
    ids.filter(|(id, hash)| now.get(*id) != Some(hash))
        .map(|(id, _)| id.as_str())
        .collect()
}

/// Makes sure that the facts of a run have the columns that this program reads.
fn check_facts(root: &Path, run: &Run, asked: bool) -> Result<()> {
    if run.facts == fact_columns() {
        return Ok(());
    }
    let program = &run.program;
    Err(Error::Store {
        root: root.to_owned(),
        message: format!(
            "the facts of {} were derived by an earlier kefu ({program}), without all of today's columns",
            run.id()
        ),
        hint: if asked {
            format!(
                "its records can be read: `kefu kpi --snapshot {} --as-of TIME` derives facts from them; \
                 for its figures as they were use kefu {program}",
                run.id()
            )
        } else {
            "run `kefu run INPUT` again, with the exports of before: it derives the facts anew from the records in the store"
                .to_owned()
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_a_run_or_a_time() {
        let zone = chrono_tz::Asia::Shanghai;
        for (text, expect) in [
            ("3", Snapshot::Run(3)),
            ("r0012", Snapshot::Run(12)),
            // 16:00 UTC is midnight in Shanghai; a date is its last microsecond.
            ("2026-03-02", Snapshot::At(1_772_467_200_000_000 - 1)),
            ("2026-03-02 23:59:59", Snapshot::At(1_772_467_199_000_000)),
            ("2026-03-02T15:59:59Z", Snapshot::At(1_772_467_199_000_000)),
        ] {
            assert_eq!(Snapshot::parse(text, zone).unwrap(), expect, "{text}");
        }
        for text in ["", "r", "yesterday", "-1"] {
            assert!(Snapshot::parse(text, zone).is_err(), "{text}");
        }
    }
}
