//! Tables that are kept open: replaying a log takes longer than most of what is done with it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use deltalake::kernel::Action;
use deltalake::table::state::DeltaTableState;
use deltalake::{DeltaTable, DeltaTableError};

use super::files::Files;
use super::{Delta, log};
use crate::error::Result;

/// Versions of a table that stay open: the newest, and those an earlier run is compared with. Each holds a list of all
/// files.
const VERSIONS_KEPT: usize = 3;

/// A table at a version.
#[derive(Clone)]
pub(in crate::store) struct Opened {
    /// What the library read of the log: at this version, or at an earlier one while nothing but files has changed
    /// since and all of it through this program. The columns are those of this version, the files need not be.
    read: DeltaTable,
    version: u64,
    /// Listed when they are asked for, and carried on from then.
    files: Arc<OnceLock<Files>>,
}

impl Opened {
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    /// The files of the table at `root`.
    pub(super) fn files(&self, root: &Path) -> std::result::Result<&Files, DeltaTableError> {
        if let Some(files) = self.files.get() {
            return Ok(files);
        }
        let files = Files::of_log(root, self.read.snapshot()?);
        Ok(self.files.get_or_init(|| files))
    }

    pub(super) const fn table(&self) -> &DeltaTable {
        &self.read
    }

    /// Columns and settings of the table; not its files, nor its version.
    pub(super) fn state(&self) -> std::result::Result<&DeltaTableState, DeltaTableError> {
        self.read.snapshot()
    }

    /// Whether commits have come since the log was read.
    fn is_carried(&self) -> bool {
        self.read.version() != Some(self.version)
    }
}

impl Delta<'_> {
    /// The table at its newest version, or at `version`, from the newest one before it that has been read.
    pub(super) fn load(&self, version: Option<u64>) -> Result<Option<Opened>> {
        let upto = version.unwrap_or(u64::MAX);
        let known = self
            .store
            .opened()
            .range(self.key(0)..=self.key(upto))
            .next_back()
            .map(|(_, opened)| opened.clone());
        let load = match known {
            Some(known) if version == Some(known.version) => return Ok(Some(known)),
            // An entry that is there is whole, so nothing newer is there when the next one is not.
            Some(known)
                if version.is_none() && !log::entry(&self.root, known.version + 1).exists() =>
            {
                return Ok(Some(known));
            }
            Some(Opened {
                read: mut table, ..
            }) => {
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
            Ok(table) => Ok(self.read(table)),
            // A run that died before the first commit left an empty log: as good as no table.
            Err(DeltaTableError::NotATable(_)) => Ok(None),
            Err(source) => Err(self.error(source)),
        }
    }

    /// Keeps a table that the library has just read.
    fn read(&self, table: DeltaTable) -> Option<Opened> {
        let opened = Opened {
            version: table.version()?,
            files: Arc::default(),
            read: table,
        };
        self.keep(&opened);
        Some(opened)
    }

    /// Goes on to the version that this program has just committed: the next after the one that is open, of these
    /// actions and nothing else. The log is read again only when they change the columns.
    pub(super) fn advance(&mut self, version: u64, actions: &[Action]) -> Result<()> {
        let only_files = |action: &Action| matches!(action, Action::Add(_) | Action::Remove(_));
        let opened = self.opened.take();
        self.opened = match opened {
            Some(mut opened) if version == opened.version + 1 && actions.iter().all(only_files) => {
                // No run means the versions within a run: their list becomes that of the next one, uncopied.
                if opened.is_carried() {
                    self.store.opened().remove(&self.key(opened.version));
                }
                // Listed before the version moves on: what was read of the log is older from now on.
                opened
                    .files(&self.root)
                    .map_err(|source| self.error(source))?;
                if let Some(files) = Arc::make_mut(&mut opened.files).get_mut() {
                    files.apply(&self.root, actions);
                }
                opened.version = version;
                self.keep(&opened);
                Some(opened)
            }
            _ => self.load(Some(version))?,
        };
        Ok(())
    }

    /// Keeps a version that was read, and of the others of the table the newest few.
    fn keep(&self, table: &Opened) {
        let mut opened = self.store.opened();
        opened.insert(self.key(table.version), table.clone());
        let others: Vec<u64> = opened
            .range(self.key(0)..=self.key(u64::MAX))
            .map(|((_, known), _)| *known)
            .filter(|known| *known != table.version)
            .collect();
        for old in &others[..others.len().saturating_sub(VERSIONS_KEPT - 1)] {
            opened.remove(&self.key(*old));
        }
    }

    fn key(&self, version: u64) -> (String, u64) {
        (self.name.clone(), version)
    }

    /// The application transactions of the commits after a version, or of all, as far as their entries are there.
    ///
    /// # Errors
    /// When an entry cannot be read.
    pub fn transactions_after(&self, version: Option<u64>) -> Result<BTreeSet<String>> {
        let Some(newest) = self.version() else {
            return Ok(BTreeSet::new());
        };
        let first = version.map_or(0, |version| version + 1);
        log::transactions(&self.root, first..=newest)
    }

    /// Whether a commit carried this application transaction.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn has_transaction(&self, id: &str) -> Result<bool> {
        let Some(opened) = &self.opened else {
            return Ok(false);
        };
        let runtime = &self.store.runtime;
        let mut table = opened.read.clone();
        if opened.is_carried() {
            runtime
                .block_on(table.update_incremental(Some(opened.version)))
                .map_err(|source| self.error(source))?;
        }
        let state = table.snapshot().map_err(|source| self.error(source))?;
        let log = table.log_store();
        let version = runtime
            .block_on(state.snapshot().transaction_version(log.as_ref(), id))
            .map_err(|source| self.error(source))?;
        Ok(version.is_some())
    }
}
