//! Rebases and marked events.

use proptest::prelude::*;

use super::*;
use crate::i18n::Bilingual;

fn rebase(day: usize) -> Rebase {
    Rebase {
        date: date(day),
        note: Bilingual::new("new menu", "菜单改版"),
    }
}

fn event(from: usize, to: usize, treatment: Treatment) -> Event {
    Event {
        from: date(from),
        to: date(to),
        name: Bilingual::new("outage", "故障"),
        treatment,
    }
}

fn judge(days: &[Day], nature: Nature, rebases: Vec<Rebase>, events: Vec<Event>) -> Movement {
    let terms = Terms {
        nature,
        better: Better::Higher,
        per: 1.0,
        marks: Marks { rebases, events },
    };
    movement_with(days, &terms).expect("a movement")
}

#[test]
fn a_rebase_ends_the_signals_of_a_change_that_is_known() {
    let days = step(20_260_105, 0.90, 0.80);
    let plain = judge(&days, Nature::Rate, Vec::new(), Vec::new());
    assert!(plain.current().is_some());
    let rebased = judge(&days, Nature::Rate, vec![rebase(40)], Vec::new());
    assert_eq!(rebased.current(), None);
    let [before, after] = &rebased.stretches[..] else {
        panic!("{:?}", rebased.stretches)
    };
    assert_eq!((before.from, after.from), (date(0), date(40)));
    assert_eq!((before.baseline_days, after.baseline_days), (28, 19));
    assert!(before.frozen && !after.frozen);
    assert!((after.centre - 0.80).abs() < 0.02 && (before.centre - 0.90).abs() < 0.02);
    // Old limits before, new after. (Without the rebase the shift reaches back to chance days before it.)
    assert_eq!(rebased.points[..32], plain.points[..32]);
    let (old, new) = (rebased.points[39].lower, rebased.points[40].lower);
    assert!(old > new, "{old:?} {new:?}");
    assert_eq!(rebased.stretch_of(date(39)), 0);
    assert_eq!(rebased.stretch_of(date(40)), 1);
}

#[test]
fn a_young_rebase_gives_a_run_chart_and_keeps_the_old_limits_before() {
    let days = step(20_260_105, 0.90, 0.80);
    let young = judge(&days[..51], Nature::Rate, vec![rebase(40)], Vec::new());
    assert_eq!(young.chart, ChartKind::Run);
    assert_eq!(young.stretches[1].usable, 11);
    assert!(young.points[39].lower.is_some() && young.points[40].lower.is_none());
    let old_enough = judge(&days[..52], Nature::Rate, vec![rebase(40)], Vec::new());
    assert_ne!(old_enough.chart, ChartKind::Run);
}

#[test]
fn a_rebase_outside_the_record_changes_nothing_of_the_limits() {
    let days = step(11, 0.9, 0.88);
    let plain = judge(&days, Nature::Rate, Vec::new(), Vec::new());
    for at in [0, 60, 90] {
        let rebased = judge(&days, Nature::Rate, vec![rebase(at)], Vec::new());
        assert_eq!(rebased.points, plain.points, "day {at}");
        assert_eq!(rebased.stretches.len(), 1);
    }
}

#[test]
fn a_run_of_signals_does_not_reach_back_over_a_rebase() {
    let mut noise = Noise(77);
    let days: Vec<Day> = (0..90)
        .map(|day| {
            let share = if day < 80 { 0.90 } else { 0.75 };
            rate(day, noise.binomial(400, share), 400)
        })
        .collect();
    let found = judge(&days, Nature::Rate, vec![rebase(50)], Vec::new());
    let (_, since) = found.current().expect("a signal");
    assert!(since >= date(50), "{since}");
    assert!((since - date(80)).num_days().abs() <= 2, "{since}");
}

#[test]
fn days_of_a_campaign_set_no_limits_but_signal() {
    // A campaign of ten days at a third of the usual level, early in the record.
    let mut noise = Noise(5);
    let days: Vec<Day> = (0..60)
        .map(|day| {
            let level = if (10..20).contains(&day) { 60.0 } else { 180.0 };
            single(day, level + 8.0 * noise.normal())
        })
        .collect();
    let campaign = event(10, 19, Treatment::OutOfBaseline);
    let found = judge(&days, Nature::Single, Vec::new(), vec![campaign.clone()]);
    assert!((found.centre - 180.0).abs() < 8.0, "{}", found.centre);
    assert_eq!(found.stretches[0].usable, 50);
    assert_eq!(found.stretches[0].baseline, (date(0), date(37)));
    for point in &found.points[10..20] {
        assert_eq!(found.event_of(point), Some(&campaign));
        assert!(point.signal.is_some(), "{}", point.date);
    }
    let ignored = judge(
        &days,
        Nature::Single,
        Vec::new(),
        vec![event(10, 19, Treatment::Shown)],
    );
    let plain = judge(&days, Nature::Single, Vec::new(), Vec::new());
    assert_eq!(ignored.centre.to_bits(), plain.centre.to_bits());
}

#[test]
fn excluded_days_are_drawn_and_held_against_nothing() {
    let mut days = step(3, 0.9, 0.9);
    for (day, place) in days.iter_mut().enumerate().take(48).skip(45) {
        *place = rate(day, 60.0, 300);
    }
    let outage = event(45, 47, Treatment::Excluded);
    let found = judge(&days, Nature::Rate, Vec::new(), vec![outage.clone()]);
    for point in &found.points[45..48] {
        assert!(point.adjusted.is_some() && point.lower.is_none());
        assert_eq!(point.signal, None);
        assert!(found.excluded(point));
    }
    assert_eq!(found.judged().count(), 57);
    // A run goes on over them.
    for (day, place) in days.iter_mut().enumerate().skip(40) {
        if !(45..48).contains(&day) {
            *place = rate(day, 240.0, 300);
        }
    }
    let found = judge(&days, Nature::Rate, Vec::new(), vec![outage]);
    let (_, since) = found.current().expect("a signal");
    assert!((since - date(40)).num_days().abs() <= 1, "{since}");
}

#[test]
fn a_record_within_an_event_has_a_run_chart() {
    let days = step(3, 0.9, 0.9);
    for treatment in [Treatment::OutOfBaseline, Treatment::Excluded] {
        let found = judge(
            &days[..20],
            Nature::Rate,
            Vec::new(),
            vec![event(5, 30, treatment)],
        );
        assert_eq!(
            (found.chart, found.stretches[0].usable),
            (ChartKind::Run, 5)
        );
    }
    let whole = judge(
        &days[..20],
        Nature::Rate,
        Vec::new(),
        vec![event(0, 30, Treatment::Excluded)],
    );
    assert_eq!(whole.current(), None);
    assert!(whole.points.iter().all(|point| point.signal.is_none()));
}

#[test]
fn the_baseline_does_not_slide_with_the_days_shown() {
    // A year whose level creeps: limits from the first four weeks, not from those before the newest 60.
    let mut noise = Noise(41);
    let days: Vec<Day> = (0..365)
        .map(|day| {
            let creep = 0.01 * f64::from(u32::try_from(day).expect("small"));
            mean(day, 300.0 + creep * 8.0 + 6.0 * noise.normal(), 150)
        })
        .collect();
    let found = judge(&days, Nature::Mean, Vec::new(), Vec::new());
    assert_eq!(found.stretches[0].baseline, (date(0), date(27)));
    let early = judge(&days[..60], Nature::Mean, Vec::new(), Vec::new());
    assert_eq!(found.centre.to_bits(), early.centre.to_bits());
    assert!(found.current().is_some());
}

#[test]
fn a_count_per_exposure_is_charted_per_unit_of_it() {
    // Complaints per 1,000 contacts: 18 of 1,000, on some 7,000 contacts a day.
    let series = |scatter: f64| -> Vec<Day> {
        let mut noise = Noise(9);
        (0..60)
            .map(|day| {
                let n = 7_000.0 + 400.0 * noise.normal();
                let level = 0.018 * (1.0 + scatter * noise.normal());
                let count = (n * level + (n * level).sqrt() * noise.normal()).round();
                Day {
                    date: date(day),
                    estimate: Estimate {
                        value: Some(count / n * 1000.0),
                        numerator: Some(count),
                        denominator: Some(n),
                        n: 7_000,
                        interval: None,
                    },
                }
            })
            .collect()
    };
    let terms = Terms {
        nature: Nature::Count,
        better: Better::Lower,
        per: 1000.0,
        marks: Marks::default(),
    };
    let calm = movement_with(&series(0.0), &terms).expect("a movement");
    assert_eq!(calm.chart, ChartKind::U);
    let wild = movement_with(&series(0.25), &terms).expect("a movement");
    assert_eq!(wild.chart, ChartKind::LaneyU);
    // ū ± 3·√(ū/n): n of seven thousands, with the mean's own share of the uncertainty.
    let newest = calm.points.last().expect("points");
    let half = newest.upper.expect("a limit") - calm.centre;
    let poisson = 3.0 * (calm.centre / 7.0).sqrt();
    assert!((half / poisson - 1.0).abs() < 0.2, "{half} {poisson}");
}

#[test]
fn the_newest_limits_tell_whether_a_target_will_be_met() {
    let found = judge(&step(3, 0.9, 0.9), Nature::Rate, Vec::new(), Vec::new());
    for (bound, expected) in [
        (Bound::AtLeast(0.80), Assurance::Passing),
        (Bound::AtLeast(0.90), Assurance::HitOrMiss),
        (Bound::AtLeast(0.97), Assurance::Failing),
        (Bound::AtMost(0.97), Assurance::Passing),
        (Bound::AtMost(0.80), Assurance::Failing),
    ] {
        assert_eq!(found.assurance(bound), Some(expected), "{bound:?}");
    }
    let days: Vec<Day> = (0..8).map(|day| rate(day, 80.0, 100)).collect();
    let run = judge(&days, Nature::Rate, Vec::new(), Vec::new());
    assert_eq!(run.assurance(Bound::AtLeast(0.5)), None);
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(150.0..250.0_f64, 15..80)
}

proptest! {
    #[test]
    fn a_rebase_parts_a_series_into_two(values in values(), share in 0.05..0.95_f64) {
        let days: Vec<Day> = values.iter().enumerate().map(|(day, value)| single(day, *value)).collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a position")]
        let cut = ((days.len() as f64 * share) as usize).max(1);
        let whole = judge(&days, Nature::Single, vec![rebase(cut)], Vec::new());
        let parts = [&days[..cut], &days[cut..]].map(|part| judge(part, Nature::Single, Vec::new(), Vec::new()));
        prop_assert_eq!(&whole.points[..cut], &parts[0].points[..]);
        prop_assert_eq!(&whole.points[cut..], &parts[1].points[..]);
        prop_assert_eq!(whole.current(), parts[1].current());
    }

    #[test]
    fn excluded_days_alter_nothing_of_the_others(
        values in values(), from in 0_usize..40, length in 1_usize..10, other in 1.0..1000.0_f64,
    ) {
        let days: Vec<Day> = values.iter().enumerate().map(|(day, value)| single(day, *value)).collect();
        let to = from + length - 1;
        let moved: Vec<Day> = days
            .iter()
            .enumerate()
            .map(|(day, known)| if (from..=to).contains(&day) { single(day, other) } else { *known })
            .collect();
        let [one, two] = [&days, &moved]
            .map(|days| judge(days, Nature::Single, Vec::new(), vec![event(from, to, Treatment::Excluded)]));
        for (at, (a, b)) in one.points.iter().zip(&two.points).enumerate() {
            if (from..=to).contains(&at) {
                prop_assert_eq!(b.signal, None);
                prop_assert_eq!((a.lower, a.upper), (b.lower, b.upper));
            } else {
                prop_assert_eq!(a, b);
            }
        }
    }

    #[test]
    fn days_out_of_the_baseline_alter_no_limits(
        values in values(), from in 0_usize..40, length in 1_usize..10, other in 1.0..1000.0_f64,
    ) {
        let days: Vec<Day> = values.iter().enumerate().map(|(day, value)| single(day, *value)).collect();
        let to = from + length - 1;
        let moved: Vec<Day> = days
            .iter()
            .enumerate()
            .map(|(day, known)| if (from..=to).contains(&day) { single(day, other) } else { *known })
            .collect();
        let [one, two] = [&days, &moved]
            .map(|days| judge(days, Nature::Single, Vec::new(), vec![event(from, to, Treatment::OutOfBaseline)]));
        // A run chart has no limits; its median is of all days.
        prop_assume!(one.chart != ChartKind::Run);
        let limits = |found: &Movement| -> Vec<_> { found.points.iter().map(|point| (point.lower, point.upper)).collect() };
        prop_assert_eq!(limits(&one), limits(&two));
        prop_assert_eq!(one.centre.to_bits(), two.centre.to_bits());
    }
}
