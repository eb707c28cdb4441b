//! The first sheet: findings, then the figures of the day as real numbers, then what else the workbook holds;
//! and the days behind them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_xlsxwriter::{
    ConditionalFormatCustomIcon, ConditionalFormatDataBar, ConditionalFormatIconSet,
    ConditionalFormatIconType, ConditionalFormatType, Format, FormatAlign, Sparkline, Url,
    Worksheet, XlsxError,
};

use crate::i18n::text::Text;
use crate::kpi::figure::Bound;
use crate::report::document::{self, Document, KpiRow, Mark, Restated, Tone};

use super::Listed;
use super::cells::{
    self, BLUE, Block, Cell, GREY, Head, ORANGE, bound_format, cleaned, ems, length, number_format,
};

/// Width of a column of sentences, in letters.
const TEXT: f64 = 100.0;

/// The format of numerators and denominators: sums of seconds need no decimals.
const SUM: &str = "#,##0";

/// Within this share of the same weekday a figure counts as level.
const LEVEL: f64 = 0.02;

/// Columns of the table of figures that carry conditional formats.
const GAP: u16 = 8;
const CHANGE: u16 = 10;
const TREND: u16 = 11;

/// The days of every figure.
pub(super) struct History {
    /// Days downwards, figures across.
    pub(super) block: Block,
    /// Figure → its column.
    columns: BTreeMap<String, u16>,
}

/// The days of the figures with a trend, oldest first; `None` when none has one.
pub(super) fn history(document: &Document, t: Text) -> Option<History> {
    let rows: Vec<&KpiRow> = document.kpis().filter(|row| row.trend.is_some()).collect();
    let days = |row: &KpiRow| -> BTreeMap<NaiveDate, f64> {
        let days = row.trend.iter().flat_map(|trend| &trend.days);
        days.filter_map(|day| Some((day.date, day.value?)))
            .collect()
    };
    let values: Vec<BTreeMap<NaiveDate, f64>> = rows.iter().map(|row| days(row)).collect();
    let mut dates: Vec<NaiveDate> = values.iter().flat_map(BTreeMap::keys).copied().collect();
    dates.sort_unstable();
    dates.dedup();
    if dates.is_empty() {
        return None;
    }
    let mut heads = vec![Head::text(t.col_date()).wide(12.0)];
    heads.extend(
        rows.iter().map(|row| {
            Head::number(&row.name, number_format(row.raw.unit, document.lang)).wide(14.0)
        }),
    );
    let lines = dates.iter().map(|date| {
        std::iter::once(Cell::Date(*date))
            .chain(
                values
                    .iter()
                    .map(|days| Cell::maybe(days.get(date).copied())),
            )
            .collect()
    });
    Some(History {
        block: Block {
            heads,
            rows: lines.collect(),
        },
        columns: rows.iter().map(|row| row.id.clone()).zip(1..).collect(),
    })
}

/// The first sheet.
pub(super) fn sheet(
    name: &str,
    document: &Document,
    listed: &[Listed],
    history: Option<&History>,
    t: Text,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = super::named(name)?;
    let mut row = head(&mut sheet, document, t)?;
    let rows: Vec<&KpiRow> = document.kpis().collect();
    // Names of sheets stand in the first column.
    let names = listed.iter().map(|part| ems(&part.name) + 2.0);
    let names = names.fold(24.0, f64::max);
    if rows.is_empty() {
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_column_width(0, names)?;
        sheet.set_column_width(1, TEXT)?;
        row = texts(&mut sheet, document, row, Some(names + TEXT))?;
        let last = contents(&mut sheet, listed, row, t)?;
        sheet.set_print_area(0, 0, last, 1)?;
        return Ok(sheet);
    }
    let block = figures(&rows, document, t);
    cells::widths(&mut sheet, &[&block], 0)?;
    sheet.set_column_width(0, names)?;
    cells::write(&mut sheet, &block, (row, 0))?;
    super::framed(&mut sheet, &block, row)?;
    conditional(&mut sheet, row, row + length(&block))?;
    trends(&mut sheet, row + 1, &rows, history, t)?;
    row += length(&block) + 2;
    row = texts(&mut sheet, document, row, None)?;
    let last = contents(&mut sheet, listed, row, t)?;
    // On paper the columns that people judge by; on the screen all of them.
    sheet.set_print_area(0, 0, last, TREND)?;
    Ok(sheet)
}

/// Title, cut-off, verdicts and findings; gives the row under them.
fn head(sheet: &mut Worksheet, document: &Document, t: Text) -> Result<u32, XlsxError> {
    let grey = Format::new().set_font_color(GREY);
    let title = format!(
        "{} · {} · {}",
        document.title, document.centre, document.date
    );
    sheet.set_row_height(0, 24.0)?;
    sheet.write_string_with_format(0, 0, cleaned(&title), &super::title().set_font_size(16))?;
    let facts: Vec<String> = document
        .facts
        .iter()
        .map(|fact| format!("{}{}{}", fact.label, t.colon(), fact.value))
        .collect();
    sheet.write_string_with_format(1, 0, cleaned(&facts.join(" · ")), &grey)?;
    let mut row = 2;
    for finding in document.findings().take(3) {
        let text = format!("{}  {}", word(&finding.mark), finding.text);
        let mut parts = vec![text];
        parts.extend(finding.owner.as_ref().map(|owner| t.ask(owner)));
        sheet.write_string_with_format(
            row,
            0,
            cleaned(&parts.join(" · ")),
            &Format::new().set_bold(),
        )?;
        row += 1;
    }
    Ok(row + 1)
}

/// Shape and word of a verdict.
fn word(mark: &Mark) -> String {
    format!("{} {}", mark.shape, mark.word).trim().to_owned()
}

fn figures(rows: &[&KpiRow], document: &Document, t: Text) -> Block {
    let heads = vec![
        Head::text(t.col_kpi()).wide(24.0),
        Head::text(t.col_variation()),
        Head::text(t.sheet_value()),
        Head::text(t.sheet_low()),
        Head::text(t.sheet_high()),
        Head::number("n", "#,##0"),
        Head::text(t.sheet_target()),
        Head::text(t.col_status()),
        Head::number(t.sheet_gap(), "+0.0%;-0.0%;0.0%").wide(16.0),
        Head::text(t.sheet_weekday()),
        Head::number(t.sheet_change(), "+0.0%;-0.0%;0.0%"),
        Head::text(t.sheet_trend()).wide(24.0),
        Head::text(t.sheet_day()).wide(12.0),
        Head::text(t.sheet_detail()).wide(30.0),
        Head::number(t.sheet_numerator(), SUM),
        Head::number(t.sheet_denominator(), SUM),
        Head::text(t.sheet_target_source()).wide(28.0),
        Head::text(t.sheet_id()),
    ];
    Block {
        heads,
        rows: rows.iter().map(|row| line(row, document)).collect(),
    }
}

fn line(row: &KpiRow, document: &Document) -> Vec<Cell> {
    let raw = &row.raw;
    let estimate = raw.estimate;
    let format = number_format(raw.unit, document.lang);
    // “—” as everywhere: an empty cell could be taken for a zero.
    let figure = |value: Option<f64>| {
        value.map_or_else(
            || Cell::text(crate::report::format::NONE),
            |value| Cell::Formatted(value, format.to_owned()),
        )
    };
    let maybe = |value: Option<f64>| {
        value.map_or(Cell::Empty, |value| {
            Cell::Formatted(value, format.to_owned())
        })
    };
    let status = match &row.doubt {
        Some(doubt) => format!("{} · {doubt}", word(&row.status)),
        None => word(&row.status),
    };
    let change = estimate
        .value
        .zip(raw.same_weekday.filter(|mean| *mean != 0.0));
    let sparse = row.sparse.is_some();
    vec![
        Cell::text(&row.name),
        Cell::Marked(word(&row.variation), row.variation.tone),
        figure(estimate.value),
        maybe(estimate.interval.map(|interval| interval.low)),
        maybe(estimate.interval.map(|interval| interval.high)),
        Cell::Number(estimate.n as f64),
        raw.bound.map_or(Cell::Empty, |bound| {
            Cell::Formatted(bound.value(), bound_format(bound, raw.unit, document.lang))
        }),
        Cell::Marked(status, row.status.tone),
        Cell::maybe(gap(row).filter(|_| !sparse)),
        maybe(raw.same_weekday),
        Cell::maybe(
            change
                .filter(|_| !sparse)
                .map(|(value, mean)| value / mean - 1.0),
        ),
        Cell::Empty,
        Cell::Date(raw.day),
        row.variation
            .detail
            .as_ref()
            .map_or(Cell::Empty, Cell::text),
        Cell::maybe(estimate.numerator),
        Cell::maybe(estimate.denominator),
        row.target_source.as_ref().map_or(Cell::Empty, Cell::text),
        Cell::text(&row.id),
    ]
}

/// How far a figure lies from its target, as a share of it; positive is better.
fn gap(row: &KpiRow) -> Option<f64> {
    let bound = row.raw.bound?;
    let target = Some(bound.value()).filter(|target| *target != 0.0)?;
    let gap = (row.raw.estimate.value? - target) / target.abs();
    Some(match bound {
        Bound::AtLeast(_) => gap,
        Bound::AtMost(_) => -gap,
    })
}

/// Data bars on the distance to the target, arrows on the change; both on the numbers themselves.
fn conditional(sheet: &mut Worksheet, head: u32, last: u32) -> Result<(), XlsxError> {
    let bars = ConditionalFormatDataBar::new()
        .set_fill_color(BLUE)
        .set_negative_fill_color(ORANGE)
        .set_solid_fill(true);
    sheet.add_conditional_format(head + 1, GAP, last, GAP, &bars)?;
    // Grey arrows: a direction is neither good nor bad in itself.
    let from = |value: f64| {
        ConditionalFormatCustomIcon::new().set_rule(ConditionalFormatType::Number, value)
    };
    let arrows = ConditionalFormatIconSet::new()
        .set_icon_type(ConditionalFormatIconType::ThreeArrowsGray)
        .set_icons(&[
            ConditionalFormatCustomIcon::new(),
            from(-LEVEL),
            from(LEVEL),
        ]);
    sheet.add_conditional_format(head + 1, CHANGE, last, CHANGE, &arrows)?;
    Ok(())
}

/// Sparklines over the sheet of days.
fn trends(
    sheet: &mut Worksheet,
    first: u32,
    rows: &[&KpiRow],
    history: Option<&History>,
    t: Text,
) -> Result<(), XlsxError> {
    let Some(history) = history else {
        return Ok(());
    };
    let last = length(&history.block);
    for (row, kpi) in (first..).zip(rows) {
        if let Some(column) = history.columns.get(&kpi.id) {
            let line = Sparkline::new()
                .set_range((t.sheet_history(), 1, *column, last, *column))
                .set_sparkline_color(GREY)
                .set_line_weight(1.5)
                .set_last_point_color(ORANGE)
                .show_last_point(true);
            sheet.add_sparkline(row, TREND, &line)?;
        }
    }
    Ok(())
}

/// What sections say in words, broken over the first two columns where they are so wide together; gives the row
/// under them.
fn texts(
    sheet: &mut Worksheet,
    document: &Document,
    mut row: u32,
    width: Option<f64>,
) -> Result<u32, XlsxError> {
    let broken = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let bold = Format::new().set_bold();
    for block in document.blocks() {
        let document::Block::Text {
            heading,
            paragraphs,
        } = block
        else {
            continue;
        };
        if !heading.is_empty() {
            sheet.write_string_with_format(row, 0, cleaned(heading), &bold)?;
            row += 1;
        }
        for paragraph in paragraphs {
            match width {
                Some(width) => {
                    sheet.merge_range(row, 0, row, 1, &cleaned(paragraph), &broken)?;
                    let lines = (ems(paragraph) / (width * 0.92)).ceil().max(1.0);
                    sheet.set_row_height(row, cells::LINE * lines)?;
                }
                None => {
                    sheet.write_string(row, 0, cleaned(paragraph))?;
                }
            }
            row += 1;
        }
        row += 1;
    }
    Ok(row)
}

/// The other sheets, each a click away.
fn contents(sheet: &mut Worksheet, listed: &[Listed], top: u32, t: Text) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(top, 0, t.sheet_contents(), &Format::new().set_bold())?;
    for (row, part) in (top + 1..).zip(listed) {
        let place = format!("internal:'{}'!A1", part.name.replace('\'', "''"));
        sheet.write_url_with_text(row, 0, Url::new(place), part.name.as_str())?;
        sheet.write_string(row, 1, cleaned(&part.about))?;
    }
    Ok(top + u32::try_from(listed.len()).unwrap_or(u32::MAX))
}

/// Cases to go through, with a column for each question.
pub(super) fn cases(sheet: &document::Worksheet, t: Text) -> Block {
    let mut heads = vec![
        Head::text(t.sheet_case()).wide(18.0),
        Head::text(t.sheet_known()).wide(30.0),
        Head::text(t.sheet_written()).wide(80.0),
    ];
    heads.extend(
        sheet
            .questions
            .iter()
            .map(|question| Head::text(question).wide(30.0)),
    );
    let rows = sheet.cases.iter().map(|case| {
        let mut row = [&case.id, &case.facts, &case.text].map(Cell::text).to_vec();
        row.resize(heads.len(), Cell::Empty);
        row
    });
    Block {
        rows: rows.collect(),
        heads,
    }
}

/// Figures of earlier days that have changed, as numbers.
pub(super) fn restated(restated: &Restated, t: Text) -> Block {
    let columns = &restated.table.columns;
    let title = |at: usize| columns.get(at).map_or("", |column| column.title.as_str());
    let heads = vec![
        Head::text(t.sheet_day()).wide(12.0),
        Head::text(t.col_kpi()),
        Head::text(title(2)),
        Head::text(title(3)),
        Head::text(title(4)),
        Head::text(title(5)),
        Head::text(title(6)).wide(40.0),
        Head::text(t.sheet_id()),
    ];
    let rows = restated.rows.iter().map(|row| {
        let format = number_format(row.raw.unit, t.0);
        let figure = |value: Option<f64>| {
            value.map_or(Cell::Empty, |value| {
                Cell::Formatted(value, format.to_owned())
            })
        };
        vec![
            Cell::Date(row.raw.day),
            Cell::text(&row.name),
            figure(row.raw.before.value),
            figure(row.raw.after.value),
            Cell::Marked(row.change.clone(), Tone::Calm),
            Cell::text(&row.basis),
            Cell::text(&row.why),
            Cell::text(&row.id),
        ]
    });
    Block {
        heads,
        rows: rows.collect(),
    }
}
