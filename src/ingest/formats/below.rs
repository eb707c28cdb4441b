//! The rows below a header that stands somewhere among the first rows of a sheet or page.

use crate::error::Result;
use crate::ingest::block::Block;

use super::RowSource;

/// Rows behind a line, with as many cells as the header has names. Its blank rows are no fault: what is a row of
/// a grid says nothing about what is a record.
pub struct Below {
    inner: Box<dyn RowSource>,
    after: u64,
    width: usize,
}

impl Below {
    /// The rows of `inner` whose line lies behind `after`.
    #[must_use]
    pub fn new(inner: Box<dyn RowSource>, after: u64, width: usize) -> Self {
        Self {
            inner,
            after,
            width,
        }
    }
}

impl RowSource for Below {
    fn names(&self) -> Option<&[String]> {
        None
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        let Some(whole) = self.inner.next_block()? else {
            return Ok(None);
        };
        let mut block = Block::new(self.width);
        for row in 0..whole.len() {
            let line = whole.line(row);
            if line <= self.after {
                continue;
            }
            // A sheet has blank rows that look like others.
            if whole.cells(row).all(|cell| cell.trim().is_empty()) {
                block.gaps += 1;
            } else {
                block.push(line, whole.cells(row));
            }
        }
        block.gaps += whole.blanks.after(self.after).count();
        let rejects = whole.rejects.into_iter();
        block.rejects = rejects.filter(|reject| reject.line > self.after).collect();
        Ok(Some(block))
    }
}
