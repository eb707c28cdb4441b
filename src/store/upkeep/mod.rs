//! Keeping a store in order: whether it is sound, which files it needs, how many files a day has.

mod compact;
mod vacuum;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::runs::{self, Run};
use super::{Store, is_unfinished, quality};
use crate::schema::TABLES;
use crate::schema::facts::FACTS;

pub use compact::{Compacted, compact};
pub use vacuum::{Removed, Vacuumed, vacuum};
pub use verify::{Trouble, Verified, verify};

/// Names of the tables of a store: the program's own, and what its runs know. Another folder that somebody put
/// there is nobody's business.
fn tables(store: &Store) -> Result<BTreeSet<String>> {
    let own = TABLES.iter().map(|table| table.name);
    let facts = FACTS.iter().map(|fact| fact.name);
    let names = own.chain(facts).chain([runs::TABLE, quality::TABLE]);
    let mut tables: BTreeSet<String> = names.map(str::to_owned).collect();
    for run in store.runs()? {
        tables.extend(run.versions.into_keys());
    }
    tables.retain(|name| store.root().join(name).join("_delta_log").is_dir());
    Ok(tables)
}

/// The data files that lie in a table's folder, referred to or not: path → bytes.
fn lying(root: &Path) -> Result<BTreeMap<PathBuf, u64>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |error| Error::io("list", &folder, error);
        for entry in std::fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let path = entry.path();
            let kind = entry.file_type().map_err(fail)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if kind.is_dir() && name != "_delta_log" {
                folders.push(path);
            } else if kind.is_file()
                && (is_unfinished(&path) || path.extension().is_some_and(|end| end == "parquet"))
            {
                found.insert(path, entry.metadata().map_err(fail)?.len());
            }
        }
    }
    Ok(found)
}

/// The data files of a table that these runs refer to, and those of its newest version, which the next run
/// starts from.
fn referred(store: &Store, table: &str, kept: &[Run]) -> Result<BTreeSet<PathBuf>> {
    let newest = store.table(table)?;
    let mut files: BTreeSet<PathBuf> = newest.parts()?.into_iter().map(|part| part.path).collect();
    // The record of the runs is read at its newest version only.
    if table == runs::TABLE {
        return Ok(files);
    }
    let versions: BTreeSet<u64> = kept
        .iter()
        .filter_map(|run| run.versions.get(table).copied())
        .filter(|version| newest.version() != Some(*version))
        .collect();
    for version in versions {
        // A vacuum has taken it away with its files.
        if !store.has_version(table, version)? {
            continue;
        }
        let parts = store.table_at(table, version)?.parts()?;
        files.extend(parts.into_iter().map(|part| part.path));
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
