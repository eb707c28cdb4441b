//! An event log as rows: the events of an Asterisk `queue_log` folded into calls while they are read.

use std::collections::VecDeque;

use chrono_tz::Tz;

use crate::error::Result;
use crate::ingest::block::Block;
use crate::ingest::engine::Feed;
use crate::ingest::queue_log::{Event, Fold, Open, Segment, Taken};
use crate::ingest::value::{Clock, TimeForm, clean};
use crate::ingest::{Reason, Refusal, Reject};
use crate::schema::fold;

use super::RowSource;

/// The columns of an event, by the names that files with a header give them.
const EVENT: [(&str, &[&str]); 10] = [
    ("time", &["timestamp", "epoch"]),
    ("callid", &["uniqueid"]),
    ("queuename", &["queue"]),
    ("agent", &["qname agent"]),
    ("event", &["verb"]),
    ("data1", &["arg1", "data"]),
    ("data2", &["arg2"]),
    ("data3", &["arg3"]),
    ("data4", &["arg4"]),
    ("data5", &["arg5"]),
];

/// The columns of the calls that come out.
pub const CALL: [&str; 15] = [
    "call_id",
    "contact_id",
    "started_at",
    "answered_at",
    "ended_at",
    "line",
    "queue",
    "customer",
    "agent_id",
    "outcome",
    "wait_s",
    "talk_s",
    "transferred",
    "transferred_in",
    "ended_by",
];

/// Calls per block.
const ROWS: usize = 8192;

/// Where the fields of an event lie in a file.
#[derive(Debug, Clone)]
pub struct EventColumns {
    places: [Option<usize>; EVENT.len()],
    zone: Tz,
}

impl EventColumns {
    /// Fields that every event has: time, call id, queue, agent, event.
    pub const NEEDED: usize = 5;

    /// Finds the fields in a header; times without an offset are read on the clock of `zone`.
    #[must_use]
    pub fn of(header: &[String], zone: Tz) -> Self {
        let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
        let places = EVENT.map(|(name, others)| {
            std::iter::once(&name)
                .chain(others)
                .find_map(|name| folded.iter().position(|given| *given == fold(name)))
        });
        Self { places, zone }
    }

    fn cell<'b>(&self, block: &'b Block<'_>, row: usize, field: usize) -> &'b str {
        self.places[field].map_or("", |at| clean(block.cell(row, at)))
    }
}

/// Events being folded into calls.
pub struct Folded {
    feed: Feed,
    columns: EventColumns,
    clock: Clock,
    fold: Option<Fold>,
    names: Vec<String>,
    calls: VecDeque<Segment>,
    rejects: Vec<Reject>,
}

impl Folded {
    /// Folds the events that `feed` gives.
    #[must_use]
    pub fn new(feed: Feed, columns: EventColumns) -> Self {
        Self {
            feed,
            clock: Clock::new(columns.zone, TimeForm::default()),
            columns,
            fold: Some(Fold::new()),
            names: CALL.iter().map(ToString::to_string).collect(),
            calls: VecDeque::new(),
            rejects: Vec::new(),
        }
    }

    fn events(&mut self, mut block: Block<'_>, fold: &mut Fold) {
        self.rejects.append(&mut block.rejects);
        let mut calls = Vec::new();
        for row in 0..block.len() {
            let field = |at: usize| self.columns.cell(&block, row, at);
            let refuse = |column: &str, value: &str, reason| Reject {
                line: block.line(row),
                refusal: Refusal {
                    column: column.to_owned(),
                    value: value.to_owned(),
                    reason,
                },
                raw: block.raw(row),
            };
            let time = match self.clock.instant(field(0)) {
                Ok(time) => time,
                Err(reason) => {
                    self.rejects.push(refuse(EVENT[0].0, field(0), reason));
                    continue;
                }
            };
            let event = Event {
                line: block.line(row),
                time,
                callid: field(1),
                queue: field(2),
                agent: field(3),
                event: field(4),
                data: [field(5), field(6), field(7), field(8), field(9)],
            };
            match fold.take(&event, &mut calls) {
                Taken::Orphan(why) => self.rejects.push(refuse("event", why, Reason::Orphan)),
                Taken::Bad(what @ ("callid" | "queue")) => {
                    self.rejects.push(refuse(what, "", Reason::Missing));
                }
                // An unreadable duration costs nothing: the call's times give it.
                Taken::Call | Taken::Agent | Taken::Other | Taken::Bad(_) => {}
            }
        }
        self.calls.extend(calls);
    }

    fn unfinished(&mut self, open: Vec<Open>) {
        self.rejects.extend(open.into_iter().map(|call| Reject {
            line: call.line,
            raw: format!("{}\t{}", call.call_id, call.queue),
            refusal: Refusal {
                column: "event".to_owned(),
                value: call.call_id,
                reason: Reason::Unfinished,
            },
        }));
    }

    fn block(&mut self) -> Block<'static> {
        let mut block = Block::new(CALL.len());
        for _ in 0..ROWS {
            let Some(call) = self.calls.pop_front() else {
                break;
            };
            let cells = cells(&call);
            block.push(call.line, cells.iter().map(String::as_str));
        }
        block.rejects = std::mem::take(&mut self.rejects);
        block.rejects.sort_by_key(|reject| reject.line);
        block
    }
}

/// An instant as the epoch that [`Clock`] reads whatever the zone.
fn epoch(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros).map_or_else(String::new, |at| {
        at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
    })
}

fn cells(call: &Segment) -> [String; CALL.len()] {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    [
        call.call_id.clone(),
        call.contact_id.clone(),
        epoch(call.started_at),
        call.answered_at.map(epoch).unwrap_or_default(),
        epoch(call.ended_at),
        text(call.dialled.as_deref()),
        call.queue.clone(),
        text(call.customer.as_deref()),
        text(call.agent.as_deref()),
        call.outcome.to_owned(),
        call.wait_s.to_string(),
        call.talk_s.map(|talk| talk.to_string()).unwrap_or_default(),
        call.transferred.to_string(),
        call.transferred_in.to_string(),
        text(call.ended_by),
    ]
}

impl RowSource for Folded {
    fn names(&self) -> Option<&[String]> {
        Some(&self.names)
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        while self.calls.len() < ROWS && self.rejects.len() < ROWS {
            let Some(mut fold) = self.fold.take() else {
                break;
            };
            if let Some(block) = self.feed.next_block()? {
                self.events(block, &mut fold);
                self.fold = Some(fold);
            } else {
                let mut calls = Vec::new();
                let open = fold.finish(&mut calls);
                self.calls.extend(calls);
                self.unfinished(open);
            }
        }
        let over = self.fold.is_none() && self.calls.is_empty() && self.rejects.is_empty();
        Ok((!over).then(|| self.block()))
    }
}
