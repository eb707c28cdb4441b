//! A question about KPIs → the passes over fact tables that answer it.

mod answer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::schema::facts::Fact;
use crate::settings::suggestion;
use crate::store::Store;
use crate::store::delta::Part;
use crate::store::runs::Run;

use super::accumulate::States;
use super::catalogue::{Catalogue, Formula, Kpi};
use super::pass::{Grouping, Groups, Keys, Pass, by_month};
use crate::expr::parse;
use crate::expr::{Expr, Type};
pub(super) use answer::Figures;
pub use answer::{Answer, Row};

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
        self.answer_from(catalogue, |fact| days(source, fact, self.from, self.to))
    }

    /// The same from the parts of every fact table that `parts` names, wherever they come from; the range of
    /// the query is theirs to keep.
    ///
    /// # Errors
    /// As [`Self::answer`], or when `parts` fails.
    pub fn answer_from(
        &self,
        catalogue: &Catalogue,
        parts: impl Fn(&'static Fact) -> Result<Vec<Part>>,
    ) -> Result<Vec<Vec<Row>>> {
        let answer = self.clone().measure_from(catalogue, parts)?;
        Ok((0..self.groupings.len())
            .map(|grouping| answer.rows(grouping).collect())
            .collect())
    }

    /// The figures before they are written out as rows: for answers of many millions of them.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn measure<'c>(self, catalogue: &'c Catalogue, source: &Source<'_>) -> Result<Answer<'c>> {
        let (from, to) = (self.from, self.to);
        self.measure_from(catalogue, |fact| days(source, fact, from, to))
    }

    /// Gives the figures month by month to `take`, in the order of time. For groupings by day or hour: no two months have a
    /// group in common, and memory does not grow with the range. A month is measured while the one before is taken.
    ///
    /// # Errors
    /// As [`Self::answer`], or when `take` fails.
    pub fn each_month<'c>(
        &self,
        catalogue: &'c Catalogue,
        source: &Source<'_>,
        mut take: impl FnMut(Answer<'c>) -> Result<()> + Send,
    ) -> Result<()> {
        let scans = self.scans(catalogue)?;
        let months = months(&scans, |fact| days(source, fact, self.from, self.to))?;
        let measured = |parts: &Vec<Vec<Part>>| {
            let found = scans
                .iter()
                .zip(parts)
                .map(|(scan, parts)| scan.pass().run(parts))
                .collect::<Result<_>>()?;
            self.clone().put_together(catalogue, &scans, found)
        };
        let mut months = months.values();
        let mut next = months.next().map(measured);
        while let Some(answer) = next {
            let answer = answer?;
            let (taken, following) = rayon::join(|| take(answer), || months.next().map(measured));
            taken?;
            next = following;
        }
        Ok(())
    }

    fn measure_from(
        self,
        catalogue: &Catalogue,
        parts: impl Fn(&'static Fact) -> Result<Vec<Part>>,
    ) -> Result<Answer<'_>> {
        let scans = self.scans(catalogue)?;
        let mut found = Vec::with_capacity(scans.len());
        for scan in &scans {
            found.push(scan.pass().run(&parts(scan.fact)?)?);
        }
        self.put_together(catalogue, &scans, found)
    }

    /// Gives what each day's rows add up to in the first grouping to `take`, in the order of time: the position of a KPI in
    /// the catalogue, the groups and its states in them. For who adds up hundreds of thousands of small groups again, and
    /// needs neither their order nor their intervals.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub fn each_day(
        &self,
        catalogue: &Catalogue,
        source: &Source<'_>,
        mut take: impl FnMut(usize, &Keys, &States),
    ) -> Result<()> {
        for scan in self.scans(catalogue)? {
            let parts = days(source, scan.fact, self.from, self.to)?;
            scan.pass().each(&parts, |sums| {
                if let (Some(sums), Some(0)) = (sums.first(), scan.places.first()) {
                    for (at, states) in scan.positions.iter().zip(&sums.states) {
                        take(*at, &sums.keys, states);
                    }
                }
            })?;
        }
        Ok(())
    }

    /// The scans of fact tables that answer the query.
    ///
    /// # Errors
    /// When a dimension or the condition does not fit the fact of a KPI.
    pub(super) fn scans<'c>(&self, catalogue: &'c Catalogue) -> Result<Vec<Scan<'c>>> {
        let scans = passes(&self.needed(catalogue), catalogue).into_iter();
        scans
            .map(|(fact, of_fact)| {
                let (groupings, places) = self.usable_groupings(fact, catalogue, &of_fact)?;
                let condition = both(
                    self.condition(fact)?,
                    common(&catalogue.kpis[of_fact[0]]).cloned(),
                );
                Ok(Scan {
                    fact,
                    kpis: of_fact.iter().map(|at| &catalogue.kpis[*at]).collect(),
                    positions: of_fact,
                    groupings,
                    places,
                    condition,
                })
            })
            .collect()
    }

    /// The answer that the groups of the scans make, those of each in the order of its groupings.
    ///
    /// # Errors
    /// When the condition does not fit the fact of a KPI.
    pub(super) fn put_together<'c>(
        self,
        catalogue: &'c Catalogue,
        scans: &[Scan<'c>],
        found: Vec<Vec<Groups>>,
    ) -> Result<Answer<'c>> {
        let mut figures: Vec<Figures> = vec![Figures::new(); self.groupings.len()];
        for (scan, found) in scans.iter().zip(found) {
            for (groups, place) in found.into_iter().zip(&scan.places) {
                if groups.keys.is_empty() {
                    continue;
                }
                let by = &self.groupings[*place].by;
                let groups = Arc::new(groups);
                for (state, (at, kpi)) in scan.positions.iter().zip(&scan.kpis).enumerate() {
                    if by.iter().all(|name| kpi.has_dimension(name)) {
                        figures[*place].insert(*at, (groups.clone(), state));
                    }
                }
            }
        }
        // Which target holds depends on what the rows have in common.
        let mut asked = BTreeMap::new();
        for scan in scans {
            if let Some(condition) = self.condition(scan.fact)? {
                asked.insert(scan.fact.name, condition);
            }
        }
        Ok(Answer {
            query: self,
            catalogue,
            figures,
            asked,
        })
    }

    /// The KPIs that are asked for, in catalogue order.
    pub(super) fn asked(&self) -> BTreeSet<usize> {
        self.kpis.iter().copied().collect()
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
            if let (Grain::Hour, None, Some(at)) = (only.grain, fact.column("hour"), kpis.first()) {
                let id = &catalogue.kpis[*at].id;
                return Err(Error::usage(
                    format!("{} knows days only, and {id} has no hours", fact.name),
                    "use --grain day, or leave the figure out",
                ));
            }
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
}

/// A scan of a fact table that serves several KPIs and groupings.
pub(super) struct Scan<'c> {
    /// The fact table.
    pub fact: &'static Fact,
    /// The KPIs' positions in the catalogue.
    positions: Vec<usize>,
    kpis: Vec<&'c Kpi>,
    /// The groupings that the fact table has the dimensions of.
    pub groupings: Vec<Grouping>,
    /// Their positions in the query.
    pub places: Vec<usize>,
    condition: Option<Expr>,
}

impl Scan<'_> {
    /// The pass over the table's parts.
    pub fn pass(&self) -> Pass<'_> {
        Pass {
            fact: self.fact,
            kpis: &self.kpis,
            groupings: &self.groupings,
            condition: self.condition.as_ref(),
        }
    }
}

/// How the month of rows without a day is called: before all others, as their parts are.
const NO_MONTH: &str = "0000-00";

/// Month, as `2026-03`, → the parts of each scan's table.
pub(super) fn months(
    scans: &[Scan<'_>],
    parts: impl Fn(&'static Fact) -> Result<Vec<Part>>,
) -> Result<BTreeMap<String, Vec<Vec<Part>>>> {
    let mut months = BTreeMap::<String, Vec<Vec<Part>>>::new();
    for (at, scan) in scans.iter().enumerate() {
        for (month, found) in by_month(&parts(scan.fact)?) {
            let of_month = months
                .entry(month.unwrap_or(NO_MONTH).to_owned())
                .or_insert_with(|| vec![Vec::new(); scans.len()]);
            of_month[at] = found.into_iter().cloned().collect();
        }
    }
    Ok(months)
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
        .map_err(|fault| fault.located("--where".to_owned(), text))
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
