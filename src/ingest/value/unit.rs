//! The unit of a column of durations: from its header, or from its values.

use crate::schema::half_width;

use super::duration::{DurationForm, unit};
use super::number;

/// Evidence about the unit of the plain numbers in a column of durations.
///
/// Spreadsheets keep a duration as the fraction of a day: 95 s is 0.001099537. Such a column is told by its
/// values, which are all small, have many decimals, and are whole seconds when taken as days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DurationSurvey {
    /// Plain numbers that are not zero.
    numbers: u64,
    /// Those that are whole seconds when taken as days.
    whole: u64,
    /// Those that no fraction of a day looks like.
    other: u64,
}

/// Seconds in a day.
const DAY: f64 = 86_400.0;

impl DurationSurvey {
    /// Takes note of a cell, which is cleaned and not null. What is no plain number says nothing, and `-1`
    /// means that a duration does not apply.
    pub fn see(&mut self, cell: &str) {
        // A column of seconds is settled by its first values and need not be read further.
        if self.other > 0 || cell == "-1" {
            return;
        }
        let Some(value) = number::plain(cell) else {
            return;
        };
        if value == 0.0 {
            return;
        }
        self.numbers += 1;
        if value >= 2.0 || decimals(cell) < 4 {
            self.other += 1;
        }
        let seconds = value * DAY;
        if (seconds - seconds.round()).abs() <= 0.02 {
            self.whole += 1;
        }
    }

    /// Adds what another part of the column showed.
    pub const fn merge(&mut self, other: &Self) {
        self.numbers += other.numbers;
        self.whole += other.whole;
        self.other += other.other;
    }

    /// The form of a column of day fractions; `None` when the values do not tell the unit.
    #[must_use]
    pub fn decide(&self) -> Option<DurationForm> {
        let fractions =
            self.numbers >= 3 && self.other == 0 && self.whole * 100 >= self.numbers * 95;
        fractions.then_some(DurationForm { unit_s: DAY })
    }
}

/// Decimals of a plain number: three of `0.125`, six of `1.5E-05`.
fn decimals(cell: &str) -> i64 {
    let (mantissa, exponent) = cell.split_once(['E', 'e']).unwrap_or((cell, "0"));
    let written = mantissa
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    i64::try_from(written).unwrap_or(i64::MAX)
        - exponent.parse::<i64>().unwrap_or(0).clamp(-400, 400)
}

/// The name of a column without the unit its header states, and the seconds in that unit: `通话时长(秒)`,
/// `Talk Time (ms)`, `Wait [min]`, `First reply time in minutes`, `处理时长_分钟`, `duration_ms`, `talkSec`.
/// `None` when it states none. The name comes back with full-width characters folded.
#[must_use]
pub fn unit_of_header(header: &str) -> Option<(String, f64)> {
    let folded: String = header
        .chars()
        .map(|c| match half_width(c) {
            '【' | '〔' | '［' => '[',
            '】' | '〕' | '］' => ']',
            other => other,
        })
        .collect();
    let name = folded.trim();
    let (base, unit_s) = bracketed(name)
        .or_else(|| phrase(name))
        .or_else(|| suffix(name))
        .or_else(|| camel(name))?;
    let base = base
        .trim()
        .trim_end_matches(['_', '-', '/', ':', ','])
        .trim_end();
    (!base.is_empty()).then(|| (base.to_owned(), unit_s))
}

fn named(name: &str) -> Option<f64> {
    unit(&name.trim().to_ascii_lowercase())
}

/// `通话时长(秒)`, `Wait [min]`, `时长(单位:秒)`, `Talk (in seconds)`.
fn bracketed(name: &str) -> Option<(String, f64)> {
    let inner = name.strip_suffix([')', ']', '>'])?;
    let at = inner.rfind(['(', '[', '<'])?;
    let stated = inner[at + 1..].trim();
    let stated = stated
        .strip_prefix("单位")
        .map_or(stated, |rest| rest.trim_start_matches([':', ' ', '为']));
    let stated = stated.strip_prefix("in ").unwrap_or(stated);
    Some((inner[..at].to_owned(), named(stated)?))
}

/// `First reply time in minutes within business hours`, `length_in_sec`.
fn phrase(name: &str) -> Option<(String, f64)> {
    let lower = name.to_ascii_lowercase().replace('_', " ");
    let at = lower.find(" in ")?;
    let rest = &lower[at + 4..];
    let end = rest.find(' ').unwrap_or(rest.len());
    let unit_s = named(&rest[..end])?;
    // Lower case and blanks take as many bytes as what they replace.
    let (base, tail) = (&name[..at], &name[at + 4 + end..]);
    Some((format!("{base}{tail}"), unit_s))
}

/// `处理时长_分钟`, `duration_ms`, `时长/秒`, `Talk seconds`, `通话秒数`, `通话时长秒`.
fn suffix(name: &str) -> Option<(String, f64)> {
    let at = name.rfind(['_', '-', '/', ' ', ',', ':']);
    if let Some((base, stated)) = at.map(|at| (&name[..at], &name[at + 1..])) {
        let lower = stated.to_ascii_lowercase();
        // `wait_min` is as likely the least wait, and a single letter can be anything but seconds or hours.
        let ambiguous = matches!(
            lower.as_str(),
            "min" | "m" | "d" | "时" | "日" | "分" | "'" | "\""
        );
        let letter =
            matches!(lower.as_str(), "s" | "h") && name.as_bytes().get(base.len()) == Some(&b' ');
        if !ambiguous && !letter {
            return Some((base.to_owned(), named(&lower)?));
        }
        return None;
    }
    for (ending, unit_s) in [
        ("毫秒数", 1e-3),
        ("秒数", 1.0),
        ("分钟数", 60.0),
        ("小时数", 3600.0),
    ] {
        if let Some(base) = name.strip_suffix(ending) {
            return Some((base.to_owned(), unit_s));
        }
    }
    ["毫秒", "秒", "分钟", "小时"].iter().find_map(|ending| {
        let base = name.strip_suffix(ending)?;
        // `前20秒` is no unit: only behind a word for a duration is it one.
        ["时长", "时间", "用时", "耗时"]
            .iter()
            .any(|word| base.ends_with(word))
            .then(|| Some((base.to_owned(), unit(ending)?)))?
    })
}

/// `durationMs`, `talkSeconds`.
fn camel(name: &str) -> Option<(String, f64)> {
    let at = name.rfind(|c: char| !c.is_ascii_lowercase())?;
    // Of `durationMS` the whole abbreviation.
    let at = if name.ends_with("MS") {
        name.len() - 2
    } else {
        at
    };
    let (base, stated) = name.split_at_checked(at)?;
    let hump = base.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let lower = stated.to_ascii_lowercase();
    let upper = stated.starts_with(|c: char| c.is_ascii_uppercase());
    if !hump || !upper || lower.len() < 2 || lower == "min" {
        return None;
    }
    Some((base.to_owned(), named(&lower)?))
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
