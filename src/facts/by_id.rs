//! Rows of the whole record by the id in one of their columns: those of a few days are found without a look at the
//! others.

use polars::prelude::*;
use rayon::prelude::*;

use super::frames;
use super::windows::{hash, texts};
use crate::error::{PolarsContext, Result};

/// Hashes in order, and where to look for one among them: 9 bytes each.
pub struct Hashes {
    sorted: Vec<u64>,
    /// Where the hashes with the same first bits begin.
    starts: Vec<u32>,
    /// Bits that are not the first.
    shift: u32,
}

impl Hashes {
    /// Of hashes in order.
    #[must_use]
    pub fn of_sorted(sorted: Vec<u64>) -> Self {
        // About four hashes have the first bits in common.
        let bits = (sorted.len() / 4).max(2).ilog2();
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (hash, place) in sorted.iter().zip(0..) {
            while starts.len() as u64 <= hash >> shift {
                starts.push(place);
            }
        }
        let end = u32::try_from(sorted.len()).unwrap_or(u32::MAX);
        starts.resize((1 << bits) + 1, end);
        Self {
            sorted,
            starts,
            shift,
        }
    }

    /// Where a hash lies: its first place and the one after its last.
    #[must_use]
    pub fn places(&self, hash: u64) -> (u32, u32) {
        let (first, end) = self.bucket(hash);
        let start = self.sorted[first..end].partition_point(|known| *known < hash);
        let alike = self.sorted[first + start..end]
            .iter()
            .take_while(|known| **known == hash);
        let (start, count) = (first + start, alike.count());
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        (place(start), place(start + count))
    }

    /// The places of the hashes with the same first bits.
    fn bucket(&self, hash: u64) -> (usize, usize) {
        let at = usize::try_from(hash >> self.shift).unwrap_or(usize::MAX);
        let place = |at: usize| self.starts.get(at).map_or(0, |place| *place as usize);
        (place(at), place(at + 1))
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = u64> {
        self.sorted.iter().copied()
    }

    /// Whether a hash is among them.
    #[must_use]
    pub fn has(&self, hash: u64) -> bool {
        let (first, end) = self.bucket(hash);
        self.sorted[first..end].contains(&hash)
    }
}

impl FromIterator<u64> for Hashes {
    fn from_iter<I: IntoIterator<Item = u64>>(hashes: I) -> Self {
        let mut hashes: Vec<u64> = hashes.into_iter().collect();
        hashes.par_sort_unstable();
        hashes.dedup();
        hashes.shrink_to_fit();
        Self::of_sorted(hashes)
    }
}

/// Rows by an id.
pub struct ById {
    /// In the order of the hashes of their ids.
    rows: DataFrame,
    /// Those of the rows.
    hashes: Hashes,
}

impl ById {
    /// Of rows with a column of ids; those without an id are left out.
    ///
    /// # Errors
    /// When there is no such column of texts.
    pub fn of(rows: &DataFrame, column: &str) -> Result<Self> {
        let sorted = || {
            let ids = rows.column(column)?.str()?.iter();
            let mut order: Vec<(u64, IdxSize)> = ids
                .zip(0..)
                .filter_map(|(id, row)| Some((hash(id?), row)))
                .collect();
            order.par_sort_unstable();
            let hashes = order.iter().map(|(hash, _)| *hash).collect();
            let order = order.into_iter().map(|(_, row)| row).collect();
            let order = IdxCa::from_vec("row".into(), order);
            let rows = frames::compact(&rows.take(&order)?)?;
            PolarsResult::Ok((Hashes::of_sorted(hashes), rows))
        };
        let (hashes, rows) = sorted().computing("rows by id")?;
        Ok(Self { rows, hashes })
    }

    /// All of them.
    #[must_use]
    pub const fn rows(&self) -> &DataFrame {
        &self.rows
    }

    /// The rows of the ids in a column, each once, and perhaps some of others.
    ///
    /// # Errors
    /// When there is no such column of texts.
    pub fn near(&self, ids: &DataFrame, column: &str) -> Result<DataFrame> {
        self.of_ids(&texts(ids, column)?)
    }

    /// The rows of some ids, each once, and perhaps some of others.
    ///
    /// # Errors
    /// When Polars refuses to take them.
    pub fn of_ids(&self, ids: &StringChunked) -> Result<DataFrame> {
        let ids = ids.iter().flatten();
        let places = ids.map(|id| self.hashes.places(hash(id)));
        let mut found: Vec<(u32, u32)> = places.filter(|(start, end)| start < end).collect();
        found.sort_unstable();
        found.dedup();
        let rows = found.into_iter().flat_map(|(start, end)| start..end);
        let rows = IdxCa::from_vec("row".into(), rows.collect());
        self.rows.take(&rows).computing("rows by id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_some_ids_are_all_their_rows_and_no_others() {
        let ids = [Some("b"), Some("a"), None, Some("b"), Some("c"), Some("d")];
        let rows = df!("id" => ids, "row" => [0, 1, 2, 3, 4, 5]).unwrap();
        let by_id = ById::of(&rows, "id").unwrap();
        assert_eq!(by_id.rows.height(), 5);
        let asked = df!("asked" => [Some("d"), None, Some("b"), Some("x"), Some("b")]).unwrap();
        let found = by_id.near(&asked, "asked").unwrap();
        let found = found.column("row").unwrap().i32().unwrap();
        let mut found: Vec<i32> = found.iter().flatten().collect();
        found.sort_unstable();
        assert_eq!(found, [0, 3, 5]);
    }

    #[test]
    fn hashes_are_found_however_many_there_are() {
        for count in [0_u64, 1, 7, 8, 9, 1000] {
            let id = |number: u64| hash(&number.to_string());
            let ends = [0, u64::MAX].into_iter().filter(|_| count > 7);
            let hashes: Hashes = (0..count)
                .map(id)
                .chain((0..count).map(id))
                .chain(ends)
                .collect();
            assert!((0..count).all(|number| hashes.has(id(number))));
            assert!((count..2 * count).all(|number| !hashes.has(id(number))));
            assert_eq!(hashes.has(0) && hashes.has(u64::MAX), count > 7);
            assert!((0..count).all(|number| {
                let (start, end) = hashes.places(id(number));
                end == start + 1 && hashes.sorted[start as usize] == id(number)
            }));
        }
    }
}
