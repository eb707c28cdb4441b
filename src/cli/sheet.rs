//! Plain tables for a terminal.

use std::ops::Range;

use comfy_table::{CellAlignment, Table, presets};

/// Columns side by side, without lines; those in `numbers` to the right.
#[must_use]
pub fn plain(header: &[String], rows: &[Vec<String>], numbers: Range<usize>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        if numbers.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}
