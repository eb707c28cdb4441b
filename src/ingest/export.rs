//! A table of a file: what it is, how it is to be read, and which canonical tables it feeds.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;

use crate::error::{Error, Result};
use crate::i18n::Bilingual;
use crate::settings::taxonomy::Lookup;

use super::Reject;
use super::columns::record_schema;
use super::container::{self, Member, PathOrTemp};
use super::delimited::{Dialect, Pieces};
use super::engine::{self, AsTheyAre, Feed, Sink, Totals};
use super::formats::below::Below;
use super::formats::events::{EventColumns, Folded};
use super::formats::{json, markup, parquet, workbook};
use super::plan::Plan;
use super::privacy::Key;
use super::survey;
use super::text::{self, Detected};
use super::typing::Typer;

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
    pub(super) member: Member,
    pub(super) body: Body,
}

/// How the rows are reached.
pub(super) enum Body {
    /// Delimited text.
    Text {
        detected: Detected,
        dialect: Dialect,
        /// Physical lines before the first record.
        skip: u64,
        /// Where the fields of an event lie, when the rows are events.
        events: Option<EventColumns>,
    },
    /// JSON records, or the elements of an array within them.
    Json {
        detected: Detected,
        shape: json::Shape,
    },
    /// A sheet of a workbook, below a row.
    Sheet {
        disk: PathOrTemp,
        sheet: String,
        after: u64,
    },
    /// An HTML or XML table, below a row.
    Markup { detected: Detected, after: u64 },
    /// A Parquet file.
    Parquet { disk: PathOrTemp },
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

impl Export {
    /// How the file is written, for people: `gb18030, delimiter ','`.
    #[must_use]
    pub fn form(&self) -> Bilingual {
        let mut form = Bilingual::new(&*self.encoding, &*self.encoding);
        let mut add = |en: String, zh: String| {
            form.en = format!("{}, {en}", form.en);
            form.zh = format!("{}，{zh}", form.zh);
        };
        match &self.body {
            Body::Text { dialect, .. } => {
                let delimiter = char::from(dialect.delimiter);
                add(
                    format!("delimiter {delimiter:?}"),
                    format!("分隔符 {delimiter:?}"),
                );
            }
            Body::Json { shape, .. } => {
                if let Some(path) = shape.envelope() {
                    add(format!("records in {path}"), format!("记录在 {path} 中"));
                }
            }
            Body::Sheet { .. } | Body::Markup { .. } | Body::Parquet { .. } => {}
        }
        if self.first_line > 2 {
            let line = self.first_line;
            add(
                format!("first row in line {line}"),
                format!("第一条记录在第 {line} 行"),
            );
        }
        form
    }

    /// A reader of the rows, from the first record on.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn feed(&self) -> Result<Feed> {
        let name = Path::new(&self.name);
        let width = self.header.len();
        Ok(Feed::Rows(match &self.body {
            Body::Text {
                detected,
                dialect,
                skip,
                events,
            } => {
                let reader = text::reader(self.member.open()?, *detected);
                let mut reader = std::io::BufReader::with_capacity(1 << 16, reader);
                skip_lines(&mut reader, *skip).map_err(|error| container::explain(name, error))?;
                let text = Feed::Text(
                    Pieces::new(Box::new(reader), *dialect, skip + 1),
                    *dialect,
                    self.name.clone().into(),
                );
                match events {
                    Some(columns) => Box::new(Folded::new(text, columns.clone())),
                    None => return Ok(text),
                }
            }
            Body::Json { detected, shape } => {
                let reader = text::decoded(self.member.open()?, *detected);
                Box::new(json::open(reader, name, shape))
            }
            Body::Sheet { disk, sheet, after } => {
                let rows = workbook::open(disk.as_ref(), name, sheet)?;
                Box::new(Below::new(Box::new(rows), *after, width))
            }
            Body::Markup { detected, after } => {
                let reader = text::decoded(self.member.open()?, *detected);
                let rows = markup::open(reader, name);
                Box::new(Below::new(Box::new(rows), *after, width))
            }
            Body::Parquet { disk } => Box::new(parquet::open(disk.as_ref(), name)?),
        }))
    }

    /// Settles what only the values of a column can say: the order of day and month, the unit of durations.
    /// It reads the first rows, and all of them when those leave something open; so it is left until the rows
    /// are known to be wanted.
    ///
    /// # Errors
    /// When the file cannot be read, or the dates of a column have no order, or several.
    pub fn settle(&mut self) -> Result<()> {
        survey::decide(self)
    }

    /// Types the rows for one of the plans, has `worker` make them ready and gives them to `sink` in file order. The export
    /// is [settled](Self::settle).
    ///
    /// # Errors
    /// When the file cannot be read, has changed meanwhile, or the sink refuses.
    pub fn read<S: Sink>(
        &self,
        plan: &Plan,
        key: &Key,
        taxonomy: &Lookup,
        worker: &S::Worker,
        sink: &mut S,
    ) -> Result<Totals> {
        let short = self.content.get(..16).unwrap_or_default();
        let typer = Typer::new(plan, key, taxonomy, short);
        let mut totals = engine::read(self.feed()?, &typer, &self.name, worker, sink)?;
        if self.member.changed()? {
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
        let totals = self.read(plan, key, taxonomy, &AsTheyAre, &mut sink)?;
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
    type Worker = AsTheyAre;

    fn take(&mut self, part: RecordBatch, rejects: Vec<Reject>) -> Result<()> {
        self.rows.push(part);
        self.rejects.extend(rejects);
        Ok(())
    }
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
