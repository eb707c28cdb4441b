//! Inputs → the files to read, in an order that does not depend on the file system.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Extensions that are read when a folder is given; a file that is named is always tried.
const EXTENSIONS: &[&str] = &["csv", "tsv", "txt"];

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// Name shown to people: relative to the input it was found under.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Finds the files under the inputs, sorted by name. Hidden files and other formats in folders are left out.
///
/// # Errors
/// When an input does not exist or cannot be listed, or there is no file at all.
pub fn discover(inputs: &[PathBuf]) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    for input in inputs {
        if input.is_dir() {
            walk(input, input, &mut found)?;
        } else if input.exists() {
            let name = input
                .file_name()
                .unwrap_or(input.as_os_str())
                .to_string_lossy()
                .into_owned();
            found.push(Input {
                name,
                path: input.clone(),
            });
        } else {
            return Err(Error::input(
                input,
                "does not exist",
                "name a file or folder of exports",
            ));
        }
    }
    found.sort();
    found.dedup();
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

fn walk(root: &Path, folder: &Path, found: &mut Vec<Input>) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::io("list", folder, error))?;
    for entry in entries {
        let path = entry
            .map_err(|error| Error::io("list", folder, error))?
            .path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, found)?;
            continue;
        }
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase());
        if extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) {
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            found.push(Input { name, path });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_sorted_and_other_formats_stay_out() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.TSV", ".hidden.csv", "notes.toml", "deep/c.txt"] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let names: Vec<_> = discover(&[dir.path().to_owned()])
            .unwrap()
            .into_iter()
            .map(|input| input.name)
            .collect();
        assert_eq!(names, ["a.TSV", "b.csv", "deep/c.txt"]);
        let error = discover(&[dir.path().join("missing")])
            .unwrap_err()
            .to_string();
        assert!(error.contains("does not exist"), "{error}");
    }
}
