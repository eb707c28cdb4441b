//! Results as columns: CSV, JSON and Parquet from one list, so that a mart and a command say the same.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::kpi::table::disarm;
use crate::store::parquet_io;

/// One column; all columns of a frame are equally long.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Numbers in the unit of what they measure.
    Number(Vec<Option<f64>>),
    /// Whole numbers.
    Count(Vec<Option<u64>>),
    /// Flags.
    Flag(Vec<Option<bool>>),
}

/// Named columns in the order of the output.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    columns: Vec<(String, Values)>,
}

impl Frame {
    /// Adds a column of texts.
    #[must_use]
    pub fn text<T: Into<String>>(
        self,
        name: &str,
        values: impl Iterator<Item = Option<T>>,
    ) -> Self {
        let values = values.map(|value| value.map(Into::into)).collect();
        self.with(name, Values::Text(values))
    }

    /// Adds a column of numbers; what is not finite is not known.
    #[must_use]
    pub fn number(self, name: &str, values: impl Iterator<Item = Option<f64>>) -> Self {
        let finite = values.map(|value| value.filter(|value| value.is_finite()));
        self.with(name, Values::Number(finite.collect()))
    }

    /// Adds a column of whole numbers.
    #[must_use]
    pub fn count(self, name: &str, values: impl Iterator<Item = Option<u64>>) -> Self {
        self.with(name, Values::Count(values.collect()))
    }

    /// Adds a column of flags.
    #[must_use]
    pub fn flag(self, name: &str, values: impl Iterator<Item = Option<bool>>) -> Self {
        self.with(name, Values::Flag(values.collect()))
    }

    fn with(mut self, name: &str, values: Values) -> Self {
        self.columns.push((name.to_owned(), values));
        self
    }

    /// The column names.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// CSV in UTF-8, numbers in full precision; texts that a spreadsheet would run are disarmed.
    ///
    /// # Errors
    /// When the writer refuses a row, which memory excludes.
    pub fn csv(&self, bom: bool) -> Result<Vec<u8>> {
        let refused = |error: &dyn std::fmt::Display| Error::Render {
            what: "CSV".to_owned(),
            message: error.to_string(),
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(self.header())
            .map_err(|error| refused(&error))?;
        for row in 0..self.len() {
            let cells = self.columns.iter().map(|(_, values)| values.cell(row));
            writer
                .write_record(cells)
                .map_err(|error| refused(&error))?;
        }
        let rows = writer.into_inner().map_err(|error| refused(&error))?;
        let mark = if bom { "\u{feff}" } else { "" };
        Ok([mark.as_bytes(), &rows].concat())
    }

    /// A JSON array of objects, null where nothing is known.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which its type excludes.
    pub fn json(&self) -> Result<Vec<u8>> {
        let object = |row: usize| -> serde_json::Map<String, Value> {
            self.columns
                .iter()
                .map(|(name, values)| (name.clone(), values.json(row)))
                .collect()
        };
        let rows: Vec<_> = (0..self.len()).map(object).collect();
        let mut bytes = serde_json::to_vec_pretty(&rows).map_err(|error| Error::Render {
            what: "JSON".to_owned(),
            message: error.to_string(),
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Parquet with Zstd, and where it came from as key-value metadata.
    ///
    /// # Errors
    /// When Arrow or Parquet refuses the columns.
    pub fn parquet(&self, what: &str, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
        let columns = self
            .columns
            .iter()
            .map(|(name, values)| (name.as_str(), values.array(), true));
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns).map_err(|source| Error::Arrow {
                what: what.to_owned(),
                source,
            })?;
        parquet_io::encode(&batch, metadata)
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Count(values) => values.len(),
            Self::Flag(values) => values.len(),
        }
    }

    fn cell(&self, row: usize) -> String {
        match self {
            Self::Text(values) => values[row].as_deref().map(disarm).unwrap_or_default(),
            Self::Number(values) => values[row].map(|v| v.to_string()).unwrap_or_default(),
            Self::Count(values) => values[row].map(|v| v.to_string()).unwrap_or_default(),
            Self::Flag(values) => values[row].map(|v| v.to_string()).unwrap_or_default(),
        }
    }

    fn json(&self, row: usize) -> Value {
        match self {
            Self::Text(values) => values[row].clone().into(),
            Self::Number(values) => values[row].into(),
            Self::Count(values) => values[row].into(),
            Self::Flag(values) => values[row].into(),
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(values.iter().cloned().collect::<StringArray>()),
            Self::Number(values) => Arc::new(values.iter().copied().collect::<Float64Array>()),
            Self::Count(values) => Arc::new(
                values
                    .iter()
                    .map(|value| value.and_then(|value| i64::try_from(value).ok()))
                    .collect::<Int64Array>(),
            ),
            Self::Flag(values) => Arc::new(values.iter().copied().collect::<BooleanArray>()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_list_says_the_same_in_every_form() {
        let frame = Frame::default()
            .text("member", [Some("=1+1"), None].into_iter())
            .number("value", [Some(-0.5), Some(f64::NAN)].into_iter())
            .count("n", [Some(3), None].into_iter())
            .flag("flagged", [Some(true), None].into_iter());
        let csv = String::from_utf8(frame.csv(true).unwrap()).unwrap();
        assert_eq!(
            csv,
            "\u{feff}member,value,n,flagged\n'=1+1,-0.5,3,true\n,,,\n"
        );
        let json: Value = serde_json::from_slice(&frame.json().unwrap()).unwrap();
        assert_eq!(json[0]["member"], "=1+1");
        assert_eq!(json[1]["value"], Value::Null);
        let bytes = frame
            .parquet("test", &[("kefu.run", "r1".to_owned())])
            .unwrap();
        assert!(bytes.starts_with(b"PAR1"));
    }
}
