//! Who needs coaching in what: agents whose figure differs from what the centre would show with the same contacts.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::expr::{Expr, Operator};
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::{Better, Estimate, Unit};
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::stats::funnel::{Flag, Funnel, LEAST};
use crate::stats::standard::{Standardised, Stratum, standardise};

use super::measures::{self, Measure, Wanted};

mod skipped;

#[cfg(test)]
mod tests;

pub use skipped::Skipped;

/// The figures that coaching can move, with the column beside problem type and hour that tells contacts apart.
const FIGURES: [(&str, &str); 4] = [
    ("aht", "queue"),
    ("fcr", "channel"),
    ("satisfaction_rate", "channel"),
    ("compliance", "channel"),
];

/// Hours that one band of the day takes together.
const BAND: u32 = 4;

/// Script items named per row, and failures below which an item is not named.
const ITEMS: usize = 3;
const LEAST_FAILURES: u64 = 3;

/// Probability beyond the 99.8 % limit on the worse side.
const TAIL: f64 = 0.001;

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

/// n, Σx, Σx² of the contacts of one kind.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }
}

/// Problem type, channel or queue, band of the day.
type Kind = (Option<String>, Option<String>, u32);

/// Makes the list.
///
/// # Errors
/// When a table cannot be read.
pub fn coaching(scope: &Scope, catalogue: &Catalogue, source: &Source<'_>) -> Result<Coaching> {
    let (mut rows, mut checked) = (Vec::new(), 0);
    for (id, beside) in FIGURES {
        let at = catalogue.position(id)?;
        let own = strata(scope, catalogue, at, beside, source)?;
        let kpi = &catalogue.kpis[at];
        for by_problem in [false, true] {
            let (found, compared) = outside(&own, kpi, by_problem);
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

/// The contacts of every agent by kind.
fn strata(
    scope: &Scope,
    catalogue: &Catalogue,
    at: usize,
    beside: &str,
    source: &Source<'_>,
) -> Result<BTreeMap<(String, Kind), Sums>> {
    let kpi = &catalogue.kpis[at];
    let mut kpis = vec![kpi.clone()];
    if let Formula::Mean(of) = &kpi.formula {
        let of = || Box::new(of.clone());
        let squares = Expr::Arithmetic(Operator::Multiply, of(), of());
        kpis.push(Kpi {
            formula: Formula::Sum(squares),
            ..kpi.clone()
        });
    }
    let with_squares = Catalogue {
        kpis,
        targets: Vec::new(),
    };
    let all = (0..with_squares.kpis.len()).collect();
    let by = ["agent_id", "problem_type", beside, "hour"];
    let mut own: BTreeMap<(String, Kind), Sums> = BTreeMap::new();
    for row in ask(scope, &with_squares, all, &by, source)? {
        let [agent, problem, beside, hour] = row.group.members.as_slice() else {
            continue;
        };
        let Some(agent) = agent.clone() else { continue };
        let hour: u32 = hour
            .as_deref()
            .and_then(|hour| hour.parse().ok())
            .unwrap_or(0);
        let kind = (problem.clone(), beside.clone(), hour / BAND);
        let sums = own.entry((agent, kind)).or_default();
        if row.kpi == 0 {
            sums.add(sums_of(&row.estimate, &kpi.formula));
        } else {
            sums.squares += row.estimate.value.unwrap_or(0.0);
        }
    }
    Ok(own)
}

/// Of a rate x² is x. A weighted share counts as a rate of its rows: weights say what an item is worth, not how
/// often it was judged.
fn sums_of(estimate: &Estimate, formula: &Formula) -> Sums {
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

/// Those outside the limits on the worse side, and how many were compared.
fn outside(own: &BTreeMap<(String, Kind), Sums>, kpi: &Kpi, by_problem: bool) -> (Vec<Gap>, usize) {
    let mut centre: BTreeMap<&Kind, Sums> = BTreeMap::new();
    for ((_, kind), sums) in own {
        centre.entry(kind).or_default().add(*sums);
    }
    let mut cells: BTreeMap<(&str, Option<&str>), Vec<Stratum>> = BTreeMap::new();
    for ((agent, kind), sums) in own {
        let problem = kind.0.as_deref();
        if by_problem && problem.is_none() {
            continue;
        }
        let all = centre[kind];
        let cell = (agent.as_str(), problem.filter(|_| by_problem));
        cells.entry(cell).or_default().push(Stratum {
            own_n: sums.n,
            own_sum: sums.sum,
            all_n: all.n,
            all_sum: all.sum,
            all_sum_sq: all.squares,
        });
    }
    let compared: Vec<((&str, Option<&str>), Standardised)> = cells
        .into_iter()
        .filter_map(|(cell, strata)| Some((cell, standardise(&strata)?)))
        .filter(|(_, found)| found.ratio().is_some())
        .collect();
    let ratios: Vec<_> = compared
        .iter()
        .filter_map(|(_, found)| found.ratio())
        .collect();
    let Some(funnel) = Funnel::ratios(&ratios, LEAST) else {
        return (Vec::new(), 0);
    };
    let checked = ratios.iter().filter(|ratio| ratio.n >= LEAST).count();
    let worse_above = match kpi.better {
        Better::Higher => false,
        Better::Lower | Better::Neither => true,
    };
    let rows = compared
        .iter()
        .zip(&funnel.members)
        .filter(|(_, placed)| placed.flag == Flag::Alarm { above: worse_above })
        .map(|(((agent, problem), found), placed)| Gap {
            agent: (*agent).to_owned(),
            team: None,
            problem: problem.map(str::to_owned),
            kpi: kpi.id.clone(),
            unit: kpi.unit,
            n: found.comparable,
            value: found.observed / found.n,
            expected: found.expected / found.n,
            gap: found.gap(),
            z: placed.z,
            items: Vec::new(),
        })
        .collect();
    (rows, checked)
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
