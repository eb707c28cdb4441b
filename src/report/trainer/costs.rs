//! What costs most: a Pareto of problems by cost, with the ranks that chance leaves open.

use crate::kpi::figure::{Better, Unit};
use crate::report::document::{Block, Section, Tone};
use crate::report::figure::{About, Figure, ranked};
use crate::report::format;
use crate::stats::pareto::pareto;

use super::Page;

/// Probability that all rank bands hold together, as `insight::problems` computes them.
const JOINT: &str = "95 %";

/// The share that the title speaks about.
const MOST: f64 = 0.8;

pub(super) fn section(page: Page) -> Section {
    let t = page.t;
    let block = page.pareto().map_or_else(
        || Block::Text {
            heading: t.costs_none_title().to_owned(),
            paragraphs: vec![t.costs_none().to_owned()],
        },
        |figure| Block::Figure(Box::new(figure)),
    );
    super::section("costs", t.costs_title(), None, vec![block])
}

impl Page<'_> {
    /// What costs most, and how few make up most of the cost; `None` without a cost.
    pub(super) fn costs_finding(self) -> Option<String> {
        let rows = &self.input.problems.rows;
        let first = rows.first().filter(|row| row.cost > 0.0)?;
        let few = rows.iter().take_while(|row| row.cumulative < MOST).count() + 1;
        Some(self.t.costs_finding(
            &self.problem(first.members.first()?),
            &format::value(first.share, Unit::Percent, self.lang),
            &few.min(rows.len()).to_string(),
            &rows.len().to_string(),
        ))
    }

    fn pareto(self) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let found = &input.problems;
        let costs: Vec<f64> = found.rows.iter().map(|row| row.cost).collect();
        let bars = pareto(&costs)?;
        let names: Vec<String> = found
            .rows
            .iter()
            .map(|row| self.problem(row.members.first().map_or("", String::as_str)))
            .collect();
        let items: Vec<ranked::Item> = found
            .rows
            .iter()
            .zip(&names)
            .map(|(row, name)| ranked::Item {
                name,
                n: row.contacts,
                interval: row.interval,
            })
            .collect();
        let title = self.costs_finding()?;
        let about = About {
            id: "problem-costs",
            title: &title,
            tone: Tone::Calm,
            measure: t.costs_measure(),
            unit: Unit::Yuan,
            better: Better::Lower,
            period: found.days?,
            n: found.rows.iter().map(|row| row.contacts).sum(),
            target: None,
            scope: input.head.scope.get(lang),
            lang,
        };
        let mut figure = ranked::figure(&about, &bars, &items, JOINT, t.col_problem())?;
        let minute = format::value(input.minute, Unit::Yuan, lang);
        figure.notes.insert(0, t.problems_cost_is(&minute));
        if found.without > 0 {
            let without = format::count(found.without);
            figure.notes.push(t.problems_without(&without));
        }
        Some(figure)
    }
}
