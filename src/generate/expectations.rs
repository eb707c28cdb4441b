//! What each planted anomaly should show in the figures.

use serde::{Deserialize, Serialize};

use super::anomalies::{Anomalies, Anomaly};
use super::world::{DAY, World};

/// What an anomaly should show in the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Kind of the anomaly behind it.
    pub anomaly: String,
    /// Id of the KPI that moves.
    pub kpi: String,
    /// Column that singles the member out.
    pub dimension: String,
    /// The member.
    pub member: String,
    /// Further condition on the rows; empty for none.
    #[serde(rename = "where", default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// First local date, `YYYY-MM-DD`.
    pub from: String,
    /// Last local date, inclusive.
    pub until: String,
    /// `up` or `down`, against other members or earlier days.
    pub direction: String,
}

/// A figure that moves: KPI, dimension, member, condition on the rows, direction.
type Figure<'a> = (&'static str, &'static str, &'a str, String, &'static str);

impl Anomalies {
    /// What the figures should show; anomalies that lie outside the plan show nothing.
    pub(super) fn expectations(&self, world: &World) -> Vec<Expectation> {
        let date = |day: u32| world.date(i64::from(day.max(1) - 1) * DAY).to_string();
        let end = date(world.plan.days);
        let mut list = Vec::new();
        for anomaly in &self.anomaly {
            let (from, until) = anomaly.days();
            if from > world.plan.days {
                continue;
            }
            for (kpi, dimension, member, condition, direction) in anomaly.figures() {
                list.push(Expectation {
                    anomaly: anomaly.name().to_owned(),
                    kpi: kpi.to_owned(),
                    dimension: dimension.to_owned(),
                    member: member.to_owned(),
                    condition,
                    from: date(from),
                    until: until.map_or(end.clone(), date),
                    direction: direction.to_owned(),
                });
            }
        }
        list
    }
}

impl Anomaly {
    /// The kind, as it is written.
    fn name(&self) -> &'static str {
        match self {
            Self::DamagedOutlet { .. } => "damaged_outlet",
            Self::SlowQueue { .. } => "slow_queue",
            Self::LowFcr { .. } => "low_fcr",
            Self::SkippedItem { .. } => "skipped_item",
            Self::SlowPlatform { .. } => "slow_platform",
            Self::SlowOutlet { .. } => "slow_outlet",
        }
    }

    /// First and last day, from 1; no last day when it goes on to the end.
    fn days(&self) -> (u32, Option<u32>) {
        match self {
            Self::DamagedOutlet { from_day, .. }
            | Self::SlowPlatform { from_day, .. }
            | Self::SlowOutlet { from_day, .. } => (*from_day, None),
            Self::SlowQueue { day, .. } => (*day, Some(*day)),
            Self::LowFcr { .. } | Self::SkippedItem { .. } => (1, None),
        }
    }

    fn figures(&self) -> Vec<Figure<'_>> {
        let all = String::new;
        match self {
            Self::DamagedOutlet { outlet, .. } => {
                let damaged = "problem_type = 'exception/damaged'".to_owned();
                vec![
                    ("tickets", "outlet", outlet, damaged, "up"),
                    ("contacts", "problem_type", "exception/damaged", all(), "up"),
                ]
            }
            Self::SlowQueue {
                queue,
                from_hour,
                to_hour,
                ..
            } => {
                let hours = format!("hour >= {from_hour} AND hour < {to_hour}");
                vec![
                    ("asa", "queue", queue, hours.clone(), "up"),
                    ("service_level", "queue", queue, hours, "down"),
                ]
            }
            Self::LowFcr { agents, .. } => agents
                .iter()
                .map(|id| ("fcr", "agent_id", id.as_str(), all(), "down"))
                .collect(),
            Self::SkippedItem { team, item, .. } => {
                vec![(
                    "compliance",
                    "team",
                    team,
                    format!("item = '{item}'"),
                    "down",
                )]
            }
            Self::SlowPlatform { platform, .. } => vec![
                ("frt", "platform", platform, all(), "up"),
                ("frt_within_30s", "platform", platform, all(), "down"),
            ],
            Self::SlowOutlet { outlet, .. } => {
                vec![("outlet_reply", "outlet", outlet, all(), "up")]
            }
        }
    }
}
