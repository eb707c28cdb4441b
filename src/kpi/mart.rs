//! The tidy mart `marts/kpi.parquet`: every KPI by period and by one dimension at a time.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::store::parquet_io;

use super::catalogue::Catalogue;
use super::pass::Grouping;
use super::query::{Query, Row, Source};

/// The dimensions of the mart; a fact that lacks one has no rows for it.
const DIMENSIONS: &[&str] = &[
    "queue",
    "agent_id",
    "team",
    "channel",
    "platform",
    "outlet",
    "category",
    "problem_type",
    "kind",
    "item",
];

/// The rows of the mart, grouping by grouping.
pub struct Mart {
    /// What each list of rows is grouped by.
    pub groupings: Vec<Grouping>,
    /// The rows of each grouping.
    pub rows: Vec<Vec<Row>>,
}

/// Computes the mart: all of time, days, weeks and months for the whole centre; all of time and days by each dimension.
///
/// # Errors
/// When a fact table cannot be read.
pub fn compute(catalogue: &Catalogue, source: &Source<'_>) -> Result<Mart> {
    let whole = [Grain::All, Grain::Day, Grain::Week, Grain::Month].map(|grain| Grouping {
        grain,
        by: Vec::new(),
    });
    let split = DIMENSIONS.iter().flat_map(|name| {
        [Grain::All, Grain::Day].map(|grain| Grouping {
            grain,
            by: vec![(*name).to_owned()],
        })
    });
    let groupings: Vec<Grouping> = whole.into_iter().chain(split).collect();
    let query = Query {
        kpis: (0..catalogue.kpis.len()).collect(),
        groupings: groupings.clone(),
        from: None,
        to: None,
        condition: None,
    };
    Ok(Mart {
        rows: query.answer(catalogue, source)?,
        groupings,
    })
}

impl Mart {
    /// The rows of one grouping.
    #[must_use]
    pub fn of(&self, grain: Grain, by: &[&str]) -> &[Row] {
        self.groupings
            .iter()
            .position(|grouping| {
                grouping.grain == grain
                    && grouping
                        .by
                        .iter()
                        .map(String::as_str)
                        .eq(by.iter().copied())
            })
            .and_then(|at| self.rows.get(at))
            .map_or(&[], Vec::as_slice)
    }

    /// The mart as Parquet, one row per KPI, period and member, with where it came from in the metadata.
    ///
    /// # Errors
    /// When Arrow or Parquet refuses the columns.
    pub fn parquet(&self, catalogue: &Catalogue, run: &str) -> Result<Vec<u8>> {
        let all: Vec<(&Grouping, &Row)> = self
            .groupings
            .iter()
            .zip(&self.rows)
            .flat_map(|(grouping, rows)| rows.iter().map(move |row| (grouping, row)))
            .collect();
        let text = |value: &dyn Fn(&Grouping, &Row) -> Option<String>| -> ArrayRef {
            Arc::new(
                all.iter()
                    .map(|(grouping, row)| value(grouping, row))
                    .collect::<StringArray>(),
            )
        };
        let float = |value: &dyn Fn(&Row) -> Option<f64>| -> ArrayRef {
            Arc::new(
                all.iter()
                    .map(|(_, row)| value(row))
                    .collect::<Float64Array>(),
            )
        };
        let n = Int64Array::from_iter_values(
            all.iter()
                .map(|(_, row)| i64::try_from(row.estimate.n).unwrap_or(i64::MAX)),
        );
        let columns: Vec<(&str, ArrayRef)> = vec![
            (
                "kpi",
                text(&|_, row| Some(catalogue.kpis[row.kpi].id.clone())),
            ),
            (
                "grain",
                text(&|grouping, _| Some(grouping.grain.code().to_owned())),
            ),
            ("period", text(&|_, row| Some(row.group.period.clone()))),
            (
                "dimension",
                text(&|grouping, _| grouping.by.first().cloned()),
            ),
            (
                "member",
                text(&|_, row| row.group.members.first().cloned().flatten()),
            ),
            ("numerator", float(&|row| row.estimate.numerator)),
            ("denominator", float(&|row| row.estimate.denominator)),
            ("n", Arc::new(n)),
            ("value", float(&|row| row.estimate.value)),
            ("ci_low", float(&|row| row.estimate.interval.map(|i| i.low))),
            (
                "ci_high",
                float(&|row| row.estimate.interval.map(|i| i.high)),
            ),
            (
                "target",
                float(&|row| row.bound.map(super::super::schema::measure::Bound::value)),
            ),
            ("status", text(&|_, row| Some(row.status.code().to_owned()))),
        ];
        let named = columns
            .into_iter()
            .map(|(name, column)| (name, column, true));
        let batch =
            RecordBatch::try_from_iter_with_nullable(named).map_err(|source| Error::Arrow {
                what: "marts/kpi".to_owned(),
                source,
            })?;
        let ids: Vec<&str> = catalogue.kpis.iter().map(|kpi| kpi.id.as_str()).collect();
        parquet_io::encode(
            &batch,
            &[("kefu.run", run.to_owned()), ("kefu.kpis", ids.join(","))],
        )
    }
}
