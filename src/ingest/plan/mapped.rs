//! The plan that a source mapping makes for a file.

use std::collections::BTreeSet;

use crate::ingest::formats::events::CALL;
use crate::ingest::patterns::compiled;
use crate::schema::{Column, TABLES, Table};
use crate::settings::source::{Condition, Fold, Headers, Rule};
use crate::settings::{Settings, Source};

use super::names::{Header, doubled, unused};
use super::{Cell, NoPlan, Origin, Plan, missing};

/// The plan of one named source for a file with these columns.
///
/// # Errors
/// When the mapping does not fit the columns.
pub fn of_source(
    name: &str,
    source: &Source,
    header: &[String],
    settings: &Settings,
) -> Result<Plan, NoPlan> {
    mapped(name, source, &Header::new(header), settings)
}

/// The plan of one source mapping.
pub(super) fn mapped(
    name: &str,
    source: &Source,
    header: &Header<'_>,
    settings: &Settings,
) -> Result<Plan, NoPlan> {
    let place = |message: String| NoPlan {
        message: format!("[source.{name}]: {message}"),
        hint: "correct the mapping in kefu.toml".to_owned(),
        shared: 0,
        mapping: true,
    };
    let table = Table::by_name(&source.table).ok_or_else(|| {
        let known: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        place(format!(
            "`{}` is not a table; the tables are {}",
            source.table,
            known.join(", ")
        ))
    })?;
    for column in source.columns.keys() {
        if table.column(column).is_none() {
            return Err(place(format!(
                "`{column}` is not a column of {}",
                table.name
            )));
        }
    }
    // A fold gives columns of its own in the place of the file's.
    let folded: Vec<String>;
    let of_fold;
    let header = match source.fold {
        Some(Fold::QueueLog) => {
            folded = CALL.iter().map(ToString::to_string).collect();
            of_fold = Header::new(&folded);
            &of_fold
        }
        None => header,
    };
    let mut absent = BTreeSet::new();
    let mut cells = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let cell = match source.columns.get(column.name) {
            Some(mapping) => cell(column, mapping.rule(), header, &mut absent).map_err(place)?,
            None => None,
        };
        cells.push(cell);
    }
    let exclude = source
        .exclude
        .iter()
        .filter_map(|rule| {
            let at = header.position(&rule.column)?;
            let condition = Condition {
                column: rule.column.clone(),
                values: rule.values.clone(),
                except: rule.except.clone(),
            };
            Some((at, condition, rule.reason.clone()))
        })
        .collect();
    let plan = Plan {
        table,
        source: name.to_owned(),
        fold: source.fold,
        zone: source.zone.unwrap_or(settings.centre.zone),
        unused: unused(header.given, &cells),
        doubled: doubled(header, &cells),
        cells,
        exclude,
        absent: absent.into_iter().collect(),
        stated: Vec::new(),
        dropped: dropped(table, settings),
    };
    let missing = missing(&plan);
    if missing.is_empty() {
        Ok(plan)
    } else if plan.absent.is_empty() {
        Err(place(format!(
            "required columns are not mapped: {}",
            missing.join(", ")
        )))
    } else {
        Err(place(format!(
            "{} cannot be filled: the file has no column {}",
            missing.join(", "),
            plan.absent.join(", ")
        )))
    }
}

/// One cell of a mapping; `None` when the file has none of its headers.
fn cell(
    column: &'static Column,
    rule: Rule,
    header: &Header<'_>,
    absent: &mut BTreeSet<String>,
) -> Result<Option<Cell>, String> {
    let mut find = |wanted: &str| {
        let found = header.position(wanted);
        if found.is_none() {
            absent.insert(wanted.to_owned());
        }
        found
    };
    let origin = if let Some(Headers(from)) = &rule.from {
        let mut found: Vec<usize> = from
            .iter()
            .filter_map(|name| header.position(name))
            .collect();
        match (found.len(), found.pop()) {
            (1, Some(at)) => Origin::Field(at),
            (_, Some(last)) => {
                found.push(last);
                Origin::First(found)
            }
            (_, None) => {
                absent.insert(from.join(" / "));
                return Ok(None);
            }
        }
    } else if let Some(join) = &rule.join {
        let found: Vec<usize> = join.iter().filter_map(|name| find(name)).collect();
        if found.len() < join.len() {
            return Ok(None);
        }
        Origin::Join(found, rule.with.clone().unwrap_or_else(|| " ".to_owned()))
    } else if let Some(sum) = &rule.sum {
        let found: Vec<usize> = sum.iter().filter_map(|name| find(name)).collect();
        if found.is_empty() {
            return Ok(None);
        }
        Origin::Sum(found)
    } else {
        Origin::Constant(rule.value.clone().unwrap_or_default())
    };
    let minus = rule.minus.iter().filter_map(|name| find(name)).collect();
    let plus = rule.plus.as_deref().and_then(&mut find);
    if rule.plus.is_some() && plus.is_none() {
        return Ok(None);
    }
    let only = match &rule.only {
        Some(condition) => match find(&condition.column) {
            Some(at) => Some((at, condition.clone())),
            // Without the column that decides nobody can say which rows have the value.
            None => return Ok(None),
        },
        None => None,
    };
    let pattern = match &rule.pattern {
        Some(text) => {
            Some(compiled(text).map_err(|error| format!("pattern of {}: {error}", column.name))?)
        }
        None => None,
    };
    let name = origin
        .fields()
        .iter()
        .filter_map(|at| header.given.get(*at).cloned())
        .collect::<Vec<_>>()
        .join("+");
    let mut cell = Cell::new(column, origin, name, rule);
    cell.minus = minus;
    cell.plus = plus;
    cell.only = only;
    cell.pattern = pattern;
    cell.plain = cell.only.is_none()
        && cell.pattern.is_none()
        && cell.rule.split.is_none()
        && cell.rule.null.is_empty()
        && cell.rule.map.is_empty();
    Ok(Some(cell))
}

/// Positions of the columns that are not stored, to protect people.
pub(super) fn dropped(table: &Table, settings: &Settings) -> Vec<usize> {
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| settings.privacy.drops(table, column))
        .map(|(at, _)| at)
        .collect()
}
