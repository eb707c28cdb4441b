//! Events as they were read, by ticket.

use ahash::AHashMap;
use polars::prelude::*;

use super::{NONE, Name, Names};
use crate::error::{PolarsContext, Result};
use crate::stats::grouped::grouped;

/// An event as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    pub at: i64,
    pub event: Name,
    pub from: Name,
    pub to: Name,
    pub priority: Name,
    pub kind: Name,
}

/// The events of tickets, in the order of their table.
#[derive(Debug)]
pub struct Events {
    /// The texts behind the names.
    pub names: Names,
    /// Where the events of each ticket begin, with the end of all.
    starts: Vec<usize>,
    /// Each ticket's in order of time.
    events: Vec<Event>,
}

impl Events {
    /// Puts the events to their tickets, and each ticket's few in the order of time, file and line. Creation comes first
    /// within its instant: in an export with the newest first, what was done within the same minute stands before it.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn of(tickets: &DataFrame, events: &DataFrame) -> Result<Self> {
        by_ticket(tickets, events).computing("events of tickets")
    }

    /// Number of tickets.
    #[must_use]
    pub fn tickets(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Those of the ticket in this row.
    #[must_use]
    pub fn of_ticket(&self, ticket: usize) -> &[Event] {
        let range = self.starts[ticket]..self.starts[ticket + 1];
        self.events.get(range).unwrap_or_default()
    }
}

fn by_ticket(tickets: &DataFrame, events: &DataFrame) -> PolarsResult<Events> {
    let mut names = Names::default();
    let ids = tickets.column("ticket_id")?.str()?;
    let rows: AHashMap<&str, usize> = ids
        .iter()
        .enumerate()
        .filter_map(|(row, id)| Some((id?, row)))
        .collect();
    let owners = events.column("ticket_id")?.str()?;
    let times: Vec<Option<i64>> = events.column("event_at")?.i64()?.iter().collect();
    let owned: Vec<(usize, usize)> = owners
        .iter()
        .zip(&times)
        .enumerate()
        .filter_map(|(event, (id, at))| at.and(Some((*rows.get(id?)?, event))))
        .collect();
    let (mut order, starts) = grouped(owned.iter().copied(), tickets.height());
    let files: Vec<Option<&str>> = events.column("source_file")?.str()?.iter().collect();
    let lines: Vec<Option<i64>> = events.column("source_line")?.i64()?.iter().collect();
    let columns = [
        "event",
        "from_status",
        "to_status",
        "to_priority",
        "to_kind",
    ]
    .map(|column| names.column(events, column));
    let [event, from, to, priority, kind] = columns;
    let (event, from, to, priority, kind) = (event?, from?, to?, priority?, kind?);
    let created = names.find("created");
    for ticket in starts.windows(2) {
        order[ticket[0]..ticket[1]].sort_unstable_by_key(|row| {
            (
                times[*row],
                event[*row] != created,
                files[*row],
                lines[*row],
            )
        });
    }
    let events = order
        .into_iter()
        .map(|row| Event {
            at: times[row].unwrap_or_default(),
            event: event[row],
            from: from[row],
            to: to[row],
            priority: priority[row],
            kind: kind[row],
        })
        .collect();
    Ok(Events {
        names,
        starts,
        events,
    })
}

/// Something that a time on the ticket tells.
pub const fn silent(at: i64, event: Name, to: Name) -> Event {
    Event {
        at,
        event,
        from: NONE,
        to,
        priority: NONE,
        kind: NONE,
    }
}
