//! Ids that are looked for in the files of many days: most files say by their least and greatest id that they have none.

use ahash::AHashSet;
use polars::prelude::*;
use rayon::prelude::*;

use super::events::each;
use super::windows::{among, hash};
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;
use crate::store::parquet_io::Footer;

/// A set of ids; that two share a hash costs a look at rows that are not asked for.
#[derive(Clone, Default)]
pub struct Sought {
    hashes: AHashSet<u64>,
    /// In order, for the files whose ids lie between two of them.
    ids: Vec<String>,
}

impl FromIterator<String> for Sought {
    fn from_iter<I: IntoIterator<Item = String>>(ids: I) -> Self {
        let mut ids: Vec<String> = ids.into_iter().collect();
        ids.par_sort_unstable();
        ids.dedup();
        Self {
            hashes: ids.iter().map(|id| hash(id)).collect(),
            ids,
        }
    }
}

impl Sought {
    /// All ids in some columns of some files.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn all<'p>(of: impl IntoIterator<Item = (&'p [Part], &'p str)>) -> Result<Self> {
        let mut all = Vec::new();
        for (parts, column) in of {
            let ids = each(parts, column, |id| Some(id.to_owned()))?;
            all.extend(ids.into_iter().flatten());
        }
        Ok(all.into_iter().collect())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether an id is among them.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.hashes.contains(&hash(id))
    }

    /// The same with more ids.
    #[must_use]
    pub fn with(self, more: impl IntoIterator<Item = String>) -> Self {
        self.ids.into_iter().chain(more).collect()
    }

    /// The rows that have one of them in a column.
    ///
    /// # Errors
    /// When it is no text.
    pub fn rows(&self, rows: &DataFrame, column: &str) -> Result<DataFrame> {
        self.rows_of_any(rows, &[column])
    }

    /// The rows that have one of them in one of these columns.
    ///
    /// # Errors
    /// When one is no text.
    pub fn rows_of_any(&self, rows: &DataFrame, columns: &[&str]) -> Result<DataFrame> {
        let mut any = BooleanChunked::full("any".into(), false, rows.height());
        for column in columns {
            any = any | among(rows, column, |id| self.hashes.contains(&id))?;
        }
        rows.filter(&any).computing("rows with some ids")
    }

    /// Whether a file may have one of them in a column, by what it says of itself.
    fn within(&self, part: &Part, column: &str) -> Result<bool> {
        let between = |least: &[u8], most: &[u8]| {
            let first = self.ids.partition_point(|id| id.as_bytes() < least);
            self.ids.get(first).is_some_and(|id| id.as_bytes() <= most)
        };
        Ok(!self.is_empty() && Footer::of(&part.path).reaches(column, between)?)
    }

    /// The files that may have some of them in a column.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn near(&self, parts: &[Part], column: &str) -> Result<Vec<Part>> {
        self.near_any(parts, &[column])
    }

    /// The files that may have some of them in one of these columns.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn near_any(&self, parts: &[Part], columns: &[&str]) -> Result<Vec<Part>> {
        let near = |part: &Part| {
            for column in columns {
                if self.within(part, column)? {
                    return Ok(Some(part.clone()));
                }
            }
            Ok(None)
        };
        let near = parts.par_iter().map(near).collect::<Result<Vec<_>>>()?;
        Ok(near.into_iter().flatten().collect())
    }

    /// The files that have some of them in a column.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn parts(&self, parts: &[Part], column: &str) -> Result<Vec<Part>> {
        let near = self.near(parts, column)?;
        let found = each(&near, column, |id| self.has(id).then_some(()))?;
        let found = near.into_iter().zip(found);
        Ok(found
            .filter(|(_, found)| !found.is_empty())
            .map(|(part, _)| part)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray};

    use super::*;
    use crate::store::parquet_io;

    #[test]
    fn files_that_cannot_have_an_id_are_not_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        let part = |name: &str, ids: &[Option<&str>]| {
            let ids: ArrayRef = Arc::new(ids.iter().collect::<StringArray>());
            let rows = ids.len() as u64;
            let batch = RecordBatch::try_from_iter_with_nullable([("id", ids, true)]).unwrap();
            let path = folder.path().join(name);
            std::fs::write(&path, parquet_io::encode(&batch, &[]).unwrap()).unwrap();
            Part {
                partition: Some(name.to_owned()),
                path,
                rows,
                keys: None,
            }
        };
        let parts = [
            part("1", &[Some("a1"), None, Some("a7")]),
            part("2", &[Some("b1"), Some("b7")]),
            part("3", &[None, None]),
            part("4", &[Some("b5"), Some("c1")]),
        ];
        let days = |parts: Vec<Part>| -> Vec<String> {
            parts
                .into_iter()
                .filter_map(|part| part.partition)
                .collect()
        };
        let sought: Sought = ["b5", "d1", "b0"].map(str::to_owned).into_iter().collect();
        assert_eq!(days(sought.near(&parts, "id").unwrap()), ["2", "4"]);
        assert_eq!(days(sought.parts(&parts, "id").unwrap()), ["4"]);
        assert!(Sought::default().near(&parts, "id").unwrap().is_empty());
        let all = Sought::all([(&parts[..], "id")]).unwrap();
        assert_eq!(days(all.parts(&parts, "id").unwrap()), ["1", "2", "4"]);
        assert!(all.has("a7") && !all.has("a2"));
    }
}
