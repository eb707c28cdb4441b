//! Figures of earlier days that differ between a run and the run before it, and why.
//!
//! A day can only have changed when one of its files of facts has another name, because files are named by their
//! content, and when what differs is read by figures. Only those days are looked at: their figures in the run before,
//! then their rows in both.

mod rows;
mod sides;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate};
use rayon::prelude::*;

use crate::calendar::{self, Grain};
use crate::error::Result;
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::Estimate;
use crate::kpi::mart::Mart;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::report::document::{Cause, RawRestated};
use crate::report::nightly::{Restated, RestatedFigure, Since};
use crate::schema::facts::{FACTS, Fact};
use crate::store::runs::Run;

use super::Job;
use super::lines::{FIGURES, needs_time};
use rows::Diff;
use sides::{Sides, parts};

/// What happened to each changed day of a fact table.
type Diffs = BTreeMap<(&'static str, NaiveDate), Diff>;

/// Compares the run of the source with the run before it.
///
/// # Errors
/// When facts of either run cannot be read.
pub(super) fn compare(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    mart: &Mart<'_>,
) -> Result<Restated> {
    let mut runs = source.store.runs()?.into_iter();
    let Some(before) = runs.rfind(|run| run.number < source.run.number) else {
        return Ok(Restated::First);
    };
    let zone = job.settings.centre.zone;
    let since = Since {
        run: before.id(),
        as_of: DateTime::from_timestamp_micros(before.as_of)
            .map(|at| at.with_timezone(&zone).naive_local())
            .unwrap_or_default(),
    };
    // Facts of an earlier program may lack columns.
    let meaning = |run: &Run| (run.settings.clone(), run.facts.clone(), run.program.clone());
    if meaning(&before) != meaning(source.run) {
        return Ok(Restated::Redefined(since));
    }
    let window = i64::try_from(job.settings.centre.fcr_window.as_micros()).unwrap_or(i64::MAX);
    let comparison = Comparison {
        catalogue,
        cut_off: before.as_of,
        cut_day: since.as_of.date(),
        // The first day that was not wholly older than the window.
        immature: calendar::local(zone, before.as_of.saturating_sub(window))
            .map(|local| local.date),
        sides: Sides::of(source, &before, since.as_of.date(), catalogue)?,
    };
    let (figures, running) = comparison.figures(mart)?;
    Ok(Restated::Compared {
        since,
        running,
        figures,
    })
}

/// A figure of a day that has changed, before it is known why.
struct Changed {
    kpi: usize,
    day: NaiveDate,
    before: Estimate,
    after: Estimate,
}

struct Comparison<'a> {
    catalogue: &'a Catalogue,
    cut_off: i64,
    cut_day: NaiveDate,
    immature: Option<NaiveDate>,
    sides: Sides,
}

impl Comparison<'_> {
    /// What has changed and why, and the day that was still running.
    fn figures(&self, mart: &Mart<'_>) -> Result<(Vec<RestatedFigure>, Option<NaiveDate>)> {
        let mut changed = self.changed(mart)?;
        let mut diffs = Diffs::new();
        let running = self.running(&changed, &mut diffs)?;
        changed.retain(|figure| Some(figure.day) != running);
        self.explain(&changed, &mut diffs)?;
        let mut links = BTreeSet::new();
        for diff in diffs.values() {
            links.extend(diff.touched.iter().map(String::as_str));
        }
        let mut figures = Vec::new();
        for figure in &changed {
            let kpi = &self.catalogue.kpis[figure.kpi];
            let causes: Vec<Cause> = facts(self.catalogue, figure.kpi)
                .into_iter()
                .filter_map(|fact| Some((fact, diffs.get(&(fact.name, figure.day))?)))
                .map(|(fact, diff)| diff.cause(fact, rows::reads_links(kpi).then_some(&links)))
                .filter(|cause| !cause.is_empty())
                .collect();
            // A contact that is a ticket ends and is answered as the ticket moves on: no restatement.
            let of_contacts = kpi.fact.is_some_and(|fact| fact.name == "contact_facts");
            if causes.is_empty() && of_contacts {
                continue;
            }
            figures.push(RestatedFigure {
                id: kpi.id.clone(),
                name: kpi.name.clone(),
                raw: RawRestated {
                    day: figure.day,
                    unit: kpi.unit,
                    before: figure.before,
                    after: figure.after,
                    causes,
                },
            });
        }
        figures.sort_by_key(|figure| std::cmp::Reverse(figure.raw.day));
        Ok((figures, running))
    }

    /// The figures of the report whose value, numerator or denominator changed, in their order.
    fn changed(&self, mart: &Mart<'_>) -> Result<Vec<Changed>> {
        let mut compared = Vec::new();
        for id in FIGURES {
            let at = self.catalogue.position(id)?;
            if !moves_by_nature(self.catalogue, at) {
                compared.push(at);
            }
        }
        let before = self.before(&compared)?;
        let of_mart = |at: &usize| mart.of(*at, Grain::Day, &[]);
        let after = daily(&compared.iter().flat_map(of_mart).collect::<Vec<_>>());
        let mut changed = Vec::new();
        for at in compared {
            let kpi = &self.catalogue.kpis[at];
            for day in self.sides.changed_days(&facts(self.catalogue, at)) {
                let figure = Changed {
                    kpi: at,
                    day,
                    before: before.get(&(at, day)).copied().unwrap_or_default(),
                    after: after.get(&(at, day)).copied().unwrap_or_default(),
                };
                let reported = Some(day) <= self.sides.newest && self.had_time(kpi, day);
                if reported && differs(&figure.before, &figure.after) {
                    changed.push(figure);
                }
            }
        }
        Ok(changed)
    }

    /// The figures of the changed days in the run before, by today's definitions.
    fn before(&self, kpis: &[usize]) -> Result<BTreeMap<(usize, NaiveDate), Estimate>> {
        let mut wanted: BTreeMap<&str, BTreeSet<NaiveDate>> = BTreeMap::new();
        for at in kpis {
            let facts = facts(self.catalogue, *at);
            let days = self.sides.changed_days(&facts);
            for fact in facts {
                wanted.entry(fact.name).or_default().extend(&days);
            }
        }
        let query = Query {
            kpis: kpis.to_vec(),
            groupings: vec![Grouping {
                grain: Grain::Day,
                by: Vec::new(),
            }],
            from: None,
            to: None,
            condition: None,
        };
        let parts = |fact: &'static Fact| {
            let days = wanted.get(fact.name).into_iter().flatten();
            let old = &self.sides.before[fact.name];
            Ok(days
                .filter_map(|day| old.get(day))
                .flatten()
                .cloned()
                .collect())
        };
        let answers = query.answer_from(self.catalogue, parts)?;
        Ok(daily(answers.first().map_or(&[], Vec::as_slice)))
    }

    /// Whether the figure of that day had had the time it needs when the run before judged it.
    fn had_time(&self, kpi: &Kpi, day: NaiveDate) -> bool {
        !needs_time(kpi) || self.immature.is_some_and(|immature| day < immature)
    }

    /// The day of the cut-off of the run before, when contacts have arrived on it since.
    fn running(&self, changed: &[Changed], diffs: &mut Diffs) -> Result<Option<NaiveDate>> {
        let day = self.cut_day;
        if !changed.iter().any(|figure| figure.day == day) {
            return Ok(None);
        }
        for fact in FACTS {
            let arrives = ["call_facts", "chat_facts", "ticket_facts"].contains(&fact.name);
            if arrives
                && self
                    .diff(fact, day, diffs)?
                    .is_some_and(|diff| diff.after > 0)
            {
                return Ok(Some(day));
            }
        }
        Ok(None)
    }

    /// Reads the rows of the days that figures changed on. Contacts hang together across days: when one of
    /// their figures changed, all changed days are read.
    fn explain(&self, changed: &[Changed], diffs: &mut Diffs) -> Result<()> {
        let mut wanted = BTreeMap::new();
        for figure in changed {
            for fact in facts(self.catalogue, figure.kpi) {
                let days = if fact.name == "contact_facts" {
                    self.sides.changed_days(&[fact])
                } else {
                    BTreeSet::from([figure.day])
                };
                wanted.extend(days.into_iter().map(|day| ((fact.name, day), fact)));
            }
        }
        wanted.retain(|(table, day), _| {
            self.sides.is_changed(table, *day) && !diffs.contains_key(&(*table, *day))
        });
        let found: Vec<_> = wanted
            .into_par_iter()
            .map(|(place, fact)| Ok((place, self.compared(fact, place.1)?)))
            .collect::<Result<_>>()?;
        diffs.extend(found);
        Ok(())
    }

    /// How the rows of a day differ; read once. `None` of a day that did not change.
    fn diff<'d>(
        &self,
        fact: &'static Fact,
        day: NaiveDate,
        diffs: &'d mut Diffs,
    ) -> Result<Option<&'d Diff>> {
        if !self.sides.is_changed(fact.name, day) {
            return Ok(None);
        }
        match diffs.entry((fact.name, day)) {
            Entry::Occupied(known) => Ok(Some(known.into_mut())),
            Entry::Vacant(entry) => Ok(Some(entry.insert(self.compared(fact, day)?))),
        }
    }

    /// How the rows of a changed day differ.
    fn compared(&self, fact: &'static Fact, day: NaiveDate) -> Result<Diff> {
        // Contacts that are tickets move only where the tickets do.
        let tickets = match Fact::by_name("ticket_facts") {
            Some(tickets)
                if fact.name == "contact_facts" && self.sides.is_changed(tickets.name, day) =>
            {
                rows::keys(tickets, parts(&self.sides.after, tickets, day))?
            }
            _ => BTreeSet::new(),
        };
        rows::diff(
            fact,
            parts(&self.sides.before, fact, day),
            parts(&self.sides.after, fact, day),
            &tickets,
            self.cut_off,
        )
    }
}

/// The fact tables a KPI is computed from.
fn facts(catalogue: &Catalogue, kpi: usize) -> Vec<&'static Fact> {
    of(catalogue, kpi)
        .into_iter()
        .filter_map(|kpi| kpi.fact)
        .collect()
}

/// Whether a KPI reads what changes while a ticket is worked on.
fn moves_by_nature(catalogue: &Catalogue, kpi: usize) -> bool {
    of(catalogue, kpi).into_iter().any(|kpi| {
        let columns = kpi.columns();
        match kpi.fact.map(|fact| fact.name) {
            Some("ticket_facts") => columns
                .iter()
                .any(|name| rows::TICKET_PROGRESS.contains(name)),
            // A clock runs and a stay lasts until the ticket moves on.
            Some("sla_clocks" | "state_visits") => true,
            _ => false,
        }
    })
}

/// The KPI, or the two that it is the ratio of.
fn of(catalogue: &Catalogue, kpi: usize) -> Vec<&Kpi> {
    match catalogue.kpis[kpi].formula {
        Formula::Ratio {
            numerator,
            denominator,
            ..
        } => vec![&catalogue.kpis[numerator], &catalogue.kpis[denominator]],
        _ => vec![&catalogue.kpis[kpi]],
    }
}

fn daily(rows: &[Row]) -> BTreeMap<(usize, NaiveDate), Estimate> {
    rows.iter()
        .filter_map(|row| Some(((row.kpi, row.group.period.parse().ok()?), row.estimate)))
        .collect()
}

/// The same rows give the same bits, so any other bit is a change.
fn differs(before: &Estimate, after: &Estimate) -> bool {
    let bits = |estimate: &Estimate| {
        [estimate.value, estimate.numerator, estimate.denominator]
            .map(|number| number.map(f64::to_bits))
    };
    bits(before) != bits(after)
}

#[cfg(test)]
mod tests;
