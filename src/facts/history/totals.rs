//! What the events of each ticket add up to, whenever they happened.

use polars::prelude::*;
use rayon::prelude::*;

use super::events::{Event, Events};
use super::{Known, NONE};

/// Of one ticket.
#[derive(Default)]
struct Totals {
    replies: i64,
    replied_at: Option<i64>,
    transfers: i64,
    reopens: i64,
    finished_at: Option<i64>,
}

impl Events {
    /// Columns in the order of the tickets: `replies`, `transfers` and `reopens` as numbers, `replied_at`, the first
    /// reply, and `finished_at`, when the ticket came to the end it is at now, null while it is open. A reopening is
    /// a move out of a resolved state, never a stored counter; the state before an event is the one the previous event
    /// led to.
    #[must_use]
    pub fn totals(&self) -> Vec<Column> {
        let known = Known::of(&self.names);
        let totals: Vec<Totals> = (0..self.tickets())
            .into_par_iter()
            .map(|ticket| known.totals(self.of_ticket(ticket)))
            .collect();
        let number = |name: &str, of: fn(&Totals) -> i64| {
            Column::new(name.into(), totals.iter().map(of).collect::<Vec<_>>())
        };
        let instant = |name: &str, of: fn(&Totals) -> Option<i64>| {
            Column::new(name.into(), totals.iter().map(of).collect::<Vec<_>>())
        };
        vec![
            number("replies", |totals| totals.replies),
            number("transfers", |totals| totals.transfers),
            number("reopens", |totals| totals.reopens),
            instant("replied_at", |totals| totals.replied_at),
            instant("finished_at", |totals| totals.finished_at),
        ]
    }
}

impl Known {
    fn totals(&self, events: &[Event]) -> Totals {
        let mut totals = Totals::default();
        let mut state = None;
        for event in events {
            if event.event == self.replied {
                totals.replies += 1;
                totals.replied_at = totals.replied_at.or(Some(event.at));
            }
            let to = self.target(event);
            if to == NONE {
                continue;
            }
            let before = state.replace(to).unwrap_or(event.from);
            totals.transfers += i64::from(to == self.transferred && before != self.transferred);
            match (self.over(before), self.over(to)) {
                (true, false) => {
                    totals.reopens += 1;
                    totals.finished_at = None;
                }
                (false, true) => totals.finished_at = Some(event.at),
                _ => {}
            }
        }
        totals
    }
}
