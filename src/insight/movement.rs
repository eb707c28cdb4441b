//! Is a daily figure changing? A control chart over its days, with the reason for the choice of chart.

use chrono::{Datelike, NaiveDate};

use crate::kpi::figure::{Better, Estimate};
use crate::stats::control::daily::{DailyChart, Kind};
use crate::stats::control::rules::{Cause, Special, anhoej, median};
use crate::stats::control::series::Daily;

pub use crate::stats::control::daily::Nature;

#[cfg(test)]
mod tests;

/// Days with a value from which limits are set; below, the median says more than limits would.
const LEAST_FOR_LIMITS: usize = 12;

/// Most days the baseline takes: four whole weeks, so that every weekday counts four times. A later
/// day never moves it. Source: at least 20 points, Wheeler (2000), *Understanding Variation*.
const BASELINE: usize = 28;

/// Calendar days the baseline must span before the weekly cycle is taken out: two whole weeks.
const TWO_WEEKS: i64 = 14;

/// Days on one side of the centre that make a shift. Source: Western Electric (1956), *Statistical
/// Quality Control Handbook*, rule 4.
const SHIFT: usize = 8;

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
}

/// A series judged.
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

    /// The signal of the newest day and the first day of the unbroken run of signals with the same verdict that ends there.
    #[must_use]
    pub fn current(&self) -> Option<(Signal, NaiveDate)> {
        let newest = self.points.last()?.signal?;
        let since = self
            .points
            .iter()
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
}

/// A day that has a value.
#[derive(Debug, Clone, Copy)]
struct Valued {
    /// Position among all days.
    at: usize,
    /// Position in the week, Monday 0.
    weekday: usize,
    /// The figure.
    value: f64,
    /// What it rests on: the denominator of a rate, the n of a mean, 1 for a count or a single value.
    n: f64,
}

impl Valued {
    /// As the chart takes it.
    const fn daily(&self) -> Daily {
        Daily {
            value: self.value,
            weight: self.n,
            weekday: self.weekday,
        }
    }
}

/// Judges a daily series. `None` when no day has a value.
///
/// Days are put in order of date; a day without a value, or with nothing it rests on, stays in
/// `points` but takes no part. The baseline is the first 28 days with a value, or all but the
/// newest while there are fewer than 29: never fewer than the 20 the method asks for once there are
/// 21, and from the 29th day on it no longer moves. Every day, those of the baseline too, is held
/// against its limits.
///
/// The weekly cycle is taken out when the baseline spans at least two whole weeks; then limits,
/// centre and signals are on the scale of the adjusted values, and an adjusted rate is kept within
/// [0, 1]. Below 12 days with a value the chart is a run chart over all of them, and a signal marks
/// the run the series ends with.
#[must_use]
pub fn movement(days: &[Day], nature: Nature, better: Better) -> Option<Movement> {
    let mut days = days.to_vec();
    days.sort_by_key(|day| day.date);
    let valued: Vec<Valued> = days
        .iter()
        .enumerate()
        .filter_map(|(at, day)| valued(at, day, nature))
        .collect();
    if valued.len() < LEAST_FOR_LIMITS {
        return run_chart(&days, &valued, better);
    }
    let baseline = BASELINE.min(valued.len() - 1);
    let span = days[valued[baseline - 1].at].date - days[valued[0].at].date;
    let weekday_adjusted = span.num_days() + 1 >= TWO_WEEKS;
    let figures: Vec<Daily> = valued.iter().map(Valued::daily).collect();
    let chart = DailyChart::fit(&figures[..baseline], nature, weekday_adjusted)?;
    let mut points = raw_points(&days);
    for (day, judged) in valued.iter().zip(chart.judge(&figures, SHIFT)) {
        let point = &mut points[day.at];
        point.adjusted = Some(judged.adjusted);
        point.lower = Some(judged.lower);
        point.upper = Some(judged.upper);
        point.signal = judged
            .special
            .map(|special| signal(special, judged.adjusted > chart.centre, better));
    }
    Some(Movement {
        chart: kind(chart.kind),
        sigma_z: chart.sigma_z,
        weekday_adjusted,
        baseline_days: baseline,
        centre: chart.centre,
        points,
    })
}

/// The day's figure and what it rests on; `None` where either is missing.
fn valued(at: usize, day: &Day, nature: Nature) -> Option<Valued> {
    let estimate = day.estimate;
    #[expect(clippy::cast_precision_loss, reason = "row counts stay below 2^53")]
    let rows = estimate.n as f64;
    let n = match nature {
        Nature::Rate => estimate.denominator.unwrap_or(rows),
        Nature::Mean => rows,
        // A bare count is a count of one day.
        Nature::Count | Nature::Single => 1.0,
    };
    let value = estimate.value.filter(|value| value.is_finite())?;
    (n.is_finite() && n > 0.0).then_some(Valued {
        at,
        weekday: day.date.weekday().num_days_from_monday() as usize,
        value,
        n,
    })
}

/// Every day as it was, not judged yet.
fn raw_points(days: &[Day]) -> Vec<Point> {
    days.iter()
        .map(|day| Point {
            date: day.date,
            value: day.estimate.value,
            adjusted: None,
            lower: None,
            upper: None,
            signal: None,
        })
        .collect()
}

/// The chart in the terms of the report.
const fn kind(kind: Kind) -> ChartKind {
    match kind {
        Kind::P => ChartKind::P,
        Kind::LaneyP => ChartKind::LaneyP,
        Kind::U => ChartKind::U,
        Kind::LaneyU => ChartKind::LaneyU,
        Kind::IPrime => ChartKind::IPrime,
        Kind::Xmr => ChartKind::Xmr,
    }
}

/// A run chart: the median of all days and, where the runs are not random, the last run marked.
fn run_chart(days: &[Day], valued: &[Valued], better: Better) -> Option<Movement> {
    let figures: Vec<f64> = valued.iter().map(|day| day.value).collect();
    let centre = median(&figures)?;
    let last_run = anhoej(&figures)
        .filter(|runs| runs.signal(figures.len()))
        .map(|runs| (runs.last_run_from, runs.last_run_above));
    let mut points = raw_points(days);
    for (position, day) in valued.iter().enumerate() {
        let point = &mut points[day.at];
        point.adjusted = Some(day.value);
        point.signal = last_run
            .filter(|&(from, _)| position >= from)
            .map(|(_, upward)| {
                let cause = Cause::Shift;
                signal(Special { cause, upward }, upward, better)
            });
    }
    Some(Movement {
        chart: ChartKind::Run,
        sigma_z: None,
        weekday_adjusted: false,
        baseline_days: figures.len(),
        centre,
        points,
    })
}

/// A special cause in the terms of the report. The verdict follows the direction of the cause,
/// which in a trend is the way it goes, whichever side of the centre the point still lies on.
const fn signal(special: Special, above: bool, better: Better) -> Signal {
    let rule = match special.cause {
        Cause::Outside => Rule::Outside,
        Cause::Trend => Rule::Trend,
        Cause::TwoOfThree => Rule::TwoOfThree,
        Cause::Shift => Rule::Shift,
    };
    let verdict = match (better, special.upward) {
        (Better::Neither, _) => Verdict::Neutral,
        (Better::Higher, true) | (Better::Lower, false) => Verdict::Improvement,
        (Better::Higher, false) | (Better::Lower, true) => Verdict::Concern,
    };
    Signal {
        rule,
        above,
        verdict,
    }
}
