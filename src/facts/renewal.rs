//! Which chats and tickets are derived again when an earlier derivation is at hand, and how their rows, stays and clocks
//! come among those of all others.
//!
//! Chats are derived again day by day, tickets of days that changed, too; of other days only the tickets that something
//! has happened to, or that lie so near the earlier cut-off that the later one judges them otherwise. A day is kept when
//! nothing its rows depend on can have changed: neither its records nor events of its tickets, and no complaint whose
//! repetition they might be has come or gone. Of kept days, what goes on (the age of an open ticket, a stay, a clock) is
//! counted to the new cut-off, row by row. In doubt a ticket is derived again; that gives the same row.

mod look;

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashSet;
use arrow::array::Array;
use chrono::{Days, NaiveDate};
use polars::prelude::*;

use super::carried::{Carried, carry, renewed};
use super::derivation::of_tickets;
use super::output::Output;
use super::sought::Sought;
use super::windows::{Day, among, on};
use super::{Before, Context, Records, clocks, frames, tickets, visits};
use crate::calendar;
use crate::error::{PolarsContext, Result};
use crate::schema::DATE;
use crate::schema::facts::Fact;
use crate::store::delta::Part;
use crate::store::parquet_io::{self, Footer};
use look::Look;

/// Rows of chats and tickets that are derived again day by day. Of more, all new stays and clocks would not fit in
/// memory together.
pub const ROWS: u64 = 400_000;

/// What is derived again.
pub struct Renewal {
    /// Days of chats.
    chats: BTreeSet<Day>,
    /// Days of tickets of which some are. On all others they have at most grown older.
    pub tickets: BTreeSet<Day>,
    /// Ids of the tickets, as `ticket_id`.
    again: DataFrame,
    /// The earlier tickets whose facts go, and the chats.
    gone: [Sought; 2],
    /// Their ids, as `ticket_id` and as `chat_id`.
    ids: [DataFrame; 2],
    /// From this day on clocks were not due yet.
    not_due: Option<NaiveDate>,
}

impl Renewal {
    /// Finds out; `None` when everything is to be derived.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of(records: &Records, context: &Context<'_>) -> Result<Option<Self>> {
        let Some(before) = &records.before else {
            return Ok(None);
        };
        let same_agents = before.records("agents") == records.parts("agents");
        if !same_agents || !before.leads_to(records, context, &["tickets", "ticket_events"]) {
            return Ok(None);
        }
        let look = Look {
            records,
            before,
            context,
        };
        let (chats, touched) = (look.chats()?, look.tickets()?);
        let fits = before.fits(records, "chats", "chat_facts", &chats)
            && before.fits(records, "tickets", "ticket_facts", &touched.days);
        if !fits {
            return Ok(None);
        }
        let of_days = |days| {
            let parts = on(records.parts("tickets"), days);
            records.columns_of("tickets", &parts, &["ticket_id"])
        };
        let others = with_hashes(&of_days(&touched.others)?, &touched.ids)?;
        let and_others = |ids: DataFrame| ids.vstack(&others).computing("ids of tickets");
        let again = and_others(of_days(&touched.days)?)?;
        let of_chats = on(records.parts("chats"), &chats);
        let rows: u64 = of_chats.iter().map(|part| part.rows).sum();
        if rows + again.height() as u64 > records.renewed {
            return Ok(None);
        }
        let ids = [
            and_others(ids("ticket_facts", "ticket_id", before, &touched.days)?)?,
            ids("chat_facts", "chat_id", before, &chats)?,
        ];
        let mut tickets = touched.days;
        tickets.extend(touched.others);
        Ok(Some(Self {
            gone: [sought(&ids[0])?, sought(&ids[1])?],
            ids,
            chats,
            tickets,
            again,
            not_due: calendar::local(context.centre.zone, before.as_of).map(|local| local.date),
        }))
    }

    /// The tickets that are derived again.
    ///
    /// # Errors
    /// When the ids are no text.
    pub fn sought(&self) -> Result<Sought> {
        sought(&self.again)
    }

    /// Of records of tickets those that are derived again.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn only(&self, tickets: DataFrame) -> Result<DataFrame> {
        of_tickets(tickets, &self.again.clone().lazy())
    }

    /// The records that are derived again: chats, tickets, and the tickets that tell which of these are repeated
    /// complaints.
    #[must_use]
    pub fn records(&self, records: &Records, context: &Context<'_>) -> [Vec<Part>; 3] {
        let tickets = records.parts("tickets");
        let window = days_of(context.centre.repeat_complaint_window);
        let derived: Vec<Option<NaiveDate>> = self.tickets.iter().map(date).collect();
        let near = |part: &&Part| {
            let Some(day) = date(&part.partition) else {
                return true;
            };
            let reach = day.checked_add_days(Days::new(window));
            derived.iter().any(|derived| match (derived, reach) {
                (Some(derived), Some(reach)) => day <= *derived && *derived <= reach,
                _ => true,
            })
        };
        [
            on(records.parts("chats"), &self.chats),
            on(tickets, &self.tickets),
            tickets.iter().filter(near).cloned().collect(),
        ]
    }

    /// Keeps the chats of all other days.
    pub fn keep(&self, records: &Records, output: &mut Output) {
        let before = records.before.iter();
        let mut kept: Vec<Part> = before
            .flat_map(|before| before.facts("chat_facts"))
            .cloned()
            .collect();
        kept.retain(|part| !self.chats.contains(&part.partition));
        output.keep("chat_facts", kept);
    }

    /// Puts new rows of tickets, stays or clocks among the earlier ones; those of tickets and chats that were derived
    /// again go, and what goes on is counted to the new cut-off.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn merge(
        &self,
        records: &Records,
        context: &Context<'_>,
        fact: &'static Fact,
        fresh: &DataFrame,
        order: &[&str],
        output: &mut Output,
    ) -> Result<()> {
        let Some(before) = &records.before else {
            return Ok(());
        };
        let old = before.facts(fact.name);
        let clocks = fact.name == "sla_clocks";
        let moves = |day: &Day| {
            clocks && date(day).is_none_or(|day| self.not_due.is_none_or(|first| day >= first))
        };
        let mut touched = self.hit(old, clocks)?;
        touched.extend(days(fresh)?);
        touched.extend(old.iter().map(|part| part.partition.clone()).filter(&moves));
        let mut others = old.to_vec();
        others.retain(|part| !touched.contains(&part.partition));
        let onward = |part: &Part| {
            if !goes_on(part, fact.name)? {
                return Ok(Carried::Same);
            }
            let read = |columns| frames::columns(fact, std::slice::from_ref(part), columns);
            let (rows, now) = match fact.name {
                "sla_clocks" => {
                    let rows = read(clocks::CARRIED)?;
                    let now = clocks::carried(&rows, before.as_of, context)?;
                    (rows, now)
                }
                "state_visits" => {
                    let rows = read(visits::LASTING)?;
                    (rows.clone(), Some(visits::onward(rows, context.as_of)?))
                }
                _ => {
                    let rows = read(tickets::AGED)?;
                    (rows.clone(), Some(tickets::onward(rows, context.as_of)?))
                }
            };
            match now {
                Some(now) => renewed(fact, part, &rows, &now),
                None => Ok(Carried::Moved),
            }
        };
        let moved = carry(fact, &others, |part| part, onward, output)?;
        // A clock that stands still moves to a later day: these days are put together at once.
        let (mut moving, settled): (BTreeSet<Day>, BTreeSet<Day>) =
            touched.into_iter().partition(moves);
        moving.extend(moved);
        let mut chunks = held_at_once(old, settled, records.at_a_time);
        chunks.push(moving);
        for chunk in chunks.into_iter().filter(|chunk| !chunk.is_empty()) {
            let mut earlier = self.without_gone(frames::whole(fact, &on(old, &chunk))?, clocks)?;
            earlier = match fact.name {
                "sla_clocks" => clocks::onward(earlier, before.as_of, context)?,
                "state_visits" => visits::onward(earlier, context.as_of)?,
                _ => tickets::onward(earlier, context.as_of)?,
            }
            .select(fact.columns.iter().map(|column| column.name))
            .computing("facts by date")?;
            let new = frames::of_days(fresh, &chunk)?;
            let options = SortMultipleOptions::default().with_maintain_order(true);
            let all = concat([earlier.lazy(), new.lazy()], UnionArgs::default())
                .and_then(|all| all.sort(order.to_vec(), options).collect())
                .computing("facts by date")?;
            output.put(fact, &all)?;
        }
        Ok(())
    }

    /// The days on which rows of derived tickets or chats stand.
    fn hit(&self, old: &[Part], clocks: bool) -> Result<BTreeSet<Day>> {
        let mut hit = BTreeSet::new();
        for (at, column) in ["ticket_id", "chat_id"].into_iter().enumerate() {
            let gone = &self.gone[at];
            if gone.is_empty() || (at == 1 && !clocks) {
                continue;
            }
            // Nothing is entered or due before it is created.
            let derived = if at == 0 { &self.tickets } else { &self.chats };
            let first = derived.first().cloned().flatten();
            let later: Vec<Part> = old
                .iter()
                .filter(|part| part.partition.is_none() || part.partition >= first)
                .cloned()
                .collect();
            let found = gone.parts(&later, column)?.into_iter();
            hit.extend(found.map(|part| part.partition));
        }
        Ok(hit)
    }

    fn without_gone(&self, rows: DataFrame, clocks: bool) -> Result<DataFrame> {
        let mut left = rows.lazy();
        for (column, ids) in ["ticket_id", "chat_id"].into_iter().zip(&self.ids) {
            if column == "chat_id" && !clocks {
                continue;
            }
            let how = frames::in_left_order(JoinType::Anti);
            left = left.join(ids.clone().lazy(), [col(column)], [col(column)], how);
        }
        left.collect().computing("facts of other tickets")
    }
}

/// Days in chunks of at most so many rows, at least a day each.
fn held_at_once(parts: &[Part], days: BTreeSet<Day>, at_a_time: u64) -> Vec<BTreeSet<Day>> {
    let mut rows = BTreeMap::<&Day, u64>::new();
    for part in parts {
        *rows.entry(&part.partition).or_default() += part.rows;
    }
    let (mut chunks, mut held) = (Vec::<BTreeSet<Day>>::new(), 0);
    for day in days {
        let of_day = rows.get(&day).copied().unwrap_or_default();
        held += of_day;
        match chunks.last_mut() {
            Some(chunk) if held <= at_a_time => {
                chunk.insert(day);
            }
            _ => {
                chunks.push(BTreeSet::from([day]));
                held = of_day;
            }
        }
    }
    chunks
}

/// Whether a ticket, a stay or a clock of a day goes on until the cut-off.
fn goes_on(part: &Part, fact: &str) -> Result<bool> {
    let footer = Footer::of(&part.path);
    let nulls = |name: &str| -> Result<u64> {
        if let Some(nulls) = footer.nulls(name)? {
            return Ok(nulls);
        }
        let rows = parquet_io::read_coded(&part.path, &[name])?;
        let nulls = rows.column_by_name(name).map(Array::logical_null_count);
        Ok(nulls.map_or(part.rows, |nulls| nulls as u64))
    };
    Ok(match fact {
        // What is open has an age.
        "ticket_facts" => nulls("age_s")? < part.rows,
        // A stay at rest goes on, too, but is not counted.
        "state_visits" => nulls("left_at")? > nulls("dwell_s")?,
        _ => nulls("stopped_at")? > 0,
    })
}

fn date(day: &Day) -> Option<NaiveDate> {
    day.as_deref()?.parse().ok()
}

/// A window in days, rounded up.
fn days_of(window: std::time::Duration) -> u64 {
    window.as_secs() / 86_400 + 1
}

/// The ids of facts on some days.
fn ids(fact: &str, column: &str, before: &Before, days: &BTreeSet<Day>) -> Result<DataFrame> {
    match Fact::by_name(fact) {
        Some(table) => frames::columns(table, &on(before.facts(fact), days), &[column]),
        None => Ok(DataFrame::default()),
    }
}

/// Of ids in the only column of a frame those with one of these hashes.
fn with_hashes(ids: &DataFrame, hashes: &AHashSet<u64>) -> Result<DataFrame> {
    let among = among(ids, "ticket_id", |id| hashes.contains(&id))?;
    ids.filter(&among).computing("ids of tickets")
}

/// The ids in the only column of a frame.
fn sought(ids: &DataFrame) -> Result<Sought> {
    let Some(column) = ids.columns().first() else {
        return Ok(Sought::default());
    };
    let ids = column.str().computing("ids of facts")?;
    Ok(ids.iter().flatten().map(str::to_owned).collect())
}

/// The days of rows.
fn days(rows: &DataFrame) -> Result<BTreeSet<Day>> {
    let dates = rows
        .column(DATE)
        .and_then(|column| column.i32().cloned())
        .computing("facts by date")?;
    let days: BTreeSet<Option<i32>> = dates.iter().collect();
    Ok(days
        .into_iter()
        .map(|day| day.and_then(calendar::from_epoch_days))
        .map(|day| day.map(|day| day.to_string()))
        .collect())
}
