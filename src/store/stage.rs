//! Typed rows on their way into the store: sorted by day in a folder of their own, in memory that does not
//! depend on how many they are. Nothing of the store changes until they are merged.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use arrow::array::{Array, AsArray, RecordBatch, UInt32Array, UInt64Array};
use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{Date32Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use chrono_tz::Tz;
use tempfile::TempDir;

use super::keys::{self, KeyRange};
use super::parquet_io;
use crate::calendar::LocalDays;
use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::ingest::engine::Worker;
use crate::schema::{SOURCE_LINE, Table};

/// Bytes of typed rows held back in the hope that more of their day come, so that it need not be written twice.
const HELD: usize = 128 << 20;

/// Bytes of typed rows held back before days are written that seem to be complete: most exports are sorted by time, and
/// memory that is not needed need not be cleared by the system.
const HELD_WHEN_COMPLETE: usize = 32 << 20;

/// Blocks without a row of a day after which it seems to be complete.
const BLOCKS_AFTER: u64 = 8;

/// Days that one block may hold before its rows are gathered by day instead of cut where the day changes.
const CUTS: usize = 8;

/// A local day; `None` for rows without one and for tables that are not divided by day.
pub type Day = Option<i32>;

/// Rows of one day, sorted, in a file.
#[derive(Debug, Clone)]
pub struct StagedRun {
    /// Their day.
    pub day: Day,
    /// The file, in the form of the store's.
    pub path: PathBuf,
    /// How many they are.
    pub rows: u64,
    /// Bytes of the file.
    pub size: u64,
    /// BLAKE3 of the file in hex.
    pub hash: String,
    /// Range of their keys.
    pub keys: Option<KeyRange>,
    /// Whether no key occurs twice among them.
    pub unique: bool,
    /// Position among the runs of the stage, in file order.
    pub sequence: usize,
}

/// Rows of a block by day.
pub struct Part {
    days: Vec<(Day, RecordBatch)>,
    bytes: usize,
}

/// Rows of a day to be written.
pub struct Job {
    day: Day,
    rows: Vec<RecordBatch>,
    sequence: usize,
}

#[derive(Default)]
struct Held {
    rows: Vec<RecordBatch>,
    bytes: usize,
    /// When the last rows came.
    latest: u64,
}

/// Where the rows of one file for one table are divided by day, sorted and written.
pub struct Desk {
    folder: TempDir,
    table: &'static Table,
    zone: Tz,
    syncer: Syncer,
}

/// The rows of one file for one table, on their way into the store.
#[derive(Default)]
pub struct Stage {
    held: BTreeMap<Day, Held>,
    bytes: usize,
    blocks: u64,
    runs: Vec<StagedRun>,
    sequence: usize,
}

/// Brings written files safely to disk while others are being made: waiting for the disk costs no thread
/// that could compute.
struct Syncer {
    files: Option<Sender<File>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Syncer {
    fn start() -> Self {
        let (files, to_sync) = channel::<File>();
        let thread =
            std::thread::spawn(move || to_sync.iter().try_for_each(|file| file.sync_all()));
        Self {
            files: Some(files),
            thread: Some(thread),
        }
    }

    fn take(&self, file: File) {
        if let Some(files) = &self.files {
            // When the thread has ended it had an error, which `finish` reports.
            let _ = files.send(file);
        }
    }

    fn finish(mut self) -> std::io::Result<()> {
        drop(self.files.take());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(std::io::Error::other(
                "the thread that syncs files ended early",
            )),
            None => Ok(()),
        }
    }
}

/// All rows of one file for one table, in files by day.
pub struct Staged {
    /// The files, in the order their rows came.
    pub runs: Vec<StagedRun>,
    _folder: TempDir,
}

impl Desk {
    /// One with a folder of its own under `parent`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(parent: &Path, table: &'static Table, zone: Tz) -> Result<Self> {
        super::private_dir(parent)?;
        let folder = tempfile::Builder::new()
            .prefix("rows-")
            .tempdir_in(parent)
            .map_err(|error| Error::io("create a folder in", parent, error))?;
        Ok(Self {
            folder,
            table,
            zone,
            syncer: Syncer::start(),
        })
    }

    fn error(&self, source: ArrowError) -> Error {
        Error::Arrow {
            what: self.table.name.to_owned(),
            source,
        }
    }
}

impl Worker for Desk {
    type Part = Part;
    type Job = Job;
    type Done = StagedRun;

    /// Divides the rows of a block by day.
    fn part(&self, rows: RecordBatch) -> Result<Part> {
        // Of columns that are lent, what the rows take of them.
        let bytes = rows
            .columns()
            .iter()
            .map(|column| column.to_data().get_slice_memory_size())
            .sum::<std::result::Result<usize, ArrowError>>()
            .map_err(|source| self.error(source))?;
        let days = by_day(self.table, self.zone, &rows).map_err(|source| self.error(source))?;
        Ok(Part { days, bytes })
    }

    /// Sorts and writes the rows of a day.
    fn work(&self, job: Job) -> Result<StagedRun> {
        let schema = record_schema(self.table);
        let fail = |source| self.error(source);
        let key = keys::columns(self.table);
        let count = job.rows.iter().map(|rows| rows.num_rows() as u64).sum();
        let (range, unique) = match keys::ascending(&job.rows, &key) {
            Some(range) => (Some(range), true),
            None => key_range(&job.rows, &key),
        };
        // An export is sorted by time: mostly the rows can be written as they came, without a copy of the day.
        let mut rows = job.rows;
        if !in_order_throughout(self.table, &rows).map_err(fail)? {
            let whole = concat_batches(&schema, &rows).map_err(fail)?;
            rows = vec![sorted(self.table, whole).map_err(fail)?];
        }
        let parquet = parquet_io::encode_records(self.table, &rows)?;
        drop(rows);
        let path = self
            .folder
            .path()
            .join(format!("{:06}.parquet", job.sequence));
        let write = || -> std::io::Result<File> {
            let mut file = super::private_file(&path)?;
            file.write_all(&parquet)?;
            Ok(file)
        };
        let file = write().map_err(|error| Error::io("write", &path, error))?;
        self.syncer.take(file);
        Ok(StagedRun {
            day: job.day,
            path,
            rows: count,
            size: parquet.len() as u64,
            hash: blake3::hash(&parquet).to_hex().to_string(),
            keys: range,
            unique,
            sequence: job.sequence,
        })
    }
}

impl Stage {
    /// Takes the rows of a block.
    pub fn take(&mut self, part: Part) {
        let rows: usize = part.days.iter().map(|(_, rows)| rows.num_rows()).sum();
        self.blocks += 1;
        for (day, batch) in part.days {
            let bytes = part.bytes * batch.num_rows() / rows.max(1);
            let held = self.held.entry(day).or_default();
            held.rows.push(batch);
            held.bytes += bytes;
            held.latest = self.blocks;
            self.bytes += bytes;
        }
    }

    /// The days to be written now: those that seem to be complete; when too much is held, those whose rows came longest ago;
    /// all of them when no more rows come.
    pub fn jobs(&mut self, last: bool) -> Vec<Job> {
        if self.bytes <= HELD_WHEN_COMPLETE && !last {
            return Vec::new();
        }
        let much = self.bytes > HELD;
        let mut order: Vec<(u64, Day)> = self
            .held
            .iter()
            .map(|(day, held)| (held.latest, *day))
            .collect();
        order.sort_unstable();
        let mut jobs = Vec::new();
        for (latest, day) in order {
            let complete = latest + BLOCKS_AFTER < self.blocks;
            let too_much = much && self.bytes > HELD / 2;
            if !(last || complete || too_much) {
                break;
            }
            if let Some(held) = self.held.remove(&day) {
                self.bytes -= held.bytes;
                jobs.push(Job {
                    day,
                    rows: held.rows,
                    sequence: self.sequence,
                });
                self.sequence += 1;
            }
        }
        jobs
    }

    /// Takes note of a file that is written.
    pub fn done(&mut self, run: StagedRun) {
        self.runs.push(run);
    }

    /// What was staged and written at the desk, safe on disk.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(mut self, desk: Desk) -> Result<Staged> {
        desk.syncer
            .finish()
            .map_err(|error| Error::io("write to", desk.folder.path(), error))?;
        self.runs.sort_by_key(|run| run.sequence);
        Ok(Staged {
            runs: self.runs,
            _folder: desk.folder,
        })
    }
}

/// The range of the keys of some rows, and whether none occurs twice.
fn key_range(rows: &[RecordBatch], key: &[usize]) -> (Option<KeyRange>, bool) {
    let (mut hashes, mut range) = (Vec::new(), None);
    for rows in rows {
        let columns: Vec<_> = key.iter().map(|at| rows.column(*at)).collect();
        hashes.extend(keys::hashes(&columns));
        range = KeyRange::both(range, keys::range(rows, key));
    }
    hashes.sort_unstable();
    (range, hashes.windows(2).all(|pair| pair[0] != pair[1]))
}

/// The local day of every row: that of the first of the table's time columns that it has.
#[must_use]
pub fn days(table: &Table, zone: Tz, rows: &RecordBatch) -> Vec<Day> {
    let mut found: Vec<Day> = vec![None; rows.num_rows()];
    let mut local = LocalDays::new(zone);
    for name in table.time {
        let Some(column) = rows.column_by_name(name) else {
            continue;
        };
        if let Some(instants) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            for (row, day) in found.iter_mut().enumerate() {
                if day.is_none() && instants.is_valid(row) {
                    *day = Some(local.of(instants.value(row)));
                }
            }
        } else if let Some(dates) = column.as_primitive_opt::<Date32Type>() {
            for (row, day) in found.iter_mut().enumerate() {
                if day.is_none() && dates.is_valid(row) {
                    *day = Some(dates.value(row));
                }
            }
        }
    }
    found
}

/// The rows divided by day, each day's in their order.
///
/// # Errors
/// When Arrow refuses.
pub fn by_day(
    table: &Table,
    zone: Tz,
    rows: &RecordBatch,
) -> std::result::Result<Vec<(Day, RecordBatch)>, ArrowError> {
    if rows.num_rows() == 0 {
        return Ok(Vec::new());
    }
    if table.time.is_empty() {
        return Ok(vec![(None, rows.clone())]);
    }
    let days = days(table, zone, rows);
    let changes = days.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if changes < CUTS {
        let (mut parts, mut start) = (Vec::with_capacity(changes + 1), 0);
        for row in 1..=days.len() {
            if row == days.len() || days[row] != days[start] {
                parts.push((days[start], rows.slice(start, row - start)));
                start = row;
            }
        }
        return Ok(parts);
    }
    let mut places: BTreeMap<Day, Vec<u64>> = BTreeMap::new();
    for (row, day) in days.iter().enumerate() {
        places.entry(*day).or_default().push(row as u64);
    }
    places
        .into_iter()
        .map(|(day, places)| Ok((day, take_record_batch(rows, &UInt64Array::from(places))?)))
        .collect()
}

/// Sorted by time, then key, then line: the same rows give the same file.
///
/// # Errors
/// When Arrow refuses.
pub fn sorted(table: &Table, rows: RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
    let order = sort_columns(table, &rows);
    if in_order(&order)? {
        return Ok(rows);
    }
    let indices: UInt32Array = lexsort_to_indices(&order, None)?;
    take_record_batch(&rows, &indices)
}

/// The columns that rows are sorted by.
fn sort_columns(table: &Table, rows: &RecordBatch) -> Vec<SortColumn> {
    table
        .time
        .iter()
        .copied()
        .chain(table.key().map(|column| column.name))
        .chain([SOURCE_LINE])
        .filter_map(|name| rows.column_by_name(name))
        .map(|column| SortColumn {
            values: column.clone(),
            options: None,
        })
        .collect()
}

/// Whether these rows, one batch after the other, stand in the order of their table.
fn in_order_throughout(
    table: &Table,
    batches: &[RecordBatch],
) -> std::result::Result<bool, ArrowError> {
    let mut before: Option<Vec<SortColumn>> = None;
    for batch in batches {
        let order = sort_columns(table, batch);
        if !in_order(&order)? {
            return Ok(false);
        }
        if let Some(before) = &before {
            let last = before.first().map_or(0, |column| column.values.len());
            let mut edge = Vec::with_capacity(order.len());
            for (one, other) in before.iter().zip(&order) {
                let from = one.values.slice(last.saturating_sub(1), 1);
                let to = other.values.slice(0, 1);
                edge.push(SortColumn {
                    values: arrow::compute::concat(&[from.as_ref(), to.as_ref()])?,
                    options: None,
                });
            }
            if !in_order(&edge)? {
                return Ok(false);
            }
        }
        before = Some(order);
    }
    Ok(true)
}

/// Whether rows stand in this order already, as those of an export mostly do.
fn in_order(order: &[SortColumn]) -> std::result::Result<bool, ArrowError> {
    let rows = order.first().map_or(0, |column| column.values.len());
    let comparators = order
        .iter()
        .map(|column| {
            arrow::array::make_comparator(
                column.values.as_ref(),
                column.values.as_ref(),
                column.options.unwrap_or_default(),
            )
        })
        .collect::<std::result::Result<Vec<_>, _>>()?;
    Ok((1..rows).all(|row| {
        comparators
            .iter()
            .map(|compare| compare(row - 1, row))
            .find(|order| order.is_ne())
            .is_none_or(std::cmp::Ordering::is_lt)
    }))
}

#[cfg(test)]
mod tests;
