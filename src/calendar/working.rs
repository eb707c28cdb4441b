//! Working time: how much of it lies between two instants, and when so much of it has passed.
//!
//! Pure arithmetic over UTC microseconds. A calendar is a week of spans on the local clock, with dates that differ
//! from it. Everything is exact to the microsecond; the cost grows with the spans between the two instants, not with
//! their length in minutes.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::{MICROS, Reading, instant, local};

/// Working hours of one shift on the local clock, in minutes after the midnight at which its day begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// When it begins, below 1440.
    pub from: u16,
    /// When it ends; above 1440 for a shift that ends on the day after. Later than `from`.
    pub until: u16,
}

/// The spans of the seven weekdays from Monday on, each in order and without overlap.
pub type Week = [Vec<Span>; 7];

/// A working calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar(Shape);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Every instant is working time.
    Always,
    /// The hours of a week.
    Week(Box<Hours>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Hours {
    zone: Tz,
    week: Week,
    /// Dates that do not take the hours of their weekday: which weekday's they take (0 = Monday), or none.
    exceptions: BTreeMap<NaiveDate, Option<usize>>,
}

impl Calendar {
    /// The calendar on which all time is working time.
    #[must_use]
    pub const fn always() -> Self {
        Self(Shape::Always)
    }

    /// A calendar of weekly hours on the clock of `zone`.
    ///
    /// A span belongs to the day it begins on: on a holiday no shift begins, but the night shift of the eve runs to
    /// its end. `exceptions` says of a date which weekday's hours it takes (0 = Monday), or that it has none.
    #[must_use]
    pub fn weekly(zone: Tz, week: Week, exceptions: BTreeMap<NaiveDate, Option<usize>>) -> Self {
        Self(Shape::Week(Box::new(Hours {
            zone,
            week,
            exceptions,
        })))
    }

    /// Working time from one instant to another, in microseconds; 0 when `until` is not later.
    #[must_use]
    pub fn between(&self, from: i64, until: i64) -> i64 {
        if until <= from {
            return 0;
        }
        match &self.0 {
            Shape::Always => until - from,
            Shape::Week(hours) => hours
                .spans(from)
                .take_while(|(begin, _)| *begin < until)
                .map(|(begin, end)| end.min(until) - begin)
                .sum(),
        }
    }

    /// The earliest instant at which `work` microseconds of working time have passed since `from`; `from` itself
    /// for none. `None` when the calendar never has so much, or only beyond the dates that can be written.
    #[must_use]
    pub fn after(&self, from: i64, work: i64) -> Option<i64> {
        if work <= 0 {
            return Some(from);
        }
        match &self.0 {
            Shape::Always => from.checked_add(work),
            Shape::Week(hours) => {
                if hours.week.iter().all(Vec::is_empty) {
                    return None;
                }
                let mut left = work;
                for (begin, end) in hours.spans(from) {
                    if left <= end - begin {
                        return Some(begin + left);
                    }
                    left -= end - begin;
                }
                None
            }
        }
    }
}

impl Hours {
    /// The stretches of working time from an instant on, in order and apart from each other.
    fn spans(&self, from: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        // A shift of the day before may run into this one.
        let first = local(self.zone, from).and_then(|local| local.date.pred_opt());
        let days = std::iter::successors(first, NaiveDate::succ_opt);
        let mut reached = from;
        days.flat_map(|date| self.of(date).iter().map(move |span| (date, *span)))
            .filter_map(move |(date, span)| {
                // Shifts of two days may overlap; working time counts once.
                let begin = at(self.zone, date, span.from)?.max(reached);
                let end = at(self.zone, date, span.until)?;
                reached = reached.max(end);
                (begin < end).then_some((begin, end))
            })
    }

    /// The spans that begin on a date.
    fn of(&self, date: NaiveDate) -> &[Span] {
        let weekday = match self.exceptions.get(&date) {
            Some(other) => *other,
            None => Some(date.weekday().num_days_from_monday() as usize),
        };
        weekday
            .and_then(|weekday| self.week.get(weekday))
            .map_or(&[], Vec::as_slice)
    }
}

/// The instant at which the local clock reaches a minute of a date, or of the day after it.
///
/// A reading shown twice is its first showing, one never shown is the instant at which the clock leaps over it. With
/// one rule for beginnings and ends, spans that touch on the clock touch in time.
fn at(zone: Tz, date: NaiveDate, minute: u16) -> Option<i64> {
    let midnight = date.and_time(NaiveTime::MIN);
    let reading = midnight.checked_add_signed(TimeDelta::minutes(i64::from(minute)))?;
    match instant(zone, reading) {
        Reading::One(at) | Reading::Twice(at) => Some(at),
        Reading::Never => Some(leap(zone, reading)),
    }
}

/// The first instant at which the local clock is at or past a reading that it never shows.
fn leap(zone: Tz, reading: NaiveDateTime) -> i64 {
    let as_utc = reading.and_utc().timestamp();
    let passed = |second: i64| {
        chrono::DateTime::from_timestamp(second, 0)
            .is_none_or(|at| at.with_timezone(&zone).naive_local() >= reading)
    };
    // No zone is a day and a half away from UTC, and clocks leap at whole seconds.
    let (mut before, mut after) = (as_utc - 36 * 3600, as_utc + 36 * 3600);
    while after - before > 1 {
        let middle = before.midpoint(after);
        if passed(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    after * MICROS
}

#[cfg(test)]
#[path = "working_tests.rs"]
mod tests;
