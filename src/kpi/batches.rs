//! The figures of an answer as Arrow columns, KPI by KPI: computed by all threads, written one after the other,
//! so that an answer of many millions of rows is never held as a whole.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    StringDictionaryBuilder,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::schema::measure::Bound;
use crate::store::parquet_io::Stream;

use super::figure::Status;
use super::pass::{Groups, dictionary};
use super::query::{Answer, Row};

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub enum Column<'n> {
    /// The KPI's id.
    Kpi,
    /// The same text in every row.
    Constant(Option<&'n str>),
    /// The period.
    Period,
    /// The member of one of the dimensions.
    Member(usize),
    /// The figure.
    Value,
    /// What was added up.
    Numerator,
    /// What it was divided by.
    Denominator,
    /// Rows behind it.
    Rows,
    /// Lower end of the interval.
    Low,
    /// Upper end of the interval.
    High,
    /// The target.
    Target,
    /// The verdict.
    Status,
    /// Lower control limit of the day.
    LowerLimit(Option<&'n Charts>),
    /// Upper control limit of the day.
    UpperLimit(Option<&'n Charts>),
    /// The rule that the day breaks.
    Signal(Option<&'n Charts>),
}

/// What a control chart says of a day of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Judged {
    /// Lower limit, in the figure's unit.
    pub lower: Option<f64>,
    /// Upper limit, in the figure's unit.
    pub upper: Option<f64>,
    /// Code of the rule that the day breaks.
    pub signal: Option<&'static str>,
}

/// Control charts: (position of the KPI, day) → what they say.
pub type Charts = HashMap<(usize, String), Judged>;

/// What they say of a row.
fn judged(charts: Option<&Charts>, row: &Row) -> Judged {
    let found = charts.and_then(|charts| charts.get(&(row.kpi, row.group.period.clone())));
    found.copied().unwrap_or_default()
}

/// Columns with their names.
pub type Columns<'n> = Vec<(&'n str, Column<'n>)>;

/// The schema of such columns.
#[must_use]
pub fn schema(columns: &Columns<'_>) -> SchemaRef {
    let fields = columns.iter().map(|(name, column)| {
        let data_type = match column {
            Column::Rows => DataType::Int64,
            Column::Kpi
            | Column::Constant(_)
            | Column::Period
            | Column::Member(_)
            | Column::Status
            | Column::Signal(_) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            _ => DataType::Float64,
        };
        Field::new(*name, data_type, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Rows that are laid out at a time: as few as stay near the processor, and as many as Parquet writes together several
/// times over. In tests a few, so that there are several pieces.
pub(super) const ROWS: usize = if cfg!(test) { 3 } else { 1 << 15 };

/// Writes the figures of some groupings of an answer, each in catalogue, period and member order; `columns` says
/// what is written of each grouping, and all of them have one schema. Some are computed while those before are written.
///
/// # Errors
/// When Arrow or Parquet refuses the columns, or the figures cannot be written.
pub fn write<'n, W: Write + Send>(
    answer: &Answer<'_>,
    groupings: impl IntoIterator<Item = usize>,
    columns: impl Fn(usize) -> Columns<'n>,
    out: &mut Stream<W>,
) -> Result<()> {
    let together = rayon::current_num_threads().max(1);
    let mut done: Vec<RecordBatch> = Vec::new();
    for grouping in groupings {
        let laid_out = OfGrouping::of(answer, grouping, columns(grouping))?;
        for kpis in answer.kpis(grouping).chunks(together) {
            let compute = || {
                let of_kpis = kpis.par_iter().map(|kpi| laid_out.batches(*kpi));
                of_kpis.collect::<Result<Vec<_>>>()
            };
            let (written, next) = rayon::join(|| put(&done, out), compute);
            written?;
            done = next?.into_iter().flatten().collect();
        }
    }
    put(&done, out)
}

fn put<W: Write + Send>(batches: &[RecordBatch], out: &mut Stream<W>) -> Result<()> {
    batches.iter().try_for_each(|batch| out.write(batch))
}

/// A grouping of an answer as batches.
struct OfGrouping<'a, 'n> {
    answer: &'a Answer<'a>,
    grouping: usize,
    columns: Columns<'n>,
    schema: SchemaRef,
    /// Period and members of the groups of each pass, in their order.
    names: Vec<(&'a Arc<Groups>, Vec<ArrayRef>)>,
}

impl<'a, 'n> OfGrouping<'a, 'n> {
    fn of(answer: &'a Answer<'a>, grouping: usize, columns: Columns<'n>) -> Result<Self> {
        let passes = answer.passes(grouping).into_iter();
        let names = passes.map(|groups| Ok((groups, groups.names().map_err(refused)?)));
        Ok(Self {
            answer,
            grouping,
            schema: schema(&columns),
            columns,
            names: names.collect::<Result<_>>()?,
        })
    }

    /// The rows of a KPI.
    fn batches(&self, kpi: usize) -> Result<Vec<RecordBatch>> {
        let own = self.answer.figures(self.grouping).get(&kpi);
        let mut names = self.names.iter();
        let names = own
            .and_then(|(own, _)| names.find(|(groups, _)| Arc::ptr_eq(groups, own)))
            .map(|(_, names)| names.as_slice());
        let mut left = self.answer.of(self.grouping, kpi);
        let (mut batches, mut rows, mut at) = (Vec::new(), Vec::with_capacity(ROWS), 0);
        loop {
            rows.clear();
            rows.extend(left.by_ref().take(ROWS));
            if rows.is_empty() {
                return Ok(batches);
            }
            let of_kpi = OfKpi {
                id: self.answer.id(kpi),
                rows: &rows,
                names: names.map(|names| (names, at)),
            };
            let arrays = self.columns.iter().map(|(_, column)| of_kpi.array(*column));
            let arrays = arrays.collect::<std::result::Result<_, _>>();
            let batch = arrays.and_then(|all| RecordBatch::try_new(self.schema.clone(), all));
            batches.push(batch.map_err(refused)?);
            at += rows.len();
        }
    }
}

/// What is wrong with the columns of an answer.
pub(super) fn refused(source: ArrowError) -> Error {
    Error::Arrow {
        what: "the answer".to_owned(),
        source,
    }
}

/// Some rows of a KPI.
struct OfKpi<'a> {
    id: &'a str,
    rows: &'a [Row],
    /// Period and members of the groups of its pass, and the first of these rows among them. A ratio of two passes has
    /// none.
    names: Option<(&'a [ArrayRef], usize)>,
}

impl OfKpi<'_> {
    fn array(&self, column: Column<'_>) -> std::result::Result<ArrayRef, ArrowError> {
        let rows = self.rows;
        Ok(match column {
            Column::Kpi => constant(Some(self.id), rows.len())?,
            Column::Constant(text) => constant(text, rows.len())?,
            Column::Period => self.names(0, |row| Some(&row.group.period)),
            Column::Member(at) => self.names(1 + at, |row| row.group.members.get(at)?.as_deref()),
            Column::Status => statuses(rows)?,
            Column::Rows => Arc::new(Int64Array::from_iter_values(
                rows.iter()
                    .map(|row| i64::try_from(row.estimate.n).unwrap_or(i64::MAX)),
            )),
            Column::Value => numbers(rows, |row| row.estimate.value),
            Column::Numerator => numbers(rows, |row| row.estimate.numerator),
            Column::Denominator => numbers(rows, |row| row.estimate.denominator),
            Column::Low => numbers(rows, |row| row.estimate.interval.map(|i| i.low)),
            Column::High => numbers(rows, |row| row.estimate.interval.map(|i| i.high)),
            Column::Target => numbers(rows, |row| row.bound.map(Bound::value)),
            Column::LowerLimit(charts) => numbers(rows, |row| judged(charts, row).lower),
            Column::UpperLimit(charts) => numbers(rows, |row| judged(charts, row).upper),
            Column::Signal(charts) => texts(rows, |row| judged(charts, row).signal),
        })
    }

    fn names<'r>(&'r self, at: usize, name: impl Fn(&'r Row) -> Option<&'r str>) -> ArrayRef {
        let known = self
            .names
            .and_then(|(names, from)| Some((names.get(at)?, from)));
        match known {
            Some((names, from)) => names.slice(from, self.rows.len()),
            None => texts(self.rows, name),
        }
    }
}

/// The same text so many times.
fn constant(text: Option<&str>, rows: usize) -> std::result::Result<ArrayRef, ArrowError> {
    let keys: Int32Array = match text {
        Some(_) => vec![0; rows].into(),
        None => Int32Array::new_null(rows),
    };
    coded(keys, text.into_iter())
}

fn statuses(rows: &[Row]) -> std::result::Result<ArrayRef, ArrowError> {
    let key = |row: &Row| match row.status {
        Status::Met => 0,
        Status::Missed => 1,
        Status::None => 2,
    };
    let words = [Status::Met, Status::Missed, Status::None].map(Status::code);
    let keys: Vec<i32> = rows.iter().map(key).collect();
    coded(keys.into(), words.into_iter())
}

fn coded<'w>(
    keys: Int32Array,
    words: impl Iterator<Item = &'w str>,
) -> std::result::Result<ArrayRef, ArrowError> {
    let words = StringArray::from_iter_values(words);
    dictionary(keys, Arc::new(words))
}

fn texts<'r>(rows: &'r [Row], text: impl Fn(&'r Row) -> Option<&'r str>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for row in rows {
        builder.append_option(text(row));
    }
    Arc::new(builder.finish())
}

fn numbers(rows: &[Row], number: impl Fn(&Row) -> Option<f64>) -> ArrayRef {
    Arc::new(rows.iter().map(number).collect::<Float64Array>())
}
