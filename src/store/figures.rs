//! Figures of a month that hold as long as its facts and the definitions stay as they are: a folder beside the tables,
//! from which a night takes over what no new row has touched. It can be deleted at any time; nothing else refers to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Store, lasting_dir, private_dir, write_through};
use crate::error::{Error, Result};

/// The folder in the store.
pub const FOLDER: &str = "_figures";

/// Extension of the files that say what the others are.
const HEAD: &str = "json";

/// What was worked out for a month, from what, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Hash of everything but the facts that it depends on.
    pub definitions: String,
    /// Fact table → its files with their days, in the order they were read.
    pub files: BTreeMap<String, Vec<Taken>>,
    /// Name and BLAKE3 hash of the sums.
    sums: (String, String),
    /// Name and BLAKE3 hash of the rows by day.
    days: (String, String),
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

    /// The sums of a month, unless they are gone or damaged.
    #[must_use]
    pub fn sums(&self, month: &Month) -> Option<Vec<u8>> {
        self.whole(&month.sums).ok()
    }

    /// Its rows by day, unless they are gone or damaged.
    #[must_use]
    pub fn days(&self, month: &Month) -> Option<Vec<u8>> {
        self.whole(&month.days).ok()
    }

    fn whole(&self, (name, hash): &(String, String)) -> std::result::Result<Vec<u8>, String> {
        let bytes = std::fs::read(self.folder.join(name)).map_err(|error| error.to_string())?;
        if blake3::hash(&bytes).to_hex().as_str() == hash {
            Ok(bytes)
        } else {
            Err("its content is not what was written".to_owned())
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
    ) -> Result<()> {
        lasting_dir(&self.folder)?;
        private_dir(&self.staging)?;
        let put = |extension: &str, bytes: &[u8]| -> Result<(String, String)> {
            let hash = blake3::hash(bytes).to_hex().to_string();
            let name = format!("{month}-{}.{extension}", &hash[..16]);
            write_through(&self.staging, &self.folder.join(&name), bytes)?;
            Ok((name, hash))
        };
        let head = Month {
            definitions: definitions.to_owned(),
            files,
            sums: put("sums", sums)?,
            days: put("parquet", days)?,
        };
        self.note(month, &head)
    }

    /// Writes down what is known of a month.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, month: &str, head: &Month) -> Result<()> {
        let bytes = serde_json::to_vec(head)
            .map_err(|error| Error::io("write", &self.head(month), error.into()))?;
        write_through(&self.staging, &self.head(month), &bytes)
    }

    /// Removes what belongs to none of these months. Only who holds the lock may.
    ///
    /// # Errors
    /// When the folder cannot be listed or a file not removed.
    pub fn retain(&self, months: &BTreeSet<String>) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for month in months {
            wanted.insert(self.head(month));
            if let Some(head) = self.month(month) {
                wanted.extend([head.sums.0, head.days.0].map(|name| self.folder.join(name)));
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
            let Some(head) = self.month(&stem) else {
                found.push((name_of(&path), "it cannot be read".to_owned()));
                continue;
            };
            for file in [&head.sums, &head.days] {
                if let Err(reason) = self.whole(file) {
                    found.push((file.0.clone(), reason));
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
        assert_eq!(figures.sums(&month).unwrap(), b"sums");
        assert_eq!(figures.days(&month).unwrap(), b"days");
        assert_eq!(figures.damaged().unwrap(), []);
        std::fs::write(figures.folder.join(&month.days.0), b"other").unwrap();
        assert_eq!(figures.days(&month), None);
        let damaged = figures.damaged().unwrap();
        assert_eq!(damaged.len(), 1);
        assert_eq!(damaged[0].0, month.days.0);
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
        figures
            .retain(&BTreeSet::from(["2026-03".to_owned()]))
            .unwrap();
        assert_eq!(figures.lying().unwrap().len(), 3);
        assert_eq!(figures.sums(&month).unwrap(), b"new");
        figures.retain(&BTreeSet::new()).unwrap();
        assert_eq!(figures.lying().unwrap(), Vec::<PathBuf>::new());
    }
}
