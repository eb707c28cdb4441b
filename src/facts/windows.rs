//! Days taken together: as many as can be held in memory at a time.

use std::collections::{BTreeMap, BTreeSet};

use ahash::{AHashSet, RandomState};
use polars::prelude::*;
use rayon::prelude::*;

use super::frames;
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;

/// A day as partitions have it; `None` is for rows without one.
pub type Day = Option<String>;

/// The parts of some days.
#[must_use]
pub fn on(parts: &[Part], days: &BTreeSet<Day>) -> Vec<Part> {
    let inside = |part: &&Part| days.contains(&part.partition);
    parts.iter().filter(inside).cloned().collect()
}

/// Rows of records that are held at a time. The facts of a year are derived in a few dozen steps.
pub const ROWS: u64 = 250_000;

/// Consecutive days, by the value of the partition column; `None` (no day) comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    from: Option<String>,
    to: Option<String>,
}

impl Window {
    /// Divides the days of these parts, so that each window has so many rows at most, or one day.
    #[must_use]
    pub fn of_rows<'p>(parts: impl IntoIterator<Item = &'p Part>, most: u64) -> Vec<Self> {
        let mut rows: BTreeMap<&Option<String>, u64> = BTreeMap::new();
        for part in parts {
            *rows.entry(&part.partition).or_default() += part.rows;
        }
        let (mut windows, mut held): (Vec<Self>, u64) = (Vec::new(), 0);
        for (day, rows) in rows {
            match windows.last_mut() {
                Some(window) if held + rows <= most => window.to.clone_from(day),
                _ => {
                    held = 0;
                    windows.push(Self {
                        from: day.clone(),
                        to: day.clone(),
                    });
                }
            }
            held += rows;
        }
        windows
    }

    /// The parts of its days.
    #[must_use]
    pub fn parts(&self, parts: &[Part]) -> Vec<Part> {
        let inside = |part: &&Part| self.from <= part.partition && part.partition <= self.to;
        parts.iter().filter(inside).cloned().collect()
    }

    /// Its first day.
    #[must_use]
    pub const fn first(&self) -> Option<&String> {
        self.from.as_ref()
    }

    /// Its last day.
    #[must_use]
    pub const fn last(&self) -> Option<&String> {
        self.to.as_ref()
    }
}

/// Ids that several windows have rows of, so that no window alone knows all about them: a call that is handed
/// on past midnight.
#[derive(Default)]
pub struct Spanning {
    several: AHashSet<u64>,
}

/// One hash for all ids; that two share it costs a look at rows that are not asked for, never a wrong result.
#[must_use]
pub fn hash(id: &str) -> u64 {
    RandomState::with_seeds(1, 2, 3, 4).hash_one(id)
}

impl Spanning {
    /// Looks through the ids of all windows, which `ids` reads; of a single window none spans several.
    ///
    /// # Errors
    /// When they cannot be read, or the column is no text.
    pub fn of(
        windows: &[Window],
        column: &str,
        ids: impl Fn(&Window, &str) -> Result<DataFrame>,
    ) -> Result<Self> {
        let mut seen: Vec<(u64, u32)> = Vec::new();
        if windows.len() > 1 {
            for (window, at) in windows.iter().zip(0..) {
                let ids = texts(&ids(window, column)?, column)?;
                let mut own: Vec<(u64, u32)> =
                    ids.iter().flatten().map(|id| (hash(id), at)).collect();
                own.par_sort_unstable();
                own.dedup();
                seen.extend(own);
            }
        }
        // Sorted and not looked up in a table: half the memory, and faster for millions.
        seen.par_sort_unstable();
        let several = seen.chunk_by(|one, other| one.0 == other.0);
        let several = several.filter(|windows| windows.len() > 1);
        Ok(Self {
            several: several.map(|windows| windows[0].0).collect(),
        })
    }

    /// Says that windows that were not looked at have rows of an id.
    pub fn note(&mut self, id: &str) {
        self.several.insert(hash(id));
    }

    /// Whether there is no such id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.several.is_empty()
    }

    /// Divides a window's rows: those of ids of its own, and those of spanning ids.
    ///
    /// # Errors
    /// When the column is no text.
    pub fn divide(&self, frame: &DataFrame, column: &str) -> Result<(DataFrame, DataFrame)> {
        let spans = among(frame, column, |id| self.several.contains(&id))?;
        let own = frame.filter(&!&spans).computing("rows of a window")?;
        let spanning = frame.filter(&spans).computing("rows of a window")?;
        Ok((own, spanning))
    }
}

/// The ids in a column.
///
/// # Errors
/// When there is no such column of texts.
pub fn texts(frame: &DataFrame, column: &str) -> Result<StringChunked> {
    frame
        .column(column)
        .and_then(|column| column.str().cloned())
        .computing("ids of rows")
}

/// In which rows the id in a column is one that `has` knows by its [`hash`].
///
/// # Errors
/// When there is no such column of texts.
pub fn among(frame: &DataFrame, column: &str, has: impl Fn(u64) -> bool) -> Result<BooleanChunked> {
    let ids = texts(frame, column)?;
    let among = ids
        .iter()
        .map(|id| Some(id.is_some_and(|id| has(hash(id)))));
    Ok(among.collect())
}

/// What `rows` takes of some parts, one after the other: so many rows of theirs are held at a time beside what it took.
///
/// # Errors
/// As of `rows`, which is asked for no parts first, or when it gives other columns then.
pub fn gathered(
    parts: &[Part],
    at_a_time: u64,
    mut rows: impl FnMut(&[Part]) -> Result<DataFrame>,
) -> Result<DataFrame> {
    let mut all = rows(&[])?;
    for window in Window::of_rows(parts, at_a_time) {
        let taken = rows(&window.parts(parts))?;
        all = frames::compact(&taken)
            .and_then(|taken| all.vstack(&taken))
            .computing("rows of some days")?;
    }
    Ok(all)
}

/// The partitions in which two lists of parts differ, those that vanished too.
#[must_use]
pub fn changed(before: &[Part], now: &[Part]) -> BTreeSet<Option<String>> {
    let same = unchanged(before, now);
    let all = before.iter().chain(now).map(|part| part.partition.clone());
    all.filter(|day| !same.contains(day)).collect()
}

/// The partitions that two lists of parts have in common, file by file.
#[must_use]
pub fn unchanged(before: &[Part], now: &[Part]) -> BTreeSet<Option<String>> {
    let by_day = |parts: &[Part]| {
        let mut days: BTreeMap<Option<String>, BTreeSet<std::path::PathBuf>> = BTreeMap::new();
        for part in parts {
            days.entry(part.partition.clone())
                .or_default()
                .insert(part.path.clone());
        }
        days
    };
    let before = by_day(before);
    by_day(now)
        .into_iter()
        .filter(|(day, files)| before.get(day) == Some(files))
        .map(|(day, _)| day)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(day: Option<&str>, rows: u64) -> Part {
        Part {
            partition: day.map(str::to_owned),
            path: format!("{day:?}-{rows}").into(),
            rows,
            keys: None,
        }
    }

    #[test]
    fn windows_hold_whole_days_and_every_day_once() {
        let parts = [
            part(Some("2026-03-02"), 6),
            part(None, 1),
            part(Some("2026-03-03"), 3),
            part(Some("2026-03-03"), 2),
            part(Some("2026-03-05"), 30),
            part(Some("2026-03-06"), 1),
        ];
        let windows = Window::of_rows(&parts, 10);
        let days: Vec<_> = windows
            .iter()
            .map(|window| (window.from.as_deref(), window.to.as_deref()))
            .collect();
        assert_eq!(
            days,
            [
                (None, Some("2026-03-02")),
                (Some("2026-03-03"), Some("2026-03-03")),
                (Some("2026-03-05"), Some("2026-03-05")),
                (Some("2026-03-06"), Some("2026-03-06")),
            ]
        );
        let sizes: Vec<usize> = windows.iter().map(|w| w.parts(&parts).len()).collect();
        assert_eq!(sizes, [2, 2, 1, 1]);
    }

    #[test]
    fn ids_of_several_windows_are_taken_out_of_all_of_them() {
        let frame = |ids: &[Option<&str>]| df!("id" => ids).unwrap();
        let (one, two) = (
            frame(&[Some("a"), Some("b"), None, Some("a")]),
            frame(&[Some("b"), Some("c")]),
        );
        let days = [part(Some("1"), 1), part(Some("2"), 1)];
        let windows = Window::of_rows(&days, 1);
        let spanning = Spanning::of(&windows, "id", |window, _| {
            let first = window.first() == windows[0].first();
            Ok(if first { one.clone() } else { two.clone() })
        });
        let spanning = spanning.unwrap();
        let (own, out) = spanning.divide(&one, "id").unwrap();
        assert_eq!(
            (own, out),
            (frame(&[Some("a"), None, Some("a")]), frame(&[Some("b")]))
        );
        let (own, out) = spanning.divide(&two, "id").unwrap();
        assert_eq!((own, out), (frame(&[Some("c")]), frame(&[Some("b")])));
    }

    #[test]
    fn a_day_is_unchanged_when_all_its_files_are() {
        let before = [part(Some("1"), 1), part(Some("2"), 1), part(Some("3"), 1)];
        let now = [
            part(Some("1"), 1),
            part(Some("2"), 2),
            part(Some("3"), 1),
            part(Some("3"), 2),
        ];
        assert_eq!(
            unchanged(&before, &now).into_iter().collect::<Vec<_>>(),
            [Some("1".to_owned())]
        );
    }
}
