//! Shares in descending order, and the ranks that are sure.

use super::interval::{gamma_quantile, poisson_tails};
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// One bar of a Pareto chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Position among the values given.
    pub at: usize,
    /// The value.
    pub value: f64,
    /// Its share of the total, within [0, 1].
    pub share: f64,
    /// Share of this and all larger bars.
    pub cumulative: f64,
}

/// Values in descending order with their shares; equal values keep their order.
///
/// `None` when a value is negative or not finite, or all are 0. Source: Juran (1951), *Quality
/// Control Handbook*, as in qcc's `pareto.chart`.
#[must_use]
pub fn pareto(values: &[f64]) -> Option<Vec<Bar>> {
    let total = compensated(values.iter().copied());
    let sound = values
        .iter()
        .all(|value| value.is_finite() && *value >= 0.0);
    if !sound || total <= 0.0 {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let bars = order.iter().enumerate().map(|(place, &at)| Bar {
        at,
        value: values[at],
        share: values[at] / total,
        cumulative: compensated(order[..=place].iter().map(|&at| values[at])) / total,
    });
    Some(bars.collect())
}

/// Level of each of `k` intervals so that all of them together hold with probability `joint`, when
/// they are independent: the k-th root. Source: Šidák (1967), *Rectangular confidence regions for the
/// means of multivariate normal distributions*, JASA 62.
#[must_use]
pub fn simultaneous(joint: f64, k: usize) -> f64 {
    joint.powf(1.0 / super::size(k.max(1)))
}

/// Exact interval of a count's expectation at a level. `None` for a negative count or a level
/// outside (0, 1). Source: Garwood (1936), Biometrika 28.
#[must_use]
pub fn count_interval(count: f64, level: f64) -> Option<(f64, f64)> {
    (level > 0.0 && level < 1.0)
        .then(|| poisson_tails(count, (1.0 - level) / 2.0))
        .flatten()
}

/// Interval of a sum of costs over a Poisson number of cases, at a level.
///
/// `sum` and `sum_sq` are Σc and Σc² over the cases, `largest` the largest cost of one case. The sum
/// is held to be gamma distributed with its own mean and variance, at the upper end with one more of
/// the costliest case; equal costs give Garwood's interval times the cost. `None` for a level
/// outside (0, 1), a negative or infinite number, or no case whose cost is known. Source: Fay &
/// Feuer (1997), *Confidence intervals for directly standardized rates: a method based on the gamma
/// distribution*, Statistics in Medicine 16.
#[must_use]
pub fn cost_interval(sum: f64, sum_sq: f64, largest: f64, level: f64) -> Option<(f64, f64)> {
    let sound =
        sum >= 0.0 && sum_sq >= 0.0 && largest > 0.0 && (sum + sum_sq + largest).is_finite();
    if !sound || level <= 0.0 || level >= 1.0 {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    let low = if sum > 0.0 {
        gamma_quantile(sum * sum / sum_sq, tail)? * sum_sq / sum
    } else {
        0.0
    };
    let (mean, variance) = (sum + largest, sum_sq + largest * largest);
    let shape = mean * mean / variance;
    let high = gamma_quantile(shape, 1.0 - tail)? * variance / mean;
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// The best and the worst rank each value can have, 1 being the largest.
///
/// A member is surely behind those whose interval lies wholly above its own, and surely before those
/// whose interval lies wholly below. When all intervals hold together with probability 1 − α (see
/// [`simultaneous`]), so do all bands. No resampling. Source: Klein, Wright & Wieczorek (2020), *A
/// joint confidence region for an overall ranking of populations*, JRSS C 69.
#[must_use]
pub fn rank_bands(intervals: &[(f64, f64)]) -> Vec<(usize, usize)> {
    let count =
        |wanted: &dyn Fn(&(f64, f64)) -> bool| intervals.iter().filter(|i| wanted(i)).count();
    intervals
        .iter()
        .map(|&(low, high)| {
            let above = count(&|other| other.0 > high);
            let below = count(&|other| other.1 < low);
            (above + 1, intervals.len() - below)
        })
        .collect()
}
