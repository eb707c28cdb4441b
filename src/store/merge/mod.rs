//! Staged rows → the record table: new keys are stored, newer rows replace, equal ones are duplicates.
//! Only the days that gain or lose a row are written again, and one day at a time is in memory.
//!
//! The versions of a key almost always lie on one day and are decided about when that day is written. Keys
//! with versions on several days are looked for first and decided about together.

mod crossing;
mod decide;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, UInt64Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use chrono_tz::Tz;
use deltalake::kernel::PrimitiveType;
use rayon::prelude::*;

use super::delta::{Content, Layout, Part, Replacement};
use super::keys::{self, KeyRange};
use super::stage::{self, Day, Staged, StagedRun};
use super::{Store, parquet_io};
use crate::calendar;
use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::schema::{DATE, Table};
use crossing::Crossing;
use decide::repeated;

/// What became of the rows of one file; the three add up to the rows given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Rows with a key the table did not have.
    pub stored: u64,
    /// Rows that took the place of an older one with the same key.
    pub replaced: u64,
    /// Rows the table had already, in the same or a newer version.
    pub duplicate: u64,
}

impl Outcome {
    const fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.replaced += other.replaced;
        self.duplicate += other.duplicate;
    }
}

/// The layout of a record table.
#[must_use]
pub fn layout(table: &Table) -> Layout {
    Layout {
        name: table.name.to_owned(),
        schema: parquet_io::file_schema(table),
        partition: (!table.time.is_empty()).then_some((DATE, PrimitiveType::Date)),
    }
}

/// Rows decided about and days rewritten, not yet committed.
pub struct Merged {
    /// What became of the rows.
    pub outcome: Outcome,
    replacements: Vec<Replacement>,
    /// Files that the replacements refer to vanish with it.
    _staged: Staged,
}

/// Decides about the staged rows and prepares the days that change. Columns in `keep_earliest` keep the
/// smallest value that any version of a row had.
///
/// # Errors
/// When existing days cannot be read.
pub fn merge(
    store: &Store,
    table: &'static Table,
    zone: Tz,
    staged: Staged,
    keep_earliest: &[&str],
) -> Result<Merged> {
    let known = store.table(table.name)?;
    let parts: Vec<&Part> = known.each()?.map(|file| &file.part).collect();
    // A day is one file here; another program may have written it in several.
    let mut days_of = parts.windows(2);
    if days_of.any(|pair| pair[0].partition == pair[1].partition) {
        return Err(Error::Store {
            root: store.root().to_owned(),
            message: format!("{} has days with several files", table.name),
            hint: "`kefu store compact` makes one of them; then run again".to_owned(),
        });
    }
    let merge = Merge {
        table,
        zone,
        schema: record_schema(table),
        key: keys::columns(table),
        earliest: keep_earliest,
        days: days(&staged.runs, &parts),
    };
    let crossing = merge.crossing()?;
    let mut outcome = Outcome::default();
    let winners = merge.settle_crossing(&crossing, &mut outcome)?;
    let written: Vec<Option<(Replacement, Outcome)>> = merge
        .days
        .par_iter()
        .map(|(day, state)| merge.day(*day, state, &crossing, winners.get(day)))
        .collect::<Result<_>>()?;
    let mut replacements = Vec::new();
    for (replacement, of_day) in written.into_iter().flatten() {
        outcome.add(of_day);
        replacements.push(replacement);
    }
    Ok(Merged {
        outcome,
        replacements,
        _staged: staged,
    })
}

/// Commits the prepared days under `transaction`.
///
/// # Errors
/// When the days cannot be written or the commit is refused.
pub fn commit(store: &Store, table: &Table, merged: Merged, transaction: &str) -> Result<()> {
    store
        .table(table.name)?
        .replace(&layout(table), merged.replacements, Some(transaction))
        .map(|_| ())
}

/// What is known of a day: the file it has and the rows that come.
#[derive(Default)]
struct DayState<'s> {
    part: Option<&'s Part>,
    runs: Vec<&'s StagedRun>,
}

fn days<'s>(runs: &'s [StagedRun], parts: &[&'s Part]) -> BTreeMap<Day, DayState<'s>> {
    let mut days: BTreeMap<Day, DayState<'s>> = BTreeMap::new();
    for part in parts {
        let day = part
            .partition
            .as_deref()
            .and_then(|date| date.parse().ok())
            .map(calendar::epoch_days);
        days.entry(day).or_default().part = Some(*part);
    }
    for run in runs {
        days.entry(run.day).or_default().runs.push(run);
    }
    days
}

struct Merge<'s> {
    table: &'static Table,
    zone: Tz,
    schema: SchemaRef,
    key: Vec<usize>,
    earliest: &'s [&'s str],
    days: BTreeMap<Day, DayState<'s>>,
}

impl DayState<'_> {
    /// The ranges of keys that the day's files hold: what it has, and what comes.
    fn ranges(&self) -> impl Iterator<Item = (bool, Option<&KeyRange>)> {
        let own = self.part.iter().map(|part| (false, part.keys.as_ref()));
        own.chain(self.runs.iter().map(|run| (true, run.keys.as_ref())))
    }
}

impl Merge<'_> {
    fn error(&self, source: ArrowError) -> Error {
        Error::Arrow {
            what: self.table.name.to_owned(),
            source,
        }
    }

    fn hashes(&self, rows: &RecordBatch) -> Vec<u64> {
        let columns: Vec<&ArrayRef> = self.key.iter().map(|at| rows.column(*at)).collect();
        keys::hashes(&columns)
    }

    /// The new content of a day; `None` when it stays as it is.
    fn day(
        &self,
        day: Day,
        state: &DayState<'_>,
        crossing: &Crossing,
        winners: Option<&RecordBatch>,
    ) -> Result<Option<(Replacement, Outcome)>> {
        let crossed = crossing.days.contains(&day);
        let partition = day
            .and_then(calendar::from_epoch_days)
            .map(|date| date.to_string());
        match (&state.part, state.runs.as_slice()) {
            (_, []) if !crossed && winners.is_none() => return Ok(None),
            // The whole day came in one go: its file is ready.
            (None, [run]) if run.unique && !crossed && winners.is_none() => {
                let outcome = Outcome {
                    stored: run.rows,
                    ..Outcome::default()
                };
                let replacement = Replacement {
                    partition,
                    content: Content::File {
                        path: run.path.clone(),
                        hash: run.hash.clone(),
                        size: run.size,
                    },
                    rows: run.rows,
                    keys: run.keys.clone(),
                };
                return Ok(Some((replacement, outcome)));
            }
            _ => {}
        }
        let (rows, outcome) = self.whole_day(day, state, crossing, winners)?;
        let replacement = self.encode(partition, &rows)?;
        Ok(Some((replacement, outcome)))
    }

    /// All rows of a day after the merge, sorted.
    fn whole_day(
        &self,
        day: Day,
        state: &DayState<'_>,
        crossing: &Crossing,
        winners: Option<&RecordBatch>,
    ) -> Result<(RecordBatch, Outcome)> {
        let fail = |source| self.error(source);
        let mut batches = Vec::new();
        let mut sequence = Vec::new();
        if let Some(part) = &state.part {
            batches.push(read_file(&part.path, day, &self.schema)?);
            sequence.extend(std::iter::repeat_n(0, batches[0].num_rows()));
        }
        let old = batches.iter().map(RecordBatch::num_rows).sum();
        for run in &state.runs {
            let rows = read_file(&run.path, day, &self.schema)?;
            sequence.extend(std::iter::repeat_n(run.sequence, rows.num_rows()));
            batches.push(rows);
        }
        let rows = concat_batches(&self.schema, &batches).map_err(fail)?;
        drop(batches);
        let hashes = self.hashes(&rows);
        let candidates: Vec<usize> = (0..rows.num_rows())
            .filter(|row| !crossing.hashes.contains(&hashes[*row]))
            .collect();
        let (several, single) = repeated(&hashes, candidates);
        let mut outcome = Outcome {
            stored: single.iter().filter(|row| **row >= old).count() as u64,
            ..Outcome::default()
        };
        let decided = self.decide(&rows, old, &sequence, &several).map_err(fail)?;
        outcome.add(decided.outcome);
        let rows = decided.patched.unwrap_or(rows);
        let mut stay: Vec<u64> = single
            .iter()
            .chain(&decided.winners)
            .map(|row| *row as u64)
            .collect();
        stay.sort_unstable();
        let mut kept = take_record_batch(&rows, &UInt64Array::from(stay)).map_err(fail)?;
        if let Some(winners) = winners {
            kept = concat_batches(&self.schema, [&kept, winners]).map_err(fail)?;
        }
        let sorted = stage::sorted(self.table, kept).map_err(fail)?;
        Ok((sorted, outcome))
    }

    fn encode(&self, partition: Option<String>, rows: &RecordBatch) -> Result<Replacement> {
        let count = rows.num_rows() as u64;
        let keys = keys::range(rows, &self.key);
        let content = if count == 0 {
            Content::Bytes(Vec::new())
        } else {
            Content::Bytes(parquet_io::encode_records(
                self.table,
                std::slice::from_ref(rows),
            )?)
        };
        Ok(Replacement {
            partition,
            content,
            rows: count,
            keys,
        })
    }
}

/// Reads a file of rows; the partition column, if asked for, is filled with the day.
pub(super) fn read_file(path: &Path, day: Day, schema: &SchemaRef) -> Result<RecordBatch> {
    let batch = parquet_io::read(path, schema)?;
    let Ok(at) = schema.index_of(DATE) else {
        return Ok(batch);
    };
    let mut columns = batch.columns().to_vec();
    columns[at] = Arc::new(Date32Array::from(vec![day; batch.num_rows()]));
    RecordBatch::try_new(schema.clone(), columns).map_err(|source| Error::Arrow {
        what: path.display().to_string(),
        source,
    })
}
