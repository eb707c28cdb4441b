//! What is rising, with what was checked and how many false alarms to expect; in both reports.

use crate::i18n::text::Text;
use crate::insight::emerging::{Emerging, Series, Span};
use crate::report::document::{Block, Column, Table};

use super::format;
use super::naming::Naming;

/// Rows of the table.
const SHOWN: usize = 12;

/// Problems named in the finding.
const NAMED: usize = 2;

/// What rises in a sentence, and what it rests on; `None` when nothing does.
pub(super) fn finding(found: &Emerging, naming: Naming) -> Option<(String, Vec<String>)> {
    let t = Text(naming.lang);
    let rising: Vec<&Series> = rising(found);
    let named = &rising[..rising.len().min(NAMED)];
    let highest = named.iter().map(|series| series.q).reduce(f64::max)?;
    let items: Vec<String> = named
        .iter()
        .map(|series| {
            let stretch = match series.span {
                Span::Day => t.rising_on_day(),
                Span::Week => t.rising_in_week(),
            };
            t.rising_item(
                &naming.member("problem_type", series.members.first().map(String::as_str)),
                series.members.get(1).map_or("", String::as_str),
                stretch,
                &format::sum(Some(series.count)),
                &format::sum(Some(series.expected)),
            )
        })
        .collect();
    let list = items.join(t.list());
    let text = if rising.len() > named.len() {
        t.rising_finding_some(&rising.len().to_string(), &list)
    } else {
        t.rising_finding(&list)
    };
    let proof = t.rising_proof(&format::few(highest));
    Some((text, vec![proof, t.rising_do().to_owned()]))
}

fn rising(found: &Emerging) -> Vec<&Series> {
    found
        .series
        .iter()
        .filter(|series| series.emerging)
        .collect()
}

/// A sentence, and the table where something rises.
pub(super) fn blocks(found: &Emerging, naming: Naming) -> Vec<Block> {
    let t = Text(naming.lang);
    let rising = rising(found);
    let heading = match rising.first() {
        None => t.rising_none().to_owned(),
        Some(first) => t.rising_some(
            &rising.len().to_string(),
            &naming.member("problem_type", first.members.first().map(String::as_str)),
            first.members.get(1).map_or("", String::as_str),
            &format::sum(Some(first.count)),
            &format::sum(Some(first.expected)),
        ),
    };
    let checked = if found.series.is_empty() {
        t.rising_short().to_owned()
    } else {
        t.rising_checked(
            &format::count(found.tested.0 as u64),
            &format::count(found.tested.1 as u64),
            &format::few(found.false_alarms),
            &format::few(found.uncorrected),
        )
    };
    let mut blocks = vec![Block::Text {
        heading,
        paragraphs: vec![checked],
    }];
    if !rising.is_empty() {
        blocks.push(Block::Table(table(found, &rising, naming)));
    }
    blocks
}

fn table(found: &Emerging, rising: &[&Series], naming: Naming) -> Table {
    let t = Text(naming.lang);
    let rows = rising.iter().take(SHOWN).map(|series| {
        vec![
            naming.member("problem_type", series.members.first().map(String::as_str)),
            series.members.get(1).cloned().unwrap_or_default(),
            match series.span {
                Span::Day => t.span_day().to_owned(),
                Span::Week => t.span_week().to_owned(),
            },
            format::sum(Some(series.count)),
            format::sum(Some(series.expected)),
            format::few(series.q),
            format::sum(Some(series.recent)),
            format::day(series.since, naming.lang),
        ]
    });
    Table {
        id: "rising".to_owned(),
        caption: t.rising_caption(&format::day(found.date, naming.lang)),
        columns: vec![
            Column::text(t.col_problem()),
            Column::text(t.col_outlet()),
            Column::text(t.col_stretch()),
            Column::number(format::headed(t.col_count())),
            Column::number(format::headed(t.col_expected())),
            Column::number(t.col_false_alarm()),
            Column::number(t.col_four_weeks()),
            Column::number(t.col_rising_since()),
        ],
        rows: rows.collect(),
        total: false,
        empty: t.rising_none().to_owned(),
    }
}
