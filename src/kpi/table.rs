//! Answers as tables: terminal, CSV, JSON, Parquet. The columns and their order are a contract:
//! `kpi, period, <by…>, value, numerator, denominator, n, ci_low, ci_high, target, status`.

use std::io::Write;

use crate::error::Result;
use crate::store::parquet_io::Stream;

use super::batches::{self, Column, Columns};
use super::query::{Answer, Row};
use crate::schema::measure::Bound;

/// A cell of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A period or a member, which come from the data.
    Text(Option<String>),
    /// A word of the program's own.
    Word(String),
    /// A figure.
    Number(Option<f64>),
    /// How many.
    Count(u64),
}

impl Cell {
    /// As text: numbers in full precision, null as the empty text. Texts that a spreadsheet would run are disarmed.
    fn csv(self) -> String {
        match self {
            Self::Text(text) => disarm(&text.unwrap_or_default()),
            Self::Word(word) => word,
            // The shortest text that reads back as the same float; whole numbers without a fraction.
            Self::Number(value) => value.map_or_else(String::new, |value| value.to_string()),
            Self::Count(count) => count.to_string(),
        }
    }

    fn json(self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Word(word) => word.into(),
            Self::Number(value) => value.into(),
            Self::Count(count) => count.into(),
        }
    }
}

/// A way to lay an answer out.
pub trait Layout {
    /// The column names.
    fn header(&self) -> Vec<&str>;

    /// The rows, computed one after the other; as many cells as the header has names.
    fn cells(&self) -> impl Iterator<Item = Vec<Cell>>;

    /// A Parquet file of the same columns.
    ///
    /// # Errors
    /// When Arrow or Parquet refuses the columns, or they cannot be written.
    fn parquet<W: Write + Send>(&self, out: W) -> Result<W>;

    /// CSV in UTF-8, optionally with a byte-order mark for Excel. Cells a spreadsheet would run are disarmed.
    ///
    /// # Errors
    /// When it cannot be written.
    fn csv(&self, out: &mut impl Write, bom: bool) -> std::io::Result<()> {
        if bom {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.header()).map_err(io_error)?;
        for row in self.cells() {
            writer
                .write_record(row.into_iter().map(Cell::csv))
                .map_err(io_error)?;
        }
        writer.flush()
    }

    /// A JSON array of objects with the columns in their order, null where nothing is known.
    ///
    /// # Errors
    /// When it cannot be written.
    fn json(&self, out: &mut impl Write) -> std::io::Result<()> {
        let header = self.header();
        let objects = self.cells().map(|row| {
            let values = row.into_iter().map(Cell::json);
            Ordered(header.iter().copied().zip(values).collect())
        });
        let mut writer = serde_json::Serializer::pretty(&mut *out);
        serde::Serializer::collect_seq(&mut writer, objects)?;
        out.write_all(b"\n")
    }
}

/// One grouping of an answer in the long form: one row per KPI and group with everything known of the figure.
pub struct Table<'a> {
    /// The answer.
    pub answer: &'a Answer<'a>,
    /// Position of the grouping.
    pub grouping: usize,
}

impl Table<'_> {
    /// Names of the dimension columns.
    #[must_use]
    pub fn by(&self) -> &[String] {
        &self.answer.groupings()[self.grouping].by
    }

    /// The rows, computed one after the other.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.answer.rows(self.grouping)
    }

    /// What stands in a column of [`Self::header`].
    fn column(&self, at: usize) -> Column<'static> {
        let by = self.by().len();
        match at {
            0 => Column::Kpi,
            1 => Column::Period,
            at if at < 2 + by => Column::Member(at - 2),
            at => [
                Column::Value,
                Column::Numerator,
                Column::Denominator,
                Column::Rows,
                Column::Low,
                Column::High,
                Column::Target,
                Column::Status,
            ][at - 2 - by],
        }
    }
}

impl Layout for Table<'_> {
    fn header(&self) -> Vec<&str> {
        let mut header = vec!["kpi", "period"];
        // The status of a ticket is not the verdict on a figure.
        header.extend(self.by().iter().map(|name| match name.as_str() {
            "status" => "by_status",
            name => name,
        }));
        header.extend([
            "value",
            "numerator",
            "denominator",
            "n",
            "ci_low",
            "ci_high",
            "target",
            "status",
        ]);
        header
    }

    fn cells(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows().map(|row| {
            let estimate = &row.estimate;
            let mut cells = vec![
                Cell::Word(self.answer.id(row.kpi).to_owned()),
                Cell::Text(Some(row.group.period.clone())),
            ];
            cells.extend(row.group.members.iter().cloned().map(Cell::Text));
            cells.extend([
                Cell::Number(estimate.value),
                Cell::Number(estimate.numerator),
                Cell::Number(estimate.denominator),
                Cell::Count(estimate.n),
                Cell::Number(estimate.interval.map(|interval| interval.low)),
                Cell::Number(estimate.interval.map(|interval| interval.high)),
                Cell::Number(row.bound.map(Bound::value)),
                Cell::Word(row.status.code().to_owned()),
            ]);
            cells
        })
    }

    fn parquet<W: Write + Send>(&self, out: W) -> Result<W> {
        let columns: Columns<'_> = self
            .header()
            .into_iter()
            .enumerate()
            .map(|(at, name)| (name, self.column(at)))
            .collect();
        let mut stream = Stream::new(out, batches::schema(&columns), &[])?;
        batches::write(
            self.answer,
            [self.grouping],
            |_| columns.clone(),
            &mut stream,
        )?;
        stream.finish()
    }
}

/// The error of the place that is written to, with its kind: a reader that has had enough is no failure.
pub(super) fn io_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

/// A JSON object that keeps the order of its keys.
pub(super) struct Ordered<'n>(pub(super) Vec<(&'n str, serde_json::Value)>);

impl serde::Serialize for Ordered<'_> {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Puts `'` before a cell that a spreadsheet would take for a formula.
#[must_use]
pub fn disarm(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed() {
        for (cell, expect) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-", "'-"),
            ("查询", "查询"),
            ("", ""),
        ] {
            assert_eq!(disarm(cell), expect);
        }
    }
}
