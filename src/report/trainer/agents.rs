//! Who needs coaching: funnels of agents, and the list.

use crate::insight::coaching::Gap;
use crate::report::document::{Block, Column, Section, Table};
use crate::report::figure::{About, Figure};
use crate::report::format;
use crate::report::insights::Placing;

use super::Page;

/// Funnels drawn of all contacts: the figures in which agents differ most.
const SHOWN: usize = 2;

/// The figure whose funnel is drawn for the costliest problem.
const OF_PROBLEM: &str = "fcr";

/// Agents to be judged for a funnel of one problem to say something.
const LEAST_JUDGED: usize = 4;

pub(super) fn section(page: Page) -> Option<Section> {
    let t = page.t;
    let (drawn, rest) = page.chosen();
    let mut blocks: Vec<Block> = drawn
        .iter()
        .filter_map(|placing| page.agent_funnel(placing))
        .map(|figure| Block::Figure(Box::new(figure)))
        .collect();
    if !rest.is_empty() {
        blocks.push(Block::Text {
            heading: String::new(),
            paragraphs: rest
                .iter()
                .map(|placing| page.agents_finding(placing))
                .collect(),
        });
    }
    if page.input.coaching.checked > 0 {
        blocks.push(Block::Table(page.coaching()));
        let checked = format::count(page.input.coaching.checked as u64);
        blocks.push(Block::Text {
            heading: String::new(),
            paragraphs: vec![
                t.coaching_checked(&checked, &format!("{:.1}", page.input.coaching.by_chance)),
            ],
        });
    }
    let lead = Some(t.agents_lead().to_owned());
    (!blocks.is_empty()).then(|| super::section("agents", t.agents_title(), lead, blocks))
}

impl<'a> Page<'a> {
    /// The funnels to be drawn, and those that are said in a sentence.
    fn chosen(self) -> (Vec<&'a Placing>, Vec<&'a Placing>) {
        let (mut all, of_problem): (Vec<&Placing>, Vec<&Placing>) = self
            .input
            .agents
            .iter()
            .filter(|placing| placing.found.judged() > 1)
            .partition(|placing| placing.problem.is_none());
        all.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
        let differing = all
            .iter()
            .filter(|placing| placing.distance() > 0.0)
            .count();
        let rest = all.split_off(differing.clamp(1, SHOWN).min(all.len()));
        all.extend(of_problem.into_iter().filter(|placing| {
            placing.of.id == OF_PROBLEM && placing.found.judged() >= LEAST_JUDGED
        }));
        (all, rest)
    }

    /// The finding of the funnel in which agents differ most.
    pub(super) fn first_agents_finding(self) -> Option<String> {
        let (drawn, _) = self.chosen();
        Some(self.agents_finding(drawn.first()?))
    }

    fn agents_finding(self, placing: &Placing) -> String {
        let title = placing.title(self.lang);
        match &placing.problem {
            Some(problem) => self.t.agents_of(&self.problem(problem), &title),
            None => title,
        }
    }

    fn agent_funnel(self, placing: &Placing) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let title = self.agents_finding(placing);
        let id = match placing.problem {
            Some(_) => format!("agents-{}-problem", placing.of.id),
            None => format!("agents-{}", placing.of.id),
        };
        let about = About {
            id: &id,
            title: &title,
            tone: placing.tone(),
            measure: placing.of.name.get(lang),
            unit: placing.of.unit,
            better: placing.of.better,
            period: placing.days,
            n: 0,
            target: None,
            scope: input.head.scope.get(lang),
            lang,
        };
        placing.figure(about, &format::headed(t.dim_agent()))
    }

    fn coaching(self) -> Table {
        let t = self.t;
        Table {
            id: "coaching".to_owned(),
            caption: t.coaching_caption().to_owned(),
            columns: vec![
                Column::text(format::headed(t.col_agent())),
                Column::text(format::headed(t.col_team())),
                Column::text(t.col_problem()),
                Column::text(t.col_kpi()),
                Column::number("n"),
                Column::number(format::headed(t.col_value_own())),
                Column::number(t.col_expected_value()),
                Column::number(format::headed(t.col_gap())),
                Column::number(t.col_interval()),
                Column::text(format::headed(t.col_items())),
            ],
            rows: self
                .input
                .coaching
                .rows
                .iter()
                .map(|gap| self.gap(gap))
                .collect(),
            total: false,
            empty: t.coaching_nobody().to_owned(),
        }
    }

    fn gap(self, gap: &Gap) -> Vec<String> {
        let Self { input, lang, t } = self;
        let figure = input.figures.get(&gap.kpi);
        let (own, low, high) = gap.gap;
        let change = |value| format::change(value, gap.unit, lang);
        let items: Vec<String> = gap
            .items
            .iter()
            .map(|(item, own, centre)| {
                let percent = |share| format::value(share, crate::kpi::figure::Unit::Percent, lang);
                t.coaching_item(item, &percent(*own), &percent(*centre))
            })
            .collect();
        vec![
            gap.agent.clone(),
            gap.team.clone().unwrap_or_else(|| format::NONE.to_owned()),
            gap.problem
                .as_ref()
                .map_or_else(|| t.all_problems().to_owned(), |code| self.problem(code)),
            figure.map_or_else(|| gap.kpi.clone(), |name| name.get(lang).to_owned()),
            format!("{:.0}", gap.n),
            format::value(gap.value, gap.unit, lang),
            format::value(gap.expected, gap.unit, lang),
            change(own),
            t.low_to_high(&change(low), &change(high)),
            if items.is_empty() {
                format::NONE.to_owned()
            } else {
                items.join(t.clause())
            },
        ]
    }
}
