//! The days between two rebases: one baseline, one chart.

use chrono::{Datelike, NaiveDate};

use crate::kpi::figure::Better;
use crate::stats::control::daily::{DailyChart, Kind};
use crate::stats::control::rules::{Cause, Special, anhoej, median};
use crate::stats::control::series::Daily;
use crate::stats::sum::real;

use super::marks::{Marks, Rebase, Treatment};
use super::{ChartKind, Day, Nature, Point, Rule, Signal, Terms, Verdict};

/// Days with a value from which limits are set; below, the median says more than limits would.
pub const LEAST_FOR_LIMITS: usize = 12;

/// Most days the baseline takes: four whole weeks, so that every weekday counts four times. A later
/// day never moves it. Source: at least 20 points, Wheeler (2000), *Understanding Variation*.
pub const BASELINE: usize = 28;

/// Calendar days the baseline must span before the weekly cycle is taken out: two whole weeks.
const TWO_WEEKS: i64 = 14;

/// Days on one side of the centre that make a shift. Source: Western Electric (1956), *Statistical
/// Quality Control Handbook*, rule 4.
const SHIFT: usize = 8;

/// The days between two rebases, judged by one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// First day.
    pub from: NaiveDate,
    /// The rebase it begins with; `None` at the start of the record.
    pub rebase: Option<Rebase>,
    /// The chart chosen.
    pub chart: ChartKind,
    /// Laney's `σ_z` where it was computed.
    pub sigma_z: Option<f64>,
    /// p-value of the overdispersion test; rates and counts only.
    pub overdispersion: Option<f64>,
    /// Whether a weekday effect was taken out.
    pub weekday_adjusted: bool,
    /// Days the limits were computed from; on a run chart those the median was.
    pub baseline_days: usize,
    /// First and last of them.
    pub baseline: (NaiveDate, NaiveDate),
    /// Days with a value that lie in no event which keeps them from the baseline.
    pub usable: usize,
    /// Whether the baseline moves no more.
    pub frozen: bool,
    /// Centre line: the baseline's mean, or the median on a run chart.
    pub centre: f64,
}

/// A day that has a value.
#[derive(Debug, Clone, Copy)]
struct Valued {
    /// Position among the days of the stretch.
    at: usize,
    /// Its date.
    date: NaiveDate,
    /// What it takes no part in.
    treatment: Treatment,
    /// As the chart takes it: the weight is the denominator of a rate, the n of a mean, the exposure
    /// of a count, 1 for a single value.
    day: Daily,
}

impl Valued {
    fn usable(&self) -> bool {
        self.treatment == Treatment::Shown
    }

    fn counts(&self) -> bool {
        self.treatment != Treatment::Excluded
    }
}

/// Judges the days of one stretch, in order of date. `None` when no day has a value.
pub(super) fn judge(
    days: &[Day],
    rebase: Option<Rebase>,
    terms: &Terms,
) -> Option<(Stretch, Vec<Point>)> {
    let valued: Vec<Valued> = days
        .iter()
        .enumerate()
        .filter_map(|(at, day)| valued(at, day, terms))
        .collect();
    let usable = valued.iter().filter(|day| day.usable()).count();
    if usable < LEAST_FOR_LIMITS {
        return run_chart(days, &valued, rebase, terms);
    }
    // The newest day is held against limits it has no part in.
    let before = valued.len() - 1;
    let mut inside = vec![false; valued.len()];
    let chosen: Vec<usize> = (0..before)
        .filter(|at| valued[*at].usable())
        .take(BASELINE)
        .collect();
    for at in &chosen {
        inside[*at] = true;
    }
    let ends = (valued[*chosen.first()?].date, valued[*chosen.last()?].date);
    let weekday_adjusted = (ends.1 - ends.0).num_days() + 1 >= TWO_WEEKS;
    let baseline: Vec<Daily> = chosen.iter().map(|at| valued[*at].day).collect();
    let chart = DailyChart::fit(&baseline, terms.nature, weekday_adjusted)?;
    let mut points = raw_points(days, &terms.marks);
    let held: Vec<(usize, (Daily, bool))> = valued
        .iter()
        .enumerate()
        .filter(|(_, day)| day.counts())
        .map(|(i, day)| (day.at, (day.day, inside[i])))
        .collect();
    let each: Vec<(Daily, bool)> = held.iter().map(|(_, day)| *day).collect();
    for ((at, _), judged) in held.iter().zip(chart.judge_each(&each, SHIFT)) {
        let point = &mut points[*at];
        point.adjusted = Some(judged.adjusted);
        point.lower = Some(judged.lower);
        point.upper = Some(judged.upper);
        point.signal = judged
            .special
            .map(|special| signal(special, judged.adjusted > chart.centre, terms.better));
    }
    // What takes no part is drawn, but held against nothing.
    for day in valued.iter().filter(|day| !day.counts()) {
        points[day.at].adjusted = Some(chart.adjusted(&day.day));
    }
    let stretch = Stretch {
        from: days.first()?.date,
        rebase,
        chart: kind(chart.kind),
        sigma_z: chart.sigma_z,
        overdispersion: chart.overdispersion,
        weekday_adjusted,
        baseline_days: chosen.len(),
        baseline: ends,
        usable,
        frozen: chosen.len() == BASELINE,
        centre: chart.centre,
    };
    Some((stretch, points))
}

/// The day's figure and what it rests on; `None` where either is missing.
fn valued(at: usize, day: &Day, terms: &Terms) -> Option<Valued> {
    let estimate = day.estimate;
    let rows = real(estimate.n);
    let n = match terms.nature {
        Nature::Rate => estimate.denominator.unwrap_or(rows),
        Nature::Mean => rows,
        // A bare count is a count of one day.
        Nature::Count => estimate.denominator.map_or(1.0, |n| n / terms.per),
        Nature::Single => 1.0,
    };
    let value = estimate.value.filter(|value| value.is_finite())?;
    (n.is_finite() && n > 0.0).then_some(Valued {
        at,
        date: day.date,
        treatment: terms.marks.treatment(day.date),
        day: Daily {
            value,
            weight: n,
            weekday: day.date.weekday().num_days_from_monday() as usize,
        },
    })
}

/// Every day as it was, not judged yet.
fn raw_points(days: &[Day], marks: &Marks) -> Vec<Point> {
    days.iter()
        .map(|day| Point {
            date: day.date,
            value: day.estimate.value,
            adjusted: None,
            lower: None,
            upper: None,
            signal: None,
            event: marks.event_of(day.date),
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

/// A run chart: the median of the days and, where the runs are not random, the last run marked.
///
/// There are no limits to spoil, so only what is excluded takes no part.
fn run_chart(
    days: &[Day],
    valued: &[Valued],
    rebase: Option<Rebase>,
    terms: &Terms,
) -> Option<(Stretch, Vec<Point>)> {
    let counted: Vec<&Valued> = valued.iter().filter(|day| day.counts()).collect();
    let figures: Vec<f64> = counted.iter().map(|day| day.day.value).collect();
    let all: Vec<f64> = valued.iter().map(|day| day.day.value).collect();
    let centre = median(&figures).or_else(|| median(&all))?;
    let last_run = anhoej(&figures)
        .filter(|runs| runs.signal(figures.len()))
        .map(|runs| (runs.last_run_from, runs.last_run_above));
    let mut points = raw_points(days, &terms.marks);
    for day in valued {
        points[day.at].adjusted = Some(day.day.value);
    }
    for (position, day) in counted.iter().enumerate() {
        points[day.at].signal =
            last_run
                .filter(|&(from, _)| position >= from)
                .map(|(_, upward)| {
                    let cause = Cause::Shift;
                    signal(Special { cause, upward }, upward, terms.better)
                });
    }
    let stretch = Stretch {
        from: days.first()?.date,
        rebase,
        chart: ChartKind::Run,
        sigma_z: None,
        overdispersion: None,
        weekday_adjusted: false,
        baseline_days: figures.len(),
        baseline: (valued.first()?.date, valued.last()?.date),
        usable: valued.iter().filter(|day| day.usable()).count(),
        frozen: false,
        centre,
    };
    Some((stretch, points))
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
