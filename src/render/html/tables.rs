//! Tables of text: each scrolls inside a region of its own that the keyboard reaches.

use maud::{Markup, html};

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::report::document::{Column, Table};
use crate::report::format;

/// Rows that stand open; of a table with a few more all do.
const OPEN: usize = 12;
const FEW_MORE: usize = 24;

/// A table; of a long one the first rows, and the others to be opened. A total stands with the first.
pub(super) fn table(table: &Table, t: Text) -> Markup {
    if table.rows.len() <= FEW_MORE {
        return whole(table, t);
    }
    let last = table.rows.len() - usize::from(table.total);
    let part = |id: String, caption: String, rows: Vec<Vec<String>>, total: bool| Table {
        id,
        caption,
        columns: table.columns.clone(),
        rows,
        total,
        empty: String::new(),
    };
    let mut open = table.rows[..OPEN].to_vec();
    open.extend_from_slice(&table.rows[last..]);
    let open = part(table.id.clone(), table.caption.clone(), open, table.total);
    let others = t.rows_more(&format::count((last - OPEN) as u64));
    let folded = part(
        format!("{}-more", table.id),
        format!("{}{}{others}", table.caption, t.clause()),
        table.rows[OPEN..last].to_vec(),
        false,
    );
    html! {
        (whole(&open, t))
        details.folded {
            summary { (others) }
            (whole(&folded, t))
        }
    }
}

/// All rows of a table, for what is opened already.
pub(super) fn whole(table: &Table, t: Text) -> Markup {
    first_rows(table, usize::MAX, t)
}

/// A table that ends after so many rows.
pub(super) fn first_rows(table: &Table, most: usize, t: Text) -> Markup {
    let caption = format!("{}-caption", table.id);
    html! {
        @if table.rows.is_empty() {
            p.empty { strong { (spoken(&table.caption, t)) } " " (table.empty) }
        } @else {
            div.scroll role="region" tabindex="0" aria-labelledby=(caption) {
                table.data-table {
                    caption id=(caption) { (spoken(&table.caption, t)) }
                    thead { tr {
                        @for (i, column) in table.columns.iter().enumerate() { (heading(column, width(table, i), t)) }
                    } }
                    tbody {
                        @for (i, row) in table.rows.iter().take(most).enumerate() {
                            tr.total[table.total && i + 1 == table.rows.len()] { (cells(row, &table.columns, t)) }
                        }
                    }
                }
            }
        }
    }
}

/// A table with what stands under it.
pub(super) fn with_notes(part: &Table, notes: &[String], t: Text) -> Markup {
    html! {
        (table(part, t))
        @if !notes.is_empty() { div.notes { @for note in notes { p { (spoken(note, t)) } } } }
    }
}

fn heading(column: &Column, width: Option<&str>, t: Text) -> Markup {
    let class = if column.numeric {
        Some("number")
    } else {
        width
    };
    html! { th class=[class] scope="col" { (spoken(&column.title, t)) } }
}

/// The class of a column whose texts are long: on a narrow screen it keeps its width and the table scrolls, or a
/// sentence would stand word by word.
fn width(table: &Table, column: usize) -> Option<&'static str> {
    let cells = table.rows.iter().filter_map(|row| row.get(column));
    match cells.map(|text| letters(text)).max().unwrap_or(0) {
        0..=13 => None,
        14..=30 => Some("mid"),
        _ => Some("long"),
    }
}

/// Latin letters that take the room of a text: a Chinese sign is as wide as two.
fn letters(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(c > '\u{2e7f}')).sum()
}

fn cells(row: &[String], columns: &[Column], t: Text) -> Markup {
    html! {
        @for (i, (text, column)) in row.iter().zip(columns).enumerate() {
            @if i == 0 { th scope="row" { (spoken(text, t)) } } @else { td.number[column.numeric] { (spoken(text, t)) } }
        }
    }
}

/// A text in the language of the page; Chinese words of an export inside an English page say so, for screen
/// readers and for the choice of glyphs.
pub(super) fn spoken(text: &str, t: Text) -> Markup {
    if t.0 != Lang::En || !text.chars().any(chinese) {
        return html! { (text) };
    }
    html! {
        @for run in runs(text) {
            @if run.chars().any(chinese) { span lang=(Lang::Zh.tag()) { (run) } } @else { (run) }
        }
    }
}

/// A text whose ranges stay on one line: browsers break after a dash, whatever space follows.
pub(super) fn unbroken(text: &str) -> String {
    text.replace("–\u{a0}", "–\u{2060}\u{a0}")
}

const fn chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// A text cut where Chinese begins and ends.
fn runs(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .char_indices()
            .find(|(_, c)| chinese(*c) != chinese(first))
            .map_or(rest.len(), |(at, _)| at);
        let (run, after) = rest.split_at(end);
        runs.push(run);
        rest = after;
    }
    runs
}

/// A drawing whose Chinese words say so inside an English page.
pub(super) fn drawing(svg: &str, t: Text) -> String {
    if t.0 != Lang::En || !svg.chars().any(chinese) {
        return svg.to_owned();
    }
    let mut out = String::with_capacity(svg.len() + 256);
    for (at, part) in svg.split('<').enumerate() {
        if at > 0 {
            out.push('<');
        }
        let said = part
            .split_once('>')
            .filter(|(_, text)| text.chars().any(chinese));
        let name = ["text", "tspan", "title", "desc"].into_iter().find(|name| {
            part.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([' ', '>']))
        });
        match (said, name) {
            (Some(_), Some(name)) => {
                let rest = &part[name.len()..];
                out.push_str(name);
                out.push_str(" lang=\"zh-CN\"");
                out.push_str(rest);
            }
            _ => out.push_str(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_stays_on_its_line() {
        assert_eq!(
            unbroken("1\u{a0}–\u{a0}2 – 3"),
            "1\u{a0}–\u{2060}\u{a0}2 – 3"
        );
    }

    fn long(rows: usize, total: bool) -> Table {
        Table {
            id: "t".to_owned(),
            caption: "All".to_owned(),
            columns: vec![Column::text("name"), Column::number("n")],
            rows: (0..rows)
                .map(|row| vec![format!("row {row}."), "1".to_owned()])
                .collect(),
            total,
            empty: String::new(),
        }
    }

    #[test]
    fn a_long_table_is_folded_and_loses_no_row() {
        let t = Text(Lang::En);
        assert!(
            !table(&long(FEW_MORE, false), t)
                .into_string()
                .contains("<details")
        );
        for total in [false, true] {
            let rows = 40;
            let page = table(&long(rows, total), t).into_string();
            for row in 0..rows {
                assert_eq!(page.matches(&format!("row {row}.")).count(), 1, "{row}");
            }
            let (open, folded) = page.split_once("<details").unwrap();
            let last = format!("row {}.", rows - 1);
            assert_eq!(open.contains(&last), total);
            let hidden = rows - OPEN - usize::from(total);
            assert!(
                folded.contains(&format!("the other {hidden} rows")),
                "{folded}"
            );
            assert_eq!(page.matches("id=\"t-caption\"").count(), 1);
            assert_eq!(page.matches("id=\"t-more-caption\"").count(), 1);
        }
    }

    #[test]
    fn columns_of_sentences_keep_their_width() {
        let mut table = long(2, false);
        table.columns.push(Column::text("why"));
        for (row, why) in table
            .rows
            .iter_mut()
            .zip(["—", "客户来电查件，想知道包裹到哪了，已告知"])
        {
            row.push(why.to_owned());
        }
        assert_eq!(width(&table, 0), None);
        assert_eq!(width(&table, 2), Some("long"));
        let page = whole(&table, Text(Lang::Zh)).into_string();
        assert!(
            page.contains("<th class=\"long\" scope=\"col\">why"),
            "{page}"
        );
        assert!(
            page.contains("<th class=\"number\" scope=\"col\">n"),
            "{page}"
        );
    }

    #[test]
    fn chinese_words_of_an_english_page_say_so() {
        let en = Text(Lang::En);
        assert_eq!(
            spoken("AHT: 新人组 & co", en).into_string(),
            "AHT: <span lang=\"zh-CN\">新人组</span> &amp; co"
        );
        assert_eq!(spoken("新人组", Text(Lang::Zh)).into_string(), "新人组");
        assert_eq!(
            drawing(
                "<svg><title id=\"t\">A 组</title><text x=\"1\">B</text></svg>",
                en
            ),
            "<svg><title lang=\"zh-CN\" id=\"t\">A 组</title><text x=\"1\">B</text></svg>"
        );
    }
}
