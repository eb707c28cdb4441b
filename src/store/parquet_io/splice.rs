//! Files with new values in some columns: the others are copied.

use std::collections::HashMap;
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
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaDataOptions, ParquetMetaDataReader,
};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;

use super::properties;
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
