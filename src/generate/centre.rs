//! The centre at work: customers arrive, are served, and come back when that did not help.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Clock;
use super::anomalies::Anomalies;
use super::arrivals::{self, Channel};
use super::random::{Dice, Stream};
use super::records::{Issue, Records};
use super::world::{Customer, DAY, HOUR, MINUTE, World};

/// Contacts after which a customer gives up.
const MOST_CONTACTS: u32 = 5;

/// A served contact, as far as the rest of the centre cares.
pub(super) struct Contact {
    pub(super) reference: String,
    pub(super) channel: Channel,
    pub(super) issue: usize,
    pub(super) agent: usize,
    /// When the agent began, and when the contact was over.
    pub(super) answered: Clock,
    pub(super) ended: Clock,
    pub(super) solved: bool,
}

/// The state of the centre while the plan runs.
pub(super) struct Centre<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) anomalies: &'a Anomalies,
    pub(super) customers: Vec<Customer>,
    pub(super) issues: Vec<Issue>,
    pub(super) records: Records,
    /// Draws about calls and chats, about tickets, and about ratings and checks.
    pub(super) dice: Dice,
    pub(super) ticket_dice: Dice,
    pub(super) quality_dice: Dice,
    /// When each agent is free again, and the ends of the chats each has open.
    pub(super) busy: Vec<Clock>,
    pub(super) open_chats: Vec<Vec<Clock>>,
    /// Crowding of each hour of the plan: 1 at an ordinary peak.
    load: Vec<f64>,
    /// Who comes next: instant, order of arrival, issue, channel.
    agenda: BinaryHeap<Reverse<(Clock, u64, usize, Channel)>>,
    scheduled: u64,
}

impl<'a> Centre<'a> {
    /// Runs the plan from its first to its last second.
    pub(super) fn run(world: &'a World<'a>, anomalies: &'a Anomalies) -> Records {
        let mut centre = Self::open(world, anomalies);
        while let Some(Reverse((at, _, issue, channel))) = centre.agenda.pop() {
            centre.arrive(at, issue, channel);
        }
        centre.count_parcels();
        centre.records.calls.sort_by_key(|call| call.started);
        centre
            .records
            .evaluations
            .sort_by_key(|evaluation| evaluation.evaluated);
        centre.records.surveys.sort_by_key(|survey| survey.sent);
        centre.records
    }

    fn open(world: &'a World<'a>, anomalies: &'a Anomalies) -> Self {
        let mut dice = Dice::new(world.plan.seed, Stream::Arrivals);
        let fresh = arrivals::fresh(world, anomalies, &mut dice);
        let load = arrivals::load(world, &mut dice);
        let mut centre = Self {
            world,
            anomalies,
            customers: fresh.customers,
            issues: fresh.issues,
            records: Records::default(),
            dice: Dice::new(world.plan.seed, Stream::Contacts),
            ticket_dice: Dice::new(world.plan.seed, Stream::Tickets),
            quality_dice: Dice::new(world.plan.seed, Stream::Quality),
            busy: vec![0; world.agents.len()],
            open_chats: vec![Vec::new(); world.agents.len()],
            load,
            agenda: BinaryHeap::new(),
            scheduled: 0,
        };
        for (at, issue, channel) in fresh.arrivals {
            centre.schedule(at, issue, channel);
        }
        centre
    }

    /// Puts an arrival on the agenda; what lies beyond the plan is forgotten.
    fn schedule(&mut self, at: Clock, issue: usize, channel: Channel) {
        if at < self.world.end() {
            self.agenda
                .push(Reverse((at, self.scheduled, issue, channel)));
            self.scheduled += 1;
        }
    }

    /// How crowded the centre is, 1 at an ordinary peak.
    pub(super) fn load(&self, at: Clock) -> f64 {
        usize::try_from(at / HOUR)
            .ok()
            .and_then(|hour| self.load.get(hour))
            .copied()
            .unwrap_or(0.5)
    }

    fn arrive(&mut self, at: Clock, issue: usize, channel: Channel) {
        if channel == Channel::Outbound {
            return self.call_out(at, issue);
        }
        self.issues[issue].contacts += 1;
        let served = match channel {
            Channel::Chat => self.take_chat(at, issue),
            Channel::Form => self.take_form(at, issue),
            Channel::Call | Channel::Outbound => self.take_call(at, issue),
        };
        let Some(contact) = served else { return };
        self.after(&contact);
        self.follow_up(&contact);
    }

    /// The customer was not served and may try again soon.
    pub(super) fn try_again(&mut self, at: Clock, issue: usize, channel: Channel) {
        if self.issues[issue].contacts < MOST_CONTACTS && self.dice.chance(0.5) {
            let delay = self
                .dice
                .lognormal(18.0 * MINUTE as f64, 0.9)
                .clamp(90.0, 6.0 * HOUR as f64);
            self.schedule(at + delay as Clock, issue, channel);
        }
    }

    /// What a served contact leaves behind: a ticket, an invitation to rate it, a check.
    fn after(&mut self, contact: &Contact) {
        if contact.channel != Channel::Form {
            self.ticket_for(contact);
        }
        self.survey(contact);
        self.evaluate(contact);
    }

    /// An unsolved issue comes back, most often within three days; a solved one seldom does.
    fn follow_up(&mut self, contact: &Contact) {
        let issue = &self.issues[contact.issue];
        if issue.contacts >= MOST_CONTACTS {
            return;
        }
        let soon = match (contact.solved, issue.ticket.is_some()) {
            (true, _) => 0.035,
            (false, false) => 0.78,
            (false, true) => 0.68,
        };
        let delay = if self.dice.chance(soon) {
            self.dice
                .lognormal(9.0 * HOUR as f64, 1.0)
                .clamp(20.0 * MINUTE as f64, 58.0 * HOUR as f64) as Clock
        } else if !contact.solved && self.dice.chance(0.15) {
            self.dice.between(4 * DAY, 9 * DAY)
        } else {
            return;
        };
        let at = self.by_day(contact.ended + delay);
        let channel = match (contact.channel, self.dice.chance(0.82)) {
            (Channel::Chat, true) => Channel::Chat,
            (Channel::Chat, false) | (_, true) => Channel::Call,
            (_, false) => Channel::Chat,
        };
        self.schedule(at, contact.issue, channel);
    }

    /// Moves an instant out of the night, to the morning after.
    pub(super) fn by_day(&mut self, at: Clock) -> Clock {
        let hour = at.rem_euclid(DAY) / HOUR;
        let wait = self
            .dice
            .exponential(1.5 * HOUR as f64)
            .min(5.0 * HOUR as f64) as Clock;
        match hour {
            0..8 => at - at.rem_euclid(DAY) + 8 * HOUR + wait,
            22.. => at - at.rem_euclid(DAY) + DAY + 8 * HOUR + wait,
            _ => at,
        }
    }

    /// Whether an agent settles an issue.
    pub(super) fn solves(&mut self, agent: usize, issue: usize) -> bool {
        let scene = &self.world.problems[self.issues[issue].problem].scene;
        let agent = &self.world.agents[agent];
        let p = scene.solve * agent.skill * self.anomalies.solve_factor(&agent.id);
        self.dice.chance(p.clamp(0.03, 0.98))
    }

    /// What the agent ticks: nearly the truth when it went well, hopeful when it did not.
    pub(super) fn claims_solved(&mut self, solved: bool) -> Option<bool> {
        let known = self.dice.chance(0.93);
        let claim = self.dice.chance(if solved { 0.97 } else { 0.45 });
        known.then_some(claim)
    }

    /// How a customer rates a contact, 1 to 5, in the light of its result and of the wait (seconds).
    pub(super) fn rating(dice: &mut Dice, solved: bool, wait_s: Clock) -> u8 {
        let weights = if solved {
            [0.008, 0.017, 0.06, 0.185, 0.73]
        } else {
            [0.12, 0.12, 0.18, 0.26, 0.32]
        };
        let score = dice.weighted(weights) as u8 + 1;
        let cross = wait_s > 90 && dice.chance(0.5);
        score.saturating_sub(u8::from(cross)).max(1)
    }

    /// The agent who takes a contact that calls for one of these, or anyone who can when none of
    /// them is at work; those who are free first. `suits` judges an agent's index.
    pub(super) fn assign(
        &mut self,
        at: Clock,
        suits: impl Fn(usize) -> bool,
        able: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let at_work = |index: &usize| self.world.agents[*index].on_shift(at);
        let everyone = 0..self.world.agents.len();
        let mut chosen: Vec<usize> = everyone
            .clone()
            .filter(|&index| suits(index))
            .filter(at_work)
            .collect();
        if chosen.is_empty() {
            chosen = everyone
                .clone()
                .filter(|&index| able(index))
                .filter(at_work)
                .collect();
        }
        if chosen.is_empty() {
            chosen = everyone.filter(|&index| able(index)).collect();
        }
        let free: Vec<usize> = chosen
            .iter()
            .copied()
            .filter(|&index| self.busy[index] <= at)
            .collect();
        if free.is_empty() {
            return chosen.into_iter().min_by_key(|&index| self.busy[index]);
        }
        let pick = self.dice.below(free.len());
        free.get(pick).copied()
    }
}
