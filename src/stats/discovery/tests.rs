use proptest::prelude::*;

use super::*;

/// Benjamini & Hochberg (1995), § 4.1, table 1: fifteen endpoints of a study of myocardial
/// infarction. At 0.05 the procedure finds the first four, Bonferroni three.
#[test]
fn the_papers_example_finds_four() {
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ];
    let found = benjamini_hochberg(&p, 0.05).expect("a result");
    assert_eq!((found.tested, found.found), (15, 4));
    assert!(found.q[..4].iter().all(|&q| q <= 0.05));
    assert!(found.q[4..].iter().all(|&q| q > 0.05));
    assert!((found.q[3] - 15.0 * 0.0095 / 4.0).abs() < 1e-15);
    assert!((found.false_alarms - 4.0 * found.q[3]).abs() < 1e-15);
    assert!((found.uncorrected - 0.75).abs() < 1e-15);
}

#[test]
fn nothing_tested_finds_nothing_and_nonsense_is_refused() {
    let none = benjamini_hochberg(&[], 0.05).expect("a result");
    assert_eq!((none.tested, none.found), (0, 0));
    assert!(none.false_alarms.abs() < f64::EPSILON);
    assert_eq!(benjamini_hochberg(&[1.2], 0.05), None);
    assert_eq!(benjamini_hochberg(&[f64::NAN], 0.05), None);
    assert_eq!(benjamini_hochberg(&[0.5], 0.0), None);
}

/// The definition word by word: find k, the largest i with p₍ᵢ₎ ≤ i·level/m, and take the first k.
fn naive(p: &[f64], level: f64) -> Vec<bool> {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let m = size(p.len());
    let largest = (0..p.len())
        .rev()
        .find(|&i| sorted[i] * m <= size(i + 1) * level)
        .map(|i| sorted[i]);
    p.iter()
        .map(|&p| largest.is_some_and(|largest| p <= largest))
        .collect()
}

proptest! {
    #[test]
    fn q_values_are_the_naive_procedure_at_every_level(
        p in prop::collection::vec(0.0..1.0_f64, 1..60),
        squeeze in 0.01..1.0_f64,
        level in 0.001..0.5_f64,
    ) {
        let p: Vec<f64> = p.into_iter().map(|p| p * squeeze).collect();
        let found = benjamini_hochberg(&p, level).expect("a result");
        let expected = naive(&p, level);
        for ((&q, &expected), p) in found.q.iter().zip(&expected).zip(&p) {
            // Where q meets the level to the last bit rounding decides.
            if (q - level).abs() > 1e-12 {
                prop_assert_eq!(q <= level, expected, "p {} q {}", p, q);
            }
        }
    }

    #[test]
    fn q_values_keep_the_order_of_p_and_lie_above_it(
        p in prop::collection::vec(0.0..=1.0_f64, 1..60),
    ) {
        let found = benjamini_hochberg(&p, 0.05).expect("a result");
        for (i, &a) in p.iter().enumerate() {
            prop_assert!(found.q[i] >= a - 1e-15 && found.q[i] <= 1.0);
            for (j, &b) in p.iter().enumerate() {
                prop_assert!(a > b || found.q[i] <= found.q[j]);
            }
        }
        prop_assert!(found.false_alarms <= 0.05 * size(found.found) + 1e-12);
    }
}
