//! The list of a table's files: read from the log once, then carried on by what each commit adds and removes. Reading it
//! back after every commit would make a first run over many small files quadratic.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::Path;

use deltalake::kernel::{Action, Add, Remove};
use deltalake::table::state::DeltaTableState;

use super::super::keys::KeyRange;
use super::{Layout, Listed, Part, Replacement};

/// The files of a table at a version, by partition and within it by path.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Files {
    by_partition: BTreeMap<Option<String>, Vec<File>>,
    count: u64,
}

/// A file, and what takes it out of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    pub(super) listed: Listed,
    pub(super) remove: Remove,
}

impl Files {
    /// The list as the library read it from the log of the table at `root`.
    pub(super) fn of_log(root: &Path, state: &DeltaTableState) -> Self {
        let mut files = Self::default();
        for file in state.log_data().iter() {
            let mut remove = file.remove_action(true);
            // The log stays the same for the same input; the clock has no part in it.
            remove.deletion_timestamp = Some(0);
            files.insert(File {
                listed: Listed {
                    size: u64::try_from(file.size()).unwrap_or_default(),
                    name: file.path().into_owned(),
                    part: Part {
                        partition: file.partition_values_map().into_values().next().flatten(),
                        path: root.join(file.path().as_ref()),
                        rows: file.num_records().unwrap_or_default() as u64,
                        keys: file.stats().as_deref().and_then(key_range),
                    },
                },
                remove,
            });
        }
        for of_partition in files.by_partition.values_mut() {
            of_partition.sort_by(|a, b| a.listed.part.path.cmp(&b.listed.part.path));
        }
        files
    }

    /// The list after a commit of these actions.
    pub(super) fn apply(&mut self, root: &Path, actions: &[Action]) {
        for action in actions {
            match action {
                Action::Remove(remove) => self.take_out(remove),
                Action::Add(add) => {
                    let file = File::of_add(root, add);
                    let partition = file.listed.part.partition.clone();
                    self.insert(file);
                    if let Some(files) = self.by_partition.get_mut(&partition) {
                        files.sort_by(|a, b| a.listed.part.path.cmp(&b.listed.part.path));
                    }
                }
                _ => {}
            }
        }
    }

    fn insert(&mut self, file: File) {
        let partition = file.listed.part.partition.clone();
        self.by_partition.entry(partition).or_default().push(file);
        self.count += 1;
    }

    fn take_out(&mut self, remove: &Remove) {
        let values = remove.partition_values.as_ref();
        let partition = values.and_then(only_value);
        if let Some(files) = self.by_partition.get_mut(&partition) {
            let before = files.len();
            files.retain(|file| file.listed.name != remove.path);
            self.count -= (before - files.len()) as u64;
            if files.is_empty() {
                self.by_partition.remove(&partition);
            }
        }
    }

    /// How many there are.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// The files of one partition.
    pub(super) fn of(&self, partition: Option<&String>) -> &[File] {
        let files = self.by_partition.get(&partition.cloned());
        files.map(Vec::as_slice).unwrap_or_default()
    }

    /// All of them, in their order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Listed> {
        let files = self.by_partition.values().flatten();
        files.map(|file| &file.listed)
    }
}

impl File {
    /// A file that a commit adds to the table at `root`.
    fn of_add(root: &Path, add: &Add) -> Self {
        let stats = add.stats.as_deref();
        Self {
            listed: Listed {
                size: u64::try_from(add.size).unwrap_or_default(),
                name: add.path.clone(),
                part: Part {
                    partition: only_value(&add.partition_values),
                    path: root.join(&add.path),
                    rows: stats.and_then(rows).unwrap_or_default(),
                    keys: stats.and_then(key_range),
                },
            },
            remove: Remove {
                path: add.path.clone(),
                data_change: true,
                deletion_timestamp: Some(0),
                extended_file_metadata: Some(true),
                partition_values: Some(add.partition_values.clone()),
                size: Some(add.size),
                ..Remove::default()
            },
        }
    }
}

/// The value of the partition column; a table has one at most.
fn only_value(values: &HashMap<String, Option<String>>) -> Option<String> {
    values.values().next().cloned().flatten()
}

/// What puts the file of a replacement, at this path within the table's folder, into the table.
pub(super) fn add(layout: &Layout, path: &str, replacement: &Replacement) -> Add {
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

/// The statistics of a data file: how many rows, and the range of its keys.
fn stats(layout: &Layout, replacement: &Replacement) -> serde_json::Value {
    let mut stats = serde_json::json!({ "numRecords": replacement.rows });
    if let (Some(range), Some(field)) = (&replacement.keys, layout.schema.fields().first()) {
        stats["minValues"] = serde_json::json!({ field.name(): range.least });
        stats["maxValues"] = serde_json::json!({ field.name(): range.most });
    }
    stats
}

/// The rows that the statistics of a data file state.
fn rows(stats: &str) -> Option<u64> {
    let stats: serde_json::Value = serde_json::from_str(stats).ok()?;
    stats.get("numRecords")?.as_u64()
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
