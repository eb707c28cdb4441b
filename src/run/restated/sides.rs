//! The fact files of two runs by day, and the days on which they differ.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::error::Result;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::query::Source;
use crate::schema::facts::{FACTS, Fact};
use crate::store::delta::Part;
use crate::store::parquet_io::fingerprint;
use crate::store::runs::Run;

/// The files of one fact table by day.
pub(super) type Days = BTreeMap<NaiveDate, Vec<Part>>;

/// The fact files of both runs.
pub(super) struct Sides {
    pub(super) before: BTreeMap<&'static str, Days>,
    pub(super) after: BTreeMap<&'static str, Days>,
    /// Days up to the cut-off of the run before whose files differ in what figures are computed from. A contact's next
    /// one, however long after, is in the file of its day, too.
    pub(super) changed: BTreeMap<&'static str, BTreeSet<NaiveDate>>,
    /// The newest day the run before could report on.
    pub(super) newest: Option<NaiveDate>,
}

impl Sides {
    pub(super) fn of(
        source: &Source<'_>,
        before: &Run,
        cut_day: NaiveDate,
        catalogue: &Catalogue,
    ) -> Result<Self> {
        let mut sides = Self {
            before: BTreeMap::new(),
            after: BTreeMap::new(),
            changed: BTreeMap::new(),
            newest: None,
        };
        for fact in FACTS {
            let old = by_day(source.store.parts_at(fact.name, before)?);
            if ["call_facts", "contact_facts", "ticket_facts"].contains(&fact.name) {
                let last = old.keys().rfind(|day| **day <= cut_day);
                sides.newest = sides.newest.max(last.copied());
            }
            sides.before.insert(fact.name, old);
        }
        for fact in FACTS {
            if before.versions.get(fact.name) == source.run.versions.get(fact.name) {
                continue;
            }
            let new = by_day(source.store.parts_at(fact.name, source.run)?);
            let old = &sides.before[fact.name];
            let days: BTreeSet<NaiveDate> = old
                .keys()
                .chain(new.keys())
                .filter(|day| **day <= cut_day && old.get(day) != new.get(day))
                .copied()
                .collect();
            let columns = catalogue.columns(fact);
            let changed = days
                .into_par_iter()
                .map(|day| {
                    let same = read_alike(old.get(&day), new.get(&day), &columns)?;
                    Ok((!same).then_some(day))
                })
                .collect::<Result<Vec<_>>>()?;
            let changed = changed.into_iter().flatten().collect();
            sides.changed.insert(fact.name, changed);
            sides.after.insert(fact.name, new);
        }
        Ok(sides)
    }

    pub(super) fn is_changed(&self, fact: &str, day: NaiveDate) -> bool {
        self.changed
            .get(fact)
            .is_some_and(|days| days.contains(&day))
    }

    /// The changed days of any of these fact tables.
    pub(super) fn changed_days(&self, facts: &[&'static Fact]) -> BTreeSet<NaiveDate> {
        facts
            .iter()
            .filter_map(|fact| self.changed.get(fact.name))
            .flatten()
            .copied()
            .collect()
    }
}

/// Whether the files of a day hold the same in some columns.
fn read_alike(old: Option<&Vec<Part>>, new: Option<&Vec<Part>>, columns: &[&str]) -> Result<bool> {
    let (Some(old), Some(new)) = (old, new) else {
        return Ok(false);
    };
    // What a vacuum took away cannot be compared.
    if old.len() != new.len() || old.iter().any(|part| !part.path.is_file()) {
        return Ok(false);
    }
    for (old, new) in old.iter().zip(new) {
        if fingerprint(&old.path, columns)? != fingerprint(&new.path, columns)? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn by_day(parts: Vec<Part>) -> Days {
    let mut days = Days::new();
    for part in parts {
        if let Some(day) = part.partition.as_deref().and_then(|day| day.parse().ok()) {
            days.entry(day).or_default().push(part);
        }
    }
    days
}

/// The files of one fact table and day.
pub(super) fn parts<'s>(
    side: &'s BTreeMap<&'static str, Days>,
    fact: &Fact,
    day: NaiveDate,
) -> &'s [Part] {
    side.get(fact.name)
        .and_then(|days| days.get(&day))
        .map_or(&[], Vec::as_slice)
}
