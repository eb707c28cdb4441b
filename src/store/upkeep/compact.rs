//! One file for each day. The program itself never writes more; other writers of Delta tables do.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use deltalake::kernel::PrimitiveType;

use crate::error::{Error, Result};
use crate::ingest::columns::record_schema;
use crate::schema::{DATE, Table};

use super::super::delta::{Content, Layout, Part, Replacement};
use super::super::runs;
use super::super::{Store, keys, merge, parquet_io, quality, stage};
use super::tables;

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compacted {
    /// The table.
    pub table: String,
    /// Days that had several files.
    pub days: usize,
    /// Files they had.
    pub files: usize,
}

/// Makes one file of every day that has several; tables without such a day are not mentioned. The rows stay the
/// same, so the newest run goes on to mean them, in their new files. The lock of the store must be held.
///
/// # Errors
/// When a file cannot be read or written.
pub fn compact(store: &Store) -> Result<Vec<Compacted>> {
    let newest = store.latest_run()?;
    let mut versions = newest.map(|run| run.versions).unwrap_or_default();
    let mut done = Vec::new();
    for name in tables(store)? {
        // Neither is divided by day.
        if [runs::TABLE, quality::TABLE].contains(&name.as_str()) {
            continue;
        }
        let mut table = store.table(&name)?;
        let before = table.version();
        let mut days: BTreeMap<Option<String>, Vec<Part>> = BTreeMap::new();
        for part in table.parts()? {
            days.entry(part.partition.clone()).or_default().push(part);
        }
        days.retain(|_, parts| parts.len() > 1);
        if days.is_empty() {
            continue;
        }
        let files = days.values().map(Vec::len).sum();
        let records = Table::by_name(&name);
        let mut replacements = Vec::new();
        let mut schema = None;
        for (day, parts) in &days {
            let (replacement, of_day) = match records {
                Some(records) => of_records(records, day.as_ref(), parts)?,
                None => of_facts(&name, day.as_ref(), parts)?,
            };
            schema.get_or_insert(of_day);
            replacements.push(replacement);
        }
        let layout = match (records, schema) {
            (Some(records), _) => merge::layout(records),
            (None, Some(schema)) => Layout {
                name: name.clone(),
                schema,
                partition: Some((DATE, PrimitiveType::Date)),
            },
            (None, None) => continue,
        };
        let committed = table.replace(&layout, replacements, None)?;
        // A run that means other rows than the newest ones keeps its files.
        if let Some(version) = versions
            .get_mut(&name)
            .filter(|known| before == Some(**known))
        {
            *version = committed.version;
        }
        done.push(Compacted {
            table: name,
            days: days.len(),
            files,
        });
    }
    if !done.is_empty()
        && store
            .latest_run()?
            .is_some_and(|run| run.versions != versions)
    {
        store.amend_newest(versions)?;
    }
    Ok(done)
}

/// Record rows in the order in which the program itself writes them.
fn of_records(
    table: &'static Table,
    day: Option<&String>,
    parts: &[Part],
) -> Result<(Replacement, SchemaRef)> {
    let schema = record_schema(table);
    let rows = together(table.name, &schema, parts)?;
    let fail = |source| Error::Arrow {
        what: table.name.to_owned(),
        source,
    };
    let rows = stage::sorted(table, rows).map_err(fail)?;
    let replacement = Replacement {
        partition: day.cloned(),
        rows: rows.num_rows() as u64,
        keys: keys::range(&rows, &keys::columns(table)),
        content: Content::Bytes(parquet_io::encode_records(table, &[rows])?),
    };
    Ok((replacement, schema))
}

/// Fact rows in the order in which readers saw them, so that sums keep their last bit.
fn of_facts(name: &str, day: Option<&String>, parts: &[Part]) -> Result<(Replacement, SchemaRef)> {
    let Some(first) = parts.first() else {
        return Err(Error::nothing(format!("{name} has no file"), ""));
    };
    let schema = parquet_io::schema_of(&first.path)?;
    let rows = together(name, &schema, parts)?;
    let replacement = Replacement {
        partition: day.cloned(),
        rows: rows.num_rows() as u64,
        keys: None,
        content: Content::Bytes(parquet_io::encode(&rows, &[])?),
    };
    Ok((replacement, schema))
}

fn together(name: &str, schema: &SchemaRef, parts: &[Part]) -> Result<RecordBatch> {
    let rows: Vec<RecordBatch> = parts
        .iter()
        .map(|part| parquet_io::read(&part.path, schema))
        .collect::<Result<_>>()?;
    concat_batches(&Arc::clone(schema), &rows).map_err(|source| Error::Arrow {
        what: name.to_owned(),
        source,
    })
}
