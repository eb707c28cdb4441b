//! Tests.
use super::*;
pub(super) fn plan(days: u32, calls_per_day: u32) -> Plan {
    Plan {
        start: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        days,
        calls_per_day,
        seed: 20260302,
        split: Split::Week,
        anomalies: Anomalies::builtin().unwrap(),
    }
}
