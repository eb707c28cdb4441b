//! Why figures moved: the change of the week in parts, for every figure with a signal.

use crate::report::document::{Block, Section, Tone};
use crate::report::figure::{About, Figure, waterfall};
use crate::report::format;
use crate::report::insights::Change;

use super::Page;
use super::judged::Judged;

/// Figures explained in full; those of further ones are folded.
const SHOWN: usize = 3;

pub(super) fn section(page: Page, moved: &[&Judged]) -> Option<Section> {
    if moved.is_empty() {
        return None;
    }
    let t = page.t;
    let (first, rest) = moved.split_at(moved.len().min(SHOWN));
    let mut blocks = page.explained(first);
    if page.input.insight.changes.is_empty() {
        blocks.push(Block::Text {
            heading: String::new(),
            paragraphs: vec![t.why_none().to_owned()],
        });
    }
    let folded = page.explained(rest);
    if !folded.is_empty() {
        blocks.push(Block::Details {
            summary: t.why_others(&rest.len().to_string()),
            blocks: folded,
        });
    }
    let lead = Some(t.why_lead().to_owned());
    Some(super::section("why", t.why_title(), lead, blocks))
}

impl Page<'_> {
    /// The changes in parts, then those that are noise.
    fn explained(self, moved: &[&Judged]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let changes = moved.iter().filter_map(|kpi| self.change(&kpi.line.id));
        let (real, noise): (Vec<&Change>, Vec<&Change>) = changes.partition(|change| change.real());
        let figures = real.into_iter().filter_map(|change| self.waterfall(change));
        blocks.extend(figures.map(|figure| Block::Figure(Box::new(figure))));
        if !noise.is_empty() {
            blocks.push(Block::Text {
                heading: String::new(),
                paragraphs: noise
                    .into_iter()
                    .map(|change| self.not_taken_apart(change))
                    .collect(),
            });
        }
        blocks
    }

    /// The change of a figure's week.
    pub(super) fn change(&self, id: &str) -> Option<&Change> {
        let mut changes = self.input.insight.changes.iter();
        changes.find(|change| change.of.id == id)
    }

    fn not_taken_apart(self, change: &Change) -> String {
        let Self { lang, t, .. } = self;
        let unit = change.of.unit;
        let name = change.of.name.get(lang);
        let size = format::change(change.size(), unit, lang);
        match change.found.interval {
            Some(_) => t.why_noise(name, &size, &self.change_interval(change)),
            None => t.why_unsure(name, &size),
        }
    }

    /// `−3.2 points to −1.0 points`.
    pub(super) fn change_interval(self, change: &Change) -> String {
        let print = |value| format::change(value, change.of.unit, self.lang);
        change.found.interval.map_or_else(
            || format::NONE.to_owned(),
            |(low, high)| self.t.low_to_high(&print(low), &print(high)),
        )
    }

    fn waterfall(self, change: &Change) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let naming = self.naming();
        let unit = change.of.unit;
        let name = change.of.name.get(lang);
        let size = format::change(change.size(), unit, lang);
        let dimension = change.best().or_else(|| change.found.dimensions.first())?;
        let title = match change.top(naming) {
            Some((dimension, members, power)) => {
                t.why_mostly(name, &size, &dimension, &members, &share(power))
            }
            None => t.why_spread(name, &size),
        };
        let names: Vec<String> = dimension
            .parts
            .iter()
            .map(|part| naming.member(&dimension.name, part.member.as_deref()))
            .collect();
        let members: Vec<waterfall::Member> = dimension
            .parts
            .iter()
            .zip(&names)
            .map(|(part, name)| waterfall::Member {
                name,
                n: part.n,
                interval: part.interval,
            })
            .collect();
        let (before, after) = change.periods;
        let print =
            |period: crate::insight::period::Period| format::period(period.from, period.to, lang);
        let id = format!("why-{}", change.of.id);
        let about = About {
            id: &id,
            title: &title,
            tone: match (change.of.better, change.size() > 0.0) {
                (crate::kpi::figure::Better::Neither, _) => Tone::Neutral,
                (crate::kpi::figure::Better::Higher, true)
                | (crate::kpi::figure::Better::Lower, false) => Tone::Improvement,
                _ => Tone::Concern,
            },
            measure: name,
            unit,
            better: change.of.better,
            period: (before.from, after.to),
            n: change.found.whole.0.n + change.found.whole.1.n,
            target: change
                .of
                .target
                .as_ref()
                .map(|(bound, source)| (*bound, Some(source.get(lang)))),
            scope: input.scope.get(lang),
            lang,
        };
        waterfall::figure(
            &about,
            &dimension.decomposition(change.found.values),
            &members,
            (&print(before), &print(after)),
            change.found.interval,
            t.dimension(&dimension.name),
        )
    }
}

/// A share of a change in whole per cents: it is an estimate.
pub(super) fn share(power: f64) -> String {
    format!("{:.0}\u{a0}%", power * 100.0)
}
