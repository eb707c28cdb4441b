//! When customers come for the first time, and with what.

use super::Clock;
use super::anomalies::Anomalies;
use super::random::Dice;
use super::records::Issue;
use super::world::{Customer, DAY, HOUR, World};

/// How a customer reaches the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    Call,
    Chat,
    /// A ticket that somebody else writes: a shop, the app, a counter, an outlet.
    Form,
    /// A call that the centre makes.
    Outbound,
}

/// Arrivals by hour of the day: peaks at 9–11 and 14–17, a quiet night.
const BY_HOUR: [f64; 24] = [
    0.9, 0.6, 0.4, 0.3, 0.3, 0.5, 1.1, 2.4, 5.6, 9.2, 9.8, 7.4, 5.4, 5.2, 8.4, 8.8, 8.2, 6.2, 5.2,
    4.8, 4.0, 3.0, 2.1, 1.4,
];

/// Arrivals by weekday from Monday, mean 1.
const BY_WEEKDAY: [f64; 7] = [1.17, 1.08, 1.03, 1.0, 1.02, 0.9, 0.8];

/// First contacts per call of the plan on each channel; the rest of the calls are repeats.
const FIRST_CONTACTS: [(Channel, f64); 3] = [
    (Channel::Call, 0.735),
    (Channel::Chat, 0.29),
    (Channel::Form, 0.058),
];

/// Outbound calls per call of the plan, all between 9:00 and 20:00.
const OUTBOUND: f64 = 0.04;

/// Share of issues brought by somebody who has had one before.
const KNOWN_CUSTOMER: f64 = 0.3;

/// The first contacts of a plan.
pub(super) struct Fresh {
    pub(super) customers: Vec<Customer>,
    pub(super) issues: Vec<Issue>,
    /// In order of time.
    pub(super) arrivals: Vec<Arrival>,
}

/// Somebody comes: instant, issue, channel. Small, since a large plan has millions of them.
#[derive(Clone, Copy)]
pub(super) struct Arrival {
    at: u32,
    issue: u32,
    pub(super) channel: Channel,
}

impl Arrival {
    pub(super) fn at(&self) -> Clock {
        Clock::from(self.at)
    }

    pub(super) fn issue(&self) -> usize {
        self.issue as usize
    }
}

/// Draws every first contact of the plan, in order of time.
pub(super) fn fresh(world: &World, anomalies: &Anomalies, dice: &mut Dice) -> Fresh {
    let mut fresh = Fresh {
        customers: Vec::new(),
        issues: Vec::new(),
        arrivals: Vec::new(),
    };
    // A plan's last second lies below 2³²: 3 660 days are 316 million seconds.
    let mut due: Vec<(u32, Channel, Option<u16>)> = Vec::new();
    for hour in 0..i64::from(world.plan.days) * 24 {
        let start = hour * HOUR;
        for (channel, share) in FIRST_CONTACTS {
            let rate = rate(world, start) * share;
            for _ in 0..dice.poisson(rate) {
                let at = start + dice.between(0, HOUR - 1);
                due.push((at as u32, channel, None));
            }
            for (outlet, extra) in damage(world, anomalies, start, rate) {
                for _ in 0..dice.poisson(extra) {
                    let at = start + dice.between(0, HOUR - 1);
                    due.push((at as u32, channel, Some(outlet as u16)));
                }
            }
        }
    }
    for day in 0..i64::from(world.plan.days) {
        for _ in 0..dice.poisson(f64::from(world.plan.calls_per_day) * OUTBOUND) {
            let at = day * DAY + dice.between(9 * HOUR, 20 * HOUR);
            due.push((at as u32, Channel::Outbound, None));
        }
    }
    due.sort_unstable();
    let firsts = due
        .iter()
        .filter(|(_, channel, _)| *channel != Channel::Outbound);
    let issues = firsts.count();
    // What is reserved and never used costs no memory; growing step by step would, twice over.
    fresh.arrivals.reserve_exact(due.len());
    fresh.customers.reserve_exact(issues);
    fresh.issues.reserve_exact(issues);
    for (at, channel, outlet) in due {
        let issue = match channel {
            Channel::Outbound if fresh.issues.is_empty() => continue,
            Channel::Outbound => dice.below(fresh.issues.len()),
            _ => fresh.issue(outlet.map(usize::from), world, dice),
        };
        fresh.arrivals.push(Arrival {
            at,
            issue: issue as u32,
            channel,
        });
    }
    fresh
}

/// Arrivals per hour and call of the plan.
fn rate(world: &World, at: Clock) -> f64 {
    let hour = (at.rem_euclid(DAY) / HOUR) as usize;
    let total: f64 = BY_HOUR.iter().sum();
    f64::from(world.plan.calls_per_day) * BY_WEEKDAY[world.weekday(at)] * BY_HOUR[hour] / total
}

/// Further reports of damage per hour that anomalies cause, by outlet.
fn damage(world: &World, anomalies: &Anomalies, at: Clock, rate: f64) -> Vec<(usize, f64)> {
    let Some(damaged) = world.problem("exception/damaged") else {
        return Vec::new();
    };
    let problems: f64 = world
        .problems
        .iter()
        .map(|problem| problem.scene.share)
        .sum();
    let outlets: f64 = world.words.outlet.iter().map(|outlet| outlet.share).sum();
    let usual = rate * world.problems[damaged].scene.share / problems / outlets;
    let day = u32::try_from(at / DAY).unwrap_or(0);
    let extra = |factor: f64| (factor - 1.0).max(0.0);
    let outlets = world.words.outlet.iter().enumerate();
    outlets
        .map(|(index, outlet)| {
            (
                index,
                usual * outlet.share * extra(anomalies.damage_factor(&outlet.name, day)),
            )
        })
        .collect()
}

impl Fresh {
    /// A new issue, about damage when an anomaly caused it at an outlet.
    fn issue(&mut self, damaged_at: Option<usize>, world: &World, dice: &mut Dice) -> usize {
        let known =
            damaged_at.is_none() && dice.chance(KNOWN_CUSTOMER) && !self.customers.is_empty();
        let customer = if known {
            // Squaring favours the early ones: a few customers come again and again.
            let place = dice.unit() * dice.unit();
            (place * self.customers.len() as f64) as usize
        } else {
            self.customers.push(world.customer(damaged_at, dice));
            self.customers.len() - 1
        };
        let damaged = damaged_at.and_then(|_| world.problem("exception/damaged"));
        let drawn = dice.weighted(world.problems.iter().map(|problem| problem.scene.share));
        self.issues.push(Issue {
            customer: customer as u32,
            problem: damaged.unwrap_or(drawn) as u16,
            outlet: self.customers[customer].outlet,
            courier: dice.below(4) as u8,
            waybill: dice.number(11),
            goods: dice.below(world.words.goods.len()) as u16,
            days: dice.between(2, 9) as u8,
            platform: dice.weighted(world.words.platform.iter().map(|platform| platform.share))
                as u8,
            contacts: 0,
            ticket: None,
        });
        self.issues.len() - 1
    }
}

/// Crowding of every hour of the plan, 1 at an ordinary peak.
pub(super) fn load(world: &World, dice: &mut Dice) -> Vec<f64> {
    let peak = BY_HOUR.iter().copied().fold(0.0, f64::max);
    (0..i64::from(world.plan.days) * 24)
        .map(|hour| {
            let at = hour * HOUR;
            let usual = BY_HOUR[(hour % 24) as usize] / peak;
            // Fewer people work outside the peaks, so that crowding falls less than arrivals.
            (0.25 + 0.75 * usual) * BY_WEEKDAY[world.weekday(at)] * dice.lognormal(1.0, 0.18)
        })
        .collect()
}
