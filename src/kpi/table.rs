//! Answers as tables: terminal, CSV, JSON, Parquet. The columns and their order are a contract:
//! `kpi, period, <by…>, value, numerator, denominator, n, ci_low, ci_high, target, status`.

use std::io::Write;

use crate::error::Result;
use crate::store::parquet_io::Stream;

use super::batches::{self, Column, Columns};
use super::query::{Answer, Row};

/// One grouping of an answer.
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

    /// The column names.
    #[must_use]
    pub fn header(&self) -> Vec<&str> {
        let mut header = vec!["kpi", "period"];
        header.extend(self.by().iter().map(String::as_str));
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

    /// One row as text, numbers in full precision, null as the empty text.
    #[must_use]
    pub fn cells(&self, row: &Row) -> Vec<String> {
        let mut cells = vec![self.answer.id(row.kpi).to_owned(), row.group.period.clone()];
        cells.extend(
            row.group
                .members
                .iter()
                .map(|member| member.clone().unwrap_or_default()),
        );
        cells.extend(numbers(row).map(number));
        cells.insert(cells.len() - 3, row.estimate.n.to_string());
        cells.push(row.status.code().to_owned());
        cells
    }

    /// CSV in UTF-8, optionally with a byte-order mark for Excel. Cells a spreadsheet would run are disarmed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn csv(&self, out: &mut impl Write, bom: bool) -> std::io::Result<()> {
        if bom {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.header()).map_err(io_error)?;
        for row in self.rows() {
            let mut cells = self.cells(&row);
            // Only texts can be dangerous; a negative number stays a number.
            for cell in cells.iter_mut().take(2 + self.by().len()) {
                *cell = disarm(cell);
            }
            writer.write_record(&cells).map_err(io_error)?;
        }
        writer.flush()
    }

    /// A JSON array of objects with the columns in their order, null where nothing is known.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn json(&self, out: &mut impl Write) -> std::io::Result<()> {
        let header = self.header();
        let objects = self.rows().map(|row| {
            let [value, numerator, denominator, low, high, target] = numbers(&row);
            let mut values: Vec<serde_json::Value> = vec![
                self.answer.id(row.kpi).into(),
                row.group.period.clone().into(),
            ];
            values.extend(row.group.members.iter().map(|member| member.clone().into()));
            values.extend([
                value.into(),
                numerator.into(),
                denominator.into(),
                row.estimate.n.into(),
            ]);
            values.extend([
                low.into(),
                high.into(),
                target.into(),
                row.status.code().into(),
            ]);
            Ordered(header.iter().copied().zip(values).collect())
        });
        let mut writer = serde_json::Serializer::pretty(&mut *out);
        serde::Serializer::collect_seq(&mut writer, objects)?;
        out.write_all(b"\n")
    }

    /// A Parquet file of the same columns.
    ///
    /// # Errors
    /// When Arrow or Parquet refuses the columns, or they cannot be written.
    pub fn parquet<W: Write + Send>(&self, out: W) -> Result<W> {
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

/// value, numerator, denominator, `ci_low`, `ci_high`, target.
fn numbers(row: &Row) -> [Option<f64>; 6] {
    let estimate = &row.estimate;
    [
        estimate.value,
        estimate.numerator,
        estimate.denominator,
        estimate.interval.map(|interval| interval.low),
        estimate.interval.map(|interval| interval.high),
        row.bound.map(super::super::schema::measure::Bound::value),
    ]
}

/// The shortest text that reads back as the same float; whole numbers without a fraction.
fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
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
