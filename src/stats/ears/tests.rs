use super::*;

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

/// R package surveillance, `earsC` on the data set salmNewport with method C1 (no gap) and
/// α = 0.05: the upper bounds of four weeks. The rules of C2 differ by the gap only.
#[test]
fn c1_gives_the_bounds_of_surveillance() {
    let c1 = Detector {
        gap: 0,
        sigmas: 1.644_853_626_951_472_2,
        least_sigma: 0.0,
        ..C2
    };
    let weeks = [1., 1., 1., 3., 3., 1., 2., 1., 0., 3., 0.];
    let bounds = [3.278_854, 3.278_854, 3.436_517, 3.855_617];
    for (at, bound) in bounds.into_iter().enumerate() {
        let counts = &weeks[..at + 8];
        let verdict = c1
            .judge(counts, &vec![0.0; counts.len()])
            .expect("a verdict");
        close(verdict.threshold, bound, 5e-7);
    }
}

/// The same bounds two weeks later: the gap only moves the baseline.
#[test]
fn c2_is_c1_two_points_later() {
    let detector = Detector {
        sigmas: 1.644_853_626_951_472_2,
        least_sigma: 0.0,
        ..C2
    };
    let weeks = [1., 1., 1., 3., 3., 1., 2., 99., 99., 3.];
    let verdict = detector.judge(&weeks, &[0.0; 10]).expect("a verdict");
    close(verdict.threshold, 3.278_854, 5e-7);
    assert!(!verdict.alarm);
}

/// Second computation in `NumPy`: `d = (counts - expected)[:7];
/// expected[9] + d.mean() + 3*max(d.std(ddof=1), 0.5)` and `(14 - 6 - d.mean())/d.std(ddof=1)`.
#[test]
fn what_counts_is_the_distance_from_the_weekday() {
    let counts = [4., 6., 5., 3., 2., 7., 5., 9., 1., 14.];
    let expected = [4., 5., 5., 4., 3., 6., 5., 4., 2., 6.];
    let verdict = C2.judge(&counts, &expected).expect("a verdict");
    close(verdict.threshold, 8.449_489_742_783_179, 1e-12);
    close(verdict.z, 9.797_958_971_132_712, 1e-12);
    assert!(verdict.alarm);
    // A cycle that the expectation knows is no alarm.
    let cycle = [9., 9., 9., 9., 9., 1., 1., 9., 9., 9., 9., 9.];
    let known = C2.judge(&cycle, &cycle).expect("a verdict");
    assert!(!known.alarm);
    close(known.z, 0.0, 0.0);
}

#[test]
fn equal_counts_alarm_at_two_more_only() {
    for (newest, alarm) in [(0.0, false), (1.0, false), (2.0, true)] {
        let mut counts = [0.0; 10];
        counts[9] = newest;
        let verdict = C2.judge(&counts, &[0.0; 10]).expect("a verdict");
        assert_eq!(verdict.alarm, alarm, "{newest}");
        close(verdict.threshold, 1.5, 0.0);
    }
}

#[test]
fn too_little_to_look_back_on_gives_nothing() {
    assert_eq!(C2.judge(&[1.0; 9], &[1.0; 9]), None);
    assert_eq!(C2.judge(&[1.0; 10], &[1.0; 9]), None);
    assert_eq!(C2.judge(&[], &[]), None);
    assert_eq!(C2.judge(&[f64::NAN; 10], &[1.0; 10]), None);
}
