use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Seeded Poisson counts.
struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in (0, 1).
    fn unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Knuth (1997), *The Art of Computer Programming* 2, § 3.4.1: arrivals until the time is up.
    fn poisson(&mut self, mean: f64) -> f64 {
        let mut time = -self.unit().ln();
        let mut count = 0.0;
        while time < mean {
            count += 1.0;
            time -= self.unit().ln();
        }
        count
    }
}

/// Weekends are quiet.
const WEEKLY: [f64; 7] = [1.3, 1.2, 1.0, 1.0, 1.1, 0.8, 0.6];

/// 100 series of 90 days, means from 0.1 to 10 a day.
fn noise(seed: u64) -> Vec<Vec<f64>> {
    let mut dice = Dice::new(seed);
    (0..100)
        .map(|series| {
            let mean = 0.1 * 1.047_f64.powi(series);
            (0..90)
                .map(|day| dice.poisson(mean * WEEKLY[day % 7]))
                .collect()
        })
        .collect()
}

fn screened(series: &[Vec<f64>], at: usize) -> Screen {
    let series: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
    screen(&series, at, 0.05).expect("a screen")
}

#[test]
fn a_planted_rise_is_found_and_nothing_else() {
    let mut series = noise(7);
    let usual = 10.0_f64;
    series[99][89] = (usual * 3.5).floor();
    let found = screened(&series, 89);
    let emerging: Vec<usize> = (0..100)
        .filter(|&i| found.series[i].is_some_and(|checked| checked.emerging))
        .collect();
    assert_eq!(emerging, [99]);
    let checked = found.series[99].expect("checked");
    assert!(checked.q < 0.001 && checked.c2.is_some_and(|verdict| verdict.alarm));
    assert!(found.discoveries.false_alarms < 0.06);
}

/// Of pure noise every find is false, so that the share of days with one is the false discovery
/// rate: at most 5 % by Benjamini & Hochberg (1995), less because counts are discrete.
#[test]
fn noise_is_found_on_few_days() {
    let (mut days, mut by_q, mut emerging) = (0.0, 0.0, 0.0);
    for seed in 0..40 {
        let series = noise(1_000 + seed);
        for at in [75, 80, 85, 89] {
            let found = screened(&series, at);
            days += 1.0;
            by_q += f64::from(u8::from(found.discoveries.found > 0));
            let any = found
                .series
                .iter()
                .flatten()
                .any(|checked| checked.emerging);
            emerging += f64::from(u8::from(any));
        }
    }
    assert!(by_q / days <= 0.06, "{by_q} of {days}");
    assert!(emerging <= by_q);
}

#[test]
fn what_cannot_be_found_is_not_tested() {
    let mut series = vec![vec![0.0; 90]; 4];
    series[0][89] = 1.0;
    series[1][89] = 2.0;
    series[2].fill(1.0);
    let found = screened(&series, 89);
    assert_eq!(found.discoveries.tested, 2);
    let two = found.series[1].expect("checked");
    assert!((two.p - 1.0 / 81.0).abs() < 1e-15);
    assert!(two.q <= 0.05 && two.c2.is_some_and(|verdict| verdict.alarm));
    assert!(!two.emerging, "two cases in four weeks are below the guard");
    assert_eq!(
        found.series[3].map(|checked| checked.q.to_bits()),
        Some(1.0_f64.to_bits())
    );
}

#[test]
fn cases_of_long_ago_do_not_pass_the_guard() {
    let mut series = vec![0.0; 90];
    series[41] = 10.0;
    series[89] = 3.0;
    let found = screened(std::slice::from_ref(&series), 89).series[0].expect("checked");
    assert!(found.q < 0.05 && found.c2.is_some_and(|verdict| verdict.alarm));
    assert!(!found.emerging);
    series[70] = 2.0;
    let found = screened(&[series], 89).series[0].expect("checked");
    assert!(found.emerging, "five in four weeks");
}

#[test]
fn a_series_that_always_scatters_is_not_sudden() {
    // Every other day twelve or none: far beyond Poisson, and nothing new.
    let wild: Vec<f64> = (0..90).map(|day| f64::from(day % 4 / 2) * 12.0).collect();
    let at = (80..90).find(|&at| expectation(&wild, at).is_some_and(|e| wild[at] > 1.5 * e.mean()));
    let found = screened(&[wild], at.expect("a high day"));
    let checked = found.series[0].expect("checked");
    assert!(checked.p < 0.05);
    assert!(!checked.emerging);
}

#[test]
fn the_expectation_is_that_of_the_same_weekday() {
    let weekly: Vec<f64> = (0..90).map(|day| f64::from(day % 7)).collect();
    let found = expectation(&weekly, 89).expect("an expectation");
    assert!((found.mean() - weekly[89]).abs() < 1e-15);
    assert!((found.weeks - 8.0).abs() < f64::EPSILON);
    let early = expectation(&weekly, 20).expect("an expectation");
    assert!((early.weeks - 2.0).abs() < f64::EPSILON);
    assert_eq!(expectation(&weekly, 13), None);
    assert_eq!(expectation(&weekly, 90), None);
    let short = screened(&[vec![1.0; 10]], 9);
    assert_eq!((short.series[0], short.discoveries.tested), (None, 0));
    assert_eq!(screen(&[], 0, 1.0), None);
}
