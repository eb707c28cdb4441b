//! Every fact table, window by window: what is held in memory does not depend on how many days there are.

use polars::prelude::*;

use super::contacts::{self, Sources};
use super::history::Histories;
use super::links::Collected;
use super::output::{Facts, Output};
use super::renewal::Renewal;
use super::surveys::{self, Feedback};
use super::windows::{Spanning, Window, unchanged};
use super::{Context, Records, calls, clocks, events, frames, tickets, visits};
use crate::calendar::epoch_days;
use crate::error::{PolarsContext, Result};
use crate::schema::DATE;
use crate::schema::facts::{FACTS, Fact};
use crate::store::delta::Part;

/// A derivation under way.
pub struct Derivation<'d> {
    /// What it is derived from.
    pub records: &'d Records,
    /// The agents, all of them.
    pub agents: DataFrame,
    /// What else it depends on.
    pub context: &'d Context<'d>,
    /// Where it goes.
    pub output: Output,
}

/// The order of the rows of a day.
const VISITS_IN_ORDER: &[&str] = &["entered_at", "ticket_id", "state"];
const CLOCKS_IN_ORDER: &[&str] = &["due_at", "promise", "ticket_id", "chat_id"];
const CONTACTS_IN_ORDER: &[&str] = &["started_at", "contact_ref"];
const EVALUATIONS_IN_ORDER: &[&str] = &["evaluated_at", "evaluation_id", "item"];

fn fact(name: &str) -> &'static Fact {
    Fact::by_name(name).unwrap_or(&FACTS[0])
}

impl Derivation<'_> {
    /// Derives all of them.
    ///
    /// # Errors
    /// When Polars refuses a plan, or a file cannot be read or written.
    pub fn all(mut self) -> Result<Facts> {
        self.calls()?;
        self.chats_and_tickets()?;
        let judged = self.contacts()?;
        self.evaluations(&judged)?;
        self.surveys(&judged)?;
        self.parcels()?;
        Ok(self.output.finish())
    }

    fn windows<'p>(&self, parts: impl IntoIterator<Item = &'p Part>) -> Vec<Window> {
        Window::of_rows(parts, self.records.at_a_time)
    }

    /// The records of a table in a window.
    fn records_of(&self, table: &str, window: &Window) -> Result<DataFrame> {
        let parts = window.parts(self.records.parts(table));
        self.records.rows(table, &parts)
    }

    /// Calls depend on nothing but themselves and the agents: days that are as they were stay.
    fn calls(&mut self) -> Result<()> {
        let mut parts = self.records.parts("calls").to_vec();
        if let Some(before) = &self.records.before
            && before.records("agents") == self.records.parts("agents")
        {
            let mut same = unchanged(before.records("calls"), &parts);
            let facts = before.facts("call_facts");
            same.retain(|day| facts.iter().any(|part| part.partition == *day));
            parts.retain(|part| !same.contains(&part.partition));
            let kept = facts.iter().filter(|part| same.contains(&part.partition));
            self.output.keep("call_facts", kept.cloned().collect());
        }
        for window in self.windows(&parts) {
            let records = self.records.rows("calls", &window.parts(&parts))?;
            let facts = calls::calls(records, &self.agents, self.context)?;
            self.output.put(fact("call_facts"), &facts)?;
        }
        Ok(())
    }

    fn chats_and_tickets(&mut self) -> Result<()> {
        let records = self.records;
        let renewal = Renewal::of(records, self.context)?;
        let [of_chats, of_tickets, of_complaints] = match &renewal {
            Some(renewal) => renewal.records(records, self.context),
            None => ["chats", "tickets", "tickets"].map(|table| records.parts(table).to_vec()),
        };
        let repeats = tickets::repeat_complaints(
            records.columns_of("tickets", &of_complaints, tickets::OF_COMPLAINTS)?,
            self.context,
        )?;
        let windows = self.windows(of_chats.iter().chain(&of_tickets));
        let events = events::by_window(records, &windows, &of_tickets)?;
        for (at, window) in windows.iter().enumerate() {
            let chats = records.rows("chats", &window.parts(&of_chats))?;
            let chats = calls::chats(chats, &self.agents, self.context)?;
            self.output.put(fact("chat_facts"), &chats)?;
            let tickets = records.rows("tickets", &window.parts(&of_tickets))?;
            self.tickets(tickets, &events[at], &chats, &repeats)?;
            if renewal.is_none() {
                // Nothing is entered or due before it is created.
                let next = windows.get(at + 1).and_then(Window::first);
                let before = next.and_then(|day| day.parse().ok()).map(epoch_days);
                self.output
                    .release(fact("state_visits"), before, VISITS_IN_ORDER)?;
                self.output
                    .release(fact("sla_clocks"), before, CLOCKS_IN_ORDER)?;
            }
        }
        match renewal {
            Some(renewal) => self.renew(&renewal),
            None => Ok(()),
        }
    }

    /// Puts the new stays and clocks among those of the tickets and chats that are as they were.
    fn renew(&mut self, renewal: &Renewal) -> Result<()> {
        let (records, context) = (self.records, self.context);
        renewal.keep(records, context, fact("ticket_facts"), &mut self.output)?;
        for (name, order) in [
            ("state_visits", VISITS_IN_ORDER),
            ("sla_clocks", CLOCKS_IN_ORDER),
        ] {
            let fresh = self.output.held(fact(name))?;
            renewal.merge(
                records,
                context,
                fact(name),
                &fresh,
                order,
                &mut self.output,
            )?;
        }
        Ok(())
    }

    fn tickets(
        &mut self,
        records: DataFrame,
        events: &[Part],
        chats: &DataFrame,
        repeats: &DataFrame,
    ) -> Result<()> {
        let (context, promises) = (self.context, self.context.promises);
        let events = self.events_of(&records, events)?;
        let facts = tickets::tickets(records, events.clone(), &self.agents, repeats, context)?;
        let histories = Histories::of(&facts, &events, context.as_of)?;
        let facts = tickets::with_history(&facts, &histories, promises, context)?;
        self.output.put(fact("ticket_facts"), &facts)?;
        let stays = visits::visits(&facts, &histories, promises, context)?;
        self.output.hold(fact("state_visits"), stays);
        let clocks = clocks::clocks(&facts, chats, &histories, promises, context)?;
        self.output.hold(fact("sla_clocks"), clocks);
        Ok(())
    }

    /// The events of these tickets, from the parts that have some.
    fn events_of(&self, tickets: &DataFrame, parts: &[Part]) -> Result<DataFrame> {
        let records = self.records;
        let ids = tickets
            .select(["ticket_id"])
            .computing("ids of tickets")?
            .lazy();
        let mut found = records.rows("ticket_events", &[])?;
        for events in self.windows(parts) {
            let rows = records.rows("ticket_events", &events.parts(parts))?;
            let own = of_tickets(rows, &ids)?;
            found = found.vstack(&own).computing("events of tickets")?;
        }
        Ok(found)
    }

    /// Links all contacts; gives those that evaluations and surveys are about, for their dimensions.
    fn contacts(&mut self) -> Result<DataFrame> {
        let facts =
            ["call_facts", "chat_facts", "ticket_facts"].map(|name| self.output.parts(name));
        let outlets = contacts::outlets(frames::columns(
            fact("ticket_facts"),
            &facts[2],
            contacts::OF_OUTLETS,
        )?)?;
        let windows = self.windows(facts.iter().flatten());
        let chains = Spanning::of(&windows, "contact_id", |window, id| {
            frames::columns(fact("call_facts"), &window.parts(&facts[0]), &[id])
        })?;
        // The contacts of a window, and the calls of chains that are not its own.
        let of_window = |window: &Window| -> Result<(DataFrame, DataFrame)> {
            let [calls, chats, tickets] = facts.each_ref().map(|parts| window.parts(parts));
            let calls = frames::columns(
                fact("call_facts"),
                &calls,
                &contacts::with_shared(contacts::OF_CALLS),
            )?;
            let (calls, others) = chains.divide(&calls, "contact_id")?;
            let sources = Sources {
                calls,
                chats: frames::columns(
                    fact("chat_facts"),
                    &chats,
                    &contacts::with_shared(contacts::OF_CHATS),
                )?,
                tickets: frames::columns(
                    fact("ticket_facts"),
                    &tickets,
                    &contacts::with_shared(contacts::OF_TICKETS),
                )?,
            };
            Ok((sources.contacts(&outlets, self.context)?, others))
        };
        let mut collected = Collected::default();
        let mut across = frames::columns(
            fact("call_facts"),
            &[],
            &contacts::with_shared(contacts::OF_CALLS),
        )?;
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
            chats: frames::columns(
                fact("chat_facts"),
                &[],
                &contacts::with_shared(contacts::OF_CHATS),
            )?,
            tickets: frames::columns(
                fact("ticket_facts"),
                &[],
                &contacts::with_shared(contacts::OF_TICKETS),
            )?,
        }
        .contacts(&outlets, self.context)?;
        let start = collected.len();
        collected.add(&across)?;
        let links = collected.link();
        let finished = |mut contacts: DataFrame, start: usize| -> Result<DataFrame> {
            for column in links.columns(start, contacts.height()) {
                contacts.with_column(column).computing("linked contacts")?;
            }
            contacts::linked(contacts, self.context)
        };
        let mut across = finished(across, start)?;
        let feedback = Feedback::of(self.records)?;
        let mut judged: Vec<LazyFrame> = Vec::new();
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
                .added_to(contacts.lazy())
                .sort(CONTACTS_IN_ORDER.to_vec(), SortMultipleOptions::default())
                .collect()
                .computing("contacts")?;
            self.output.put(fact("contact_facts"), &contacts)?;
            judged.push(feedback.judged(contacts)?.lazy());
        }
        if judged.is_empty() {
            return frames::columns(fact("contact_facts"), &[], surveys::OF_CONTACTS);
        }
        concat(judged, UnionArgs::default())
            .and_then(LazyFrame::collect)
            .computing("judged contacts")
    }

    /// Evaluations, with the dimensions of the contacts they judge.
    fn evaluations(&mut self, judged: &DataFrame) -> Result<()> {
        let parts = self.records.parts("evaluations");
        let windows = self.windows(parts);
        let several = Spanning::of(&windows, "evaluation_id", |window, id| {
            let parts = window.parts(parts);
            self.records.columns_of("evaluations", &parts, &[id])
        })?;
        let mut across = self.records.rows("evaluations", &[])?;
        for window in &windows {
            if several.is_empty() {
                break;
            }
            let rows = self.records_of("evaluations", window)?;
            let (_, others) = several.divide(&rows, "evaluation_id")?;
            across = across.vstack(&others).computing("evaluations")?;
        }
        let mut across = tickets::evaluations(across, &self.agents, judged, self.context)?;
        for window in &windows {
            let rows = self.records_of("evaluations", window)?;
            let (own, _) = several.divide(&rows, "evaluation_id")?;
            let own = tickets::evaluations(own, &self.agents, judged, self.context)?;
            let (here, later) = until(&across, window)?;
            across = later;
            let rows = own
                .vstack(&here)
                .computing("evaluations")?
                .lazy()
                .sort(
                    EVALUATIONS_IN_ORDER.to_vec(),
                    SortMultipleOptions::default(),
                )
                .collect()
                .computing("evaluations")?;
            self.output.put(fact("evaluation_facts"), &rows)?;
        }
        Ok(())
    }

    /// Surveys, with the dimensions of the contacts they are about.
    fn surveys(&mut self, judged: &DataFrame) -> Result<()> {
        for window in self.windows(self.records.parts("surveys")) {
            let records = self.records_of("surveys", &window)?;
            let facts = surveys::surveys(records, judged, self.context)?;
            self.output.put(fact("survey_facts"), &facts)?;
        }
        Ok(())
    }

    fn parcels(&mut self) -> Result<()> {
        for window in self.windows(self.records.parts("parcels")) {
            let records = self.records_of("parcels", &window)?;
            let facts = surveys::parcels(records)?;
            self.output.put(fact("parcel_facts"), &facts)?;
        }
        Ok(())
    }
}

/// The rows of these tickets.
fn of_tickets(rows: DataFrame, ids: &LazyFrame) -> Result<DataFrame> {
    let id = || [col("ticket_id")];
    rows.lazy()
        .join(ids.clone(), id(), id(), JoinArgs::new(JoinType::Semi))
        .collect()
        .computing("events of tickets")
}

/// Divides rows into those up to the end of a window, and the later ones.
fn until(rows: &DataFrame, window: &Window) -> Result<(DataFrame, DataFrame)> {
    let last = window
        .last()
        .and_then(|day| day.parse().ok())
        .map(epoch_days);
    let here = match last {
        Some(last) => col(DATE).lt_eq(lit(last)).fill_null(true),
        None => col(DATE).is_null(),
    };
    let split = |condition: Expr| rows.clone().lazy().filter(condition).collect();
    Ok((
        split(here.clone()).computing("rows of a window")?,
        split(here.not()).computing("rows of a window")?,
    ))
}
