//! Tables of text: each scrolls inside a region of its own that the keyboard reaches.

use maud::{Markup, html};

use crate::report::document::{Column, Table};

pub(super) fn table(table: &Table) -> Markup {
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
                            tr.total[table.total && i + 1 == table.rows.len()] { (cells(row, &table.columns)) }
                        }
                    }
                }
            }
        }
    }
}

fn heading(column: &Column) -> Markup {
    html! { th.number[column.numeric] scope="col" { (column.title) } }
}

fn cells(row: &[String], columns: &[Column]) -> Markup {
    html! {
        @for (i, (text, column)) in row.iter().zip(columns).enumerate() {
            @if i == 0 { th scope="row" { (text) } } @else { td.number[column.numeric] { (text) } }
        }
    }
}
