//! Asterisk `queue_log`: events in file order → call segments.
//!
//! One segment is one arrival at a queue and at most one agent's handling. It opens with ENTERQUEUE and is
//! closed by the first terminal event of the same call id and queue; what a platform logs for callers whom
//! the queue never took in (CLOSED, FULL, JOINEMPTY, DIVERT_…) is a segment by itself.
//!
//! **Figures.** A duration that an event states wins over the difference of the timestamps, however far apart
//! the two are: Asterisk measures it on the channel, while lines are stamped when they are written and may
//! come late or out of order. Logged figures are whole seconds. An instant that would lie before the one that
//! precedes it (lines out of order) is replaced by that one plus the logged duration.
//!
//! **Parameters** are those of <https://docs.asterisk.org/Operation/Logging/Queue-Logs/>; older Asterisk
//! leaves the last ones out.

mod meaning;
mod party;

use std::collections::HashMap;

use self::meaning::{ANSWERED, Ending, FAILED, SYSTEM, Step, figure, is_about_agents};
use self::party::{agent, is_nobody, is_one_of, known};

/// For how many events the call id of an ended call is remembered, so that its return is seen as one.
const HORIZON: u64 = 500_000;

/// One event line of a `queue_log`, its cells without surrounding space.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// Line in the file.
    pub line: u64,
    /// UTC microseconds.
    pub time: i64,
    /// Unique id of the caller's channel; `NONE` or `REALTIME` where there is no caller.
    pub callid: &'a str,
    /// The queue.
    pub queue: &'a str,
    /// The member: a channel, a name, or `NONE`.
    pub agent: &'a str,
    /// Name of the event.
    pub event: &'a str,
    /// Its parameters, `data1`…`data5`; missing ones are empty.
    pub data: [&'a str; 5],
}

/// What an event was to the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// An event of a call.
    Call,
    /// Known, but not about a call: logins, pauses, queue members, reloads.
    Agent,
    /// A name this module does not know.
    Other,
    /// An event of a call that is not open, and why it is not. It makes no row.
    Orphan(&'static str),
    /// The named field cannot be read. Without `callid` or `queue` the event is dropped; with an unreadable
    /// `holdtime`, `waittime` or `calltime` it counts and the timestamps give the figure.
    Bad(&'static str),
}

/// One queue segment, a row of `calls`. Time on hold during the call is not in a `queue_log`.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Line of its ENTERQUEUE, or of the one event of a caller who was not let in.
    pub line: u64,
    /// The call id; with `-2`, `-3` … from its second segment on.
    pub call_id: String,
    /// The call id as logged.
    pub contact_id: String,
    /// Arrival at the queue, UTC microseconds.
    pub started_at: i64,
    /// When an agent took the call, UTC microseconds.
    pub answered_at: Option<i64>,
    /// The terminal event, UTC microseconds; never before `answered_at` or `started_at`.
    pub ended_at: i64,
    /// The queue.
    pub queue: String,
    /// The number called, from a DID event of the same call id (`FreePBX` writes one before ENTERQUEUE).
    pub dialled: Option<String>,
    /// Caller id; none when it is withheld.
    pub customer: Option<String>,
    /// Bare number or name of the agent who took the call.
    pub agent: Option<String>,
    /// `answered`, `abandoned`, `overflow` or `failed`.
    pub outcome: &'static str,
    /// Seconds in the queue, ringing included: as logged, else from the timestamps.
    pub wait_s: f64,
    /// Seconds with the agent, for answered calls: as logged, else from the timestamps.
    pub talk_s: Option<f64>,
    /// The agent passed the call on.
    pub transferred: bool,
    /// A later segment of its call id.
    pub transferred_in: bool,
    /// `customer`, `agent` or `system`; none when the log does not say.
    pub ended_by: Option<&'static str>,
    /// Name of the terminal event.
    pub reason: String,
}

/// A segment that had not ended when the log did, or whose end was never logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// As it would have been in [`Segment::call_id`].
    pub call_id: String,
    /// The queue.
    pub queue: String,
    /// Line of its ENTERQUEUE.
    pub line: u64,
    /// Time of its ENTERQUEUE, UTC microseconds.
    pub time: i64,
    /// An agent had taken the call.
    pub connected: bool,
}

/// The fold over the events of one log. It holds the calls in progress and the call ids of the last
/// half million to a million events.
#[derive(Debug)]
pub struct Fold {
    callers: HashMap<String, Caller>,
    /// Entered a queue again while still waiting in it.
    lost: Vec<Open>,
    taken: u64,
    horizon: u64,
}

/// All that is known of one call id.
#[derive(Debug, Default)]
struct Caller {
    segments: u32,
    /// Number of its latest event.
    seen: u64,
    dialled: Option<String>,
    /// The queue it has just left by EXITEMPTY.
    left_empty: Option<String>,
    /// Per queue at most one that waits and one that is connected.
    entries: Vec<Entry>,
}

/// An open segment.
#[derive(Debug)]
struct Entry {
    line: u64,
    time: i64,
    call_id: String,
    queue: String,
    customer: Option<String>,
    transferred_in: bool,
    connected: Option<Connected>,
    /// Connected, and then the caller entered a queue again at this time: the agent has passed the call on.
    /// Asterisk ≥ 12 may write the transfer after the next ENTERQUEUE, and Local channels never write it, so
    /// the entry waits for its own end until the same queue connects the caller again or the log ends.
    left: Option<i64>,
}

#[derive(Debug)]
struct Connected {
    time: i64,
    agent: Option<String>,
    wait: Option<i64>,
}

impl Default for Fold {
    fn default() -> Self {
        Self::new()
    }
}

impl Fold {
    /// A fold that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            callers: HashMap::new(),
            lost: Vec::new(),
            taken: 0,
            horizon: HORIZON,
        }
    }

    /// Takes the next event of the log; segments that are now complete are pushed to `out`.
    pub fn take(&mut self, event: &Event<'_>, out: &mut Vec<Segment>) -> Taken {
        self.taken += 1;
        if self.taken.is_multiple_of(self.horizon) {
            self.forget(out);
        }
        let Some(step) = Step::of(event) else {
            return if is_about_agents(event.event) {
                Taken::Agent
            } else {
                Taken::Other
            };
        };
        if is_nobody(event.callid) || is_one_of(event.callid, "REALTIME MANAGER CLI") {
            return Taken::Bad("callid");
        }
        if is_nobody(event.queue) {
            return Taken::Bad("queue");
        }
        match step {
            Step::Stay => Taken::Call,
            Step::Enter => self.enter(event),
            Step::Dialled => {
                self.caller(event.callid).dialled = known(event.data[0]);
                Taken::Call
            }
            Step::Refused(outcome) => self.refuse(event, outcome, out),
            Step::Connect => self.connect(event, out),
            Step::End(ending) => self.end(event, &ending, out),
        }
    }

    /// What is left open at the end of the log, by line. Calls that an agent passed on to another queue
    /// without a terminal event of their own are complete and still go to `out`.
    pub fn finish(mut self, out: &mut Vec<Segment>) -> Vec<Open> {
        let first = out.len();
        for (callid, caller) in &mut self.callers {
            caller.release(callid, None, out);
            self.lost
                .extend(caller.entries.drain(..).map(Entry::into_open));
        }
        out[first..].sort_by_key(|segment| segment.line);
        self.lost.sort_by_key(|open| open.line);
        self.lost
    }

    fn caller(&mut self, callid: &str) -> &mut Caller {
        let caller = self.callers.entry(callid.to_owned()).or_default();
        caller.seen = self.taken;
        caller
    }

    fn enter(&mut self, event: &Event<'_>) -> Taken {
        let caller = self.caller(event.callid);
        let again = caller.position(event.queue, |entry| entry.connected.is_none());
        let lost = again.map(|at| caller.entries.remove(at).into_open());
        for entry in &mut caller.entries {
            if entry.connected.is_some() {
                entry.left.get_or_insert(event.time);
            }
        }
        let entry = caller.arrive(event);
        caller.entries.push(entry);
        self.lost.extend(lost);
        Taken::Call
    }

    fn connect(&mut self, event: &Event<'_>, out: &mut Vec<Segment>) -> Taken {
        let Some(caller) = self.callers.get_mut(event.callid) else {
            return Taken::Orphan("call id never entered a queue");
        };
        caller.seen = self.taken;
        if caller
            .position(event.queue, |entry| entry.connected.is_none())
            .is_none()
        {
            // A second CONNECT of a call that is connected adds nothing: the first agent keeps it.
            let connected = caller.position(event.queue, |entry| entry.left.is_none());
            return connected.map_or(Taken::Orphan("not open in this queue"), |_| Taken::Call);
        }
        caller.release(event.callid, Some(event.queue), out);
        let wait = figure(event.data[0], "holdtime");
        if let Some(entry) = caller
            .entries
            .iter_mut()
            .find(|entry| entry.queue == event.queue && entry.connected.is_none())
        {
            entry.connected = Some(Connected {
                time: event.time,
                agent: agent(event.agent),
                wait: wait.unwrap_or_default(),
            });
        }
        wait.map_or_else(Taken::Bad, |_| Taken::Call)
    }

    fn end(&mut self, event: &Event<'_>, ending: &Ending, out: &mut Vec<Segment>) -> Taken {
        let leave_empty = event.event == "LEAVEEMPTY";
        let Some(caller) = self.callers.get_mut(event.callid) else {
            return if leave_empty {
                self.refuse(event, FAILED, out)
            } else {
                Taken::Orphan("call id never entered a queue")
            };
        };
        caller.seen = self.taken;
        let waiting = caller.position(event.queue, |entry| entry.connected.is_none());
        let at = if ending.outcome == ANSWERED {
            caller
                .position(event.queue, |entry| entry.connected.is_some())
                .or(waiting)
        } else {
            waiting.or_else(|| caller.position(event.queue, |entry| entry.left.is_none()))
        };
        let Some(at) = at else {
            if !leave_empty {
                return Taken::Orphan("not open in this queue");
            }
            // The dialplan of Wazo repeats what EXITEMPTY has already said.
            if caller.left_empty.take().as_deref() == Some(event.queue) {
                return Taken::Call;
            }
            return self.refuse(event, FAILED, out);
        };
        let entry = caller.entries.remove(at);
        caller.left_empty = (event.event == "EXITEMPTY").then(|| event.queue.to_owned());
        out.push(caller.segment(entry, event, ending));
        ending.bad.map_or(Taken::Call, Taken::Bad)
    }

    /// A segment of no length: the queue did not take the caller in.
    fn refuse(
        &mut self,
        event: &Event<'_>,
        outcome: &'static str,
        out: &mut Vec<Segment>,
    ) -> Taken {
        let caller = self.caller(event.callid);
        let mut entry = caller.arrive(event);
        entry.customer = None;
        let ending = Ending::of(outcome, Some(SYSTEM));
        out.push(caller.segment(entry, event, &ending));
        Taken::Call
    }

    /// Drops the call ids that have not been seen for a whole horizon and have nothing open.
    fn forget(&mut self, out: &mut Vec<Segment>) {
        let first = out.len();
        let limit = self.taken.saturating_sub(self.horizon);
        self.callers.retain(|callid, caller| {
            if caller.seen < limit {
                caller.release(callid, None, out);
            }
            caller.seen >= limit || !caller.entries.is_empty()
        });
        out[first..].sort_by_key(|segment| segment.line);
    }
}

impl Caller {
    fn position(&self, queue: &str, which: impl Fn(&Entry) -> bool) -> Option<usize> {
        self.entries
            .iter()
            .position(|entry| entry.queue == queue && which(entry))
    }

    /// Opens the caller's next segment.
    fn arrive(&mut self, event: &Event<'_>) -> Entry {
        self.segments += 1;
        self.left_empty = None;
        let again = self.segments > 1;
        Entry {
            line: event.line,
            time: event.time,
            call_id: if again {
                format!("{}-{}", event.callid, self.segments)
            } else {
                event.callid.to_owned()
            },
            queue: event.queue.to_owned(),
            customer: known(event.data[1]),
            transferred_in: again,
            connected: None,
            left: None,
        }
    }

    /// Closes the entries that the caller has left for another queue, of one queue or of all.
    fn release(&mut self, callid: &str, queue: Option<&str>, out: &mut Vec<Segment>) {
        let left: Vec<Entry> = self
            .entries
            .extract_if(.., |entry| {
                entry.left.is_some() && queue.is_none_or(|queue| entry.queue == queue)
            })
            .collect();
        for entry in left {
            let event = Event {
                line: entry.line,
                time: entry.left.unwrap_or(entry.time),
                callid,
                queue: "",
                agent: "",
                event: "ENTERQUEUE",
                data: [""; 5],
            };
            let segment = self.segment(entry, &event, &Ending::of(ANSWERED, None));
            out.push(segment);
        }
    }

    fn segment(&self, entry: Entry, event: &Event<'_>, ending: &Ending) -> Segment {
        let started_at = entry.time;
        let since = |from: i64, to: i64| to.saturating_sub(from).max(0);
        let not_before = |first: i64, then: i64, length: i64| {
            if then < first {
                first.saturating_add(length)
            } else {
                then
            }
        };
        let answered = ending.outcome == ANSWERED || entry.connected.is_some();
        let stated = ending.wait.filter(|_| ending.outcome == ANSWERED);
        let (agent, answered_at, wait, ended_at, talk) = if answered {
            let (agent, at, stated) = if let Some(connected) = entry.connected {
                let stated = connected.wait.or(stated);
                (connected.agent, connected.time, stated)
            } else {
                // The CONNECT line is missing: the terminal event tells when it was.
                let at = match (ending.talk, stated) {
                    (Some(talk), _) => event.time.saturating_sub(talk),
                    (None, Some(wait)) => started_at.saturating_add(wait),
                    (None, None) => event.time,
                };
                (party::agent(event.agent), at, stated)
            };
            let wait = stated.unwrap_or_else(|| since(started_at, at));
            let talk = ending.talk.unwrap_or_else(|| since(at, event.time));
            let at = not_before(started_at, at, wait);
            let ended_at = not_before(at, event.time, talk);
            (agent, Some(at), wait, ended_at, Some(talk))
        } else {
            let wait = ending.wait.unwrap_or_else(|| since(started_at, event.time));
            let ended_at = not_before(started_at, event.time, wait);
            (None, None, wait, ended_at, None)
        };
        Segment {
            line: entry.line,
            call_id: entry.call_id,
            contact_id: event.callid.to_owned(),
            started_at,
            answered_at,
            ended_at,
            queue: entry.queue,
            dialled: self.dialled.clone(),
            customer: entry.customer,
            agent,
            outcome: if answered { ANSWERED } else { ending.outcome },
            wait_s: seconds(wait),
            talk_s: talk.map(seconds),
            transferred: ending.transferred || entry.left.is_some(),
            transferred_in: entry.transferred_in,
            ended_by: ending.by,
            reason: event.event.to_owned(),
        }
    }
}

impl Entry {
    fn into_open(self) -> Open {
        Open {
            call_id: self.call_id,
            queue: self.queue,
            line: self.line,
            time: self.time,
            connected: self.connected.is_some(),
        }
    }
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[cfg(test)]
mod tests;
