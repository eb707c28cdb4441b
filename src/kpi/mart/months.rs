//! The mart month by month. What a month adds up to depends on nothing but its facts and the definitions: a night
//! computes the months in which something changed and takes the others from what the store keeps of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use bytes::Bytes;
use rayon::prelude::*;

use super::{Charts, columns};
use crate::error::Result;
use crate::kpi::batches;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::pass::{Groups, Merged, Sums};
use crate::kpi::query::{Query, Scan, Source, days, months};
use crate::schema::facts::FACTS;
use crate::store::delta::Part;
use crate::store::figures::{Figures, Month, Taken};
use crate::store::parquet_io::{Followed, Stream, fingerprint};

/// To be raised when what is kept is written in another way, or figures are computed in another way.
const FORMAT: u32 = 4;

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

/// A month, and what is known of it.
struct OfMonth<'m> {
    name: &'m str,
    /// The parts of each scan's table.
    parts: &'m [Vec<Part>],
    files: BTreeMap<String, Vec<Taken>>,
    /// What the store keeps of the same facts by the same definitions.
    known: Option<Month>,
}

impl OfMonth<'_> {
    /// Writes down how the files of the month are called now, so that they are known by their names.
    fn renamed(&self, figures: &Figures, keep: bool) -> Result<()> {
        match &self.known {
            Some(known) if keep && known.files != self.files => {
                figures.note(self.name, &known.clone().made_from(self.files.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// What a month comes to.
struct Found {
    added: Added,
    /// The hash of the sums, if they are kept.
    hash: Option<String>,
    days: Days,
}

/// The rows of a month's members by day, a Parquet file.
pub enum Days {
    /// As the store keeps it, open.
    Kept(File),
    /// Its bytes.
    Computed(Bytes),
}

impl Days {
    /// Adds the rows to a file.
    ///
    /// # Errors
    /// When they cannot be read or written.
    pub fn follow<W: Write + Send>(&self, file: &mut Followed<W>) -> Result<()> {
        match self {
            Self::Kept(rows) => file.add(rows),
            Self::Computed(rows) => file.add(rows),
        }
    }
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
        let parts = months(&scans, |fact| days(source, fact, None, None))?;
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
    pub fn all(&self, keep: bool) -> Result<(Vec<Vec<Groups>>, Vec<Days>)> {
        let months = self.looked_at()?;
        let starts = starts(months.len());
        let (done, added) = self.start(&months, &starts).unwrap_or_default();
        let mut whole = self.begun(added);
        let (mut hashes, mut days) = (Vec::new(), Vec::new());
        for (at, month) in months.iter().enumerate() {
            if keep && at > done && hashes.len() == at && starts.contains(&at) {
                let added = whole.into_iter().map(sums_of).collect();
                if let Some(sums) = packed(&added) {
                    self.figures.keep_start(hashes.clone(), &sums)?;
                }
                whole = self.begun(added);
            }
            let found = match self.kept(month, at < done) {
                Some(found) => {
                    month.renamed(&self.figures, keep)?;
                    found
                }
                None => self.anew(month, keep)?,
            };
            if at >= done {
                add(&mut whole, found.added);
            }
            hashes.extend(found.hash);
            days.push(found.days);
        }
        if keep {
            self.figures
                .retain(&self.parts.keys().cloned().collect(), &starts)?;
        }
        let groups = self
            .scans
            .iter()
            .zip(whole)
            .map(|(scan, merged)| scan.pass().groups(merged))
            .collect();
        Ok((groups, days))
    }

    /// What is known of every month.
    fn looked_at(&self) -> Result<Vec<OfMonth<'_>>> {
        let months = self.parts.iter().map(|(name, parts)| {
            let known = self.figures.month(name);
            let known = known.filter(|known| known.definitions == self.definitions);
            let files = self.files(parts, known.as_ref())?;
            let known = known.filter(|known| same(&known.files, &files));
            Ok(OfMonth {
                name,
                parts,
                files,
                known,
            })
        });
        months.collect()
    }

    /// How many of the first months are known together, as many as possible, and their sums.
    fn start(&self, months: &[OfMonth<'_>], starts: &[usize]) -> Option<(usize, Added)> {
        let hash = |month: &OfMonth<'_>| Some(month.known.as_ref()?.sums.hash.clone());
        let hashes: Vec<String> = months.iter().map_while(hash).collect();
        starts.iter().rev().find_map(|count| {
            let start = self.figures.start(*count)?;
            let known = hashes.get(..*count)? == start.months;
            let added = unpacked(&self.figures.sums(&start.sums).filter(|_| known)?)?;
            Some((*count, added))
        })
    }

    /// Sums to which others are added.
    fn begun(&self, added: Added) -> Vec<Vec<Merged>> {
        let none = |scan: &Scan<'_>| scan.groupings.iter().map(|_| Merged::default()).collect();
        let mut whole: Vec<Vec<Merged>> = self.scans.iter().map(none).collect();
        add(&mut whole, added);
        whole
    }

    /// What the store keeps of a month, unless it is damaged; its sums are not needed where they are in others.
    fn kept(&self, month: &OfMonth<'_>, within: bool) -> Option<Found> {
        let known = month.known.as_ref()?;
        let added = if within {
            self.figures.file(&known.sums)?;
            Added::new()
        } else {
            unpacked(&self.figures.sums(&known.sums)?)?
        };
        Some(Found {
            added,
            hash: Some(known.sums.hash.clone()),
            days: Days::Kept(self.figures.file(&known.days)?),
        })
    }

    /// Computes a month, and keeps it.
    fn anew(&self, month: &OfMonth<'_>, keep: bool) -> Result<Found> {
        let (added, rows) = self.computed(month.parts)?;
        if keep && let Some(sums) = packed(&added) {
            let contents = [sums.as_slice(), rows.as_slice()];
            let files = month.files.clone();
            let kept = self
                .figures
                .keep(month.name, &self.definitions, files, contents)?;
            if let Some(days) = self.figures.file(&kept.days) {
                return Ok(Found {
                    added,
                    hash: Some(kept.sums.hash),
                    days: Days::Kept(days),
                });
            }
        }
        Ok(Found {
            added,
            hash: None,
            days: Days::Computed(Bytes::from(rows)),
        })
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

    /// Computes a month from its facts: its sums, and the rows of the groupings that are kept as such.
    fn computed(&self, parts: &[Vec<Part>]) -> Result<(Added, Vec<u8>)> {
        let mut added = Added::new();
        let mut by_day = Vec::new();
        for (scan, parts) in self.scans.iter().zip(parts) {
            let pass = scan.pass();
            let mut sums = pass.month(&parts.iter().collect::<Vec<_>>())?;
            let mut rows: Vec<Merged> = sums.iter().map(|_| Merged::default()).collect();
            for (at, place) in scan.places.iter().enumerate() {
                if self.as_rows[*place] {
                    rows[at].append(std::mem::take(&mut sums[at]));
                }
            }
            added.push(sums);
            by_day.push(rows.into_iter().map(Merged::into_groups).collect());
        }
        let query = self.query.clone();
        let answer = query.put_together(self.catalogue, &self.scans, by_day)?;
        let charts = Charts::default();
        let columns = |at: usize| columns(&answer.groupings()[at], &charts);
        let mut stream = Stream::new(Vec::new(), batches::schema(&columns(0)), &[])?;
        let rows = (0..self.as_rows.len()).filter(|at| self.as_rows[*at]);
        batches::write(&answer, rows, columns, &mut stream)?;
        Ok((added, stream.finish()?))
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

/// Of how many first months sums are kept together: all but three, because late rows mostly belong to the last month or the
/// one before, and clocks fall due in the next; and every quarter of a year, for those that come later still.
fn starts(months: usize) -> Vec<usize> {
    let most = months.saturating_sub(3);
    let mut starts: Vec<usize> = (3..=most).step_by(3).collect();
    if most > 0 && starts.last() != Some(&most) {
        starts.push(most);
    }
    starts
}

/// Adds sums of later months.
fn add(whole: &mut [Vec<Merged>], added: Added) {
    let pairs: Vec<(&mut Merged, Sums)> = whole
        .iter_mut()
        .flatten()
        .zip(added.into_iter().flatten())
        .collect();
    pairs
        .into_par_iter()
        .for_each(|(whole, sums)| whole.add(sums));
}

fn sums_of(merged: Vec<Merged>) -> Vec<Sums> {
    merged.into_iter().map(Merged::into_sums).collect()
}

fn unpacked(packed: &[u8]) -> Option<Added> {
    let from = zstd::Decoder::new(packed).ok()?;
    rmp_serde::from_read(BufReader::with_capacity(GATHERED, from)).ok()
}

/// Sums as they are kept; nothing when they cannot be.
fn packed(added: &Added) -> Option<Vec<u8>> {
    let mut into = zstd::Encoder::new(Vec::new(), 1).ok()?;
    // Sums are many small numbers, each of which would be handed over by itself.
    let mut gathered = BufWriter::with_capacity(GATHERED, &mut into);
    rmp_serde::encode::write(&mut gathered, added).ok()?;
    gathered.flush().ok()?;
    drop(gathered);
    into.finish().ok()
}

/// Bytes that are compressed together.
const GATHERED: usize = 1 << 17;

#[cfg(test)]
mod tests;
