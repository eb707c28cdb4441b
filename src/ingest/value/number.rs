//! Numbers, shares and identifiers.

use std::borrow::Cow;

use crate::schema::half_width;

use super::Reason;

/// Whether a text is digits and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A text with its full-width characters folded; most have none.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| half_width(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(half_width).collect())
    }
}

/// An identifier. Scientific notation has lost digits and is refused: `7.73E+14`, `7,73E14`, `1E+15`. A
/// code without sign or decimal mark (`1E5A`, `12E3`) is one.
///
/// # Errors
/// [`Reason::ScientificId`].
pub fn id(cell: &str) -> Result<&str, Reason> {
    let scientific = if cell.is_ascii() {
        is_scientific(cell)
    } else {
        let first = cell.chars().next().map_or(' ', half_width);
        // Only what begins like a number is worth a copy.
        matches!(first, '0'..='9' | '+' | '-') && is_scientific(&folded(cell))
    };
    if scientific {
        Err(Reason::ScientificId)
    } else {
        Ok(cell)
    }
}

fn is_scientific(cell: &str) -> bool {
    let signed = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    if !signed.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Some((mantissa, exponent)) = signed.split_once(['E', 'e']) else {
        return false;
    };
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let marked = decimals.len() < mantissa.len() - whole.len() || digits.len() < exponent.len();
    marked && is_digits(whole) && (decimals.is_empty() || is_digits(decimals)) && is_digits(digits)
}

/// A number with optional thousands separators, full-width digits, or a yuan sign at either end.
///
/// # Errors
/// [`Reason::BadNumber`] when it is not one or not finite.
pub fn number(cell: &str) -> Result<f64, Reason> {
    if let Some(value) = plain(cell) {
        return Ok(value);
    }
    let folded = folded(cell);
    let (sign, body) = match folded.strip_prefix('-') {
        Some(body) => (-1.0, body),
        None => (1.0, folded.as_ref()),
    };
    let bare = body
        .trim_start_matches(['¥', '￥'])
        .trim_end_matches(['元', '分'])
        .trim();
    // `-¥-30` is no number.
    if sign < 0.0 && bare.starts_with(['-', '+']) {
        return Err(Reason::BadNumber);
    }
    grouped(bare)
        .map(|value| sign * value)
        .ok_or(Reason::BadNumber)
}

/// A finite number as programs write it.
pub(super) fn plain(text: &str) -> Option<f64> {
    // `inf` and `NaN` parse, too.
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number with or without commas between its thousands.
pub(super) fn grouped(text: &str) -> Option<f64> {
    let Some((first, rest)) = text.split_once(',') else {
        return plain(text);
    };
    let head = first.strip_prefix(['-', '+']).unwrap_or(first);
    let (groups, decimals) = rest.split_once('.').unwrap_or((rest, ""));
    let well_formed = is_digits(head)
        && (decimals.is_empty() || is_digits(decimals))
        && head.len() <= 3
        && groups
            .split(',')
            .all(|group| group.len() == 3 && is_digits(group));
    if well_formed {
        plain(&text.replace(',', ""))
    } else {
        None
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (cell, expect) in [
            ("12.5", 12.5),
            ("1,234.5", 1234.5),
            ("1,234,567", 1_234_567.0),
            ("￥30元", 30.0),
            ("¥30", 30.0),
            ("-¥1,030.50", -1030.5),
            ("30 元", 30.0),
            ("98分", 98.0),
            ("１２", 12.0),
            ("１，２３４．５", 1234.5),
            ("-3", -3.0),
        ] {
            assert_eq!(number(cell), Ok(expect), "{cell}");
        }
        for cell in [
            "abc",
            "1,2",
            "NaN",
            "inf",
            "",
            ",234",
            "1234,567",
            "12.5%",
            "--3",
            "元",
            "1,234,",
            "1,234.5,6",
        ] {
            assert_eq!(number(cell), Err(Reason::BadNumber), "{cell}");
        }
    }

    #[test]
    fn whole_numbers() {
        assert_eq!(integer("3.0"), Ok(3));
        assert_eq!(integer("3.5"), Err(Reason::BadNumber));
        assert_eq!(integer("99999999999999999999"), Err(Reason::BadNumber));
    }

    #[test]
    fn identifiers_that_lost_digits_are_refused() {
        for cell in [
            "7.73E+14",
            "7.73E14",
            "7,73E+14",
            "7,73e14",
            "1E+15",
            "1e+15",
            "-7.73E+14",
            "７．７３Ｅ＋１４",
        ] {
            assert_eq!(id(cell), Err(Reason::ScientificId), "{cell}");
        }
        for cell in [
            "1E5A",
            "12E3",
            "YT7730000000001",
            "773000000000001",
            "E+14",
            "7.73E",
            "1614772800.0",
            "客户1E+15",
            "A-1E+15",
            "",
        ] {
            assert_eq!(id(cell), Ok(cell), "{cell}");
        }
    }
}
