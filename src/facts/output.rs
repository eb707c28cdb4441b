//! Facts on their way into the store: written day by day beside it, committed together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use polars::prelude::*;
use rayon::prelude::*;
use tempfile::TempDir;

use super::frames;
use crate::error::{Error, PolarsContext, Result};
use crate::schema::DATE;
use crate::schema::facts::{FACTS, Fact};
use crate::store::delta::{Content, Part, Replacement, file_name};
use crate::store::{Store, private_dir, private_file};

/// Facts being derived.
pub struct Output {
    folder: TempDir,
    days: BTreeMap<&'static str, Vec<Replacement>>,
    kept: BTreeMap<&'static str, Vec<Part>>,
    /// Rows of days that more rows may come for.
    waiting: BTreeMap<&'static str, Vec<DataFrame>>,
}

/// The fact tables, derived: files of their days, and the days that are as they were.
pub struct Facts {
    _folder: TempDir,
    days: BTreeMap<&'static str, Vec<Replacement>>,
    kept: BTreeMap<&'static str, Vec<Part>>,
}

impl Output {
    /// Nothing yet, in a folder of its own under `spool`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(spool: &Path) -> Result<Self> {
        private_dir(spool)?;
        let folder = tempfile::Builder::new()
            .prefix("facts-")
            .tempdir_in(spool)
            .map_err(|error| Error::io("create a folder in", spool, error))?;
        Ok(Self {
            folder,
            days: BTreeMap::new(),
            kept: BTreeMap::new(),
            waiting: BTreeMap::new(),
        })
    }

    /// Keeps days of an earlier derivation.
    pub fn keep(&mut self, fact: &'static str, parts: Vec<Part>) {
        self.kept.entry(fact).or_default().extend(parts);
    }

    /// Writes the days of a frame, of which all rows are there, in the order they have.
    ///
    /// # Errors
    /// When a column is missing or a file cannot be written.
    pub fn put(&mut self, fact: &'static Fact, frame: &DataFrame) -> Result<()> {
        self.put_in_order(fact, frame, &[])
    }

    /// The same, each day's rows in the order of some columns.
    fn put_in_order(
        &mut self,
        fact: &'static Fact,
        frame: &DataFrame,
        order: &[&str],
    ) -> Result<()> {
        let columns = fact.columns.iter().map(|column| column.name);
        let frame = frame
            .select(columns)
            .computing("the columns of a fact table")?;
        self.add(fact, frames::by_date(fact, &frame, order)?)
    }

    /// Writes the files of days.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn add(
        &mut self,
        fact: &'static Fact,
        days: impl IntoIterator<Item = Replacement>,
    ) -> Result<()> {
        let known = self.days.get(fact.name).map_or(0, Vec::len);
        let folder = self.folder.path();
        let days: Vec<Replacement> = days.into_iter().collect();
        let written = days
            .into_par_iter()
            .enumerate()
            .map(|(at, day)| to_file(folder, fact, known + at, day))
            .collect::<Result<Vec<_>>>()?;
        self.days.entry(fact.name).or_default().extend(written);
        Ok(())
    }

    /// Holds rows back, because later windows may have rows of the same days.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn hold(&mut self, fact: &'static Fact, frame: &DataFrame) -> Result<()> {
        if frame.height() > 0 || !self.waiting.contains_key(fact.name) {
            let columns = fact.columns.iter().map(|column| column.name);
            let frame = frame.select(columns).computing("facts by date")?;
            self.waiting.entry(fact.name).or_default().push(frame);
        }
        Ok(())
    }

    /// Takes the rows that are held back.
    ///
    /// # Errors
    /// When they do not have the same columns.
    pub fn held(&mut self, fact: &Fact) -> Result<DataFrame> {
        let held = self.waiting.remove(fact.name).unwrap_or_default();
        together(held)?.map_or_else(|| frames::whole(fact, &[]), Ok)
    }

    /// Writes the held rows of the days before `before`, each day's in this order; all of them without it.
    ///
    /// # Errors
    /// When a column is missing or a file cannot be written.
    pub fn release(
        &mut self,
        fact: &'static Fact,
        before: Option<i32>,
        order: &[&str],
    ) -> Result<()> {
        let (mut now, mut later) = (Vec::new(), Vec::new());
        for held in self.waiting.remove(fact.name).unwrap_or_default() {
            let Some(before) = before else {
                now.push(held);
                continue;
            };
            let split = || {
                let dates = held.column(DATE)?.i32()?.iter();
                let ready: BooleanChunked = dates
                    .map(|date| Some(date.is_some_and(|date| date < before)))
                    .collect();
                // The few that wait shall not keep what all of them were made from.
                let waiting = frames::compact(&held.filter(&!&ready)?)?;
                PolarsResult::Ok((held.filter(&ready)?, waiting))
            };
            let (ready, waiting) = split().computing("facts by date")?;
            now.push(ready);
            later.push(waiting);
        }
        if let Some(later) = together(later)? {
            self.waiting.insert(fact.name, vec![later]);
        }
        match together(now)? {
            Some(now) => self.put_in_order(fact, &now, order),
            None => Ok(()),
        }
    }

    /// The files of a table so far, kept ones too.
    #[must_use]
    pub fn parts(&self, fact: &str) -> Vec<Part> {
        parts(&self.days, &self.kept, fact)
    }

    /// Whether a day is among `parts` as `then`: files are named by their content, except for those just written.
    #[must_use]
    pub fn is_same(&self, then: &[Part], parts: &[Part], day: Option<&str>) -> bool {
        let of_day = |parts: &[Part]| -> Vec<std::path::PathBuf> {
            let parts = parts.iter().filter(|part| part.partition.as_deref() == day);
            parts.map(|part| part.path.clone()).collect()
        };
        let written = self.days.values().flatten();
        let hash = |path: &Path| {
            written.clone().find_map(|day| match &day.content {
                Content::File {
                    path: known, hash, ..
                } if known == path => Some(hash.as_str()),
                _ => None,
            })
        };
        match (of_day(then).as_slice(), of_day(parts).as_slice()) {
            ([then], [now]) => {
                then == now
                    || hash(now).is_some_and(|hash| {
                        then.file_name()
                            .is_some_and(|name| *name == *file_name(hash))
                    })
            }
            _ => false,
        }
    }

    /// All of them.
    #[must_use]
    pub fn finish(self) -> Facts {
        Facts {
            _folder: self.folder,
            days: self.days,
            kept: self.kept,
        }
    }
}

/// Frames of the same columns one after the other; `None` when there is none.
fn together(frames: Vec<DataFrame>) -> Result<Option<DataFrame>> {
    let mut frames = frames.into_iter();
    let Some(mut all) = frames.next() else {
        return Ok(None);
    };
    for frame in frames {
        all = all.vstack(&frame).computing("facts by date")?;
    }
    Ok(Some(all))
}

fn to_file(folder: &Path, fact: &Fact, number: usize, day: Replacement) -> Result<Replacement> {
    let Content::Bytes(bytes) = &day.content else {
        return Ok(day);
    };
    let path = folder.join(format!("{}-{number:06}.parquet", fact.name));
    private_file(&path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| Error::io("write", &path, error))?;
    let content = Content::File {
        hash: blake3::hash(bytes).to_hex().to_string(),
        size: bytes.len() as u64,
        path,
    };
    Ok(Replacement { content, ..day })
}

fn parts(
    days: &BTreeMap<&'static str, Vec<Replacement>>,
    kept: &BTreeMap<&'static str, Vec<Part>>,
    fact: &str,
) -> Vec<Part> {
    let written = days
        .get(fact)
        .into_iter()
        .flatten()
        .filter_map(|day| match &day.content {
            Content::File { path, .. } => Some(Part {
                partition: day.partition.clone(),
                path: path.clone(),
                rows: day.rows,
                keys: None,
            }),
            Content::Bytes(_) => None,
        });
    let mut all: Vec<Part> = written
        .chain(kept.get(fact).into_iter().flatten().cloned())
        .collect();
    all.sort_by(|a, b| a.partition.cmp(&b.partition));
    all
}

impl Facts {
    /// The files of a fact table, in order of date.
    #[must_use]
    pub fn parts(&self, fact: &Fact) -> Vec<Part> {
        parts(&self.days, &self.kept, fact.name)
    }

    /// Every row of a fact table, in order of date; instants and dates as integers.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn table(&self, fact: &'static Fact) -> Result<DataFrame> {
        frames::whole(fact, &self.parts(fact))
    }

    /// Brings every fact table up to date in the store: changed days are replaced, days whose records vanished
    /// vanish too. Returns how many days were written. Afterwards the files are the store's.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn write(&self, store: &Store) -> Result<usize> {
        let mut written = 0;
        for fact in FACTS {
            let mut days = self.days.get(fact.name).cloned().unwrap_or_default();
            let known: BTreeSet<Option<String>> = parts(&self.days, &self.kept, fact.name)
                .into_iter()
                .map(|part| part.partition)
                .collect();
            let layout = frames::layout(fact);
            let mut table = store.table(fact.name)?;
            let here = table.parts()?;
            let same = |day: &Replacement| {
                let place = table.place(&layout, day);
                let mut of_day = here.iter().filter(|part| part.partition == day.partition);
                of_day.next().is_some_and(|part| part.path == place) && of_day.next().is_none()
            };
            days.retain(|day| !same(day));
            // What is going to be referred to must be safe on disk.
            days.par_iter().try_for_each(|day| match &day.content {
                Content::File { path, .. } => std::fs::File::open(path)
                    .and_then(|file| file.sync_all())
                    .map_err(|error| Error::io("write", path, error)),
                Content::Bytes(_) => Ok(()),
            })?;
            let vanished = here
                .into_iter()
                .filter(|part| !known.contains(&part.partition));
            days.extend(vanished.map(|part| Replacement {
                partition: part.partition,
                content: Content::Bytes(Vec::new()),
                keys: None,
                rows: 0,
            }));
            written += table.replace(&layout, days, None)?.changed;
        }
        Ok(written)
    }
}
