#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small whole numbers"
)]

use proptest::prelude::*;

use super::*;
use crate::kpi::figure::Interval;

fn rate(hits: u32, n: u32) -> Estimate {
    let (hits, n) = (f64::from(hits), f64::from(n));
    Estimate {
        value: (n > 0.0).then(|| hits / n),
        numerator: Some(hits),
        denominator: Some(n),
        n: n as u64,
        interval: interval::wilson(hits, n).map(|(low, high)| Interval { low, high }),
    }
}

fn sum_of(estimates: impl Iterator<Item = Estimate>) -> Estimate {
    let (hits, n) = estimates.fold((0.0, 0.0), |(hits, n), estimate| {
        (
            hits + estimate.numerator.unwrap_or(0.0),
            n + estimate.denominator.unwrap_or(0.0),
        )
    });
    rate(hits as u32, n as u32)
}

fn split(pairs: &[Pair]) -> (Scatter, Dimension) {
    let whole = (
        sum_of(pairs.iter().map(|pair| pair.1)),
        sum_of(pairs.iter().map(|pair| pair.2)),
    );
    let scatter = Scatter::new(Makeup::Rate, whole, (1.0, 1.0));
    let found = dimension("queue", pairs, &scatter).unwrap();
    (scatter, found)
}

fn named(name: &str, before: Estimate, after: Estimate) -> Pair {
    (Some(name.to_owned()), before, after)
}

#[test]
fn the_member_that_moved_explains_and_the_others_are_noise() {
    let pairs = [
        named("moved", rate(900, 1000), rate(700, 1000)),
        named("steady", rate(905, 1000), rate(903, 1000)),
        named("tiny", rate(1, 1), rate(0, 1)),
        named("gone", rate(0, 80), Estimate::default()),
        named("came", Estimate::default(), rate(80, 80)),
    ];
    let (_, found) = split(&pairs);
    let part = |name: &str| {
        found
            .parts
            .iter()
            .find(|part| part.member.as_deref() == Some(name))
            .unwrap()
    };
    assert_eq!(found.parts[0].member.as_deref(), Some("moved"));
    assert!(!part("moved").noise && part("steady").noise);
    // One row that turned from a hit into a miss is nothing to tell.
    assert!(part("tiny").noise);
    assert_eq!(part("gone").presence, Presence::Vanished);
    assert_eq!(part("came").presence, Presence::New);
    assert!(part("gone").effect() > 0.0 && part("came").rate.abs() < f64::EPSILON);
}

#[test]
fn who_answered_says_nothing_about_why_calls_are_answered() {
    let outcome = [
        named("A1", rate(400, 400), rate(300, 300)),
        (None, rate(0, 50), rate(0, 150)),
    ];
    let (scatter, _) = split(&outcome);
    assert!(scatter.is_outcome(&outcome, TAUTOLOGY));
    let queues = [
        named("a", rate(400, 450), rate(300, 450)),
        named("b", rate(300, 330), rate(300, 340)),
    ];
    let (scatter, _) = split(&queues);
    assert!(!scatter.is_outcome(&queues, TAUTOLOGY));
}

#[test]
fn a_numerator_without_denominator_leaves_the_dimension_out() {
    let ratio = |a: f64, b: f64| Estimate {
        value: (b > 0.0).then(|| 1000.0 * a / b),
        numerator: Some(a),
        denominator: Some(b),
        n: b as u64,
        interval: None,
    };
    let whole = (ratio(10.0, 1000.0), ratio(30.0, 1000.0));
    let scatter = Scatter::new(Makeup::Ratio(1000.0), whole, (1.0, 1.0));
    let pairs = [
        named("a", ratio(8.0, 1000.0), ratio(28.0, 1000.0)),
        (None, ratio(2.0, 0.0), ratio(2.0, 0.0)),
    ];
    assert_eq!(
        dimension("outlet", &pairs, &scatter),
        Err(LeftOut::NoDenominator)
    );
    let (low, high) = scatter.change().unwrap();
    // 20 more per thousand; both counts are Poisson, so about ± 1.96·√40 = 12.4.
    assert!(low > 5.0 && high < 36.0, "{low} {high}");
}

#[test]
fn counts_over_unequal_periods_are_per_day() {
    let count = |n: f64| Estimate {
        value: Some(n),
        numerator: Some(n),
        n: n as u64,
        ..Estimate::default()
    };
    let whole = (count(700.0), count(3100.0));
    let scatter = Scatter::new(Makeup::Count, whole, (7.0, 31.0));
    let pairs = [
        named("a", count(350.0), count(1550.0)),
        named("b", count(350.0), count(1550.0)),
    ];
    let found = dimension("queue", &pairs, &scatter).unwrap();
    assert_eq!(scatter.values(), (100.0, 100.0));
    assert!(
        found
            .parts
            .iter()
            .all(|part| part.effect().abs() < 1e-12 && part.noise)
    );
}

/// A week's rows from a day in March 2026 (the 2nd is a Monday): numerator and denominator of each day.
fn days(values: [(u32, u32); 7], from: u32) -> Vec<Row> {
    let of = |(at, (hits, n)): (usize, (u32, u32))| Row {
        kpi: 0,
        group: std::sync::Arc::new(crate::kpi::pass::Group {
            period: format!("2026-03-{:02}", from as usize + at),
            members: Vec::new(),
        }),
        estimate: rate(hits, n),
        bound: None,
        status: crate::kpi::figure::Status::None,
    };
    values.into_iter().enumerate().map(of).collect()
}

#[test]
fn days_that_swing_more_than_chance_widen_the_interval_and_calm_ones_do_not_narrow_it() {
    let calm = [
        (180, 200),
        (162, 180),
        (153, 170),
        (180, 200),
        (190, 210),
        (90, 100),
        (54, 60),
    ];
    let swings = [
        (195, 200),
        (150, 180),
        (165, 170),
        (165, 200),
        (205, 210),
        (75, 100),
        (54, 60),
    ];
    let total = |week: &[Row]| sum_of(week.iter().map(|row| row.estimate));
    let change_of = |before: [(u32, u32); 7], after: [(u32, u32); 7]| {
        let (before, after) = (days(before, 2), days(after, 9));
        let plain = Scatter::new(Makeup::Rate, (total(&before), total(&after)), (1.0, 1.0));
        (plain.change().unwrap(), plain.between_days(&before, &after))
    };
    let (plain, widened) = change_of(calm, calm);
    assert_eq!(widened.change().unwrap(), plain);
    let (plain, widened) = change_of(calm, swings);
    let (low, high) = widened.change().unwrap();
    let ratio = (high - low) / (plain.1 - plain.0);
    // The differences of the weekdays about their common one, over their variances: χ² 40.4239 with 6 degrees of freedom.
    assert!(
        (ratio - (40.423_890_339_357_02_f64 / 6.0).sqrt()).abs() < 1e-9,
        "{ratio}"
    );
    // A member with all rows has all of it, a small one next to nothing.
    let whole = (total(&days(calm, 2)), total(&days(swings, 9)));
    let width = |pairs: &[Pair]| {
        let members: Vec<Member> = pairs.iter().map(|pair| widened.member(pair)).collect();
        let split = decomposition::shares(&members).unwrap();
        let (low, high) = widened.part(&pairs[0], 0, &members, &split).unwrap();
        high - low
    };
    let all = width(&[named("all", whole.0, whole.1)]);
    assert!(
        (all / (high - low) - 1.0).abs() < 0.02,
        "{all} {}",
        high - low
    );
}

proptest! {
    /// Whatever the members, new and vanished ones too, their parts add up to the change.
    #[test]
    fn parts_add_up_to_the_change(
        rows in prop::collection::vec((0_u32..4000, 0_u32..4000, 0.0..1.0_f64, 0.0..1.0_f64), 1..40),
    ) {
        let pairs: Vec<Pair> = rows
            .iter()
            .enumerate()
            .map(|(at, &(n0, n1, p0, p1))| {
                let of = |n: u32, p: f64| if n == 0 { Estimate::default() } else { rate((f64::from(n) * p) as u32, n) };
                (Some(at.to_string()), of(n0, p0), of(n1, p1))
            })
            .collect();
        prop_assume!(rows.iter().any(|row| row.0 > 0) && rows.iter().any(|row| row.1 > 0));
        let (scatter, found) = split(&pairs);
        let (before, after) = scatter.values();
        let sum = compensated(found.parts.iter().map(Part::effect));
        prop_assert!((sum - (after - before)).abs() < 1e-12, "{} {}", sum, after - before);
    }
}
