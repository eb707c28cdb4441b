//! The store: records and facts as Delta tables, the runs that tie their versions together, the
//! accounts of every file, and the rows that were refused.
//!
//! Delta is atomic per table. The store as a whole is atomic by its runs: a run's last act is to record
//! the version of every table, and readers read those versions, so a run that died is invisible.

pub mod delta;
pub mod keys;
pub mod merge;
pub mod parquet_io;
pub mod quality;
pub mod quarantine;
pub mod runs;
pub mod stage;
pub mod upkeep;

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use tokio::runtime::Runtime;

use crate::error::{Error, Result};
use delta::{Delta, Part};
use runs::Run;

/// A folder of Delta tables.
pub struct Store {
    root: PathBuf,
    runtime: Runtime,
}

/// The right to write to a store, held until dropped.
pub struct Lock {
    _file: File,
    staging: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Empty unless something is still in use; then the next run clears it.
        let _ = std::fs::remove_dir(&self.staging);
    }
}

impl Store {
    /// Opens a store, making the folder if need be.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open_or_create(root: &Path) -> Result<Self> {
        private_dir(root)?;
        Self::with_runtime(root)
    }

    /// Opens a store that must exist.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(root: &Path) -> Result<Self> {
        if !root.join("_runs").is_dir() {
            return Err(Error::Store {
                root: root.to_owned(),
                message: "there is no finished run here".to_owned(),
                hint: "fill it with `kefu run INPUT`, or name another with --store DIR".to_owned(),
            });
        }
        Self::with_runtime(root)
    }

    fn with_runtime(root: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(|error| Error::io("start the I/O of", root, error))?;
        Ok(Self {
            root: root.to_owned(),
            runtime,
        })
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder for files in the making; only who holds the lock may use it.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.root.join(".staging")
    }

    /// Takes the right to write.
    ///
    /// # Errors
    /// When another process holds it. The lock ends with its process, so a stale one cannot remain.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.root.join(".lock");
        let file = File::create(&path).map_err(|error| Error::io("create", &path, error))?;
        match file.try_lock() {
            Ok(()) => {
                // What a run that was killed had staged is of no use to anybody.
                let staging = self.staging();
                if staging.is_dir() {
                    std::fs::remove_dir_all(&staging)
                        .map_err(|error| Error::io("empty", &staging, error))?;
                }
                Ok(Lock {
                    _file: file,
                    staging,
                })
            }
            Err(TryLockError::WouldBlock) => Err(Error::Store {
                root: self.root.clone(),
                message: "another kefu is writing to it".to_owned(),
                hint: "wait until it is done and run again; reading is never blocked".to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &path, error)),
        }
    }

    /// A table at its newest version, for writing.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn table(&self, name: &str) -> Result<Delta<'_>> {
        Delta::open(&self.root, name, None, &self.runtime)
    }

    /// A table at a version, for reading.
    ///
    /// # Errors
    /// When its log cannot be read or no longer has that version.
    pub fn table_at(&self, name: &str, version: u64) -> Result<Delta<'_>> {
        Delta::open(&self.root, name, Some(version), &self.runtime)
    }

    /// The data files of a table as a run left it; none when the run did not know the table.
    ///
    /// # Errors
    /// When its log cannot be read or no longer has that version.
    pub fn parts_at(&self, name: &str, run: &Run) -> Result<Vec<Part>> {
        match run.versions.get(name) {
            Some(version) => Delta::open(&self.root, name, Some(*version), &self.runtime)?.parts(),
            None => Ok(Vec::new()),
        }
    }
}

/// Makes a folder that only its owner can read.
///
/// # Errors
/// When it cannot be made.
pub fn private_dir(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|error| Error::io("create", path, error))
}

/// Writes a file of mode 0600 under a temporary name beside its place, then renames it: readers see the old
/// content or the new, never half of it.
///
/// # Errors
/// When the folder or file cannot be written.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".kefu-")
            .tempfile_in(parent)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Error::io("write", path, error))
}

/// Moves a file that is safe on disk to its place in the same file system.
///
/// # Errors
/// When it cannot be moved.
pub fn move_atomically(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    }
    std::fs::rename(from, to).map_err(|error| Error::io("write", to, error))
}

#[cfg(test)]
mod tests;
