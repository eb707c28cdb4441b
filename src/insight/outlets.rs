//! Which outlets serve the desk worse than others with the same tickets: how long they take to answer, how often they
//! deliver again in time.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::i18n::Bilingual;
use crate::kpi::accumulate::States;
use crate::kpi::catalogue::{Catalogue, Kpi};
use crate::kpi::figure::Unit;
use crate::kpi::pass::{Grouping, Keys};
use crate::kpi::query::{Query, Source};
use crate::stats::standard::Stratum;

use super::adjusted::{Sums, TAIL, stratum, worse};

#[cfg(test)]
mod tests;

/// The figures that an outlet's work moves.
const FIGURES: [&str; 2] = ["outlet_reply", "redelivered_within_24h"];

/// What tells their tickets apart.
const KIND: [&str; 2] = ["kind", "priority"];

/// An outlet outside the 99.8 % limits on the worse side.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// The outlet.
    pub outlet: String,
    /// Id of the figure.
    pub kpi: String,
    /// Its name.
    pub name: Bilingual,
    /// Its unit.
    pub unit: Unit,
    /// Tickets that can be compared.
    pub n: f64,
    /// The outlet's figure.
    pub value: f64,
    /// The figure of all outlets for the same kinds of tickets.
    pub expected: f64,
    /// value − expected, with its 95 % interval.
    pub gap: (f64, f64, f64),
    /// Distance in standard deviations, the scatter between outlets included.
    pub z: f64,
}

/// The outlets held against each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outlets {
    /// Those behind, the furthest first.
    pub rows: Vec<Behind>,
    /// Comparisons made, each of 30 tickets or more.
    pub checked: usize,
    /// How many of those listed chance alone leads to expect.
    pub by_chance: f64,
}

/// The tickets of one outlet and kind.
type Cells = BTreeMap<(String, Kind), Sums>;

/// Kind and priority.
type Kind = (Option<String>, Option<String>);

/// Holds the outlets against each other over a stretch of days.
///
/// # Errors
/// When a table cannot be read.
pub fn outlets(
    (from, to): (NaiveDate, NaiveDate),
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Outlets> {
    let mut all = Outlets::default();
    let kpis: Vec<usize> = FIGURES
        .iter()
        .map(|id| catalogue.position(id))
        .collect::<Result<_>>()?;
    let mut cells = vec![Cells::new(); kpis.len()];
    let query = Query {
        kpis: kpis.clone(),
        groupings: vec![Grouping {
            grain: Grain::All,
            by: std::iter::once("outlet")
                .chain(KIND)
                .map(str::to_owned)
                .collect(),
        }],
        from: Some(from),
        to: Some(to),
        condition: None,
    };
    query.each_day(catalogue, source, |at, groups, states| {
        if let Some(place) = kpis.iter().position(|known| *known == at) {
            add(&mut cells[place], groups, states);
        }
    })?;
    for (cells, at) in cells.iter().zip(kpis) {
        let (found, checked) = behind(cells, &catalogue.kpis[at]);
        all.rows.extend(found);
        all.checked += checked;
    }
    all.rows.sort_by(|a, b| {
        b.z.abs()
            .total_cmp(&a.z.abs())
            .then_with(|| (&a.outlet, &a.kpi).cmp(&(&b.outlet, &b.kpi)))
    });
    all.by_chance = all.checked as f64 * TAIL;
    Ok(all)
}

/// Adds a figure's groups of a day; tickets of no outlet are left out.
fn add(cells: &mut Cells, groups: &Keys, states: &States) {
    for at in 0..groups.len() {
        if let (Some([Some(outlet), kind, priority]), Some(sums)) =
            (groups.members(at), Sums::of(states, at))
        {
            let kind = (kind.map(str::to_owned), priority.map(str::to_owned));
            let cell = (outlet.to_owned(), kind);
            cells.entry(cell).or_default().add(sums);
        }
    }
}

/// The outlets outside the limits on the worse side, and how many were compared.
fn behind(cells: &Cells, kpi: &Kpi) -> (Vec<Behind>, usize) {
    let mut centre: BTreeMap<&Kind, Sums> = BTreeMap::new();
    for ((_, kind), sums) in cells {
        centre.entry(kind).or_default().add(*sums);
    }
    let mut strata: BTreeMap<&str, Vec<Stratum>> = BTreeMap::new();
    for ((outlet, kind), sums) in cells {
        let own = strata.entry(outlet).or_default();
        own.push(stratum(*sums, centre[kind]));
    }
    let (outside, checked) = worse(strata, kpi.better);
    let rows = outside.into_iter().map(|worse| Behind {
        outlet: worse.member.to_owned(),
        kpi: kpi.id.clone(),
        name: kpi.name.clone(),
        unit: kpi.unit,
        n: worse.found.comparable,
        value: worse.found.observed / worse.found.n,
        expected: worse.found.expected / worse.found.n,
        gap: worse.found.gap(),
        z: worse.z,
    });
    (rows.collect(), checked)
}
