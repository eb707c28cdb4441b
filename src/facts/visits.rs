//! `state_visits`: one row per stay of a ticket in a state.

use polars::prelude::*;
use rayon::prelude::*;

use super::clocks::owned;
use super::history::{Histories, NONE, Name, Step};
use super::promises::{Limit, Promises};
use super::{Context, frames};
use crate::error::{PolarsContext, Result};
use crate::settings::promise::Subject;

/// A stay of a ticket in a state.
#[derive(Debug, Clone, Copy)]
struct Stay {
    ticket: usize,
    state: Name,
    entered: i64,
    left: Option<i64>,
    due: Option<i64>,
    kind: Name,
    priority: Name,
}

impl Stay {
    /// Whether the limit was kept: known when the stay is over, or when the limit is.
    fn within(&self, as_of: i64) -> Option<bool> {
        let due = self.due?;
        match self.left {
            Some(left) => Some(left <= due),
            None => (due < as_of).then_some(false),
        }
    }

    /// Whether the time of the limit has passed, so that the stay counts.
    fn due_by(&self, as_of: i64) -> bool {
        self.due
            .is_some_and(|due| due < as_of || (due == as_of && self.left.is_some()))
    }
}

/// Builds `state_visits`: from one change of state to the next; the stays of a ticket without any are not known,
/// except that one still waiting has waited since it was created.
///
/// # Errors
/// When Polars refuses a column.
pub fn visits(
    tickets: &DataFrame,
    histories: &Histories,
    promises: &Promises,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let limit_of =
        |state: Name| -> Option<&Limit> { promises.limits.get(histories.names.text(state)?) };
    let stays: Vec<Stay> = (0..histories.len())
        .into_par_iter()
        .flat_map_iter(|ticket| {
            // A ticket's own times tell ends, not stays.
            let silent = histories.ended_silently(ticket);
            let steps = histories.steps(ticket);
            stays(ticket, if silent { &[] } else { steps }).map(|mut stay| {
                stay.due = limit_of(stay.state)
                    .and_then(|limit| limit.calendar.after(stay.entered, limit.micros));
                stay
            })
        })
        .collect();
    let frame = frame(tickets, &stays, histories, promises, context.as_of);
    frames::with_local(
        frame.computing("state visits")?,
        "entered_at",
        context.centre.zone,
    )?
    .lazy()
    .sort(
        ["entered_at", "ticket_id", "state"],
        SortMultipleOptions::default(),
    )
    .collect()
    .computing("state visits")
}

/// The columns that [`onward`] reads.
pub const LASTING: &[&str] = &["entered_at", "left_at", "dwell_s"];

/// Rows of `state_visits` at a later cut-off, when nothing has happened to their tickets and no limit has passed since: a
/// stay that goes on has lasted until then.
///
/// # Errors
/// When a column is missing.
pub fn onward(rows: DataFrame, as_of: i64) -> Result<DataFrame> {
    let goes_on = col("left_at").is_null().and(col("dwell_s").is_not_null());
    let so_far = (lit(as_of) - col("entered_at")).cast(DataType::Float64) / lit(1e6);
    let dwell = when(goes_on).then(so_far).otherwise(col("dwell_s"));
    rows.lazy()
        .with_columns([dwell.alias("dwell_s")])
        .collect()
        .computing("state visits")
}

fn stays(ticket: usize, steps: &[Step]) -> impl Iterator<Item = Stay> {
    let entered = |(_, step): &(usize, &Step)| step.entered != NONE;
    steps
        .iter()
        .enumerate()
        .filter(entered)
        .map(move |(at, step)| {
            let next = steps[at + 1..].iter().find(|later| later.entered != NONE);
            Stay {
                ticket,
                state: step.entered,
                entered: step.at,
                left: next.map(|next| next.at),
                due: None,
                kind: step.kind,
                priority: step.priority,
            }
        })
}

fn frame(
    tickets: &DataFrame,
    stays: &[Stay],
    histories: &Histories,
    promises: &Promises,
    as_of: i64,
) -> PolarsResult<DataFrame> {
    let rows: Vec<usize> = stays.iter().map(|stay| stay.ticket).collect();
    let mut columns = owned(tickets, &rows, Subject::Ticket)?;
    columns.retain(|column| !["platform", "queue", "chat_id"].contains(&column.name().as_str()));
    let limit = |stay: &Stay| promises.limits.get(histories.names.text(stay.state)?);
    let at_rest = ["resolved", "closed"].map(|state| histories.names.find(state));
    let dwell = |stay: &Stay| {
        // A ticket rests in its last state for ever; how long is no figure.
        let until = stay
            .left
            .or_else(|| (!at_rest.contains(&stay.state)).then_some(as_of))?;
        Some((until - stay.entered) as f64 / 1e6)
    };
    let text = |name: &str, of: &dyn Fn(&Stay) -> Option<String>| -> Column {
        let values: StringChunked = stays.iter().map(of).collect();
        values.with_name(name.into()).into_series().into()
    };
    let whole = |name: &str, of: &dyn Fn(&Stay) -> Option<i64>| -> Column {
        let values: Int64Chunked = stays.iter().map(of).collect();
        values.with_name(name.into()).into_series().into()
    };
    let number = |name: &str, of: &dyn Fn(&Stay) -> Option<f64>| -> Column {
        let values: Float64Chunked = stays.iter().map(of).collect();
        values.with_name(name.into()).into_series().into()
    };
    let flag = |name: &str, of: &dyn Fn(&Stay) -> Option<bool>| -> Column {
        let values: BooleanChunked = stays.iter().map(of).collect();
        values.with_name(name.into()).into_series().into()
    };
    let named = |name: Name| histories.names.text(name).map(str::to_owned);
    columns.extend([
        text("state", &|stay| named(stay.state)),
        text("kind", &|stay| named(stay.kind)),
        text("priority", &|stay| named(stay.priority)),
        text("calendar", &|stay| {
            limit(stay).map(|limit| limit.name.clone())
        }),
        whole("entered_at", &|stay| Some(stay.entered)),
        whole("left_at", &|stay| stay.left),
        whole("due_at", &|stay| stay.due),
        number("dwell_s", &dwell),
        number("limit_s", &|stay| {
            limit(stay).map(|limit| limit.micros as f64 / 1e6)
        }),
        flag("within", &|stay| stay.within(as_of)),
        flag("due", &|stay| Some(stay.due_by(as_of))),
        flag("open", &|stay| Some(stay.left.is_none())),
        flag("from_history", &|stay| {
            Some(histories.recorded(stay.ticket))
        }),
    ]);
    DataFrame::new(stays.len(), columns)
}
