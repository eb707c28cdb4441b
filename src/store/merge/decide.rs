//! Which version of a key stays.

use std::collections::HashMap;
use std::sync::Arc;

use ahash::AHashSet;
use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use super::{Merge, Outcome};
use crate::schema::{SOURCE_FILE, SOURCE_LINE};

impl Merge<'_> {
    /// Goes through the versions of each key in the order they came – first the one the table has – and tells
    /// which stays. `candidates` are the rows to decide about; rows from `old` on are new; `sequence` says in
    /// which run of the file a row came.
    pub(super) fn decide(
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
pub(super) struct Decided {
    pub(super) outcome: Outcome,
    pub(super) winners: Vec<usize>,
    /// The rows with columns that keep the earliest value.
    pub(super) patched: Option<RecordBatch>,
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
pub(super) fn repeated(hashes: &[u64], rows: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
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
