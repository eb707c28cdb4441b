//! How numbers and dates are written. A number becomes text here and nowhere else.
//!
//! A no-break space stands between a number and its unit so that a line never ends between them.

mod date;

pub use date::{axis_day, day, long_date, minute, period, short_weekday, weekday};

use crate::i18n::Lang;
use crate::kpi::figure::{Bound, Interval, Unit};

/// What is printed where there is no number: never 0.
pub const NONE: &str = "—";

/// Between a number and its unit.
const SPACE: char = '\u{a0}';

/// A value in its unit: `91.2 %`, `4 min 12 s`, `12,345`, `4.62`.
#[must_use]
pub fn value(value: f64, unit: Unit, lang: Lang) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    match unit {
        Unit::Seconds => seconds(value, lang),
        Unit::Yuan => format!("{}¥{}", sign(value), yuan(value.abs())),
        _ => {
            let number = bare(value, unit);
            match suffix(unit, lang) {
                "" => number,
                suffix => format!("{number}{SPACE}{suffix}"),
            }
        }
    }
}

/// A value, or `—` when there is none.
#[must_use]
pub fn maybe(number: Option<f64>, unit: Unit, lang: Lang) -> String {
    number.map_or_else(|| NONE.to_owned(), |number| value(number, unit, lang))
}

/// An interval: `91.2 – 93.8 %`, `36 – 41 s`, `4 min 2 s – 4 min 22 s`; `—` when there is none.
#[must_use]
pub fn interval(interval: Option<Interval>, unit: Unit, lang: Lang) -> String {
    let Some(Interval { low, high }) = interval else {
        return NONE.to_owned();
    };
    // The normal approximation behind some intervals runs past what is possible; nobody should read 103 %.
    let (least, most) = unit.range();
    let (low, high) = (low.clamp(least, most), high.clamp(least, most));
    let (low, high) = (value(low, unit, lang), value(high, unit, lang));
    // The unit is written once when both ends are one number and the same unit.
    match (low.split_once(SPACE), high.split_once(SPACE)) {
        (Some((number, a)), Some((_, b))) if a == b && !a.contains(SPACE) => {
            format!("{number}{SPACE}–{SPACE}{high}")
        }
        _ => format!("{low}{SPACE}–{SPACE}{high}"),
    }
}

/// A difference with its sign: `−7.2 points`, `+35 s`, `+120`.
#[must_use]
pub fn change(difference: f64, unit: Unit, lang: Lang) -> String {
    let size = match unit {
        Unit::Percent => {
            let points = match lang {
                Lang::Zh => "个百分点",
                Lang::En => "points",
            };
            format!("{}{SPACE}{points}", bare(difference.abs(), unit))
        }
        _ => value(difference.abs(), unit, lang),
    };
    // A difference that rounds to zero has no direction.
    let sign = match difference {
        _ if !has_size(&size) => "±",
        difference if difference < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{size}")
}

/// A target: `≥ 90.0 %`.
#[must_use]
pub fn bound(bound: Bound, unit: Unit, lang: Lang) -> String {
    let sign = match bound {
        Bound::AtLeast(_) => '≥',
        Bound::AtMost(_) => '≤',
    };
    format!("{sign}{SPACE}{}", value(bound.value(), unit, lang))
}

/// The heading of a column from the word that commands print: with a capital, a symbol such as `n` as it is.
#[must_use]
pub fn headed(word: &str) -> String {
    let mut letters = word.chars();
    match (letters.next(), letters.as_str()) {
        (Some(first), rest) if !rest.is_empty() => {
            first.to_uppercase().chain(rest.chars()).collect()
        }
        _ => word.to_owned(),
    }
}

/// A count with thousands separators.
#[must_use]
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// A sum that may be whole: whole numbers as counts, others with one decimal.
#[must_use]
pub fn sum(sum: Option<f64>) -> String {
    match sum {
        Some(sum) if sum.is_finite() && (sum - sum.round()).abs() < 1e-9 => decimals(sum, 0),
        Some(sum) if sum.is_finite() => decimals(sum, 1),
        _ => NONE.to_owned(),
    }
}

/// The short form on an axis: whole per cents, `m:ss` above a minute, `h:mm` above an hour.
#[must_use]
pub fn tick(number: f64, unit: Unit, step: f64) -> String {
    match unit {
        Unit::Percent => {
            let places = usize::from(step < 0.0099);
            format!("{}{SPACE}%", decimals(number * 100.0, places))
        }
        Unit::Seconds if number.abs() >= 3600.0 => {
            let minutes = (number / 60.0).round();
            format!("{}:{:02}{SPACE}h", (minutes / 60.0).trunc(), minutes % 60.0)
        }
        Unit::Seconds if number.abs() >= 60.0 => {
            let seconds = number.round();
            format!("{}:{:02}", (seconds / 60.0).trunc(), seconds % 60.0)
        }
        _ => {
            let places = if step < 0.0999 {
                2
            } else {
                usize::from(step < 0.999)
            };
            decimals(number, places)
        }
    }
}

/// A tick of an axis that ends at `last`: where that is a minute or more, shorter times are minutes, too, so that one
/// axis has one form.
#[must_use]
pub fn clock(number: f64, last: f64, unit: Unit, step: f64) -> String {
    let short = number > 0.0 && number < 59.5 && last >= 60.0;
    if unit == Unit::Seconds && short && last < 3600.0 {
        format!("0:{:02}", number.round())
    } else {
        tick(number, unit, step)
    }
}

/// Whole seconds, or the plain number of another unit, for a cell too small for a unit.
#[must_use]
pub fn cell(number: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => decimals(number, 0),
        _ => bare(number, unit),
    }
}

const fn suffix(unit: Unit, lang: Lang) -> &'static str {
    match (unit, lang) {
        (Unit::Percent, _) => "%",
        (Unit::PerThousand, _) => "‰",
        (Unit::PerMillion, Lang::Zh) => "件/百万件",
        (Unit::PerMillion, Lang::En) => "per million",
        _ => "",
    }
}

/// The number of a unit without its sign of unit.
fn bare(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Percent => decimals(value * 100.0, 1),
        Unit::Count => decimals(value, 0),
        Unit::PerThousand | Unit::PerMillion => decimals(value, 1),
        Unit::Score | Unit::Number | Unit::Seconds | Unit::Yuan => decimals(value, 2),
    }
}

const fn sign(value: f64) -> &'static str {
    if value < 0.0 { "−" } else { "" }
}

/// Amounts of a thousand and more need no cents.
fn yuan(amount: f64) -> String {
    decimals(amount, if amount >= 1000.0 { 0 } else { 2 })
}

/// Two units at most: a mean of 252.4 s reads `4 min 12 s`, one of 3 days `3 d 2 h`.
fn seconds(value: f64, lang: Lang) -> String {
    let [d, h, m, s] = match lang {
        Lang::Zh => ["天", "小时", "分", "秒"],
        Lang::En => ["d", "h", "min", "s"],
    };
    let size = value.abs();
    let text = if size < 9.95 {
        format!("{}{SPACE}{s}", decimals(size, 1))
    } else if size < 59.5 {
        format!("{}{SPACE}{s}", decimals(size, 0))
    } else if size < 3599.5 {
        pair(size.round(), 60.0, m, s)
    } else if size < 48.0 * 3600.0 - 30.0 {
        pair((size / 60.0).round(), 60.0, h, m)
    } else {
        pair((size / 3600.0).round(), 24.0, d, h)
    };
    format!("{}{text}", sign(value))
}

/// A whole number of small units as large and small ones; a zero remainder is left out.
fn pair(total: f64, per: f64, large: &str, small: &str) -> String {
    let (whole, rest) = ((total / per).trunc(), total % per);
    if rest == 0.0 {
        format!("{whole}{SPACE}{large}")
    } else {
        format!("{whole}{SPACE}{large}{SPACE}{rest}{SPACE}{small}")
    }
}

fn decimals(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let dot = if rest.is_empty() { "" } else { "." };
    // A value that rounds to zero has no sign.
    let sign = if has_size(&text) { sign(value) } else { "" };
    format!("{sign}{}{dot}{rest}", grouped(whole))
}

/// Whether a printed number is more than zero.
fn has_size(text: &str) -> bool {
    text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A small number: two digits that matter.
#[must_use]
pub fn few(number: f64) -> String {
    if number < 0.001 {
        "<\u{a0}0.001".to_owned()
    } else if number < 0.095 {
        format!("{number:.3}")
    } else {
        format!("{number:.1}")
    }
}

/// A text of the settings in which a number keeps its unit on its line: `within 30 s`.
#[must_use]
pub fn held(text: &str) -> String {
    let mut words = text.split(' ').peekable();
    let mut out = String::with_capacity(text.len() + 4);
    while let Some(word) = words.next() {
        out.push_str(word);
        if let Some(next) = words.peek() {
            let number = word.ends_with(|c: char| c.is_ascii_digit());
            let unit = next.chars().count() <= 3 && !next.starts_with(|c: char| c.is_ascii_digit());
            out.push(if number && unit { SPACE } else { ' ' });
        }
    }
    out
}

/// What a small number is: `= 0.023`, `< 0.001`.
#[must_use]
pub fn equals(number: f64) -> String {
    let printed = few(number);
    if printed.starts_with('<') {
        printed
    } else {
        format!("={SPACE}{printed}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_unit() {
        assert_eq!(held("in 30 s of 2 hours"), "in 30\u{a0}s of 2 hours");
        assert_eq!(held("各 30 秒  2 3"), "各 30\u{a0}秒  2 3");
    }

    #[test]
    fn an_axis_has_one_form() {
        let at = |number, last| clock(number, last, Unit::Seconds, 1.0);
        assert_eq!(
            [at(0.0, 90.0), at(20.0, 90.0), at(60.0, 90.0)],
            ["0", "0:20", "1:00"]
        );
        assert_eq!([at(20.0, 50.0), at(20.0, 7200.0)], ["20", "20"]);
    }

    #[test]
    fn a_small_number_equals_or_is_less() {
        assert_eq!(equals(0.0234), "=\u{a0}0.023");
        assert_eq!(equals(0.0004), "<\u{a0}0.001");
    }

    fn check(number: f64, unit: Unit, zh: &str, en: &str) {
        let plain = |lang| value(number, unit, lang).replace(SPACE, " ");
        assert_eq!(plain(Lang::Zh), zh, "{number} {unit:?}");
        assert_eq!(plain(Lang::En), en, "{number} {unit:?}");
    }

    #[test]
    fn values_in_every_unit() {
        check(0.912_34, Unit::Percent, "91.2 %", "91.2 %");
        check(1.0, Unit::Percent, "100.0 %", "100.0 %");
        check(0.0, Unit::Percent, "0.0 %", "0.0 %");
        check(7.44, Unit::Seconds, "7.4 秒", "7.4 s");
        check(9.96, Unit::Seconds, "10 秒", "10 s");
        check(38.4, Unit::Seconds, "38 秒", "38 s");
        check(59.6, Unit::Seconds, "1 分", "1 min");
        check(252.4, Unit::Seconds, "4 分 12 秒", "4 min 12 s");
        check(3599.7, Unit::Seconds, "1 小时", "1 h");
        check(11_100.0, Unit::Seconds, "3 小时 5 分", "3 h 5 min");
        check(187_200.0, Unit::Seconds, "2 天 4 小时", "2 d 4 h");
        check(-12.0, Unit::Seconds, "−12 秒", "−12 s");
        check(12_345.0, Unit::Count, "12,345", "12,345");
        check(999.6, Unit::Count, "1,000", "1,000");
        check(4.618, Unit::Score, "4.62", "4.62");
        check(12.5, Unit::Yuan, "¥12.50", "¥12.50");
        check(12_345.67, Unit::Yuan, "¥12,346", "¥12,346");
        check(3.25, Unit::PerThousand, "3.2 ‰", "3.2 ‰");
        check(
            11.04,
            Unit::PerMillion,
            "11.0 件/百万件",
            "11.0 per million",
        );
        check(-0.004, Unit::Number, "0.00", "0.00");
        check(f64::NAN, Unit::Number, "—", "—");
    }

    #[test]
    fn nothing_is_a_dash() {
        assert_eq!(maybe(None, Unit::Percent, Lang::En), "—");
        assert_eq!(interval(None, Unit::Percent, Lang::En), "—");
        assert_eq!(sum(None), "—");
    }

    #[test]
    fn an_interval_names_its_unit_once_where_it_can() {
        let check = |low, high, unit, lang, expected: &str| {
            let text = interval(Some(Interval { low, high }), unit, lang).replace(SPACE, " ");
            assert_eq!(text, expected);
        };
        check(0.912, 0.938, Unit::Percent, Lang::En, "91.2 – 93.8 %");
        check(36.2, 41.0, Unit::Seconds, Lang::Zh, "36 – 41 秒");
        check(50.0, 62.0, Unit::Seconds, Lang::En, "50 s – 1 min 2 s");
        check(
            242.0,
            262.0,
            Unit::Seconds,
            Lang::En,
            "4 min 2 s – 4 min 22 s",
        );
        check(4.5, 4.6, Unit::Score, Lang::En, "4.50 – 4.60");
    }

    #[test]
    fn changes_carry_their_sign() {
        let check = |difference, unit, lang, expected: &str| {
            assert_eq!(change(difference, unit, lang).replace(SPACE, " "), expected);
        };
        check(-0.072, Unit::Percent, Lang::Zh, "−7.2 个百分点");
        check(-0.072, Unit::Percent, Lang::En, "−7.2 points");
        check(35.0, Unit::Seconds, Lang::En, "+35 s");
        check(1200.0, Unit::Count, Lang::En, "+1,200");
        check(-0.0004, Unit::Percent, Lang::En, "±0.0 points");
    }

    #[test]
    fn sums_and_ticks() {
        assert_eq!(sum(Some(3536.0)), "3,536");
        assert_eq!(sum(Some(3536.25)), "3,536.2");
        let check = |number, unit, step, expected: &str| {
            assert_eq!(tick(number, unit, step).replace(SPACE, " "), expected);
        };
        check(0.9, Unit::Percent, 0.05, "90 %");
        check(0.905, Unit::Percent, 0.005, "90.5 %");
        check(30.0, Unit::Seconds, 10.0, "30");
        check(270.0, Unit::Seconds, 30.0, "4:30");
        check(5400.0, Unit::Seconds, 1800.0, "1:30 h");
        check(4.5, Unit::Score, 0.5, "4.5");
    }
}
