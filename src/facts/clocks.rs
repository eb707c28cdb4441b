//! `sla_clocks`: one row per ticket or chat and promise.
//!
//! Which tickets a promise holds for is asked of Polars, with the kind, priority and state of the time the clock
//! starts; the walk along a history is plain Rust, ticket by ticket on all threads.

mod onward;
mod table;
mod walk;

use polars::prelude::*;
use rayon::prelude::*;

use super::history::{Histories, NONE, Name, Step, seen};
use super::promises::{Moment, Promise, Promises};
use super::{Context, frames};
use crate::calendar::working::Calendar;
use crate::error::{PolarsContext, Result};
use crate::schema::facts::PROMISED;
use crate::settings::promise::Subject;
use table::frame;
use walk::{Meter, Rules, is, name};

pub use onward::{CARRIED, carried, onward};
pub use table::owned;

/// A clock, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Row of its ticket or chat.
    pub row: usize,
    /// When it started.
    pub started: i64,
    /// When it stopped.
    pub stopped: Option<i64>,
    /// What stopped it.
    pub stopped_by: Name,
    /// When it will be, or would have been, on the early-warning list.
    pub warn: Option<i64>,
    /// When it was or is due. A clock that stands still is due no earlier than if it went on at once.
    pub due: Option<i64>,
    /// Working microseconds that it ran.
    pub elapsed: i64,
    /// Working microseconds that it stood still.
    pub paused: i64,
    /// Whether it stands still at the cut-off.
    pub standing: bool,
    /// Whether what was promised was kept from happening: a chat that ended without a reply.
    pub failed: bool,
    /// Kind at the start.
    pub kind: Name,
    /// Priority at the start.
    pub priority: Name,
}

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stopped in time.
    Met,
    /// Stopped too late.
    Breached,
    /// Not stopped, not yet due.
    Running,
    /// Not stopped and past its due time: a breach.
    RunningLate,
}

impl Outcome {
    /// The code in outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Breached => "breached",
            Self::Running => "running",
            Self::RunningLate => "running_late",
        }
    }
}

impl Clock {
    /// How it ended, or stands at `as_of`. A clock stopped at the very instant it is due was kept.
    #[must_use]
    pub fn outcome(&self, as_of: i64) -> Outcome {
        let late = |at: i64| self.due.is_some_and(|due| at > due);
        match self.stopped {
            Some(at) if late(at) || self.failed => Outcome::Breached,
            Some(_) => Outcome::Met,
            None if late(as_of) => Outcome::RunningLate,
            None => Outcome::Running,
        }
    }

    /// Whether its due time had come by `as_of`, so that it counts.
    fn due_by(&self, as_of: i64) -> bool {
        self.due
            .is_some_and(|due| due < as_of || (due == as_of && self.stopped.is_some()))
    }

    /// Whether it is on the early-warning list: running, past the warning, not late.
    fn warned(&self, as_of: i64) -> bool {
        self.outcome(as_of) == Outcome::Running && self.warn.is_some_and(|at| at <= as_of)
    }
}

/// Builds `sla_clocks` from the ticket and chat facts.
///
/// # Errors
/// When Polars refuses a condition or a column.
pub fn clocks(
    tickets: &DataFrame,
    chats: &DataFrame,
    histories: &Histories,
    promises: &Promises,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let mut parts = Vec::new();
    for promise in &promises.promises {
        let (owners, clocks) = match promise.on {
            Subject::Ticket => (
                tickets,
                of_tickets(promise, tickets, histories, context.as_of)?,
            ),
            Subject::Chat => (chats, of_chats(promise, chats, histories, context.as_of)?),
        };
        let part = frame(promise, owners, &clocks, histories, context.as_of);
        parts.push(part.computing("SLA clocks")?.lazy());
    }
    if parts.is_empty() {
        let nobody = Promise::nobody();
        let part = frame(&nobody, tickets, &[], histories, context.as_of);
        parts.push(part.computing("SLA clocks")?.lazy());
    }
    let all = concat(parts, UnionArgs::default())
        .and_then(LazyFrame::collect)
        .computing("SLA clocks")?;
    frames::with_local(all, "due_at", context.centre.zone)?
        .lazy()
        .sort(
            ["due_at", "promise", "ticket_id", "chat_id"],
            SortMultipleOptions::default(),
        )
        .collect()
        .computing("SLA clocks")
}

/// The clocks of a promise on tickets: each starts at the first start for which the condition holds.
fn of_tickets(
    promise: &Promise,
    tickets: &DataFrame,
    histories: &Histories,
    as_of: i64,
) -> Result<Vec<Clock>> {
    let start = name(&promise.start, &histories.names);
    let starts: Vec<(usize, usize)> = (0..histories.len())
        .into_par_iter()
        .filter(|ticket| !histories.lost_end(*ticket))
        .flat_map_iter(|ticket| {
            let steps = histories.steps(ticket).iter().enumerate();
            steps
                .filter(|(_, step)| is(start, step))
                .map(move |(at, _)| (ticket, at))
        })
        .collect();
    let holds = holding(promise, tickets, histories, &starts).computing("a promise's condition")?;
    let mut first: Vec<(usize, usize)> = starts
        .into_iter()
        .zip(holds)
        .filter_map(|(start, holds)| holds.then_some(start))
        .collect();
    first.dedup_by_key(|(ticket, _)| *ticket);
    let rules = Rules::of(promise, &histories.names);
    Ok(first
        .par_iter()
        .filter_map(|(ticket, at)| rules.walk(*ticket, &histories.steps(*ticket)[*at..], as_of))
        .collect())
}

/// For which starts the condition holds, with what was known of the ticket at each.
fn holding(
    promise: &Promise,
    tickets: &DataFrame,
    histories: &Histories,
    starts: &[(usize, usize)],
) -> PolarsResult<Vec<bool>> {
    let Some(condition) = &promise.condition else {
        return Ok(vec![true; starts.len()]);
    };
    let rows = index(starts.iter().map(|(ticket, _)| *ticket));
    let step = |(ticket, at): &(usize, usize)| &histories.steps(*ticket)[*at];
    let then = |of: fn(&Step) -> Name| -> StringChunked {
        starts
            .iter()
            .map(|start| histories.names.text(of(step(start))))
            .collect()
    };
    let flag = |bit: u8| -> BooleanChunked {
        starts
            .iter()
            .map(|start| Some(step(start).seen & bit != 0))
            .collect()
    };
    // The state after the start; where no event tells any, the ticket's own is all there is.
    let own = tickets.column("status")?.str()?;
    let status = || -> StringChunked {
        starts
            .iter()
            .map(|start| {
                histories
                    .names
                    .text(step(start).state)
                    .or_else(|| own.get(start.0).filter(|_| !histories.told(start.0)))
            })
            .collect()
    };
    let mut columns = vec![rows.clone().into_series().into_column()];
    for read in condition.columns() {
        let series = match read {
            "kind" => then(|step| step.kind).into_series(),
            "priority" => then(|step| step.priority).into_series(),
            "status" => status().into_series(),
            "replied" => flag(seen::REPLIED).into_series(),
            "escalated" => flag(seen::ESCALATED).into_series(),
            "reopened" => flag(seen::REOPENED).into_series(),
            "redelivered" => flag(seen::REDELIVERED).into_series(),
            "paid" => flag(seen::PAID).into_series(),
            own => tickets.column(own)?.as_materialized_series().take(&rows)?,
        };
        columns.push(series.with_name(read.into()).into());
    }
    debug_assert!(
        condition
            .columns()
            .iter()
            .all(|name| PROMISED.column(name).is_some())
    );
    let frame = DataFrame::new(starts.len(), columns)?;
    mask(&frame, condition)
}

/// Rows to take, as Polars counts them; a frame has no more than it can count.
fn index(rows: impl Iterator<Item = usize>) -> IdxCa {
    let rows = rows.map(|row| IdxSize::try_from(row).unwrap_or(IdxSize::MAX));
    IdxCa::from_vec("row".into(), rows.collect())
}

fn mask(frame: &DataFrame, condition: &crate::expr::Expr) -> PolarsResult<Vec<bool>> {
    // A bare literal has one row; added to a column it has as many as the frame.
    let holds = condition
        .polars()
        .and(col("row").is_not_null())
        .alias("holds");
    let masked = frame.clone().lazy().select([holds]).collect()?;
    let column = masked.column("holds")?.bool()?;
    Ok(column.iter().map(|holds| holds == Some(true)).collect())
}

/// The clocks of a promise on chats. The customer waits for a person from the first message, or from asking for
/// one; a chat that ends without a reply breaks the promise, as in the share answered within so many seconds.
fn of_chats(
    promise: &Promise,
    chats: &DataFrame,
    histories: &Histories,
    as_of: i64,
) -> Result<Vec<Clock>> {
    let replied = histories.names.find("replied");
    let clocks = || -> PolarsResult<Vec<Clock>> {
        let holds = match &promise.condition {
            Some(condition) => mask(&chats.with_row_index("row".into(), None)?, condition)?,
            None => vec![true; chats.height()],
        };
        let asked: Vec<Option<i64>> = chats.column("asked_at")?.i64()?.iter().collect();
        let reply: Vec<Option<i64>> = chats.column("first_reply_at")?.i64()?.iter().collect();
        let ended: Vec<Option<i64>> = chats.column("ended_at")?.i64()?.iter().collect();
        let clock = |row: usize| {
            let started = asked[row].filter(|at| *at <= as_of && holds[row])?;
            let known = |at: Option<i64>| at.filter(|at| *at <= as_of).map(|at| at.max(started));
            let reply = known(reply[row]);
            let stopped = reply.or_else(|| known(ended[row]));
            let mut meter = Meter {
                calendar: &promise.limit.calendar,
                limits: [promise.warn, promise.limit.micros],
                reached: [None; 2],
                elapsed: 0,
                paused: 0,
            };
            let at = stopped.unwrap_or(as_of);
            meter.pass(started, at, true);
            let [warn, due] = meter.ahead(at);
            Some(Clock {
                row,
                started,
                stopped,
                stopped_by: if reply.is_some() { replied } else { NONE },
                warn,
                due,
                elapsed: meter.elapsed,
                paused: 0,
                standing: false,
                failed: stopped.is_some() && reply.is_none(),
                kind: NONE,
                priority: NONE,
            })
        };
        Ok((0..chats.height())
            .into_par_iter()
            .filter_map(clock)
            .collect())
    };
    clocks().computing("the clocks of chats")
}

impl Promise {
    /// A promise that is given to nobody: the columns of an empty table.
    fn nobody() -> Self {
        Self {
            id: String::new(),
            on: Subject::Ticket,
            condition: None,
            start: Moment::Event("created".to_owned()),
            stop: Vec::new(),
            pause_in: Vec::new(),
            limit: super::promises::Limit {
                micros: 1,
                name: String::new(),
                calendar: Calendar::always(),
            },
            warn: 1,
        }
    }
}

#[cfg(test)]
mod tests;
