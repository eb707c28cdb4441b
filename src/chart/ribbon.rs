//! SLA ribbon: one strip for each promise; met and running stand on its line, breached hangs below it, so that
//! a breach is told by its place as well as by its colour.

use crate::report::figure::{Ribbon, RibbonCell, RibbonRow};

use super::Layout;
use super::control::signal;
use super::key::{self, Symbol};
use super::sheet::{
    Align, DrawError, Drawing, Ink, Sheet, draw as on_sheet, fitted, held, text_width,
};

const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;
/// Height of a strip.
const STRIP: f64 = 46.0;
/// Between two lines of words.
const LINE: f64 = 15.0;
/// Room of a mark before a verdict.
const MARK: f64 = 15.0;

struct Form {
    width: f64,
    row: f64,
    /// Where a strip begins below the top of its row.
    strip_top: f64,
    strip: (f64, f64),
    /// Where attainment, target and verdict begin.
    words: f64,
    lying: bool,
}

impl Form {
    fn new(plot: &Ribbon, layout: Layout) -> Self {
        if layout == Layout::Narrow {
            return Self {
                width: 360.0,
                row: STRIP + 46.0,
                strip_top: 36.0,
                strip: (0.0, 360.0),
                words: 360.0,
                lying: false,
            };
        }
        let names = plot
            .rows
            .iter()
            .map(|row| text_width(&row.name, LETTERS).max(text_width(&row.limit, SMALL)))
            .fold(0.0, f64::max);
        let words = plot
            .rows
            .iter()
            .flat_map(|row| {
                [
                    text_width(&row.attained, LETTERS),
                    text_width(&row.target, SMALL),
                    MARK + text_width(&row.verdict, SMALL),
                ]
            })
            .fold(0.0, f64::max);
        // Fonts of browsers run a little wider than the estimate.
        let words = 760.0 - 1.06 * words;
        Self {
            width: 760.0,
            row: STRIP + 16.0,
            strip_top: 8.0,
            strip: (names.min(200.0) + 14.0, words - 16.0),
            words,
            lying: true,
        }
    }
}

pub(super) fn draw(plot: &Ribbon, layout: Layout) -> Result<Drawing, DrawError> {
    let form = Form::new(plot, layout);
    let words = &plot.key;
    let mut entries = vec![
        (Symbol::Standing(Ink::Bar), words.met.as_str()),
        (Symbol::Hanging(Ink::Concern), &words.breached),
        (Symbol::None, &words.scale),
    ];
    let mut cells = plot.rows.iter().flat_map(|row| &row.cells);
    if cells.any(|cell| cell.running > 0) {
        entries.insert(1, (Symbol::Hollow(Ink::Dot), &words.running));
    }
    let floor = plot.rows.len() as f64 * form.row;
    let height = floor + 28.0 + key::height(&entries, form.width);
    on_sheet(form.width, height, |sheet| {
        for (i, row) in plot.rows.iter().enumerate() {
            let top = i as f64 * form.row;
            words_of(sheet, row, &form, top)?;
            strip(sheet, row, &form, top + form.strip_top)?;
        }
        slots(sheet, plot, &form, floor)?;
        key::draw(sheet, &entries, (0.0, floor + 28.0), form.width)
    })
}

fn words_of(sheet: &Sheet, row: &RibbonRow, form: &Form, top: f64) -> Result<(), DrawError> {
    let ink = if row.sparse { Ink::Muted } else { Ink::Text };
    let name = |room: f64, y: f64| {
        let name = fitted(&row.name, LETTERS, room);
        sheet.text(&name, (0.0, y), LETTERS, Align::Start, Ink::Text)?;
        sheet.text(&row.limit, (0.0, y + LINE), SMALL, Align::Start, Ink::Muted)
    };
    if form.lying {
        let middle = top + form.strip_top + STRIP / 2.0;
        name(form.strip.0 - 10.0, middle - LINE / 2.0)?;
        let at = form.words;
        sheet.text(
            &row.attained,
            (at, middle - LINE),
            LETTERS,
            Align::Start,
            ink,
        )?;
        sheet.text(&row.target, (at, middle), SMALL, Align::Start, Ink::Muted)?;
        let after = if row.mark.is_some() { at + MARK } else { at };
        if let Some(mark) = row.mark {
            signal(sheet, (at + 5.0, middle + LINE), mark, 4.0)?;
        }
        return sheet.text(
            &row.verdict,
            (after, middle + LINE),
            SMALL,
            Align::Start,
            Ink::Muted,
        );
    }
    let (upper, lower) = (top + 10.0, top + 10.0 + LINE);
    name(
        form.width - text_width(&row.attained, LETTERS) - 10.0,
        upper,
    )?;
    sheet.text(&row.attained, (form.width, upper), LETTERS, Align::End, ink)?;
    // The mark stands where the words end, whatever their width.
    let end = if row.mark.is_some() {
        form.width - MARK
    } else {
        form.width
    };
    if let Some(mark) = row.mark {
        signal(sheet, (form.width - 5.0, lower), mark, 4.0)?;
    }
    let words = format!("{} {}", row.target, row.verdict);
    sheet.text(words.trim(), (end, lower), SMALL, Align::End, Ink::Muted)
}

fn strip(sheet: &mut Sheet, row: &RibbonRow, form: &Form, top: f64) -> Result<(), DrawError> {
    let most = |of: fn(&RibbonCell) -> u64| row.cells.iter().map(of).max().unwrap_or(0) as f64;
    let (up, down) = (
        most(|cell| cell.met + cell.running),
        most(|cell| cell.breached),
    );
    // One scale for both sides of the line.
    let scale = STRIP / (up + down).max(1.0);
    let line = top + up * scale;
    let (left, right) = form.strip;
    let width = (right - left) / row.cells.len().max(1) as f64;
    let gap = if width > 5.0 { 1.5 } else { 0.5 };
    for (i, cell) in row.cells.iter().enumerate() {
        let x = left + i as f64 * width;
        let ends = (x, x + width - gap);
        // What is there is seen, however small.
        let height = |count: u64| {
            if count == 0 {
                0.0
            } else {
                (count as f64 * scale).max(1.5)
            }
        };
        let (met, running) = (height(cell.met), height(cell.running));
        if cell.met > 0 {
            sheet.rect((ends.0, line - met), (ends.1, line), Ink::Bar)?;
        }
        if cell.running > 0 {
            let (low, high) = (line - met - 0.5, line - met - running);
            let rim = [(ends.0, low), (ends.1, low), (ends.1, high), (ends.0, high)];
            sheet.outline(&rim, Ink::Dot, 1.0)?;
        }
        if cell.breached > 0 {
            let to = (ends.1, line + height(cell.breached));
            sheet.rect((ends.0, line), to, Ink::Concern)?;
        }
        sheet.hint(x, top, width, STRIP, &cell.hint);
    }
    sheet.line(&[(left, line), (right, line)], Ink::Line, 1.0)
}

fn slots(sheet: &Sheet, plot: &Ribbon, form: &Form, floor: f64) -> Result<(), DrawError> {
    let (left, right) = form.strip;
    let width = (right - left) / plot.slots.len().max(1) as f64;
    let mut free = 0.0;
    for (i, slot) in plot
        .slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| slot.labelled)
    {
        let half = text_width(&slot.label, SMALL) / 2.0;
        let x = held(left + (i as f64 + 0.5) * width, 2.0 * half, form.width);
        if x - half >= free {
            sheet.text(
                &slot.label,
                (x, floor + 10.0),
                SMALL,
                Align::Middle,
                Ink::Muted,
            )?;
            free = x + half + 8.0;
        }
    }
    Ok(())
}
