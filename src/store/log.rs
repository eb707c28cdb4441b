//! The log of a table on disk: its entries cannot be torn by a power cut, and what one did tear is found.
//!
//! The library would give an entry its name before the bytes are on disk. Here every file of a commit is on disk, and so
//! are the folders that name it, before the entry is; and the entry is before anything refers to its version.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Folder of the log below that of the table.
pub(super) const FOLDER: &str = "_delta_log";

/// What the library reads first: where the newest checkpoint is.
const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// What the library's files in the Parquet format end with.
const MAGIC: &[u8; 4] = b"PAR1";

/// Where the entry of a version lies.
pub(super) fn entry(root: &Path, version: u64) -> PathBuf {
    root.join(FOLDER).join(format!("{version:020}.json"))
}

/// Writes the entry of a version by way of `staging`: it has its name when it is whole and on disk, and the name is on
/// disk when this returns.
///
/// # Errors
/// When it cannot be written, or there is such a version already.
pub(super) fn write_entry(
    staging: &Path,
    root: &Path,
    version: u64,
    bytes: &[u8],
) -> std::io::Result<()> {
    let file = super::unfinished(staging, bytes, 0o600)?;
    // A name that is taken is never given anew.
    fs::hard_link(file.path(), entry(root, version))?;
    super::sync_folder(&root.join(FOLDER))
}

/// Makes what the log of a version rests on known in another folder of the same file system: the newest checkpoint and
/// the entries since.
///
/// # Errors
/// When something cannot be listed or linked.
pub(super) fn link_needed(root: &Path, aside: &Path, version: u64) -> Result<()> {
    let into = aside.join(FOLDER);
    super::private_dir(&into)?;
    let unneeded: BTreeSet<PathBuf> = before(root, version)?.into_iter().collect();
    for path in listed(&root.join(FOLDER))? {
        let (Some(number), Some(name)) = (number_of(&path), path.file_name()) else {
            continue;
        };
        if number <= version && !unneeded.contains(&path) {
            let to = into.join(name);
            fs::hard_link(&path, &to).map_err(|error| Error::io("write", &to, error))?;
        }
    }
    Ok(())
}

/// Puts the checkpoint of a version, which the library has just written aside, into the log: it has its name when it is
/// whole and on disk.
///
/// # Errors
/// When there is none, or it cannot be put there.
pub(super) fn place_checkpoint(aside: &Path, root: &Path, version: u64) -> Result<()> {
    let folder = root.join(FOLDER);
    let of_version = format!("{version:020}.");
    let (mut last, mut made) = (None, Vec::new());
    for path in listed(&aside.join(FOLDER))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_checkpoint(&name) && name.starts_with(&of_version) {
            sync_file(&path)?;
            made.push(path);
        } else if name == LAST_CHECKPOINT {
            sync_file(&path)?;
            last = Some(path);
        }
    }
    // The hint last: it names the others.
    for path in made.into_iter().chain(last) {
        let to = folder.join(path.file_name().unwrap_or_default());
        fs::rename(&path, &to).map_err(|error| Error::io("write", &to, error))?;
    }
    super::sync_folder(&folder).map_err(|error| Error::io("write to", &folder, error))
}

/// Brings a file that somebody else has written to disk.
///
/// # Errors
/// When the disk does not take it.
pub(super) fn sync_file(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| Error::io("write", path, error))
}

/// The application transactions that the entries of some versions carry; of those that a vacuum took away nothing is
/// known.
///
/// # Errors
/// When an entry cannot be read.
pub(super) fn transactions(root: &Path, versions: RangeInclusive<u64>) -> Result<BTreeSet<String>> {
    #[derive(serde::Deserialize)]
    struct Line {
        txn: Option<Transaction>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Transaction {
        app_id: String,
    }
    let mut found = BTreeSet::new();
    for version in versions {
        let path = entry(root, version);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        let lines = serde_json::Deserializer::from_slice(&bytes).into_iter::<Line>();
        let transactions = lines.map_while(std::result::Result::ok);
        found.extend(transactions.filter_map(|line| Some(line.txn?.app_id)));
    }
    Ok(found)
}

/// Removes what a power cut has torn: checkpoints, which only repeat what the entries say, and entries later than
/// `known`, the version that the newest run refers to. The lock of the store must be held.
///
/// # Errors
/// When the folder cannot be listed, or something not be read or removed.
pub(super) fn remove_torn(root: &Path, known: Option<u64>) -> Result<()> {
    let folder = root.join(FOLDER);
    let mut entries = BTreeSet::new();
    let mut checkpoints = BTreeSet::new();
    for path in listed(&folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_checkpoint(&name) {
            checkpoints.insert(path);
        } else if let Some(version) = version_of(&path) {
            entries.insert((version, path));
        } else if name == LAST_CHECKPOINT && !is_json(&path)? {
            remove(&path)?;
        }
    }
    // Only the newest of each can have been in the making.
    if let Some((version, path)) = entries.last()
        && known.is_none_or(|known| *version > known)
        && !is_json(path)?
    {
        remove(path)?;
    }
    match checkpoints.last() {
        Some(path) if !is_parquet(path)? => {
            remove(path)?;
            // It says that this checkpoint is there.
            let last = folder.join(LAST_CHECKPOINT);
            if last.is_file() {
                remove(&last)
            } else {
                Ok(())
            }
        }
        _ => Ok(()),
    }
}

/// What nobody who reads `version` or a later one needs of a log: all that is older than the newest checkpoint up to
/// it. Who is reading now begins at that checkpoint or a later one, so nobody is disturbed when this goes.
///
/// # Errors
/// When the folder cannot be listed.
pub(super) fn before(root: &Path, version: u64) -> Result<Vec<PathBuf>> {
    let paths = listed(&root.join(FOLDER))?;
    let newest = paths
        .iter()
        .filter(|path| is_checkpoint(&path.file_name().unwrap_or_default().to_string_lossy()))
        .filter_map(|path| number_of(path))
        .filter(|checkpoint| *checkpoint <= version)
        .max();
    let Some(newest) = newest else {
        return Ok(Vec::new());
    };
    let older = |path: &PathBuf| number_of(path).is_some_and(|found| found < newest);
    Ok(paths.into_iter().filter(older).collect())
}

/// The oldest version whose entry is there.
///
/// # Errors
/// When the folder cannot be listed.
pub(super) fn oldest(root: &Path) -> Result<Option<u64>> {
    let paths = listed(&root.join(FOLDER))?;
    Ok(paths.iter().filter_map(|path| version_of(path)).min())
}

/// The files of a folder in the order of their names; none when there is no such folder.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |error| Error::io("list", folder, error);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        found.push(entry.map_err(fail)?.path());
    }
    found.sort();
    Ok(found)
}

fn is_checkpoint(name: &str) -> bool {
    name.contains(".checkpoint.")
        && Path::new(name)
            .extension()
            .is_some_and(|end| end == "parquet")
}

/// The number that the name of a file of the log begins with.
fn number_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let (number, _) = name.split_once('.')?;
    (number.len() == 20).then(|| number.parse().ok())?
}

/// The version of which a file is the entry.
fn version_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_suffix(".json")?;
    (number.len() == 20).then(|| number.parse().ok())?
}

/// Whether a file holds a JSON value per line, and at least one.
fn is_json(path: &Path) -> Result<bool> {
    let bytes = fs::read(path).map_err(|error| Error::io("read", path, error))?;
    let mut values = serde_json::Deserializer::from_slice(&bytes)
        .into_iter::<serde::de::IgnoredAny>()
        .peekable();
    Ok(values.peek().is_some() && values.all(|value| value.is_ok()))
}

/// Whether a file ends as one of Parquet does.
fn is_parquet(path: &Path) -> Result<bool> {
    let fail = |error| Error::io("read", path, error);
    let mut file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    if length < 12 {
        return Ok(false);
    }
    let mut end = [0; 4];
    file.seek(SeekFrom::End(-4)).map_err(fail)?;
    file.read_exact(&mut end).map_err(fail)?;
    Ok(end == *MAGIC)
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| Error::io("remove", path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(FOLDER)).unwrap();
        for (name, bytes) in files {
            fs::write(dir.path().join(FOLDER).join(name), bytes).unwrap();
        }
        dir
    }

    fn names(dir: &tempfile::TempDir) -> Vec<String> {
        let paths = listed(&dir.path().join(FOLDER)).unwrap();
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        paths.iter().map(name).collect()
    }

    const ZERO: &str = "00000000000000000000.json";
    const ONE: &str = "00000000000000000001.json";
    const CHECKPOINT: &str = "00000000000000000001.checkpoint.parquet";
    const WHOLE: &[u8] = b"{\"add\":{}}\n{\"txn\":{}}";

    #[test]
    fn an_entry_is_written_once() {
        let dir = log(&[(ZERO, WHOLE)]);
        write_entry(dir.path(), dir.path(), 1, WHOLE).unwrap();
        let again = write_entry(dir.path(), dir.path(), 1, b"other").unwrap_err();
        assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(names(&dir), [ZERO, ONE]);
        assert_eq!(fs::read(entry(dir.path(), 1)).unwrap(), WHOLE);
        // Nothing is left of how it was written.
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_transactions_of_entries_are_told() {
        let txn = br#"{"commitInfo":{"timestamp":1}}
{"txn":{"appId":"a-calls","version":1}}
{"txn":{"appId":"b-calls","version":1}}"#;
        let later = br#"{"txn":{"appId":"c-calls","version":1}}"#;
        let dir = log(&[
            (ZERO, txn),
            (ONE, later),
            ("00000000000000000003.json", WHOLE),
        ]);
        let told = |versions| transactions(dir.path(), versions).map(Vec::from_iter);
        assert_eq!(told(0..=0).unwrap(), ["a-calls", "b-calls"]);
        assert_eq!(told(1..=2).unwrap(), ["c-calls"]);
        // WHOLE has a transaction without an id: what cannot be read says nothing.
        assert!(told(2..=3).unwrap().is_empty());
    }

    #[test]
    fn a_torn_entry_is_removed_unless_a_run_refers_to_it() {
        for torn in [&b""[..], b"\0\0\0\0", b"{\"add\":{}}\n{\"txn\":"] {
            let dir = log(&[(ZERO, WHOLE), (ONE, torn)]);
            remove_torn(dir.path(), Some(1)).unwrap();
            assert_eq!(
                names(&dir),
                [ZERO, ONE],
                "a run refers to it: verify says so"
            );
            remove_torn(dir.path(), Some(0)).unwrap();
            assert_eq!(names(&dir), [ZERO]);
        }
        let dir = log(&[(ZERO, b"")]);
        remove_torn(dir.path(), None).unwrap();
        assert_eq!(names(&dir), [""; 0]);
        let dir = log(&[(ZERO, WHOLE), (ONE, WHOLE)]);
        remove_torn(dir.path(), None).unwrap();
        assert_eq!(names(&dir), [ZERO, ONE]);
    }

    #[test]
    fn a_torn_checkpoint_is_removed_with_what_names_it() {
        let entries = [
            (ZERO, WHOLE),
            (ONE, WHOLE),
            (LAST_CHECKPOINT, b"{\"version\":1}"),
        ];
        for torn in [&b""[..], b"PAR1 half of it"] {
            let dir = log(&entries);
            fs::write(dir.path().join(FOLDER).join(CHECKPOINT), torn).unwrap();
            remove_torn(dir.path(), Some(1)).unwrap();
            assert_eq!(names(&dir), [ZERO, ONE]);
        }
        let dir = log(&entries);
        fs::write(
            dir.path().join(FOLDER).join(CHECKPOINT),
            b"PAR1 and all of it PAR1",
        )
        .unwrap();
        remove_torn(dir.path(), Some(1)).unwrap();
        assert_eq!(names(&dir), [ZERO, CHECKPOINT, ONE, LAST_CHECKPOINT]);
        let dir = log(&[(ZERO, WHOLE), (LAST_CHECKPOINT, b"{\"vers")]);
        remove_torn(dir.path(), Some(0)).unwrap();
        assert_eq!(names(&dir), [ZERO]);
    }

    #[test]
    fn what_is_older_than_a_checkpoint_is_told() {
        let dir = log(&[(ZERO, WHOLE), (ONE, WHOLE)]);
        assert_eq!(before(dir.path(), 1).unwrap(), [""; 0].map(PathBuf::from));
        fs::write(dir.path().join(FOLDER).join(CHECKPOINT), b"PAR1").unwrap();
        assert_eq!(before(dir.path(), 0).unwrap(), [""; 0].map(PathBuf::from));
        for version in [1, 7] {
            assert_eq!(before(dir.path(), version).unwrap(), [entry(dir.path(), 0)]);
        }
        assert_eq!(oldest(dir.path()).unwrap(), Some(0));
    }
}
