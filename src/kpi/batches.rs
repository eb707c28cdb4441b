//! The figures of an answer as Arrow columns, KPI by KPI: computed by all threads, written one after the other,
//! so that an answer of many millions of rows is never held as a whole.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringDictionaryBuilder};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::schema::measure::Bound;
use crate::store::parquet_io::Stream;

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

/// Writes the figures of some groupings of an answer, each in catalogue, period and member order; `columns` says
/// what is written of each grouping, and all of them have one schema.
///
/// # Errors
/// When Arrow or Parquet refuses the columns, or the figures cannot be written.
pub fn write<'n, W: Write + Send>(
    answer: &Answer<'_>,
    groupings: impl IntoIterator<Item = usize>,
    columns: impl Fn(usize) -> Columns<'n>,
    out: &mut Stream<W>,
) -> Result<()> {
    let together = 2 * rayon::current_num_threads().max(1);
    for grouping in groupings {
        let columns = columns(grouping);
        let schema = schema(&columns);
        for kpis in answer.kpis(grouping).chunks(together) {
            let batches = kpis
                .par_iter()
                .map(|kpi| {
                    let rows: Vec<Row> = answer.of(grouping, *kpi).collect();
                    batch(&schema, &columns, answer.id(*kpi), &rows)
                })
                .collect::<Result<Vec<_>>>()?;
            for batch in batches {
                out.write(&batch)?;
            }
        }
    }
    Ok(())
}

fn batch(
    schema: &SchemaRef,
    columns: &Columns<'_>,
    kpi: &str,
    rows: &[Row],
) -> Result<RecordBatch> {
    let arrays = columns
        .iter()
        .map(|(_, column)| array(*column, kpi, rows))
        .collect();
    RecordBatch::try_new(schema.clone(), arrays).map_err(|source| Error::Arrow {
        what: "the answer".to_owned(),
        source,
    })
}

fn array(column: Column<'_>, kpi: &str, rows: &[Row]) -> ArrayRef {
    match column {
        Column::Kpi => constant(Some(kpi), rows.len()),
        Column::Constant(text) => constant(text, rows.len()),
        Column::Period => texts(rows, |row| Some(&row.group.period)),
        Column::Member(at) => texts(rows, |row| row.group.members.get(at)?.as_deref()),
        Column::Status => texts(rows, |row| Some(row.status.code())),
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
    }
}

fn constant(text: Option<&str>, rows: usize) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    builder.extend(std::iter::repeat_n(text, rows));
    Arc::new(builder.finish())
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
