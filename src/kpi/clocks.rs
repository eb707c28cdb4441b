//! The clocks of a run as lists: what is about to be late, what is late, what was broken, and how each promise stands.

use chrono::NaiveDate;
use polars::prelude::*;
use serde::Serialize;

use crate::error::{PolarsContext, Result};
use crate::expr::Expr as Condition;
use crate::facts::frames;
use crate::schema::DATE;
use crate::schema::facts::Fact;

use super::query::{Source, row_condition};

/// The fact table of clocks.
const FACT: &str = "sla_clocks";

/// Which clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Running, past the warning, not yet due: the early-warning list.
    Warned,
    /// Running and past their time.
    Late,
    /// Stopped too late.
    Breached,
}

/// What is asked of the clocks.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Ids of promises; all when empty.
    pub promises: Vec<String>,
    /// First local date on which a clock was due.
    pub from: Option<NaiveDate>,
    /// Last local date on which a clock was due.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition over `sla_clocks`.
    pub condition: Option<String>,
}

/// One clock of a list. Instants are UTC microseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRow {
    /// Id of the promise.
    pub promise: String,
    /// The ticket or chat.
    pub id: String,
    /// `running`, `running_late` or `breached`.
    pub outcome: String,
    /// Working minutes left on the promise's calendar; below 0 when the limit is passed.
    pub minutes_left: f64,
    /// When it is or was due.
    pub due_at: Option<i64>,
    /// When it started.
    pub started_at: Option<i64>,
    /// When it stopped.
    pub stopped_at: Option<i64>,
    /// Whether it stands still.
    pub paused: bool,
    /// Whose it is and what it is about: agent, team, department, outlet, priority, kind, problem type.
    pub owner: [Option<String>; 7],
}

/// Columns of [`ClockRow::owner`].
pub const OWNER: [&str; 7] = [
    "agent_id",
    "team",
    "department",
    "outlet",
    "priority",
    "kind",
    "problem_type",
];

/// How a promise stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Id of the promise.
    pub promise: String,
    /// Clocks due by the cut-off.
    pub due: u64,
    /// Of these, stopped in time.
    pub met: u64,
    /// Of these, stopped too late or still running.
    pub breached: u64,
    /// Of these, still running.
    pub late: u64,
    /// Not stopped and not yet due.
    pub running: u64,
    /// Of these, on the early-warning list.
    pub warned: u64,
}

impl Standing {
    /// Met ÷ due; `None` when nothing was due.
    #[must_use]
    pub fn attainment(&self) -> Option<f64> {
        (self.due > 0).then(|| self.met as f64 / self.due as f64)
    }
}

/// The clocks of one list, those due first in front.
///
/// # Errors
/// When the condition does not fit the table, or the table cannot be read.
pub fn list(source: &Source<'_>, which: Which, ask: &Ask) -> Result<Vec<ClockRow>> {
    let wanted = match which {
        Which::Warned => col("warned"),
        Which::Late => col("outcome").eq(lit("running_late")),
        Which::Breached => col("outcome").eq(lit("breached")),
    };
    let Some(frame) = read(source, ask, wanted)? else {
        return Ok(Vec::new());
    };
    rows(&frame).computing("a list of clocks")
}

/// How every promise with a clock stands, by id.
///
/// # Errors
/// As [`list()`].
pub fn standing(source: &Source<'_>, ask: &Ask) -> Result<Vec<Standing>> {
    let Some(frame) = read(source, ask, lit(true).and(col("promise").is_not_null()))? else {
        return Ok(Vec::new());
    };
    let count = || -> PolarsResult<Vec<Standing>> {
        let mut all: std::collections::BTreeMap<&str, Standing> = std::collections::BTreeMap::new();
        let flag = |name: &str| -> PolarsResult<BooleanChunked> {
            Ok(frame.column(name)?.bool()?.clone())
        };
        let (due, warned) = (flag("due")?, flag("warned")?);
        let outcomes = frame.column("outcome")?.str()?;
        for (row, promise) in frame.column("promise")?.str()?.iter().enumerate() {
            let Some(promise) = promise else { continue };
            let standing = all.entry(promise).or_default();
            let outcome = outcomes.get(row).unwrap_or_default();
            if due.get(row) == Some(true) {
                standing.due += 1;
                standing.met += u64::from(outcome == "met");
                standing.breached += u64::from(outcome != "met");
                standing.late += u64::from(outcome == "running_late");
            }
            standing.running += u64::from(outcome == "running");
            standing.warned += u64::from(warned.get(row) == Some(true));
        }
        Ok(all
            .into_iter()
            .map(|(promise, standing)| Standing {
                promise: promise.to_owned(),
                ..standing
            })
            .collect())
    };
    count().computing("the standing of promises")
}

/// The asked clocks of the run, in order of their due time; `None` when the run has no such table.
fn read(source: &Source<'_>, ask: &Ask, wanted: Expr) -> Result<Option<DataFrame>> {
    let mut parts = source.store.parts_at(FACT, source.run)?;
    let condition = condition(ask)?;
    parts.retain(|part| {
        let day: Option<NaiveDate> = part.partition.as_deref().and_then(|day| day.parse().ok());
        let after = ask
            .from
            .is_none_or(|from| day.is_some_and(|day| day >= from));
        after && ask.to.is_none_or(|to| day.is_some_and(|day| day <= to))
    });
    let Some(scan) = frames::scan(&source.store.root().join(FACT), &parts)? else {
        return Ok(None);
    };
    let mut scan = scan.filter(wanted);
    if let Some(condition) = condition {
        scan = scan.filter(condition.polars());
    }
    if !ask.promises.is_empty() {
        let promises = Series::new("".into(), ask.promises.clone());
        scan = scan.filter(col("promise").is_in(lit(promises).implode(true), false));
    }
    let instants = ["started_at", "stopped_at", "due_at"];
    let as_micros = instants.map(|name| col(name).cast(DataType::Int64));
    scan.drop(cols([DATE]))
        .with_columns(as_micros)
        .sort(
            ["due_at", "promise", "ticket_id", "chat_id"],
            SortMultipleOptions::default(),
        )
        .collect()
        .map(Some)
        .computing("the clocks of a run")
}

fn condition(ask: &Ask) -> Result<Option<Condition>> {
    let asked = ask.condition.as_ref().zip(Fact::by_name(FACT));
    asked
        .map(|(text, fact)| row_condition(text, fact))
        .transpose()
}

fn rows(frame: &DataFrame) -> PolarsResult<Vec<ClockRow>> {
    let texts =
        |name: &str| -> PolarsResult<StringChunked> { Ok(frame.column(name)?.str()?.clone()) };
    let instants =
        |name: &str| -> PolarsResult<Int64Chunked> { Ok(frame.column(name)?.i64()?.clone()) };
    let numbers =
        |name: &str| -> PolarsResult<Float64Chunked> { Ok(frame.column(name)?.f64()?.clone()) };
    let (promise, outcome) = (texts("promise")?, texts("outcome")?);
    let (ticket, chat) = (texts("ticket_id")?, texts("chat_id")?);
    let (limit, elapsed) = (numbers("limit_s")?, numbers("elapsed_s")?);
    let (started, stopped, due) = (
        instants("started_at")?,
        instants("stopped_at")?,
        instants("due_at")?,
    );
    let paused = frame.column("paused")?.bool()?;
    let owners = OWNER
        .iter()
        .map(|name| texts(name))
        .collect::<PolarsResult<Vec<_>>>()?;
    let text = |column: &StringChunked, row: usize| column.get(row).map(str::to_owned);
    Ok((0..frame.height())
        .map(|row| ClockRow {
            promise: text(&promise, row).unwrap_or_default(),
            id: text(&ticket, row)
                .or_else(|| text(&chat, row))
                .unwrap_or_default(),
            outcome: text(&outcome, row).unwrap_or_default(),
            minutes_left: limit
                .get(row)
                .zip(elapsed.get(row))
                .map_or(f64::NAN, |(limit, elapsed)| (limit - elapsed) / 60.0),
            due_at: due.get(row),
            started_at: started.get(row),
            stopped_at: stopped.get(row),
            paused: paused.get(row) == Some(true),
            owner: std::array::from_fn(|at| owners.get(at).and_then(|column| text(column, row))),
        })
        .collect())
}
