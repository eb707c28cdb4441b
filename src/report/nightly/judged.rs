//! One KPI with its verdicts, and the order "worst first".

use std::cmp::Ordering;

use chrono::NaiveDate;

use crate::insight::movement::{ChartKind, Movement, Point, Rule, Signal, Verdict};
use crate::kpi::figure::{Better, Status, Unit};
use crate::report::document::Tone;

use super::KpiLine;

/// Below this many cases a figure is not judged (chapter 6: n < 30).
pub(super) const FEW_CASES: u64 = 30;

/// Below this expectation a count is not judged (chapter 6: expected < 5).
const FEW_EXPECTED: f64 = 5.0;

/// A KPI with its verdicts.
pub(super) struct Judged<'a> {
    pub line: &'a KpiLine,
    pub status: Status,
    /// Met or missed, but the interval contains the target.
    pub doubtful: bool,
    /// Too few cases to judge.
    pub sparse: bool,
    /// The signal of the day; none when there are too few cases.
    pub signal: Option<Current>,
}

/// A signal that holds on the day reported on.
pub(super) struct Current {
    pub signal: Signal,
    /// First day of the unbroken run of signals.
    pub since: NaiveDate,
    /// Whether one rule found the whole run.
    pub uniform: bool,
    /// The direction that is reported: that of the trend, else the side of the centre.
    pub up: bool,
    /// Distance from the centre in half widths of the limits; 0 without limits.
    pub strength: f64,
}

impl<'a> Judged<'a> {
    /// Judges every line and puts the worst first; equals stay in the catalogue's order.
    pub fn worst_first(lines: &'a [KpiLine]) -> Vec<Self> {
        let mut judged: Vec<Self> = lines.iter().map(Self::new).collect();
        judged.sort_by(|a, b| {
            a.rank()
                .cmp(&b.rank())
                .then_with(|| descending(a.size(), b.size()))
        });
        judged
    }

    fn new(line: &'a KpiLine) -> Self {
        let sparse = is_sparse(line);
        let current = chart(line).and_then(|movement| Current::of(movement, line.better));
        Self {
            line,
            status: line.estimate.status(line.bound),
            doubtful: line.estimate.indistinguishable(line.bound),
            sparse,
            signal: if sparse { None } else { current },
        }
    }

    /// The tone of the control chart's verdict.
    pub fn tone(&self) -> Tone {
        match &self.signal {
            _ if self.sparse => Tone::Sparse,
            Some(current) => tone(current.signal.verdict),
            None if self.has_limits() => Tone::Calm,
            None => Tone::Unjudged,
        }
    }

    /// Whether there are limits to hold the day against; a run chart has none.
    pub fn has_limits(&self) -> bool {
        chart(self.line).is_some_and(|movement| movement.chart != ChartKind::Run)
    }

    /// Whether it moved without being better for it, or misses its target.
    pub fn needs_a_look(&self) -> bool {
        self.rank() <= 4
    }

    /// The class of a KPI in the order "worst first": 0 is worst.
    fn rank(&self) -> u8 {
        let missed = self.status == Status::Missed;
        match self.tone() {
            Tone::Sparse => 8,
            Tone::Concern if missed => 0,
            Tone::Concern => 1,
            _ if missed && !self.doubtful => 2,
            _ if missed => 3,
            Tone::Neutral => 4,
            Tone::Improvement => 7,
            Tone::Calm | Tone::Unjudged if self.doubtful => 5,
            Tone::Calm | Tone::Unjudged => 6,
        }
    }

    /// How bad, within a class: distance beyond the limits, else relative distance from the target.
    fn size(&self) -> f64 {
        match (&self.signal, self.line.estimate.value, self.line.bound) {
            (Some(current), _, _) => current.strength,
            (None, Some(value), Some(bound)) if self.status == Status::Missed => {
                (value - bound.value()).abs() / bound.value().abs().max(f64::MIN_POSITIVE)
            }
            _ => 0.0,
        }
    }

    /// What is usual on this weekday: the centre with the weekday's effect put back.
    ///
    /// The chart takes the effect out as a ratio, so the ratio of raw to adjusted value is the effect.
    pub fn usual(&self) -> Option<f64> {
        let movement = self.line.movement.as_ref()?;
        let newest = movement.points.last()?;
        let usual = match (newest.value, newest.adjusted) {
            (Some(value), Some(adjusted)) if movement.weekday_adjusted && adjusted != 0.0 => {
                movement.centre * value / adjusted
            }
            _ => movement.centre,
        };
        Some(if self.line.unit == Unit::Percent {
            usual.clamp(0.0, 1.0)
        } else {
            usual
        })
    }
}

impl Judged<'_> {
    /// The usual level and the one it moved to. A signal of one day is measured on that day; one that has
    /// lasted is measured by the mean of its days without the weekday's effect, which is what the rule saw.
    pub fn levels(&self, current: &Current) -> Option<(f64, f64)> {
        if current.since == self.line.day {
            return Some((self.usual()?, self.line.estimate.value?));
        }
        let movement = self.line.movement.as_ref()?;
        let since: Vec<f64> = movement
            .points
            .iter()
            .filter(|point| point.date >= current.since)
            .filter_map(|point| point.adjusted)
            .collect();
        let days = u32::try_from(since.len()).ok().filter(|days| *days > 0)?;
        Some((movement.centre, since.iter().sum::<f64>() / f64::from(days)))
    }
}

impl Current {
    fn of(movement: &Movement, better: Better) -> Option<Self> {
        let (signal, since) = movement.current()?;
        let newest = movement.points.last()?;
        let uniform = movement
            .points
            .iter()
            .filter(|point| point.date >= since)
            .all(|point| point.signal.is_some_and(|other| other.rule == signal.rule));
        Some(Self {
            signal,
            since,
            uniform,
            up: match (signal.rule, signal.verdict) {
                (Rule::Trend, Verdict::Neutral) => rises(movement).unwrap_or(signal.above),
                _ => upward(signal, better),
            },
            strength: strength(movement, newest),
        })
    }
}

/// The tone of a verdict.
pub(super) const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Concern => Tone::Concern,
        Verdict::Improvement => Tone::Improvement,
        Verdict::Neutral => Tone::Neutral,
    }
}

/// The direction of a signal. A verdict follows the direction and what is better, so it also names the
/// direction of a trend, whichever side of the centre its points still lie on.
pub(super) const fn upward(signal: Signal, better: Better) -> bool {
    match (signal.verdict, better) {
        (Verdict::Improvement, Better::Higher) | (Verdict::Concern, Better::Lower) => true,
        (Verdict::Concern, Better::Higher) | (Verdict::Improvement, Better::Lower) => false,
        _ => signal.above,
    }
}

/// The chart of a line; one that ends on another day says nothing about the day shown.
fn chart(line: &KpiLine) -> Option<&Movement> {
    let movement = line.movement.as_ref()?;
    (movement.points.last()?.date == line.day).then_some(movement)
}

/// A count is judged by what is expected, everything else by its cases.
fn is_sparse(line: &KpiLine) -> bool {
    if line.unit == Unit::Count && line.estimate.denominator.is_none() {
        let expected = line.movement.as_ref().map(|movement| movement.centre);
        return expected
            .or(line.estimate.value)
            .is_none_or(|expected| expected < FEW_EXPECTED);
    }
    line.estimate.n < FEW_CASES
}

fn shown(point: &Point) -> Option<f64> {
    point.adjusted.or(point.value)
}

fn rises(movement: &Movement) -> Option<bool> {
    let mut newest_first = movement.points.iter().rev().filter_map(shown);
    let (last, before) = (newest_first.next()?, newest_first.next()?);
    Some(last > before)
}

fn strength(movement: &Movement, newest: &Point) -> f64 {
    let Some(value) = shown(newest) else {
        return 0.0;
    };
    let limit = if value > movement.centre {
        newest.upper
    } else {
        newest.lower
    };
    let width = limit.map_or(0.0, |limit| (limit - movement.centre).abs());
    if width > 0.0 {
        (value - movement.centre).abs() / width
    } else {
        0.0
    }
}

pub(super) fn descending(a: f64, b: f64) -> Ordering {
    b.total_cmp(&a)
}
