//! Cells, columns and blocks of a worksheet. Text is always written as text: nothing an export says is a formula.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError,
};

use crate::i18n::Lang;
use crate::kpi::figure::{Bound, Unit};
use crate::report::document::Tone;

/// Blue and orange of the light theme, and what stands between them.
pub(super) const BLUE: Color = Color::RGB(0x00_72B2);
pub(super) const ORANGE: Color = Color::RGB(0xD5_5E00);
pub(super) const GREY: Color = Color::RGB(0x6B_7480);
pub(super) const PALE: Color = Color::RGB(0xB8_BFC8);
pub(super) const INK: Color = Color::RGB(0x1B_2430);
const HEAD: Color = Color::RGB(0xE6_EBF1);

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Nothing is known.
    Empty,
    /// Words, ids.
    Text(String),
    /// Words with the colour of their tone.
    Marked(String, Tone),
    /// A number in the unit of its column.
    Number(f64),
    /// A number with a format of its own.
    Formatted(f64, String),
    /// A day.
    Date(NaiveDate),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number, or nothing.
    pub(super) fn maybe(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }
}

/// A column of a block.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) title: String,
    /// Number format of its numbers.
    pub(super) format: String,
    /// In characters; 0 fits the content.
    pub(super) width: f64,
}

impl Head {
    pub(super) fn text(title: impl Into<String>) -> Self {
        Self::number(title, "General")
    }

    pub(super) fn number(title: impl Into<String>, format: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            format: format.into(),
            width: 0.0,
        }
    }

    pub(super) const fn wide(mut self, width: f64) -> Self {
        self.width = width;
        self
    }
}

/// Columns with their rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// Height of a line of text, in points.
pub(super) const LINE: f64 = 15.0;

/// Writes a block with its heading at a place; gives the row under it.
pub(super) fn write(
    sheet: &mut Worksheet,
    block: &Block,
    (top, left): (u32, u16),
) -> Result<u32, XlsxError> {
    // A text right of numbers, which stand at their right edge, begins with a gap.
    let gap = |at: usize| at > 0 && numeric(block, at - 1) && !numeric(block, at);
    for (at, (column, head)) in (left..).zip(&block.heads).enumerate() {
        let format = if numeric(block, at) {
            heading().set_align(FormatAlign::Right)
        } else {
            indented(heading(), gap(at))
        };
        sheet.write_string_with_format(top, column, cleaned(&head.title), &format)?;
    }
    sheet.set_row_height(top, LINE * f64::from(lines(block)))?;
    let rooms = (0..block.heads.len()).map(|at| width(block, at).unwrap_or(0.0));
    let gaps: Vec<(bool, f64)> = (0..block.heads.len()).map(gap).zip(rooms).collect();
    for (row, cells) in (top + 1..).zip(&block.rows) {
        let columns = block.heads.iter().zip(&gaps);
        let mut lines: f64 = 1.0;
        for ((column, cell), (head, (gap, room))) in (left..).zip(cells).zip(columns) {
            let words = matches!(cell, Cell::Text(_) | Cell::Marked(..));
            let wrapped = words && measured(cell) > *room;
            if wrapped {
                lines = lines.max((measured(cell) / room).ceil());
            }
            write_cell(sheet, (row, column), cell, &head.format, (*gap, wrapped))?;
        }
        if lines > 1.0 {
            sheet.set_row_height(row, LINE * lines)?;
        }
    }
    Ok(top + 1 + length(block))
}

fn numeric(block: &Block, at: usize) -> bool {
    let mut cells = block.rows.iter().filter_map(|row| row.get(at));
    cells.any(|cell| matches!(cell, Cell::Number(_) | Cell::Formatted(..)))
}

fn indented(format: Format, gap: bool) -> Format {
    // Programs leave the gap out where the side is not named.
    if gap {
        format.set_align(FormatAlign::Left).set_indent(1)
    } else {
        format
    }
}

/// Lines of the heading. A spreadsheet program does not always find them by itself in a row that has a height.
fn lines(block: &Block) -> u8 {
    let of = |(at, head): (usize, &Head)| {
        let room = width(block, at).unwrap_or(9.0) - 3.0;
        match ems(&head.title) / room {
            ratio if ratio <= 1.0 => 1,
            // Words do not fill their lines.
            ratio if ratio <= 1.7 => 2,
            _ => 3,
        }
    };
    block.heads.iter().enumerate().map(of).max().unwrap_or(1)
}

/// Sets the widths of the columns of blocks that stand one below the other.
pub(super) fn widths(sheet: &mut Worksheet, blocks: &[&Block], left: u16) -> Result<(), XlsxError> {
    for (width, column) in widest(blocks).zip(left..) {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

/// Characters that the columns of such blocks hold side by side.
pub(super) fn room(blocks: &[&Block]) -> f64 {
    widest(blocks).sum()
}

/// The width of each column that blocks one below the other need.
fn widest(blocks: &[&Block]) -> impl Iterator<Item = f64> {
    let most = blocks.iter().map(|block| block.heads.len()).max();
    (0..most.unwrap_or(0)).map(|at| {
        let widths = blocks.iter().filter_map(|block| width(block, at));
        widths.fold(0.0, f64::max)
    })
}

fn width(block: &Block, at: usize) -> Option<f64> {
    let head = block.heads.get(at)?;
    if head.width > 0.0 {
        return Some(head.width);
    }
    let cells = block
        .rows
        .iter()
        .filter_map(|row| row.get(at))
        .map(measured);
    // A heading may break over lines, and carries the button of the filter.
    let title = ems(&head.title) / 2.0 + 5.0;
    Some(cells.fold(title, f64::max).clamp(9.0, 46.0))
}

/// Number of rows under the heading.
pub(super) fn length(block: &Block) -> u32 {
    u32::try_from(block.rows.len()).unwrap_or(u32::MAX)
}

/// Number of columns.
pub(super) fn breadth(block: &Block) -> u16 {
    u16::try_from(block.heads.len()).unwrap_or(u16::MAX)
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    format: &str,
    (gap, wrapped): (bool, bool),
) -> Result<(), XlsxError> {
    // A number stands beside the first line of a sentence.
    let number = |format: &str| {
        Format::new()
            .set_num_format(format)
            .set_align(FormatAlign::Top)
    };
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let format = Format::new()
                .set_num_format("@")
                .set_align(FormatAlign::Top);
            let format = indented(format, gap);
            // A sentence longer than the widest column stands on two lines rather than under its neighbour.
            let format = if wrapped {
                format.set_text_wrap()
            } else {
                format
            };
            sheet.write_string_with_format(row, column, cleaned(text), &format)?;
        }
        Cell::Marked(text, tone) => {
            sheet.write_string_with_format(
                row,
                column,
                cleaned(text),
                &indented(toned(*tone), gap),
            )?;
        }
        Cell::Number(value) => {
            sheet.write_number_with_format(row, column, *value, &number(format))?;
        }
        Cell::Formatted(value, own) => {
            sheet.write_number_with_format(row, column, *value, &number(own))?;
        }
        Cell::Date(day) => {
            let at = excel_date(*day)?;
            sheet.write_datetime_with_format(row, column, at, &number("yyyy-mm-dd"))?;
        }
    }
    Ok(())
}

fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let small = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let year = u16::try_from(day.year()).unwrap_or(u16::MAX);
    ExcelDateTime::from_ymd(year, small(day.month()), small(day.day()))
}

/// The heading of a column.
pub(super) fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color(HEAD)
        .set_border_bottom(FormatBorder::Thin)
        .set_border_color(PALE)
}

/// Words of a verdict.
fn toned(tone: Tone) -> Format {
    let plain = Format::new()
        .set_num_format("@")
        .set_align(FormatAlign::Top);
    match tone {
        Tone::Concern => plain
            .set_font_color(0x9A_3F00)
            .set_background_color(0xFC_EBDD)
            .set_bold(),
        Tone::Improvement => plain
            .set_font_color(0x00_4F7C)
            .set_background_color(0xE0_EFF8),
        Tone::Neutral => plain
            .set_font_color(INK)
            .set_background_color(0xEE_F0F3)
            .set_bold(),
        Tone::Calm => plain,
        Tone::Unjudged | Tone::Sparse => plain.set_font_color(0x5A_636E).set_italic(),
    }
}

/// The number format of a unit.
pub(super) fn number_format(unit: Unit, lang: Lang) -> &'static str {
    match (unit, lang) {
        (Unit::Percent, _) => "0.0%",
        (Unit::Seconds, Lang::Zh) => "#,##0.0\" 秒\"",
        (Unit::Seconds, Lang::En) => "#,##0.0\" s\"",
        (Unit::Count, _) => "#,##0",
        (Unit::Yuan, _) => "\"¥\"#,##0.00",
        (Unit::PerThousand, _) => "0.0\" ‰\"",
        (Unit::PerMillion, _) => "#,##0.0",
        (Unit::Score | Unit::Number, _) => "#,##0.00",
    }
}

/// The number format of a target: its sign is shown, the cell holds the number.
pub(super) fn bound_format(bound: Bound, unit: Unit, lang: Lang) -> String {
    let sign = match bound {
        Bound::AtLeast(_) => '≥',
        Bound::AtMost(_) => '≤',
    };
    format!("\"{sign} \"{}", number_format(unit, lang))
}

/// Text that a workbook can hold: no control characters, at most what a cell takes.
pub(super) fn cleaned(text: &str) -> String {
    const MOST: usize = 32_000;
    text.chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .take(MOST)
        .collect()
}

/// Width of a text in letters; a Chinese character takes two.
pub(super) fn ems(text: &str) -> f64 {
    text.chars()
        .map(|c| if c.is_ascii() { 1.0 } else { 1.9 })
        .sum()
}

fn measured(cell: &Cell) -> f64 {
    match cell {
        Cell::Empty => 0.0,
        Cell::Text(text) | Cell::Marked(text, _) => ems(text) + 1.5,
        Cell::Number(_) | Cell::Formatted(..) => 12.0,
        Cell::Date(_) => 11.5,
    }
}
