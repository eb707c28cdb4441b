//! 培训复发问题报告, the trainer's report: what keeps coming back, what it costs, who needs to learn what.

mod again;
mod agents;
mod costs;
mod script;
mod weeks;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::i18n::text::Text;
use crate::i18n::{Bilingual, Lang};
use crate::insight::coaching::Coaching;
use crate::insight::emerging::Emerging;
use crate::insight::focus::Focus;
use crate::insight::phrases::Phrases;
use crate::insight::problems::Problems;
use crate::insight::repeats::Repeats;
use crate::insight::script::Script;
use crate::insight::weeks::ByWeek;
use crate::settings::taxonomy::Lookup;

use super::document::{Block, Document, Section};
use super::edition::Head;
use super::insights::Placing;
use super::naming::Naming;
use super::rising;

/// Everything the trainer's report says, in both languages.
#[derive(Debug, Clone)]
pub struct TrainerInput {
    /// Centre, day, cut-off, scope.
    pub head: Head,
    /// Names of the problem types.
    pub names: Lookup,
    /// What a minute of handling costs, in yuan.
    pub minute: f64,
    /// The four weeks that are looked at.
    pub days: (NaiveDate, NaiveDate),
    /// Their problems, the costliest first.
    pub problems: Problems,
    /// Problems of a quarter by week.
    pub weeks: ByWeek,
    /// The same at each outlet.
    pub weeks_placed: ByWeek,
    /// Script items by team.
    pub script: Script,
    /// Funnels of agents: of all contacts, then of the costliest problem.
    pub agents: Vec<Placing>,
    /// What rises.
    pub emerging: Emerging,
    /// Repeat contacts by the reason of the first.
    pub repeats: Repeats,
    /// Repeated complaints; `None` without tickets.
    pub focus: Option<Focus>,
    /// What people write, and how well keywords recognise it.
    pub phrases: Phrases,
    /// Who needs coaching in what.
    pub coaching: Coaching,
    /// Names of the figures by id.
    pub figures: BTreeMap<String, Bilingual>,
}

/// What every part of the page needs.
#[derive(Clone, Copy)]
struct Page<'a> {
    input: &'a TrainerInput,
    lang: Lang,
    t: Text,
}

/// Writes the trainer's report in one language. The same input gives the same document.
#[must_use]
pub fn trainer(input: &TrainerInput, lang: Lang) -> Document {
    let page = Page {
        input,
        lang,
        t: Text(lang),
    };
    let sections = [
        page.summary(),
        Some(costs::section(page)),
        Some(weeks::section(page)),
        Some(page.rising()),
        agents::section(page),
        Some(script::section(page)),
        Some(again::repeats(page)),
        again::focus(page),
        Some(words::section(page)),
        words::worksheet(page),
    ];
    let sections = sections.into_iter().flatten().collect();
    input.head.document(page.t.trainer_title(), lang, sections)
}

impl Page<'_> {
    /// How dimensions and their members are called.
    fn naming(&self) -> Naming<'_> {
        Naming {
            problems: Some(&self.input.names),
            lang: self.lang,
        }
    }

    /// The findings of the sections in a few lines.
    fn summary(self) -> Option<Section> {
        let found = [
            self.costs_finding(),
            self.weeks_finding(),
            rising::finding(&self.input.emerging, self.naming()).map(|found| found.0),
            self.first_agents_finding(),
            self.script_finding(),
        ];
        let found: Vec<String> = found.into_iter().flatten().collect();
        let title = self.t.summary_title();
        (!found.is_empty()).then(|| section("summary", title, None, vec![prose("", found)]))
    }

    fn rising(self) -> Section {
        let blocks = rising::blocks(&self.input.emerging, self.naming());
        section("rising", self.t.rising_title(), None, blocks)
    }

    /// The name of a problem type.
    fn problem(self, code: &str) -> String {
        self.input.names.bilingual(code).get(self.lang).to_owned()
    }
}

/// Sentences under a heading.
fn prose(heading: &str, paragraphs: Vec<String>) -> Block {
    Block::Text {
        heading: heading.to_owned(),
        paragraphs,
    }
}

/// A section of the page.
fn section(id: &'static str, title: &str, lead: Option<String>, blocks: Vec<Block>) -> Section {
    Section {
        id,
        title: title.to_owned(),
        lead,
        blocks,
    }
}
