//! A file in the making: the bytes of its rows so far, and the rows that should not be there.

use std::borrow::Cow;

use encoding_rs::GB18030;

use super::GeneratedFile;
use super::tables::{Style, Table};

/// A cell that is spoilt when the line is written, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoilt {
    No,
    /// The cell at this place opens a quotation and never ends it.
    OpenQuote(usize),
    /// The cell at this place begins with a byte that no encoding has.
    BadByte(usize),
}

/// Why a line is there that should not be.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) fault: &'static str,
    /// Canonical column; empty when the whole line is at fault.
    pub(super) column: &'static str,
    pub(super) spoilt: Spoilt,
}

/// A file in the making. No cell contains a line break, so a line is a physical line.
pub(super) struct Sheet {
    pub(super) table: &'static Table,
    pub(super) name: String,
    bytes: Vec<u8>,
    /// Where each line ends, the header included.
    ends: Vec<usize>,
    /// The planted lines by index below the header, ascending.
    flaws: Vec<(usize, Flaw)>,
}

impl Sheet {
    /// A file with a header only.
    pub(super) fn new(table: &'static Table, name: String) -> Self {
        let mut sheet = Self {
            table,
            name,
            bytes: if table.style == Style::Utf8Bom {
                b"\xef\xbb\xbf".to_vec()
            } else {
                Vec::new()
            },
            ends: Vec::new(),
            flaws: Vec::new(),
        };
        let header = table.columns.iter().map(|(_, header)| *header);
        write(header, table.style, Spoilt::No, &mut sheet.bytes);
        sheet.ends.push(sheet.bytes.len());
        sheet
    }

    /// Lines below the header.
    pub(super) fn rows(&self) -> usize {
        self.ends.len() - 1
    }

    /// Appends a row.
    pub(super) fn push(&mut self, cells: &[String]) {
        let cells = cells.iter().map(String::as_str);
        write(cells, self.table.style, Spoilt::No, &mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// Appends a row written by [`line`].
    pub(super) fn push_line(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    /// The planted lines: physical line from 1 (the header), and what is wrong.
    pub(super) fn flaws(&self) -> impl Iterator<Item = (usize, &Flaw)> {
        self.flaws.iter().map(|(row, flaw)| (row + 2, flaw))
    }

    /// Whether a row was planted.
    pub(super) fn is_flawed(&self, row: usize) -> bool {
        self.flaws.iter().any(|(at, _)| *at == row)
    }

    /// The cells of a row as they were pushed.
    pub(super) fn cells(&self, row: usize) -> Option<Vec<String>> {
        let line = self
            .bytes
            .get(*self.ends.get(row)?..*self.ends.get(row + 1)?)?;
        let text = match self.table.style {
            Style::Gb18030 => GB18030.decode_without_bom_handling(line).0,
            Style::Utf8 | Style::Utf8Bom => String::from_utf8_lossy(line),
        };
        Some(split(text.trim_end_matches(['\r', '\n'])))
    }

    /// Plants a line as row `row`; the rows from there on move down.
    pub(super) fn plant(&mut self, row: usize, cells: &[String], flaw: Flaw) {
        let Some(&start) = self.ends.get(row) else {
            return;
        };
        let mut line = Vec::new();
        let cells = cells.iter().map(String::as_str);
        write(cells, self.table.style, flaw.spoilt, &mut line);
        for end in self.ends.iter_mut().skip(row + 1) {
            *end += line.len();
        }
        self.ends.insert(row + 1, start + line.len());
        self.bytes.splice(start..start, line);
        for (at, _) in self.flaws.iter_mut().filter(|(at, _)| *at >= row) {
            *at += 1;
        }
        let place = self.flaws.partition_point(|(at, _)| *at < row);
        self.flaws.insert(place, (row, flaw));
    }

    /// The finished file.
    pub(super) fn file(self) -> GeneratedFile {
        GeneratedFile {
            name: self.name,
            bytes: self.bytes,
        }
    }
}

/// The bytes of a row of a table.
pub(super) fn line(table: &Table, cells: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let cells = cells.iter().map(String::as_str);
    write(cells, table.style, Spoilt::No, &mut bytes);
    bytes
}

/// Writes a line with its end.
fn write<'c>(
    cells: impl Iterator<Item = &'c str>,
    style: Style,
    spoilt: Spoilt,
    bytes: &mut Vec<u8>,
) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        match spoilt {
            Spoilt::OpenQuote(at) if at == place => bytes.push(b'"'),
            Spoilt::BadByte(at) if at == place => bytes.push(0xff),
            _ => {}
        }
        let cell = quoted(cell);
        match style {
            Style::Gb18030 => bytes.extend_from_slice(&GB18030.encode(&cell).0),
            Style::Utf8 | Style::Utf8Bom => bytes.extend_from_slice(cell.as_bytes()),
        }
    }
    bytes.extend_from_slice(match style {
        Style::Gb18030 => b"\r\n",
        Style::Utf8 | Style::Utf8Bom => b"\n",
    });
}

/// The cell as CSV wants it (RFC 4180).
fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"']) {
        Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The cells of a line that [`quoted`] wrote.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut inside = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ',' if !inside => {
                cells.push(String::new());
                continue;
            }
            '"' if !inside => {
                inside = true;
                continue;
            }
            '"' if letters.next_if_eq(&'"').is_none() => {
                inside = false;
                continue;
            }
            _ => {}
        }
        if let Some(cell) = cells.last_mut() {
            cell.push(letter);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::super::tables;
    use super::*;

    fn row(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn rows_come_back_as_they_were_pushed() {
        for table in [&tables::CALLS, &tables::TICKETS, &tables::SURVEYS] {
            let mut sheet = Sheet::new(table, String::new());
            let rows = [
                row(&["", "客户原话\"再不解决就投诉\"", "a,b", "\"", "\"\"", "末"]),
                row(&["排队", "", ",", ""]),
            ];
            for row in &rows {
                sheet.push(row);
            }
            sheet.push_line(&line(table, &rows[0]));
            let read: Vec<_> = (0..3).filter_map(|row| sheet.cells(row)).collect();
            assert_eq!(read, [&rows[..], &rows[..1]].concat());
            assert_eq!((sheet.rows(), sheet.cells(3)), (3, None));
        }
    }

    #[test]
    fn planted_lines_move_the_others_down() {
        let flaw = |fault| Flaw {
            fault,
            column: "",
            spoilt: Spoilt::No,
        };
        let mut sheet = Sheet::new(&tables::PARCELS, String::new());
        for text in ["a", "b"] {
            sheet.push(&row(&[text]));
        }
        sheet.plant(2, &row(&["z"]), flaw("last"));
        sheet.plant(1, &row(&["y"]), flaw("second"));
        let flaws: Vec<_> = sheet.flaws().map(|(at, flaw)| (at, flaw.fault)).collect();
        assert_eq!(flaws, [(3, "second"), (5, "last")]);
        assert!(sheet.is_flawed(1) && !sheet.is_flawed(2));
        assert_eq!(sheet.cells(3), Some(row(&["z"])));
        assert_eq!(sheet.file().bytes, b"date,outlet,parcels\na\ny\nb\nz\n");
    }
}
