//! What is added up per group and KPI, and how the sums become a figure.
//!
//! Rows are added in the order of time and sums are compensated, so the same facts give the same bits
//! whatever the number of threads.

use std::cell::RefCell;

use ahash::AHashMap;
use serde::{Deserialize, Serialize};

use crate::stats::grouped::grouped;
use crate::stats::interval;
use crate::stats::sum::{Sum, real};

use super::catalogue::Formula;
use super::figure::{Estimate, Interval};
use super::tally::{Quantile, Tally, Values};

/// The states of one KPI in every group of a grouping, by position of the group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum States {
    /// Rows.
    Count(Vec<u64>),
    /// n, Σx, Σx².
    Moments(Vec<(u64, Sum, Sum)>),
    /// True and non-null rows.
    Rate(Vec<(u64, u64)>),
    /// n, Σy, Σw, Σy², Σyw, Σw² with y = of·weight.
    Share(Vec<(u64, [Sum; 5])>),
    /// Every value, or what came of them.
    Values(Vec<Values>),
    /// n and the largest.
    Max(Vec<(u64, f64)>),
}

impl States {
    /// Empty states of so many groups; `None` for a ratio, which has no rows.
    #[must_use]
    pub fn empty(formula: &Formula, groups: usize) -> Option<Self> {
        Some(match formula {
            Formula::Count => Self::Count(vec![0; groups]),
            Formula::Sum(_) | Formula::Mean(_) => Self::Moments(vec![Default::default(); groups]),
            Formula::Rate(_) => Self::Rate(vec![(0, 0); groups]),
            Formula::Share { .. } => Self::Share(vec![Default::default(); groups]),
            Formula::Quantile { .. } => Self::Values(vec![Values::default(); groups]),
            Formula::Max(_) => Self::Max(vec![(0, f64::NEG_INFINITY); groups]),
            Formula::Ratio { .. } => return None,
        })
    }

    /// Adds rows in their order: the group of each, its value (a flag counts 1 or 0) and, for a share, its
    /// weight.
    pub fn add(&mut self, rows: impl Iterator<Item = (usize, f64, f64)>) {
        match self {
            Self::Count(states) => {
                for (group, _, _) in rows {
                    states[group] += 1;
                }
            }
            Self::Moments(states) => {
                for (group, value, _) in rows {
                    let (n, sum, squares) = &mut states[group];
                    *n += 1;
                    sum.add(value);
                    squares.add(value * value);
                }
            }
            Self::Rate(states) => {
                for (group, value, _) in rows {
                    let (hits, n) = &mut states[group];
                    *n += 1;
                    *hits += u64::from(value > 0.0);
                }
            }
            Self::Share(states) => {
                for (group, value, weight) in rows {
                    let (n, sums) = &mut states[group];
                    *n += 1;
                    let y = value * weight;
                    for (sum, term) in
                        sums.iter_mut()
                            .zip([y, weight, y * y, y * weight, weight * weight])
                    {
                        sum.add(term);
                    }
                }
            }
            Self::Values(states) => {
                let rows: Vec<(usize, f64)> =
                    rows.map(|(group, value, _)| (group, value)).collect();
                let (mut values, starts) = grouped(rows.iter().copied(), states.len());
                for (state, of) in states.iter_mut().zip(starts.windows(2)) {
                    let values = &mut values[of[0]..of[1]];
                    if let Values::Open(tally) = state {
                        tally.merge(Tally::of(values));
                    }
                }
            }
            Self::Max(states) => {
                for (group, value, _) in rows {
                    let (n, largest) = &mut states[group];
                    *n += 1;
                    *largest = largest.max(value);
                }
            }
        }
    }

    /// Adds the states of a later part, whose groups stand at `places` here; there are `groups` of them now.
    pub fn merge(&mut self, other: Self, places: &[usize], groups: usize) {
        match (self, other) {
            (Self::Count(all), Self::Count(more)) => {
                each(all, more, places, groups, |n, m| *n += m);
            }
            (Self::Moments(all), Self::Moments(more)) => {
                each(all, more, places, groups, |a, b| {
                    a.0 += b.0;
                    a.1.merge(b.1);
                    a.2.merge(b.2);
                });
            }
            (Self::Rate(all), Self::Rate(more)) => each(all, more, places, groups, |a, b| {
                a.0 += b.0;
                a.1 += b.1;
            }),
            (Self::Share(all), Self::Share(more)) => each(all, more, places, groups, |a, b| {
                a.0 += b.0;
                a.1.iter_mut()
                    .zip(b.1)
                    .for_each(|(sum, other)| sum.merge(other));
            }),
            (Self::Values(all), Self::Values(more)) => each(all, more, places, groups, |a, b| {
                match (a, b) {
                    (Values::Open(all), Values::Open(more)) => all.merge(more),
                    // A group that got all its rows in the later part; nothing comes for one that is settled.
                    (a @ Values::Open(_), settled) => *a = settled,
                    (Values::Settled(_), _) => {}
                }
            }),
            (Self::Max(all), Self::Max(more)) => {
                all.resize(groups, (0, f64::NEG_INFINITY));
                each(all, more, places, groups, |a, b| {
                    a.0 += b.0;
                    a.1 = a.1.max(b.1);
                });
            }
            // States of one KPI are of one kind.
            _ => {}
        }
    }

    /// Adds the states of further groups.
    pub fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(all), Self::Count(mut more)) => all.append(&mut more),
            (Self::Moments(all), Self::Moments(mut more)) => all.append(&mut more),
            (Self::Rate(all), Self::Rate(mut more)) => all.append(&mut more),
            (Self::Share(all), Self::Share(mut more)) => all.append(&mut more),
            (Self::Values(all), Self::Values(mut more)) => all.append(&mut more),
            (Self::Max(all), Self::Max(mut more)) => all.append(&mut more),
            // States of one KPI are of one kind.
            _ => {}
        }
    }

    /// Packs what is held of single values: to be called when everything is added.
    pub fn pack(&mut self) {
        if let Self::Values(states) = self {
            for state in states {
                if let Values::Open(tally) = state {
                    tally.pack();
                }
            }
        }
    }

    /// Says that the groups from `first` on get no more rows: of a quantile only the result is kept.
    pub fn settle(&mut self, first: usize, formula: &Formula) {
        if let Self::Values(states) = self {
            for state in states.iter_mut().skip(first) {
                if let Values::Open(tally) = state {
                    *state = Values::Settled(quantile(tally, formula.quantile()));
                }
            }
        }
    }

    /// The figure of a group without its interval.
    #[must_use]
    pub fn value(&self, group: usize, formula: &Formula) -> Option<f64> {
        match self {
            Self::Count(states) => Some(real(states[group])),
            Self::Moments(states) => {
                let (n, sum, _) = states[group];
                let divisor = if matches!(formula, Formula::Sum(_)) {
                    1.0
                } else {
                    real(n)
                };
                (n > 0).then(|| sum.value() / divisor)
            }
            Self::Rate(states) => {
                let (hits, n) = states[group];
                (n > 0).then(|| real(hits) / real(n))
            }
            Self::Share(states) => {
                let [y, w, ..] = states[group].1.map(Sum::value);
                (w != 0.0).then(|| y / w)
            }
            Self::Values(states) => match &states[group] {
                Values::Open(tally) => {
                    let (n, at) = tally.ranked();
                    interval::quantile_type7_at(n, formula.quantile(), at)
                }
                Values::Settled(quantile) => quantile.value,
            },
            Self::Max(states) => {
                let (n, largest) = states[group];
                (n > 0).then_some(largest)
            }
        }
    }

    /// The figure of a group, with its interval.
    #[must_use]
    pub fn estimate(&self, group: usize, formula: &Formula) -> Estimate {
        let value = self.value(group, formula);
        match self {
            Self::Count(states) => {
                let n = states[group];
                figure(
                    value,
                    Some(real(n)),
                    None,
                    n,
                    interval::poisson_exact(real(n)),
                )
            }
            Self::Moments(states) => {
                let (n, sum, squares) = states[group];
                let total = sum.value();
                if matches!(formula, Formula::Sum(_)) {
                    return figure(value, Some(total), None, n, None);
                }
                let bounds = interval::mean_t(real(n), total, squares.value());
                figure(value, Some(total), Some(real(n)), n, bounds)
            }
            Self::Rate(states) => {
                let (hits, n) = states[group];
                let bounds = interval::wilson(real(hits), real(n));
                figure(value, Some(real(hits)), Some(real(n)), n, bounds)
            }
            Self::Share(states) => {
                let (n, sums) = states[group];
                let [y, w, yy, yw, ww] = sums.map(Sum::value);
                let bounds = interval::linearised_ratio(real(n), y, w, yy, yw, ww);
                figure(value, Some(y), Some(w), n, bounds)
            }
            Self::Values(states) => {
                let Quantile { n, bounds, .. } = match &states[group] {
                    Values::Open(tally) => quantile(tally, formula.quantile()),
                    Values::Settled(quantile) => *quantile,
                };
                figure(value, None, Some(real(n)), n, bounds)
            }
            Self::Max(states) => {
                let (n, _) = states[group];
                figure(value, None, Some(real(n)), n, None)
            }
        }
    }

    /// n, Σx and Σx² of the rows of a group; of a rate x² is x. A weighted share counts as a rate of its rows: weights
    /// say what an item is worth, not how often it was judged. `None` of a figure that is no mean of its rows.
    #[must_use]
    pub fn moments(&self, group: usize) -> Option<(f64, f64, f64)> {
        match self {
            Self::Moments(states) => {
                let (n, sum, squares) = states[group];
                Some((real(n), sum.value(), squares.value()))
            }
            Self::Rate(states) => {
                let (hits, n) = states[group];
                Some((real(n), real(hits), real(hits)))
            }
            Self::Share(states) => {
                let (n, [y, w, ..]) = states[group];
                let hits = if w.value() == 0.0 {
                    0.0
                } else {
                    y.value() / w.value() * real(n)
                };
                Some((real(n), hits, hits))
            }
            Self::Count(_) | Self::Values(_) | Self::Max(_) => None,
        }
    }

    /// Rows counted in a group by a KPI that counts rows.
    #[must_use]
    pub fn rows(&self, group: usize) -> u64 {
        match self {
            Self::Count(states) => states.get(group).copied().unwrap_or_default(),
            _ => 0,
        }
    }
}

fn each<T: Default + Clone>(
    all: &mut Vec<T>,
    more: Vec<T>,
    places: &[usize],
    groups: usize,
    join: impl Fn(&mut T, T),
) {
    all.resize(groups, T::default());
    for (state, place) in more.into_iter().zip(places) {
        join(&mut all[*place], state);
    }
}

/// Ranks of the order statistics around a quantile, by number of rows and quantile.
type Ranks = AHashMap<(u64, u64), Option<(u64, u64)>>;

thread_local! {
    /// Thousands of groups share the same small numbers, and an exact interval takes microseconds.
    static RANKS: RefCell<Ranks> = RefCell::default();
}

/// The quantile of values in order.
fn quantile(tally: &Tally, q: f64) -> Quantile {
    let (n, at) = tally.ranked();
    let ranks = RANKS.with_borrow_mut(|known| {
        *known
            .entry((n, q.to_bits()))
            .or_insert_with(|| interval::quantile_ranks(n, q))
    });
    Quantile {
        n,
        bounds: ranks.and_then(|(low, high)| Some((at(low)?, at(high)?))),
        value: interval::quantile_type7_at(n, q, at),
    }
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
    use crate::expr::Expr;
    use proptest::prelude::*;

    fn one(formula: &Formula, values: &[f64]) -> States {
        let mut states = States::empty(formula, 1).unwrap();
        states.add(values.iter().map(|value| (0, *value, 1.0)));
        states
    }

    fn estimate(states: &States, formula: &Formula) -> Estimate {
        states.estimate(0, formula)
    }

    #[test]
    fn nothing_divided_by_nothing_is_unknown_not_zero() {
        let rate = Formula::Rate(Expr::Flag(true));
        let estimate = estimate(&one(&rate, &[]), &rate);
        assert_eq!(
            (estimate.value, estimate.n, estimate.interval),
            (None, 0, None)
        );
    }

    #[test]
    fn groups_that_come_later_find_their_place() {
        let mut all = States::Count(vec![1, 2]);
        all.merge(States::Count(vec![10, 20]), &[2, 0], 3);
        assert_eq!(all, States::Count(vec![21, 2, 10]));
        let mut all = States::Max(vec![(1, -5.0)]);
        all.merge(States::Max(vec![(1, -9.0)]), &[1], 2);
        assert_eq!(all, States::Max(vec![(1, -5.0), (1, -9.0)]));
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(values in prop::collection::vec(-1e6..1e6_f64, 0..60), cut in 0_usize..60) {
            let cut = cut.min(values.len());
            let formula = Formula::Mean(Expr::Number(0.0));
            let mut merged = one(&formula, &values[..cut]);
            merged.merge(one(&formula, &values[cut..]), &[0], 1);
            let (States::Moments(merged), States::Moments(whole)) = (merged, one(&formula, &values)) else { unreachable!() };
            prop_assert_eq!(merged[0].0, whole[0].0);
            prop_assert!((merged[0].1.value() - whole[0].1.value()).abs() <= 1e-9);
        }

        #[test]
        fn quantiles_of_parts_are_those_of_all_values(values in prop::collection::vec(0_u32..50, 0..80), cut in 0_usize..80, q in 0.01..0.99_f64) {
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let cut = cut.min(values.len());
            let formula = Formula::Quantile { of: Expr::Number(0.0), q };
            let mut merged = one(&formula, &values[..cut]);
            merged.merge(one(&formula, &values[cut..]), &[0], 1);
            merged.pack();
            let found = estimate(&merged, &formula);
            values.sort_by(f64::total_cmp);
            prop_assert_eq!(found.value, interval::quantile_type7(&values, q));
            prop_assert_eq!(found.interval.map(|i| (i.low, i.high)), interval::quantile_interval(&values, q));
            prop_assert_eq!(found.n, values.len() as u64);
        }

        #[test]
        fn a_settled_quantile_is_the_same(values in prop::collection::vec(0_u32..500, 0..900), cut in 0_usize..900, q in 0.01..0.99_f64) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let cut = cut.min(values.len());
            let formula = Formula::Quantile { of: Expr::Number(0.0), q };
            let mut open = one(&formula, &values[..cut]);
            open.merge(one(&formula, &values[cut..]), &[0], 1);
            let mut settled = open.clone();
            open.pack();
            settled.settle(0, &formula);
            prop_assert_eq!(estimate(&settled, &formula), estimate(&open, &formula));
            prop_assert_eq!(settled.value(0, &formula), estimate(&open, &formula).value);
        }

        #[test]
        fn a_rate_lies_in_its_interval(hits in 0_u64..500, misses in 0_u64..500) {
            let formula = Formula::Rate(Expr::Flag(true));
            let estimate = estimate(&States::Rate(vec![(hits, hits + misses)]), &formula);
            if let (Some(value), Some(interval)) = (estimate.value, estimate.interval) {
                prop_assert!((0.0..=1.0).contains(&value));
                prop_assert!(interval.low <= value + 1e-12 && value <= interval.high + 1e-12);
            } else {
                prop_assert_eq!(hits + misses, 0);
            }
        }
    }
}
