//! Funnel: members against their size on a scale of square roots, limits as curves, flagged members named.

use crate::kpi::figure::Unit;
use crate::report::figure::{Funnel, FunnelMember, Limits, SignalMark, Standing};
use crate::report::format;

use super::Layout;
use super::control::{inside, signal, spread, ticks};
use super::key::{self, Symbol};
use super::labels::{Box, Labels, Placed};
use super::sheet::{Align, DrawError, Drawing, Ink, Scale, Sheet, draw as on_sheet, text_width};
use super::ticks::size_ticks;

const LETTERS: f64 = 12.0;
const SMALL: f64 = 11.0;
const TOP: f64 = 28.0;
/// Warnings beyond which none is named: of so many most are chance, and a crowd of names hides the alarms.
const WARNINGS: usize = 8;
/// Members with a hint, the most striking first: those of a whole crowd would outweigh the page.
const HINTS: usize = 100;
/// Ticks and heading of the horizontal axis.
const AXIS: f64 = 38.0;

/// Where the plot lies on the sheet.
struct Frame<'a> {
    plot: &'a Funnel,
    left: f64,
    right: f64,
    bottom: f64,
    range: (f64, f64),
    /// Square root of the size.
    x: Scale,
    y: Scale,
}

pub(super) fn draw(plot: &Funnel, layout: Layout) -> Result<Drawing, DrawError> {
    let (width, floor) = match layout {
        Layout::Wide => (760.0, 330.0),
        Layout::Narrow => (360.0, 320.0),
    };
    let Some(frame) = Frame::new(plot, width, floor) else {
        return on_sheet(width, floor, |_| Ok(()));
    };
    let names = frame.names();
    let written = names.iter().filter(|(_, place)| place.is_some()).count();
    let entries = entries(plot, written < flagged(plot));
    let key_top = floor + AXIS + 6.0;
    on_sheet(width, key_top + key::height(&entries, width), |sheet| {
        frame.axes(sheet)?;
        frame.limits(sheet)?;
        frame.levels(sheet)?;
        frame.members(sheet)?;
        frame.write(sheet, &names)?;
        key::draw(sheet, &entries, (0.0, key_top), width)
    })
}

/// Members outside a limit.
fn flagged(plot: &Funnel) -> usize {
    let outside = |member: &&FunnelMember| {
        matches!(member.standing, Standing::Warning(_) | Standing::Alarm(_))
    };
    plot.members.iter().filter(outside).count()
}

/// The marks in use, and a word for flagged members that found no room.
fn entries(plot: &Funnel, unnamed: bool) -> Vec<(Symbol, &str)> {
    let words = &plot.key;
    let mark = |wanted: fn(Standing) -> Option<SignalMark>| {
        plot.members
            .iter()
            .find_map(|member| wanted(member.standing))
    };
    let any = |standing| {
        plot.members
            .iter()
            .any(|member| member.standing == standing)
    };
    let warning = mark(|standing| match standing {
        Standing::Warning(mark) => Some(mark),
        _ => None,
    });
    let alarm = mark(|standing| match standing {
        Standing::Alarm(mark) => Some(mark),
        _ => None,
    });
    let mut entries = Vec::new();
    entries.extend(alarm.map(|mark| (Symbol::Signal(mark), words.alarm.as_str())));
    entries.extend(warning.map(|mark| (Symbol::HollowSignal(mark), words.warning.as_str())));
    entries.push((Symbol::Dot(Ink::Line), &words.within));
    if any(Standing::Sparse) {
        entries.push((Symbol::Dot(Ink::Rest), &words.sparse));
    }
    if unnamed {
        entries.push((Symbol::None, &words.unnamed));
    }
    entries
}

impl<'a> Frame<'a> {
    fn new(plot: &'a Funnel, width: f64, bottom: f64) -> Option<Self> {
        let range = range(plot)?;
        let roots = roots(plot);
        let widest = |texts: Vec<String>| {
            texts
                .iter()
                .map(|text| text_width(text, SMALL))
                .fold(0.0, f64::max)
        };
        let labels: Vec<String> = y_ticks(plot, range)
            .into_iter()
            .map(|tick| tick.1)
            .collect();
        let left = widest(labels) + 8.0;
        let marks = right_labels(plot, range).into_iter().map(|label| label.1);
        let right = width - widest(marks.collect()) - 8.0;
        Some(Self {
            plot,
            left,
            right,
            bottom,
            range,
            x: Scale {
                from: roots,
                to: (left, right),
            },
            y: Scale {
                from: range,
                to: (bottom, TOP),
            },
        })
    }

    fn at(&self, size: f64, value: f64) -> (f64, f64) {
        (self.x.at(size.sqrt()), self.y.at(value))
    }

    fn axes(&self, sheet: &Sheet) -> Result<(), DrawError> {
        sheet.text(
            &self.plot.figure_label,
            (0.0, 8.0),
            SMALL,
            Align::Start,
            Ink::Muted,
        )?;
        for (tick, label) in y_ticks(self.plot, self.range) {
            let y = self.y.at(tick);
            sheet.line(&[(self.left, y), (self.right, y)], Ink::Grid, 0.5)?;
            sheet.text(&label, (self.left - 5.0, y), SMALL, Align::End, Ink::Muted)?;
        }
        let mut free = 0.0;
        for tick in size_ticks(self.x.from) {
            let x = self.x.at(tick.sqrt());
            let label = format::tick(tick, Unit::Count, 1.0);
            let half = text_width(&label, SMALL) / 2.0;
            if x - half < free || x + half > self.right + 20.0 {
                continue;
            }
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
        let middle = f64::midpoint(self.left, self.right);
        sheet.text(
            &self.plot.size_label,
            (middle, self.bottom + 29.0),
            SMALL,
            Align::Middle,
            Ink::Muted,
        )
    }

    fn limits(&self, sheet: &Sheet) -> Result<(), DrawError> {
        let clamped = |value: f64| value.clamp(self.range.0, self.range.1);
        let points = &self.plot.outer.points;
        let upper = points
            .iter()
            .map(|&(size, _, high)| self.at(size, clamped(high)));
        let lower = points
            .iter()
            .rev()
            .map(|&(size, low, _)| self.at(size, clamped(low)));
        sheet.polygon(&upper.chain(lower).collect::<Vec<_>>(), Ink::Band)?;
        for (limits, ink) in [
            (&self.plot.inner, Ink::Inner),
            (&self.plot.outer, Ink::Limit),
        ] {
            for curve in self.curves(limits) {
                sheet.line(&curve, ink, 1.0)?;
            }
        }
        Ok(())
    }

    /// Both curves of a pair of limits, cut where they leave the plot.
    fn curves(&self, limits: &Limits) -> Vec<Vec<(f64, f64)>> {
        let cut = |points: Vec<(f64, f64)>| {
            let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
            for (size, value) in points {
                match runs.last_mut() {
                    Some(run) if inside(value, self.range) => run.push(self.at(size, value)),
                    _ => runs.push(Vec::new()),
                }
            }
            runs
        };
        let lower = limits.points.iter().map(|&(size, low, _)| (size, low));
        let upper = limits.points.iter().map(|&(size, _, high)| (size, high));
        [cut(lower.collect()), cut(upper.collect())].concat()
    }

    fn levels(&self, sheet: &Sheet) -> Result<(), DrawError> {
        let across = |value: f64, ink, width| {
            let y = self.y.at(value);
            sheet.line(&[(self.left, y), (self.right, y)], ink, width)
        };
        across(self.plot.overall.value, Ink::Centre, 1.0)?;
        if let Some(target) = self
            .plot
            .target
            .iter()
            .find(|level| inside(level.value, self.range))
        {
            across(target.value, Ink::Target, 1.5)?;
        }
        let labels = right_labels(self.plot, self.range);
        let mut heights: Vec<f64> = labels.iter().map(|label| self.y.at(label.0)).collect();
        spread(&mut heights, TOP - 4.0, self.bottom);
        for ((_, text, ink), y) in labels.iter().zip(heights) {
            sheet.text(text, (self.right + 6.0, y), SMALL, Align::Start, *ink)?;
        }
        Ok(())
    }

    /// Draws the members, the most striking last and on top.
    fn members(&self, sheet: &mut Sheet) -> Result<(), DrawError> {
        for (rank, member) in self.plot.members.iter().enumerate().rev() {
            let at = self.place(member);
            match member.standing {
                Standing::Sparse => sheet.dot(at, 3.0, Ink::Rest)?,
                Standing::Within => sheet.dot(at, 3.0, Ink::Line)?,
                Standing::Warning(mark) => key::hollow(sheet, at, mark)?,
                Standing::Alarm(mark) => signal(sheet, at, mark, 5.5)?,
            }
            if rank < HINTS {
                sheet.hint(at.0 - 7.0, at.1 - 7.0, 14.0, 14.0, &member.hint);
            }
        }
        Ok(())
    }

    /// Flagged members with the place of their names, the most striking first.
    fn names(&self) -> Vec<(&'a FunnelMember, Option<Placed>)> {
        let plot = Box {
            left: self.left,
            top: TOP,
            right: self.right,
            bottom: self.bottom,
        };
        let members = self.plot.members.iter();
        let marks = members.map(|member| Box::around(self.place(member), 5.5));
        let level = |value: f64| {
            let y = self.y.at(value);
            vec![(self.left, y), (self.right, y)]
        };
        let limits = [&self.plot.inner, &self.plot.outer].map(|limits| self.curves(limits));
        let target = self.plot.target.iter().map(|target| level(target.value));
        let lines = limits
            .concat()
            .into_iter()
            .chain([level(self.plot.overall.value)])
            .chain(target);
        let mut labels = Labels::new(plot, marks.collect(), lines.collect());
        let warned = |member: &&FunnelMember| matches!(member.standing, Standing::Warning(_));
        let many = self.plot.members.iter().filter(warned).count() > WARNINGS;
        let named = |member: &&FunnelMember| match member.standing {
            Standing::Alarm(_) => true,
            Standing::Warning(_) => !many,
            _ => false,
        };
        let members = self.plot.members.iter().filter(named);
        members
            .map(|member| {
                let size = (text_width(&member.name, LETTERS), LETTERS);
                (member, labels.place(self.place(member), size))
            })
            .collect()
    }

    fn write(
        &self,
        sheet: &Sheet,
        names: &[(&FunnelMember, Option<Placed>)],
    ) -> Result<(), DrawError> {
        for (member, place) in names {
            let Some(Placed { area, leader }) = place else {
                continue;
            };
            if let Some(end) = leader {
                sheet.line(&[self.place(member), *end], Ink::Dot, 0.5)?;
            }
            let middle = (area.left, f64::midpoint(area.top, area.bottom));
            sheet.text(&member.name, middle, LETTERS, Align::Start, Ink::Text)?;
        }
        Ok(())
    }

    /// A member off the plot, which only a grey one can be, stands at its edge.
    fn place(&self, member: &FunnelMember) -> (f64, f64) {
        self.at(member.size, member.value.clamp(self.range.0, self.range.1))
    }
}

/// What the vertical axis spans: everything judged, and the limits where members are judged. The wide mouth of
/// the funnel and grey members don't press the rest flat.
fn range(plot: &Funnel) -> Option<(f64, f64)> {
    let judged = || {
        plot.members
            .iter()
            .filter(|member| member.standing != Standing::Sparse)
    };
    let least = judged()
        .map(|member| member.size)
        .fold(f64::INFINITY, f64::min);
    let limits = plot
        .outer
        .points
        .iter()
        .filter(|point| point.0 >= least)
        .flat_map(|point| [point.1, point.2]);
    let ends = judged()
        .map(|member| member.value)
        .chain(limits)
        .chain([plot.overall.value]);
    let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if !low.is_finite() || !high.is_finite() {
        return None;
    }
    let air = if high > low {
        (high - low) * 0.06
    } else {
        high.abs().max(1.0) * 0.05
    };
    let (least, most) = plot.axis.unit.range();
    Some((
        (low - air).max(least.min(low)),
        (high + air).min(most.max(high)),
    ))
}

fn y_ticks(plot: &Funnel, range: (f64, f64)) -> Vec<(f64, String)> {
    let ticks = ticks(range, plot.axis.unit);
    let step = ticks
        .windows(2)
        .next()
        .map_or(1.0, |pair| pair[1] - pair[0]);
    ticks
        .into_iter()
        .map(|tick| (tick, format::tick(tick, plot.axis.unit, step)))
        .collect()
}

/// What the horizontal axis spans, in square roots: all members, without the empty stretch down to zero.
fn roots(plot: &Funnel) -> (f64, f64) {
    let roots = plot.members.iter().map(|member| member.size.sqrt());
    let (low, high) = roots.fold((f64::INFINITY, 0.0_f64), |(low, high), root| {
        (low.min(root), high.max(root))
    });
    let air = (high - low) * 0.06;
    let from = if air > 0.0 { (low - air).max(0.0) } else { 0.0 };
    (from, high * 1.02)
}

/// What stands to the right of the plot, highest first: limits, overall figure, target.
fn right_labels(plot: &Funnel, range: (f64, f64)) -> Vec<(f64, String, Ink)> {
    let ends = [&plot.inner, &plot.outer].into_iter().flat_map(|limits| {
        limits
            .points
            .last()
            .into_iter()
            .flat_map(|&(_, low, high)| {
                [low, high].map(|end| (end, limits.label.clone(), Ink::Muted))
            })
    });
    let overall = (plot.overall.value, plot.overall.label.clone(), Ink::Text);
    let target = plot.target.iter().map(|level| {
        let arrow = match level.value {
            value if value > range.1 => " ↑",
            value if value < range.0 => " ↓",
            _ => "",
        };
        let text = format!("{}{arrow}", level.label);
        (level.value.clamp(range.0, range.1), text, Ink::TargetText)
    });
    let mut labels: Vec<(f64, String, Ink)> = ends
        .chain([overall])
        .chain(target)
        .filter(|label| inside(label.0, range))
        .collect();
    labels.sort_by(|a, b| b.0.total_cmp(&a.0));
    labels
}
