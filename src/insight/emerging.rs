//! What is emerging: problems whose count rises above what the same weekdays before lead to expect.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::kpi::query::{Row, Source};
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::emerging::screen;
use crate::stats::poisson::{above_history, attainable};

use super::measures::{Measure, Wanted};
use super::problems::{Scope, answer, check_dimensions, members};

#[cfg(test)]
mod tests;

/// Share of false alarms accepted among what is found.
pub const LEVEL: f64 = 0.05;

/// Days that are read: eight weeks to expect from, before each of the nine days that EARS looks at, and the week
/// that is judged.
const LOOKBACK: u64 = 56 + 9 + 7;

/// Weeks the weekly test takes its expectation from, and without how many it does not test: as for days.
const WEEKS: usize = 8;
const LEAST_WEEKS: usize = 2;

/// Cases in four weeks below which nothing is called emerging. Source: Farrington et al. (1996), JRSS A 159.
const GUARD: f64 = 5.0;

const ROWS: [Wanted; 1] = [Wanted {
    fact: "contact_facts",
    condition: "",
    measure: Measure::Rows,
}];

/// Over which stretch a count was held against its expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// The day: sudden.
    Day,
    /// The seven days that end with it: what rises by a case or two a day.
    Week,
}

/// One series, held against its expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Problem type, then the members of the other dimensions.
    pub members: Vec<String>,
    /// The stretch.
    pub span: Span,
    /// Cases in it.
    pub count: f64,
    /// Cases expected from the same weekdays before.
    pub expected: f64,
    /// Exact probability of as many or more.
    pub p: f64,
    /// The smallest level at which it is found among all series of the span.
    pub q: f64,
    /// EARS C2: distance from the days before in standard deviations; of days only.
    pub c2: Option<f64>,
    /// Cases in the four weeks up to the day.
    pub recent: f64,
    /// First day of the unbroken stretch of days above expectation, or of the week.
    pub since: NaiveDate,
    /// Whether it is emerging.
    pub emerging: bool,
}

/// All series of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Emerging {
    /// The day.
    pub date: NaiveDate,
    /// The series with enough history, the emerging first, then by probability.
    pub series: Vec<Series>,
    /// Tests made, of days and of weeks.
    pub tested: (usize, usize),
    /// False alarms to expect among what is found; an upper bound.
    pub false_alarms: f64,
    /// False alarms to expect had the tests not been taken together.
    pub uncorrected: f64,
}

/// Looks for emerging problems on the newest day of the scope.
///
/// # Errors
/// When contacts lack a dimension, there are none, or a table cannot be read.
pub fn emerging(scope: &Scope, source: &Source<'_>) -> Result<Emerging> {
    check_dimensions(&scope.by)?;
    let Some(date) = newest(scope, source)? else {
        return Err(Error::Nothing {
            message: "there are no contacts in the range".to_owned(),
            hint: "`kefu kpi --kpi contacts --grain day` lists the days that have some".to_owned(),
        });
    };
    let first = first_day(date).max(scope.from.unwrap_or(NaiveDate::MIN));
    let scope = Scope {
        from: Some(first),
        to: Some(date),
        ..scope.clone()
    };
    let rows = answer(&ROWS, Grain::Day, &scope.by, &scope, source)?;
    Ok(emerging_of(&rows, date))
}

/// Looks for emerging problems on a day among contacts by day, problem type and other dimensions: the rows of one
/// grouping, from [`first_day`] on.
#[must_use]
pub fn emerging_of(rows: &[Row], date: NaiveDate) -> Emerging {
    let first = first_day(date);
    let mut by_day: BTreeMap<Vec<String>, BTreeMap<NaiveDate, f64>> = BTreeMap::new();
    let mut start = date;
    for row in rows {
        let Ok(day) = row.group.period.parse::<NaiveDate>() else {
            continue;
        };
        if day < first || day > date {
            continue;
        }
        // The history begins where the store's does: a day before it is unknown, not empty.
        start = start.min(day);
        if let Some(members) = members(row) {
            *by_day.entry(members).or_default().entry(day).or_default() +=
                row.estimate.value.unwrap_or(0.0);
        }
    }
    let days: Vec<NaiveDate> = start.iter_days().take_while(|day| *day <= date).collect();
    let series: Vec<(Vec<String>, Vec<f64>)> = by_day
        .into_iter()
        .map(|(members, counts)| {
            let count = |day: &NaiveDate| counts.get(day).copied().unwrap_or(0.0);
            (members, days.iter().map(count).collect())
        })
        .collect();
    judge(&series, &days)
}

/// The first day that is read for a day to be judged.
#[must_use]
pub fn first_day(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(LOOKBACK)).unwrap_or(date)
}

/// The last day with contacts.
fn newest(scope: &Scope, source: &Source<'_>) -> Result<Option<NaiveDate>> {
    let days = source.store.parts_at("contact_facts", source.run)?;
    let inside = |day: &NaiveDate| {
        scope.from.is_none_or(|from| *day >= from) && scope.to.is_none_or(|to| *day <= to)
    };
    Ok(days
        .iter()
        .filter_map(|part| part.partition.as_deref()?.parse().ok())
        .filter(inside)
        .max())
}

/// Judges the last of `days` in all series, each with one count a day: its members, then the counts.
#[must_use]
pub fn judge(series: &[(Vec<String>, Vec<f64>)], days: &[NaiveDate]) -> Emerging {
    let date = days.last().copied().unwrap_or_default();
    let (mut found, day) = of_days(series, days);
    let (weeks, week) = of_weeks(series, days);
    found.extend(weeks);
    found.sort_by(|a, b| {
        b.emerging
            .cmp(&a.emerging)
            .then(a.p.total_cmp(&b.p))
            .then_with(|| (&a.members, a.span).cmp(&(&b.members, b.span)))
    });
    Emerging {
        date,
        series: found,
        tested: (day.tested, week.tested),
        false_alarms: day.false_alarms + week.false_alarms,
        uncorrected: day.uncorrected + week.uncorrected,
    }
}

/// What tests together promise.
#[derive(Debug, Clone, Copy, Default)]
struct Promise {
    tested: usize,
    false_alarms: f64,
    uncorrected: f64,
}

fn of_days(series: &[(Vec<String>, Vec<f64>)], days: &[NaiveDate]) -> (Vec<Series>, Promise) {
    let counts: Vec<&[f64]> = series.iter().map(|(_, counts)| counts.as_slice()).collect();
    let at = days.len().saturating_sub(1);
    let Some(screened) = screen(&counts, at, LEVEL) else {
        return (Vec::new(), Promise::default());
    };
    let mut found = Vec::new();
    for ((members, counts), checked) in series.iter().zip(&screened.series) {
        let Some(checked) = checked else { continue };
        let above = |day: &usize| {
            crate::stats::emerging::expectation(counts, *day)
                .is_some_and(|expected| counts[*day] > expected.mean())
        };
        let since = (0..=at).rev().take_while(above).last().unwrap_or(at);
        found.push(Series {
            members: members.clone(),
            span: Span::Day,
            count: checked.count,
            expected: checked.expectation.mean(),
            p: checked.p,
            q: checked.q,
            c2: checked.c2.map(|verdict| verdict.z),
            recent: checked.recent,
            since: days[since],
            emerging: checked.emerging,
        });
    }
    let promise = Promise {
        tested: screened.discoveries.tested,
        false_alarms: screened.discoveries.false_alarms,
        uncorrected: screened.discoveries.uncorrected,
    };
    (found, promise)
}

/// The same question of the week that ends with the day, against the weeks before: a problem that comes twice
/// a day instead of every third stays below notice on each single day.
fn of_weeks(series: &[(Vec<String>, Vec<f64>)], days: &[NaiveDate]) -> (Vec<Series>, Promise) {
    let weeks = (days.len() / 7).saturating_sub(1).min(WEEKS);
    if weeks < LEAST_WEEKS {
        return (Vec::new(), Promise::default());
    }
    let since = days[days.len() - 7];
    let mut found: Vec<Series> = Vec::new();
    let mut tested = Vec::new();
    for (members, counts) in series {
        let week = |back: usize| -> f64 {
            let end = counts.len() - 7 * back;
            counts[end - 7..end].iter().sum()
        };
        let count = week(0);
        let earlier: f64 = (1..=weeks).map(week).sum();
        let periods = weeks as f64;
        let Some(p) = above_history(count, earlier, periods) else {
            continue;
        };
        if attainable(count + earlier, periods) <= LEVEL {
            tested.push(found.len());
        }
        found.push(Series {
            members: members.clone(),
            span: Span::Week,
            count,
            expected: earlier / periods,
            p,
            q: 1.0,
            c2: None,
            recent: (0..=weeks.min(3)).map(week).sum(),
            since,
            emerging: false,
        });
    }
    let p: Vec<f64> = tested.iter().map(|at| found[*at].p).collect();
    let Some(discoveries) = benjamini_hochberg(&p, LEVEL) else {
        return (found, Promise::default());
    };
    for (at, q) in tested.iter().zip(&discoveries.q) {
        let series = &mut found[*at];
        series.q = *q;
        series.emerging = *q <= LEVEL && series.recent >= GUARD;
    }
    let promise = Promise {
        tested: discoveries.tested,
        false_alarms: discoveries.false_alarms,
        uncorrected: discoveries.uncorrected,
    };
    (found, promise)
}
