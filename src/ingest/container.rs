//! A path → the files of rows in it: unpacked, told apart, and readable again and again.

mod archive;
mod hash;
mod magic;
mod unpack;
mod walk;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tempfile::TempPath;

use self::walk::Walk;
use crate::error::{Error, Result};

pub use self::unpack::explain;

/// What unpacking may cost before it is taken for an attack or a mistake.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes that one stream, or all members of one archive, may unpack to.
    pub unpacked: u64,
    /// Bytes of all temporary files of one archive.
    pub spooled: u64,
    /// Files in one archive.
    pub members: usize,
    /// Bytes out per byte in …
    pub ratio: u64,
    /// … once so many bytes are out.
    pub ratio_from: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            unpacked: 64 << 30,
            spooled: 8 << 30,
            members: 10_000,
            ratio: 1_000,
            ratio_from: 64 << 20,
        }
    }
}

/// What a member holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberKind {
    /// Delimited text or JSON.
    Text,
    /// An HTML table or `SpreadsheetML`.
    Markup,
    /// XLSX, XLSM, XLSB, XLS or ODS.
    Workbook,
    /// Parquet.
    Parquet,
    /// A member of an archive that cannot be read, beside others that can: what is wrong and what to do.
    Refused {
        /// What is wrong with it.
        message: String,
        /// What to do next.
        hint: String,
    },
}

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Gzip, of one or several members.
    Gzip,
    /// Zstandard, of one or several frames.
    Zstd,
    /// Bare deflate, as in zip.
    Deflate,
}

/// How an entry of a zip is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As it is.
    Stored,
    /// Deflate.
    Deflate,
    /// Zstandard.
    Zstd,
}

/// Where an entry lies in a zip file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    method: Method,
}

/// Where the bytes of a member come from; it can be opened again and again.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A file of the user's.
    File(PathBuf),
    /// A temporary file.
    Spool(Arc<TempPath>),
    /// An entry of a zip that lies on disk.
    Zip {
        /// The zip.
        archive: Box<Origin>,
        /// The entry.
        entry: Entry,
    },
    /// Something compressed.
    Unpacked(Codec, Box<Origin>),
}

impl Origin {
    fn on_disk(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Spool(path) => Some(path.as_ref()),
            Self::Zip { .. } | Self::Unpacked(..) => None,
        }
    }
}

/// A file on disk: the user's, or a temporary one that goes with its last owner.
#[derive(Debug, Clone)]
pub enum PathOrTemp {
    /// The user's.
    Path(PathBuf),
    /// Temporary.
    Temp(Arc<TempPath>),
}

impl AsRef<Path> for PathOrTemp {
    fn as_ref(&self) -> &Path {
        match self {
            Self::Path(path) => path,
            Self::Temp(path) => path.as_ref(),
        }
    }
}

/// Length and time of a file when it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(path: &Path) -> Result<Self> {
        let data = fs::metadata(path).map_err(|e| Error::io("open", path, e))?;
        Ok(Self {
            path: path.to_owned(),
            length: data.len(),
            modified: data.modified().ok(),
        })
    }
}

/// One file of rows.
#[derive(Debug, Clone)]
pub struct Member {
    /// For people: `calls.zip/2026/calls.csv`, `book.xlsx`.
    pub name: String,
    /// Where its bytes come from.
    pub origin: Origin,
    /// What it holds.
    pub kind: MemberKind,
    stamp: Option<Stamp>,
    limits: Limits,
}

impl Member {
    /// Opens the content, unpacked, from its start. Give errors of reading to [`explain`].
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        unpack::open(&self.origin, &self.limits).map_err(|e| explain(Path::new(&self.name), e))
    }

    /// The first bytes of the content, `most` at most.
    ///
    /// # Errors
    /// The content cannot be read, or is damaged.
    pub fn head(&self, most: u64) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        let mut content = self.open()?.take(most);
        content
            .read_to_end(&mut head)
            .map_err(|e| explain(Path::new(&self.name), e))?;
        Ok(head)
    }

    /// BLAKE3 of the unpacked content in hexadecimal, and its length.
    ///
    /// # Errors
    /// The content cannot be read, is damaged, or unpacks to absurdity.
    pub fn hash(&self) -> Result<(String, u64)> {
        let hashed = match &self.origin {
            Origin::File(path) => hash::of_file(path),
            _ => hash::of_stream(self.open()?),
        };
        let (hash, length) = hashed.map_err(|e| explain(Path::new(&self.name), e))?;
        Ok((hash.to_hex().to_string(), length))
    }

    /// A file on disk with the unpacked content, as workbooks and Parquet need one; spooled when need be.
    ///
    /// # Errors
    /// The content cannot be read, or the temporary file not be written.
    pub fn on_disk(&self, spool_dir: &Path) -> Result<PathOrTemp> {
        match &self.origin {
            Origin::File(path) => Ok(PathOrTemp::Path(path.clone())),
            Origin::Spool(path) => Ok(PathOrTemp::Temp(Arc::clone(path))),
            Origin::Zip { .. } | Origin::Unpacked(..) => {
                let name = Path::new(&self.name);
                let limit = self.limits.spooled;
                let (path, _) = unpack::spool(&mut self.open()?, spool_dir, name, limit)?;
                Ok(PathOrTemp::Temp(path))
            }
        }
    }

    /// Whether the file on disk has changed, in length or time, since it was listed.
    ///
    /// # Errors
    /// The file is gone.
    pub fn changed(&self) -> Result<bool> {
        match &self.stamp {
            Some(stamp) => Ok(Stamp::of(&stamp.path)? != *stamp),
            None => Ok(false),
        }
    }

    /// Why this member of an archive cannot be read, if it cannot.
    #[must_use]
    pub fn refusal(&self) -> Option<Error> {
        match &self.kind {
            MemberKind::Refused { message, hint } => {
                Some(Error::input(Path::new(&self.name), message, hint))
            }
            _ => None,
        }
    }
}

/// The files of rows at a path. What cannot be read beside others in an archive is listed as refused.
///
/// # Errors
/// The file cannot be read, is no table, is damaged, encrypted, or unpacks to absurdity.
pub fn members(path: &Path, name: &str, spool_dir: &Path, limits: &Limits) -> Result<Vec<Member>> {
    let data = fs::metadata(path).map_err(|e| Error::io("open", path, e))?;
    if !data.is_file() {
        return Err(Error::input(
            path,
            "is not a regular file",
            "give a file, or `-` to read from standard input",
        ));
    }
    let stamp = Some(Stamp::of(path)?);
    Walk::new(spool_dir, limits, stamp).list(Origin::File(path.to_owned()), name)
}

#[cfg(test)]
mod tests;
