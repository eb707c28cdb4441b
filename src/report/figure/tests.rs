use super::samples::samples;
use super::*;
use crate::kpi::figure::{Better, Bound, Estimate};
use crate::report::document::{Column, Tone};
use crate::stats::decomposition::{Member, shares};

/// Words that say nothing, about percentages with no target or seconds with one.
fn about(at_most: Option<f64>) -> About<'static> {
    About {
        id: "x",
        title: "x",
        tone: Tone::Calm,
        measure: "x",
        unit: if at_most.is_some() {
            Unit::Seconds
        } else {
            Unit::Percent
        },
        better: Better::Higher,
        period: <(chrono::NaiveDate, chrono::NaiveDate)>::default(),
        n: 200,
        target: at_most.map(|seconds| (Bound::AtMost(seconds), None)),
        scope: "x",
        lang: Lang::En,
    }
}

#[test]
fn every_figure_says_what_chapter_six_asks_for() {
    for lang in Lang::ALL {
        for figure in samples(lang) {
            let id = &figure.id;
            assert!(!figure.title.is_empty() && !figure.notes.is_empty(), "{id}");
            assert!(
                figure.subtitle.contains("n\u{a0}="),
                "{id}: {}",
                figure.subtitle
            );
            assert!(figure.description.contains(&figure.title), "{id}");
            assert!(!figure.data.rows.is_empty(), "{id}");
            let width = figure.data.columns.len();
            assert!(
                figure.data.rows.iter().all(|row| row.len() == width),
                "{id}"
            );
        }
    }
}

#[test]
fn both_languages_hold_the_same_numbers() {
    let digits = |text: &String| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    for (zh, en) in samples(Lang::Zh).iter().zip(samples(Lang::En)) {
        let numeric: Vec<bool> = en
            .data
            .columns
            .iter()
            .map(|column: &Column| column.numeric)
            .collect();
        // Names of weeks and intervals of seconds are written differently, plain counts are not.
        for (a, b) in zh.data.rows.iter().zip(&en.data.rows) {
            for ((a, b), _) in a
                .iter()
                .zip(b)
                .zip(&numeric)
                .filter(|(_, numeric)| **numeric)
            {
                assert_eq!(digits(a), digits(b), "{}", en.id);
            }
        }
    }
}

#[test]
fn the_steps_of_a_waterfall_add_up() {
    for figure in samples(Lang::En) {
        if let Plot::Waterfall(plot) = &figure.plot {
            let size = plot.before.level.value.abs();
            assert!(
                plot.gap().abs() <= 1e-12 * size,
                "{}: {}",
                figure.id,
                plot.gap()
            );
        }
    }
}

#[test]
fn new_and_vanished_members_are_steps_of_their_own() {
    let figure = &samples(Lang::En)[2];
    let Plot::Waterfall(plot) = &figure.plot else {
        panic!("{}", figure.id)
    };
    let named = |kind| {
        plot.steps
            .iter()
            .filter(|step| step.kind == kind)
            .map(|step| step.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(named(StepKind::New), ["Outsourced desk, Hangzhou"]);
    assert_eq!(named(StepKind::Vanished), ["Trainees"]);
    assert_eq!(named(StepKind::Other).len(), 1);
}

#[test]
fn what_may_be_chance_is_folded() {
    let member = |n: f64, before: f64, after: f64| Member {
        n_before: n,
        sum_before: n * before,
        n_after: n,
        sum_after: n * after,
    };
    let parts = shares(&[member(100.0, 0.5, 0.7), member(100.0, 0.5, 0.6)]).unwrap();
    let named = |interval| waterfall::Member {
        name: "x",
        n: (100, 100),
        interval: Some(interval),
    };
    let about = about(None);
    let figure = waterfall::figure(
        &about,
        &parts,
        &[named((0.02, 0.18)), named((-0.04, 0.14))],
        ("a", "b"),
        None,
        "x",
    )
    .unwrap();
    let Plot::Waterfall(plot) = &figure.plot else {
        panic!("{}", figure.id)
    };
    let other = plot.steps.last().unwrap();
    assert_eq!(other.kind, StepKind::Other);
    assert!((other.change - 0.05).abs() < 1e-12, "{}", other.change);
    assert!(waterfall::figure(&about, &parts, &[], ("a", "b"), None, "x").is_none());
}

#[test]
fn grey_members_are_never_flagged() {
    for figure in samples(Lang::En) {
        let Plot::Funnel(plot) = &figure.plot else {
            continue;
        };
        let sparse = plot
            .members
            .iter()
            .filter(|member| member.standing == Standing::Sparse)
            .count();
        let few = figure
            .data
            .rows
            .iter()
            .filter(|row| row[1].replace(',', "").parse::<u64>().unwrap() < 30);
        let few: Vec<_> = few.collect();
        assert_eq!(sparse, few.len());
        assert!(few.iter().all(|row| row.last().unwrap() == "too few cases"));
        assert!(sparse > 0 && plot.members.len() > sparse);
    }
}

#[test]
fn a_target_inside_a_bin_is_refused() {
    let about = about(Some(7.0));
    let bins = [(0.0, Some(5.0)), (5.0, Some(10.0)), (10.0, None)].map(|(from, to)| spread::Bin {
        from,
        to,
        count: 1,
    });
    let within = Estimate {
        value: Some(0.5),
        numerator: Some(1.0),
        denominator: Some(2.0),
        n: 2,
        interval: None,
    };
    assert!(spread::figure(&about, &bins, within, &[]).is_none());
    let about = About {
        target: Some((Bound::AtMost(10.0), None)),
        ..about
    };
    let figure = spread::figure(&about, &bins, within, &[]).unwrap();
    let Plot::Spread(plot) = &figure.plot else {
        panic!("{}", figure.id)
    };
    let beyond: Vec<bool> = plot.bins.iter().map(|bin| bin.beyond).collect();
    assert_eq!(beyond, [false, false, true]);
}

mod sums {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_change_adds_up_whatever_is_folded(
            members in prop::collection::vec((0_u32..400, 0.0..1.0_f64, 0_u32..400, 0.0..1.0_f64, any::<bool>()), 1..30)
        ) {
            let data: Vec<Member> = members
                .iter()
                .map(|&(n0, r0, n1, r1, _)| Member {
                    n_before: f64::from(n0),
                    sum_before: f64::from(n0) * r0,
                    n_after: f64::from(n1),
                    sum_after: f64::from(n1) * r1,
                })
                .collect();
            let Some(parts) = shares(&data) else { return Ok(()) };
            let named: Vec<waterfall::Member> = members
                .iter()
                .map(|&(n0, _, n1, _, doubtful)| waterfall::Member {
                    name: "member",
                    n: (n0.into(), n1.into()),
                    interval: doubtful.then_some((-1.0, 1.0)),
                })
                .collect();
            let about = about(None);
            let figure = waterfall::figure(&about, &parts, &named, ("a", "b"), None, "x").unwrap();
            let Plot::Waterfall(plot) = &figure.plot else { panic!("another plot") };
            prop_assert!(plot.gap().abs() < 1e-12, "{}", plot.gap());
            prop_assert!(plot.steps.len() <= 11, "{}", plot.steps.len());
        }
    }
}
