//! Files into their places: all are written and on disk before the first one takes its place.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::store::{publish_atomically, sweep, unnamed};

use super::{Published, Rendered};

/// Puts files into their places below `out`, in their order; one whose content is there already is not touched.
/// Another program may put files there at the same time.
///
/// # Errors
/// When one cannot be written or its place is taken by a folder; then no file has changed.
pub(super) fn put(out: &Path, files: Vec<Rendered>) -> Result<Vec<Published>> {
    // What a program that was killed has left unfinished, earlier versions of this one in the marts, too.
    sweep(out);
    sweep(&out.join("marts"));
    let waiting: Vec<Waiting> = files
        .into_iter()
        .map(|(path, content)| stage(out, out.join(path), content))
        .collect::<Result<_>>()?;
    let placed = waiting.into_iter().map(|waiting| {
        let (path, changed) = (waiting.path.clone(), waiting.file.is_some());
        waiting.take_place()?;
        Ok(Published { path, changed })
    });
    placed.collect()
}

/// What a file is to hold.
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What is in a file that is safe on disk in the output folder and has no name of its own yet.
    File(NamedTempFile),
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl Content {
    /// Whether a file holds the same.
    fn is_in(&self, path: &Path) -> bool {
        match self {
            Self::Bytes(bytes) => std::fs::read(path).is_ok_and(|old| old == *bytes),
            Self::File(file) => same(file.path(), path).unwrap_or_default(),
        }
    }
}

/// Whether two files hold the same.
fn same(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    let length = one.metadata()?.len();
    if other.metadata()?.len() != length {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut here, mut there) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut left = length;
    while left > 0 {
        let taken = usize::try_from(left).map_or(here.len(), |left| left.min(here.len()));
        one.read_exact(&mut here[..taken])?;
        other.read_exact(&mut there[..taken])?;
        if here[..taken] != there[..taken] {
            return Ok(false);
        }
        left -= taken as u64;
    }
    Ok(true)
}

/// A file that waits for its place.
struct Waiting {
    path: PathBuf,
    /// Where it waits, if its content is new.
    file: Option<NamedTempFile>,
}

fn stage(out: &Path, path: PathBuf, content: Content) -> Result<Waiting> {
    if content.is_in(&path) {
        return Ok(Waiting { path, file: None });
    }
    let parent = path.parent().unwrap_or(out);
    std::fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    if path.is_dir() {
        let taken = std::io::Error::from(std::io::ErrorKind::IsADirectory);
        return Err(Error::io("write", &path, taken));
    }
    let file = match content {
        Content::Bytes(bytes) => unnamed(out, &path, |file| {
            let written = file.write_all(&bytes);
            written.map_err(|error| Error::io("write", &path, error))
        })?,
        Content::File(file) => file,
    };
    Ok(Waiting {
        path,
        file: Some(file),
    })
}

impl Waiting {
    fn take_place(self) -> Result<()> {
        let Some(file) = self.file else {
            return Ok(());
        };
        match file.persist(&self.path) {
            Ok(_) => Ok(()),
            // A folder below the output folder may be a link into another file system.
            Err(failed) if failed.error.kind() == std::io::ErrorKind::CrossesDevices => {
                let bytes = std::fs::read(failed.file.path());
                let bytes = bytes.map_err(|error| Error::io("read", failed.file.path(), error))?;
                publish_atomically(&self.path, &bytes)
            }
            Err(failed) => Err(Error::io("write", &self.path, failed.error)),
        }
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
        let files = |b: &[u8]| -> Vec<Rendered> {
            let file = unnamed(dir.path(), Path::new("f/c"), |file| {
                file.write_all(b).unwrap();
                Ok(())
            })
            .unwrap();
            vec![
                ("a".into(), b"1".to_vec().into()),
                ("f/b".into(), b.to_vec().into()),
                ("f/c".into(), Content::File(file)),
            ]
        };
        let changed = |b: &[u8]| -> Vec<bool> {
            let put = put(dir.path(), files(b)).unwrap();
            put.into_iter().map(|file| file.changed).collect()
        };
        assert_eq!(changed(b"2"), [true, true, true]);
        assert_eq!(changed(b"2"), [false, false, false]);
        assert_eq!(changed(b"3"), [false, true, true]);
        assert_eq!(changed(b"33"), [false, true, true]);
        assert_eq!(names(dir.path()), ["a", "f"]);
        for name in ["f/b", "f/c"] {
            assert_eq!(std::fs::read(dir.path().join(name)).unwrap(), b"33");
        }
    }

    #[test]
    fn one_file_that_cannot_be_written_leaves_all_as_they_were() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path();
        put(out, vec![("a".into(), b"yesterday".to_vec().into())]).unwrap();
        std::fs::create_dir(out.join("b")).unwrap();
        std::fs::write(out.join("file"), b"").unwrap();
        for wrong in ["b", "file/c"] {
            let files = vec![
                ("a".into(), b"today".to_vec().into()),
                (wrong.into(), b"x".to_vec().into()),
            ];
            assert!(put(out, files).is_err(), "{wrong}");
            assert_eq!(std::fs::read(out.join("a")).unwrap(), b"yesterday");
            assert_eq!(names(out), ["a", "b", "file"]);
        }
    }

    #[test]
    fn what_a_dead_run_left_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(".kefu-7"), b"half").unwrap();
        put(dir.path(), vec![("a".into(), b"1".to_vec().into())]).unwrap();
        assert_eq!(names(dir.path()), ["a"]);
    }
}
