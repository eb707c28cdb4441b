//! The parts of the page that explain: waterfalls, teams, promises, waits, what rises.

use chrono::Days;

use super::fixture::{date, night};
use super::*;
use crate::i18n::Bilingual;
use crate::insight::adjusted::{Adjusted, Who};
use crate::insight::compare::{Comparison, Dimension, Part};
use crate::insight::emerging::{Emerging, Series, Span};
use crate::insight::period::Period;
use crate::insight::promises::{Clocks, Kept, Outlet, Promises};
use crate::insight::waits::{Class, Waiting};
use crate::kpi::figure::{Better, Bound, Estimate, Interval};
use crate::report::document::{Finding, Subject};
use crate::report::figure::Plot;
use crate::report::insights::{Change, Measured, Placing, Promised};
use crate::stats::adtributor::Explanation;
use crate::stats::decomposition::Presence;
use crate::stats::funnel::{Flag, Funnel, LEAST};
use crate::stats::standard::Standardised;

fn measured(id: &str, en: &str, zh: &str) -> Measured {
    Measured {
        id: id.to_owned(),
        name: Bilingual::new(en, zh),
        unit: Unit::Percent,
        better: Better::Higher,
        target: None,
    }
}

/// The answer rate fell by 6 points: one team carries 75 %.
fn change(interval: (f64, f64)) -> Change {
    let week = |from: u64| Period {
        from: date() - Days::new(from),
        to: date() - Days::new(from - 6),
    };
    let part = |member: &str, rate: f64, noise: bool| Part {
        member: Some(member.to_owned()),
        presence: Presence::Both,
        n: (500, 500),
        values: (Some(0.92), Some(0.92 + 2.0 * rate)),
        shares: (0.5, 0.5),
        rate,
        mix: 0.0,
        interval: Some((rate - 0.01, rate + 0.01)),
        explains: Some(rate / -0.06),
        noise,
    };
    let estimate = |value: f64| Estimate {
        value: Some(value),
        n: 1000,
        ..Estimate::default()
    };
    Change {
        of: measured("answer_rate", "Answer rate", "接通率"),
        periods: (week(13), week(6)),
        found: Comparison {
            whole: (estimate(0.92), estimate(0.86)),
            values: (0.92, 0.86),
            per_day: false,
            interval: Some(interval),
            dimensions: vec![Dimension {
                name: "team".to_owned(),
                explained: Some(Explanation {
                    members: vec![0],
                    power: 0.75,
                    surprise: 0.1,
                }),
                parts: vec![
                    part("热线一组", -0.045, false),
                    part("热线二组", -0.015, true),
                ],
            }],
            left_out: Vec::new(),
        },
    }
}

fn figure<'d>(document: &'d Document, id: &str) -> Option<&'d crate::report::figure::Figure> {
    document.figures().find(|figure| figure.id == id)
}

#[test]
fn a_signal_names_the_members_that_carry_the_change_and_shows_them() {
    let mut input = night();
    input.insight.changes = vec![change((-0.08, -0.04))];
    let document = nightly(&input, Lang::En);
    let first = document.findings().next().unwrap();
    assert!(
        first
            .text
            .replace('\u{a0}', " ")
            .ends_with(", mostly team 热线一组 (75 % of the week’s change)"),
        "{}",
        first.text
    );
    let evidence = first.evidence.join("; ").replace('\u{a0}', " ");
    assert!(
        evidence.contains("−6.0 points (95 % interval −8.0 points"),
        "{evidence}"
    );
    let drawn = figure(&document, "why-answer_rate").unwrap();
    assert!(matches!(drawn.plot, Plot::Waterfall(_)));
    assert!(
        drawn.title.contains("75\u{a0}% of it from team 热线一组"),
        "{}",
        drawn.title
    );
    let chinese = nightly(&input, Lang::Zh);
    let first = chinese.findings().next().unwrap();
    assert!(
        first.text.contains("主要来自班组“热线一组”"),
        "{}",
        first.text
    );
}

#[test]
fn what_noise_explains_is_not_taken_apart() {
    let mut input = night();
    input.insight.changes = vec![change((-0.13, 0.01))];
    let document = nightly(&input, Lang::En);
    assert!(figure(&document, "why-answer_rate").is_none());
    let first = document.findings().next().unwrap();
    assert!(!first.text.contains("mostly"), "{}", first.text);
    let evidence = first.evidence.join("; ");
    assert!(evidence.contains("no more than noise"), "{evidence}");
    let sentences: Vec<&String> = document
        .blocks()
        .filter_map(|block| match block {
            Block::Text { paragraphs, .. } => Some(paragraphs),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(
        sentences
            .iter()
            .any(|text| text.contains("noise explains as much"))
    );
}

/// Twelve teams of equal size; the first fails by far.
fn placing(first: f64) -> Placing {
    let members: Vec<(String, Standardised)> = (0..12)
        .map(|at| {
            let observed = if at == 0 {
                first
            } else {
                320.0 + f64::from(at % 3)
            };
            let found = Standardised {
                n: 400.0,
                observed,
                expected: 320.0,
                variance: 64.0,
                comparable: 400.0,
            };
            (format!("T{at}"), found)
        })
        .collect();
    let ratios: Vec<_> = members
        .iter()
        .filter_map(|(_, found)| found.ratio())
        .collect();
    Placing {
        of: measured("fcr", "First-contact resolution", "一次解决率"),
        who: Who::Team,
        problem: None,
        days: (date() - Days::new(27), date()),
        found: Adjusted {
            funnel: Funnel::ratios(&ratios, LEAST).unwrap(),
            members,
        },
    }
}

#[test]
fn a_team_beyond_chance_is_named_and_chance_is_not_ranked() {
    let mut input = night();
    input.insight.teams = vec![placing(321.0), placing(240.0)];
    let document = nightly(&input, Lang::En);
    let drawn = figure(&document, "teams-fcr").unwrap();
    assert!(
        drawn.title.contains("T0 worse than the same work explains"),
        "{}",
        drawn.title
    );
    assert_eq!(drawn.tone, crate::report::document::Tone::Concern);
    input.insight.teams = vec![placing(321.0)];
    let document = nightly(&input, Lang::Zh);
    let drawn = figure(&document, "teams-fcr").unwrap();
    assert_eq!(drawn.title, "一次解决率：12 个班组的差异均在偶然波动之内");
}

fn promised() -> Promised {
    let days: Vec<chrono::NaiveDate> = (0..28).rev().map(|back| date() - Days::new(back)).collect();
    let clocks = |met, breached| Clocks {
        met,
        breached,
        ..Clocks::default()
    };
    Promised {
        found: Promises {
            rows: vec![Kept {
                promise: "reply".to_owned(),
                by_day: vec![clocks(8, 4); 28],
                all: Clocks {
                    late: 3,
                    warned: 2,
                    running: 5,
                    ..clocks(224, 112)
                },
            }],
            outlets: vec![Outlet {
                outlet: "滨江网点".to_owned(),
                all: clocks(10, 40),
                day: clocks(1, 2),
                most: Some(("reply".to_owned(), 40)),
                flag: Flag::Alarm { above: true },
            }],
            days,
        },
        known: vec![("reply".to_owned(), Bilingual::new("Reply", "回复"), 7200.0)],
        target: Some((Bound::AtLeast(0.95), Bilingual::new("rules", "办法"))),
    }
}

#[test]
fn promises_say_what_is_broken_where_and_what_is_about_to_be() {
    let mut input = night();
    input.insight.promises = Some(promised());
    let document = nightly(&input, Lang::En);
    let sla = document
        .sections
        .iter()
        .find(|section| section.id == "sla")
        .unwrap();
    let lead = sla.lead.as_ref().unwrap().replace('\u{a0}', " ");
    assert_eq!(
        lead,
        "12 were due on the day and 4 of them broken; in four weeks 336 were due and 66.7 % kept. At the cut-off, about to be late: 2; late and still open: 3. Lists: kefu sla warn, kefu sla late."
    );
    let drawn = figure(&document, "promises").unwrap();
    let title = drawn.title.replace('\u{a0}', " ");
    assert!(
        title.starts_with("Reply: 66.7 % kept, target ≥ 95.0 %"),
        "{title}"
    );
    assert!(title.contains("滨江网点"), "{title}");
    let Block::Table(outlets) = &sla.blocks[1] else {
        panic!("{:?}", sla.blocks[1]);
    };
    assert_eq!(outlets.rows[0][0], "滨江网点");
    assert_eq!(outlets.rows[0][9], "Reply (40)");
}

#[test]
fn waits_stand_beside_the_heat_map_around_their_promise() {
    let mut input = night();
    let class = |from: f64, to: Option<f64>, count| Class { from, to, count };
    input.insight.waiting = Some(Waiting {
        days: (date() - Days::new(27), date()),
        classes: vec![
            class(0.0, Some(10.0), 60),
            class(10.0, Some(20.0), 20),
            class(20.0, Some(30.0), 15),
            class(30.0, None, 5),
        ],
        promised: Some(20.0),
        within: Estimate {
            value: Some(0.8),
            numerator: Some(80.0),
            denominator: Some(100.0),
            n: 100,
            interval: Some(Interval {
                low: 0.71,
                high: 0.87,
            }),
        },
        quantiles: (Some(7.0), Some(27.0)),
    });
    let document = nightly(&input, Lang::En);
    let drawn = figure(&document, "waits-spread").unwrap();
    assert_eq!(
        drawn.title.replace('\u{a0}', " "),
        "80.0 % of those answered waited no longer than 20 s"
    );
    assert!(figure(&document, "waits-map").is_some());
    let abandons = figure(&document, "abandons-map").unwrap();
    assert!(
        abandons.title.starts_with("Most callers give up on Mon "),
        "{}",
        abandons.title
    );
}

#[test]
fn what_rises_comes_with_what_was_checked_and_nothing_rising_is_said() {
    let series = |emerging| Series {
        members: vec!["exception/damaged".to_owned(), "滨江网点".to_owned()],
        span: Span::Week,
        count: 14.0,
        expected: 3.25,
        p: 0.0003,
        q: 0.0228,
        c2: None,
        recent: 23.0,
        since: date() - Days::new(6),
        emerging,
    };
    let found = |emerging| Emerging {
        date: date(),
        series: vec![series(emerging)],
        tested: (4, 161),
        false_alarms: if emerging { 0.05 } else { 0.0 },
        uncorrected: 8.2,
    };
    let mut input = night();
    input.insight.emerging = Some(found(true));
    let text =
        |input: &NightlyInput| format!("{:?}", nightly(input, Lang::En)).replace("\\u{a0}", " ");
    let page = text(&input);
    assert!(page.contains("滨江网点: 14 against 3.2 expected"), "{page}");
    assert!(page.contains("161 of the last seven days were tested"));
    // The first screen says it too, after what moved, and three sentences remain three.
    let document = nightly(&input, Lang::En);
    let items: Vec<&Finding> = document.findings().collect();
    assert_eq!(items.len(), 3);
    let said = items
        .iter()
        .find(|item| item.subject == Subject::Rising(0))
        .unwrap();
    assert!(said.text.contains("at 滨江网点"), "{}", said.text);
    assert!(said.text.contains("14"), "{}", said.text);
    assert!(
        said.evidence[0].contains("q\u{a0}=\u{a0}0.023"),
        "{:?}",
        said.evidence
    );
    assert!(
        said.evidence[1].starts_with("read the tickets"),
        "{:?}",
        said.evidence
    );
    let calm = NightlyInput {
        kpis: Vec::new(),
        ..input.clone()
    };
    let calm = nightly(&calm, Lang::En);
    let first: Vec<Subject> = calm.findings().map(|item| item.subject).take(2).collect();
    assert_eq!(first, [Subject::Rising(0), Subject::Nothing]);
    input.insight.emerging = Some(found(false));
    let page = text(&input);
    assert!(page.contains("Nothing is rising") && page.contains("8.2"));
}
