//! Why did a figure move between two periods? Its change in parts, along one dimension at a time.

use std::collections::BTreeMap;

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::Estimate;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Answer, Query, Row, Source};
use crate::settings::suggestion;
use crate::stats::adtributor::{self, Explanation};
use crate::stats::decomposition::{self, Decomposition, Member, Presence};
use crate::stats::interval::{self, Z_95};
use crate::stats::sum::compensated;

use super::period::Period;

mod scatter;

#[cfg(test)]
mod tests;

use scatter::Scatter;

/// Above this share of its scatter that lies between its members, a dimension is the outcome itself (who
/// answered, among answered and unanswered calls) and says nothing about why. A choice: what is known
/// before the outcome stays far below, what follows from it lies at 1.
const TAUTOLOGY: f64 = 0.9;

/// Columns that are known only when the outcome is, or that say where a record comes from: they describe how it
/// ended and not why. Named by hand, since a few of their members may leave scatter within.
const AFTERWARDS: [&str; 9] = [
    "ended_by",
    "feedback",
    "from_history",
    "outcome",
    "problem_source",
    "score_source",
    "state",
    "status",
    "stopped_by",
];

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Position of the KPI in the catalogue.
    pub kpi: usize,
    /// The period it is compared with.
    pub before: Period,
    /// The period asked about.
    pub after: Period,
    /// The dimensions; empty: every dimension the KPI can be split by.
    pub by: Vec<String>,
    /// Row-level SQL condition.
    pub condition: Option<String>,
}

/// The change of a figure, in parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The figure before and after.
    pub whole: (Estimate, Estimate),
    /// Value before and after; of counts and sums over periods of unequal length, per day.
    pub values: (f64, f64),
    /// Whether the values are per day.
    pub per_day: bool,
    /// 95 % interval of the change, where the figure has one.
    pub interval: Option<(f64, f64)>,
    /// The dimensions, the one whose few members explain most first.
    pub dimensions: Vec<Dimension>,
    /// Dimensions that say nothing, with the reason.
    pub left_out: Vec<(String, LeftOut)>,
}

/// Why a dimension is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// All rows have one member.
    OneMember,
    /// The member is the outcome itself.
    Outcome,
    /// A member counts in the numerator without a denominator of its own.
    NoDenominator,
}

/// The change along one dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Dimension {
    /// The column.
    pub name: String,
    /// The few members beyond noise, as positions in `parts`, that carry two thirds of the change; `None`
    /// where no few do.
    pub explained: Option<Explanation>,
    /// The members, the largest part first.
    pub parts: Vec<Part>,
}

impl Dimension {
    /// The members' parts as `stats` gives them, in the order of `parts`; `values` are those of the comparison.
    #[must_use]
    pub fn decomposition(&self, (before, after): (f64, f64)) -> Decomposition {
        let parts = self.parts.iter().map(|part| decomposition::Part {
            presence: part.presence,
            rate: part.rate,
            mix: part.mix,
        });
        Decomposition {
            before,
            after,
            parts: parts.collect(),
        }
    }

    /// Whether noise explains what every member did.
    #[must_use]
    pub fn is_noise(&self) -> bool {
        self.parts.iter().all(|part| part.noise)
    }
}

/// What one member did to the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The member; `None` is the null member.
    pub member: Option<String>,
    /// Whether it was there in both periods.
    pub presence: Presence,
    /// Rows before and after.
    pub n: (u64, u64),
    /// Its figure before and after.
    pub values: (Option<f64>, Option<f64>),
    /// Its share of what the figure rests on, before and after.
    pub shares: (f64, f64),
    /// Because its own figure moved; 0 of a count or sum, where all of a part is `mix`.
    pub rate: f64,
    /// Because its share moved.
    pub mix: f64,
    /// 95 % interval of both together, where the figure has one.
    pub interval: Option<(f64, f64)>,
    /// Part of the change that it carries; negative where it moved against the change.
    pub explains: Option<f64>,
    /// Whether noise explains the part, with as many members looked at as there are.
    pub noise: bool,
}

impl Part {
    /// Both effects together, in the unit of the figure.
    #[must_use]
    pub fn effect(&self) -> f64 {
        self.rate + self.mix
    }
}

/// How a figure is made up of its members.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Makeup {
    /// Hits over n.
    Rate,
    /// Sum over n or weight.
    Mean,
    /// A count over a count, times a factor.
    Ratio(f64),
    /// A sum over a count, times a factor: nothing is known about its scatter.
    RatioOfSum(f64),
    /// A count.
    Count,
    /// A sum.
    Sum,
}

impl Makeup {
    const fn of_counts(self) -> bool {
        matches!(self, Self::Count | Self::Sum)
    }
}

/// Answers the question.
///
/// # Errors
/// When the KPI is a quantile or a maximum, which has no parts; when a dimension does not fit it; when there
/// are no rows in one of the periods, or a table cannot be read.
pub fn compare(
    question: &Question,
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Comparison> {
    let makeup = makeup(catalogue, question.kpi)?;
    let names = dimensions(question, catalogue)?;
    let before = figures(question, question.before, &names, catalogue, source)?;
    let after = figures(question, question.after, &names, catalogue, source)?;
    compared(question, makeup, &names, (&before, &after))
}

/// Compares several figures between the same two periods along every dimension that fits them, each period read
/// once for all of them. A figure that has no parts, or none in one of the periods, is left out.
///
/// # Errors
/// When a table cannot be read.
pub fn compare_all(
    kpis: &[usize],
    (before, after): (Period, Period),
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Vec<(Question, Comparison)>> {
    let mut questions = Vec::new();
    let mut groupings = Vec::new();
    for kpi in kpis {
        let question = Question {
            kpi: *kpi,
            before,
            after,
            by: Vec::new(),
            condition: None,
        };
        let Ok(makeup) = makeup(catalogue, *kpi) else {
            continue;
        };
        let names = dimensions(&question, catalogue)?;
        groupings.extend(groupings_of(&names));
        questions.push((question, makeup, names));
    }
    groupings.sort_unstable();
    groupings.dedup();
    let asked = |period: Period| Query {
        kpis: questions
            .iter()
            .map(|(question, ..)| question.kpi)
            .collect(),
        groupings: groupings.clone(),
        from: Some(period.from),
        to: Some(period.to),
        condition: None,
    };
    let answers = (
        asked(before).measure(catalogue, source)?,
        asked(after).measure(catalogue, source)?,
    );
    let rows = |answer: &Answer<'_>, kpi: usize, names: &[String]| -> Vec<Vec<Row>> {
        let of = |wanted: Grouping| {
            let at = groupings.iter().position(|known| *known == wanted);
            at.map_or_else(Vec::new, |at| answer.of(at, kpi).collect())
        };
        groupings_of(names).map(of).collect()
    };
    let mut found = Vec::new();
    for (question, makeup, names) in questions {
        let sides = (
            rows(&answers.0, question.kpi, &names),
            rows(&answers.1, question.kpi, &names),
        );
        match compared(&question, makeup, &names, (&sides.0, &sides.1)) {
            Ok(comparison) => found.push((question, comparison)),
            // A young centre has no week before.
            Err(Error::Nothing { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}

/// The comparison, from the figures of both periods in the order of [`groupings_of`].
fn compared(
    question: &Question,
    makeup: Makeup,
    names: &[String],
    (before, after): (&[Vec<Row>], &[Vec<Row>]),
) -> Result<Comparison> {
    let per_day =
        makeup.of_counts() && (question.before.days() - question.after.days()).abs() > f64::EPSILON;
    let days = if per_day {
        (question.before.days(), question.after.days())
    } else {
        (1.0, 1.0)
    };
    let whole = (
        whole(before, question.before)?,
        whole(after, question.after)?,
    );
    let scatter = Scatter::new(makeup, whole, days).between_days(&before[1], &after[1]);
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    for (at, name) in names.iter().enumerate() {
        let members = paired(&before[at + 2], &after[at + 2]);
        match dimension(name, &members, &scatter) {
            Ok(_) if question.by.is_empty() && members.len() < 2 => {
                left_out.push((name.clone(), LeftOut::OneMember));
            }
            Ok(_) if question.by.is_empty() && scatter.is_outcome(&members, TAUTOLOGY) => {
                left_out.push((name.clone(), LeftOut::Outcome));
            }
            Ok(_) if question.by.is_empty() && AFTERWARDS.contains(&name.as_str()) => {
                left_out.push((name.clone(), LeftOut::Outcome));
            }
            Ok(found) => shown.push(found),
            Err(why) => left_out.push((name.clone(), why)),
        }
    }
    let values = scatter.values();
    Ok(Comparison {
        whole,
        values,
        per_day,
        interval: scatter.change(),
        dimensions: ordered(shown),
        left_out,
    })
}

/// How the figure is made up, or why it has no parts.
fn makeup(catalogue: &Catalogue, at: usize) -> Result<Makeup> {
    let kpi = &catalogue.kpis[at];
    let no_parts = |message: String| {
        Err(Error::usage(
            message,
            "compare a rate, a mean, a share, a count, a sum, or a ratio of counts",
        ))
    };
    Ok(match kpi.formula {
        Formula::Rate(_) => Makeup::Rate,
        Formula::Mean(_) | Formula::Share { .. } => Makeup::Mean,
        Formula::Count => Makeup::Count,
        Formula::Sum(_) => Makeup::Sum,
        Formula::Ratio {
            numerator,
            denominator,
            scale,
        } => {
            let adds =
                |at: usize| matches!(catalogue.kpis[at].formula, Formula::Count | Formula::Sum(_));
            match (&catalogue.kpis[numerator].formula, adds(denominator)) {
                (Formula::Count, true) => Makeup::Ratio(scale),
                (Formula::Sum(_), true) => Makeup::RatioOfSum(scale),
                _ => {
                    let message = format!("{} is no ratio of counts or sums", kpi.id);
                    return no_parts(message);
                }
            }
        }
        Formula::Quantile { .. } | Formula::Max(_) => {
            return no_parts(format!(
                "{} is not made up of the figures of its members",
                kpi.id
            ));
        }
    })
}

/// The dimensions asked for, else all that fit.
fn dimensions(question: &Question, catalogue: &Catalogue) -> Result<Vec<String>> {
    let with_rows = catalogue.with_rows(question.kpi);
    let fits = |name: &str| with_rows.iter().all(|kpi| kpi.has_dimension(name));
    let known: Vec<&str> = with_rows
        .first()
        .and_then(|kpi| kpi.fact)
        .map(|fact| fact.dimensions().filter(|name| fits(name)).collect())
        .unwrap_or_default();
    for (at, name) in question.by.iter().enumerate() {
        if question.by[..at].contains(name) {
            return Err(Error::usage(
                format!("--by names `{name}` twice"),
                "name each dimension once",
            ));
        }
        if !fits(name) {
            let kpi: &Kpi = &catalogue.kpis[question.kpi];
            return Err(Error::usage(
                format!("{} cannot be split by `{name}`", kpi.id),
                suggestion(name, &known, "its dimensions are"),
            ));
        }
    }
    Ok(if question.by.is_empty() {
        known.into_iter().map(str::to_owned).collect()
    } else {
        question.by.clone()
    })
}

/// What a comparison is made from: the figure of all members, the same day by day, then by each dimension.
fn groupings_of(names: &[String]) -> impl Iterator<Item = Grouping> {
    let of = |grain, by| Grouping { grain, by };
    let all = [of(Grain::All, Vec::new()), of(Grain::Day, Vec::new())];
    let split = names
        .iter()
        .map(move |name| of(Grain::All, vec![name.clone()]));
    all.into_iter().chain(split)
}

/// The figures of a period, in the order of [`groupings_of`].
fn figures(
    question: &Question,
    period: Period,
    names: &[String],
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Vec<Vec<Row>>> {
    Query {
        kpis: vec![question.kpi],
        groupings: groupings_of(names).collect(),
        from: Some(period.from),
        to: Some(period.to),
        condition: question.condition.clone(),
    }
    .answer(catalogue, source)
}

fn whole(figures: &[Vec<Row>], period: Period) -> Result<Estimate> {
    figures[0]
        .first()
        .map(|row| row.estimate)
        .filter(|estimate| estimate.value.is_some())
        .ok_or_else(|| Error::Nothing {
            message: format!("there is no figure from {} to {}", period.from, period.to),
            hint: "`kefu kpi --grain day` lists the days that have one".to_owned(),
        })
}

/// A member with its figure before and after.
pub(super) type Pair = (Option<String>, Estimate, Estimate);

fn paired(before: &[Row], after: &[Row]) -> Vec<Pair> {
    let mut pairs: BTreeMap<Option<String>, (Estimate, Estimate)> = BTreeMap::new();
    let member = |row: &Row| row.group.members.first().cloned().flatten();
    for row in before {
        pairs.entry(member(row)).or_default().0 = row.estimate;
    }
    for row in after {
        pairs.entry(member(row)).or_default().1 = row.estimate;
    }
    pairs
        .into_iter()
        .map(|(member, (before, after))| (member, before, after))
        .collect()
}

/// The change along one dimension, its parts adding up to it.
fn dimension(
    name: &str,
    pairs: &[Pair],
    scatter: &Scatter,
) -> std::result::Result<Dimension, LeftOut> {
    let members: Vec<Member> = pairs.iter().map(|pair| scatter.member(pair)).collect();
    let (split, explains) = if scatter.makeup.of_counts() {
        let sums: Vec<(f64, f64)> = members
            .iter()
            .map(|m| (m.sum_before, m.sum_after))
            .collect();
        (decomposition::counts(&members), adtributor::counts(&sums))
    } else {
        let split = decomposition::shares(&members);
        let explains = split
            .as_ref()
            .and_then(|split| adtributor::shares(&members, split));
        (split, explains)
    };
    let split = split.ok_or(LeftOut::NoDenominator)?;
    let looked_at = split
        .parts
        .iter()
        .filter(|part| part.presence != Presence::Neither)
        .count();
    let beyond = interval::normal_of_many(looked_at) / Z_95;
    let mut parts: Vec<(usize, Part)> = Vec::new();
    for (at, pair) in pairs.iter().enumerate() {
        if split.parts[at].presence != Presence::Neither {
            let explains = explains.as_deref().map(|explains| explains[at].power);
            let part = part(pair, at, (&members, &split), scatter, (explains, beyond));
            parts.push((at, part));
        }
    }
    // What noise explains explains nothing itself.
    let candidates = explains.map(|mut explains| {
        for (at, part) in &parts {
            if part.noise {
                explains[*at].power = 0.0;
            }
        }
        explains
    });
    parts.sort_by(|(_, a), (_, b)| {
        let size = b.effect().abs().total_cmp(&a.effect().abs());
        size.then_with(|| a.member.cmp(&b.member))
    });
    let explained = candidates.as_deref().and_then(adtributor::explain);
    let explained = explained.map(|found| {
        let place = |at: &usize| parts.iter().position(|(known, _)| known == at);
        Explanation {
            members: found.members.iter().filter_map(place).collect(),
            ..found
        }
    });
    Ok(Dimension {
        name: name.to_owned(),
        explained,
        parts: parts.into_iter().map(|(_, part)| part).collect(),
    })
}

fn part(
    pair: &Pair,
    at: usize,
    (members, split): (&[Member], &Decomposition),
    scatter: &Scatter,
    (explains, beyond): (Option<f64>, f64),
) -> Part {
    let (member, before, after) = pair;
    let total = |of: fn(&Member) -> f64| compensated(members.iter().map(of));
    let share = |n: f64, all: f64| if all > 0.0 { n / all } else { 0.0 };
    let own = &members[at];
    let found = &split.parts[at];
    let interval = scatter.part(pair, at, members, split);
    let noise = interval.is_some_and(|(low, high)| {
        let half = (high - low) / 2.0;
        found.total().abs() <= half * beyond
    });
    let of_counts = scatter.makeup.of_counts();
    let own_value = |estimate: &Estimate, sum: f64| {
        if of_counts { Some(sum) } else { estimate.value }
    };
    Part {
        member: member.clone(),
        presence: found.presence,
        n: (before.n, after.n),
        values: (
            own_value(before, own.sum_before),
            own_value(after, own.sum_after),
        ),
        shares: (
            share(own.n_before, total(|m| m.n_before)),
            share(own.n_after, total(|m| m.n_after)),
        ),
        rate: found.rate,
        mix: found.mix,
        interval,
        explains,
        noise,
    }
}

/// The dimensions that few members explain first, the most surprising of them at the top.
fn ordered(dimensions: Vec<Dimension>) -> Vec<Dimension> {
    let explanations: Vec<Option<Explanation>> = dimensions
        .iter()
        .map(|dimension| dimension.explained.clone())
        .collect();
    let ranked = adtributor::rank(&explanations);
    let mut placed: Vec<(usize, Dimension)> = dimensions
        .into_iter()
        .enumerate()
        .map(|(at, dimension)| {
            let place = ranked.iter().position(|known| *known == at);
            (place.unwrap_or(usize::MAX), dimension)
        })
        .collect();
    // Stable: those that nothing explains keep the order of the columns, those of noise only come last.
    placed.sort_by_key(|(place, dimension)| (dimension.is_noise(), *place));
    placed.into_iter().map(|(_, dimension)| dimension).collect()
}
