use proptest::prelude::*;

use super::*;

const PHRASES: [Phrase; 5] = [
    Phrase {
        here: 12.0,
        there: 5.0,
        background: 20.0,
    },
    Phrase {
        here: 3.0,
        there: 9.0,
        background: 12.0,
    },
    Phrase {
        here: 40.0,
        there: 60.0,
        background: 150.0,
    },
    Phrase {
        here: 0.0,
        there: 4.0,
        background: 5.0,
    },
    Phrase {
        here: 7.0,
        there: 1.0,
        background: 10.0,
    },
];

/// Second computation in `NumPy`: `a = 100*b/b.sum();
/// d = log((h+a)/(h.sum()+100-h-a)) - log((t+a)/(t.sum()+100-t-a)); d/sqrt(1/(h+a) + 1/(t+a))`.
#[test]
fn log_odds_agree_with_numpy() {
    let odds = [
        0.538_172_669_140_966_3,
        -0.437_328_835_732_611_05,
        -0.226_542_252_886_984_82,
        -0.867_866_501_625_740_7,
        0.829_585_623_424_171_2,
    ];
    let z = [
        1.614_317_446_837_038_7,
        -1.041_680_110_561_204,
        -1.793_474_906_005_617_9,
        -1.173_488_907_987_278_3,
        1.667_913_966_335_083_3,
    ];
    let found = log_odds(&PHRASES, 100.0).expect("a result");
    for ((found, odds), z) in found.iter().zip(odds).zip(z) {
        assert!((found.log_odds - odds).abs() < 1e-12, "{found:?}");
        assert!((found.z - z).abs() < 1e-12, "{found:?}");
    }
}

/// What the paper is about (§ 3.3): a word seen once does not come before one seen often.
#[test]
fn a_rare_phrase_does_not_come_first() {
    let phrases = [
        Phrase {
            here: 1.0,
            there: 0.0,
            background: 1.0,
        },
        Phrase {
            here: 80.0,
            there: 40.0,
            background: 120.0,
        },
        Phrase {
            here: 900.0,
            there: 950.0,
            background: 1_850.0,
        },
    ];
    let found = log_odds(&phrases, 50.0).expect("a result");
    assert!(found[1].z > 3.0 && found[0].z < 1.0, "{found:?}");
}

#[test]
fn nonsense_is_refused() {
    assert_eq!(log_odds(&PHRASES[..1], 100.0), None);
    assert_eq!(log_odds(&PHRASES, 0.0), None);
    assert_eq!(log_odds(&PHRASES, f64::NAN), None);
    let unknown = Phrase {
        background: 0.0,
        ..PHRASES[0]
    };
    assert_eq!(log_odds(&[PHRASES[1], unknown], 100.0), None);
}

proptest! {
    #[test]
    fn swapping_the_groups_turns_the_signs(
        counts in prop::collection::vec((0_u32..500, 0_u32..500, 1_u32..50), 2..40),
        strength in 1.0..1_000.0_f64,
    ) {
        let phrase = |here: u32, there: u32, more: u32| Phrase {
            here: f64::from(here),
            there: f64::from(there),
            background: f64::from(here + there + more),
        };
        let there: Vec<Phrase> = counts.iter().map(|&(a, b, c)| phrase(a, b, c)).collect();
        let back: Vec<Phrase> = counts.iter().map(|&(a, b, c)| phrase(b, a, c)).collect();
        let there = log_odds(&there, strength).expect("a result");
        let back = log_odds(&back, strength).expect("a result");
        for (a, b) in there.iter().zip(&back) {
            prop_assert!((a.log_odds + b.log_odds).abs() < 1e-12);
            prop_assert!((a.z + b.z).abs() < 1e-9);
        }
    }

    #[test]
    fn a_stronger_prior_draws_z_together(factor in 1.5..50.0_f64) {
        let weak = log_odds(&PHRASES, 20.0).expect("a result");
        let strong = log_odds(&PHRASES, 20.0 * factor).expect("a result");
        for (weak, strong) in weak.iter().zip(&strong) {
            prop_assert!(strong.log_odds.abs() < weak.log_odds.abs());
        }
    }
}
