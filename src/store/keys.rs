//! Keys of record rows: hashed to find candidates quickly, compared exactly where it matters.

use std::hash::{BuildHasher, Hasher};

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type};

use crate::schema::Table;

/// The smallest and largest value of the first key column of some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// The smallest.
    pub least: String,
    /// The largest.
    pub most: String,
}

impl KeyRange {
    /// The range of two sets of rows together; nothing when there is none of either.
    #[must_use]
    pub fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(Self {
                least: one.least.min(other.least),
                most: one.most.max(other.most),
            }),
            (one, other) => one.or(other),
        }
    }

    /// Whether a key can lie in both ranges; an unknown range holds everything.
    #[must_use]
    pub fn meet(one: Option<&Self>, other: Option<&Self>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => one.least <= other.most && other.least <= one.most,
            _ => true,
        }
    }
}

/// Positions of a table's key columns.
#[must_use]
pub fn columns(table: &Table) -> Vec<usize> {
    table
        .key()
        .filter_map(|column| table.position(column.name))
        .collect()
}

/// The range of the first of these columns, where it is text.
#[must_use]
pub fn range(rows: &RecordBatch, key: &[usize]) -> Option<KeyRange> {
    let column = rows.columns().get(*key.first()?)?;
    let texts = column.as_string_opt::<i32>()?;
    let (mut least, mut most): (Option<&str>, Option<&str>) = (None, None);
    for text in texts.iter().flatten() {
        if least.is_none_or(|known| text < known) {
            least = Some(text);
        }
        if most.is_none_or(|known| text > known) {
            most = Some(text);
        }
    }
    Some(KeyRange {
        least: least?.to_owned(),
        most: most?.to_owned(),
    })
}

/// A 64-bit hash of every row's key. Equal keys have equal hashes within one process; nothing stored depends
/// on them.
#[must_use]
pub fn hashes(columns: &[&ArrayRef]) -> Vec<u64> {
    let state = RandomState::with_seeds(1, 2, 3, 4);
    let rows = columns.first().map_or(0, |keys| Array::len(*keys));
    let texts: Vec<_> = columns
        .iter()
        .map(|column| column.as_string_opt::<i32>())
        .collect();
    if let [Some(keys)] = texts.as_slice() {
        return (0..rows)
            .map(|row| state.hash_one(keys.value(row).as_bytes()))
            .collect();
    }
    (0..rows)
        .map(|row| {
            let mut hasher = state.build_hasher();
            for column in columns {
                hash_value(column, row, &mut hasher);
            }
            hasher.finish()
        })
        .collect()
}

fn hash_value(column: &ArrayRef, row: usize, hasher: &mut impl Hasher) {
    match column.data_type() {
        _ if column.is_null(row) => hasher.write_u8(0),
        DataType::Date32 => hasher.write_i32(column.as_primitive::<Date32Type>().value(row)),
        _ => {
            if let Some(texts) = column.as_string_opt::<i32>() {
                hasher.write(texts.value(row).as_bytes());
                hasher.write_u8(0xff);
            }
        }
    }
}
