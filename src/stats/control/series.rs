//! What a series shows before limits are set: its weekly cycle, and more scatter than sampling.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::stats::size;

use super::pooled;

/// Values a weekday must have before its own mean is believed.
const LEAST_PER_WEEKDAY: usize = 2;

/// One value of a series with a weekly cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Daily {
    /// The figure.
    pub value: f64,
    /// What it rests on; 1 for single values.
    pub weight: f64,
    /// Position in the week, 0..7.
    pub weekday: usize,
}

/// The weekly cycle of a baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weekdays {
    /// What to divide a value of each weekday by; 1 where there is no mean to go by.
    pub ratios: [f64; 7],
    /// What each weekday's mean rests on, the sum of its weights; `None` where the ratio is 1 for
    /// want of a mean.
    pub rests_on: [Option<f64>; 7],
}

impl Weekdays {
    /// Each weekday's weighted mean over the mean of all.
    ///
    /// Dividing leaves the weighted mean of the series as it is. A weekday with fewer than two
    /// values, or with a mean that is not positive, keeps the ratio 1: there is nothing to divide
    /// by. Source: ratio to the period's mean, Hyndman & Athanasopoulos (2021), *Forecasting:
    /// Principles and Practice*, 3rd ed., § 3.4 (multiplicative decomposition, here without a
    /// trend).
    #[must_use]
    pub fn of(days: &[Daily]) -> Self {
        let overall = mean_of(days, None);
        let mut cycle = Self::none();
        for weekday in 0..7 {
            if let (Some((own, weight)), Some((overall, _))) =
                (mean_of(days, Some(weekday)), overall)
            {
                cycle.ratios[weekday] = own / overall;
                cycle.rests_on[weekday] = Some(weight);
            }
        }
        cycle
    }

    /// No cycle: every ratio 1.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            ratios: [1.0; 7],
            rests_on: [None; 7],
        }
    }
}

/// Weighted mean and weight of one weekday or of all days, where there are enough of them.
fn mean_of(days: &[Daily], weekday: Option<usize>) -> Option<(f64, f64)> {
    let chosen: Vec<(f64, f64)> = days
        .iter()
        .filter(|day| weekday.is_none_or(|weekday| day.weekday == weekday))
        .map(|day| (day.value * day.weight, day.weight))
        .collect();
    (chosen.len() >= LEAST_PER_WEEKDAY)
        .then(|| pooled(&chosen))
        .flatten()
        .filter(|&mean| mean > 0.0)
        .map(|mean| (mean, chosen.iter().map(|&(_, weight)| weight).sum()))
}

/// The ratios of [`Weekdays::of`] alone.
#[must_use]
pub fn weekday_ratios(days: &[Daily]) -> [f64; 7] {
    Weekdays::of(days).ratios
}

/// Whether samples scatter more than their distribution allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overdispersion {
    /// Observed variance over theoretical variance.
    pub ratio: f64,
    /// Σ (observed − expected)²/variance, χ² distributed when there is no overdispersion.
    pub statistic: f64,
    /// Probability of a statistic at least as large without overdispersion.
    pub p_value: f64,
}

/// Overdispersion of binomial samples `(count, n)`.
///
/// The dispersion statistic Σ (x − n·p̄)²/(n·p̄(1 − p̄)). With equal n it is (k − 1)·variance over
/// n·p̄(1 − p̄), as in qcc's `qcc.overdispersion.test` (Wetherill & Brown 1991, *Statistical Process
/// Control*, pp. 216–218); with unequal n that form would count the scatter of n itself, this one
/// does not. `fitted` is the number of means taken from the data: 1, more after a weekday
/// adjustment. `None` where no degree of freedom is left or p̄ is 0 or 1.
#[must_use]
pub fn overdispersion_binomial(samples: &[(f64, f64)], fitted: usize) -> Option<Overdispersion> {
    let centre = pooled(samples)?;
    overdispersion(samples, centre, centre * (1.0 - centre), fitted)
}

/// Overdispersion of Poisson samples `(count, exposure)`: as [`overdispersion_binomial`] with the
/// variance n·ū. `None` where no degree of freedom is left or ū is 0.
#[must_use]
pub fn overdispersion_poisson(samples: &[(f64, f64)], fitted: usize) -> Option<Overdispersion> {
    let centre = pooled(samples)?;
    overdispersion(samples, centre, centre, fitted)
}

/// The test both distributions share; `variance` is that of one unit of n.
fn overdispersion(
    samples: &[(f64, f64)],
    centre: f64,
    variance: f64,
    fitted: usize,
) -> Option<Overdispersion> {
    if variance <= 0.0 {
        return None;
    }
    let statistic: f64 = samples
        .iter()
        .map(|&(count, n)| n.mul_add(-centre, count).powi(2) / (n * variance))
        .sum();
    let p_value = chi_squared_tail(statistic, samples.len(), fitted)?;
    let freedom = samples.len().checked_sub(fitted)?;
    Some(Overdispersion {
        ratio: statistic / size(freedom),
        statistic,
        p_value,
    })
}

/// Probability of a χ² at least as large with `samples − fitted` degrees of freedom; `None` where
/// none is left.
pub(super) fn chi_squared_tail(statistic: f64, samples: usize, fitted: usize) -> Option<f64> {
    let freedom = samples.checked_sub(fitted).filter(|&df| df > 0)?;
    Some(ChiSquared::new(size(freedom)).ok()?.sf(statistic))
}

/// Whether squared distances add up to more than chance makes of them, at 5 %: χ² with one degree of freedom each.
#[must_use]
pub fn overdispersed(statistic: f64, samples: usize) -> bool {
    chi_squared_tail(statistic, samples, 0).is_some_and(|p| p < 0.05)
}
