//! Arrow batches ↔ Parquet bytes.

mod known;
mod said;
mod splice;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::schema::{DATE, Kind, SOURCE_LINE, Table};

pub use known::{Footer, fingerprint, texts};
pub use said::{keys, remember};
pub use splice::{Followed, with_columns};

/// The columns of a record table's files: all but the partition column.
#[must_use]
pub fn file_schema(table: &Table) -> SchemaRef {
    let whole = record_schema(table);
    let fields: Vec<_> = whole
        .fields()
        .iter()
        .filter(|field| field.name() != DATE)
        .cloned()
        .collect();
    Arc::new(Schema::new(fields))
}

/// Rows of a record table as the Parquet file of a day. Columns in which hardly a value comes twice are
/// written without a dictionary: identifiers as what differs from the one before, times as differences, other texts with
/// their lengths apart; so are numbers, whose bytes are kept by position: most are whole, and half of their bytes zero.
///
/// # Errors
/// When Parquet refuses the rows.
pub fn encode_records(table: &Table, rows: &[RecordBatch]) -> Result<Vec<u8>> {
    let schema = file_schema(table);
    let mut properties = properties(&[]);
    for field in schema.fields() {
        // Least and most of texts and numbers would be compared for every value, and the keys' are in the table's own
        // statistics.
        if matches!(field.data_type(), DataType::Utf8 | DataType::Float64) {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
        }
    }
    for column in table.columns {
        let encoding = match column.kind {
            Kind::Id if column.key || column.name == "contact_id" => Encoding::DELTA_BYTE_ARRAY,
            Kind::Instant => Encoding::DELTA_BINARY_PACKED,
            Kind::Customer | Kind::FreeText => Encoding::DELTA_LENGTH_BYTE_ARRAY,
            Kind::Duration | Kind::Number | Kind::Score => Encoding::BYTE_STREAM_SPLIT,
            _ => continue,
        };
        let path = ColumnPath::from(column.name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, encoding);
    }
    let line = ColumnPath::from(SOURCE_LINE);
    properties = properties
        .set_column_dictionary_enabled(line.clone(), false)
        .set_column_encoding(line, Encoding::DELTA_BINARY_PACKED);
    let whole = record_schema(table);
    let columns: Vec<usize> = (0..whole.fields().len())
        .filter(|at| whole.field(*at).name() != DATE)
        .collect();
    for (at, field) in columns.iter().zip(schema.fields()) {
        // A codec's memory costs more than the whole of an empty column.
        if rows
            .iter()
            .all(|batch| batch.column(*at).null_count() == batch.num_rows())
        {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties.set_column_compression(path, Compression::UNCOMPRESSED);
        }
    }
    let fail = |source| Error::Arrow {
        what: table.name.to_owned(),
        source,
    };
    let mut writer = Stream::of(Vec::new(), schema.clone(), properties)?;
    let (mut held, mut count) = (Vec::new(), 0);
    for batch in rows {
        let batch = batch.project(&columns).map_err(fail)?;
        let mut at = 0;
        while at < batch.num_rows() {
            let left = batch.num_rows() - at;
            let taken = match count {
                // Rows of one batch are written as they are.
                0 if left >= WRITTEN_TOGETHER => left - left % WRITTEN_TOGETHER,
                _ => left.min(WRITTEN_TOGETHER - count),
            };
            let part = batch.slice(at, taken);
            at += taken;
            if count == 0 && taken >= WRITTEN_TOGETHER {
                writer.write(&part)?;
                continue;
            }
            held.push(part);
            count += taken;
            if count == WRITTEN_TOGETHER {
                writer.write(&concat_batches(&schema, &held).map_err(fail)?)?;
                (held, count) = (Vec::new(), 0);
            }
        }
    }
    if count > 0 {
        writer.write(&concat_batches(&schema, &held).map_err(fail)?)?;
    }
    writer.finish()
}

/// Rows that the writer takes together. It is given multiples of them, however the rows come: where pages end depends
/// on it, and the same rows shall give the same bytes.
const WRITTEN_TOGETHER: usize = 1024;

/// A Parquet file written batch by batch.
pub struct Stream<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> Stream<W> {
    /// Begins a file of such batches, with key-value metadata. Numbers hardly repeat and have no dictionary.
    ///
    /// # Errors
    /// When Parquet refuses the schema.
    pub fn new(out: W, schema: SchemaRef, metadata: &[(&str, String)]) -> Result<Self> {
        let mut properties = properties(metadata);
        for field in schema.fields() {
            if *field.data_type() == DataType::Float64 {
                let path = ColumnPath::from(field.name().as_str());
                properties = properties.set_column_dictionary_enabled(path, false);
            }
        }
        Self::of(out, schema, properties)
    }

    fn of(out: W, schema: SchemaRef, properties: WriterPropertiesBuilder) -> Result<Self> {
        // No Arrow schema is embedded, so that readers that do not know Arrow's types see plain columns.
        let options = ArrowWriterOptions::new()
            .with_properties(properties.build())
            .with_skip_arrow_metadata(true);
        let inner = ArrowWriter::try_new_with_options(out, schema, options).map_err(refused)?;
        Ok(Self(inner))
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// When Parquet refuses it, or it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.0.write(batch).map_err(refused)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W> {
        self.0.into_inner().map_err(refused)
    }

    /// Lets the rows of other files of the same columns follow.
    ///
    /// # Errors
    /// When what is there cannot be written.
    pub fn followed(self) -> Result<Followed<W>> {
        let (writer, _) = self.0.into_serialized_writer().map_err(refused)?;
        Ok(Followed::new(writer))
    }
}

/// What went wrong: with the place it is written to, or with the batch.
fn refused(source: ParquetError) -> Error {
    let source = match source {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(error) => return Error::io("write", Path::new("a Parquet file"), *error),
            Err(inner) => ParquetError::External(inner),
        },
        other => other,
    };
    Error::Parquet {
        what: "a batch".to_owned(),
        source,
    }
}

/// A batch as a Zstd Parquet file, with key-value metadata.
///
/// # Errors
/// When Parquet refuses the batch.
pub fn encode(batch: &RecordBatch, metadata: &[(&str, String)]) -> Result<Vec<u8>> {
    let mut writer = Stream::of(Vec::new(), batch.schema(), properties(metadata))?;
    writer.write(batch)?;
    writer.finish()
}

/// How every file is written.
pub(super) fn properties(metadata: &[(&str, String)]) -> WriterPropertiesBuilder {
    let pairs = metadata
        .iter()
        .map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()))
        .collect();
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(131_072))
        .set_write_batch_size(WRITTEN_TOGETHER)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("kefu ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(pairs))
}

/// How many rows a file says it has.
///
/// # Errors
/// When it is no Parquet file.
pub fn rows_of(path: &Path) -> Result<u64> {
    let rows = opened(path)?.metadata().file_metadata().num_rows();
    Ok(u64::try_from(rows).unwrap_or_default())
}

/// The columns of a file.
///
/// # Errors
/// When it is no Parquet file.
pub fn schema_of(path: &Path) -> Result<SchemaRef> {
    Ok(opened(path)?.schema().clone())
}

fn opened(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<std::fs::File>> {
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| Error::Parquet {
        what: path.display().to_string(),
        source,
    })
}

/// Reads a file into one batch of `schema`; a column that the file lacks is null.
///
/// # Errors
/// When the file cannot be read or a column has another type.
pub fn read(path: &Path, schema: &SchemaRef) -> Result<RecordBatch> {
    let fail = |source| Error::Parquet {
        what: path.display().to_string(),
        source,
    };
    let builder = opened(path)?;
    let wanted = schema.fields().iter().map(|field| field.name().as_str());
    let mask = ProjectionMask::columns(builder.parquet_schema(), wanted);
    let reader = builder.with_projection(mask).build().map_err(fail)?;
    let arrow = |source| arrow_error(path, source);
    let batches: Vec<RecordBatch> = reader
        .collect::<std::result::Result<_, _>>()
        .map_err(arrow)?;
    let aligned: Vec<RecordBatch> = batches
        .iter()
        .map(|batch| align(batch, schema).map_err(arrow))
        .collect::<Result<_>>()?;
    concat_batches(schema, &aligned).map_err(arrow)
}

/// Reads some columns of a file, texts as dictionaries, in one batch; a column that the file lacks is left out.
///
/// # Errors
/// When the file cannot be read.
pub fn read_coded(path: &Path, wanted: &[&str]) -> Result<RecordBatch> {
    let fail = |source| Error::Parquet {
        what: path.display().to_string(),
        source,
    };
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(fail)?;
    let coded: Vec<_> = plain
        .schema()
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 => {
                let keys = Box::new(DataType::Int32);
                let coded = DataType::Dictionary(keys, Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(coded))
            }
            _ => field.clone(),
        })
        .collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(coded)));
    let metadata = ArrowReaderMetadata::try_new(plain.metadata().clone(), options).map_err(fail)?;
    let rows = usize::try_from(plain.metadata().file_metadata().num_rows()).unwrap_or_default();
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let mask = ProjectionMask::columns(builder.parquet_schema(), wanted.iter().copied());
    let reader = builder
        .with_projection(mask)
        .with_batch_size(rows.max(1))
        .build()
        .map_err(fail)?;
    let schema = RecordBatchReader::schema(&reader);
    let batches: Vec<RecordBatch> = reader
        .collect::<std::result::Result<_, _>>()
        .map_err(|source| arrow_error(path, source))?;
    match batches.as_slice() {
        [one] => Ok(one.clone()),
        several => concat_batches(&schema, several).map_err(|source| arrow_error(path, source)),
    }
}

fn arrow_error(path: &Path, source: ArrowError) -> Error {
    Error::Arrow {
        what: path.display().to_string(),
        source,
    }
}

/// The batch with the columns of `schema`, in its order.
fn align(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> std::result::Result<RecordBatch, arrow::error::ArrowError> {
    let columns = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(column) => arrow::compute::cast(column, field.data_type()),
            None => Ok(arrow::array::new_null_array(
                field.data_type(),
                batch.num_rows(),
            )),
        })
        .collect::<std::result::Result<_, _>>()?;
    RecordBatch::try_new(schema.clone(), columns)
}

#[cfg(test)]
mod tests;
