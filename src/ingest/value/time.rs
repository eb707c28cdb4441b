//! The time of day and the offset behind a date, and the whole reading of a cell.

use std::borrow::Cow;

use crate::calendar::MICROS;
use crate::schema::half_width;

use super::civil::{self, DAY_S};
use super::date::{self, digits, word};
use super::order::Order;

/// What a cell says about time, before a zone is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// UTC microseconds.
    Utc(i64),
    /// A reading of the local clock: days since 1970-01-01 and microseconds of that day (up to a whole one).
    Local(i32, i64),
    /// A reading of a clock so many seconds east of UTC.
    Offset(i32, i64, i64),
}

impl Moment {
    /// The day that is written, in days since 1970-01-01; an epoch writes none. The end of a day is the next.
    pub(super) fn written_day(self) -> Option<i32> {
        match self {
            Self::Utc(_) => None,
            Self::Local(day, micros) | Self::Offset(day, micros, _) => {
                Some(day + i32::from(micros == DAY_S * MICROS))
            }
        }
    }
}

/// Day 0 of the spreadsheet calendar (1899-12-30) counted back from 1970-01-01.
const SERIAL_EPOCH: i32 = 25_569;

/// Serial dates that are believed, 1954 to 2119: outside, a number is a number.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// Brings a cell to ASCII where it is not: 年月日时分秒, 上午/下午, 星期一, full-width forms.
pub(super) fn fold(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() {
        return Cow::Borrowed(cell);
    }
    let mut out = String::with_capacity(cell.len() + 4);
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        match half_width(c) {
            '年' => {
                // With its name beside it even a year of two digits is evident.
                let start = out.trim_end_matches(|c: char| c.is_ascii_digit()).len();
                if out.len() - start == 2
                    && let Ok(two) = out[start..].parse::<u32>()
                {
                    out.truncate(start);
                    out.push_str(&civil::full_year(two).to_string());
                }
                out.push('-');
            }
            '月' => out.push('-'),
            '日' | '号' | '秒' => out.push(' '),
            '时' | '点' => out.push_str(
                if chars
                    .peek()
                    .is_some_and(|c| half_width(*c).is_ascii_digit())
                {
                    ":"
                } else {
                    ":00"
                },
            ),
            '分' => {
                if chars
                    .peek()
                    .is_some_and(|c| half_width(*c).is_ascii_digit())
                {
                    out.push(':');
                }
            }
            half @ ('上' | '下') if chars.peek() == Some(&'午') => {
                chars.next();
                out.push_str(if half == '上' { " AM " } else { " PM " });
            }
            '星' if chars.peek() == Some(&'期') => {
                chars.next();
                chars.next();
                out.push(' ');
            }
            '周' => {
                chars.next();
                out.push(' ');
            }
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// Reads a cell of folded text. `None` for an unknown form or an impossible date or time.
pub(super) fn read(text: &str, order: Option<Order>) -> Option<Moment> {
    let bytes = text.trim_ascii().as_bytes();
    if let Some(moment) = number(bytes) {
        return Some(moment);
    }
    let (day, at) = if let Some(serial) = serial_day(bytes) {
        serial
    } else {
        let (written, at) = date::scan(bytes)?;
        (written.day(order)?, at)
    };
    let rest = &bytes[at..];
    let joined = rest
        .iter()
        .position(|byte| !b" \t,".contains(byte))
        .unwrap_or(rest.len());
    let rest = match &rest[joined..] {
        [b'T' | b't', clock @ ..] if joined == 0 => clock,
        // A date must end where it ends: `2026-03-0209:15` is nobody's form.
        [b'0'..=b'9' | b'.' | b'/', ..] if joined == 0 => return None,
        other => other,
    };
    let (micros, rest) = match clock(rest) {
        Some((micros, taken)) => (micros, &rest[taken..]),
        None => (0, rest),
    };
    match offset(rest.trim_ascii())? {
        Stated::Nothing => Some(Moment::Local(day, micros)),
        Stated::East(east) => Some(Moment::Offset(day, micros, east)),
    }
}

/// A fraction of a second or of a millisecond: the value of its first `places` digits.
fn fraction(digits: &[u8], places: usize) -> Option<i64> {
    if digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((0..places).fold(0, |value, at| {
        value * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0'))
    }))
}

/// A cell that is one number: epoch seconds, milliseconds or microseconds, a serial date, or a date and
/// time without anything between.
fn number(bytes: &[u8]) -> Option<Moment> {
    let point = bytes.iter().position(|byte| !byte.is_ascii_digit());
    let (whole, part) = match point {
        Some(at) if bytes[at] == b'.' => (&bytes[..at], &bytes[at + 1..]),
        Some(_) => return None,
        None => (bytes, &bytes[..0]),
    };
    if whole.len() == 5 {
        return serial(str::from_utf8(bytes).ok()?.parse().ok()?);
    }
    if !matches!(whole.len(), 10 | 13 | 14 | 16) {
        return None;
    }
    let value = whole
        .iter()
        .fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    match whole.len() {
        10 => Some(Moment::Utc(value * MICROS + fraction(part, 6)?)),
        13 => Some(Moment::Utc(value * 1000 + fraction(part, 3)?)),
        16 if part.iter().all(|digit| *digit == b'0') => Some(Moment::Utc(value)),
        14 => {
            let ymd = u32::try_from(value / 1_000_000).ok()?;
            let clock = value % 1_000_000;
            let day = civil::days((ymd / 10_000).cast_signed(), ymd / 100 % 100, ymd % 100)?;
            let micros = of_day(
                clock / 10_000,
                clock / 100 % 100,
                clock % 100,
                fraction(part, 6)?,
            )?;
            Some(Moment::Local(day, micros))
        }
        _ => None,
    }
}

/// A serial date with its fraction of a day, to the nearest millisecond.
fn serial(value: f64) -> Option<Moment> {
    if !SERIALS.contains(&value) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most 80 000, checked above"
    )]
    let day = value.floor() as i32 - SERIAL_EPOCH;
    Some(Moment::Local(day, of_fraction(value.fract())))
}

/// A fraction of a day in microseconds, to the nearest millisecond.
fn of_fraction(day: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a day")]
    let millis = (day * 86_400_000.0).round() as i64;
    millis * 1000
}

/// A serial date with something behind it: `44986 0.39`, two columns joined.
fn serial_day(bytes: &[u8]) -> Option<(i32, usize)> {
    let (value, count) = digits(bytes, 0);
    let zeros = match &bytes[count..] {
        [b'.', b'0', ..] => 2,
        _ => 0,
    };
    if count == 5 && bytes.get(count + zeros) == Some(&b' ') && SERIALS.contains(&f64::from(value))
    {
        Some((value.cast_signed() - SERIAL_EPOCH, count + zeros))
    } else {
        None
    }
}

/// Microseconds of the day. `24:00:00` is the end of the day and thereby the beginning of the next.
fn of_day(hour: i64, minute: i64, second: i64, micros: i64) -> Option<i64> {
    let total = (hour * 3600 + minute * 60 + second) * MICROS + micros;
    (minute < 60 && second < 60 && total <= DAY_S * MICROS).then_some(total)
}

/// The time of day at the beginning of `bytes` as microseconds, and the number of bytes it takes.
fn clock(bytes: &[u8]) -> Option<(i64, usize)> {
    if let Some(found) = day_fraction(bytes) {
        return Some(found);
    }
    let before = meridiem(bytes);
    let start = before.map_or(0, |(_, taken)| taken);
    let (hour, hour_digits) = digits(bytes, start);
    let mut at = start + hour_digits;
    let separator = *bytes.get(at)?;
    let (minute, minute_digits) = digits(bytes, at + 1);
    if !matches!(separator, b':' | b'.')
        || !matches!(hour_digits, 1 | 2)
        || !matches!(minute_digits, 1 | 2)
    {
        return None;
    }
    at += 1 + minute_digits;
    let (mut second, mut micros) = (0, 0);
    if bytes.get(at) == Some(&separator) {
        let (value, count) = digits(bytes, at + 1);
        if !matches!(count, 1 | 2) {
            return None;
        }
        second = value;
        at += 1 + count;
        if let Some(b'.' | b',') = bytes.get(at) {
            let (_, count) = digits(bytes, at + 1);
            if count > 0 {
                micros = fraction(&bytes[at + 1..=at + count], 6)?;
                at += 1 + count;
            }
        }
    }
    let after = if before.is_none() {
        meridiem(&bytes[at..])
    } else {
        None
    };
    at += after.map_or(0, |(_, taken)| taken);
    let hour = match before.or(after) {
        None => hour,
        Some((Half::Morning, _)) if hour <= 12 => hour % 12,
        Some((Half::Morning, _)) => return None,
        // `13:15 PM` says the same thing twice.
        Some((Half::Afternoon, _)) if hour > 12 => hour,
        Some((Half::Afternoon, _)) => hour % 12 + 12,
    };
    Some((
        of_day(hour.into(), minute.into(), second.into(), micros)?,
        at,
    ))
}

/// A part of the day as spreadsheets store it: `0.39`, `0`, `6.9E-4`. `0.02.23` is a clock.
fn day_fraction(bytes: &[u8]) -> Option<(i64, usize)> {
    let end = bytes
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(bytes.len());
    let token = &bytes[..end];
    let exponent = token
        .windows(2)
        .any(|pair| pair.eq_ignore_ascii_case(b"e-"));
    if token != b"0" && !token.starts_with(b"0.") && !exponent {
        return None;
    }
    let value: f64 = str::from_utf8(token).ok()?.parse().ok()?;
    (0.0..1.0)
        .contains(&value)
        .then(|| (of_fraction(value), end))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// `AM`, `p.m.` with the blanks around it.
fn meridiem(bytes: &[u8]) -> Option<(Half, usize)> {
    let blanks = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| **byte == b' ')
            .count()
    };
    let start = blanks(0);
    let half = match bytes.get(start)? {
        b'a' | b'A' => Half::Morning,
        b'p' | b'P' => Half::Afternoon,
        _ => return None,
    };
    let taken = match &bytes[start + 1..] {
        [b'm' | b'M', ..] => 2,
        [b'.', b'm' | b'M', b'.', ..] => 4,
        _ => return None,
    };
    let end = start + taken;
    if bytes.get(end).is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    Some((half, end + blanks(end)))
}

/// What stands behind the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stated {
    /// No offset.
    Nothing,
    /// One in seconds east of UTC.
    East(i64),
}

/// The offset that is all of `bytes`: `Z`, `+08:00`, `+0800`, `+08`, `UTC`, `GMT+8`, `(UTC+8)`, with a remark
/// in parentheses behind. `None` when it is something else.
fn offset(bytes: &[u8]) -> Option<Stated> {
    if bytes.is_empty() {
        return Some(Stated::Nothing);
    }
    if let [b'(', inner @ .., b')'] = bytes {
        return match inner.first()? {
            b'(' => None,
            _ => offset(inner.trim_ascii()),
        };
    }
    let name = word(bytes, 0);
    let at = name.len();
    let named = name.eq_ignore_ascii_case(b"z")
        || name.eq_ignore_ascii_case(b"utc")
        || name.eq_ignore_ascii_case(b"gmt");
    if !named && !name.is_empty() {
        return None;
    }
    let sign = match bytes.get(at) {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ if named => return remark(&bytes[at..]).then_some(Stated::East(0)),
        _ => return None,
    };
    let (value, count) = digits(bytes, at + 1);
    let mut end = at + 1 + count;
    let (hours, minutes) = match count {
        4 => (value / 100, value % 100),
        1 | 2 if bytes.get(end) == Some(&b':') => {
            let (minutes, 2) = digits(bytes, end + 1) else {
                return None;
            };
            end += 3;
            (value, minutes)
        }
        1 | 2 => (value, 0),
        _ => return None,
    };
    // No clock on earth is further than fifteen hours from UTC.
    let known = hours <= 15 && minutes < 60 && remark(&bytes[end..]);
    known.then(|| Stated::East(sign * i64::from(hours * 3600 + minutes * 60)))
}

/// Nothing, or a name of the zone in parentheses.
fn remark(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii(), [] | [b'(', .., b')'])
}
