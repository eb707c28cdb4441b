//! Control charts: the limits within which a stable process stays.
//!
//! A chart is fitted to its baseline and then asked for the limits of any point, so that later
//! points are judged by limits they did not help to set. Samples are pairs: `(count, n)` for p and
//! u charts, `(mean, n)` for I′; every n is positive.

use super::size;

/// Will it meet the target? Limits against the target.
pub mod assurance;
/// Daily figures: the weekly cycle taken out, limits that know how well they are known.
pub mod daily;
/// Special causes on a chart with limits, and the run chart's rules.
pub mod rules;
/// What the limits need to know of a series beforehand: its weekly cycle and its overdispersion.
pub mod series;
/// Scatter from neighbouring points and its degrees of freedom.
mod spread;
#[cfg(test)]
mod tests;

/// Mean moving range of two normal values, in standard deviations (2/√π, to three places as
/// tabulated). Source: Montgomery (2009), *Introduction to Statistical Quality Control*, 6th ed.,
/// appendix VI, d₂ for n = 2.
const D2: f64 = 1.128;

/// Upper limit of a moving range, in mean moving ranges. Source: as [`D2`], D₄ for n = 2.
const D4: f64 = 3.267;

/// Distance of the limits from the centre, in sigmas. Source: Shewhart (1931), *Economic Control of
/// Quality of Manufactured Product*.
const SIGMAS: f64 = 3.0;

/// A fitted chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chart {
    /// Centre line.
    pub centre: f64,
    /// Laney's `σ_z`: scatter between points over the scatter sampling explains; only P′ and U′.
    pub sigma_z: Option<f64>,
    scatter: Scatter,
    /// What the figure cannot go below and above.
    range: (f64, f64),
}

/// How sigma depends on what a point rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scatter {
    /// The same for every point.
    Constant(f64),
    /// Divided by √n.
    PerRootN(f64),
}

impl Chart {
    /// The standard deviation of a point that rests on `n`.
    #[must_use]
    pub fn sigma(&self, n: f64) -> f64 {
        match self.scatter {
            Scatter::Constant(sigma) => sigma,
            Scatter::PerRootN(sigma) => sigma / n.sqrt(),
        }
    }

    /// The limits of a point that rests on `n`, cut to what the figure can be.
    #[must_use]
    pub fn limits(&self, n: f64) -> (f64, f64) {
        let (least, most) = self.range;
        let half = SIGMAS * self.sigma(n);
        (
            (self.centre - half).max(least),
            (self.centre + half).min(most),
        )
    }

    /// A chart without bounds on the figure.
    const fn unbounded(centre: f64, scatter: Scatter) -> Self {
        Self {
            centre,
            sigma_z: None,
            scatter,
            range: (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The same chart with `σ_z` put into its sigma. `None` where the scatter is zero or there is one
    /// point only, so that z is undefined.
    fn laney(self, samples: &[(f64, f64)]) -> Option<Self> {
        let standardised: Vec<f64> = samples
            .iter()
            .map(|&(count, n)| (count / n - self.centre) / self.sigma(n))
            .collect();
        let sigma_z = mean(&moving_ranges(&standardised))? / D2;
        let Scatter::PerRootN(sigma) = self.scatter else {
            return None;
        };
        sigma_z.is_finite().then_some(Self {
            sigma_z: Some(sigma_z),
            scatter: Scatter::PerRootN(sigma * sigma_z),
            ..self
        })
    }
}

/// `XmR` chart of single values, with moving ranges above their own limit left out once.
///
/// Mean ± 3/1.128·mean moving range; one outlier makes two wide ranges and must not widen the
/// limits that are to find it. `None` below two values. Source: Wheeler (2000), *Understanding
/// Variation*, 2nd ed.; screening as in Nelson (1982), *Control charts for individual
/// measurements*, Journal of Quality Technology 14.
#[must_use]
pub fn xmr(values: &[f64]) -> Option<Chart> {
    let ranges = moving_ranges(values);
    let limit = D4 * mean(&ranges)?;
    let kept: Vec<f64> = ranges.into_iter().filter(|&r| r <= limit).collect();
    let sigma = mean(&kept)? / D2;
    Some(Chart::unbounded(mean(values)?, Scatter::Constant(sigma)))
}

/// `XmR` chart of single values with every moving range kept. `None` below two values.
#[must_use]
pub fn xmr_unscreened(values: &[f64]) -> Option<Chart> {
    let sigma = mean(&moving_ranges(values))? / D2;
    Some(Chart::unbounded(mean(values)?, Scatter::Constant(sigma)))
}

/// Chart of the moving ranges themselves: 0 to 3.267 times their mean. `None` below two values.
#[must_use]
pub fn mr(values: &[f64]) -> Option<Chart> {
    let centre = mean(&moving_ranges(values))?;
    Some(Chart {
        range: (0.0, f64::INFINITY),
        ..Chart::unbounded(centre, Scatter::Constant(centre * (D4 - 1.0) / SIGMAS))
    })
}

/// p-chart of proportions `(count, n)`: p̄ ± 3·√(p̄(1 − p̄)/n), cut to [0, 1].
///
/// `None` without samples. Source: Montgomery (2009), § 7.2.
#[must_use]
pub fn p(samples: &[(f64, f64)]) -> Option<Chart> {
    let centre = pooled(samples)?;
    // Adjusted counts may add up to a little more than n.
    let sigma = (centre * (1.0 - centre)).max(0.0).sqrt();
    Some(Chart {
        range: (0.0, 1.0),
        ..Chart::unbounded(centre, Scatter::PerRootN(sigma))
    })
}

/// Laney's P′ chart of proportions `(count, n)`: p̄ ± `3·σ_p·σ_z`, cut to [0, 1].
///
/// `σ_z` is the mean moving range of z = (p − `p̄)/σ_p` over 1.128. `None` below two samples or where p̄
/// is 0 or 1. Source: Laney (2002), *Improved control charts for attributes*, Quality Engineering
/// 14.
#[must_use]
pub fn laney_p(samples: &[(f64, f64)]) -> Option<Chart> {
    p(samples)?.laney(samples)
}

/// u-chart of counts per exposure `(count, exposure)`: ū ± 3·√(ū/n), cut at 0.
///
/// `None` without samples. Source: Montgomery (2009), § 7.3.
#[must_use]
pub fn u(samples: &[(f64, f64)]) -> Option<Chart> {
    let centre = pooled(samples)?;
    Some(Chart {
        range: (0.0, f64::INFINITY),
        ..Chart::unbounded(centre, Scatter::PerRootN(centre.max(0.0).sqrt()))
    })
}

/// Laney's U′ chart of counts per exposure `(count, exposure)`: as [`laney_p`] over [`u`].
#[must_use]
pub fn laney_u(samples: &[(f64, f64)]) -> Option<Chart> {
    u(samples)?.laney(samples)
}

/// I′ chart of means `(mean, n)` that rest on different n: x̄ ± 3·mean(s)/√n.
///
/// x̄ is weighted by n; s = √(π/2)·|Δx|/√(1/nᵢ + 1/nᵢ₋₁) estimates the scatter of one value from
/// each pair of neighbours. `None` below two samples. Source: Taylor (2018), *Normalized individuals
/// (`I_N`) control chart*, variation.com.
#[must_use]
pub fn i_prime(samples: &[(f64, f64)]) -> Option<Chart> {
    let weighted: Vec<(f64, f64)> = samples.iter().map(|&(x, n)| (x * n, n)).collect();
    let single: Vec<f64> = samples
        .windows(2)
        .filter_map(|pair| {
            let [(before, m), (after, n)] = *pair else {
                return None;
            };
            let spread = (1.0 / n + 1.0 / m).sqrt();
            Some(std::f64::consts::FRAC_PI_2.sqrt() * (after - before).abs() / spread)
        })
        .collect();
    Some(Chart::unbounded(
        pooled(&weighted)?,
        Scatter::PerRootN(mean(&single)?),
    ))
}

/// Absolute differences between neighbours, one fewer than values.
#[must_use]
pub fn moving_ranges(values: &[f64]) -> Vec<f64> {
    values
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .collect()
}

/// Arithmetic mean; `None` without values.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / size(values.len()))
}

/// Σ count / Σ n; `None` without samples or when an n is not positive.
fn pooled(samples: &[(f64, f64)]) -> Option<f64> {
    if samples.is_empty() || !samples.iter().all(|&(_, n)| n > 0.0) {
        return None;
    }
    let (counts, total) = samples
        .iter()
        .fold((0.0, 0.0), |(counts, total), &(count, n)| {
            (counts + count, total + n)
        });
    Some(counts / total)
}
