//! One Delta Lake table on the local disk: list its parts, replace partitions in one commit, go back in time.
//!
//! A partition (one local date) is one Parquet file named by its content, so writing the same rows again
//! changes nothing and is recognised as such.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{
    Action, Add, DataType as DeltaType, MetadataExt, PrimitiveType, StructField, StructType,
    Transaction,
};
use deltalake::logstore::CommitOrBytes;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use url::Url;

use super::keys::KeyRange;
use super::{Store, log};
use crate::error::{Error, Result};

/// Commits from one checkpoint to the next: reading a table replays as many entries at most.
const CHECKPOINT_EVERY: u64 = 25;

/// Versions of a table that stay open: the newest, and those an earlier run is compared with. Each holds a list of all
/// files; a first run over a year of nightly exports makes a thousand versions.
const VERSIONS_KEPT: usize = 3;

/// A table's name, columns and partition column.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Folder name in the store.
    pub name: String,
    /// The columns of its files.
    pub schema: SchemaRef,
    /// The partition column and its type in Delta, which is not among the columns of the files.
    pub partition: Option<(&'static str, PrimitiveType)>,
}

/// One data file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Value of the partition column; `None` for null or an unpartitioned table.
    pub partition: Option<String>,
    /// Where it lies.
    pub path: PathBuf,
    /// Rows in it.
    pub rows: u64,
    /// Range of the first key column, where it is known.
    pub keys: Option<KeyRange>,
}

/// A data file with what the log says of it besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The file.
    pub part: Part,
    /// Bytes in it.
    pub size: u64,
    /// Its path within the table's folder.
    pub name: String,
}

/// The new content of one partition; no rows means that it vanishes.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// Value of the partition column.
    pub partition: Option<String>,
    /// A Parquet file.
    pub content: Content,
    /// Rows in it.
    pub rows: u64,
    /// Range of the first key column, where there is one.
    pub keys: Option<KeyRange>,
}

/// A Parquet file on its way into a table.
#[derive(Debug, Clone)]
pub enum Content {
    /// In memory; empty when there are no rows.
    Bytes(Vec<u8>),
    /// On disk in the store's own file system; it is moved to its place.
    File {
        /// Where it lies.
        path: PathBuf,
        /// BLAKE3 of it in hex.
        hash: String,
        /// Bytes in it.
        size: u64,
    },
}

impl Content {
    fn hash(&self) -> String {
        match self {
            Self::Bytes(bytes) => blake3::hash(bytes).to_hex().to_string(),
            Self::File { hash, .. } => hash.clone(),
        }
    }

    const fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { size, .. } => *size,
        }
    }
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The table's version afterwards.
    pub version: u64,
    /// Partitions whose content changed.
    pub changed: usize,
}

/// A table of the store.
pub struct Delta<'s> {
    store: &'s Store,
    root: PathBuf,
    name: String,
    table: Option<DeltaTable>,
}

impl<'s> Delta<'s> {
    /// Opens the table at its newest version, or at `version`; a table that was never written has no parts.
    ///
    /// # Errors
    /// When the log cannot be read or has no such version.
    pub fn open(store: &'s Store, name: &str, version: Option<u64>) -> Result<Self> {
        let mut delta = Self {
            store,
            root: store.root.join(name),
            name: name.to_owned(),
            table: None,
        };
        if delta.root.join(log::FOLDER).is_dir() {
            delta.table = delta.load(version)?;
        }
        Ok(delta)
    }

    /// The table at its newest version, or at `version`, from the newest one before it that has been read.
    fn load(&self, version: Option<u64>) -> Result<Option<DeltaTable>> {
        let upto = version.unwrap_or(u64::MAX);
        let key = |version| (self.name.clone(), version);
        let known = self
            .store
            .opened()
            .range(key(0)..=key(upto))
            .next_back()
            .map(|((_, known), table)| (*known, table.clone()));
        let load = match known {
            Some((known, table)) if version == Some(known) => return Ok(Some(table)),
            // An entry that is there is whole, so nothing newer is there when the next one is not.
            Some((known, table))
                if version.is_none() && !log::entry(&self.root, known + 1).exists() =>
            {
                return Ok(Some(table));
            }
            Some((_, mut table)) => {
                let updated = self
                    .store
                    .runtime
                    .block_on(table.update_incremental(version));
                updated.map(|()| table)
            }
            None => {
                let mut builder = self.builder(&self.root)?;
                if let Some(version) = version {
                    builder = builder.with_version(version);
                }
                self.store.runtime.block_on(builder.load())
            }
        };
        match load {
            Ok(table) => {
                if let Some(version) = table.version() {
                    self.keep(version, &table);
                }
                Ok(Some(table))
            }
            // A run that died before the first commit left an empty log: as good as no table.
            Err(DeltaTableError::NotATable(_)) => Ok(None),
            Err(source) => Err(self.error(source)),
        }
    }

    /// Keeps a version that was read, and of the others of the table the newest few.
    fn keep(&self, version: u64, table: &DeltaTable) {
        let key = |version| (self.name.clone(), version);
        let mut opened = self.store.opened();
        opened.insert(key(version), table.clone());
        let others: Vec<u64> = opened
            .range(key(0)..=key(u64::MAX))
            .map(|((_, known), _)| *known)
            .filter(|known| *known != version)
            .collect();
        for old in &others[..others.len().saturating_sub(VERSIONS_KEPT - 1)] {
            opened.remove(&key(*old));
        }
    }

    fn builder(&self, root: &Path) -> Result<DeltaTableBuilder> {
        let absolute = std::path::absolute(root).map_err(|e| Error::io("resolve", root, e))?;
        let url = Url::from_directory_path(&absolute).map_err(|()| {
            Error::io(
                "address",
                &absolute,
                std::io::Error::other("not a local folder"),
            )
        })?;
        DeltaTableBuilder::from_url(url).map_err(|source| self.error(source))
    }

    fn error(&self, source: DeltaTableError) -> Error {
        Error::Delta {
            table: self.name.clone(),
            source: Box::new(source),
        }
    }

    /// The version that is open; `None` before the first commit.
    #[must_use]
    pub fn version(&self) -> Option<u64> {
        self.table.as_ref().and_then(DeltaTable::version)
    }

    /// The data files, ordered by partition.
    ///
    /// # Errors
    /// When the log does not hold together.
    pub fn parts(&self) -> Result<Vec<Part>> {
        let listed = self.listed()?;
        Ok(listed.into_iter().map(|listed| listed.part).collect())
    }

    /// The data files with everything the log says of them, ordered by partition.
    ///
    /// # Errors
    /// When the log does not hold together.
    pub fn listed(&self) -> Result<Vec<Listed>> {
        let Some(table) = &self.table else {
            return Ok(Vec::new());
        };
        let state = table.snapshot().map_err(|source| self.error(source))?;
        let mut files: Vec<Listed> = state
            .log_data()
            .iter()
            .map(|file| Listed {
                size: u64::try_from(file.size()).unwrap_or_default(),
                name: file.path().into_owned(),
                part: Part {
                    partition: file.partition_values_map().into_values().next().flatten(),
                    path: self.root.join(file.path().as_ref()),
                    rows: file.num_records().unwrap_or_default() as u64,
                    keys: file.stats().as_deref().and_then(key_range),
                },
            })
            .collect();
        files.sort_by(|a, b| {
            let order = |file: &Listed| (file.part.partition.clone(), file.part.path.clone());
            order(a).cmp(&order(b))
        });
        Ok(files)
    }

    /// Whether a commit carried this application transaction.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn has_transaction(&self, id: &str) -> Result<bool> {
        let Some(table) = &self.table else {
            return Ok(false);
        };
        let state = table.snapshot().map_err(|source| self.error(source))?;
        let log = table.log_store();
        let version = self
            .store
            .runtime
            .block_on(state.snapshot().transaction_version(log.as_ref(), id))
            .map_err(|source| self.error(source))?;
        Ok(version.is_some())
    }

    /// Replaces whole partitions in one commit, which also carries `transaction` when given. Partitions whose
    /// content stays the same are left alone; when none changes and there is no transaction, nothing is
    /// committed.
    ///
    /// # Errors
    /// When a file cannot be written or the commit is refused.
    pub fn replace(
        &mut self,
        layout: &Layout,
        replacements: Vec<Replacement>,
        transaction: Option<&str>,
    ) -> Result<Committed> {
        if self.table.is_none() {
            self.create(layout)?;
            self.table = self.load(None)?;
        }
        let Some(table) = &self.table else {
            return Ok(Committed {
                version: 0,
                changed: 0,
            });
        };
        let (mut actions, changed) = self.actions(table, layout, replacements)?;
        if !actions.is_empty() {
            actions.extend(self.evolution(table, layout)?);
        }
        if actions.is_empty() && transaction.is_none() {
            return Ok(Committed {
                version: table.version().unwrap_or_default(),
                changed: 0,
            });
        }
        let version = self.commit(table, layout, actions, transaction)?;
        self.table = self.load(Some(version))?;
        if (version + 1).is_multiple_of(CHECKPOINT_EVERY) {
            self.checkpoint(version)?;
        }
        Ok(Committed { version, changed })
    }

    /// Writes the next entry of the log; the files it names are on disk. The library writes the entry's text, but not
    /// the file: it would not wait for the disk.
    fn commit(
        &self,
        table: &DeltaTable,
        layout: &Layout,
        actions: Vec<Action>,
        transaction: Option<&str>,
    ) -> Result<u64> {
        let mut properties = CommitProperties::default();
        if let Some(id) = transaction {
            properties = properties.with_application_transaction(Transaction::new(id, 1));
        }
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: layout
                .partition
                .as_ref()
                .map(|(column, _)| vec![(*column).to_owned()]),
            predicate: None,
        };
        let state = table.snapshot().map_err(|source| self.error(source))?;
        let version = state.version() + 1;
        let commit = CommitBuilder::from(properties).with_actions(actions).build(
            Some(state.snapshot()),
            table.log_store(),
            operation,
        );
        let prepared = self
            .store
            .runtime
            .block_on(commit.into_prepared_commit_future())
            .map_err(|source| self.error(source))?;
        let path = log::entry(&self.root, version);
        let CommitOrBytes::LogBytes(entry) = prepared.commit_or_bytes() else {
            let unknown = std::io::Error::other("the entry is not in memory");
            return Err(Error::io("write", &path, unknown));
        };
        let staging = self.store.staging();
        super::private_dir(&staging)?;
        log::write_entry(&staging, &self.root, version, entry).map_err(|error| {
            if error.kind() == std::io::ErrorKind::AlreadyExists {
                Error::Store {
                    root: self.store.root.clone(),
                    message: format!("another program has written to {} meanwhile", self.name),
                    hint: "wait until it is done and run again".to_owned(),
                }
            } else {
                Error::io("write", &path, error)
            }
        })?;
        Ok(version)
    }

    /// Sums up the log, so that readers need not replay it from its beginning.
    /// It is written aside, and put in place when it is on disk: readers begin with the newest one.
    fn checkpoint(&self, version: u64) -> Result<()> {
        let aside = self.aside()?;
        log::link_needed(&self.root, aside.path(), version)?;
        let builder = self.builder(aside.path())?.with_version(version);
        let made = async {
            let table = builder.load().await?;
            deltalake::checkpoints::create_checkpoint(&table, None).await
        };
        let runtime = &self.store.runtime;
        runtime
            .block_on(made)
            .map_err(|source| self.error(source))?;
        log::place_checkpoint(aside.path(), &self.root, version)
    }

    /// A folder for what is not part of the table yet.
    fn aside(&self) -> Result<tempfile::TempDir> {
        let staging = self.store.staging();
        super::private_dir(&staging)?;
        tempfile::Builder::new()
            .prefix("table-")
            .tempdir_in(&staging)
            .map_err(|error| Error::io("create a folder in", &staging, error))
    }

    /// Where the file of a replacement lies in the table: its name tells its content.
    #[must_use]
    pub fn place(&self, layout: &Layout, replacement: &Replacement) -> PathBuf {
        self.root.join(relative_path(layout, replacement))
    }

    /// Makes the table: its log is written aside and put in place when it is on disk.
    fn create(&self, layout: &Layout) -> Result<()> {
        let aside = self.aside()?;
        let created = Self::columns(layout);
        let create = self
            .builder(aside.path())?
            .build()
            .map_err(|source| self.error(source))?
            .create()
            .with_columns(created)
            .with_partition_columns(layout.partition.iter().map(|(column, _)| *column));
        self.store
            .runtime
            .block_on(std::future::IntoFuture::into_future(create))
            .map_err(|source| self.error(source))?;
        let (from, to) = (aside.path().join(log::FOLDER), self.root.join(log::FOLDER));
        log::sync_file(&log::entry(aside.path(), 0))?;
        // The library makes folders and logs that everybody may read; nobody else gets as far as them.
        super::lasting_dir(&self.root)?;
        let put = || -> std::io::Result<()> {
            super::sync_folder(&from)?;
            if to.is_dir() {
                // Of a run that died before its first commit: empty.
                std::fs::remove_dir(&to)?;
            }
            std::fs::rename(&from, &to)?;
            super::sync_folder(&self.root)
        };
        put().map_err(|error| Error::io("write", &to, error))
    }

    /// The columns that a layout has in Delta.
    fn columns(layout: &Layout) -> Vec<StructField> {
        let mut columns: Vec<StructField> = layout
            .schema
            .fields()
            .iter()
            .map(|field| StructField::new(field.name(), delta_type(field.data_type()), true))
            .collect();
        if let Some((column, kind)) = &layout.partition {
            columns.push(StructField::new(
                *column,
                DeltaType::Primitive(kind.clone()),
                true,
            ));
        }
        columns
    }

    /// What makes the table's columns those of the layout, when they are others: an earlier version of the program
    /// has made it. Rows in files of before read as null where they lack a column.
    fn evolution(&self, table: &DeltaTable, layout: &Layout) -> Result<Option<Action>> {
        let state = table.snapshot().map_err(|source| self.error(source))?;
        let wanted = StructType::try_new(Self::columns(layout))
            .map_err(|source| self.error(DeltaTableError::from(source)))?;
        let known = state.schema();
        let differs = wanted
            .fields()
            .any(|field| known.field(field.name()) != Some(field));
        if !differs {
            return Ok(None);
        }
        // A column that is no longer written stays: earlier versions have it.
        let mut columns: Vec<StructField> = known
            .fields()
            .filter(|field| wanted.field(field.name()).is_none())
            .cloned()
            .collect();
        let mut all: Vec<StructField> = wanted.fields().cloned().collect();
        all.append(&mut columns);
        let evolved =
            StructType::try_new(all).map_err(|source| self.error(DeltaTableError::from(source)))?;
        let metadata = state
            .metadata()
            .clone()
            .with_schema(&evolved)
            .map_err(|source| self.error(DeltaTableError::from(source)))?;
        Ok(Some(Action::Metadata(metadata)))
    }

    fn actions(
        &self,
        table: &DeltaTable,
        layout: &Layout,
        replacements: Vec<Replacement>,
    ) -> Result<(Vec<Action>, usize)> {
        let state = table.snapshot().map_err(|source| self.error(source))?;
        let mut active: BTreeMap<Option<String>, Vec<(String, deltalake::kernel::Remove)>> =
            BTreeMap::new();
        for file in state.log_data().iter() {
            let partition = file.partition_values_map().into_values().next().flatten();
            let entry = (file.path().into_owned(), file.remove_action(true));
            active.entry(partition).or_default().push(entry);
        }
        let mut actions = Vec::new();
        let mut changed = 0;
        let mut folders = BTreeSet::new();
        for replacement in replacements {
            let old = active.remove(&replacement.partition).unwrap_or_default();
            let path = relative_path(layout, &replacement);
            let same = match old.as_slice() {
                [] => replacement.rows == 0,
                [(only, _)] => replacement.rows > 0 && *only == path,
                _ => false,
            };
            if same {
                continue;
            }
            changed += 1;
            for (old_path, mut remove) in old {
                if old_path != path {
                    remove.deletion_timestamp = Some(0);
                    actions.push(Action::Remove(remove));
                }
            }
            if replacement.rows > 0 {
                folders.insert(self.write(&path, &replacement.content)?);
                folders.insert(self.root.clone());
                actions.push(Action::Add(add(layout, &path, &replacement)));
            }
        }
        // A name that is not on disk does not outlive the power. When all are given, one wait for the disk brings most
        // of them there.
        super::sync_folders(&folders.into_iter().collect::<Vec<_>>())?;
        Ok((actions, changed))
    }

    /// Writes a data file in the folder for what is staged and renames it, so that no half file ever bears its name.
    /// Gives the folder that it lies in now.
    fn write(&self, relative: &str, content: &Content) -> Result<PathBuf> {
        let path = self.root.join(relative);
        let folder = path.parent().unwrap_or(&self.root).to_owned();
        super::private_dir(&folder)?;
        match content {
            Content::Bytes(bytes) => {
                let staging = self.store.staging();
                super::private_dir(&staging)?;
                super::write_through(&staging, &path, bytes)?;
            }
            Content::File { path: staged, .. } => super::move_atomically(staged, &path)?,
        }
        Ok(folder)
    }
}

/// The statistics of a data file: how many rows, and the range of its keys.
fn stats(layout: &Layout, replacement: &Replacement) -> serde_json::Value {
    let mut stats = serde_json::json!({ "numRecords": replacement.rows });
    if let (Some(range), Some(field)) = (&replacement.keys, layout.schema.fields().first()) {
        stats["minValues"] = serde_json::json!({ field.name(): range.least });
        stats["maxValues"] = serde_json::json!({ field.name(): range.most });
    }
    stats
}

/// The range of keys that the statistics of a data file state.
fn key_range(stats: &str) -> Option<KeyRange> {
    let stats: serde_json::Value = serde_json::from_str(stats).ok()?;
    let only = |side: &str| -> Option<String> {
        let values = stats.get(side)?.as_object()?;
        Some(values.values().next()?.as_str()?.to_owned())
    };
    Some(KeyRange {
        least: only("minValues")?,
        most: only("maxValues")?,
    })
}

fn add(layout: &Layout, path: &str, replacement: &Replacement) -> Add {
    let partition_values: HashMap<String, Option<String>> = layout
        .partition
        .iter()
        .map(|(column, _)| ((*column).to_owned(), replacement.partition.clone()))
        .collect();
    Add {
        path: path.to_owned(),
        size: i64::try_from(replacement.content.size()).unwrap_or(i64::MAX),
        partition_values,
        // The log stays the same for the same input; the clock has no part in it.
        modification_time: 0,
        data_change: true,
        stats: Some(stats(layout, replacement).to_string()),
        ..Add::default()
    }
}

/// The name of a file with this hash of its content.
#[must_use]
pub fn file_name(hash: &str) -> String {
    format!("part-{}.parquet", hash.get(..24).unwrap_or(hash))
}

fn relative_path(layout: &Layout, replacement: &Replacement) -> String {
    let name = file_name(&replacement.content.hash());
    match &layout.partition {
        Some((column, _)) => {
            let value = replacement
                .partition
                .as_deref()
                .unwrap_or("__HIVE_DEFAULT_PARTITION__");
            format!("{column}={value}/{name}")
        }
        None => name,
    }
}

/// The Delta type of an Arrow type this program writes.
fn delta_type(arrow: &DataType) -> DeltaType {
    DeltaType::Primitive(match arrow {
        DataType::Int64 => PrimitiveType::Long,
        DataType::Int32 => PrimitiveType::Integer,
        DataType::Int8 => PrimitiveType::Byte,
        DataType::Float64 => PrimitiveType::Double,
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Date32 => PrimitiveType::Date,
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => PrimitiveType::Timestamp,
        _ => PrimitiveType::String,
    })
}
