//! What the centre's systems recorded, before it becomes files.

use std::collections::BTreeMap;

use super::Clock;

/// One reason to contact the centre, with everything that is said about it. A large plan has
/// millions of them for as long as it runs, so that they are small.
pub(super) struct Issue {
    /// Digits of the waybill.
    pub(super) waybill: u64,
    /// Index into the customers.
    pub(super) customer: u32,
    /// Number of the ticket opened for it, if any.
    pub(super) ticket: Option<u32>,
    /// Index into the world's problems.
    pub(super) problem: u16,
    pub(super) outlet: u16,
    /// Index into the goods.
    pub(super) goods: u16,
    pub(super) courier: u8,
    /// Days the customer says it has taken.
    pub(super) days: u8,
    /// Index into the platforms: where the customer chats.
    pub(super) platform: u8,
    /// Contacts so far.
    pub(super) contacts: u8,
}

impl Issue {
    /// The number on the parcel.
    pub(super) fn waybill(&self) -> String {
        format!("YT88{:011}", self.waybill)
    }

    /// Index into the world's problems.
    pub(super) fn problem(&self) -> usize {
        usize::from(self.problem)
    }
}

/// One queue segment of a call. Durations are in seconds.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) call_id: String,
    /// Root of a chain of segments; `None` for a call of one segment.
    pub(super) contact_id: Option<String>,
    pub(super) started: Clock,
    pub(super) queued: Option<Clock>,
    pub(super) answered: Option<Clock>,
    pub(super) ended: Clock,
    pub(super) outbound: bool,
    pub(super) queue: String,
    pub(super) customer: String,
    pub(super) waybill: String,
    pub(super) agent: Option<usize>,
    pub(super) outcome: &'static str,
    pub(super) ivr_s: Option<i64>,
    pub(super) wait_s: Option<i64>,
    pub(super) talk_s: Option<i64>,
    pub(super) hold_s: Option<i64>,
    pub(super) acw_s: Option<i64>,
    pub(super) transferred: bool,
    pub(super) transferred_in: bool,
    pub(super) ended_by: &'static str,
    pub(super) problem: Option<usize>,
    pub(super) resolved: Option<bool>,
    pub(super) score: Option<u8>,
}

/// One online session. Durations are in seconds.
pub(super) struct Chat {
    pub(super) chat_id: String,
    pub(super) started: Clock,
    pub(super) human_requested: Option<Clock>,
    pub(super) first_reply: Option<Clock>,
    pub(super) ended: Clock,
    pub(super) platform: usize,
    pub(super) customer: String,
    pub(super) waybill: String,
    pub(super) agent: Option<usize>,
    pub(super) outcome: &'static str,
    pub(super) customer_messages: u32,
    pub(super) agent_messages: u32,
    pub(super) replies: u32,
    pub(super) reply_s: Option<f64>,
    pub(super) problem: Option<usize>,
    pub(super) resolved: Option<bool>,
    pub(super) score: Option<u8>,
}

/// One line of a chat.
pub(super) struct Message {
    pub(super) contact_ref: String,
    pub(super) sent: Clock,
    pub(super) sender: &'static str,
    pub(super) text: String,
}

/// An invitation to rate a contact, answered or not.
pub(super) struct Survey {
    pub(super) survey_id: String,
    pub(super) contact_ref: String,
    pub(super) sent: Clock,
    pub(super) answered: Option<Clock>,
    pub(super) score: Option<u8>,
    pub(super) comment: String,
    pub(super) feedback: &'static str,
}

/// One checked item of one evaluation.
pub(super) struct Evaluation {
    pub(super) evaluation_id: String,
    /// Index into the items of the script.
    pub(super) item: usize,
    pub(super) evaluated: Clock,
    pub(super) contact_ref: String,
    pub(super) agent: usize,
    pub(super) evaluator: String,
    pub(super) passed: Option<bool>,
}

/// One event of a ticket's history.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) at: Clock,
    pub(super) event: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) actor: String,
    pub(super) department: String,
}

/// A ticket with its whole history, also the part that lies behind the plan's end.
pub(super) struct Ticket {
    pub(super) ticket_id: String,
    pub(super) created: Clock,
    pub(super) channel: &'static str,
    pub(super) kind: String,
    pub(super) problem: usize,
    /// How the form names the type; empty when nobody filled it in.
    pub(super) problem_name: String,
    pub(super) priority: &'static str,
    pub(super) customer: String,
    pub(super) waybill: String,
    pub(super) contact_ref: String,
    pub(super) owner: usize,
    pub(super) outlet: usize,
    pub(super) courier: String,
    pub(super) emotion: &'static str,
    pub(super) responsibility: &'static str,
    pub(super) demand: String,
    pub(super) remedy: String,
    pub(super) resolution: String,
    /// Yuan.
    pub(super) compensation: Option<f64>,
    pub(super) description: String,
    /// In order of time.
    pub(super) events: Vec<Event>,
}

/// A ticket as it stands at some instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) status: &'static str,
    pub(super) department: String,
    pub(super) updated: Clock,
    pub(super) first_reply: Option<Clock>,
    pub(super) resolved: Option<Clock>,
    pub(super) closed: Option<Clock>,
    pub(super) paid: bool,
}

impl Ticket {
    /// The state that the events before `until` lead to.
    pub(super) fn standing(&self, until: Clock) -> Standing {
        let mut now = Standing {
            status: "pending",
            department: String::new(),
            updated: self.created,
            first_reply: None,
            resolved: None,
            closed: None,
            paid: false,
        };
        for event in self.events.iter().filter(|event| event.at < until) {
            now.updated = event.at;
            now.department.clone_from(&event.department);
            match event.event {
                "replied" => now.first_reply = now.first_reply.or(Some(event.at)),
                "paid" => now.paid = true,
                _ => {}
            }
            if event.to.is_empty() {
                continue;
            }
            now.status = event.to;
            match event.to {
                "resolved" => now.resolved = Some(event.at),
                "closed" => now.closed = Some(event.at),
                _ => (now.resolved, now.closed) = (None, None),
            }
        }
        now
    }
}

/// What was recorded while the plan ran and nobody has taken away yet, in the order it was recorded.
#[derive(Default)]
pub(super) struct Records {
    pub(super) calls: Vec<Call>,
    pub(super) chats: Vec<Chat>,
    pub(super) messages: Vec<Message>,
    /// By number, from 0 in the order of recording.
    pub(super) tickets: BTreeMap<u32, Ticket>,
    pub(super) surveys: Vec<Survey>,
    pub(super) evaluations: Vec<Evaluation>,
    pub(super) numbers: Numbers,
}

/// How many of each have been recorded since the plan began.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) calls: usize,
    pub(super) chats: usize,
    pub(super) tickets: u32,
    pub(super) surveys: usize,
    /// Contacts checked, each with a row for every item.
    pub(super) evaluations: usize,
}

impl Records {
    pub(super) fn call(&mut self, call: Call) {
        self.numbers.calls += 1;
        self.calls.push(call);
    }

    pub(super) fn chat(&mut self, chat: Chat) {
        self.numbers.chats += 1;
        self.chats.push(chat);
    }

    pub(super) fn survey(&mut self, survey: Survey) {
        self.numbers.surveys += 1;
        self.surveys.push(survey);
    }

    /// Sorts what is recorded ahead of its time by the time it belongs to.
    pub(super) fn sort(&mut self) {
        self.calls.sort_by_key(|call| call.started);
        self.evaluations
            .sort_by_key(|evaluation| evaluation.evaluated);
        self.surveys.sort_by_key(|survey| survey.sent);
    }
}
