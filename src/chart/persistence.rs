//! Persistence map: problems as rows, weeks as columns, and a summary at the end of each row.

use crate::report::document::Tone;
use crate::report::figure::{HeatLevel, Persistence, PersistenceCell, PersistenceRow, SignalMark};

use super::Layout;
use super::control::signal;
use super::key::{self, Symbol};
use super::sheet::{
    Align, DrawError, Drawing, Ink, Sheet, draw as on_sheet, fitted, held, text_width,
};

const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;
const TOP: f64 = 24.0;
const GAP: f64 = 1.5;
/// Not above, and three classes above.
const CLASSES: [(Ink, Ink); 4] = [
    (Ink::Empty, Ink::Muted),
    (Ink::Heat1, Ink::OnLow),
    (Ink::Heat2, Ink::OnLow),
    (Ink::Heat3, Ink::OnHigh),
];
/// Room of a mark before a summary.
const MARK: f64 = 16.0;

struct Form {
    width: f64,
    row: f64,
    /// Where a row's cells begin below its top.
    cells_top: f64,
    cell_height: f64,
    /// Where the cells lie.
    cells: (f64, f64),
    names_before: bool,
}

impl Form {
    fn new(plot: &Persistence, layout: Layout) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = &str>, size| {
            texts.map(|text| text_width(text, size)).fold(0.0, f64::max)
        };
        match layout {
            Layout::Wide => {
                let names = widest(&mut plot.rows.iter().map(|row| row.name.as_str()), LETTERS);
                let summaries = plot.rows.iter().map(|row| row.summary.as_str());
                let head = std::iter::once(plot.summary_label.as_str());
                let summary = widest(&mut summaries.chain(head), SMALL);
                Self {
                    width: 760.0,
                    row: 26.0,
                    cells_top: 0.0,
                    cell_height: 26.0,
                    cells: (names.min(230.0) + 12.0, 760.0 - summary - MARK - 10.0),
                    names_before: true,
                }
            }
            Layout::Narrow => Self {
                width: 360.0,
                row: 42.0,
                cells_top: 19.0,
                cell_height: 20.0,
                cells: (0.0, 360.0),
                names_before: false,
            },
        }
    }

    fn cell_width(&self, weeks: usize) -> f64 {
        (self.cells.1 - self.cells.0) / weeks.max(1) as f64
    }
}

pub(super) fn draw(plot: &Persistence, layout: Layout) -> Result<Drawing, DrawError> {
    let form = Form::new(plot, layout);
    let entries = entries(plot);
    let floor = TOP + plot.rows.len() as f64 * form.row;
    let height = floor + 12.0 + key::height(&entries, form.width);
    on_sheet(form.width, height, |sheet| {
        weeks(sheet, plot, &form)?;
        for (i, row) in plot.rows.iter().enumerate() {
            one_row(sheet, row, &form, TOP + i as f64 * form.row)?;
        }
        key::draw(sheet, &entries, (0.0, floor + 12.0), form.width)
    })
}

fn entries(plot: &Persistence) -> Vec<(Symbol, &str)> {
    let words = &plot.key;
    let fields = CLASSES.iter().zip(&words.classes);
    let mut entries: Vec<(Symbol, &str)> = fields
        .map(|((ink, _), word)| (Symbol::Field(*ink), word.as_str()))
        .collect();
    let mut cells = plot.rows.iter().flat_map(|row| &row.cells);
    if cells.any(|cell| cell.level == HeatLevel::Sparse) {
        entries.push((Symbol::Struck, &words.sparse));
    }
    if plot.rows.iter().any(|row| row.mark.is_some()) {
        let mark = SignalMark {
            tone: Tone::Concern,
            up: true,
        };
        entries.push((Symbol::Signal(mark), &words.persistent));
    }
    entries.push((Symbol::None, &words.cells));
    entries
}

/// The first days of the weeks, as many as stand apart; the newest always.
fn weeks(sheet: &Sheet, plot: &Persistence, form: &Form) -> Result<(), DrawError> {
    let width = form.cell_width(plot.weeks.len());
    // Weeks are short; other columns are called as the data says.
    let names = plot.weeks.iter();
    let names: Vec<String> = names
        .map(|name| fitted(name, SMALL, form.width / 2.0))
        .collect();
    let widest = names
        .iter()
        .map(|name| text_width(name, SMALL))
        .fold(0.0, f64::max);
    let every = (((widest + 8.0) / width).ceil() as usize).max(1);
    let last = names.len().saturating_sub(1);
    for (i, name) in names.iter().enumerate() {
        if !(last - i).is_multiple_of(every) {
            continue;
        }
        let x = form.cells.0 + (i as f64 + 0.5) * width;
        let x = held(x, text_width(name, SMALL), form.width);
        sheet.text(name, (x, TOP - 12.0), SMALL, Align::Middle, Ink::Muted)?;
    }
    if form.names_before {
        let at = (form.cells.1 + 8.0 + MARK, TOP - 12.0);
        sheet.text(&plot.summary_label, at, SMALL, Align::Start, Ink::Muted)?;
    }
    Ok(())
}

fn one_row(
    sheet: &mut Sheet,
    row: &PersistenceRow,
    form: &Form,
    top: f64,
) -> Result<(), DrawError> {
    let width = form.cell_width(row.cells.len());
    let summary = text_width(&row.summary, SMALL);
    let middle = if form.names_before {
        top + form.row / 2.0
    } else {
        top + 10.0
    };
    let (name_at, align, room, summary_at) = if form.names_before {
        (
            form.cells.0 - 8.0,
            Align::End,
            form.cells.0 - 8.0,
            form.cells.1 + 8.0 + MARK,
        )
    } else {
        let at = form.width - summary;
        (0.0, Align::Start, at - MARK - 8.0, at)
    };
    let name = fitted(&row.name, LETTERS, room);
    sheet.text(&name, (name_at, middle), LETTERS, align, Ink::Text)?;
    if let Some(mark) = row.mark {
        signal(sheet, (summary_at - MARK + 6.0, middle), mark, 4.5)?;
    }
    let ink = if row.mark.is_some() {
        Ink::Text
    } else {
        Ink::Muted
    };
    sheet.text(&row.summary, (summary_at, middle), SMALL, Align::Start, ink)?;
    for (i, cell) in row.cells.iter().enumerate() {
        let at = (form.cells.0 + i as f64 * width, top + form.cells_top);
        paint(sheet, cell, at, (width - GAP, form.cell_height - GAP))?;
    }
    Ok(())
}

fn paint(
    sheet: &mut Sheet,
    cell: &PersistenceCell,
    (x, y): (f64, f64),
    (width, height): (f64, f64),
) -> Result<(), DrawError> {
    let (field, letters) = match cell.level {
        HeatLevel::Class(class) => CLASSES[class.min(CLASSES.len() - 1)],
        HeatLevel::Sparse => (Ink::Sparse, Ink::Muted),
        HeatLevel::Empty => (Ink::Page, Ink::Muted),
    };
    sheet.rect((x, y), (x + width, y + height), field)?;
    if cell.level == HeatLevel::Sparse {
        sheet.line(&[(x, y + height), (x + width, y)], Ink::Strike, 0.75)?;
    } else if text_width(&cell.label, SMALL) <= width {
        let middle = (x + width / 2.0, y + height / 2.0);
        sheet.text(&cell.label, middle, SMALL, Align::Middle, letters)?;
    }
    sheet.hint(x, y, width, height, &cell.hint);
    Ok(())
}
