//! 客服质量日报, the nightly management report: three minutes, worst first.

mod beyond;
mod days;
mod findings;
mod grid;
mod input;
mod judged;
mod kpis;
mod missed;
mod problems;
mod reasons;
mod restated;
mod single;
mod sla;
mod teams;
mod trend;
mod trust;
mod waits;
mod why;

#[cfg(test)]
mod explained_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trend_tests;

pub use input::{
    FileLedger, Insight, KpiLine, Linking, NightlyInput, ProblemRow, Problems, RejectExample,
    RejectGroup, Restated, RestatedFigure, Since, UnmappedCode, WaitCell, Waits,
};

pub use single::{SingleChart, single_chart};

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::kpi::figure::Unit;

use super::PassedOver;
use super::document::{Block, Document, Fact, Link, Section};
use super::figure::unit_name;
use super::format;
use super::naming::Naming;
use judged::Judged;

/// The six figures that the YTO workflow assesses, drawn as control charts in this order.
pub const YTO_FIGURES: [&str; 6] = [
    "answer_rate",
    "response_time",
    "aht",
    "fcr",
    "satisfaction",
    "compliance",
];

/// The longest history that is drawn: a quarter would no longer show single days on this width.
pub const DAYS_SHOWN: usize = 60;

/// Calm figures from which on they are folded.
const FOLDED: usize = 8;

/// What every part of the page needs.
#[derive(Clone, Copy)]
struct Page<'a> {
    input: &'a NightlyInput,
    lang: Lang,
    t: Text,
}

/// Writes the nightly report in one language. The same input gives the same document.
#[must_use]
pub fn nightly(input: &NightlyInput, lang: Lang) -> Document {
    let page = Page {
        input,
        lang,
        t: Text(lang),
    };
    let judged = Judged::worst_first(&input.kpis);
    let moved = findings::moved(&judged);
    let sections = [
        Some(findings::section(page, &judged)),
        Some(page.kpi_section(&judged)),
        trend::section(page, &judged),
        why::section(page, &moved),
        teams::section(page),
        waits::section(page),
        problems::section(page),
        sla::section(page),
        Some(trust::section(page)),
    ];
    Document {
        lang,
        title: page.t.nightly_title().to_owned(),
        centre: input.centre.get(lang).to_owned(),
        date: format::long_date(input.date, lang),
        iso_date: input.date.to_string(),
        scope: input.scope.code,
        facts: page.facts(),
        stamp: None,
        other: page.other_edition(),
        sections: sections.into_iter().flatten().collect(),
        footer: page.t.footer().to_owned(),
    }
}

/// Ids of the figures with a signal, in the order of the findings.
#[must_use]
pub fn moved(lines: &[KpiLine]) -> Vec<&str> {
    findings::moved(&Judged::worst_first(lines))
        .iter()
        .map(|kpi| kpi.line.id.as_str())
        .collect()
}

impl Page<'_> {
    /// How dimensions and their members are called.
    fn naming(&self) -> Naming<'_> {
        Naming {
            problems: self.input.insight.names.as_ref(),
            lang: self.lang,
        }
    }

    /// The figures: those that moved or miss their target at once, the calm ones folded.
    fn kpi_section(self, judged: &[Judged]) -> Section {
        let calm = judged
            .iter()
            .position(|kpi| !kpi.needs_a_look())
            .unwrap_or(judged.len());
        let (worse, rest) = judged.split_at(calm);
        // A few rows are read at once.
        if worse.is_empty() || rest.len() < FOLDED {
            return kpis::section(self, judged);
        }
        let mut shown = kpis::section(self, worse);
        let summary = self.t.kpis_calm(&rest.len().to_string());
        let mut blocks = kpis::section(self, rest).blocks;
        for block in &mut blocks {
            if let Block::KpiTable(table) = block {
                table.caption = self
                    .t
                    .kpis_calm_caption(&format::day(self.input.date, self.lang));
                // How to read the table stands under the first.
                table.notes.clear();
                for (at, part) in table.history.iter_mut().enumerate() {
                    part.id = format!("calm-{}", at + 1);
                }
            }
        }
        shown.blocks.push(Block::Details { summary, blocks });
        shown
    }

    /// Cut-off, scope, rows and days passed over.
    fn facts(self) -> Vec<Fact> {
        let Self { input, lang, t } = self;
        let total =
            |rows: fn(&FileLedger) -> u64| format::count(input.ledger.iter().map(rows).sum());
        let fact = |label: &str, value: String| Fact {
            label: label.to_owned(),
            value,
        };
        let mut facts = vec![
            fact(
                t.as_of(),
                format!("{} ({})", format::minute(input.as_of), input.zone),
            ),
            fact(t.scope(), input.scope.get(lang).to_owned()),
            fact(t.rows_read(), total(|file| file.read)),
            fact(t.rows_stored(), total(|file| file.stored)),
            fact(t.rows_known(), total(|file| file.replaced + file.duplicate)),
            fact(t.rows_rejected(), total(|file| file.rejected)),
        ];
        facts.extend(PassedOver::fact(&input.passed_over, lang));
        facts
    }

    /// The name of a unit.
    const fn unit(self, unit: Unit) -> &'static str {
        unit_name(self.t, unit)
    }

    fn other_edition(self) -> Option<Link> {
        let editions = self.input.editions.as_ref()?;
        let other = match self.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        Some(Link {
            href: editions.get(other).to_owned(),
            lang: other,
            label: Text(other).own_name().to_owned(),
        })
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
