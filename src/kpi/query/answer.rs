//! The figures of a query, and their rows: each with its interval, target and verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Query;
use crate::expr::Expr;
use crate::kpi::bounds::bound;
use crate::kpi::catalogue::{Catalogue, Formula};
use crate::kpi::figure::{Bound, Estimate, Status};
use crate::kpi::pass::{Group, Grouping, Groups};

/// One row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Position of the KPI in the catalogue.
    pub kpi: usize,
    /// Its period and members.
    pub group: Arc<Group>,
    /// The figure.
    pub estimate: Estimate,
    /// The bound that holds for it.
    pub bound: Option<Bound>,
    /// The verdict.
    pub status: Status,
}

/// The states of one grouping: KPI → the groups of its pass, and which of the pass's KPIs it is.
pub(in crate::kpi) type Figures = BTreeMap<usize, (Arc<Groups>, usize)>;

/// The figures of a query, one set per grouping.
pub struct Answer<'c> {
    pub(super) query: Query,
    pub(super) catalogue: &'c Catalogue,
    pub(super) figures: Vec<Figures>,
    /// The query's condition, by fact table.
    pub(super) asked: BTreeMap<&'static str, Expr>,
}

impl Answer<'_> {
    /// What the figures are grouped by.
    #[must_use]
    pub fn groupings(&self) -> &[Grouping] {
        &self.query.groupings
    }

    /// The states of one grouping.
    pub(in crate::kpi) fn figures(&self, grouping: usize) -> &Figures {
        &self.figures[grouping]
    }

    /// The groups of one grouping, pass by pass: KPIs of one pass share theirs.
    pub(in crate::kpi) fn passes(&self, grouping: usize) -> Vec<&Arc<Groups>> {
        let mut passes: Vec<&Arc<Groups>> = Vec::new();
        for (groups, _) in self.figures[grouping].values() {
            if !passes.iter().any(|known| Arc::ptr_eq(known, groups)) {
                passes.push(groups);
            }
        }
        passes
    }

    /// A KPI's id.
    #[must_use]
    pub fn id(&self, kpi: usize) -> &str {
        &self.catalogue.kpis[kpi].id
    }

    /// The catalogue.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        self.catalogue
    }

    /// The KPIs that were asked for, in catalogue order.
    pub(in crate::kpi) fn asked(&self) -> BTreeSet<usize> {
        self.query.asked()
    }

    /// The KPIs of one grouping that have rows, in catalogue order.
    #[must_use]
    pub fn kpis(&self, grouping: usize) -> Vec<usize> {
        let figures = &self.figures[grouping];
        let has = |at: &usize| match self.catalogue.kpis[*at].formula {
            Formula::Ratio {
                numerator,
                denominator,
                ..
            } => figures.contains_key(&numerator) || figures.contains_key(&denominator),
            _ => figures.contains_key(at),
        };
        self.asked().into_iter().filter(has).collect()
    }

    /// The rows of one grouping, in catalogue, period and member order.
    pub fn rows(&self, grouping: usize) -> impl Iterator<Item = Row> + '_ {
        let kpis = self.kpis(grouping).into_iter();
        kpis.flat_map(move |at| self.of(grouping, at))
    }

    /// The rows of one KPI in one grouping, in period and member order.
    pub fn of(&self, grouping: usize, at: usize) -> impl Iterator<Item = Row> + '_ {
        let by = &self.query.groupings[grouping];
        let fact = self.catalogue.kpis[at].fact;
        let asked = fact.and_then(|fact| self.asked.get(fact.name));
        self.estimates(grouping, at).map(move |(group, estimate)| {
            let bound = bound(self.catalogue, at, by, &group, asked);
            Row {
                kpi: at,
                group,
                estimate,
                bound,
                status: estimate.status(bound),
            }
        })
    }

    fn estimates(
        &self,
        grouping: usize,
        at: usize,
    ) -> Box<dyn Iterator<Item = (Arc<Group>, Estimate)> + '_> {
        let figures = &self.figures[grouping];
        let kpi = &self.catalogue.kpis[at];
        if let Formula::Ratio {
            numerator,
            denominator,
            scale,
        } = kpi.formula
        {
            return Box::new(
                ratios(figures, (numerator, denominator), self.catalogue, scale).into_iter(),
            );
        }
        let Some((groups, state)) = figures.get(&at) else {
            return Box::new(std::iter::empty());
        };
        let states = &groups.states[*state];
        Box::new(groups.in_order().map(move |(group, place)| {
            let estimate = states.estimate(place, &kpi.formula);
            (group.clone(), estimate)
        }))
    }
}

/// The ratio of two figures in every group that either of them has. Where the rows of one are missing
/// altogether, a count or sum of them is 0; anything else is unknown and the group has no ratio.
fn ratios(
    figures: &Figures,
    (numerator, denominator): (usize, usize),
    catalogue: &Catalogue,
    scale: f64,
) -> Vec<(Arc<Group>, Estimate)> {
    let groups: BTreeSet<&Arc<Group>> = [numerator, denominator]
        .iter()
        .filter_map(|at| figures.get(at))
        .flat_map(|(groups, _)| groups.written())
        .collect();
    let of = |at: usize, group: &Group| {
        let formula = &catalogue.kpis[at].formula;
        let found = figures.get(&at).and_then(|(groups, state)| {
            let place = groups.place(group)?;
            Some(groups.states[*state].estimate(place, formula))
        });
        let none = formula.of_nothing().map(|value| Estimate {
            value: Some(value),
            numerator: Some(value),
            ..Estimate::default()
        });
        found.or(none)
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
