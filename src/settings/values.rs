//! Zones and durations as TOML holds them.

use std::fmt;
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serializer};

/// The name under which [`date`] asks the reader for a TOML date as its text.
pub(super) const DATE: &str = "kefu date";

/// Reads an IANA zone name.
pub(super) fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "`{name}` is not an IANA time zone such as \"Asia/Shanghai\""
        ))
    })
}

/// Writes what [`zone`] reads.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
pub(super) fn write_zone<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}

/// Reads a date, written as TOML writes dates or in quotes.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    struct Form;
    impl Visitor<'_> for Form {
        type Value = NaiveDate;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a date such as 2026-03-10")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<NaiveDate, E> {
            text.trim().parse().map_err(|_| {
                // The part behind the line break is the next step.
                E::custom(format!("`{text}` is no date\nwrite it as 2026-03-10"))
            })
        }
    }
    deserializer.deserialize_newtype_struct(DATE, Form)
}

/// Reads a duration such as `72h`.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|error| {
        serde::de::Error::custom(format!(
            "`{text}` is not a duration such as \"72h\" or \"30s\": {error}"
        ))
    })
}

/// Writes what [`duration`] reads, in the largest unit that leaves no rest.
pub(super) fn write_duration<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&in_one_unit(*duration))
}

fn in_one_unit(duration: Duration) -> String {
    const UNITS: [(u128, &str); 6] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1, "ns"),
    ];
    let all = duration.as_nanos();
    for (one, unit) in UNITS {
        if all != 0 && all.is_multiple_of(one) {
            return format!("{}{unit}", all / one);
        }
    }
    "0s".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_they_are_read() {
        for text in ["90d", "72h", "5m", "30s", "1500ms", "0s", "7ns"] {
            let read = humantime::parse_duration(text).unwrap();
            let written = in_one_unit(read);
            assert_eq!(humantime::parse_duration(&written).unwrap(), read, "{text}");
        }
        assert_eq!(in_one_unit(Duration::from_hours(30 * 24)), "30d");
        assert_eq!(in_one_unit(Duration::from_secs(90)), "90s");
    }
}
