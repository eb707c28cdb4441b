//! Header → plan: which table a file is, and where each canonical column comes from.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use regex::Regex;

use crate::schema::{Column, TABLES, Table, fold};
use crate::settings::source::{Condition, DateOrder, Fold, Headers, Keep, Rule};
use crate::settings::{Settings, Source};

use super::formats::events::CALL;
use super::value::{DurationForm, Order, TimeForm, unit_of_header};

/// Where the text of a canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The field at this position.
    Field(usize),
    /// The first of several fields that has a value.
    First(Vec<usize>),
    /// Several fields put together.
    Join(Vec<usize>, String),
    /// Several durations added up.
    Sum(Vec<usize>),
    /// A constant.
    Constant(String),
}

impl Origin {
    /// The fields that are read.
    #[must_use]
    pub fn fields(&self) -> &[usize] {
        match self {
            Self::Field(at) => std::slice::from_ref(at),
            Self::First(list) | Self::Join(list, _) | Self::Sum(list) => list,
            Self::Constant(_) => &[],
        }
    }
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
    /// Fields of durations that are taken off.
    pub minus: Vec<usize>,
    /// Field of a duration that is added to a time.
    pub plus: Option<usize>,
    /// Field and test that decide whether the row has the value.
    pub only: Option<(usize, Condition)>,
    /// What to take from the text.
    pub pattern: Option<Regex>,
    /// Whether the text is a field as it stands, without any of the above.
    pub plain: bool,
    /// How its times are written.
    pub time: TimeForm,
    /// What a plain number means in its durations.
    pub duration: DurationForm,
}

impl Cell {
    fn new(column: &'static Column, origin: Origin, header: String, rule: Rule) -> Self {
        let stated = unit_of_header(&header).map(|(_, unit_s)| DurationForm { unit_s });
        let duration = rule
            .unit
            .map(|unit| DurationForm {
                unit_s: unit.seconds(),
            })
            .or(stated)
            .unwrap_or_default();
        let time = TimeForm {
            order: rule.order.map(|order| match order {
                DateOrder::YearFirst => Order::YearFirst,
                DateOrder::DayFirst => Order::DayFirst,
                DateOrder::MonthFirst => Order::MonthFirst,
            }),
        };
        Self {
            column,
            origin,
            header,
            rule,
            minus: Vec::new(),
            plus: None,
            only: None,
            pattern: None,
            plain: true,
            time,
            duration,
        }
    }
}

/// How the rows of one file become rows of one table.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The canonical table.
    pub table: &'static Table,
    /// Name of the source mapping, or `auto`.
    pub source: String,
    /// What is done to the rows before they are mapped.
    pub fold: Option<Fold>,
    /// Zone of times that carry none.
    pub zone: Tz,
    /// One entry per column of the table, `None` where the file has nothing for it.
    pub cells: Vec<Option<Cell>>,
    /// Field position, test and reason of rows to leave out.
    pub exclude: Vec<(usize, Condition, String)>,
    /// Headers that no column uses.
    pub unused: Vec<String>,
    /// Headers of the mapping that the file does not have.
    pub absent: Vec<String>,
    /// Headers that are used and occur more than once; the first counts.
    pub doubled: Vec<String>,
    /// What was told from the values of columns, for people.
    pub stated: Vec<String>,
    /// Positions of the columns that are not stored, to protect people.
    pub dropped: Vec<usize>,
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

    /// How many columns of the table the file fills.
    #[must_use]
    pub fn filled(&self) -> usize {
        self.cells.iter().flatten().count()
    }
}

/// Why no plan could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPlan {
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// How many columns the closest table shares with the header.
    pub shared: usize,
    /// Whether the fault lies in a mapping of the settings, not in the file.
    pub mapping: bool,
}

/// A header made ready for being searched.
struct Header<'h> {
    given: &'h [String],
    folded: Vec<String>,
    /// The names without the unit they state.
    bare: Vec<Option<String>>,
}

impl<'h> Header<'h> {
    fn new(given: &'h [String]) -> Self {
        Self {
            given,
            folded: given.iter().map(|name| fold(name)).collect(),
            bare: given
                .iter()
                .map(|name| unit_of_header(name).map(|(base, _)| fold(&base)))
                .collect(),
        }
    }

    fn position(&self, wanted: &str) -> Option<usize> {
        let wanted = fold(wanted);
        self.folded.iter().position(|name| *name == wanted)
    }

    /// The field that answers to a column: by its whole name, else by its name without the unit.
    fn answering(&self, column: &Column) -> Option<usize> {
        self.folded
            .iter()
            .position(|name| column.answers_to(name))
            .or_else(|| {
                self.bare
                    .iter()
                    .position(|name| name.as_ref().is_some_and(|name| column.answers_to(name)))
            })
    }
}

/// Makes the plans for a file with this header: one for every source of the settings that recognises it,
/// else those of the built-in profile that fits best, else one for the table its header names best.
///
/// # Errors
/// When no table fits, two fit equally well, or a mapping names a column that does not exist.
pub fn plans(header: &[String], settings: &Settings) -> Result<Vec<Plan>, NoPlan> {
    plans_of(header, settings, None)
}

/// The same for the elements of an array within JSON records, when `rows` is its path: only sources that read
/// this array fit.
///
/// # Errors
/// As [`plans`].
pub fn plans_of(
    header: &[String],
    settings: &Settings,
    rows: Option<&str>,
) -> Result<Vec<Plan>, NoPlan> {
    let header = Header::new(header);
    if let Some(name) = &settings.only_source {
        let source = settings.source(name).ok_or_else(|| NoPlan {
            message: format!("there is no source `{name}`"),
            hint: "`kefu check --help` says where the names are listed".to_owned(),
            shared: 0,
            mapping: true,
        })?;
        return mapped(name, source, &header, settings).map(|plan| vec![plan]);
    }
    let recognised: Vec<(&String, &Source)> = settings
        .sources
        .iter()
        .filter(|(_, source)| recognises(source, &header, rows))
        .collect();
    if !recognised.is_empty() {
        return recognised
            .into_iter()
            .map(|(name, source)| mapped(name, source, &header, settings))
            .collect();
    }
    let profile = profile(&header, settings, rows);
    if profile.is_empty() {
        automatic(&header, settings).map(|plan| vec![plan])
    } else {
        profile
            .into_iter()
            .map(|(name, source)| mapped(name, source, &header, settings))
            .collect()
    }
}

fn recognises(source: &Source, header: &Header<'_>, rows: Option<&str>) -> bool {
    let same_rows = source.rows.as_deref() == rows;
    // A source that names the columns itself is for files without a header.
    same_rows
        && source.header.is_empty()
        && source
            .required_headers()
            .iter()
            .all(|wanted| header.position(wanted).is_some())
}

/// The sources of the built-in profile that asks for the most headers, one per table.
fn profile<'s>(
    header: &Header<'_>,
    settings: &'s Settings,
    rows: Option<&str>,
) -> Vec<(&'s String, &'s Source)> {
    let fitting =
        |source: &Source| recognises(source, header, rows).then_some(source.recognise.len());
    let best = settings
        .profiles
        .iter()
        .filter_map(|profile| {
            let most = profile.sources.values().filter_map(fitting).max()?;
            Some((most, profile))
        })
        .max_by_key(|(most, _)| *most);
    let Some((_, profile)) = best else {
        return Vec::new();
    };
    let mut chosen: Vec<(&String, &Source)> = Vec::new();
    for (name, source) in &profile.sources {
        let Some(asked) = fitting(source) else {
            continue;
        };
        match chosen
            .iter_mut()
            .find(|(_, known)| known.table == source.table)
        {
            Some(known) if known.1.recognise.len() < asked => *known = (name, source),
            Some(_) => {}
            None => chosen.push((name, source)),
        }
    }
    chosen
}

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
fn mapped(
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
            Some(Regex::new(text).map_err(|error| format!("pattern of {}: {error}", column.name))?)
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

fn automatic(header: &Header<'_>, settings: &Settings) -> Result<Plan, NoPlan> {
    let mut ranked: Vec<(usize, Plan)> = TABLES
        .iter()
        .map(|table| by_names(table, header, settings))
        .filter(|plan| missing(plan).is_empty())
        .map(|plan| (plan.filled(), plan))
        // Two common column names are no proof: `ticket_id, created_at` beside strangers is some other table.
        .filter(|(count, _)| *count >= 3 || *count == header.given.len())
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
            shared: best,
            mapping: false,
        }),
        (Some((_, plan)), _) => Ok(plan),
    }
}

/// The table whose column names the header shares most, with a plan that may miss required columns.
#[must_use]
pub fn closest(header: &[String], settings: &Settings) -> Option<Plan> {
    let header = Header::new(header);
    TABLES
        .iter()
        .map(|table| by_names(table, &header, settings))
        .max_by_key(Plan::filled)
        .filter(|plan| plan.filled() > 1)
}

/// The closest table and what it misses, so that the message says how far off the header is.
fn unrecognised(header: &Header<'_>, settings: &Settings) -> NoPlan {
    let closest = closest(header.given, settings);
    let shown: Vec<_> = header
        .given
        .iter()
        .filter(|name| !name.is_empty())
        .take(8)
        .map(String::as_str)
        .collect();
    let begins = shown.join(" | ");
    let message = match &closest {
        Some(plan) if missing(plan).is_empty() => format!(
            "shares only {} column names with {}, too few to be sure; its header begins {begins}",
            plan.filled(),
            plan.table.name,
        ),
        Some(plan) => format!(
            "looks most like {}, but has no column for {}; its header begins {begins}",
            plan.table.name,
            missing(plan).join(", "),
        ),
        None => format!("no table has such columns; its header begins {begins}"),
    };
    NoPlan {
        message,
        hint: "`kefu check FILE` proposes a [source.NAME] section for kefu.toml; or leave the file out"
            .to_owned(),
        shared: closest.map_or(0, |plan| plan.filled()),
        mapping: false,
    }
}

fn by_names(table: &'static Table, header: &Header<'_>, settings: &Settings) -> Plan {
    let cells: Vec<Option<Cell>> = table
        .columns
        .iter()
        .map(|column| {
            let at = header.answering(column)?;
            let name = header.given.get(at).cloned().unwrap_or_default();
            Some(Cell::new(column, Origin::Field(at), name, Rule::default()))
        })
        .collect();
    Plan {
        table,
        source: "auto".to_owned(),
        fold: None,
        zone: settings.centre.zone,
        unused: unused(header.given, &cells),
        doubled: doubled(header, &cells),
        cells,
        exclude: Vec::new(),
        absent: Vec::new(),
        stated: Vec::new(),
        dropped: dropped(table, settings),
    }
}

fn dropped(table: &Table, settings: &Settings) -> Vec<usize> {
    let columns = table.columns.iter().enumerate();
    columns
        .filter(|(_, column)| settings.privacy.drops(table, column))
        .map(|(at, _)| at)
        .collect()
}

/// Required columns that the plan leaves empty.
#[must_use]
pub fn missing(plan: &Plan) -> Vec<&'static str> {
    plan.table
        .columns
        .iter()
        .zip(&plan.cells)
        .filter(|(column, cell)| column.required && cell.is_none())
        .map(|(column, _)| column.name)
        .collect()
}

fn used(cells: &[Option<Cell>]) -> BTreeSet<usize> {
    cells
        .iter()
        .flatten()
        .flat_map(|cell| {
            let only = cell.only.as_ref().map(|(at, _)| *at);
            let own = cell.origin.fields().iter().chain(&cell.minus).copied();
            own.chain(cell.plus).chain(only).collect::<Vec<_>>()
        })
        .collect()
}

fn unused(header: &[String], cells: &[Option<Cell>]) -> Vec<String> {
    let used = used(cells);
    header
        .iter()
        .enumerate()
        .filter(|(at, name)| !used.contains(at) && !name.trim().is_empty())
        .map(|(_, name)| name.clone())
        .collect()
}

fn doubled(header: &Header<'_>, cells: &[Option<Cell>]) -> Vec<String> {
    used(cells)
        .into_iter()
        .filter(|at| {
            let name = &header.folded[*at];
            header.folded.iter().filter(|other| *other == name).count() > 1
        })
        .map(|at| header.given[at].clone())
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
            ("通话流水号,呼叫时间,技能组,工号,通话时长(秒)", "calls"),
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
    fn a_unit_in_the_header_is_the_unit_of_its_numbers() {
        let settings = Settings::builtin().unwrap();
        let header = header("通话流水号,呼叫时间,工号,排队时长（毫秒）,通话时长(分钟)");
        let plan = plans(&header, &settings).unwrap().remove(0);
        let unit = |name: &str| {
            let at = plan.table.position(name).unwrap();
            plan.cells[at].as_ref().unwrap().duration.unit_s
        };
        assert_eq!((unit("wait_s"), unit("talk_s")), (0.001, 60.0));
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

    #[test]
    fn a_header_used_twice_is_noticed() {
        let settings = Settings::builtin().unwrap();
        let plan = plans(&header("通话编号,呼叫时间,工号,工号"), &settings)
            .unwrap()
            .remove(0);
        assert_eq!(plan.doubled, ["工号"]);
    }
}
