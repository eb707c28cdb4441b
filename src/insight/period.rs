//! A stretch of days: a date, a range, an ISO week or a month.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::error::{Error, Result};

/// Local dates, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day, not before the first.
    pub to: NaiveDate,
}

impl Period {
    /// Reads `2026-03-02`, `2026-03-02..2026-03-08` (last day included), `2026-W11` or `2026-03`.
    ///
    /// # Errors
    /// When it is none of these, or a range that ends before it begins.
    pub fn parse(text: &str) -> Result<Self> {
        let unreadable = || {
            Error::usage(
                format!("`{text}` is not a period"),
                "write a day as 2026-03-02, days as 2026-03-02..2026-03-08, an ISO week as 2026-W11, a month as 2026-03",
            )
        };
        let Some((first, last)) = text.split_once("..") else {
            return Self::single(text.trim()).ok_or_else(unreadable);
        };
        let (Some(first), Some(last)) = (Self::single(first.trim()), Self::single(last.trim()))
        else {
            return Err(unreadable());
        };
        if first.from > last.to {
            return Err(Error::usage(
                format!("the period `{text}` ends before it begins"),
                "exchange the two ends",
            ));
        }
        Ok(Self {
            from: first.from,
            to: last.to,
        })
    }

    fn single(text: &str) -> Option<Self> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Some(Self { from: day, to: day });
        }
        let (year, rest) = text.split_once('-')?;
        if year.len() != 4 {
            return None;
        }
        let year: i32 = year.parse().ok()?;
        if let Some(week) = rest.strip_prefix(['W', 'w']) {
            let from = NaiveDate::from_isoywd_opt(year, week.parse().ok()?, Weekday::Mon)?;
            let to = from.checked_add_days(Days::new(6))?;
            return Some(Self { from, to });
        }
        let from = NaiveDate::from_ymd_opt(year, rest.parse().ok()?, 1)?;
        let to = from.checked_add_months(Months::new(1))?.pred_opt()?;
        Some(Self { from, to })
    }

    /// Number of days, at least 1.
    #[must_use]
    pub fn days(&self) -> f64 {
        f64::from(self.to.num_days_from_ce() - self.from.num_days_from_ce() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_days_ranges_weeks_and_months() {
        for (text, from, to, days) in [
            ("2026-03-02", "2026-03-02", "2026-03-02", 1.0),
            ("2026-03-02..2026-03-08", "2026-03-02", "2026-03-08", 7.0),
            // The first ISO week of 2026 begins in 2025.
            ("2026-W01", "2025-12-29", "2026-01-04", 7.0),
            ("2026-W11..2026-W12", "2026-03-09", "2026-03-22", 14.0),
            ("2024-02", "2024-02-01", "2024-02-29", 29.0),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!(
                (period.from.to_string(), period.to.to_string()),
                (from.to_owned(), to.to_owned()),
                "{text}"
            );
            assert!((period.days() - days).abs() < f64::EPSILON);
        }
        for text in [
            "",
            "yesterday",
            "2026-13",
            "2026-W54",
            "26-03",
            "2026-03-08..2026-03-02",
        ] {
            assert!(Period::parse(text).is_err(), "{text}");
        }
    }
}
