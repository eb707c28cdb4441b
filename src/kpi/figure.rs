//! One computed figure: a value with what it was computed from, its interval and its verdict.

use serde::{Deserialize, Serialize};

pub use crate::schema::measure::{Better, Bound, Unit};

/// A 95 % confidence interval, both ends in the unit of the value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A computed figure. `value` is `None` when the denominator is zero: it prints as `—`, never as 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure, in the KPI's unit.
    pub value: Option<f64>,
    /// What was added up.
    pub numerator: Option<f64>,
    /// What it was divided by; `None` for kinds that divide by nothing.
    pub denominator: Option<f64>,
    /// Rows behind the figure.
    pub n: u64,
    /// 95 % interval, where the kind has one.
    pub interval: Option<Interval>,
}

/// The verdict on a figure; the names are an output contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The target is met.
    Met,
    /// The target is missed.
    Missed,
    /// There is no target or no value.
    None,
}

impl Status {
    /// The word in output columns.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
            Self::None => "none",
        }
    }
}

impl Estimate {
    /// Compares the figure with a bound.
    #[must_use]
    pub fn status(&self, bound: Option<Bound>) -> Status {
        match (self.value, bound) {
            (Some(value), Some(Bound::AtLeast(least))) if value >= least => Status::Met,
            (Some(value), Some(Bound::AtMost(most))) if value <= most => Status::Met,
            (Some(_), Some(_)) => Status::Missed,
            _ => Status::None,
        }
    }

    /// Whether the interval still contains the bound, so that met or missed may be noise.
    #[must_use]
    pub fn indistinguishable(&self, bound: Option<Bound>) -> bool {
        match (self.interval, bound) {
            (Some(interval), Some(bound)) => {
                interval.low <= bound.value() && bound.value() <= interval.high
            }
            _ => false,
        }
    }
}
