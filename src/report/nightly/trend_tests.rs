//! The charts of the trend section: which stand open, what marks do to them.

use super::fixture::{night, quiet};
use super::*;
use crate::i18n::Bilingual;
use crate::insight::movement::{Event, Marks, Nature, Rebase, Terms, Treatment, movement_with};
use crate::report::document::Tone;
use crate::report::figure::Plot;

/// The charts of the trend section: those that stand open, and those of every fold with its words.
fn trend(document: &Document) -> (Vec<String>, Vec<(String, Vec<String>)>) {
    let section = document.sections.iter().find(|part| part.id == "trend");
    let (mut open, mut folds) = (Vec::new(), Vec::new());
    let ids = |block: &Block| -> Vec<String> {
        match block {
            Block::Multiples { figures, .. } => {
                figures.iter().map(|figure| figure.id.clone()).collect()
            }
            _ => Vec::new(),
        }
    };
    for block in &section.unwrap().blocks {
        match block {
            Block::Details { summary, blocks } => {
                folds.push((summary.clone(), blocks.iter().flat_map(ids).collect()));
            }
            other => open.extend(ids(other)),
        }
    }
    (open, folds)
}

#[test]
fn what_signalled_stands_open_worst_first_and_calm_figures_are_folded() {
    let document = nightly(&night(), Lang::En);
    let (open, folds) = trend(&document);
    let signalled: Vec<String> = document
        .kpis()
        .filter(|row| {
            matches!(
                row.variation.tone,
                Tone::Concern | Tone::Neutral | Tone::Improvement
            )
        })
        .map(|row| format!("trend-{}", row.id))
        .collect();
    assert!(open.len() == 6 && signalled.len() > 6);
    assert_eq!(open, signalled[..6]);
    let [(more, rest), (calm, folded)] = &folds[..] else {
        panic!("{folds:?}")
    };
    assert_eq!(rest, &signalled[6..]);
    assert!(more.starts_with(&format!("{} more that signalled: ", rest.len())));
    assert!(calm.starts_with(&format!(
        "Assessed figures without a signal ({}): ",
        folded.len()
    )));
    assert!(folded.iter().all(|id| !signalled.contains(id)));
    assert!(folded.contains(&"trend-fcr".to_owned()));

    let (open, folds) = trend(&nightly(&quiet(), Lang::Zh));
    assert!(open.is_empty());
    assert_eq!((folds.len(), folds[0].1.len()), (1, YTO_FIGURES.len()));
    assert!(folds[0].0.starts_with("没有信号的考核指标（6 项）："));
}

/// The night with the answer rate charted with these marks.
fn marked(rebases: Vec<Rebase>, events: Vec<Event>) -> NightlyInput {
    let mut input = night();
    let line = input.kpis.iter_mut().find(|line| line.id == "answer_rate");
    let line = line.unwrap();
    let terms = Terms {
        nature: Nature::Rate,
        better: line.better,
        per: 1.0,
        marks: Marks { rebases, events },
    };
    line.movement = movement_with(&line.history, &terms);
    input
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn outage(treatment: Treatment) -> Event {
    Event {
        from: day("2026-03-27"),
        to: day("2026-03-29"),
        name: Bilingual::new("telephone outage", "电话系统故障"),
        treatment,
    }
}

fn chart<'d>(document: &'d Document, id: &str) -> &'d crate::report::figure::Figure {
    document.figures().find(|figure| figure.id == id).unwrap()
}

#[test]
fn a_rebase_is_drawn_and_its_reason_printed_in_both_languages() {
    let rebase = Rebase {
        date: day("2026-03-12"),
        note: Bilingual::new("new IVR menu", "语音菜单改版"),
    };
    let input = marked(vec![rebase], Vec::new());
    for (lang, label, note) in [
        (
            Lang::Zh,
            "语音菜单改版",
            "3 月 12 日起重设基线：语音菜单改版",
        ),
        (
            Lang::En,
            "new IVR menu",
            "new baseline from 12 Mar: new IVR menu",
        ),
    ] {
        let document = nightly(&input, lang);
        let figure = chart(&document, "trend-answer_rate");
        let notes: Vec<String> = figure
            .notes
            .iter()
            .map(|note| note.replace('\u{a0}', " "))
            .collect();
        assert!(notes.iter().any(|known| known == note), "{notes:?}");
        let Plot::Control(plot) = &figure.plot else {
            panic!("a control chart")
        };
        assert_eq!(plot.rebases.len(), 1);
        assert_eq!(
            (plot.rebases[0].label.as_str(), plot.rebases[0].at),
            (label, 17)
        );
        assert_eq!((plot.days[16].stretch, plot.days[17].stretch), (0, 1));
        assert!(plot.days[16].lower != plot.days[17].lower);
    }
}

#[test]
fn a_signal_during_an_event_names_it_and_an_excluded_day_is_not_judged() {
    let input = marked(Vec::new(), vec![outage(Treatment::OutOfBaseline)]);
    let document = nightly(&input, Lang::En);
    let row = document.kpis().find(|row| row.id == "answer_rate").unwrap();
    assert_eq!(row.variation.tone, Tone::Concern);
    let detail = row.variation.detail.as_deref().unwrap();
    assert!(detail.ends_with("; during telephone outage"), "{detail}");
    let finding = document
        .findings()
        .find(|finding| finding.kpi.as_deref() == Some("answer_rate"))
        .unwrap();
    assert!(
        finding
            .evidence
            .contains(&"during telephone outage".to_owned())
    );
    let table = &chart(&document, "trend-answer_rate").data;
    assert_eq!(
        table.rows[0].last().unwrap(),
        "concern (during telephone outage)"
    );

    let input = marked(Vec::new(), vec![outage(Treatment::Excluded)]);
    let document = nightly(&input, Lang::Zh);
    let row = document.kpis().find(|row| row.id == "answer_rate").unwrap();
    assert_eq!(row.variation.tone, Tone::Unjudged);
    assert_eq!(
        row.variation.detail.as_deref(),
        Some("处于“电话系统故障”期间")
    );
    let figure = chart(&document, "trend-answer_rate");
    assert!(figure.title.contains("不作判断"), "{}", figure.title);
    assert_eq!(
        figure.data.rows[0].last().unwrap(),
        "电话系统故障期间，不作判断"
    );
    let Plot::Control(plot) = &figure.plot else {
        panic!("a control chart")
    };
    assert_eq!((plot.ranges[0].from, plot.ranges[0].to), (32, 34));
    assert!(plot.days[32].lower.is_none() && plot.days[32].signal.is_none());
}

#[test]
fn assurance_stands_beside_variation_as_shape_word_and_colour() {
    let document = nightly(&night(), Lang::En);
    let words: std::collections::BTreeSet<(&str, &str, Tone)> = document
        .kpis()
        .filter_map(|row| row.assurance.as_ref())
        .map(|mark| (mark.shape, mark.word.as_str(), mark.tone))
        .collect();
    assert!(
        words.contains(&("◐", "hit or miss", Tone::Neutral)),
        "{words:?}"
    );
    assert!(
        words.contains(&("⊘", "consistently failing", Tone::Concern)),
        "{words:?}"
    );
    for row in document.kpis() {
        assert_eq!(
            row.assurance.is_some(),
            row.raw.bound.is_some() && row.sparse.is_none()
        );
    }
    // Of a figure that moved the limits tell what it did before.
    let moved = document.kpis().find(|row| row.id == "answer_rate").unwrap();
    let mark = moved.assurance.as_ref().unwrap();
    assert_eq!(mark.tone, Tone::Unjudged);
    assert_eq!(mark.word, "before it moved: consistently passing");
    // A run chart has no limits to hold against a target.
    let mut input = night();
    for line in &mut input.kpis {
        line.movement = movement_with(
            &line.history[line.history.len() - 8..],
            &Terms {
                nature: Nature::Single,
                better: line.better,
                per: 1.0,
                marks: Marks::default(),
            },
        );
    }
    let document = nightly(&input, Lang::En);
    for row in document.kpis().filter(|row| row.raw.bound.is_some()) {
        assert_eq!(row.raw.assurance, None);
        let mark = row.assurance.as_ref().unwrap();
        assert_eq!(
            (mark.tone, mark.word.as_str()),
            (Tone::Unjudged, "outlook not judged: no limits")
        );
    }
}
