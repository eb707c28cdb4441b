//! The accounts of every file.
//!
//! `_quality` holds, per file and table, how many rows were stored, replaced, duplicate and rejected, by
//! reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use deltalake::kernel::PrimitiveType;

use super::delta::{Content, Layout, Part, Replacement};
use super::runs::Run;
use super::{Store, parquet_io};
use crate::error::{Error, Result};
use crate::i18n::visible::without_hidden;
use crate::ingest::Reject;
use crate::ingest::privacy::example;

/// The table's name.
pub const TABLE: &str = "_quality";
const BATCH: &str = "batch";
/// The partition of the batches that lie together in one file.
const TOGETHER: &str = "all";
/// Batches with a file of their own before all are put together: some of a year's thousands of files would be opened
/// every night otherwise.
const ALONE: usize = 64;
const TEXTS: [&str; 9] = [
    "file", "content", "table", "source", "encoding", "outcome", "reason", "column", "example",
];

/// One line of the accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// Name of the file.
    pub file: String,
    /// Hash of its content.
    pub content: String,
    /// The table it fed.
    pub table: String,
    /// The source mapping, or `auto`.
    pub source: String,
    /// Its encoding.
    pub encoding: String,
    /// `read`, `stored`, `replaced`, `duplicate`, `rejected` or `note`.
    pub outcome: String,
    /// Why, for rejected rows and notes.
    pub reason: String,
    /// Header of the column concerned.
    pub column: String,
    /// A masked example.
    pub example: String,
    /// Rows.
    pub rows: i64,
}

fn schema() -> SchemaRef {
    let mut fields: Vec<Field> = TEXTS
        .iter()
        .map(|name| Field::new(*name, DataType::Utf8, true))
        .collect();
    fields.push(Field::new("rows", DataType::Int64, true));
    Arc::new(Schema::new(fields))
}

fn layout() -> Layout {
    Layout {
        name: TABLE.to_owned(),
        schema: schema(),
        partition: Some((BATCH, PrimitiveType::String)),
    }
}

/// The id under which a file's rows enter a table: same content, same id.
#[must_use]
pub fn batch_id(content: &str, table: &str) -> String {
    format!("{}-{table}", content.get(..32).unwrap_or(content))
}

impl Store {
    /// Writes the accounts of one file and table, in place of earlier ones.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub fn write_quality(&self, batch: &str, lines: &[Line]) -> Result<()> {
        let encoded = encode(lines)?;
        let replacement = Replacement {
            partition: Some(batch.to_owned()),
            rows: lines.len() as u64,
            content: Content::Bytes(parquet_io::encode(&encoded, &[])?),
            keys: None,
        };
        self.table(TABLE)?
            .replace(&layout(), vec![replacement], None)?;
        Ok(())
    }

    /// Takes out the accounts of files whose rows were never stored, because a run died between the two: the file may
    /// never come again as it was. Only accounts that no run knows yet are looked at. The lock must be held.
    ///
    /// # Errors
    /// When a table cannot be read or written.
    pub fn forget_unfinished(&self) -> Result<()> {
        let last = self.latest_run()?;
        let known: BTreeSet<Option<String>> = match &last {
            Some(run) => {
                let parts = self.parts_at(TABLE, run)?.into_iter();
                parts.map(|part| part.partition).collect()
            }
            None => BTreeSet::new(),
        };
        // Table → the batches that came after that run: their rows follow their accounts.
        let mut since: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut dead = Vec::new();
        for part in self.table(TABLE)?.parts()? {
            let Some(batch) = part
                .partition
                .filter(|batch| !known.contains(&Some(batch.clone())))
            else {
                continue;
            };
            let Some((_, name)) = batch.split_once('-') else {
                continue;
            };
            let table = self.table(name)?;
            if !since.contains_key(name) {
                let of_run = last.as_ref().and_then(|run| run.versions.get(name));
                since.insert(name.to_owned(), table.transactions_after(of_run.copied())?);
            }
            let found = since.get(name).is_some_and(|since| since.contains(&batch));
            // Entries may be gone that a checkpoint sums up; asking the whole log takes long.
            if !found && !table.has_transaction(&batch)? {
                dead.push(gone(Some(batch)));
            }
        }
        if !dead.is_empty() {
            self.table(TABLE)?.replace(&layout(), dead, None)?;
        }
        Ok(())
    }

    /// The batches whose rows are in the store: every file's whose accounts are there, once
    /// [`forget_unfinished`](Self::forget_unfinished) has been here. The lock must be held.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn taken(&self) -> Result<BTreeSet<String>> {
        let mut batches = BTreeSet::new();
        let mut last = None;
        for part in self.table(TABLE)?.parts()? {
            for line in decode(&parquet_io::read(&part.path, &schema())?) {
                // The lines of a batch follow one another.
                let of = (line.content, line.table);
                if last.as_ref() != Some(&of) {
                    batches.insert(batch_id(&of.0, &of.1));
                    last = Some(of);
                }
            }
        }
        Ok(batches)
    }

    /// Puts the accounts of all files together in one file of the table, when many have one of their own. The lock must
    /// be held, and the rows of all of them be stored.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub fn gather_quality(&self) -> Result<()> {
        let mut table = self.table(TABLE)?;
        let parts = table.parts()?;
        let is_alone = |part: &&Part| part.partition.as_deref() != Some(TOGETHER);
        let alone: Vec<&Part> = parts.iter().filter(is_alone).collect();
        if alone.len() <= ALONE {
            return Ok(());
        }
        let lines = lines(&parts)?;
        let mut replacements: Vec<Replacement> = alone
            .iter()
            .map(|part| gone(part.partition.clone()))
            .collect();
        replacements.push(Replacement {
            partition: Some(TOGETHER.to_owned()),
            rows: lines.len() as u64,
            content: Content::Bytes(parquet_io::encode(&encode(&lines)?, &[])?),
            keys: None,
        });
        table.replace(&layout(), replacements, None)?;
        Ok(())
    }

    /// All accounts as a run left them, by file and table.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn quality(&self, run: &Run) -> Result<Arc<[Line]>> {
        let mut read = self.accounts();
        let version = run.versions.get(TABLE).copied();
        if let Some((of, lines)) = &*read
            && *of == version
        {
            return Ok(Arc::clone(lines));
        }
        let lines: Arc<[Line]> = lines(&self.parts_at(TABLE, run)?)?.into();
        *read = Some((version, Arc::clone(&lines)));
        Ok(lines)
    }
}

/// The accounts in files of the table, by file and table.
fn lines(parts: &[Part]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for part in parts {
        lines.extend(decode(&parquet_io::read(&part.path, &schema())?));
    }
    // Of a batch the lines keep their order, whichever file they lie in.
    lines.sort_by(|a, b| (&a.file, &a.table, &a.content).cmp(&(&b.file, &b.table, &b.content)));
    Ok(lines)
}

/// What takes a batch's file out of the table.
const fn gone(partition: Option<String>) -> Replacement {
    Replacement {
        partition,
        rows: 0,
        content: Content::Bytes(Vec::new()),
        keys: None,
    }
}

/// Rejects counted by reason and column, with one masked example each.
#[derive(Debug, Default)]
pub struct ByReason {
    lines: Vec<Line>,
}

impl ByReason {
    /// Counts rejects.
    pub fn add(&mut self, rejects: &[Reject]) {
        for reject in rejects {
            let (reason, column) = (reject.refusal.reason.code(), &reject.refusal.column);
            match self
                .lines
                .iter_mut()
                .find(|line| line.reason == reason && line.column == *column)
            {
                Some(line) => line.rows += 1,
                None => self.lines.push(Line {
                    outcome: "rejected".to_owned(),
                    reason: reason.to_owned(),
                    column: column.clone(),
                    example: format!("line {}: {}", reject.line, example(&reject.refusal.value)),
                    rows: 1,
                    ..Line::default()
                }),
            }
        }
    }

    /// The counts, for the file and table that `like` names.
    #[must_use]
    pub fn lines(self, like: &Line) -> Vec<Line> {
        let named = |line: Line| Line {
            outcome: line.outcome,
            reason: line.reason,
            column: line.column,
            example: line.example,
            rows: line.rows,
            ..like.clone()
        };
        self.lines.into_iter().map(named).collect()
    }
}

fn encode(lines: &[Line]) -> Result<RecordBatch> {
    let mut columns: Vec<ArrayRef> = Vec::new();
    for name in TEXTS {
        columns.push(Arc::new(StringArray::from_iter_values(
            lines.iter().map(|line| without_hidden(field(line, name))),
        )));
    }
    columns.push(Arc::new(Int64Array::from_iter_values(
        lines.iter().map(|line| line.rows),
    )));
    RecordBatch::try_new(schema(), columns).map_err(|source| Error::Arrow {
        what: TABLE.to_owned(),
        source,
    })
}

fn field<'l>(line: &'l Line, name: &str) -> &'l str {
    match name {
        "file" => &line.file,
        "content" => &line.content,
        "table" => &line.table,
        "source" => &line.source,
        "encoding" => &line.encoding,
        "outcome" => &line.outcome,
        "reason" => &line.reason,
        "column" => &line.column,
        _ => &line.example,
    }
}

fn decode(batch: &RecordBatch) -> Vec<Line> {
    let text = |column: usize, row: usize| {
        batch
            .column(column)
            .as_string::<i32>()
            .value(row)
            .to_owned()
    };
    let rows = batch.column(TEXTS.len()).as_primitive::<Int64Type>();
    (0..batch.num_rows())
        .map(|row| Line {
            file: text(0, row),
            content: text(1, row),
            table: text(2, row),
            source: text(3, row),
            encoding: text(4, row),
            outcome: text(5, row),
            reason: text(6, row),
            column: text(7, row),
            example: text(8, row),
            rows: rows.value(row),
        })
        .collect()
}
