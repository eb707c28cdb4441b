//! Formats beside delimited text: every one gives rows of text cells.

pub mod below;
pub mod cells;
pub mod events;
pub mod guard;
pub mod json;
pub mod markup;
pub mod parquet;
pub mod workbook;

use super::block::Block;
use crate::error::Result;

/// Rows that a block holds at most.
pub const BLOCK_ROWS: usize = 8192;

/// Bytes of text after which a block is given before it has [`BLOCK_ROWS`].
pub const BLOCK_BYTES: usize = 8 << 20;

/// Rows as text, read from start to end once.
pub trait RowSource: Send {
    /// Names of the columns when the format has them (JSON, Parquet); `None` when a header must be found
    /// among the first rows (sheets, pages). Without names, a later block may be wider than the ones before,
    /// never narrower.
    fn names(&self) -> Option<&[String]>;

    /// The next block, `None` at the end. Rows that cannot be taken apart are in its `rejects`.
    ///
    /// # Errors
    /// The file is damaged from here on.
    fn next_block(&mut self) -> Result<Option<Block<'static>>>;
}
