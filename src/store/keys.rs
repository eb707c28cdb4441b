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

/// The range of the keys of some rows, one batch after the other, when there is one key column of text and each key
/// is greater than the one before: then none occurs twice, and that is told without hashing them. Systems that
/// number what they record mostly write it so.
#[must_use]
pub fn ascending(rows: &[RecordBatch], key: &[usize]) -> Option<KeyRange> {
    let [key] = key else { return None };
    let (mut first, mut last) = (None, None);
    for batch in rows {
        let keys = batch.column(*key).as_string_opt::<i32>()?;
        if keys.null_count() > 0 {
            return None;
        }
        for row in 0..keys.len() {
            let own = keys.value(row);
            if last.is_some_and(|last| own <= last) {
                return None;
            }
            first = first.or(Some(own));
            last = Some(own);
        }
    }
    Some(KeyRange {
        least: first?.to_owned(),
        most: last?.to_owned(),
    })
}

/// How keys are hashed: what is hashed elsewhere can be compared with what is hashed here when this is the same, for
/// the hash is not the same on every kind of processor.
#[must_use]
pub fn hashing() -> u64 {
    let probes: [&[u8]; 3] = [
        b"",
        b"C26030400027",
        "一个比较长的关键字 0123456789".as_bytes(),
    ];
    let state = state();
    let hashed = probes.map(|probe| state.hash_one(probe));
    hashed
        .into_iter()
        .fold(0, |all: u64, one| all.rotate_left(21) ^ one)
}

const fn state() -> RandomState {
    RandomState::with_seeds(1, 2, 3, 4)
}

/// A 64-bit hash of every row's key. Equal keys have equal hashes where [`hashing`] is the same; no result depends on
/// them.
#[must_use]
pub fn hashes(columns: &[&ArrayRef]) -> Vec<u64> {
    let state = state();
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;
    use arrow::datatypes::{Field, Schema};

    use super::*;

    fn batch(keys: &[Option<&str>]) -> RecordBatch {
        let schema = Schema::new(vec![Field::new("id", DataType::Utf8, true)]);
        let keys = StringArray::from(keys.to_vec());
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(keys)]).unwrap()
    }

    #[test]
    fn keys_that_ascend_over_all_batches_occur_once() {
        let range = |batches: &[RecordBatch]| {
            ascending(batches, &[0]).map(|range| (range.least, range.most))
        };
        let (one, two) = (
            batch(&[Some("a"), Some("b")]),
            batch(&[Some("c"), Some("d")]),
        );
        let all = [one.clone(), two.clone()];
        assert_eq!(range(&all), Some(("a".to_owned(), "d".to_owned())));
        assert_eq!(range(&[two, one.clone()]), None, "descending at the edge");
        assert_eq!(range(&[one, batch(&[Some("b")])]), None, "twice");
        assert_eq!(range(&[batch(&[Some("a"), None])]), None, "without a key");
        assert_eq!(range(&[]), None, "no row");
        assert_eq!(ascending(&all, &[0, 0]), None, "several columns");
    }
}
