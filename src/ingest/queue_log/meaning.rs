//! What an event says about its call: a step of it, and how it ended.

use std::time::Duration;

use super::Event;
use super::party::is_one_of;

pub(super) const ANSWERED: &str = "answered";
const ABANDONED: &str = "abandoned";
const OVERFLOW: &str = "overflow";
pub(super) const FAILED: &str = "failed";

const CUSTOMER: &str = "customer";
const AGENT: &str = "agent";
pub(super) const SYSTEM: &str = "system";

/// What happens to the caller.
pub(super) enum Step {
    Enter,
    Dialled,
    Connect,
    /// The caller stays where they are.
    Stay,
    /// A caller who was not let in, with the outcome.
    Refused(&'static str),
    End(Ending),
}

/// What a terminal event says. Durations in microseconds.
pub(super) struct Ending {
    pub(super) outcome: &'static str,
    pub(super) by: Option<&'static str>,
    pub(super) transferred: bool,
    pub(super) wait: Option<i64>,
    pub(super) talk: Option<i64>,
    pub(super) bad: Option<&'static str>,
}

impl Step {
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        let data = &event.data;
        Some(match event.event {
            "ENTERQUEUE" => Self::Enter,
            "DID" => Self::Dialled,
            "CONNECT" => Self::Connect,
            // After AGENTDUMP the caller waits for the next agent.
            "RINGNOANSWER" | "RINGCANCELED" | "AGENTDUMP" => Self::Stay,
            "COMPLETEAGENT" => Self::End(Ending::answered(AGENT, data[0], data[1])),
            "COMPLETECALLER" => Self::End(Ending::answered(CUSTOMER, data[0], data[1])),
            // LINK names two channels where the other methods name one thing.
            "ATTENDEDTRANSFER" if data[0] == "LINK" => {
                Self::End(Ending::transfer(data[3], data[4]))
            }
            "TRANSFER" | "BLINDTRANSFER" | "ATTENDEDTRANSFER" => {
                Self::End(Ending::transfer(data[2], data[3]))
            }
            "ABANDON" => Self::End(Ending::unanswered(ABANDONED, CUSTOMER, data[2])),
            "EXITEMPTY" => Self::End(Ending::unanswered(FAILED, SYSTEM, data[2])),
            "EXITWITHKEY" => Self::End(Ending::unanswered(OVERFLOW, CUSTOMER, data[3])),
            "EXITWITHTIMEOUT" | "WITHDRAW" => {
                Self::End(Ending::unanswered(OVERFLOW, SYSTEM, data[2]))
            }
            "LEAVEEMPTY" | "SYSCOMPAT" => Self::End(Ending::of(FAILED, Some(SYSTEM))),
            "JOINEMPTY" | "CLOSED" => Self::Refused(FAILED),
            "FULL" => Self::Refused(OVERFLOW),
            name if name.starts_with("DIVERT_") => Self::Refused(OVERFLOW),
            _ => return None,
        })
    }
}

impl Ending {
    pub(super) fn of(outcome: &'static str, by: Option<&'static str>) -> Self {
        Self {
            outcome,
            by,
            transferred: false,
            wait: None,
            talk: None,
            bad: None,
        }
    }

    fn answered(by: &'static str, hold: &str, talk: &str) -> Self {
        let (hold, talk) = (figure(hold, "holdtime"), figure(talk, "calltime"));
        Self {
            bad: hold.err().or(talk.err()),
            wait: hold.unwrap_or_default(),
            talk: talk.unwrap_or_default(),
            ..Self::of(ANSWERED, Some(by))
        }
    }

    fn transfer(hold: &str, talk: &str) -> Self {
        Self {
            transferred: true,
            ..Self::answered(AGENT, hold, talk)
        }
    }

    fn unanswered(outcome: &'static str, by: &'static str, wait: &str) -> Self {
        let wait = figure(wait, "waittime");
        Self {
            bad: wait.err(),
            wait: wait.unwrap_or_default(),
            ..Self::of(outcome, Some(by))
        }
    }
}

/// Events that say something about agents, queue members or the switch, not about a call.
pub(super) fn is_about_agents(event: &str) -> bool {
    ["AGENT", "PAUSE", "UNPAUSE"]
        .iter()
        .any(|family| event.starts_with(family))
        || is_one_of(
            event,
            "ADDMEMBER REMOVEMEMBER PENALTY RINGINUSE WRAPUPSTART",
        )
        || is_one_of(event, "CONFIGRELOAD QUEUESTART")
}

/// Seconds as logged → microseconds, nothing when empty or −1. What follows a `|` is a parameter for which the
/// table had no column left.
///
/// # Errors
/// The given name, when it is not a duration.
pub(super) fn figure(cell: &str, name: &'static str) -> Result<Option<i64>, &'static str> {
    let cell = cell.split('|').next().unwrap_or_default().trim();
    if cell.is_empty() || cell == "-1" {
        return Ok(None);
    }
    let length = Duration::try_from_secs_f64(cell.parse().map_err(|_| name)?).map_err(|_| name)?;
    i64::try_from(length.as_micros())
        .map(Some)
        .map_err(|_| name)
}
