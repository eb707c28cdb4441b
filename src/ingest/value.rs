//! Cells → typed values: every way a time, a duration, a number or a yes is written.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use crate::calendar::{self, MICROS, Reading};
use crate::schema::half_width;

use super::Reason;

/// What a cell may say instead of nothing.
const NULLS: &[&str] = &["", "-", "--", "N/A", "n/a", "NULL", "null", "无"];

/// Trims a cell of every kind of white space, of the `'` with which spreadsheets protect text, and folds
/// nothing else.
#[must_use]
pub fn clean(cell: &str) -> &str {
    let trimmed =
        cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    match trimmed.strip_prefix('\'') {
        Some(protected) if protected.starts_with(['+', '=', '-', '@']) || is_number(protected) => {
            protected
        }
        _ => trimmed,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a cleaned cell means that nothing is known.
#[must_use]
pub fn is_null(cell: &str) -> bool {
    NULLS.contains(&cell) || cell.starts_with("0000-00-00")
}

/// An identifier. Scientific notation has lost digits and is refused.
///
/// # Errors
/// [`Reason::ScientificId`].
pub fn id(cell: &str) -> Result<&str, Reason> {
    let bytes = cell.as_bytes();
    let scientific = bytes.first().is_some_and(u8::is_ascii_digit)
        && cell.find(['E', 'e']).is_some_and(|at| {
            let (mantissa, exponent) = (&cell[..at], &cell[at + 1..]);
            mantissa.contains('.')
                && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && exponent.starts_with('+')
                && is_number(&exponent[1..])
        });
    if scientific {
        Err(Reason::ScientificId)
    } else {
        Ok(cell)
    }
}

/// A number with optional thousands separators, full-width digits or a trailing yuan sign.
///
/// # Errors
/// [`Reason::BadNumber`] when it is not one or not finite.
pub fn number(cell: &str) -> Result<f64, Reason> {
    if let Ok(value) = cell.parse::<f64>() {
        return if value.is_finite() {
            Ok(value)
        } else {
            Err(Reason::BadNumber)
        };
    }
    let folded: String = cell.chars().map(half_width).collect();
    let bare = folded
        .trim_start_matches(['¥', '￥'])
        .trim_end_matches(['元', '分']);
    let grouped = bare.contains(',')
        && bare.split(',').skip(1).all(|group| {
            let digits = group.split('.').next().unwrap_or(group);
            digits.len() == 3 && is_number(digits)
        });
    let plain = if grouped {
        bare.replace(',', "")
    } else {
        bare.to_owned()
    };
    plain
        .parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .ok_or(Reason::BadNumber)
}

/// A whole number.
///
/// # Errors
/// [`Reason::BadNumber`].
pub fn integer(cell: &str) -> Result<i64, Reason> {
    if let Ok(value) = cell.parse() {
        return Ok(value);
    }
    let value = number(cell)?;
    // Beyond 2^53 a float no longer says which whole number was meant.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and within 2^53, checked above"
        )]
        Ok(value as i64)
    } else {
        Err(Reason::BadNumber)
    }
}

/// Yes or no.
///
/// # Errors
/// [`Reason::BadFlag`].
pub fn flag(cell: &str) -> Result<bool, Reason> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "是" | "有" | "已解决" | "通过" | "合格" | "√" => {
            Ok(true)
        }
        "0" | "false" | "f" | "no" | "n" | "否" | "未解决" | "不通过" | "不合格" | "×" => {
            Ok(false)
        }
        _ => Err(Reason::BadFlag),
    }
}

/// A duration in seconds: `95`, `95.5`, `1:35`, `0:01:35`, `0.01.35`, `1分35秒`, `PT`-free; a plain number is in
/// units of `unit` seconds.
///
/// # Errors
/// [`Reason::BadDuration`] when the form is unknown or minutes or seconds exceed 59.
pub fn duration(cell: &str, unit: f64) -> Result<f64, Reason> {
    if let Ok(value) = cell.parse::<f64>() {
        return if value.is_finite() {
            Ok(value * unit)
        } else {
            Err(Reason::BadDuration)
        };
    }
    if cell.contains([':', '：']) || cell.matches('.').count() == 2 {
        return clock_duration(cell);
    }
    chinese_duration(cell)
}

/// `h:mm:ss`, `m:ss`, `h.mm.ss`, with an optional fraction of a second after colons.
fn clock_duration(cell: &str) -> Result<f64, Reason> {
    let folded: String = cell.chars().map(half_width).collect();
    let (negative, body) = match folded.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, folded.as_str()),
    };
    let separator = if body.contains(':') { ':' } else { '.' };
    let parts: Vec<&str> = body.split(separator).collect();
    let mut seconds = 0.0;
    let in_form = (2..=3).contains(&parts.len());
    for (position, part) in parts.iter().enumerate() {
        let value: f64 = part.parse().map_err(|_| Reason::BadDuration)?;
        let digits = part.starts_with(|c: char| c.is_ascii_digit());
        if !in_form || !digits || (position > 0 && value >= 60.0) {
            return Err(Reason::BadDuration);
        }
        seconds = seconds * 60.0 + value;
    }
    Ok(if negative { -seconds } else { seconds })
}

/// `1小时2分3秒`, `2分钟`, `45秒`.
fn chinese_duration(cell: &str) -> Result<f64, Reason> {
    let mut rest = cell;
    let mut seconds = 0.0;
    for (names, factor) in [
        (["小时", "时"], 3600.0),
        (["分钟", "分"], 60.0),
        (["秒钟", "秒"], 1.0),
    ] {
        let Some((at, name)) = names
            .iter()
            .find_map(|name| rest.find(name).map(|at| (at, *name)))
        else {
            continue;
        };
        seconds += number(rest[..at].trim()).map_err(|_| Reason::BadDuration)? * factor;
        rest = rest[at + name.len()..].trim();
    }
    if rest.is_empty() && rest.len() < cell.len() {
        Ok(seconds)
    } else {
        Err(Reason::BadDuration)
    }
}

/// An instant as UTC microseconds. Times without an offset are read on the clock of `zone`; a reading
/// that occurs twice means the earlier one.
///
/// # Errors
/// [`Reason::BadTime`] for an unknown form or an impossible date, [`Reason::SkippedTime`] for a reading the
/// clock jumped over.
pub fn instant(cell: &str, zone: Tz, format: Option<&str>) -> Result<i64, Reason> {
    if let Some(format) = format {
        let reading = NaiveDateTime::parse_from_str(cell, format).or_else(|_| {
            NaiveDate::parse_from_str(cell, format).map(|d| d.and_time(NaiveTime::MIN))
        });
        return on_clock(zone, reading.map_err(|_| Reason::BadTime)?);
    }
    if let Some(epoch) = epoch(cell) {
        return Ok(epoch);
    }
    let (body, offset) = split_offset(cell);
    let reading = reading(body).ok_or(Reason::BadTime)?;
    match offset {
        Some(seconds) => Ok(reading.and_utc().timestamp_micros() - seconds * MICROS),
        None => on_clock(zone, reading),
    }
}

fn on_clock(zone: Tz, reading: NaiveDateTime) -> Result<i64, Reason> {
    match calendar::instant(zone, reading) {
        Reading::One(at) | Reading::Twice(at) => Ok(at),
        Reading::Never => Err(Reason::SkippedTime),
    }
}

/// Epoch seconds (10 digits, with or without a fraction) or milliseconds (13 digits): 2001 to 2286.
fn epoch(cell: &str) -> Option<i64> {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    if !is_number(whole) || !(fraction.is_empty() || is_number(fraction)) {
        return None;
    }
    match (whole.len(), fraction.len()) {
        (10, 0..=6) => {
            let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
            Some(whole.parse::<i64>().ok()? * MICROS + micros)
        }
        (13, 0) => Some(whole.parse::<i64>().ok()? * 1000),
        _ => None,
    }
}

/// Splits a trailing `Z`, `+08:00`, `+0800` or ` +0800` off; the offset in seconds east.
fn split_offset(cell: &str) -> (&str, Option<i64>) {
    if let Some(body) = cell.strip_suffix(['Z', 'z']) {
        return (body.trim_end(), Some(0));
    }
    let Some(at) = cell.rfind(['+', '-']).filter(|at| *at > 10) else {
        return (cell, None);
    };
    let digits: String = cell[at + 1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !is_number(&digits) {
        return (cell, None);
    }
    let (hours, minutes): (i64, i64) = (
        digits[..2].parse().unwrap_or(0),
        digits[2..].parse().unwrap_or(0),
    );
    let seconds = hours * 3600 + minutes * 60;
    (
        cell[..at].trim_end(),
        Some(if cell[at..].starts_with('-') {
            -seconds
        } else {
            seconds
        }),
    )
}

/// A clock reading: `2026-03-02 09:15[:22[.5]]`, with `/`, `.` or 年月日 in the date, `T` or spaces between.
fn reading(text: &str) -> Option<NaiveDateTime> {
    let folded;
    let text = if text.is_ascii() {
        text
    } else {
        folded = text
            .chars()
            .map(|c| match half_width(c) {
                '年' | '月' => '-',
                '日' | '秒' => ' ',
                '时' | '分' => ':',
                other => other,
            })
            .collect::<String>();
        folded.trim_end_matches([' ', ':'])
    };
    let (day, clock) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    Some(date(day)?.and_time(if clock.is_empty() {
        NaiveTime::MIN
    } else {
        time(clock)?
    }))
}

/// A calendar day, year first: `2026-03-02`, `2026/3/2`, `2026.3.2`, `20260302`.
#[must_use]
pub fn date(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && is_number(text) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let separator = text
        .chars()
        .find(|c| !c.is_ascii_digit())
        .filter(|c| "-/.".contains(*c))?;
    let mut parts = text.split(separator);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?.trim());
    let in_form = parts.next().is_none()
        && year.len() == 4
        && [year, month, day].iter().all(|part| is_number(part))
        && month.len() <= 2
        && day.len() <= 2;
    if !in_form {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A time of day: `9:15`, `09:15:22`, `09:15:22.500`, `9.12.58`.
fn time(text: &str) -> Option<NaiveTime> {
    let separator = if text.contains(':') { ':' } else { '.' };
    let mut parts = text.splitn(3, separator);
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (second, fraction) = match parts.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "")),
        None => ("0", ""),
    };
    if fraction.len() > 9 || !(fraction.is_empty() || is_number(fraction)) {
        return None;
    }
    let micros: u32 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    NaiveTime::from_hms_micro_opt(hour, minute, second.parse().ok()?, micros)
}

/// A date column's cell, which may carry a midnight.
///
/// # Errors
/// [`Reason::BadTime`].
pub fn day(cell: &str) -> Result<NaiveDate, Reason> {
    reading(cell)
        .map(|at| at.date())
        .or_else(|| {
            DateTime::parse_from_rfc3339(cell)
                .ok()
                .map(|at| at.date_naive())
        })
        .ok_or(Reason::BadTime)
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
