//! The cast of the centre: its agents, outlets, couriers and customers, and its clock.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime};

use super::random::{Dice, Stream};
use super::roster::Roster;
use super::words::{CentreWords, Kind, Scene, Scenes, Taxonomy, TypeInfo};
use super::{Clock, GenerateError, Plan};

/// Seconds in a day and in an hour.
pub(super) const DAY: Clock = 86_400;
pub(super) const HOUR: Clock = 3_600;
pub(super) const MINUTE: Clock = 60;

/// Calls per day that the roster of `centre.toml` can carry; more calls multiply the roster.
const CALLS_PER_ROSTER: u32 = 500;

/// A problem type that occurs here: its scene and its entry in the taxonomy.
pub(super) struct Problem {
    pub(super) scene: Scene,
    pub(super) info: TypeInfo,
}

/// Someone who answers calls, chats or tickets.
pub(super) struct Agent {
    pub(super) id: String,
    pub(super) name: String,
    /// Index into the teams.
    pub(super) team: usize,
    pub(super) hired_on: NaiveDate,
    /// Multiplies the chance to settle a contact.
    pub(super) skill: f64,
    /// Multiplies the handling time.
    pub(super) speed: f64,
    /// Multiplies the chance to pass a script item.
    pub(super) care: f64,
    /// First hour of the shift; it lasts nine hours.
    shift: i64,
    /// Shifts the weekly days off.
    rest: i64,
}

impl Agent {
    /// Whether the agent is at work at a local instant.
    pub(super) fn on_shift(&self, at: Clock) -> bool {
        let since = at - self.shift * HOUR;
        let (day, hour) = (since.div_euclid(DAY), since.rem_euclid(DAY) / HOUR);
        hour < 9 && (day + self.rest).rem_euclid(7) < 5
    }
}

/// Someone with a telephone. A large plan has millions of them.
pub(super) struct Customer {
    /// The digits behind the prefix: eight, or four of a masked number.
    digits: u32,
    /// Index into the prefixes.
    prefix: u16,
    pub(super) outlet: u16,
    /// The exporting system shows this customer's number masked.
    pub(super) masked: bool,
    /// Very important: reaches the VIP queue.
    pub(super) vip: bool,
}

/// Everything that does not change while the plan runs.
pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) words: CentreWords,
    pub(super) problems: Vec<Problem>,
    pub(super) agents: Vec<Agent>,
    pub(super) roster: Roster,
    /// Couriers of each outlet.
    pub(super) couriers: Vec<Vec<String>>,
}

impl<'a> World<'a> {
    pub(super) fn new(plan: &'a Plan, taxonomy: &Taxonomy) -> Result<Self, GenerateError> {
        let words = CentreWords::builtin().map_err(GenerateError::Words)?;
        let scenes = Scenes::builtin().map_err(GenerateError::Words)?;
        let problems: Vec<Problem> = scenes
            .scene
            .into_iter()
            .filter_map(|scene| {
                let info = taxonomy
                    .types
                    .iter()
                    .find(|info| info.code == scene.code)?
                    .clone();
                Some(Problem { scene, info })
            })
            .collect();
        if problems.is_empty() {
            return Err(GenerateError::NoTypes);
        }
        let mut dice = Dice::new(plan.seed, Stream::World);
        let agents = hire(plan, &words, &mut dice);
        let couriers = words
            .outlet
            .iter()
            .map(|_| (0..4).map(|_| name(&words, &mut dice)).collect())
            .collect();
        Ok(Self {
            plan,
            roster: Roster::new(&agents, &words),
            words,
            problems,
            agents,
            couriers,
        })
    }

    /// The end of the plan, exclusive.
    pub(super) fn end(&self) -> Clock {
        i64::from(self.plan.days) * DAY
    }

    /// The local date and time of an instant.
    pub(super) fn local(&self, at: Clock) -> NaiveDateTime {
        self.plan.start.and_time(NaiveTime::MIN) + Duration::seconds(at)
    }

    pub(super) fn date(&self, at: Clock) -> NaiveDate {
        self.local(at).date()
    }

    /// `2026-03-02 09:15:22`
    pub(super) fn stamp(&self, at: Clock) -> String {
        let (date, time) = (self.date(at), at.rem_euclid(DAY));
        format!(
            "{date} {:02}:{:02}:{:02}",
            time / HOUR,
            time % HOUR / MINUTE,
            time % MINUTE
        )
    }

    /// `260302`, the date inside an identifier.
    pub(super) fn compact_date(&self, at: Clock) -> String {
        let date = self.date(at);
        let year = date.year().rem_euclid(100);
        format!("{year:02}{:02}{:02}", date.month(), date.day())
    }

    /// Days from Monday of an instant.
    pub(super) fn weekday(&self, at: Clock) -> usize {
        self.local(at).weekday().num_days_from_monday() as usize
    }

    pub(super) fn problem(&self, code: &str) -> Option<usize> {
        self.problems
            .iter()
            .position(|problem| problem.info.code == code)
    }

    pub(super) fn team_name(&self, agent: usize) -> &str {
        let team = self
            .agents
            .get(agent)
            .and_then(|agent| self.words.team.get(agent.team));
        team.map_or("", |team| team.name.as_str())
    }

    /// The wording of a kind of ticket, the first kind when it has none of its own.
    pub(super) fn kind(&self, code: &str) -> &Kind {
        let kinds = &self.words.kind;
        kinds
            .iter()
            .find(|kind| kind.code == code)
            .unwrap_or(&kinds[0])
    }

    /// Parcels that each outlet delivers on each day: local day from 0, index of the outlet, parcels.
    pub(super) fn parcels(&self) -> Vec<(u32, usize, u32)> {
        let mut dice = Dice::new(self.plan.seed, Stream::Traffic);
        let scale = f64::from(self.plan.calls_per_day) * 20.0;
        let mut parcels = Vec::new();
        for day in 0..self.plan.days {
            let weekday = self.weekday(i64::from(day) * DAY);
            for (index, outlet) in self.words.outlet.iter().enumerate() {
                let usual = scale * outlet.share * if weekday >= 5 { 0.86 } else { 1.06 };
                parcels.push((day, index, dice.lognormal(usual, 0.06) as u32));
            }
        }
        parcels
    }

    /// A new customer who lives in the area of some outlet.
    pub(super) fn customer(&self, outlet: Option<usize>, dice: &mut Dice) -> Customer {
        let outlet = outlet
            .unwrap_or_else(|| dice.weighted(self.words.outlet.iter().map(|outlet| outlet.share)));
        let masked = dice.chance(0.04);
        let (prefixes, digits) = if masked {
            (&self.words.masked_prefixes, 4)
        } else {
            (&self.words.phone_prefixes, 8)
        };
        Customer {
            prefix: dice.below(prefixes.len()) as u16,
            digits: dice.number(digits) as u32,
            outlet: outlet as u16,
            masked,
            vip: dice.chance(0.05),
        }
    }

    /// A customer's number as the centre's systems show it.
    pub(super) fn phone(&self, customer: &Customer) -> String {
        let (prefixes, digits) = (usize::from(customer.prefix), customer.digits);
        let of = |prefixes: &[String], at: usize| prefixes.get(at).cloned().unwrap_or_default();
        if customer.masked {
            let prefix = of(&self.words.masked_prefixes, prefixes);
            format!("{prefix}****{digits:04}")
        } else {
            let prefix = of(&self.words.phone_prefixes, prefixes);
            format!("{prefix}{digits:08}")
        }
    }
}

/// The roster: the teams' first members take the first numbers, so that a larger centre keeps them.
fn hire(plan: &Plan, words: &CentreWords, dice: &mut Dice) -> Vec<Agent> {
    let rosters = plan.calls_per_day.div_ceil(CALLS_PER_ROSTER).max(1) as usize;
    let mut agents = Vec::new();
    for _ in 0..rosters {
        for (team, card) in words.team.iter().enumerate() {
            for place in 0..card.size {
                // Early, middle and late shifts; the seventh place works at night.
                let shift = [8, 9, 13, 8, 11, 13, 22]
                    .get(place % 7)
                    .copied()
                    .unwrap_or(9);
                let tenure = dice.between(card.hired[0], card.hired[1]);
                agents.push(Agent {
                    id: format!("A{}", 1001 + agents.len()),
                    name: name(words, dice),
                    team,
                    hired_on: plan.start - Duration::days(tenure),
                    skill: card.skill * (0.97 + 0.06 * dice.unit()),
                    speed: card.speed * (0.9 + 0.2 * dice.unit()),
                    care: card.care * (0.98 + 0.04 * dice.unit()),
                    shift,
                    rest: (place * 2 + team) as i64,
                });
            }
        }
    }
    agents
}

fn name(words: &CentreWords, dice: &mut Dice) -> String {
    format!("{}{}", dice.text(&words.surnames), dice.text(&words.given))
}
