//! `ground_truth.toml`: what was planted, and what it should show.

use serde::{Deserialize, Serialize};

use super::anomalies::Anomalies;
use super::book::Contents;
use super::expectations::Expectation;
use super::world::World;
use super::{GenerateError, GeneratedFile};

/// Name of the file.
pub const GROUND_TRUTH: &str = "ground_truth.toml";

/// Everything a reader of the files should find.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundTruth {
    /// Seed of every draw.
    pub seed: u64,
    /// First local date, `YYYY-MM-DD`.
    pub start: String,
    /// Number of days.
    pub days: u32,
    /// Mean number of inbound calls per day.
    pub calls_per_day: u32,
    /// `day` or `week`.
    pub split: String,
    /// What was planted, in the form that `--anomalies` reads.
    pub anomalies: Anomalies,
    /// What the figures should show.
    #[serde(default)]
    pub expect: Vec<Expectation>,
    /// Everybody of the roster: nobody is like the others, with or without an anomaly.
    #[serde(default)]
    pub agent: Vec<Traits>,
    /// Rows that cannot be stored, or only once.
    #[serde(default)]
    pub broken: Vec<BrokenRow>,
    /// Lines below the header of every file, broken ones included.
    #[serde(default)]
    pub file: Vec<FileRows>,
}

/// How an agent works, apart from anomalies. Factors of what the centre does on average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traits {
    /// Id of the agent.
    pub id: String,
    /// The team.
    pub team: String,
    /// Of the chance to settle a contact.
    pub skill: f64,
    /// Of the handling time.
    pub speed: f64,
    /// Of the chance to pass a script item.
    pub care: f64,
}

/// A planted row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenRow {
    /// Name of the file.
    pub file: String,
    /// Physical line, from 1 (the header).
    pub line: usize,
    /// `ragged`, `open_quote`, `invalid_bytes`, `impossible_date`, `not_a_number`,
    /// `scientific_notation`, `missing_required`, `end_before_start`, `score_out_of_range`,
    /// `duplicate` or `corrected`.
    pub fault: String,
    /// Canonical column; empty when the whole line is at fault.
    pub column: String,
}

/// The size of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRows {
    /// Name of the file.
    pub name: String,
    /// Lines below the header.
    pub rows: usize,
}

/// Writes the ground truth of the finished files.
pub(super) fn write(contents: Contents, world: &World) -> Result<GeneratedFile, GenerateError> {
    let plan = world.plan;
    let truth = GroundTruth {
        seed: plan.seed,
        start: plan.start.to_string(),
        days: plan.days,
        calls_per_day: plan.calls_per_day,
        split: plan.split.name().to_owned(),
        anomalies: plan.anomalies.clone(),
        expect: plan.anomalies.expectations(world),
        agent: (0..)
            .zip(&world.agents)
            .map(|(at, agent)| Traits {
                id: agent.id.clone(),
                team: world.team_name(at).to_owned(),
                skill: agent.skill,
                speed: agent.speed,
                care: agent.care,
            })
            .collect(),
        broken: contents.broken,
        file: contents.files,
    };
    let text = toml::to_string(&truth).map_err(GenerateError::Truth)?;
    Ok(GeneratedFile {
        name: GROUND_TRUTH.to_owned(),
        bytes: text.into_bytes(),
    })
}
