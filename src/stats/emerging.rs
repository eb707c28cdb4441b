//! Counts that rise above what their weekday leads to expect.
//!
//! Each series is tested on one day by two questions. Is the count more than the same weekday of
//! the weeks before explains (exact, with the uncertainty of those few weeks in it), corrected for
//! the number of series looked at? And does it stand out from the last days by their own scatter
//! (EARS C2), which guards against series that always scatter more than Poisson? Only what both
//! affirm is emerging.

use super::discovery::{Discoveries, benjamini_hochberg};
use super::ears::{C2, Verdict};
use super::poisson::{above_history, attainable};
use super::size;
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// Days of a week.
const WEEK: usize = 7;

/// Weeks the expectation is taken from, as far as the series goes back. A choice, not a standard:
/// two months are long enough to tell three cases from six and still follow the season.
const WEEKS: usize = 8;

/// Weeks without which nothing is tested.
const LEAST_WEEKS: usize = 2;

/// Days and cases of the guard: what was hardly ever seen is not called emerging. Source: Farrington
/// et al. (1996), *A statistical algorithm for the early detection of outbreaks of infectious
/// disease*, JRSS A 159: fewer than five cases in the last four weeks raise no alarm.
const GUARD_DAYS: usize = 28;
const GUARD_CASES: f64 = 5.0;

/// What the same weekday showed in the weeks before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// Events in those days together.
    pub earlier: f64,
    /// How many such days.
    pub weeks: f64,
}

impl Expectation {
    /// Events per day.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.earlier / self.weeks
    }
}

/// The expectation of one day of a daily series: up to eight same weekdays before it.
///
/// `None` where fewer than two weeks come before, or `at` lies outside the series.
#[must_use]
pub fn expectation(counts: &[f64], at: usize) -> Option<Expectation> {
    let weeks = (at / WEEK).min(WEEKS);
    if weeks < LEAST_WEEKS || at >= counts.len() {
        return None;
    }
    let earlier = compensated((1..=weeks).map(|week| counts[at - week * WEEK]));
    Some(Expectation {
        earlier,
        weeks: size(weeks),
    })
}

/// One series on the day looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked {
    /// The count of the day.
    pub count: f64,
    /// What the same weekday led to expect.
    pub expectation: Expectation,
    /// Exact probability of as many or more; 1 where the series was too rare to be tested.
    pub p: f64,
    /// Its q-value among all series tested.
    pub q: f64,
    /// EARS C2; `None` where fewer than nine days with an expectation come before.
    pub c2: Option<Verdict>,
    /// Cases in the four weeks up to the day.
    pub recent: f64,
    /// Whether the day's count is emerging.
    pub emerging: bool,
}

/// All series on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// The series in the order given; `None` where a series is too short or not a count.
    pub series: Vec<Option<Checked>>,
    /// The tests taken together: how many were made, how many false alarms to expect.
    pub discoveries: Discoveries,
}

/// Looks for emerging counts on day `at` in all series at once.
///
/// `series`: daily counts, oldest first, a day without events being 0; position `at` is the same day
/// in all of them. `level`: share of false alarms accepted among the series found, e.g. 0.05. A
/// series with so few events that not even all of them on one day could be found at the level is
/// not counted as tested. The number of false alarms is that of the first question alone, an upper
/// bound for both. `None` when the level lies outside (0, 1). Source: Gilbert (2005), *A modified
/// false discovery rate multiple-comparisons procedure for discrete data*, JRSS C 54, for leaving
/// out what cannot be found.
#[must_use]
pub fn screen(series: &[&[f64]], at: usize, level: f64) -> Option<Screen> {
    let mut checked: Vec<Option<Checked>> = series.iter().map(|counts| look(counts, at)).collect();
    let testable: Vec<usize> = checked
        .iter()
        .enumerate()
        .filter(|(_, found)| {
            found
                .as_ref()
                .is_some_and(|found| can_be_found(found, level))
        })
        .map(|(position, _)| position)
        .collect();
    let p: Vec<f64> = testable
        .iter()
        .filter_map(|&position| checked[position].as_ref().map(|found| found.p))
        .collect();
    let discoveries = benjamini_hochberg(&p, level)?;
    for (&position, &q) in testable.iter().zip(&discoveries.q) {
        if let Some(found) = checked[position].as_mut() {
            found.q = q;
            let sudden = found.c2.is_some_and(|verdict| verdict.alarm);
            found.emerging = q <= level && sudden && found.recent >= GUARD_CASES;
        }
    }
    Some(Screen {
        series: checked,
        discoveries,
    })
}

/// Whether any split of the events seen could be found. Depends on their sum only, which says
/// nothing about the split, so that leaving series out does not bend the p-values of the others.
fn can_be_found(found: &Checked, level: f64) -> bool {
    let events = found.count + found.expectation.earlier;
    attainable(events, found.expectation.weeks) <= level
}

/// One series on its own.
fn look(counts: &[f64], at: usize) -> Option<Checked> {
    let expectation = expectation(counts, at)?;
    let count = counts[at];
    let p = above_history(count, expectation.earlier, expectation.weeks)?;
    let recent = counts[(at + 1).saturating_sub(GUARD_DAYS)..=at]
        .iter()
        .sum();
    Some(Checked {
        count,
        expectation,
        p,
        q: 1.0,
        c2: sudden(counts, at),
        recent,
        emerging: false,
    })
}

/// EARS C2 against the same-weekday expectations of the days it looks at.
fn sudden(counts: &[f64], at: usize) -> Option<Verdict> {
    let first = at.checked_sub(C2.lookback())?;
    let expected: Vec<f64> = (first..=at)
        .map(|day| expectation(counts, day).map(|expectation| expectation.mean()))
        .collect::<Option<_>>()?;
    C2.judge(&counts[first..=at], &expected)
}
