//! What happened to each ticket, step by step, as plain sorted rows.
//!
//! The events of a ticket in order of time, with the state, priority and kind after each, up to the instant of
//! judgement. Where the events are silent the ticket's own columns speak.

mod events;
mod names;
mod totals;

use polars::prelude::*;
use rayon::prelude::*;

use crate::error::{PolarsContext, Result};
use events::{Event, silent};

pub use events::Events;
pub use names::Names;

/// The columns of events that tell a history.
pub const OF_EVENTS: &[&str] = &[
    "ticket_id",
    "event_at",
    "event",
    "from_status",
    "to_status",
    "to_priority",
    "to_kind",
    "source_file",
    "source_line",
];

/// A name of an event, state, priority or kind; [`Names`] knows which.
pub type Name = u16;

/// No name: not known, or no change.
pub const NONE: Name = 0;

/// What had happened to a ticket before a step: one bit each.
pub mod seen {
    /// The customer was answered.
    pub const REPLIED: u8 = 1;
    /// It was escalated.
    pub const ESCALATED: u8 = 2;
    /// It was reopened.
    pub const REOPENED: u8 = 4;
    /// The parcel was delivered again.
    pub const REDELIVERED: u8 = 8;
    /// Compensation was paid.
    pub const PAID: u8 = 16;
}

/// One thing that happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When, UTC microseconds; never before the ticket's creation.
    pub at: i64,
    /// The event; [`NONE`] when only a time on the ticket says so.
    pub event: Name,
    /// The state that was entered, when it is another than before.
    pub entered: Name,
    /// The state from then on.
    pub state: Name,
    /// The priority from then on.
    pub priority: Name,
    /// The kind from then on.
    pub kind: Name,
    /// What had happened before.
    pub seen: u8,
}

/// The histories of all tickets, in the order of their table.
#[derive(Debug)]
pub struct Histories {
    /// The texts behind the names.
    pub names: Names,
    tickets: Vec<History>,
}

/// The history of a ticket.
#[derive(Debug, Default)]
struct History {
    steps: Vec<Step>,
    /// Whether it has events.
    recorded: bool,
    /// Whether they tell its states.
    moves: bool,
    /// Whether it is over at a time that nothing tells.
    lost_end: bool,
}

/// Names that the rules below speak of.
struct Known {
    created: Name,
    replied: Name,
    reopened: Name,
    escalated: Name,
    redelivered: Name,
    paid: Name,
    pending: Name,
    in_progress: Name,
    transferred: Name,
    resolved: Name,
    closed: Name,
}

/// The columns of the tickets that a history may need.
struct Tickets<'f> {
    created: &'f Int64Chunked,
    updated: &'f Int64Chunked,
    first_reply: &'f Int64Chunked,
    resolved: &'f Int64Chunked,
    closed: &'f Int64Chunked,
    status: Vec<Name>,
    priority: Vec<Name>,
    kind: Vec<Name>,
}

impl Histories {
    /// Puts the history of every ticket of `tickets` together from its `events`, up to `as_of`.
    ///
    /// `tickets` is the table of ticket facts: its first reply and resolution are filled from the events already. Its rows are
    /// the tickets that the events were put to, in the same order.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn of(tickets: &DataFrame, mut events: Events, as_of: i64) -> Result<Self> {
        debug_assert_eq!(tickets.height(), events.tickets());
        let tickets = build(tickets, &mut events, as_of).computing("ticket histories")?;
        let names = events.names;
        Ok(Self { names, tickets })
    }

    /// Number of tickets.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.tickets.len()
    }

    /// Whether there is no ticket.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tickets.is_empty()
    }

    /// The steps of the ticket in this row; the first is its creation. None when it was created after the cut-off.
    #[must_use]
    pub fn steps(&self, ticket: usize) -> &[Step] {
        self.tickets.get(ticket).map_or(&[], |of| &of.steps)
    }

    /// Whether the ticket has events.
    #[must_use]
    pub fn recorded(&self, ticket: usize) -> bool {
        self.tickets.get(ticket).is_some_and(|of| of.recorded)
    }

    /// Whether events of the ticket tell its states.
    #[must_use]
    pub fn told(&self, ticket: usize) -> bool {
        self.tickets.get(ticket).is_some_and(|of| of.moves)
    }

    /// Whether only the ticket's own times tell that it ended.
    #[must_use]
    pub fn ended_silently(&self, ticket: usize) -> bool {
        let mut later = self.steps(ticket).iter().skip(1);
        !self.told(ticket) && later.any(|step| step.entered != NONE)
    }

    /// Whether the ticket is over, but nothing says since when.
    #[must_use]
    pub fn lost_end(&self, ticket: usize) -> bool {
        self.tickets.get(ticket).is_some_and(|of| of.lost_end)
    }
}

fn build(tickets: &DataFrame, events: &mut Events, as_of: i64) -> PolarsResult<Vec<History>> {
    let names = &mut events.names;
    let columns = Tickets {
        created: tickets.column("created_at")?.i64()?,
        updated: tickets.column("updated_at")?.i64()?,
        first_reply: tickets.column("first_reply_at")?.i64()?,
        resolved: tickets.column("resolved_at")?.i64()?,
        closed: tickets.column("closed_at")?.i64()?,
        status: names.column(tickets, "status")?,
        priority: names.column(tickets, "priority")?,
        kind: names.column(tickets, "kind")?,
    };
    let known = Known::of(names);
    Ok((0..tickets.height())
        .into_par_iter()
        .map(|ticket| {
            let of_ticket = events.of_ticket(ticket);
            let until = of_ticket.partition_point(|event| event.at <= as_of);
            known.history(&columns, ticket, &of_ticket[..until], as_of)
        })
        .collect())
}

impl Known {
    fn of(names: &Names) -> Self {
        Self {
            created: names.find("created"),
            replied: names.find("replied"),
            reopened: names.find("reopened"),
            escalated: names.find("escalated"),
            redelivered: names.find("redelivered"),
            paid: names.find("paid"),
            pending: names.find("pending"),
            in_progress: names.find("in_progress"),
            transferred: names.find("transferred"),
            resolved: names.find("resolved"),
            closed: names.find("closed"),
        }
    }

    /// The state an event leads to.
    fn target(&self, event: &Event) -> Name {
        match event.to {
            NONE if event.event == self.reopened => self.in_progress,
            to => to,
        }
    }

    /// The history of one ticket; none when it was created after the cut-off.
    fn history(
        &self,
        tickets: &Tickets<'_>,
        ticket: usize,
        events: &[Event],
        as_of: i64,
    ) -> History {
        let Some(created) = tickets.created.get(ticket).filter(|at| *at <= as_of) else {
            return History::default();
        };
        let moves = events.iter().find(|event| self.target(event) != NONE);
        let mut told: Vec<Event> = vec![Event {
            at: created,
            event: self.created,
            from: NONE,
            to: self.first_state(tickets, ticket, moves, created),
            priority: at_first(events, created, self.created, |event| event.priority)
                .unwrap_or(tickets.priority[ticket]),
            kind: at_first(events, created, self.created, |event| event.kind)
                .unwrap_or(tickets.kind[ticket]),
        }];
        let first_reply = tickets.first_reply.get(ticket);
        let at_reply =
            |event: &&Event| event.event == self.replied && Some(event.at) == first_reply;
        if let Some(at) = first_reply.filter(|at| *at <= as_of)
            && !events.iter().any(|event| at_reply(&event))
        {
            told.push(silent(at, self.replied, NONE));
        }
        told.extend(
            events
                .iter()
                .filter(|event| event.event != self.created || event.to != NONE)
                .map(|event| {
                    // An earlier event called a reply is not the first reply of the ticket.
                    let early =
                        event.event == self.replied && first_reply.is_some_and(|at| event.at < at);
                    let passed = early || event.event == self.created;
                    Event {
                        at: event.at.max(created),
                        event: if passed { NONE } else { event.event },
                        ..*event
                    }
                }),
        );
        // What happened at the instant of the end happened before it.
        let lost_end = moves.is_none() && self.ends(tickets, ticket, as_of, &mut told);
        told.sort_by_key(|event| event.at);
        History {
            steps: self.steps(&told),
            recorded: !events.is_empty(),
            moves: moves.is_some(),
            lost_end,
        }
    }

    /// The state a ticket is created in: as its first change tells; without any, only a ticket that is still
    /// waiting tells it.
    fn first_state(
        &self,
        tickets: &Tickets<'_>,
        ticket: usize,
        first: Option<&Event>,
        created: i64,
    ) -> Name {
        match first {
            Some(event) if event.event == self.created || event.at <= created => self.target(event),
            Some(event) => event.from,
            None if tickets.status[ticket] == self.pending => self.pending,
            None => NONE,
        }
    }

    /// The ends that a ticket's own times tell, where its events do not. True when it is over and nothing says
    /// since when. Its last update stands in for the time of closing: it was closed no later.
    fn ends(
        &self,
        tickets: &Tickets<'_>,
        ticket: usize,
        as_of: i64,
        told: &mut Vec<Event>,
    ) -> bool {
        let resolved = tickets.resolved.get(ticket);
        let status = tickets.status[ticket];
        let closed = tickets.closed.get(ticket);
        let updated = tickets.updated.get(ticket);
        let resolved =
            resolved.or_else(|| updated.filter(|_| status == self.resolved && closed.is_none()));
        let closed = closed.or_else(|| {
            let known = updated.max(resolved);
            known.filter(|_| status == self.closed)
        });
        for (at, state) in [(resolved, self.resolved), (closed, self.closed)] {
            if let Some(at) = at.filter(|at| *at <= as_of) {
                told.push(silent(at, NONE, state));
            }
        }
        self.over(status) && resolved.is_none() && closed.is_none()
    }

    fn steps(&self, told: &[Event]) -> Vec<Step> {
        let (mut state, mut priority, mut kind, mut seen) = (NONE, NONE, NONE, 0);
        told.iter()
            .map(|event| {
                let to = self.target(event);
                let entered = if to == state { NONE } else { to };
                let reopened = self.over(state) && entered != NONE && !self.over(entered);
                for (value, new) in [
                    (&mut state, to),
                    (&mut priority, event.priority),
                    (&mut kind, event.kind),
                ] {
                    if new != NONE {
                        *value = new;
                    }
                }
                let before = seen;
                seen |= self.mark(event.event);
                if reopened {
                    seen |= seen::REOPENED;
                }
                Step {
                    at: event.at,
                    event: event.event,
                    entered,
                    state,
                    priority,
                    kind,
                    seen: before,
                }
            })
            .collect()
    }

    /// Whether a ticket in this state is over.
    const fn over(&self, state: Name) -> bool {
        state != NONE && (state == self.resolved || state == self.closed)
    }

    const fn mark(&self, event: Name) -> u8 {
        match event {
            NONE => 0,
            name if name == self.replied => seen::REPLIED,
            name if name == self.escalated => seen::ESCALATED,
            name if name == self.reopened => seen::REOPENED,
            name if name == self.redelivered => seen::REDELIVERED,
            name if name == self.paid => seen::PAID,
            _ => 0,
        }
    }
}

/// What a value was at creation, when events change it: as the first of them tells if it belongs to the creation,
/// else not known. `None` when no event changes it.
fn at_first(
    events: &[Event],
    created_at: i64,
    created: Name,
    of: impl Fn(&Event) -> Name,
) -> Option<Name> {
    let first = events.iter().find(|event| of(event) != NONE)?;
    let belongs = first.event == created || first.at <= created_at;
    Some(if belongs { of(first) } else { NONE })
}
