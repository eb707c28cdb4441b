//! Cells, row by row, gathered into blocks.

use std::sync::mpsc::SyncSender;

use calamine::Dimensions;

use crate::error::Result;
use crate::ingest::blanks::Blanks;
use crate::ingest::block::Block;
use crate::ingest::formats::{BLOCK_BYTES, BLOCK_ROWS};

/// Rows among which a header is looked for; merged cells are filled only there.
const HEADER_ROWS: u32 = 30;
/// Columns of a sheet at most.
pub(super) const MAX_COLUMNS: u32 = 16_384;
/// Cells of a block: sheets that are very wide give few rows at a time.
const BLOCK_CELLS: usize = 1 << 20;

/// The reader of the sheet is gone; there is no point in going on.
pub(super) struct Gone;

/// A merged region that reaches into the first rows, and the value of its first cell once it is known.
struct Region {
    area: Dimensions,
    value: String,
}

/// Gathers cells.
pub(super) struct Rows {
    sender: SyncSender<Result<Block<'static>>>,
    regions: Vec<Region>,
    /// The row being gathered, 0-based, and its cells.
    row: u32,
    cells: Vec<String>,
    /// Number of the last row with content, 1-based.
    last: u64,
    full: Vec<(u64, Vec<String>)>,
    blanks: Blanks,
    bytes: usize,
    width: usize,
}

impl Rows {
    pub(super) fn new(sender: SyncSender<Result<Block<'static>>>) -> Self {
        Self {
            sender,
            regions: Vec::new(),
            row: 0,
            cells: Vec::new(),
            last: 0,
            full: Vec::new(),
            blanks: Blanks::default(),
            bytes: 0,
            width: 0,
        }
    }

    /// The merged regions of the sheet, before its first cell.
    pub(super) fn merged(&mut self, areas: Vec<Dimensions>) {
        self.regions = areas
            .into_iter()
            .filter(|area| area.start.0 < HEADER_ROWS)
            .map(|area| Region {
                area,
                value: String::new(),
            })
            .collect();
    }

    /// One cell by its position from 0; cells come row by row.
    pub(super) fn cell(
        &mut self,
        row: u32,
        column: u32,
        text: String,
    ) -> std::result::Result<(), Gone> {
        if row != self.row {
            self.end_row()?;
            self.row = row;
        }
        if text.is_empty() {
            // A formatted cell without content must not cost memory.
            return Ok(());
        }
        let column = column as usize;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
        Ok(())
    }

    fn end_row(&mut self) -> std::result::Result<(), Gone> {
        if self.cells.is_empty() {
            return Ok(());
        }
        let mut cells = std::mem::take(&mut self.cells);
        if self.row < HEADER_ROWS {
            self.fill(&mut cells);
        }
        let line = u64::from(self.row) + 1;
        self.blanks.add(self.last + 1, line - 1);
        self.last = line;
        let width = self.width.max(cells.len());
        let too_wide = (self.full.len() + 1) * width > BLOCK_CELLS;
        if too_wide || self.full.len() >= BLOCK_ROWS || self.bytes >= BLOCK_BYTES {
            self.flush()?;
        }
        self.width = width;
        self.bytes += cells.iter().map(String::len).sum::<usize>();
        self.full.push((line, cells));
        Ok(())
    }

    /// Writes the value of merged cells into all of them, so that grouped headers can be read. A region that
    /// is alone in its row is a title and stays in its first cell.
    fn fill(&mut self, cells: &mut Vec<String>) {
        for region in &mut self.regions {
            let ((top, left), (bottom, right)) = (region.area.start, region.area.end);
            if self.row < top || self.row > bottom || right < left || right >= MAX_COLUMNS {
                continue;
            }
            let (left, right) = (left as usize, right as usize);
            if self.row == top {
                region.value = cells.get(left).cloned().unwrap_or_default();
            }
            let outside =
                |(at, cell): (usize, &String)| !(left..=right).contains(&at) && !cell.is_empty();
            if region.value.is_empty() || !cells.iter().enumerate().any(outside) {
                continue;
            }
            if cells.len() <= right {
                cells.resize(right + 1, String::new());
            }
            for cell in &mut cells[left..=right] {
                cell.clone_from(&region.value);
            }
        }
    }

    fn flush(&mut self) -> std::result::Result<(), Gone> {
        if self.full.is_empty() {
            return Ok(());
        }
        let mut block = Block::new(self.width);
        for (line, cells) in self.full.drain(..) {
            block.push(line, cells.iter().map(String::as_str));
        }
        block.blanks = std::mem::take(&mut self.blanks);
        self.bytes = 0;
        self.sender.send(Ok(block)).map_err(|_| Gone)
    }

    /// Gives the rest, and the error that ended the reading.
    pub(super) fn end(mut self, result: Result<std::result::Result<(), Gone>>) {
        let rest = match result {
            Ok(Ok(())) => self.end_row().and_then(|()| self.flush()),
            Ok(Err(Gone)) => Err(Gone),
            Err(error) => {
                // The rows before the fault are given first: they are counted.
                let given = self.end_row().and_then(|()| self.flush());
                given.and_then(|()| self.sender.send(Err(error)).map_err(|_| Gone))
            }
        };
        // Nobody listens any more: nothing is left to do.
        drop(rest);
    }
}
