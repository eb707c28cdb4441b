//! Local time: which date, hour and weekday an instant belongs to, and back.
//!
//! A leaf that knows zones and days but no tables. An instant is UTC microseconds since 1970. Working hours are in
//! [`working`].

pub mod campaign;
pub mod working;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike,
    Utc,
};
use chrono_tz::Tz;

/// Microseconds in a second.
pub const MICROS: i64 = 1_000_000;

/// The local calendar position of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// Local date.
    pub date: NaiveDate,
    /// Hour of the local clock, 0–23.
    pub hour: u32,
    /// ISO weekday, 1 = Monday … 7 = Sunday.
    pub weekday: u32,
    /// Whether the clock shows this reading for the second time (end of daylight saving).
    pub fold: bool,
}

/// Where `micros` falls on the local clock of `zone`. `None` outside the representable range.
#[must_use]
pub fn local(zone: Tz, micros: i64) -> Option<Local> {
    let at = DateTime::<Utc>::from_timestamp_micros(micros)?.with_timezone(&zone);
    Some(Local {
        date: at.date_naive(),
        hour: at.hour(),
        weekday: at.weekday().number_from_monday(),
        fold: matches!(
            zone.from_local_datetime(&at.naive_local()),
            LocalResult::Ambiguous(_, later) if later == at
        ),
    })
}

/// The local days of many instants, faster than [`local`]: offsets are looked up once per quarter of an hour.
pub struct LocalDays {
    zone: Tz,
    last: Option<(i64, i64)>,
    known: std::collections::HashMap<i64, i64>,
}

impl LocalDays {
    /// For the days of this zone.
    #[must_use]
    pub fn new(zone: Tz) -> Self {
        Self {
            zone,
            last: None,
            known: std::collections::HashMap::new(),
        }
    }

    /// Days since 1970-01-01 of the local date of an instant in UTC microseconds.
    pub fn of(&mut self, micros: i64) -> i32 {
        // Since 1972 clocks change at quarters of an hour only.
        const QUARTER: i64 = 900 * MICROS;
        let east = if micros < 730 * 86_400 * MICROS {
            self.east(micros)
        } else {
            let quarter = micros.div_euclid(QUARTER);
            match self.last {
                Some((last, east)) if last == quarter => east,
                _ => {
                    let east = match self.known.get(&quarter) {
                        Some(east) => *east,
                        None => self.east(micros),
                    };
                    self.known.insert(quarter, east);
                    self.last = Some((quarter, east));
                    east
                }
            }
        };
        let days = (micros + east * MICROS).div_euclid(86_400 * MICROS);
        i32::try_from(days).unwrap_or(i32::MAX)
    }

    /// Seconds that the local clock is ahead of UTC.
    fn east(&self, micros: i64) -> i64 {
        DateTime::<Utc>::from_timestamp_micros(micros).map_or(0, |at| {
            let local = at.with_timezone(&self.zone).naive_local();
            local.signed_duration_since(at.naive_utc()).num_seconds()
        })
    }
}

/// What a local clock reading means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Exactly one instant.
    One(i64),
    /// The clock showed it twice (end of daylight saving): the earlier instant.
    Twice(i64),
    /// The clock never showed it (start of daylight saving).
    Never,
}

/// The instant at which the clock of `zone` showed `reading`.
#[must_use]
pub fn instant(zone: Tz, reading: NaiveDateTime) -> Reading {
    match zone.from_local_datetime(&reading) {
        LocalResult::Single(at) => Reading::One(at.timestamp_micros()),
        LocalResult::Ambiguous(earlier, _) => Reading::Twice(earlier.timestamp_micros()),
        LocalResult::None => Reading::Never,
    }
}

/// Days since 1970-01-01.
#[must_use]
pub fn epoch_days(date: NaiveDate) -> i32 {
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

/// The date `days` after 1970-01-01.
#[must_use]
pub fn from_epoch_days(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::days(i64::from(days)))
}

/// How finely figures are grouped in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, clap::ValueEnum)]
pub enum Grain {
    /// The whole range at once.
    #[default]
    All,
    /// Hours of the local day, per date.
    Hour,
    /// Local dates.
    Day,
    /// ISO weeks, named by their Monday.
    Week,
    /// Calendar months, named by their first day.
    Month,
}

impl Grain {
    /// The name used in output and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// First day of the period that `date` belongs to.
    #[must_use]
    pub fn first_day(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::All | Self::Hour | Self::Day => date,
            Self::Week => date
                .checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
                .unwrap_or(date),
            Self::Month => date.with_day(1).unwrap_or(date),
        }
    }
}

/// Prints an instant on the clock of `zone`, to the second: `2026-03-29 23:58:11`.
#[must_use]
pub fn print(zone: Tz, micros: i64) -> String {
    DateTime::<Utc>::from_timestamp_micros(micros).map_or_else(String::new, |at| {
        at.with_timezone(&zone)
            .format("%Y-%m-%d %H:%M:%S")
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn shanghai_midnight_starts_the_day() {
        let zone = chrono_tz::Asia::Shanghai;
        let Reading::One(at) = instant(zone, reading("2026-03-02 00:00:00")) else {
            panic!()
        };
        assert_eq!(print(zone, at), "2026-03-02 00:00:00");
        let before = local(zone, at - 1).unwrap();
        assert_eq!(
            (
                before.date.to_string().as_str(),
                before.hour,
                before.weekday
            ),
            ("2026-03-01", 23, 7)
        );
    }

    #[test]
    fn daylight_saving_doubles_and_drops_an_hour() {
        let zone = chrono_tz::America::New_York;
        let first = instant(zone, reading("2026-11-01 01:30:00"));
        let Reading::Twice(at) = first else {
            panic!("{first:?}")
        };
        let (first, second) = (
            local(zone, at).unwrap(),
            local(zone, at + 3600 * MICROS).unwrap(),
        );
        assert_eq!((first.hour, first.fold), (1, false));
        assert_eq!(
            (second.hour, second.fold),
            (1, true),
            "the doubled hour stays two hours"
        );
        assert!(!local(zone, at - 1).unwrap().fold);
        assert_eq!(
            instant(zone, reading("2026-03-08 02:30:00")),
            Reading::Never
        );
    }

    #[test]
    fn periods_start_on_monday_and_on_the_first() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        assert_eq!(Grain::Week.first_day(day).to_string(), "2026-03-23");
        assert_eq!(Grain::Month.first_day(day).to_string(), "2026-03-01");
        assert_eq!(from_epoch_days(epoch_days(day)), Some(day));
    }
}
