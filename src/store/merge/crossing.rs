//! Keys that have versions on several days: they are looked for first and decided about together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ahash::AHashSet;
use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::compute::{concat_batches, take_record_batch};
use rayon::prelude::*;

use super::super::keys::{self, KeyRange};
use super::super::parquet_io;
use super::super::stage::{self, Day};
use super::{Merge, Outcome, read_file};
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
            .flat_map(|state| {
                let own = state.part.iter().map(|part| part.rows);
                own.chain(state.runs.iter().map(|run| run.rows))
            })
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
        let found: Vec<Vec<(u64, usize, bool)>> = suspects
            .par_iter()
            .enumerate()
            .map(|(at, day)| {
                let Some(state) = self.days.get(day) else {
                    return Ok(Vec::new());
                };
                let mut hashes = Vec::new();
                for (file, (comes, _)) in state.files().zip(state.ranges()) {
                    let read = || {
                        let rows = read_file(file, *day, &schema)?;
                        let columns: Vec<&ArrayRef> = rows.columns().iter().collect();
                        Ok(keys::hashes(&columns))
                    };
                    let own = parquet_io::keys(file, read)?;
                    hashes.extend(
                        own.into_iter()
                            .filter(|hash| hash % passes == pass)
                            .map(|hash| (hash, at, comes)),
                    );
                }
                hashes.sort_unstable();
                hashes.dedup();
                Ok(hashes)
            })
            .collect::<Result<_>>()?;
        let mut all = found.concat();
        all.par_sort_unstable();
        for group in all.chunk_by(|one, other| one.0 == other.0) {
            let several = group.iter().any(|(_, at, _)| *at != group[0].1);
            if several && group.iter().any(|(_, _, comes)| *comes) {
                crossing.hashes.insert(group[0].0);
                let days = group.iter().map(|(_, at, _)| suspects[*at]);
                crossing.days.extend(days);
            }
        }
        Ok(())
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
