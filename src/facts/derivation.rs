//! Every fact table, window by window: what is held in memory does not depend on how many days there are.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::by_id::ById;
use super::history::{Events, Histories, OF_EVENTS};
use super::judged::Judged;
use super::output::{Facts, Output};
use super::renewal::Renewal;
use super::surveys;
use super::windows::{Day, Spanning, Window, unchanged};
use super::{Context, Records, calls, clocks, events, frames, relinking, tickets, visits};
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
const TICKETS_IN_ORDER: &[&str] = &["created_at", "ticket_id"];
const VISITS_IN_ORDER: &[&str] = &["entered_at", "ticket_id", "state"];
const CLOCKS_IN_ORDER: &[&str] = &["due_at", "promise", "ticket_id", "chat_id"];
const EVALUATIONS_IN_ORDER: &[&str] = &["evaluated_at", "evaluation_id", "item"];

/// The fact table with a name.
pub(super) fn fact(name: &str) -> &'static Fact {
    Fact::by_name(name).unwrap_or(&FACTS[0])
}

impl Derivation<'_> {
    /// Derives all of them.
    ///
    /// # Errors
    /// When Polars refuses a plan, or a file cannot be read or written.
    pub fn all(mut self) -> Result<Facts> {
        self.calls()?;
        let renewal = self.chats_and_tickets()?;
        let tickets = renewal.as_ref().map(|renewal| &renewal.tickets);
        let (again, judged) = self.contacts(tickets)?;
        self.evaluations(again.evaluations.as_ref(), &judged)?;
        self.surveys(again.surveys.as_ref(), &judged)?;
        self.parcels()?;
        Ok(self.output.finish())
    }

    pub(super) fn windows<'p>(&self, parts: impl IntoIterator<Item = &'p Part>) -> Vec<Window> {
        Window::of_rows(parts, self.records.at_a_time)
    }

    /// Keeps the facts of the days of a table that are as they were; gives the other days.
    fn others(&mut self, table: &str, fact: &'static str) -> Vec<Part> {
        let mut parts = self.records.parts(table).to_vec();
        if let Some(before) = &self.records.before {
            let mut same = unchanged(before.records(table), &parts);
            let facts = before.facts(fact);
            same.retain(|day| facts.iter().any(|part| part.partition == *day));
            parts.retain(|part| !same.contains(&part.partition));
            let kept = facts.iter().filter(|part| same.contains(&part.partition));
            self.output.keep(fact, kept.cloned().collect());
        }
        parts
    }

    /// Calls depend on nothing but themselves and the agents: days that are as they were stay.
    fn calls(&mut self) -> Result<()> {
        let agents = self.records.parts("agents");
        let before = self.records.before.as_ref();
        let parts = if before.is_some_and(|before| before.records("agents") == agents) {
            self.others("calls", "call_facts")
        } else {
            self.records.parts("calls").to_vec()
        };
        for window in self.windows(&parts) {
            let parts = window.parts(&parts);
            let calls = self.records.rows_for("call_facts", &[], "calls", &parts)?;
            let facts = calls::calls(calls, &self.agents, self.context)?;
            self.output.put(fact("call_facts"), &facts)?;
        }
        Ok(())
    }

    /// Gives what was derived again, unless everything was.
    fn chats_and_tickets(&mut self) -> Result<Option<Renewal>> {
        let records = self.records;
        let renewal = Renewal::of(records, self.context)?;
        let [of_chats, of_tickets, of_complaints] = match &renewal {
            Some(renewal) => renewal.records(records, self.context),
            None => ["chats", "tickets", "tickets"].map(|table| records.parts(table).to_vec()),
        };
        let repeats = tickets::repeat_complaints(records, &of_complaints, self.context)?;
        // A ticket brings its events, stays and clocks along.
        let windows = Window::of_rows(
            of_chats.iter().chain(&of_tickets),
            self.records.at_a_time / 2,
        );
        let only = match &renewal {
            Some(renewal) => Some(renewal.sought()?),
            None => None,
        };
        let events = events::by_window(records, &windows, &of_tickets, only.as_ref())?;
        for (at, window) in windows.iter().enumerate() {
            let parts = window.parts(&of_chats);
            let chats = records.rows_for("chat_facts", calls::OF_CHATS, "chats", &parts)?;
            let chats = calls::chats(chats, &self.agents, self.context)?;
            self.output.put(fact("chat_facts"), &chats)?;
            let parts = window.parts(&of_tickets);
            let mandatory = &self.context.promises.mandatory;
            let tickets = records.rows_for("ticket_facts", mandatory, "tickets", &parts)?;
            let tickets = match &renewal {
                Some(renewal) => renewal.only(tickets)?,
                None => tickets,
            };
            self.tickets(tickets, &events[at], &chats, &repeats)?;
            if renewal.is_none() {
                let tickets = self.output.held(fact("ticket_facts"))?;
                self.output.put(fact("ticket_facts"), &tickets)?;
                // Nothing is entered or due before it is created.
                let next = windows.get(at + 1).and_then(Window::first);
                let before = next.and_then(|day| day.parse().ok()).map(epoch_days);
                self.output
                    .release(fact("state_visits"), before, VISITS_IN_ORDER)?;
                self.output
                    .release(fact("sla_clocks"), before, CLOCKS_IN_ORDER)?;
            }
        }
        if let Some(renewal) = &renewal {
            self.renew(renewal)?;
        }
        Ok(renewal)
    }

    /// Puts the new stays and clocks among those of the tickets and chats that are as they were.
    fn renew(&mut self, renewal: &Renewal) -> Result<()> {
        let (records, context) = (self.records, self.context);
        renewal.keep(records, &mut self.output);
        for (name, order) in [
            ("ticket_facts", TICKETS_IN_ORDER),
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
        mut records: DataFrame,
        events: &[Part],
        chats: &DataFrame,
        repeats: &ById,
    ) -> Result<()> {
        let (context, promises) = (self.context, self.context.promises);
        records
            .sort_in_place(TICKETS_IN_ORDER.to_vec(), SortMultipleOptions::default())
            .computing("ticket facts")?;
        let events = Events::of(&records, &self.events_of(&records, events)?)?;
        let facts = tickets::tickets(&records, &events, &self.agents, repeats, context)?;
        drop(records);
        let histories = Histories::of(&facts, events, context.as_of)?;
        let facts = tickets::with_history(&facts, &histories, promises, context)?;
        self.output.hold(fact("ticket_facts"), &facts)?;
        let stays = visits::visits(&facts, &histories, promises, context)?;
        self.output.hold(fact("state_visits"), &stays)?;
        drop(stays);
        let clocks = clocks::clocks(&facts, chats, &histories, promises, context)?;
        self.output.hold(fact("sla_clocks"), &clocks)
    }

    /// The events of these tickets, from the parts that have some.
    fn events_of(&self, tickets: &DataFrame, parts: &[Part]) -> Result<DataFrame> {
        let records = self.records;
        let ids = tickets
            .select(["ticket_id"])
            .computing("ids of tickets")?
            .lazy();
        let mut found = records.columns_of("ticket_events", &[], OF_EVENTS)?;
        for events in self.windows(parts) {
            let rows = records.columns_of("ticket_events", &events.parts(parts), OF_EVENTS)?;
            let own = of_tickets(rows, &ids)?;
            found = found.vstack(&own).computing("events of tickets")?;
        }
        Ok(found)
    }

    /// The records of a table that are derived again; the facts of all other days are kept.
    fn again(
        &mut self,
        table: &str,
        fact: &'static str,
        days: Option<&BTreeSet<Day>>,
    ) -> Vec<Part> {
        let parts = relinking::derived(self.records.parts(table), days);
        if let (Some(days), Some(before)) = (days, &self.records.before) {
            let mut kept = before.facts(fact).to_vec();
            kept.retain(|part| !days.contains(&part.partition));
            self.output.keep(fact, kept);
        }
        parts
    }

    /// Evaluations of some days, of all without, with the dimensions of the contacts they judge.
    fn evaluations(&mut self, days: Option<&BTreeSet<Day>>, judged: &Judged) -> Result<()> {
        let parts = self.again("evaluations", "evaluation_facts", days);
        let windows = self.windows(&parts);
        let records = self.records;
        let several = Spanning::of(&windows, "evaluation_id", |window, id| {
            records.columns_of("evaluations", &window.parts(&parts), &[id])
        })?;
        let rows = |window: &Window| records.rows("evaluations", &window.parts(&parts));
        let mut across = records.rows("evaluations", &[])?;
        for window in &windows {
            if several.is_empty() {
                break;
            }
            let (_, others) = several.divide(&rows(window)?, "evaluation_id")?;
            across = across.vstack(&others).computing("evaluations")?;
        }
        let facts = |rows: DataFrame| {
            let contacts = judged.of_records(&rows, tickets::OF_JUDGED)?;
            tickets::evaluations(rows, &self.agents, &contacts, self.context)
        };
        let mut across = facts(across)?;
        for window in &windows {
            let (own, _) = several.divide(&rows(window)?, "evaluation_id")?;
            let own = facts(own)?;
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

    /// Surveys of some days, of all without, with the dimensions of the contacts they are about.
    fn surveys(&mut self, days: Option<&BTreeSet<Day>>, judged: &Judged) -> Result<()> {
        let parts = self.again("surveys", "survey_facts", days);
        for window in self.windows(&parts) {
            let rows = self.records.rows("surveys", &window.parts(&parts))?;
            let contacts = judged.of_records(&rows, surveys::OF_CONTACTS)?;
            let facts = surveys::surveys(rows, &contacts, self.context)?;
            self.output.put(fact("survey_facts"), &facts)?;
        }
        Ok(())
    }

    /// Numbers of parcels depend on nothing but themselves.
    fn parcels(&mut self) -> Result<()> {
        let parts = self.others("parcels", "parcel_facts");
        for window in self.windows(&parts) {
            let rows = self.records.rows("parcels", &window.parts(&parts))?;
            let facts = surveys::parcels(rows)?;
            self.output.put(fact("parcel_facts"), &facts)?;
        }
        Ok(())
    }
}

/// The rows of these tickets, in their order.
pub(super) fn of_tickets(rows: DataFrame, ids: &LazyFrame) -> Result<DataFrame> {
    let id = || [col("ticket_id")];
    rows.lazy()
        .join(
            ids.clone(),
            id(),
            id(),
            frames::in_left_order(JoinType::Semi),
        )
        .collect()
        .computing("rows of tickets")
}

/// Divides rows into those up to the end of a window, and the later ones.
pub(super) fn until(rows: &DataFrame, window: &Window) -> Result<(DataFrame, DataFrame)> {
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
