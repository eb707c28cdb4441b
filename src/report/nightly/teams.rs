//! How teams differ from what the same work would show.

use crate::kpi::figure::{Better, Unit};
use crate::report::document::{Block, Section, Tone};
use crate::report::figure::{About, Figure};
use crate::report::format;
use crate::report::insights::Placing;

use super::Page;

/// Funnels drawn: the figures in which teams differ most.
const SHOWN: usize = 2;

/// Teams named in a title.
const NAMED: usize = 2;

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
        .map(|placing| page.placing_title(placing))
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
        let title = self.placing_title(placing);
        let id = format!("teams-{}", placing.of.id);
        let about = About {
            id: &id,
            title: &title,
            tone: match (placing.distance() > 0.0, placing.worse().is_empty()) {
                (false, _) => Tone::Calm,
                (true, false) => Tone::Concern,
                (true, true) => Tone::Improvement,
            },
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

    /// Who differs, or that nobody does.
    fn placing_title(self, placing: &Placing) -> String {
        let Self { lang, t, .. } = self;
        let name = placing.of.name.get(lang);
        let outside = placing.found.outside();
        let Some(first) = outside.first() else {
            return t.teams_within(name, &placing.found.judged().to_string());
        };
        let worse = placing.worse();
        let at = worse.first().unwrap_or(first);
        let above = |at: usize| placing.found.funnel.members[at].figure > 1.0;
        let named: Vec<&str> = if worse.is_empty() { &outside } else { &worse }
            .iter()
            .filter(|other| above(**other) == above(*at))
            .take(NAMED)
            .map(|at| placing.found.members[*at].0.as_str())
            .collect();
        let named = named.join(t.list());
        let ratio = placing.found.funnel.members[*at].figure;
        let ratio = format::value(ratio, Unit::Number, lang);
        match (placing.of.better, worse.is_empty()) {
            (Better::Neither, _) => t.teams_other(name, &named, &ratio),
            (_, false) => t.teams_worse(name, &named, &ratio),
            (_, true) => t.teams_better(name, &named, &ratio),
        }
    }
}
