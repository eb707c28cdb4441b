//! 95 % confidence intervals, as `(low, high)` in the unit of the figure, and sample quantiles.

use std::sync::OnceLock;

use statrs::distribution::{
    Binomial, Continuous, ContinuousCDF, DiscreteCDF, Gamma, Normal, StudentsT,
};

use super::difference_of_products;
use super::sum::{real, whole};

#[cfg(test)]
mod tests;

/// Normal quantile at 0.975: half of what a two-sided 95 % interval leaves out lies above it.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Probability that a 95 % interval leaves out at each end.
const TAIL: f64 = 0.025;

/// Degrees of freedom from which Student's t is taken from its expansion around the normal.
///
/// The incomplete beta function of statrs 0.19 stops converging near 10⁵ degrees of freedom (at
/// 10⁷ the quantile is 7 % off); the expansion is exact to 10⁻¹³ from here on.
const LARGE_DF: f64 = 1_000.0;

/// Wilson's score interval of a proportion, within [0, 1].
///
/// `successes` of `n`; `None` when `n` is zero or `successes` lies outside 0..=n.
/// Source: Wilson (1927), *Probable inference, the law of succession, and statistical inference*,
/// JASA 22; method 3 of Newcombe (1998), Statistics in Medicine 17.
#[must_use]
pub fn wilson(successes: f64, n: f64) -> Option<(f64, f64)> {
    if !n.is_finite() || n <= 0.0 || !(0.0..=n).contains(&successes) {
        return None;
    }
    let share = successes / n;
    let z2 = Z_95 * Z_95;
    let shrink = 1.0 + z2 / n;
    let middle = (share + z2 / (2.0 * n)) / shrink;
    let variance = (successes * (n - successes) / n + z2 / 4.0) / (n * n);
    let half = Z_95 * variance.sqrt() / shrink;
    // At none and all the bound is exactly 0 or 1; rounding must not move it off.
    let low = if successes <= 0.0 {
        0.0
    } else {
        (middle - half).max(0.0)
    };
    let high = if successes >= n {
        1.0
    } else {
        (middle + half).min(1.0)
    };
    Some((low, high))
}

/// Exact interval of a count's expectation.
///
/// `None` for a negative or infinite count. Source: Garwood (1936), *Fiducial limits for the
/// Poisson distribution*, Biometrika 28.
#[must_use]
pub fn poisson_exact(count: f64) -> Option<(f64, f64)> {
    /// Of the first counts.
    static KNOWN: [OnceLock<Option<(f64, f64)>>; 4_096] = [const { OnceLock::new() }; 4_096];
    remembered(&KNOWN, count, |count| poisson_tails(count, TAIL))
}

/// What `compute` makes of a whole number for which there is a place, computed once; of others it is computed each
/// time. Millions of groups share the same small numbers, and an exact quantile takes microseconds.
fn remembered<T: Copy>(places: &[OnceLock<T>], number: f64, compute: impl Fn(f64) -> T) -> T {
    let small = number >= 0.0 && number < places.len() as f64 && number.fract() == 0.0;
    let place = small.then(|| places.get(usize::try_from(whole(number)).ok()?));
    match place.flatten() {
        Some(place) => *place.get_or_init(|| compute(number)),
        None => compute(number),
    }
}

/// The expectations under which `count` or more, and `count` or fewer, have probability `tail`.
pub(super) fn poisson_tails(count: f64, tail: f64) -> Option<(f64, f64)> {
    if !count.is_finite() || count < 0.0 {
        return None;
    }
    let low = if count > 0.0 {
        gamma_quantile(count, tail)?
    } else {
        0.0
    };
    Some((low, gamma_quantile(count + 1.0, 1.0 - tail)?))
}

/// Quantile of the gamma distribution with the given shape and rate 1.
pub(super) fn gamma_quantile(shape: f64, probability: f64) -> Option<f64> {
    let gamma = Gamma::new(shape, 1.0).ok()?;
    let start = gamma.inverse_cdf(probability);
    // The library stops within 1e-9 of the root; one Newton step squares what is left.
    let step = (gamma.cdf(start) - probability) / gamma.pdf(start);
    Some(if step.is_finite() {
        start - step
    } else {
        start
    })
}

/// Interval of a mean: mean ± t·s/√n with n − 1 degrees of freedom.
///
/// Takes the number of values, their sum and the sum of their squares; `None` below two values.
/// Source: Student (1908), *The probable error of a mean*, Biometrika 6.
#[must_use]
pub fn mean_t(n: f64, sum: f64, sum_sq: f64) -> Option<(f64, f64)> {
    if !n.is_finite() || n < 2.0 {
        return None;
    }
    let scaled = difference_of_products(n, sum_sq, sum, sum);
    let variance = without_rounding(scaled, n * sum_sq, n) / n / (n - 1.0);
    let half = student_t(n - 1.0)? * (variance / n).sqrt();
    finite_pair(sum / n - half, sum / n + half)
}

/// A sum of squared deviations, zero where the sums it came from cannot tell it from zero.
///
/// Adding `n` squares rounds by up to n·ε/2 of their sum (Higham 2002, *Accuracy and Stability of
/// Numerical Algorithms*, § 4.2), usually by √n·ε; equal values must give no width at all.
fn without_rounding(deviations: f64, magnitude: f64, n: f64) -> f64 {
    if deviations <= 4.0 * f64::EPSILON * n.sqrt() * magnitude.abs() {
        0.0
    } else {
        deviations
    }
}

/// Quantile 0.975 of Student's t.
fn student_t(df: f64) -> Option<f64> {
    /// Of the first degrees of freedom.
    static KNOWN: [OnceLock<Option<f64>>; 1_000] = [const { OnceLock::new() }; 1_000];
    if df < LARGE_DF {
        let exact = |df| Some(StudentsT::new(0.0, 1.0, df).ok()?.inverse_cdf(1.0 - TAIL));
        return remembered(&KNOWN, df, exact);
    }
    // Abramowitz & Stegun (1964), *Handbook of Mathematical Functions*, 26.7.5.
    let z2 = Z_95 * Z_95;
    let g1 = (z2 + 1.0) / 4.0;
    let g2 = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    Some(Z_95 * (1.0 + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df))
}

/// Interval of a weighted share R = Σy/Σw, with y = value·weight per row.
///
/// R ± z·√(n/(n−1)·Σ(y − R·w)²)/Σw, the squares taken from the five sums. `None` below two rows
/// or without weight. Not cut: the function does not know the range of the values.
/// Source: Cochran (1977), *Sampling Techniques*, 3rd ed., § 6.4 (ratio estimate, linearised).
#[must_use]
#[expect(clippy::similar_names, reason = "the sums are named as in the formula")]
pub fn linearised_ratio(
    n: f64,
    sum_y: f64,
    sum_w: f64,
    sum_yy: f64,
    sum_yw: f64,
    sum_ww: f64,
) -> Option<(f64, f64)> {
    if !n.is_finite() || n < 2.0 || sum_w == 0.0 {
        return None;
    }
    let ratio = sum_y / sum_w;
    // Σ(y − Rw)² times (Σw)², as two differences that each cancel in one rounding.
    let scaled = sum_w * difference_of_products(sum_w, sum_yy, sum_y, sum_yw)
        - sum_y * difference_of_products(sum_w, sum_yw, sum_y, sum_ww);
    let magnitude = sum_w * sum_w * sum_yy + sum_y * sum_y * sum_ww;
    let squares = without_rounding(scaled, magnitude, n) / (sum_w * sum_w);
    let half = Z_95 * (n / (n - 1.0) * squares).sqrt() / sum_w.abs();
    finite_pair(ratio - half, ratio + half)
}

/// Interval of a difference b − a from the intervals of both, which must be independent.
///
/// With the ends l and u of each: d − √((b − l)² + (u − a)²), l of b and u of a, to
/// d + √((u − b)² + (a − l)²), u of b and l of a. Of two Wilson intervals this is
/// Newcombe's method 10. Source: Newcombe (1998), *Interval estimation for the difference between
/// independent proportions*, Statistics in Medicine 17; Zou & Donner (2008), *Construction of
/// confidence limits about effect measures: a general approach*, Statistics in Medicine 27.
#[must_use]
pub fn difference(a: f64, of_a: (f64, f64), b: f64, of_b: (f64, f64)) -> Option<(f64, f64)> {
    let down = (b - of_b.0).hypot(of_a.1 - a);
    let up = (of_b.1 - b).hypot(a - of_a.0);
    finite_pair(b - a - down, b - a + up)
}

/// How many standard deviations `k` independent normal values all stay within with probability 0.95.
///
/// 1.96 for one; for none the same. Source: Šidák (1967), *Rectangular confidence regions for the
/// means of multivariate normal distributions*, JASA 62.
#[must_use]
pub fn normal_of_many(k: usize) -> f64 {
    let level = (1.0 - 2.0 * TAIL).powf(1.0 / super::size(k.max(1)));
    let law = Normal::standard();
    law.inverse_cdf(f64::midpoint(1.0, level))
}

/// Sample quantile by linear interpolation, the rank counted as (n − 1)·q.
///
/// `sorted` ascends; `None` without values or with `q` outside [0, 1].
/// Source: Hyndman & Fan (1996), *Sample quantiles in statistical packages*, The American
/// Statistician 50, definition 7.
#[must_use]
pub fn quantile_type7(sorted: &[f64], q: f64) -> Option<f64> {
    let n = u64::try_from(sorted.len()).ok()?;
    quantile_type7_at(n, q, |position| {
        sorted.get(usize::try_from(position).ok()?).copied()
    })
}

/// The same of `n` values that `at` gives by their position in ascending order, counted from zero.
#[must_use]
pub fn quantile_type7_at(n: u64, q: f64, at: impl Fn(u64) -> Option<f64>) -> Option<f64> {
    let last = n.checked_sub(1)?;
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let rank = real(last) * q;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= rank <= last"
    )]
    let below = (rank.floor() as u64).min(last);
    let (low, high) = (at(below)?, at((below + 1).min(last))?);
    Some((rank - rank.floor()).mul_add(high - low, low))
}

/// Interval of a quantile between two order statistics, covering at least 95 % whatever the
/// distribution.
///
/// With B binomial(n, q), the lower rank is the 0.025 quantile of B, the upper rank its 0.975
/// quantile plus one. `sorted` ascends; `None` when a rank falls outside 1..=n (too few values) or
/// `q` is not strictly between 0 and 1. Source: Conover (1999), *Practical Nonparametric
/// Statistics*, 3rd ed., § 3.2.
#[must_use]
pub fn quantile_interval(sorted: &[f64], q: f64) -> Option<(f64, f64)> {
    let (lower, upper) = quantile_ranks(u64::try_from(sorted.len()).ok()?, q)?;
    let value = |position: u64| sorted.get(usize::try_from(position).ok()?).copied();
    Some((value(lower)?, value(upper)?))
}

/// The positions of these two order statistics among `n` values, counted from zero.
#[must_use]
pub fn quantile_ranks(n: u64, q: f64) -> Option<(u64, u64)> {
    if n == 0 || !(q > 0.0 && q < 1.0) {
        return None;
    }
    let below = Binomial::new(q, n).ok()?;
    let lower = below.inverse_cdf(TAIL).checked_sub(1)?;
    // Ranks count from one, positions from zero: the upper rank's "plus one" is its position.
    let upper = below.inverse_cdf(1.0 - TAIL);
    (upper < n).then_some((lower, upper))
}

/// Drops a pair that an overflow or a NaN in the sums has spoilt.
fn finite_pair(low: f64, high: f64) -> Option<(f64, f64)> {
    (low.is_finite() && high.is_finite()).then_some((low, high))
}
