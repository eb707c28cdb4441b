//! Header → plan: which table a file is, and where each canonical column comes from.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use crate::schema::{Column, TABLES, Table, fold};
use crate::settings::source::{Headers, Keep, Rule};
use crate::settings::{Settings, Source};

/// Where the text of a canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The field at this position.
    Field(usize),
    /// Several fields put together.
    Join(Vec<usize>, String),
    /// A constant.
    Constant(String),
}

/// How one canonical column is filled.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The canonical column.
    pub column: &'static Column,
    /// Where its text comes from.
    pub origin: Origin,
    /// The header it was found under, for messages.
    pub header: String,
    /// How to read it.
    pub rule: Rule,
}

/// How the rows of one file become rows of one table.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The canonical table.
    pub table: &'static Table,
    /// Name of the source mapping, or `auto`.
    pub source: String,
    /// Zone of times that carry none.
    pub zone: Tz,
    /// One entry per column of the table, `None` where the file has nothing for it.
    pub cells: Vec<Option<Cell>>,
    /// Field position, values and reason of rows to leave out.
    pub exclude: Vec<(usize, Vec<String>, String)>,
    /// Headers that no column uses.
    pub unused: Vec<String>,
}

impl Plan {
    /// Columns of which the smaller value survives a replacement.
    pub fn keep_earliest(&self) -> impl Iterator<Item = &'static str> {
        self.cells
            .iter()
            .flatten()
            .filter(|cell| cell.rule.keep == Keep::Earliest)
            .map(|cell| cell.column.name)
    }
}

/// Why no plan could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPlan {
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

/// Makes the plans for a file with this header: one for every source mapping that recognises it, else one
/// for the table its header names best.
///
/// # Errors
/// When no table fits, two fit equally well, or a mapping names a column that does not exist.
pub fn plans(header: &[String], settings: &Settings) -> Result<Vec<Plan>, NoPlan> {
    let mut found = Vec::new();
    for (name, source) in &settings.sources {
        let recognised = source
            .required_headers()
            .iter()
            .all(|wanted| header.iter().any(|given| fold(given) == fold(wanted)));
        if recognised {
            found.push(mapped(name, source, header, settings)?);
        }
    }
    if found.is_empty() {
        automatic(header, settings).map(|plan| vec![plan])
    } else {
        Ok(found)
    }
}

fn mapped(
    name: &str,
    source: &Source,
    header: &[String],
    settings: &Settings,
) -> Result<Plan, NoPlan> {
    let place = |message: String| NoPlan {
        message: format!("[source.{name}]: {message}"),
        hint: "correct the mapping in kefu.toml".to_owned(),
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
    let position = |wanted: &str| {
        header
            .iter()
            .position(|given| fold(given) == fold(wanted))
            .ok_or_else(|| place(format!("the file has no column `{wanted}`")))
    };
    let mut cells = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let Some(mapping) = source.columns.get(column.name) else {
            cells.push(None);
            continue;
        };
        let rule = mapping.rule();
        let origin = match (&rule.from, &rule.join, &rule.value) {
            (Some(Headers(from)), _, _) => {
                Origin::Field(position(from.first().map_or("", String::as_str))?)
            }
            (_, Some(join), _) => Origin::Join(
                join.iter()
                    .map(|part| position(part))
                    .collect::<Result<_, _>>()?,
                rule.with.clone().unwrap_or_else(|| " ".to_owned()),
            ),
            (_, _, value) => Origin::Constant(value.clone().unwrap_or_default()),
        };
        cells.push(Some(Cell {
            column,
            origin,
            header: rule.headers().join("+"),
            rule,
        }));
    }
    let exclude = source
        .exclude
        .iter()
        .map(|rule| {
            Ok((
                position(&rule.column)?,
                rule.values.clone(),
                rule.reason.clone(),
            ))
        })
        .collect::<Result<_, NoPlan>>()?;
    let plan = Plan {
        table,
        source: name.to_owned(),
        zone: source.zone.unwrap_or(settings.centre.zone),
        unused: unused(header, &cells),
        cells,
        exclude,
    };
    let missing = missing(&plan);
    if missing.is_empty() {
        Ok(plan)
    } else {
        Err(place(format!(
            "required columns are not mapped: {}",
            missing.join(", ")
        )))
    }
}

fn automatic(header: &[String], settings: &Settings) -> Result<Plan, NoPlan> {
    let mut ranked: Vec<(usize, Plan)> = TABLES
        .iter()
        .map(|table| by_names(table, header, settings))
        .filter(|plan| missing(plan).is_empty())
        .map(|plan| (plan.cells.iter().flatten().count(), plan))
        // Two common column names are no proof: `ticket_id, created_at` beside strangers is some other table.
        .filter(|(count, _)| *count >= 3 || *count == header.len())
        .collect();
    ranked.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut ranked = ranked.into_iter();
    match (ranked.next(), ranked.next()) {
        (None, _) => Err(unrecognised(header, settings)),
        (Some((best, first)), Some((next, second))) if best == next => Err(NoPlan {
            message: format!(
                "the header fits {} and {} equally well",
                first.table.name, second.table.name
            ),
            hint: "say which in a [source.NAME] mapping of kefu.toml".to_owned(),
        }),
        (Some((_, plan)), _) => Ok(plan),
    }
}

/// The closest table and what it misses, so that the message says how far off the header is.
fn unrecognised(header: &[String], settings: &Settings) -> NoPlan {
    let closest = TABLES
        .iter()
        .map(|table| by_names(table, header, settings))
        .max_by_key(|plan| plan.cells.iter().flatten().count())
        .filter(|plan| plan.cells.iter().flatten().count() > 1);
    let shown: Vec<_> = header.iter().take(8).map(String::as_str).collect();
    let message = match closest {
        Some(plan) if missing(&plan).is_empty() => format!(
            "shares only {} column names with {}, too few to be sure; its header begins {}",
            plan.cells.iter().flatten().count(),
            plan.table.name,
            shown.join(" | ")
        ),
        Some(plan) => format!(
            "looks most like {}, but has no column for {}; its header begins {}",
            plan.table.name,
            missing(&plan).join(", "),
            shown.join(" | ")
        ),
        None => format!(
            "no table has such columns; its header begins {}",
            shown.join(" | ")
        ),
    };
    NoPlan {
        message,
        hint: "map its columns with a [source.NAME] section in kefu.toml, or leave the file out"
            .to_owned(),
    }
}

fn by_names(table: &'static Table, header: &[String], settings: &Settings) -> Plan {
    let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
    let cells: Vec<Option<Cell>> = table
        .columns
        .iter()
        .map(|column| {
            let position = folded.iter().position(|name| column.answers_to(name))?;
            Some(Cell {
                column,
                origin: Origin::Field(position),
                header: header[position].clone(),
                rule: Rule::default(),
            })
        })
        .collect();
    Plan {
        table,
        source: "auto".to_owned(),
        zone: settings.centre.zone,
        unused: unused(header, &cells),
        cells,
        exclude: Vec::new(),
    }
}

fn missing(plan: &Plan) -> Vec<&'static str> {
    plan.table
        .columns
        .iter()
        .zip(&plan.cells)
        .filter(|(column, cell)| column.required && cell.is_none())
        .map(|(column, _)| column.name)
        .collect()
}

fn unused(header: &[String], cells: &[Option<Cell>]) -> Vec<String> {
    let mut used = BTreeSet::new();
    for cell in cells.iter().flatten() {
        match &cell.origin {
            Origin::Field(at) => {
                used.insert(*at);
            }
            Origin::Join(parts, _) => used.extend(parts.iter().copied()),
            Origin::Constant(_) => {}
        }
    }
    header
        .iter()
        .enumerate()
        .filter(|(at, name)| !used.contains(at) && !name.trim().is_empty())
        .map(|(_, name)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    fn check(text: &str) -> Result<&'static str, String> {
        let settings = Settings::builtin().unwrap();
        plans(&header(text), &settings)
            .map(|plans| plans[0].table.name)
            .map_err(|e| e.message)
    }

    #[test]
    fn tables_are_recognised_by_their_headers() {
        for (text, expect) in [
            ("通话流水号,呼叫时间,技能组,工号,通话时长", "calls"),
            ("chat_id,started_at,platform,agent_id", "chats"),
            ("工单编号,创建时间,工单类型,网点", "tickets"),
            ("ticket_id,event_at,event,from_status", "ticket_events"),
            (
                "evaluation_id,item,evaluated_at,agent_id,passed",
                "evaluations",
            ),
            ("工号,姓名,班组,职场,入职日期", "agents"),
            ("date,outlet,parcels", "parcels"),
        ] {
            assert_eq!(check(text), Ok(expect), "{text}");
        }
    }

    #[test]
    fn an_unknown_header_is_told_what_it_misses() {
        let error = check("技能组,工号,通话时长").unwrap_err();
        assert!(
            error.contains("calls") && error.contains("call_id") && error.contains("started_at"),
            "{error}"
        );
        assert!(check("a,b,c").unwrap_err().contains("no table"));
    }
}
