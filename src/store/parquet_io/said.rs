//! What the files of a store say of their columns, remembered beside the tables: a night asks every day of the record
//! whether it can matter, and opening a file for that takes longer than all the rest of most days.
//!
//! The name of a file is a hash of its content, so what it once said holds for ever. It is a memory and no more: without
//! it the files are opened again, and the result is the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::store::{Store, private_dir, write_through};

/// Name of the memory in the store.
const FILE: &str = ".said.json";

/// Different texts of a column that are remembered of a file; columns of more are read, which then is little beside
/// what else is done with so many rows.
const MOST_TEXTS: usize = 256;

/// Rows whose keys are remembered of a file; the same holds for those.
const MOST_KEYS: usize = 256;

/// Nights after which a file is forgotten that nobody has asked: it is no longer in the store, as a rule.
const FORGOTTEN_AFTER: u8 = 40;

/// What a row group says of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub rows: u64,
    pub nulls: Option<u64>,
    pub ends: Ends,
}

/// The least and the greatest value, as far as anybody asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Ends {
    /// It has none, or does not say so.
    Unknown,
    /// The greatest number or instant.
    Most(i64),
    /// Whether the least flag is false.
    False(bool),
    /// Texts.
    Texts(String, String),
}

impl Group {
    /// What a row group says of the column at a place; `None` when it says nothing.
    pub fn of(group: &RowGroupMetaData, column: usize) -> Option<Self> {
        let said = group.column(column).statistics()?;
        let text = |bytes: Option<&[u8]>| Some(std::str::from_utf8(bytes?).ok()?.to_owned());
        let ends = match said {
            Statistics::Int64(of) => of.max_opt().copied().map(Ends::Most),
            Statistics::Boolean(of) => of.min_opt().map(|least| Ends::False(!least)),
            of => text(of.min_bytes_opt())
                .zip(text(of.max_bytes_opt()))
                .map(|(least, most)| Ends::Texts(least, most)),
        };
        Some(Self {
            rows: u64::try_from(group.num_rows()).unwrap_or_default(),
            nulls: said.null_count_opt(),
            ends: ends.unwrap_or(Ends::Unknown),
        })
    }

    /// Whether it says that it has no value.
    pub fn is_empty(&self) -> bool {
        self.nulls == Some(self.rows)
    }
}

/// A column of a file; `None` when not every row group says something of it.
pub(super) type Column = Option<Arc<[Group]>>;

/// The different texts of a column of a file; `None` when they are many.
pub(super) type Texts = Option<Arc<[String]>>;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Told {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    columns: BTreeMap<String, Option<Vec<Group>>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    texts: BTreeMap<String, Option<Vec<String>>>,
    /// Hashes of the keys of its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<u64>>,
    /// Times that it was written down since somebody asked.
    #[serde(default)]
    unasked: u8,
}

/// Table and file → what it said.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Files {
    program: String,
    /// How the keys are hashed.
    hashing: u64,
    files: BTreeMap<String, Told>,
    #[serde(skip)]
    learnt: bool,
}

/// The memories of the stores that this process has asked, by folder.
static STORES: LazyLock<Mutex<BTreeMap<PathBuf, Arc<Mutex<Files>>>>> =
    LazyLock::new(Mutex::default);

/// The memory of a file of a store, and its name there.
pub(super) struct Memory {
    files: Arc<Mutex<Files>>,
    name: String,
}

impl Memory {
    /// That of a file whose name is its content's; others are not remembered.
    pub fn of(path: &Path) -> Option<Self> {
        let file = path.file_name()?.to_str()?;
        let hash = file.strip_prefix("part-")?.strip_suffix(".parquet")?;
        if hash.len() != 24 || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let folder = path.parent()?;
        let of_day = folder.file_name()?.to_str()?.contains('=');
        let table = if of_day { folder.parent()? } else { folder };
        Some(Self {
            files: of_store(table.parent()?),
            name: format!("{}/{file}", table.file_name()?.to_str()?),
        })
    }

    pub fn column(&self, column: &str) -> Option<Column> {
        let mut files = locked(&self.files);
        let told = files.files.get_mut(&self.name)?;
        told.unasked = 0;
        Some(told.columns.get(column)?.as_deref().map(Arc::from))
    }

    pub fn texts(&self, column: &str) -> Option<Texts> {
        let mut files = locked(&self.files);
        let told = files.files.get_mut(&self.name)?;
        told.unasked = 0;
        Some(told.texts.get(column)?.as_deref().map(Arc::from))
    }

    fn keys(&self) -> Option<Vec<u64>> {
        let mut files = locked(&self.files);
        let told = files.files.get_mut(&self.name)?;
        told.unasked = 0;
        told.keys.clone()
    }

    pub fn keep_column(&self, column: &str, said: Option<Vec<Group>>) {
        self.keep(|told| told.columns.insert(column.to_owned(), said).is_none());
    }

    pub fn keep_texts(&self, column: &str, found: Gathered) {
        self.keep(|told| told.texts.insert(column.to_owned(), found.all()).is_none());
    }

    fn keep(&self, told: impl FnOnce(&mut Told) -> bool) {
        let mut files = locked(&self.files);
        let new = told(files.files.entry(self.name.clone()).or_default());
        files.learnt |= new;
    }
}

/// The texts of a column while it is read.
#[derive(Default)]
pub(super) struct Gathered(std::collections::BTreeSet<String>);

impl Gathered {
    pub fn see(&mut self, text: &str) {
        // One more than is remembered says that there are too many.
        if self.0.len() <= MOST_TEXTS && !self.0.contains(text) {
            self.0.insert(text.to_owned());
        }
    }

    fn all(self) -> Option<Vec<String>> {
        (self.0.len() <= MOST_TEXTS).then(|| self.0.into_iter().collect())
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The memory of the store in a folder; it is read when somebody asks first.
fn of_store(root: &Path) -> Arc<Mutex<Files>> {
    let mut stores = locked(&STORES);
    if let Some(known) = stores.get(root) {
        return Arc::clone(known);
    }
    let read = || serde_json::from_slice::<Files>(&std::fs::read(root.join(FILE)).ok()?).ok();
    let fits = |files: &Files| {
        files.program == env!("CARGO_PKG_VERSION") && files.hashing == crate::store::keys::hashing()
    };
    let files = read().filter(fits);
    let files = Arc::new(Mutex::new(files.unwrap_or_else(|| Files {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        hashing: crate::store::keys::hashing(),
        ..Files::default()
    })));
    stores.insert(root.to_owned(), Arc::clone(&files));
    files
}

/// The hashes of the keys of a file, remembered or as `read` finds them.
///
/// # Errors
/// When they cannot be read.
pub fn keys(path: &Path, read: impl FnOnce() -> Result<Vec<u64>>) -> Result<Vec<u64>> {
    let Some(memory) = Memory::of(path) else {
        return read();
    };
    if let Some(known) = memory.keys() {
        return Ok(known);
    }
    let found = read()?;
    if found.len() <= MOST_KEYS {
        memory.keep(|told| told.keys.replace(found.clone()).is_none());
    }
    Ok(found)
}

/// Writes down what was learnt of the files of a store. The lock of the store must be held.
///
/// # Errors
/// When it cannot be written.
pub fn remember(store: &Store) -> Result<()> {
    let files = of_store(store.root());
    let mut files = locked(&files);
    if !files.learnt {
        return Ok(());
    }
    files.files.retain(|_, told| told.unasked < FORGOTTEN_AFTER);
    let Ok(bytes) = serde_json::to_vec(&*files) else {
        // Texts and numbers are always written.
        return Ok(());
    };
    private_dir(&store.staging())?;
    write_through(&store.staging(), &store.root().join(FILE), &bytes)?;
    files.learnt = false;
    // Whoever asks until the next time begins anew.
    for told in files.files.values_mut() {
        told.unasked = told.unasked.saturating_add(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_whose_name_is_their_content_are_remembered() {
        let name = |path: &str| Memory::of(Path::new(path)).map(|memory| memory.name);
        let hash = "part-0123456789abcdef01234567.parquet";
        let of_day = format!("/s/calls/date=2026-03-02/{hash}");
        assert_eq!(name(&of_day), Some(format!("calls/{hash}")));
        assert_eq!(
            name(&format!("/s/agents/{hash}")),
            Some(format!("agents/{hash}"))
        );
        assert_eq!(name("/s/calls/date=2026-03-02/part-0123.parquet"), None);
        assert_eq!(name("/s/.staging/facts/ticket_facts-000004.parquet"), None);
    }

    #[test]
    fn what_nobody_asks_is_forgotten_and_what_is_many_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(dir.path()).unwrap();
        let path = |digit: u8| dir.path().join(format!("calls/part-{digit:024}.parquet"));
        let memory = |digit: u8| Memory::of(&path(digit)).unwrap();
        let group = Group {
            rows: 3,
            nulls: Some(1),
            ends: Ends::Texts("a".to_owned(), "\"ü".to_owned()),
        };
        memory(1).keep_column("id", Some(vec![group.clone()]));
        memory(2).keep_column("id", None);
        let (mut few, mut many) = (Gathered::default(), Gathered::default());
        for text in ["b", "a", "b"] {
            few.see(text);
        }
        for text in 0..=MOST_TEXTS {
            many.see(&text.to_string());
        }
        memory(1).keep_texts("few", few);
        memory(1).keep_texts("many", many);
        let hashed = [7, u64::MAX];
        assert_eq!(keys(&path(1), || Ok(hashed.to_vec())).unwrap(), hashed);
        assert_eq!(
            keys(&path(2), || Ok(vec![0; MOST_KEYS + 1])).unwrap().len(),
            MOST_KEYS + 1
        );
        remember(&store).unwrap();
        // As another process finds it.
        locked(&STORES).remove(dir.path());
        assert_eq!(memory(1).column("id"), Some(Some(Arc::from([group]))));
        assert_eq!(memory(2).column("id"), Some(None));
        assert_eq!(
            (memory(1).column("other"), memory(3).column("id")),
            (None, None)
        );
        let texts = memory(1).texts("few").flatten().unwrap();
        assert_eq!(*texts, ["a", "b"].map(str::to_owned));
        assert_eq!(memory(1).texts("many"), Some(None));
        assert_eq!(keys(&path(1), || panic!("they are known")).unwrap(), hashed);
        assert_eq!(
            keys(&path(2), || Ok(vec![1])).unwrap(),
            [1],
            "they were many"
        );
        remember(&store).unwrap();
        // Nothing new: nothing is written.
        let written = || {
            std::fs::metadata(dir.path().join(FILE))
                .unwrap()
                .modified()
                .unwrap()
        };
        let before = written();
        remember(&store).unwrap();
        assert_eq!(written(), before);
        for night in 0..=u64::from(FORGOTTEN_AFTER) {
            let other = dir.path().join(format!("calls/part-f{night:023}.parquet"));
            Memory::of(&other).unwrap().keep_column("id", None);
            assert!(memory(1).column("id").is_some());
            remember(&store).unwrap();
        }
        assert!(memory(1).column("id").is_some());
        assert_eq!(memory(2).column("id"), None, "nobody has asked for it");
    }
}
