//! Tables in HTML or `SpreadsheetML`: what many systems export under the name `.xls`.
//!
//! A tolerant scanner of tags: no entity is looked up, no link followed, nothing run.

mod tags;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use self::tags::{Scanner, Tag, Token};
use super::{BLOCK_BYTES, BLOCK_ROWS, RowSource};
use crate::error::{Error, Result};
use crate::ingest::blanks::Blanks;
use crate::ingest::block::Block;
use crate::ingest::container::explain;
use crate::ingest::text::{self, Detected};

/// Columns of a table at most.
const COLUMNS: usize = 16_384;
/// Cells that one cell may span.
const SPAN: usize = 1000;
/// Bytes of a cell at most; what would lie beyond is left out.
const CELL_BYTES: usize = 1 << 20;
/// Cells of a block.
const BLOCK_CELLS: usize = 1 << 20;
/// Rows among which a header is looked for; cells that span rows are repeated only there.
const HEADER_ROWS: u64 = 30;

/// The encoding of a page that begins so: by its byte-order mark, else the one it names, else told from the text.
#[must_use]
pub fn detect(head: &[u8]) -> Detected {
    let told = text::detect(head);
    match charset(head) {
        Some(encoding) if told.bom == 0 => Detected::stated(encoding, head),
        _ => told,
    }
}

/// The encoding that a page names in its first bytes.
fn charset(head: &[u8]) -> Option<&'static Encoding> {
    let text: String = head
        .iter()
        .take(4096)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    ["charset=", "encoding="].iter().find_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        let label: String = rest
            .trim_start_matches(['"', '\'', ' '])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect();
        Encoding::for_label(label.as_bytes())
    })
}

/// Opens a page that was decoded to UTF-8. `name` is how messages call the file.
#[must_use]
pub fn open(reader: Box<dyn Read + Send>, name: &Path) -> Page {
    Page {
        scanner: Scanner::new(reader),
        name: name.to_owned(),
        line: 0,
        row: Row::default(),
        carried: Vec::new(),
        width: 0,
        last: 0,
        sheets: 0,
        held: None,
        ended: false,
    }
}

/// The rows of the tables of a page. The line of a row is its number among all rows.
pub struct Page {
    scanner: Scanner,
    name: PathBuf,
    line: u64,
    row: Row,
    /// For every column: how many rows below still belong to a cell above, and its text.
    carried: Vec<(usize, String)>,
    width: usize,
    last: u64,
    /// Sheets in which there were rows.
    sheets: usize,
    /// A row that did not fit into the block before.
    held: Option<(u64, Vec<String>)>,
    ended: bool,
}

/// The row being read.
#[derive(Debug, Default)]
struct Row {
    open: bool,
    cells: Vec<String>,
    /// The cell being read, and how many columns and rows it spans.
    cell: Option<(String, usize, usize)>,
}

impl RowSource for Page {
    fn names(&self) -> Option<&[String]> {
        None
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        let (mut rows, mut blanks, mut bytes) = (Vec::new(), Blanks::default(), 0);
        loop {
            let next = match self.held.take() {
                Some(held) => Some(held),
                None => self.next_row()?,
            };
            let Some((line, cells)) = next else { break };
            let width = self.width.max(cells.len());
            let full = rows.len() >= BLOCK_ROWS || bytes >= BLOCK_BYTES;
            if full || (!rows.is_empty() && (rows.len() + 1) * width > BLOCK_CELLS) {
                self.held = Some((line, cells));
                break;
            }
            self.width = width;
            blanks.add(self.last + 1, line - 1);
            self.last = line;
            bytes += cells.iter().map(String::len).sum::<usize>();
            rows.push((line, cells));
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let mut block = Block::new(self.width);
        for (line, cells) in rows {
            block.push(line, cells.iter().map(String::as_str));
        }
        block.blanks = blanks;
        Ok(Some(block))
    }
}

impl Page {
    /// The next row with content.
    fn next_row(&mut self) -> Result<Option<(u64, Vec<String>)>> {
        while !self.ended {
            let done = self.step().map_err(|e| explain(&self.name, e))?;
            let Some(mut cells) = done else { continue };
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if cells.is_empty() {
                continue;
            }
            if self.sheets > 1 {
                return Err(Error::input(
                    &self.name,
                    "holds more than one sheet",
                    "open it in a spreadsheet program and save it as .xlsx",
                ));
            }
            return Ok(Some((self.line, cells)));
        }
        Ok(None)
    }

    /// Reads one piece of the page; gives the cells of a row that it ended.
    fn step(&mut self) -> io::Result<Option<Vec<String>>> {
        let tag = match self.scanner.next()? {
            None => {
                self.ended = true;
                return Ok(self.end_row());
            }
            Some(Token::Text(text)) => {
                self.text(&text);
                return Ok(None);
            }
            Some(Token::Tag(tag)) => tag,
        };
        match (tag.name.as_str(), tag.closing) {
            ("tr" | "row", false) => {
                let done = self.end_row();
                self.begin_row(&tag);
                return Ok(done);
            }
            ("tr" | "row" | "table", true) => return Ok(self.end_row()),
            ("td" | "th" | "cell", false) => self.begin_cell(&tag),
            ("td" | "th" | "cell", true) => self.end_cell(),
            ("br", _) | ("p" | "div", true) => self.line_break(),
            ("worksheet", false) => self.sheets += 1,
            _ => {}
        }
        Ok(None)
    }

    fn begin_row(&mut self, tag: &Tag) {
        self.row.open = true;
        // Rows of SpreadsheetML that follow empty ones say their number.
        let index = tag.number("ss:index").map_or(0, |index| index as u64);
        self.line = index.max(self.line + 1);
    }

    fn begin_cell(&mut self, tag: &Tag) {
        self.end_cell();
        if !self.row.open {
            return;
        }
        if let Some(index) = tag.number("ss:index") {
            let before = index.saturating_sub(1).min(COLUMNS);
            if self.row.cells.len() < before {
                self.row.cells.resize(before, String::new());
            }
        }
        let across = tag
            .number("colspan")
            .or(tag.number("ss:mergeacross").map(|n| n + 1));
        let down = tag
            .number("rowspan")
            .or(tag.number("ss:mergedown").map(|n| n + 1));
        let span = |n: Option<usize>| n.unwrap_or(1).clamp(1, SPAN);
        self.row.cell = Some((String::new(), span(across), span(down)));
    }

    /// Puts the cell into the first column that no cell above reaches into.
    fn end_cell(&mut self) {
        let Some((text, across, down)) = self.row.cell.take() else {
            return;
        };
        let text = text.trim().to_owned();
        self.fill_carried();
        for at in 0..across {
            let column = self.row.cells.len();
            if column >= COLUMNS {
                return;
            }
            if down > 1 {
                if self.carried.len() <= column {
                    self.carried.resize(column + 1, (0, String::new()));
                }
                let repeated = if at == 0 { text.clone() } else { String::new() };
                self.carried[column] = (down, repeated);
            }
            self.row
                .cells
                .push(if at == 0 { text.clone() } else { String::new() });
        }
    }

    fn fill_carried(&mut self) {
        while let Some((left, text)) = self.carried.get(self.row.cells.len()) {
            if *left == 0 {
                return;
            }
            let repeated = self.line <= HEADER_ROWS;
            let text = if repeated {
                text.clone()
            } else {
                String::new()
            };
            self.row.cells.push(text);
        }
    }

    fn end_row(&mut self) -> Option<Vec<String>> {
        if !self.row.open {
            return None;
        }
        self.end_cell();
        self.fill_carried();
        for (left, _) in &mut self.carried {
            *left = left.saturating_sub(1);
        }
        self.row.open = false;
        Some(std::mem::take(&mut self.row.cells))
    }

    /// Text of a page: runs of white space are one space.
    fn text(&mut self, text: &str) {
        let Some((cell, ..)) = &mut self.row.cell else {
            return;
        };
        for c in text.chars() {
            let space = c.is_ascii_whitespace();
            if cell.len() >= CELL_BYTES {
                return;
            }
            if !space {
                cell.push(c);
            } else if !cell.ends_with([' ', '\n']) {
                cell.push(' ');
            }
        }
    }

    fn line_break(&mut self) {
        if let Some((cell, ..)) = &mut self.row.cell
            && cell.len() < CELL_BYTES
            && !cell.is_empty()
        {
            cell.push('\n');
        }
    }
}

#[cfg(test)]
mod tests;
