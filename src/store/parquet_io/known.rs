//! What a file says of its columns without its rows being read: its footer, the dictionaries of its texts, its bytes.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use arrow::array::AsArray;
use parquet::arrow::ProjectionMask;
use parquet::basic::{Encoding, Type};
use parquet::column::page::Page;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};

use super::said::{Column, Ends, Gathered, Group, Memory};
use super::{arrow_error, opened};
use crate::error::{Error, Result};

/// What a file says of its columns without a look at their values. It is opened when somebody asks what it has not
/// been asked before.
pub struct Footer<'p> {
    path: &'p Path,
    memory: Option<Memory>,
    read: OnceLock<ParquetMetaData>,
}

impl<'p> Footer<'p> {
    /// That of a file.
    #[must_use]
    pub fn of(path: &'p Path) -> Self {
        Self {
            path,
            memory: Memory::of(path),
            read: OnceLock::new(),
        }
    }

    fn read(&self) -> Result<&ParquetMetaData> {
        if let Some(read) = self.read.get() {
            return Ok(read);
        }
        let (_, read) = with_footer(self.path)?;
        Ok(self.read.get_or_init(|| read))
    }

    /// What it says of a column, row group by row group; `None` when the file does not do so for all of them.
    fn said(&self, column: &str) -> Result<Column> {
        if let Some(known) = self
            .memory
            .as_ref()
            .and_then(|memory| memory.column(column))
        {
            return Ok(known);
        }
        let read = self.read()?;
        let columns = read.file_metadata().schema_descr().columns();
        let at = columns.iter().position(|known| known.name() == column);
        let groups = read.row_groups().iter();
        let said: Option<Vec<Group>> =
            at.and_then(|at| groups.map(|of| Group::of(of, at)).collect());
        if let Some(memory) = &self.memory {
            memory.keep_column(column, said.clone());
        }
        Ok(said.map(Arc::from))
    }

    /// How many values of a column are null, if the file says so.
    ///
    /// # Errors
    /// When it is no Parquet file.
    pub fn nulls(&self, column: &str) -> Result<Option<u64>> {
        let said = self.said(column)?;
        Ok(said.and_then(|groups| groups.iter().map(|of| of.nulls).sum()))
    }

    /// The greatest of a column of instants or whole numbers, if the file says so; `Some(None)` when all are null.
    ///
    /// # Errors
    /// When it is no Parquet file.
    pub fn most(&self, column: &str) -> Result<Option<Option<i64>>> {
        let mut greatest = None;
        let Some(groups) = self.said(column)? else {
            return Ok(None);
        };
        for of in groups.iter() {
            match of.ends {
                Ends::Most(most) => greatest = greatest.max(Some(most)),
                _ if of.is_empty() => {}
                _ => return Ok(None),
            }
        }
        Ok(Some(greatest))
    }

    /// Whether a flag of a column is false somewhere, if the file says so.
    ///
    /// # Errors
    /// When it is no Parquet file.
    pub fn any_false(&self, column: &str) -> Result<Option<bool>> {
        let mut any = false;
        let Some(groups) = self.said(column)? else {
            return Ok(None);
        };
        for of in groups.iter() {
            match of.ends {
                Ends::False(is_false) => any |= is_false,
                _ if of.is_empty() => {}
                _ => return Ok(None),
            }
        }
        Ok(Some(any))
    }

    /// Whether a text may stand in a column between the least and the greatest that the file says it has.
    ///
    /// # Errors
    /// When it is no Parquet file.
    pub fn reaches(&self, column: &str, any: impl Fn(&[u8], &[u8]) -> bool) -> Result<bool> {
        let Some(groups) = self.said(column)? else {
            return Ok(true);
        };
        Ok(groups.iter().any(|of| match &of.ends {
            Ends::Texts(least, most) => any(least.as_bytes(), most.as_bytes()),
            _ => !of.is_empty(),
        }))
    }
}

/// A file, and its footer.
fn with_footer(path: &Path) -> Result<(std::fs::File, ParquetMetaData)> {
    let file = std::fs::File::open(path).map_err(|error| Error::io("open", path, error))?;
    let read = ParquetMetaDataReader::new().parse_and_finish(&file);
    let read = read.map_err(|source| Error::Parquet {
        what: path.display().to_string(),
        source,
    })?;
    Ok((file, read))
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
    let (file, metadata) = with_footer(path)?;
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
    let Some(memory) = Memory::of(path) else {
        return texts_of(path, column, see);
    };
    match memory.texts(column) {
        Some(Some(texts)) => texts.iter().for_each(|text| see(text)),
        Some(None) => texts_of(path, column, see)?,
        None => {
            let mut gathered = Gathered::default();
            texts_of(path, column, &mut |text| {
                gathered.see(text);
                see(text);
            })?;
            memory.keep_texts(column, gathered);
        }
    }
    Ok(())
}

/// The same from the file.
fn texts_of(path: &Path, column: &str, see: &mut dyn FnMut(&str)) -> Result<()> {
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
