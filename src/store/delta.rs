//! One Delta Lake table on the local disk: list its parts, replace partitions in one commit, go back in time.
//!
//! A partition (one local date) is one Parquet file named by its content, so writing the same rows again
//! changes nothing and is recognised as such.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{
    Action, Add, DataType as DeltaType, MetadataExt, PrimitiveType, StructField, StructType,
    Transaction,
};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use tokio::runtime::Runtime;
use url::Url;

use super::keys::KeyRange;
use crate::error::{Error, Result};

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
pub struct Delta<'r> {
    root: PathBuf,
    name: String,
    runtime: &'r Runtime,
    table: Option<DeltaTable>,
}

impl<'r> Delta<'r> {
    /// Opens the table at its newest version, or at `version`; a table that was never written has no parts.
    ///
    /// # Errors
    /// When the log cannot be read or has no such version.
    pub fn open(
        store: &Path,
        name: &str,
        version: Option<u64>,
        runtime: &'r Runtime,
    ) -> Result<Self> {
        let root = store.join(name);
        let mut delta = Self {
            root,
            name: name.to_owned(),
            runtime,
            table: None,
        };
        if delta.root.join("_delta_log").is_dir() {
            let mut builder = delta.builder()?;
            if let Some(version) = version {
                builder = builder.with_version(version);
            }
            match delta.runtime.block_on(builder.load()) {
                Ok(table) => delta.table = Some(table),
                // A run that died before the first commit left an empty log: as good as no table.
                Err(DeltaTableError::NotATable(_)) => {}
                Err(source) => return Err(delta.error(source)),
            }
        }
        Ok(delta)
    }

    fn builder(&self) -> Result<DeltaTableBuilder> {
        let absolute =
            std::path::absolute(&self.root).map_err(|e| Error::io("resolve", &self.root, e))?;
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
            self.table = Some(self.create(layout)?);
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
        // The library would drop log entries after thirty days of the wall clock, and with them what `_runs`
        // refers to.
        let mut properties = CommitProperties::default().with_cleanup_expired_logs(Some(false));
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
        let commit = CommitBuilder::from(properties).with_actions(actions).build(
            Some(state.snapshot()),
            table.log_store(),
            operation,
        );
        let done = self
            .runtime
            .block_on(std::future::IntoFuture::into_future(commit))
            .map_err(|source| self.error(source))?;
        let version = done.version();
        *self = Self::open(
            self.root.parent().unwrap_or(&self.root),
            &self.name,
            Some(version),
            self.runtime,
        )?;
        Ok(Committed { version, changed })
    }

    /// Where the file of a replacement lies in the table: its name tells its content.
    #[must_use]
    pub fn place(&self, layout: &Layout, replacement: &Replacement) -> PathBuf {
        self.root.join(relative_path(layout, replacement))
    }

    fn create(&self, layout: &Layout) -> Result<DeltaTable> {
        // The library makes folders and logs that everybody may read; nobody else gets as far as them.
        super::private_dir(&self.root)?;
        let created = Self::columns(layout);
        let create = self
            .builder()?
            .build()
            .map_err(|source| self.error(source))?
            .create()
            .with_columns(created)
            .with_partition_columns(layout.partition.iter().map(|(column, _)| *column));
        self.runtime
            .block_on(std::future::IntoFuture::into_future(create))
            .map_err(|source| self.error(source))
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
                self.write(&path, &replacement.content)?;
                actions.push(Action::Add(add(layout, &path, &replacement)));
            }
        }
        Ok((actions, changed))
    }

    /// Writes a data file in the folder for what is staged and renames it, so that no half file ever bears its name.
    fn write(&self, relative: &str, content: &Content) -> Result<()> {
        let path = self.root.join(relative);
        match content {
            Content::Bytes(bytes) => {
                let store = self.root.parent().unwrap_or(&self.root);
                let staging = store.join(super::STAGING);
                super::private_dir(&staging)?;
                if let Some(folder) = path.parent() {
                    super::private_dir(folder)?;
                }
                super::write_through(&staging, &path, bytes)
            }
            Content::File { path: staged, .. } => super::move_atomically(staged, &path),
        }
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
