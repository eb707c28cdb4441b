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
    /// What events in the order of time add up to.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves of tickets, `(ticket, event, from, to)` a minute apart, and what they add up to.
    fn totals(moves: &[(&str, &str, Option<&str>, Option<&str>)]) -> DataFrame {
        let tickets = df!("ticket_id" => ["T1", "T2"]).unwrap();
        let at: Vec<i64> = (1..).take(moves.len()).collect();
        let nothing = vec![None::<&str>; moves.len()];
        let events = df!(
            "ticket_id" => moves.iter().map(|of| of.0).collect::<Vec<_>>(),
            "event_at" => at.clone(),
            "event" => moves.iter().map(|of| of.1).collect::<Vec<_>>(),
            "from_status" => moves.iter().map(|of| of.2).collect::<Vec<_>>(),
            "to_status" => moves.iter().map(|of| of.3).collect::<Vec<_>>(),
            "to_priority" => nothing.clone(),
            "to_kind" => nothing,
            "source_file" => vec!["f"; moves.len()],
            "source_line" => at,
        );
        let events = Events::of(&tickets, &events.unwrap()).unwrap();
        DataFrame::new(2, events.totals()).unwrap()
    }

    #[test]
    fn moves_are_counted_from_the_state_before() {
        let moved = "status_changed";
        let (open, done, closed) = (Some("in_progress"), Some("resolved"), Some("closed"));
        let transferred = Some("transferred");
        for (moves, expect) in [
            (&[][..], (0, 0, 0, None, None)),
            // Replies are no moves; the first one counts.
            (
                &[("replied", None, None), ("replied", None, None)],
                (2, 0, 0, Some(1), None),
            ),
            // From one end to the other is no new end.
            (
                &[(moved, open, done), (moved, None, closed)],
                (0, 0, 0, None, Some(1)),
            ),
            (
                &[
                    (moved, open, done),
                    (moved, None, open),
                    (moved, None, closed),
                ],
                (0, 0, 1, None, Some(3)),
            ),
            (
                &[(moved, open, done), ("reopened", None, None)],
                (0, 0, 1, None, None),
            ),
            // What the first event comes from is known from itself alone, later ones from the one before.
            (&[(moved, closed, done)], (0, 0, 0, None, None)),
            (&[("reopened", closed, None)], (0, 0, 1, None, None)),
            (
                &[(moved, None, open), (moved, closed, open)],
                (0, 0, 0, None, None),
            ),
            (
                &[
                    (moved, None, transferred),
                    (moved, open, transferred),
                    (moved, None, open),
                ],
                (0, 1, 0, None, None),
            ),
            (&[(moved, transferred, transferred)], (0, 0, 0, None, None)),
        ] {
            let of = |id: &'static str| {
                move |(event, from, to): &(
                    &'static str,
                    Option<&'static str>,
                    Option<&'static str>,
                )| { (id, *event, *from, *to) }
            };
            // Those of the other ticket, and of one that is not there, change nothing.
            let mut all: Vec<_> = moves.iter().map(of("T1")).collect();
            all.push(("T2", "replied", None, done));
            all.push(("T3", moved, None, transferred));
            let totals = totals(&all);
            let number = |name: &str| totals.column(name).unwrap().i64().unwrap().get(0);
            let found = (
                number("replies").unwrap(),
                number("transfers").unwrap(),
                number("reopens").unwrap(),
                number("replied_at"),
                number("finished_at"),
            );
            assert_eq!(found, expect, "{moves:?}");
        }
    }
}
