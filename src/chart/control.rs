//! Control chart: raw dots, adjusted line, limits, target, signals by shape.

use std::ops::Range;

use crate::report::document::Tone;
use crate::report::figure::{Control, ControlDay, SignalMark};
use crate::report::format;

use super::above::Above;
use super::sheet::{Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, text_width};

pub(super) use super::ticks::ticks;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 212.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 22.0;
const LETTERS: f64 = 11.0;
/// Least distance between two labels on the right.
const LEADING: f64 = 14.0;

/// Where the plot lies on the sheet.
struct Frame<'a> {
    plot: &'a Control,
    left: f64,
    right: f64,
    top: f64,
    x: Scale,
    y: Scale,
}

pub(super) fn draw(plot: &Control) -> Result<Drawing, DrawError> {
    on_sheet(WIDTH, HEIGHT, |sheet| {
        let Some(range) = range(plot) else {
            return Ok(());
        };
        let ticks = ticks(range, plot.axis.unit);
        let step = ticks
            .windows(2)
            .next()
            .map_or(1.0, |pair| pair[1] - pair[0]);
        let tick_labels: Vec<(f64, String)> = ticks
            .iter()
            .map(|tick| (*tick, format::tick(*tick, plot.axis.unit, step)))
            .collect();
        let labels = labels(plot, range);
        let widest = |texts: &mut dyn Iterator<Item = &str>| {
            texts
                .map(|text| text_width(text, LETTERS))
                .fold(0.0, f64::max)
        };
        let left = widest(&mut tick_labels.iter().map(|(_, text)| text.as_str())) + 8.0;
        let right = WIDTH - widest(&mut labels.iter().map(|(_, text, _)| text.as_str())) - 10.0;
        let last = plot.days.len().saturating_sub(1) as f64;
        let x = Scale {
            from: (0.0, last),
            to: (left + 5.0, right - 7.0),
        };
        let above = Above::new(plot, x, (left, right), TOP - 4.0);
        let frame = Frame {
            plot,
            left,
            right,
            top: TOP + above.height,
            x,
            y: Scale {
                from: range,
                to: (HEIGHT - BOTTOM, TOP + above.height),
            },
        };
        frame.axes(sheet, &tick_labels)?;
        frame.band(sheet)?;
        above.draw(sheet, frame.top - 4.0, HEIGHT - BOTTOM)?;
        frame.limits(sheet)?;
        frame.levels(sheet, range)?;
        frame.series(sheet)?;
        frame.labels(sheet, labels)?;
        frame.hints(sheet);
        Ok(())
    })
}

impl Frame<'_> {
    fn axes(&self, sheet: &Sheet, ticks: &[(f64, String)]) -> Result<(), DrawError> {
        for (tick, label) in ticks {
            let y = self.y.at(*tick);
            sheet.line(&[(self.left, y), (self.right, y)], Ink::Grid, 0.5)?;
            sheet.text(label, (self.left - 5.0, y), LETTERS, Align::End, Ink::Muted)?;
        }
        let floor = HEIGHT - BOTTOM;
        let mut free = 0.0;
        for (i, day) in self
            .plot
            .days
            .iter()
            .enumerate()
            .filter(|(_, day)| day.week_start)
        {
            let x = self.x.at(i as f64);
            sheet.line(&[(x, floor), (x, floor + 3.0)], Ink::Centre, 0.5)?;
            let half = text_width(&day.label, LETTERS) / 2.0;
            // A label that would touch the one before it is left out; its tick stays.
            if x - half >= free && x + half <= WIDTH {
                sheet.text(
                    &day.label,
                    (x, floor + 12.0),
                    LETTERS,
                    Align::Middle,
                    Ink::Muted,
                )?;
                free = x + half + 12.0;
            }
        }
        Ok(())
    }

    /// Between the limits, stretch by stretch.
    fn band(&self, sheet: &Sheet) -> Result<(), DrawError> {
        for days in stretches(&self.plot.days) {
            let upper = self.path(days.clone(), |day| day.upper);
            let lower = self.path(days, |day| day.lower);
            if upper.len() > 1 && upper.len() == lower.len() {
                let outline: Vec<(f64, f64)> =
                    upper.into_iter().chain(lower.into_iter().rev()).collect();
                sheet.polygon(&outline, Ink::Band)?;
            }
        }
        Ok(())
    }

    fn limits(&self, sheet: &Sheet) -> Result<(), DrawError> {
        for days in stretches(&self.plot.days) {
            for limit in [|day: &ControlDay| day.upper, |day: &ControlDay| day.lower] {
                sheet.line(&self.path(days.clone(), limit), Ink::Limit, 1.0)?;
            }
        }
        Ok(())
    }

    fn levels(&self, sheet: &Sheet, range: (f64, f64)) -> Result<(), DrawError> {
        let all = stretches(&self.plot.days);
        let half = self.half_a_day();
        for (i, days) in all.iter().enumerate() {
            let Some(centre) = self.plot.days[days.clone()]
                .iter()
                .find_map(|day| day.centre)
            else {
                continue;
            };
            let y = self.y.at(centre);
            let from = match i {
                0 => self.left,
                _ => self.x.at(days.start as f64) - half,
            };
            let to = if i + 1 == all.len() {
                self.right
            } else {
                self.x.at(days.end as f64) - half
            };
            sheet.line(&[(from, y), (to, y)], Ink::Centre, 1.0)?;
        }
        match &self.plot.target {
            Some(target) if inside(target.value, range) => {
                let y = self.y.at(target.value);
                sheet.line(&[(self.left, y), (self.right, y)], Ink::Target, 1.5)
            }
            _ => Ok(()),
        }
    }

    fn half_a_day(&self) -> f64 {
        (self.x.at(1.0) - self.x.at(0.0)) / 2.0
    }

    fn series(&self, sheet: &Sheet) -> Result<(), DrawError> {
        let judged = self.plot.days.iter().any(|day| day.adjusted.is_some());
        for run in self.runs() {
            sheet.line(&run, Ink::Line, 1.5)?;
        }
        for (i, day) in self.plot.days.iter().enumerate() {
            if let Some(value) = day.value {
                let ink = if judged { Ink::Dot } else { Ink::Line };
                sheet.dot((self.x.at(i as f64), self.y.at(value)), 1.75, ink)?;
            }
        }
        for (i, day) in self.plot.days.iter().enumerate() {
            if let (Some(mark), Some(value)) = (day.signal, day.adjusted.or(day.value)) {
                signal(sheet, (self.x.at(i as f64), self.y.at(value)), mark, 4.5)?;
            }
        }
        Ok(())
    }

    /// The adjusted line, broken where a day has no value and where other limits begin: there the
    /// weekday's effect is another one too.
    fn runs(&self) -> Vec<Vec<(f64, f64)>> {
        let mut runs = vec![Vec::new()];
        let mut stretch = 0;
        for (i, day) in self.plot.days.iter().enumerate() {
            if std::mem::replace(&mut stretch, day.stretch) != day.stretch {
                runs.push(Vec::new());
            }
            match (day.adjusted, runs.last_mut()) {
                (Some(value), Some(run)) => run.push((self.x.at(i as f64), self.y.at(value))),
                _ => runs.push(Vec::new()),
            }
        }
        runs
    }

    /// Labels beside the plot, pushed apart where levels lie close together.
    fn labels(&self, sheet: &Sheet, mut labels: Vec<(f64, String, Ink)>) -> Result<(), DrawError> {
        labels.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut heights: Vec<f64> = labels.iter().map(|(value, ..)| self.y.at(*value)).collect();
        spread(&mut heights, self.top - 4.0, HEIGHT - BOTTOM + 2.0);
        for ((_, text, ink), y) in labels.iter().zip(heights) {
            sheet.text(text, (self.right + 6.0, y), LETTERS, Align::Start, *ink)?;
        }
        Ok(())
    }

    fn hints(&self, sheet: &mut Sheet) {
        let count = self.plot.days.len().max(1) as f64;
        let width = (self.x.to.1 - self.x.to.0) / count;
        for (i, day) in self.plot.days.iter().enumerate() {
            let left = self.x.at(i as f64) - width / 2.0;
            let height = HEIGHT - BOTTOM - self.top;
            sheet.hint(left, self.top, width, height, &day.hint);
        }
    }

    fn path(&self, days: Range<usize>, value: fn(&ControlDay) -> Option<f64>) -> Vec<(f64, f64)> {
        days.filter_map(|i| {
            let value = value(self.plot.days.get(i)?)?;
            Some((self.x.at(i as f64), self.y.at(value)))
        })
        .collect()
    }
}

/// The days that share their limits, stretch by stretch.
pub(super) fn stretches(days: &[ControlDay]) -> Vec<Range<usize>> {
    let mut from = 0;
    days.chunk_by(|a, b| a.stretch == b.stretch)
        .map(|part| {
            let all = from..from + part.len();
            from = all.end;
            all
        })
        .collect()
}

/// A signal: triangle to the worse side, diamond to the better one, square where there is neither.
pub(super) fn signal(
    sheet: &Sheet,
    at: (f64, f64),
    mark: SignalMark,
    size: f64,
) -> Result<(), DrawError> {
    if size > 3.0 {
        // A rim in the colour of the page keeps the mark apart from the line.
        sheet.polygon(&shape(at, mark, size + 1.5), Ink::Page)?;
    }
    sheet.polygon(&shape(at, mark, size), tone_ink(mark.tone))
}

/// The corners of a signal.
pub(super) fn shape((x, y): (f64, f64), mark: SignalMark, size: f64) -> Vec<(f64, f64)> {
    match mark.tone {
        Tone::Concern => {
            let tip = if mark.up { -size } else { size };
            vec![
                (x, y + tip),
                (x - size, y - tip * 0.75),
                (x + size, y - tip * 0.75),
            ]
        }
        Tone::Improvement => vec![(x, y - size), (x + size, y), (x, y + size), (x - size, y)],
        _ => {
            let half = size * 0.8;
            vec![
                (x - half, y - half),
                (x + half, y - half),
                (x + half, y + half),
                (x - half, y + half),
            ]
        }
    }
}

/// What a tone is painted with.
pub(super) const fn tone_ink(tone: Tone) -> Ink {
    match tone {
        Tone::Concern => Ink::Concern,
        Tone::Improvement => Ink::Improvement,
        _ => Ink::Neutral,
    }
}

/// Lowest and highest of everything a series draws, with a little air.
pub(super) fn bounds(days: &[ControlDay]) -> Option<(f64, f64)> {
    let values = days
        .iter()
        .flat_map(|day| [day.value, day.adjusted, day.lower, day.upper])
        .flatten();
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    (low <= high).then(|| {
        let air = if high > low {
            (high - low) * 0.05
        } else {
            high.abs().max(1.0) * 0.05
        };
        (low - air, high + air)
    })
}

/// The vertical range: the series, and the target unless it would press the series flat.
fn range(plot: &Control) -> Option<(f64, f64)> {
    let (low, high) = bounds(&plot.days)?;
    let span = high - low;
    Some(match &plot.target {
        Some(target) if target.value > high && target.value - high <= span => {
            (low, target.value + span * 0.05)
        }
        Some(target) if target.value < low && low - target.value <= span => {
            (target.value - span * 0.05, high)
        }
        _ => (low, high),
    })
}

pub(super) fn inside(value: f64, (low, high): (f64, f64)) -> bool {
    (low..=high).contains(&value)
}

/// What stands to the right of the plot: newest limits, centre, target.
fn labels(plot: &Control, range: (f64, f64)) -> Vec<(f64, String, Ink)> {
    let limits = plot
        .limits
        .iter()
        .map(|level| (level.value, level.label.clone(), Ink::Muted));
    let centre = plot
        .centre
        .iter()
        .map(|level| (level.value, level.label.clone(), Ink::Muted));
    let target = plot.target.iter().map(|level| {
        // A target off the plot is named at its edge, with an arrow towards it.
        let arrow = match level.value {
            value if value > range.1 => " ↑",
            value if value < range.0 => " ↓",
            _ => "",
        };
        (
            level.value.clamp(range.0, range.1),
            format!("{}{arrow}", level.label),
            Ink::TargetText,
        )
    });
    limits.chain(centre).chain(target).collect()
}

/// Pushes heights (ascending) apart to the leading and keeps them between `top` and `bottom`.
pub(super) fn spread(heights: &mut [f64], top: f64, bottom: f64) {
    let mut free = top;
    for height in heights.iter_mut() {
        *height = height.max(free);
        free = *height + LEADING;
    }
    let mut free = bottom;
    for height in heights.iter_mut().rev() {
        *height = height.min(free);
        free = *height - LEADING;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_touch() {
        let mut heights = [20.0, 22.0, 25.0, 190.0];
        spread(&mut heights, 8.0, 192.0);
        assert!(
            heights
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= LEADING - 1e-9),
            "{heights:?}"
        );
        assert!(heights[3] <= 192.0);
    }
}
