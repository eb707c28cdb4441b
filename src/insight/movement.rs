//! Is a daily figure changing? A control chart over its days, with the reason for the choice of chart.

use chrono::NaiveDate;

use crate::kpi::figure::{Better, Bound, Estimate};
use crate::stats::control::assurance::assurance;

pub use crate::stats::control::assurance::Assurance;
pub use crate::stats::control::daily::Nature;
pub use marks::{Event, Marks, Rebase, Treatment};
pub use stretch::{BASELINE, LEAST_FOR_LIMITS, Stretch};

mod marks;
mod stretch;
#[cfg(test)]
mod tests;

/// One day of a series: the figure as the mart holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// Local date.
    pub date: NaiveDate,
    /// The figure of that day.
    pub estimate: Estimate,
}

/// Which chart the limits come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// p-chart: a rate with its n.
    P,
    /// Laney P′: a rate whose days vary more than binomial sampling explains.
    LaneyP,
    /// u-chart: a count.
    U,
    /// Laney U′: a count whose days vary more than Poisson sampling explains.
    LaneyU,
    /// I′: a mean whose days rest on different n.
    IPrime,
    /// `XmR`: single values.
    Xmr,
    /// Run chart: too few days for limits; the median only.
    Run,
}

/// The special causes, in the order they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Outside a limit.
    Outside,
    /// Seven points rising or falling.
    Trend,
    /// Two of three beyond two sigma on one side.
    TwoOfThree,
    /// Eight (daily) on one side of the centre.
    Shift,
}

/// What a special cause means, given which direction is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Moved to the better side.
    Improvement,
    /// Moved to the worse side.
    Concern,
    /// Moved, and neither side is better.
    Neutral,
}

/// A special cause at one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// The rule that found it.
    pub rule: Rule,
    /// Whether the point lies above the centre.
    pub above: bool,
    /// Good, bad or neither.
    pub verdict: Verdict,
}

/// One point of the chart, every number in the KPI's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Local date.
    pub date: NaiveDate,
    /// The figure as it was; `None` on a day without a denominator.
    pub value: Option<f64>,
    /// The figure with the weekday's usual effect taken out.
    pub adjusted: Option<f64>,
    /// Lower natural process limit; `None` on a run chart.
    pub lower: Option<f64>,
    /// Upper natural process limit; `None` on a run chart.
    pub upper: Option<f64>,
    /// Special cause found at this point.
    pub signal: Option<Signal>,
    /// Position in [`Movement::events`] of the event the day falls in.
    pub event: Option<usize>,
}

/// A series judged. Chart, centre and baseline are those of the newest stretch.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// The chart chosen.
    pub chart: ChartKind,
    /// Laney's `σ_z` where it was computed: how many times wider the days scatter than sampling explains.
    pub sigma_z: Option<f64>,
    /// Whether a weekday effect was taken out (needs at least two whole weeks).
    pub weekday_adjusted: bool,
    /// Days the limits were computed from.
    pub baseline_days: usize,
    /// Centre line: the baseline's mean, or the median on a run chart.
    pub centre: f64,
    /// Every day, oldest first.
    pub points: Vec<Point>,
    /// The stretches between rebases, oldest first; never empty.
    pub stretches: Vec<Stretch>,
    /// What the days are marked with.
    pub events: Vec<Event>,
}

/// How a series is judged.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What the figure is: decides the chart.
    pub nature: Nature,
    /// Which direction is an improvement.
    pub better: Better,
    /// Of a count with a denominator: how many of it make one unit of exposure, such as 1,000 contacts.
    pub per: f64,
    /// Rebases and events.
    pub marks: Marks,
}

impl Movement {
    /// Cuts the limits to what the figure can be: a duration is not negative, a share not above one.
    #[must_use]
    pub fn within(mut self, least: f64, most: f64) -> Self {
        for point in &mut self.points {
            point.lower = point.lower.map(|lower| lower.clamp(least, most));
            point.upper = point.upper.map(|upper| upper.clamp(least, most));
        }
        self
    }

    /// The signal of the newest day and the first day of the unbroken run of signals with the same
    /// verdict that ends there. A run does not reach back over a rebase; excluded days do not break it.
    #[must_use]
    pub fn current(&self) -> Option<(Signal, NaiveDate)> {
        let newest = self.points.last()?.signal?;
        let since = self
            .judged()
            .rev()
            .take_while(|point| {
                point.signal.is_some_and(|signal| {
                    signal.verdict == newest.verdict && signal.above == newest.above
                })
            })
            .last()?
            .date;
        Some((newest, since))
    }

    /// The points of the newest stretch, without those that take no part in the rules.
    #[must_use]
    pub fn judged(&self) -> impl DoubleEndedIterator<Item = &Point> {
        let from = self.stretches.last().map(|stretch| stretch.from);
        self.points
            .iter()
            .filter(move |point| from.is_none_or(|from| point.date >= from))
            .filter(|point| !self.excluded(point))
    }

    /// Whether a point takes no part in baseline and rules.
    #[must_use]
    pub fn excluded(&self, point: &Point) -> bool {
        self.event_of(point)
            .is_some_and(|event| event.treatment == Treatment::Excluded)
    }

    /// The event a point falls in.
    #[must_use]
    pub fn event_of(&self, point: &Point) -> Option<&Event> {
        self.events.get(point.event?)
    }

    /// Position of the stretch a day belongs to.
    #[must_use]
    pub fn stretch_of(&self, date: NaiveDate) -> usize {
        let begun = self.stretches.iter().filter(|stretch| stretch.from <= date);
        begun.count().saturating_sub(1)
    }

    /// What the process does about its target: its newest limits against it. `None` without limits.
    #[must_use]
    pub fn assurance(&self, bound: Bound) -> Option<Assurance> {
        let limits = self
            .judged()
            .rev()
            .find_map(|point| Some((point.lower?, point.upper?)))?;
        let higher = matches!(bound, Bound::AtLeast(_));
        assurance(limits, bound.value(), higher)
    }
}

/// Judges a daily series without rebases and events. `None` when no day has a value.
///
/// As [`movement_with`]; a count with a denominator is one per unit of it.
#[must_use]
pub fn movement(days: &[Day], nature: Nature, better: Better) -> Option<Movement> {
    let terms = Terms {
        nature,
        better,
        per: 1.0,
        marks: Marks::default(),
    };
    movement_with(days, &terms)
}

/// Judges a daily series. `None` when no day has a value.
///
/// Days are put in order of date; a day without a value, or with nothing it rests on, stays in
/// `points` but takes no part. The baseline is the first 28 days with a value since the start of the
/// record or the newest rebase, or all but the newest while there are fewer than 29: never fewer than
/// the 20 the method asks for once there are 21, and from the 29th day on it no longer moves. So
/// `days` must be the whole record, not the part of it that is shown. Every day, those of the
/// baseline too, is held against its limits; days before a rebase against those of before.
///
/// Days in an event that keeps them out of the baseline are passed over when it is chosen; those of
/// an event that excludes them are not held against the rules either, which read the days before and
/// after them as neighbours.
///
/// The weekly cycle is taken out when the baseline spans at least two whole weeks; then limits,
/// centre and signals are on the scale of the adjusted values, and an adjusted rate is kept within
/// [0, 1]. Below 12 days for a baseline the chart is a run chart over all days that are not
/// excluded, and a signal marks the run the series ends with.
#[must_use]
pub fn movement_with(days: &[Day], terms: &Terms) -> Option<Movement> {
    let mut days = days.to_vec();
    days.sort_by_key(|day| day.date);
    let (mut stretches, mut points) = (Vec::new(), Vec::new());
    let mut unjudged: Vec<Day> = Vec::new();
    for (days, rebase) in parts(&days, &terms.marks) {
        // Days before the first with a value belong to the stretch that judges.
        let all = [&unjudged[..], days].concat();
        match stretch::judge(&all, rebase.cloned(), terms) {
            Some((stretch, judged)) => {
                stretches.push(stretch);
                points.extend(judged);
                unjudged.clear();
            }
            None => unjudged = all,
        }
    }
    let newest: &Stretch = stretches.last()?;
    points.extend(unjudged.iter().map(|day| Point {
        date: day.date,
        value: day.estimate.value,
        adjusted: None,
        lower: None,
        upper: None,
        signal: None,
        event: terms.marks.event_of(day.date),
    }));
    Some(Movement {
        chart: newest.chart,
        sigma_z: newest.sigma_z,
        weekday_adjusted: newest.weekday_adjusted,
        baseline_days: newest.baseline_days,
        centre: newest.centre,
        points,
        stretches,
        events: terms.marks.events.clone(),
    })
}

/// The days cut at the rebases that fall between them, each part with the rebase it begins with.
fn parts<'d>(days: &'d [Day], marks: &'d Marks) -> Vec<(&'d [Day], Option<&'d Rebase>)> {
    let (mut parts, mut rest, mut begins) = (Vec::new(), days, None);
    for rebase in &marks.rebases {
        let (before, after) = rest.split_at(rest.partition_point(|day| day.date < rebase.date));
        if after.is_empty() {
            break;
        }
        if !before.is_empty() {
            parts.push((before, begins));
        }
        (rest, begins) = (after, Some(rebase));
    }
    parts.push((rest, begins));
    parts
}
