//! Columns of numbers: durations and their sums, amounts, scores.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder};

use crate::ingest::Reason;
use crate::ingest::block::Block;
use crate::ingest::plan::{Cell, Origin};
use crate::ingest::value;
use crate::schema::half_width;
use crate::settings::source::Negative;

use super::Work;
use super::text::{cell_text, cleaned};

/// No call, wait or reply takes longer than a month; a number beyond is a damaged one or in another unit.
const LONGEST_S: f64 = 31.0 * 86_400.0;

/// A column of floats, each read by `read`; null in rows that are refused.
pub(super) fn floats(
    cell: &Cell,
    work: &mut Work<'_>,
    read: impl Fn(&str) -> Result<Option<f64>, Reason>,
) -> ArrayRef {
    let mut builder = Float64Builder::with_capacity(work.block.len());
    if let Origin::Sum(parts) = &cell.origin {
        sums(cell, parts, work, &mut builder);
        return Arc::new(builder.finish());
    }
    let block = work.block;
    for row in 0..block.len() {
        let text = if work.open(row) {
            cell_text(cell, block, row)
        } else {
            None
        };
        let number = match text.as_deref().map(&read) {
            None => None,
            Some(Ok(number)) => number,
            Some(Err(reason)) => {
                work.refuse(row, &cell.header, &text.unwrap_or_default(), reason);
                None
            }
        };
        let less = match number {
            Some(number) if !cell.minus.is_empty() => match sum_of(cell, &cell.minus, block, row) {
                Ok(minus) => Some((number - minus.unwrap_or(0.0)).max(0.0)),
                Err((text, reason)) => {
                    work.refuse(row, &cell.header, &text, reason);
                    None
                }
            },
            other => other,
        };
        builder.append_option(less);
    }
    Arc::new(builder.finish())
}

fn sums(cell: &Cell, parts: &[usize], work: &mut Work<'_>, builder: &mut Float64Builder) {
    let block = work.block;
    for row in 0..block.len() {
        let stands = cell
            .only
            .as_ref()
            .is_none_or(|(at, condition)| condition.holds(cleaned(block, row, *at)));
        if !work.open(row) || !stands {
            builder.append_null();
            continue;
        }
        let both = sum_of(cell, parts, block, row)
            .and_then(|sum| Ok((sum, sum_of(cell, &cell.minus, block, row)?)));
        match both {
            Ok((sum, minus)) => {
                builder.append_option(sum.map(|sum| (sum - minus.unwrap_or(0.0)).max(0.0)));
            }
            Err((text, reason)) => {
                work.refuse(row, &cell.header, &text, reason);
                builder.append_null();
            }
        }
    }
}

/// The sum of durations in several fields; nothing when all are null.
pub(super) fn sum_of(
    cell: &Cell,
    fields: &[usize],
    block: &Block<'_>,
    row: usize,
) -> Result<Option<f64>, (String, Reason)> {
    let mut sum = None;
    for at in fields {
        let text = cleaned(block, row, *at);
        if value::is_null(text) {
            continue;
        }
        match duration(cell, text) {
            Ok(Some(seconds)) => *sum.get_or_insert(0.0) += seconds,
            Ok(None) => {}
            Err(reason) => return Err((text.to_owned(), reason)),
        }
    }
    Ok(sum)
}

/// A duration in seconds, null for the spellings of "does not apply".
pub(super) fn duration(cell: &Cell, text: &str) -> Result<Option<f64>, Reason> {
    // −1 is how telephone systems say that a duration does not apply.
    if text == "-1" {
        return Ok(None);
    }
    let seconds = value::duration(text, cell.duration)?;
    if seconds.abs() > LONGEST_S {
        return Err(Reason::LongDuration);
    }
    match (seconds < 0.0, cell.rule.negative) {
        (false, _) => Ok(Some(seconds)),
        (true, Some(Negative::Null)) => Ok(None),
        (true, _) => Err(Reason::NegativeDuration),
    }
}

/// A score on 1–5: through the stated scale, or as it is when it lies there, or by its Chinese label.
pub(super) fn score(cell: &Cell, text: &str) -> Result<f64, Reason> {
    let folded: Cow<'_, str> = if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(half_width).collect())
    };
    let labelled = match &*folded {
        "非常满意" | "很满意" => Some(5.0),
        "满意" => Some(4.0),
        "一般" => Some(3.0),
        "不满意" => Some(2.0),
        "非常不满意" | "很不满意" => Some(1.0),
        _ => None,
    };
    if let (Some(label), None) = (labelled, cell.rule.scale) {
        return Ok(label);
    }
    let given = value::number(&folded)?;
    let mapped = match cell.rule.scale {
        Some(scale) => 1.0 + 4.0 * (given - scale.worst) / (scale.best - scale.worst),
        None => given,
    };
    if (1.0..=5.0).contains(&mapped) {
        Ok(mapped)
    } else {
        Err(Reason::ScoreScale)
    }
}
