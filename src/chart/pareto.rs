//! Pareto: bars lie, because the names of problem types are long; the cumulative share runs down beside them.

use crate::report::figure::{Pareto, ParetoBar};

use super::Layout;
use super::sheet::{Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, text_width};

const TOP: f64 = 26.0;
const BOTTOM: f64 = 6.0;
const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;
const BAR: f64 = 15.0;

struct Form {
    width: f64,
    /// Height of a row.
    row: f64,
    /// Where the middle of a bar lies in its row.
    middle: f64,
    /// Where bars begin and where their labels end.
    bars: (f64, f64),
    /// Where the cumulative line runs.
    line: (f64, f64),
    /// Names stand before their bars, or above them where there is no room.
    names_before: bool,
}

impl Form {
    fn new(plot: &Pareto, layout: Layout) -> Self {
        match layout {
            Layout::Wide => {
                let longest = plot
                    .bars
                    .iter()
                    .map(|bar| text_width(&bar.name, LETTERS))
                    .fold(0.0, f64::max);
                let bars = (longest.min(230.0) + 12.0, 520.0);
                Self {
                    width: 760.0,
                    row: 25.0,
                    middle: 12.5,
                    bars,
                    line: (560.0, 700.0),
                    names_before: true,
                }
            }
            Layout::Narrow => Self {
                width: 360.0,
                row: 38.0,
                middle: 26.0,
                bars: (0.0, 214.0),
                line: (232.0, 308.0),
                names_before: false,
            },
        }
    }

    fn top(&self, row: usize) -> f64 {
        TOP + row as f64 * self.row
    }

    fn middle(&self, row: usize) -> f64 {
        self.top(row) + self.middle
    }
}

pub(super) fn draw(plot: &Pareto, layout: Layout) -> Result<Drawing, DrawError> {
    let form = Form::new(plot, layout);
    let floor = form.top(plot.bars.len());
    on_sheet(form.width, floor + BOTTOM, |sheet| {
        let most = plot.bars.iter().map(|bar| bar.count).fold(0.0, f64::max);
        let room = plot
            .bars
            .iter()
            .map(|bar| text_width(&bar.label, SMALL))
            .fold(0.0, f64::max)
            + 6.0;
        let x = Scale {
            from: (0.0, most),
            to: (form.bars.0, form.bars.1 - room),
        };
        let share = Scale {
            from: (0.0, 1.0),
            to: form.line,
        };
        sheet.text(
            &plot.count_label,
            (form.bars.0, TOP - 14.0),
            SMALL,
            Align::Start,
            Ink::Muted,
        )?;
        sheet.text(
            &plot.share_label,
            (form.line.0, TOP - 14.0),
            SMALL,
            Align::Start,
            Ink::Muted,
        )?;
        for (row, bar) in plot.bars.iter().enumerate() {
            one_bar(sheet, bar, row, &form, x)?;
        }
        cumulative(sheet, plot, &form, share, floor)
    })
}

fn one_bar(
    sheet: &mut Sheet,
    bar: &ParetoBar,
    row: usize,
    form: &Form,
    x: Scale,
) -> Result<(), DrawError> {
    let middle = form.middle(row);
    let (begin, end) = (form.bars.0, x.at(bar.count).max(form.bars.0 + 1.0));
    if form.names_before {
        let name = fitted(&bar.name, begin - 8.0);
        sheet.text(&name, (begin - 8.0, middle), LETTERS, Align::End, Ink::Text)?;
    } else {
        let name = fitted(&bar.name, form.bars.1 - begin);
        sheet.text(
            &name,
            (begin, middle - BAR),
            LETTERS,
            Align::Start,
            Ink::Text,
        )?;
    }
    let ink = if bar.rest { Ink::Rest } else { Ink::Bar };
    sheet.rect((begin, middle - BAR / 2.0), (end, middle + BAR / 2.0), ink)?;
    sheet.text(
        &bar.label,
        (end + 5.0, middle),
        SMALL,
        Align::Start,
        Ink::Text,
    )?;
    sheet.hint(0.0, form.top(row), form.width, form.row, &bar.hint);
    Ok(())
}

fn cumulative(
    sheet: &Sheet,
    plot: &Pareto,
    form: &Form,
    share: Scale,
    floor: f64,
) -> Result<(), DrawError> {
    for end in [share.to.0, share.to.1] {
        sheet.line(&[(end, TOP), (end, floor)], Ink::Grid, 0.75)?;
    }
    let points: Vec<(f64, f64)> = plot
        .bars
        .iter()
        .enumerate()
        .map(|(row, bar)| (share.at(bar.cumulative), form.middle(row)))
        .collect();
    sheet.line(&points, Ink::Cumulative, 1.5)?;
    for (point, bar) in points.iter().zip(&plot.bars) {
        sheet.dot(*point, 2.5, Ink::Cumulative)?;
        sheet.text(
            &bar.cumulative_label,
            (point.0 + 7.0, point.1),
            SMALL,
            Align::Start,
            Ink::Muted,
        )?;
    }
    Ok(())
}

/// A name cut to the width it has; the data table holds it whole.
fn fitted(name: &str, width: f64) -> String {
    if text_width(name, LETTERS) <= width {
        return name.to_owned();
    }
    let mut cut = String::new();
    for c in name.chars() {
        cut.push(c);
        if text_width(&cut, LETTERS) + LETTERS > width {
            break;
        }
    }
    cut.pop();
    cut.push('…');
    cut
}
