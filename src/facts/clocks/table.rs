//! Clocks as rows of `sla_clocks`.

use polars::prelude::*;

use super::{Clock, index};
use crate::facts::history::{Histories, Name};
use crate::facts::promises::Promise;
use crate::settings::promise::Subject;

/// Columns that a clock and a stay take over from their ticket or chat.
const OWNED: &[&str] = &["problem_type", "category", "agent_id", "team", "site"];

/// The same of tickets only.
const OF_TICKET: &[&str] = &["channel", "department", "outlet", "courier", "region"];

/// Takes the columns of the owners over, in the order of `rows`; what a chat has not is null.
///
/// # Errors
/// When an owner lacks a column.
pub fn owned(owners: &DataFrame, rows: &[usize], on: Subject) -> PolarsResult<Vec<Column>> {
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

/// The clocks of a promise as rows.
///
/// # Errors
/// When an owner lacks a column.
pub fn frame(
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
