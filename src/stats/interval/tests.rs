use proptest::prelude::*;

use super::*;

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

fn close_pair(actual: Option<(f64, f64)>, expected: (f64, f64), tolerance: f64) {
    let actual = actual.expect("an interval");
    close(actual.0, expected.0, tolerance);
    close(actual.1, expected.1, tolerance);
}

/// Newcombe (1998), Statistics in Medicine 17, table I, method 3.
#[test]
fn wilson_gives_newcombes_intervals() {
    for (successes, n, expected) in [
        (81.0, 263.0, (0.2553, 0.3662)),
        (15.0, 148.0, (0.0624, 0.1605)),
        (0.0, 20.0, (0.0, 0.1611)),
        (1.0, 29.0, (0.0061, 0.1718)),
    ] {
        close_pair(wilson(successes, n), expected, 5e-5);
    }
}

/// scipy 1.x: `binomtest(81, 263).proportion_ci(0.95, "wilson")`.
#[test]
fn wilson_agrees_with_scipy_to_the_last_digits() {
    let expected = (0.255_288_519_878_274_2, 0.366_209_576_982_800_04);
    close_pair(wilson(81.0, 263.0), expected, 1e-14);
}

#[test]
fn wilson_has_exact_ends_and_no_interval_of_nothing() {
    assert_eq!(wilson(0.0, 7.0).map(|ends| ends.0), Some(0.0));
    assert_eq!(wilson(7.0, 7.0).map(|ends| ends.1), Some(1.0));
    assert_eq!(wilson(0.0, 0.0), None);
    assert_eq!(wilson(8.0, 7.0), None);
    assert_eq!(wilson(f64::NAN, 7.0), None);
}

/// `FunnelPlotR`'s exact Poisson limits of observed/expected at 95 %, E = 15, 20, 30.
#[test]
fn poisson_exact_gives_the_funnel_limits_at_95() {
    for (count, low, high) in [
        (15.0, 0.559_692_4, 1.649_348),
        (20.0, 0.610_826_0, 1.544_419),
        (30.0, 0.674_695_8, 1.427_562),
    ] {
        let ends = poisson_exact(count).map(|(low, high)| (low / count, high / count));
        close_pair(ends, (low, high), 5e-7);
    }
}

/// `FunnelPlotR`'s exact Poisson limits of observed/expected at 99.8 %, E = 15, 20, 30.
#[test]
fn poisson_tails_give_the_funnel_limits_at_998() {
    for (count, low, high) in [
        (15.0, 0.386_265_0, 2.082_907),
        (20.0, 0.447_910_7, 1.902_094),
        (30.0, 0.528_972_4, 1.702_771),
    ] {
        let ends = poisson_tails(count, 0.001).map(|(low, high)| (low / count, high / count));
        close_pair(ends, (low, high), 5e-7);
    }
}

/// −ln 0.025 is the exact upper end at no events; a negative count has no interval.
#[test]
fn poisson_exact_starts_at_zero() {
    close_pair(poisson_exact(0.0), (0.0, -(0.025_f64.ln())), 1e-13);
    assert_eq!(poisson_exact(-1.0), None);
    assert_eq!(poisson_exact(f64::INFINITY), None);
}

/// scipy: `t.ppf(0.975, [1, 10, 999, 1000, 1e7])`; the series takes over at 1 000.
#[test]
fn student_t_agrees_with_scipy_on_both_sides_of_the_expansion() {
    for (df, expected) in [
        (1.0, 12.706_204_736_174_694),
        (10.0, 2.228_138_851_986_274),
        (999.0, 1.962_341_461_133_449_3),
        (1_000.0, 1.962_339_080_826_408_3),
        (1e7, 1.959_964_221_767_205),
    ] {
        close(student_t(df).expect("a quantile"), expected, 1e-11);
    }
}

/// Second computation: scipy `t.interval(0.95, 7, mean, sem)` of 3, 5, 4, 4, 2, 5, 1, 4.
#[test]
fn mean_t_agrees_with_scipy() {
    let expected = (2.317_687_874_203_608, 4.682_312_125_796_391_6);
    close_pair(mean_t(8.0, 28.0, 112.0), expected, 1e-12);
}

#[test]
fn mean_t_needs_two_values_and_gives_equal_values_no_width() {
    assert_eq!(mean_t(1.0, 4.0, 16.0), None);
    assert_eq!(mean_t(0.0, 0.0, 0.0), None);
    assert_eq!(mean_t(3.0, f64::NAN, 1.0), None);
    let (sum, squares) = (0..1_000).fold((0.0, 0.0), |(s, q), _| (s + 0.1, q + 0.1 * 0.1));
    let (low, high) = mean_t(1_000.0, sum, squares).expect("an interval");
    close(high - low, 0.0, 0.0);
    close(low, 0.1, 1e-12);
}

/// A second computation with deviations instead of sums, in `NumPy`:
/// `y = of*w; R = y.sum()/w.sum(); v = n/(n-1)*((y-R*w)**2).sum()/w.sum()**2`, R ± z·√v, for
/// of = 12, 30, 7, 45, 22, 18 and w = 3, 1, 4, 2, 2, 5.
#[test]
fn linearised_ratio_agrees_with_deviations() {
    let ends = linearised_ratio(6.0, 318.0, 17.0, 21_116.0, 968.0, 59.0);
    close_pair(ends, (9.300_341_163_472_012, 28.111_423_542_410_343), 1e-11);
    assert_eq!(linearised_ratio(1.0, 1.0, 1.0, 1.0, 1.0, 1.0), None);
    assert_eq!(linearised_ratio(5.0, 0.0, 0.0, 0.0, 0.0, 0.0), None);
    // Every value 1: no scatter around the share.
    assert_eq!(
        linearised_ratio(2.0, 5.0, 5.0, 13.0, 13.0, 13.0),
        Some((1.0, 1.0))
    );
}

/// `NumPy`: `quantile([1, 3, 4, 8, 11, 20], [0.1, 0.5, 0.9])`.
#[test]
fn quantile_type7_interpolates() {
    let values = [1.0, 3.0, 4.0, 8.0, 11.0, 20.0];
    for (q, expected) in [(0.0, 1.0), (0.1, 2.0), (0.5, 6.0), (0.9, 15.5), (1.0, 20.0)] {
        close(
            quantile_type7(&values, q).expect("a quantile"),
            expected,
            1e-12,
        );
    }
    assert_eq!(quantile_type7(&[], 0.5), None);
    assert_eq!(quantile_type7(&values, 1.1), None);
    assert_eq!(quantile_type7(&[7.0], 0.9), Some(7.0));
}

/// Ranks from R: `qbinom(0.025, n, q)` and `qbinom(0.975, n, q) + 1`. The median of 100 values lies
/// between the 40th and the 61st; 36 values are the fewest that hold an upper rank for 0.9.
#[test]
fn quantile_interval_takes_binomial_ranks() {
    let ranks = |n: i32| (1..=n).map(f64::from).collect::<Vec<_>>();
    assert_eq!(quantile_interval(&ranks(100), 0.5), Some((40.0, 61.0)));
    assert_eq!(quantile_interval(&ranks(6), 0.5), Some((1.0, 6.0)));
    assert_eq!(quantile_interval(&ranks(5), 0.5), None);
    assert!(quantile_interval(&ranks(36), 0.9).is_some());
    assert_eq!(quantile_interval(&ranks(35), 0.9), None);
    assert_eq!(quantile_interval(&[], 0.5), None);
    assert_eq!(quantile_interval(&ranks(100), 1.0), None);
}

proptest! {
    #[test]
    fn wilson_holds_the_share_within_0_and_1(n in 1_u32..100_000, part in 0.0..=1.0_f64) {
        let n = f64::from(n);
        let successes = (n * part).floor();
        let (low, high) = wilson(successes, n).expect("an interval");
        let share = successes / n;
        prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
        prop_assert!(low < high);
    }

    #[test]
    fn poisson_exact_holds_the_count(count in 0_u32..1_000_000) {
        let count = f64::from(count);
        let (low, high) = poisson_exact(count).expect("an interval");
        prop_assert!(low <= count && count < high);
    }

    #[test]
    fn quantile_interval_holds_the_quantile(
        mut values in prop::collection::vec(-1e6..1e6_f64, 40..200),
        q in 0.1..0.9_f64,
    ) {
        values.sort_by(f64::total_cmp);
        let quantile = quantile_type7(&values, q).expect("a quantile");
        let (low, high) = quantile_interval(&values, q).expect("an interval");
        prop_assert!(low <= quantile && quantile <= high);
    }

    #[test]
    fn mean_t_does_not_depend_on_the_origin(
        values in prop::collection::vec(0_i32..10_000, 2..100),
        origin in 0_i32..1_000_000,
    ) {
        let interval = |shift: i32| {
            let shifted = values.iter().map(|&value| f64::from(value) + f64::from(shift));
            let (n, sum, squares) = shifted.fold((0.0, 0.0, 0.0), |(n, sum, squares), value| {
                (n + 1.0, sum + value, squares + value * value)
            });
            mean_t(n, sum, squares).expect("an interval")
        };
        let (here, there) = (interval(0), interval(origin));
        prop_assert!((here.0 + f64::from(origin) - there.0).abs() < 1e-3);
        prop_assert!((here.1 + f64::from(origin) - there.1).abs() < 1e-3);
    }
}

#[test]
fn two_sided_probabilities_are_those_of_the_table() {
    // Quantiles 0.975 and 0.999 of the normal distribution.
    for (z, p) in [
        (0.0, 1.0),
        (1.959_964, 0.05),
        (-1.959_964, 0.05),
        (3.090_232, 0.002),
    ] {
        assert!((two_sided(z) - p).abs() < 1e-7, "{z}: {}", two_sided(z));
    }
}
