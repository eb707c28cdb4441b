//! Export bytes → typed rows and rejects. A bad row is a value, not an error, and none is lost:
//! every record of a file is either in a batch or among the rejects.

pub mod block;
pub mod columns;
pub mod plan;
pub mod privacy;
pub mod reason;
pub mod records;
pub mod row;
pub mod text;
pub mod value;

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use encoding_rs::Encoding;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::settings::taxonomy::Lookup;

use columns::{Columns, Value, record_schema};
use plan::Plan;
use privacy::Key;
pub use reason::{Reason, Refusal, Reject};
use records::Record;
use row::{Notes, Typer};

/// Records typed together by one thread.
const CHUNK: usize = 4096;

/// A file as it was found: its bytes, how they are to be read, and what they are.
pub struct Export {
    /// Name shown to people: the path relative to the input it was found under.
    pub name: String,
    /// BLAKE3 of the content in hex.
    pub content: String,
    /// Encoding as the summary prints it.
    pub encoding: String,
    /// Field separator.
    pub delimiter: u8,
    /// The header.
    pub header: Vec<String>,
    /// One plan per table the file feeds.
    pub plans: Vec<Plan>,
    bytes: Vec<u8>,
    decoder: &'static Encoding,
    body: usize,
    first_line: u64,
}

/// What one file gives to one table.
pub struct Parsed {
    /// The rows that are good, in file order.
    pub rows: RecordBatch,
    /// The rows that are not, in file order.
    pub rejects: Vec<Reject>,
    /// Findings about rows that were kept.
    pub notes: Notes,
    /// Records in the file: good and bad together.
    pub read: u64,
}

impl Export {
    /// Opens a file: tells its encoding, delimiter, header and tables.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or is no table this program knows.
    pub fn open(path: &Path, name: &str, settings: &Settings) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::io("read", path, error))?;
        Self::from_bytes(bytes, path, name, settings)
    }

    /// The same from bytes in memory.
    ///
    /// # Errors
    /// As [`Export::open`].
    pub fn from_bytes(
        bytes: Vec<u8>,
        path: &Path,
        name: &str,
        settings: &Settings,
    ) -> Result<Self> {
        let content = blake3::hash(&bytes).to_hex().to_string();
        let detected = text::detect(&bytes);
        let encoding = detected.name();
        let (bytes, decoder) = text::line_oriented(bytes, detected);
        let Some((first_line, start, end)) = first_text_line(&bytes) else {
            return Err(Error::input(
                path,
                "is empty",
                "export it again, or leave it out",
            ));
        };
        let body = (end + 1).min(bytes.len());
        let line = bytes[start..end]
            .strip_suffix(b"\r")
            .unwrap_or(&bytes[start..end]);
        let header = text::decode(line, decoder).ok_or_else(|| {
            Error::input(
                path,
                format!("line {first_line}: the header is not {encoding} text"),
                "save it as UTF-8 or GB18030 and try again",
            )
        })?;
        let delimiter = text::delimiter(&header);
        let header: Vec<String> = records::fields(&header, delimiter)
            .map_err(|_| {
                Error::input(
                    path,
                    format!("line {first_line}: a quote in the header is not closed"),
                    "correct the header",
                )
            })?
            .iter()
            .map(|field| value::clean(field).to_owned())
            .collect();
        let plans = plan::plans(&header, settings).map_err(|no| no_plan(path, &bytes, no))?;
        Ok(Self {
            name: name.to_owned(),
            content,
            encoding,
            delimiter,
            header,
            plans,
            bytes,
            decoder,
            body,
            first_line: first_line + 1,
        })
    }

    /// Types every row of the file for one of its plans.
    ///
    /// # Errors
    /// Only when Arrow refuses the finished columns.
    pub fn parse(&self, plan: &Plan, key: &Key, taxonomy: &Lookup) -> Result<Parsed> {
        let width = self.header.len();
        let mut found = records::split(
            &self.bytes[self.body..],
            self.delimiter,
            width,
            self.first_line,
        );
        // Blank lines at the end are how editors end a file; between rows they are a fault.
        while found.last().is_some_and(|record| is_blank(record.bytes)) {
            found.pop();
        }
        let chunks: Vec<Chunk> = found
            .par_chunks(CHUNK)
            .map(|records| self.chunk(records, plan, key, taxonomy))
            .collect::<Result<_>>()?;
        let mut parsed = Parsed {
            rows: RecordBatch::new_empty(record_schema(plan.table)),
            rejects: Vec::new(),
            notes: Notes::new(),
            read: found.len() as u64,
        };
        let mut batches = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            batches.push(chunk.rows);
            parsed.rejects.extend(chunk.rejects);
            for (what, count) in chunk.notes {
                *parsed.notes.entry(what).or_default() += count;
            }
        }
        parsed.rows = concat_batches(&record_schema(plan.table), &batches).map_err(|source| {
            Error::Arrow {
                what: self.name.clone(),
                source,
            }
        })?;
        Ok(parsed)
    }

    fn chunk(
        &self,
        records: &[Record<'_>],
        plan: &Plan,
        key: &Key,
        taxonomy: &Lookup,
    ) -> Result<Chunk> {
        let typer = Typer::new(plan, key, taxonomy);
        let mut columns = Columns::new(record_schema(plan.table));
        let mut chunk = Chunk {
            rows: RecordBatch::new_empty(record_schema(plan.table)),
            rejects: Vec::new(),
            notes: Notes::new(),
        };
        for record in records {
            if let Err(refusal) = self.record(*record, &typer, &mut columns, &mut chunk.notes) {
                let raw = text::decode(record.bytes, self.decoder)
                    .unwrap_or_else(|| self.decoder.decode_without_bom_handling(record.bytes).0);
                chunk.rejects.push(Reject {
                    line: record.line,
                    refusal: *refusal,
                    raw: raw.into_owned(),
                });
            }
        }
        chunk.rows = columns.finish().map_err(|source| Error::Arrow {
            what: self.name.clone(),
            source,
        })?;
        Ok(chunk)
    }

    fn record(
        &self,
        record: Record<'_>,
        typer: &Typer<'_>,
        columns: &mut Columns,
        notes: &mut Notes,
    ) -> std::result::Result<(), Box<Refusal>> {
        let whole = |reason, value: String| {
            Box::new(Refusal {
                column: String::new(),
                value,
                reason,
            })
        };
        if is_blank(record.bytes) {
            return Err(whole(Reason::Blank, String::new()));
        }
        if memchr::memchr(0, record.bytes).is_some() {
            return Err(whole(Reason::Nul, String::new()));
        }
        let text = text::decode(record.bytes, self.decoder)
            .ok_or_else(|| whole(Reason::Encoding, self.encoding.clone()))?;
        let fields = records::fields(&text, self.delimiter)
            .map_err(|_| whole(Reason::Quote, String::new()))?;
        if fields.len() != self.header.len() {
            // Language-neutral: fields found ≠ fields of the header.
            let value = format!("{} ≠ {}", fields.len(), self.header.len());
            return Err(whole(Reason::FieldCount, value));
        }
        let mut row = typer.row(&fields, notes)?;
        if typer.plan.table.hashed_key && row[0].is_null() {
            row[0] = Value::Text(hash_of(&row).into());
        }
        row.push(Value::Text(
            self.content.get(..16).unwrap_or_default().into(),
        ));
        row.push(Value::Integer(
            i64::try_from(record.line).unwrap_or(i64::MAX),
        ));
        columns.push(&row);
        Ok(())
    }
}

/// Why a file is not taken in; bytes that no text has say that it is no export at all.
fn no_plan(path: &Path, bytes: &[u8], no: plan::NoPlan) -> Error {
    let binary = memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_some();
    if binary {
        Error::input(path, "is not a text file", "CSV or TSV is needed")
    } else {
        Error::input(path, no.message, no.hint)
    }
}

struct Chunk {
    rows: RecordBatch,
    rejects: Vec<Reject>,
    notes: Notes,
}

/// A key for rows that bring none: 16 bytes of BLAKE3 over the typed row, in hex.
fn hash_of(row: &[Value<'_>]) -> String {
    let mut hasher = blake3::Hasher::new();
    for value in row {
        value.hash_into(&mut hasher);
    }
    let mut hex = hasher.finalize().to_hex().to_string();
    hex.truncate(32);
    hex
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_whitespace() || *b == b',')
}

/// Line number, start and end of the first line that is not blank.
fn first_text_line(bytes: &[u8]) -> Option<(u64, usize, usize)> {
    let (mut start, mut line) = (0, 1);
    while start < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
        if !is_blank(&bytes[start..end]) {
            return Some((line, start, end));
        }
        start = end + 1;
        line += 1;
    }
    None
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
