//! Files with new values in some columns: the others are copied.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowWriter, ArrowWriterOptions, compute_leaves,
};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions,
    ParquetMetaDataReader,
};
use parquet::file::reader::ChunkReader;
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;

use super::{properties, refused};
use crate::error::{Error, Result};

/// What [`super::encode`] without metadata makes of the rows of a file that it wrote, with other values in some columns, which may
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
            let copied = copied(&old, (at, column), as_written(chunk)?);
            out.append_column(file, copied)?;
        }
        out.close()?;
    }
    writer.into_inner()
}

/// The column of a row group as it is to be copied, with what is known of it.
fn copied(
    file: &ParquetMetaData,
    (group, column): (usize, usize),
    known: ColumnChunkMetaData,
) -> ColumnCloseResult {
    let rows = file.row_group(group).num_rows();
    let pages = file
        .offset_index()
        .and_then(|of| of.get(group)?.get(column));
    ColumnCloseResult {
        bytes_written: u64::try_from(known.compressed_size()).unwrap_or_default(),
        rows_written: u64::try_from(rows).unwrap_or_default(),
        metadata: known,
        bloom_filter: None,
        // Statistics are those of whole chunks.
        column_index: None,
        offset_index: pages.cloned(),
    }
}

/// A Parquet file to which the rows of other files are added as they are: nothing is decoded.
pub struct Followed<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> Followed<W> {
    pub(super) const fn new(writer: SerializedFileWriter<W>) -> Self {
        Self(writer)
    }

    /// Adds the rows of a file.
    ///
    /// # Errors
    /// When it is no Parquet file or has other columns, or its rows cannot be written.
    pub fn add(&mut self, other: &impl ChunkReader) -> Result<()> {
        append(&mut self.0, other).map_err(refused)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W> {
        self.0.into_inner().map_err(refused)
    }
}

/// Adds the row groups of a file.
fn append<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    other: &impl ChunkReader,
) -> std::result::Result<(), ParquetError> {
    let metadata = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .parse_and_finish(other)?;
    if metadata.file_metadata().schema() != writer.schema_descr().root_schema() {
        return Err(ParquetError::General("files of other columns".to_owned()));
    }
    for (at, group) in metadata.row_groups().iter().enumerate() {
        let mut rows = writer.next_row_group()?;
        for (column, known) in group.columns().iter().enumerate() {
            rows.append_column(other, copied(&metadata, (at, column), known.clone()))?;
        }
        rows.close()?;
    }
    Ok(())
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

/// Rows of some columns, encoded as [`super::encode`] does.
fn chunks<'n>(
    columns: &[(&'n str, ArrayRef)],
    first: usize,
    count: usize,
) -> std::result::Result<HashMap<&'n str, ArrowColumnChunk>, ParquetError> {
    let field =
        |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
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
