use super::fixture::{night, quiet};
use super::*;
use crate::kpi::figure::{Estimate, Status};
use crate::report::document::{KpiRow, Table, Tone};

fn rows(document: &Document) -> Vec<&KpiRow> {
    document.kpis().collect()
}

fn tables(document: &Document) -> Vec<&Table> {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    blocks
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
        .collect()
}

#[test]
fn the_worst_comes_first_and_what_cannot_be_judged_last() {
    let document = nightly(&night(), Lang::En);
    let rows = rows(&document);
    let classes: Vec<u8> = rows
        .iter()
        .map(|row| match (row.variation.tone, row.raw.status) {
            (Tone::Concern, Status::Missed) => 0,
            (Tone::Concern, _) => 1,
            (Tone::Sparse, _) => 5,
            (_, Status::Missed) => 2,
            (Tone::Improvement, _) => 4,
            _ => 3,
        })
        .collect();
    assert!(classes.is_sorted(), "{classes:?}");
    assert_eq!((classes[0], classes[classes.len() - 1]), (0, 5));
}

#[test]
fn findings_are_at_most_three_and_name_size_time_and_reader() {
    let document = nightly(&night(), Lang::En);
    let findings: Vec<_> = document.findings().collect();
    assert_eq!(findings.len(), 3);
    let text = findings[0].text.replace('\u{a0}', " ");
    assert_eq!(
        text,
        "Answer rate below its limits since 27 Mar: 92.5 % → 85.7 % on average (−6.8 points)"
    );
    assert_eq!(findings[0].owner.as_deref(), Some("shift lead"));
    assert_eq!(findings[0].evidence[0], "Outside a control limit");
}

#[test]
fn a_quiet_night_is_a_finding_too() {
    for (lang, start) in [(Lang::Zh, "今日无信号"), (Lang::En, "No signal today")] {
        let document = nightly(&quiet(), lang);
        let findings: Vec<_> = document.findings().collect();
        assert!(findings[0].text.starts_with(start), "{}", findings[0].text);
        assert_eq!(findings[0].mark.tone, Tone::Calm);
        assert!(
            tables(&document)
                .iter()
                .all(|table| !table.empty.is_empty())
        );
    }
}

#[test]
fn every_figure_says_what_it_shows_and_holds_its_numbers() {
    for lang in Lang::ALL {
        let document = nightly(&night(), lang);
        let figures: Vec<_> = document.figures().collect();
        let charts = document.kpis().filter(|row| {
            let moved = matches!(
                row.variation.tone,
                Tone::Concern | Tone::Neutral | Tone::Improvement
            );
            moved || YTO_FIGURES.contains(&row.id.as_str())
        });
        assert_eq!(figures.len(), charts.count() + 3);
        for figure in figures {
            assert!(
                !figure.title.is_empty() && !figure.subtitle.is_empty(),
                "{}",
                figure.id
            );
            assert!(
                !figure.description.is_empty() && !figure.notes.is_empty(),
                "{}",
                figure.id
            );
            assert!(!figure.data.rows.is_empty(), "{}", figure.id);
            let columns = figure.data.columns.len();
            assert!(
                figure.data.rows.iter().all(|row| row.len() == columns),
                "{}",
                figure.id
            );
        }
    }
}

#[test]
fn both_editions_say_the_same() {
    let [zh, en] = Lang::ALL.map(|lang| nightly(&night(), lang));
    let ids = |document: &Document| -> Vec<String> {
        let figures = document.figures().map(|figure| figure.id.clone());
        figures
            .chain(document.kpis().map(|row| row.id.clone()))
            .collect()
    };
    assert_eq!(ids(&zh), ids(&en));
    for (a, b) in zh.kpis().zip(en.kpis()) {
        assert_eq!(a.raw, b.raw);
        assert_eq!((&a.fraction, &a.n), (&b.fraction, &b.n));
    }
}

#[test]
fn the_order_of_the_input_does_not_matter_where_it_means_nothing() {
    let mut turned = night();
    turned.rejects.reverse();
    turned.unmapped.reverse();
    if let (Some(waits), Some(problems)) = (&mut turned.waits, &mut turned.problems) {
        waits.cells.reverse();
        problems.rows.reverse();
    }
    assert_eq!(nightly(&turned, Lang::Zh), nightly(&night(), Lang::Zh));
}

#[test]
fn rows_that_do_not_add_up_are_named() {
    let mut input = night();
    input.ledger[1].stored += 1;
    let document = nightly(&input, Lang::En);
    let trust = document
        .sections
        .iter()
        .find(|section| section.id == "trust")
        .unwrap();
    assert!(
        trust
            .lead
            .as_ref()
            .unwrap()
            .contains("chats-2026-03-29.csv")
    );
    assert_eq!(tables(&document)[0].rows[1].last().unwrap(), "✕ does not");
}

#[test]
fn what_fcr_leaves_out_is_said() {
    let document = nightly(&night(), Lang::Zh);
    let text = format!("{:?}", document.sections.last());
    assert!(text.contains("2,874") && text.contains("72") && text.contains("333 / 5,210"));
    assert!(text.contains("excl_short"));
}

#[test]
fn a_figure_without_a_denominator_prints_a_dash_and_no_verdict() {
    let mut input = night();
    let fcr = input.kpis.iter_mut().find(|line| line.id == "fcr").unwrap();
    fcr.estimate = Estimate::default();
    let document = nightly(&input, Lang::En);
    let row = document.kpis().find(|row| row.id == "fcr").unwrap();
    assert_eq!(
        (row.value.as_str(), row.status.word.as_str()),
        ("—", "no data")
    );
    assert_eq!(row.variation.tone, Tone::Sparse);
}

#[test]
fn an_empty_night_still_makes_a_page() {
    let mut input = quiet();
    input.kpis.clear();
    for lang in Lang::ALL {
        let document = nightly(&input, lang);
        assert_eq!(
            (document.findings().count(), document.figures().count()),
            (1, 0)
        );
    }
}

#[test]
fn each_edition_links_to_the_other() {
    for (lang, href) in [
        (Lang::Zh, "nightly-2026-03-29.en.html"),
        (Lang::En, "nightly-2026-03-29.zh.html"),
    ] {
        assert_eq!(nightly(&night(), lang).other.unwrap().href, href);
    }
}

#[test]
fn without_limits_nothing_is_called_ordinary() {
    let mut input = night();
    for line in &mut input.kpis {
        line.movement = None;
    }
    let document = nightly(&input, Lang::En);
    assert!(document.kpis().all(|row| row.variation.tone != Tone::Calm));
    let findings: Vec<_> = document.findings().collect();
    assert_eq!(
        findings[0].text,
        "Too little history to judge movement today"
    );
    assert!(
        findings[1].text.starts_with("7 targets missed"),
        "{}",
        findings[1].text
    );
}

#[test]
fn a_figure_of_another_day_says_so() {
    let document = nightly(&night(), Lang::En);
    let row = document.kpis().find(|row| row.id == "fcr").unwrap();
    assert_eq!(row.day.as_deref(), Some("of 26\u{a0}Mar"));
    assert!(
        document
            .kpis()
            .filter(|row| row.id != "fcr")
            .all(|row| row.day.is_none())
    );
    let figure = document
        .figures()
        .find(|figure| figure.id == "trend-fcr")
        .unwrap();
    assert!(
        figure.notes[0].starts_with("26\u{a0}Mar: "),
        "{}",
        figure.notes[0]
    );
}

#[test]
fn a_chart_that_ends_on_another_day_gives_no_verdict() {
    let mut input = night();
    let line = input
        .kpis
        .iter_mut()
        .find(|line| line.id == "answer_rate")
        .unwrap();
    line.movement.as_mut().unwrap().points.pop();
    let document = nightly(&input, Lang::En);
    let row = document.kpis().find(|row| row.id == "answer_rate").unwrap();
    assert_eq!(row.variation.tone, Tone::Unjudged);
}

#[test]
fn restated_figures_say_what_was_what_is_and_why() {
    let plain = |text: &str| text.replace('\u{a0}', " ");
    let check = |lang, expect: [&str; 7]| {
        let document = nightly(&night(), lang);
        let restated = document.restated().unwrap();
        let at = restated
            .rows
            .iter()
            .position(|row| row.id == "fcr")
            .unwrap();
        let cells: Vec<String> = restated.table.rows[at]
            .iter()
            .map(|cell| plain(cell))
            .collect();
        assert_eq!(cells, expect);
    };
    check(
        Lang::En,
        [
            "27 Mar",
            "First-contact resolution",
            "81.2 %",
            "80.6 %",
            "−0.6 points",
            "203 / 250 → 212 / 263",
            "14 late contacts; 1 corrected contact; 3 contacts linked anew",
        ],
    );
    check(
        Lang::Zh,
        [
            "3 月 27 日",
            "一次解决率",
            "81.2 %",
            "80.6 %",
            "−0.6 个百分点",
            "203 / 250 → 212 / 263",
            "晚到 14 件服务、更正 1 件服务、3 件服务的前后关联有变",
        ],
    );
}

#[test]
fn the_page_shows_thirty_restated_figures_and_counts_the_rest() {
    let document = nightly(&night(), Lang::En);
    let restated = document.restated().unwrap();
    assert_eq!((restated.table.rows.len(), restated.rows.len()), (30, 48));
    assert_eq!(
        restated.notes[0],
        "The newest 30 are shown; 18 more stand in the JSON edition."
    );
    assert!(
        restated.notes[3]
            .replace('\u{a0}', " ")
            .starts_with("28 Mar was still running")
    );
}

#[test]
fn without_restated_figures_one_sentence_says_why() {
    let since = Since {
        run: "r0027".to_owned(),
        as_of: night().as_of,
    };
    let none = Restated::Compared {
        since: since.clone(),
        running: None,
        figures: Vec::new(),
    };
    for (restated, state, say) in [
        (Restated::First, "first", "the first run"),
        (Restated::Redefined(since), "redefined", "computed anew"),
        (
            none,
            "compared",
            "No figure of an earlier day has changed since the last run (r0027",
        ),
    ] {
        let mut input = night();
        input.restated = restated;
        let document = nightly(&input, Lang::En);
        let block = document.restated().unwrap();
        assert_eq!(block.state, state);
        assert!(block.table.rows.is_empty() && block.notes.is_empty());
        assert!(block.table.empty.contains(say), "{}", block.table.empty);
    }
}

#[test]
fn a_restated_day_of_another_year_names_the_year() {
    let mut input = night();
    if let Restated::Compared { figures, .. } = &mut input.restated {
        figures[0].raw.day = chrono::NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
    }
    let document = nightly(&input, Lang::En);
    assert_eq!(document.restated().unwrap().rows[0].day, "2025-12-31");
}
