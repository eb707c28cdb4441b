//! Exact tests of counts.

use statrs::distribution::{Binomial, ContinuousCDF, DiscreteCDF, Gamma};

#[cfg(test)]
mod tests;

/// Relative difference below which two probabilities count as equally likely, so that rounding does
/// not decide what is "as extreme". Source: R, `poisson.test` and `binom.test`.
const TIE: f64 = 1e-7;

/// Probability of `count` or more when `expected` are expected.
///
/// P(X ≥ x) of a Poisson variable is the gamma distribution function with shape x at the
/// expectation. `None` for a negative or infinite number. Source: Johnson, Kemp & Kotz (2005),
/// *Univariate Discrete Distributions*, 3rd ed., § 4.4.
#[must_use]
pub fn at_least(count: f64, expected: f64) -> Option<f64> {
    check(count, expected)?;
    let count = count.ceil();
    if count <= 0.0 {
        return Some(1.0);
    }
    if expected <= 0.0 {
        return Some(0.0);
    }
    Some(Gamma::new(count, 1.0).ok()?.cdf(expected))
}

/// Probability of `count` or fewer when `expected` are expected. `None` as in [`at_least`].
#[must_use]
pub fn at_most(count: f64, expected: f64) -> Option<f64> {
    check(count, expected)?;
    if expected <= 0.0 {
        return Some(1.0);
    }
    Some(Gamma::new(count.floor() + 1.0, 1.0).ok()?.sf(expected))
}

/// Two-sided exact test of a count against an expectation: twice the smaller tail, at most 1.
///
/// It rejects at 5 % exactly where Garwood's interval ([`super::interval::poisson_exact`]) leaves
/// the expectation out. `None` as in [`at_least`]. Source: Garwood (1936), Biometrika 28.
#[must_use]
pub fn test(count: f64, expected: f64) -> Option<f64> {
    let tail = at_least(count, expected)?.min(at_most(count, expected)?);
    Some((2.0 * tail).min(1.0))
}

/// Probability of `count` or more when all that is known of the expectation are `earlier` events in
/// `periods` equal periods before.
///
/// Given the sum of both, the count is binomial with probability 1/(1 + periods). An expectation
/// from a few weeks is itself uncertain: the mean of eight days taken as known, a level of 1 in 1 000
/// is reached 1.5 times as often at 10 a day and 9 times at 0.5. `None` for a negative or infinite number, or `periods` not positive. Source: Przyborowski
/// & Wilenski (1940), *Homogeneity of results in testing samples from Poisson series*, Biometrika
/// 31.
#[must_use]
pub fn above_history(count: f64, earlier: f64, periods: f64) -> Option<f64> {
    let (x, law) = conditional(count, earlier, periods)?;
    Some(match x.checked_sub(1) {
        None => 1.0,
        Some(below) => law.sf(below),
    })
}

/// Two-sided exact comparison of two rates: `count` events in 1 period against `earlier` events in
/// `periods`.
///
/// The sum of the probabilities of all splits no likelier than the one seen. `None` as in
/// [`above_history`]. Source: Przyborowski & Wilenski (1940); as computed by R's `poisson.test`.
#[must_use]
pub fn compare(count: f64, earlier: f64, periods: f64) -> Option<f64> {
    use statrs::distribution::Discrete;
    let (x, law) = conditional(count, earlier, periods)?;
    let seen = law.pmf(x) * (1.0 + TIE);
    let total = law.n();
    let p: f64 = (0..=total)
        .map(|split| law.pmf(split))
        .filter(|&probability| probability <= seen)
        .sum();
    Some(p.min(1.0))
}

/// The least probability [`above_history`] can give with this many events in all: all of them now.
#[must_use]
pub fn attainable(events: f64, periods: f64) -> f64 {
    (1.0 + periods).powf(-events)
}

/// The count and its distribution given the sum of both.
fn conditional(count: f64, earlier: f64, periods: f64) -> Option<(u64, Binomial)> {
    check(count, earlier)?;
    if !periods.is_finite() || periods <= 0.0 {
        return None;
    }
    let (x, y) = (whole(count), whole(earlier));
    Some((x, Binomial::new(1.0 / (1.0 + periods), x + y).ok()?))
}

/// A count as a whole number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: not negative and finite"
)]
fn whole(count: f64) -> u64 {
    count.round() as u64
}

/// Whether both numbers are finite and not negative.
fn check(count: f64, expected: f64) -> Option<()> {
    let sound = |number: f64| number.is_finite() && number >= 0.0;
    (sound(count) && sound(expected)).then_some(())
}
