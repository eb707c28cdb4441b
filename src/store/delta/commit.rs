//! Writing a table: its files, the next entry of its log, and the checkpoints that sum the log up.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, TimeUnit};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{
    Action, DataType as DeltaType, MetadataExt, PrimitiveType, StructField, StructType, Transaction,
};
use deltalake::logstore::CommitOrBytes;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTableBuilder, DeltaTableError};
use url::Url;

use super::opened::Opened;
use super::{Content, Delta, Layout, Replacement, file_name, files, log};
use crate::error::{Error, Result};

/// Commits from one checkpoint to the next of a table of few files: reading one replays as many entries at most.
const CHECKPOINT_EVERY: u64 = 25;

/// Files with which a table is summed up half as often, and with twice as many half as often again.
const FILES_PER_STEP: u64 = 1000;

impl Delta<'_> {
    pub(super) fn builder(&self, root: &Path) -> Result<DeltaTableBuilder> {
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

    /// Writes the next entry of the log; the files it names are on disk. The library writes the entry's text, but not
    /// the file: it would not wait for the disk.
    pub(super) fn commit(
        &self,
        opened: &Opened,
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
        let state = opened.state().map_err(|source| self.error(source))?;
        let version = opened.version() + 1;
        let commit = CommitBuilder::from(properties).with_actions(actions).build(
            Some(state.snapshot()),
            opened.table().log_store(),
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
        crate::store::private_dir(&staging)?;
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

    /// Whether a version is to be summed up. A sum repeats every file, so tables of many files are summed up less often:
    /// what sums cost per commit stays the same while a table grows.
    pub(super) const fn sums_up(version: u64, files: u64) -> bool {
        let every = CHECKPOINT_EVERY * (files / FILES_PER_STEP + 1).next_power_of_two();
        (version + 1).is_multiple_of(every)
    }

    /// Sums up the log, so that readers need not replay it from its beginning.
    /// It is written aside, and put in place when it is on disk: readers begin with the newest one.
    pub(super) fn checkpoint(&self, version: u64) -> Result<()> {
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
        crate::store::private_dir(&staging)?;
        tempfile::Builder::new()
            .prefix("table-")
            .tempdir_in(&staging)
            .map_err(|error| Error::io("create a folder in", &staging, error))
    }

    /// Makes the table: its log is written aside and put in place when it is on disk.
    pub(super) fn create(&self, layout: &Layout) -> Result<()> {
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
        crate::store::lasting_dir(&self.root)?;
        let put = || -> std::io::Result<()> {
            crate::store::sync_folder(&from)?;
            if to.is_dir() {
                // Of a run that died before its first commit: empty.
                std::fs::remove_dir(&to)?;
            }
            std::fs::rename(&from, &to)?;
            crate::store::sync_folder(&self.root)
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
    pub(super) fn evolution(&self, opened: &Opened, layout: &Layout) -> Result<Option<Action>> {
        let state = opened.state().map_err(|source| self.error(source))?;
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

    /// Writes the files of the replacements that change something; gives what brings them into the table and takes the
    /// old ones out, and the number of partitions that change.
    pub(super) fn actions(
        &self,
        opened: &Opened,
        layout: &Layout,
        replacements: Vec<Replacement>,
    ) -> Result<(Vec<Action>, usize)> {
        let active = self.files(opened)?;
        let mut actions = Vec::new();
        let mut changed = 0;
        let mut folders = BTreeSet::new();
        for replacement in replacements {
            let old = active.of(replacement.partition.as_ref());
            let path = relative_path(layout, &replacement);
            let same = match old {
                [] => replacement.rows == 0,
                [only] => replacement.rows > 0 && only.listed.name == path,
                _ => false,
            };
            if same {
                continue;
            }
            changed += 1;
            let others = old.iter().filter(|old| old.listed.name != path);
            actions.extend(others.map(|old| Action::Remove(old.remove.clone())));
            if replacement.rows > 0 {
                folders.insert(self.write(&path, &replacement.content)?);
                folders.insert(self.root.clone());
                actions.push(Action::Add(files::add(layout, &path, &replacement)));
            }
        }
        // A name that is not on disk does not outlive the power. When all are given, one wait for the disk brings most
        // of them there.
        crate::store::sync_folders(&folders.into_iter().collect::<Vec<_>>())?;
        Ok((actions, changed))
    }

    /// Writes a data file in the folder for what is staged and renames it, so that no half file ever bears its name.
    /// Gives the folder that it lies in now.
    fn write(&self, relative: &str, content: &Content) -> Result<PathBuf> {
        let path = self.root.join(relative);
        let folder = path.parent().unwrap_or(&self.root).to_owned();
        crate::store::private_dir(&folder)?;
        match content {
            Content::Bytes(bytes) => {
                let staging = self.store.staging();
                crate::store::private_dir(&staging)?;
                crate::store::write_through(&staging, &path, bytes)?;
            }
            Content::File { path: staged, .. } => crate::store::move_atomically(staged, &path)?,
        }
        Ok(folder)
    }
}

pub(super) fn relative_path(layout: &Layout, replacement: &Replacement) -> String {
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
