//! One Delta Lake table on the local disk: list its parts, replace partitions in one commit, go back in time.
//!
//! A partition (one local date) is one Parquet file named by its content, so writing the same rows again
//! changes nothing and is recognised as such.

mod commit;
mod files;
mod opened;

use std::path::PathBuf;

use arrow::datatypes::SchemaRef;
use deltalake::DeltaTableError;
use deltalake::kernel::PrimitiveType;

use super::keys::KeyRange;
use super::{Store, log};
use crate::error::{Error, Result};
use files::Files;

pub(super) use opened::Opened;

/// A table's name, columns and partition column.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Folder name in the store.
    pub name: String,
    /// The columns of its files.
    pub schema: SchemaRef,
    /// The partition column and its type in Delta, which is not among the columns of the files.
    pub partition: Option<(&'static str, PrimitiveType)>,
}

/// One data file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Value of the partition column; `None` for null or an unpartitioned table.
    pub partition: Option<String>,
    /// Where it lies.
    pub path: PathBuf,
    /// Rows in it.
    pub rows: u64,
    /// Range of the first key column, where it is known.
    pub keys: Option<KeyRange>,
}

/// A data file with what the log says of it besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The file.
    pub part: Part,
    /// Bytes in it.
    pub size: u64,
    /// Its path within the table's folder.
    pub name: String,
}

/// The new content of one partition; no rows means that it vanishes.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Value of the partition column.
    pub partition: Option<String>,
    /// A Parquet file.
    pub content: Content,
    /// Rows in it.
    pub rows: u64,
    /// Range of the first key column, where there is one.
    pub keys: Option<KeyRange>,
}

/// A Parquet file on its way into a table.
#[derive(Debug, Clone)]
pub enum Content {
    /// In memory; empty when there are no rows.
    Bytes(Vec<u8>),
    /// On disk in the store's own file system; it is moved to its place.
    File {
        /// Where it lies.
        path: PathBuf,
        /// BLAKE3 of it in hex.
        hash: String,
        /// Bytes in it.
        size: u64,
    },
}

impl Content {
    fn hash(&self) -> String {
        match self {
            Self::Bytes(bytes) => blake3::hash(bytes).to_hex().to_string(),
            Self::File { hash, .. } => hash.clone(),
        }
    }

    const fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { size, .. } => *size,
        }
    }
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The table's version afterwards.
    pub version: u64,
    /// Partitions whose content changed.
    pub changed: usize,
}

/// A table of the store.
pub struct Delta<'s> {
    store: &'s Store,
    root: PathBuf,
    name: String,
    opened: Option<Opened>,
}

impl<'s> Delta<'s> {
    /// Opens the table at its newest version, or at `version`; a table that was never written has no parts.
    ///
    /// # Errors
    /// When the log cannot be read or has no such version.
    pub fn open(store: &'s Store, name: &str, version: Option<u64>) -> Result<Self> {
        let mut delta = Self {
            store,
            root: store.root.join(name),
            name: name.to_owned(),
            opened: None,
        };
        if delta.root.join(log::FOLDER).is_dir() {
            delta.opened = delta.load(version)?;
        }
        Ok(delta)
    }

    fn error(&self, source: DeltaTableError) -> Error {
        Error::Delta {
            table: self.name.clone(),
            source: Box::new(source),
        }
    }

    /// The version that is open; `None` before the first commit.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.opened.as_ref().map(Opened::version)
    }

    /// The data files, ordered by partition.
    ///
    /// # Errors
    /// When the log does not hold together.
    pub fn parts(&self) -> Result<Vec<Part>> {
        Ok(self.each()?.map(|listed| listed.part.clone()).collect())
    }

    /// The data files with everything the log says of them, ordered by partition.
    ///
    /// # Errors
    /// When the log does not hold together.
    pub fn listed(&self) -> Result<Vec<Listed>> {
        Ok(self.each()?.cloned().collect())
    }

    /// The same, where they are.
    ///
    /// # Errors
    /// When the log does not hold together.
    pub fn each(&self) -> Result<impl Iterator<Item = &Listed>> {
        let files = match &self.opened {
            Some(opened) => Some(self.files(opened)?.all()),
            None => None,
        };
        Ok(files.into_iter().flatten())
    }

    fn files<'o>(&self, opened: &'o Opened) -> Result<&'o Files> {
        opened
            .files(&self.root)
            .map_err(|source| self.error(source))
    }

    /// Replaces whole partitions in one commit, which also carries `transaction` when given. Partitions whose
    /// content stays the same are left alone; when none changes and there is no transaction, nothing is
    /// committed.
    ///
    /// # Errors
    /// When a file cannot be written or the commit is refused.
    pub fn replace(
        &mut self,
        layout: &Layout,
        replacements: Vec<Replacement>,
        transaction: Option<&str>,
    ) -> Result<Committed> {
        if self.opened.is_none() {
            self.create(layout)?;
            self.opened = self.load(None)?;
        }
        let Some(opened) = &self.opened else {
            return Ok(Committed {
                version: 0,
                changed: 0,
            });
        };
        let (mut actions, changed) = self.actions(opened, layout, replacements)?;
        if !actions.is_empty() {
            actions.extend(self.evolution(opened, layout)?);
        }
        if actions.is_empty() && transaction.is_none() {
            return Ok(Committed {
                version: opened.version(),
                changed: 0,
            });
        }
        let version = self.commit(opened, layout, actions.clone(), transaction)?;
        self.advance(version, &actions)?;
        if let Some(opened) = &self.opened
            && Self::sums_up(version, self.files(opened)?.count())
        {
            self.checkpoint(version)?;
        }
        Ok(Committed { version, changed })
    }

    /// Where the file of a replacement lies in the table: its name tells its content.
    #[must_use]
    pub fn place(&self, layout: &Layout, replacement: &Replacement) -> PathBuf {
        self.root.join(commit::relative_path(layout, replacement))
    }
}

/// The name of a file with this hash of its content.
#[must_use]
pub fn file_name(hash: &str) -> String {
    format!("part-{}.parquet", hash.get(..24).unwrap_or(hash))
}

#[cfg(test)]
mod tests;
