//! Pareto: bars lie, because the names of problem types are long; the cumulative share runs down beside them.

use crate::report::figure::{Pareto, ParetoBar};

use super::Layout;
use super::sheet::{Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, text_width};

const ROW: f64 = 25.0;
const TOP: f64 = 26.0;
const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;

struct Form {
    width: f64,
    /// Where names end and bars begin.
    names: f64,
    /// Where bars end.
    bars: f64,
    /// Where the cumulative line runs.
    line: (f64, f64),
}

impl Form {
    fn new(plot: &Pareto, layout: Layout) -> Self {
        let longest = plot.bars.iter().map(|bar| text_width(&bar.name, LETTERS)).fold(0.0, f64::max);
        match layout {
            Layout::Wide => {
                let names = longest.min(230.0) + 12.0;
                Self { width: 760.0, names, bars: 500.0, line: (560.0, 706.0) }
            }
            Layout::Narrow => {
                let names = longest.min(132.0) + 8.0;
                Self { width: 360.0, names, bars: 226.0, line: (240.0, 312.0) }
            }
        }
    }
}

pub(super) fn draw(plot: &Pareto, layout: Layout) -> Result<Drawing, DrawError> {
    let form = Form::new(plot, layout);
    let height = TOP + plot.bars.len() as f64 * ROW + 6.0;
    on_sheet(form.width, height, |sheet| {
        let most = plot.bars.iter().map(|bar| bar.count).fold(0.0, f64::max);
        let room = plot.bars.iter().map(|bar| text_width(&bar.label, SMALL)).fold(0.0, f64::max) + 6.0;
        let x = Scale { from: (0.0, most), to: (form.names, form.bars - room) };
        let share = Scale { from: (0.0, 1.0), to: form.line };
        sheet.text(&plot.count_label, (form.names, TOP - 14.0), SMALL, Align::Start, Ink::Muted)?;
        sheet.text(&plot.share_label, (form.line.0, TOP - 14.0), SMALL, Align::Start, Ink::Muted)?;
        for (row, bar) in plot.bars.iter().enumerate() {
            one_bar(sheet, bar, row, &form, x)?;
        }
        cumulative(sheet, plot, share, height)
    })
}

fn one_bar(sheet: &mut Sheet, bar: &ParetoBar, row: usize, form: &Form, x: Scale) -> Result<(), DrawError> {
    let top = TOP + row as f64 * ROW;
    let middle = top + ROW / 2.0;
    let name = fitted(&bar.name, form.names - 8.0);
    sheet.text(&name, (form.names - 8.0, middle), LETTERS, Align::End, Ink::Text)?;
    let end = x.at(bar.count).max(form.names + 1.0);
    let ink = if bar.rest { Ink::Rest } else { Ink::Bar };
    sheet.rect((form.names, top + 5.0), (end, top + ROW - 5.0), ink)?;
    sheet.text(&bar.label, (end + 5.0, middle), SMALL, Align::Start, Ink::Text)?;
    sheet.hint(0.0, top, form.width, ROW, &bar.hint);
    Ok(())
}

fn cumulative(sheet: &Sheet, plot: &Pareto, share: Scale, height: f64) -> Result<(), DrawError> {
    let floor = height - 6.0;
    for end in [share.to.0, share.to.1] {
        sheet.line(&[(end, TOP), (end, floor)], Ink::Grid, 0.75)?;
    }
    let middle = |row: usize| TOP + (row as f64 + 0.5) * ROW;
    let points: Vec<(f64, f64)> =
        plot.bars.iter().enumerate().map(|(row, bar)| (share.at(bar.cumulative), middle(row))).collect();
    sheet.line(&points, Ink::Cumulative, 1.5)?;
    for (point, bar) in points.iter().zip(&plot.bars) {
        sheet.dot(*point, 2.5, Ink::Cumulative)?;
        sheet.text(&bar.cumulative_label, (point.0 + 7.0, point.1), SMALL, Align::Start, Ink::Muted)?;
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
