//! What keeps coming back: problem types by what they cost, how sure their order is, and in how many weeks they
//! lie above what their place leads to expect.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::schema::facts::Fact;
use crate::settings::suggestion;
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::pareto::{cost_interval, pareto, rank_bands, simultaneous};
use crate::stats::persistence::{Persistence, persistence};
use crate::stats::sum::whole;

use super::measures::{self, Measure, Wanted};

#[cfg(test)]
mod tests;

/// The dimension every row has.
pub(super) const PROBLEM: &str = "problem_type";

/// Probability that all rank bands together are right, and share of false discoveries accepted.
const JOINT: f64 = 0.95;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Dimensions beside the problem type.
    pub by: Vec<String>,
    /// First local date.
    pub from: Option<NaiveDate>,
    /// Last local date.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition over `contact_facts`.
    pub condition: Option<String>,
}

/// The problems of a stretch of days, the costliest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Problems {
    /// The problems.
    pub rows: Vec<Problem>,
    /// Contacts left out because they have no problem type, or no member of another dimension.
    pub without: u64,
    /// First and last day with a contact.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// First days of the weeks with a contact, oldest first.
    pub weeks: Vec<NaiveDate>,
    /// Whether tickets have all the dimensions, so that compensation is part of the cost.
    pub compensated: bool,
}

/// One problem, or one problem at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The problem type, then the members of the other dimensions.
    pub members: Vec<String>,
    /// Contacts about it.
    pub contacts: u64,
    /// Minutes of handling its first contacts.
    pub handling_minutes: f64,
    /// Contacts about it that another about the same issue followed: each is a repeat contact it caused.
    pub repeats: u64,
    /// Minutes of handling those: their number times the problem's mean handling time.
    pub repeat_minutes: f64,
    /// Yuan paid.
    pub compensation: f64,
    /// Yuan of all three.
    pub cost: f64,
    /// Where the expected cost may lie, all intervals together right with 95 %.
    pub interval: (f64, f64),
    /// Contacts of each week and what its place leads to expect, oldest first, as [`Problems::weeks`].
    pub weeks: Vec<(f64, f64)>,
    /// Share of the cost of all problems.
    pub share: f64,
    /// Share of this and all costlier problems.
    pub cumulative: f64,
    /// Best and worst rank that chance leaves open, all bands together right with 95 %.
    pub ranks: (usize, usize),
    /// Share of all repeat contacts whose first reason it was.
    pub share_of_repeats: f64,
    /// Its weeks above expectation.
    pub persistence: Option<Persistence>,
    /// Whether so many weeks are more than chance makes of them, all problems looked at together.
    pub persistent: bool,
}

const CONTACTS: usize = 0;
const FIRST_SECONDS: usize = 1;
const FIRST_SQUARES: usize = 2;
const REPEATS: usize = 3;
const MEAN_SECONDS: usize = 4;
const MOST_SECONDS: usize = 5;

/// A repeat contact costs what its own problem takes on average. Its handling time is not counted a second
/// time as a contact: only contacts that follow no other are.
const OF_CONTACTS: [Wanted; 6] = {
    const fn of(condition: &'static str, measure: Measure) -> Wanted {
        Wanted {
            fact: "contact_facts",
            condition,
            measure,
        }
    }
    const FIRST: &str = "issue_key IS NULL OR first_contact";
    [
        of("", Measure::Rows),
        of(FIRST, Measure::Sum("handle_s")),
        of(FIRST, Measure::Sum("handle_s * handle_s")),
        of("repeated", Measure::Rows),
        of("", Measure::Mean("handle_s")),
        of("", Measure::Max("handle_s")),
    ]
};

const OF_TICKETS: [Wanted; 3] = {
    const fn of(measure: Measure) -> Wanted {
        Wanted {
            fact: "ticket_facts",
            condition: "",
            measure,
        }
    }
    [
        of(Measure::Sum("compensation")),
        of(Measure::Sum("compensation * compensation")),
        of(Measure::Max("compensation")),
    ]
};

/// What one problem adds up to.
#[derive(Debug, Clone, Default)]
struct Sums {
    of_contacts: [f64; OF_CONTACTS.len()],
    of_tickets: [f64; OF_TICKETS.len()],
}

/// Ranks the problems by cost; `minute` is what a minute of handling costs in yuan.
///
/// # Errors
/// When contacts lack a dimension, or a table cannot be read.
pub fn problems(scope: &Scope, minute: f64, source: &Source<'_>) -> Result<Problems> {
    let by = std::slice::from_ref(&scope.by);
    let found = problems_at(by, scope, minute, source)?.pop();
    found.ok_or_else(|| Error::Nothing {
        message: "there are no contacts in the range".to_owned(),
        hint: "`kefu kpi --kpi contacts --grain day` lists the days that have some".to_owned(),
    })
}

/// Ranks the problems by cost for several choices of dimensions, each table read once for all of them; the
/// dimensions of the scope are not asked. One result for each choice.
///
/// # Errors
/// As [`problems`].
pub fn problems_at(
    choices: &[Vec<String>],
    scope: &Scope,
    minute: f64,
    source: &Source<'_>,
) -> Result<Vec<Problems>> {
    for by in choices {
        check_dimensions(by)?;
    }
    let tickets = Fact::by_name("ticket_facts");
    let has =
        |name: &String| tickets.is_some_and(|fact| fact.dimensions().any(|known| known == name));
    let paid = |by: &Vec<String>| scope.condition.is_none() && by.iter().all(has);
    let with_tickets: Vec<Vec<String>> = choices.iter().filter(|by| paid(by)).cloned().collect();
    let contacts_by = answers(&OF_CONTACTS, Grain::All, choices, scope, source)?;
    let mut tickets_by = if with_tickets.is_empty() {
        Vec::new()
    } else {
        answers(&OF_TICKETS, Grain::All, &with_tickets, scope, source)?
    }
    .into_iter();
    let days_by = answers(&OF_CONTACTS[..1], Grain::Day, choices, scope, source)?;
    let mut found = Vec::with_capacity(choices.len());
    for ((by, rows), days) in choices.iter().zip(contacts_by).zip(days_by) {
        let (mut sums, without) = contacts(rows);
        let compensated = paid(by);
        if compensated {
            for row in tickets_by.next().unwrap_or_default() {
                if let Some(members) = members(&row) {
                    let sums = sums.entry(members).or_default();
                    sums.of_tickets[row.kpi] = row.estimate.value.unwrap_or(0.0);
                }
            }
        }
        let (counts, days) = weekly(days);
        let mut rows = ranked(sums, minute);
        let weeks = judge_weeks(&mut rows, &counts);
        found.push(Problems {
            rows,
            without,
            days,
            weeks,
            compensated,
        });
    }
    Ok(found)
}

/// Contacts must have every dimension, each named once.
pub(super) fn check_dimensions(by: &[String]) -> Result<()> {
    let known: Vec<&str> = Fact::by_name("contact_facts")
        .map(|fact| fact.dimensions().filter(|name| *name != PROBLEM).collect())
        .unwrap_or_default();
    for (at, name) in by.iter().enumerate() {
        if by[..at].contains(name) || name == PROBLEM {
            return Err(Error::usage(
                format!("--by names `{name}` twice"),
                "name each dimension once; problem_type is always there",
            ));
        }
        if !known.contains(&name.as_str()) {
            return Err(Error::usage(
                format!("contacts cannot be split by `{name}`"),
                suggestion(name, &known, "their dimensions are"),
            ));
        }
    }
    Ok(())
}

pub(super) fn answer(
    wanted: &[Wanted],
    grain: Grain,
    by: &[String],
    scope: &Scope,
    source: &Source<'_>,
) -> Result<Vec<Row>> {
    let mut found = answers(wanted, grain, &[by.to_vec()], scope, source)?;
    Ok(found.pop().unwrap_or_default())
}

/// The rows of each choice of dimensions beside the problem type.
fn answers(
    wanted: &[Wanted],
    grain: Grain,
    choices: &[Vec<String>],
    scope: &Scope,
    source: &Source<'_>,
) -> Result<Vec<Vec<Row>>> {
    let catalogue = measures::catalogue(wanted)?;
    let grouping = |by: &Vec<String>| Grouping {
        grain,
        by: std::iter::once(PROBLEM.to_owned())
            .chain(by.iter().cloned())
            .collect(),
    };
    let query = Query {
        kpis: (0..wanted.len()).collect(),
        groupings: choices.iter().map(grouping).collect(),
        from: scope.from,
        to: scope.to,
        condition: scope.condition.clone(),
    };
    query.answer(&catalogue, source)
}

/// The members of a row; `None` where one is missing.
pub(super) fn members(row: &Row) -> Option<Vec<String>> {
    row.group.members.iter().cloned().collect()
}

fn contacts(rows: Vec<Row>) -> (BTreeMap<Vec<String>, Sums>, u64) {
    let mut sums: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
    let mut without = 0;
    for row in rows {
        match members(&row) {
            Some(members) => {
                let sums = sums.entry(members).or_default();
                sums.of_contacts[row.kpi] = row.estimate.value.unwrap_or(0.0);
            }
            None if row.kpi == CONTACTS => without += row.estimate.n,
            None => {}
        }
    }
    (sums, without)
}

/// Costs in descending order, with shares and rank bands.
fn ranked(sums: BTreeMap<Vec<String>, Sums>, minute: f64) -> Vec<Problem> {
    let second = minute / 60.0;
    let repeats: f64 = sums.values().map(|sums| sums.of_contacts[REPEATS]).sum();
    let level = simultaneous(JOINT, sums.len());
    let mut costed = Vec::with_capacity(sums.len());
    let mut intervals = Vec::with_capacity(sums.len());
    for (members, sums) in sums {
        let [compensation, compensation_squares, most_paid] = sums.of_tickets;
        let of = sums.of_contacts;
        let repeat_seconds = of[REPEATS] * of[MEAN_SECONDS];
        let cost = second * (of[FIRST_SECONDS] + repeat_seconds) + compensation;
        let squares = second
            * second
            * (of[FIRST_SQUARES] + of[REPEATS] * of[MEAN_SECONDS] * of[MEAN_SECONDS])
            + compensation_squares;
        let largest = (second * of[MOST_SECONDS]).max(most_paid);
        intervals.push(cost_interval(cost, squares, largest, level).unwrap_or((cost, cost)));
        costed.push(Problem {
            members,
            contacts: whole(of[CONTACTS]),
            handling_minutes: of[FIRST_SECONDS] / 60.0,
            repeats: whole(of[REPEATS]),
            repeat_minutes: repeat_seconds / 60.0,
            compensation,
            cost,
            interval: (cost, cost),
            weeks: Vec::new(),
            share: 0.0,
            cumulative: 0.0,
            ranks: (1, 1),
            share_of_repeats: if repeats > 0.0 {
                of[REPEATS] / repeats
            } else {
                0.0
            },
            persistence: None,
            persistent: false,
        });
    }
    let costs: Vec<f64> = costed.iter().map(|problem| problem.cost).collect();
    let bands = rank_bands(&intervals);
    let bars = pareto(&costs).unwrap_or_default();
    bars.iter()
        .map(|bar| Problem {
            share: bar.share,
            cumulative: bar.cumulative,
            ranks: bands[bar.at],
            interval: intervals[bar.at],
            ..costed[bar.at].clone()
        })
        .collect()
}

/// Contacts by first day of the week: of each problem at each place.
type Weeks = BTreeMap<Vec<String>, BTreeMap<NaiveDate, f64>>;

fn weekly(rows: Vec<Row>) -> (Weeks, Option<(NaiveDate, NaiveDate)>) {
    let mut weeks = Weeks::new();
    let mut days: Option<(NaiveDate, NaiveDate)> = None;
    for row in rows {
        let Ok(day) = row.group.period.parse::<NaiveDate>() else {
            continue;
        };
        days = Some(days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        if let Some(members) = members(&row) {
            let week = Grain::Week.first_day(day);
            let count = row.estimate.value.unwrap_or(0.0);
            *weeks.entry(members).or_default().entry(week).or_default() += count;
        }
    }
    (weeks, days)
}

/// Weeks above expectation: the contacts of the place in the week times the problem's share of all contacts.
/// A place that has a problem more often than the others lies above in more weeks than chance makes of it.
/// Gives the weeks.
fn judge_weeks(rows: &mut [Problem], weeks: &Weeks) -> Vec<NaiveDate> {
    let mut of_place: BTreeMap<(&[String], NaiveDate), f64> = BTreeMap::new();
    let mut of_problem: BTreeMap<&str, f64> = BTreeMap::new();
    let mut all = 0.0;
    let mut names: Vec<NaiveDate> = Vec::new();
    for (members, counts) in weeks {
        for (week, count) in counts {
            *of_place.entry((&members[1..], *week)).or_default() += count;
            *of_problem.entry(&members[0]).or_default() += count;
            all += count;
            names.push(*week);
        }
    }
    names.sort_unstable();
    names.dedup();
    let mut p = Vec::new();
    for row in rows.iter_mut() {
        let counts = weeks.get(&row.members);
        let share = of_problem
            .get(row.members[0].as_str())
            .copied()
            .unwrap_or(0.0)
            / all;
        row.weeks = names
            .iter()
            .map(|week| {
                let count = counts.and_then(|counts| counts.get(week)).copied();
                let place = of_place.get(&(&row.members[1..], *week)).copied();
                (count.unwrap_or(0.0), place.unwrap_or(0.0) * share)
            })
            .collect();
        row.persistence = persistence(&row.weeks);
        p.push(row.persistence.as_ref().map_or(1.0, |found| found.p));
    }
    if let Some(found) = benjamini_hochberg(&p, 1.0 - JOINT) {
        for (row, q) in rows.iter_mut().zip(found.q) {
            row.persistent = q <= 1.0 - JOINT;
        }
    }
    names
}
