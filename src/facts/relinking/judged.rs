//! Which evaluations and surveys are derived again, and the contacts that these are about.

use std::collections::BTreeSet;

use ahash::AHashSet;

use super::{Reach, contacts_of};
use crate::error::{PolarsContext, Result};
use crate::facts::by_id::ById;
use crate::facts::derivation::fact;
use crate::facts::events::each;
use crate::facts::judged::{Contacts, Judged};
use crate::facts::linking::Facts;
use crate::facts::output::Output;
use crate::facts::segments::Segments;
use crate::facts::sought::Sought;
use crate::facts::surveys;
use crate::facts::windows::{Day, changed, hash, on};
use crate::facts::{Before, Records, frames};
use crate::store::delta::Part;

/// Days of evaluations and surveys that are derived again; all of them without a list.
#[derive(Default)]
pub struct Judgements {
    /// Days of `evaluations`.
    pub evaluations: Option<BTreeSet<Day>>,
    /// Days of `surveys`.
    pub surveys: Option<BTreeSet<Day>>,
}

impl Reach {
    /// Finds the days whose records changed or are about a contact of a derived day, and the contacts that all of these are
    /// about. What evaluations and surveys take over from a contact changes on no other day.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn judged(
        &self,
        records: &Records,
        before: &Before,
        facts: &Facts,
        output: &Output,
    ) -> Result<(Judgements, Judged)> {
        let now = output.parts("contact_facts");
        let (was, is) = (on(&self.old, &self.derived), on(&now, &self.derived));
        let of_derived = Sought::all([(&was[..], "contact_ref"), (&is[..], "contact_ref")])?;
        let segments = Segments::of(&self.calls, records.at_a_time, Some(&of_derived))?;
        let of_derived = segments.with(of_derived)?;
        let days = |table: &str| -> Result<BTreeSet<Day>> {
            let (old, now) = (before.records(table), records.parts(table));
            let mut days = changed(old, now);
            let about = of_derived.parts(now, "contact_ref")?.into_iter();
            days.extend(about.map(|part| part.partition));
            Ok(days)
        };
        let mut evaluations = days("evaluations")?;
        with_shared_ids(
            before.records("evaluations"),
            records.parts("evaluations"),
            &mut evaluations,
        )?;
        let same_agents = before.records("agents") == records.parts("agents");
        let fit = |table: &str, fact: &str, days: BTreeSet<Day>| {
            Some(days).filter(|days| before.fits(records, table, fact, days))
        };
        let judgements = Judgements {
            evaluations: fit("evaluations", "evaluation_facts", evaluations)
                .filter(|_| same_agents),
            surveys: fit("surveys", "survey_facts", days("surveys")?),
        };
        let again = [
            derived(
                records.parts("evaluations"),
                judgements.evaluations.as_ref(),
            ),
            derived(records.parts("surveys"), judgements.surveys.as_ref()),
        ];
        let refs = Sought::all(again.iter().map(|parts| (&parts[..], "contact_ref")))?;
        let segments = Segments::of(&facts[0], records.at_a_time, Some(&refs))?;
        let refs = segments.with(refs)?;
        let parts = contacts_of(&refs, &now, facts)?;
        let mut judged = frames::columns(fact("contact_facts"), &[], surveys::OF_CONTACTS)?;
        for parts in parts.chunks(8) {
            let rows = frames::columns(fact("contact_facts"), parts, surveys::OF_CONTACTS)?;
            let rows = refs.rows(&rows, "contact_ref")?;
            judged = judged.vstack(&rows).computing("judged contacts")?;
        }
        let contacts = Contacts::Held(ById::of(&judged, "contact_ref")?);
        Ok((judgements, Judged { contacts, segments }))
    }
}

/// The parts that are derived again.
#[must_use]
pub fn derived(parts: &[Part], days: Option<&BTreeSet<Day>>) -> Vec<Part> {
    match days {
        Some(days) => on(parts, days),
        None => parts.to_vec(),
    }
}

/// Adds the days that have evaluations in common with one of `days`: what holds of an evaluation is said on its items.
fn with_shared_ids(old: &[Part], now: &[Part], days: &mut BTreeSet<Day>) -> Result<()> {
    let ids = |parts: &[Part]| each(parts, "evaluation_id", |id| Some(hash(id)));
    let of_parts = ids(now)?;
    let gone = ids(&on(old, &changed(old, now)))?;
    let mut known: AHashSet<u64> = gone.into_iter().flatten().collect();
    let mut looked_at = BTreeSet::new();
    loop {
        for (part, ids) in now.iter().zip(&of_parts) {
            let own = || ids.iter().any(|id| known.contains(id));
            if days.contains(&part.partition) || own() {
                days.insert(part.partition.clone());
            }
        }
        if looked_at == *days {
            return Ok(());
        }
        for (part, ids) in now.iter().zip(&of_parts) {
            if days.contains(&part.partition) {
                known.extend(ids);
            }
        }
        looked_at.clone_from(days);
    }
}
