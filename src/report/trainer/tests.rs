use chrono::NaiveDate;

use super::*;
use crate::insight::coaching::Skipped;
use crate::insight::phrases::{Example, Group, Recognised, Recognition};
use crate::insight::problems::Problem;
use crate::insight::repeats::Reason;
use crate::insight::script::{Item, Judged};
use crate::insight::weeks::Recurring;
use crate::report::figure::HeatLevel;
use crate::report::figure::Plot;
use crate::stats::persistence::persistence;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn reason(problem: &str, repeats: u64) -> Reason {
    Reason {
        members: vec![problem.to_owned()],
        first: 282,
        followed: 83,
        share: 0.294,
        interval: (0.244, 0.35),
        repeats,
        mean_repeats: 1.3,
        longest: 3,
        minutes: 574.0,
        unmeasured: 0,
        channels: vec![("phone".to_owned(), 74), ("chat".to_owned(), 34)],
        switched: 22,
        other_reason: 1,
        gap_s: Some(58_000.0),
    }
}

/// A centre without anything to say.
fn empty() -> TrainerInput {
    TrainerInput {
        head: Head {
            centre: Bilingual::new("Centre", "中心"),
            date: day(29),
            as_of: day(29).and_hms_opt(22, 0, 0).unwrap(),
            zone: "Asia/Shanghai".to_owned(),
            scope: crate::report::Scope::whole(),
            passed_over: Vec::new(),
            editions: None,
        },
        names: crate::settings::Loaded::parse("kefu.toml", "")
            .unwrap()
            .settings
            .taxonomy
            .lookup(),
        minute: 1.0,
        days: (day(2), day(29)),
        problems: Problems {
            rows: Vec::new(),
            without: 0,
            days: None,
            weeks: Vec::new(),
            compensated: true,
        },
        weeks: ByWeek::default(),
        weeks_placed: ByWeek::default(),
        script: Script::default(),
        agents: Vec::new(),
        emerging: Emerging {
            date: day(29),
            series: Vec::new(),
            tested: (0, 0),
            false_alarms: 0.0,
            uncorrected: 0.0,
        },
        repeats: Repeats {
            rows: Vec::new(),
            whole: reason("", 0),
            without: 0,
            immature: 0,
            days: None,
        },
        focus: None,
        phrases: Phrases {
            groups: Vec::new(),
            tickets: 0,
            silent: 0,
            days: None,
            recognition: Recognition::default(),
        },
        coaching: Coaching {
            rows: Vec::new(),
            skipped: Vec::new(),
            checked: 0,
            by_chance: 0.0,
        },
        figures: BTreeMap::new(),
    }
}

/// Damaged parcels cost most and come back at one outlet; the new team skips an item.
fn full() -> TrainerInput {
    let problem = |code: &str, cost: f64, cumulative: f64| Problem {
        members: vec![code.to_owned()],
        contacts: 100,
        handling_minutes: cost,
        repeats: 0,
        repeat_minutes: 0.0,
        compensation: 0.0,
        cost,
        interval: (cost * 0.8, cost * 1.2),
        weeks: Vec::new(),
        share: cost / 1000.0,
        cumulative,
        ranks: (1, 2),
        share_of_repeats: 0.0,
        persistence: None,
        persistent: false,
    };
    let weeks: Vec<(f64, f64)> = vec![(14.0, 8.0); 4];
    let recurring = |place: &str, persistent| Recurring {
        problem: "exception/damaged".to_owned(),
        place: place.to_owned(),
        judged: persistence(&weeks).unwrap(),
        weeks: weeks.clone(),
        persistent,
    };
    let by_week = |row: Recurring| ByWeek {
        weeks: vec![day(2), day(9), day(16), day(23)],
        days: Some((day(2), day(29))),
        contacts: (56, 3),
        rows: vec![row],
    };
    let judged = |judged, failed| Judged { judged, failed };
    let mut input = empty();
    input.problems.rows = vec![
        problem("exception/damaged", 850.0, 0.85),
        problem("exception/lost", 150.0, 1.0),
    ];
    input.problems.days = Some((day(2), day(29)));
    input.weeks = by_week(recurring("", false));
    input.weeks_placed = by_week(recurring("滨江网点", true));
    input.script = Script {
        teams: vec!["在线组".to_owned(), "新人组".to_owned()],
        items: vec![Item {
            name: "核实身份".to_owned(),
            all: judged(120, 40),
            teams: vec![judged(80, 6), judged(40, 34)],
        }],
    };
    input.coaching.skipped = vec![Skipped {
        team: "新人组".to_owned(),
        item: "核实身份".to_owned(),
        n: 40.0,
        value: 0.85,
        expected: 0.08,
        gap: (0.77, 0.6, 0.9),
        z: 9.0,
    }];
    input.repeats.rows = vec![reason("delivery/stalled", 108)];
    input.phrases = Phrases {
        groups: vec![Group {
            problem: Some("exception/damaged".to_owned()),
            tickets: 12,
            by_keyword: 2,
            phrases: Vec::new(),
            examples: vec![Example {
                ticket: "T1".to_owned(),
                day: day(20),
                text: "茶叶碎了，×××称网点装卸粗暴".to_owned(),
            }],
        }],
        tickets: 12,
        silent: 1,
        days: Some((day(2), day(29))),
        recognition: Recognition {
            rows: Vec::new(),
            whole: Recognised {
                problem: String::new(),
                of: 50,
                given: 40,
                right: 38,
            },
        },
    };
    input
}

fn summary(document: &Document) -> Vec<String> {
    match document
        .sections
        .first()
        .map(|section| section.blocks.as_slice())
    {
        Some([Block::Text { paragraphs, .. }]) => paragraphs
            .iter()
            .map(|text| text.replace('\u{a0}', " "))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_first_lines_say_what_costs_comes_back_and_is_left_out() {
    let document = trainer(&full(), Lang::En);
    assert_eq!(
        summary(&document),
        [
            "Damaged parcel takes 85.0 % of the cost; 1 of 2 types make up 80 %",
            "1 lie above expectation too often for chance, first Damaged parcel, 滨江网点: 4 of 4 weeks",
            "核实身份: 新人组 fails 85.0 %, the others with the same contacts 8.0 %",
        ]
    );
    let chinese = summary(&trainer(&full(), Lang::Zh));
    assert_eq!(
        chinese[2],
        "“核实身份”：新人组不合格率 85.0 %，同类业务其他班组 8.0 %"
    );
}

#[test]
fn the_team_that_skips_an_item_has_the_darkest_cell_and_the_item_a_mark() {
    let document = trainer(&full(), Lang::Zh);
    let figure = document
        .figures()
        .find(|figure| figure.id == "script-items")
        .unwrap();
    let Plot::Persistence(plot) = &figure.plot else {
        panic!("{:?}", figure.plot);
    };
    assert_eq!(plot.rows[0].cells[0].level, HeatLevel::Class(0));
    assert_eq!(plot.rows[0].cells[1].level, HeatLevel::Class(3));
    assert_eq!(plot.rows[0].cells[1].label, "85");
    assert!(plot.rows[0].mark.is_some());
}

#[test]
fn the_worksheet_has_cases_of_the_costliest_problem_with_lines_to_write_on() {
    let document = trainer(&full(), Lang::En);
    let sheets: Vec<_> = document
        .blocks()
        .filter_map(|block| match block {
            Block::Worksheet(sheet) => Some(sheet),
            _ => None,
        })
        .collect();
    assert_eq!(sheets.len(), 1);
    assert_eq!(sheets[0].heading, "Damaged parcel");
    assert_eq!((sheets[0].cases.len(), sheets[0].questions.len()), (1, 3));
}

#[test]
fn every_part_has_an_anchor_of_its_own_and_an_empty_centre_is_told_so() {
    for lang in Lang::ALL {
        for input in [empty(), full()] {
            let document = trainer(&input, lang);
            let mut anchors: Vec<&str> = document.sections.iter().map(|part| part.id).collect();
            let tables = document.blocks().filter_map(|block| match block {
                Block::Table(table) => Some(table.id.as_str()),
                _ => None,
            });
            anchors.extend(tables);
            anchors.extend(document.figures().map(|figure| figure.id.as_str()));
            let all = anchors.len();
            anchors.sort_unstable();
            anchors.dedup();
            assert_eq!(anchors.len(), all);
            assert!(document.sections.iter().all(|part| !part.blocks.is_empty()));
        }
        let none = trainer(&empty(), lang);
        assert!(none.figures().next().is_none());
        assert!(none.sections.len() >= 5);
    }
}
