use proptest::prelude::*;

use super::rules::{Cause, Special, anhoej, median, special_causes};
use super::series::{Daily, overdispersion_binomial, overdispersion_poisson, weekday_ratios};
use super::*;

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

/// Centre and limits at `n`, each within the tolerance.
fn check(chart: Option<Chart>, n: f64, expected: (f64, f64, f64), tolerance: f64) {
    let chart = chart.expect("a chart");
    let (lower, upper) = chart.limits(n);
    close(chart.centre, expected.0, tolerance);
    close(lower, expected.1, tolerance);
    close(upper, expected.2, tolerance);
}

fn with_n(counts: &[f64], n: f64) -> Vec<(f64, f64)> {
    counts.iter().map(|&count| (count, n)).collect()
}

fn zip(counts: &[f64], sizes: &[f64]) -> Vec<(f64, f64)> {
    counts.iter().copied().zip(sizes.iter().copied()).collect()
}

/// Data and results: vignette `deviations` of the R package `NHSRplotthedots`.
const DEVIATIONS: [f64; 18] = [
    1., 2., 1., 2., 10., 1., 2., 1., 2., 1., 2., 1., 2., 1., 2., 1., 2., 1.,
];

#[test]
fn xmr_screens_the_ranges_of_an_outlier() {
    check(xmr(&DEVIATIONS), 1.0, (1.94, -0.72, 4.6), 5e-3);
    check(xmr_unscreened(&DEVIATIONS), 1.0, (1.94, -3.06, 6.95), 5e-3);
}

/// Data: Montgomery, *Introduction to Statistical Quality Control*, example 6.5, first 20 loans;
/// limits as published with the constant 1.128.
const LOANS: [f64; 20] = [
    310., 288., 297., 298., 307., 303., 294., 297., 308., 306., 294., 299., 297., 299., 314., 295.,
    293., 306., 301., 304.,
];

#[test]
fn xmr_gives_montgomerys_limits() {
    let expected = (300.5, 279.783_315, 321.216_685);
    check(xmr_unscreened(&LOANS), 1.0, expected, 5e-7);
}

/// Data set `viscosity` of the R package qcc, trial batches; limits of its `xbar.one` chart.
#[test]
fn xmr_gives_qccs_viscosity_limits() {
    let viscosity = [
        34.05, 34.40, 33.59, 35.96, 34.70, 33.51, 33.79, 34.04, 34.52, 33.75, 33.27, 33.71, 34.03,
        34.58, 34.02, 33.97, 34.05, 34.04, 33.73, 34.05,
    ];
    let expected = (34.088, 32.565_04, 35.610_96);
    check(xmr_unscreened(&viscosity), 1.0, expected, 5e-6);
}

/// Data set `orangejuice` of the R package qcc, trial samples of 50 cans.
#[test]
fn p_gives_qccs_orange_juice_limits() {
    let cans = [
        12., 15., 8., 10., 4., 7., 16., 9., 14., 10., 5., 6., 17., 12., 22., 8., 10., 5., 13., 11.,
        20., 18., 24., 15., 9., 12., 7., 13., 9., 6.,
    ];
    let chart = p(&with_n(&cans, 50.0));
    let expected = (0.231_333_3, 0.052_427_55, 0.410_239_1);
    check(chart, 50.0, expected, 5e-8);
}

/// Data set `pcmanufact` of the R package qcc: 20 samples of 5 computers.
#[test]
fn u_gives_qccs_pcmanufact_limits() {
    let faults = [
        10., 12., 8., 14., 10., 16., 11., 7., 10., 15., 9., 5., 7., 11., 12., 6., 8., 10., 7., 5.,
    ];
    let expected = (1.93, 0.066_133_05, 3.793_867);
    check(u(&with_n(&faults, 5.0)), 5.0, expected, 5e-7);
}

/// Data of the P′ and U′ tests of PowerBI-SPC (AUS-DOH-Safety-and-Quality).
pub(super) const SEEN: [f64; 20] = [
    266_501., 264_225., 276_532., 281_461., 269_071., 261_215., 270_409., 279_778., 270_483.,
    270_320., 267_923., 271_478., 255_353., 256_820., 261_835., 259_144., 255_910., 260_863.,
    264_465., 260_989.,
];
pub(super) const CAME: [f64; 20] = [
    280_443., 276_823., 291_681., 296_155., 282_343., 275_888., 283_867., 295_251., 284_468.,
    282_529., 279_618., 283_932., 266_629., 268_091., 276_803., 271_578., 266_005., 273_520.,
    278_574., 273_772.,
];

#[test]
fn laney_p_gives_powerbi_spcs_limits() {
    let chart = laney_p(&zip(&SEEN, &CAME)).expect("a chart");
    close(chart.sigma_z.expect("sigma_z"), 10.640_42, 5e-6);
    for (n, lower, upper) in [
        (CAME[0], 94.013, 96.567),
        (CAME[1], 94.004_6, 96.575_3),
        (CAME[2], 94.037_8, 96.542_1),
        (CAME[19], 93.997_5, 96.582_4),
    ] {
        let limits = chart.limits(n);
        close(limits.0 * 100.0, lower, 5.1e-5);
        close(limits.1 * 100.0, upper, 5.1e-5);
    }
}

/// The same data as counts per exposure: the package's fixture `up/basic`, six decimals.
#[test]
fn laney_u_gives_powerbi_spcs_limits() {
    let chart = laney_u(&zip(&SEEN, &CAME)).expect("a chart");
    for (n, lower, upper) in [
        (CAME[0], 0.940_13, 0.965_67),
        (CAME[1], 0.940_046, 0.965_753),
        (CAME[2], 0.940_378, 0.965_421),
        (CAME[19], 0.939_975, 0.965_824),
    ] {
        let limits = chart.limits(n);
        close(limits.0, lower, 5.1e-7);
        close(limits.1, upper, 5.1e-7);
    }
}

/// Data and result: PowerBI-SPC's fixture `mr/basic-ratio`, six decimals.
const EVENTS: [f64; 17] = [
    5., 7., 5., 7., 7., 5., 4., 9., 8., 13., 8., 7., 8., 7., 12., 11., 8.,
];
const EXPOSED: [f64; 17] = [
    113., 132., 121., 134., 116., 131., 93., 138., 182., 157., 100., 103., 146., 108., 153., 141.,
    134.,
];

#[test]
fn mr_gives_powerbi_spcs_limits() {
    let values: Vec<f64> = zip(&EVENTS, &EXPOSED).iter().map(|(x, n)| x / n).collect();
    check(mr(&values), 1.0, (0.013_701, 0.0, 0.044_762), 5e-7);
}

/// With n alike, mean(s)/√n is the mean moving range over 2/√π: Montgomery's loans without the
/// rounding of 1.128. No published I′ limits to four digits were found, so the unequal case is a
/// second computation in `NumPy` on the data above:
/// `c = (x*n).sum()/n.sum(); s = (sqrt(pi/2)*abs(diff(x))/sqrt(1/n[1:] + 1/n[:-1])).mean()`,
/// limits c ± 3·s/√n.
#[test]
fn i_prime_is_the_i_chart_when_n_is_alike_and_follows_n_otherwise() {
    let alike = i_prime(&with_n(&LOANS, 40.0));
    let half = 3.0 * 148.0 / 19.0 * std::f64::consts::PI.sqrt() / 2.0;
    check(alike, 40.0, (300.5, 300.5 - half, 300.5 + half), 1e-9);

    let means: Vec<(f64, f64)> = zip(&EVENTS, &EXPOSED)
        .iter()
        .map(|&(x, n)| (x / n, n))
        .collect();
    let centre = 0.059_491_371_480_472_295;
    for (n, lower, upper) in [
        (113.0, 0.020_023_348_557_729_574, 0.098_959_394_403_215_02),
        (132.0, 0.022_974_158_210_811_828, 0.096_008_584_750_132_77),
    ] {
        check(i_prime(&means), n, (centre, lower, upper), 1e-14);
    }
}

/// Wetherill & Brown (1991), pp. 212–218, as in the example of qcc's `qccOverdispersionTest`:
/// 30 counts of 50 and 30 Poisson counts, with the published results.
#[test]
fn overdispersion_gives_qccs_results() {
    let counts = [
        12., 11., 18., 11., 10., 16., 9., 11., 14., 15., 11., 9., 10., 13., 12., 8., 12., 13., 10.,
        12., 13., 16., 12., 18., 16., 10., 16., 10., 12., 14.,
    ];
    let test = overdispersion_binomial(&with_n(&counts, 50.0), 1).expect("a test");
    close(test.ratio, 0.764_456_6, 5e-8);
    close(test.statistic, 22.169_24, 5e-6);
    close(test.p_value, 0.813_11, 5e-6);

    let counts = [
        11., 8., 13., 11., 13., 17., 25., 23., 11., 16., 9., 15., 10., 16., 12., 8., 9., 15., 4.,
        12., 12., 12., 15., 17., 14., 17., 12., 12., 7., 16.,
    ];
    let test = overdispersion_poisson(&with_n(&counts, 1.0), 1).expect("a test");
    close(test.ratio, 1.472_203, 5e-7);
    close(test.statistic, 42.693_88, 5e-6);
    close(test.p_value, 0.048_579, 5e-7);
}

#[test]
fn overdispersion_does_not_mistake_unequal_n_for_scatter() {
    let samples = zip(&[5., 50., 500., 6., 49.], &[50., 500., 5_000., 50., 500.]);
    let test = overdispersion_binomial(&samples, 1).expect("a test");
    assert!(test.p_value > 0.5, "{test:?}");
    assert_eq!(overdispersion_binomial(&samples, 5), None);
    assert_eq!(overdispersion_binomial(&with_n(&[0., 0.], 9.), 1), None);
}

/// Second computation of the formulas in scipy, for 10, 20 and 24 useful observations:
/// `round(log2(n)) + 3` and `binom.ppf(0.05, n - 1, 0.5)`.
#[test]
fn anhoej_agrees_with_scipy_on_the_critical_values() {
    for (useful, longest, crossings) in [(10, 6, 2), (20, 7, 6), (24, 8, 8)] {
        let values: Vec<f64> = (0..useful).map(|i| f64::from(i % 2)).collect();
        let runs = anhoej(&values).expect("runs");
        let critical = (runs.longest_allowed, runs.crossings_needed);
        assert_eq!(critical, (longest, crossings), "{useful} values");
        assert!(!runs.signal(values.len()));
    }
}

#[test]
fn anhoej_finds_a_step_and_says_where_it_starts() {
    let values = [3., 2., 3., 1., 2., 7., 8., 9., 8., 7.];
    let runs = anhoej(&values).expect("runs");
    close(runs.median, 5.0, 0.0);
    assert_eq!((runs.useful, runs.longest, runs.crossings), (10, 5, 1));
    assert_eq!((runs.last_run_from, runs.last_run_above), (5, true));
    assert!(runs.signal(values.len()));
    assert_eq!(anhoej(&[4.; 20]), None);
    assert_eq!(anhoej(&[]), None);
    assert_eq!(median(&[9., 1., 4.]), Some(4.0));
}

/// The causes found on a chart with centre 0 and sigma 1, as letters: u/d outside, t/f rising or
/// falling, 2/z two of three above or below, s/b shift above or below, dot nothing.
fn causes(values: &[f64]) -> String {
    let chart = Chart::unbounded(0.0, Scatter::Constant(1.0));
    special_causes(&chart, &with_n(values, 1.0), 8)
        .into_iter()
        .map(|special| match special.map(|s| (s.cause, s.upward)) {
            None => '.',
            Some((Cause::Outside, up)) => ['d', 'u'][usize::from(up)],
            Some((Cause::Trend, up)) => ['f', 't'][usize::from(up)],
            Some((Cause::TwoOfThree, up)) => ['z', '2'][usize::from(up)],
            Some((Cause::Shift, up)) => ['b', 's'][usize::from(up)],
        })
        .collect()
}

#[test]
fn rules_mark_every_point_of_a_pattern() {
    let cases: [(&[f64], &str); 10] = [
        (&[0., 3.1, 0., -3.1, 3.0], ".u.d."),
        (&[1., 0., -1.], "..."),
        // Seven points rise, six do not make a trend, a tie ends one.
        (&[-0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.4, 0.3], "ttttttt."),
        (&[-0.3, -0.2, -0.1, 0.1, 0.2, 0.3, 0.2], "......."),
        (&[-0.3, -0.2, -0.1, -0.1, 0.1, 0.2, 0.3], "......."),
        (&[0.4, 0.3, 0.2, 0.1, -0.1, -0.2, -0.3], "fffffff"),
        (&[2.1, 0., 2.2, 0., 0., 2.1], "2.2..."),
        (&[-2.1, 2.2, 0., -2.1, -2.3], "...zz"),
        (&[-1., 1., 1., 1., 1., 1., 1., 1., 1.], ".ssssssss"),
        (&[1., 1., 1., 1., 0., 1., 1., 1., 1.], "........."),
    ];
    for (values, expected) in cases {
        assert_eq!(causes(values), expected, "{values:?}");
    }
}

#[test]
fn the_first_cause_that_matches_wins() {
    let values = [0.1, 0.5, 1., 1.5, 2.1, 2.5, 3.5, 0.2];
    assert_eq!(causes(&values), "ttttttus");
}

#[test]
fn charts_need_enough_and_valid_samples() {
    assert_eq!(xmr(&[1.0]), None);
    assert_eq!(mr(&[]), None);
    assert_eq!(p(&[]), None);
    assert_eq!(p(&[(1.0, 0.0)]), None);
    assert_eq!(u(&[(1.0, f64::NAN)]), None);
    assert_eq!(i_prime(&[(1.0, 5.0)]), None);
    assert_eq!(laney_p(&with_n(&[0.0; 12], 50.0)), None);
}

fn week(values: &[f64]) -> Vec<Daily> {
    let day = |(at, &value)| Daily {
        value,
        weight: 1.0,
        weekday: at % 7,
    };
    values.iter().enumerate().map(day).collect()
}

#[test]
fn weekday_ratios_flatten_an_exact_cycle() {
    let cycle = [10., 12., 14., 12., 10., 8., 4.].repeat(3);
    let ratios = weekday_ratios(&week(&cycle));
    for (value, ratio) in cycle.iter().zip(ratios.iter().cycle()) {
        close(value / ratio, 10.0, 1e-12);
    }
}

#[test]
fn a_weekday_without_a_mean_of_its_own_keeps_its_values() {
    let ratios = weekday_ratios(&week(&[3., 6., 0., 4., 6., 5., 5., 3., 6., 0.]));
    close(ratios[2], 1.0, 0.0);
    close(ratios[3], 1.0, 0.0);
    assert!(ratios[0] < 1.0 && ratios[1] > 1.0);
}

proptest! {
    #[test]
    fn a_constant_series_has_no_special_cause(value in -1e9..1e9_f64, n in 12_usize..90) {
        let values = vec![value; n];
        let chart = xmr(&values).expect("a chart");
        let found = special_causes(&chart, &with_n(&values, 1.0), 8);
        prop_assert!(found.iter().all(Option::is_none));
        let means = with_n(&values, 17.0);
        let found = special_causes(&i_prime(&means).expect("a chart"), &means, 8);
        prop_assert!(found.iter().all(Option::is_none));
    }

    #[test]
    fn turning_a_series_upside_down_turns_the_causes(
        values in prop::collection::vec(-4.0..4.0_f64, 12..60),
    ) {
        let chart = Chart::unbounded(0.0, Scatter::Constant(1.0));
        let mirrored: Vec<f64> = values.iter().map(|value| -value).collect();
        let up = special_causes(&chart, &with_n(&values, 1.0), 8);
        let down = special_causes(&chart, &with_n(&mirrored, 1.0), 8);
        let turned = |special: Special| Special { upward: !special.upward, ..special };
        prop_assert_eq!(up, down.into_iter().map(|s| s.map(turned)).collect::<Vec<_>>());
    }

    #[test]
    fn dividing_by_weekday_ratios_keeps_the_weighted_mean(
        values in prop::collection::vec((1.0..100.0_f64, 1.0..50.0_f64), 14..60),
    ) {
        let days: Vec<Daily> = values
            .iter()
            .enumerate()
            .map(|(at, &(value, weight))| Daily { value, weight, weekday: at % 7 })
            .collect();
        let ratios = weekday_ratios(&days);
        let total: f64 = days.iter().map(|d| d.value * d.weight).sum();
        let adjusted: f64 = days.iter().map(|d| d.value * d.weight / ratios[d.weekday]).sum();
        prop_assert!((total - adjusted).abs() <= 1e-9 * total);
    }
}
