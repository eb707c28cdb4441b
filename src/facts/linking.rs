//! Contacts of all channels, linked; those of days on which nothing can have changed are kept.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::contacts::{self, Outlets, Sources};
use super::derivation::{Derivation, fact, until};
use super::frames;
use super::judged::{Judged, Noted};
use super::links::Collected;
use super::relinking::{Judgements, Kept, Reach};
use super::segments::Segments;
use super::surveys::Feedback;
use super::windows::{Day, Spanning, Window};
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;

/// The order of the contacts of a day.
pub const CONTACTS_IN_ORDER: &[&str] = &["started_at", "contact_ref"];

/// The call facts, chat facts and ticket facts that contacts are made from.
pub type Facts = [Vec<Part>; 3];

impl Derivation<'_> {
    /// Links all contacts; gives those that evaluations and surveys are about, for their dimensions, and which of these are
    /// derived again. `tickets` are the only days on which tickets have more than grown older, if there are such.
    ///
    /// # Errors
    /// When Polars refuses a plan, or a file cannot be read or written.
    pub fn contacts(&mut self, tickets: Option<&BTreeSet<Day>>) -> Result<(Judgements, Judged)> {
        let all = ["call_facts", "chat_facts", "ticket_facts"].map(|name| self.output.parts(name));
        let reach = Reach::of(self.records, self.context, &self.output, &all, tickets)?;
        let refs = match &reach {
            Some(reach) => Some(reach.refs(&all)?),
            None => None,
        };
        let segments = Segments::of(&all[0], self.records.at_a_time, refs.as_ref())?;
        let refs = refs.map(|refs| segments.with(refs)).transpose()?;
        let facts = match &reach {
            Some(reach) => all.each_ref().map(|parts| reach.derived(parts)),
            None => all.clone(),
        };
        let windows = self.windows(facts.iter().flatten());
        let mut chains = Spanning::of(&windows, "contact_id", |window, id| {
            frames::columns(fact("call_facts"), &window.parts(&facts[0]), &[id])
        })?;
        let mut across = frames::columns(
            fact("call_facts"),
            &[],
            &contacts::with_shared(contacts::OF_CALLS),
        )?;
        if let Some(reach) = &reach {
            let outside = reach.outside(&all[0], &mut chains)?;
            across = across.vstack(&outside).computing("chains of calls")?;
        }
        let outlets = match &refs {
            Some(refs) => refs.parts(&all[2], "contact_ref")?,
            None => all[2].clone(),
        };
        let outlets = Outlets::of(&outlets, self.records.at_a_time, &segments)?;
        let feedback = Feedback::of(self.records, refs.as_ref(), &segments)?;
        // The contacts of a window, and the calls of chains that are not its own.
        let of_window = |window: &Window| -> Result<(DataFrame, DataFrame)> {
            let [calls, chats, tickets] = facts.each_ref().map(|parts| window.parts(parts));
            let sources = sources(&calls, &chats, &tickets)?;
            let (calls, others) = chains.divide(&sources.calls, "contact_id")?;
            let sources = Sources { calls, ..sources };
            Ok((sources.contacts(&outlets, self.context)?, others))
        };
        let rows: u64 = facts.iter().flatten().map(|part| part.rows).sum();
        let mut collected = Collected::expecting(usize::try_from(rows).unwrap_or_default());
        let mut starts = Vec::with_capacity(windows.len());
        let mut only = None;
        for window in &windows {
            let (own, others) = of_window(window)?;
            across = across.vstack(&others).computing("chains of calls")?;
            starts.push(collected.len());
            collected.add(&own)?;
            only = (windows.len() == 1).then_some(own);
        }
        let across = Sources {
            calls: across,
            ..sources(&[], &[], &[])?
        };
        let mut across = across.contacts(&outlets, self.context)?;
        if let Some(reach) = &reach {
            across = reach.of_derived_days(&across)?;
        }
        let start = collected.len();
        collected.add(&across)?;
        let kept = match &reach {
            Some(reach) => Kept::of(reach, &mut collected)?,
            None => Kept::default(),
        };
        let links = collected.link();
        let finished = |mut contacts: DataFrame, start: usize| -> Result<DataFrame> {
            for column in links.columns(start, contacts.height()) {
                contacts.with_column(column).computing("linked contacts")?;
            }
            contacts::linked(contacts, self.context)
        };
        let mut across = finished(across, start)?;
        let mut judged = Noted::default();
        for (window, start) in windows.iter().zip(starts) {
            let own = match only.take() {
                Some(own) => own,
                None => of_window(window)?.0,
            };
            let own = finished(own, start)?;
            let (here, later) = until(&across, window)?;
            across = later;
            let contacts = own.vstack(&here).computing("contacts")?;
            let contacts = feedback
                .added_to(contacts)?
                .sort(CONTACTS_IN_ORDER.to_vec(), SortMultipleOptions::default())
                .collect()
                .computing("contacts")?;
            self.output.put(fact("contact_facts"), &contacts)?;
            if reach.is_none() {
                judged.note(&contacts, &feedback)?;
            }
        }
        if let (Some(reach), Some(before)) = (&reach, &self.records.before) {
            kept.put(reach, &links, &feedback, self.context, &mut self.output)?;
            return reach.judged(self.records, before, &all, &self.output);
        }
        let contacts = judged.filed(self.output.parts("contact_facts"));
        Ok((Judgements::default(), Judged { contacts, segments }))
    }
}

/// What contacts are made from.
fn sources(calls: &[Part], chats: &[Part], tickets: &[Part]) -> Result<Sources> {
    let columns =
        |name, parts: &[Part], own| frames::columns(fact(name), parts, &contacts::with_shared(own));
    Ok(Sources {
        calls: columns("call_facts", calls, contacts::OF_CALLS)?,
        chats: columns("chat_facts", chats, contacts::OF_CHATS)?,
        tickets: columns("ticket_facts", tickets, contacts::OF_TICKETS)?,
    })
}
