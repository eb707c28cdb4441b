//! Which script items which team fails.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Source};
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::funnel::LEAST;
use crate::stats::interval::two_sided;

use super::measures::{self, Measure, Wanted};

#[cfg(test)]
mod tests;

/// Share of false discoveries accepted. With a handful of teams a funnel would take a team that differs for the
/// usual scatter between teams; against the others together it is tested item by item.
const LEVEL: f64 = 0.05;

/// Items judged and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Evaluations of the item.
    pub judged: u64,
    /// Of them, failed.
    pub failed: u64,
}

impl Judged {
    /// Failed ÷ judged; 0 without an evaluation.
    #[must_use]
    pub fn share(self) -> f64 {
        self.failed as f64 / (self.judged as f64).max(1.0)
    }

    fn add(&mut self, other: Self) {
        self.judged += other.judged;
        self.failed += other.failed;
    }
}

/// One item of one team.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cell {
    /// Its evaluations.
    pub own: Judged,
    /// Probability that chance makes its share differ as much from that of the other teams; `None` for too few
    /// evaluations.
    pub p: Option<f64>,
    /// Whether it fails more than the other teams, all cells taken together.
    pub worse: bool,
}

/// One script item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// All teams together.
    pub all: Judged,
    /// Each team, as [`Script::teams`].
    pub teams: Vec<Cell>,
}

/// Items by team.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    /// The teams, by name.
    pub teams: Vec<String>,
    /// The items, the largest share failed first.
    pub items: Vec<Item>,
}

/// Reads the evaluations of a stretch of days.
///
/// # Errors
/// When the table cannot be read.
pub fn script((from, to): (NaiveDate, NaiveDate), source: &Source<'_>) -> Result<Script> {
    let of = |condition| Wanted {
        fact: "evaluation_facts",
        condition,
        measure: Measure::Rows,
    };
    let catalogue = measures::catalogue(&[of("passed IS NOT NULL"), of("NOT passed")])?;
    let query = Query {
        kpis: vec![0, 1],
        groupings: vec![Grouping {
            grain: Grain::All,
            by: vec!["item".to_owned(), "team".to_owned()],
        }],
        from: Some(from),
        to: Some(to),
        condition: None,
    };
    let mut cells: BTreeMap<(String, String), Judged> = BTreeMap::new();
    for row in query.answer(&catalogue, source)?.pop().unwrap_or_default() {
        if let [Some(item), Some(team)] = row.group.members.as_slice() {
            let cell = cells.entry((item.clone(), team.clone())).or_default();
            if row.kpi == 0 {
                cell.judged += row.estimate.n;
            } else {
                cell.failed += row.estimate.n;
            }
        }
    }
    Ok(of_cells(&cells))
}

fn of_cells(cells: &BTreeMap<(String, String), Judged>) -> Script {
    let mut teams: Vec<String> = cells.keys().map(|(_, team)| team.clone()).collect();
    teams.sort_unstable();
    teams.dedup();
    let mut names: Vec<&String> = cells.keys().map(|(item, _)| item).collect();
    names.dedup();
    let mut items: Vec<Item> = names
        .into_iter()
        .map(|name| {
            let of = |team: &String| {
                let cell = cells.get(&(name.clone(), team.clone()));
                cell.copied().unwrap_or_default()
            };
            item(name, &teams.iter().map(of).collect::<Vec<_>>())
        })
        .collect();
    items.sort_by(|a, b| {
        b.all
            .share()
            .total_cmp(&a.all.share())
            .then_with(|| a.name.cmp(&b.name))
    });
    judge(&mut items);
    Script { teams, items }
}

/// Marks the cells that fail more than the other teams do, false discoveries held below [`LEVEL`].
fn judge(items: &mut [Item]) {
    let tested: Vec<(usize, usize, f64)> = items
        .iter()
        .enumerate()
        .flat_map(|(at, item)| {
            let cells = item.teams.iter().enumerate();
            cells.filter_map(move |(team, cell)| Some((at, team, cell.p?)))
        })
        .collect();
    let p: Vec<f64> = tested.iter().map(|(.., p)| *p).collect();
    let Some(found) = benjamini_hochberg(&p, LEVEL) else {
        return;
    };
    for ((at, team, _), q) in tested.iter().zip(found.q) {
        let item = &mut items[*at];
        let above = item.teams[*team].own.share() > item.all.share();
        item.teams[*team].worse = above && q <= LEVEL;
    }
}

/// Probability of so different shares of a team and of the others when both fail alike: the test of two proportions
/// with their pooled variance. Source: Fleiss, Levin & Paik (2003), *Statistical Methods for Rates and
/// Proportions*, 3rd ed., ch. 3.
fn different(own: Judged, all: Judged) -> Option<f64> {
    let rest = Judged {
        judged: all.judged - own.judged,
        failed: all.failed - own.failed,
    };
    if (own.judged as f64) < LEAST || (rest.judged as f64) < LEAST {
        return None;
    }
    let share = all.share();
    let variance = share * (1.0 - share) * (1.0 / own.judged as f64 + 1.0 / rest.judged as f64);
    if variance <= 0.0 {
        return Some(1.0);
    }
    Some(two_sided((own.share() - rest.share()) / variance.sqrt()))
}

fn item(name: &str, own: &[Judged]) -> Item {
    let mut all = Judged::default();
    for cell in own {
        all.add(*cell);
    }
    Item {
        name: name.to_owned(),
        all,
        teams: own
            .iter()
            .map(|own| Cell {
                own: *own,
                p: different(*own, all),
                worse: false,
            })
            .collect(),
    }
}
