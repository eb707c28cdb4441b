//! Keys that have versions on several days: they are looked for first and decided about together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahash::AHashSet;
use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;

use super::super::keys::{self, KeyRange};
use super::super::parquet_io;
use super::super::stage::{self, Day};
use super::{DayState, Merge, Outcome, read_file};
use crate::error::Result;
use crate::schema::DATE;

/// Keys compared across days at a time; more are compared in several passes, so that memory is bounded.
const KEYS_PER_PASS: u64 = 16 << 20;

/// Keys that have versions on several days.
#[derive(Default)]
pub(super) struct Crossing {
    pub(super) hashes: AHashSet<u64>,
    /// The days that hold one of them.
    pub(super) days: BTreeSet<Day>,
}

impl Merge<'_> {
    /// Finds the keys that come on one day and lie, or come, on another.
    pub(super) fn crossing(&self) -> Result<Crossing> {
        // A day that is part of the key keeps keys of different days apart.
        if self.has_day_in_key() {
            return Ok(Crossing::default());
        }
        let suspects = self.suspects();
        if suspects.len() < 2 {
            return Ok(Crossing::default());
        }
        let rows: u64 = suspects
            .iter()
            .filter_map(|day| self.days.get(day))
            .flat_map(|state| state.runs.iter().map(|run| run.rows))
            .sum();
        let passes = rows / KEYS_PER_PASS + 1;
        let mut crossing = Crossing::default();
        for pass in 0..passes {
            self.crossing_pass(&suspects, passes, pass, &mut crossing)?;
        }
        Ok(crossing)
    }

    fn has_day_in_key(&self) -> bool {
        let key = self.key.iter().map(|at| self.schema.field(*at).name());
        key.into_iter().any(|name| name == DATE)
    }

    /// Days whose keys may also lie on another day: by the ranges of keys alone.
    fn suspects(&self) -> Vec<Day> {
        // Keys that are numbered in the order of time do not mix: then this finds nothing and no key is read.
        let all: Vec<(Day, bool, Option<&KeyRange>)> = self
            .days
            .iter()
            .flat_map(|(day, state)| state.ranges().map(|(comes, range)| (*day, comes, range)))
            .collect();
        let incoming: Vec<_> = all.iter().filter(|(_, comes, _)| *comes).collect();
        let mut suspects: BTreeSet<Day> = BTreeSet::new();
        for (day, _, range) in &all {
            for (other, _, coming) in &incoming {
                if other != day && KeyRange::meet(*range, *coming) {
                    suspects.insert(*day);
                    suspects.insert(*other);
                }
            }
        }
        suspects.into_iter().collect()
    }

    fn crossing_pass(
        &self,
        suspects: &[Day],
        passes: u64,
        pass: u64,
        crossing: &mut Crossing,
    ) -> Result<()> {
        let schema = Arc::new(
            self.schema
                .project(&self.key)
                .map_err(|source| self.error(source))?,
        );
        let comes = |state: &DayState<'_>| state.runs.iter().map(|run| run.path.clone()).collect();
        let mut all = self.key_hashes(suspects, &schema, comes, |hash| hash % passes == pass)?;
        // Of what lies there, only keys that come as well matter.
        let coming: AHashSet<u64> = all.iter().map(|(hash, _)| *hash).collect();
        let lies = |state: &DayState<'_>| state.part.iter().map(|part| part.path.clone()).collect();
        all.extend(self.key_hashes(suspects, &schema, lies, |hash| coming.contains(&hash))?);
        all.par_sort_unstable();
        all.dedup();
        for group in all.chunk_by(|one, other| one.0 == other.0) {
            if group.len() > 1 {
                crossing.hashes.insert(group[0].0);
                let days = group.iter().map(|(_, at)| suspects[*at]);
                crossing.days.extend(days);
            }
        }
        Ok(())
    }

    /// Hashes of the keys in some files of each day, each with the position of the day; those that `keep` wants.
    fn key_hashes(
        &self,
        days: &[Day],
        schema: &SchemaRef,
        files: impl Fn(&DayState<'_>) -> Vec<PathBuf> + Sync,
        keep: impl Fn(u64) -> bool + Sync,
    ) -> Result<Vec<(u64, usize)>> {
        let of_day = |(at, day): (usize, &Day)| {
            let mut found = Vec::new();
            for file in self.days.get(day).map(&files).unwrap_or_default() {
                let read = || {
                    let rows = read_file(&file, *day, schema)?;
                    let columns: Vec<&ArrayRef> = rows.columns().iter().collect();
                    Ok(keys::hashes(&columns))
                };
                let hashes = parquet_io::keys(&file, read)?;
                let wanted = hashes.into_iter().filter(|hash| keep(*hash));
                found.extend(wanted.map(|hash| (hash, at)));
            }
            Ok(found)
        };
        let found: Vec<Vec<(u64, usize)>> = days
            .par_iter()
            .enumerate()
            .map(of_day)
            .collect::<Result<_>>()?;
        Ok(found.concat())
    }

    /// Decides about the keys with versions on several days; gives the rows that stay, by day.
    pub(super) fn settle_crossing(
        &self,
        crossing: &Crossing,
        outcome: &mut Outcome,
    ) -> Result<BTreeMap<Day, RecordBatch>> {
        if crossing.hashes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (mut existing, mut incoming) = (Vec::new(), Vec::new());
        for day in &crossing.days {
            let Some(state) = self.days.get(day) else {
                continue;
            };
            if let Some(part) = &state.part {
                existing.push((0, self.crossing_rows(&part.path, *day, crossing)?));
            }
            for run in &state.runs {
                let rows = self.crossing_rows(&run.path, *day, crossing)?;
                incoming.push((run.sequence, rows));
            }
        }
        let old: usize = existing.iter().map(|(_, rows)| rows.num_rows()).sum();
        let fail = |source| self.error(source);
        let mut sequence = Vec::new();
        for (number, rows) in existing.iter().chain(&incoming) {
            sequence.extend(std::iter::repeat_n(*number, rows.num_rows()));
        }
        let all = existing.iter().chain(&incoming).map(|(_, rows)| rows);
        let rows = concat_batches(&self.schema, all).map_err(fail)?;
        let candidates: Vec<usize> = (0..rows.num_rows()).collect();
        let decided = self
            .decide(&rows, old, &sequence, &candidates)
            .map_err(fail)?;
        outcome.add(decided.outcome);
        let rows = decided.patched.unwrap_or(rows);
        let stay: Vec<u64> = decided.winners.iter().map(|row| *row as u64).collect();
        let stay = take_record_batch(&rows, &UInt64Array::from(stay)).map_err(fail)?;
        let mut by_day: BTreeMap<Day, RecordBatch> = BTreeMap::new();
        for (day, rows) in stage::by_day(self.table, self.zone, &stay).map_err(fail)? {
            let whole = match by_day.remove(&day) {
                Some(known) => concat_batches(&self.schema, [&known, &rows]).map_err(fail)?,
                None => rows,
            };
            by_day.insert(day, whole);
        }
        Ok(by_day)
    }

    fn crossing_rows(&self, file: &Path, day: Day, crossing: &Crossing) -> Result<RecordBatch> {
        let rows = read_file(file, day, &self.schema)?;
        let wanted: Vec<u64> = self
            .hashes(&rows)
            .into_iter()
            .enumerate()
            .filter(|(_, hash)| crossing.hashes.contains(hash))
            .map(|(row, _)| row as u64)
            .collect();
        take_record_batch(&rows, &UInt64Array::from(wanted)).map_err(|source| self.error(source))
    }
}
