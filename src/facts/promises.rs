//! The promises of the settings, compiled: conditions checked, calendars found, limits in microseconds.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::calendar::working::{Calendar, Span};
use crate::error::{Error, Result};
use crate::expr::{Expr, Type, parse};
use crate::schema::Table;
use crate::schema::codes::STATUS;
use crate::schema::facts::{Fact, PROMISED};
use crate::settings::hours::ALWAYS;
use crate::settings::promise::{FIRST_REPLY, Subject};
use crate::settings::{CalendarEntry, PromiseEntry, Settings};

/// What clocks and stays are judged by.
#[derive(Debug, Clone)]
pub struct Promises {
    /// The promises, in the order of the settings.
    pub promises: Vec<Promise>,
    /// State → its limit.
    pub limits: BTreeMap<String, Limit>,
    /// The calendar of business time; its name is nobody's business but the settings'.
    pub business: Calendar,
    /// Columns of tickets that a complete record has.
    pub mandatory: Vec<&'static str>,
}

/// One promise.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Id in outputs.
    pub id: String,
    /// What it is given on.
    pub on: Subject,
    /// For which, at the time the clock starts.
    pub condition: Option<Expr>,
    /// What starts the clock.
    pub start: Moment,
    /// What stops it, besides closing.
    pub stop: Vec<Moment>,
    /// The states in which it stands still.
    pub pause_in: Vec<String>,
    /// Time allowed, and how.
    pub limit: Limit,
    /// Microseconds of working time after which it is on the early-warning list.
    pub warn: i64,
}

/// So much working time on a calendar.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Microseconds.
    pub micros: i64,
    /// The calendar's name.
    pub name: String,
    /// The calendar.
    pub calendar: Calendar,
}

/// What starts or stops a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// An event of this name.
    Event(String),
    /// The state of this name is entered.
    State(String),
}

impl Promises {
    /// Compiles the promises of the settings.
    ///
    /// # Errors
    /// When the condition of a promise does not make sense, or a calendar is not there.
    pub fn compile(settings: &Settings) -> Result<Self> {
        let calendars = calendars(settings);
        let find = |name: &str| -> Result<Calendar> {
            calendars.get(name).cloned().ok_or_else(|| {
                let hint = format!("define [calendar.{name}] in kefu.toml");
                Error::usage(format!("there is no calendar `{name}`"), hint)
            })
        };
        let limit = |limit: Duration, name: &str| -> Result<Limit> {
            Ok(Limit {
                micros: micros(limit),
                name: name.to_owned(),
                calendar: find(name)?,
            })
        };
        let promises = settings
            .promises
            .iter()
            .map(|entry| promise(entry, limit(entry.limit, &entry.calendar)?))
            .collect::<Result<_>>()?;
        let limits = settings
            .state_limits
            .iter()
            .filter_map(|(state, entry)| Some((state, entry.limit?, &entry.calendar)))
            .map(|(state, time, calendar)| Ok((state.clone(), limit(time, calendar)?)))
            .collect::<Result<_>>()?;
        // What is not stored on purpose is not missing.
        let mandatory = Table::by_name("tickets").map_or_else(Vec::new, |table| {
            let columns = table.columns.iter();
            columns
                .filter(|column| {
                    settings
                        .tickets
                        .mandatory
                        .iter()
                        .any(|name| name == column.name)
                })
                .filter(|column| !settings.privacy.drops(table, column))
                .map(|column| column.name)
                .collect()
        });
        Ok(Self {
            promises,
            limits,
            business: find(&settings.tickets.calendar)?,
            mandatory,
        })
    }
}

fn promise(entry: &PromiseEntry, limit: Limit) -> Result<Promise> {
    let table = match entry.on {
        Subject::Ticket => Some(&PROMISED),
        Subject::Chat => Fact::by_name("chat_facts"),
    };
    let condition = match (&entry.condition, table) {
        (Some(text), Some(table)) => {
            let parsed = parse::expression(text, table, Type::Flag);
            let place = || format!("`where` of [[promise]] `{}`", entry.id);
            Some(parsed.map_err(|fault| fault.located(place(), text))?)
        }
        _ => None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "a share of the limit")]
    let warn = (limit.micros as f64 * entry.warn_at).round() as i64;
    Ok(Promise {
        id: entry.id.clone(),
        on: entry.on,
        condition,
        start: moment(&entry.start),
        stop: entry.stop.iter().map(|name| moment(name)).collect(),
        pause_in: entry.pause_in.clone(),
        limit,
        warn,
    })
}

fn moment(name: &str) -> Moment {
    if STATUS.iter().any(|state| state.code == name) {
        return Moment::State(name.to_owned());
    }
    let event = if name == FIRST_REPLY { "replied" } else { name };
    Moment::Event(event.to_owned())
}

fn calendars(settings: &Settings) -> BTreeMap<String, Calendar> {
    let named = settings.calendars.iter();
    let mut all: BTreeMap<String, Calendar> = named
        .map(|(name, entry)| (name.clone(), calendar(entry, settings.centre.zone)))
        .collect();
    all.insert(ALWAYS.to_owned(), Calendar::always());
    all
}

fn calendar(entry: &CalendarEntry, zone: chrono_tz::Tz) -> Calendar {
    let spans = |day: &Vec<(u16, u16)>| -> Vec<Span> {
        day.iter()
            .map(|(from, until)| Span {
                from: *from,
                until: *until,
            })
            .collect()
    };
    let week = entry.hours.0.each_ref().map(spans);
    Calendar::weekly(entry.zone.unwrap_or(zone), week, entry.exceptions())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
