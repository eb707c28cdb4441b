//! Arrow batches ↔ Parquet bytes.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchReader};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowWriter, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, Encoding, Type, ZstdLevel};
use parquet::column::page::Page;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, KeyValue, PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions,
    ParquetMetaDataReader,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::schema::{DATE, Kind, SOURCE_LINE, Table};

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
/// written without a dictionary: identifiers as what differs from the one before, times as differences.
///
/// # Errors
/// When Parquet refuses the rows.
pub fn encode_records(table: &Table, rows: &[RecordBatch]) -> Result<Vec<u8>> {
    let schema = file_schema(table);
    let mut properties = properties(&[]);
    for field in schema.fields() {
        // Least and most of texts would be compared for every value, and the keys' are in the table's own
        // statistics.
        if *field.data_type() == DataType::Utf8 {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
        }
    }
    for column in table.columns {
        let encoding = match column.kind {
            Kind::Id if column.key || column.name == "contact_id" => Encoding::DELTA_BYTE_ARRAY,
            Kind::Instant => Encoding::DELTA_BINARY_PACKED,
            Kind::Customer | Kind::FreeText => Encoding::PLAIN,
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

/// What [`encode`] without metadata makes of the rows of a file that it wrote, with other values in some columns, which may
/// be null. All other columns are copied as they stand in the file, neither decoded nor encoded.
///
/// # Errors
/// When the file cannot be read, lacks one of these columns, or has another number of rows.
pub fn with_columns(path: &Path, new: &[(&str, ArrayRef)]) -> Result<Vec<u8>> {
    let fail = |source| Error::Parquet {
        what: path.display().to_string(),
        source,
    };
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    respliced(&file, new).map_err(fail)
}

fn respliced(
    file: &std::fs::File,
    new: &[(&str, ArrayRef)],
) -> std::result::Result<Vec<u8>, ParquetError> {
    // As a mask, what is written of the pages' encodings could not be written again.
    let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
    let old = ParquetMetaDataReader::new()
        .with_offset_index_policy(PageIndexPolicy::Optional)
        .with_metadata_options(Some(options))
        .parse_and_finish(file)?;
    let of_file = old.file_metadata();
    let rows = usize::try_from(of_file.num_rows()).unwrap_or_default();
    let names: Vec<&str> = of_file
        .schema_descr()
        .columns()
        .iter()
        .map(|c| c.name())
        .collect();
    if let Some((name, array)) = new
        .iter()
        .find(|(name, array)| !names.contains(name) || array.len() != rows)
    {
        let found = format!("{rows} rows of {names:?}");
        let asked = format!("column `{name}` of {} rows", array.len());
        return Err(ParquetError::General(format!("{found} take no {asked}")));
    }
    let mut writer = SerializedFileWriter::new(
        Vec::new(),
        of_file.schema_descr().root_schema_ptr(),
        Arc::new(properties(&[]).build()),
    )?;
    let mut first = 0;
    for (at, group) in old.row_groups().iter().enumerate() {
        let count = usize::try_from(group.num_rows()).unwrap_or_default();
        let mut fresh = chunks(new, first, count)?;
        first += count;
        let mut out = writer.next_row_group()?;
        for (column, chunk) in group.columns().iter().enumerate() {
            if let Some(fresh) = fresh.remove(names[column]) {
                fresh.append_to_row_group(&mut out)?;
                continue;
            }
            let pages = old.offset_index().and_then(|of| of.get(at)?.get(column));
            out.append_column(
                file,
                ColumnCloseResult {
                    bytes_written: u64::try_from(chunk.compressed_size()).unwrap_or_default(),
                    rows_written: count as u64,
                    metadata: as_written(chunk)?,
                    bloom_filter: None,
                    column_index: None,
                    offset_index: pages.cloned(),
                },
            )?;
        }
        out.close()?;
    }
    writer.into_inner()
}

/// What is known of a column, with what was not read: that its least and most are written twice, for old readers, too.
fn as_written(
    chunk: &ColumnChunkMetaData,
) -> std::result::Result<ColumnChunkMetaData, ParquetError> {
    let twice = chunk.column_descr().sort_order().is_signed();
    let statistics = match chunk.statistics().cloned() {
        Some(Statistics::Int32(of)) => of.with_backwards_compatible_min_max(twice).into(),
        Some(Statistics::Int64(of)) => of.with_backwards_compatible_min_max(twice).into(),
        Some(Statistics::Double(of)) => of.with_backwards_compatible_min_max(twice).into(),
        Some(of) => of,
        None => return Ok(chunk.clone()),
    };
    let builder = chunk.clone().into_builder();
    builder.set_statistics(statistics).build()
}

/// Rows of some columns, encoded as [`encode`] does.
fn chunks<'n>(
    columns: &[(&'n str, ArrayRef)],
    first: usize,
    count: usize,
) -> std::result::Result<HashMap<&'n str, ArrowColumnChunk>, ParquetError> {
    let field = |(name, array): &(&str, ArrayRef)| {
        arrow::datatypes::Field::new(*name, array.data_type().clone(), true)
    };
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let options = ArrowWriterOptions::new()
        .with_properties(properties(&[]).build())
        .with_skip_arrow_metadata(true);
    let writer = ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), options)?;
    let (_, factory) = writer.into_serialized_writer()?;
    let mut encoded = HashMap::new();
    let writers = factory.create_column_writers(0)?;
    for (((name, array), field), mut writer) in columns.iter().zip(schema.fields()).zip(writers) {
        for leaf in compute_leaves(field, &array.slice(first, count))? {
            writer.write(&leaf)?;
        }
        encoded.insert(*name, writer.close()?);
    }
    Ok(encoded)
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

/// What a file says of its columns without a look at their values.
pub struct Footer(ParquetMetaData);

impl Footer {
    /// Reads it.
    ///
    /// # Errors
    /// When it is no Parquet file.
    pub fn of(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
        let read = ParquetMetaDataReader::new().parse_and_finish(&file);
        Ok(Self(read.map_err(|source| Error::Parquet {
            what: path.display().to_string(),
            source,
        })?))
    }

    /// The statistics of a column, row group by row group; `None` when the file does not have all of them.
    fn statistics(&self, column: &str) -> Option<Vec<&Statistics>> {
        let columns = self.0.file_metadata().schema_descr().columns();
        let at = columns.iter().position(|known| known.name() == column)?;
        let groups = self.0.row_groups().iter();
        groups.map(|group| group.column(at).statistics()).collect()
    }

    /// How many values of a column are null, if the file says so.
    #[must_use]
    pub fn nulls(&self, column: &str) -> Option<u64> {
        let statistics = self.statistics(column)?;
        statistics.iter().map(|of| of.null_count_opt()).sum()
    }

    /// The greatest of a column of instants or whole numbers, if the file says so; `Some(None)` when all are null.
    #[must_use]
    pub fn most(&self, column: &str) -> Option<Option<i64>> {
        let rows = self.0.row_groups().iter().map(|group| group.num_rows());
        let mut most = None;
        for (of, rows) in self.statistics(column)?.into_iter().zip(rows) {
            match of {
                Statistics::Int64(of) if of.max_opt().is_some() => {
                    most = most.max(of.max_opt().copied())
                }
                of if of.null_count_opt().map(i64::try_from) == Some(Ok(rows)) => {}
                _ => return None,
            }
        }
        Some(most)
    }

    /// Whether a flag of a column is false somewhere, if the file says so.
    #[must_use]
    pub fn any_false(&self, column: &str) -> Option<bool> {
        let rows = self.0.row_groups().iter().map(|group| group.num_rows());
        let mut any = false;
        for (of, rows) in self.statistics(column)?.into_iter().zip(rows) {
            match of {
                Statistics::Boolean(of) if of.min_opt().is_some() => {
                    any |= of.min_opt() == Some(&false);
                }
                of if of.null_count_opt().map(i64::try_from) == Some(Ok(rows)) => {}
                _ => return None,
            }
        }
        Some(any)
    }

    /// Whether a text may stand in a column between the least and the greatest that the file says it has.
    #[must_use]
    pub fn reaches(&self, column: &str, any: impl Fn(&[u8], &[u8]) -> bool) -> bool {
        let rows = self.0.row_groups().iter().map(|group| group.num_rows());
        let Some(statistics) = self.statistics(column) else {
            return true;
        };
        statistics.into_iter().zip(rows).any(|(of, rows)| {
            match (of.min_bytes_opt(), of.max_bytes_opt()) {
                (Some(least), Some(most)) => any(least, most),
                _ => of.null_count_opt().map(i64::try_from) != Some(Ok(rows)),
            }
        })
    }
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

/// Gives every text in a column of a file to `see`, each once or several times; of one that is written by its dictionary
/// only that is read. A file without the column has none.
///
/// # Errors
/// When the file cannot be read.
pub fn texts(path: &Path, column: &str, see: &mut dyn FnMut(&str)) -> Result<()> {
    let fail = |source| Error::Parquet {
        what: path.display().to_string(),
        source,
    };
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    let reader = SerializedFileReader::new(file).map_err(fail)?;
    let columns = reader.metadata().file_metadata().schema_descr().columns();
    let Some(at) = columns.iter().position(|known| known.name() == column) else {
        return Ok(());
    };
    let mut others = Vec::new();
    for group in 0..reader.num_row_groups() {
        let rows = reader.get_row_group(group).map_err(fail)?;
        if !dictionary(rows.as_ref(), at, see).map_err(fail)? {
            others.push(group);
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    let builder = opened(path)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
    let rows = builder
        .with_projection(mask)
        .with_row_groups(others)
        .build();
    for batch in rows.map_err(fail)? {
        let batch = batch.map_err(|source| arrow_error(path, source))?;
        let texts = batch
            .columns()
            .first()
            .and_then(|texts| texts.as_string_opt::<i32>());
        for text in texts.into_iter().flatten().flatten() {
            see(text);
        }
    }
    Ok(())
}

/// Gives the texts in the dictionary of a column to `see`; false when they are not all in one.
fn dictionary(
    rows: &dyn RowGroupReader,
    column: usize,
    see: &mut dyn FnMut(&str),
) -> std::result::Result<bool, ParquetError> {
    let known = rows.metadata().column(column);
    let coded = known
        .page_encoding_stats_mask()
        .is_some_and(|encodings| encodings.is_only(Encoding::RLE_DICTIONARY));
    if !coded || known.column_type() != Type::BYTE_ARRAY {
        return Ok(false);
    }
    let page = rows.get_column_page_reader(column)?.get_next_page()?;
    let Some(Page::DictionaryPage {
        buf,
        encoding: Encoding::PLAIN,
        ..
    }) = page
    else {
        return Ok(false);
    };
    // One after the other, each after its length.
    let broken = || ParquetError::General("a dictionary ends within a text".to_owned());
    let mut left: &[u8] = &buf;
    while let Some((length, rest)) = left.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (text, rest) = rest.split_at_checked(length).ok_or_else(broken)?;
        let text = std::str::from_utf8(text);
        see(text.map_err(|error| ParquetError::External(Box::new(error)))?);
        left = rest;
    }
    if left.is_empty() {
        Ok(true)
    } else {
        Err(broken())
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
mod tests {
    use arrow::array::{
        AsArray, BooleanArray, Float64Array, StringArray, TimestampMicrosecondArray,
    };

    use arrow::datatypes::TimestampMicrosecondType;

    use super::*;

    /// Columns of every type that facts have; so many rows that there are several row groups and pages.
    fn batch(seed: i64) -> RecordBatch {
        let rows = 0..150_000_i64;
        let some = |every: i64| move |row: i64| (row % every != 0).then_some(row * seed % 7_919);
        let ids = rows.clone().map(|row| Some(format!("C{:09}", row * seed)));
        let words = rows
            .clone()
            .map(|row| some(3)(row).map(|n| ["长沙", "杭州"][n as usize % 2]));
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(ids.collect::<StringArray>())),
            ("word", Arc::new(words.collect::<StringArray>())),
            (
                "none",
                Arc::new(rows.clone().map(|_| None::<&str>).collect::<StringArray>()),
            ),
            (
                "at",
                Arc::new(
                    rows.clone()
                        .map(some(5))
                        .collect::<TimestampMicrosecondArray>()
                        .with_timezone("UTC"),
                ),
            ),
            (
                "number",
                Arc::new(
                    rows.clone()
                        .map(|row| some(7)(row).map(|n| n as f64 / 8.0))
                        .collect::<Float64Array>(),
                ),
            ),
            (
                "flag",
                Arc::new(
                    rows.map(|row| some(2)(row).map(|n| n % 3 == 0))
                        .collect::<BooleanArray>(),
                ),
            ),
        ];
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    #[test]
    fn a_file_with_new_columns_is_the_file_that_would_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.parquet");
        let (old, other) = (batch(17), batch(23));
        std::fs::write(&path, encode(&old, &[]).unwrap()).unwrap();
        for names in [
            vec![],
            vec!["at", "flag"],
            vec!["id", "none", "word"],
            vec!["number"],
        ] {
            let new: Vec<(&str, ArrayRef)> = names
                .iter()
                .map(|name| (*name, other.column_by_name(name).unwrap().clone()))
                .collect();
            let columns = old
                .schema()
                .fields()
                .iter()
                .map(|field| {
                    let from = if names.contains(&field.name().as_str()) {
                        &other
                    } else {
                        &old
                    };
                    (
                        field.name().clone(),
                        from.column_by_name(field.name()).unwrap().clone(),
                        true,
                    )
                })
                .collect::<Vec<_>>();
            let whole = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
            let expect = encode(&whole, &[]).unwrap();
            assert!(with_columns(&path, &new).unwrap() == expect, "{names:?}");
        }
    }

    #[test]
    fn texts_are_those_of_the_rows_however_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.parquet");
        let batch = batch(17);
        std::fs::write(&path, encode(&batch, &[]).unwrap()).unwrap();
        // Ids are too many for a dictionary, words are not.
        for (column, most) in [
            ("id", 150_000),
            ("word", 4),
            ("none", 0),
            ("other", 0),
            ("at", 0),
        ] {
            let (mut found, mut count) = (std::collections::BTreeSet::new(), 0);
            let mut see = |text: &str| {
                found.insert(text.to_owned());
                count += 1;
            };
            texts(&path, column, &mut see).unwrap();
            let rows = batch
                .column_by_name(column)
                .and_then(|rows| rows.as_string_opt::<i32>());
            let expect = rows.into_iter().flatten().flatten().map(str::to_owned);
            assert_eq!(found, expect.collect(), "{column}");
            assert!(count <= most, "{column}: {count}");
        }
    }

    #[test]
    fn a_footer_says_what_the_values_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.parquet");
        let batch = batch(17);
        std::fs::write(&path, encode(&batch, &[]).unwrap()).unwrap();
        let footer = Footer::of(&path).unwrap();
        for column in ["id", "word", "none", "at", "number", "flag"] {
            let nulls = batch.column_by_name(column).unwrap().null_count() as u64;
            assert_eq!(footer.nulls(column), Some(nulls), "{column}");
        }
        let at = batch.column_by_name("at").unwrap();
        let most = arrow::compute::max(at.as_primitive::<TimestampMicrosecondType>());
        assert_eq!(footer.most("at"), Some(most));
        assert_eq!(footer.most("none"), Some(None));
        assert_eq!((footer.most("word"), footer.most("other")), (None, None));
        assert_eq!(
            (footer.any_false("flag"), footer.any_false("none")),
            (Some(true), Some(false))
        );
        assert_eq!(
            (footer.any_false("at"), footer.any_false("other")),
            (None, None)
        );
        let reaches = |column: &str, text: &str| {
            footer.reaches(column, |least, most| {
                least <= text.as_bytes() && text.as_bytes() <= most
            })
        };
        assert!(reaches("id", "C000000017") && !reaches("id", "C999") && !reaches("id", "B"));
        assert!(!reaches("none", "C") && reaches("other", "C"));
    }

    #[test]
    fn columns_that_a_file_does_not_have_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("day.parquet");
        let old = batch(17);
        std::fs::write(&path, encode(&old, &[]).unwrap()).unwrap();
        let flags = old.column_by_name("flag").unwrap();
        assert!(with_columns(&path, &[("flags", flags.clone())]).is_err());
        assert!(with_columns(&path, &[("flag", flags.slice(1, 7))]).is_err());
    }
}
