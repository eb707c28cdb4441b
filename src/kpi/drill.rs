//! A figure → the fact rows behind it, each with what it adds to numerator and denominator.
//!
//! Before the columns of the fact stand five more. Over the rows of one `kpi`, with v = `kpi_value` and
//! w = `kpi_weight`:
//!
//! | kind | figure |
//! |---|---|
//! | count | rows with `in_numerator` |
//! | sum | Σ v over `in_numerator` |
//! | rate | rows with `in_numerator` / rows with `in_denominator` |
//! | mean | Σ v over `in_numerator` / rows with `in_denominator` |
//! | share | Σ v·w over `in_numerator` / Σ w over `in_denominator` |
//! | quantile, max | quantile or maximum of v over `in_denominator` |
//! | ratio | the figure of its first `kpi` / that of its second × scale |
//!
//! Where the second KPI of a ratio is a count or a sum, its rows are marked `in_denominator` instead: so of a ratio
//! of two counts, rows with `in_numerator` / rows with `in_denominator` × scale is the figure.
//!
//! Rows that belong to a KPI but have no value for it (a mean over a null) are in neither and are left out.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray,
    new_null_array,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::NaiveDate;
use polars::prelude::{LazyFrame, col};

use crate::calendar;
use crate::error::{Error, PolarsContext, Result};
use crate::facts::frames;
use crate::ingest::columns::arrow_type;
use crate::schema::DATE;
use crate::schema::facts::{Fact, FactColumn};
use crate::store::delta::Part;
use crate::store::parquet_io;

use super::catalogue::{Catalogue, Formula, Kpi};
use super::query::{Source, both, days, row_condition};
use crate::expr::Expr;

/// Names of the columns that stand before those of the fact.
pub const LEADING: [&str; 5] = [
    "kpi",
    "in_numerator",
    "in_denominator",
    "kpi_value",
    "kpi_weight",
];

/// What is taken apart: the same as `Query` asks, for one KPI.
pub struct Drill<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// Position of the KPI.
    pub kpi: usize,
    /// First local date.
    pub from: Option<NaiveDate>,
    /// Last local date.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition.
    pub condition: Option<&'a str>,
}

impl Drill<'_> {
    /// The KPI itself, or the two that it is the ratio of.
    #[must_use]
    pub fn kpis(&self) -> Vec<&Kpi> {
        self.catalogue.with_rows(self.kpi)
    }

    /// The columns of the rows: the leading ones, then those of the facts, each once.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let mut fields = vec![
            Field::new(LEADING[0], DataType::Utf8, false),
            Field::new(LEADING[1], DataType::Boolean, false),
            Field::new(LEADING[2], DataType::Boolean, false),
            Field::new(LEADING[3], DataType::Float64, false),
            Field::new(LEADING[4], DataType::Float64, false),
        ];
        for column in self.columns() {
            fields.push(Field::new(column.name, arrow_type(column.physical), true));
        }
        Arc::new(Schema::new(fields))
    }

    /// Columns of the facts, each once.
    fn columns(&self) -> Vec<&'static FactColumn> {
        let mut columns: Vec<&'static FactColumn> = Vec::new();
        let facts = self.kpis().into_iter().filter_map(|kpi| kpi.fact);
        for column in facts.flat_map(|fact| fact.columns) {
            if !columns.iter().any(|known| known.name == column.name) {
                columns.push(column);
            }
        }
        columns
    }

    /// Gives the rows, day by day, to `take`.
    ///
    /// # Errors
    /// When the condition does not fit a fact, a file cannot be read, or `take` fails.
    pub fn rows(
        &self,
        source: &Source<'_>,
        take: &mut dyn FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let schema = self.schema();
        // Every condition is checked before the first row is given.
        let mut parts = Vec::new();
        for kpi in self.kpis() {
            let Some(fact) = kpi.fact else { continue };
            let asked = self.condition.map(|text| row_condition(text, fact));
            parts.push((kpi, fact, both(asked.transpose()?, kpi.condition.clone())));
        }
        for (at, (kpi, fact, condition)) in parts.into_iter().enumerate() {
            let below = at > 0;
            let root = source.store.root().join(fact.name);
            for part in days(source, fact, self.from, self.to)? {
                let Some(scan) = frames::scan(&root, std::slice::from_ref(&part))? else {
                    continue;
                };
                let added = added(kpi, fact, condition.as_ref(), scan)?;
                let flags = flags(&kpi.formula, below, &added.value);
                let rows = rows_of(kpi, fact, added, flags, &part, &schema)?;
                if rows.num_rows() > 0 {
                    take(rows)?;
                }
            }
        }
        Ok(())
    }
}

/// What every row of a file adds; null where it adds nothing.
struct Added {
    value: Float64Array,
    weight: Float64Array,
}

/// The rows of one file that are in the numerator or the denominator.
fn rows_of(
    kpi: &Kpi,
    fact: &Fact,
    added: Added,
    (above, below): (BooleanArray, BooleanArray),
    part: &Part,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let fail = |source| Error::Arrow {
        what: fact.name.to_owned(),
        source,
    };
    let kept: BooleanArray = (0..added.value.len())
        .map(|row| Some(added.value.is_valid(row) && added.weight.is_valid(row)))
        .collect();
    let of_file: SchemaRef = Arc::new(Schema::new(
        fact.columns
            .iter()
            .filter(|column| column.name != DATE)
            .map(|column| Field::new(column.name, arrow_type(column.physical), true))
            .collect::<Vec<_>>(),
    ));
    let file = parquet_io::read(&part.path, &of_file)?;
    let day = part.partition.as_deref().and_then(|day| day.parse().ok());
    let date = Date32Array::from(vec![day.map(calendar::epoch_days); file.num_rows()]);
    let ids = StringArray::from_iter_values(std::iter::repeat_n(&kpi.id, file.num_rows()));
    let leading: [ArrayRef; 5] = [
        Arc::new(ids),
        Arc::new(above),
        Arc::new(below),
        Arc::new(added.value),
        Arc::new(added.weight),
    ];
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .enumerate()
        .map(
            |(at, field)| match (leading.get(at), field.name().as_str()) {
                (Some(column), _) => column.clone(),
                (None, DATE) => Arc::new(date.clone()),
                (None, name) => file
                    .column_by_name(name)
                    .cloned()
                    .unwrap_or_else(|| new_null_array(field.data_type(), file.num_rows())),
            },
        )
        .collect();
    // Rows that add nothing have nulls before they are taken out.
    let open: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| field.as_ref().clone().with_nullable(true))
        .collect();
    let all = RecordBatch::try_new(Arc::new(Schema::new(open)), columns).map_err(fail)?;
    let rows = filter_record_batch(&all, &kept).map_err(fail)?;
    RecordBatch::try_new(schema.clone(), rows.columns().to_vec()).map_err(fail)
}

/// Value and weight of every row of a file, in its order.
fn added(kpi: &Kpi, fact: &Fact, condition: Option<&Expr>, scan: LazyFrame) -> Result<Added> {
    use polars::prelude::{DataType, NULL, lit, when};
    let only = |value: polars::prelude::Expr| {
        let value = value.cast(DataType::Float64);
        match condition.map(Expr::polars) {
            Some(belongs) => when(belongs).then(value).otherwise(lit(NULL)),
            None => value,
        }
    };
    let one = || lit(1.0);
    let (value, weight) = match &kpi.formula {
        Formula::Count | Formula::Ratio { .. } => (one(), one()),
        Formula::Sum(of)
        | Formula::Mean(of)
        | Formula::Max(of)
        | Formula::Rate(of)
        | Formula::Quantile { of, .. } => (of.polars(), one()),
        Formula::Share { of, weight } => (of.polars(), weight.polars()),
    };
    // A column goes along, so that a bare literal is repeated for every row.
    let frame = scan
        .select([
            col(fact.columns[0].name),
            only(value).alias("value"),
            only(weight).alias("weight"),
        ])
        .collect()
        .computing("the rows behind a figure")?;
    let numbers = |name: &str| -> Result<Float64Array> {
        let column = frame.column(name).computing("the rows behind a figure")?;
        let column = column.f64().computing("the rows behind a figure")?;
        Ok(column.iter().collect())
    };
    Ok(Added {
        value: numbers("value")?,
        weight: numbers("weight")?,
    })
}

/// Which rows are in the numerator, and which in the denominator; `below` for the second KPI of a ratio.
fn flags(formula: &Formula, below: bool, values: &Float64Array) -> (BooleanArray, BooleanArray) {
    let rows = values.len();
    let all = |flag: bool| BooleanArray::from(vec![flag; rows]);
    match formula {
        Formula::Count | Formula::Sum(_) | Formula::Ratio { .. } => (all(!below), all(below)),
        Formula::Mean(_) | Formula::Share { .. } => (all(true), all(true)),
        Formula::Quantile { .. } | Formula::Max(_) => (all(false), all(true)),
        Formula::Rate(_) => {
            let hits = values
                .iter()
                .map(|value| Some(value.is_some_and(|v| v > 0.0)));
            (hits.collect(), all(true))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::facts::FACTS;

    #[test]
    fn a_column_has_one_type_in_all_facts() {
        // Rows of a ratio come from two facts and share their columns.
        let mut known: std::collections::BTreeMap<&str, crate::schema::Physical> =
            std::collections::BTreeMap::new();
        for column in FACTS.iter().flat_map(|fact| fact.columns) {
            let physical = *known.entry(column.name).or_insert(column.physical);
            assert_eq!(physical, column.physical, "{}", column.name);
            assert!(!LEADING.contains(&column.name), "{}", column.name);
        }
    }
}
