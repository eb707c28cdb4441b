//! `cargo bench --bench insight -- [SEEDS] [CALLS_PER_DAY]`: recall, days to detection and false alarms over many
//! seeds, and the time of one emerging scan.

#![allow(
    clippy::unwrap_used,
    reason = "a bench that cannot be set up has failed"
)]

use std::time::Instant;

use chrono::NaiveDate;
use kefu::insight::emerging::judge;
use rand::{Rng, SeedableRng};

mod members;
mod score;
mod stored;

fn main() {
    let numbers: Vec<u64> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let seeds = numbers.first().copied().unwrap_or(200);
    let calls = numbers.get(1).and_then(|calls| u32::try_from(*calls).ok());
    let calls = calls.unwrap_or(200);
    let started = Instant::now();
    let mut all = score::Score::default();
    let mut calm = members::Calm::default();
    for seed in 1..=seeds {
        score::add(&mut all, seed, calls);
        let plan = |anomalies| score::plan(seed, calls, anomalies);
        members::add(&mut all, &mut calm, plan, &score::taxonomy());
        // A long run can be read before it is over.
        if seed % 20 == 0 && seed < seeds {
            println!(
                "\n{seed} of {seeds} seeds, {:.0} s",
                started.elapsed().as_secs_f64()
            );
            tables(&all, &calm);
        }
    }
    println!(
        "{seeds} seeds, {calls} calls a day, {:.0} s",
        started.elapsed().as_secs_f64()
    );
    tables(&all, &calm);
    scan();
}

/// What was found and what was false, so far.
fn tables(all: &score::Score, calm: &members::Calm) {
    println!("\n| planted | kefu: recall | mean days | ±10 %: recall | mean days |");
    println!("|---|---:|---:|---:|---:|");
    for (name, found) in &all.found {
        let cells = found.each_ref().map(|found| {
            let recall = f64::from(found.found) / f64::from(found.planted.max(1));
            let days = f64::from(found.days) / f64::from(found.found.max(1));
            format!("{:.1} % | {days:.2}", 100.0 * recall)
        });
        println!("| {name} | {} | {} |", cells[0], cells[1]);
    }
    println!(
        "\n| nothing planted | looked at | kefu: with an alarm | promised at most | ±10 %: with an alarm |"
    );
    println!("|---|---:|---:|---:|---:|");
    for (name, [ours, theirs]) in &all.false_alarms {
        let share = |alarms: u32, of: u32| 100.0 * f64::from(alarms) / f64::from(of.max(1));
        println!(
            "| {name} | {} | {:.2} % | {:.2} % | {:.2} % |",
            ours.looked,
            share(ours.alarms, ours.looked),
            100.0 * ours.promised / f64::from(ours.looked.max(1)),
            share(theirs.alarms, theirs.looked),
        );
    }
    lists(calm);
}

/// Coaching lists and weeks of calm centres.
fn lists(all: &members::Calm) {
    let worse = |least: f64| {
        all.listed
            .iter()
            .filter(|(_, worse)| *worse > least)
            .count()
    };
    println!(
        "\ncoaching of {} calm centres: {} comparisons, chance would list {:.1}; listed {}, of them {} truly worse than \
         the mean, {} by more than 5 %",
        all.lists,
        all.checked,
        all.by_chance,
        all.listed.len(),
        worse(0.0),
        worse(0.05),
    );
    for (kpi, found) in &all.weeks {
        println!(
            "change of a calm week called real, {kpi}: {} of {}",
            found.alarms, found.looked
        );
    }
}

/// 400 problems at outlets over a year.
fn scan() {
    let mut draws = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let first = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
    let days: Vec<NaiveDate> = first.iter_days().take(365).collect();
    let series: Vec<(Vec<String>, Vec<f64>)> = (0..400)
        .map(|at| {
            let counts = days.iter().map(|_| f64::from(draws.next_u32() % 7));
            (vec![format!("p{at}")], counts.collect())
        })
        .collect();
    let started = Instant::now();
    for until in 15..=days.len() {
        let cut: Vec<_> = series
            .iter()
            .map(|(members, counts)| (members.clone(), counts[..until].to_vec()))
            .collect();
        std::hint::black_box(judge(&cut, &days[..until]));
    }
    let year = started.elapsed();
    let started = Instant::now();
    std::hint::black_box(judge(&series, &days));
    println!(
        "\n400 series: {:.3} s for the newest day, {:.2} s for every day of a year (one core)",
        started.elapsed().as_secs_f64(),
        year.as_secs_f64()
    );
}
