use proptest::prelude::*;

use super::*;
use crate::stats::interval::poisson_exact;

fn close(actual: Option<f64>, expected: f64, tolerance: f64) {
    let actual = actual.expect("a probability");
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

/// scipy: `poisson.sf(9, 4.2)`, `poisson.sf(0, 0.3)`, `poisson.sf(199, 150)`, `poisson.cdf(3, 4.2)`.
#[test]
fn tails_agree_with_scipy() {
    close(at_least(10.0, 4.2), 0.011_126_988_198_972_423, 1e-13);
    close(at_least(1.0, 0.3), 0.259_181_779_318_282_07, 1e-13);
    close(at_least(200.0, 150.0), 5.709_688_574_208_249e-5, 1e-14);
    close(at_most(3.0, 4.2), 0.395_403_369_602_356_17, 1e-13);
    close(at_least(0.0, 0.0), 1.0, 0.0);
    close(at_least(1.0, 0.0), 0.0, 0.0);
    assert_eq!(at_least(-1.0, 2.0), None);
    assert_eq!(at_most(1.0, f64::NAN), None);
}

/// R, example of `poisson.test` (cases of the `ISwR` data set eba1977: 11 in 800 against 21 in 3 011):
/// p = 0.07967. The other digits from scipy, `binomtest(11, 32, 800/3811)`.
#[test]
fn two_rates_compare_as_in_r() {
    let found = compare(11.0, 21.0, 3_011.0 / 800.0);
    close(found, 0.079_67, 5e-6);
    close(found, 0.079_668_633_033_329_5, 1e-12);
}

/// scipy: `binom.sf(5, 16, 1/9)` and `binom.sf(2, 7, 1/5)`.
#[test]
fn above_history_agrees_with_scipy() {
    close(
        above_history(6.0, 10.0, 8.0),
        0.005_599_582_624_712_902,
        1e-13,
    );
    close(above_history(3.0, 4.0, 4.0), 0.148_032, 1e-13);
    close(above_history(0.0, 4.0, 4.0), 1.0, 0.0);
    close(above_history(2.0, 0.0, 8.0), 1.0 / 81.0, 1e-15);
    assert!((attainable(2.0, 8.0) - 1.0 / 81.0).abs() < 1e-15);
    assert_eq!(above_history(1.0, 1.0, 0.0), None);
}

/// Coverage of the 95 % interval, summed exactly over all counts that matter: never below 95 %.
#[test]
fn the_interval_covers_at_least_95_in_100() {
    let mut lambda = 0.05_f64;
    while lambda < 40.0 {
        let covered: f64 = (0..120)
            .map(f64::from)
            .filter(|&x| {
                let (low, high) = poisson_exact(x).expect("an interval");
                low <= lambda && lambda <= high
            })
            .map(|x| at_least(x, lambda).expect("p") - at_least(x + 1.0, lambda).expect("p"))
            .sum();
        assert!(covered >= 0.95 - 1e-12, "{covered} at {lambda}");
        lambda *= 1.03;
    }
}

proptest! {
    #[test]
    fn the_test_rejects_where_the_interval_leaves_the_expectation_out(
        count in 0_u32..400,
        ratio in 0.3..3.0_f64,
    ) {
        let count = f64::from(count);
        let expected = (count + 1.0) * ratio;
        let (low, high) = poisson_exact(count).expect("an interval");
        let p = test(count, expected).expect("a p-value");
        if (p - 0.05).abs() > 1e-9 {
            prop_assert_eq!(p < 0.05, expected < low || expected > high);
        }
    }

    #[test]
    fn both_tails_and_one_probability_make_one(count in 0_u32..300, expected in 0.01..300.0_f64) {
        let count = f64::from(count);
        let both = at_most(count, expected).expect("p") + at_least(count + 1.0, expected).expect("p");
        prop_assert!((both - 1.0).abs() < 1e-11);
    }

    #[test]
    fn a_longer_history_comes_close_to_a_known_expectation(count in 1_u32..20, mean in 1_u32..10) {
        let (count, mean) = (f64::from(count), f64::from(mean));
        let known = at_least(count, mean).expect("p");
        let long = above_history(count, mean * 1e6, 1e6).expect("p");
        prop_assert!((known - long).abs() < 1e-4);
        prop_assert!(above_history(count, mean * 4.0, 4.0).expect("p") > 0.0);
    }
}
