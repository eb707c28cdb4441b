//! Rows of facts, for insights that look at single contacts or tickets instead of figures.

use chrono::NaiveDate;
use polars::prelude::{DataFrame, DataType, StringChunked, col, lit};

use crate::calendar;
use crate::error::{PolarsContext, Result};
use crate::facts::frames;
use crate::kpi::query::{Source, days, row_condition};
use crate::schema::facts::Fact;
use crate::schema::{DATE, Physical};

/// Name of the flag that says whether a row fulfils the condition.
pub(super) const ASKED: &str = "asked";

/// Which rows of a fact table are read, and which of their columns.
pub(super) struct Wanted<'a> {
    pub fact: &'static str,
    /// Columns; instants come as UTC microseconds, the date as days since 1970, whatever is named `dims` as text.
    pub columns: &'a [&'a str],
    pub dims: &'a [String],
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition; all rows come, and [`ASKED`] tells them apart.
    pub condition: Option<&'a str>,
}

impl Wanted<'_> {
    /// Gives the rows to `take`, a file of one day after the other.
    ///
    /// # Errors
    /// When the condition does not fit the fact, a file cannot be read, or `take` fails.
    pub fn each(
        &self,
        source: &Source<'_>,
        take: &mut dyn FnMut(&DataFrame) -> Result<()>,
    ) -> Result<()> {
        let Some(fact) = Fact::by_name(self.fact) else {
            return Ok(());
        };
        let condition = self.condition.map(|text| row_condition(text, fact));
        let asked = condition
            .transpose()?
            .map_or_else(|| lit(true), |held| held.polars().fill_null(lit(false)));
        let root = source.store.root().join(fact.name);
        for part in days(source, fact, self.from, self.to)? {
            let day: Option<NaiveDate> = part.partition.as_deref().and_then(|day| day.parse().ok());
            let Some(scan) = frames::scan(&root, std::slice::from_ref(&part))? else {
                continue;
            };
            let plain = self.columns.iter().filter(|name| **name != DATE);
            let mut wanted: Vec<_> = plain
                .map(
                    |name| match fact.column(name).map(|column| column.physical) {
                        Some(Physical::Instant) => col(*name).cast(DataType::Int64),
                        _ => col(*name),
                    },
                )
                .collect();
            let dims = self.dims.iter().enumerate();
            wanted.extend(dims.map(|(at, name)| {
                col(name.as_str())
                    .cast(DataType::String)
                    .alias(dim(at).as_str())
            }));
            // Beside a column, so that it has a value for every row.
            wanted.push(asked.clone().alias(ASKED));
            if self.columns.contains(&DATE) {
                let date = day.map(calendar::epoch_days).unwrap_or_default();
                wanted.push(lit(date).alias(DATE));
            }
            let frame = scan.select(wanted).collect().computing("rows of facts")?;
            take(&frame)?;
        }
        Ok(())
    }
}

/// Name of the column that holds the dimension at a place.
pub(super) fn dim(at: usize) -> String {
    format!("dim_{at}")
}

/// The newest day of a fact table within a range.
///
/// # Errors
/// When the table's log cannot be read.
pub(super) fn newest(
    fact: &str,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    source: &Source<'_>,
) -> Result<Option<NaiveDate>> {
    let days = source.store.parts_at(fact, source.run)?;
    let inside =
        |day: &NaiveDate| from.is_none_or(|from| *day >= from) && to.is_none_or(|to| *day <= to);
    Ok(days
        .iter()
        .filter_map(|part| part.partition.as_deref()?.parse().ok())
        .filter(inside)
        .max())
}

/// The columns of a frame as values of Rust.
pub(super) struct Columns<'f>(pub &'f DataFrame);

impl Columns<'_> {
    /// A column of texts as it is, for who needs few of them.
    pub fn text_column(&self, name: &str) -> Result<&StringChunked> {
        let column = self.0.column(name).and_then(|column| column.str());
        column.computing("rows of facts")
    }

    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>> {
        let column = self.text_column(name)?;
        Ok(column.iter().map(|text| text.map(str::to_owned)).collect())
    }

    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>> {
        let column = self.0.column(name).and_then(|column| column.f64().cloned());
        Ok(column.computing("rows of facts")?.iter().collect())
    }

    pub fn instants(&self, name: &str) -> Result<Vec<Option<i64>>> {
        let column = self.0.column(name).and_then(|column| column.i64().cloned());
        Ok(column.computing("rows of facts")?.iter().collect())
    }

    pub fn flags(&self, name: &str) -> Result<Vec<bool>> {
        let column = self
            .0
            .column(name)
            .and_then(|column| column.bool().cloned());
        let column = column.computing("rows of facts")?;
        Ok(column.iter().map(|flag| flag.unwrap_or(false)).collect())
    }

    pub fn dates(&self) -> Result<Vec<Option<NaiveDate>>> {
        let column = self.0.column(DATE).and_then(|column| column.i32().cloned());
        let column = column.computing("rows of facts")?;
        Ok(column
            .iter()
            .map(|day| day.and_then(calendar::from_epoch_days))
            .collect())
    }
}
