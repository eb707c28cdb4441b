//! Control chart: raw dots, adjusted line, limits, target, signals by shape.

use crate::kpi::figure::Unit;
use crate::report::document::Tone;
use crate::report::figure::{Control, ControlDay, Level, SignalMark};
use crate::report::format;

use super::sheet::{Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, text_width};

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
        let frame = Frame {
            plot,
            left,
            right,
            x: Scale {
                from: (0.0, last),
                to: (left + 5.0, right - 7.0),
            },
            y: Scale {
                from: range,
                to: (HEIGHT - BOTTOM, TOP),
            },
        };
        frame.axes(sheet, &tick_labels)?;
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

    fn limits(&self, sheet: &Sheet) -> Result<(), DrawError> {
        let upper = self.path(|day| day.upper);
        let lower = self.path(|day| day.lower);
        if upper.len() > 1 && upper.len() == lower.len() {
            let outline: Vec<(f64, f64)> = upper
                .iter()
                .copied()
                .chain(lower.iter().rev().copied())
                .collect();
            sheet.polygon(&outline, Ink::Band)?;
        }
        sheet.line(&upper, Ink::Limit, 1.0)?;
        sheet.line(&lower, Ink::Limit, 1.0)
    }

    fn levels(&self, sheet: &Sheet, range: (f64, f64)) -> Result<(), DrawError> {
        let across = |level: &Level, ink, width| {
            let y = self.y.at(level.value);
            sheet.line(&[(self.left, y), (self.right, y)], ink, width)
        };
        if let Some(centre) = &self.plot.centre {
            across(centre, Ink::Centre, 1.0)?;
        }
        match &self.plot.target {
            Some(target) if inside(target.value, range) => across(target, Ink::Target, 1.5),
            _ => Ok(()),
        }
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

    /// The adjusted line, broken where a day has no value.
    fn runs(&self) -> Vec<Vec<(f64, f64)>> {
        let mut runs = vec![Vec::new()];
        for (i, day) in self.plot.days.iter().enumerate() {
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
        spread(&mut heights, TOP - 4.0, HEIGHT - BOTTOM + 2.0);
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
            sheet.hint(left, TOP, width, HEIGHT - BOTTOM - TOP, &day.hint);
        }
    }

    fn path(&self, value: fn(&ControlDay) -> Option<f64>) -> Vec<(f64, f64)> {
        let days = self.plot.days.iter().enumerate();
        days.filter_map(|(i, day)| Some((self.x.at(i as f64), self.y.at(value(day)?))))
            .collect()
    }
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

/// Three to six round numbers inside the range.
pub(super) fn ticks((low, high): (f64, f64), unit: Unit) -> Vec<f64> {
    const TIME: [f64; 20] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
        14_400.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
    ];
    let least = (high - low) / 5.0;
    let fits = |step: &f64| *step >= least;
    let magnitude = 10_f64.powf(least.log10().floor());
    let decimal = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(fits);
    let timed = TIME
        .into_iter()
        .find(fits)
        .filter(|_| unit == Unit::Seconds && least > 0.5);
    let Some(step) = timed.or(decimal) else {
        return Vec::new();
    };
    // An end that is a tick itself stays one, whatever the last bit says.
    let (first, last) = (
        (low / step - 1e-9).ceil() as i64,
        (high / step + 1e-9).floor() as i64,
    );
    (first..=last)
        .map(|count| count as f64 * step)
        .filter(|tick| unit != Unit::Percent || inside(*tick, (0.0, 1.0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let check = |range, unit, expected: &[f64]| {
            let ticks = ticks(range, unit);
            assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
            assert!(
                ticks
                    .iter()
                    .zip(expected)
                    .all(|(a, b)| (a - b).abs() < 1e-9),
                "{ticks:?}"
            );
        };
        check((0.83, 0.96), Unit::Percent, &[0.85, 0.9, 0.95]);
        check((0.93, 1.02), Unit::Percent, &[0.94, 0.96, 0.98, 1.0]);
        check(
            (231.0, 322.0),
            Unit::Seconds,
            &[240.0, 260.0, 280.0, 300.0, 320.0],
        );
        check((3.9, 4.8), Unit::Score, &[4.0, 4.2, 4.4, 4.6, 4.8]);
    }

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
