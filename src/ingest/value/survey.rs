//! Finds the order of day and month of a column from all of its cells.

use std::collections::BTreeMap;

use super::date::{self, Three, Written};
use super::order::{Candidate, Decided, Evidence, Order, Undecided};
use super::time;

/// Evidence about the order of day and month, gathered over the cells of a column.
///
/// It keeps every distinct date with its count – a few thousand for years of data – so the parts of a column can be
/// surveyed apart and merged in any sequence, and a decision can name its examples.
#[derive(Debug, Clone, Default)]
pub struct OrderSurvey {
    /// Self-evident days and their cells.
    evident: BTreeMap<i32, u64>,
    /// Dates of three numbers.
    open: BTreeMap<Three, Tally>,
    /// The last date and how often it came in a row: an export is sorted, so most cells repeat it.
    run: Option<(i32, u64)>,
}

#[derive(Debug, Clone, Default)]
struct Tally {
    cells: u64,
    /// The cell that comes first in the alphabet, so that the example does not depend on the sequence.
    example: String,
}

/// The column under one order.
struct Fit {
    order: Order,
    fits: u64,
    misfits: u64,
    /// First and last day, without the outermost hundredth of the cells at either end.
    range: (i32, i32),
}

impl Fit {
    fn span(&self) -> i64 {
        i64::from(self.range.1) - i64::from(self.range.0) + 1
    }
}

/// Examples a person is shown.
const EXAMPLES: usize = 3;

impl OrderSurvey {
    /// Takes note of a cell, which is cleaned and not null. What is no date says nothing.
    pub fn see(&mut self, cell: &str) {
        let folded = time::fold(cell);
        let bytes = folded.trim_ascii().as_bytes();
        let (written, rest) = match date::scan(bytes) {
            Some((written, taken)) => (written, &bytes[taken..]),
            None => match time::read(&folded, None).and_then(time::Moment::written_day) {
                Some(day) => (Written::Day(day), &bytes[..0]),
                None => return,
            },
        };
        if !matches!(rest.first(), None | Some(b' ' | b'T' | b't' | b',' | b'\t')) {
            return;
        }
        match written {
            Written::Day(day) => match &mut self.run {
                Some((last, cells)) if *last == day => *cells += 1,
                run => {
                    if let Some((last, cells)) = run.replace((day, 1)) {
                        *self.evident.entry(last).or_default() += cells;
                    }
                }
            },
            Written::Three(three) => self.open.entry(three).or_default().add(1, cell),
        }
    }

    /// Adds what another part of the column showed.
    pub fn merge(&mut self, other: &Self) {
        for (day, cells) in other
            .evident
            .iter()
            .map(|(day, cells)| (*day, *cells))
            .chain(other.run)
        {
            *self.evident.entry(day).or_default() += cells;
        }
        for (three, tally) in &other.open {
            self.open
                .entry(*three)
                .or_default()
                .add(tally.cells, &tally.example);
        }
    }

    /// Whether some cell can be read in more than one way without an order.
    #[must_use]
    pub fn needs_order(&self) -> bool {
        !self.open.is_empty()
    }

    /// The order of the column; `None` when no cell needs one.
    ///
    /// An order fits when 98 of 100 cells that need one are dates under it: a few impossible dates are broken
    /// rows. Of several that fit, the one with clearly more dates is taken; then the one that puts the cells in the
    /// time of the self-evident ones; then the one under which the column spans at most half the days.
    ///
    /// # Errors
    /// When no order fits, or several do and nothing tells them apart.
    pub fn decide(&self) -> Result<Option<Decided>, Undecided> {
        let seen: u64 = self.open.values().map(|tally| tally.cells).sum();
        if seen == 0 {
            return Ok(None);
        }
        let all: Vec<Fit> = Order::ALL
            .iter()
            .map(|order| self.fit(*order, seen))
            .collect();
        let mut fitting: Vec<&Fit> = all
            .iter()
            .filter(|fit| fit.fits * 100 >= seen * 98)
            .collect();
        fitting.sort_by_key(|fit| (fit.misfits, fit.span(), fit.order));
        let decided = |fit: &Fit, evidence| {
            Ok(Some(Decided {
                order: fit.order,
                seen,
                evidence,
            }))
        };
        let Some(best) = fitting.first().copied() else {
            return Err(Undecided::NoneFits {
                seen,
                candidates: self.candidates(all.iter(), |order| {
                    move |three: &Three| three.day(order).is_none()
                }),
            });
        };
        if fitting.iter().skip(1).all(|other| clearly(best, other)) {
            // What lost is stated by the strongest loser.
            let loser = all
                .iter()
                .filter(|fit| fit.order != best.order)
                .min_by_key(|fit| (fit.misfits, fit.order))
                .map_or(best.order, |fit| fit.order);
            let only_best =
                |three: &Three| three.day(best.order).is_some() && three.day(loser).is_none();
            let cells = self
                .open
                .iter()
                .filter(|(three, _)| only_best(three))
                .map(|(_, tally)| tally.cells)
                .sum();
            return decided(
                best,
                Evidence::Impossible {
                    other: loser,
                    cells,
                },
            );
        }
        let rivals = |winner: &Fit| {
            fitting
                .iter()
                .copied()
                .filter(|fit| fit.order != winner.order)
                .min_by_key(|fit| fit.span())
        };
        if let Some(range) = self.evident_range() {
            let mut inside = fitting.iter().filter(|fit| within(fit.range, range));
            if let (Some(only), None) = (inside.next(), inside.next())
                && let Some(rival) = rivals(only)
            {
                return decided(only, Evidence::Range { other: rival.order });
            }
        }
        let shortest = fitting.iter().copied().min_by_key(|fit| fit.span());
        if let Some(shortest) = shortest
            && let Some(rival) = rivals(shortest)
        {
            let (days, other_days) = (shortest.span(), rival.span());
            if days * 2 <= other_days {
                let other = rival.order;
                return decided(
                    shortest,
                    Evidence::Span {
                        days,
                        other,
                        other_days,
                    },
                );
            }
        }
        let alike = |three: &Three| {
            fitting
                .iter()
                .all(|fit| three.day(fit.order) == three.day(best.order))
        };
        if let Some(rival) = rivals(best)
            && self.open.keys().all(alike)
        {
            return decided(best, Evidence::Same { other: rival.order });
        }
        Err(Undecided::SeveralFit {
            seen,
            candidates: self.candidates(fitting.iter().copied(), |_| |three: &Three| !alike(three)),
        })
    }

    fn fit(&self, order: Order, seen: u64) -> Fit {
        let mut days = BTreeMap::new();
        for (three, tally) in &self.open {
            if let Some(day) = three.day(order) {
                *days.entry(day).or_default() += tally.cells;
            }
        }
        let fits = days.values().sum();
        Fit {
            order,
            fits,
            misfits: seen - fits,
            range: trimmed_range(&days).unwrap_or_default(),
        }
    }

    fn evident_range(&self) -> Option<(i32, i32)> {
        let mut days = self.evident.clone();
        if let Some((day, cells)) = self.run {
            *days.entry(day).or_default() += cells;
        }
        trimmed_range(&days)
    }

    /// The orders with up to three examples each that `speaks` picks.
    fn candidates<'a, S: Fn(&Three) -> bool>(
        &self,
        fits: impl Iterator<Item = &'a Fit>,
        speaks: impl Fn(Order) -> S,
    ) -> Vec<Candidate> {
        fits.map(|fit| {
            let speaks = speaks(fit.order);
            let examples = self
                .open
                .iter()
                .filter(|(three, _)| speaks(three))
                .map(|(_, tally)| tally.example.clone());
            Candidate {
                order: fit.order,
                fits: fit.fits,
                examples: examples.take(EXAMPLES).collect(),
            }
        })
        .collect()
    }
}

impl Tally {
    fn add(&mut self, cells: u64, example: &str) {
        if self.cells == 0 || example < self.example.as_str() {
            example.clone_into(&mut self.example);
        }
        self.cells += cells;
    }
}

/// Whether `best` has clearly more dates than `other`. Without a single misfit one counterexample is enough,
/// unless it could be the broken row of a column that is far more compact the other way round.
fn clearly(best: &Fit, other: &Fit) -> bool {
    let more = other.misfits - best.misfits;
    let many = more >= 3 && other.misfits >= 4 * best.misfits;
    let few = more >= 1 && best.misfits == 0;
    (many || few) && (more >= 10 || best.span() <= 2 * other.span())
}

/// Whether a range of days lies in another, with a tenth of that one and a day to spare at either end.
fn within(inner: (i32, i32), outer: (i32, i32)) -> bool {
    let spare = (outer.1 - outer.0) / 10 + 1;
    inner.0 >= outer.0 - spare && inner.1 <= outer.1 + spare
}

/// First and last day, leaving out a hundredth of the cells at either end, where the broken rows are.
fn trimmed_range(days: &BTreeMap<i32, u64>) -> Option<(i32, i32)> {
    let spare = days.values().sum::<u64>() / 100;
    let edge = |(passed, found): (u64, Option<i32>), (day, cells): (&i32, &u64)| {
        let passed = passed + cells;
        (passed, found.or((passed > spare).then_some(*day)))
    };
    let first = days.iter().fold((0, None), edge).1;
    let last = days.iter().rev().fold((0, None), edge).1;
    first.zip(last)
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
