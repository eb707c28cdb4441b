//! Rows of one file → the record table: new keys are stored, newer rows replace, equal ones are duplicates.
//! Only the days that gain or lose a row are written again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, RecordBatch, TimestampMicrosecondArray, UInt64Array,
};
use arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::datatypes::{Date32Type, Schema, SchemaRef, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};
use chrono_tz::Tz;
use deltalake::kernel::PrimitiveType;

use super::delta::{Layout, Part, Replacement};
use super::{Store, parquet_io};
use crate::calendar;
use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::schema::{DATE, SOURCE_FILE, SOURCE_LINE, Table};

/// What became of the rows of one file; the three add up to the rows given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Rows with a key the table did not have.
    pub stored: u64,
    /// Rows that took the place of an older one with the same key.
    pub replaced: u64,
    /// Rows the table had already, in the same or a newer version.
    pub duplicate: u64,
    /// Days written.
    pub days: usize,
}

/// The layout of a record table.
#[must_use]
pub fn layout(table: &Table) -> Layout {
    Layout {
        name: table.name.to_owned(),
        schema: file_schema(table),
        partition: (!table.time.is_empty()).then_some((DATE, PrimitiveType::Date)),
    }
}

/// The columns of a record table's files: all but the partition column.
fn file_schema(table: &Table) -> SchemaRef {
    let whole = record_schema(table);
    let fields: Vec<_> = whole
        .fields()
        .iter()
        .filter(|field| field.name() != DATE)
        .cloned()
        .collect();
    Arc::new(Schema::new(fields))
}

/// Which version of a key's row is current.
#[derive(Debug, Clone, Copy)]
enum Current {
    Existing { part: usize, row: usize },
    Incoming(usize),
}

/// The columns that decide about a batch's rows, in comparable form.
struct Comparable {
    keys: Rows,
    content: Rows,
    updated: Option<TimestampMicrosecondArray>,
}

/// Rows decided about and days rewritten, not yet committed.
pub struct Merged {
    /// What became of the rows.
    pub outcome: Outcome,
    replacements: Vec<Replacement>,
}

/// Decides about `incoming` (columns of `record_schema`) and prepares the days that change.
/// Columns in `keep_earliest` keep the smaller value when a row replaces another.
///
/// # Errors
/// When existing days cannot be read.
pub fn plan(
    store: &Store,
    table: &'static Table,
    zone: Tz,
    incoming: &RecordBatch,
    keep_earliest: &[&str],
) -> Result<Merged> {
    let fail = |source| Error::Arrow {
        what: table.name.to_owned(),
        source,
    };
    let converters = Converters::new(table).map_err(fail)?;
    let new = converters.comparable(incoming).map_err(fail)?;
    let parts = store.table(table.name)?.parts()?;
    let existing = matching_parts(table, &parts, &new, &converters)?;
    let decided = decide(&new, &existing);
    let incoming = earliest(incoming, &new, &existing, &decided, keep_earliest).map_err(fail)?;
    let replacements = replacements(table, zone, &incoming, &parts, &existing, &decided)?;
    let outcome = Outcome {
        days: replacements.len(),
        ..decided.outcome
    };
    Ok(Merged {
        outcome,
        replacements,
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

struct Converters {
    keys: RowConverter,
    key_columns: Vec<usize>,
    content: RowConverter,
    content_columns: Vec<usize>,
    updated: Option<usize>,
}

impl Converters {
    fn new(table: &Table) -> std::result::Result<Self, ArrowError> {
        let schema = record_schema(table);
        let key_columns: Vec<usize> = table
            .key()
            .filter_map(|column| table.position(column.name))
            .collect();
        let content_columns: Vec<usize> = (0..schema.fields().len())
            .filter(|at| ![SOURCE_FILE, SOURCE_LINE].contains(&schema.field(*at).name().as_str()))
            .collect();
        let converter = |columns: &[usize]| {
            RowConverter::new(
                columns
                    .iter()
                    .map(|at| SortField::new(schema.field(*at).data_type().clone()))
                    .collect(),
            )
        };
        Ok(Self {
            keys: converter(&key_columns)?,
            content: converter(&content_columns)?,
            key_columns,
            content_columns,
            updated: table.position("updated_at"),
        })
    }

    fn comparable(&self, batch: &RecordBatch) -> std::result::Result<Comparable, ArrowError> {
        Ok(Comparable {
            keys: self.keys(batch)?,
            content: self
                .content
                .convert_columns(&pick(batch, &self.content_columns))?,
            updated: self.updated.map(|at| {
                batch
                    .column(at)
                    .as_primitive::<TimestampMicrosecondType>()
                    .clone()
            }),
        })
    }

    fn keys(&self, batch: &RecordBatch) -> std::result::Result<Rows, ArrowError> {
        self.keys.convert_columns(&pick(batch, &self.key_columns))
    }
}

fn pick(batch: &RecordBatch, columns: &[usize]) -> Vec<ArrayRef> {
    columns.iter().map(|at| batch.column(*at).clone()).collect()
}

/// An existing day that holds at least one of the incoming keys.
struct Existing {
    part: usize,
    rows: RecordBatch,
    comparable: Comparable,
}

/// Reads the days that hold an incoming key. Keys are looked at first, whole rows only where one matches.
fn matching_parts(
    table: &Table,
    parts: &[Part],
    new: &Comparable,
    converters: &Converters,
) -> Result<Vec<Existing>> {
    let fail = |source| Error::Arrow {
        what: table.name.to_owned(),
        source,
    };
    let wanted: HashSet<OwnedRow> = new.keys.iter().map(|key| key.owned()).collect();
    let schema = record_schema(table);
    let key_schema: SchemaRef = Arc::new(schema.project(&converters.key_columns).map_err(fail)?);
    let mut found = Vec::new();
    for (part, place) in parts.iter().enumerate() {
        let keys = read_part(place, &key_schema)?;
        let keys = converters
            .keys
            .convert_columns(keys.columns())
            .map_err(fail)?;
        if keys.iter().any(|key| wanted.contains(&key.owned())) {
            let rows = read_part(place, &schema)?;
            let comparable = converters.comparable(&rows).map_err(fail)?;
            found.push(Existing {
                part,
                rows,
                comparable,
            });
        }
    }
    Ok(found)
}

/// Reads a part; the partition column, if asked for, is filled from the partition's value.
fn read_part(part: &Part, schema: &SchemaRef) -> Result<RecordBatch> {
    let batch = parquet_io::read(&part.path, schema)?;
    let Ok(at) = schema.index_of(DATE) else {
        return Ok(batch);
    };
    let days = part
        .partition
        .as_deref()
        .and_then(|date| date.parse().ok())
        .map(calendar::epoch_days);
    let mut columns = batch.columns().to_vec();
    columns[at] = Arc::new(Date32Array::from(vec![days; batch.num_rows()]));
    RecordBatch::try_new(schema.clone(), columns).map_err(|source| Error::Arrow {
        what: part.path.display().to_string(),
        source,
    })
}

struct Decided {
    outcome: Outcome,
    current: HashMap<OwnedRow, Current>,
    /// Existing rows that were replaced: (part, row).
    dropped: Vec<(usize, usize)>,
}

/// Goes through the incoming rows in order and decides about each.
fn decide(new: &Comparable, existing: &[Existing]) -> Decided {
    let mut current: HashMap<OwnedRow, Current> = HashMap::new();
    for day in existing {
        for (row, key) in day.comparable.keys.iter().enumerate() {
            current.insert(
                key.owned(),
                Current::Existing {
                    part: day.part,
                    row,
                },
            );
        }
    }
    let by_part: HashMap<usize, &Existing> = existing.iter().map(|day| (day.part, day)).collect();
    let mut decided = Decided {
        outcome: Outcome::default(),
        current,
        dropped: Vec::new(),
    };
    for (row, key) in new.keys.iter().enumerate() {
        let key = key.owned();
        let Some(known) = decided.current.get(&key).copied() else {
            decided.outcome.stored += 1;
            decided.current.insert(key, Current::Incoming(row));
            continue;
        };
        let (other, at) = match known {
            Current::Incoming(at) => (new, at),
            Current::Existing { part, row } => match by_part.get(&part) {
                Some(day) => (&day.comparable, row),
                None => continue,
            },
        };
        if new.content.row(row) == other.content.row(at) || older(new, row, other, at) {
            decided.outcome.duplicate += 1;
            continue;
        }
        decided.outcome.replaced += 1;
        if let Current::Existing { part, row } = known {
            decided.dropped.push((part, row));
        }
        decided.current.insert(key, Current::Incoming(row));
    }
    decided
}

/// Whether the row says of itself that it is older than the other.
fn older(new: &Comparable, row: usize, other: &Comparable, at: usize) -> bool {
    match (&new.updated, &other.updated) {
        (Some(mine), Some(theirs)) if mine.is_valid(row) && theirs.is_valid(at) => {
            mine.value(row) < theirs.value(at)
        }
        _ => false,
    }
}

/// Gives the winning rows the smallest value that any row of their key had in these columns.
fn earliest(
    incoming: &RecordBatch,
    new: &Comparable,
    existing: &[Existing],
    decided: &Decided,
    columns: &[&str],
) -> std::result::Result<RecordBatch, ArrowError> {
    let mut batch = incoming.clone();
    for name in columns {
        let Ok(at) = batch.schema().index_of(name) else {
            continue;
        };
        let mut smallest: HashMap<OwnedRow, i64> = HashMap::new();
        let sources = existing
            .iter()
            .map(|day| (&day.rows, &day.comparable))
            .chain([(incoming, new)]);
        for (rows, comparable) in sources {
            let values = rows.column(at).as_primitive::<TimestampMicrosecondType>();
            for (row, key) in comparable
                .keys
                .iter()
                .enumerate()
                .filter(|(row, _)| values.is_valid(*row))
            {
                let value = values.value(row);
                smallest
                    .entry(key.owned())
                    .and_modify(|least| *least = value.min(*least))
                    .or_insert(value);
            }
        }
        let old = batch
            .column(at)
            .as_primitive::<TimestampMicrosecondType>()
            .clone();
        let mut values: Vec<Option<i64>> = old.iter().collect();
        for (key, current) in &decided.current {
            if let Current::Incoming(row) = current {
                values[*row] = smallest.get(key).copied().or(values[*row]);
            }
        }
        let mut all = batch.columns().to_vec();
        all[at] = Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"));
        batch = RecordBatch::try_new(batch.schema(), all)?;
    }
    Ok(batch)
}

/// The new content of every day that gains or loses a row.
fn replacements(
    table: &Table,
    zone: Tz,
    incoming: &RecordBatch,
    parts: &[Part],
    existing: &[Existing],
    decided: &Decided,
) -> Result<Vec<Replacement>> {
    let mut days: BTreeMap<Option<String>, Vec<u64>> = BTreeMap::new();
    for current in decided.current.values() {
        if let Current::Incoming(row) = current {
            days.entry(partition(table, zone, incoming, *row))
                .or_default()
                .push(*row as u64);
        }
    }
    for (part, _) in &decided.dropped {
        days.entry(parts[*part].partition.clone()).or_default();
    }
    let schema = record_schema(table);
    let mut replacements = Vec::with_capacity(days.len());
    for (day, mut rows) in days {
        let fail = |source| Error::Arrow {
            what: table.name.to_owned(),
            source,
        };
        rows.sort_unstable();
        let mut batches =
            vec![take_record_batch(incoming, &UInt64Array::from(rows)).map_err(fail)?];
        if let Some(part) = parts.iter().position(|part| part.partition == day) {
            let old = match existing.iter().find(|candidate| candidate.part == part) {
                Some(read) => read.rows.clone(),
                None => read_part(&parts[part], &schema)?,
            };
            let kept: Vec<u64> = (0..old.num_rows())
                .filter(|row| !decided.dropped.contains(&(part, *row)))
                .map(|row| row as u64)
                .collect();
            batches.push(take_record_batch(&old, &UInt64Array::from(kept)).map_err(fail)?);
        }
        let whole = concat_batches(&schema, &batches).map_err(fail)?;
        let sorted = sort(table, &whole).map_err(fail)?;
        let rows = sorted.num_rows() as u64;
        let parquet = if rows == 0 {
            Vec::new()
        } else {
            parquet_io::encode(&without_date(table, &sorted).map_err(fail)?, &[])?
        };
        replacements.push(Replacement {
            partition: day,
            parquet,
            rows,
        });
    }
    Ok(replacements)
}

/// The local date a row belongs to: that of the first of the table's time columns that it has.
fn partition(table: &Table, zone: Tz, batch: &RecordBatch, row: usize) -> Option<String> {
    table.time.iter().find_map(|name| {
        let column = batch.column_by_name(name)?;
        if column.is_null(row) {
            return None;
        }
        if let Some(instants) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            return calendar::local(zone, instants.value(row)).map(|local| local.date.to_string());
        }
        let days = column.as_primitive_opt::<Date32Type>()?.value(row);
        calendar::from_epoch_days(days).map(|date| date.to_string())
    })
}

/// Sorted by time, then key: the same rows give the same file.
fn sort(table: &Table, batch: &RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
    let order: Vec<SortColumn> = table
        .time
        .iter()
        .copied()
        .chain(table.key().map(|column| column.name))
        .filter_map(|name| batch.column_by_name(name))
        .map(|column| SortColumn {
            values: column.clone(),
            options: None,
        })
        .collect();
    let indices = lexsort_to_indices(&order, None)?;
    take_record_batch(batch, &indices)
}

fn without_date(
    table: &Table,
    batch: &RecordBatch,
) -> std::result::Result<RecordBatch, ArrowError> {
    let kept: Vec<usize> = (0..batch.num_columns())
        .filter(|at| batch.schema().field(*at).name() != DATE)
        .collect();
    debug_assert_eq!(kept.len(), file_schema(table).fields().len());
    batch.project(&kept)
}
