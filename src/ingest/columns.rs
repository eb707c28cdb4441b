//! Typed columns under construction, and their Arrow schema.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, RecordBatch,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use std::borrow::Cow;

use crate::schema::{PROBLEM_SOURCE, Physical, SOURCE_FILE, SOURCE_LINE, Table};

/// One typed cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing is known.
    Null,
    /// Text.
    Text(Cow<'a, str>),
    /// UTC microseconds.
    Instant(i64),
    /// Days since 1970-01-01.
    Date(i32),
    /// A float.
    Float(f64),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
}

impl Value<'_> {
    /// Whether nothing is known.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The instant, if it is one.
    #[must_use]
    pub const fn instant(&self) -> Option<i64> {
        match self {
            Self::Instant(at) => Some(*at),
            _ => None,
        }
    }

    /// The float, if it is one.
    #[must_use]
    pub const fn float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Feeds the value into a hash, unambiguously.
    pub fn hash_into(&self, hasher: &mut blake3::Hasher) {
        match self {
            Self::Null => hasher.update(b"n"),
            Self::Text(text) => hasher
                .update(b"t")
                .update(&(text.len() as u64).to_le_bytes())
                .update(text.as_bytes()),
            Self::Instant(v) | Self::Integer(v) => hasher.update(b"i").update(&v.to_le_bytes()),
            Self::Date(v) => hasher.update(b"d").update(&v.to_le_bytes()),
            Self::Float(v) => hasher.update(b"f").update(&v.to_le_bytes()),
            Self::Flag(v) => hasher.update(&[b'b', u8::from(*v)]),
        };
    }
}

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

enum Builder {
    Text(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Date(Date32Builder),
    Float(Float64Builder),
    Integer(Int64Builder),
    Flag(BooleanBuilder),
}

/// The columns of a batch under construction.
pub struct Columns {
    schema: SchemaRef,
    builders: Vec<Builder>,
}

impl Columns {
    /// Empty columns of this schema.
    #[must_use]
    pub fn new(schema: SchemaRef) -> Self {
        let builders = schema
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Timestamp(..) => {
                    Builder::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
                }
                DataType::Date32 => Builder::Date(Date32Builder::new()),
                DataType::Float64 => Builder::Float(Float64Builder::new()),
                DataType::Int64 => Builder::Integer(Int64Builder::new()),
                DataType::Boolean => Builder::Flag(BooleanBuilder::new()),
                _ => Builder::Text(StringBuilder::new()),
            })
            .collect();
        Self { schema, builders }
    }

    /// Adds one row; a value of another type than its column's becomes null, which typing excludes.
    pub fn push(&mut self, row: &[Value<'_>]) {
        for (builder, value) in self.builders.iter_mut().zip(row) {
            match (builder, value) {
                (Builder::Text(b), Value::Text(v)) => b.append_value(v),
                (Builder::Text(b), _) => b.append_null(),
                (Builder::Instant(b), v) => b.append_option(v.instant()),
                (Builder::Date(b), Value::Date(v)) => b.append_value(*v),
                (Builder::Date(b), _) => b.append_null(),
                (Builder::Float(b), v) => b.append_option(v.float()),
                (Builder::Integer(b), Value::Integer(v)) => b.append_value(*v),
                (Builder::Integer(b), _) => b.append_null(),
                (Builder::Flag(b), Value::Flag(v)) => b.append_value(*v),
                (Builder::Flag(b), _) => b.append_null(),
            }
        }
    }

    /// The finished batch.
    ///
    /// # Errors
    /// When the columns differ in length, which pushing whole rows excludes.
    pub fn finish(self) -> Result<RecordBatch, ArrowError> {
        let arrays: Vec<ArrayRef> = self
            .builders
            .into_iter()
            .map(|builder| -> ArrayRef {
                match builder {
                    Builder::Text(mut b) => Arc::new(b.finish()),
                    Builder::Instant(mut b) => Arc::new(b.finish()),
                    Builder::Date(mut b) => Arc::new(b.finish()),
                    Builder::Float(mut b) => Arc::new(b.finish()),
                    Builder::Integer(mut b) => Arc::new(b.finish()),
                    Builder::Flag(mut b) => Arc::new(b.finish()),
                }
            })
            .collect();
        RecordBatch::try_new(self.schema, arrays)
    }
}
