//! The day reported on: the newest one that is not nearly empty.
//!
//! A cut-off shortly after midnight leaves a few tickets on a day that has only begun. Such a day is passed over, with a
//! note, until there is more of it.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::kpi::catalogue::Catalogue;
use crate::kpi::mart::Mart;
use crate::report::PassedOver;
use crate::stats::control::rules;

use super::Job;

/// What arrives at a centre, whether or not anybody answered: calls, chats, tickets.
const ARRIVING: [&str; 3] = ["offered", "chats", "tickets"];

/// Figures whose days can be asked for, beside those.
const ALSO: &str = "contacts";

/// Days before a day that say what is usual on it: eight weeks.
const BEFORE: u64 = 56;

/// A day is reported on from this part of what is usual on its weekday on.
const OF_WEEKDAY: f64 = 1.0 / 4.0;

/// And from this part of what is usual on any day on: a weekday on which the centre is closed has stray tickets only.
const OF_ANY_DAY: f64 = 1.0 / 20.0;

/// Arrivals of a usual day below which chance alone makes days of less than a quarter of it: there, any data counts.
const FEW: f64 = 30.0;

/// The newest days with data that are looked at. Where all of them fall short, that is what is usual now.
const LOOKED_AT: usize = 7;

/// Calls, chats and tickets by day.
type Arrivals = BTreeMap<NaiveDate, u64>;

/// The day reported on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) date: NaiveDate,
    /// Newer days with data, oldest first; none where the day was asked for.
    pub(super) passed_over: Vec<PassedOver>,
}

/// The asked day, else the newest day up to the cut-off that is not nearly empty.
///
/// # Errors
/// When there is no data of the asked day, or none at all.
pub(super) fn chosen(
    job: &Job,
    catalogue: &Catalogue,
    mart: &Mart<'_>,
    as_of: NaiveDate,
) -> Result<Chosen> {
    let mut arrivals = Arrivals::new();
    for id in ARRIVING.into_iter().chain([ALSO]) {
        let at = catalogue.position(id)?;
        for row in mart.of(at, Grain::Day, &[]) {
            let Some(day) = row.group.period.parse().ok() else {
                continue;
            };
            if row.estimate.n > 0 {
                let sum = arrivals.entry(day).or_default();
                *sum += if id == ALSO { 0 } else { row.estimate.n };
            }
        }
    }
    let until = arrivals
        .range(..=as_of)
        .map(|(day, n)| (*day, *n))
        .collect();
    match (job.date, newest(&until)) {
        (Some(asked), _) if arrivals.contains_key(&asked) => Ok(Chosen {
            date: asked,
            passed_over: Vec::new(),
        }),
        (Some(asked), Some(newest)) => Err(Error::usage(
            format!("there is no data of {asked}"),
            format!("the newest day with data is {}", newest.date),
        )),
        (None, Some(newest)) => Ok(newest),
        (_, None) => Err(Error::usage(
            "the store holds no day with data",
            "take exports in with `kefu run INPUT`",
        )),
    }
}

/// The newest day that is not nearly empty; `None` without any.
fn newest(arrivals: &Arrivals) -> Option<Chosen> {
    let recent: Vec<(NaiveDate, u64)> = arrivals
        .iter()
        .rev()
        .take(LOOKED_AT)
        .map(|(day, n)| (*day, *n))
        .collect();
    let now = median(recent.iter().map(|(_, n)| *n)) * OF_WEEKDAY;
    let at = recent
        .iter()
        .position(|(day, n)| *n as f64 >= least(arrivals, *day))
        .or_else(|| recent.iter().position(|(_, n)| *n as f64 >= now))?;
    let (date, _) = *recent.get(at)?;
    let newer = recent.into_iter().take(at).rev();
    Some(Chosen {
        date,
        passed_over: newer
            .map(|(date, arrived)| PassedOver { date, arrived })
            .collect(),
    })
}

/// How much has to arrive on a day for it to be reported on, by the eight weeks before it; 0 without any data in them.
fn least(arrivals: &Arrivals, day: NaiveDate) -> f64 {
    let first = day.checked_sub_days(Days::new(BEFORE)).unwrap_or(day);
    let before = || arrivals.range(first..day);
    let same: Vec<u64> = before()
        .filter(|(known, _)| known.weekday() == day.weekday())
        .map(|(_, n)| *n)
        .collect();
    let usual = median(before().map(|(_, n)| *n));
    if usual < FEW {
        return 0.0;
    }
    // One day is no habit.
    if same.len() < 2 {
        return usual * OF_WEEKDAY;
    }
    (median(same) * OF_WEEKDAY).max(usual * OF_ANY_DAY)
}

/// The median; 0 of none.
fn median(numbers: impl IntoIterator<Item = u64>) -> f64 {
    let numbers: Vec<f64> = numbers.into_iter().map(|n| n as f64).collect();
    rules::median(&numbers).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 2 March 2026.
    fn day(at: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap() + Days::new(at)
    }

    /// Four weeks of 300 contacts on working days, `saturday` and `sunday` on the others; none is no data.
    fn weeks(saturday: u64, sunday: u64) -> Arrivals {
        (0..28)
            .map(|at| match at % 7 {
                5 => (day(at), saturday),
                6 => (day(at), sunday),
                _ => (day(at), 300),
            })
            .filter(|(_, n)| *n > 0)
            .collect()
    }

    /// The day chosen when this arrives on the days from the 29th day on, with the days passed over.
    fn after(mut arrivals: Arrivals, counts: &[u64]) -> (u64, Vec<(u64, u64)>) {
        let days = (28..).zip(counts);
        arrivals.extend(days.map(|(at, n)| (day(at), *n)).filter(|(_, n)| *n > 0));
        let number = |date: NaiveDate| u64::try_from((date - day(0)).num_days()).unwrap();
        let found = newest(&arrivals).unwrap();
        let passed = found.passed_over.iter();
        let passed = passed.map(|passed| (number(passed.date), passed.arrived));
        (number(found.date), passed.collect())
    }

    #[test]
    fn a_day_that_has_only_begun_is_passed_over() {
        let usual = || weeks(150, 100);
        assert_eq!(after(usual(), &[]), (27, vec![]));
        assert_eq!(after(usual(), &[1]), (27, vec![(28, 1)]));
        // A quarter of 300 counts, one less does not.
        assert_eq!(after(usual(), &[75]), (28, vec![]));
        assert_eq!(after(usual(), &[74]), (27, vec![(28, 74)]));
        // Several, oldest first.
        assert_eq!(after(usual(), &[300, 20, 1]), (28, vec![(29, 20), (30, 1)]));
    }

    #[test]
    fn a_weekday_is_measured_by_its_own_kind() {
        // 40 contacts are a quarter of a Saturday of 150, and little on a Monday.
        assert_eq!(after(weeks(150, 100), &[300, 300, 300, 300, 300, 40]).0, 33);
        assert_eq!(after(weeks(150, 100), &[40]).0, 27);
    }

    #[test]
    fn a_holiday_is_passed_over_and_the_day_after_decides_again() {
        let holiday = [300, 300, 30];
        assert_eq!(after(weeks(150, 100), &holiday), (29, vec![(30, 30)]));
        assert_eq!(after(weeks(150, 100), &[300, 300, 30, 280]), (31, vec![]));
        // Little traffic for a week is what is usual now, and a day that has only begun is little of that, too.
        let week = [300, 30, 28, 31, 30, 12, 10, 33];
        assert_eq!(after(weeks(150, 100), &week[..7]).0, 28);
        assert_eq!(after(weeks(150, 100), &week).0, 35);
        let begun = [&week[..], &[1]].concat();
        assert_eq!(after(weeks(150, 100), &begun), (35, vec![(36, 1)]));
    }

    #[test]
    fn a_closed_weekday_has_stray_tickets_only() {
        // Closed on Sundays: without data, and with three tickets each week.
        let week = [300, 300, 300, 300, 300, 150];
        assert_eq!(after(weeks(150, 0), &week), (33, vec![]));
        for strays in [0, 3] {
            let sunday = [&week[..], &[3]].concat();
            assert_eq!(after(weeks(150, strays), &sunday), (33, vec![(34, 3)]));
        }
        // A working Sunday, and a small one of a centre that is open on Sundays.
        let working = [&week[..], &[280]].concat();
        assert_eq!(after(weeks(150, 3), &working).0, 34);
        let small = [&week[..], &[25]].concat();
        assert_eq!(after(weeks(150, 30), &small).0, 34);
    }

    #[test]
    fn a_short_record_is_measured_by_what_there_is() {
        let of = |counts: &[u64]| after(Arrivals::new(), counts);
        // No day before: any data counts.
        assert_eq!(of(&[1]), (28, vec![]));
        assert_eq!(newest(&Arrivals::new()), None);
        assert_eq!(of(&[300, 74]), (28, vec![(29, 74)]));
        assert_eq!(of(&[300, 75]), (29, vec![]));
        // One same weekday before is too few: all days before count.
        assert_eq!(of(&[10, 300, 300, 300, 300, 300, 300, 20]).0, 34);
        // A centre with a handful of contacts a day.
        assert_eq!(of(&[29, 29, 29, 1]), (31, vec![]));
        assert_eq!(of(&[30, 30, 30, 1]), (30, vec![(31, 1)]));
        // Data from long ago say nothing.
        let mut long_ago = weeks(150, 100);
        long_ago.insert(day(120), 1);
        assert_eq!(newest(&long_ago).unwrap().date, day(120));
    }
}
