//! What figures are measured in and which way is better: the vocabulary of the catalogue.

use serde::{Deserialize, Serialize};

/// What a value is measured in; decides how it is printed, never how it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A proportion in [0, 1], printed as per cent.
    Percent,
    /// Elapsed seconds.
    Seconds,
    /// A number of things.
    Count,
    /// A satisfaction score from 1 to 5.
    Score,
    /// Chinese yuan.
    Yuan,
    /// Occurrences per thousand.
    PerThousand,
    /// Occurrences per million.
    PerMillion,
    /// A plain number.
    Number,
}

impl Unit {
    /// The least and the greatest value a figure of this unit can take.
    #[must_use]
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::Percent => (0.0, 1.0),
            Self::Score => (1.0, 5.0),
            _ => (0.0, f64::INFINITY),
        }
    }
}

/// Which direction of change is an improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither direction is good or bad in itself.
    Neither,
}

/// The bound a target sets, in the KPI's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Met when value ≥ bound.
    AtLeast(f64),
    /// Met when value ≤ bound.
    AtMost(f64),
}

impl Bound {
    /// The number of the bound.
    #[must_use]
    pub const fn value(self) -> f64 {
        match self {
            Self::AtLeast(value) | Self::AtMost(value) => value,
        }
    }
}
