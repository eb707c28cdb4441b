//! Tables of text: each scrolls inside a region of its own that the keyboard reaches.

use maud::{Markup, html};

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::report::document::{Column, Table};

pub(super) fn table(table: &Table, t: Text) -> Markup {
    let caption = format!("{}-caption", table.id);
    html! {
        @if table.rows.is_empty() {
            p.empty { strong { (table.caption) } " " (table.empty) }
        } @else {
            div.scroll role="region" tabindex="0" aria-labelledby=(caption) {
                table.data-table {
                    caption id=(caption) { (table.caption) }
                    thead { tr { @for column in &table.columns { (heading(column)) } } }
                    tbody {
                        @for (i, row) in table.rows.iter().enumerate() {
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
        @if !notes.is_empty() { div.notes { @for note in notes { p { (note) } } } }
    }
}

fn heading(column: &Column) -> Markup {
    html! { th.number[column.numeric] scope="col" { (column.title) } }
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
fn spoken(text: &str, t: Text) -> Markup {
    let chinese = t.0 == Lang::En && text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    html! {
        @if chinese { span lang=(Lang::Zh.tag()) { (text) } } @else { (text) }
    }
}
