//! Problems at outlets by week: where one lies above its share again and again.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::kpi::query::Row;
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::persistence::{Persistence, persistence};

#[cfg(test)]
mod tests;

/// Share of false discoveries accepted.
const LEVEL: f64 = 0.05;

/// Weeks looked at: a quarter.
pub const WEEKS: usize = 13;

/// Problems by week.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByWeek {
    /// First days of the weeks, oldest first.
    pub weeks: Vec<NaiveDate>,
    /// First and last day with a contact that has a place.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Contacts counted, and those without a problem type or place.
    pub contacts: (u64, u64),
    /// The problems at their places, those most unlikely by chance first.
    pub rows: Vec<Recurring>,
}

/// One problem at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurring {
    /// The problem type.
    pub problem: String,
    /// The place; empty for all.
    pub place: String,
    /// Contacts of each week, and what is expected: the place's contacts of the week times the problem's share of
    /// the contacts of all places.
    pub weeks: Vec<(f64, f64)>,
    /// What was made of them.
    pub judged: Persistence,
    /// Whether so many weeks above are more than chance makes of it, all series taken together.
    pub persistent: bool,
}

/// Puts contacts by day, problem type and place (rows of one grouping) into the weeks up to a day.
///
/// With `placed` each problem at each place is a series, held against the problem's share at all places; contacts
/// without a place are left out. Without, each problem is one, held against its share of all weeks: that shows
/// bursts, and hardly anything can lie above its own mean for long.
#[must_use]
pub fn by_week(rows: &[Row], to: NaiveDate, placed: bool) -> ByWeek {
    let mut counts: BTreeMap<(&str, &str), BTreeMap<NaiveDate, f64>> = BTreeMap::new();
    let mut of_place: BTreeMap<(&str, NaiveDate), f64> = BTreeMap::new();
    let mut of_problem: BTreeMap<&str, f64> = BTreeMap::new();
    let mut found = ByWeek::default();
    for row in rows {
        let Ok(day) = row.group.period.parse::<NaiveDate>() else {
            continue;
        };
        if day > to {
            continue;
        }
        let (problem, place) = match row.group.members.as_slice() {
            [Some(problem), Some(place)] if placed => (problem.as_str(), place.as_str()),
            [Some(problem), _] if !placed => (problem.as_str(), ""),
            _ => {
                found.contacts.1 += row.estimate.n;
                continue;
            }
        };
        let (week, n) = (Grain::Week.first_day(day), row.estimate.n as f64);
        let own = counts.entry((problem, place)).or_default();
        *own.entry(week).or_default() += n;
        *of_place.entry((place, week)).or_default() += n;
        *of_problem.entry(problem).or_default() += n;
        found.contacts.0 += row.estimate.n;
        let days = found.days.unwrap_or((day, day));
        found.days = Some((days.0.min(day), days.1.max(day)));
        found.weeks.push(week);
    }
    found.weeks.sort_unstable();
    found.weeks.dedup();
    found.rows = judged(&counts, &found.weeks, |problem, place, week| {
        let here = of_place.get(&(place, week)).copied().unwrap_or(0.0);
        here * of_problem[problem] / (found.contacts.0 as f64)
    });
    found
}

fn judged(
    counts: &BTreeMap<(&str, &str), BTreeMap<NaiveDate, f64>>,
    weeks: &[NaiveDate],
    expected: impl Fn(&str, &str, NaiveDate) -> f64,
) -> Vec<Recurring> {
    let mut rows: Vec<Recurring> = counts
        .iter()
        .filter_map(|((problem, place), counts)| {
            let weeks: Vec<(f64, f64)> = weeks
                .iter()
                .map(|week| {
                    let count = counts.get(week).copied().unwrap_or(0.0);
                    (count, expected(problem, place, *week))
                })
                .collect();
            Some(Recurring {
                problem: (*problem).to_owned(),
                place: (*place).to_owned(),
                judged: persistence(&weeks)?,
                weeks,
                persistent: false,
            })
        })
        .collect();
    let p: Vec<f64> = rows.iter().map(|row| row.judged.p).collect();
    if let Some(discoveries) = benjamini_hochberg(&p, LEVEL) {
        for (row, q) in rows.iter_mut().zip(discoveries.q) {
            row.persistent = q <= LEVEL;
        }
    }
    rows.sort_by(|a, b| {
        b.persistent
            .cmp(&a.persistent)
            .then(a.judged.p.total_cmp(&b.judged.p))
            .then_with(|| (&a.problem, &a.place).cmp(&(&b.problem, &b.place)))
    });
    rows
}
