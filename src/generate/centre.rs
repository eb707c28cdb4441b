//! The centre at work: customers arrive, are served, and come back when that did not help.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Clock;
use super::anomalies::Anomalies;
use super::arrivals::{self, Arrival, Channel};
use super::random::{Dice, Stream};
use super::records::{Issue, Records};
use super::roster::Group;
use super::world::{Customer, DAY, HOUR, MINUTE, World};

/// Contacts after which a customer gives up.
const MOST_CONTACTS: u8 = 5;

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
    /// When each agent is free again, and how many chats each has open.
    pub(super) busy: Vec<Clock>,
    pub(super) open_chats: Vec<usize>,
    /// End and agent of every open chat.
    pub(super) chat_ends: BinaryHeap<Reverse<(Clock, usize)>>,
    /// Crowding of each hour of the plan: 1 at an ordinary peak.
    load: Vec<f64>,
    /// First contacts, in order of time, and how many of them have come.
    pub(super) fresh: Vec<Arrival>,
    come: usize,
    /// Who comes back: instant, order of scheduling, issue, channel.
    agenda: BinaryHeap<Reverse<(Clock, u64, usize, Channel)>>,
    scheduled: u64,
}

impl<'a> Centre<'a> {
    /// Everything the plan records, in memory.
    pub(super) fn all(world: &'a World<'a>, anomalies: &'a Anomalies) -> Records {
        let mut centre = Self::open(world, anomalies);
        while let Some((at, issue, channel)) = centre.next() {
            centre.arrive(at, issue, channel);
        }
        centre.records.sort();
        centre.records
    }

    /// Runs the plan from its first to its last second and hands over what is recorded: at every
    /// midnight, and at the end with an instant beyond everything. All that happens before the
    /// instant is recorded by then; what is left in the records is handed over again.
    pub(super) fn run<E>(
        mut self,
        mut hand_over: impl FnMut(&mut Records, Clock) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut midnight = DAY;
        while let Some((at, issue, channel)) = self.next() {
            // Whatever an arrival leads to lies at or behind it.
            while at >= midnight {
                hand_over(&mut self.records, midnight)?;
                midnight += DAY;
            }
            self.arrive(at, issue, channel);
        }
        while midnight < self.world.end() {
            hand_over(&mut self.records, midnight)?;
            midnight += DAY;
        }
        hand_over(&mut self.records, Clock::MAX)
    }

    /// Who comes next, first contacts before those who come back at the same second.
    fn next(&mut self) -> Option<(Clock, usize, Channel)> {
        let back = self.agenda.peek().map(|Reverse((at, ..))| *at);
        let first = self.fresh.get(self.come).copied();
        if let Some(first) = first.filter(|first| back.is_none_or(|back| first.at() <= back)) {
            self.come += 1;
            return Some((first.at(), first.issue(), first.channel));
        }
        let Reverse((at, _, issue, channel)) = self.agenda.pop()?;
        Some((at, issue, channel))
    }

    /// Draws who will come, and opens the doors.
    pub(super) fn open(world: &'a World<'a>, anomalies: &'a Anomalies) -> Self {
        let mut dice = Dice::new(world.plan.seed, Stream::Arrivals);
        let fresh = arrivals::fresh(world, anomalies, &mut dice);
        let load = arrivals::load(world, &mut dice);
        Self {
            world,
            anomalies,
            customers: fresh.customers,
            issues: fresh.issues,
            records: Records::default(),
            dice: Dice::new(world.plan.seed, Stream::Contacts),
            ticket_dice: Dice::new(world.plan.seed, Stream::Tickets),
            quality_dice: Dice::new(world.plan.seed, Stream::Quality),
            busy: vec![0; world.agents.len()],
            open_chats: vec![0; world.agents.len()],
            chat_ends: BinaryHeap::new(),
            load,
            fresh: fresh.arrivals,
            come: 0,
            agenda: BinaryHeap::new(),
            scheduled: 0,
        }
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
        let scene = &self.world.problems[self.issues[issue].problem()].scene;
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

    /// The agent who takes a contact that calls for one of a group, or anyone who can when none of
    /// the group is at work; those who are free first, else whoever is free first.
    pub(super) fn assign(&mut self, at: Clock, suits: &Group, able: &Group) -> Option<usize> {
        let chosen = [suits.at_work(at), able.at_work(at)];
        let chosen = chosen.into_iter().find(|chosen| !chosen.is_empty());
        let chosen = chosen.unwrap_or(&able.members);
        let busy = &self.busy;
        let mut free = chosen.iter().copied().filter(|&index| busy[index] <= at);
        let count = free.clone().count();
        if count == 0 {
            return chosen.iter().copied().min_by_key(|&index| busy[index]);
        }
        free.nth(self.dice.below(count))
    }
}
