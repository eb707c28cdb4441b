//! Clocks of an earlier cut-off, judged at a later one: nothing has happened to their tickets and chats since.

use polars::prelude::*;

use super::walk::Meter;
use super::{Clock, NONE};
use crate::error::{PolarsContext, Result};
use crate::facts::promises::Promise;
use crate::facts::{Context, frames};

/// The rows of `sla_clocks` as of `before`, at the cut-off of the context: one that runs has run on, one that stands still
/// is due the later.
///
/// # Errors
/// When a column is missing.
pub fn onward(rows: DataFrame, before: i64, context: &Context<'_>) -> Result<DataFrame> {
    let rows = judged(rows, before, context).computing("SLA clocks")?;
    frames::with_local(rows, "due_at", context.centre.zone)
}

/// The columns that [`carried`] reads and renews.
pub const CARRIED: &[&str] = &[
    "promise",
    "stopped_at",
    "warn_at",
    "due_at",
    "elapsed_s",
    "paused_s",
    "outcome",
    "due",
    "warned",
    "paused",
];

/// The same as [`onward`] of these columns only; `None` when a clock is due at another time, so that its row has another
/// place and perhaps another day.
///
/// # Errors
/// When a column is missing.
pub fn carried(rows: &DataFrame, before: i64, context: &Context<'_>) -> Result<Option<DataFrame>> {
    let now = judged(rows.clone(), before, context).computing("SLA clocks")?;
    let [then, due] = [rows, &now].map(|rows| rows.column("due_at").computing("SLA clocks"));
    let same = then?.equals_missing(due?);
    Ok(same.then_some(now))
}

fn judged(mut rows: DataFrame, before: i64, context: &Context<'_>) -> PolarsResult<DataFrame> {
    let as_of = context.as_of;
    let height = rows.height();
    let (mut warn, mut due) = (Vec::with_capacity(height), Vec::with_capacity(height));
    let (mut is_due, mut warned) = (Vec::with_capacity(height), Vec::with_capacity(height));
    let (mut ran, mut stood) = (Vec::with_capacity(height), Vec::with_capacity(height));
    let mut outcomes: Vec<Option<String>> = Vec::with_capacity(height);
    {
        let instants = |name: &str| PolarsResult::Ok(rows.column(name)?.i64()?.clone());
        let (stopped, warns, dues) = (
            instants("stopped_at")?,
            instants("warn_at")?,
            instants("due_at")?,
        );
        let (elapsed, rested) = (
            rows.column("elapsed_s")?.f64()?,
            rows.column("paused_s")?.f64()?,
        );
        let paused = rows.column("paused")?.bool()?;
        let (promises, known) = (
            rows.column("promise")?.str()?,
            rows.column("outcome")?.str()?,
        );
        for row in 0..height {
            let mut clock = Clock {
                row,
                started: 0,
                stopped: stopped.get(row),
                stopped_by: NONE,
                warn: warns.get(row),
                due: dues.get(row),
                elapsed: micros(elapsed.get(row).unwrap_or_default()),
                paused: micros(rested.get(row).unwrap_or_default()),
                standing: paused.get(row) == Some(true),
                failed: false,
                kind: NONE,
                priority: NONE,
            };
            let same = |promise: &&Promise| Some(promise.id.as_str()) == promises.get(row);
            let promise = context.promises.promises.iter().find(same);
            if let Some(promise) = promise.filter(|_| clock.stopped.is_none()) {
                let since = promise.limit.calendar.between(before, as_of);
                if clock.standing {
                    clock.paused += since;
                    [clock.warn, clock.due] = later(&clock, promise, as_of);
                } else {
                    clock.elapsed += since;
                }
            }
            outcomes.push(if clock.stopped.is_some() {
                known.get(row).map(str::to_owned)
            } else {
                Some(clock.outcome(as_of).code().to_owned())
            });
            is_due.push(clock.due_by(as_of));
            warned.push(clock.stopped.is_none() && clock.warned(as_of));
            warn.push(clock.warn);
            due.push(clock.due);
            ran.push(clock.elapsed as f64 / 1e6);
            stood.push(clock.paused as f64 / 1e6);
        }
    }
    for column in [
        Column::new("warn_at".into(), warn),
        Column::new("due_at".into(), due),
        Column::new("elapsed_s".into(), ran),
        Column::new("paused_s".into(), stood),
        Column::new("outcome".into(), outcomes),
        Column::new("due".into(), is_due),
        Column::new("warned".into(), warned),
    ] {
        rows.with_column(column)?;
    }
    Ok(rows)
}

/// When a clock that stands still reaches its limits, if it goes on at `as_of`; what it reached before stays.
fn later(clock: &Clock, promise: &Promise, as_of: i64) -> [Option<i64>; 2] {
    let limits = [promise.warn, promise.limit.micros];
    let reached = [clock.warn, clock.due];
    let meter = Meter {
        calendar: &promise.limit.calendar,
        limits,
        reached: std::array::from_fn(|at| reached[at].filter(|_| clock.elapsed >= limits[at])),
        elapsed: clock.elapsed,
        paused: 0,
    };
    meter.ahead(as_of)
}

/// Seconds as whole microseconds, as they were before they became seconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a clock runs for less than 2^53 microseconds"
)]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}
