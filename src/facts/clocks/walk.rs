//! The walk along a history: from the step that starts a clock to the one that stops it.

use super::Clock;
use crate::calendar::working::Calendar;
use crate::facts::history::{NONE, Name, Names, Step};
use crate::facts::promises::{Moment, Promise};

/// Working time spent on a clock, and the instants at which its limits are reached.
pub struct Meter<'c> {
    pub calendar: &'c Calendar,
    pub limits: [i64; 2],
    pub reached: [Option<i64>; 2],
    pub elapsed: i64,
    pub paused: i64,
}

impl Meter<'_> {
    /// Goes from one instant to another, running or standing still.
    pub fn pass(&mut self, from: i64, until: i64, running: bool) {
        let work = self.calendar.between(from, until);
        if !running {
            self.paused += work;
            return;
        }
        for (limit, reached) in self.limits.iter().zip(&mut self.reached) {
            if reached.is_none() && self.elapsed + work >= *limit {
                *reached = self.calendar.after(from, limit - self.elapsed);
            }
        }
        self.elapsed += work;
    }

    /// The instants at which the limits are reached, when the clock runs on from `at`.
    pub fn ahead(&self, at: i64) -> [Option<i64>; 2] {
        let mut reached = self.reached;
        for (limit, reached) in self.limits.iter().zip(&mut reached) {
            *reached = reached.or_else(|| self.calendar.after(at, limit - self.elapsed));
        }
        reached
    }
}

/// The names of a promise, looked up once.
pub struct Rules<'p> {
    promise: &'p Promise,
    start: Name,
    stop: Vec<(Name, bool)>,
    pause: Vec<Name>,
    closed: Name,
}

impl<'p> Rules<'p> {
    pub fn of(promise: &'p Promise, names: &Names) -> Self {
        Self {
            promise,
            start: name(&promise.start, names).0,
            stop: promise
                .stop
                .iter()
                .map(|moment| name(moment, names))
                .collect(),
            pause: promise
                .pause_in
                .iter()
                .map(|state| names.find(state))
                .collect(),
            closed: names.find("closed"),
        }
    }

    /// What of a step stops the clock. Closing always does.
    fn stops(&self, step: &Step) -> Option<Name> {
        let promised = self.stop.iter().find(|moment| is(**moment, step));
        let closing = (step.entered == self.closed && self.closed != NONE).then_some(self.closed);
        promised.map(|(name, _)| *name).or(closing)
    }

    /// Walks from the step that starts the clock to the one that stops it, or to `as_of`.
    pub fn walk(&self, row: usize, steps: &[Step], as_of: i64) -> Option<Clock> {
        let (first, rest) = steps.split_first()?;
        let mut meter = Meter {
            calendar: &self.promise.limit.calendar,
            limits: [self.promise.warn, self.promise.limit.micros],
            reached: [None; 2],
            elapsed: 0,
            paused: 0,
        };
        let (mut at, mut running) = (first.at, !self.pause.contains(&first.state));
        // What starts a clock may fulfil it: a ticket that is entered when it is over, a claim resolved by paying it.
        let at_once = self.stops(first).filter(|by| *by != self.start);
        let mut stopped = at_once.map(|by| (at, by));
        for step in rest {
            if stopped.is_some() {
                break;
            }
            meter.pass(at, step.at, running);
            at = step.at;
            stopped = self.stops(step).map(|by| (at, by));
            running = step.state == NONE || !self.pause.contains(&step.state);
        }
        if stopped.is_none() {
            meter.pass(at, as_of, running);
            at = as_of;
        }
        let [warn, due] = meter.ahead(at);
        Some(Clock {
            row,
            started: first.at,
            stopped: stopped.map(|(at, _)| at),
            stopped_by: stopped.map_or(NONE, |(_, by)| by),
            warn,
            due,
            elapsed: meter.elapsed,
            paused: meter.paused,
            standing: stopped.is_none() && !running,
            failed: false,
            kind: first.kind,
            priority: first.priority,
        })
    }
}

/// A moment as a name, and whether it is a state that is entered.
pub fn name(moment: &Moment, names: &Names) -> (Name, bool) {
    match moment {
        Moment::Event(event) => (names.find(event), false),
        Moment::State(state) => (names.find(state), true),
    }
}

pub const fn is((name, entered): (Name, bool), step: &Step) -> bool {
    name != NONE && (if entered { step.entered } else { step.event }) == name
}
