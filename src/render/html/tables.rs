//! Tables of text: each scrolls inside a region of its own that the keyboard reaches.

use maud::{Markup, html};

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::report::document::{Column, Table};

pub(super) fn table(table: &Table, t: Text) -> Markup {
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
                    thead { tr { @for column in &table.columns { (heading(column, t)) } } }
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

fn heading(column: &Column, t: Text) -> Markup {
    html! { th.number[column.numeric] scope="col" { (spoken(&column.title, t)) } }
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
