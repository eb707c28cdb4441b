use rand::{Rng, SeedableRng};

use super::*;

fn days(n: usize) -> Vec<NaiveDate> {
    let first: NaiveDate = "2026-01-05".parse().unwrap();
    first.iter_days().take(n).collect()
}

/// Seeded Poisson counts by counting uniform draws (Knuth).
fn poisson(draws: &mut impl Rng, mean: f64) -> f64 {
    let (mut product, mut count) = (1.0, -1.0);
    while product > (-mean).exp() {
        product *= (draws.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        count += 1.0;
    }
    count
}

fn centre(seed: u64, series: usize, len: usize) -> Vec<(Vec<String>, Vec<f64>)> {
    let mut draws = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..series)
        .map(|at| {
            let mean = [0.1, 0.4, 1.5, 5.0][at % 4];
            let counts = (0..len)
                .map(|day| poisson(&mut draws, if day % 7 < 5 { mean } else { mean * 0.5 }))
                .collect();
            (vec![format!("p{at}")], counts)
        })
        .collect()
}

#[test]
fn a_slow_rise_is_found_in_the_week_and_a_jump_on_the_day() {
    let mut series = centre(7, 60, 70);
    // Every third day before, about two a day in the last week.
    for (day, count) in series[0].1.iter_mut().enumerate() {
        *count = if day >= 63 {
            2.0
        } else {
            f64::from(u8::from(day % 3 == 0))
        };
    }
    series[2].1[68] = 0.0;
    series[2].1[69] = 14.0;
    let found = judge(&series, &days(70));
    let named = |name: &str, span| {
        found
            .series
            .iter()
            .find(|series| series.members == [name] && series.span == span)
            .unwrap()
    };
    assert!(named("p0", Span::Week).emerging && !named("p0", Span::Day).emerging);
    assert!(named("p2", Span::Day).emerging);
    assert_eq!(named("p2", Span::Day).since.to_string(), "2026-03-15");
    assert!(found.series[0].emerging && found.tested.1 > 0);
}

/// With nothing planted, a day with any alarm at all must be as rare as the level says.
#[test]
fn with_nothing_planted_alarms_stay_at_the_level() {
    let seeds = 150;
    let alarmed = (0..seeds)
        .filter(|seed| judge(&centre(*seed, 120, 70), &days(70)).series[0].emerging)
        .count();
    // Two screens of 5 % each: at most 15 expected; 23 is the 0.975 quantile of a binomial with 0.1.
    assert!(alarmed <= 23, "{alarmed} of {seeds}");
}

#[test]
fn without_two_weeks_nothing_is_tested() {
    let found = judge(&centre(1, 5, 13), &days(13));
    assert_eq!(found.tested, (0, 0));
    assert!(found.series.iter().all(|series| !series.emerging));
}
