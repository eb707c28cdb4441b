//! Columns that say the same in every row: made once, and lent to every block without a copy.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, StringArray, new_null_array};
use arrow::datatypes::DataType;

use crate::ingest::columns::arrow_type;
use crate::schema::Physical;

/// Rows that hardly a block has more of.
const MOST_ROWS: usize = 32_768;

/// A column of one text.
pub(super) struct Constant(StringArray);

impl Constant {
    /// A column of this text.
    pub(super) fn of(text: &str) -> Self {
        Self(repeated(text, MOST_ROWS))
    }

    /// Its first rows.
    pub(super) fn column(&self, rows: usize) -> ArrayRef {
        Arc::new(if rows <= MOST_ROWS {
            self.0.slice(0, rows)
        } else {
            repeated(self.0.value(0), rows)
        })
    }
}

fn repeated(text: &str, rows: usize) -> StringArray {
    StringArray::from_iter_values(std::iter::repeat_n(text, rows))
}

/// A null column of each physical type.
static NULLS: LazyLock<Vec<ArrayRef>> = LazyLock::new(|| {
    use Physical::{Date, Flag, Float, Instant, Integer, Text};
    [Text, Instant, Date, Float, Integer, Flag]
        .map(|physical| new_null_array(&arrow_type(physical), MOST_ROWS))
        .to_vec()
});

/// A column in which every row is null.
pub(super) fn nulls(data_type: &DataType, rows: usize) -> ArrayRef {
    NULLS
        .iter()
        .find(|nulls| nulls.data_type() == data_type && rows <= nulls.len())
        .map_or_else(
            || new_null_array(data_type, rows),
            |nulls| nulls.slice(0, rows),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lent_column_is_as_long_as_asked() {
        let constant = Constant::of("a");
        for rows in [0, 1, MOST_ROWS, MOST_ROWS + 1] {
            let column = constant.column(rows);
            assert_eq!((column.len(), column.null_count()), (rows, 0));
            let column = nulls(&DataType::Float64, rows);
            assert_eq!((column.len(), column.null_count()), (rows, rows));
        }
    }
}
