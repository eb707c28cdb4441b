//! The mart month by month. What a month adds up to depends on nothing but its facts and the definitions: a night
//! computes the months in which something changed and takes the others from what the store keeps of them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use rayon::prelude::*;

use super::{Charts, columns};
use crate::error::Result;
use crate::kpi::batches;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::pass::{Groups, Merged, Sums, by_month};
use crate::kpi::query::{Query, Scan, Source, days};
use crate::schema::facts::FACTS;
use crate::store::delta::Part;
use crate::store::figures::{Figures, Month, Taken};
use crate::store::parquet_io::{Stream, fingerprint};

/// To be raised when what is kept is written in another way, or figures are computed in another way.
const FORMAT: u32 = 1;

/// How the months of rows without a day are called.
const NO_MONTH: &str = "none";

/// The sums of every scan and grouping; none of those that are kept as rows.
type Added = Vec<Vec<Sums>>;

/// The months of a query.
pub struct Months<'q> {
    query: &'q Query,
    /// Which groupings are kept as rows.
    as_rows: &'q [bool],
    catalogue: &'q Catalogue,
    scans: Vec<Scan<'q>>,
    figures: Figures,
    definitions: String,
    /// Month → the parts of each scan's table.
    parts: BTreeMap<String, Vec<Vec<Part>>>,
}

/// What a month comes to.
struct Computed {
    added: Added,
    days: Vec<u8>,
}

impl<'q> Months<'q> {
    /// Finds out which months there are.
    ///
    /// # Errors
    /// When the log of a table cannot be read.
    pub fn of(
        query: &'q Query,
        as_rows: &'q [bool],
        catalogue: &'q Catalogue,
        source: &Source<'_>,
    ) -> Result<Self> {
        let scans = query.scans(catalogue)?;
        let mut parts = BTreeMap::<String, Vec<Vec<Part>>>::new();
        for (at, scan) in scans.iter().enumerate() {
            let all = days(source, scan.fact, None, None)?;
            for (month, found) in by_month(&all) {
                let month = month.unwrap_or(NO_MONTH).to_owned();
                let of_month = parts
                    .entry(month)
                    .or_insert_with(|| vec![Vec::new(); scans.len()]);
                of_month[at] = found.into_iter().cloned().collect();
            }
        }
        let text = format!(
            "{FORMAT} {} {FACTS:?} {:?} {catalogue:?}",
            env!("CARGO_PKG_VERSION"),
            query.groupings
        );
        Ok(Self {
            query,
            as_rows,
            catalogue,
            scans,
            figures: source.store.figures(),
            definitions: blake3::hash(text.as_bytes()).to_hex().to_string(),
            parts,
        })
    }

    /// The groups of every scan and grouping, and the rows of the groupings that are kept as such, month by month.
    ///
    /// # Errors
    /// When a part cannot be read, or what is to be kept not written.
    pub fn all(&self, keep: bool) -> Result<(Vec<Vec<Groups>>, Vec<Bytes>)> {
        let mut whole: Vec<Vec<Merged>> = self
            .scans
            .iter()
            .map(|scan| scan.groupings.iter().map(|_| Merged::default()).collect())
            .collect();
        let mut days = Vec::with_capacity(self.parts.len());
        for (month, parts) in &self.parts {
            let of_month = self.month(month, parts, keep)?;
            let pairs: Vec<(&mut Merged, Sums)> = whole
                .iter_mut()
                .flatten()
                .zip(of_month.added.into_iter().flatten())
                .collect();
            pairs
                .into_par_iter()
                .for_each(|(whole, sums)| whole.add(sums));
            days.push(Bytes::from(of_month.days));
        }
        if keep {
            self.figures
                .retain(&self.parts.keys().cloned().collect::<BTreeSet<_>>())?;
        }
        let groups = self
            .scans
            .iter()
            .zip(whole)
            .map(|(scan, merged)| scan.pass().in_order(merged))
            .collect();
        Ok((groups, days))
    }

    fn month(&self, month: &str, parts: &[Vec<Part>], keep: bool) -> Result<Computed> {
        let known = self.figures.month(month);
        let known = known.filter(|known| known.definitions == self.definitions);
        let files = self.files(parts, known.as_ref())?;
        if let Some(known) = known
            && same(&known.files, &files)
            && let Some(found) = self.kept(&known)
        {
            if keep && known.files != files {
                self.figures.note(month, &known.made_from(files))?;
            }
            return Ok(found);
        }
        let found = self.computed(parts)?;
        if keep && let Some(sums) = packed(&found.added) {
            let contents = [sums.as_slice(), found.days.as_slice()];
            self.figures
                .keep(month, &self.definitions, files, contents)?;
        }
        Ok(found)
    }

    /// The files of a month with hashes of what is read of them; those that are known by their name are not read again.
    fn files(
        &self,
        parts: &[Vec<Part>],
        known: Option<&Month>,
    ) -> Result<BTreeMap<String, Vec<Taken>>> {
        // Several scans may read one table.
        let mut columns = BTreeMap::<&str, BTreeSet<&str>>::new();
        let mut tables = BTreeMap::<&str, &Vec<Part>>::new();
        for (scan, parts) in self.scans.iter().zip(parts) {
            let of_table = columns.entry(scan.fact.name).or_default();
            of_table.extend(scan.pass().columns());
            tables.insert(scan.fact.name, parts);
        }
        let taken = |table: &str, part: &Part, columns: &[&str]| -> Result<Taken> {
            let name = part.path.file_name().unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            let of_table = known.and_then(|known| known.files.get(table));
            let before = of_table.into_iter().flatten();
            let mut before = before.filter(|taken| taken.name == name);
            let columns = match before.find(|taken| taken.day == part.partition) {
                Some(taken) => taken.columns.clone(),
                None => fingerprint(&part.path, columns)?,
            };
            Ok(Taken {
                day: part.partition.clone(),
                name,
                columns,
            })
        };
        tables
            .into_iter()
            .map(|(table, parts)| {
                let columns: Vec<&str> = columns[table].iter().copied().collect();
                let files = parts
                    .par_iter()
                    .map(|part| taken(table, part, &columns))
                    .collect::<Result<_>>()?;
                Ok((table.to_owned(), files))
            })
            .collect()
    }

    /// What the store keeps of a month, unless it is damaged.
    fn kept(&self, month: &Month) -> Option<Computed> {
        let packed = self.figures.sums(month)?;
        let days = self.figures.days(month)?;
        let bytes = zstd::decode_all(packed.as_slice()).ok()?;
        let added: Added = rmp_serde::from_slice(&bytes).ok()?;
        Some(Computed { added, days })
    }

    /// Computes a month from its facts.
    fn computed(&self, parts: &[Vec<Part>]) -> Result<Computed> {
        let mut added = Added::new();
        let mut by_day = Vec::new();
        for (scan, parts) in self.scans.iter().zip(parts) {
            let pass = scan.pass();
            let mut sums = pass.month(&parts.iter().collect::<Vec<_>>())?;
            let mut rows: Vec<Merged> = sums.iter().map(|_| Merged::default()).collect();
            for (at, place) in scan.places.iter().enumerate() {
                if self.as_rows[*place] {
                    rows[at].add(std::mem::take(&mut sums[at]));
                }
            }
            added.push(sums);
            by_day.push(rows.into_iter().map(Merged::in_order).collect());
        }
        let query = self.query.clone();
        let answer = query.put_together(self.catalogue, &self.scans, by_day)?;
        let charts = Charts::default();
        let columns = |at: usize| columns(&answer.groupings()[at], &charts);
        let mut stream = Stream::new(Vec::new(), batches::schema(&columns(0)), &[])?;
        let rows = (0..self.as_rows.len()).filter(|at| self.as_rows[*at]);
        batches::write(&answer, rows, columns, &mut stream)?;
        Ok(Computed {
            added,
            days: stream.finish()?,
        })
    }
}

/// Whether the same was read, however the files are called.
fn same(before: &BTreeMap<String, Vec<Taken>>, now: &BTreeMap<String, Vec<Taken>>) -> bool {
    let content = |files: &Vec<Taken>| -> Vec<(Option<String>, String)> {
        let files = files.iter();
        files
            .map(|taken| (taken.day.clone(), taken.columns.clone()))
            .collect()
    };
    before.len() == now.len()
        && before
            .iter()
            .zip(now)
            .all(|((table, before), (other, now))| {
                table == other && content(before) == content(now)
            })
}

/// Sums as they are kept; nothing when they cannot be.
fn packed(added: &Added) -> Option<Vec<u8>> {
    let bytes = rmp_serde::to_vec(added).ok()?;
    zstd::encode_all(bytes.as_slice(), 1).ok()
}

#[cfg(test)]
mod tests;
