//! What stands around a figure, whatever it draws.

use chrono::NaiveDate;

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::kpi::figure::{Better, Bound, Unit};
use crate::report::document::{Column, Table, Tone};
use crate::report::format;
use crate::stats::funnel::LEAST;

use super::{Figure, Plot, SignalMark};

/// The words around a figure that its numbers don't give.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Anchor, unique on the page.
    pub id: &'a str,
    /// The finding, as a title.
    pub title: &'a str,
    /// Tone of the finding.
    pub tone: Tone,
    /// What is measured, in words.
    pub measure: &'a str,
    /// Its unit.
    pub unit: Unit,
    /// Which side of it is better.
    pub better: Better,
    /// First and last day.
    pub period: (NaiveDate, NaiveDate),
    /// What the figure rests on.
    pub n: u64,
    /// Target and where it comes from.
    pub target: Option<(Bound, Option<&'a str>)>,
    /// Queues, channels, filters.
    pub scope: &'a str,
    /// Language of all of these.
    pub lang: Lang,
}

impl About<'_> {
    /// The text catalogue.
    pub(super) const fn text(&self) -> Text {
        Text(self.lang)
    }

    /// A value in the figure's unit.
    pub(super) fn print(&self, value: f64) -> String {
        format::value(value, self.unit, self.lang)
    }

    /// A difference in the figure's unit.
    pub(super) fn change(&self, difference: f64) -> String {
        format::change(difference, self.unit, self.lang)
    }

    /// The tone of a move or a distance upwards or downwards.
    pub(super) const fn tone_of(&self, up: bool) -> Tone {
        match (self.better, up) {
            (Better::Neither, _) => Tone::Neutral,
            (Better::Higher, true) | (Better::Lower, false) => Tone::Improvement,
            _ => Tone::Concern,
        }
    }

    /// The mark of it.
    pub(super) const fn mark_of(&self, up: bool) -> SignalMark {
        SignalMark {
            tone: self.tone_of(up),
            up,
        }
    }

    /// The word of a tone.
    pub(super) const fn word_of(&self, tone: Tone) -> &'static str {
        match tone {
            Tone::Concern => self.text().concern(),
            Tone::Improvement => self.text().improvement(),
            _ => self.text().neutral(),
        }
    }

    /// n below which a member is grey, printed.
    pub(super) fn least() -> String {
        format!("{LEAST:.0}")
    }

    /// A figure of these words: the notes end with the target and the scope.
    pub(super) fn figure(
        &self,
        plot: Plot,
        description: String,
        mut notes: Vec<String>,
        columns: Vec<Column>,
        rows: Vec<Vec<String>>,
    ) -> Figure {
        let t = self.text();
        if let Some((bound, source)) = self.target {
            let target = format::bound(bound, self.unit, self.lang);
            notes.push(match source {
                Some(source) => t.target_from(&target, &format::held(source)),
                None => t.target_is(&target),
            });
        }
        notes.push(t.scope_is(self.scope));
        let (from, to) = self.period;
        Figure {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            tone: self.tone,
            subtitle: t.chart_subtitle(
                self.measure,
                unit_name(t, self.unit),
                &format::period(from, to, self.lang),
                &format::count(self.n),
            ),
            notes,
            description,
            plot,
            data: Table {
                id: format!("data-{}", self.id),
                caption: t.data_of(self.title),
                columns,
                rows,
                total: false,
                empty: t.no_history().to_owned(),
            },
        }
    }
}

/// The name of a unit.
#[must_use]
pub const fn unit_name(t: Text, unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => t.unit_percent(),
        Unit::Seconds => t.unit_seconds(),
        Unit::Count => t.unit_count(),
        Unit::Score => t.unit_score(),
        Unit::Yuan => t.unit_yuan(),
        Unit::PerThousand => t.unit_per_thousand(),
        Unit::PerMillion => t.unit_per_million(),
        Unit::Number => t.unit_number(),
    }
}
