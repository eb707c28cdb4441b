use chrono::Days;

use super::*;

mod marked;

/// Uniform numbers in [0, 1): Marsaglia (2003), *Xorshift RNGs*, J. Statistical Software 8(14).
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).expect("32 bits")) / 4_294_967_296.0
    }

    /// Close to a standard normal number: twelve uniform ones less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// How many of `n` come out with probability `share`.
    fn binomial(&mut self, n: u32, share: f64) -> f64 {
        f64::from(
            (0..n)
                .map(|_| u32::from(self.uniform() < share))
                .sum::<u32>(),
        )
    }
}

/// A Monday.
fn date(day: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
    first + Days::new(u64::try_from(day).expect("a small number"))
}

fn rate(day: usize, count: f64, n: u32) -> Day {
    Day {
        date: date(day),
        estimate: Estimate {
            value: (n > 0).then(|| count / f64::from(n)),
            numerator: Some(count),
            denominator: Some(f64::from(n)),
            n: u64::from(n),
            interval: None,
        },
    }
}

fn mean(day: usize, value: f64, n: u32) -> Day {
    rate(day, value * f64::from(n), n)
}

fn single(day: usize, value: f64) -> Day {
    Day {
        date: date(day),
        estimate: Estimate {
            value: Some(value),
            numerator: Some(value),
            denominator: None,
            n: 1,
            interval: None,
        },
    }
}

/// 60 days of an answer rate that falls from `before` to `after` on day 40.
fn step(seed: u64, before: f64, after: f64) -> Vec<Day> {
    let mut noise = Noise(seed);
    (0..60)
        .map(|day| {
            let share = if day < 40 { before } else { after };
            rate(day, noise.binomial(300, share), 300)
        })
        .collect()
}

/// Share of the series whose newest day carries a signal.
fn alarms(nature: Nature, series: impl Fn(u64) -> Vec<Day>) -> f64 {
    let found = (1..=200_u64)
        .filter_map(|seed| movement(&series(seed * 7_919), nature, Better::Higher))
        .filter(|movement| movement.current().is_some())
        .count();
    f64::from(u32::try_from(found).expect("at most 200")) / 200.0
}

#[test]
fn a_planted_shift_is_found_and_dated() {
    let days = step(20_260_105, 0.90, 0.80);
    let found = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    assert_eq!(found.baseline_days, 28);
    assert!((found.centre - 0.90).abs() < 0.01);
    let (signal, since) = found.current().expect("a signal");
    assert_eq!(signal.verdict, Verdict::Concern);
    assert!(!signal.above);
    let off = (since - date(40)).num_days().abs();
    assert!(off <= 2, "dated {since}");
}

#[test]
fn shifts_are_found_and_noise_mostly_is_not() {
    let shifted = alarms(Nature::Rate, |seed| step(seed, 0.90, 0.82));
    assert!(shifted > 0.9, "found {shifted}");
    let rates = alarms(Nature::Rate, |seed| step(seed, 0.85, 0.85));
    assert!(rates < 0.03, "rates {rates}");
    let means = alarms(Nature::Mean, |seed| {
        let mut noise = Noise(seed);
        let value = |day| mean(day, 300.0 + 14.0 * noise.normal(), 200);
        (0..60).map(value).collect()
    });
    assert!(means < 0.03, "means {means}");
    let counts = alarms(Nature::Single, |seed| {
        let mut noise = Noise(seed);
        let value = |day| single(day, 200.0 + 14.0 * noise.normal());
        (0..60).map(value).collect()
    });
    assert!(counts < 0.03, "counts {counts}");
}

#[test]
fn fewer_than_twelve_days_give_a_run_chart() {
    let days: Vec<Day> = (0..11)
        .map(|day| rate(day, 80.0 + f64::from(day % 3 == 0), 100))
        .collect();
    let found = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    assert_eq!(found.chart, ChartKind::Run);
    assert_eq!((found.baseline_days, found.weekday_adjusted), (11, false));
    assert!(
        found
            .points
            .iter()
            .all(|point| point.lower.is_none() && point.upper.is_none())
    );
    assert!((found.centre - 0.80).abs() < 1e-12);
    assert_eq!(found.current(), None);
    let days: Vec<Day> = (0..12).map(|day| rate(day, 80.0, 100)).collect();
    let found = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    assert_ne!(found.chart, ChartKind::Run);
    assert_eq!(found.baseline_days, 11);
}

#[test]
fn a_run_chart_marks_the_run_that_a_step_ends_in() {
    let values = [3., 2., 3., 1., 2., 7., 8., 9., 8., 7.];
    let days: Vec<Day> = (0..10).map(|day| single(day, values[day])).collect();
    let found = movement(&days, Nature::Single, Better::Lower).expect("a movement");
    let (signal, since) = found.current().expect("a signal");
    assert_eq!(
        (signal.rule, signal.verdict),
        (Rule::Shift, Verdict::Concern)
    );
    assert_eq!(since, date(5));
}

#[test]
fn the_verdict_follows_better() {
    for (after, better, expected) in [
        (0.99, Better::Higher, Verdict::Improvement),
        (0.99, Better::Lower, Verdict::Concern),
        (0.99, Better::Neither, Verdict::Neutral),
        (0.60, Better::Higher, Verdict::Concern),
        (0.60, Better::Lower, Verdict::Improvement),
        (0.60, Better::Neither, Verdict::Neutral),
    ] {
        let found = movement(&step(42, 0.85, after), Nature::Rate, better).expect("a movement");
        let (signal, _) = found.current().expect("a signal");
        assert_eq!(signal.verdict, expected, "{after} {better:?}");
        assert_eq!(signal.above, after > 0.85);
    }
}

#[test]
fn a_trend_is_judged_by_the_way_it_goes() {
    let flat = [
        51., 49., 51., 49., 51., 49., 51., 49., 51., 49., 51., 49., 51.,
    ];
    let rise = [46., 46.5, 47., 47.5, 48., 48.5, 49.];
    // Every seventh day, so that no weekday effect comes in: all are Mondays.
    let days: Vec<Day> = [&flat[..], &flat[..], &rise[..]]
        .concat()
        .into_iter()
        .enumerate()
        .map(|(week, value)| single(7 * week, value))
        .collect();
    let found = movement(&days, Nature::Single, Better::Higher).expect("a movement");
    let (signal, since) = found.current().expect("a signal");
    assert_eq!(
        (signal.rule, signal.verdict),
        (Rule::Trend, Verdict::Improvement)
    );
    assert!(!signal.above, "rising, but still below the centre");
    assert_eq!(since, date(7 * 26));
}

#[test]
fn days_without_a_denominator_are_skipped() {
    let mut days = step(7, 0.9, 0.9);
    let complete = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    days.insert(30, rate(60, 0.0, 0));
    days.push(rate(61, 0.0, 0));
    let found = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    assert_eq!(found.points[..60], complete.points[..]);
    for point in &found.points[60..] {
        assert_eq!((point.value, point.adjusted), (None, None));
        assert_eq!((point.lower, point.signal), (None, None));
    }
    assert_eq!(found.centre.to_bits(), complete.centre.to_bits());
}

#[test]
fn nothing_to_judge_gives_nothing() {
    assert_eq!(movement(&[], Nature::Rate, Better::Higher), None);
    let empty: Vec<Day> = (0..30).map(|day| rate(day, 0.0, 0)).collect();
    assert_eq!(movement(&empty, Nature::Rate, Better::Higher), None);
}

#[test]
fn the_weekly_cycle_is_taken_out_from_two_weeks_on() {
    let cycle = [120., 110., 100., 100., 95., 60., 40.];
    let days = |n: usize| -> Vec<Day> { (0..n).map(|day| single(day, cycle[day % 7])).collect() };
    let found = movement(&days(35), Nature::Single, Better::Neither).expect("a movement");
    assert!(found.weekday_adjusted);
    assert_eq!(found.current(), None);
    for point in &found.points {
        let adjusted = point.adjusted.expect("a value");
        assert!((adjusted - 625.0 / 7.0).abs() < 1e-9);
    }
    let short = movement(&days(14), Nature::Single, Better::Neither).expect("a movement");
    assert!(!short.weekday_adjusted, "13 days are not two weeks");
    let enough = movement(&days(15), Nature::Single, Better::Neither).expect("a movement");
    assert!(enough.weekday_adjusted);
}

#[test]
fn the_baseline_is_frozen() {
    let mut noise = Noise(99);
    let days: Vec<Day> = (0..90)
        .map(|day| mean(day, 300.0 + 10.0 * noise.normal(), 150))
        .collect();
    let judge = |n: usize| movement(&days[..n], Nature::Mean, Better::Lower).expect("a movement");
    let early = judge(40);
    let late = judge(90);
    assert_eq!((early.chart, early.baseline_days), (ChartKind::IPrime, 28));
    assert_eq!(early.centre.to_bits(), late.centre.to_bits());
    assert_eq!(early.points[39].lower, late.points[39].lower);
    assert_eq!(judge(20).baseline_days, 19);
    assert_eq!(judge(25).baseline_days, 24);
}

#[test]
fn rates_stay_within_0_and_1() {
    let mut noise = Noise(5);
    let days: Vec<Day> = (0..60)
        .map(|day| {
            let share = if day % 7 < 5 { 0.99 } else { 0.7 };
            rate(day, noise.binomial(60, share), 60)
        })
        .collect();
    let found = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    for point in &found.points {
        for number in [point.adjusted, point.lower, point.upper] {
            assert!((0.0..=1.0).contains(&number.expect("a number")));
        }
    }
}

#[test]
fn a_rate_that_scatters_beyond_sampling_gets_laneys_limits() {
    let mut noise = Noise(17);
    let days: Vec<Day> = (0..60)
        .map(|day| {
            let share = 0.85 + 0.05 * noise.normal().clamp(-2.0, 2.0);
            rate(day, noise.binomial(2_000, share), 2_000)
        })
        .collect();
    let found = movement(&days, Nature::Rate, Better::Higher).expect("a movement");
    assert_eq!(found.chart, ChartKind::LaneyP);
    assert!(found.sigma_z.expect("sigma_z") > 3.0);
    let plain = movement(&step(3, 0.85, 0.85), Nature::Rate, Better::Higher).expect("a movement");
    assert_eq!(plain.chart, ChartKind::P);
    assert!(plain.sigma_z.is_some());
}

#[test]
fn days_are_put_in_order() {
    let days = step(11, 0.9, 0.8);
    let mut shuffled = days.clone();
    shuffled.reverse();
    assert_eq!(
        movement(&days, Nature::Rate, Better::Higher),
        movement(&shuffled, Nature::Rate, Better::Higher)
    );
}
