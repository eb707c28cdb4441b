//! Figures of a month that hold as long as its facts and the definitions stay as they are: a folder beside the tables,
//! from which a night takes over what no new row has touched. It can be deleted at any time; nothing else refers to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Store, lasting_dir, private_dir, write_through};
use crate::error::{Error, Result};

/// The folder in the store.
pub const FOLDER: &str = "_figures";

/// Extension of the files that say what the others are.
const HEAD: &str = "json";

/// Stem of what is kept of the first months together, before their number.
const START: &str = "first-";

/// What was worked out for a month, from what, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Hash of everything but the facts that it depends on.
    pub definitions: String,
    /// Fact table → its files with their days, in the order they were read.
    pub files: BTreeMap<String, Vec<Taken>>,
    /// The sums.
    pub sums: Kept,
    /// The rows by day, as Parquet.
    pub days: Kept,
}

/// What the first months come to together: most nights change nothing in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The hashes of their sums, in the order of time.
    pub months: Vec<String>,
    /// The sums.
    pub sums: Kept,
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its name.
    name: String,
    /// BLAKE3 hash of its content.
    pub hash: String,
}

/// A file of facts that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Its day.
    pub day: Option<String>,
    /// Its name.
    pub name: String,
    /// Hash of the columns that were read.
    pub columns: String,
}

impl Month {
    /// The same from files of other names that hold the same.
    #[must_use]
    pub fn made_from(self, files: BTreeMap<String, Vec<Taken>>) -> Self {
        Self { files, ..self }
    }
}

/// The folder of a store.
pub struct Figures {
    folder: PathBuf,
    staging: PathBuf,
}

impl Store {
    /// Figures that were worked out before.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures {
            folder: self.root().join(FOLDER),
            staging: self.staging(),
        }
    }
}

impl Figures {
    /// What is known of a month; nothing when there is nothing or it cannot be read.
    #[must_use]
    pub fn month(&self, month: &str) -> Option<Month> {
        let bytes = std::fs::read(self.head(month)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// What is known of the first months together, so many of them; nothing when there is nothing or it cannot be read.
    #[must_use]
    pub fn start(&self, months: usize) -> Option<Start> {
        self.start_at(&format!("{START}{months}"))
    }

    fn start_at(&self, stem: &str) -> Option<Start> {
        let bytes = std::fs::read(self.head(stem)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Sums, unless they are gone or damaged.
    #[must_use]
    pub fn sums(&self, file: &Kept) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.folder.join(&file.name)).ok()?;
        (blake3::hash(&bytes).to_hex().as_str() == file.hash).then_some(bytes)
    }

    /// A file, unless it is gone or damaged; open, so that it can be read though a run removes it meanwhile.
    #[must_use]
    pub fn file(&self, file: &Kept) -> Option<File> {
        self.whole(file).ok()
    }

    /// A file that is as it was written.
    fn whole(&self, kept: &Kept) -> std::io::Result<File> {
        let file = File::open(self.folder.join(&kept.name))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(&file)?;
        if hasher.finalize().to_hex().as_str() == kept.hash {
            Ok(file)
        } else {
            Err(std::io::Error::other("its content is not what was written"))
        }
    }

    /// Keeps what was worked out for a month. Only who holds the lock may.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(
        &self,
        month: &str,
        definitions: &str,
        files: BTreeMap<String, Vec<Taken>>,
        [sums, days]: [&[u8]; 2],
    ) -> Result<Month> {
        let head = Month {
            definitions: definitions.to_owned(),
            files,
            sums: self.put(month, "sums", sums)?,
            days: self.put(month, "parquet", days)?,
        };
        self.note(month, &head)?;
        Ok(head)
    }

    /// Keeps what the first months come to together. Only who holds the lock may.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_start(&self, months: Vec<String>, sums: &[u8]) -> Result<()> {
        let stem = format!("{START}{}", months.len());
        let sums = self.put(&stem, "sums", sums)?;
        self.note(&stem, &Start { months, sums })
    }

    fn put(&self, stem: &str, extension: &str, bytes: &[u8]) -> Result<Kept> {
        lasting_dir(&self.folder)?;
        private_dir(&self.staging)?;
        let hash = blake3::hash(bytes).to_hex().to_string();
        let name = format!("{stem}-{}.{extension}", &hash[..16]);
        write_through(&self.staging, &self.folder.join(&name), bytes)?;
        Ok(Kept { name, hash })
    }

    /// Writes down what is known of a month, or of the first ones.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, stem: &str, head: &impl Serialize) -> Result<()> {
        private_dir(&self.staging)?;
        let bytes = serde_json::to_vec(head)
            .map_err(|error| Error::io("write", &self.head(stem), error.into()))?;
        write_through(&self.staging, &self.head(stem), &bytes)
    }

    /// Removes what belongs to none of these months, and what is kept of other numbers of first months. Only who holds
    /// the lock may.
    ///
    /// # Errors
    /// When the folder cannot be listed or a file not removed.
    pub fn retain(&self, months: &BTreeSet<String>, starts: &[usize]) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for count in starts {
            if let Some(start) = self.start(*count) {
                wanted.insert(self.head(&format!("{START}{count}")));
                wanted.insert(self.folder.join(start.sums.name));
            }
        }
        for month in months {
            wanted.insert(self.head(month));
            if let Some(head) = self.month(month) {
                wanted.extend([head.sums, head.days].map(|file| self.folder.join(file.name)));
            }
        }
        for path in self.lying()? {
            if !wanted.contains(&path) {
                std::fs::remove_file(&path).map_err(|error| Error::io("remove", &path, error))?;
            }
        }
        Ok(())
    }

    /// What is damaged: file and reason.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn damaged(&self) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        for path in self.lying()? {
            if path.extension().is_none_or(|extension| extension != HEAD) {
                continue;
            }
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let files = if stem.starts_with(START) {
                self.start_at(&stem).map(|start| vec![start.sums])
            } else {
                self.month(&stem).map(|head| vec![head.sums, head.days])
            };
            let Some(files) = files else {
                found.push((name_of(&path), "it cannot be read".to_owned()));
                continue;
            };
            for file in files {
                if let Err(reason) = self.whole(&file) {
                    found.push((file.name, reason.to_string()));
                }
            }
        }
        Ok(found)
    }

    fn head(&self, month: &str) -> PathBuf {
        self.folder.join(format!("{month}.{HEAD}"))
    }

    fn lying(&self) -> Result<Vec<PathBuf>> {
        if !self.folder.is_dir() {
            return Ok(Vec::new());
        }
        let fail = |error| Error::io("list", &self.folder, error);
        let entries = std::fs::read_dir(&self.folder).map_err(fail)?;
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(fail))
            .collect::<Result<_>>()?;
        paths.sort();
        Ok(paths)
    }
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(store: &Store, sums: &[u8]) -> Month {
        let figures = store.figures();
        let taken = Taken {
            day: Some("2026-03-02".to_owned()),
            name: "part-1.parquet".to_owned(),
            columns: "c".to_owned(),
        };
        let files = BTreeMap::from([("call_facts".to_owned(), vec![taken])]);
        figures
            .keep("2026-03", "d", files, [sums, b"days"])
            .unwrap();
        figures.month("2026-03").unwrap()
    }

    #[test]
    fn what_is_kept_comes_back_until_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        let month = kept(&store, b"sums");
        let figures = store.figures();
        assert_eq!(figures.sums(&month.sums).unwrap(), b"sums");
        assert!(figures.file(&month.days).is_some());
        assert_eq!(figures.damaged().unwrap(), []);
        std::fs::write(figures.folder.join(&month.days.name), b"other").unwrap();
        assert!(figures.file(&month.days).is_none());
        let damaged = figures.damaged().unwrap();
        assert_eq!(damaged.len(), 1);
        assert_eq!(damaged[0].0, month.days.name);
        assert_eq!(figures.month("2026-04"), None);
    }

    #[test]
    fn what_no_month_refers_to_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        kept(&store, b"old");
        let month = kept(&store, b"new");
        let figures = store.figures();
        assert_eq!(figures.lying().unwrap().len(), 4);
        for months in [3, 6] {
            let months = vec!["0".repeat(64); months];
            figures.keep_start(months, b"together").unwrap();
        }
        figures
            .retain(&BTreeSet::from(["2026-03".to_owned()]), &[6, 9])
            .unwrap();
        assert_eq!(figures.lying().unwrap().len(), 5);
        assert_eq!(figures.sums(&month.sums).unwrap(), b"new");
        assert_eq!(figures.start(3), None);
        let start = figures.start(6).unwrap();
        assert_eq!(figures.sums(&start.sums).unwrap(), b"together");
        figures.retain(&BTreeSet::new(), &[]).unwrap();
        assert_eq!(figures.lying().unwrap(), Vec::<PathBuf>::new());
    }
}
