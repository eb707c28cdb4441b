//! Insights as both reports lay them out.

use chrono::NaiveDate;

use crate::i18n::text::Text;
use crate::i18n::{Bilingual, Lang};
use crate::insight::adjusted::{Adjusted, Who};
use crate::insight::compare::{Comparison, Dimension};
use crate::insight::period::Period;
use crate::insight::promises::Promises;
use crate::kpi::figure::{Better, Bound, Unit};
use crate::stats::funnel::Flag;
use crate::stats::sum::whole;

use super::document::Tone;
use super::figure::{About, Figure, funnel};
use super::format;
use super::naming::Naming;

/// Members named in a title.
const NAMED: usize = 2;

/// What a figure is, for the words around a drawing.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Identifier in the catalogue.
    pub id: String,
    /// Name.
    pub name: Bilingual,
    /// Unit.
    pub unit: Unit,
    /// Which direction is an improvement.
    pub better: Better,
    /// Target, and the document that asks for it.
    pub target: Option<(Bound, Bilingual)>,
}

/// The change of a figure in the week that ends with the day, against the week before.
#[derive(Debug, Clone)]
pub struct Change {
    /// The figure.
    pub of: Measured,
    /// The week before, and the week.
    pub periods: (Period, Period),
    /// The change in parts.
    pub found: Comparison,
}

impl Change {
    /// Whether the change is more than noise explains.
    #[must_use]
    pub fn real(&self) -> bool {
        self.found
            .interval
            .is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }

    /// After − before.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.found.values.1 - self.found.values.0
    }

    /// The dimension of which few members explain most.
    #[must_use]
    pub fn best(&self) -> Option<&Dimension> {
        self.found
            .dimensions
            .iter()
            .find(|dimension| dimension.explained.is_some())
    }

    /// The members that explain most, as printed, and the share of the change they carry.
    #[must_use]
    pub fn top(&self, naming: Naming) -> Option<(String, String, f64)> {
        let best = self.best()?;
        let few = best.explained.as_ref()?;
        let names: Vec<String> = few
            .members
            .iter()
            .map(|at| naming.member(&best.name, best.parts[*at].member.as_deref()))
            .collect();
        let t = Text(naming.lang);
        Some((
            t.dimension(&best.name).to_owned(),
            names.join(t.list()),
            few.power,
        ))
    }
}

/// Agents or teams in a funnel of one figure.
#[derive(Debug, Clone)]
pub struct Placing {
    /// The figure.
    pub of: Measured,
    /// Who.
    pub who: Who,
    /// The problem type it is limited to.
    pub problem: Option<String>,
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// The members.
    pub found: Adjusted,
}

impl Placing {
    /// The furthest distance from what is expected; 0 when all are within chance.
    #[must_use]
    pub fn distance(&self) -> f64 {
        let first = self.found.outside().first().copied();
        first.map_or(0.0, |at| self.found.funnel.members[at].z.abs())
    }

    /// Draws the funnel; `words` are id, title, scope and tone.
    pub(super) fn figure(&self, about: About, dimension: &str) -> Option<Figure> {
        let members: Vec<funnel::Member> = self
            .found
            .members
            .iter()
            .map(|(name, found)| funnel::Member {
                name,
                n: whole(found.comparable),
                observed: Some(found.observed),
                against: Some(found.expected),
            })
            .collect();
        let n = self.found.members.iter().map(|(_, found)| found.comparable);
        let about = About {
            n: whole(n.sum()),
            unit: self.of.unit,
            better: self.of.better,
            period: self.days,
            target: None,
            ..about
        };
        let kind = funnel::Kind::Adjusted;
        funnel::figure(&about, &self.found.funnel, &members, kind, dimension)
    }

    /// The tone of the finding.
    #[must_use]
    pub fn tone(&self) -> Tone {
        match (
            self.distance() > 0.0,
            self.of.better,
            self.worse().is_empty(),
        ) {
            (false, ..) => Tone::Calm,
            (true, Better::Neither, _) => Tone::Neutral,
            (true, _, false) => Tone::Concern,
            (true, _, true) => Tone::Improvement,
        }
    }

    /// Who differs, or that nobody does.
    #[must_use]
    pub fn title(&self, lang: Lang) -> String {
        let t = Text(lang);
        let name = self.of.name.get(lang);
        let outside = self.found.outside();
        let Some(first) = outside.first() else {
            let judged = self.found.judged().to_string();
            return match self.who {
                Who::Agent => t.agents_within(name, &judged),
                Who::Team => t.teams_within(name, &judged),
            };
        };
        let worse = self.worse();
        let at = *worse.first().unwrap_or(first);
        let placed = |at: usize| &self.found.funnel.members[at];
        let named: Vec<usize> = if worse.is_empty() { &outside } else { &worse }
            .iter()
            .filter(|other| (placed(**other).figure > 1.0) == (placed(at).figure > 1.0))
            .take(NAMED)
            .copied()
            .collect();
        let joined = |of: &dyn Fn(usize) -> String| {
            let each: Vec<String> = named.iter().map(|at| of(*at)).collect();
            each.join(t.list())
        };
        let ratio = joined(&|at| format::value(placed(at).figure, Unit::Number, lang));
        let mut named = joined(&|at| self.found.members[at].0.clone());
        // Chinese type leaves a gap between a Latin word and the next sign.
        if lang == Lang::Zh && named.ends_with(|last: char| last.is_ascii_alphanumeric()) {
            named.push(' ');
        }
        let text = match (self.of.better, worse.is_empty()) {
            (Better::Neither, _) => t.teams_other(name, &named, &ratio),
            (_, false) => t.teams_worse(name, &named, &ratio),
            (_, true) => t.teams_better(name, &named, &ratio),
        };
        match placed(at).flag {
            Flag::Alarm { .. } => text,
            _ => t.only_warning(&text),
        }
    }

    /// Names of members outside the 99.8 % limits on the worse side, else of those outside the 95 % limits.
    #[must_use]
    pub fn worse(&self) -> Vec<usize> {
        let above = self.of.better != Better::Higher;
        let flag = |at: &usize| self.found.funnel.members[*at].flag;
        let outside = self.found.outside();
        let alarms = |at: &usize| flag(at) == Flag::Alarm { above };
        let either = |at: &usize| matches!(flag(at), Flag::Alarm { above: side } | Flag::Warning { above: side } if side == above);
        let mut found: Vec<usize> = outside.iter().copied().filter(alarms).collect();
        if found.is_empty() {
            found = outside.into_iter().filter(either).collect();
        }
        found
    }
}

/// How the promises stand, with what is promised.
#[derive(Debug, Clone)]
pub struct Promised {
    /// Counts.
    pub found: Promises,
    /// The promises in their order: id, name, limit in seconds.
    pub known: Vec<(String, Bilingual, f64)>,
    /// Target of the share kept.
    pub target: Option<(Bound, Bilingual)>,
}
