//! Which points of a chart noise does not explain.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::stats::{interval::quantile_type7, size};

use super::Chart;

/// Points that rise or fall in a row to make a trend. Source: NHS England, *Making data count:
/// strengthening your decisions* (2019), rule 3.
const TREND: usize = 7;

/// Distance of a near miss from the centre, in sigmas. Source: Western Electric (1956),
/// *Statistical Quality Control Handbook*, rule 2.
pub(super) const NEAR: f64 = 2.0;

/// Relative difference below which two numbers count as equal: sums of the same figures in another
/// order differ by less, and rounding must not put a constant series on one side of its mean.
const TIE: f64 = 1e-12;

/// Observations off the median below which the run rules have no power. Source: Anhøj & Olesen
/// (2014), *Run charts revisited*, `PLoS` ONE 9, e113825.
const LEAST_USEFUL: usize = 10;

/// A special cause, in the order they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Outside a limit.
    Outside,
    /// One of seven or more points that rise or fall in a row.
    Trend,
    /// Beyond two sigmas, as another of three points in a row on the same side.
    TwoOfThree,
    /// One of a long run on one side of the centre.
    Shift,
}

/// A special cause at one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Special {
    /// The first cause that matches.
    pub cause: Cause,
    /// Whether it speaks for more: above the centre, or rising in a trend.
    pub upward: bool,
}

/// One point with what it is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// The figure.
    pub value: f64,
    /// Lower and upper limit.
    pub limits: (f64, f64),
    /// Ends of the zone around the centre beyond which a point is a near miss.
    pub near: (f64, f64),
}

/// The special cause of each point `(value, n)`, `run` points on one side making a shift.
///
/// As [`special_causes_of`], with the limits of the chart.
#[must_use]
pub fn special_causes(chart: &Chart, points: &[(f64, f64)], run: usize) -> Vec<Option<Special>> {
    let marks: Vec<Mark> = points
        .iter()
        .map(|&(value, n)| {
            let zone = NEAR * chart.sigma(n);
            Mark {
                value,
                limits: chart.limits(n),
                near: (chart.centre - zone, chart.centre + zone),
            }
        })
        .collect();
    special_causes_of(chart.centre, &marks, run)
}

/// The special cause of each point, `run` points on one side of the centre making a shift: 8 in
/// daily series, 7 in weekly and monthly ones.
///
/// Every point of a pattern carries it, not only the one that completes it, so that the first
/// marked point says since when. Source: Nelson (1984), *The Shewhart control chart – tests for
/// special causes*, Journal of Quality Technology 16.
#[must_use]
pub fn special_causes_of(centre: f64, marks: &[Mark], run: usize) -> Vec<Option<Special>> {
    let values: Vec<f64> = marks.iter().map(|mark| mark.value).collect();
    let outside = marks
        .iter()
        .map(|mark| beyond(mark.value, mark.limits.0, mark.limits.1));
    let near: Vec<i8> = marks
        .iter()
        .map(|mark| beyond(mark.value, mark.near.0, mark.near.1))
        .collect();
    let trend = trends(&values);
    let two_of_three = two_of_three(&near);
    let shift = long_runs(&sides(&values, centre), run);
    outside
        .zip(trend)
        .zip(two_of_three.into_iter().zip(shift))
        .map(|((outside, trend), (two, shift))| {
            [
                (Cause::Outside, outside),
                (Cause::Trend, trend),
                (Cause::TwoOfThree, two),
                (Cause::Shift, shift),
            ]
            .into_iter()
            .find(|&(_, side)| side != 0)
            .map(|(cause, side)| Special {
                cause,
                upward: side > 0,
            })
        })
        .collect()
}

/// What the run rules make of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runs {
    /// Median of the values.
    pub median: f64,
    /// Values off the median; the others belong to neither side.
    pub useful: usize,
    /// Longest run on one side of the median.
    pub longest: usize,
    /// Longest run that chance explains.
    pub longest_allowed: usize,
    /// Changes of side.
    pub crossings: usize,
    /// Fewest changes of side that chance explains.
    pub crossings_needed: usize,
    /// Position of the first value of the run that the series ends with.
    pub last_run_from: usize,
    /// Whether that run lies above the median.
    pub last_run_above: bool,
}

impl Runs {
    /// Whether the series is not random: a run too long or too few crossings.
    ///
    /// Never with fewer than ten values off the median, nor with more values on it than off it:
    /// then it does not halve the series, and the rules do not hold.
    #[must_use]
    pub const fn signal(&self, values: usize) -> bool {
        self.useful >= LEAST_USEFUL
            && 2 * self.useful > values
            && (self.longest > self.longest_allowed || self.crossings < self.crossings_needed)
    }
}

/// Median of the values; `None` without values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_type7(&sorted, 0.5)
}

/// Anhøj's rules for a run chart. `None` when every value lies on the median.
///
/// Longest run allowed: log₂(useful) + 3, rounded; crossings needed: the 5 % quantile of
/// binomial(useful − 1, ½). Source: Anhøj & Olesen (2014), *Run charts revisited*, `PLoS` ONE 9,
/// e113825.
#[must_use]
pub fn anhoej(values: &[f64]) -> Option<Runs> {
    let median = median(values)?;
    let useful: Vec<(usize, i8)> = sides(values, median)
        .into_iter()
        .enumerate()
        .filter(|&(_, side)| side != 0)
        .collect();
    let runs: Vec<&[(usize, i8)]> = useful.chunk_by(|a, b| a.1 == b.1).collect();
    let &(last_run_from, last_side) = runs.last()?.first()?;
    let trials = u64::try_from(useful.len()).ok()?.checked_sub(1)?;
    let needed = if trials == 0 {
        0
    } else {
        Binomial::new(0.5, trials).ok()?.inverse_cdf(0.05)
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= log2(useful) <= 64"
    )]
    let longest_allowed = size(useful.len()).log2().round() as usize + 3;
    Some(Runs {
        median,
        useful: useful.len(),
        longest: runs.iter().map(|run| run.len()).max()?,
        longest_allowed,
        crossings: runs.len() - 1,
        crossings_needed: usize::try_from(needed).ok()?,
        last_run_from,
        last_run_above: last_side > 0,
    })
}

/// −1, 0 or 1 for each value below, on or above the centre.
fn sides(values: &[f64], centre: f64) -> Vec<i8> {
    values
        .iter()
        .map(|&value| beyond(value, centre, centre))
        .collect()
}

/// −1 below `lower`, 1 above `upper`, else 0.
fn beyond(value: f64, lower: f64, upper: f64) -> i8 {
    i8::from(exceeds(value, upper)) - i8::from(exceeds(lower, value))
}

/// Whether `a` is greater than `b` by more than rounding.
fn exceeds(a: f64, b: f64) -> bool {
    a - b > TIE * a.abs().max(b.abs())
}

/// The direction of the trend each point belongs to.
fn trends(values: &[f64]) -> Vec<i8> {
    let steps: Vec<i8> = values
        .windows(2)
        .map(|pair| beyond(pair[1], pair[0], pair[0]))
        .collect();
    // A step joins two points, so that both of its ends belong to the pattern.
    let long = long_runs(&steps, TREND - 1);
    (0..values.len())
        .map(|point| {
            let before = point
                .checked_sub(1)
                .and_then(|step| long.get(step).copied());
            let after = long.get(point).copied();
            // Where a rise turns into a fall the turning point belongs to both; the newer one counts.
            after.filter(|&side| side != 0).or(before).unwrap_or(0)
        })
        .collect()
}

/// The side of each point beyond the zone that has another one beyond it within three points.
fn two_of_three(near: &[i8]) -> Vec<i8> {
    near.iter()
        .enumerate()
        .map(|(point, &side)| {
            let window = point.saturating_sub(2)..(point + 3).min(near.len());
            let same = near[window].iter().filter(|&&other| other == side).count();
            // The point itself is one of the two.
            if same >= 2 { side } else { 0 }
        })
        .collect()
}

/// The side of each point that is part of at least `least` in a row on it.
fn long_runs(sides: &[i8], least: usize) -> Vec<i8> {
    sides
        .chunk_by(|a, b| a == b)
        .flat_map(|run| {
            let side = if run.len() >= least { run[0] } else { 0 };
            std::iter::repeat_n(side, run.len())
        })
        .collect()
}
