//! The rows that were refused, whole, readable by the owner only: a Parquet file per batch, and a workbook
//! beside it that the people who made the export can act on.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use tempfile::{NamedTempFile, TempPath};

use super::{Store, parquet_io, private_dir};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::i18n::visible::is_hidden;
use crate::ingest::{Reject, reason};

/// Folder of the quarantine in the store.
pub const FOLDER: &str = "_quarantine";

/// Rows of the workbook; whoever has more to mend than this does not do it by hand.
const SHEET_ROWS: usize = 100_000;

/// Refused rows written together.
const BATCH: usize = 8192;

/// The refused rows of one file and table, written as they come.
pub struct Quarantine {
    folder: PathBuf,
    /// Where the file lies until it is whole.
    staging: PathBuf,
    file: String,
    held: Vec<Reject>,
    /// The first rows, for the workbook.
    sheet: Vec<Reject>,
    total: u64,
    /// Used by one thread; the lock lets the others hold a reference to what stands beside it.
    writer: Mutex<Option<(ArrowWriter<File>, TempPath)>>,
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("file"),
        Field::new("line", DataType::Int64, true),
        text("column"),
        text("value"),
        text("reason"),
        text("row"),
    ]))
}

impl Quarantine {
    /// An empty quarantine for the rows of `file`.
    #[must_use]
    pub fn new(store: &Store, file: &str) -> Self {
        Self {
            folder: store.root().join(FOLDER),
            staging: store.staging(),
            file: file.to_owned(),
            held: Vec::new(),
            sheet: Vec::new(),
            total: 0,
            writer: Mutex::new(None),
        }
    }

    /// Adds refused rows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&mut self, rejects: Vec<Reject>) -> Result<()> {
        self.total += rejects.len() as u64;
        let room = SHEET_ROWS.saturating_sub(self.sheet.len());
        self.sheet.extend(rejects.iter().take(room).cloned());
        self.held.extend(rejects);
        if self.held.len() >= BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        let rows = encode(&self.file, &self.held)?;
        self.held.clear();
        let fail = |source| Error::Parquet {
            what: FOLDER.to_owned(),
            source,
        };
        let place = self
            .writer
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if place.is_none() {
            private_dir(&self.staging)?;
            let file = NamedTempFile::with_prefix_in("rejects-", &self.staging)
                .map_err(|error| Error::io("create a file in", &self.staging, error))?;
            let (file, path) = file.into_parts();
            let options = ArrowWriterOptions::new()
                .with_properties(parquet_io::properties(&[]).build())
                .with_skip_arrow_metadata(true);
            let writer =
                ArrowWriter::try_new_with_options(file, schema(), options).map_err(fail)?;
            *place = Some((writer, path));
        }
        if let Some((writer, _)) = place {
            writer.write(&rows).map_err(fail)?;
        }
        Ok(())
    }

    /// Puts the files in their place under the name of the batch; says where the workbook is, if there was
    /// anything to refuse.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(mut self, batch: &str) -> Result<Option<PathBuf>> {
        if self.total == 0 {
            return Ok(None);
        }
        self.flush()?;
        super::lasting_dir(&self.folder)?;
        let writer = self
            .writer
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((writer, path)) = writer {
            let file = writer.into_inner().map_err(|source| Error::Parquet {
                what: FOLDER.to_owned(),
                source,
            })?;
            let place = self.folder.join(format!("{batch}.parquet"));
            file.sync_all()
                .map_err(|error| Error::io("write", &place, error))?;
            path.persist(&place)
                .map_err(|error| Error::io("write", &place, error.error))?;
        }
        let place = self.folder.join(format!("{batch}.xlsx"));
        let bytes =
            workbook(&self.file, &self.sheet, self.total).map_err(|error| Error::Render {
                what: place.display().to_string(),
                message: error.to_string(),
            })?;
        private_dir(&self.staging)?;
        super::write_through(&self.staging, &place, &bytes)?;
        // Once the other rows are stored the file is not read again: by then these must last.
        super::sync_folder(&self.folder)
            .map_err(|error| Error::io("write to", &self.folder, error))?;
        Ok(Some(place))
    }
}

/// Deletes files of the quarantine that were written longer ago than `kept`: they hold what customers said.
/// The only place that reads the clock; no figure depends on it.
///
/// # Errors
/// When the folder cannot be listed or a file not be deleted.
pub fn expire(store: &Store, kept: Duration) -> Result<()> {
    let folder = store.root().join(FOLDER);
    if !folder.is_dir() {
        return Ok(());
    }
    let entries = std::fs::read_dir(&folder).map_err(|error| Error::io("list", &folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Error::io("list", &folder, error))?;
        let age = entry
            .metadata()
            .and_then(|file| file.modified())
            .ok()
            .and_then(|written| SystemTime::now().duration_since(written).ok());
        if age.is_some_and(|age| age > kept) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|error| Error::io("delete", &path, error))?;
        }
    }
    Ok(())
}

fn encode(file: &str, rejects: &[Reject]) -> Result<RecordBatch> {
    let text = |value: &dyn Fn(&Reject) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rejects.iter().map(value)))
    };
    let lines = rejects
        .iter()
        .map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX));
    RecordBatch::try_new(
        schema(),
        vec![
            text(&|_| file.to_owned()),
            Arc::new(Int64Array::from_iter_values(lines)),
            text(&|reject| reject.refusal.column.clone()),
            text(&|reject| reject.refusal.value.clone()),
            text(&|reject| reject.refusal.reason.code().to_owned()),
            text(&|reject| reject.raw.clone()),
        ],
    )
    .map_err(|source| Error::Arrow {
        what: FOLDER.to_owned(),
        source,
    })
}

/// The workbook: every cell is text, so that nothing in it is a formula and no long number loses digits.
fn workbook(file: &str, rejects: &[Reject], total: u64) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same rows give the same bytes.
    let fixed = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&fixed));
    let head = Format::new().set_bold().set_text_wrap();
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet().set_name("待修正 to mend")?;
    let titles = [
        ("文件\nfile", 24.0),
        ("行号\nline", 10.0),
        ("列\ncolumn", 16.0),
        ("值\nvalue", 24.0),
        ("原因", 34.0),
        ("reason", 44.0),
        ("原始行\nthe row as exported", 90.0),
    ];
    for (column, (title, width)) in (0_u16..).zip(titles) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, title, &head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, reject) in (1_u32..).zip(rejects) {
        let code = reject.refusal.reason.code();
        let line = reject.line.to_string();
        let cells = [
            file,
            &line,
            &reject.refusal.column,
            &reject.refusal.value,
            reason::describe(code, Lang::Zh),
            reason::describe(code, Lang::En),
            &reject.raw,
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, short(cell), &text)?;
        }
    }
    let last = u32::try_from(rejects.len()).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, last, 6)?;
    if total > rejects.len() as u64 {
        let rest = total - rejects.len() as u64;
        let more = format!("… +{rest}: Parquet");
        sheet.write_string_with_format(last + 1, 0, more, &text)?;
    }
    book.save_to_buffer()
}

/// What a cell of a workbook can hold.
fn short(text: &str) -> String {
    const MOST: usize = 32_000;
    text.chars().filter(|c| !is_hidden(*c)).take(MOST).collect()
}
