//! Answers as tables: terminal, CSV, JSON, Parquet. The columns and their order are a contract:
//! `kpi, period, <by…>, value, numerator, denominator, n, ci_low, ci_high, target, status`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};

use crate::error::{Error, Result};
use crate::store::parquet_io;

use super::catalogue::Catalogue;
use super::query::Row;

/// An answer with its dimension names.
pub struct Table<'a> {
    /// The catalogue the rows refer to.
    pub catalogue: &'a Catalogue,
    /// Names of the dimension columns.
    pub by: &'a [String],
    /// The rows.
    pub rows: &'a [Row],
}

impl Table<'_> {
    /// The column names.
    #[must_use]
    pub fn header(&self) -> Vec<&str> {
        let mut header = vec!["kpi", "period"];
        header.extend(self.by.iter().map(String::as_str));
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
        let mut cells = vec![
            self.catalogue.kpis[row.kpi].id.clone(),
            row.group.period.clone(),
        ];
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
    /// When the writer refuses a row, which memory excludes.
    pub fn csv(&self, bom: bool) -> Result<Vec<u8>> {
        let mut bytes = if bom {
            "\u{feff}".as_bytes().to_vec()
        } else {
            Vec::new()
        };
        let mut writer = csv::Writer::from_writer(&mut bytes);
        let write =
            |writer: &mut csv::Writer<&mut Vec<u8>>| -> std::result::Result<(), csv::Error> {
                writer.write_record(self.header())?;
                for row in self.rows {
                    let mut cells = self.cells(row);
                    // Only texts can be dangerous; a negative number stays a number.
                    for cell in cells.iter_mut().take(2 + self.by.len()) {
                        *cell = disarm(cell);
                    }
                    writer.write_record(&cells)?;
                }
                writer.flush()?;
                Ok(())
            };
        write(&mut writer).map_err(|error| Error::Render {
            what: "CSV".to_owned(),
            message: error.to_string(),
        })?;
        drop(writer);
        Ok(bytes)
    }

    /// A JSON array of objects with the columns in their order, null where nothing is known.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which its type excludes.
    pub fn json(&self) -> Result<Vec<u8>> {
        let header = self.header();
        let rows = self.rows.iter().map(|row| {
            let [value, numerator, denominator, low, high, target] = numbers(row);
            let mut values: Vec<serde_json::Value> = vec![
                self.catalogue.kpis[row.kpi].id.clone().into(),
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
        let rows: Vec<Ordered<'_>> = rows.collect();
        let mut bytes = serde_json::to_vec_pretty(&rows).map_err(|error| Error::Render {
            what: "JSON".to_owned(),
            message: error.to_string(),
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// A Parquet file of the same columns.
    ///
    /// # Errors
    /// When Arrow or Parquet refuses the columns.
    pub fn parquet(&self) -> Result<Vec<u8>> {
        let text = |value: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
            Arc::new(self.rows.iter().map(value).collect::<StringArray>())
        };
        let float = |at: usize| -> ArrayRef {
            Arc::new(
                self.rows
                    .iter()
                    .map(|row| numbers(row)[at])
                    .collect::<Float64Array>(),
            )
        };
        let mut columns: Vec<ArrayRef> = vec![
            text(&|row| Some(self.catalogue.kpis[row.kpi].id.clone())),
            text(&|row| Some(row.group.period.clone())),
        ];
        for at in 0..self.by.len() {
            columns.push(text(&|row| row.group.members.get(at).cloned().flatten()));
        }
        columns.extend([float(0), float(1), float(2)]);
        columns.push(Arc::new(Int64Array::from_iter_values(
            self.rows
                .iter()
                .map(|row| i64::try_from(row.estimate.n).unwrap_or(i64::MAX)),
        )));
        columns.extend([float(3), float(4), float(5)]);
        columns.push(text(&|row| Some(row.status.code().to_owned())));
        let named = self
            .header()
            .into_iter()
            .zip(columns)
            .map(|(name, column)| (name, column, true));
        let batch =
            RecordBatch::try_from_iter_with_nullable(named).map_err(|source| Error::Arrow {
                what: "the answer".to_owned(),
                source,
            })?;
        parquet_io::encode(&batch, &[])
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
