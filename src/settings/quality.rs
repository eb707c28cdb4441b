//! `[quality]` and `[retention]`: when a run is refused, and how long what was refused is kept.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::values::{duration, write_duration};

/// Up to which share of bad rows a run goes on.
///
/// The shares are of all rows read from the files that are new in a run, all files together, without the rows
/// that a rule leaves out. `run::gate` applies them and knows the reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quality {
    /// Share of rows that may be rejected, from 0 to 1.
    pub max_rejected: f64,
    /// So many rejected rows are allowed whatever their share: of a small batch, one row is a large share.
    pub allowed_rows: u64,
    /// Reason code → share of rows that may be rejected for it, from 0 to 1; beside `max_rejected`.
    pub max_rejected_by_reason: BTreeMap<String, f64>,
}

impl Default for Quality {
    /// 5 %: far above what exports have by their nature (the sample: 12 of 26,084 rows), far below what a changed
    /// time format, a shifted column or a wrong encoding takes, which is nearly every row of a file.
    fn default() -> Self {
        Self {
            max_rejected: 0.05,
            allowed_rows: 20,
            max_rejected_by_reason: BTreeMap::new(),
        }
    }
}

/// How long things are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// How long the quarantine keeps a rejected row, counted from the run that rejected it.
    #[serde(deserialize_with = "duration", serialize_with = "write_duration")]
    pub quarantine: Duration,
    /// How many runs `kefu store vacuum` keeps readable, the newest first; at least [`Retention::LEAST_RUNS`].
    pub runs: u64,
}

impl Retention {
    /// The newest run and the one before it, which its report is compared with.
    pub const LEAST_RUNS: u64 = 2;
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            quarantine: Duration::from_hours(90 * 24),
            // A month of nights.
            runs: 31,
        }
    }
}
