use proptest::prelude::*;

use super::*;
use crate::stats::interval::poisson_exact;

/// qcc, example of `pareto.chart`: causes of defects 80, 27, 66, 94, 33.
#[test]
fn shares_are_those_of_qcc() {
    let bars = pareto(&[80.0, 27.0, 66.0, 94.0, 33.0]).expect("bars");
    let order: Vec<usize> = bars.iter().map(|bar| bar.at).collect();
    assert_eq!(order, [3, 0, 2, 4, 1]);
    for (bar, expected) in bars.iter().zip([31.33, 58.0, 80.0, 91.0, 100.0]) {
        assert!((bar.cumulative * 100.0 - expected).abs() < 5e-3, "{bar:?}");
    }
    assert!((bars[0].share - 94.0 / 300.0).abs() < 1e-15);
    assert_eq!(pareto(&[0.0, 0.0]), None);
    assert_eq!(pareto(&[]), None);
    assert_eq!(pareto(&[1.0, -1.0]), None);
}

/// scipy: `v/(2*y)*chi2.ppf(0.025, 2*y*y/v)` and
/// `(v+M*M)/(2*(y+M))*chi2.ppf(0.975, 2*(y+M)**2/(v+M*M))` for 3, 10, 2, 7, 7, 1, 30.
#[test]
fn cost_intervals_agree_with_scipy() {
    let (low, high) = cost_interval(60.0, 1_112.0, 30.0, 0.95).expect("an interval");
    assert!((low - 13.409_374_825_768_012).abs() < 1e-6, "{low}");
    assert!((high - 196.865_676_435_008_3).abs() < 1e-9, "{high}");
    let (low, high) = cost_interval(0.0, 0.0, 5.0, 0.95).expect("an interval");
    assert!(low.abs() < f64::EPSILON && high > 5.0);
    assert_eq!(cost_interval(1.0, 1.0, 0.0, 0.95), None);
    assert_eq!(cost_interval(1.0, 1.0, 1.0, 1.0), None);
}

#[test]
fn bands_say_which_ranks_are_sure() {
    let bands = rank_bands(&[(9.0, 12.0), (1.0, 2.0), (8.0, 10.0), (4.0, 6.0), (5.0, 8.5)]);
    assert_eq!(bands, [(1, 2), (5, 5), (1, 3), (3, 4), (2, 4)]);
    assert_eq!(
        rank_bands(&[(2.0, 4.0), (4.0, 5.0)]),
        [(1, 2), (1, 2)],
        "they touch"
    );
    assert!(rank_bands(&[]).is_empty());
}

#[test]
fn joint_levels() {
    assert!((simultaneous(0.95, 1) - 0.95).abs() < 1e-15);
    assert!((simultaneous(0.95, 10).powi(10) - 0.95).abs() < 1e-12);
    assert_eq!(count_interval(3.0, 1.0), None);
}

proptest! {
    #[test]
    fn equal_costs_give_garwoods_interval(cases in 1_u32..2_000, cost in 0.1..500.0_f64) {
        let cases = f64::from(cases);
        let (sum, squares) = (cases * cost, cases * cost * cost);
        let found = cost_interval(sum, squares, cost, 0.95).expect("an interval");
        let (low, high) = poisson_exact(cases).expect("an interval");
        prop_assert!((found.0 - low * cost).abs() <= 1e-7 * sum);
        prop_assert!((found.1 - high * cost).abs() <= 1e-7 * sum);
        let counted = count_interval(cases, 0.95).expect("an interval");
        prop_assert!((counted.0 - low).abs() <= 1e-9 * cases && (counted.1 - high).abs() <= 1e-9 * high);
    }

    #[test]
    fn bands_hold_the_true_rank_whenever_the_intervals_hold_the_values(
        values in prop::collection::vec((0.0..100.0_f64, 0.0..20.0_f64, 0.0..20.0_f64), 1..25),
    ) {
        let intervals: Vec<(f64, f64)> = values.iter().map(|&(x, a, b)| (x - a, x + b)).collect();
        for (&(value, _, _), band) in values.iter().zip(rank_bands(&intervals)) {
            let rank = 1 + values.iter().filter(|other| other.0 > value).count();
            prop_assert!(band.0 <= rank && rank <= band.1);
        }
    }

    #[test]
    fn cumulative_shares_rise_to_one(values in prop::collection::vec(0.0..1e6_f64, 1..60)) {
        prop_assume!(values.iter().sum::<f64>() > 0.0);
        let bars = pareto(&values).expect("bars");
        prop_assert!(bars.windows(2).all(|pair| pair[0].value >= pair[1].value));
        prop_assert!(bars.windows(2).all(|pair| pair[0].cumulative <= pair[1].cumulative + 1e-15));
        prop_assert!((bars[bars.len() - 1].cumulative - 1.0).abs() < 1e-12);
    }
}
