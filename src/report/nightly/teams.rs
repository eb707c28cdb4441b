//! How teams differ from what the same work would show.

use crate::report::document::{Block, Section};
use crate::report::figure::{About, Figure};
use crate::report::insights::Placing;

use super::Page;

/// Funnels drawn: the figures in which teams differ most.
const SHOWN: usize = 2;

pub(super) fn section(page: Page) -> Option<Section> {
    let t = page.t;
    // A team alone has nobody to differ from.
    let mut all: Vec<&Placing> = page
        .input
        .insight
        .teams
        .iter()
        .filter(|placing| placing.found.judged() > 1)
        .collect();
    all.sort_by(|a, b| b.distance().total_cmp(&a.distance()));
    let differing = all.iter().filter(|placing| placing.distance() > 0.0);
    // Without a difference one funnel shows that there is none.
    let drawn = differing.count().clamp(1, SHOWN).min(all.len());
    if drawn == 0 {
        return None;
    }
    let mut blocks: Vec<Block> = all[..drawn]
        .iter()
        .filter_map(|placing| page.team_funnel(placing))
        .map(|figure| Block::Figure(Box::new(figure)))
        .collect();
    let rest: Vec<String> = all[drawn..]
        .iter()
        .map(|placing| placing.title(page.lang))
        .collect();
    if !rest.is_empty() {
        blocks.push(Block::Text {
            heading: String::new(),
            paragraphs: rest,
        });
    }
    let lead = Some(t.teams_lead().to_owned());
    Some(super::section("teams", t.teams_title(), lead, blocks))
}

impl Page<'_> {
    fn team_funnel(self, placing: &Placing) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let title = placing.title(lang);
        let id = format!("teams-{}", placing.of.id);
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
            scope: input.scope.get(lang),
            lang,
        };
        placing.figure(about, t.dim_team())
    }
}
