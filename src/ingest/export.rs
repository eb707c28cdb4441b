//! A file as it was found: what it is, how it is to be read, and which tables it feeds.

use std::io::Read;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use encoding_rs::Encoding;

use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::settings::taxonomy::Lookup;

use super::Reject;
use super::columns::record_schema;
use super::container::{self, Member};
use super::delimited::{Dialect, Pieces};
use super::engine::{self, Feed, Sink, Totals};
use super::formats::events::{EventColumns, Folded};
use super::header::{self, Found};
use super::plan::{NoPlan, Plan};
use super::privacy::Key;
use super::records;
use super::survey;
use super::text::{self, Detected};
use super::typing::Typer;

/// How much of a text file is looked at to tell what it is.
const HEAD: u64 = 1 << 20;

/// A table of a file.
pub struct Export {
    /// Name shown to people: the path relative to the input it was found under.
    pub name: String,
    /// BLAKE3 of the content in hex.
    pub content: String,
    /// How it is written, as the summary prints it: the encoding of a text, else the format.
    pub encoding: String,
    /// The header.
    pub header: Vec<String>,
    /// Line of the first record.
    pub first_line: u64,
    /// One plan per table the file feeds.
    pub plans: Vec<Plan>,
    /// The file, for messages.
    pub path: PathBuf,
    body: Body,
}

/// How the rows are reached.
enum Body {
    /// Delimited text.
    Text {
        member: Member,
        detected: Detected,
        dialect: Dialect,
        /// Physical lines before the first record.
        skip: u64,
        /// Where the fields of an event lie, when the rows are events.
        events: Option<EventColumns>,
    },
}

/// A table with all its rows in memory, for small files.
pub struct Parsed {
    /// The rows that are good, in file order.
    pub rows: RecordBatch,
    /// The rows that are not, in file order.
    pub rejects: Vec<Reject>,
    /// What was read.
    pub totals: Totals,
}

/// What is in a file.
#[derive(Default)]
pub struct Opened {
    /// Its tables.
    pub exports: Vec<Export>,
    /// Parts that are no table, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// Opens a file: unpacks it and tells encoding, header and tables of everything in it.
///
/// # Errors
/// When it cannot be read, is empty, or nothing in it is a table this program knows.
pub fn open(path: &Path, name: &str, settings: &Settings, spool: &Path) -> Result<Opened> {
    let mut opened = Opened::default();
    let mut first: Option<Error> = None;
    for member in container::members(path, name, spool)? {
        match of_member(&member, path, settings) {
            Ok(exports) => opened.exports.extend(exports),
            Err(error @ Error::Input { .. }) => {
                opened
                    .left_out
                    .push((member.name.clone(), error.to_string()));
                first.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match first {
        Some(error) if opened.exports.is_empty() => Err(error),
        _ => Ok(opened),
    }
}

fn of_member(member: &Member, path: &Path, settings: &Settings) -> Result<Vec<Export>> {
    let (content, length) = member.hash()?;
    if length == 0 {
        return Err(Error::input(
            path,
            "is empty",
            "export it again, or leave it out",
        ));
    }
    let mut head = Vec::new();
    member
        .open()?
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| Error::io("read", path, error))?;
    let mut export = of_text(member, path, content, &head, settings)?;
    survey::decide(&mut export)?;
    Ok(vec![export])
}

/// Tells what delimited text is from its first bytes.
fn of_text(
    member: &Member,
    path: &Path,
    content: String,
    head: &[u8],
    settings: &Settings,
) -> Result<Export> {
    let mut best: Option<NoPlan> = None;
    let told = text::detect(head);
    let stated = settings
        .stated_encodings()
        .filter(|name| !name.eq_ignore_ascii_case(told.encoding.name()))
        .filter_map(|name| Some(Detected::stated(Encoding::for_label(name.as_bytes())?, head)));
    let mut binary = false;
    for detected in std::iter::once(told).chain(stated) {
        let (lines, encoding) = text::line_oriented(head.to_vec(), detected);
        binary |= memchr::memchr(0, &lines[..lines.len().min(8192)]).is_some();
        let mut delimiters = text::delimiters(&lines, encoding);
        delimiters.extend(settings.stated_delimiters());
        delimiters.dedup();
        for delimiter in delimiters {
            let rows = first_rows(&lines, encoding, delimiter);
            if rows.is_empty() {
                return Err(Error::input(
                    path,
                    "holds nothing but blank lines",
                    "export it again, or leave it out",
                ));
            }
            let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells.clone()).collect();
            match header::find(&cells, settings) {
                Ok(found) => {
                    let text = TextFound {
                        detected,
                        delimiter,
                        rows,
                        found,
                    };
                    return Ok(text.export(member, path, content));
                }
                Err(no) => {
                    let nearer = best.as_ref().is_none_or(|known| no.shared > known.shared);
                    if nearer {
                        best = Some(no);
                    }
                }
            }
        }
    }
    Err(match best {
        Some(no) if !binary => Error::input(path, no.message, no.hint),
        _ => Error::input(
            path,
            "is not a file of records",
            "CSV, TSV, XLSX, XLS, ODS, JSON or Parquet is needed",
        ),
    })
}

/// Delimited text of which everything is known.
struct TextFound {
    detected: Detected,
    delimiter: u8,
    rows: Vec<FirstRow>,
    found: Found,
}

impl TextFound {
    fn export(self, member: &Member, path: &Path, content: String) -> Export {
        let dialect = self.dialect();
        // Without a row behind the header everything is skipped.
        let all = self.rows.last().map_or(0, |row| row.line + row.lines - 1);
        let skip = self.rows.get(self.found.skip).map_or(all, |row| row.line - 1);
        let Found {
            header, mut plans, ..
        } = self.found;
        let events = plans
            .iter()
            .find(|plan| plan.fold.is_some())
            .map(|plan| EventColumns::of(&header, plan.zone));
        plans.retain(|plan| plan.fold.is_some() == events.is_some());
        Export {
            name: member.name.clone(),
            content,
            encoding: self.detected.name(),
            first_line: skip + 1,
            path: path.to_owned(),
            body: Body::Text {
                member: member.clone(),
                detected: self.detected,
                dialect,
                skip,
                events,
            },
            header,
            plans,
        }
    }

    fn dialect(&self) -> Dialect {
        let header = &self.found.header;
        let named = header.iter().rposition(|name| !name.is_empty());
        // An event has as many parameters as its kind needs.
        let events = self.found.plans.iter().any(|plan| plan.fold.is_some());
        Dialect {
            delimiter: self.delimiter,
            encoding: self.detected.line_encoding(),
            width: header.len(),
            needed: if events {
                EventColumns::NEEDED
            } else {
                named.map_or(0, |at| at + 1)
            },
        }
    }
}

/// One of the first rows of a text.
struct FirstRow {
    line: u64,
    lines: u64,
    cells: Vec<String>,
}

/// The first rows that are not blank, as far as they decode.
fn first_rows(text: &[u8], encoding: &'static Encoding, delimiter: u8) -> Vec<FirstRow> {
    let (mut rows, mut at, mut line) = (Vec::new(), 0, 1);
    while at < text.len() && rows.len() < header::ROWS_LOOKED_AT {
        let Some(found) = records::extent_of_header(text, at, delimiter) else {
            break;
        };
        let decoded = text::decode(&text[at..found.end], encoding);
        let cells = decoded
            .as_deref()
            .and_then(|record| records::fields(record, delimiter).ok())
            .unwrap_or_default();
        if cells
            .iter()
            .any(|cell| !super::value::clean(cell).is_empty())
        {
            rows.push(FirstRow {
                line,
                lines: found.lines,
                cells: cells.iter().map(ToString::to_string).collect(),
            });
        }
        line += found.lines;
        at = found.next;
    }
    rows
}

impl Export {
    /// How the file is written, for people: `gb18030, delimiter ','`.
    #[must_use]
    pub fn form(&self) -> String {
        match &self.body {
            Body::Text { dialect, .. } => format!(
                "{}, delimiter {:?}",
                self.encoding,
                char::from(dialect.delimiter)
            ),
        }
    }

    /// A reader of the rows, from the first record on.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn feed(&self) -> Result<Feed> {
        match &self.body {
            Body::Text {
                member,
                detected,
                dialect,
                skip,
                events,
            } => {
                let reader = text::reader(member.open()?, *detected);
                let mut reader = std::io::BufReader::with_capacity(1 << 16, reader);
                skip_lines(&mut reader, *skip)
                    .map_err(|error| Error::io("read", &self.path, error))?;
                let text = Feed::Text(
                    Pieces::new(Box::new(reader), *dialect, skip + 1),
                    *dialect,
                    self.path.clone(),
                );
                Ok(match events {
                    Some(columns) => Feed::Rows(Box::new(Folded::new(text, columns.clone()))),
                    None => text,
                })
            }
        }
    }

    /// Types the rows for one of the plans and gives them to `sink` in file order.
    ///
    /// # Errors
    /// When the file cannot be read, has changed meanwhile, or the sink refuses.
    pub fn read<S: Sink>(
        &self,
        plan: &Plan,
        key: &Key,
        taxonomy: &Lookup,
        sink: &mut S,
    ) -> Result<Totals> {
        let short = self.content.get(..16).unwrap_or_default();
        let typer = Typer::new(plan, key, taxonomy, short);
        let mut totals = engine::read(self.feed()?, &typer, &self.name, sink)?;
        let changed = match &self.body {
            Body::Text { member, .. } => member.changed()?,
        };
        if changed {
            return Err(Error::input(
                &self.path,
                "changed while it was read",
                "wait until the export is finished and run again",
            ));
        }
        for name in &plan.doubled {
            let key = ("doubled_header", name.clone(), String::new());
            totals.notes.insert(key, 1);
        }
        for name in &plan.absent {
            let key = ("absent_column", name.clone(), String::new());
            totals.notes.insert(key, 1);
        }
        Ok(totals)
    }

    /// All rows at once, for small files.
    ///
    /// # Errors
    /// As [`Export::read`].
    pub fn parse(&self, plan: &Plan, key: &Key, taxonomy: &Lookup) -> Result<Parsed> {
        let mut sink = Collect::default();
        let totals = self.read(plan, key, taxonomy, &mut sink)?;
        let rows = concat_batches(&record_schema(plan.table), &sink.rows).map_err(|source| {
            Error::Arrow {
                what: self.name.clone(),
                source,
            }
        })?;
        Ok(Parsed {
            rows,
            rejects: sink.rejects,
            totals,
        })
    }
}

/// Keeps everything.
#[derive(Default)]
struct Collect {
    rows: Vec<RecordBatch>,
    rejects: Vec<Reject>,
}

impl Sink for Collect {
    type Part = RecordBatch;
    type Job = ();
    type Done = ();

    fn part(&self, rows: RecordBatch) -> Result<RecordBatch> {
        Ok(rows)
    }

    fn take(&mut self, part: RecordBatch, rejects: Vec<Reject>) -> Result<()> {
        self.rows.push(part);
        self.rejects.extend(rejects);
        Ok(())
    }

    fn jobs(&mut self, _last: bool) -> Vec<()> {
        Vec::new()
    }

    fn work(&self, (): ()) -> Result<()> {
        Ok(())
    }

    fn done(&mut self, (): ()) {}
}

fn skip_lines(reader: &mut impl std::io::BufRead, lines: u64) -> std::io::Result<()> {
    for _ in 0..lines {
        if reader.skip_until(b'\n')? == 0 {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
