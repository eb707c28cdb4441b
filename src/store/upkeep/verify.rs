//! Whether everything that the newest run refers to is there and as it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::Schema;
use arrow::util::display::array_value_to_string;
use rayon::prelude::*;

use crate::calendar;
use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::schema::Table;

use super::super::delta::{Listed, file_name};
use super::super::figures;
use super::super::quality::{self, Line, batch_id};
use super::super::runs::{self, Run};
use super::super::{Store, keys, merge, parquet_io};
use super::{lying, referred, tables};

/// Keys that are listed before the rest is only counted.
const SHOWN: usize = 5;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The table, or the file within the store.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Id of the run that was looked at.
    pub run: String,
    /// Tables.
    pub tables: usize,
    /// Files.
    pub files: usize,
    /// Rows in them.
    pub rows: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What is wrong.
    pub troubles: Vec<Trouble>,
    /// Things to know that are not wrong.
    pub notes: Vec<String>,
    /// Files that no run refers to, and their bytes.
    pub orphans: Vec<(PathBuf, u64)>,
}

/// Looks at every table at the version of the newest run: whether each file is there, of its size, with the content
/// its name says, with the rows and keys its log says; whether a key occurs once; whether the accounts of the files
/// balance, and with the rows there are. Files that nothing refers to are listed. The lock of the store must be
/// held, so that nothing changes meanwhile.
///
/// With `every`, the tables are looked at as every run left them whose files are kept; the accounts are those of
/// the newest. A file that several runs refer to is looked at once.
///
/// # Errors
/// When there is no run, or the folder cannot be listed. What is wrong with the content is no error but a finding.
pub fn verify(store: &Store, every: bool) -> Result<Verified> {
    // What is looked at is what lies on the disk.
    store.forget_opened();
    let all = store.runs()?;
    let Some(run) = all.last() else {
        return Err(Error::Store {
            root: store.root().to_owned(),
            message: "no run has finished here yet".to_owned(),
            hint: "run `kefu run INPUT` first".to_owned(),
        });
    };
    let mut found = Verified {
        run: run.id(),
        ..Verified::default()
    };
    let mut versions: BTreeMap<&str, Option<u64>> = run
        .versions
        .iter()
        .map(|(table, version)| (table.as_str(), Some(*version)))
        .collect();
    versions.insert(runs::TABLE, None);
    let mut rows = BTreeMap::new();
    for (table, version) in versions {
        found.tables += 1;
        rows.insert(table, found.table(store, table, version));
    }
    found.accounts(store, run, &rows);
    if every {
        found.earlier(store, &all)?;
    }
    found.look_for_orphans(store, &all)?;
    for (file, reason) in store.figures().damaged()? {
        found.notes.push(format!(
            "{}/{file}: {reason}; the next `kefu run` computes these figures anew",
            figures::FOLDER
        ));
    }
    Ok(found)
}

impl Verified {
    fn wrong(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.troubles.push(Trouble {
            place: place.into(),
            what: what.into(),
        });
    }

    /// Looks at a table; gives how many rows it has, unless it is damaged.
    fn table(&mut self, store: &Store, table: &str, version: Option<u64>) -> Option<u64> {
        let opened = match version {
            Some(version) => store.table_at(table, version),
            None => store.table(table),
        };
        let listed = opened.and_then(|delta| match delta.version() {
            Some(_) => delta.listed(),
            None => Err(Error::nothing("its folder or its log is gone", "")),
        });
        let files = match listed {
            Ok(files) => files,
            Err(error) => {
                self.wrong(table, error.to_string());
                return None;
            }
        };
        self.files += files.len();
        let wrong: Vec<Option<String>> = files.par_iter().map(look_at).collect();
        let mut sound = true;
        for (file, wrong) in files.iter().zip(wrong) {
            self.rows += file.part.rows;
            self.bytes += file.size;
            if let Some(what) = wrong {
                sound = false;
                self.wrong(format!("{table}/{}", file.name), what);
            }
        }
        let mut several: Vec<_> = files.iter().map(|file| &file.part.partition).collect();
        several.dedup();
        if several.len() < files.len() {
            let days = files.len() - several.len();
            self.notes.push(format!(
                "{table}: {days} files more than days; `kefu store compact` makes one file of each day"
            ));
        }
        if !sound {
            return None;
        }
        if let Some(records) = Table::by_name(table) {
            match doubled(records, &files) {
                Ok(doubled) if doubled.is_empty() => {}
                Ok(doubled) => {
                    let shown: Vec<&str> = doubled.iter().take(SHOWN).map(String::as_str).collect();
                    let more = doubled.len().saturating_sub(SHOWN);
                    let more = if more > 0 {
                        format!(" and {more} more")
                    } else {
                        String::new()
                    };
                    self.wrong(
                        table,
                        format!("keys that occur more than once: {}{more}", shown.join(", ")),
                    );
                }
                Err(error) => self.wrong(table, error.to_string()),
            }
        }
        Some(files.iter().map(|file| file.part.rows).sum())
    }

    /// Looks at the tables as earlier runs left them: all those after the newest run that misses a file, which is where
    /// a vacuum has stopped keeping.
    fn earlier(&mut self, store: &Store, all: &[Run]) -> Result<()> {
        let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
        let Some((newest, earlier)) = all.split_last() else {
            return Ok(());
        };
        for (table, version) in &newest.versions {
            let files = store.table_at(table, *version)?.parts()?;
            seen.extend(files.into_iter().map(|part| part.path));
        }
        let mut looked = 0;
        for run in earlier.iter().rev() {
            let mut files: Vec<(&str, Listed)> = Vec::new();
            let mut trimmed = false;
            for (table, version) in &run.versions {
                if !store.has_version(table, *version)? {
                    trimmed = true;
                    continue;
                }
                match store
                    .table_at(table, *version)
                    .and_then(|delta| delta.listed())
                {
                    Ok(listed) => {
                        files.extend(listed.into_iter().map(|file| (table.as_str(), file)));
                    }
                    Err(error) => self.wrong(format!("{} {table}", run.id()), error.to_string()),
                }
            }
            let gone = files
                .iter()
                .filter(|(_, file)| !file.part.path.is_file())
                .count();
            if gone > 0 || trimmed {
                self.notes.push(format!(
                    "{}: {gone} files are gone, as after `kefu store vacuum`; it and the runs before it are not looked at",
                    run.id()
                ));
                break;
            }
            files.retain(|(_, file)| seen.insert(file.part.path.clone()));
            self.files += files.len();
            let wrong: Vec<Option<String>> =
                files.par_iter().map(|(_, file)| look_at(file)).collect();
            for ((table, file), wrong) in files.iter().zip(wrong) {
                self.rows += file.part.rows;
                self.bytes += file.size;
                if let Some(what) = wrong {
                    self.wrong(format!("{table}/{} ({})", file.name, run.id()), what);
                }
            }
            looked += 1;
        }
        if looked > 0 {
            self.notes.push(format!("{looked} earlier runs looked at"));
        }
        Ok(())
    }

    /// The accounts of the files: each balances, and together they give the rows there are.
    fn accounts(&mut self, store: &Store, run: &Run, rows: &BTreeMap<&str, Option<u64>>) {
        let lines = match store.quality(run) {
            Ok(lines) => lines,
            Err(error) => return self.wrong(quality::TABLE, error.to_string()),
        };
        let mut files: BTreeMap<(&str, &str), Vec<&Line>> = BTreeMap::new();
        for line in lines.iter() {
            files
                .entry((&line.table, &line.content))
                .or_default()
                .push(line);
        }
        let sum = |lines: &[&Line], outcomes: &[&str]| -> i64 {
            let counted = lines
                .iter()
                .filter(|line| outcomes.contains(&line.outcome.as_str()));
            counted.map(|line| line.rows).sum()
        };
        let mut stored: BTreeMap<&str, i64> = BTreeMap::new();
        for ((table, content), lines) in files {
            let file = lines.first().map_or("", |line| line.file.as_str());
            let read = sum(&lines, &["read"]);
            let found = sum(&lines, &["stored", "replaced", "duplicate", "rejected"]);
            if read != found {
                self.wrong(
                    quality::TABLE,
                    format!("{file} as {table}: {read} rows read, but {found} accounted for"),
                );
            }
            let committed = run.versions.get(table).is_some_and(|version| {
                let delta = store.table_at(table, *version);
                delta.is_ok_and(|delta| {
                    delta
                        .has_transaction(&batch_id(content, table))
                        .unwrap_or(false)
                })
            });
            if committed {
                *stored.entry(table).or_default() += sum(&lines, &["stored"]);
            } else {
                self.notes.push(format!(
                    "{file} as {table}: a run died before its rows were stored; feed the file again"
                ));
            }
        }
        for (table, rows) in rows {
            let (Some(rows), Some(_)) = (rows, Table::by_name(table)) else {
                continue;
            };
            let said = stored.get(table).copied().unwrap_or_default();
            if i64::try_from(*rows) != Ok(said) {
                self.wrong(
                    *table,
                    format!("has {rows} rows, but by the accounts of its files {said} were stored"),
                );
            }
        }
    }

    fn look_for_orphans(&mut self, store: &Store, all: &[Run]) -> Result<()> {
        for table in tables(store)? {
            let referred = match referred(store, &table, all) {
                Ok(referred) => referred,
                Err(error) => {
                    // Said already when it is the newest run's.
                    self.notes
                        .push(format!("{table}: not every run can be read: {error}"));
                    continue;
                }
            };
            let lying = lying(&store.root().join(&table))?;
            let gone = referred
                .iter()
                .filter(|path| !lying.contains_key(*path))
                .count();
            let of_newest = self
                .troubles
                .iter()
                .filter(|trouble| trouble.place.starts_with(&format!("{table}/")))
                .count();
            if gone > of_newest {
                self.notes.push(format!(
                    "{table}: {} files of earlier runs are gone, as after `kefu store vacuum`",
                    gone - of_newest
                ));
            }
            // Every run leaves the list of runs before it behind.
            let left = |path: &Path| table == runs::TABLE && !super::super::is_unfinished(path);
            self.orphans.extend(
                lying
                    .into_iter()
                    .filter(|(path, _)| !referred.contains(path) && !left(path)),
            );
        }
        Ok(())
    }
}

/// What is wrong with a file, if anything.
fn look_at(file: &Listed) -> Option<String> {
    let path = &file.part.path;
    let size = match std::fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Some("is missing".to_owned());
        }
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    if size != file.size {
        return Some(format!("has {size} bytes, but {} were written", file.size));
    }
    let mut hasher = blake3::Hasher::new();
    let read =
        std::fs::File::open(path).and_then(|opened| hasher.update_reader(opened).map(|_| ()));
    if let Err(error) = read {
        return Some(format!("cannot be read: {error}"));
    }
    let hash = hasher.finalize().to_hex();
    let named = path.file_name().unwrap_or_default();
    // Files of other writers bear no hash.
    let of_ours = named.to_string_lossy().len() == file_name(&hash).len();
    if of_ours && named != file_name(&hash).as_str() {
        return Some(
            "has another content than was written: its hash is not that of its name".to_owned(),
        );
    }
    match parquet_io::rows_of(path) {
        Ok(rows) if rows == file.part.rows => None,
        Ok(rows) => Some(format!(
            "holds {rows} rows, but its log says {}",
            file.part.rows
        )),
        Err(error) => Some(error.to_string()),
    }
    .or_else(|| wrong_range(file))
}

/// Whether the keys lie in the range that the log says, which decides where a late row is looked for.
fn wrong_range(file: &Listed) -> Option<String> {
    let said = file.part.keys.as_ref()?;
    // The range is of the first column of the file.
    let schema = parquet_io::schema_of(&file.part.path).ok()?;
    let first = Arc::new(Schema::new(vec![schema.fields().first()?.clone()]));
    let rows = parquet_io::read(&file.part.path, &first).ok()?;
    let found = keys::range(&rows, &[0])?;
    (found != *said).then(|| {
        format!(
            "has keys from {} to {}, but its log says {} to {}",
            found.least, found.most, said.least, said.most
        )
    })
}

/// Keys that occur more than once in a table, on one day or on several.
fn doubled(table: &'static Table, files: &[Listed]) -> Result<Vec<String>> {
    let key = keys::columns(table);
    let schema = record_schema(table)
        .project(&key)
        .map_err(|source| Error::Arrow {
            what: table.name.to_owned(),
            source,
        })?;
    let schema = Arc::new(schema);
    let read = |file: &Listed| -> Result<RecordBatch> {
        let day = file
            .part
            .partition
            .as_deref()
            .and_then(|day| day.parse().ok());
        merge::read_file(&file.part.path, day.map(calendar::epoch_days), &schema)
    };
    // Hashes first: eight bytes a key. Only keys whose hash comes twice are compared.
    let mut hashes: Vec<u64> = Vec::new();
    for file in files {
        let rows = read(file)?;
        let columns: Vec<&ArrayRef> = rows.columns().iter().collect();
        hashes.extend(keys::hashes(&columns));
    }
    hashes.par_sort_unstable();
    let suspects: BTreeSet<u64> = hashes
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    if suspects.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen: AHashMap<String, u64> = AHashMap::new();
    for file in files {
        let rows = read(file)?;
        let columns: Vec<&ArrayRef> = rows.columns().iter().collect();
        for (row, hash) in keys::hashes(&columns).into_iter().enumerate() {
            if suspects.contains(&hash) {
                let texts: Vec<String> = columns
                    .iter()
                    .map(|column| array_value_to_string(column, row).unwrap_or_default())
                    .collect();
                *seen.entry(texts.join(" ")).or_default() += 1;
            }
        }
    }
    let mut doubled: Vec<String> = seen
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(key, _)| key)
        .collect();
    doubled.sort();
    Ok(doubled)
}
