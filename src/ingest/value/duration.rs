//! Durations in every form they are written in.

use super::Reason;
use super::number;

/// How the durations of one column are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DurationForm {
    /// Seconds that a plain number counts: 1 for seconds, 0.001 for milliseconds, 86 400 for the fractions
    /// of a day in which spreadsheets keep durations.
    pub unit_s: f64,
}

impl Default for DurationForm {
    fn default() -> Self {
        Self { unit_s: 1.0 }
    }
}

const DAY: f64 = 86_400.0;
const HOUR: f64 = 3600.0;
const MINUTE: f64 = 60.0;

/// A duration in seconds.
///
/// A plain number counts the unit of `form`; besides there are `h:mm:ss[.f]`, `m:ss`, `h.mm.ss`, `d:hh:mm:ss`,
/// `1d 02:03:04`, `1小时2分3秒`, `1h 2m 3s`, `95 sec`, `500ms`, `1'35"`, `PT1M35S`, all with an optional minus sign
/// and full-width characters.
///
/// # Errors
/// [`Reason::BadDuration`] when the form is unknown, or minutes or seconds behind a colon exceed 59.
#[inline]
pub fn duration(cell: &str, form: DurationForm) -> Result<f64, Reason> {
    match usual(cell.as_bytes()) {
        Some(Usual::Plain(value)) => Ok(scaled(value, form.unit_s)),
        Some(Usual::Clock(seconds)) => Ok(seconds),
        None => unusual(cell, form).ok_or(Reason::BadDuration),
    }
}

fn scaled(value: f64, unit_s: f64) -> f64 {
    let seconds = value * unit_s;
    if unit_s >= DAY {
        // A fraction of a day is a whole second only nearly.
        (seconds * 1000.0).round() / 1000.0
    } else {
        seconds
    }
}

enum Usual {
    Plain(f64),
    Clock(f64),
}

/// Whole numbers and `h:mm:ss` without anything around them.
#[inline]
fn usual(cell: &[u8]) -> Option<Usual> {
    // Nine digits fit into the integer and say every duration.
    if cell.is_empty() || cell.len() > 9 {
        return None;
    }
    if let Some((hours, tail)) = cell.split_last_chunk::<6>()
        && let [b':', m1, m2, b':', s1, s2] = tail
    {
        let hours = digits(hours)?;
        let (minutes, seconds) = (digits(&[*m1, *m2])?, digits(&[*s1, *s2])?);
        return (minutes < 60 && seconds < 60)
            .then(|| Usual::Clock(f64::from(hours * 3600 + minutes * 60 + seconds)));
    }
    digits(cell).map(|value| Usual::Plain(f64::from(value)))
}

#[inline]
fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0, |value: u32, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + u32::from(byte - b'0'))
    })
}

fn unusual(cell: &str, form: DurationForm) -> Option<f64> {
    let folded = number::folded(cell);
    let text = folded.trim();
    let (sign, body) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(body) => (-1.0, body.trim_start()),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    // `--5` and `+-5` are nothing.
    if body.starts_with(['-', '+']) {
        return None;
    }
    // Words end in a unit; there is no need to try them as numbers.
    if body.ends_with(|c: char| c.is_ascii_digit() || c == '.')
        && let Some(value) = number::grouped(body)
    {
        return Some(sign * scaled(value, form.unit_s));
    }
    let seconds = if body.starts_with(['P', 'p']) {
        iso(&body[1..])
    } else {
        clock(body).or_else(|| worded(body))
    }?;
    Some(sign * seconds)
}

/// `h:mm:ss`, `m:ss`, `h.mm.ss`, `d:hh:mm:ss`, `d.hh:mm:ss`; a fraction of a second behind colons.
fn clock(body: &str) -> Option<f64> {
    let colons = body.contains(':');
    let mut parts = [""; 4];
    let mut count = 0;
    for part in body.split(if colons { ':' } else { '.' }) {
        *parts.get_mut(count)? = part;
        count += 1;
    }
    let parts = &parts[..count];
    if !colons {
        let [hours, minutes, seconds] = parts else {
            return None;
        };
        return hms(hours, minutes, whole(seconds)?);
    }
    let seconds = seconds(parts.last()?)?;
    match parts {
        [minutes, _] => Some(whole(minutes)? * MINUTE + below(seconds, MINUTE)?),
        [hours, minutes, _] => match hours.split_once('.') {
            Some((days, hours)) if hours.len() == 2 => {
                Some(whole(days)? * DAY + within_day(hours, minutes, seconds)?)
            }
            _ => hms(hours, minutes, seconds),
        },
        // Four single digits are a version or an address rather than days.
        [days, hours, minutes, last] if minutes.len() == 2 && last.len() >= 2 => {
            Some(whole(days)? * DAY + within_day(hours, minutes, seconds)?)
        }
        _ => None,
    }
}

fn hms(hours: &str, minutes: &str, seconds: f64) -> Option<f64> {
    let minutes = below(whole(minutes)?, MINUTE)?;
    Some(whole(hours)? * HOUR + minutes * MINUTE + below(seconds, MINUTE)?)
}

fn within_day(hours: &str, minutes: &str, seconds: f64) -> Option<f64> {
    below(hms(hours, minutes, seconds)?, DAY)
}

fn below(value: f64, limit: f64) -> Option<f64> {
    (value < limit).then_some(value)
}

/// Digits only, so that neither a sign nor an exponent hides in a part.
fn whole(part: &str) -> Option<f64> {
    if number::is_digits(part) {
        number::plain(part)
    } else {
        None
    }
}

fn seconds(part: &str) -> Option<f64> {
    let (digits, fraction) = part.split_once(['.', ',']).unwrap_or((part, "0"));
    if number::is_digits(digits) && number::is_digits(fraction) {
        number::plain(&part.replace(',', "."))
    } else {
        None
    }
}

/// Seconds in a unit, by its name in either language.
pub(super) fn unit(name: &str) -> Option<f64> {
    Some(match name {
        "天" | "日" | "d" | "day" | "days" => DAY,
        "小时" | "个小时" | "时" | "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "分钟" | "分" | "m" | "min" | "mins" | "minute" | "minutes" | "'" | "′" => MINUTE,
        "秒" | "秒钟" | "s" | "sec" | "secs" | "second" | "seconds" | "\"" | "″" => 1.0,
        "毫秒" | "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 1e-3,
        "微秒" | "us" | "µs" | "microsecond" | "microseconds" => 1e-6,
        _ => return None,
    })
}

/// Numbers with units, the larger first: `1小时2分3秒`, `1h 2m 3s`, `2天3小时`, `1 day, 02:03:04`.
fn worded(body: &str) -> Option<f64> {
    let mut rest = body;
    let mut total = 0.0;
    let mut last = f64::INFINITY;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, tail) = rest.split_at(end);
        if last >= DAY && last.is_finite() && tail.starts_with(':') {
            return Some(total + below(clock(rest)?, DAY)?);
        }
        let tail = tail.trim_start();
        let end = tail
            .find(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == ',')
            .unwrap_or(tail.len());
        let (name, tail) = tail.split_at(end);
        let factor = unit(name).or_else(|| unit(&name.to_ascii_lowercase()))?;
        if factor >= last || !value.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        total += number::plain(value)? * factor;
        last = factor;
        rest = tail.trim_start_matches([' ', ',']);
    }
    last.is_finite().then_some(total)
}

/// What stands behind the P of an ISO 8601 duration: `T1M35S`, `1DT2H`. Months and years have no length.
fn iso(body: &str) -> Option<f64> {
    let upper = body.to_ascii_uppercase();
    let (days, clock) = match upper.split_once('T') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (upper.as_str(), ""),
    };
    let mut total = 0.0;
    if !days.is_empty() {
        total += whole(days.strip_suffix('D')?)? * DAY;
    }
    let mut rest = clock;
    for (name, factor) in [('H', HOUR), ('M', MINUTE), ('S', 1.0)] {
        if let Some((value, tail)) = rest.split_once(name) {
            total += seconds(value)? * factor;
            rest = tail;
        }
    }
    (rest.is_empty() && !upper.is_empty()).then_some(total)
}

#[cfg(test)]
#[path = "duration_tests.rs"]
mod tests;
