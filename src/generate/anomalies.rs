//! What is wrong with the centre on purpose, and what that should show.

use serde::{Deserialize, Serialize};

use super::Clock;
use super::world::{DAY, HOUR, World};

/// The anomalies to plant. An empty text plants nothing.
///
/// ```toml
/// broken = true            # a few rows that cannot be stored, or only once
/// [[anomaly]]
/// kind = "slow_queue"
/// queue = "查询"
/// day = 19
/// from_hour = 18
/// to_hour = 22
/// factor = 2.0
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anomalies {
    /// Whether broken rows are planted as well.
    #[serde(default)]
    pub broken: bool,
    /// The anomalies.
    #[serde(default)]
    pub anomaly: Vec<Anomaly>,
}

/// One planted anomaly. Days count from 1, the first day of the plan; hours are local and
/// half-open; factors multiply what the centre would do otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Anomaly {
    /// Parcels of an outlet arrive damaged: `factor` times as many customers report it.
    DamagedOutlet {
        /// The outlet.
        outlet: String,
        /// First day.
        from_day: u32,
        /// The factor.
        factor: f64,
    },
    /// Waits in a queue are `factor` times as long between two hours of one day. Customers give up
    /// before the longest, so that the waits on record grow by less.
    SlowQueue {
        /// The queue.
        queue: String,
        /// The day.
        day: u32,
        /// First hour.
        from_hour: u32,
        /// The hour after the last.
        to_hour: u32,
        /// The factor.
        factor: f64,
    },
    /// Agents who settle only `factor` of what others would, so that customers call again.
    LowFcr {
        /// Their ids.
        agents: Vec<String>,
        /// The factor.
        factor: f64,
    },
    /// A script item whose pass rate is `factor` of the usual one in a team.
    SkippedItem {
        /// The team.
        team: String,
        /// The script item.
        item: String,
        /// The factor.
        factor: f64,
    },
    /// First replies on a platform take `factor` times as long.
    SlowPlatform {
        /// Code of the platform.
        platform: String,
        /// First day.
        from_day: u32,
        /// The factor.
        factor: f64,
    },
    /// An outlet that takes `factor` times as long to answer the desk.
    SlowOutlet {
        /// The outlet.
        outlet: String,
        /// First day.
        from_day: u32,
        /// The factor.
        factor: f64,
    },
}

impl Anomalies {
    /// Reads the form above.
    ///
    /// # Errors
    /// The text is not TOML of that form; an unknown field or kind is an error.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The set planted when the user gives none.
    ///
    /// # Errors
    /// Never in a tested build: the text is compiled in.
    pub fn builtin() -> Result<Self, toml::de::Error> {
        Self::parse(include_str!("anomalies.toml"))
    }

    /// How much more often an outlet's parcels are reported damaged on a day (counted from 0).
    pub(super) fn damage_factor(&self, outlet: &str, day: u32) -> f64 {
        self.product(|anomaly| match anomaly {
            Anomaly::DamagedOutlet {
                outlet: at,
                from_day,
                factor,
            } if at == outlet && day + 1 >= *from_day => Some(*factor),
            _ => None,
        })
    }

    /// How much longer a queue's waits are at an instant.
    pub(super) fn wait_factor(&self, queue: &str, at: Clock) -> f64 {
        let (today, now) = (at.div_euclid(DAY) + 1, at.rem_euclid(DAY) / HOUR);
        self.product(|anomaly| match anomaly {
            Anomaly::SlowQueue {
                queue: slow,
                day,
                from_hour,
                to_hour,
                factor,
            } if slow == queue
                && i64::from(*day) == today
                && (i64::from(*from_hour)..i64::from(*to_hour)).contains(&now) =>
            {
                Some(*factor)
            }
            _ => None,
        })
    }

    /// Share of an agent's usual chance to settle a contact.
    pub(super) fn solve_factor(&self, agent: &str) -> f64 {
        self.product(|anomaly| match anomaly {
            Anomaly::LowFcr { agents, factor } if agents.iter().any(|id| id == agent) => {
                Some(*factor)
            }
            _ => None,
        })
    }

    /// Share of a team's usual pass rate at a script item.
    pub(super) fn pass_factor(&self, team: &str, item: &str) -> f64 {
        self.product(|anomaly| match anomaly {
            Anomaly::SkippedItem {
                team: lax,
                item: skipped,
                factor,
            } if lax == team && skipped == item => Some(*factor),
            _ => None,
        })
    }

    /// How much longer the first reply on a platform takes at an instant.
    pub(super) fn first_reply_factor(&self, platform: &str, at: Clock) -> f64 {
        let today = at.div_euclid(DAY) + 1;
        self.product(|anomaly| match anomaly {
            Anomaly::SlowPlatform {
                platform: slow,
                from_day,
                factor,
            } if slow == platform && today >= i64::from(*from_day) => Some(*factor),
            _ => None,
        })
    }

    /// How much longer an outlet takes to answer at an instant.
    pub(super) fn outlet_factor(&self, outlet: &str, at: Clock) -> f64 {
        let today = at.div_euclid(DAY) + 1;
        self.product(|anomaly| match anomaly {
            Anomaly::SlowOutlet {
                outlet: slow,
                from_day,
                factor,
            } if slow == outlet && today >= i64::from(*from_day) => Some(*factor),
            _ => None,
        })
    }

    fn product(&self, factor: impl Fn(&Anomaly) -> Option<f64>) -> f64 {
        self.anomaly.iter().filter_map(factor).product()
    }

    /// The first member that the centre does not have, as (field, value).
    pub(super) fn unknown_member(&self, world: &World) -> Option<(&'static str, String)> {
        self.anomaly.iter().find_map(|anomaly| {
            let (field, value, known) = match anomaly {
                Anomaly::DamagedOutlet { outlet, .. } | Anomaly::SlowOutlet { outlet, .. } => (
                    "outlet",
                    outlet,
                    world.words.outlet.iter().any(|known| known.name == *outlet),
                ),
                Anomaly::SlowQueue { queue, .. } => (
                    "queue",
                    queue,
                    world
                        .words
                        .team
                        .iter()
                        .any(|team| team.queues.contains(queue)),
                ),
                Anomaly::LowFcr { agents, .. } => {
                    let stranger = agents
                        .iter()
                        .find(|id| world.agents.iter().all(|agent| agent.id != **id))?;
                    ("agents", stranger, false)
                }
                Anomaly::SkippedItem { team, .. }
                    if world.words.team.iter().all(|known| known.name != *team) =>
                {
                    ("team", team, false)
                }
                Anomaly::SkippedItem { item, .. } => (
                    "item",
                    item,
                    world.words.item.iter().any(|known| known.name == *item),
                ),
                Anomaly::SlowPlatform { platform, .. } => (
                    "platform",
                    platform,
                    world
                        .words
                        .platform
                        .iter()
                        .any(|known| known.code == *platform),
                ),
            };
            (!known).then(|| (field, value.clone()))
        })
    }
}
