//! Files into their places: all are written and on disk before the first one takes its place.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::store::write_atomically;

use super::{Published, Rendered};

/// Where files wait, below the output folder; what a run that died left in it is cleared away by the next.
const STAGING: &str = ".kefu-staging";

/// Puts files into their places below `out`, in their order; one whose content is there already is not touched.
///
/// # Errors
/// When one cannot be written or its place is taken by a folder; then no file has changed.
pub(super) fn put(out: &Path, files: Vec<Rendered>) -> Result<Vec<Published>> {
    let staging = out.join(STAGING);
    clear(&staging)?;
    let placed = stage(out, &staging, files).and_then(|waiting| {
        waiting
            .into_iter()
            .map(|(path, bytes, waits)| {
                if let Some(waits) = &waits {
                    take_place(waits, &path, &bytes)?;
                }
                Ok(Published {
                    path,
                    changed: waits.is_some(),
                })
            })
            .collect()
    });
    clear(&staging)?;
    placed
}

/// Place, content, and where the file waits for it if the content is new.
type Waiting = (PathBuf, Vec<u8>, Option<PathBuf>);

fn stage(out: &Path, staging: &Path, files: Vec<Rendered>) -> Result<Vec<Waiting>> {
    files
        .into_iter()
        .enumerate()
        .map(|(number, (path, bytes))| {
            let path = out.join(path);
            if std::fs::read(&path).is_ok_and(|old| old == bytes) {
                return Ok((path, bytes, None));
            }
            let parent = path.parent().unwrap_or(out);
            create(parent)?;
            if path.is_dir() {
                let taken = std::io::Error::from(std::io::ErrorKind::IsADirectory);
                return Err(Error::io("write", &path, taken));
            }
            create(staging)?;
            let waits = staging.join(number.to_string());
            write(&waits, &bytes).map_err(|error| Error::io("write", &path, error))?;
            Ok((path, bytes, Some(waits)))
        })
        .collect()
}

fn create(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    // Reports are for reading by others; what is personal never reaches them.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.sync_all()
}

fn take_place(waits: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    match std::fs::rename(waits, path) {
        // A folder below the output folder may be a link into another file system.
        Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
            write_atomically(path, bytes)
        }
        other => other.map_err(|error| Error::io("write", path, error)),
    }
}

fn clear(staging: &Path) -> Result<()> {
    match std::fs::remove_dir_all(staging) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("clear", staging, error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_take_their_places_and_the_same_content_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let files = |b: &[u8]| vec![("a".into(), b"1".to_vec()), ("f/b".into(), b.to_vec())];
        let changed = |b: &[u8]| -> Vec<bool> {
            let put = put(dir.path(), files(b)).unwrap();
            put.into_iter().map(|file| file.changed).collect()
        };
        assert_eq!(changed(b"2"), [true, true]);
        assert_eq!(changed(b"2"), [false, false]);
        assert_eq!(changed(b"3"), [false, true]);
        assert_eq!(names(dir.path()), ["a", "f"]);
        assert_eq!(std::fs::read(dir.path().join("f/b")).unwrap(), b"3");
    }

    #[test]
    fn one_file_that_cannot_be_written_leaves_all_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        put(out, vec![("a".into(), b"yesterday".to_vec())]).unwrap();
        std::fs::create_dir(out.join("b")).unwrap();
        std::fs::write(out.join("file"), b"").unwrap();
        for wrong in ["b", "file/c"] {
            let files = vec![
                ("a".into(), b"today".to_vec()),
                (wrong.into(), b"x".to_vec()),
            ];
            assert!(put(out, files).is_err(), "{wrong}");
            assert_eq!(std::fs::read(out.join("a")).unwrap(), b"yesterday");
            assert_eq!(names(out), ["a", "b", "file"]);
        }
    }

    #[test]
    fn what_a_dead_run_left_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let old = dir.path().join(STAGING);
        std::fs::create_dir(&old).unwrap();
        std::fs::write(old.join("7"), b"half").unwrap();
        put(dir.path(), vec![("a".into(), b"1".to_vec())]).unwrap();
        assert_eq!(names(dir.path()), ["a"]);
    }
}
