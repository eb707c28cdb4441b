//! Distribution of waits: bars on both sides of a target line, the quantiles below the axis.

use crate::kpi::figure::Unit;
use crate::report::figure::Spread;
use crate::report::format;

use super::Layout;
use super::control::ticks;
use super::sheet::{
    Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, held, text_width,
};

const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;
/// Room above the bars: heading, then the words on both sides of the target.
const TOP: f64 = 60.0;
/// Ticks, then quantiles.
const AXIS: f64 = 54.0;

/// Where the plot lies on the sheet.
struct Frame<'a> {
    plot: &'a Spread,
    left: f64,
    right: f64,
    bottom: f64,
    x: Scale,
    y: Scale,
    /// Width of a bin in the axis' unit.
    step: f64,
}

pub(super) fn draw(plot: &Spread, layout: Layout) -> Result<Drawing, DrawError> {
    let (width, bottom) = match layout {
        Layout::Wide => (760.0, 250.0),
        Layout::Narrow => (360.0, 230.0),
    };
    on_sheet(width, bottom + AXIS, |sheet| {
        let Some(frame) = Frame::new(plot, width, bottom) else {
            return Ok(());
        };
        frame.axes(sheet)?;
        frame.bars(sheet)?;
        frame.target(sheet)?;
        frame.quantiles(sheet)
    })
}

impl<'a> Frame<'a> {
    fn new(plot: &'a Spread, width: f64, bottom: f64) -> Option<Self> {
        let (first, last) = (plot.bins.first()?, plot.bins.last()?);
        let step = first.to? - first.from;
        let most = plot
            .bins
            .iter()
            .map(|bin| bin.count)
            .max()
            .unwrap_or(0)
            .max(1) as f64;
        let widest = count_ticks(most)
            .iter()
            .map(|tick| text_width(&count_label(*tick), SMALL))
            .fold(0.0, f64::max);
        let (left, right) = (widest + 10.0, width - 8.0);
        Some(Self {
            plot,
            left,
            right,
            bottom,
            x: Scale {
                from: (first.from, last.to.unwrap_or(last.from + step)),
                to: (left, right),
            },
            y: Scale {
                from: (0.0, most),
                to: (bottom, TOP),
            },
            step,
        })
    }

    fn axes(&self, sheet: &Sheet) -> Result<(), DrawError> {
        sheet.text(
            &self.plot.count_label,
            (0.0, 8.0),
            SMALL,
            Align::Start,
            Ink::Muted,
        )?;
        for tick in count_ticks(self.y.from.1) {
            let y = self.y.at(tick);
            sheet.line(&[(self.left, y), (self.right, y)], Ink::Grid, 0.5)?;
            let at = (self.left - 6.0, y);
            sheet.text(&count_label(tick), at, SMALL, Align::End, Ink::Muted)?;
        }
        let floor = [(self.left, self.bottom), (self.right, self.bottom)];
        sheet.line(&floor, Ink::Centre, 1.0)?;
        let open = self.plot.bins.last().filter(|bin| bin.to.is_none());
        let mut free = 0.0;
        // An open bin is named in its middle; nothing else is named there.
        let end = match open {
            Some(bin) => {
                let half = text_width(&bin.label, SMALL) / 2.0;
                let middle = self.x.at(bin.from + self.step / 2.0);
                // Fonts of browsers run a little wider than the estimate.
                let at = middle.min(self.right + 8.0 - 1.1 * half);
                sheet.text(
                    &bin.label,
                    (at, self.bottom + 12.0),
                    SMALL,
                    Align::Middle,
                    Ink::Muted,
                )?;
                at - half - 6.0
            }
            None => self.right + 8.0,
        };
        let (from, to) = self.x.from;
        for tick in ticks((from, to), self.plot.axis.unit) {
            let x = self.x.at(tick);
            let label = format::clock(tick, to, self.plot.axis.unit, self.step);
            let half = text_width(&label, SMALL) / 2.0;
            if x - half >= free && x + half <= end {
                sheet.line(
                    &[(x, self.bottom), (x, self.bottom + 3.0)],
                    Ink::Centre,
                    0.5,
                )?;
                sheet.text(
                    &label,
                    (x, self.bottom + 12.0),
                    SMALL,
                    Align::Middle,
                    Ink::Muted,
                )?;
                free = x + half + 8.0;
            }
        }
        Ok(())
    }

    fn bars(&self, sheet: &mut Sheet) -> Result<(), DrawError> {
        for bin in &self.plot.bins {
            let (from, to) = (self.x.at(bin.from), self.x.at(bin.from + self.step));
            // An open bin stands apart from the others.
            let from = if bin.to.is_none() { from + 5.0 } else { from };
            let ink = if bin.beyond { Ink::Concern } else { Ink::Bar };
            let top = self.y.at(bin.count as f64);
            if bin.count > 0 {
                let top = top.min(self.bottom - 1.0);
                sheet.rect((from, top), (to - 1.0, self.bottom), ink)?;
            }
            sheet.hint(from, TOP, to - from, self.bottom - TOP, &bin.hint);
        }
        Ok(())
    }

    /// The target line with what lies on either side of it.
    fn target(&self, sheet: &Sheet) -> Result<(), DrawError> {
        let Some(target) = &self.plot.target else {
            return Ok(());
        };
        let (low, high) = self.x.from;
        let x = self.x.at(target.value.clamp(low, high));
        sheet.line(&[(x, TOP - 16.0), (x, self.bottom)], Ink::Target, 1.5)?;
        let at = held(x, text_width(&target.label, SMALL), self.right + 8.0);
        sheet.text(
            &target.label,
            (at, TOP - 38.0),
            SMALL,
            Align::Middle,
            Ink::TargetText,
        )?;
        let Some((within, beyond)) = &self.plot.sides else {
            return Ok(());
        };
        let y = TOP - 20.0;
        // "Within" keeps the left side while it fits there, else both stand on the right, one below the other.
        if x - 8.0 - text_width(within, LETTERS) >= 0.0 {
            sheet.text(within, (x - 8.0, y), LETTERS, Align::End, Ink::Text)?;
            sheet.text(beyond, (x + 8.0, y), LETTERS, Align::Start, Ink::Text)
        } else {
            sheet.text(within, (x + 8.0, y), LETTERS, Align::Start, Ink::Text)?;
            sheet.text(
                beyond,
                (x + 8.0, y + 16.0),
                LETTERS,
                Align::Start,
                Ink::Text,
            )
        }
    }

    /// Small wedges under the axis, their names pushed apart.
    fn quantiles(&self, sheet: &Sheet) -> Result<(), DrawError> {
        let floor = self.bottom + 22.0;
        let (low, high) = self.x.from;
        let mut free = 0.0;
        for level in &self.plot.quantiles {
            let x = self.x.at(level.value.clamp(low, high));
            let wedge = [(x, floor), (x - 4.0, floor + 6.0), (x + 4.0, floor + 6.0)];
            sheet.polygon(&wedge, Ink::Line)?;
            let width = text_width(&level.label, SMALL);
            let left = (x - width / 2.0).max(free).min(self.right + 8.0 - width);
            sheet.text(
                &level.label,
                (left, floor + 16.0),
                SMALL,
                Align::Start,
                Ink::Text,
            )?;
            free = left + width + 10.0;
        }
        Ok(())
    }
}

fn count_ticks(most: f64) -> Vec<f64> {
    ticks((0.0, most), Unit::Count)
        .into_iter()
        .filter(|tick| tick.fract() == 0.0)
        .collect()
}

fn count_label(tick: f64) -> String {
    format::tick(tick, Unit::Count, 1.0)
}
