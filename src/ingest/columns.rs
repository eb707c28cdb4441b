//! The Arrow schema of record tables.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::schema::{PROBLEM_SOURCE, Physical, SOURCE_FILE, SOURCE_LINE, Table};

/// The Arrow type of a physical type.
#[must_use]
pub fn arrow_type(physical: Physical) -> DataType {
    match physical {
        Physical::Text => DataType::Utf8,
        Physical::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Physical::Date => DataType::Date32,
        Physical::Float => DataType::Float64,
        Physical::Integer => DataType::Int64,
        Physical::Flag => DataType::Boolean,
    }
}

/// The Arrow schema of a record table: its columns, `problem_source` where it applies, and where the row
/// came from. The partition column is not among them.
#[must_use]
pub fn record_schema(table: &Table) -> SchemaRef {
    let mut fields: Vec<Field> = table
        .columns
        .iter()
        .map(|column| Field::new(column.name, arrow_type(column.kind.physical()), true))
        .collect();
    if table.has_problem() {
        fields.push(Field::new(PROBLEM_SOURCE, DataType::Utf8, true));
    }
    fields.push(Field::new(SOURCE_FILE, DataType::Utf8, true));
    fields.push(Field::new(SOURCE_LINE, DataType::Int64, true));
    Arc::new(Schema::new(fields))
}
