//! How wide a series scatters, from neighbouring points, and how well that is known.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::gamma::ln_gamma;

/// A scatter and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    /// Standard deviation of a point that rests on 1.
    pub(super) sigma: f64,
    /// Degrees of freedom of that estimate.
    pub(super) freedom: f64,
}

/// Sigma from the ranges between neighbours, each divided by the standard deviation it has.
///
/// `values` are the deviations to compare, `samples` what each rests on (second of the pair),
/// `scale` what each value was multiplied with, `groups` which mean each was taken from; `None`
/// where no mean of its own was. `centre` makes sigma of the ranges over their standard deviation.
/// `None` below two values, or where sigma is not finite.
pub(super) fn spread(
    values: &[f64],
    samples: &[(f64, f64)],
    scale: &[f64],
    groups: &[Option<usize>],
    centre: impl Fn(&[f64]) -> Option<f64>,
) -> Option<Spread> {
    let mut rests_on = [0.0; 7];
    for (&(_, n), group) in samples.iter().zip(groups) {
        if let Some(group) = *group {
            rests_on[group] += n;
        }
    }
    // Covariance of two values in units of sigma²: what they share is the mean taken from both.
    let covariance = |i: usize, j: usize| {
        let own = if i == j { 1.0 / samples[i].1 } else { 0.0 };
        let shared = match (groups[i], groups[j]) {
            (Some(a), Some(b)) if a == b => 1.0 / rests_on[a],
            _ => 0.0,
        };
        scale[i] * scale[j] * (own - shared)
    };
    let between = |i: usize, j: usize| {
        covariance(i + 1, j + 1) + covariance(i, j) - covariance(i + 1, j) - covariance(i, j + 1)
    };
    let pairs = values.len().checked_sub(1)?;
    let widths: Vec<f64> = (0..pairs).map(|i| between(i, i).sqrt()).collect();
    let ranges: Vec<f64> = (0..pairs)
        .map(|i| (values[i + 1] - values[i]).abs() / widths[i])
        .collect();
    let sigma = centre(&ranges)?;
    let mut variance = 0.0;
    for i in 0..pairs {
        for j in 0..pairs {
            variance += covariation((between(i, j) / widths[i] / widths[j]).clamp(-1.0, 1.0));
        }
    }
    let count = super::size(pairs);
    let freedom = patnaik(variance / (count * count));
    (sigma.is_finite() && freedom.is_finite()).then_some(Spread { sigma, freedom })
}

/// Covariance of the absolute values of two normal variables with correlation ρ over the product
/// of their means: √(1 − ρ²) + ρ·asin ρ − 1. Source: Nabeya (1951), *Absolute moments in
/// 2-dimensional normal distribution*, Annals of the Institute of Statistical Mathematics 3; used
/// for moving ranges by Cryer & Ryan (1990), *The estimation of sigma for an X chart: MR̄/d₂ or
/// S/c₄?*, Journal of Quality Technology 22.
fn covariation(rho: f64) -> f64 {
    (1.0 - rho * rho).max(0.0).sqrt() + rho * rho.asin() - 1.0
}

/// Degrees of freedom of the χ that has the given relative variance. Source: Patnaik (1950), *The
/// use of mean range as an estimator of variance in statistical tests*, Biometrika 37.
fn patnaik(relative_variance: f64) -> f64 {
    1.0 / (2.0 * (1.0 + 2.0 * relative_variance).sqrt() - 2.0)
}

/// How many estimated sigmas a distance of `sigmas` known ones is, so that chance exceeds it as
/// often: the quantile of Student's t times c₄, because `freedom` belongs to a mean of ranges, which
/// is unbiased itself where the t takes the root of an unbiased variance. Without `freedom` sigma
/// is known and nothing changes. Source: Roes, Does & Schurink (1993), Journal of Quality
/// Technology 25; c₄ = √(2/ν)·Γ((ν + 1)/2)/Γ(ν/2) in Montgomery (2009), appendix VI.
pub(super) fn reach(sigmas: f64, freedom: Option<f64>) -> f64 {
    freedom
        .and_then(|freedom| {
            let beyond = Normal::standard().cdf(sigmas);
            let quantile = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(beyond);
            let unbiased = (2.0 / freedom).sqrt()
                * (ln_gamma(0.5 * (freedom + 1.0)) - ln_gamma(0.5 * freedom)).exp();
            Some(quantile * unbiased).filter(|reach| reach.is_finite())
        })
        .unwrap_or(sigmas)
}
