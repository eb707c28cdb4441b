//! How far chance moves a figure and its parts.

use crate::kpi::figure::Estimate;
use crate::stats::decomposition::{self, Decomposition, Member};
use crate::stats::interval::{self, Z_95};
use crate::stats::sum::compensated;

use super::{Makeup, Pair};

/// Rows below which a member's own scatter is not trusted and that of all rows is taken: fewer leave a
/// variance uncertain by a quarter and more (√(2/(n − 1))).
const LEAST: u64 = 30;

/// A figure in two periods, and how it scatters.
#[derive(Debug, Clone, Copy)]
pub struct Scatter {
    pub makeup: Makeup,
    whole: (Estimate, Estimate),
    /// What counts and sums are divided by.
    days: (f64, f64),
}

impl Scatter {
    pub const fn new(makeup: Makeup, whole: (Estimate, Estimate), days: (f64, f64)) -> Self {
        Self {
            makeup,
            whole,
            days,
        }
    }

    /// The figure before and after.
    pub fn values(&self) -> (f64, f64) {
        let value = |estimate: &Estimate, days: f64| estimate.value.unwrap_or(0.0) / days;
        (
            value(&self.whole.0, self.days.0),
            value(&self.whole.1, self.days.1),
        )
    }

    /// A member as `stats` takes it.
    pub fn member(&self, (_, before, after): &Pair) -> Member {
        let side = |estimate: &Estimate, days: f64| {
            let numerator = estimate.numerator.unwrap_or(0.0);
            match self.makeup {
                Makeup::Count | Makeup::Sum => (numerator / days, numerator / days),
                Makeup::Rate | Makeup::Mean => (estimate.denominator.unwrap_or(0.0), numerator),
                Makeup::Ratio(scale) | Makeup::RatioOfSum(scale) => {
                    (estimate.denominator.unwrap_or(0.0), numerator * scale)
                }
            }
        };
        let (n_before, sum_before) = side(before, self.days.0);
        let (n_after, sum_after) = side(after, self.days.1);
        Member {
            n_before,
            sum_before,
            n_after,
            sum_after,
        }
    }

    /// 95 % interval of the change of the figure.
    pub fn change(&self) -> Option<(f64, f64)> {
        let (before, after) = self.values();
        let of = |estimate: &Estimate, days: f64| {
            // A ratio of counts carries no interval: the numerator is Poisson, the denominator given.
            if let Makeup::Ratio(scale) = self.makeup {
                let (low, high) = interval::poisson_exact(estimate.numerator?)?;
                let per = scale / estimate.denominator?;
                return Some((low * per, high * per));
            }
            let known = estimate.interval?;
            Some((known.low / days, known.high / days))
        };
        let of_before = of(&self.whole.0, self.days.0)?;
        let of_after = of(&self.whole.1, self.days.1)?;
        interval::difference(before, of_before, after, of_after)
    }

    /// 95 % interval of one member's part.
    pub fn part(
        &self,
        (_, before, after): &Pair,
        at: usize,
        members: &[Member],
        split: &Decomposition,
    ) -> Option<(f64, f64)> {
        if self.makeup == Makeup::Count {
            let term =
                |estimate: &Estimate, days: f64| estimate.numerator.unwrap_or(0.0) / (days * days);
            let variance = term(before, self.days.0) + term(after, self.days.1);
            let total = split.parts[at].total();
            let half = Z_95 * variance.sqrt();
            return Some((total - half, total + half));
        }
        let of = |own: &Estimate, whole: &Estimate| self.variance(own, whole);
        let variances = (of(before, &self.whole.0)?, of(after, &self.whole.1)?);
        decomposition::interval(members, split, at, variances)
    }

    /// Variance of one unit of n of a member.
    ///
    /// A few rows that are all hits would have none, and every part of theirs would pass for real: a rate is
    /// drawn towards that of all rows by z² rows (Agresti & Coull 1998, The American Statistician 52), a mean
    /// of few rows takes the variance of all.
    fn variance(&self, own: &Estimate, whole: &Estimate) -> Option<f64> {
        let n = own.denominator.unwrap_or(0.0);
        match self.makeup {
            Makeup::Rate => {
                let weight = Z_95 * Z_95;
                let all = whole.value?;
                let share = (own.numerator.unwrap_or(0.0) + weight * all) / (n + weight);
                Some(share * (1.0 - share))
            }
            Makeup::Mean => {
                let trusted = if own.n < LEAST { whole } else { own };
                let known = trusted.interval.or(whole.interval)?;
                let deviation = (known.high - known.low) / 2.0 / Z_95;
                let n = if trusted.interval.is_some() {
                    trusted.denominator
                } else {
                    whole.denominator
                };
                Some(deviation * deviation * n?)
            }
            Makeup::Ratio(scale) => {
                let few = own.n < LEAST || own.value.is_none();
                Some(scale * if few { whole.value? } else { own.value? })
            }
            Makeup::RatioOfSum(_) | Makeup::Count | Makeup::Sum => None,
        }
    }

    /// Whether the members of a rate are its outcome: most of its scatter lies between them.
    pub fn is_outcome(&self, pairs: &[Pair], most: f64) -> bool {
        if self.makeup != Makeup::Rate {
            return false;
        }
        let variance = |estimate: &Estimate| {
            let share = estimate.value.unwrap_or(0.0);
            estimate.denominator.unwrap_or(0.0) * share * (1.0 - share)
        };
        let within = compensated(
            pairs
                .iter()
                .flat_map(|(_, before, after)| [variance(before), variance(after)]),
        );
        let all = variance(&self.whole.0) + variance(&self.whole.1);
        all > 0.0 && within < (1.0 - most) * all
    }
}
