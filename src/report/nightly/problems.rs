//! What customers called about: a Pareto of problem types.

use crate::kpi::figure::Unit;
use crate::report::document::{Block, Column, Section, Table, Tone};
use crate::report::figure::{Figure, Pareto, ParetoBar, Plot};
use crate::report::{format, rising};

use super::{Page, ProblemRow, Problems};

/// Bars before the rest is folded into one.
const SHOWN: usize = 12;

/// The share that the title speaks about.
const MOST: f64 = 0.8;

pub(super) fn section(page: Page) -> Option<Section> {
    let problems = page.input.problems.as_ref();
    let emerging = page.input.insight.emerging.as_ref();
    let mut blocks = emerging.map_or_else(Vec::new, |found| rising::blocks(found, page.naming()));
    let figure = problems.and_then(|problems| page.pareto(problems));
    blocks.extend(figure.map(|figure| Block::Figure(Box::new(figure))));
    let title = page.t.problems_title();
    (!blocks.is_empty()).then(|| super::section("problems", title, None, blocks))
}

impl Page<'_> {
    fn pareto(self, problems: &Problems) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let ranked = ranked(problems);
        let total: u64 = ranked.iter().map(|row| row.contacts).sum();
        if total == 0 {
            return None;
        }
        let share = |count: u64| count as f64 / total as f64;
        let print = |share| format::value(share, Unit::Percent, lang);
        let bars = self.bars(&ranked, total);
        let few = ranked
            .iter()
            .scan(0, |sum, row| {
                *sum += row.contacts;
                Some(share(*sum))
            })
            .take_while(|cumulative| *cumulative < MOST)
            .count()
            + 1;
        let top = ranked.first()?;
        let title = t.problems_finding(
            top.name.get(lang),
            &print(share(top.contacts)),
            &few.to_string(),
            &ranked.len().to_string(),
        );
        let subtitle = t.problems_subtitle(
            &format::period(problems.from, problems.to, lang),
            &format::count(total),
        );
        let all = total + problems.untyped;
        let untyped = print(problems.untyped as f64 / all as f64);
        Some(Figure {
            id: "problem-types".to_owned(),
            tone: Tone::Calm,
            description: t.problems_description(&title),
            subtitle,
            notes: vec![
                t.problems_untyped(&format::count(problems.untyped), &untyped),
                t.scope_is(input.scope.get(lang)),
            ],
            data: self.pareto_table(&ranked, total, &title),
            title,
            plot: Plot::Pareto(Pareto {
                bars,
                count_label: t.col_contacts().to_owned(),
                share_label: t.col_cumulative().to_owned(),
                rank_label: None,
                lang,
            }),
        })
    }

    fn bars(self, ranked: &[&ProblemRow], total: u64) -> Vec<ParetoBar> {
        let Self { lang, t, .. } = self;
        let mut sum = 0;
        let mut bar = |name: String, count: u64, rest: bool| {
            sum += count;
            let cumulative = sum as f64 / total as f64;
            let (label, cumulative_label) = (
                format::count(count),
                format::value(cumulative, Unit::Percent, lang),
            );
            ParetoBar {
                hint: t.pareto_hint(&name, &label, &cumulative_label),
                name,
                count: count as f64,
                label,
                cumulative,
                cumulative_label,
                interval: None,
                ranks: None,
                rest,
            }
        };
        // A rest of one type would only hide its name.
        let shown = if ranked.len() <= SHOWN + 1 {
            ranked.len()
        } else {
            SHOWN
        };
        let mut bars: Vec<ParetoBar> = ranked[..shown]
            .iter()
            .map(|row| bar(row.name.get(lang).to_owned(), row.contacts, false))
            .collect();
        let rest = &ranked[shown..];
        if !rest.is_empty() {
            let contacts = rest.iter().map(|row| row.contacts).sum();
            bars.push(bar(
                t.rest_of_types(&rest.len().to_string()),
                contacts,
                true,
            ));
        }
        bars
    }

    fn pareto_table(self, ranked: &[&ProblemRow], total: u64, title: &str) -> Table {
        let Self { lang, t, .. } = self;
        let mut sum = 0;
        let print = |count: u64| format::value(count as f64 / total as f64, Unit::Percent, lang);
        let rows = ranked.iter().map(|row| {
            sum += row.contacts;
            vec![
                row.name.get(lang).to_owned(),
                format::count(row.contacts),
                print(row.contacts),
                print(sum),
            ]
        });
        Table {
            id: "data-problems".to_owned(),
            caption: t.data_of(title),
            columns: vec![
                Column::text(t.col_problem()),
                Column::number(t.col_contacts()),
                Column::number(t.col_share()),
                Column::number(t.col_cumulative()),
            ],
            rows: rows.collect(),
            total: false,
            empty: t.no_history().to_owned(),
        }
    }
}

/// Types by contacts, most first; names break ties so that the order never depends on the input's.
fn ranked(problems: &Problems) -> Vec<&ProblemRow> {
    let mut ranked: Vec<&ProblemRow> = problems
        .rows
        .iter()
        .filter(|row| row.contacts > 0)
        .collect();
    ranked.sort_by(|a, b| {
        b.contacts
            .cmp(&a.contacts)
            .then_with(|| a.name.en.cmp(&b.name.en))
    });
    ranked
}
