//! 培训复发问题报告, the trainer's report: what keeps coming back, what it costs, who needs to learn what.

mod costs;

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
    /// Problems at outlets over a quarter, by week.
    pub weeks: ByWeek,
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
    let sections = vec![costs::section(page)];
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

    /// The name of a problem type.
    fn problem(self, code: &str) -> String {
        self.input.names.bilingual(code).get(self.lang).to_owned()
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
