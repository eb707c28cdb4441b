//! `[[promise]]`, `[state_limit]` and `[tickets]`: what is promised on tickets and chats, and by when.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::document::{Document, Step};
use super::hours::{ALWAYS, CalendarEntry};
use super::nearest::suggestion;
use super::values::duration;
use super::{File, Settings};
use crate::error::Result;
use crate::i18n::{Bilingual, once_or_both};
use crate::schema::Table;
use crate::schema::codes::{EVENT, STATUS};

use Step::{At, Key};

/// The moment at which a ticket is created, or a customer begins to wait for a person in a chat.
pub const CREATED: &str = "created";
/// The first reply that a person gives to the customer.
pub const FIRST_REPLY: &str = "first_reply";

/// One `[[promise]]`: a clock on a ticket or a chat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromiseEntry {
    /// Id in outputs.
    pub id: String,
    /// Name in both languages.
    pub name: Bilingual,
    /// What it is promised on.
    #[serde(default)]
    pub on: Subject,
    /// Row-level SQL condition at the time the clock starts: for which it is promised; `None` for all.
    #[serde(default, rename = "where")]
    pub condition: Option<String>,
    /// What starts the clock: `created`, an event, or a state that is entered.
    #[serde(default = "created")]
    pub start: String,
    /// What stops it: `first_reply`, events, or states that are entered. Closing always stops.
    pub stop: Vec<String>,
    /// The working time allowed.
    #[serde(deserialize_with = "duration")]
    pub limit: Duration,
    /// The calendar of that time.
    #[serde(default = "always")]
    pub calendar: String,
    /// States in which the clock stands still.
    #[serde(default)]
    pub pause_in: Vec<String>,
    /// Share of the limit from which on a running clock is on the early-warning list, above 0 and up to 1.
    #[serde(default = "warn_at")]
    pub warn_at: f64,
    /// The document it comes from.
    #[serde(deserialize_with = "once_or_both")]
    pub source: Bilingual,
}

/// What a promise is given on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A ticket.
    #[default]
    Ticket,
    /// An online session.
    Chat,
}

/// How long a ticket may stay in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateLimit {
    /// The limit; `None`, written `"none"`, for a state without one.
    pub limit: Option<Duration>,
    /// The calendar of the limit.
    pub calendar: String,
}

/// `[tickets]`: when a ticket's record is complete, and whose hours its business time counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tickets {
    /// Columns that a complete record has.
    pub mandatory: Vec<String>,
    /// The calendar of `resolution_business_s`.
    pub calendar: String,
}

impl Default for Tickets {
    /// What every one of the source documents has an agent write down: who, about what, in which words.
    fn default() -> Self {
        let mandatory = [
            "channel",
            "kind",
            "problem_type",
            "customer",
            "waybill",
            "description",
        ];
        Self {
            mandatory: mandatory.map(str::to_owned).to_vec(),
            calendar: "office".to_owned(),
        }
    }
}

fn created() -> String {
    CREATED.to_owned()
}

fn always() -> String {
    ALWAYS.to_owned()
}

const fn warn_at() -> f64 {
    0.8
}

impl<'de> Deserialize<'de> for StateLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Long {
            limit: Limit,
            #[serde(default = "always")]
            calendar: String,
        }
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = StateLimit;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a duration such as \"15m\", \"none\", or { limit = \"15m\", calendar = \"office\" }")
            }

            fn visit_str<E: serde::de::Error>(
                self,
                text: &str,
            ) -> std::result::Result<StateLimit, E> {
                let limit = Limit::deserialize(serde::de::value::StrDeserializer::new(text))?;
                Ok(StateLimit {
                    limit: limit.0,
                    calendar: always(),
                })
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                map: A,
            ) -> std::result::Result<StateLimit, A::Error> {
                let long = Long::deserialize(MapAccessDeserializer::new(map))?;
                Ok(StateLimit {
                    limit: long.limit.0,
                    calendar: long.calendar,
                })
            }
        }
        deserializer.deserialize_any(Form)
    }
}

/// A duration or `none`.
struct Limit(Option<Duration>);

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "none" {
            return Ok(Self(None));
        }
        duration(serde::de::value::StringDeserializer::new(text)).map(|limit| Self(Some(limit)))
    }
}

/// The built-in promises, limits and calendars.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromiseFile {
    pub(super) calendar: BTreeMap<String, CalendarEntry>,
    pub(super) state_limit: BTreeMap<String, StateLimit>,
    pub(super) promise: Vec<PromiseEntry>,
}

/// Checks the promises of a file: names that must exist, and numbers in their range.
pub(super) fn check(document: &Document, file: &File, settings: &Settings) -> Result<()> {
    for (name, calendar) in &file.calendar {
        super::hours::check(document, name, calendar)?;
    }
    for (at, promise) in file.promise.iter().enumerate() {
        twice(document, file, at)?;
        self::promise(document, at, promise, settings)?;
    }
    let states = codes(STATUS);
    for (state, limit) in &file.state_limit {
        if !states.contains(&state.as_str()) {
            return Err(document.key_error(
                &[Key("state_limit"), Key(state)],
                format!("unknown state `{state}` in [state_limit]"),
                suggestion(state, &states, "the states are"),
            ));
        }
        let path = [Key("state_limit"), Key(state)];
        if limit.limit.is_some_and(|limit| limit.is_zero()) {
            let message = format!("`{state}` in [state_limit]: a limit of nothing cannot be met");
            return Err(document.value_error(&path, message, "write \"none\" for no limit"));
        }
        let path = [Key("state_limit"), Key(state), Key("calendar")];
        known_calendar(document, &path, &limit.calendar, "[state_limit]", settings)?;
    }
    tickets(document, file, settings)
}

fn twice(document: &Document, file: &File, at: usize) -> Result<()> {
    let id = &file.promise[at].id;
    let Some(first) = file.promise[..at].iter().position(|other| other.id == *id) else {
        return Ok(());
    };
    let line = document
        .line_of(&[Key("promise"), At(first), Key("id")])
        .unwrap_or_default();
    Err(document.value_error(
        &[Key("promise"), At(at), Key("id")],
        format!("the promise `{id}` is defined twice, first in line {line}"),
        "give one of them another id",
    ))
}

fn promise(
    document: &Document,
    at: usize,
    promise: &PromiseEntry,
    settings: &Settings,
) -> Result<()> {
    let place = format!("[[promise]] id = \"{}\"", promise.id);
    let path = |key| [Key("promise"), At(at), Key(key)];
    if promise.limit.is_zero() {
        let message = format!("`limit` of {place}: a limit of nothing cannot be met");
        return Err(document.value_error(&path("limit"), message, "such as \"24h\""));
    }
    if !(promise.warn_at > 0.0 && promise.warn_at <= 1.0) {
        let message = format!("`warn_at` of {place} is not above 0 and up to 1");
        let hint = "0.8 warns when four fifths of the limit have passed";
        return Err(document.value_error(&path("warn_at"), message, hint));
    }
    known_calendar(
        document,
        &path("calendar"),
        &promise.calendar,
        &place,
        settings,
    )?;
    if promise.stop.is_empty() {
        let hint = "such as stop = [\"first_reply\"]; closing always stops, stop = [\"closed\"] says only that";
        let message = format!("`stop` of {place} names nothing");
        return Err(document.value_error(&path("stop"), message, hint));
    }
    let (starts, stops) = moments(promise.on);
    let wrong = |path: &[Step], key: &str, value: &str, known: &[&str]| {
        Err(document.value_error(
            path,
            format!("unknown moment `{value}` in `{key}` of {place}"),
            suggestion(value, known, "the moments are"),
        ))
    };
    if !starts.contains(&promise.start.as_str()) {
        return wrong(&path("start"), "start", &promise.start, &starts);
    }
    for (index, stop) in promise.stop.iter().enumerate() {
        if !stops.contains(&stop.as_str()) {
            let path = [Key("promise"), At(at), Key("stop"), At(index)];
            return wrong(&path, "stop", stop, &stops);
        }
    }
    let states = codes(STATUS);
    for (index, state) in promise.pause_in.iter().enumerate() {
        let path = [Key("promise"), At(at), Key("pause_in"), At(index)];
        if promise.on == Subject::Chat {
            let message = format!("`pause_in` of {place}: a chat has no states");
            return Err(document.value_error(&path, message, "take the key out"));
        }
        if !states.contains(&state.as_str()) {
            return Err(document.value_error(
                &path,
                format!("unknown state `{state}` in `pause_in` of {place}"),
                suggestion(state, &states, "the states are"),
            ));
        }
    }
    Ok(())
}

/// What may start and what may stop a clock.
fn moments(on: Subject) -> (Vec<&'static str>, Vec<&'static str>) {
    if on == Subject::Chat {
        return (vec![CREATED], vec![FIRST_REPLY]);
    }
    let all = || codes(EVENT).into_iter().chain(codes(STATUS));
    let later = all().filter(|code| *code != CREATED);
    (
        all().collect(),
        std::iter::once(FIRST_REPLY).chain(later).collect(),
    )
}

fn tickets(document: &Document, file: &File, settings: &Settings) -> Result<()> {
    let columns: Vec<&str> = Table::by_name("tickets")
        .map(|table| table.columns.iter().map(|column| column.name).collect())
        .unwrap_or_default();
    for (at, column) in file.tickets.mandatory.iter().enumerate() {
        if !columns.contains(&column.as_str()) {
            return Err(document.value_error(
                &[Key("tickets"), Key("mandatory"), At(at)],
                format!("unknown column `{column}` of tickets in `mandatory`"),
                suggestion(column, &columns, "the columns of tickets are"),
            ));
        }
    }
    let path = [Key("tickets"), Key("calendar")];
    known_calendar(
        document,
        &path,
        &file.tickets.calendar,
        "[tickets]",
        settings,
    )
}

fn known_calendar(
    document: &Document,
    path: &[Step],
    name: &str,
    place: &str,
    settings: &Settings,
) -> Result<()> {
    if name == ALWAYS || settings.calendars.contains_key(name) {
        return Ok(());
    }
    let known: Vec<&str> = std::iter::once(ALWAYS)
        .chain(settings.calendars.keys().map(String::as_str))
        .collect();
    Err(document.value_error(
        path,
        format!("unknown calendar `{name}` in {place}"),
        suggestion(name, &known, "the calendars are"),
    ))
}

fn codes(set: &'static [crate::schema::codes::Code]) -> Vec<&'static str> {
    set.iter().map(|code| code.code).collect()
}

#[cfg(test)]
#[path = "promise_tests.rs"]
mod tests;
