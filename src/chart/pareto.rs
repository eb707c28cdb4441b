//! Pareto: bars lie, because the names of problem types are long; the cumulative share runs down beside them,
//! and where ranks are not sure, so do the bands of possible ranks.

use crate::report::figure::{Pareto, ParetoBar};

use super::Layout;
use super::sheet::{
    Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, fitted, text_width,
};

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
    /// Where the cumulative line runs; one without length only prints its shares.
    line: (f64, f64),
    /// Where rank bands lie.
    ranks: (f64, f64),
    /// Names stand before their bars, or above them where there is no room.
    names_before: bool,
}

impl Form {
    fn new(plot: &Pareto, layout: Layout) -> Self {
        let banded = plot.rank_label.is_some();
        match layout {
            Layout::Wide => {
                let longest = plot
                    .bars
                    .iter()
                    .map(|bar| text_width(&bar.name, LETTERS))
                    .fold(0.0, f64::max);
                let (end, line) = if banded {
                    (444.0, (474.0, 566.0))
                } else {
                    (520.0, (560.0, 700.0))
                };
                Self {
                    width: 760.0,
                    row: 25.0,
                    middle: 12.5,
                    bars: (longest.min(230.0) + 12.0, end),
                    line,
                    ranks: (636.0, 750.0),
                    names_before: true,
                }
            }
            Layout::Narrow => {
                let (end, line) = if banded {
                    (172.0, (184.0, 184.0))
                } else {
                    (214.0, (232.0, 308.0))
                };
                Self {
                    width: 360.0,
                    row: 38.0,
                    middle: 26.0,
                    bars: (0.0, end),
                    line,
                    ranks: (256.0, 350.0),
                    names_before: false,
                }
            }
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
        let named = plot.bars.iter().filter(|bar| !bar.rest);
        let most = named.map(reach).fold(0.0, f64::max);
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
        let head = |text: &str, at: f64| {
            sheet.text(text, (at, TOP - 14.0), SMALL, Align::Start, Ink::Muted)
        };
        head(&plot.count_label, form.bars.0)?;
        head(&plot.share_label, form.line.0)?;
        if let Some(label) = &plot.rank_label {
            head(label, form.ranks.0)?;
        }
        for (row, bar) in plot.bars.iter().enumerate() {
            one_bar(sheet, bar, row, &form, x)?;
        }
        cumulative(sheet, plot, &form, share, floor)?;
        ranks(sheet, plot, &form, floor)
    })
}

/// How far a bar reaches with its interval.
fn reach(bar: &ParetoBar) -> f64 {
    bar.interval
        .map_or(bar.count, |(_, high)| high.max(bar.count))
}

fn one_bar(
    sheet: &mut Sheet,
    bar: &ParetoBar,
    row: usize,
    form: &Form,
    x: Scale,
) -> Result<(), DrawError> {
    let middle = form.middle(row);
    // All others together would dwarf every bar: beyond the scale their number stands alone.
    let beyond = bar.rest && bar.count > x.from.1;
    let begin = form.bars.0;
    let end = if beyond {
        begin
    } else {
        x.at(bar.count).max(begin + 1.0)
    };
    if form.names_before {
        let name = fitted(&bar.name, LETTERS, begin - 8.0);
        sheet.text(&name, (begin - 8.0, middle), LETTERS, Align::End, Ink::Text)?;
    } else {
        // With rank bands the numbers stand below, so that the name has the whole line.
        let room = if bar.ranks.is_some() {
            form.width
        } else {
            form.bars.1 - begin
        };
        let name = fitted(&bar.name, LETTERS, room);
        sheet.text(
            &name,
            (begin, middle - BAR),
            LETTERS,
            Align::Start,
            Ink::Text,
        )?;
    }
    let ink = if bar.rest { Ink::Rest } else { Ink::Bar };
    if !beyond {
        sheet.rect((begin, middle - BAR / 2.0), (end, middle + BAR / 2.0), ink)?;
    }
    if let Some((low, high)) = bar.interval {
        let (low, high) = (x.at(low), x.at(high));
        sheet.line(&[(low, middle), (high, middle)], Ink::Line, 1.0)?;
        for end in [low, high] {
            sheet.line(&[(end, middle - 3.5), (end, middle + 3.5)], Ink::Line, 1.0)?;
        }
    }
    sheet.text(
        &bar.label,
        (
            if beyond {
                begin
            } else {
                x.at(reach(bar)).max(end) + 5.0
            },
            middle,
        ),
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
    let points: Vec<(f64, f64)> = plot
        .bars
        .iter()
        .enumerate()
        .map(|(row, bar)| (share.at(bar.cumulative), form.middle(row)))
        .collect();
    let drawn = share.to.1 > share.to.0;
    if drawn {
        for end in [share.to.0, share.to.1] {
            sheet.line(&[(end, TOP), (end, floor)], Ink::Grid, 0.75)?;
        }
        sheet.line(&points, Ink::Cumulative, 1.5)?;
    }
    for (row, (point, bar)) in points.iter().zip(&plot.bars).enumerate() {
        if drawn {
            sheet.dot(*point, 2.5, Ink::Cumulative)?;
        }
        // Where the line leaves flatter than letters are high, it would run through a label on its right.
        let leaves = points.get(row + 1).map_or(0.0, |next| next.0 - point.0);
        let (x, align) = match drawn {
            true if leaves > form.row => (point.0 - 7.0, Align::End),
            true => (point.0 + 7.0, Align::Start),
            false => (point.0, Align::Start),
        };
        sheet.text(
            &bar.cumulative_label,
            (x, point.1),
            SMALL,
            align,
            Ink::Muted,
        )?;
    }
    Ok(())
}

/// Bands from the best to the worst possible rank, with a dot at the rank shown.
fn ranks(sheet: &Sheet, plot: &Pareto, form: &Form, floor: f64) -> Result<(), DrawError> {
    if plot.rank_label.is_none() {
        return Ok(());
    }
    let bands = || plot.bars.iter().filter_map(|bar| bar.ranks.as_ref());
    let last = bands().map(|band| band.worst).max().unwrap_or(1);
    let labels = bands()
        .map(|band| text_width(&band.label, SMALL))
        .fold(0.0, f64::max);
    let x = Scale {
        from: (1.0, last.max(2) as f64),
        to: (form.ranks.0 + 4.0, form.ranks.1 - labels - 6.0),
    };
    for end in [x.to.0, x.to.1] {
        sheet.line(&[(end, TOP), (end, floor)], Ink::Grid, 0.75)?;
    }
    for (row, bar) in plot.bars.iter().enumerate() {
        let Some(band) = &bar.ranks else { continue };
        let middle = form.middle(row);
        let (best, worst) = (x.at(band.best as f64), x.at(band.worst as f64));
        sheet.rect(
            (best - 4.0, middle - 4.0),
            (worst + 4.0, middle + 4.0),
            Ink::Rest,
        )?;
        sheet.dot((x.at((row + 1) as f64), middle), 2.5, Ink::Page)?;
        let at = (worst + 9.0, middle);
        sheet.text(&band.label, at, SMALL, Align::Start, Ink::Text)?;
    }
    Ok(())
}
