//! Removing the files that no kept run refers to, and what only earlier runs need of the logs.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::settings::Retention;

use super::super::runs::{self, Run};
use super::super::{Store, log};
use super::{lying, referred, tables};

/// A file that is gone, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Where it lay.
    pub path: PathBuf,
    /// Bytes in it.
    pub size: u64,
}

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vacuumed {
    /// Ids of the oldest and newest run that can be read.
    pub kept: Option<(String, String)>,
    /// Number of runs that can be read.
    pub runs: usize,
    /// The files.
    pub removed: Vec<Removed>,
}

/// Removes every data file that neither one of the newest `keep` runs nor the newest version of a table refers
/// to, and the entries of the logs that only earlier runs need; with `dry` it only says which. The lock of the store
/// must be held.
///
/// Nothing is removed before everything that is kept is known: an unreadable log stops it.
///
/// # Errors
/// When fewer runs than reports need would be kept, a log cannot be read, or a file cannot be removed.
pub fn vacuum(store: &Store, keep: u64, dry: bool) -> Result<Vacuumed> {
    if keep < Retention::LEAST_RUNS {
        return Err(Error::usage(
            format!("{keep} runs are too few to keep"),
            format!(
                "keep at least {}: a report compares its run with the one before",
                Retention::LEAST_RUNS
            ),
        ));
    }
    let all = store.runs()?;
    let first = all
        .len()
        .saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    let kept = all.get(first..).unwrap_or_default();
    let mut removed = Vec::new();
    for table in tables(store)? {
        let needed = referred(store, &table, kept)?;
        let lying = lying(&store.root().join(&table))?;
        removed.extend(
            lying
                .into_iter()
                .filter(|(path, _)| !needed.contains(path))
                .map(|(path, size)| Removed { path, size }),
        );
        removed.extend(outlived(store, &table, kept)?);
    }
    if !dry {
        for file in &removed {
            std::fs::remove_file(&file.path)
                .map_err(|error| Error::io("remove", &file.path, error))?;
            // The folder of a day that has no file left; others refuse to go.
            if let Some(folder) = file
                .path
                .parent()
                .filter(|folder| folder.parent() != Some(store.root()))
            {
                let _ = std::fs::remove_dir(folder);
            }
        }
    }
    let ends = kept.first().zip(kept.last());
    Ok(Vacuumed {
        kept: ends.map(|(oldest, newest)| (oldest.id(), newest.id())),
        runs: kept.len(),
        removed,
    })
}

/// What of a table's log no kept run needs. A log that is never cut grows by entries every night, for ever.
fn outlived(store: &Store, table: &str, kept: &[Run]) -> Result<Vec<Removed>> {
    let Some(newest) = store.table(table)?.version() else {
        return Ok(Vec::new());
    };
    // The record of the runs is read at its newest version only.
    let least = kept
        .iter()
        .filter(|_| table != runs::TABLE)
        .filter_map(|run| run.versions.get(table).copied())
        .fold(newest, u64::min);
    let size = |path: PathBuf| -> Result<Removed> {
        let data = std::fs::metadata(&path).map_err(|error| Error::io("read", &path, error))?;
        Ok(Removed {
            size: data.len(),
            path,
        })
    };
    let paths = log::before(&store.root().join(table), least)?;
    paths.into_iter().map(size).collect()
}
