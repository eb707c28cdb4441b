//! Staged rows → the record table: new keys are stored, newer rows replace, equal ones are duplicates.
//! Only the days that gain or lose a row are written again, and one day at a time is in memory.
//!
//! The versions of a key almost always lie on one day and are decided about when that day is written. Keys
//! with versions on several days are looked for first and decided about together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahash::AHashSet;
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
    UInt64Array,
};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{Int64Type, SchemaRef, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};
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
use crate::schema::{DATE, SOURCE_FILE, SOURCE_LINE, Table};

/// Keys compared across days at a time; more are compared in several passes, so that memory is bounded.
const KEYS_PER_PASS: u64 = 16 << 20;

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

/// Keys that have versions on several days.
#[derive(Default)]
struct Crossing {
    hashes: AHashSet<u64>,
    /// The days that hold one of them.
    days: BTreeSet<Day>,
}

impl DayState<'_> {
    /// The ranges of keys that the day's files hold: what it has, and what comes.
    fn ranges(&self) -> impl Iterator<Item = (bool, Option<&KeyRange>)> {
        let own = self.part.iter().map(|part| (false, part.keys.as_ref()));
        own.chain(self.runs.iter().map(|run| (true, run.keys.as_ref())))
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let own = self.part.iter().map(|part| &part.path);
        own.chain(self.runs.iter().map(|run| &run.path))
    }
}

impl Merge<'_> {
    fn error(&self, source: ArrowError) -> Error {
        Error::Arrow {
            what: self.table.name.to_owned(),
            source,
        }
    }

    /// Finds the keys that come on one day and lie, or come, on another.
    fn crossing(&self) -> Result<Crossing> {
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
                    let rows = read_file(file, *day, &schema)?;
                    let columns: Vec<&ArrayRef> = rows.columns().iter().collect();
                    let own = keys::hashes(&columns);
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
    fn settle_crossing(
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

    /// Goes through the versions of each key in the order they came – first the one the table has – and tells
    /// which stays. `candidates` are the rows to decide about; rows from `old` on are new; `sequence` says in
    /// which run of the file a row came.
    fn decide(
        &self,
        rows: &RecordBatch,
        old: usize,
        sequence: &[usize],
        candidates: &[usize],
    ) -> std::result::Result<Decided, ArrowError> {
        let mut decided = Decided::default();
        if candidates.is_empty() {
            return Ok(decided);
        }
        let comparable = Comparable::new(rows, &self.key, candidates)?;
        let lines = rows
            .column_by_name(SOURCE_LINE)
            .and_then(|column| column.as_primitive_opt::<Int64Type>());
        let arrival = |place: &usize| {
            let row = candidates[*place];
            let line = lines.map_or(0, |lines: &Int64Array| lines.value(row));
            // Lines count through the whole file; runs are days, whose order says nothing across days.
            (row >= old, line, sequence.get(row).copied(), row)
        };
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by_key(arrival);
        let updated = self.table.position("updated_at").map(|at| {
            rows.column(at)
                .as_primitive::<TimestampMicrosecondType>()
                .clone()
        });
        // Key → place of the row that is current.
        let mut current: HashMap<OwnedRow, usize> = HashMap::new();
        for place in order {
            let key = comparable.keys.row(place).owned();
            let new = candidates[place] >= old;
            let Some(known) = current.get(&key).copied() else {
                decided.outcome.stored += u64::from(new);
                current.insert(key, place);
                continue;
            };
            let same = comparable.content.row(place) == comparable.content.row(known);
            if same || older(updated.as_ref(), candidates[place], candidates[known]) {
                decided.outcome.duplicate += 1;
            } else {
                decided.outcome.replaced += 1;
                current.insert(key, place);
            }
        }
        decided.winners = current.values().map(|place| candidates[*place]).collect();
        decided.winners.sort_unstable();
        if !self.earliest.is_empty() {
            decided.patched = Some(self.with_earliest(rows, &comparable, candidates, &current)?);
        }
        Ok(decided)
    }

    /// The rows with the winners' columns set to the smallest value that any version of their key had.
    fn with_earliest(
        &self,
        rows: &RecordBatch,
        comparable: &Comparable,
        candidates: &[usize],
        current: &HashMap<OwnedRow, usize>,
    ) -> std::result::Result<RecordBatch, ArrowError> {
        let mut columns = rows.columns().to_vec();
        for name in self.earliest {
            let Some(at) = self.table.position(name) else {
                continue;
            };
            let Some(values) = columns[at].as_primitive_opt::<TimestampMicrosecondType>() else {
                continue;
            };
            let mut patched: Vec<Option<i64>> = values.iter().collect();
            let mut smallest: HashMap<OwnedRow, i64> = HashMap::new();
            for (place, row) in candidates.iter().enumerate() {
                if values.is_valid(*row) {
                    let value = values.value(*row);
                    let least = smallest
                        .entry(comparable.keys.row(place).owned())
                        .or_insert(value);
                    *least = (*least).min(value);
                }
            }
            for (key, place) in current {
                if let Some(least) = smallest.get(key) {
                    patched[candidates[*place]] = Some(*least);
                }
            }
            columns[at] = Arc::new(TimestampMicrosecondArray::from(patched).with_timezone("UTC"));
        }
        RecordBatch::try_new(rows.schema(), columns)
    }
}

/// Which versions stay.
#[derive(Default)]
struct Decided {
    outcome: Outcome,
    winners: Vec<usize>,
    /// The rows with columns that keep the earliest value.
    patched: Option<RecordBatch>,
}

/// The rows to decide about, in comparable form.
struct Comparable {
    keys: Rows,
    content: Rows,
    _converters: (RowConverter, RowConverter),
}

impl Comparable {
    fn new(
        rows: &RecordBatch,
        key: &[usize],
        candidates: &[usize],
    ) -> std::result::Result<Self, ArrowError> {
        let places = UInt64Array::from_iter_values(candidates.iter().map(|row| *row as u64));
        let rows = take_record_batch(rows, &places)?;
        let schema = rows.schema();
        let content: Vec<usize> = (0..schema.fields().len())
            .filter(|at| ![SOURCE_FILE, SOURCE_LINE].contains(&schema.field(*at).name().as_str()))
            .collect();
        let convert = |columns: &[usize]| {
            let fields = columns
                .iter()
                .map(|at| SortField::new(schema.field(*at).data_type().clone()))
                .collect();
            let picked: Vec<ArrayRef> = columns.iter().map(|at| rows.column(*at).clone()).collect();
            let converter = RowConverter::new(fields)?;
            let converted = converter.convert_columns(&picked)?;
            Ok::<_, ArrowError>((converter, converted))
        };
        let (one, keys) = convert(key)?;
        let (two, content) = convert(&content)?;
        Ok(Self {
            keys,
            content,
            _converters: (one, two),
        })
    }
}

/// Whether a row says of itself that it is older than another.
fn older(updated: Option<&TimestampMicrosecondArray>, row: usize, other: usize) -> bool {
    updated.is_some_and(|updated| {
        updated.is_valid(row)
            && updated.is_valid(other)
            && updated.value(row) < updated.value(other)
    })
}

/// Divides rows by whether their hash occurs several times among them.
fn repeated(hashes: &[u64], rows: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
    let mut sorted: Vec<u64> = rows.iter().map(|row| hashes[*row]).collect();
    sorted.sort_unstable();
    let several: AHashSet<u64> = sorted
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    if several.is_empty() {
        return (Vec::new(), rows);
    }
    rows.into_iter()
        .partition(|row| several.contains(&hashes[*row]))
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
