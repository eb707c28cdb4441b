use proptest::prelude::*;

use super::Presence::{Both, Neither, New, Vanished};
use super::*;

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected} within {tolerance}"
    );
}

fn member(n_before: f64, sum_before: f64, n_after: f64, sum_after: f64) -> Member {
    Member {
        n_before,
        sum_before,
        n_after,
        sum_after,
    }
}

/// Das Gupta (1993), example 5.1: household headship rates per 100 of the United States, 1970 and
/// 1985, by age; shares in per cent. Data also in the documentation of the R package `DasGuptR`.
const HEADSHIP: [(f64, f64, f64, f64); 13] = [
    (12.9, 1.9, 10.1, 2.2),
    (10.9, 25.8, 11.2, 24.3),
    (9.5, 45.7, 11.6, 45.8),
    (8.0, 49.6, 10.9, 52.5),
    (7.8, 51.2, 9.4, 56.1),
    (8.4, 51.6, 7.7, 55.6),
    (8.6, 51.8, 6.3, 56.0),
    (7.8, 54.9, 6.0, 57.4),
    (7.0, 58.7, 6.3, 57.2),
    (5.9, 60.4, 5.9, 61.2),
    (4.7, 62.8, 5.1, 63.9),
    (3.6, 66.6, 4.0, 68.6),
    (4.9, 66.8, 5.5, 72.2),
];

#[test]
fn das_guptas_headship_rates() {
    let members: Vec<Member> = HEADSHIP
        .iter()
        .map(|&(w0, r0, w1, r1)| member(w0, w0 * r0, w1, w1 * r1))
        .collect();
    let found = shares(&members).expect("parts");
    close(found.mix(), 1.2269, 5e-5);
    close(found.rate(), 1.7403, 5e-5);
    close(found.change(), 2.9672, 5e-5);
    close(found.rate() + found.mix(), found.change(), 1e-12);
}

/// Simpson's paradox: every member got better and the whole got worse, by mix alone.
#[test]
fn a_change_of_mix_is_told_from_a_change_of_rates() {
    let members = [
        member(900.0, 810.0, 400.0, 368.0),
        member(100.0, 40.0, 600.0, 252.0),
    ];
    let found = shares(&members).expect("parts");
    assert!(found.change() < -0.2);
    assert!(found.parts.iter().all(|part| part.rate > 0.0));
    assert!(found.mix() < -0.2);
}

#[test]
fn new_and_vanished_members_stand_apart() {
    let members = [
        member(100.0, 80.0, 100.0, 80.0),
        member(50.0, 10.0, 0.0, 0.0),
        member(0.0, 0.0, 50.0, 45.0),
        member(0.0, 0.0, 0.0, 0.0),
    ];
    let found = shares(&members).expect("parts");
    let presence: Vec<Presence> = found.parts.iter().map(|part| part.presence).collect();
    assert_eq!(presence, [Both, Vanished, New, Neither]);
    assert!(found.parts[1].total() > 0.0, "the bad one left");
    assert!(found.parts[2].total() > 0.0, "a good one came");
    close(found.parts[0].total(), 0.0, 1e-15);
    close(found.parts[3].total(), 0.0, 0.0);
}

#[test]
fn counts_split_into_exposure_and_rate() {
    // 100 contacts at 0.2, then 150 at 0.3: 25 more, of them 12.5 each by hand.
    let found = counts(&[member(100.0, 20.0, 150.0, 45.0)]).expect("parts");
    close(found.parts[0].rate, 0.1 * 125.0, 1e-12);
    close(found.parts[0].mix, 50.0 * 0.25, 1e-12);
    // Without exposures each part is the member's own change.
    let found =
        counts(&[member(20.0, 20.0, 45.0, 45.0), member(3.0, 3.0, 0.0, 0.0)]).expect("parts");
    close(found.parts[0].mix, 25.0, 0.0);
    close(found.parts[1].mix, -3.0, 0.0);
    close(found.change(), 22.0, 0.0);
}

#[test]
fn what_cannot_be_divided_is_refused() {
    assert_eq!(shares(&[]), None);
    assert_eq!(shares(&[member(0.0, 0.0, 5.0, 1.0)]), None);
    assert_eq!(shares(&[member(0.0, 1.0, 5.0, 1.0)]), None);
    assert_eq!(shares(&[member(-1.0, 1.0, 5.0, 1.0)]), None);
    assert_eq!(counts(&[member(1.0, f64::NAN, 5.0, 1.0)]), None);
}

/// Seeded uniform draws in [0, 1).
fn draws(seed: u64) -> impl FnMut() -> f64 {
    use rand::{Rng, SeedableRng};
    let mut draws = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    move || (draws.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Shares and rates of five members before and after; the fourth vanishes, the fifth is new.
const SHARES: [[f64; 5]; 2] = [[0.4, 0.3, 0.2, 0.1, 0.0], [0.3, 0.3, 0.3, 0.0, 0.1]];
const RATES: [[f64; 5]; 2] = [[0.9, 0.7, 0.2, 0.1, 0.0], [0.9, 0.6, 0.2, 0.0, 0.85]];

/// The intervals of all parts against drawn pairs of periods of 600 contacts: about 95 in 100 hold
/// the part that the true shares and rates have. The new and the vanished member have both terms
/// in play, the first three more and more of the mix.
#[test]
fn the_intervals_of_parts_cover() {
    let mut unit = draws(51);
    let exact = |period: usize, k: usize| (SHARES[period][k], SHARES[period][k] * RATES[period][k]);
    let pair = |before: (f64, f64), after: (f64, f64)| member(before.0, before.1, after.0, after.1);
    let truth: Vec<Member> = (0..5).map(|k| pair(exact(0, k), exact(1, k))).collect();
    let truth = shares(&truth).expect("parts");
    let mut covered = [0_u32; 5];
    for _ in 0..1_000 {
        let mut drawn = [[(0.0, 0.0); 5]; 2];
        for (period, drawn) in drawn.iter_mut().enumerate() {
            for _ in 0..600 {
                let mut left = unit();
                let k = (0..4)
                    .find(|&k| {
                        left -= SHARES[period][k];
                        left < 0.0
                    })
                    .unwrap_or(4);
                drawn[k].0 += 1.0;
                drawn[k].1 += f64::from(u8::from(unit() < RATES[period][k]));
            }
        }
        let members: Vec<Member> = (0..5).map(|k| pair(drawn[0][k], drawn[1][k])).collect();
        let whole = shares(&members).expect("parts");
        let variance = |(n, x): (f64, f64)| x / n * (1.0 - x / n);
        for (k, covered) in covered.iter_mut().enumerate() {
            let variances = (variance(drawn[0][k]), variance(drawn[1][k]));
            let (low, high) = interval(&members, &whole, k, variances).expect("an interval");
            let held = low <= truth.parts[k].total() && truth.parts[k].total() <= high;
            *covered += u32::from(held);
        }
    }
    let shares = covered.map(|covered| f64::from(covered) / 1_000.0);
    assert!(
        shares.iter().all(|share| (0.935..=0.97).contains(share)),
        "{shares:?}"
    );
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    let side = || prop_oneof![4 => (1_u32..5_000, 0.0..=1.0_f64), 1 => Just((0, 0.0))];
    prop::collection::vec((side(), side()), 1..40).prop_map(|members| {
        members
            .into_iter()
            .map(|((n0, r0), (n1, r1))| {
                let (n0, n1) = (f64::from(n0), f64::from(n1));
                member(n0, (n0 * r0).floor(), n1, (n1 * r1).floor())
            })
            .collect()
    })
}

fn swapped(members: &[Member]) -> Vec<Member> {
    members
        .iter()
        .map(|m| member(m.n_after, m.sum_after, m.n_before, m.sum_before))
        .collect()
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_change(members in members()) {
        if let Some(found) = shares(&members) {
            let sum = compensated(found.parts.iter().map(Part::total));
            prop_assert!((sum - found.change()).abs() <= 1e-12);
            prop_assert!((found.rate() + found.mix() - found.change()).abs() <= 1e-12);
        }
        let found = counts(&members).expect("parts");
        let sum = compensated(found.parts.iter().map(Part::total));
        prop_assert!((sum - found.change()).abs() <= 1e-12 * (found.before + found.after));
    }

    #[test]
    fn swapping_the_periods_turns_the_signs(members in members()) {
        let back = swapped(&members);
        for (there, back) in [(shares(&members), shares(&back)), (counts(&members), counts(&back))] {
            prop_assert_eq!(there.is_some(), back.is_some());
            let (Some(there), Some(back)) = (there, back) else { continue };
            for (a, b) in there.parts.iter().zip(&back.parts) {
                prop_assert!((a.rate + b.rate).abs() <= 1e-12 * a.rate.abs().max(1.0));
                prop_assert!((a.mix + b.mix).abs() <= 1e-12 * a.mix.abs().max(1.0));
            }
        }
    }

    /// In minutes or in seconds, the parts are the same.
    #[test]
    fn the_unit_does_not_matter(members in members(), factor in 0.1..1_000.0_f64) {
        let scaled: Vec<Member> = members
            .iter()
            .map(|m| member(m.n_before, m.sum_before * factor, m.n_after, m.sum_after * factor))
            .collect();
        if let (Some(one), Some(other)) = (shares(&members), shares(&scaled)) {
            for (a, b) in one.parts.iter().zip(&other.parts) {
                prop_assert!((a.total() * factor - b.total()).abs() <= 1e-12 * factor.max(1.0));
            }
        }
    }
}
