//! What surrounds a value in a cell, and what a cell says instead of nothing.

use std::borrow::Cow;

use super::number::folded;

/// Whether nothing is seen of a character: white space, zero-width marks, marks of writing direction (which
/// come along with telephone numbers that were copied from an address book).
fn invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
        )
}

/// The first bytes of the characters from U+4000 to U+9FFF, all of three bytes and visible: the ideographs in use.
const IDEOGRAPH_FIRST: u8 = 0xe4;
const IDEOGRAPH_LAST: u8 = 0xe9;

/// Trims a cell of every kind of white space and of characters without width, of the `'` and the `="…"`
/// with which spreadsheets protect text, and folds nothing else.
#[must_use]
#[inline]
pub fn clean(cell: &str) -> &str {
    let bytes = cell.as_bytes();
    let begins = match bytes.first() {
        Some(b'\'' | b'=') => false,
        Some(byte) => matches!(byte, b'!'..=b'~' | IDEOGRAPH_FIRST..=IDEOGRAPH_LAST),
        None => return cell,
    };
    let ends = matches!(
        bytes,
        [.., b'!'..=b'~'] | [.., IDEOGRAPH_FIRST..=IDEOGRAPH_LAST, _, _]
    );
    // Nearly every cell begins and ends with a visible ASCII character that guards nothing, or an ideograph.
    if begins && ends {
        return cell;
    }
    // What protects a text may itself have been protected: `'="3"`.
    let mut cell = cell;
    loop {
        let stripped = strip(cell);
        if stripped.len() == cell.len() {
            return stripped;
        }
        cell = stripped;
    }
}

fn strip(cell: &str) -> &str {
    let trimmed = cell.trim_matches(invisible);
    if let Some(guarded) = trimmed.strip_prefix("=\"") {
        // The quotes are doubled where the guard was quoted once more on its way here.
        let doubled = guarded
            .strip_prefix('"')
            .and_then(|inner| inner.strip_suffix("\"\""));
        return match doubled.or_else(|| guarded.strip_suffix('"')) {
            Some(inner) if !inner.contains('"') => inner.trim_matches(invisible),
            _ => trimmed,
        };
    }
    match trimmed.strip_prefix('\'') {
        Some(protected) if protected.starts_with(['+', '=', '-', '@']) => protected,
        Some(protected) => {
            let digits = protected.trim_matches(invisible);
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                digits
            } else {
                trimmed
            }
        }
        None => trimmed,
    }
}

/// The longest word for nothing, in bytes of its full-width form.
const LONGEST: usize = 18;

/// Whether a cleaned cell means that nothing is known.
#[must_use]
#[inline]
pub fn is_null(cell: &str) -> bool {
    match cell.as_bytes() {
        [] => true,
        [b'0', b'0', ..] => cell.starts_with("0000-00-00"),
        bytes if bytes.len() > LONGEST => false,
        [0xe6 | 0xe7, ..] => names_nothing(cell),
        // Digits, most letters and all ideographs but those of `无`, `空` and `暂无` begin no word for nothing.
        [
            b'1'..=b'9' | b'a'..=b'm' | b'A'..=b'M' | IDEOGRAPH_FIRST..=IDEOGRAPH_LAST,
            ..,
        ] => false,
        _ if cell.is_ascii() => names_nothing(cell),
        _ => names_nothing(&folded(cell)),
    }
}

fn names_nothing(cell: &str) -> bool {
    matches!(
        cell,
        "-" | "--"
            | "—"
            | "——"
            | "–"
            | "/"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "NULL"
            | "null"
            | "<null>"
            | "<NULL>"
            | "(null)"
            | "(NULL)"
            | "\\N"
            | "\\\\N"
            | "nan"
            | "NaN"
            | "None"
            | "none"
            | "无"
            | "空"
            | "暂无"
    )
}

/// Whether a cleaned cell of an instant column is what a program writes for no instant: `0000-00-00…`, year
/// 1, the first second of 1970 (as UTC or as the Chinese clock shows it), day 0 of a spreadsheet.
#[must_use]
#[inline]
pub fn is_null_instant(cell: &str) -> bool {
    match cell.as_bytes() {
        [b'0', b'0', ..] | [b'1', b'9', b'7' | b'0', b'0', ..] => zero_instant(cell),
        _ => false,
    }
}

fn zero_instant(cell: &str) -> bool {
    let even: Cow<'_, str> = if cell.contains(['/', 'T']) {
        Cow::Owned(cell.replace('/', "-").replace('T', " "))
    } else {
        Cow::Borrowed(cell)
    };
    let (date, clock) = even.split_once(' ').unwrap_or((&even, ""));
    let clock = clock.strip_suffix('Z').unwrap_or(clock);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let midnight = matches!(clock, "0:00:00" | "00:00:00" | "0:00" | "00:00")
        && fraction.bytes().all(|digit| digit == b'0');
    match date {
        "0000-00-00" => true,
        "0001-01-01" | "1900-01-00" | "1900-1-0" => clock.is_empty() || midnight,
        "1970-01-01" | "1970-1-1" => {
            midnight
                || matches!(clock, "8:00:00" | "08:00:00")
                    && fraction.bytes().all(|digit| digit == b'0')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cleaned() {
        for (cell, expect) in [
            ("'+8613800000000", "+8613800000000"),
            ("'0012", "0012"),
            ("\u{3000}微信 \u{a0}", "微信"),
            ("'quoted'", "'quoted'"),
            ("=\"00123\"", "00123"),
            ("=\"\"00123\"\"", "00123"),
            ("=\"\t00123\"", "00123"),
            ("=\"\"", ""),
            ("=\"a\"\"b\"", "=\"a\"\"b\""),
            ("=\"", "=\""),
            ("=", "="),
            ("'", "'"),
            ("\t7730000000001\t", "7730000000001"),
            ("\u{feff}\u{200b}\u{200d}\u{2060}x\u{202f}\u{200c}", "x"),
            ("\u{202d}13800000000\u{202c}", "13800000000"),
            ("  ", ""),
            ("", ""),
            ("plain", "plain"),
            ("客户", "客户"),
            ("客户\u{3000}", "客户"),
            (" 客户", "客户"),
            ("\u{200b}客户，\u{200b}", "客户，"),
            ("é", "é"),
            ("a\u{200b}b", "a\u{200b}b"),
        ] {
            assert_eq!(clean(cell), expect, "{cell:?}");
        }
    }

    #[test]
    fn nulls_are_recognised() {
        for cell in [
            "",
            "-",
            "--",
            "N/A",
            "n/a",
            "NULL",
            "null",
            "无",
            "—",
            "–",
            "/",
            "空",
            "暂无",
            "nan",
            "NaN",
            "None",
            "none",
            "<null>",
            "(null)",
            "\\N",
            "#N/A",
            "－",
            "／",
            "Ｎ／Ａ",
            "（ｎｕｌｌ）",
            "＃Ｎ／Ａ",
            "0000-00-00",
            "0000-00-00 00:00:00",
        ] {
            assert!(is_null(cell), "{cell}");
        }
        for cell in [
            "0",
            "-1",
            "00",
            "nothing",
            "无理由",
            "空号",
            "暂",
            "客户",
            "N",
            "Nora",
            "NaNjing",
            "//",
            "1",
        ] {
            assert!(!is_null(cell), "{cell}");
        }
    }

    #[test]
    fn zero_instants() {
        for cell in [
            "0000-00-00 00:00:00",
            "0000/00/00",
            "0001-01-01 00:00:00",
            "0001-01-01T00:00:00Z",
            "1970-01-01 00:00:00",
            "1970/1/1 0:00:00",
            "1970-01-01T00:00:00.000Z",
            "1970-01-01 08:00:00",
            "1900/1/0 0:00",
        ] {
            assert!(is_null_instant(cell), "{cell}");
        }
        for cell in [
            "1970-01-01 00:00:01",
            "1970-01-01",
            "2026-01-01 00:00:00",
            "",
            "0",
        ] {
            assert!(!is_null_instant(cell), "{cell}");
        }
    }
}
