//! Fact rows as CSV and JSON, written as they come; instants as UTC, `2026-03-02T01:00:00Z`.

use std::io::Write;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int64Type, SchemaRef, TimestampMicrosecondType,
};
use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

use crate::calendar;
use crate::error::{Error, Result};

use super::table::{Ordered, disarm, io_error};

/// A value of a row as JSON; null where nothing is known.
#[must_use]
pub fn value(column: &dyn Array, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            calendar::from_epoch_days(days).map_or(Value::Null, |day| day.to_string().into())
        }
        DataType::Timestamp(..) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            DateTime::from_timestamp_micros(micros).map_or(Value::Null, |at| {
                at.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
            })
        }
        _ => Value::Null,
    }
}

/// The same as text: numbers in full precision, null empty.
#[must_use]
pub fn text(column: &dyn Array, row: usize) -> String {
    match value(column, row) {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Number(number) => number
            .as_f64()
            .filter(|_| number.is_f64())
            .map_or_else(|| number.to_string(), |number| number.to_string()),
        other => other.to_string(),
    }
}

/// Writes rows as CSV; cells that a spreadsheet would run are disarmed.
pub struct Csv<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> Csv<W> {
    /// Writes the header, after a byte-order mark where asked for.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(mut into: W, schema: &SchemaRef, bom: bool) -> Result<Self> {
        if bom {
            into.write_all("\u{feff}".as_bytes()).map_err(refused)?;
        }
        let mut writer = csv::Writer::from_writer(into);
        writer
            .write_record(schema.fields().iter().map(|field| field.name()))
            .map_err(|error| refused(io_error(error)))?;
        Ok(Self { writer })
    }

    /// Writes rows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        for row in 0..rows.num_rows() {
            let cells = rows.columns().iter().map(|column| {
                let cell = text(column.as_ref(), row);
                match column.data_type() {
                    DataType::Utf8 => disarm(&cell),
                    _ => cell,
                }
            });
            self.writer
                .write_record(cells)
                .map_err(|error| refused(io_error(error)))?;
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.writer.flush().map_err(refused)
    }
}

/// Writes rows as an array of objects, one a line.
pub struct Json<W: Write> {
    into: W,
    first: bool,
}

impl<W: Write> Json<W> {
    /// Opens the array.
    pub const fn new(into: W) -> Self {
        Self { into, first: true }
    }

    /// Writes rows.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let schema = rows.schema();
        for row in 0..rows.num_rows() {
            let before = if self.first { "[\n" } else { ",\n" };
            self.first = false;
            let object = Ordered(
                schema
                    .fields()
                    .iter()
                    .zip(rows.columns())
                    .map(|(field, column)| (field.name().as_str(), value(column.as_ref(), row)))
                    .collect(),
            );
            self.into.write_all(before.as_bytes()).map_err(refused)?;
            serde_json::to_writer(&mut self.into, &object).map_err(refused)?;
        }
        Ok(())
    }

    /// Closes the array.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<()> {
        let end = if self.first { "[]\n" } else { "\n]\n" };
        self.into
            .write_all(end.as_bytes())
            .and_then(|()| self.into.flush())
            .map_err(refused)
    }
}

fn refused(error: impl Into<std::io::Error>) -> Error {
    Error::io("write", "the rows".as_ref(), error.into())
}
