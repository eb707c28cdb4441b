//! Events as they were read, by ticket.

use ahash::AHashMap;
use polars::prelude::*;

use super::{NONE, Name, Names};

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

/// Events by ticket, each ticket's in order of time.
pub struct Grouped {
    starts: Vec<usize>,
    events: Vec<Event>,
}

impl Grouped {
    pub fn events(&self, ticket: usize) -> &[Event] {
        let range = self.starts[ticket]..self.starts[ticket + 1];
        self.events.get(range).unwrap_or_default()
    }

    /// Sorts the events into their tickets by counting, then each ticket's few by time, file and line.
    pub fn of(
        names: &mut Names,
        tickets: &DataFrame,
        events: &DataFrame,
        as_of: i64,
    ) -> PolarsResult<Self> {
        let ids = tickets.column("ticket_id")?.str()?;
        let rows: AHashMap<&str, usize> = ids
            .iter()
            .enumerate()
            .filter_map(|(row, id)| Some((id?, row)))
            .collect();
        let owners = events.column("ticket_id")?.str()?;
        let times: Vec<Option<i64>> = events.column("event_at")?.i64()?.iter().collect();
        let row_of: Vec<Option<usize>> = owners
            .iter()
            .zip(&times)
            .map(|(id, at)| {
                rows.get(id?)
                    .copied()
                    .filter(|_| at.is_some_and(|at| at <= as_of))
            })
            .collect();
        let mut starts = vec![0; tickets.height() + 1];
        for row in row_of.iter().flatten() {
            starts[row + 1] += 1;
        }
        for row in 0..tickets.height() {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let mut order = vec![0_usize; starts[tickets.height()]];
        for (event, row) in row_of.iter().enumerate() {
            if let Some(row) = row {
                order[next[*row]] = event;
                next[*row] += 1;
            }
        }
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
        Ok(Self { starts, events })
    }
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
