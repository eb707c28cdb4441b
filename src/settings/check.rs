//! What serde cannot know: names that must exist elsewhere, and numbers that must lie in a range.

use crate::error::{Error, Result};
use crate::i18n::visible::is_hidden;
use crate::schema::privacy::{Class, privacy_class};
use crate::schema::{TABLES, Table};

use super::document::{Document, Step};
use super::nearest::suggestion;
use super::privacy::ColumnName;
use super::report::address_fault;
use super::{File, KpiEntry, Retention, Settings, catalogue as entries, marks, promise};

use Step::{At, Key};

/// Checks a file against the schema and the catalogue in force.
pub(super) fn check(document: &Document, file: &File, settings: &Settings) -> Result<()> {
    centre(document, file)?;
    privacy(document, file)?;
    quality(document, file)?;
    retention(document, file)?;
    cost(document, file)?;
    report(document, file)?;
    mail(document, file)?;
    sources(document, file)?;
    promise::check(document, file, settings)?;
    marks::check(document, file, settings)?;
    catalogue(document, file, &settings.kpis)
}

fn centre(document: &Document, file: &File) -> Result<()> {
    let name = &file.centre.name;
    if name.en.contains(is_hidden) || name.zh.contains(is_hidden) {
        return Err(document.value_error(
            &[Key("centre"), Key("name")],
            "`name` in [centre] holds a control character or a mark of writing direction",
            "it stands on every page: write it without",
        ));
    }
    for (at, hour) in file.centre.peak_hours.iter().enumerate() {
        if *hour > 23 {
            return Err(document.value_error(
                &[Key("centre"), Key("peak_hours"), At(at)],
                format!("`peak_hours` in [centre]: there is no hour {hour}"),
                "hours run from 0 to 23",
            ));
        }
    }
    if file.centre.short_abandon_s.is_nan() || file.centre.short_abandon_s < 0.0 {
        return Err(document.value_error(
            &[Key("centre"), Key("short_abandon_s")],
            "`short_abandon_s` in [centre] is below 0",
            "it is a number of seconds; 0 means that no abandon is short",
        ));
    }
    Ok(())
}

fn privacy(document: &Document, file: &File) -> Result<()> {
    for (at, name) in file.privacy.keep.iter().enumerate() {
        if let Some((message, hint)) = not_kept(name) {
            return Err(document.value_error(
                &[Key("privacy"), Key("keep"), At(at)],
                format!("`keep` in [privacy]: {message}"),
                hint,
            ));
        }
    }
    Ok(())
}

/// Why a column cannot be an exception, where it cannot.
fn not_kept(name: &ColumnName) -> Option<(String, String)> {
    let Some(table) = Table::by_name(&name.table) else {
        return Some((
            format!("unknown table `{}`", name.table),
            suggestion(&name.table, &tables(), "the tables are"),
        ));
    };
    let classed: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| privacy_class(table.name, column).is_some())
        .map(|column| column.name)
        .collect();
    let hint = |what: String| {
        if classed.is_empty() {
            format!("no column of {} has a class", table.name)
        } else {
            what
        }
    };
    let classes = Class::ALL.map(Class::code).join(", ");
    match table.column(&name.column) {
        None => Some((
            format!("unknown column `{}` of {}", name.column, table.name),
            hint(suggestion(&name.column, &classed, "those with a class are")),
        )),
        Some(column) if privacy_class(table.name, column).is_none() => Some((
            format!("`{name}` is always stored; it is of none of the classes {classes}"),
            hint(format!("those with a class are {}", classed.join(", "))),
        )),
        Some(_) => None,
    }
}

fn quality(document: &Document, file: &File) -> Result<()> {
    let share = |path: &[Step], name: &str, place: &str, value: f64| {
        if (0.0..=1.0).contains(&value) {
            return Ok(());
        }
        Err(document.value_error(
            path,
            format!("`{name}` in [{place}]: {value} is not a share between 0 and 1"),
            "2 % is written 0.02",
        ))
    };
    let quality = &file.quality;
    let path = [Key("quality"), Key("max_rejected")];
    share(&path, "max_rejected", "quality", quality.max_rejected)?;
    for (reason, value) in &quality.max_rejected_by_reason {
        let path = [Key("quality"), Key("max_rejected_by_reason"), Key(reason)];
        share(&path, reason, "quality.max_rejected_by_reason", *value)?;
    }
    Ok(())
}

fn cost(document: &Document, file: &File) -> Result<()> {
    let minute = file.cost.handling_minute;
    if minute.is_finite() && minute >= 0.0 {
        return Ok(());
    }
    Err(document.value_error(
        &[Key("cost"), Key("handling_minute")],
        format!("`handling_minute` in [cost]: {minute} is not an amount"),
        "write yuan per minute, as 0.85",
    ))
}

fn report(document: &Document, file: &File) -> Result<()> {
    let report = &file.report;
    for (key, empty) in [
        ("editions", report.editions.is_empty()),
        ("formats", report.formats.is_empty()),
    ] {
        if empty {
            return Err(document.value_error(
                &[Key("report"), Key(key)],
                format!("`{key}` in [report] is empty, so that no report would be written"),
                "leave the line out for the default",
            ));
        }
    }
    Ok(())
}

fn mail(document: &Document, file: &File) -> Result<()> {
    let fault = |path: &[Step], key: &str, text: &str, fault: &str| {
        document.value_error(
            path,
            format!(
                "`{key}` in [mail]: `{}` is no address: {fault}",
                text.escape_debug()
            ),
            "write it as qa@example.com or as \"Quality <qa@example.com>\"",
        )
    };
    let mail = &file.mail;
    if let Some(found) = address_fault(&mail.from).filter(|_| !mail.from.is_empty()) {
        return Err(fault(
            &[Key("mail"), Key("from")],
            "from",
            &mail.from,
            found,
        ));
    }
    for (at, to) in mail.to.iter().enumerate() {
        if let Some(found) = address_fault(to) {
            return Err(fault(&[Key("mail"), Key("to"), At(at)], "to", to, found));
        }
    }
    Ok(())
}

fn retention(document: &Document, file: &File) -> Result<()> {
    if file.retention.runs < Retention::LEAST_RUNS {
        return Err(document.value_error(
            &[Key("retention"), Key("runs")],
            format!("`runs` in [retention]: {} is too few", file.retention.runs),
            format!(
                "at least {} are kept: a report compares its run with the one before",
                Retention::LEAST_RUNS
            ),
        ));
    }
    Ok(())
}

fn sources(document: &Document, file: &File) -> Result<()> {
    for (name, source) in &file.source {
        let Some(table) = Table::by_name(&source.table) else {
            return Err(document.value_error(
                &[Key("source"), Key(name), Key("table")],
                format!("unknown table `{}` in [source.{name}]", source.table),
                suggestion(&source.table, &tables(), "the tables are"),
            ));
        };
        let known: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        for column in source.columns.keys() {
            if table.column(column).is_none() {
                return Err(document.key_error(
                    &[Key("source"), Key(name), Key("columns"), Key(column)],
                    format!(
                        "unknown column `{column}` of {} in [source.{name}.columns]",
                        table.name
                    ),
                    suggestion(
                        column,
                        &known,
                        &format!("the columns of {} are", table.name),
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn catalogue(document: &Document, file: &File, kpis: &[KpiEntry]) -> Result<()> {
    for (at, entry) in file.kpi.iter().enumerate() {
        let path = [Key("kpi"), At(at), Key("id")];
        let earlier = file.kpi.iter().take(at).position(|kpi| kpi.id == entry.id);
        if let Some(first) = earlier {
            let line = document
                .line_of(&[Key("kpi"), At(first), Key("id")])
                .unwrap_or_default();
            return Err(document.value_error(
                &path,
                format!(
                    "the KPI `{}` is defined twice, first in line {line}",
                    entry.id
                ),
                "give one of them another id",
            ));
        }
    }
    let own = kpis
        .iter()
        .any(|kpi| kpi.id == entries::SERVICE_LEVEL && kpi.variant.is_none());
    let path = [Key(entries::SERVICE_LEVEL), Key("variant")];
    if own && document.line_of(&path).is_some() {
        return Err(document.value_error(
            &path,
            "`variant` in [service_level] has no effect: [[kpi]] `service_level` defines it anew",
            "take out one of the two",
        ));
    }
    let known: Vec<&str> = kpis.iter().map(|kpi| kpi.id.as_str()).collect();
    for (at, target) in file.target.iter().enumerate() {
        if !known.contains(&target.kpi.as_str()) {
            return Err(unknown_kpi(document, at, &target.kpi, &known));
        }
    }
    Ok(())
}

fn unknown_kpi(document: &Document, at: usize, kpi: &str, known: &[&str]) -> Error {
    document.value_error(
        &[Key("target"), At(at), Key("kpi")],
        format!("unknown KPI `{kpi}` in [[target]]"),
        suggestion(kpi, known, "the KPIs are"),
    )
}

fn tables() -> Vec<&'static str> {
    TABLES.iter().map(|table| table.name).collect()
}
