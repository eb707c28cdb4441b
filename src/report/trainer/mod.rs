//! 培训复发问题报告, the trainer's report: what keeps coming back, what it costs, who needs to learn what.

mod costs;

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::insight::problems::Problems;
use crate::settings::taxonomy::Lookup;

use super::document::{Block, Document, Section};
use super::edition::Head;

/// Everything the trainer's report says, in both languages.
#[derive(Debug, Clone)]
pub struct TrainerInput {
    /// Centre, day, cut-off, scope.
    pub head: Head,
    /// Names of the problem types.
    pub names: Lookup,
    /// What a minute of handling costs, in yuan.
    pub minute: f64,
    /// Problems of the last four weeks, the costliest first.
    pub problems: Problems,
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
