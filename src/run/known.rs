//! Files that the store has taken in whole: they need not be opened again. In a folder that only grows, the files of a
//! year lie beside those of the night, and telling what a file is takes longer than seeing that it is the same.
//!
//! It is a memory and no more: without it every file is opened, and the result is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::schema::Table;
use crate::settings::Settings;
use crate::store::{Store, write_through};

use super::FileAccount;
use super::files::Input;

/// Name of the file in the store.
const FILE: &str = ".known.json";

/// Files up to this size are looked up by their content; of larger ones the hash is taken once, when they are opened.
const MOST: u64 = 32 << 20;

/// What a file was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    length: u64,
    modified: Option<SystemTime>,
    hash: String,
}

impl Seen {
    /// Looks at a file; `None` for one that is large, or cannot be read, which whoever opens it says.
    #[must_use]
    pub fn of(file: &Input) -> Option<Self> {
        let data = std::fs::metadata(&file.path).ok()?;
        if !data.is_file() || data.len() > MOST {
            return None;
        }
        let bytes = std::fs::read(&file.path).ok()?;
        Some(Self {
            length: data.len(),
            modified: data.modified().ok(),
            hash: blake3::hash(&bytes).to_hex().to_string(),
        })
    }

    /// Whether the file has not been written to since.
    fn holds(&self, file: &Input) -> bool {
        std::fs::metadata(&file.path)
            .is_ok_and(|data| data.len() == self.length && data.modified().ok() == self.modified)
    }
}

/// What a file fed to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fed {
    /// How messages call the rows: the file, with the member or sheet.
    pub label: String,
    /// The table.
    pub table: String,
    /// How the rows are written.
    pub encoding: String,
    /// The batch that they are in the store under.
    pub batch: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Whole {
    hash: String,
    fed: Vec<Fed>,
}

/// The files that were taken in whole, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Known {
    /// Of what decides how a file is read: under another the same file may feed other tables.
    reading: String,
    files: BTreeMap<String, Whole>,
    #[serde(skip)]
    changed: bool,
}

impl Known {
    /// What the store remembers; nothing when files are read otherwise than they were.
    #[must_use]
    pub fn load(store: &Store, settings: &Settings) -> Self {
        let reading = reading(settings);
        let known = std::fs::read(place(store))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok())
            .filter(|known| known.reading == reading);
        known.unwrap_or_else(|| Self {
            reading,
            ..Self::default()
        })
    }

    /// The accounts of a file that is in the store, `taken`, whole.
    #[must_use]
    pub fn accounts(
        &self,
        file: &Input,
        seen: &Seen,
        taken: &BTreeSet<String>,
    ) -> Option<Vec<FileAccount>> {
        let whole = self.files.get(&file.name)?;
        if whole.hash != seen.hash || !whole.fed.iter().all(|fed| taken.contains(&fed.batch)) {
            return None;
        }
        whole
            .fed
            .iter()
            .map(|fed| {
                let table = Table::by_name(&fed.table)?.name;
                Some(FileAccount::seen(&fed.label, table, &fed.encoding))
            })
            .collect()
    }

    /// Remembers a file, unless it has changed since it was looked at.
    pub fn remember(&mut self, file: &Input, seen: Seen, fed: Vec<Fed>) {
        if fed.is_empty() || !seen.holds(file) {
            return;
        }
        let whole = Whole {
            hash: seen.hash,
            fed,
        };
        self.changed |= self.files.get(&file.name) != Some(&whole);
        self.files.insert(file.name.clone(), whole);
    }

    /// Writes down what is new. The lock of the store must be held.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, store: &Store) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        match serde_json::to_vec(self) {
            Ok(bytes) => write_through(&store.staging(), &place(store), &bytes),
            // Texts and lists of texts are always written.
            Err(_) => Ok(()),
        }
    }
}

fn place(store: &Store) -> PathBuf {
    store.root().join(FILE)
}

/// Hash of everything that decides which tables a file feeds.
fn reading(settings: &Settings) -> String {
    let text = format!(
        "{}\n{:?}\n{:?}\n{:?}",
        env!("CARGO_PKG_VERSION"),
        settings.sources,
        settings.profiles,
        settings.only_source
    );
    blake3::hash(text.as_bytes()).to_hex().as_str()[..32].to_owned()
}
