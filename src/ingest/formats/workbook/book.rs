//! The workbook formats behind one face.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Ods, OdsError, Range, Reader, SheetType,
    SheetVisible, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};
use zip::ZipArchive;

use super::extent::TooMuch;
use super::rows::{Gone, MAX_COLUMNS, Rows};
use super::{biff, compound, parts};
use crate::error::{Error, Result};
use crate::ingest::formats::cells::{
    SHEET_DIGITS, duration, iso_duration, iso_time, number, serial,
};

type Input = BufReader<File>;
type Flow = std::result::Result<(), Gone>;

/// What to do with a workbook that cannot be read.
pub(super) const AGAIN: &str =
    "open it in a spreadsheet program and save it again as .xlsx or .csv";

/// An open workbook.
pub(super) enum Book {
    Xlsx(Box<Xlsx<Input>>),
    Xlsb(Box<Xlsb<Input>>),
    Xls(Box<Xls<Cursor<Vec<u8>>>>),
    Ods(Box<Ods<Input>>),
}

/// Whether the parts of a zipped workbook have been looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// They may be anything.
    Unknown,
    /// They fit into memory.
    Checked,
}

impl TooMuch {
    /// The error of a file.
    pub(super) fn of(self, name: &Path) -> Error {
        Error::input(
            name,
            format!("takes too much memory: {}", self.0),
            "delete the stray cells far from the table, or save the sheet as .csv",
        )
    }
}

/// Why a part of the work failed, before the file's name is added.
enum Failure {
    Password,
    NoSheet,
    Io(io::Error),
    Other(String),
}

macro_rules! failure {
    ($error:ident { $($no_sheet:pat),* }) => {
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                match error {
                    $error::Password => Self::Password,
                    $error::Io(e) => Self::Io(e),
                    $($no_sheet => Self::NoSheet,)*
                    e => Self::Other(e.to_string()),
                }
            }
        }
    };
}

failure!(XlsxError { XlsxError::NotAWorksheet(_), XlsxError::WorksheetNotFound(_) });
failure!(XlsbError { XlsbError::WorksheetNotFound(_) });
failure!(XlsError { XlsError::WorksheetNotFound(_) });
failure!(OdsError { OdsError::WorksheetNotFound(_) });

impl Failure {
    fn of(self, name: &Path) -> Error {
        match self {
            Self::Password => Error::input(name, "is encrypted", "save it without a password"),
            Self::NoSheet => Error::input(name, "has no such sheet", AGAIN),
            Self::Io(e) if e.raw_os_error().is_some() => Error::io("read", name, e),
            Self::Io(e) => Error::input(name, format!("is a damaged workbook ({e})"), AGAIN),
            Self::Other(e) => {
                Error::input(name, format!("cannot be read as a workbook ({e})"), AGAIN)
            }
        }
    }
}

impl Book {
    /// Opens a workbook; once is enough to look at its parts.
    pub(super) fn open(mut file: File, name: &Path, parts: Parts) -> Result<Self> {
        // One read may give less than is asked for, even of a file.
        let mut magic = Vec::with_capacity(2);
        let read = (&mut file).take(2).read_to_end(&mut magic);
        read.and_then(|_| file.rewind())
            .map_err(|e| Error::io("read", name, e))?;
        if magic != b"PK" {
            return Self::old(file, name);
        }
        let file = BufReader::new(file);
        let mut zip = ZipArchive::new(file).map_err(|e| Failure::Other(e.to_string()).of(name))?;
        if parts == Parts::Unknown {
            parts::check(&mut zip, name)?;
        }
        let ods = zip.index_for_name("content.xml").is_some();
        let binary = zip
            .file_names()
            .any(|name| name.is_ok_and(|name| name.ends_with("workbook.bin")));
        let mut file = zip.into_inner();
        file.rewind().map_err(|e| Error::io("read", name, e))?;
        let book = if ods {
            Ods::new(file)
                .map(|b| Self::Ods(Box::new(b)))
                .map_err(Failure::from)
        } else if binary {
            Xlsb::new(file)
                .map(|b| Self::Xlsb(Box::new(b)))
                .map_err(Failure::from)
        } else {
            Xlsx::new(file)
                .map(|b| Self::Xlsx(Box::new(b)))
                .map_err(Failure::from)
        };
        book.map_err(|failure| failure.of(name))
    }

    /// A workbook of the old format, of which only what is sound and fits reaches the library.
    fn old(mut file: File, name: &Path) -> Result<Self> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|e| Error::io("read", name, e))?;
        let fault = |fault: compound::Fault| Failure::Other(fault.to_string()).of(name);
        let mut stream = compound::workbook(&bytes).map_err(fault)?;
        drop(bytes);
        biff::checked(&mut stream).map_err(|too_much| too_much.of(name))?;
        let input = Cursor::new(compound::around(stream).map_err(fault)?);
        let book = Xls::new(input).map_err(|e| Failure::from(e).of(name))?;
        Ok(Self::Xls(Box::new(book)))
    }

    /// Visible sheets with content.
    pub(super) fn sheets(mut self, name: &Path) -> Result<Vec<String>> {
        let listed = match &self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        let visible: Vec<String> = listed
            .iter()
            .filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet)
            .map(|s| s.name.clone())
            .collect();
        let mut sheets = Vec::with_capacity(visible.len());
        for sheet in visible {
            let filled = self.has_content(&sheet);
            if filled.map_err(|failure| failure.of(name))? {
                sheets.push(sheet);
            }
        }
        Ok(sheets)
    }

    fn has_content(&mut self, sheet: &str) -> std::result::Result<bool, Failure> {
        let range = match self {
            Self::Xlsx(book) => {
                let mut cells = match book.worksheet_cells_reader(sheet) {
                    // A chart on a sheet of its own.
                    Err(XlsxError::NotAWorksheet(_)) => return Ok(false),
                    cells => cells?,
                };
                while let Some(cell) = cells.next_cell()? {
                    if !text(cell.get_value(), false).is_empty() {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            Self::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    if !text(cell.get_value(), false).is_empty() {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            Self::Xls(book) => book.worksheet_range(sheet)?,
            Self::Ods(book) => book.worksheet_range(sheet)?,
        };
        let filled = range
            .used_cells()
            .any(|(.., data)| !owned_text(data, false).is_empty());
        Ok(filled)
    }

    /// Reads a sheet into rows.
    pub(super) fn read(self, name: &Path, sheet: &str, rows: &mut Rows) -> Result<Flow> {
        self.stream(sheet, rows).map_err(|failure| match failure {
            Failure::NoSheet => Error::input(
                name,
                format!("has no sheet {sheet:?}"),
                "check the name of the sheet",
            ),
            failure => failure.of(name),
        })
    }

    fn stream(self, sheet: &str, rows: &mut Rows) -> std::result::Result<Flow, Failure> {
        match self {
            Self::Xlsx(mut book) => {
                // The regions stand behind the cells in the file, hence the second pass over the sheet.
                rows.merged(book.merge_cells_by_sheet_name(sheet).unwrap_or_default());
                let from_1904 = book.has_1904_epoch();
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    let (row, column) = cell.get_position();
                    within_sheet(row, column)?;
                    if rows
                        .cell(row, column, text(cell.get_value(), from_1904))
                        .is_err()
                    {
                        return Ok(Err(Gone));
                    }
                }
                Ok(Ok(()))
            }
            Self::Xlsb(mut book) => {
                let from_1904 = book.has_1904_epoch();
                let mut cells = book.worksheet_cells_reader(sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    let (row, column) = cell.get_position();
                    within_sheet(row, column)?;
                    if rows
                        .cell(row, column, text(cell.get_value(), from_1904))
                        .is_err()
                    {
                        return Ok(Err(Gone));
                    }
                }
                Ok(Ok(()))
            }
            Self::Xls(mut book) => {
                let merged: Vec<Dimensions> =
                    book.merge_cells_by_sheet_name(sheet).unwrap_or_default();
                rows.merged(merged);
                let from_1904 = book.has_1904_epoch();
                Ok(whole(&book.worksheet_range(sheet)?, from_1904, rows))
            }
            Self::Ods(mut book) => Ok(whole(&book.worksheet_range(sheet)?, false, rows)),
        }
    }
}

/// A cell can bear any name: the cells in front of it would fill the memory.
fn within_sheet(row: u32, column: u32) -> std::result::Result<(), Failure> {
    if column < MAX_COLUMNS {
        return Ok(());
    }
    Err(Failure::Other(format!(
        "a cell of row {} lies in column {}, of {MAX_COLUMNS} that a sheet can have",
        u64::from(row) + 1,
        u64::from(column) + 1
    )))
}

/// A sheet that lies in memory.
fn whole(range: &Range<Data>, from_1904: bool, rows: &mut Rows) -> Flow {
    let (top, left) = range.start().unwrap_or_default();
    for (row, cells) in (top..).zip(range.rows()) {
        for (column, data) in (left..).zip(cells) {
            rows.cell(row, column, owned_text(data, from_1904))?;
        }
    }
    Ok(())
}

fn text(data: &DataRef<'_>, from_1904: bool) -> String {
    match data {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => number(*value, SHEET_DIGITS),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => boolean(*value),
        DataRef::DateTime(time) => dated(time, from_1904),
        DataRef::DateTimeIso(text) => iso_time(text),
        DataRef::DurationIso(text) => iso_duration(text),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn owned_text(data: &Data, from_1904: bool) -> String {
    match data {
        Data::Int(value) => value.to_string(),
        Data::Float(value) => number(*value, SHEET_DIGITS),
        Data::String(text) => text.clone(),
        Data::Bool(value) => boolean(*value),
        Data::DateTime(time) => dated(time, from_1904),
        Data::DateTimeIso(text) => iso_time(text),
        Data::DurationIso(text) => iso_duration(text),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

fn boolean(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

fn dated(time: &ExcelDateTime, from_1904: bool) -> String {
    if time.is_duration() {
        duration(time.as_f64())
    } else {
        serial(time.as_f64(), from_1904)
    }
}
