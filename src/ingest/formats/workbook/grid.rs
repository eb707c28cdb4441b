//! How far the sheets of an `OpenDocument` workbook reach, told from its tags alone: a row or a cell that is repeated a
//! million times takes a few bytes in the file and a million cells in memory.

use std::io::{self, Write};

use super::extent::{Extent, TooMuch};

/// Rows and columns of a sheet that the library reads at most.
const MOST_ROWS: u64 = 1 << 20;
const MOST_COLUMNS: u64 = 1 << 14;
/// A tag longer than this is none.
const MOST_TAG: usize = 1 << 24;

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Text,
    /// A tag, and the quote that is open in it.
    Tag(Option<u8>),
    Comment,
    Characters,
    Instruction,
}

/// Listens to `content.xml` as it is unpacked.
#[derive(Default)]
pub(super) struct Grid {
    within: Within,
    tag: Vec<u8>,
    whole: Extent,
    sheet: Sheet,
    too_much: Option<TooMuch>,
}

#[derive(Default)]
struct Sheet {
    name: String,
    extent: Extent,
    /// Rows so far.
    rows: u64,
    row: Row,
}

#[derive(Default)]
struct Row {
    repeated: u64,
    /// Cells up to the last filled one, and the empty ones behind it.
    filled: u64,
    empty: u64,
    text: u64,
    /// How often the open cell is repeated.
    cell: u64,
}

impl Grid {
    /// Whether everything fits.
    ///
    /// # Errors
    /// When it does not.
    pub(super) fn finish(mut self) -> Result<(), TooMuch> {
        self.end_sheet();
        self.too_much.map_or(Ok(()), Err)
    }

    fn byte(&mut self, byte: u8) {
        match self.within {
            Within::Text if byte == b'<' => {
                self.tag.clear();
                self.within = Within::Tag(None);
            }
            Within::Text => {
                let row = &mut self.sheet.row;
                row.text = row.text.saturating_add(row.cell);
            }
            Within::Tag(Some(quote)) => {
                if byte == quote {
                    self.within = Within::Tag(None);
                }
                self.tag.push(byte);
            }
            Within::Tag(None) if byte == b'>' => {
                self.within = Within::Text;
                let tag = std::mem::take(&mut self.tag);
                self.tag(&tag);
                self.tag = tag;
            }
            Within::Tag(None) => {
                self.tag.push(byte);
                match self.tag.as_slice() {
                    b"!--" => self.within = Within::Comment,
                    b"![CDATA[" => self.within = Within::Characters,
                    [b'?'] => self.within = Within::Instruction,
                    _ if byte == b'"' || byte == b'\'' => self.within = Within::Tag(Some(byte)),
                    _ => {}
                }
            }
            Within::Comment => self.until(byte, b"-->"),
            Within::Instruction => self.until(byte, b"?>"),
            Within::Characters => {
                let row = &mut self.sheet.row;
                row.text = row.text.saturating_add(row.cell);
                self.until(byte, b"]]>");
            }
        }
        if self.tag.len() > MOST_TAG {
            self.sheet.extent.claim();
            self.tag.clear();
        }
    }

    /// Goes on to text when what has come ends with `end`.
    fn until(&mut self, byte: u8, end: &[u8]) {
        let seen = self.tag.len().saturating_sub(end.len() - 1);
        self.tag.drain(..seen);
        self.tag.push(byte);
        if self.tag == end {
            self.within = Within::Text;
        }
    }

    fn tag(&mut self, tag: &[u8]) {
        let closed = tag.ends_with(b"/");
        let tag = tag.strip_suffix(b"/").unwrap_or(tag);
        let end = tag
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(end);
        match name {
            b"table:table" => {
                self.end_sheet();
                if let Some(name) = values(attributes, b"table:name").next() {
                    self.sheet.name = String::from_utf8_lossy(name).into_owned();
                }
            }
            b"/table:table" => self.end_sheet(),
            b"table:table-row" => {
                let left = MOST_ROWS.saturating_sub(self.sheet.rows);
                let times = self.times(attributes, b"table:number-rows-repeated");
                self.sheet.row = Row {
                    repeated: times.min(left),
                    ..Row::default()
                };
                if closed {
                    self.end_row();
                }
            }
            b"/table:table-row" => self.end_row(),
            b"table:table-cell" | b"table:covered-table-cell" => {
                self.cell(attributes);
                if closed {
                    self.sheet.row.cell = 0;
                }
            }
            b"/table:table-cell" | b"/table:covered-table-cell" => self.sheet.row.cell = 0,
            _ => {}
        }
    }

    fn times(&mut self, attributes: &[u8], name: &[u8]) -> u64 {
        times(attributes, name).unwrap_or_else(|| {
            self.sheet.extent.claim();
            1
        })
    }

    fn cell(&mut self, attributes: &[u8]) {
        let repeated = self.times(attributes, b"table:number-columns-repeated");
        let row = &mut self.sheet.row;
        let says = pairs(attributes).any(|(key, _)| {
            key.starts_with(b"office:") || key.starts_with(b"calcext:") || key == b"table:formula"
        });
        if says {
            let filled = row.filled.saturating_add(row.empty);
            row.filled = filled.saturating_add(repeated).min(MOST_COLUMNS);
            row.empty = 0;
            row.cell = repeated.min(MOST_COLUMNS);
            let held = attributes.len() as u64;
            row.text = row.text.saturating_add(held.saturating_mul(row.cell));
        } else {
            row.empty = row.empty.saturating_add(repeated).min(MOST_COLUMNS);
        }
    }

    fn end_row(&mut self) {
        let sheet = &mut self.sheet;
        let row = std::mem::take(&mut sheet.row);
        // Both are below 2^20 by now.
        let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let (first, rows) = (number(sheet.rows), number(row.repeated));
        sheet.extent.rows(first, rows, number(row.filled), row.text);
        sheet.rows += row.repeated;
    }

    fn end_sheet(&mut self) {
        let sheet = std::mem::take(&mut self.sheet);
        // Beside the values the formulas are laid out, whether there are any or not.
        let mut both = sheet.extent.clone();
        both.beside(&sheet.extent);
        if self.too_much.is_none() {
            self.too_much = self.whole.add(&both, &sheet.name).err();
        }
    }
}

impl Write for Grid {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            // Without its NUL bytes text of two bytes a sign is like any other.
            if *byte != 0 {
                self.byte(*byte);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How often something is repeated; nothing where that is written with entities, as no program writes it.
fn times(attributes: &[u8], name: &[u8]) -> Option<u64> {
    let mut most = 1;
    for (at, value) in values(attributes, name).enumerate() {
        if value.contains(&b'&') {
            return None;
        }
        let text = std::str::from_utf8(value).unwrap_or_default();
        let times = text.trim().parse().unwrap_or(1);
        most = if at == 0 { times } else { times.max(most) };
    }
    Some(most)
}

fn values<'t>(attributes: &'t [u8], name: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
    pairs(attributes)
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Names and values of the attributes of a tag.
fn pairs(attributes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let equals = memchr::memchr(b'=', rest)?;
        let key = rest[..equals].trim_ascii_end();
        let value = rest[equals + 1..].trim_ascii_start();
        let (quote, value) = value.split_first()?;
        let end = memchr::memchr(*quote, value)?;
        rest = &value[end + 1..];
        Some((key, &value[..end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: &str) -> Result<(), String> {
        let mut grid = Grid::default();
        for chunk in content.as_bytes().chunks(7) {
            grid.write_all(chunk).unwrap();
        }
        grid.finish().map_err(|TooMuch(said)| said)
    }

    fn sheet(rows: &str) -> String {
        format!("<?xml version='1.0' x='>'?><table:table table:name=\"通话\">{rows}</table:table>")
    }

    #[test]
    fn what_a_spreadsheet_program_leaves_behind_is_no_harm() {
        let content = sheet(
            "<table:table-row><table:table-cell office:value-type='string'><text:p>a</text:p></table:table-cell>\
             <table:table-cell table:number-columns-repeated='16383'/></table:table-row>\
             <table:table-row table:number-rows-repeated='1048575'>\
             <table:table-cell table:style-name='ce1' table:number-columns-repeated=\"16384\"/></table:table-row>",
        );
        assert_eq!(told(&content), Ok(()));
    }

    #[test]
    fn a_few_bytes_that_mean_millions_of_cells_are_refused() {
        let value = "office:value='1'";
        let cells = [
            format!("<table:table-row table:number-rows-repeated='100000'><table:table-cell {value} table:number-columns-repeated = '1000'/></table:table-row>"),
            format!("<table:table-row><table:table-cell {value}/></table:table-row><table:table-row table:number-rows-repeated='&#49;000000'/>\
                     <table:table-row><table:table-cell table:number-columns-repeated='5000'/><table:table-cell {value}/></table:table-row>"),
            format!("<!-- \" --><![CDATA[ ' ]]><table:table-row a='>' ><table:table-cell\n{value}\ntable:number-columns-repeated='16384'></table:table-cell></table:table-row>").repeat(2000),
        ];
        for rows in cells {
            let said = told(&sheet(&rows)).unwrap_err();
            assert!(said.starts_with("sheet \"通话\" reaches to cell"), "{said}");
        }
        let long = "x".repeat(100_000);
        let rows = format!(
            "<table:table-row table:number-rows-repeated='2000'><table:table-cell office:value-type='string' table:number-columns-repeated='10'><text:p>{long}</text:p></table:table-cell></table:table-row>"
        );
        let said = told(&sheet(&rows)).unwrap_err();
        assert!(said.starts_with("the texts of sheet"), "{said}");
    }
}
