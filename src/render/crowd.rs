//! A centre with 500 agents and 300 outlets: its pages stay small, and are drawn quickly.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers of a sample are small and not negative"
)]

use super::Renderer;
use super::html::{Html, ROWS};
use super::mail::Mail;
use super::xlsx::Xlsx;
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::kpi::figure::{Better, Unit};
use crate::report::document::{Block, Column, Document, Section, Table, Tone};
use crate::report::figure::{About, Figure, funnel, ranked};
use crate::report::nightly::fixture::{date, night};
use crate::report::nightly::nightly;
use crate::settings;
use crate::stats::funnel::{Funnel, LEAST};
use crate::stats::pareto::{count_interval, pareto, simultaneous};

const AGENTS: usize = 500;
const OUTLETS: usize = 300;
const MOST: usize = 1_500_000;

/// Numbers between 0 and 1 that look random and are the same everywhere.
fn noise(at: usize) -> f64 {
    ((at as f64 * 12.9898).sin() * 43_758.545_3).rem_euclid(1.0)
}

fn about<'a>(id: &'a str, title: &'a str, lang: Lang) -> About<'a> {
    About {
        id,
        title,
        tone: Tone::Concern,
        measure: "First-contact resolution 一次解决率",
        unit: Unit::Percent,
        better: Better::Higher,
        period: (date(), date()),
        n: 200_000,
        target: None,
        scope: "all",
        lang,
    }
}

fn members(count: usize, id: &str, lang: Lang) -> Figure {
    let numbers: Vec<(f64, f64)> = (0..count)
        .map(|at| {
            let n = 40.0 + (600.0 * noise(at)).round();
            let rate = if at % 50 == 7 { 0.6 } else { 0.83 };
            ((n * rate).round(), n)
        })
        .collect();
    let names: Vec<String> = (0..count)
        .map(|at| format!("杭州滨江网点 Outlet {at:04}"))
        .collect();
    let people: Vec<funnel::Member> = names
        .iter()
        .zip(&numbers)
        .map(|(name, (count, n))| funnel::Member {
            name,
            n: *n as u64,
            observed: Some(*count),
            against: Some(*n),
        })
        .collect();
    let placing = Funnel::rates(&numbers, LEAST).unwrap();
    funnel::figure(
        &about(id, id, lang),
        &placing,
        &people,
        funnel::Kind::Figure,
        "Member",
    )
    .unwrap()
}

fn costs(lang: Lang) -> Figure {
    let counts: Vec<f64> = (0..OUTLETS)
        .map(|at| 20.0 + (400.0 * noise(at)).round())
        .collect();
    let names: Vec<String> = (0..OUTLETS)
        .map(|at| format!("杭州滨江网点 Outlet {at:04}"))
        .collect();
    let items: Vec<ranked::Item> = names
        .iter()
        .zip(&counts)
        .map(|(name, count)| ranked::Item {
            name,
            n: *count as u64,
            interval: count_interval(*count, simultaneous(0.9, OUTLETS)).unwrap(),
        })
        .collect();
    ranked::figure(
        &about("costs", "costs", lang),
        &pareto(&counts).unwrap(),
        &items,
        "90 %",
        "Outlet",
    )
    .unwrap()
}

fn crowd(lang: Lang) -> Document {
    crowd_of(AGENTS, lang)
}

fn crowd_of(agents: usize, lang: Lang) -> Document {
    let mut document = nightly(&night(), lang);
    let figures = [
        members(agents, "funnel-agents", lang),
        members(OUTLETS, "funnel-outlets", lang),
        costs(lang),
    ];
    let table = Table {
        id: "all-agents".to_owned(),
        caption: "Agents".to_owned(),
        columns: (0..8).map(|at| Column::number(format!("c{at}"))).collect(),
        rows: (0..AGENTS)
            .map(|at| vec![format!("{at},123 %"); 8])
            .collect(),
        ..Table::default()
    };
    let mut blocks: Vec<Block> = figures.map(|figure| Block::Figure(Box::new(figure))).into();
    blocks.push(Block::Table(table));
    document.sections.push(Section {
        id: "crowd",
        title: "Crowd".to_owned(),
        lead: None,
        blocks,
    });
    document
}

#[test]
fn pages_of_a_large_centre_stay_small() {
    for lang in Lang::ALL {
        let document = crowd(lang);
        let page = Html.render(&document).unwrap();
        assert!(page.len() < MOST, "{} bytes", page.len());
        let page = String::from_utf8(page).unwrap();
        assert_eq!(
            rows(&page, "data-funnel-agents"),
            ROWS,
            "the rest is folded"
        );
        assert!(page.contains(&Text(lang).data_hidden(&(AGENTS - ROWS).to_string())));
        assert_eq!(rows(&page, "data-costs"), ROWS);
        let book = Xlsx.render(&document).unwrap();
        assert!(book.len() < MOST, "{} bytes", book.len());
    }
}

/// Rows in the body of a table.
fn rows(page: &str, id: &str) -> usize {
    let table = page
        .split(&format!("<caption id=\"{id}-caption\""))
        .nth(1)
        .unwrap();
    let body = table.split("</tbody>").next().unwrap();
    body.split("<tbody>").nth(1).unwrap().matches("<tr").count()
}

#[test]
fn an_agent_who_is_not_signalled_costs_a_dot() {
    let size = |agents| Html.render(&crowd_of(agents, Lang::Zh)).unwrap().len();
    let each = (size(3 * AGENTS) - size(AGENTS)) / (2 * AGENTS);
    assert!(each < 150, "{each} bytes for an agent more");
    // The flagged ones come first, so that folding hides none of them.
    let figure = members(AGENTS, "funnel-agents", Lang::Zh);
    let within = Text(Lang::Zh).funnel_within();
    let verdict = |row: &Vec<String>| row.last().is_some_and(|word| word == within);
    let first = figure.data.rows.iter().position(verdict).unwrap();
    assert!(first > 0 && first < ROWS, "{first} are outside");
    assert!(figure.data.rows[first..].iter().all(verdict));
}

#[test]
fn a_mail_of_a_large_centre_stays_small() {
    let addresses = settings::Mail::default();
    let addresses = &addresses;
    let message = Mail { addresses }.render(&crowd(Lang::Zh)).unwrap();
    let pictures = String::from_utf8(message.clone())
        .unwrap()
        .matches("image/png")
        .count();
    assert_eq!(pictures, 4);
    assert!(message.len() < 2 * MOST, "{} bytes", message.len());
}
