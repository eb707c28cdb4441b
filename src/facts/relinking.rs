//! Which days of contacts are derived again when an earlier derivation is at hand, and which only get new links.
//!
//! A contact comes of its calls, its chat or its ticket, and takes over an outlet from a ticket: days on which one of these
//! changed are derived again. All other contacts can change by their neighbours of the same issue, by the end of their
//! window, and by what is said of them afterwards; their rows are read and written with these columns new.

mod judged;
mod kept;

use std::collections::BTreeSet;

use polars::prelude::*;

use super::derivation::fact;
use super::events::each;
use super::linking::Facts;
use super::output::Output;
use super::segments::Segments;
use super::sought::Sought;
use super::windows::{Day, Spanning, changed, on};
use super::{Context, Records, contacts, frames};
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;

pub use judged::{Judgements, derived};
pub use kept::Kept;

/// What of the earlier contacts is looked at again.
pub struct Reach {
    /// The earlier contacts.
    old: Vec<Part>,
    /// Days that are derived again.
    derived: BTreeSet<Day>,
    /// Days on which something was said of a contact, or took back.
    said: BTreeSet<Day>,
    /// The calls, and what those of changed days were before.
    calls: Vec<Part>,
}

impl Reach {
    /// Finds out; `None` when everything is to be derived. `facts` are the new facts that contacts are made from, `tickets` the
    /// only days on which tickets have more than grown older.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of(
        records: &Records,
        context: &Context<'_>,
        output: &Output,
        facts: &Facts,
        tickets: Option<&BTreeSet<Day>>,
    ) -> Result<Option<Self>> {
        let Some(before) = &records.before else {
            return Ok(None);
        };
        let then = ["call_facts", "chat_facts", "ticket_facts"].map(|name| before.facts(name));
        if !before.leads_to(records, context, &["surveys", "evaluations"]) {
            return Ok(None);
        }
        let differ = |at: usize| {
            let mut days = changed(then[at], &facts[at]);
            days.retain(|day| !output.is_same(then[at], &facts[at], day.as_deref()));
            days
        };
        let mut derived = differ(0);
        let mut calls = facts[0].clone();
        calls.extend(on(then[0], &derived));
        derived.extend(chains(then[0], &facts[0], &derived)?);
        derived.extend(differ(1));
        let mut days = differ(2);
        days.retain(|day| tickets.is_none_or(|tickets| tickets.contains(day)));
        let mut sent = Vec::new();
        for day in days {
            let days = BTreeSet::from([day.clone()]);
            let (old, new) = (on(then[2], &days), on(&facts[2], &days));
            if !written(&old)?.equals_missing(&written(&new)?) {
                derived.insert(day);
            }
            let (old, new) = (senders(&old)?, senders(&new)?);
            sent.extend(
                old.symmetric_difference(&new)
                    .map(|sender| sender.0.clone()),
            );
        }
        let mut said = Vec::new();
        for table in ["surveys", "evaluations"] {
            let (old, now) = (before.records(table), records.parts(table));
            let days = changed(old, now);
            said.extend([on(old, &days), on(now, &days)]);
        }
        let said = Sought::all(said.iter().map(|parts| (&parts[..], "contact_ref")))?;
        let refs = said.clone().with(sent.iter().cloned());
        let segments = Segments::of(&calls, records.at_a_time, Some(&refs))?;
        let refs = [
            segments.with(sent.into_iter().collect())?,
            segments.with(said)?,
        ];
        let old = before.facts("contact_facts").to_vec();
        let [sent, said] = days_of(&old, facts, &derived, &refs)?;
        derived.extend(sent);
        Ok(Some(Self {
            old,
            derived,
            said,
            calls,
        }))
    }

    /// The parts of the days that are derived again.
    #[must_use]
    pub fn derived(&self, parts: &[Part]) -> Vec<Part> {
        on(parts, &self.derived)
    }

    /// The ids of the contacts that are made anew or that something new is said of: all that an outlet or a judgement is
    /// looked up for. `facts` are what contacts are made from.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn refs(&self, facts: &Facts) -> Result<Sought> {
        let parts = facts.each_ref().map(|parts| self.derived(parts));
        let said = on(&self.old, &self.said);
        let [calls, chats, tickets] = parts.each_ref().map(Vec::as_slice);
        Sought::all([
            (calls, "contact_id"),
            (chats, "chat_id"),
            (tickets, "ticket_id"),
            (&said, "contact_ref"),
        ])
    }

    /// The calls of other days that belong to chains of the derived days; these are noted as spanning.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn outside(&self, calls: &[Part], chains: &mut Spanning) -> Result<DataFrame> {
        let own = Sought::all([(&self.derived(calls)[..], "contact_id")])?;
        let mut others = calls.to_vec();
        others.retain(|part| !self.derived.contains(&part.partition));
        let others = own.near(&others, "contact_id")?;
        let found = each(&others, "contact_id", |id| {
            own.has(id).then(|| id.to_owned())
        })?;
        let mut parts = Vec::new();
        let mut ids = BTreeSet::new();
        for (part, found) in others.into_iter().zip(found) {
            if !found.is_empty() {
                parts.push(part);
                ids.extend(found);
            }
        }
        let columns = contacts::with_shared(contacts::OF_CALLS);
        let rows = frames::columns(fact("call_facts"), &parts, &columns)?;
        for id in &ids {
            chains.note(id);
        }
        let ids: Vec<String> = ids.into_iter().collect();
        let ids = Series::new("".into(), ids);
        rows.lazy()
            .filter(col("contact_id").is_in(lit(ids).implode(true), false))
            .collect()
            .computing("chains of calls")
    }

    /// The contacts of the derived days.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn of_derived_days(&self, contacts: &DataFrame) -> Result<DataFrame> {
        frames::of_days(contacts, &self.derived)
    }
}

/// The days on which other calls of the chains stand that changed days have a part in.
fn chains(then: &[Part], now: &[Part], days: &BTreeSet<Day>) -> Result<BTreeSet<Day>> {
    let mut changed = on(then, days);
    changed.extend(on(now, days));
    let ids = Sought::all([(&changed[..], "contact_id")])?;
    let mut others = now.to_vec();
    others.retain(|part| !days.contains(&part.partition));
    let found = ids.parts(&others, "contact_id")?.into_iter();
    Ok(found.map(|part| part.partition).collect())
}

/// Tickets that are contacts of their own, as far as contacts are made from them.
fn written(parts: &[Part]) -> Result<DataFrame> {
    let columns = contacts::with_shared(contacts::OF_TICKETS);
    frames::columns(fact("ticket_facts"), parts, &columns)?
        .lazy()
        .filter(col("contact_ref").is_null())
        .collect()
        .computing("written tickets")
}

/// The contacts that tickets came from, with what decides about their outlet.
fn senders(parts: &[Part]) -> Result<BTreeSet<(String, String, i64, String)>> {
    let rows = frames::columns(fact("ticket_facts"), parts, contacts::OF_OUTLETS)?;
    let text = |name: &str| -> Result<Vec<Option<String>>> {
        let column = rows.column(name).and_then(|column| column.str().cloned());
        let column = column.computing("outlets of contacts")?;
        Ok(column.iter().map(|text| text.map(str::to_owned)).collect())
    };
    let created = rows
        .column("created_at")
        .and_then(|column| column.i64().cloned())
        .computing("outlets of contacts")?;
    let tickets = text("ticket_id")?.into_iter().zip(created.iter());
    let all = text("contact_ref")?
        .into_iter()
        .zip(text("outlet")?)
        .zip(tickets);
    Ok(all
        .filter_map(|((sender, outlet), (ticket, at))| {
            Some((
                sender?,
                outlet?,
                at.unwrap_or_default(),
                ticket.unwrap_or_default(),
            ))
        })
        .collect())
}

/// The days of the contacts in each set, apart from the derived ones. A call and a ticket may be called alike, so that an
/// id that was found is looked for on all other days, too.
fn days_of(
    old: &[Part],
    facts: &Facts,
    derived: &BTreeSet<Day>,
    refs: &[Sought; 2],
) -> Result<[BTreeSet<Day>; 2]> {
    let mut days = [BTreeSet::new(), BTreeSet::new()];
    let mut others = old.to_vec();
    others.retain(|part| !derived.contains(&part.partition));
    for (refs, days) in refs.iter().zip(&mut days) {
        let found = contacts_of(refs, &others, facts)?.into_iter();
        days.extend(found.map(|part| part.partition));
    }
    Ok(days)
}

/// The files of contacts that have some of these, which are made from `facts`. What these say of their ids tells more than
/// what is said of all ids together.
pub(super) fn contacts_of(refs: &Sought, contacts: &[Part], facts: &Facts) -> Result<Vec<Part>> {
    let mut days = BTreeSet::new();
    for (parts, column) in facts.iter().zip(["contact_id", "chat_id", "ticket_id"]) {
        let near = refs.near(parts, column)?.into_iter();
        days.extend(near.map(|part| part.partition));
    }
    refs.parts(&on(contacts, &days), "contact_ref")
}
