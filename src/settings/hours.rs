//! `[calendar.NAME]`: working hours by weekday, holidays, and working days that make up for them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::values::zone;
use crate::error::Result;

use super::document::{Document, Step};
use super::nearest::suggestion;

/// Names of the weekdays, Monday first.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The key of shifts that begin on every day of the week, beside the day's own hours.
const NIGHT: &str = "night";

/// The name of the built-in calendar on which all time is working time.
pub const ALWAYS: &str = "always";

/// The weekday whose hours a make-up day takes when it names none: Monday.
const MAKE_UP: usize = 0;

/// Longest range of dates that one entry may write.
const LONGEST: i64 = 366;

/// One `[calendar.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarEntry {
    /// Zone of the hours and dates; default: the centre's.
    #[serde(default, deserialize_with = "optional_zone")]
    pub zone: Option<Tz>,
    /// Hours by weekday.
    pub hours: WeekHours,
    /// Dates without hours.
    #[serde(default)]
    pub holidays: Vec<Dates>,
    /// Dates that take the hours of a weekday that they are not.
    #[serde(default)]
    pub workdays: Vec<Workday>,
}

/// Minutes after midnight from which and until which work is done; an overnight span ends beyond 1440.
pub type Minutes = (u16, u16);

/// The hours of the seven weekdays from Monday on, each in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WeekHours(pub [Vec<Minutes>; 7]);

/// A date, or a range of dates with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// The first.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
}

/// Make-up days, and the weekday whose hours they take, 0 = Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workday {
    /// The dates.
    pub dates: Dates,
    /// Whose hours.
    pub hours_of: usize,
}

impl CalendarEntry {
    /// The dates that differ from the week, in the form of [`crate::calendar::working::Calendar::weekly`].
    #[must_use]
    pub fn exceptions(&self) -> BTreeMap<NaiveDate, Option<usize>> {
        let holidays = self.holidays.iter().flat_map(|dates| dates.days());
        let mut all: BTreeMap<NaiveDate, Option<usize>> = holidays.map(|day| (day, None)).collect();
        for workday in &self.workdays {
            all.extend(
                workday
                    .dates
                    .days()
                    .map(|day| (day, Some(workday.hours_of))),
            );
        }
        all
    }
}

impl Dates {
    fn days(self) -> impl Iterator<Item = NaiveDate> {
        std::iter::successors(Some(self.first), NaiveDate::succ_opt)
            .take_while(move |day| *day <= self.last)
    }
}

/// Checks what one calendar says against itself.
pub(super) fn check(document: &Document, name: &str, entry: &CalendarEntry) -> Result<()> {
    use Step::{At, Key};
    let place = format!("[calendar.{name}]");
    if name == ALWAYS {
        return Err(document.key_error(
            &[Key("calendar"), Key(name)],
            format!("{place}: `{ALWAYS}` is built in: all time is working time"),
            "give the calendar another name",
        ));
    }
    if entry.hours.0.iter().all(Vec::is_empty) {
        return Err(document.value_error(
            &[Key("calendar"), Key(name), Key("hours")],
            format!("{place} has no hours"),
            "write them as { mon-fri = [\"09:00-18:00\"] }",
        ));
    }
    for (at, workday) in entry.workdays.iter().enumerate() {
        let path = [Key("calendar"), Key(name), Key("workdays"), At(at)];
        let mut days = workday.dates.days();
        let holidays = |day: &NaiveDate| {
            let mut holidays = entry.holidays.iter();
            holidays.any(|dates| (dates.first..=dates.last).contains(day))
        };
        if let Some(day) = days.find(holidays) {
            return Err(document.value_error(
                &path,
                format!("{place}: {day} is a holiday and a workday"),
                "take it out of one of the two",
            ));
        }
        if entry
            .hours
            .0
            .get(workday.hours_of)
            .is_none_or(Vec::is_empty)
        {
            let weekday = WEEKDAYS.get(workday.hours_of).unwrap_or(&"mon");
            return Err(document.value_error(
                &path,
                format!("{place}: a workday takes the hours of {weekday}, which has none"),
                "name the weekday whose hours it takes: \"2026-10-10 as wed\"",
            ));
        }
    }
    Ok(())
}

fn optional_zone<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Tz>, D::Error> {
    zone(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for WeekHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = WeekHours;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "hours by weekday, such as { mon-fri = [\"09:00-12:00\", \"13:30-18:00\"] }",
                )
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<WeekHours, A::Error> {
                let mut week = WeekHours::default();
                let mut named = [false; 7];
                while let Some(key) = map.next_key::<String>()? {
                    let days = weekdays(&key).map_err(A::Error::custom)?;
                    let spans: Vec<String> = map.next_value()?;
                    for day in days {
                        if key != NIGHT && std::mem::replace(&mut named[day], true) {
                            return Err(A::Error::custom(format!(
                                "{} has its hours twice, the second time in `{key}`",
                                WEEKDAYS[day]
                            )));
                        }
                        for text in &spans {
                            let span = minutes(text).map_err(A::Error::custom)?;
                            week.0[day].push(span);
                        }
                    }
                }
                for (day, spans) in week.0.iter_mut().enumerate() {
                    spans.sort_unstable();
                    if let Some(pair) = spans.windows(2).find(|pair| pair[1].0 < pair[0].1) {
                        return Err(A::Error::custom(format!(
                            "the hours of {} overlap at {:02}:{:02}",
                            WEEKDAYS[day],
                            pair[1].0 / 60,
                            pair[1].0 % 60
                        )));
                    }
                }
                Ok(week)
            }
        }
        deserializer.deserialize_map(Form)
    }
}

/// The weekdays that a key of `hours` names.
fn weekdays(key: &str) -> std::result::Result<Vec<usize>, String> {
    if key == NIGHT {
        return Ok((0..7).collect());
    }
    let day = |name: &str| {
        let found = WEEKDAYS.iter().position(|known| *known == name);
        found.ok_or_else(|| {
            let near = suggestion(name, &WEEKDAYS, "the weekdays are");
            format!("`{key}` in hours is no weekday, range such as mon-fri, or {NIGHT}: {near}")
        })
    };
    let Some((first, last)) = key.split_once('-') else {
        return Ok(vec![day(key)?]);
    };
    let (first, last) = (day(first)?, day(last)?);
    let count = (last + 7 - first) % 7 + 1;
    Ok((first..first + count).map(|day| day % 7).collect())
}

/// Reads `09:00-12:00`.
fn minutes(text: &str) -> std::result::Result<Minutes, String> {
    let reading = |text: &str| -> Option<u16> {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
    };
    let ends = text
        .split_once('-')
        .and_then(|(from, until)| Some((reading(from)?, reading(until)?)));
    // One that ends at or before it begins ends on the day after; one without length is none.
    let span = ends.and_then(|(from, until)| match (from, until) {
        (1440.., _) => None,
        _ if from == until => None,
        _ if until < from => Some((from, until + 1440)),
        _ => Some((from, until)),
    });
    span.ok_or_else(|| {
        format!(
            "`{text}` is no span of hours such as \"09:00-12:00\", \"22:00-06:00\" or \"00:00-24:00\""
        )
    })
}

impl<'de> Deserialize<'de> for Dates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        dates(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads `2026-10-01` or `2026-10-01..2026-10-07`.
fn dates(text: &str) -> std::result::Result<Dates, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let ends = (first.trim().parse(), last.trim().parse());
    let (Ok(first), Ok(last)) = ends else {
        return Err(format!(
            "`{text}` is no date such as \"2026-10-01\" and no range such as \"2026-10-01..2026-10-07\""
        ));
    };
    let dates = Dates { first, last };
    if first > last {
        return Err(format!("the range `{text}` ends before it begins"));
    }
    if (last - first).num_days() >= LONGEST {
        return Err(format!("the range `{text}` is longer than a year"));
    }
    Ok(dates)
}

impl<'de> Deserialize<'de> for Workday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (day, weekday) = match text.split_once(" as ") {
            Some((day, weekday)) => (day, Some(weekday.trim())),
            None => (text.as_str(), None),
        };
        let hours_of = match weekday {
            None => MAKE_UP,
            Some(name) => WEEKDAYS
                .iter()
                .position(|known| *known == name)
                .ok_or_else(|| {
                    let near = suggestion(name, &WEEKDAYS, "the weekdays are");
                    D::Error::custom(format!("`{name}` is no weekday: {near}"))
                })?,
        };
        Ok(Self {
            dates: dates(day).map_err(D::Error::custom)?,
            hours_of,
        })
    }
}
