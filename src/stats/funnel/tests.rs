use proptest::prelude::*;

use super::*;

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

fn close_pair(actual: (f64, f64), expected: (f64, f64), tolerance: f64) {
    close(actual.0, expected.0, tolerance);
    close(actual.1, expected.1, tolerance);
}

fn poisson(observed: f64, expected: f64) -> Ratio {
    Ratio {
        observed,
        expected,
        variance: expected,
        n: 100.0,
    }
}

/// Exact Poisson limits of the R package `FunnelPlotR` at E = 15, 20, 30.
#[test]
fn ratios_have_the_exact_limits_of_funnelplotr() {
    let members = [
        poisson(14.0, 15.0),
        poisson(21.0, 20.0),
        poisson(30.0, 30.0),
    ];
    let funnel = Funnel::ratios(&members, LEAST).expect("a funnel");
    close(funnel.tau2, 0.0, 0.0);
    for (expected, low, high) in [
        (15.0, 0.559_692_4, 1.649_348),
        (20.0, 0.610_826_0, 1.544_419),
        (30.0, 0.674_695_8, 1.427_562),
    ] {
        close_pair(funnel.limits(expected, Level::P95), (low, high), 5e-7);
    }
    for (expected, low, high) in [
        (15.0, 0.386_265_0, 2.082_907),
        (20.0, 0.447_910_7, 1.902_094),
        (30.0, 0.528_972_4, 1.702_771),
    ] {
        close_pair(funnel.limits(expected, Level::P998), (low, high), 5e-7);
    }
}

/// Second computation in `NumPy`/scipy: `y = arcsin(sqrt(x/n)); s = 1/(2*sqrt(n));
/// z = (y - arcsin(sqrt(x.sum()/n.sum())))/s; zc = clip(z, *quantile(z, [.1, .9]));
/// phi = (zc**2).mean(); w = 1/s**2;
/// tau2 = (k*phi - (k-1))/(w.sum() - (w**2).sum()/w.sum())`, limits
/// `sin(y0 ± norm.ppf(q)*sqrt(1/(4*n) + tau2))**2`.
#[test]
fn rates_agree_with_numpy() {
    let members = [
        (160.0, 200.0),
        (95.0, 110.0),
        (33.0, 60.0),
        (290.0, 320.0),
        (70.0, 80.0),
        (12.0, 20.0),
        (88.0, 120.0),
    ];
    let funnel = Funnel::rates(&members, 0.0).expect("a funnel");
    close(funnel.target, 0.821_978_021_978_021_8, 1e-15);
    close(funnel.phi, 4.515_148_436_469_86, 1e-11);
    close(funnel.tau2, 0.008_978_689_711_896_193, 1e-14);
    for (n, level, low, high) in [
        (
            50.0,
            Level::P95,
            0.617_004_413_059_414_1,
            0.959_021_689_292_395,
        ),
        (
            50.0,
            Level::P998,
            0.484_468_650_820_723_93,
            0.995_079_160_644_536_5,
        ),
        (
            200.0,
            Level::P95,
            0.649_291_826_839_073,
            0.944_717_530_919_686,
        ),
        (
            200.0,
            Level::P998,
            0.537_257_637_184_918,
            0.984_939_249_396_434_8,
        ),
    ] {
        close_pair(funnel.limits(n, level), (low, high), 1e-11);
    }
    // Twenty contacts are too few to say anything, and do not count in the scatter either.
    let judged = Funnel::rates(&members, LEAST).expect("a funnel");
    assert_eq!(judged.members[5].flag, Flag::TooFew);
    assert!((judged.phi - funnel.phi).abs() > 0.01);
}

/// Second computation in `NumPy`: pooled `sd = sqrt(((n-1)*sd**2).sum()/(n-1).sum())`,
/// `cv = sd/mean`, then as above on `log(m)` with `s = cv/sqrt(n)`.
#[test]
fn means_agree_with_numpy() {
    let members = [
        (310.0, 120.0, 80.0),
        (290.0, 150.0, 45.0),
        (405.0, 160.0, 60.0),
        (333.0, 140.0, 150.0),
        (280.0, 100.0, 33.0),
    ];
    let funnel = Funnel::means(&members, LEAST).expect("a funnel");
    close(funnel.target, 329.728_260_869_565_2, 1e-10);
    close(funnel.phi, 3.320_151_644_013_736, 1e-11);
    close(funnel.tau2, 0.008_097_275_212_912_843, 1e-14);
    let expected = (264.949_049_510_210_3, 410.345_786_169_269_84);
    close_pair(funnel.limits(40.0, Level::P95), expected, 1e-9);
    assert_eq!(Funnel::means(&[(1.0, 0.0, 1.0)], 0.0), None);
    assert_eq!(Funnel::means(&[(0.0, 1.0, 5.0)], 0.0), None);
}

/// Second computation in `NumPy`: as above with `sqrt(O/E)` around 1 and `s = sqrt(V)/(2*E)`.
#[test]
fn ratios_with_a_variance_agree_with_numpy() {
    let members: Vec<Ratio> = [
        (30.0, 25.0),
        (55.0, 40.0),
        (12.0, 20.0),
        (80.0, 60.0),
        (41.0, 43.0),
    ]
    .into_iter()
    .map(|(observed, expected)| Ratio {
        variance: 0.8 * expected,
        ..poisson(observed, expected)
    })
    .collect();
    let funnel = Funnel::ratios(&members, LEAST).expect("a funnel");
    close(funnel.phi, 3.223_030_674_838_015_3, 1e-11);
    close(funnel.tau2, 0.016_704_428_561_406_19, 1e-14);
    let expected = (0.296_735_029_325_648_27, 2.117_799_401_728_914_3);
    close_pair(funnel.limits(50.0, Level::P998), expected, 1e-11);
}

#[test]
fn counts_that_scatter_beyond_poisson_widen_the_exact_limits() {
    let wild: Vec<Ratio> = (0..12)
        .map(|k| poisson(100.0 + 60.0 * f64::from(k % 3 - 1), 100.0))
        .collect();
    let wild = Funnel::ratios(&wild, LEAST).expect("a funnel");
    assert!(wild.tau2 > 0.01);
    let calm = Funnel::ratios(&[poisson(100.0, 100.0); 12], LEAST).expect("a funnel");
    let (wide, exact) = (
        wild.limits(100.0, Level::P95),
        calm.limits(100.0, Level::P95),
    );
    assert!(wide.0 < exact.0 - 0.1 && wide.1 > exact.1 + 0.1);
}

#[test]
fn only_the_one_who_differs_is_flagged() {
    let mut members = vec![(85.0, 100.0); 14];
    members.push((60.0, 100.0));
    members.push((3.0, 20.0));
    let funnel = Funnel::rates(&members, LEAST).expect("a funnel");
    close(funnel.tau2, 0.0, 0.0);
    assert!(funnel.members[..14].iter().all(|m| m.flag == Flag::Within));
    assert_eq!(funnel.members[14].flag, Flag::Alarm { above: false });
    assert_eq!(funnel.members[15].flag, Flag::TooFew);
    assert!(funnel.members[14].z < -3.0);
}

#[test]
fn members_that_cannot_be_placed_are_refused() {
    assert_eq!(Funnel::rates(&[], LEAST), None);
    assert_eq!(Funnel::rates(&[(2.0, 1.0)], LEAST), None);
    assert_eq!(Funnel::rates(&[(0.0, 0.0)], LEAST), None);
    assert_eq!(Funnel::ratios(&[poisson(1.0, 0.0)], LEAST), None);
    let alone = Funnel::rates(&[(5.0, 50.0)], LEAST).expect("a funnel");
    assert_eq!(
        (alone.tau2.to_bits(), alone.members[0].flag),
        (0, Flag::Within)
    );
}

fn width((low, high): (f64, f64)) -> f64 {
    high - low
}

proptest! {
    #[test]
    fn limits_narrow_with_n_and_hold_the_target(
        members in prop::collection::vec((0.05..0.95_f64, 30_u32..2_000), 2..30),
        n in 30.0..5_000.0_f64,
        factor in 1.01..10.0_f64,
    ) {
        let rates: Vec<(f64, f64)> = members
            .iter()
            .map(|&(share, n)| ((share * f64::from(n)).floor(), f64::from(n)))
            .collect();
        let ratios: Vec<Ratio> = rates
            .iter()
            .map(|&(count, n)| poisson(count, n * 0.5))
            .collect();
        let means: Vec<(f64, f64, f64)> = rates.iter().map(|&(x, n)| (x + 1.0, 40.0, n)).collect();
        for funnel in [
            Funnel::rates(&rates, LEAST).expect("a funnel"),
            Funnel::ratios(&ratios, LEAST).expect("a funnel"),
            Funnel::means(&means, LEAST).expect("a funnel"),
        ] {
            for level in [Level::P95, Level::P998] {
                let (small, large) = (funnel.limits(n, level), funnel.limits(n * factor, level));
                prop_assert!(width(large) <= width(small) * (1.0 + 1e-9));
                prop_assert!(small.0 <= funnel.target + 1e-12 && funnel.target <= small.1 + 1e-12);
            }
            let (inner, outer) = (funnel.limits(n, Level::P95), funnel.limits(n, Level::P998));
            prop_assert!(outer.0 <= inner.0 && inner.1 <= outer.1);
        }
    }
}
