//! Which script items which team fails.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Source};

use super::measures::{self, Measure, Wanted};

#[cfg(test)]
mod tests;

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

/// One script item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// All teams together.
    pub all: Judged,
    /// Each team, as [`Script::teams`].
    pub teams: Vec<Judged>,
}

/// Items by team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    Script { teams, items }
}

fn item(name: &str, own: &[Judged]) -> Item {
    let mut all = Judged::default();
    for cell in own {
        all.add(*cell);
    }
    Item {
        name: name.to_owned(),
        all,
        teams: own.to_vec(),
    }
}
