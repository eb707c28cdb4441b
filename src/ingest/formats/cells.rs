//! Numbers and times of typed cells as text.

use std::fmt::Write;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// Spreadsheets keep 15 digits.
pub const SHEET_DIGITS: f64 = 1e15;
/// A double keeps every whole number below 2^53.
pub const DOUBLE_DIGITS: f64 = 9_007_199_254_740_992.0;

const DAY_MS: i64 = 86_400_000;

/// A number: whole ones without point or exponent, others as short as they can be read back.
///
/// From `limit` on, digits may have been lost: such a number is written in scientific notation, which the
/// rules of identifiers refuse.
#[must_use]
pub fn number(value: f64, limit: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    if value.abs() >= limit {
        let text = format!("{value:E}");
        let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
        let point = if mantissa.contains('.') { "" } else { ".0" };
        return format!("{mantissa}{point}E+{exponent}");
    }
    if value == 0.0 {
        // Not "-0".
        return "0".to_owned();
    }
    value.to_string()
}

/// Milliseconds of a count of days; what is within one of a whole second is that second, because a clock
/// reading kept as a fraction of a day is never exact.
#[allow(clippy::cast_possible_truncation)]
fn milliseconds(days: f64) -> i64 {
    // The callers have bounded it: 9999-12-31 is 2.6e14 ms.
    whole_second((days * DAY_MS as f64).round() as i64)
}

const fn whole_second(ms: i64) -> i64 {
    match ms.rem_euclid(1000) {
        1 => ms - 1,
        999 => ms + 1,
        _ => ms,
    }
}

/// A serial date of a spreadsheet: `YYYY-MM-DD HH:MM:SS[.mmm]`, below one day `HH:MM:SS`.
#[must_use]
pub fn serial(value: f64, from_1904: bool) -> String {
    if !(0.0..2_958_466.0).contains(&value) {
        return number(value, SHEET_DIGITS);
    }
    let ms = milliseconds(value);
    let time = clock(ms.rem_euclid(DAY_MS));
    let day = ms.div_euclid(DAY_MS).unsigned_abs();
    if value < 1.0 {
        return if day == 0 {
            time
        } else {
            "23:59:59".to_owned()
        };
    }
    let epoch = if from_1904 {
        NaiveDate::from_ymd_opt(1904, 1, 1)
    } else if day < 60 {
        // Before the 29 February 1900 that never was.
        NaiveDate::from_ymd_opt(1899, 12, 31)
    } else {
        NaiveDate::from_ymd_opt(1899, 12, 30)
    };
    epoch
        .and_then(|epoch| epoch.checked_add_days(Days::new(day)))
        .map_or_else(
            || number(value, SHEET_DIGITS),
            |date| format!("{date} {time}"),
        )
}

/// A count of days formatted as a duration: `H:MM:SS[.mmm]`.
#[must_use]
pub fn duration(days: f64) -> String {
    if days.is_finite() && days.abs() < 2_958_466.0 {
        milliseconds_as_hours(milliseconds(days), 1)
    } else {
        number(days, SHEET_DIGITS)
    }
}

/// `HH:MM:SS[.mmm]` of milliseconds since midnight.
fn clock(ms: i64) -> String {
    milliseconds_as_hours(ms, 2)
}

fn milliseconds_as_hours(ms: i64, digits: usize) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let ms = ms.unsigned_abs();
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let mut text = format!("{sign}{hours:0digits$}:{minutes:02}:{seconds:02}");
    if !ms.is_multiple_of(1000) {
        let _ = write!(text, ".{:03}", ms % 1000);
    }
    text
}

/// An ISO date or time of a cell, as [`serial`] writes it; anything else as it is.
#[must_use]
pub fn iso_time(text: &str) -> String {
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|d| d.and_time(NaiveTime::MIN));
    let Ok(time) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").or_else(|_| date())
    else {
        return text.to_owned();
    };
    let nanos = i64::from(time.nanosecond());
    let ms = whole_second((nanos + 500_000) / 1_000_000);
    let rounded = time
        .with_nanosecond(0)
        .and_then(|t| t.checked_add_signed(chrono::TimeDelta::milliseconds(ms)))
        .unwrap_or(time);
    let mut shown = rounded.format("%Y-%m-%d %H:%M:%S").to_string();
    if rounded.nanosecond() > 0 {
        let _ = write!(shown, ".{:03}", rounded.nanosecond() / 1_000_000);
    }
    shown
}

/// An ISO duration such as `PT09H14M59.5S` as `HH:MM:SS[.mmm]`; one with months or years as it is.
#[must_use]
pub fn iso_duration(text: &str) -> String {
    iso_milliseconds(text).map_or_else(|| text.to_owned(), clock)
}

#[allow(clippy::cast_possible_truncation)]
fn iso_milliseconds(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (days, time) = text.strip_prefix('P')?.split_once('T')?;
    let mut total = 0.0;
    if !days.is_empty() {
        total += days.strip_suffix('D')?.parse::<f64>().ok()? * 86_400.0;
    }
    let mut rest = time;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let value: f64 = rest[..at].parse().ok()?;
        total += value
            * match &rest[at..=at] {
                "H" => 3600.0,
                "M" => 60.0,
                "S" => 1.0,
                _ => return None,
            };
        rest = &rest[at + 1..];
    }
    let bounded = rest.is_empty() && total < 1e11;
    bounded.then(|| sign * whole_second((total * 1000.0).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let cases = [
            (42.0, "42"),
            (-3.0, "-3"),
            (-0.0, "0"),
            (12.5, "12.5"),
            (0.1, "0.1"),
            (1e-7, "0.0000001"),
            (773_012_345_678_901.0, "773012345678901"),
            (1e15, "1.0E+15"),
            (7.73e15, "7.73E+15"),
            (-7.73e17, "-7.73E+17"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value, SHEET_DIGITS), expected);
        }
        assert_eq!(number(7.73e15, DOUBLE_DIGITS), "7730000000000000");
        assert_eq!(number(f64::NAN, SHEET_DIGITS), "");
    }

    #[test]
    fn serial_dates_are_clock_readings() {
        let cases = [
            (46_027.0, "2026-01-05 00:00:00"),
            // 09:14:59.9996 and 09:15:00.0004 are both 09:15.
            (
                46_027.0 + (33_300.0 - 0.0004) / 86_400.0,
                "2026-01-05 09:15:00",
            ),
            (
                46_027.0 + (33_300.0 + 0.0008) / 86_400.0,
                "2026-01-05 09:15:00",
            ),
            (46_027.0 + 33_300.25 / 86_400.0, "2026-01-05 09:15:00.250"),
            (46_026.999_999_999_9, "2026-01-05 00:00:00"),
            (0.0, "00:00:00"),
            (0.385_416_666_666_666_7, "09:15:00"),
            (0.999_999_999_9, "23:59:59"),
            (1.0, "1900-01-01 00:00:00"),
            (61.0, "1900-03-01 00:00:00"),
            (-1.5, "-1.5"),
            (3e6, "3000000"),
        ];
        for (value, expected) in cases {
            assert_eq!(serial(value, false), expected, "{value}");
        }
        assert_eq!(serial(44_565.5, true), "2026-01-05 12:00:00");
        assert_eq!(serial(0.5, true), "12:00:00");
    }

    #[test]
    fn every_second_of_a_day_survives() {
        for second in 0..86_400 {
            let text = serial(46_027.0 + f64::from(second) / 86_400.0, false);
            let expected = format!(
                "2026-01-05 {:02}:{:02}:{:02}",
                second / 3600,
                second / 60 % 60,
                second % 60
            );
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn durations_count_hours_beyond_a_day() {
        assert_eq!(duration(205.0 / 86_400.0), "0:03:25");
        assert_eq!(duration(26.5 / 24.0), "26:30:00");
        assert_eq!(duration(-1.0 / 24.0), "-1:00:00");
        assert_eq!(iso_duration("PT09H14M59S"), "09:14:59");
        assert_eq!(iso_duration("PT0H3M25.5S"), "00:03:25.500");
        assert_eq!(iso_duration("P1DT2H"), "26:00:00");
        assert_eq!(iso_duration("P1Y"), "P1Y");
    }

    #[test]
    fn iso_dates_are_written_like_the_others() {
        assert_eq!(iso_time("2026-01-05"), "2026-01-05 00:00:00");
        assert_eq!(
            iso_time("2026-01-05T09:14:59.999999999"),
            "2026-01-05 09:15:00"
        );
        assert_eq!(
            iso_time("2026-01-05T09:14:59.250"),
            "2026-01-05 09:14:59.250"
        );
        assert_eq!(iso_time("2026-01-05T09:14:59Z"), "2026-01-05T09:14:59Z");
    }
}
