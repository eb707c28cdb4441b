//! `[[rebase]]` and `[[event]]`: what a control chart should know about the days it shows.

use chrono::NaiveDate;
use serde::Deserialize;

use super::document::{Document, Step};
use super::nearest::suggestion;
use super::values::date;
use super::{File, Settings};
use crate::error::Result;
use crate::i18n::{Bilingual, once_or_both};

use Step::{At, Key};

/// Stands for every KPI.
const ALL: &str = "*";

/// Longest event: what lasts longer is the usual state of affairs.
const LONGEST: i64 = 366;

/// One `[[rebase]]`: from a date on, a process is another one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RebaseEntry {
    /// Whose charts.
    pub kpi: Kpis,
    /// First day of the new baseline.
    #[serde(deserialize_with = "date")]
    pub date: NaiveDate,
    /// Why, printed beside the chart.
    #[serde(deserialize_with = "once_or_both")]
    pub note: Bilingual,
}

/// One `[[event]]`: days that are not like others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventEntry {
    /// First day.
    #[serde(deserialize_with = "date")]
    pub from: NaiveDate,
    /// Last day.
    #[serde(deserialize_with = "date")]
    pub to: NaiveDate,
    /// What it is, printed in the chart.
    #[serde(deserialize_with = "once_or_both")]
    pub name: Bilingual,
    /// Whether its days are left out: `Some(true)` of baseline and rules, `None` of the baseline
    /// only, `Some(false)` of neither.
    pub exclude: Option<bool>,
    /// Whose charts; all by default.
    #[serde(default)]
    pub kpi: Kpis,
}

/// A choice of KPIs: an id, a list of ids, or `*` for every one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Kpis {
    /// Every KPI.
    #[default]
    All,
    /// These.
    Some(Vec<String>),
}

impl Kpis {
    /// Whether the KPI is among them.
    #[must_use]
    pub fn has(&self, kpi: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(ids) => ids.iter().any(|id| id == kpi),
        }
    }

    /// One that both have.
    fn shared<'k>(&'k self, other: &'k Self) -> Option<&'k str> {
        match (self, other) {
            (Self::All, Self::All) => Some(ALL),
            (Self::All, Self::Some(ids)) | (Self::Some(ids), Self::All) => {
                ids.first().map(String::as_str)
            }
            (Self::Some(ids), Self::Some(_)) => {
                ids.iter().map(String::as_str).find(|id| other.has(id))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Kpis {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected the id of a KPI, a list of ids, or \"*\" for all"
        )]
        enum Form {
            One(String),
            Several(Vec<String>),
        }
        let ids = match Form::deserialize(deserializer)? {
            Form::One(id) => vec![id],
            Form::Several(ids) => ids,
        };
        Ok(if ids.iter().any(|id| id == ALL) {
            Self::All
        } else {
            Self::Some(ids)
        })
    }
}

/// Checks rebases and events: KPIs that must exist, ends in their order, nothing said twice.
pub(super) fn check(document: &Document, file: &File, settings: &Settings) -> Result<()> {
    for (at, rebase) in file.rebase.iter().enumerate() {
        known(document, ("rebase", at), &rebase.kpi, settings)?;
        named(document, ("rebase", at), "note", &rebase.note)?;
        rebased_twice(document, file, at)?;
    }
    for (at, event) in file.event.iter().enumerate() {
        known(document, ("event", at), &event.kpi, settings)?;
        named(document, ("event", at), "name", &event.name)?;
        ends(document, file, at)?;
        marked_twice(document, file, at)?;
    }
    Ok(())
}

fn known(
    document: &Document,
    (section, at): (&str, usize),
    kpis: &Kpis,
    settings: &Settings,
) -> Result<()> {
    let Kpis::Some(ids) = kpis else {
        return Ok(());
    };
    let whole = [Key(section), At(at), Key("kpi")];
    if ids.is_empty() {
        return Err(document.value_error(
            &whole,
            format!("`kpi` in [[{section}]] names none"),
            "\"*\" stands for every KPI",
        ));
    }
    let all: Vec<&str> = settings.kpis.iter().map(|kpi| kpi.id.as_str()).collect();
    for (place, id) in ids.iter().enumerate() {
        if !all.contains(&id.as_str()) {
            let element = [Key(section), At(at), Key("kpi"), At(place)];
            let path = if document.line_of(&element).is_some() {
                &element[..]
            } else {
                &whole[..]
            };
            return Err(document.value_error(
                path,
                format!("unknown KPI `{id}` in [[{section}]]"),
                suggestion(id, &all, "\"*\" stands for all; the KPIs are"),
            ));
        }
    }
    Ok(())
}

fn named(
    document: &Document,
    (section, at): (&str, usize),
    key: &str,
    text: &Bilingual,
) -> Result<()> {
    if text.en.trim().is_empty() || text.zh.trim().is_empty() {
        return Err(document.value_error(
            &[Key(section), At(at), Key(key)],
            format!("`{key}` in [[{section}]] is empty"),
            "it is printed in the chart: say what it was",
        ));
    }
    Ok(())
}

fn rebased_twice(document: &Document, file: &File, at: usize) -> Result<()> {
    let rebase = &file.rebase[at];
    let twice = file.rebase[..at].iter().enumerate().find_map(|(i, other)| {
        let shared = (other.date == rebase.date).then(|| rebase.kpi.shared(&other.kpi));
        Some((i, shared.flatten()?))
    });
    let Some((first, kpi)) = twice else {
        return Ok(());
    };
    let line = document
        .line_of(&[Key("rebase"), At(first), Key("date")])
        .unwrap_or_default();
    let whose = if kpi == ALL {
        "every KPI".to_owned()
    } else {
        format!("`{kpi}`")
    };
    Err(document.value_error(
        &[Key("rebase"), At(at), Key("date")],
        format!(
            "{whose} is rebased on {} twice, first in line {line}",
            rebase.date
        ),
        "keep one of them; its note can name both reasons",
    ))
}

fn ends(document: &Document, file: &File, at: usize) -> Result<()> {
    let event = &file.event[at];
    let path = [Key("event"), At(at), Key("to")];
    let name = &event.name.en;
    if event.to < event.from {
        return Err(document.value_error(
            &path,
            format!("the event `{name}` ends on {} before it begins", event.to),
            "`to` is its last day; an event of one day has the same day twice",
        ));
    }
    if (event.to - event.from).num_days() >= LONGEST {
        return Err(document.value_error(
            &path,
            format!("the event `{name}` is longer than a year"),
            "[[rebase]] starts a new baseline where a process has changed for good",
        ));
    }
    Ok(())
}

fn marked_twice(document: &Document, file: &File, at: usize) -> Result<()> {
    let event = &file.event[at];
    let same = |other: &EventEntry| {
        other.from <= event.to
            && event.from <= other.to
            && (other.name.en == event.name.en || other.name.zh == event.name.zh)
            && event.kpi.shared(&other.kpi).is_some()
    };
    let Some(first) = file.event[..at].iter().position(same) else {
        return Ok(());
    };
    let line = document
        .line_of(&[Key("event"), At(first), Key("from")])
        .unwrap_or_default();
    Err(document.value_error(
        &[Key("event"), At(at), Key("from")],
        format!(
            "the event `{}` is marked twice on the same days, first in line {line}",
            event.name.en
        ),
        "keep one of them",
    ))
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
