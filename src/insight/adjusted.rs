//! Members against what the centre would show with the same contacts: strata read once, funnels of agents or teams
//! made of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::kpi::accumulate::States;
use crate::kpi::catalogue::{Catalogue, Kpi};
use crate::kpi::pass::{Grouping, Keys};
use crate::kpi::query::{Query, Source};
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
    /// Those of a group; `None` of a figure that is no mean of its rows.
    pub(super) fn of(states: &States, group: usize) -> Option<Self> {
        let (n, sum, squares) = states.moments(group)?;
        Some(Self { n, sum, squares })
    }

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

/// Reads the contacts of a stretch of days, those of all figures with the same kinds in one pass. A figure that is no
/// mean of its rows has no strata.
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
        let kpis: Vec<usize> = figures
            .iter()
            .map(|(id, _)| catalogue.position(id))
            .collect::<Result<_>>()?;
        let mut found: BTreeMap<usize, Builder> =
            kpis.iter().map(|at| (*at, Builder::default())).collect();
        let query = Query {
            kpis,
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
        query.each_day(catalogue, source, |at, groups, states| {
            if let Some(cells) = found.get_mut(&at) {
                add(cells, groups, states);
            }
        })?;
        let found = query.kpis.iter().filter_map(|at| {
            Some(Stratified {
                kpi: catalogue.kpis[*at].clone(),
                at: *at,
                cells: found.remove(at)?.finish(),
            })
        });
        all.extend(found);
    }
    Ok(all)
}

/// Adds a figure's groups of a day.
fn add(cells: &mut Builder, groups: &Keys, states: &States) {
    for at in 0..groups.len() {
        let Some([agent, team, problem, beside, hour]) = groups.members(at) else {
            continue;
        };
        let Some(sums) = Sums::of(states, at) else {
            continue;
        };
        let hour = hour.and_then(|hour| hour.parse().ok());
        let band: u32 = hour.unwrap_or(0_u32) / BAND;
        cells.cell(agent, team, (problem, beside, band)).add(sums);
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
