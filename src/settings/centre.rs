//! `[centre]`: its clock and the thresholds of its definitions.

use std::time::Duration;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::values::{duration, write_duration, write_zone, zone};
use crate::i18n::Bilingual;

/// The centre: its clock and the thresholds of its definitions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Centre {
    /// Name on the report.
    pub name: Bilingual,
    /// The zone whose days and hours the figures use.
    #[serde(deserialize_with = "zone", serialize_with = "write_zone")]
    pub zone: Tz,
    /// Hours of the local day that count as peak.
    pub peak_hours: Vec<u32>,
    /// An abandoned call that waited less than this many seconds is a short abandon.
    pub short_abandon_s: f64,
    /// A new contact about the same issue within this time makes the earlier one repeated.
    #[serde(deserialize_with = "duration", serialize_with = "write_duration")]
    pub fcr_window: Duration,
    /// An earlier complaint about the same issue within this time makes a complaint a repeat.
    #[serde(deserialize_with = "duration", serialize_with = "write_duration")]
    pub repeat_complaint_window: Duration,
}

impl Default for Centre {
    fn default() -> Self {
        Self {
            name: Bilingual::new("Customer service centre", "客户服务中心"),
            zone: chrono_tz::Asia::Shanghai,
            peak_hours: vec![9, 10, 11, 14, 15, 16, 17],
            short_abandon_s: 5.0,
            fcr_window: Duration::from_hours(72),
            repeat_complaint_window: Duration::from_hours(30 * 24),
        }
    }
}
