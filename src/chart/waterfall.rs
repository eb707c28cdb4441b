//! Waterfall: it lies, because the names of members are long. The two periods are marks, not bars, so that the
//! axis need not begin at 0.

use crate::report::document::Tone;
use crate::report::figure::{Period, Step, StepKind, Waterfall};
use crate::report::format;

use super::Layout;
use super::control::{ticks, tone_ink};
use super::key::{self, Symbol};
use super::sheet::{
    Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, fitted, text_width,
};

const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;
const TOP: f64 = 24.0;
const BAR: f64 = 14.0;
/// Length of a bar's point.
const POINT: f64 = 6.0;

struct Form {
    width: f64,
    row: f64,
    /// Where the middle of a bar lies in its row.
    middle: f64,
    /// Where names and the words for what moved begin.
    names: f64,
    kinds: f64,
    /// Where the bars lie.
    bars: (f64, f64),
    names_before: bool,
}

impl Form {
    fn new(plot: &Waterfall, layout: Layout) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = &str>, size| {
            texts.map(|text| text_width(text, size)).fold(0.0, f64::max)
        };
        let kinds = widest(
            &mut plot.steps.iter().map(|step| step.kind_label.as_str()),
            SMALL,
        );
        // A label stands beyond its bar, so the longest must fit on either side.
        let labels = widest(
            &mut plot.steps.iter().map(|step| step.label.as_str()),
            SMALL,
        );
        match layout {
            Layout::Wide => {
                let ends = [plot.before.name.as_str(), plot.after.name.as_str()];
                let names = plot.steps.iter().map(|step| step.name.as_str());
                let longest = widest(&mut names.chain(ends), LETTERS).min(230.0);
                let begin = longest + 12.0 + kinds + 16.0;
                Self {
                    width: 760.0,
                    row: 26.0,
                    middle: 13.0,
                    names: 0.0,
                    kinds: longest + 12.0,
                    bars: (begin + labels + 6.0, 754.0 - labels),
                    names_before: true,
                }
            }
            Layout::Narrow => Self {
                width: 360.0,
                row: 39.0,
                middle: 28.0,
                names: 0.0,
                kinds: 0.0,
                bars: (labels + 8.0, 352.0 - labels),
                names_before: false,
            },
        }
    }

    fn top(&self, row: usize) -> f64 {
        TOP + row as f64 * self.row
    }
}

pub(super) fn draw(plot: &Waterfall, layout: Layout) -> Result<Drawing, DrawError> {
    let form = Form::new(plot, layout);
    let rows = plot.steps.len() + 2;
    let entries = entries(plot);
    let floor = form.top(rows);
    let height = floor + 10.0 + key::height(&entries, form.width);
    on_sheet(form.width, height, |sheet| {
        let mut level = plot.before.level.value;
        let levels: Vec<f64> = std::iter::once(level)
            .chain(plot.steps.iter().map(|step| {
                level += step.change;
                level
            }))
            .chain([plot.after.level.value])
            .collect();
        let (low, high) = levels
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), level| {
                (low.min(*level), high.max(*level))
            });
        let air = if high > low {
            0.0
        } else {
            high.abs().max(1.0) * 0.05
        };
        let x = Scale {
            from: (low - air, high + air),
            to: form.bars,
        };
        axis(sheet, plot, x, floor)?;
        period(sheet, &plot.before, &form, 0, x)?;
        for (i, one) in plot.steps.iter().enumerate() {
            connector(sheet, x.at(levels[i]), &form, i)?;
            step(
                sheet,
                one,
                &form,
                i + 1,
                (x.at(levels[i]), x.at(levels[i + 1])),
            )?;
        }
        connector(sheet, x.at(plot.after.level.value), &form, rows - 2)?;
        period(sheet, &plot.after, &form, rows - 1, x)?;
        key::draw(sheet, &entries, (0.0, floor + 10.0), form.width)
    })
}

fn entries(plot: &Waterfall) -> Vec<(Symbol, &str)> {
    let words = &plot.key;
    let has = |wanted: Tone| plot.steps.iter().any(|step| step.tone == wanted);
    let mut entries: Vec<(Symbol, &str)> = [
        (Tone::Concern, words.concern.as_str()),
        (Tone::Improvement, words.improvement.as_str()),
        (Tone::Neutral, words.neutral.as_str()),
    ]
    .into_iter()
    .filter(|(tone, _)| has(*tone))
    .map(|(tone, word)| (Symbol::Field(tone_ink(tone)), word))
    .collect();
    entries.push((Symbol::None, &words.own));
    if plot.steps.iter().any(|step| step.kind == StepKind::Mix) {
        entries.push((Symbol::None, &words.mix));
    }
    entries
}

fn axis(sheet: &Sheet, plot: &Waterfall, x: Scale, floor: f64) -> Result<(), DrawError> {
    let ticks = ticks(x.from, plot.axis.unit);
    let step = ticks
        .windows(2)
        .next()
        .map_or(1.0, |pair| pair[1] - pair[0]);
    let mut free = 0.0;
    for tick in ticks {
        let at = x.at(tick);
        let label = format::tick(tick, plot.axis.unit, step);
        let half = text_width(&label, SMALL) / 2.0;
        sheet.line(&[(at, TOP - 6.0), (at, floor)], Ink::Grid, 0.5)?;
        if at - half >= free {
            sheet.text(&label, (at, TOP - 15.0), SMALL, Align::Middle, Ink::Muted)?;
            free = at + half + 10.0;
        }
    }
    Ok(())
}

/// One of the two periods: an upright stroke at its level, with its figure.
fn period(
    sheet: &mut Sheet,
    period: &Period,
    form: &Form,
    row: usize,
    x: Scale,
) -> Result<(), DrawError> {
    let middle = form.top(row) + form.middle;
    let at = x.at(period.level.value);
    name(sheet, &period.name, "", form, row)?;
    sheet.rect(
        (at - 2.0, middle - 10.0),
        (at + 2.0, middle + 10.0),
        Ink::Line,
    )?;
    let text = &period.level.label;
    // On the side that has the room; the other one is where the bars go.
    let width = text_width(text, LETTERS);
    if at + 8.0 + width <= form.width {
        sheet.text(text, (at + 8.0, middle), LETTERS, Align::Start, Ink::Text)?;
    } else {
        sheet.text(text, (at - 8.0, middle), LETTERS, Align::End, Ink::Text)?;
    }
    let hint = format!("{} {}", period.name, text);
    sheet.hint(0.0, form.top(row), form.width, form.row, &hint);
    Ok(())
}

/// From the level reached in one row to the next row.
fn connector(sheet: &Sheet, at: f64, form: &Form, row: usize) -> Result<(), DrawError> {
    let from = form.top(row) + form.middle;
    sheet.line(&[(at, from), (at, from + form.row)], Ink::Centre, 0.75)
}

/// One part: an arrow from the level before it to the level after it.
fn step(
    sheet: &mut Sheet,
    step: &Step,
    form: &Form,
    row: usize,
    (from, to): (f64, f64),
) -> Result<(), DrawError> {
    let middle = form.top(row) + form.middle;
    name(sheet, &step.name, &step.kind_label, form, row)?;
    let shape = arrow(from, to, middle);
    let ink = tone_ink(step.tone);
    if step.kind == StepKind::Mix {
        sheet.polygon(&shape, Ink::Page)?;
        sheet.outline(&shape, ink, 1.5)?;
    } else {
        sheet.polygon(&shape, ink)?;
    }
    let width = text_width(&step.label, SMALL);
    let ahead = to < from;
    // Beyond the point of the arrow, or behind it at the end of the sheet.
    let left_limit = form.bars.0 - width - 8.0;
    if ahead && to - 6.0 - width >= left_limit {
        sheet.text(
            &step.label,
            (to - 6.0, middle),
            SMALL,
            Align::End,
            Ink::Text,
        )?;
    } else if ahead || to + 6.0 + width <= form.width {
        let after = if ahead { from } else { to };
        sheet.text(
            &step.label,
            (after + 6.0, middle),
            SMALL,
            Align::Start,
            Ink::Text,
        )?;
    } else {
        sheet.text(
            &step.label,
            (from - 6.0, middle),
            SMALL,
            Align::End,
            Ink::Text,
        )?;
    }
    sheet.hint(0.0, form.top(row), form.width, form.row, &step.hint);
    Ok(())
}

/// A bar with a point in its direction; a small change is the point alone.
fn arrow(from: f64, to: f64, middle: f64) -> Vec<(f64, f64)> {
    let half = BAR / 2.0;
    let length = (to - from).abs().max(2.0);
    let side = if to < from { -1.0 } else { 1.0 };
    let tip = from + side * length;
    let neck = from + side * (length - POINT).max(0.0);
    vec![
        (from, middle - half),
        (neck, middle - half),
        (tip, middle),
        (neck, middle + half),
        (from, middle + half),
    ]
}

fn name(sheet: &Sheet, name: &str, kind: &str, form: &Form, row: usize) -> Result<(), DrawError> {
    let middle = form.top(row) + form.middle;
    if form.names_before {
        let fits = fitted(name, LETTERS, form.kinds - 8.0);
        sheet.text(
            &fits,
            (form.names, middle),
            LETTERS,
            Align::Start,
            Ink::Text,
        )?;
        return sheet.text(kind, (form.kinds, middle), SMALL, Align::Start, Ink::Muted);
    }
    let above = middle - 16.0;
    let length = text_width(name, LETTERS) + text_width(kind, SMALL) + 10.0;
    // The lines that run down from bar to bar pause behind the words.
    let ground = ((0.0, above - 8.0), (length.min(form.width), above + 8.0));
    sheet.rect(ground.0, ground.1, Ink::Page)?;
    let fits = fitted(name, LETTERS, form.width - text_width(kind, SMALL) - 10.0);
    sheet.text(&fits, (form.names, above), LETTERS, Align::Start, Ink::Text)?;
    let after = form.names + text_width(&fits, LETTERS) + 8.0;
    sheet.text(kind, (after, above), SMALL, Align::Start, Ink::Muted)
}
