//! The store: records and facts as Delta tables, the runs that tie their versions together, the
//! accounts of every file, and the rows that were refused.
//!
//! Delta is atomic per table. The store as a whole is atomic by its runs: a run's last act is to record
//! the version of every table, and readers read those versions, so a run that died is invisible.

pub mod delta;
pub mod figures;
pub mod keys;
mod log;
pub mod merge;
pub mod parquet_io;
pub mod quality;
pub mod quarantine;
pub mod runs;
pub mod stage;
pub mod upkeep;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;
use tokio::runtime::Runtime;

use crate::error::{Error, Result};
use delta::{Delta, Opened, Part};
use runs::Run;

/// Folder for files in the making.
const STAGING: &str = ".staging";

/// A folder of Delta tables.
pub struct Store {
    root: PathBuf,
    runtime: Runtime,
    /// Tables that have been read, by name and version: replaying a log takes longer than most of what is done with
    /// it.
    opened: Mutex<BTreeMap<(String, u64), Opened>>,
    /// The accounts of files that were read last, and at which version of their table: several parts of a report ask
    /// for those of one run.
    accounts: Mutex<Option<Accounts>>,
    /// The runs that were read last, and at which version of their table.
    recorded: Mutex<Option<Recorded>>,
}

/// A version of the accounts, and their lines.
type Accounts = (Option<u64>, Arc<[quality::Line]>);

/// A version of the record of the runs, and the runs.
type Recorded = (Option<u64>, Arc<[Run]>);

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
            opened: Mutex::default(),
            accounts: Mutex::default(),
            recorded: Mutex::default(),
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
        self.root.join(STAGING)
    }

    /// Takes the right to write, and clears away what a run that was killed has left unfinished.
    ///
    /// # Errors
    /// When another process holds it, or a newer program wrote the store. The lock ends with its process, so a
    /// stale one cannot remain.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.root.join(".lock");
        let file = private_file(&path).map_err(|error| Error::io("create", &path, error))?;
        match file.try_lock() {
            Ok(()) => {
                let lock = Lock {
                    _file: file,
                    staging: self.staging(),
                };
                self.clear_unfinished()?;
                self.check_format()?;
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => Err(Error::Store {
                root: self.root.clone(),
                message: "another kefu is writing to it".to_owned(),
                hint: "wait until it is done and run again; reading is never blocked".to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &path, error)),
        }
    }

    /// Removes what a run that was killed has left: everything staged, files of the program's own that never got
    /// their name, and the half-written commits of the Delta library. The lock must be held.
    fn clear_unfinished(&self) -> Result<()> {
        let staging = self.staging();
        if staging.is_dir() {
            std::fs::remove_dir_all(&staging)
                .map_err(|error| Error::io("empty", &staging, error))?;
        }
        for folder in [quarantine::FOLDER, figures::FOLDER] {
            remove_unfinished(&self.root.join(folder))?;
        }
        // Of the record of the runs first: it says which versions of the others must be there.
        log::remove_torn(&self.root.join(runs::TABLE), None)?;
        let known = self.latest_run()?.map(|run| run.versions);
        let fail = |error| Error::io("list", &self.root, error);
        for entry in std::fs::read_dir(&self.root).map_err(fail)? {
            let table = entry.map_err(fail)?.path();
            let log = table.join(log::FOLDER);
            if log.is_dir() {
                remove_unfinished(&log)?;
                let name = table.file_name().unwrap_or_default().to_string_lossy();
                if name != runs::TABLE {
                    let known = known.as_ref().and_then(|known| known.get(&*name));
                    log::remove_torn(&table, known.copied())?;
                }
            }
        }
        Ok(())
    }

    /// Forgets the tables that have been read: what comes next is read from the disk.
    pub(crate) fn forget_opened(&self) {
        self.opened().clear();
        *self.accounts() = None;
        *self.recorded() = None;
    }

    fn accounts(&self) -> std::sync::MutexGuard<'_, Option<Accounts>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recorded(&self) -> std::sync::MutexGuard<'_, Option<Recorded>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, u64), Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A table at its newest version, for writing.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn table(&self, name: &str) -> Result<Delta<'_>> {
        Delta::open(self, name, None)
    }

    /// A table at a version, for reading.
    ///
    /// # Errors
    /// When its log cannot be read or no longer has that version.
    pub fn table_at(&self, name: &str, version: u64) -> Result<Delta<'_>> {
        Delta::open(self, name, Some(version))
    }

    /// Whether a table can still be read at a version: a vacuum takes away what only older runs need of its log.
    ///
    /// # Errors
    /// When its log cannot be listed.
    pub fn has_version(&self, name: &str, version: u64) -> Result<bool> {
        let oldest = log::oldest(&self.root.join(name))?;
        Ok(oldest.is_some_and(|oldest| oldest <= version))
    }

    /// The data files of a table as a run left it; none when the run did not know the table.
    ///
    /// # Errors
    /// When its log cannot be read or no longer has that version.
    pub fn parts_at(&self, name: &str, run: &Run) -> Result<Vec<Part>> {
        match run.versions.get(name) {
            Some(version) => Delta::open(self, name, Some(*version))?.parts(),
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

/// Makes a folder that only its owner can read, and sees to it that its name is on disk.
///
/// # Errors
/// When it cannot be made.
fn lasting_dir(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    lasting_dir(parent)?;
    private_dir(path)?;
    sync_folder(parent).map_err(|error| Error::io("write to", parent, error))
}

/// Brings the names in a folder to disk: that of a file that was put there lasts no longer than the power otherwise.
/// Where folders cannot be opened, as on Windows, the file system sees to it.
///
/// # Errors
/// When the disk does not take them.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// See the one for Unix.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "folders are synced on Unix")]
pub fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Folders whose names are waited for at the same time: the file system brings those of many to disk in one go.
const SYNCED_TOGETHER: usize = 16;

/// Brings the names in folders to disk, as [`sync_folder`] those in one.
///
/// # Errors
/// When the disk does not take them.
fn sync_folders(folders: &[PathBuf]) -> Result<()> {
    let each = |folders: &[PathBuf]| {
        folders.iter().try_for_each(|folder| {
            sync_folder(folder).map_err(|error| Error::io("write to", folder, error))
        })
    };
    std::thread::scope(|scope| {
        let share = folders.len().div_ceil(SYNCED_TOGETHER).max(1);
        let waiting: Vec<_> = folders
            .chunks(share)
            .map(|some| scope.spawn(move || each(some)))
            .collect();
        waiting.into_iter().try_for_each(|thread| {
            let synced = thread.join();
            synced.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })
}

/// Makes a file, or empties it, that only its owner can read, whatever the process's mask.
///
/// # Errors
/// When it cannot be made.
pub fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Prefix of the names that files have until they are whole.
pub const UNFINISHED: &str = ".kefu-";

/// Whether a file was never finished: one of the program's own, or of the library that writes the logs.
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(UNFINISHED) || name.ends_with(".tmp") || name.contains('#')
}

/// Removes the files of a folder that were never finished; nobody may be writing to it.
fn remove_unfinished(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry
            .map_err(|error| Error::io("list", folder, error))?
            .path();
        if is_unfinished(&path) && path.is_file() {
            std::fs::remove_file(&path).map_err(|error| Error::io("remove", &path, error))?;
        }
    }
    Ok(())
}

/// Removes the files that a program which was killed has left unfinished in a folder that several may write to:
/// a file that somebody is still writing is locked by its writer. What cannot be removed stays.
pub fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with(UNFINISHED) {
            continue;
        }
        if let Ok(file) = File::options().write(true).open(&path)
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
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
    write(parent, path, bytes, 0o600)
}

/// The same for everybody to read, mode 0644: the file has its mode before it has its name.
///
/// # Errors
/// When the folder or file cannot be written.
pub fn publish_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    write(parent, path, bytes, 0o644)
}

/// The same by way of a folder on the same file system, where what a killed program leaves is cleared away; the
/// folder of the file must be there.
///
/// # Errors
/// When the folder or file cannot be written.
pub fn write_through(folder: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    write(folder, path, bytes, 0o600)
}

/// A file for everybody to read that `content` fills, safe on disk in `folder`; it has no name of its own yet: dropped,
/// it vanishes, and [`sweep`] removes what a killed program leaves of it. `path` is for the error.
///
/// # Errors
/// When the file cannot be written.
pub fn unnamed(
    folder: &Path,
    path: &Path,
    content: impl FnOnce(&mut File) -> Result<()>,
) -> Result<NamedTempFile> {
    let fail = |error| Error::io("write", path, error);
    let mut file = begun(folder).map_err(fail)?;
    content(file.as_file_mut())?;
    safe(&file, 0o644).map_err(fail)?;
    Ok(file)
}

fn write(folder: &Path, path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let write = || -> std::io::Result<()> {
        unfinished(folder, bytes, mode)?.persist(path)?;
        Ok(())
    };
    write().map_err(|error| Error::io("write", path, error))
}

fn unfinished(folder: &Path, bytes: &[u8], mode: u32) -> std::io::Result<NamedTempFile> {
    let mut file = begun(folder)?;
    file.write_all(bytes)?;
    safe(&file, mode)?;
    Ok(file)
}

/// A file that has no name of its own yet.
fn begun(folder: &Path) -> std::io::Result<NamedTempFile> {
    let file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    // `sweep` leaves alone what is locked; where locks are unknown it leaves everything alone.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Gives a file its mode and brings it to disk.
fn safe(file: &NamedTempFile, mode: u32) -> std::io::Result<()> {
    set_mode(file.as_file(), mode)?;
    file.as_file().sync_all()
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the mode is one of Unix")]
fn set_mode(_file: &File, _mode: u32) -> std::io::Result<()> {
    Ok(())
}

/// Moves a file that is safe on disk to its place in the same file system; the folder it is put into must be there,
/// and is for the caller to sync.
///
/// # Errors
/// When it cannot be moved.
pub fn move_atomically(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| Error::io("write", to, error))
}

#[cfg(test)]
mod tests;
