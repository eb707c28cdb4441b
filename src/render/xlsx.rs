//! The workbook: a summary with real numbers, one sheet per figure with its data and a native chart, one per
//! table, the dictionary last. The same document gives the same bytes.

mod cells;
mod charts;
mod dictionary;
mod names;
mod plots;
mod printed;
mod summary;

#[cfg(test)]
mod tests;

use rust_xlsxwriter::{
    ConditionalFormat3ColorScale, ConditionalFormatType, DocProperties, ExcelDateTime, Format,
    FormatAlign, Workbook, Worksheet, XlsxError,
};

use crate::i18n::text::Text;
use crate::report::document::{self, Document, Table};
use crate::report::figure::Figure;

use super::{RenderError, Renderer};
use cells::{Block, GREY, breadth, cleaned, length};
use charts::Place;
use names::Names;
use plots::{Scale, plotted};

/// The workbook edition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Xlsx;

impl Renderer for Xlsx {
    fn extension(&self) -> &'static str {
        "xlsx"
    }

    fn render(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        Ok(workbook(document)?)
    }
}

/// A sheet as the table of contents lists it.
struct Listed {
    name: String,
    about: String,
}

fn workbook(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let t = Text(document.lang);
    let mut names = Names::default();
    let first = names.take(t.sheet_summary());
    let history = summary::history(document, t);
    let mut sheets: Vec<(Listed, Worksheet)> = Vec::new();
    if let Some(block) = history.as_ref().map(|history| &history.block) {
        let name = names.take(t.sheet_history());
        let mut sheet = plain(&name, "", block)?;
        // Forty columns on one page nobody reads: three pages, each with the days.
        sheet
            .set_print_fit_to_pages(3, 0)
            .set_repeat_columns(0, 0)?;
        let about = t.history_summary().to_owned();
        sheets.push((Listed { name, about }, sheet));
    }
    for figure in document.figures() {
        let name = names.take(&names::of_figure(figure, document));
        let sheet = drawn(&name, figure, t)?;
        let about = figure.title.clone();
        sheets.push((Listed { name, about }, sheet));
    }
    for table in tables(document) {
        let name = names.take(&table.caption);
        let mut block = printed::block(table);
        if let Some(restated) = document.restated().filter(|part| &part.table == table) {
            block = summary::restated(restated, t);
        }
        let sheet = plain(&name, &table.caption, &block)?;
        let about = table.caption.clone();
        sheets.push((Listed { name, about }, sheet));
    }
    for block in document.blocks() {
        if let document::Block::Worksheet(cases) = block {
            let name = names.take(&cases.heading);
            let sheet = plain(&name, &cases.heading, &summary::cases(cases, t))?;
            let about = cases.task.clone();
            sheets.push((Listed { name, about }, sheet));
        }
    }
    let name = names.take(t.sheet_dictionary());
    let sheet = dictionary::sheet(&name, document, t)?;
    let about = t.definitions_title().to_owned();
    sheets.push((Listed { name, about }, sheet));

    let (listed, rest): (Vec<Listed>, Vec<Worksheet>) = sheets.into_iter().unzip();
    let mut book = Workbook::new();
    book.set_properties(&properties(document)?);
    book.push_worksheet(summary::sheet(
        &first,
        document,
        &listed,
        history.as_ref(),
        t,
    )?);
    for sheet in rest {
        book.push_worksheet(sheet);
    }
    book.save_to_buffer()
}

/// Title, data version and, as the only time, the data cut-off.
fn properties(document: &Document) -> Result<DocProperties, XlsxError> {
    let t = Text(document.lang);
    let made = match &document.stamp {
        Some(stamp) => ExcelDateTime::from_timestamp(stamp.as_of.div_euclid(1_000_000))?,
        None => ExcelDateTime::parse_from_str(&document.iso_date)?,
    };
    let properties = DocProperties::new()
        .set_title(cleaned(&document.title))
        .set_subject(cleaned(&document.iso_date))
        .set_company(cleaned(&document.centre))
        .set_creation_datetime(&made);
    Ok(match &document.stamp {
        Some(stamp) => properties
            .set_comment(t.sheet_of_run(&stamp.run, env!("CARGO_PKG_VERSION")))
            .set_custom_property("kefu.run", stamp.run.as_str()),
        None => properties,
    })
}

/// Every table of the document that has rows.
fn tables(document: &Document) -> impl Iterator<Item = &Table> {
    document
        .blocks()
        .filter_map(|block| match block {
            document::Block::Table(table) => Some(table),
            document::Block::Restated(restated) => Some(&restated.table),
            _ => None,
        })
        .filter(|table| !table.rows.is_empty())
}

/// A sheet of one block under its caption, frozen and filtered at its heading.
fn plain(name: &str, caption: &str, block: &Block) -> Result<Worksheet, XlsxError> {
    let mut sheet = named(name)?;
    let top = if caption.is_empty() {
        0
    } else {
        sheet.write_string_with_format(0, 0, cleaned(caption), &title())?;
        2
    };
    cells::widths(&mut sheet, &[block], 0)?;
    cells::write(&mut sheet, block, (top, 0))?;
    framed(&mut sheet, block, top)?;
    Ok(sheet)
}

/// A sheet of a figure: what it says, its numbers, its chart, and the table of the report below.
fn drawn(name: &str, figure: &Figure, t: Text) -> Result<Worksheet, XlsxError> {
    let plotted = plotted(figure, t);
    let block = &plotted.block;
    let mut sheet = named(name)?;
    let grey = Format::new().set_font_color(GREY);
    sheet.set_row_height(0, 20.0)?;
    sheet.write_string_with_format(0, 0, cleaned(&figure.title), &title())?;
    sheet.write_string_with_format(1, 0, cleaned(&figure.subtitle), &grey)?;
    let mut notes = figure.notes.clone();
    notes.extend(plotted.note.map(str::to_owned));
    let top = 4;
    let data = printed::block(&figure.data);
    cells::widths(&mut sheet, &[block, &data], 0)?;
    let under = cells::write(&mut sheet, block, (top, 0))?;
    framed(&mut sheet, block, top)?;
    let mut free = breadth(block) + 1;
    let place = |left: u16, part: &Block| Place {
        sheet: name,
        head: top,
        last: top + length(part).max(1),
        left,
    };
    let chart_at = free;
    let mut beside = None;
    if let Some(side) = &plotted.side {
        // Behind the chart, which covers about 14 columns: what the curves are made of interests few.
        free += 15;
        cells::widths(&mut sheet, &[side], free)?;
        cells::write(&mut sheet, side, (top, free))?;
        beside = Some(place(free, side));
    }
    if let Some(spec) = plotted.chart.as_ref().filter(|_| !block.rows.is_empty()) {
        let chart = charts::chart(
            spec,
            &figure.title,
            &figure.description,
            place(0, block),
            beside,
        );
        sheet.insert_chart(top, chart_at, &chart)?;
    }
    if let Some(scale) = plotted.scale {
        paint(&mut sheet, block, top, scale)?;
    }
    // The chart is about 21 rows high and 14 columns wide.
    let charted = plotted.chart.is_some() && !block.rows.is_empty();
    let below = under.max(if charted { top + 22 } else { 0 }) + 2;
    sheet.write_string_with_format(below, 0, t.sheet_data(), &title())?;
    let last = cells::write(&mut sheet, &data, (below + 1, 0))?;
    // The curves of a funnel need no paper.
    let right = if charted {
        chart_at + 13
    } else {
        breadth(block)
    };
    let right = right.max(breadth(&data));
    let clauses: Vec<&str> = notes
        .iter()
        .map(|note| note.trim_end_matches(['.', '。']))
        .collect();
    let notes = clauses.join(t.clause());
    // Columns beside the blocks are about as wide as a heading is at least.
    let room = cells::room(&[block, &data])
        + 9.0 * f64::from(right + 1 - breadth(block).max(breadth(&data)));
    // Programs differ by a tenth in how wide a column is, and lines are not filled.
    let lines = (cells::ems(&notes) / (room * 0.8)).ceil().max(1.0);
    sheet.set_row_height(2, cells::LINE * lines)?;
    let grey = grey.set_text_wrap().set_align(FormatAlign::Top);
    sheet.merge_range(2, 0, 2, right, &cleaned(&notes), &grey)?;
    sheet.set_print_area(0, 0, last, right)?;
    Ok(sheet)
}

/// Cells coloured by their value; `scale` gives the fixed points of the colours.
fn paint(sheet: &mut Worksheet, block: &Block, top: u32, scale: Scale) -> Result<(), XlsxError> {
    if block.rows.is_empty() || breadth(block) < 2 {
        return Ok(());
    }
    let mut colours = ConditionalFormat3ColorScale::new()
        .set_minimum_color(0xFF_FFFF)
        .set_midpoint_color(0xFB_D9BE)
        .set_maximum_color(0xE8_8A43);
    if let Scale::Fixed(least, middle, most) = scale {
        colours = colours
            .set_minimum(ConditionalFormatType::Number, least)
            .set_midpoint(ConditionalFormatType::Number, middle)
            .set_maximum(ConditionalFormatType::Number, most)
            .set_minimum_color(0x9C_C9E3)
            .set_midpoint_color(0xFF_FFFF);
    }
    let last = top + length(block);
    sheet.add_conditional_format(top + 1, 1, last, breadth(block) - 1, &colours)?;
    Ok(())
}

/// Freezes the heading and gives it filters.
fn framed(sheet: &mut Worksheet, block: &Block, top: u32) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(top + 1, 1)?;
    if !block.rows.is_empty() {
        sheet.autofilter(top, 0, top + length(block), breadth(block).max(1) - 1)?;
        sheet.set_repeat_rows(top, top)?;
    }
    Ok(())
}

/// An empty sheet for A4, lying, as wide as a page.
fn named(name: &str) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?;
    sheet
        .set_paper_size(9)
        .set_landscape()
        .set_print_fit_to_pages(1, 0);
    Ok(sheet)
}

fn title() -> Format {
    Format::new()
        .set_bold()
        .set_font_size(13)
        .set_align(FormatAlign::Top)
}
