//! The runs: which versions of which tables belong together, and what they were computed with.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{
    DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};

use super::delta::{Content, Layout, Replacement};
use super::{Store, parquet_io};
use crate::error::{Error, Result};

/// The table's name.
pub const TABLE: &str = "_runs";

/// How the store as a whole is laid out. A program refuses a store with a higher number; it brings one with a lower
/// number up to date by its next run: facts are derived anew from the records, columns are added to tables.
pub const FORMAT: i64 = 1;

/// One finished run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// Position among the runs of the store, from 1.
    pub number: i64,
    /// The instant at which open tickets and windows were judged, UTC microseconds.
    pub as_of: i64,
    /// Whether that instant was asked for, not taken from the newest arrival.
    pub as_of_given: bool,
    /// Table → its version.
    pub versions: BTreeMap<String, u64>,
    /// Hash of the settings the facts were derived with.
    pub settings: String,
    /// Version of the program.
    pub program: String,
    /// Layout of the store when it was written; 0 before layouts were numbered.
    pub format: i64,
    /// Hash of the columns of the fact tables; empty before it was recorded.
    pub facts: String,
    /// Id of every KPI → hash of its definition; empty before it was recorded.
    pub definitions: BTreeMap<String, String>,
    /// Table → its rows; empty before it was recorded.
    pub rows: BTreeMap<String, u64>,
}

impl Run {
    /// The id people use: `r0001`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("r{:04}", self.number)
    }
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("run", DataType::Int64, true),
        Field::new(
            "as_of",
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            true,
        ),
        Field::new("as_of_given", DataType::Boolean, true),
        Field::new("versions", DataType::Utf8, true),
        Field::new("settings", DataType::Utf8, true),
        Field::new("program", DataType::Utf8, true),
        Field::new("format", DataType::Int64, true),
        Field::new("facts", DataType::Utf8, true),
        Field::new("definitions", DataType::Utf8, true),
        Field::new("rows", DataType::Utf8, true),
    ]))
}

impl Store {
    /// All finished runs, oldest first.
    ///
    /// # Errors
    /// When the run table cannot be read.
    pub fn runs(&self) -> Result<Vec<Run>> {
        Ok(self.all_runs()?.to_vec())
    }

    /// The same as they were read last, unless the table has another version since.
    fn all_runs(&self) -> Result<Arc<[Run]>> {
        let table = self.table(TABLE)?;
        let mut read = self.recorded();
        if let Some((version, runs)) = &*read
            && *version == table.version()
        {
            return Ok(Arc::clone(runs));
        }
        let mut runs = Vec::new();
        for part in table.parts()? {
            runs.extend(decode(&parquet_io::read(&part.path, &schema())?));
        }
        runs.sort_by_key(|run: &Run| run.number);
        let runs: Arc<[Run]> = runs.into();
        *read = Some((table.version(), Arc::clone(&runs)));
        Ok(runs)
    }

    /// Makes sure that no newer program has written the store.
    ///
    /// # Errors
    /// When one has, with its version.
    pub fn check_format(&self) -> Result<()> {
        let Some(newest) = self.latest_run()?.filter(|run| run.format > FORMAT) else {
            return Ok(());
        };
        Err(Error::Store {
            root: self.root().to_owned(),
            message: format!(
                "{} was written by kefu {} in a newer layout ({}; this is kefu {}, which knows layouts up to {FORMAT})",
                newest.id(),
                newest.program,
                newest.format,
                env!("CARGO_PKG_VERSION"),
            ),
            hint: format!(
                "use kefu {} or later for this store, or build another from the exports: `kefu run INPUT --store NEW`",
                newest.program
            ),
        })
    }

    /// The newest finished run.
    ///
    /// # Errors
    /// When the run table cannot be read.
    pub fn latest_run(&self) -> Result<Option<Run>> {
        Ok(self.all_runs()?.last().cloned())
    }

    /// Records a finished run: the act that makes everything before it visible.
    ///
    /// # Errors
    /// When the run table cannot be written.
    pub fn record_run(&self, run: &Run) -> Result<()> {
        let mut all = self.runs()?;
        all.push(run.clone());
        self.write_runs(&all)
    }

    /// Puts other versions in the place of those of the newest run: of the same rows in other files.
    pub(super) fn amend_newest(&self, versions: BTreeMap<String, u64>) -> Result<()> {
        let mut all = self.runs()?;
        if let Some(newest) = all.last_mut() {
            newest.versions = versions;
        }
        self.write_runs(&all)
    }

    fn write_runs(&self, all: &[Run]) -> Result<()> {
        let batch = encode(all)?;
        let layout = Layout {
            name: TABLE.to_owned(),
            schema: schema(),
            partition: None,
        };
        let replacement = Replacement {
            partition: None,
            rows: batch.num_rows() as u64,
            content: Content::Bytes(parquet_io::encode(&batch, &[])?),
            keys: None,
        };
        self.table(TABLE)?
            .replace(&layout, vec![replacement], None)?;
        Ok(())
    }
}

fn encode(runs: &[Run]) -> Result<RecordBatch> {
    let json = |value: &dyn Fn(&Run) -> serde_json::Result<String>| {
        let texts = runs.iter().map(|run| value(run).unwrap_or_default());
        Arc::new(StringArray::from_iter_values(texts))
    };
    RecordBatch::try_new(
        schema(),
        vec![
            Arc::new(Int64Array::from_iter_values(
                runs.iter().map(|run| run.number),
            )),
            Arc::new(
                TimestampMicrosecondArray::from_iter_values(runs.iter().map(|run| run.as_of))
                    .with_timezone("UTC"),
            ),
            Arc::new(
                runs.iter()
                    .map(|run| Some(run.as_of_given))
                    .collect::<BooleanArray>(),
            ),
            json(&|run| serde_json::to_string(&run.versions)),
            Arc::new(StringArray::from_iter_values(
                runs.iter().map(|run| &run.settings),
            )),
            Arc::new(StringArray::from_iter_values(
                runs.iter().map(|run| &run.program),
            )),
            Arc::new(Int64Array::from_iter_values(
                runs.iter().map(|run| run.format),
            )),
            Arc::new(StringArray::from_iter_values(
                runs.iter().map(|run| &run.facts),
            )),
            json(&|run| serde_json::to_string(&run.definitions)),
            json(&|run| serde_json::to_string(&run.rows)),
        ],
    )
    .map_err(|source| Error::Arrow {
        what: TABLE.to_owned(),
        source,
    })
}

fn decode(batch: &RecordBatch) -> Vec<Run> {
    let numbers = batch.column(0).as_primitive::<Int64Type>();
    let as_of = batch.column(1).as_primitive::<TimestampMicrosecondType>();
    let given = batch.column(2).as_boolean();
    let format = batch.column(6).as_primitive::<Int64Type>();
    let text = |column: usize, row: usize| {
        let column = batch.column(column).as_string::<i32>();
        if column.is_null(row) {
            String::new()
        } else {
            column.value(row).to_owned()
        }
    };
    (0..batch.num_rows())
        .map(|row| Run {
            number: numbers.value(row),
            as_of: as_of.value(row),
            as_of_given: given.value(row),
            versions: serde_json::from_str(&text(3, row)).unwrap_or_default(),
            settings: text(4, row),
            program: text(5, row),
            format: if format.is_null(row) {
                0
            } else {
                format.value(row)
            },
            facts: text(7, row),
            definitions: serde_json::from_str(&text(8, row)).unwrap_or_default(),
            rows: serde_json::from_str(&text(9, row)).unwrap_or_default(),
        })
        .collect()
}
