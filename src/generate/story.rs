//! The history of one ticket, from its creation to its closing.

use super::Clock;
use super::random::Dice;
use super::records::Event;
use super::world::{DAY, HOUR, MINUTE};

/// How long a ticket may be silent before the system closes it, and the age that none outlives.
const SILENCE: Clock = 30 * DAY;
const OLDEST: Clock = 58 * DAY;

/// When the system closes a ticket that nobody touches any more after `last`: in the night after
/// a silence of 30 days, at an age of less than 60 days.
pub(super) fn lapse(created: Clock, last: Clock) -> Clock {
    let due = (last + SILENCE).min(created + OLDEST).max(last);
    let night = (due.div_euclid(DAY) + 1) * DAY + 2 * HOUR;
    night + created.rem_euclid(30 * MINUTE)
}

/// What a history depends on.
pub(super) struct Case<'t> {
    pub(super) created: Clock,
    pub(super) kind: &'t str,
    pub(super) department: String,
    pub(super) priority: &'static str,
    /// A call or chat opened it, so that the customer has spoken with somebody already.
    pub(super) by_contact: bool,
    pub(super) owner: String,
    pub(super) outlet: &'t str,
    /// Multiplies the time the outlet takes to answer.
    pub(super) outlet_factor: f64,
    pub(super) redelivers: bool,
    pub(super) pays: bool,
}

/// A history in the making. Status changes are told in order of time; the rest is sorted in.
struct Story<'t> {
    case: &'t Case<'t>,
    events: Vec<Event>,
    status: &'static str,
    department: String,
}

impl Story<'_> {
    fn tell(&mut self, at: Clock, event: &'static str, actor: &str) {
        let (actor, department) = (actor.to_owned(), self.department.clone());
        self.events.push(Event {
            at,
            event,
            from: "",
            to: "",
            actor,
            department,
        });
    }

    fn turn(&mut self, at: Clock, event: &'static str, to: &'static str) {
        let (from, actor, department) = (
            self.status,
            self.case.owner.clone(),
            self.department.clone(),
        );
        self.events.push(Event {
            at,
            event,
            from,
            to,
            actor,
            department,
        });
        self.status = to;
    }
}

/// Writes the whole history, past the end of the plan if need be.
pub(super) fn write(case: &Case, dice: &mut Dice) -> Vec<Event> {
    let mut story = Story {
        case,
        events: Vec::new(),
        status: "",
        department: case.department.clone(),
    };
    let first_reply = begin(&mut story, dice);
    let answered = ask_outlet(&mut story, first_reply, dice);
    let stuck = dice.chance(if case.kind == "complaint" { 0.07 } else { 0.03 });
    let at_once = case.kind == "enquiry" && dice.chance(0.7);
    let mut resolved = case.created + solving_time(case.kind, dice);
    if at_once {
        resolved = first_reply + dice.between(20, 300);
    }
    if let Some(answered) = answered {
        resolved = resolved.max(answered + dice.between(5 * MINUTE, 90 * MINUTE));
    }
    resolved = by_day(resolved.max(first_reply + 2 * MINUTE), dice);
    middle(&mut story, first_reply, resolved, dice);
    if !stuck {
        end(&mut story, resolved, at_once, dice);
    }
    story.events.sort_by_key(|event| event.at);
    if story.status != "closed" {
        let last = story.events.last().map_or(case.created, |event| event.at);
        story.turn(lapse(case.created, last), "status", "closed");
        if let Some(event) = story.events.last_mut() {
            "system".clone_into(&mut event.actor);
        }
    }
    story.events
}

/// From creation to the first reply, whose time is returned.
fn begin(story: &mut Story, dice: &mut Dice) -> Clock {
    let case = story.case;
    let hour = case.created.rem_euclid(DAY) / HOUR;
    let pace = match case.priority {
        "high" => 0.55,
        "low" => 1.3,
        _ => 1.0,
    } * if (8..21).contains(&hour) { 1.0 } else { 1.8 };
    let delay = (dice.lognormal(29.0 * MINUTE as f64, 0.8) * pace).max(90.0);
    let first_reply = case.created + delay as Clock;
    let part = |share: f64| case.created + (delay * share) as Clock;
    let writer = if case.by_contact {
        case.owner.as_str()
    } else {
        "customer"
    };
    story.tell(case.created, "created", writer);
    if let Some(created) = story.events.last_mut() {
        created.to = "pending";
    }
    story.status = "pending";
    story.tell(part(0.2), "assigned", "system");
    let accepted = part(0.25 + 0.15 * dice.unit());
    story.turn(accepted, "status", "in_progress");
    story.tell(first_reply, "replied", &case.owner);
    first_reply
}

/// The question to the outlet and its answer, whose time is returned.
fn ask_outlet(story: &mut Story, first_reply: Clock, dice: &mut Dice) -> Option<Clock> {
    let case = story.case;
    let p = match case.kind {
        "complaint" | "exception" => 0.68,
        "claim" | "return" => 0.45,
        _ => 0.18,
    };
    if !dice.chance(p) {
        return None;
    }
    let asked = by_day(first_reply - (first_reply - case.created) / 3, dice);
    let pace = if case.priority == "high" { 0.6 } else { 1.0 } * case.outlet_factor;
    let answered = asked + (dice.lognormal(48.0 * MINUTE as f64, 0.75) * pace) as Clock + 30;
    story.tell(asked, "asked_outlet", &case.owner);
    let silent = dice.chance(0.03);
    if !silent {
        story.tell(answered, "outlet_replied", case.outlet);
    }
    (!silent).then_some(answered)
}

/// Seconds from creation to the solution.
fn solving_time(kind: &str, dice: &mut Dice) -> Clock {
    let (median_h, sigma) = match kind {
        "complaint" => (17.0, 0.65),
        "claim" => (34.0, 0.6),
        "return" => (24.0, 0.6),
        "exception" => (12.0, 0.7),
        _ => (4.5, 0.7),
    };
    dice.lognormal(median_h * HOUR as f64, sigma) as Clock
}

/// Between first reply and solution: waiting, passing on, pressing, delivering again.
fn middle(story: &mut Story, first_reply: Clock, resolved: Clock, dice: &mut Dice) {
    let span = resolved - first_reply;
    if span < 20 * MINUTE {
        return;
    }
    let case = story.case;
    let part = |share: f64| first_reply + (span as f64 * share) as Clock;
    if dice.chance(0.42) {
        story.turn(part(0.05 + 0.15 * dice.unit()), "status", "awaiting_reply");
        story.turn(part(0.25 + 0.2 * dice.unit()), "status", "in_progress");
    }
    if case.kind == "complaint" && dice.chance(if case.priority == "high" { 0.2 } else { 0.05 }) {
        story.tell(part(0.5), "escalated", &case.owner);
    }
    if dice.chance(0.1) {
        story.turn(part(0.55), "status", "transferred");
        "网点管理部".clone_into(&mut story.department);
        story.turn(part(0.6 + 0.1 * dice.unit()), "status", "in_progress");
    }
    if case.redelivers {
        story.tell(part(0.8 + 0.15 * dice.unit()), "redelivered", case.outlet);
    }
}

/// The solution, what follows from it, and the closing.
fn end(story: &mut Story, resolved: Clock, at_once: bool, dice: &mut Dice) {
    let case = story.case;
    let mut over = resolved;
    if !at_once && dice.chance(0.85) {
        story.tell(resolved - 20, "replied", &case.owner);
    }
    story.turn(resolved, "status", "resolved");
    if dice.chance(0.05) {
        let reopened = by_day(resolved + dice.between(2 * HOUR, 18 * HOUR), dice);
        story.turn(reopened, "reopened", "in_progress");
        over = by_day(
            reopened + dice.lognormal(6.0 * HOUR as f64, 0.6) as Clock + MINUTE,
            dice,
        );
        story.tell(over - 30, "replied", &case.owner);
        story.turn(over, "status", "resolved");
    }
    if case.pays {
        over += (dice.lognormal(9.0 * HOUR as f64, 0.8) as Clock).max(MINUTE);
        story.tell(over, "paid", "理赔部");
    }
    if !dice.chance(0.04) {
        let quiet = if case.kind == "enquiry" {
            2 * HOUR..=20 * HOUR
        } else {
            18 * HOUR..=60 * HOUR
        };
        let closed = over + dice.between(*quiet.start(), *quiet.end());
        story.turn(closed, "status", "closed");
        if let Some(event) = story.events.last_mut().filter(|_| dice.chance(0.8)) {
            "system".clone_into(&mut event.actor);
        }
    }
}

/// Moves an instant out of the night, into the morning after.
fn by_day(at: Clock, dice: &mut Dice) -> Clock {
    let midnight = at - at.rem_euclid(DAY);
    let morning = 8 * HOUR + dice.between(0, 100 * MINUTE);
    match at.rem_euclid(DAY) / HOUR {
        0..8 => midnight + morning,
        22.. => midnight + DAY + morning,
        _ => at,
    }
}
