//! A synthetic customer-service centre with planted, documented anomalies.
//!
//! [`generate`] draws a few weeks of calls, chats, tickets, ratings and checks of an invented
//! courier's centre and writes them as its systems would export them: several encodings, Chinese
//! and English headers, a few broken rows. The same plan gives the same bytes. Every name and
//! number is made up.
//!
//! ```text
//! arrivals ─▶ centre ─▶ calls, chats, tickets, quality ─▶ records ─▶ sheets ─▶ files
//! ```

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "draws are seconds and positions of a synthetic centre, small and not negative"
)]

mod anomalies;
mod arrivals;
mod broken;
mod calls;
mod cells;
mod centre;
mod chats;
mod daily;
mod expectations;
mod labels;
mod quality;
mod random;
mod records;
mod sheets;
mod story;
mod tables;
mod text;
mod tickets;
mod truth;
mod words;
mod world;

#[cfg(test)]
mod tests;

use std::fmt;

use chrono::NaiveDate;

pub use anomalies::{Anomalies, Anomaly};
pub use daily::{Moments, Series, daily};
pub use expectations::Expectation;
pub use truth::{BrokenRow, FileRows, GROUND_TRUTH, GroundTruth, Traits};
pub use words::{Taxonomy, TypeInfo};

/// Seconds since the first local midnight of the plan.
type Clock = i64;

/// What to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// First local date.
    pub start: NaiveDate,
    /// Number of days.
    pub days: u32,
    /// Mean number of inbound calls per day; everything else scales with it.
    pub calls_per_day: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// How the tables are cut into files.
    pub split: Split,
    /// What is planted.
    pub anomalies: Anomalies,
}

/// How the tables are cut into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Split {
    /// One file per table and day, so that nightly runs can be played through.
    Day,
    /// One file per ISO week for the large tables, one file for each of the others.
    #[default]
    Week,
}

impl Split {
    /// `day` or `week`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

/// A file of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path relative to the folder of the export.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why nothing was generated.
#[derive(Debug)]
pub enum GenerateError {
    /// The compiled-in data files do not parse.
    Words(toml::de::Error),
    /// The ground truth cannot be written, for example because the seed exceeds 2⁶³ − 1.
    Truth(toml::ser::Error),
    /// The taxonomy has none of the types that the centre knows.
    NoTypes,
    /// The plan has no day.
    NoDays,
    /// An anomaly names somebody or something that the centre does not have.
    Unknown {
        /// Field of the anomaly.
        field: &'static str,
        /// What it names.
        value: String,
    },
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Words(error) => write!(f, "the built-in word lists do not parse: {error}"),
            Self::Truth(error) => write!(f, "the ground truth cannot be written: {error}"),
            Self::NoTypes => write!(
                f,
                "the taxonomy has none of the problem types that the synthetic centre knows"
            ),
            Self::NoDays => write!(f, "a plan needs at least one day"),
            Self::Unknown { field, value } => {
                write!(
                    f,
                    "an anomaly names the {field} `{value}`, which the synthetic centre does not have"
                )
            }
        }
    }
}

impl std::error::Error for GenerateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Words(error) => Some(error),
            Self::Truth(error) => Some(error),
            Self::NoTypes | Self::NoDays | Self::Unknown { .. } => None,
        }
    }
}

/// Generates the files of a plan, sorted by name, with [`GROUND_TRUTH`] among them.
///
/// # Errors
/// See [`GenerateError`].
pub fn generate(plan: &Plan, taxonomy: &Taxonomy) -> Result<Vec<GeneratedFile>, GenerateError> {
    if plan.days == 0 {
        return Err(GenerateError::NoDays);
    }
    let world = world::World::new(plan, taxonomy)?;
    if let Some((field, value)) = plan.anomalies.unknown_member(&world) {
        return Err(GenerateError::Unknown { field, value });
    }
    let records = centre::Centre::run(&world, &plan.anomalies);
    let mut sheets = sheets::sheets(&records, &world);
    if plan.anomalies.broken {
        broken::plant(&mut sheets, plan.seed);
    }
    let mut files: Vec<GeneratedFile> = sheets.iter().map(sheets::Sheet::write).collect();
    files.push(truth::write(&sheets, &world)?);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}
