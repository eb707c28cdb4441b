//! The reports there are, and what stands at the head of each.

use chrono::{NaiveDate, NaiveDateTime};

use crate::i18n::text::Text;
use crate::i18n::{Bilingual, Lang};

use super::document::{Document, Fact, Link, Section};
use super::format;

/// A report for one kind of reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edition {
    /// 客服质量日报, for the manager.
    Nightly,
    /// 培训复发问题报告, for the trainer.
    Trainer,
}

impl Edition {
    /// Every edition, in the order they are written.
    pub const ALL: [Self; 2] = [Self::Nightly, Self::Trainer];

    /// The word in file names and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nightly => "nightly",
            Self::Trainer => "trainer",
        }
    }
}

/// What part of the centre a report covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The word in file names; it has no `_`.
    pub code: &'static str,
    /// How the page calls it.
    pub name: Bilingual,
}

impl Scope {
    /// The whole centre.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            code: "all",
            name: Bilingual::new("all queues and channels", "全部技能组与渠道"),
        }
    }

    /// The rows that fulfil a condition.
    #[must_use]
    pub fn rows(condition: &str) -> Self {
        Self {
            code: "rows",
            name: Bilingual::new(condition, condition),
        }
    }

    /// Its name in a language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        self.name.get(lang)
    }
}

/// A day newer than the one reported on: too little arrived on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedOver {
    /// The day (local date).
    pub date: NaiveDate,
    /// Calls, chats and tickets that arrived on it.
    pub arrived: u64,
}

impl PassedOver {
    /// What the head of a page says about such days; nothing without any.
    #[must_use]
    pub fn fact(days: &[Self], lang: Lang) -> Option<Fact> {
        let t = Text(lang);
        let day = |day: &Self| {
            t.passed_over_day(&format::day(day.date, lang), &format::count(day.arrived))
        };
        let days: Vec<String> = days.iter().map(day).collect();
        (!days.is_empty()).then(|| Fact {
            label: t.passed_over().to_owned(),
            value: t.passed_over_why(&days.join(t.clause())),
        })
    }
}

/// What a page says about itself before it says anything else.
#[derive(Debug, Clone)]
pub struct Head {
    /// Name of the service centre.
    pub centre: Bilingual,
    /// The day reported on (local date).
    pub date: NaiveDate,
    /// Data cut-off, as local time.
    pub as_of: NaiveDateTime,
    /// IANA name of the zone of `date` and `as_of`.
    pub zone: String,
    /// Which contacts are covered.
    pub scope: Scope,
    /// Newer days that too little arrived on, oldest first.
    pub passed_over: Vec<PassedOver>,
    /// Relative addresses of the page in both languages; `None` prints no link.
    pub editions: Option<Bilingual>,
}

impl Head {
    /// Cut-off, scope and days passed over.
    #[must_use]
    pub fn facts(&self, lang: Lang) -> Vec<Fact> {
        let t = Text(lang);
        let fact = |label: &str, value: String| Fact {
            label: label.to_owned(),
            value,
        };
        let mut facts = vec![
            fact(
                t.as_of(),
                format!("{} ({})", format::minute(self.as_of), self.zone),
            ),
            fact(t.scope(), self.scope.get(lang).to_owned()),
        ];
        facts.extend(PassedOver::fact(&self.passed_over, lang));
        facts
    }

    /// The link to the page in the other language.
    #[must_use]
    pub fn other(&self, lang: Lang) -> Option<Link> {
        let editions = self.editions.as_ref()?;
        let other = match lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        Some(Link {
            href: editions.get(other).to_owned(),
            lang: other,
            label: Text(other).own_name().to_owned(),
        })
    }

    /// The page with these sections.
    #[must_use]
    pub fn document(&self, title: &str, lang: Lang, sections: Vec<Section>) -> Document {
        Document {
            lang,
            title: title.to_owned(),
            centre: self.centre.get(lang).to_owned(),
            date: format::long_date(self.date, lang),
            iso_date: self.date.to_string(),
            scope: self.scope.code,
            facts: self.facts(lang),
            stamp: None,
            other: self.other(lang),
            sections,
            footer: Text(lang).footer_trainer().to_owned(),
        }
    }
}
