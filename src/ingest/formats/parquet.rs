//! Parquet: columns of any type as text, streamed by batches.

mod text;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Compression, LogicalType};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use self::text::{Cell, cell_writer};
use super::guard::guarded;
use super::{BLOCK_BYTES, BLOCK_ROWS, RowSource};
use crate::error::{Error, Result};
use crate::ingest::block::Block;
use crate::ingest::reason::{Reason, Refusal, Reject};

/// Columns at most.
const COLUMNS: usize = 4096;
/// Bytes of a batch, roughly: rows with long texts come in smaller batches.
const BATCH_BYTES: i64 = 64 << 20;

const AGAIN: &str = "write the file again, or export it as .csv";

/// Opens a file. `name` is how messages call it.
///
/// # Errors
/// The file is damaged, encrypted, has no columns or too many, or is compressed in a way that is not read.
pub fn open(path: &Path, name: &Path) -> Result<ParquetRows> {
    let file = File::open(path).map_err(|e| Error::io("open", name, e))?;
    let again = file.try_clone().map_err(|e| Error::io("open", name, e))?;
    // The types that Parquet itself states decide; a schema that a writer left in the metadata is not needed.
    let builder = guarded(|| {
        let options = ArrowReaderOptions::new();
        ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
            .map_err(|e| broken(name, None, &e))
    })
    .unwrap_or_else(|| Err(damaged(name)))?;
    check_codecs(builder.metadata(), name)?;
    let mut names = Vec::new();
    list(builder.schema().fields(), "", &mut names);
    if names.is_empty() || names.len() > COLUMNS {
        let message = format!("has {} columns", names.len());
        return Err(Error::input(name, message, AGAIN));
    }
    let uuids = uuids(builder.metadata());
    let rows = batch_rows(builder.metadata());
    let reader = guarded(|| {
        builder
            .with_batch_size(rows)
            .build()
            .map_err(|e| broken(name, None, &e))
    })
    .unwrap_or_else(|| Err(damaged(name)))?;
    Ok(ParquetRows {
        reader,
        file: again,
        name: name.to_owned(),
        uuids: names.iter().map(|name| uuids.contains(name)).collect(),
        names,
        batch: Vec::new(),
        row: 0,
        rows: 0,
        line: 0,
        ended: false,
    })
}

/// The rows of a Parquet file. The line of a row is its number.
pub struct ParquetRows {
    reader: ParquetRecordBatchReader,
    /// For a second look when a batch cannot be read.
    file: File,
    name: PathBuf,
    names: Vec<String>,
    uuids: Vec<bool>,
    /// The batch being given, column by column.
    batch: Vec<Cell>,
    row: usize,
    rows: usize,
    line: u64,
    ended: bool,
}

impl RowSource for ParquetRows {
    fn names(&self) -> Option<&[String]> {
        Some(&self.names)
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        if self.row == self.rows && !self.next_batch()? {
            return Ok(None);
        }
        let mut block = Block::new(self.names.len());
        let mut cells = vec![String::new(); self.names.len()];
        let mut bytes = 0;
        while self.row < self.rows && bytes < BLOCK_BYTES {
            self.line += 1;
            let fault = self.write(&mut cells);
            bytes += cells.iter().map(String::len).sum::<usize>();
            match fault {
                None => block.push(self.line, cells.iter().map(String::as_str)),
                Some(column) => block.rejects.push(Reject {
                    line: self.line,
                    refusal: Refusal {
                        column: self.names.get(column).cloned().unwrap_or_default(),
                        value: cells.get(column).cloned().unwrap_or_default(),
                        reason: Reason::Encoding,
                    },
                    raw: cells.join("\t"),
                }),
            }
            self.row += 1;
        }
        Ok(Some(block))
    }
}

impl ParquetRows {
    /// Reads the next batch that holds rows.
    fn next_batch(&mut self) -> Result<bool> {
        while !self.ended {
            let reader = &mut self.reader;
            // Damaged pages may make the decoder panic; that ends this file, not the run.
            let batch = match guarded(|| reader.next()) {
                Some(None) => {
                    self.ended = true;
                    break;
                }
                Some(Some(Ok(batch))) => batch,
                Some(Some(Err(error))) => {
                    self.ended = true;
                    return Err(broken(&self.name, self.culprit().as_deref(), &error));
                }
                None => {
                    self.ended = true;
                    return Err(broken(
                        &self.name,
                        self.culprit().as_deref(),
                        &"damaged data",
                    ));
                }
            };
            if batch.num_rows() == 0 {
                continue;
            }
            self.batch = self.cells(&batch)?;
            (self.row, self.rows) = (0, batch.num_rows());
            return Ok(true);
        }
        Ok(false)
    }

    fn cells(&self, batch: &RecordBatch) -> Result<Vec<Cell>> {
        let mut leaves = Vec::with_capacity(self.names.len());
        for array in batch.columns() {
            leaf_arrays(array, None, &mut leaves);
        }
        leaves
            .into_iter()
            .enumerate()
            .map(|(at, (array, nulls))| {
                let uuid = self.uuids.get(at).copied().unwrap_or_default();
                let column = self.names.get(at).map(String::as_str);
                let write =
                    cell_writer(&array, uuid).map_err(|e| broken(&self.name, column, &e))?;
                let nulls = NullBuffer::union(nulls.as_ref(), array.logical_nulls().as_ref());
                Ok(Cell { nulls, write })
            })
            .collect()
    }

    /// Writes a row into cells; gives the column that is not text.
    fn write(&self, cells: &mut [String]) -> Option<usize> {
        let mut fault = None;
        for (at, (column, cell)) in self.batch.iter().zip(cells).enumerate() {
            cell.clear();
            if column
                .nulls
                .as_ref()
                .is_some_and(|nulls| nulls.is_null(self.row))
            {
                continue;
            }
            if !(column.write)(self.row, cell) && fault.is_none() {
                fault = Some(at);
            }
        }
        fault
    }

    /// Which column cannot be read, found by reading each on its own.
    fn culprit(&self) -> Option<String> {
        let leaves = self.reader_of(None)?.parquet_schema().num_columns();
        (0..leaves).find_map(|leaf| {
            let builder = self.reader_of(Some(leaf))?;
            let path = builder.parquet_schema().column(leaf).path().string();
            let readable = guarded(|| {
                builder
                    .build()
                    .is_ok_and(|mut reader| reader.all(|batch| batch.is_ok()))
            });
            (readable != Some(true)).then_some(path)
        })
    }

    fn reader_of(&self, leaf: Option<usize>) -> Option<ParquetRecordBatchReaderBuilder<File>> {
        let file = self.file.try_clone().ok()?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
        let Some(leaf) = leaf else {
            return Some(builder);
        };
        let mask = ProjectionMask::leaves(builder.parquet_schema(), [leaf]);
        Some(builder.with_projection(mask))
    }
}

fn damaged(name: &Path) -> Error {
    broken(name, None, &"damaged data")
}

fn broken(name: &Path, column: Option<&str>, error: &dyn std::fmt::Display) -> Error {
    let place = column.map_or_else(String::new, |column| format!(", column {column}"));
    Error::input(
        name,
        format!("cannot be read as Parquet{place} ({error})"),
        AGAIN,
    )
}

/// Refuses the one compression that no library reads, before anything is read.
fn check_codecs(metadata: &ParquetMetaData, name: &Path) -> Result<()> {
    for column in metadata
        .row_groups()
        .iter()
        .flat_map(RowGroupMetaData::columns)
    {
        let codec = column.compression();
        if codec == Compression::LZO {
            return Err(Error::input(
                name,
                format!(
                    "column {} is compressed with {codec}",
                    column.column_path().string()
                ),
                "write it with zstd, snappy, gzip or lz4",
            ));
        }
    }
    Ok(())
}

/// Rows of a batch, by the mean size of a row.
fn batch_rows(metadata: &ParquetMetaData) -> usize {
    let bytes: i64 = metadata
        .row_groups()
        .iter()
        .map(|g| g.total_byte_size().max(0))
        .sum();
    let rows = metadata.file_metadata().num_rows().max(1);
    let fitting = BATCH_BYTES / (bytes / rows).max(1);
    usize::try_from(fitting).unwrap_or(1).clamp(1, BLOCK_ROWS)
}

/// Paths of the columns that hold UUIDs.
fn uuids(metadata: &ParquetMetaData) -> HashSet<String> {
    let columns = metadata.file_metadata().schema_descr().columns();
    columns
        .iter()
        .filter(|column| matches!(column.logical_type_ref(), Some(LogicalType::Uuid)))
        .map(|column| column.path().string())
        .collect()
}

/// Paths of the fields, structs taken apart.
fn list(fields: &Fields, above: &str, names: &mut Vec<String>) {
    for field in fields {
        let name = path(above, field);
        match field.data_type() {
            DataType::Struct(fields) => list(fields, &name, names),
            _ => names.push(name),
        }
    }
}

fn path(above: &str, field: &Field) -> String {
    if above.is_empty() {
        field.name().clone()
    } else {
        format!("{above}.{}", field.name())
    }
}

/// The arrays of the fields, structs taken apart; a null struct makes its fields null.
fn leaf_arrays(
    array: &ArrayRef,
    above: Option<&NullBuffer>,
    leaves: &mut Vec<(ArrayRef, Option<NullBuffer>)>,
) {
    match array.as_any().downcast_ref::<StructArray>() {
        Some(fields) => {
            let nulls = NullBuffer::union(above, fields.nulls());
            for field in fields.columns() {
                leaf_arrays(field, nulls.as_ref(), leaves);
            }
        }
        None => leaves.push((ArrayRef::clone(array), above.cloned())),
    }
}

#[cfg(test)]
mod tests;
