//! How well what is planted is found, and how often an alarm is false: over seeds of the synthetic centre, by the
//! detection the program uses and by a naive rule.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kefu::generate::{Anomalies, Anomaly, Moments, Plan, Series, Split, Taxonomy, daily};
use kefu::insight::emerging::{LEVEL, judge};
use kefu::insight::movement::{Day, Nature, movement};
use kefu::kpi::figure::{Better, Estimate};
use kefu::settings::Settings;

/// Days of a plan, and the first that is judged: before, neither method tests anything.
const DAYS: u32 = 28;
pub const FIRST: usize = 15;

/// Change from one day to the next that the naive rule calls an alarm.
pub const NAIVE: f64 = 0.10;

/// Share of days on which one of the four rules signals although nothing changed (`docs/decisions.md`, control charts).
const RULES: f64 = 0.016;

/// What is counted of one method.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Planted anomalies looked for.
    pub planted: u32,
    /// Found on or after the day they began, and the days that took.
    pub found: u32,
    pub days: u32,
}

/// Alarms with nothing planted.
#[derive(Debug, Clone, Default)]
pub struct False {
    /// Days, times series where each is judged alone.
    pub looked: u32,
    /// Of them, with an alarm.
    pub alarms: u32,
    /// What the page leads to expect of them, where it says so.
    pub promised: f64,
}

/// The result over all seeds.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// By anomaly: ours, and the naive rule's.
    pub found: BTreeMap<&'static str, [Found; 2]>,
    /// By method and what it looks at: ours, and the naive rule's.
    pub false_alarms: BTreeMap<&'static str, [False; 2]>,
}

/// The built-in problem types.
pub fn taxonomy() -> Taxonomy {
    Taxonomy::of(&Settings::builtin().unwrap().taxonomy)
}

/// Four weeks of a centre.
pub fn plan(seed: u64, calls_per_day: u32, anomalies: Anomalies) -> Plan {
    Plan {
        start: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        days: DAYS,
        calls_per_day,
        seed,
        split: Split::Week,
        anomalies,
    }
}

/// Adds one seed, with the built-in anomalies and with none.
pub fn add(score: &mut Score, seed: u64, calls_per_day: u32) {
    let taxonomy = taxonomy();
    let planted = Anomalies::builtin().unwrap();
    let troubled = daily(&plan(seed, calls_per_day, planted.clone()), &taxonomy).unwrap();
    for anomaly in &planted.anomaly {
        look(score, anomaly, &troubled);
    }
    let calm = daily(&plan(seed, calls_per_day, Anomalies::default()), &taxonomy).unwrap();
    quiet(score, &calm);
}

fn dates(until: usize) -> Vec<NaiveDate> {
    let start = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    (0..until as u64)
        .map(|day| start.checked_add_days(Days::new(day)).unwrap())
        .collect()
}

/// Problem × outlet, as the emerging list looks at them after `until` days.
fn cases(series: &[Series], until: usize) -> Vec<(Vec<String>, Vec<f64>)> {
    let of = series
        .iter()
        .filter(|series| series.kpi == "tickets" && series.members.len() == 2);
    of.map(|series| {
        let counts = series.days[..until].iter().map(|day| day.n as f64);
        (series.members.clone(), counts.collect())
    })
    .collect()
}

/// Whether the control chart signals on the last of the first `until` days.
fn signals(series: &Series, until: usize, worse_above: Option<bool>) -> bool {
    let nature = match series.kpi {
        "tickets" | "offered" | "chats" => Nature::Count,
        "answer_rate" => Nature::Rate,
        _ => Nature::Mean,
    };
    let days: Vec<Day> = dates(until)
        .into_iter()
        .zip(&series.days)
        .map(|(date, day)| Day {
            date,
            estimate: estimate(day, nature),
        })
        .collect();
    movement(&days, nature, Better::Neither)
        .and_then(|found| found.current())
        .is_some_and(|(signal, _)| worse_above.is_none_or(|above| signal.above == above))
}

fn estimate(day: &Moments, nature: Nature) -> Estimate {
    let n = day.n as f64;
    if nature == Nature::Count {
        return Estimate {
            value: Some(n),
            numerator: Some(n),
            n: day.n,
            ..Estimate::default()
        };
    }
    Estimate {
        value: (day.n > 0).then(|| day.sum / n),
        numerator: Some(day.sum),
        denominator: Some(n),
        n: day.n,
        ..Estimate::default()
    }
}

/// Value of a day: a count, or a mean; nothing without rows.
fn value(series: &Series, day: usize) -> Option<f64> {
    let found = &series.days[day];
    match series.kpi {
        "tickets" | "offered" | "chats" => Some(found.n as f64),
        _ => (found.n > 0).then(|| found.sum / found.n as f64),
    }
}

/// Whether the last of the first `until` days lies more than 10 % from the day before.
fn naive(series: &Series, until: usize, above: Option<bool>) -> bool {
    let (Some(before), Some(now)) = (value(series, until - 2), value(series, until - 1)) else {
        return false;
    };
    let change = now - before;
    change.abs() > NAIVE * before && above.is_none_or(|above| (change > 0.0) == above)
}

/// Looks for the first day from `from` to `last` on which an alarm is raised.
pub fn note(found: &mut Found, from: usize, last: usize, alarm: impl Fn(usize) -> bool) {
    found.planted += 1;
    if let Some(day) = (from..=last).find(|day| alarm(*day)) {
        found.found += 1;
        found.days += u32::try_from(day - from).unwrap();
    }
}

fn look(score: &mut Score, anomaly: &Anomaly, series: &[Series]) {
    let of = |kpi: &str, members: &[&str]| {
        series
            .iter()
            .find(|series| series.kpi == kpi && series.members == members)
    };
    let last = DAYS as usize;
    match anomaly {
        Anomaly::DamagedOutlet {
            outlet, from_day, ..
        } => {
            let members = ["exception/damaged", outlet.as_str()];
            let from = *from_day as usize;
            let [ours, theirs] = score.found.entry("damaged_outlet").or_default();
            note(ours, from, last, |until| {
                let found = judge(&cases(series, until), &dates(until)).series;
                found
                    .iter()
                    .any(|series| series.emerging && series.members == members)
            });
            note(theirs, from, last, |until| {
                of("tickets", &members).is_some_and(|series| naive(series, until, Some(true)))
            });
        }
        Anomaly::SlowPlatform {
            platform, from_day, ..
        } => {
            let slow = of("frt", &[platform.as_str()]);
            pair(score, "slow_platform", slow, *from_day as usize, last);
            let whole = of("frt", &[]);
            pair(
                score,
                "slow_platform, whole centre",
                whole,
                *from_day as usize,
                last,
            );
        }
        // Differences between members and hours: in `members`.
        Anomaly::LowFcr { .. }
        | Anomaly::SkippedItem { .. }
        | Anomaly::SlowOutlet { .. }
        | Anomaly::SlowQueue { .. } => {}
    }
}

/// A figure that rises.
fn pair(score: &mut Score, name: &'static str, of: Option<&Series>, from: usize, last: usize) {
    let Some(series) = of else { return };
    let [ours, theirs] = score.found.entry(name).or_default();
    note(ours, from, last, |until| signals(series, until, Some(true)));
    note(theirs, from, last, |until| naive(series, until, Some(true)));
}

/// Alarms of a centre in which nothing is planted.
fn quiet(score: &mut Score, series: &[Series]) {
    let [ours, theirs] = score.false_alarms.entry("emerging, per day").or_default();
    for until in FIRST..=DAYS as usize {
        let found = judge(&cases(series, until), &dates(until));
        ours.looked += 1;
        ours.alarms += u32::from(found.series.first().is_some_and(|series| series.emerging));
        // Two screens, of the day and of the week, each with this chance of any false alarm at all.
        ours.promised += 2.0 * LEVEL;
        theirs.looked += 1;
        let any = series
            .iter()
            .filter(|series| series.kpi == "tickets" && series.members.len() == 2)
            .any(|series| naive(series, until, Some(true)));
        theirs.alarms += u32::from(any);
    }
    let [ours, theirs] = score
        .false_alarms
        .entry("control chart, per figure and day")
        .or_default();
    for series in series.iter().filter(|series| series.members.is_empty()) {
        for until in FIRST..=DAYS as usize {
            ours.looked += 1;
            ours.promised += RULES;
            ours.alarms += u32::from(signals(series, until, None));
            theirs.looked += 1;
            theirs.alarms += u32::from(naive(series, until, None));
        }
    }
}
