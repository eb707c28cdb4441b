//! `sla_clocks`: one row per ticket or chat and promise.
//!
//! Which tickets a promise holds for is asked of Polars, with the kind, priority and state of the time the clock
//! starts; the walk along a history is plain Rust, ticket by ticket on all threads.

use polars::prelude::*;
use rayon::prelude::*;

use super::history::{Histories, NONE, Name, Names, Step, seen};
use super::promises::{Moment, Promise, Promises};
use super::{Context, frames};
use crate::calendar::working::Calendar;
use crate::error::{PolarsContext, Result};
use crate::schema::facts::PROMISED;
use crate::settings::promise::Subject;

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

/// Working time spent on a clock, and the instants at which its limits are reached.
struct Meter<'c> {
    calendar: &'c Calendar,
    limits: [i64; 2],
    reached: [Option<i64>; 2],
    elapsed: i64,
    paused: i64,
}

impl Meter<'_> {
    /// Goes from one instant to another, running or standing still.
    fn pass(&mut self, from: i64, until: i64, running: bool) {
        let work = self.calendar.between(from, until);
        if !running {
            self.paused += work;
            return;
        }
        for (limit, reached) in self.limits.iter().zip(&mut self.reached) {
            if reached.is_none() && self.elapsed + work >= *limit {
                *reached = self.calendar.after(from, limit - self.elapsed);
            }
        }
        self.elapsed += work;
    }

    /// The instants at which the limits are reached, when the clock runs on from `at`.
    fn ahead(&self, at: i64) -> [Option<i64>; 2] {
        let mut reached = self.reached;
        for (limit, reached) in self.limits.iter().zip(&mut reached) {
            *reached = reached.or_else(|| self.calendar.after(at, limit - self.elapsed));
        }
        reached
    }
}

/// The names of a promise, looked up once.
struct Rules<'p> {
    promise: &'p Promise,
    stop: Vec<(Name, bool)>,
    pause: Vec<Name>,
    closed: Name,
}

impl<'p> Rules<'p> {
    fn of(promise: &'p Promise, names: &Names) -> Self {
        Self {
            promise,
            stop: promise
                .stop
                .iter()
                .map(|moment| name(moment, names))
                .collect(),
            pause: promise
                .pause_in
                .iter()
                .map(|state| names.find(state))
                .collect(),
            closed: names.find("closed"),
        }
    }

    /// What of a step stops the clock. Closing always does.
    fn stops(&self, step: &Step) -> Option<Name> {
        let promised = self.stop.iter().find(|moment| is(**moment, step));
        let closing = (step.entered == self.closed && self.closed != NONE).then_some(self.closed);
        promised.map(|(name, _)| *name).or(closing)
    }

    /// Walks from the step that starts the clock to the one that stops it, or to `as_of`.
    fn walk(&self, row: usize, steps: &[Step], as_of: i64) -> Option<Clock> {
        let (first, rest) = steps.split_first()?;
        let mut meter = Meter {
            calendar: &self.promise.limit.calendar,
            limits: [self.promise.warn, self.promise.limit.micros],
            reached: [None; 2],
            elapsed: 0,
            paused: 0,
        };
        let (mut at, mut running) = (first.at, !self.pause.contains(&first.state));
        let mut stopped = None;
        for step in rest {
            meter.pass(at, step.at, running);
            at = step.at;
            if let Some(by) = self.stops(step) {
                stopped = Some((at, by));
                break;
            }
            running = step.state == NONE || !self.pause.contains(&step.state);
        }
        if stopped.is_none() {
            meter.pass(at, as_of, running);
            at = as_of;
        }
        let [warn, due] = meter.ahead(at);
        Some(Clock {
            row,
            started: first.at,
            stopped: stopped.map(|(at, _)| at),
            stopped_by: stopped.map_or(NONE, |(_, by)| by),
            warn,
            due,
            elapsed: meter.elapsed,
            paused: meter.paused,
            standing: stopped.is_none() && !running,
            failed: false,
            kind: first.kind,
            priority: first.priority,
        })
    }
}

/// A moment as a name, and whether it is a state that is entered.
fn name(moment: &Moment, names: &Names) -> (Name, bool) {
    match moment {
        Moment::Event(event) => (names.find(event), false),
        Moment::State(state) => (names.find(state), true),
    }
}

const fn is((name, entered): (Name, bool), step: &Step) -> bool {
    name != NONE && (if entered { step.entered } else { step.event }) == name
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
    // The state after the start, except that nothing may be known of it; then the ticket's own is all there is.
    let own = tickets.column("status")?.str()?;
    let status = || -> StringChunked {
        starts
            .iter()
            .map(|start| {
                histories
                    .names
                    .text(step(start).state)
                    .or_else(|| own.get(start.0))
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

/// Columns that a clock and a stay take over from their ticket or chat.
const OWNED: &[&str] = &["problem_type", "category", "agent_id", "team", "site"];

/// The same of tickets only.
const OF_TICKET: &[&str] = &["channel", "department", "outlet", "courier", "region"];

/// Takes the columns of the owners over, in the order of `rows`; what a chat has not is null.
pub(super) fn owned(owners: &DataFrame, rows: &[usize], on: Subject) -> PolarsResult<Vec<Column>> {
    let rows = index(rows.iter().copied());
    let take = |name: &str| owners.column(name)?.take(&rows);
    let empty = |name: &str| Column::full_null(name.into(), rows.len(), &DataType::String);
    let mut columns = OWNED
        .iter()
        .map(|name| take(name))
        .collect::<PolarsResult<Vec<_>>>()?;
    for name in OF_TICKET {
        columns.push(if on == Subject::Ticket {
            take(name)?
        } else {
            empty(name)
        });
    }
    for name in ["platform", "queue"] {
        columns.push(if on == Subject::Chat {
            take(name)?
        } else {
            empty(name)
        });
    }
    let (own, other) = match on {
        Subject::Ticket => ("ticket_id", "chat_id"),
        Subject::Chat => ("chat_id", "ticket_id"),
    };
    columns.extend([take(own)?, empty(other)]);
    Ok(columns)
}

fn frame(
    promise: &Promise,
    owners: &DataFrame,
    clocks: &[Clock],
    histories: &Histories,
    as_of: i64,
) -> PolarsResult<DataFrame> {
    let rows: Vec<usize> = clocks.iter().map(|clock| clock.row).collect();
    let mut columns = owned(owners, &rows, promise.on)?;
    columns.push(owners.column("waybill")?.take(&index(rows.into_iter()))?);
    let same = |name: &str, text: &str| {
        Column::new_scalar(
            name.into(),
            Scalar::from(PlSmallStr::from_str(text)),
            clocks.len(),
        )
    };
    let seconds = |micros: i64| micros as f64 / 1e6;
    let subject = match promise.on {
        Subject::Ticket => "ticket",
        Subject::Chat => "chat",
    };
    columns.extend([
        same("promise", &promise.id),
        same("subject", subject),
        same("calendar", &promise.limit.name),
    ]);
    let text = |name: &str, of: &dyn Fn(&Clock) -> Option<String>| -> Column {
        let values: StringChunked = clocks.iter().map(of).collect();
        values.with_name(name.into()).into_series().into()
    };
    let whole = |name: &str, of: &dyn Fn(&Clock) -> Option<i64>| -> Column {
        let values: Int64Chunked = clocks.iter().map(of).collect();
        values.with_name(name.into()).into_series().into()
    };
    let number = |name: &str, of: &dyn Fn(&Clock) -> f64| -> Column {
        let values: Vec<f64> = clocks.iter().map(of).collect();
        Column::new(name.into(), values)
    };
    let flag = |name: &str, of: &dyn Fn(&Clock) -> bool| -> Column {
        let values: Vec<bool> = clocks.iter().map(of).collect();
        Column::new(name.into(), values)
    };
    let named = |name: Name| histories.names.text(name).map(str::to_owned);
    columns.extend([
        text("kind", &|clock| named(clock.kind)),
        text("priority", &|clock| named(clock.priority)),
        text("stopped_by", &|clock| {
            named(clock.stopped_by).or_else(|| clock.failed.then(|| "ended".to_owned()))
        }),
        text("outcome", &|clock| {
            Some(clock.outcome(as_of).code().to_owned())
        }),
        whole("started_at", &|clock| Some(clock.started)),
        whole("stopped_at", &|clock| clock.stopped),
        whole("warn_at", &|clock| clock.warn),
        whole("due_at", &|clock| clock.due),
        number("limit_s", &|_| seconds(promise.limit.micros)),
        number("elapsed_s", &|clock| seconds(clock.elapsed)),
        number("paused_s", &|clock| seconds(clock.paused)),
        flag("due", &|clock| clock.due_by(as_of)),
        flag("warned", &|clock| clock.warned(as_of)),
        flag("paused", &|clock| clock.standing),
        flag("from_history", &|clock| {
            promise.on == Subject::Ticket && histories.recorded(clock.row)
        }),
    ]);
    if promise.on == Subject::Chat {
        columns.retain(|column| !["channel"].contains(&column.name().as_str()));
        columns.push(same("channel", "chat"));
    }
    DataFrame::new(clocks.len(), columns).and_then(|frame| {
        // Parts of chats and of tickets are put together: one order of columns.
        let mut names = frame.get_column_names_owned();
        names.sort();
        frame.select(names)
    })
}

#[cfg(test)]
#[path = "clocks_tests.rs"]
mod tests;
