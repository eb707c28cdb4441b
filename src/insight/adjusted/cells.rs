//! Contacts by agent, team and kind under small numbers: names are compared once when all are known, not in every
//! look-up of a map of hundreds of thousands of cells.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::{Kind, Sums};

/// Names in the order in which they came.
#[derive(Debug, Clone, Default)]
struct Names {
    numbers: AHashMap<String, usize>,
    nobody: Option<usize>,
    names: Vec<Option<String>>,
}

impl Names {
    fn number(&mut self, name: Option<&str>) -> usize {
        let known = name.map_or(self.nobody, |name| self.numbers.get(name).copied());
        if let Some(known) = known {
            return known;
        }
        let next = self.names.len();
        match name {
            Some(name) => drop(self.numbers.insert(name.to_owned(), next)),
            None => self.nobody = Some(next),
        }
        self.names.push(name.map(str::to_owned));
        next
    }
}

/// Values in ascending order, and the new position of each old one.
fn ranked<T: Ord>(values: Vec<T>) -> (Vec<T>, Vec<usize>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].cmp(&values[*b]));
    let mut ranks = vec![0; values.len()];
    for (rank, old) in order.iter().enumerate() {
        ranks[*old] = rank;
    }
    let mut placed: Vec<(usize, T)> = ranks.iter().copied().zip(values).collect();
    placed.sort_by_key(|(rank, _)| *rank);
    (placed.into_iter().map(|(_, value)| value).collect(), ranks)
}

/// Cells in the making.
#[derive(Debug, Clone, Default)]
pub(in crate::insight) struct Builder {
    agents: Names,
    teams: Names,
    problems: Names,
    besides: Names,
    cells: AHashMap<[usize; 5], Sums>,
}

impl Builder {
    /// The sums of a cell: agent, team, problem type, channel or queue, band of the day.
    pub(in crate::insight) fn cell(
        &mut self,
        agent: Option<&str>,
        team: Option<&str>,
        (problem, beside, band): (Option<&str>, Option<&str>, u32),
    ) -> &mut Sums {
        let key = [
            self.agents.number(agent),
            self.teams.number(team),
            self.problems.number(problem),
            self.besides.number(beside),
            band as usize,
        ];
        self.cells.entry(key).or_default()
    }

    /// The cells in the order of their names.
    pub(in crate::insight) fn finish(self) -> Cells {
        let mut numbers: AHashMap<[usize; 3], usize> = AHashMap::new();
        let mut kinds: Vec<Kind> = Vec::new();
        let mut numbered: Vec<([usize; 3], Sums)> = Vec::with_capacity(self.cells.len());
        for ([agent, team, problem, beside, band], sums) in self.cells {
            let next = kinds.len();
            let kind = *numbers.entry([problem, beside, band]).or_insert(next);
            if kind == next {
                kinds.push((
                    self.problems.names[problem].clone(),
                    self.besides.names[beside].clone(),
                    u32::try_from(band).unwrap_or(u32::MAX),
                ));
            }
            numbered.push(([agent, team, kind], sums));
        }
        let (agents, agent_ranks) = ranked(self.agents.names);
        let (teams, team_ranks) = ranked(self.teams.names);
        let (kinds, kind_ranks) = ranked(kinds);
        let cells = numbered.into_iter().map(|([agent, team, kind], sums)| {
            (
                [agent_ranks[agent], team_ranks[team], kind_ranks[kind]],
                sums,
            )
        });
        Cells {
            agents,
            teams,
            kinds,
            cells: cells.collect(),
        }
    }
}

/// Contacts by agent, team and kind, each a position in its list.
#[derive(Debug, Clone, Default)]
pub(in crate::insight) struct Cells {
    pub agents: Vec<Option<String>>,
    pub teams: Vec<Option<String>>,
    pub kinds: Vec<Kind>,
    /// In ascending order of agent, team and kind.
    pub cells: BTreeMap<[usize; 3], Sums>,
}

/// The contacts of agents or teams by kind.
#[derive(Debug, Clone)]
pub(in crate::insight) struct Members<'c> {
    pub names: &'c [Option<String>],
    pub kinds: &'c [Kind],
    /// By position of the member and of the kind, in ascending order; those of nobody are left out.
    pub cells: BTreeMap<(usize, usize), Sums>,
}

impl Members<'_> {
    /// The contacts of all members, by kind.
    pub(in crate::insight) fn all(&self) -> Vec<Sums> {
        let mut all = vec![Sums::default(); self.kinds.len()];
        for ((_, kind), sums) in &self.cells {
            all[*kind].add(*sums);
        }
        all
    }

    /// Name of a member; those of nobody have none.
    pub(in crate::insight) fn name(&self, member: usize) -> &str {
        self.names[member].as_deref().unwrap_or_default()
    }
}
