//! Cells → typed values: every way a time, a duration, a number or a yes is written.
//!
//! What a single cell cannot say – the order of day and month, the unit of a duration – is a property of its
//! column and is found by surveying all of it ([`OrderSurvey`], [`DurationSurvey`]).

mod civil;
mod clean;
mod clock;
mod date;
mod duration;
mod number;
mod order;
mod survey;
mod time;
mod unit;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::Reason;

pub use clean::{clean, is_null, is_null_instant};
pub use clock::{Clock, TimeForm};
pub use duration::{DurationForm, duration};
pub use number::{id, integer, number};
pub use order::{Candidate, Decided, Evidence, Order, Undecided};
pub use survey::OrderSurvey;
pub use unit::{DurationSurvey, unit_of_header};

/// Yes or no.
///
/// # Errors
/// [`Reason::BadFlag`].
pub fn flag(cell: &str) -> Result<bool, Reason> {
    const YES: &[&str] = &[
        "1",
        "true",
        "t",
        "yes",
        "y",
        "是",
        "有",
        "已解决",
        "通过",
        "合格",
        "√",
    ];
    const NO: &[&str] = &[
        "0",
        "false",
        "f",
        "no",
        "n",
        "否",
        "未解决",
        "不通过",
        "不合格",
        "×",
    ];
    let among = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(cell));
    match (among(YES), among(NO)) {
        (true, _) => Ok(true),
        (false, true) => Ok(false),
        (false, false) => Err(Reason::BadFlag),
    }
}

/// One instant as UTC microseconds; for a column, use a [`Clock`]. Times without an offset are read on the
/// clock of `zone`; a reading that occurs twice means the earlier one. Dates must be self-evident or in the
/// stated `strftime` format.
///
/// # Errors
/// [`Reason::BadTime`] for an unknown form or an impossible date, [`Reason::SkippedTime`] for a reading the
/// clock jumped over.
pub fn instant(cell: &str, zone: Tz, format: Option<&str>) -> Result<i64, Reason> {
    let mut clock = Clock::new(zone, TimeForm::default());
    if let Some(format) = format {
        clock = clock.with_format(format);
    }
    clock.instant(cell)
}

/// A calendar day that needs no order: `2026-03-02`, `2026/3/2`, `2026.3.2`, `20260302`, `2 Mar 2026`.
#[must_use]
pub fn date(text: &str) -> Option<NaiveDate> {
    let (written, taken) = date::scan(text.as_bytes())?;
    if taken < text.len() {
        return None;
    }
    civil::date(written.day(None)?)
}

/// One date column's cell, which may carry a time: the date as it is written, whatever the offset. For a
/// column, use [`Clock::day`].
///
/// # Errors
/// [`Reason::BadTime`].
pub fn day(cell: &str) -> Result<NaiveDate, Reason> {
    time::read(&time::fold(cell), None)
        .and_then(time::Moment::written_day)
        .and_then(civil::date)
        .ok_or(Reason::BadTime)
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
