//! Heat map: hours lie along the wide layout and stand along the narrow one.

use crate::report::figure::{Heat, HeatCell, HeatLevel};

use super::Layout;
use super::sheet::{Align, DrawError, Drawing, Ink, Sheet, draw as on_sheet, text_width};

const GAP: f64 = 1.5;
const HEATS: [Ink; 5] = [Ink::Heat0, Ink::Heat1, Ink::Heat2, Ink::Heat3, Ink::Heat4];

/// Measures of a layout in page pixels.
struct Form {
    width: f64,
    cell_height: f64,
    letters: f64,
    /// Columns and rows of the grid.
    columns: usize,
    rows: usize,
    left: f64,
    top: f64,
    key: f64,
    hints: bool,
}

impl Form {
    fn new(plot: &Heat, layout: Layout) -> Self {
        let (days, hours) = (plot.weekdays.len(), plot.hours.len());
        match layout {
            Layout::Wide => Self {
                width: 760.0,
                cell_height: 27.0,
                letters: 11.0,
                columns: hours,
                rows: days,
                left: 40.0,
                top: 22.0,
                key: 44.0,
                hints: true,
            },
            Layout::Narrow => Self {
                width: 360.0,
                cell_height: 20.0,
                letters: 11.0,
                columns: days,
                rows: hours,
                left: 28.0,
                top: 22.0,
                key: 64.0,
                hints: false,
            },
        }
    }

    fn cell_width(&self) -> f64 {
        (self.width - self.left) / self.columns.max(1) as f64
    }

    fn bottom(&self) -> f64 {
        self.top + self.rows as f64 * self.cell_height
    }

    fn height(&self) -> f64 {
        self.bottom() + self.key
    }
}

pub(super) fn draw(plot: &Heat, layout: Layout) -> Result<Drawing, DrawError> {
    let form = Form::new(plot, layout);
    on_sheet(form.width, form.height(), |sheet| {
        let (across, down) = match layout {
            Layout::Wide => (&plot.hours, &plot.weekdays),
            Layout::Narrow => (&plot.weekdays, &plot.hours),
        };
        for (column, name) in across.iter().enumerate() {
            let x = form.left + (column as f64 + 0.5) * form.cell_width();
            sheet.text(
                name,
                (x, form.top - 9.0),
                form.letters,
                Align::Middle,
                Ink::Muted,
            )?;
        }
        for (row, name) in down.iter().enumerate() {
            let y = form.top + (row as f64 + 0.5) * form.cell_height;
            sheet.text(
                name,
                (form.left - 7.0, y),
                form.letters,
                Align::End,
                Ink::Muted,
            )?;
        }
        let hours = plot.hours.len().max(1);
        for (position, cell) in plot.cells.iter().enumerate() {
            let (day, hour) = (position / hours, position % hours);
            let (column, row) = match layout {
                Layout::Wide => (hour, day),
                Layout::Narrow => (day, hour),
            };
            let at = (
                form.left + column as f64 * form.cell_width(),
                form.top + row as f64 * form.cell_height,
            );
            paint(sheet, cell, at, &form)?;
        }
        key(sheet, plot, &form)
    })
}

fn paint(
    sheet: &mut Sheet,
    cell: &HeatCell,
    (x, y): (f64, f64),
    form: &Form,
) -> Result<(), DrawError> {
    let (width, height) = (form.cell_width() - GAP, form.cell_height - GAP);
    let to = (x + width, y + height);
    sheet.rect((x, y), to, ink(cell.level))?;
    match cell.level {
        HeatLevel::Sparse => sheet.line(&[(x, y + height), (x + width, y)], Ink::Strike, 0.75)?,
        HeatLevel::Class(class) if text_width(&cell.label, form.letters) <= width => {
            let middle = (x + width / 2.0, y + height / 2.0);
            sheet.text(
                &cell.label,
                middle,
                form.letters,
                Align::Middle,
                letters(class),
            )?;
        }
        _ => {}
    }
    // Where fingers point, the number stands in the cell and n in the table.
    if form.hints {
        sheet.hint(x, y, width, height, &cell.hint);
    }
    Ok(())
}

/// The classes of the scale, then the mark for too few cases, then what the numbers are.
fn key(sheet: &Sheet, plot: &Heat, form: &Form) -> Result<(), DrawError> {
    const SWATCH: (f64, f64) = (56.0, 18.0);
    let (width, height) = SWATCH;
    let top = form.bottom() + 14.0;
    let mut x = form.left;
    for (class, name) in plot.classes.iter().enumerate() {
        sheet.rect(
            (x, top),
            (x + width - GAP, top + height),
            ink(HeatLevel::Class(class)),
        )?;
        let middle = (x + width / 2.0, top + height / 2.0);
        sheet.text(name, middle, form.letters, Align::Middle, letters(class))?;
        x += width;
    }
    // On a narrow sheet the rest of the key stands on its own line.
    let sparse_width = 34.0 + text_width(&plot.sparse, form.letters);
    let key_width = text_width(&plot.key, form.letters);
    let (mut x, top) = if x + 16.0 + sparse_width + key_width + 24.0 <= form.width {
        (x + 16.0, top)
    } else {
        (form.left, top + height + 6.0)
    };
    sheet.rect((x, top), (x + 26.0, top + height), Ink::Sparse)?;
    sheet.line(&[(x, top + height), (x + 26.0, top)], Ink::Strike, 0.75)?;
    sheet.text(
        &plot.sparse,
        (x + 33.0, top + height / 2.0),
        form.letters,
        Align::Start,
        Ink::Muted,
    )?;
    x += sparse_width + 20.0;
    sheet.text(
        &plot.key,
        (x, top + height / 2.0),
        form.letters,
        Align::Start,
        Ink::Muted,
    )
}

fn ink(level: HeatLevel) -> Ink {
    match level {
        HeatLevel::Empty => Ink::Empty,
        HeatLevel::Sparse => Ink::Sparse,
        HeatLevel::Class(class) => HEATS[class.min(HEATS.len() - 1)],
    }
}

const fn letters(class: usize) -> Ink {
    if class < 3 { Ink::OnLow } else { Ink::OnHigh }
}
