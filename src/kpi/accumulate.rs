//! What is added up per group and KPI, and how the sums become a figure.
//!
//! Rows are added in the order of time and sums are compensated, so the same facts give the same bits
//! whatever the number of threads.

use crate::stats::interval;

use super::catalogue::Formula;
use super::figure::{Estimate, Interval};

/// A sum with Neumaier's compensation (Z. angew. Math. Mech. 54, 1974): its error does not grow with n.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds a number.
    pub fn add(&mut self, value: f64) {
        let next = self.total + value;
        self.lost += if self.total.abs() >= value.abs() {
            (self.total - next) + value
        } else {
            (value - next) + self.total
        };
        self.total = next;
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.add(other.total);
        self.lost += other.lost;
    }

    /// The sum.
    #[must_use]
    pub fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// The running state of one KPI in one group.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Rows.
    Count(u64),
    /// n, Σx, Σx².
    Moments(u64, Sum, Sum),
    /// True and non-null rows.
    Rate(u64, u64),
    /// n, Σy, Σw, Σy², Σyw, Σw² with y = of·weight.
    Share(u64, [Sum; 5]),
    /// Every value.
    Values(Vec<f64>),
    /// n and the largest.
    Max(u64, f64),
}

impl State {
    /// The empty state for a formula; `None` for a ratio, which has no rows.
    #[must_use]
    pub fn empty(formula: &Formula) -> Option<Self> {
        Some(match formula {
            Formula::Count => Self::Count(0),
            Formula::Sum(_) | Formula::Mean(_) => Self::Moments(0, Sum::default(), Sum::default()),
            Formula::Rate(_) => Self::Rate(0, 0),
            Formula::Share { .. } => Self::Share(0, [Sum::default(); 5]),
            Formula::Quantile { .. } => Self::Values(Vec::new()),
            Formula::Max(_) => Self::Max(0, f64::NEG_INFINITY),
            Formula::Ratio { .. } => return None,
        })
    }

    /// Adds one row: its value (a flag counts 1 or 0) and, for a share, its weight.
    pub fn add(&mut self, value: f64, weight: f64) {
        match self {
            Self::Count(n) => *n += 1,
            Self::Moments(n, sum, squares) => {
                *n += 1;
                sum.add(value);
                squares.add(value * value);
            }
            Self::Rate(hits, n) => {
                *n += 1;
                *hits += u64::from(value > 0.0);
            }
            Self::Share(n, sums) => {
                *n += 1;
                let y = value * weight;
                for (sum, term) in
                    sums.iter_mut()
                        .zip([y, weight, y * y, y * weight, weight * weight])
                {
                    sum.add(term);
                }
            }
            Self::Values(values) => values.push(value),
            Self::Max(n, largest) => {
                *n += 1;
                *largest = largest.max(value);
            }
        }
    }

    /// Adds the rows of a later part.
    pub fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(n), Self::Count(m)) => *n += m,
            (Self::Moments(n, a, b), Self::Moments(m, c, d)) => {
                *n += m;
                a.merge(c);
                b.merge(d);
            }
            (Self::Rate(hits, n), Self::Rate(more, m)) => {
                *hits += more;
                *n += m;
            }
            (Self::Share(n, sums), Self::Share(m, more)) => {
                *n += m;
                sums.iter_mut()
                    .zip(more)
                    .for_each(|(sum, other)| sum.merge(other));
            }
            (Self::Values(values), Self::Values(more)) => values.extend(more),
            (Self::Max(n, largest), Self::Max(m, other)) => {
                *n += m;
                *largest = largest.max(other);
            }
            // States of one KPI are of one kind.
            _ => {}
        }
    }

    /// The figure with its interval.
    #[must_use]
    pub fn estimate(self, formula: &Formula) -> Estimate {
        match self {
            Self::Count(n) => {
                let count = real(n);
                figure(
                    Some(count),
                    Some(count),
                    None,
                    n,
                    interval::poisson_exact(count),
                )
            }
            Self::Moments(n, sum, squares) => {
                let total = sum.value();
                if matches!(formula, Formula::Sum(_)) {
                    return figure((n > 0).then_some(total), Some(total), None, n, None);
                }
                let mean = (n > 0).then(|| total / real(n));
                figure(
                    mean,
                    Some(total),
                    Some(real(n)),
                    n,
                    interval::mean_t(real(n), total, squares.value()),
                )
            }
            Self::Rate(hits, n) => {
                let rate = (n > 0).then(|| real(hits) / real(n));
                figure(
                    rate,
                    Some(real(hits)),
                    Some(real(n)),
                    n,
                    interval::wilson(real(hits), real(n)),
                )
            }
            Self::Share(n, sums) => {
                let [y, w, yy, yw, ww] = sums.map(Sum::value);
                let bounds = interval::linearised_ratio(real(n), y, w, yy, yw, ww);
                figure((w != 0.0).then(|| y / w), Some(y), Some(w), n, bounds)
            }
            Self::Values(mut values) => {
                values.sort_by(f64::total_cmp);
                let n = values.len() as u64;
                let q = if let Formula::Quantile { q, .. } = formula {
                    *q
                } else {
                    0.5
                };
                let bounds = interval::quantile_interval(&values, q);
                figure(
                    interval::quantile_type7(&values, q),
                    None,
                    Some(real(n)),
                    n,
                    bounds,
                )
            }
            Self::Max(n, largest) => {
                figure((n > 0).then_some(largest), None, Some(real(n)), n, None)
            }
        }
    }
}

/// A count as a float; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "row counts stay far below 2^53")]
const fn real(n: u64) -> f64 {
    n as f64
}

fn figure(
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<f64>,
    n: u64,
    bounds: Option<(f64, f64)>,
) -> Estimate {
    let interval = value.and(bounds).map(|(low, high)| Interval { low, high });
    Estimate {
        value,
        numerator,
        denominator,
        n,
        interval,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn compensation_keeps_what_plain_addition_loses() {
        let mut sum = Sum::default();
        for value in [1e16, 1.0, -1e16] {
            sum.add(value);
        }
        assert!((sum.value() - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn nothing_divided_by_nothing_is_unknown_not_zero() {
        let rate = State::Rate(0, 0).estimate(&Formula::Count);
        assert_eq!((rate.value, rate.n, rate.interval), (None, 0, None));
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(values in prop::collection::vec(-1e6..1e6_f64, 0..60), cut in 0_usize..60) {
            let cut = cut.min(values.len());
            let state = |values: &[f64]| {
                let mut state = State::Moments(0, Sum::default(), Sum::default());
                for value in values {
                    state.add(*value, 1.0);
                }
                state
            };
            let mut merged = state(&values[..cut]);
            merged.merge(state(&values[cut..]));
            let (State::Moments(n, a, _), State::Moments(m, b, _)) = (merged, state(&values)) else { unreachable!() };
            prop_assert_eq!(n, m);
            prop_assert!((a.value() - b.value()).abs() <= 1e-9);
        }

        #[test]
        fn a_rate_lies_in_its_interval(hits in 0_u64..500, misses in 0_u64..500) {
            let estimate = State::Rate(hits, hits + misses).estimate(&Formula::Count);
            if let (Some(value), Some(interval)) = (estimate.value, estimate.interval) {
                prop_assert!((0.0..=1.0).contains(&value));
                prop_assert!(interval.low <= value + 1e-12 && value <= interval.high + 1e-12);
            } else {
                prop_assert_eq!(hits + misses, 0);
            }
        }
    }
}
