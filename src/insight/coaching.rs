//! Who needs coaching in what: agents whose figure differs from what the centre would show with the same contacts.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::kpi::catalogue::{Catalogue, Kpi};
use crate::kpi::figure::Unit;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::stats::standard::Stratum;

use super::adjusted::{Members, Stratified, TAIL, Who, strata, stratum, worse};
use super::measures::{self, Measure, Wanted};

mod skipped;

#[cfg(test)]
mod tests;

pub use skipped::Skipped;

/// Script items named per row, and failures below which an item is not named.
const ITEMS: usize = 3;
const LEAST_FAILURES: u64 = 3;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Only agents of this team are listed; they are held against the whole centre all the same.
    pub team: Option<String>,
    /// First local date.
    pub from: Option<NaiveDate>,
    /// Last local date.
    pub to: Option<NaiveDate>,
}

/// The list.
#[derive(Debug, Clone, PartialEq)]
pub struct Coaching {
    /// Agents outside the 99.8 % limits on the worse side, the largest distance first.
    pub rows: Vec<Gap>,
    /// Script items that a team fails outside these limits, the largest distance first.
    pub skipped: Vec<Skipped>,
    /// Comparisons made, each of 30 contacts or more.
    pub checked: usize,
    /// How many of those listed chance alone leads to expect.
    pub by_chance: f64,
}

/// One agent, one problem type or all, one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The agent.
    pub agent: String,
    /// The team most of the agent's contacts were handled in.
    pub team: Option<String>,
    /// The problem type; `None`: all of them.
    pub problem: Option<String>,
    /// Id of the figure.
    pub kpi: String,
    /// Its unit.
    pub unit: Unit,
    /// Contacts, or judged script items, that can be compared.
    pub n: f64,
    /// The agent's figure.
    pub value: f64,
    /// The centre's figure for the same problem types, channels and hours.
    pub expected: f64,
    /// value − expected, with its 95 % interval.
    pub gap: (f64, f64, f64),
    /// Distance in standard deviations, the scatter between agents included.
    pub z: f64,
    /// Script items the agent fails more often than the centre: item, share failed, the centre's.
    pub items: Vec<Failed>,
}

/// A script item, the share the agent failed, the centre's share.
pub type Failed = (String, f64, f64);

/// Makes the list.
///
/// # Errors
/// When a table cannot be read.
pub fn coaching(scope: &Scope, catalogue: &Catalogue, source: &Source<'_>) -> Result<Coaching> {
    let figures = strata((scope.from, scope.to), catalogue, source)?;
    coaching_of(&figures, scope, source)
}

/// Makes the list of figures whose contacts have been read.
///
/// # Errors
/// As [`coaching`].
pub fn coaching_of(figures: &[Stratified], scope: &Scope, source: &Source<'_>) -> Result<Coaching> {
    let (mut rows, mut checked) = (Vec::new(), 0);
    for figure in figures {
        let own = figure.by(Who::Agent);
        for by_problem in [false, true] {
            let (found, compared) = outside(&own, &figure.kpi, by_problem);
            rows.extend(found);
            checked += compared;
        }
    }
    let teams = teams(scope, source)?;
    let items = failed_items(scope, source)?;
    for row in &mut rows {
        row.team = teams.get(&row.agent).cloned();
        if row.kpi == "compliance" {
            row.items = items.get(&row.agent).cloned().unwrap_or_default();
        }
    }
    let (mut skipped, compared) = skipped::skipped(scope, source)?;
    checked += compared;
    if let Some(team) = &scope.team {
        rows.retain(|row| row.team.as_ref() == Some(team));
        skipped.retain(|row| row.team == *team);
    }
    rows.sort_by(|a, b| {
        let key = |row: &Gap| (row.agent.clone(), row.kpi.clone(), row.problem.clone());
        b.z.abs()
            .total_cmp(&a.z.abs())
            .then_with(|| key(a).cmp(&key(b)))
    });
    Ok(Coaching {
        rows,
        skipped,
        checked,
        by_chance: checked as f64 * TAIL,
    })
}

fn ask(
    scope: &Scope,
    catalogue: &Catalogue,
    kpis: Vec<usize>,
    by: &[&str],
    source: &Source<'_>,
) -> Result<Vec<Row>> {
    let query = Query {
        kpis,
        groupings: vec![Grouping {
            grain: Grain::All,
            by: by.iter().map(|name| (*name).to_owned()).collect(),
        }],
        from: scope.from,
        to: scope.to,
        condition: None,
    };
    Ok(query.answer(catalogue, source)?.pop().unwrap_or_default())
}

/// Those outside the limits on the worse side, and how many were compared.
fn outside(own: &Members<'_>, kpi: &Kpi, by_problem: bool) -> (Vec<Gap>, usize) {
    let centre = own.all();
    let mut cells: BTreeMap<(&str, Option<&str>), Vec<Stratum>> = BTreeMap::new();
    for ((agent, kind), sums) in &own.cells {
        let problem = own.kinds[*kind].0.as_deref();
        if by_problem && problem.is_none() {
            continue;
        }
        let cell = (own.name(*agent), problem.filter(|_| by_problem));
        let strata = cells.entry(cell).or_default();
        strata.push(stratum(*sums, centre[*kind]));
    }
    let (outside, checked) = worse(cells, kpi.better);
    let rows = outside.into_iter().map(|worse| Gap {
        agent: worse.member.0.to_owned(),
        team: None,
        problem: worse.member.1.map(str::to_owned),
        kpi: kpi.id.clone(),
        unit: kpi.unit,
        n: worse.found.comparable,
        value: worse.found.observed / worse.found.n,
        expected: worse.found.expected / worse.found.n,
        gap: worse.found.gap(),
        z: worse.z,
        items: Vec::new(),
    });
    (rows.collect(), checked)
}

/// Each agent's team: the one most of the agent's contacts were handled in.
fn teams(scope: &Scope, source: &Source<'_>) -> Result<BTreeMap<String, String>> {
    let catalogue = measures::catalogue(&[Wanted {
        fact: "contact_facts",
        condition: "team IS NOT NULL",
        measure: Measure::Rows,
    }])?;
    let mut most: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for row in ask(scope, &catalogue, vec![0], &["agent_id", "team"], source)? {
        if let [Some(agent), Some(team)] = row.group.members.as_slice()
            && most.get(agent).is_none_or(|(n, _)| row.estimate.n > *n)
        {
            most.insert(agent.clone(), (row.estimate.n, team.clone()));
        }
    }
    let named = most.into_iter().map(|(agent, (_, team))| (agent, team));
    Ok(named.collect())
}

/// Per agent the script items failed more often than in the centre, by failures beyond the centre's share.
fn failed_items(scope: &Scope, source: &Source<'_>) -> Result<BTreeMap<String, Vec<Failed>>> {
    let of = |condition| Wanted {
        fact: "evaluation_facts",
        condition,
        measure: Measure::Rows,
    };
    let catalogue = measures::catalogue(&[of("passed IS NOT NULL"), of("NOT passed")])?;
    let mut own: BTreeMap<(String, String), [u64; 2]> = BTreeMap::new();
    let mut centre: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for row in ask(scope, &catalogue, vec![0, 1], &["agent_id", "item"], source)? {
        if let [Some(agent), Some(item)] = row.group.members.as_slice() {
            own.entry((agent.clone(), item.clone())).or_default()[row.kpi] += row.estimate.n;
            centre.entry(item.clone()).or_default()[row.kpi] += row.estimate.n;
        }
    }
    let share = |[judged, failed]: [u64; 2]| failed as f64 / (judged as f64).max(1.0);
    let mut items: BTreeMap<String, Vec<(f64, Failed)>> = BTreeMap::new();
    for ((agent, item), counts) in own {
        let all = share(centre[&item]);
        let beyond = counts[1] as f64 - all * counts[0] as f64;
        if counts[1] >= LEAST_FAILURES && beyond > 0.0 {
            items
                .entry(agent)
                .or_default()
                .push((beyond, (item, share(counts), all)));
        }
    }
    Ok(items
        .into_iter()
        .map(|(agent, mut found)| {
            found.sort_by(|a, b| b.0.total_cmp(&a.0));
            let named = found.into_iter().take(ITEMS).map(|(_, item)| item);
            (agent, named.collect())
        })
        .collect())
}
