//! A question about KPIs → the rows of the answer, with intervals, targets and verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::schema::facts::Fact;
use crate::settings::suggestion;
use crate::store::Store;
use crate::store::delta::Part;
use crate::store::runs::Run;

use super::bounds::bound;
use super::catalogue::{Catalogue, Formula, Kpi};
use super::compile;
use super::expr::{Expr, Type};
use super::figure::{Bound, Estimate, Status};
use super::parse;
use super::pass::{Group, Grouping, Groups, Pass};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Query {
    /// Positions in the catalogue; the answer is in the catalogue's order, whatever theirs.
    pub kpis: Vec<usize>,
    /// The groupings, answered from one pass per fact table.
    pub groupings: Vec<Grouping>,
    /// First local date.
    pub from: Option<NaiveDate>,
    /// Last local date.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition.
    pub condition: Option<String>,
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Position of the KPI in the catalogue.
    pub kpi: usize,
    /// Its period and members.
    pub group: Group,
    /// The figure.
    pub estimate: Estimate,
    /// The bound that holds for it.
    pub bound: Option<Bound>,
    /// The verdict.
    pub status: Status,
}

/// The facts a query reads: the store at one run.
pub struct Source<'a> {
    /// The store.
    pub store: &'a Store,
    /// The run whose versions are read.
    pub run: &'a Run,
}

impl Query {
    /// Answers the query: one list of rows per grouping, each in catalogue, period and member order.
    ///
    /// # Errors
    /// When a dimension or the condition does not fit the fact of a KPI, or a table cannot be read.
    pub fn answer(&self, catalogue: &Catalogue, source: &Source<'_>) -> Result<Vec<Vec<Row>>> {
        self.answer_from(catalogue, source.store.root(), |fact| {
            days(source, fact, self.from, self.to)
        })
    }

    /// The same from the parts of every fact table that `parts` names, wherever they come from; the range of
    /// the query is theirs to keep.
    ///
    /// # Errors
    /// As [`Self::answer`], or when `parts` fails.
    pub fn answer_from(
        &self,
        catalogue: &Catalogue,
        store: &Path,
        parts: impl Fn(&'static Fact) -> Result<Vec<Part>>,
    ) -> Result<Vec<Vec<Row>>> {
        let needed = self.needed(catalogue);
        let mut answers: Vec<BTreeMap<(usize, Group), Estimate>> =
            vec![BTreeMap::new(); self.groupings.len()];
        for (fact, of_fact) in passes(&needed, catalogue) {
            let (usable, places) = self.usable_groupings(fact, catalogue, &of_fact)?;
            let condition = both(
                self.condition(fact)?,
                common(&catalogue.kpis[of_fact[0]]).cloned(),
            );
            let kpis: Vec<&Kpi> = of_fact.iter().map(|at| &catalogue.kpis[*at]).collect();
            let root = store.join(fact.name);
            let pass = Pass {
                fact,
                root: &root,
                kpis: &kpis,
                groupings: &usable,
                condition: condition.as_ref(),
            };
            for (groups, place) in pass.run(&parts(fact)?)?.into_iter().zip(places) {
                collect(
                    groups,
                    &of_fact,
                    &kpis,
                    &self.groupings[place],
                    &mut answers[place],
                );
            }
        }
        answers
            .iter()
            .zip(&self.groupings)
            .map(|(figures, grouping)| self.rows(figures, grouping, catalogue))
            .collect()
    }

    /// The asked KPIs and those their ratios are made of.
    fn needed(&self, catalogue: &Catalogue) -> Vec<usize> {
        let mut needed = self.kpis.clone();
        for at in &self.kpis {
            if let Formula::Ratio {
                numerator,
                denominator,
                ..
            } = catalogue.kpis[*at].formula
            {
                needed.extend([numerator, denominator]);
            }
        }
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    fn condition(&self, fact: &Fact) -> Result<Option<Expr>> {
        let text = self.condition.as_deref();
        text.map(|text| row_condition(text, fact)).transpose()
    }

    /// The groupings whose dimensions the fact has. With one grouping, a dimension that a KPI lacks is an error
    /// that names both; with several (the marts) the grouping is simply not for this fact.
    fn usable_groupings(
        &self,
        fact: &'static Fact,
        catalogue: &Catalogue,
        kpis: &[usize],
    ) -> Result<(Vec<Grouping>, Vec<usize>)> {
        if let [only] = self.groupings.as_slice() {
            for (name, at) in only
                .by
                .iter()
                .flat_map(|name| kpis.iter().map(move |at| (name, *at)))
            {
                if !catalogue.kpis[at].has_dimension(name) {
                    return Err(no_dimension(fact, name, &catalogue.kpis[at]));
                }
            }
        }
        let has_all = |grouping: &Grouping| {
            grouping
                .by
                .iter()
                .all(|name| fact.dimensions().any(|known| known == name))
        };
        let usable = self
            .groupings
            .iter()
            .enumerate()
            .filter(|(_, grouping)| has_all(grouping));
        Ok(usable
            .map(|(place, grouping)| (grouping.clone(), place))
            .unzip())
    }

    fn rows(
        &self,
        figures: &BTreeMap<(usize, Group), Estimate>,
        grouping: &Grouping,
        catalogue: &Catalogue,
    ) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let in_order: BTreeSet<usize> = self.kpis.iter().copied().collect();
        for at in &in_order {
            let kpi = &catalogue.kpis[*at];
            // Which target holds depends on what the rows have in common.
            let asked = match kpi.fact {
                Some(fact) => self.condition(fact)?,
                None => None,
            };
            let of_kpi: Vec<(Group, Estimate)> = match kpi.formula {
                Formula::Ratio {
                    numerator,
                    denominator,
                    scale,
                } => ratios(figures, (numerator, denominator), catalogue, scale),
                _ => figures
                    .range((*at, first_group())..)
                    .take_while(|((index, _), _)| index == at)
                    .map(|((_, group), estimate)| (group.clone(), *estimate))
                    .collect(),
            };
            for (group, estimate) in of_kpi {
                let bound = bound(catalogue, *at, grouping, &group, asked.as_ref());
                rows.push(Row {
                    kpi: *at,
                    group,
                    estimate,
                    bound,
                    status: estimate.status(bound),
                });
            }
        }
        Ok(rows)
    }
}

/// The files of a fact table whose days lie in the range.
///
/// # Errors
/// When the table's log cannot be read.
pub fn days(
    source: &Source<'_>,
    fact: &Fact,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<Vec<Part>> {
    let mut parts = source.store.parts_at(fact.name, source.run)?;
    parts.retain(|part| {
        let day: Option<NaiveDate> = part.partition.as_deref().and_then(|date| date.parse().ok());
        let after = from.is_none_or(|from| day.is_some_and(|day| day >= from));
        let before = to.is_none_or(|to| day.is_some_and(|day| day <= to));
        after && before
    });
    Ok(parts)
}

/// A `--where` over the rows of a fact table.
///
/// # Errors
/// When it does not fit the columns, with a mark under the place.
pub fn row_condition(text: &str, fact: &Fact) -> Result<Expr> {
    parse::expression(text, fact, Type::Flag)
        .map_err(|fault| compile::located("--where".to_owned(), text, fault))
}

/// The KPIs that one scan can serve together: those of one fact table with the same direction of calls.
fn passes(needed: &[usize], catalogue: &Catalogue) -> Vec<(&'static Fact, Vec<usize>)> {
    let mut passes: Vec<(&'static Fact, Vec<usize>)> = Vec::new();
    for at in needed {
        let kpi = &catalogue.kpis[*at];
        let Some(fact) = kpi.fact else { continue };
        let same = |(known, members): &&mut (&'static Fact, Vec<usize>)| {
            known.name == fact.name && common(&catalogue.kpis[members[0]]) == common(kpi)
        };
        match passes.iter_mut().find(same) {
            Some((_, members)) => members.push(*at),
            None => passes.push((fact, vec![*at])),
        }
    }
    passes
}

/// The condition on the direction of calls. It decides which rows there are at all: a queue or agent with
/// outbound calls only has no row among inbound figures.
fn common(kpi: &Kpi) -> Option<&Expr> {
    kpi.condition
        .as_ref()?
        .conjuncts()
        .into_iter()
        .find(|condition| condition.columns() == ["direction"])
}

pub(super) fn both(a: Option<Expr>, b: Option<Expr>) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(Expr::And(Box::new(a), Box::new(b))),
        (a, b) => a.or(b),
    }
}

fn no_dimension(fact: &Fact, name: &str, kpi: &Kpi) -> Error {
    let known: Vec<_> = fact
        .dimensions()
        .filter(|known| kpi.has_dimension(known))
        .collect();
    let hint = suggestion(name, &known, "its dimensions are");
    let message = if fact.dimensions().any(|known| known == name) {
        format!(
            "{} counts several rows of {} as one, which differ in `{name}`",
            kpi.id, fact.name
        )
    } else {
        format!(
            "{} has no dimension `{name}`, which {} would need",
            fact.name, kpi.id
        )
    };
    Error::usage(message, hint)
}

const fn first_group() -> Group {
    Group {
        period: String::new(),
        members: Vec::new(),
    }
}

fn collect(
    groups: Groups,
    positions: &[usize],
    kpis: &[&Kpi],
    grouping: &Grouping,
    answer: &mut BTreeMap<(usize, Group), Estimate>,
) {
    for (group, states) in groups {
        for ((state, at), kpi) in states.into_iter().zip(positions).zip(kpis) {
            if grouping.by.iter().all(|name| kpi.has_dimension(name)) {
                answer.insert((*at, group.clone()), state.estimate(&kpi.formula));
            }
        }
    }
}

/// The ratio of two figures in every group that either of them has. Where the rows of one are missing
/// altogether, a count or sum of them is 0; anything else is unknown and the group has no ratio.
fn ratios(
    figures: &BTreeMap<(usize, Group), Estimate>,
    (numerator, denominator): (usize, usize),
    catalogue: &Catalogue,
    scale: f64,
) -> Vec<(Group, Estimate)> {
    let groups: BTreeSet<&Group> = figures
        .keys()
        .filter(|(at, _)| *at == numerator || *at == denominator)
        .map(|(_, group)| group)
        .collect();
    let of = |at: usize, group: &Group| {
        let none =
            matches!(catalogue.kpis[at].formula, Formula::Count | Formula::Sum(_)).then(|| {
                Estimate {
                    value: Some(0.0),
                    numerator: Some(0.0),
                    ..Estimate::default()
                }
            });
        figures.get(&(at, group.clone())).copied().or(none)
    };
    groups
        .into_iter()
        .filter_map(|group| {
            let (top, bottom) = (of(numerator, group)?, of(denominator, group)?);
            Some((group.clone(), ratio(&top, &bottom, scale)))
        })
        .collect()
}

/// First over second × scale; numerator and denominator are the two values.
fn ratio(top: &Estimate, bottom: &Estimate, scale: f64) -> Estimate {
    let value = match (top.value, bottom.value) {
        (Some(top), Some(bottom)) if bottom != 0.0 => Some(top / bottom * scale),
        _ => None,
    };
    Estimate {
        value,
        numerator: top.value,
        denominator: bottom.value,
        n: bottom.n,
        interval: None,
    }
}
