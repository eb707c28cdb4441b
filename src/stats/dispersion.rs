//! How far samples scatter about a change, beyond the chance within each of them.

use super::size;
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// Degrees of freedom below which the scatter between samples is not estimated: two weeks that are compared leave
/// six, two spans of five days four, and fewer leave it uncertain by its own size (√(2/df)). A choice.
const LEAST_FREEDOM: usize = 4;

/// One sample of one of two periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// What the sample shares with those of the other period, such as its weekday.
    pub stratum: usize,
    /// Whether it is of the second period.
    pub after: bool,
    /// The value.
    pub value: f64,
    /// Variance of the value by chance alone, above 0.
    pub variance: f64,
}

/// Scatter of the samples about value = stratum + change, as a multiple of what chance alone gives: the weighted
/// sum of squared residuals over its degrees of freedom, the dispersion φ of quasi-likelihood; about 1 where
/// nothing else scatters. `None` with fewer than four degrees of freedom.
///
/// With a single change among strata the weighted fit has a closed form: values and periods are centred within
/// their strata first (Frisch & Waugh 1933, *Partial time regressions as compared with individual trends*,
/// Econometrica 1). Source of φ: `McCullagh` & Nelder (1989), *Generalized Linear Models*, 2nd ed., §4.5 and §9.2.
#[must_use]
pub fn about_change(samples: &[Sample]) -> Option<f64> {
    let mut strata: Vec<usize> = samples.iter().map(|sample| sample.stratum).collect();
    strata.sort_unstable();
    strata.dedup();
    let freedom = samples.len().checked_sub(strata.len() + 1)?;
    if freedom < LEAST_FREEDOM {
        return None;
    }
    // Of every sample: its weight, and how far its value and its period lie from the means of its stratum.
    let mut centred = Vec::with_capacity(samples.len());
    for stratum in strata {
        let of_stratum = || samples.iter().filter(move |it| it.stratum == stratum);
        let mean = |of: fn(&Sample) -> f64| {
            let all = compensated(of_stratum().map(|sample| of(sample) / sample.variance));
            all / compensated(of_stratum().map(|sample| sample.variance.recip()))
        };
        let (value, period) = (mean(|sample| sample.value), mean(period));
        centred.extend(of_stratum().map(|sample| {
            let weight = sample.variance.recip();
            (weight, sample.value - value, self::period(sample) - period)
        }));
    }
    let common = compensated(
        centred
            .iter()
            .map(|(weight, _, period)| weight * period * period),
    );
    let change = if common > 0.0 {
        compensated(
            centred
                .iter()
                .map(|(weight, value, period)| weight * value * period),
        ) / common
    } else {
        0.0
    };
    let squares = compensated(
        centred
            .iter()
            .map(|(weight, value, period)| weight * change.mul_add(-period, *value).powi(2)),
    );
    let ratio = squares / size(freedom);
    ratio.is_finite().then_some(ratio)
}

fn period(sample: &Sample) -> f64 {
    f64::from(u8::from(sample.after))
}
