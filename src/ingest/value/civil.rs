//! Calendar days as integers: the reader of ten million cells has no time for date objects.

use chrono::NaiveDate;

use crate::calendar;

/// Seconds of a day.
pub(super) const DAY_S: i64 = 86_400;

/// Days since 1970-01-01 of a date of the Gregorian calendar; `None` for one that does not exist.
///
/// The year is shifted to begin in March, so that the leap day is its last and the months before it have
/// lengths that one linear formula gives.
#[inline]
pub(super) const fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    const LENGTHS: [u32; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if month == 0 || month > 12 || day == 0 || day > LENGTHS[month as usize] {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if month == 2 && day == 29 && !leap {
        return None;
    }
    let (month, day) = (month.cast_signed(), day.cast_signed());
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The date so many days after 1970-01-01.
pub(super) fn date(days: i32) -> Option<NaiveDate> {
    calendar::from_epoch_days(days)
}

/// The full year of a two-digit one: 00–69 are of this century, 70–99 of the last.
pub(super) const fn full_year(two_digits: u32) -> i32 {
    let year = two_digits.cast_signed();
    if year <= 69 { 2000 + year } else { 1900 + year }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    #[test]
    fn every_day_of_five_centuries_agrees_with_the_library() {
        let mut at = NaiveDate::from_ymd_opt(1799, 12, 31).unwrap();
        while at.year() < 2301 {
            assert_eq!(
                days(at.year(), at.month(), at.day()),
                Some(calendar::epoch_days(at)),
                "{at}"
            );
            at = at.succ_opt().unwrap();
        }
    }

    #[test]
    fn dates_that_do_not_exist() {
        for (year, month, day) in [
            (2026, 2, 29),
            (1900, 2, 29),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 4, 31),
            (2026, 1, 0),
        ] {
            assert_eq!(days(year, month, day), None, "{year}-{month}-{day}");
        }
        assert!(days(2000, 2, 29).is_some());
        assert_eq!((full_year(69), full_year(70)), (2069, 1970));
    }
}
