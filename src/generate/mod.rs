//! A synthetic customer-service centre with planted, documented anomalies.
//!
//! [`generate`] draws a few weeks of calls, chats, tickets, ratings and checks of an invented
//! courier's centre and writes them as its systems would export them: several encodings, Chinese
//! and English headers, a few broken rows. The same plan gives the same bytes. Every name and
//! number is made up. [`write()`] hands out every file as soon as no row can be added to it, so that
//! a plan of years does not have to fit into memory.
//!
//! ```text
//! arrivals ─▶ centre ─▶ calls, chats, tickets, quality ─▶ records ─▶ book ─▶ sheets ─▶ files
//! ```

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "draws are seconds and positions of a synthetic centre, small and not negative"
)]

mod anomalies;
mod arrivals;
mod book;
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
mod roster;
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

/// What [`write()`] hands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A complete file. Files come in the order in which they become complete.
    File(GeneratedFile),
    /// A day of the plan is over.
    Day(NaiveDate),
}

/// Why nothing was generated, or not everything.
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
    /// A file could not be written.
    Write {
        /// Path relative to the folder of the export.
        name: String,
        /// Why.
        error: std::io::Error,
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
            Self::Write { name, error } => write!(f, "{name}: {error}"),
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
            Self::Write { error, .. } => Some(error),
            Self::NoTypes | Self::NoDays | Self::Unknown { .. } => None,
        }
    }
}

/// Generates the files of a plan, sorted by name, with [`GROUND_TRUTH`] among them.
///
/// # Errors
/// See [`GenerateError`].
pub fn generate(plan: &Plan, taxonomy: &Taxonomy) -> Result<Vec<GeneratedFile>, GenerateError> {
    let mut files = Vec::new();
    write(plan, taxonomy, &mut |output| {
        if let Output::File(file) = output {
            files.push(file);
        }
        Ok(())
    })?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Runs a plan and hands out its files while it runs, [`GROUND_TRUTH`] last. In memory are the
/// first contacts of the whole plan (some 60 bytes each), the files of periods that are not over,
/// and the files whose place in the plan decides whether a broken row is planted in them.
///
/// # Errors
/// See [`GenerateError`].
pub fn write(
    plan: &Plan,
    taxonomy: &Taxonomy,
    sink: &mut dyn FnMut(Output) -> std::io::Result<()>,
) -> Result<(), GenerateError> {
    let world = world_of(plan, taxonomy)?;
    let centre = centre::Centre::open(&world, &plan.anomalies);
    let faults = plan.anomalies.broken;
    let faults = faults.then(|| broken::Faults::new(plan.seed));
    let mut book = book::Book::new(&world, faults, &centre.fresh);
    centre.run(|records, until| {
        book.file(records, until, sink)?;
        let day = world.date(until.min(world.end()) - 1);
        hand(sink, GROUND_TRUTH, Output::Day(day))
    })?;
    let truth = truth::write(book.contents(), &world)?;
    hand(sink, GROUND_TRUTH, Output::File(truth))
}

/// The centre of a plan, when there is such a centre.
fn world_of<'p>(plan: &'p Plan, taxonomy: &Taxonomy) -> Result<world::World<'p>, GenerateError> {
    if plan.days == 0 {
        return Err(GenerateError::NoDays);
    }
    let world = world::World::new(plan, taxonomy)?;
    match plan.anomalies.unknown_member(&world) {
        Some((field, value)) => Err(GenerateError::Unknown { field, value }),
        None => Ok(world),
    }
}

/// Hands out something that belongs to a file.
fn hand(
    sink: &mut dyn FnMut(Output) -> std::io::Result<()>,
    name: &str,
    output: Output,
) -> Result<(), GenerateError> {
    sink(output).map_err(|error| GenerateError::Write {
        name: name.to_owned(),
        error,
    })
}
