use proptest::prelude::*;

use super::*;
use crate::stats::funnel::{Flag, Funnel, LEAST};

fn close(actual: f64, expected: f64) {
    assert!(
        (actual - expected).abs() < 1e-9,
        "{actual} is not {expected}"
    );
}

fn rate(own_n: f64, own: f64, all_n: f64, all: f64) -> Stratum {
    Stratum {
        own_n,
        own_sum: own,
        all_n,
        all_sum: all,
        all_sum_sq: all,
    }
}

/// By hand: 40·0.5 + 60·0.1 = 26 expected; 40·0.25·360/399 + 60·0.09·140/199.
#[test]
fn expected_and_variance_by_hand() {
    let found = standardise(&[rate(40.0, 24.0, 400.0, 200.0), rate(60.0, 5.0, 200.0, 20.0)])
        .expect("a result");
    close(found.expected, 26.0);
    close(found.observed, 29.0);
    let variance = 3600.0 / 399.0 + 756.0 / 199.0;
    close(found.variance, variance);
    close(found.comparable, 100.0);
    let (gap, low, high) = found.gap();
    close(gap, 0.03);
    close(
        high - low,
        2.0 * 1.959_963_984_540_054 * variance.sqrt() / 100.0,
    );
}

/// Two of four contacts, two of which are hits: of the six draws one has none, four have one, one has both.
#[test]
fn a_small_stratum_scatters_as_its_draws_do() {
    let found = standardise(&[rate(2.0, 1.0, 4.0, 2.0)]).expect("a result");
    close(found.variance, (1.0 + 1.0) / 6.0);
    // Means: one of 1, 2, 6 is drawn, mean 3, squared deviations 4, 1, 9.
    let found = standardise(&[Stratum {
        own_n: 1.0,
        own_sum: 6.0,
        all_n: 3.0,
        all_sum: 9.0,
        all_sum_sq: 41.0,
    }])
    .expect("a result");
    close(found.variance, 14.0 / 3.0);
}

/// A hard case mix is no fault: plain rates differ, observed equals expected.
#[test]
fn who_takes_the_hard_contacts_is_not_blamed() {
    let hard = [rate(90.0, 45.0, 300.0, 150.0), rate(10.0, 1.0, 700.0, 70.0)];
    let easy = [rate(10.0, 5.0, 300.0, 150.0), rate(90.0, 9.0, 700.0, 70.0)];
    let ratios: Vec<_> = [&hard, &easy]
        .into_iter()
        .map(|strata| {
            standardise(strata)
                .and_then(|s| s.ratio())
                .expect("a ratio")
        })
        .collect();
    let funnel = Funnel::ratios(&ratios, LEAST).expect("a funnel");
    assert!(funnel.members.iter().all(|m| m.flag == Flag::Within));
    close(ratios[0].observed / ratios[0].expected, 1.0);
    let plain = Funnel::rates(&[(46.0, 100.0), (14.0, 100.0)], LEAST).expect("a funnel");
    assert!(plain.phi > 5.0, "plain rates scatter far beyond chance");
}

#[test]
fn a_stratum_nobody_else_handles_says_nothing() {
    let alone = standardise(&[rate(50.0, 20.0, 50.0, 20.0)]).expect("a result");
    close(alone.expected, 20.0);
    close(alone.variance, 0.0);
    close(alone.comparable, 0.0);
    assert_eq!(alone.ratio(), None);
    let partly = standardise(&[rate(50.0, 20.0, 50.0, 20.0), rate(10.0, 4.0, 90.0, 40.0)]);
    let ratio = partly.and_then(|found| found.ratio()).expect("a ratio");
    close(ratio.n, 10.0);
    assert_eq!(standardise(&[]), None);
    assert_eq!(standardise(&[rate(0.0, 0.0, 10.0, 1.0)]), None);
    assert_eq!(standardise(&[rate(5.0, 1.0, 4.0, 1.0)]), None);
}

proptest! {
    /// Over all members of a centre observed and expected add up to the same.
    #[test]
    fn the_expected_of_all_members_is_the_observed_of_all(
        cells in prop::collection::vec(prop::collection::vec((0_u32..200, 0.0..=1.0_f64), 3..4), 2..12),
    ) {
        let cell = |member: &Vec<(u32, f64)>, stratum: usize| {
            let (n, share) = member[stratum];
            (f64::from(n), (f64::from(n) * share).floor())
        };
        let all: Vec<(f64, f64)> = (0..3)
            .map(|k| cells.iter().fold((0.0, 0.0), |sum, member| {
                let (n, x) = cell(member, k);
                (sum.0 + n, sum.1 + x)
            }))
            .collect();
        let (mut observed, mut expected) = (0.0, 0.0);
        for member in &cells {
            let strata: Vec<Stratum> = (0..3)
                .map(|k| {
                    let (n, x) = cell(member, k);
                    rate(n, x, all[k].0, all[k].1)
                })
                .collect();
            if let Some(found) = standardise(&strata) {
                observed += found.observed;
                expected += found.expected;
                prop_assert!(found.variance >= 0.0 && found.variance <= found.n * 0.25 + 1e-9);
            }
        }
        prop_assert!((observed - expected).abs() < 1e-8);
    }
}
