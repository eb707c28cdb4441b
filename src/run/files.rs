//! Inputs → the files to read, in an order that does not depend on the file system.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::{NamedTempFile, TempPath};

use crate::error::{Error, Result};
use crate::i18n::visible::with_escapes;

/// Extensions that are read when a folder is given; a file that is named is always tried.
const EXTENSIONS: &[&str] = &[
    "csv", "tsv", "txt", "json", "jsonl", "ndjson", "xlsx", "xlsm", "xlsb", "xls", "ods",
    "parquet", "gz", "zst", "zip",
];

/// Names without an extension that are read when a folder is given: logs that are never called otherwise.
const NAMES: &[&str] = &["queue_log"];

/// Standard input on the command line.
const STDIN: &str = "-";

/// A file to read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Name shown to people: relative to the input it was found under.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// A temporary file goes with it.
    _spool: Option<Arc<TempPath>>,
}

impl Input {
    fn new(name: &str, path: PathBuf) -> Self {
        Self {
            name: with_escapes(name).into_owned(),
            path,
            _spool: None,
        }
    }
}

/// Finds the files under the inputs – files, folders, patterns such as `exports/*.csv`, `-` for standard input –
/// sorted by name. Hidden files and other formats in folders are left out. Standard input is written to a
/// file of mode 0600 in `spool` that vanishes with the [`Input`].
///
/// # Errors
/// When an input does not exist or cannot be listed, or there is no file at all.
pub fn discover(inputs: &[PathBuf], spool: &Path) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    for input in inputs {
        if input.as_os_str() == STDIN {
            found.push(stdin(spool)?);
        } else if input.is_dir() {
            walk(input, input, &mut found)?;
        } else if input.exists() {
            found.push(Input::new(&file_name(input), input.clone()));
        } else {
            matching(input, &mut found)?;
        }
    }
    found.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    found.dedup_by(|a, b| a.path == b.path);
    if found.is_empty() {
        let first = inputs.first().map_or(Path::new("."), PathBuf::as_path);
        return Err(Error::input(
            first,
            format!("holds no export (looked for .{})", EXTENSIONS.join(", .")),
            "name the folder that the exports are in",
        ));
    }
    Ok(found)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// The files that a pattern matches; a pattern that reaches the program was not resolved by a shell.
fn matching(input: &Path, found: &mut Vec<Input>) -> Result<()> {
    let missing = || {
        Error::input(
            input,
            "does not exist",
            "name a file, a folder or a pattern of exports",
        )
    };
    let pattern = input.to_str().filter(|text| text.contains(['*', '?', '[']));
    let paths = pattern
        .and_then(|pattern| glob::glob(pattern).ok())
        .ok_or_else(missing)?;
    let before = found.len();
    for path in paths {
        let path = path.map_err(|error| {
            let path = error.path().to_owned();
            Error::io("list", &path, error.into())
        })?;
        if path.is_file() && !is_hidden(&path) {
            found.push(Input::new(&file_name(&path), path));
        }
    }
    if found.len() == before {
        return Err(Error::input(
            input,
            "matches no file",
            "name a file, a folder or a pattern of exports",
        ));
    }
    Ok(())
}

/// Standard input as a file, because a table is looked at before it is read.
fn stdin(spool: &Path) -> Result<Input> {
    crate::store::private_dir(spool)?;
    let mut file = NamedTempFile::with_prefix_in("stdin-", spool)
        .map_err(|error| Error::io("create a file in", spool, error))?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file)
        .map_err(|error| Error::io("copy standard input to", spool, error))?;
    let path = file.into_temp_path();
    Ok(Input {
        name: "stdin".to_owned(),
        path: path.to_path_buf(),
        _spool: Some(Arc::new(path)),
    })
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Input>) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io("list", folder, error))?;
    for entry in entries {
        let path = entry
            .map_err(|error| Error::io("list", folder, error))?
            .path();
        if is_hidden(&path) {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, found)?;
            continue;
        }
        if is_export(&path) {
            let name = path.strip_prefix(root).unwrap_or(&path);
            let name = name.to_string_lossy().into_owned();
            found.push(Input::new(&name, path));
        }
    }
    Ok(())
}

fn is_hidden(path: &Path) -> bool {
    file_name(path).starts_with('.')
}

fn is_export(path: &Path) -> bool {
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    let name = file_name(path);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
        || NAMES.iter().any(|known| name.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_sorted_and_other_formats_stay_out() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "b.csv",
            "a.TSV",
            ".hidden.csv",
            "notes.toml",
            "deep/c.txt",
            "queue_log.1",
            "photo.jpg",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let find = |name: &str| {
            let found = discover(&[dir.path().join(name)], dir.path());
            found.map(|found| {
                let names = found.into_iter().map(|input| input.name);
                names.collect::<Vec<_>>().join(" ")
            })
        };
        assert_eq!(find("").unwrap(), "a.TSV b.csv deep/c.txt queue_log.1");
        assert_eq!(find("*.csv").unwrap(), "b.csv");
        assert_eq!(find("**/*.txt").unwrap(), "c.txt");
        for (input, part) in [("missing", "does not exist"), ("*.xml", "matches no file")] {
            let error = find(input).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
