//! The date at the beginning of a cell, as it is written: year first, with the month's name, or as three
//! numbers whose order only the column knows.

use super::civil;
use super::order::Order;

/// A date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Written {
    /// It can be read in one way only: days since 1970-01-01.
    Day(i32),
    /// Three numbers, whose meaning depends on the column's order.
    Three(Three),
}

/// Three numbers such as `01-05-2021` or `22/2/21`. What stands between them says nothing about the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Three {
    first: u32,
    second: u32,
    third: u32,
    first_digits: usize,
    third_digits: usize,
}

impl Three {
    /// Days since 1970-01-01 under an order; `None` when that is no date.
    pub(super) const fn day(self, order: Order) -> Option<i32> {
        match order {
            // A year has two digits or four, never one.
            Order::YearFirst if self.first_digits == 2 && self.third_digits <= 2 => {
                civil::days(civil::full_year(self.first), self.second, self.third)
            }
            Order::YearFirst => None,
            Order::DayFirst => self.year_last(self.second, self.first),
            Order::MonthFirst => self.year_last(self.first, self.second),
        }
    }

    const fn year_last(self, month: u32, day: u32) -> Option<i32> {
        let year = match self.third_digits {
            4 => self.third.cast_signed(),
            2 => civil::full_year(self.third),
            _ => return None,
        };
        civil::days(year, month, day)
    }
}

impl Written {
    /// Days since 1970-01-01, with the column's order for dates that need one.
    pub(super) fn day(self, order: Option<Order>) -> Option<i32> {
        match self {
            Self::Day(day) => Some(day),
            Self::Three(three) => three.day(order?),
        }
    }
}

/// The digits at `at`: their value and their number, at most nine of them.
pub(super) fn digits(bytes: &[u8], at: usize) -> (u32, usize) {
    let mut value = 0;
    let mut count = 0;
    while count < 9 {
        match bytes.get(at + count) {
            Some(digit @ b'0'..=b'9') => value = value * 10 + u32::from(digit - b'0'),
            _ => break,
        }
        count += 1;
    }
    (value, count)
}

/// The letters at `at`.
pub(super) fn word(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    &rest[..length]
}

/// Whether `word` is `full` or its first three or more letters, in either case.
fn abbreviates(word: &[u8], full: &str) -> bool {
    word.len() >= 3
        && full
            .as_bytes()
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn month(word: &[u8]) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    (1..)
        .zip(NAMES)
        .find_map(|(number, name)| abbreviates(word, name).then_some(number))
}

fn weekday(word: &[u8]) -> bool {
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
    .iter()
    .any(|name| abbreviates(word, name))
}

fn skip(bytes: &[u8], mut at: usize, what: &[u8]) -> usize {
    while bytes.get(at).is_some_and(|byte| what.contains(byte)) {
        at += 1;
    }
    at
}

/// The date at the beginning of a cell of ASCII text and the number of bytes it takes. A day of the week
/// before it is passed over unchecked. `None` when there is none, or an impossible one.
pub(super) fn scan(bytes: &[u8]) -> Option<(Written, usize)> {
    let mut at = 0;
    if bytes.first()?.is_ascii_alphabetic() {
        let name = word(bytes, 0);
        if !weekday(name) {
            return month_first_by_name(bytes, 0);
        }
        at = skip(bytes, name.len(), b",. ");
        if bytes.get(at)?.is_ascii_alphabetic() {
            return month_first_by_name(bytes, at);
        }
    }
    let (first, first_digits) = digits(bytes, at);
    let end = at + first_digits;
    if first_digits == 8 {
        let day = civil::days(
            (first / 10_000).cast_signed(),
            first / 100 % 100,
            first % 100,
        )?;
        return Some((Written::Day(day), end));
    }
    if !matches!(first_digits, 1 | 2 | 4) {
        return None;
    }
    let separator = *bytes.get(end)?;
    if !b"-/. ".contains(&separator) {
        return None;
    }
    if bytes.get(end + 1)?.is_ascii_alphabetic() {
        return month_by_name(bytes, first, first_digits, end);
    }
    if separator == b' ' {
        return None;
    }
    let (second, second_digits) = digits(bytes, end + 1);
    let middle = end + 1 + second_digits;
    if !matches!(second_digits, 1 | 2) || bytes.get(middle) != Some(&separator) {
        return None;
    }
    let (third, third_digits) = digits(bytes, middle + 1);
    let end = middle + 1 + third_digits;
    match (first_digits, third_digits) {
        (4, 1 | 2) => {
            let day = civil::days(first.cast_signed(), second, third)?;
            Some((Written::Day(day), end))
        }
        (1 | 2, 1 | 2 | 4) => Some((
            Written::Three(Three {
                first,
                second,
                third,
                first_digits,
                third_digits,
            }),
            end,
        )),
        _ => None,
    }
}

/// `02-Mar-2026`, `2 Mar 26`, `2026-Mar-02`: `at` is the byte between the first number and the name.
fn month_by_name(
    bytes: &[u8],
    first: u32,
    first_digits: usize,
    at: usize,
) -> Option<(Written, usize)> {
    let name = word(bytes, at + 1);
    let month = month(name)?;
    let start = skip(bytes, at + 1 + name.len(), b"-/., ");
    let (last, last_digits) = digits(bytes, start);
    let end = start + last_digits;
    let day = match (first_digits, last_digits) {
        (4, 1 | 2) => civil::days(first.cast_signed(), month, last)?,
        (1 | 2, 4) => civil::days(last.cast_signed(), month, first)?,
        // `2 Mar 09:15` lacks the year; its hour is none.
        (1 | 2, 2) if bytes.get(end) != Some(&b':') => {
            civil::days(civil::full_year(last), month, first)?
        }
        _ => return None,
    };
    Some((Written::Day(day), end))
}

/// `Mar 2, 2026`, `March 2 2026`.
fn month_first_by_name(bytes: &[u8], at: usize) -> Option<(Written, usize)> {
    let name = word(bytes, at);
    let month = month(name)?;
    let start = skip(bytes, at + name.len(), b"-/. ");
    let (day, day_digits) = digits(bytes, start);
    let next = skip(bytes, start + day_digits, b"-/., ");
    let (year, year_digits) = digits(bytes, next);
    if !matches!(day_digits, 1 | 2) || year_digits != 4 || next == start + day_digits {
        return None;
    }
    let day = civil::days(year.cast_signed(), month, day)?;
    Some((Written::Day(day), next + year_digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, order: Option<Order>) -> Option<String> {
        let (written, _) = scan(cell.as_bytes())?;
        Some(civil::date(written.day(order)?)?.to_string())
    }

    #[test]
    fn dates_that_need_no_order() {
        for cell in [
            "2026-03-02",
            "2026/3/2",
            "2026.3.2",
            "20260302",
            "02-Mar-2026",
            "2-MAR-26",
            "2 Mar 2026",
            "Mar 2, 2026",
            "March 02 2026",
            "2026-Mar-02",
            "Mon, 02 Mar 2026 09:15:22 +0800",
            "Monday 2026-03-02",
            "Mon Mar 02 2026",
        ] {
            assert_eq!(read(cell, None).as_deref(), Some("2026-03-02"), "{cell}");
        }
        for cell in [
            "2026-02-30",
            "20261301",
            "2 Mar 09:15",
            "March",
            "2026-03/02",
            "Maybe 2, 2026",
            "123-4-5",
            "2026 03 02",
            "",
        ] {
            assert_eq!(read(cell, Some(Order::DayFirst)), None, "{cell}");
        }
    }

    #[test]
    fn three_numbers_are_read_in_the_order_of_the_column() {
        use Order::{DayFirst, MonthFirst, YearFirst};
        for (cell, order, expect) in [
            ("22-02-21", YearFirst, Some("2022-02-21")),
            ("22-02-21", DayFirst, Some("2021-02-22")),
            ("22-02-21", MonthFirst, None),
            ("01-05-2021", DayFirst, Some("2021-05-01")),
            ("01-05-2021", MonthFirst, Some("2021-01-05")),
            ("01-05-2021", YearFirst, None),
            ("2/22/2021", MonthFirst, Some("2021-02-22")),
            ("2/22/2021", DayFirst, None),
            ("21.02.2022", DayFirst, Some("2022-02-21")),
            ("1/5/99", DayFirst, Some("1999-05-01")),
            ("1/5/1", DayFirst, None),
        ] {
            assert_eq!(
                read(cell, Some(order)).as_deref(),
                expect,
                "{cell} {order:?}"
            );
            assert_eq!(read(cell, None), None, "{cell} without an order");
        }
    }
}
