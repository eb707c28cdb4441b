//! What a file says of its columns without its rows being read: its footer, the dictionaries of its texts, its bytes.

use std::path::Path;

use arrow::array::AsArray;
use parquet::arrow::ProjectionMask;
use parquet::basic::{Encoding, Type};
use parquet::column::page::Page;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::statistics::Statistics;

use super::{arrow_error, opened};
use crate::error::{Error, Result};

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
        let rows = self.0.row_groups().iter().map(RowGroupMetaData::num_rows);
        let mut most = None;
        for (of, rows) in self.statistics(column)?.into_iter().zip(rows) {
            match of {
                Statistics::Int64(of) if of.max_opt().is_some() => {
                    most = most.max(of.max_opt().copied());
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
        let rows = self.0.row_groups().iter().map(RowGroupMetaData::num_rows);
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
        let rows = self.0.row_groups().iter().map(RowGroupMetaData::num_rows);
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

/// A hash of some columns of a file, as they are stored: files with the same hash hold the same rows in them.
///
/// # Errors
/// When the file cannot be read.
pub fn fingerprint(path: &Path, columns: &[&str]) -> Result<String> {
    let fail = |source| Error::Parquet {
        what: path.display().to_string(),
        source,
    };
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    let metadata = ParquetMetaDataReader::new()
        .parse_and_finish(&file)
        .map_err(fail)?;
    let mut hasher = blake3::Hasher::new();
    for group in metadata.row_groups() {
        hasher.update(&group.num_rows().to_le_bytes());
        for column in group.columns() {
            let name = column.column_descr().name();
            if !columns.contains(&name) {
                continue;
            }
            hasher.update(name.as_bytes());
            let (start, length) = column.byte_range();
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let bytes = file.get_bytes(start, length).map_err(fail)?;
            hasher.update(&bytes);
        }
    }
    Ok(hasher.finalize().to_hex().as_str()[..32].to_owned())
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
