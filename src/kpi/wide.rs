//! Answers in the wide form: one row per period and members, one column per KPI with its value and nothing else –
//! what spreadsheets and data frames want. The columns are `period, <by…>, <kpi…>`.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use rayon::prelude::*;

use crate::error::Result;
use crate::store::parquet_io::Stream;

use super::accumulate::States;
use super::batches::{ROWS, refused};
use super::catalogue::{Catalogue, Formula};
use super::pass::{Group, Keys, NOWHERE, Union};
use super::query::{Answer, Query, Source};
use super::table::{Cell, Layout};

/// One grouping of an answer, one row per group.
pub struct Wide<'a> {
    answer: &'a Answer<'a>,
    grouping: usize,
    /// The groups of all KPIs, in order, and their names.
    groups: Keys,
    columns: Vec<(usize, Column<'a>)>,
}

/// Where the values of a KPI come from.
enum Column<'a> {
    /// From states.
    Own(Option<Own<'a>>),
    /// From two other KPIs.
    Ratio { parts: [Part<'a>; 2], scale: f64 },
}

/// Half of a ratio, and what stands for it where it has no rows.
type Part<'a> = (Option<Own<'a>>, Option<f64>);

/// The states of a KPI, and where those of every row stand.
struct Own<'a> {
    states: &'a States,
    formula: &'a Formula,
    places: Arc<Vec<u32>>,
}

impl Own<'_> {
    /// Whether the KPI has the group of a row.
    fn has(&self, row: usize) -> bool {
        self.places[row] != NOWHERE
    }

    /// The value in a row.
    fn value(&self, row: usize) -> Option<f64> {
        let place = self.places[row];
        (place != NOWHERE).then(|| self.states.value(place as usize, self.formula))?
    }
}

impl Column<'_> {
    fn value(&self, row: usize) -> Option<f64> {
        match self {
            Self::Own(own) => own.as_ref()?.value(row),
            Self::Ratio { parts, scale } => {
                let has = |(own, _): &Part<'_>| own.as_ref().is_some_and(|own| own.has(row));
                if !parts.iter().any(has) {
                    return None;
                }
                let of = |part: &Part<'_>| match &part.0 {
                    Some(own) if own.has(row) => own.value(row),
                    _ => part.1,
                };
                let (top, bottom) = (of(&parts[0])?, of(&parts[1])?);
                (bottom != 0.0).then(|| top / bottom * scale)
            }
        }
    }
}

impl<'a> Wide<'a> {
    /// Lays a grouping of an answer out.
    #[must_use]
    pub fn of(answer: &'a Answer<'a>, grouping: usize) -> Self {
        let passes = answer.passes(grouping);
        let union = Union::of(&passes.iter().map(|pass| &pass.keys).collect::<Vec<_>>());
        let places: Vec<Arc<Vec<u32>>> = union.places.into_iter().map(Arc::new).collect();
        let kpis = &answer.catalogue().kpis;
        let own = |at: usize| -> Option<Own<'a>> {
            let (of, state) = answer.figures(grouping).get(&at)?;
            let pass = passes.iter().position(|known| Arc::ptr_eq(known, of))?;
            Some(Own {
                states: &of.states[*state],
                formula: &kpis[at].formula,
                places: places[pass].clone(),
            })
        };
        let column = |at: usize| match kpis[at].formula {
            Formula::Ratio {
                numerator,
                denominator,
                scale,
            } => Column::Ratio {
                parts: [numerator, denominator]
                    .map(|part| (own(part), kpis[part].formula.of_nothing())),
                scale,
            },
            _ => Column::Own(own(at)),
        };
        let columns = answer.asked().into_iter();
        Self {
            answer,
            grouping,
            groups: union.keys,
            columns: columns.map(|at| (at, column(at))).collect(),
        }
    }

    /// Names of the dimension columns.
    #[must_use]
    pub fn by(&self) -> &[String] {
        &self.answer.groupings()[self.grouping].by
    }

    /// Positions of the KPIs in the catalogue, column by column.
    pub fn kpis(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().map(|(at, _)| *at)
    }

    /// The rows: the group, and the value of each KPI.
    pub fn rows(&self) -> impl Iterator<Item = (Group, Vec<Option<f64>>)> + '_ {
        (0..self.groups.len()).map(|row| {
            let values = self.columns.iter().map(|(_, column)| column.value(row));
            (self.groups.group(row), values.collect())
        })
    }

    fn write<W: Write + Send>(&self, stream: &mut Stream<W>) -> Result<()> {
        let schema = schema(&self.header(), self.by().len());
        let names = self.groups.words();
        for from in (0..self.groups.len()).step_by(ROWS) {
            let rows = from..self.groups.len().min(from + ROWS);
            let batch = self
                .arrays(&names, &rows)
                .and_then(|arrays| RecordBatch::try_new(schema.clone(), arrays));
            stream.write(&batch.map_err(refused)?)?;
        }
        Ok(())
    }

    fn arrays(
        &self,
        names: &[ArrayRef],
        rows: &Range<usize>,
    ) -> std::result::Result<Vec<ArrayRef>, ArrowError> {
        let mut arrays = Vec::with_capacity(names.len() + self.columns.len());
        for (column, names) in self.groups.columns.iter().zip(names) {
            arrays.push(column.coded(names, column.codes[rows.clone()].iter().copied())?);
        }
        let values: Vec<ArrayRef> = self
            .columns
            .par_iter()
            .map(|(_, column)| -> ArrayRef {
                Arc::new(
                    rows.clone()
                        .map(|row| column.value(row))
                        .collect::<Float64Array>(),
                )
            })
            .collect();
        arrays.extend(values);
        Ok(arrays)
    }
}

impl Layout for Wide<'_> {
    fn header(&self) -> Vec<&str> {
        let ids = self.columns.iter().map(|(at, _)| self.answer.id(*at));
        header(self.by(), ids)
    }

    fn cells(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows().map(|(group, values)| {
            let period = Cell::Text(Some(group.period));
            let members = group.members.into_iter().map(Cell::Text);
            let values = values.into_iter().map(Cell::Number);
            [period].into_iter().chain(members).chain(values).collect()
        })
    }

    fn parquet<W: Write + Send>(&self, out: W) -> Result<W> {
        let schema = schema(&self.header(), self.by().len());
        let mut stream = Stream::new(out, schema, &[])?;
        self.write(&mut stream)?;
        stream.finish()
    }
}

/// The answer to a question by day or hour as a Parquet file, month by month.
///
/// # Errors
/// As [`Query::answer`], or when it cannot be written.
pub fn parquet_by_month<W: Write + Send>(
    query: &Query,
    catalogue: &Catalogue,
    source: &Source<'_>,
    out: W,
) -> Result<W> {
    let by = &query.groupings[0].by;
    let asked = query.asked().into_iter();
    let header = header(by, asked.map(|at| catalogue.kpis[at].id.as_str()));
    let mut stream = Stream::new(out, schema(&header, by.len()), &[])?;
    query.each_month(catalogue, source, |answer| {
        Wide::of(&answer, 0).write(&mut stream)
    })?;
    stream.finish()
}

/// Names of the columns.
fn header<'n>(by: &'n [String], ids: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let by = by.iter().map(String::as_str);
    ["period"].into_iter().chain(by).chain(ids).collect()
}

/// The columns: period and so many dimensions as texts, then numbers.
fn schema(header: &[&str], dimensions: usize) -> SchemaRef {
    let text = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = header.iter().enumerate().map(|(at, name)| {
        let data_type = if at <= dimensions {
            text()
        } else {
            DataType::Float64
        };
        Field::new(*name, data_type, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
