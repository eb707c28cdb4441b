//! Printed numbers → numbers: what `report::format` writes, read back with the format it is shown in.

use chrono::NaiveDate;

use crate::report::document::{Column, Table};
use crate::report::format::NONE;

use super::cells::{Block, Cell, Head};

/// A table with its numbers as numbers; a column of nothing but days as days. Words and ids stay text.
pub(super) fn block(table: &Table) -> Block {
    let days: Vec<bool> = (0..table.columns.len())
        .map(|at| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(at));
            !table.rows.is_empty() && cells.all(|cell| day(cell).is_some())
        })
        .collect();
    let cell = |(at, text): (usize, &String)| {
        let numeric = table.columns.get(at).is_some_and(|column| column.numeric);
        match day(text).filter(|_| days.get(at) == Some(&true)) {
            Some(day) => Cell::Date(day),
            None if numeric => number(text),
            None => Cell::text(text),
        }
    };
    Block {
        heads: table.columns.iter().map(head).collect(),
        rows: table
            .rows
            .iter()
            .map(|row| row.iter().enumerate().map(cell).collect())
            .collect(),
    }
}

fn head(column: &Column) -> Head {
    Head::text(&column.title)
}

fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// A printed number, or the text where it is none.
pub(super) fn number(text: &str) -> Cell {
    let text = text.trim();
    if text == NONE {
        return Cell::text(text);
    }
    plain(text).or_else(|| duration(text)).map_or_else(
        || Cell::text(text),
        |(value, format)| Cell::Formatted(value, format),
    )
}

/// `1,234`, `91.2 %`, `−3.2 ‰`, `¥12.50`.
fn plain(text: &str) -> Option<(f64, String)> {
    let (sign, rest) = match text.strip_prefix(['−', '-']) {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (yuan, rest) = match rest.strip_prefix('¥') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (digits, suffix) = rest
        .split_once('\u{a0}')
        .map_or((rest, ""), |(digits, suffix)| (digits, suffix));
    let value = sign * read(digits)?;
    let places = digits.split_once('.').map_or(0, |(_, rest)| rest.len());
    let mut format = "#,##0".to_owned();
    if places > 0 {
        format.push('.');
        format.push_str(&"0".repeat(places));
    }
    match (yuan, suffix) {
        (true, "") => Some((value, format!("\"¥\"{format}"))),
        (false, "") => Some((value, format)),
        (false, "%") => Some((value / 100.0, format!("{format}%"))),
        (false, "‰") => Some((value, format!("{format}\" ‰\""))),
        _ => None,
    }
}

/// `4 min 12 s`, `3 天 2 小时`: seconds.
fn duration(text: &str) -> Option<(f64, String)> {
    let parts: Vec<&str> = text.split('\u{a0}').collect();
    let mut seconds = 0.0;
    for pair in parts.chunks(2) {
        let [digits, unit] = pair else { return None };
        let size = match *unit {
            "d" | "天" => 86_400.0,
            "h" | "小时" => 3600.0,
            "min" | "分" => 60.0,
            "s" | "秒" => 1.0,
            _ => return None,
        };
        seconds += read(digits)? * size;
    }
    let unit = if text.is_ascii() || parts.last().is_some_and(|unit| unit.is_ascii()) {
        "s"
    } else {
        "秒"
    };
    Some((seconds, format!("#,##0.#\" {unit}\"")))
}

/// Digits with thousands separators; neither signs nor exponents.
fn read(digits: &str) -> Option<f64> {
    let allowed = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    let begins = digits.starts_with(|c: char| c.is_ascii_digit());
    (begins && digits.chars().all(allowed))
        .then(|| digits.replace(',', "").parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::i18n::Lang;
    use crate::kpi::figure::Unit;
    use crate::report::format;

    fn read_back(value: f64, unit: Unit, lang: Lang) -> f64 {
        let text = format::value(value, unit, lang);
        match number(&text) {
            Cell::Formatted(number, _) => number,
            other => panic!("{text}: {other:?}"),
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(value in -1e6_f64..1e6) {
            for lang in Lang::ALL {
                for (unit, near) in [
                    (Unit::Percent, 0.000_51),
                    (Unit::Count, 0.51),
                    (Unit::Score, 0.0051),
                    (Unit::PerThousand, 0.051),
                    (Unit::Yuan, 0.51),
                ] {
                    prop_assert!((read_back(value, unit, lang) - value).abs() <= near);
                }
            }
        }

        #[test]
        fn durations_are_seconds(value in 0.0_f64..172_000.0) {
            for lang in Lang::ALL {
                let near = if value < 9.9 { 0.051 } else if value < 3599.0 { 0.51 } else { 31.0 };
                prop_assert!((read_back(value, Unit::Seconds, lang) - value).abs() <= near);
            }
        }
    }

    #[test]
    fn words_and_ids_stay_text() {
        for text in [
            "=1+1",
            "A1",
            "1–3",
            "4 / 7",
            "1e5",
            "≥\u{a0}90.0\u{a0}%",
            "",
            "1,0x",
            "+5",
            "—",
        ] {
            assert_eq!(number(text), Cell::text(text), "{text}");
        }
    }

    #[test]
    fn a_column_of_days_is_days() {
        let table = Table {
            columns: vec![Column::text("day"), Column::text("id"), Column::number("n")],
            rows: vec![vec!["2026-03-29".into(), "0012".into(), "1,204".into()]],
            ..Table::default()
        };
        let row = &block(&table).rows[0];
        assert!(matches!(row[0], Cell::Date(_)));
        assert_eq!(row[1], Cell::text("0012"));
        assert_eq!(row[2], Cell::Formatted(1204.0, "#,##0".to_owned()));
    }
}
