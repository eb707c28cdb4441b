//! What stands above a control chart: names of marked days, and the reason of other limits.

use crate::report::figure::Control;

use super::sheet::{Align, DrawError, Ink, Scale, Sheet, fitted, text_width};

const LETTERS: f64 = 10.5;
/// Height of a row of names.
const ROW: f64 = 14.0;
/// At most so many rows; what finds no room stands in the notes.
const ROWS: usize = 2;
/// Between two names on a row.
const GAP: f64 = 10.0;
/// Longest name.
const WIDEST: f64 = 150.0;
/// Thickness of the bar above marked days.
const BAR: f64 = 2.5;

/// A name that found room.
#[derive(Debug, Clone, PartialEq)]
struct Name {
    text: String,
    left: f64,
    row: usize,
    ink: Ink,
}

/// Marks of a chart with the names above them.
pub(super) struct Above {
    /// Left and right edge of every marked range.
    ranges: Vec<(f64, f64)>,
    /// Where other limits begin.
    rebases: Vec<f64>,
    names: Vec<Name>,
    top: f64,
    /// Room that the names take.
    pub height: f64,
}

impl Above {
    /// Places the names of a chart's marks. `edges`: left and right end of the plot; `top`: where the
    /// first row begins.
    pub fn new(plot: &Control, x: Scale, edges: (f64, f64), top: f64) -> Self {
        let day = if plot.days.len() > 1 {
            x.at(1.0) - x.at(0.0)
        } else {
            edges.1 - edges.0
        };
        let within = |place: f64| place.clamp(edges.0, edges.1);
        let before = |at: usize| within(x.at(at as f64) - day / 2.0);
        let ranges: Vec<(f64, f64)> = plot
            .ranges
            .iter()
            .map(|range| {
                (
                    before(range.from),
                    within(x.at(range.to as f64) + day / 2.0),
                )
            })
            .collect();
        let rebases: Vec<f64> = plot.rebases.iter().map(|mark| before(mark.at)).collect();
        // A name stands in the middle of its days, a reason right of its line.
        let over = plot.ranges.iter().zip(&ranges).map(|(range, ends)| {
            let text = fitted(&range.label, LETTERS, WIDEST);
            let left = f64::midpoint(ends.0, ends.1) - text_width(&text, LETTERS) / 2.0;
            (text, left, Ink::EventEdge)
        });
        let beside = plot.rebases.iter().zip(&rebases).map(|(mark, place)| {
            let text = fitted(&mark.label, LETTERS, WIDEST);
            (text, *place - 2.0, Ink::Text)
        });
        let names = placed(over.chain(beside).collect(), edges);
        let rows = names.iter().map(|name| name.row + 1).max().unwrap_or(0);
        Self {
            ranges,
            rebases,
            names,
            top,
            height: rows as f64 * ROW,
        }
    }

    /// Draws the marks from `from` down to `floor`, and the names.
    pub fn draw(&self, sheet: &Sheet, from: f64, floor: f64) -> Result<(), DrawError> {
        for (left, right) in &self.ranges {
            sheet.rect((*left, from), (*right, floor), Ink::Event)?;
            sheet.rect((*left, from), (*right, from + BAR), Ink::EventEdge)?;
        }
        for place in &self.rebases {
            sheet.line(&[(*place, from - 2.0), (*place, floor)], Ink::Rebase, 1.25)?;
        }
        for name in &self.names {
            let y = self.top + (name.row as f64 + 0.4) * ROW;
            sheet.text(&name.text, (name.left, y), LETTERS, Align::Start, name.ink)?;
        }
        Ok(())
    }
}

/// Names with the left edge they want and their ink, from left to right onto the first row with room.
/// What finds none is left out.
fn placed(mut wanted: Vec<(String, f64, Ink)>, (from, to): (f64, f64)) -> Vec<Name> {
    wanted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut free = [f64::NEG_INFINITY; ROWS];
    wanted
        .into_iter()
        .filter_map(|(text, left, ink)| {
            let width = text_width(&text, LETTERS);
            let left = left.min(to - width).max(from);
            let row = free.iter().position(|free| *free <= left)?;
            free[row] = left + width + GAP;
            Some(Name {
                text,
                left,
                row,
                ink,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_stay_on_the_plot_and_apart(wanted in prop::collection::vec((1_usize..12, 0.0..360.0_f64), 0..9)) {
            let names: Vec<(String, f64, Ink)> = wanted.iter().map(|(n, left)| ("春".repeat(*n), *left, Ink::Text)).collect();
            let placed = placed(names.clone(), (30.0, 300.0));
            prop_assert!(placed.is_empty() == names.is_empty());
            for name in &placed {
                prop_assert!(name.left >= 30.0 && name.left + text_width(&name.text, LETTERS) <= 300.0 + 1e-9);
            }
            for (i, a) in placed.iter().enumerate() {
                for b in placed.iter().skip(i + 1).filter(|b| b.row == a.row) {
                    prop_assert!(b.left >= a.left + text_width(&a.text, LETTERS));
                }
            }
        }
    }
}
