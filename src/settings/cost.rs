//! `[cost]`: what problems are weighed by.

use serde::{Deserialize, Serialize};

/// What things cost the centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cost {
    /// Yuan for one minute of an agent's handling time.
    pub handling_minute: f64,
}

impl Default for Cost {
    /// One yuan, a round figure to be replaced by the centre's own: an agent who costs 8,000 yuan a month and
    /// handles contacts in three quarters of 10,440 minutes (21.75 days of 8 hours) costs 1.02 a minute.
    fn default() -> Self {
        Self {
            handling_minute: 1.0,
        }
    }
}
