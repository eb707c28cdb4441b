//! The formats besides delimited text: each gives rows of text cells, one block after another.

pub mod events;

use crate::error::Result;

use super::block::Block;

/// Rows as text, read from start to end once.
pub trait RowSource: Send {
    /// Names of the columns when the format has them; `None` when a header must be found among the first rows.
    fn names(&self) -> Option<&[String]>;

    /// The next block of rows, `None` at the end. Rows that cannot be taken apart are in its `rejects`.
    ///
    /// # Errors
    /// When the file cannot be read on.
    fn next_block(&mut self) -> Result<Option<Block>>;
}
