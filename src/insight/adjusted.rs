//! Members against what the centre would show with the same contacts: strata read once, funnels of agents or teams
//! made of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::expr::{Expr, Operator};
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::Estimate;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::stats::funnel::{Flag, Funnel};
use crate::stats::standard::{Standardised, Stratum};

mod cells;
#[cfg(test)]
mod tests;
mod worse;

pub(super) use cells::{Builder, Cells, Members};
pub(super) use worse::{TAIL, worse};

/// The figures that people's work moves, with the column beside problem type and hour that tells contacts apart.
const FIGURES: [(&str, &str); 4] = [
    ("aht", "queue"),
    ("fcr", "channel"),
    ("satisfaction_rate", "channel"),
    ("compliance", "channel"),
];

/// Hours that one band of the day takes together.
const BAND: u32 = 4;

/// n, Σx, Σx² of the contacts of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub n: f64,
    pub sum: f64,
    pub squares: f64,
}

impl Sums {
    pub(super) fn add(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }
}

/// Problem type, channel or queue, band of the day.
pub(super) type Kind = (Option<String>, Option<String>, u32);

/// Who: the agents, or the teams they worked in when they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Agents.
    Agent,
    /// Teams.
    Team,
}

/// One figure's contacts by agent, team and kind.
#[derive(Debug, Clone)]
pub struct Stratified {
    /// The figure.
    pub kpi: Kpi,
    /// Its position in the catalogue.
    pub at: usize,
    cells: Cells,
}

/// Members in a funnel of observed over expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// Names, each with what was observed and expected; in the order of `funnel.members`.
    pub members: Vec<(String, Standardised)>,
    /// Where they stand.
    pub funnel: Funnel,
}

impl Adjusted {
    /// Members outside the 95 % limits, the furthest first.
    #[must_use]
    pub fn outside(&self) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.members.len())
            .filter(|at| {
                let flag = self.funnel.members[*at].flag;
                matches!(flag, Flag::Warning { .. } | Flag::Alarm { .. })
            })
            .collect();
        let z = |at: usize| self.funnel.members[at].z.abs();
        found.sort_by(|a, b| z(*b).total_cmp(&z(*a)));
        found
    }

    /// Members with enough contacts to be judged.
    #[must_use]
    pub fn judged(&self) -> usize {
        let members = self.funnel.members.iter();
        members.filter(|placed| placed.flag != Flag::TooFew).count()
    }
}

/// Reads the contacts of a stretch of days, those of all figures with the same kinds in one pass.
///
/// # Errors
/// When a table cannot be read.
pub fn strata(
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Vec<Stratified>> {
    let mut all = Vec::new();
    for figures in FIGURES.chunk_by(|(_, a), (_, b)| a == b) {
        let beside = figures[0].1;
        let mut found = Vec::new();
        let mut kpis = Vec::new();
        for (id, _) in figures {
            let at = catalogue.position(id)?;
            let kpi = &catalogue.kpis[at];
            found.push((kpis.len(), at, kpi.clone(), Builder::default()));
            kpis.push(kpi.clone());
            kpis.extend(squares(kpi));
        }
        let asked = Catalogue {
            kpis,
            targets: Vec::new(),
        };
        let query = Query {
            kpis: (0..asked.kpis.len()).collect(),
            groupings: vec![Grouping {
                grain: Grain::All,
                by: ["agent_id", "team", "problem_type", beside, "hour"]
                    .map(str::to_owned)
                    .to_vec(),
            }],
            from,
            to,
            condition: None,
        };
        for row in query.answer(&asked, source)?.pop().unwrap_or_default() {
            let owner = found.iter_mut().rev();
            let mut owner = owner.filter(|(first, ..)| *first <= row.kpi);
            if let Some((first, _, kpi, cells)) = owner.next() {
                add(cells, &row, (row.kpi == *first).then_some(&kpi.formula));
            }
        }
        all.extend(found.into_iter().map(|(_, at, kpi, cells)| Stratified {
            kpi,
            at,
            cells: cells.finish(),
        }));
    }
    Ok(all)
}

/// The sum of squares of a mean, as a figure of its own.
pub(super) fn squares(kpi: &Kpi) -> Option<Kpi> {
    let Formula::Mean(of) = &kpi.formula else {
        return None;
    };
    let of = || Box::new(of.clone());
    Some(Kpi {
        formula: Formula::Sum(Expr::Arithmetic(Operator::Multiply, of(), of())),
        ..kpi.clone()
    })
}

/// Of a rate x² is x. A weighted share counts as a rate of its rows: weights say what an item is worth, not how
/// often it was judged.
pub(super) fn sums_of(estimate: &Estimate, formula: &Formula) -> Sums {
    let n = estimate.n as f64;
    if matches!(formula, Formula::Mean(_)) {
        return Sums {
            n,
            sum: estimate.numerator.unwrap_or(0.0),
            squares: 0.0,
        };
    }
    let hits = estimate.value.unwrap_or(0.0) * n;
    Sums {
        n,
        sum: hits,
        squares: hits,
    }
}

/// Adds a row of a figure with this formula, or of its squares.
fn add(cells: &mut Builder, row: &Row, figure: Option<&Formula>) {
    let [agent, team, problem, beside, hour] = row.group.members.as_slice() else {
        return;
    };
    let hour = hour.as_deref().and_then(|hour| hour.parse().ok());
    let band: u32 = hour.unwrap_or(0_u32) / BAND;
    let kind = (problem.as_deref(), beside.as_deref(), band);
    let sums = cells.cell(agent.as_deref(), team.as_deref(), kind);
    match figure {
        Some(formula) => sums.add(sums_of(&row.estimate, formula)),
        None => sums.squares += row.estimate.value.unwrap_or(0.0),
    }
}

impl Stratified {
    /// Cells of a figure that stands in no catalogue.
    #[cfg(test)]
    pub(super) fn of(kpi: Kpi, cells: Builder) -> Self {
        Self {
            kpi,
            at: 0,
            cells: cells.finish(),
        }
    }

    /// The contacts of every member by kind; those of nobody are left out.
    pub(super) fn by(&self, who: Who) -> Members<'_> {
        let names = match who {
            Who::Agent => &self.cells.agents,
            Who::Team => &self.cells.teams,
        };
        let mut cells: BTreeMap<(usize, usize), Sums> = BTreeMap::new();
        for ([agent, team, kind], sums) in &self.cells.cells {
            let member = match who {
                Who::Agent => *agent,
                Who::Team => *team,
            };
            if names[member].is_some() {
                cells.entry((member, *kind)).or_default().add(*sums);
            }
        }
        Members {
            names,
            kinds: &self.cells.kinds,
            cells,
        }
    }

    /// The funnel of agents or teams, of one problem type or of all; `None` when nobody can be compared.
    #[must_use]
    pub fn funnel(&self, who: Who, problem: Option<&str>) -> Option<Adjusted> {
        let own = self.by(who);
        let centre = own.all();
        let mut strata: BTreeMap<&str, Vec<Stratum>> = BTreeMap::new();
        for ((member, kind), sums) in &own.cells {
            if problem.is_some() && own.kinds[*kind].0.as_deref() != problem {
                continue;
            }
            let own = strata.entry(own.name(*member)).or_default();
            own.push(stratum(*sums, centre[*kind]));
        }
        let (compared, funnel) = worse::placed(strata)?;
        let members = compared
            .into_iter()
            .map(|(member, found)| (member.to_owned(), found))
            .collect();
        Some(Adjusted { members, funnel })
    }
}

/// The interval of a figure whose distance from what is expected of it is known with its interval.
#[must_use]
pub fn around(expected: f64, (_, low, high): (f64, f64, f64)) -> (f64, f64) {
    (expected + low, expected + high)
}

pub(super) fn stratum(own: Sums, all: Sums) -> Stratum {
    Stratum {
        own_n: own.n,
        own_sum: own.sum,
        all_n: all.n,
        all_sum: all.sum,
        all_sum_sq: all.squares,
    }
}
