//! The days of chats and tickets on which something can have changed.

use std::collections::BTreeSet;

use ahash::AHashSet;
use arrow::array::AsArray;
use arrow::compute::max;
use arrow::datatypes::TimestampMicrosecondType;
use polars::prelude::*;
use rayon::prelude::*;

use super::date;
use crate::calendar;
use crate::error::{PolarsContext, Result};
use crate::facts::events::each;
use crate::facts::tickets::{OF_COMPLAINTS, complaints};
use crate::facts::windows::{Day, changed, hash, on};
use crate::facts::{Before, Context, Records, frames};
use crate::schema::facts::Fact;
use crate::store::delta::Part;
use crate::store::parquet_io::{self, Footer};

/// The instants of a ticket that its facts are judged by.
const OF_TICKETS: &[&str] = &[
    "created_at",
    "updated_at",
    "first_reply_at",
    "resolved_at",
    "closed_at",
];

/// The same of a chat.
const OF_CHATS: &[&str] = &[
    "started_at",
    "human_requested_at",
    "first_reply_at",
    "ended_at",
];

/// Redelivery and payout are judged a day after creation and decision.
const DAY: i64 = 86_400_000_000;

/// Tickets that are derived again.
pub struct Touched {
    /// Days of which all are.
    pub days: BTreeSet<Day>,
    /// Hashes of tickets of other days.
    pub ids: AHashSet<u64>,
    /// These days.
    pub others: BTreeSet<Day>,
}

/// What is looked at to find the days.
pub struct Look<'a> {
    pub records: &'a Records,
    pub before: &'a Before,
    pub context: &'a Context<'a>,
}

impl Look<'_> {
    /// The days of chats that are derived again.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn chats(&self) -> Result<BTreeSet<Day>> {
        self.changed_or_later("chats", OF_CHATS, self.before.as_of)
    }

    /// The tickets that are derived again.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn tickets(&self) -> Result<Touched> {
        let lately = self.before.as_of.saturating_sub(DAY);
        let now = self.records.parts("tickets");
        let mut days = changed(self.before.records("tickets"), now);
        days.extend(self.complained_again()?);
        let mut ids = self.moved(lately)?;
        let later = on(now, &self.later("tickets", OF_TICKETS, lately, &days)?);
        let columns: Vec<&str> = OF_TICKETS.iter().copied().chain(["ticket_id"]).collect();
        let later = self.records.columns_of("tickets", &later, &columns)?;
        let after = OF_TICKETS
            .iter()
            .map(|name| col(*name).gt(lit(lately)).fill_null(false));
        let after = after.fold(lit(false), Expr::or);
        ids.extend(hashes(later.lazy().filter(after))?);
        let others = self.days_of(ids.clone(), &days)?;
        Ok(Touched { days, ids, others })
    }

    /// Days whose records changed, and those on which something lies after an instant.
    fn changed_or_later(
        &self,
        table: &str,
        instants: &[&str],
        after: i64,
    ) -> Result<BTreeSet<Day>> {
        let mut days = changed(self.before.records(table), self.records.parts(table));
        days.extend(self.later(table, instants, after, &days)?);
        Ok(days)
    }

    /// Other days than `known` on which something lies after an instant.
    fn later(
        &self,
        table: &str,
        instants: &[&str],
        after: i64,
        known: &BTreeSet<Day>,
    ) -> Result<BTreeSet<Day>> {
        let mut others: Vec<&Part> = self.records.parts(table).iter().collect();
        others.retain(|part| !known.contains(&part.partition));
        let later = others
            .par_iter()
            .map(|part| Ok((latest(part, instants)? > Some(after)).then(|| part.partition.clone())))
            .collect::<Result<Vec<_>>>()?;
        Ok(later.into_iter().flatten().collect())
    }

    /// Hashes of the tickets whose events changed or happened after an instant, or a stay of which had time left at the
    /// former cut-off.
    fn moved(&self, after: i64) -> Result<AHashSet<u64>> {
        let (old, now) = (
            self.before.records("ticket_events"),
            self.records.parts("ticket_events"),
        );
        let days = changed(old, now);
        let first = calendar::local(self.context.centre.zone, after).map(|local| local.date);
        let late = |part: &&Part| match (date(&part.partition), first) {
            (Some(day), Some(first)) => day >= first,
            _ => true,
        };
        let mut parts = on(old, &days);
        parts.extend(on(now, &days));
        parts.extend(now.iter().filter(late).cloned());
        let stays = self.before.facts("state_visits").par_iter();
        let stays = stays
            .map(|part| {
                let left = latest(part, &["due_at"])? >= Some(self.before.as_of);
                Ok(left.then(|| part.clone()))
            })
            .collect::<Result<Vec<_>>>()?;
        let stays: Vec<Part> = stays.into_iter().flatten().collect();
        let mut ids = each(&parts, "ticket_id", |id| Some(hash(id)))?;
        if let (Some(fact), false) = (Fact::by_name("state_visits"), stays.is_empty()) {
            let left = frames::columns(fact, &stays, &["ticket_id", "due_at"])?
                .lazy()
                .filter(col("due_at").gt_eq(lit(self.before.as_of)));
            ids.push(hashes(left)?);
        }
        Ok(ids.into_iter().flatten().collect())
    }

    /// The days of some tickets, those of `known` left out; the newest are looked at first.
    fn days_of(&self, mut ids: AHashSet<u64>, known: &BTreeSet<Day>) -> Result<BTreeSet<Day>> {
        let (old, now) = (
            self.before.records("tickets"),
            self.records.parts("tickets"),
        );
        let mut parts = on(old, known);
        parts.extend(on(now, known));
        for id in each(&parts, "ticket_id", |id| Some(hash(id)))?
            .into_iter()
            .flatten()
        {
            ids.remove(&id);
        }
        let mut others: Vec<Part> = now.to_vec();
        others.retain(|part| !known.contains(&part.partition));
        others.reverse();
        let mut days = BTreeSet::new();
        for parts in others.chunks(4 * rayon::current_num_threads().max(1)) {
            if ids.is_empty() {
                break;
            }
            let found = each(parts, "ticket_id", |id| {
                Some(hash(id)).filter(|id| ids.contains(id))
            })?;
            for (part, found) in parts.iter().zip(found) {
                if !found.is_empty() {
                    days.insert(part.partition.clone());
                }
                for id in found {
                    ids.remove(&id);
                }
            }
        }
        Ok(days)
    }

    /// The days within reach of the complaints that came or went.
    fn complained_again(&self) -> Result<BTreeSet<Day>> {
        let (old, now) = (
            self.before.records("tickets"),
            self.records.parts("tickets"),
        );
        let days = changed(old, now);
        let told = |parts: &[Part]| -> Result<BTreeSet<(String, String, i64)>> {
            let rows = self.records.columns_of("tickets", parts, OF_COMPLAINTS)?;
            let rows = complaints(rows).collect().computing("complaints")?;
            let text = |name: &str| -> Result<StringChunked> {
                let column = rows.column(name).and_then(|column| column.str().cloned());
                column.computing("complaints")
            };
            let (ids, issues) = (text("ticket_id")?, text("issue_key")?);
            let created = rows
                .column("created_at")
                .and_then(|column| column.i64().cloned())
                .computing("complaints")?;
            let known = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let all = ids.iter().zip(issues.iter()).zip(created.iter());
            Ok(all
                .map(|((id, issue), at)| (known(id), known(issue), at.unwrap_or_default()))
                .collect())
        };
        let (then, today) = (told(&on(old, &days))?, told(&on(now, &days))?);
        let window = self.context.centre.repeat_complaint_window;
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        let day = |at: i64| {
            let local = calendar::local(self.context.centre.zone, at);
            local.map(|local| local.date.to_string())
        };
        let reach: BTreeSet<(Day, Day)> = then
            .symmetric_difference(&today)
            .map(|(_, _, at)| (day(*at), day(at.saturating_add(window))))
            .collect();
        let within = |part: &&Part| {
            let day = &part.partition;
            reach
                .iter()
                .any(|(from, to)| from <= day && (day <= to || to.is_none()))
        };
        Ok(now
            .iter()
            .filter(within)
            .map(|part| part.partition.clone())
            .collect())
    }
}

/// The hashes of the tickets of some rows.
fn hashes(rows: LazyFrame) -> Result<Vec<u64>> {
    let rows = rows.select([col("ticket_id")]).collect();
    let rows = rows.computing("tickets that moved")?;
    let ids = rows.column("ticket_id").and_then(|ids| ids.str().cloned());
    let ids = ids.computing("tickets that moved")?;
    Ok(ids.iter().flatten().map(hash).collect())
}

/// The latest instant in some columns of a part. Its file says it, or the rows do.
fn latest(part: &Part, columns: &[&str]) -> Result<Option<i64>> {
    let footer = Footer::of(&part.path);
    let said = columns.iter().map(|name| footer.most(name));
    let said: Vec<Option<_>> = said.collect::<Result<_>>()?;
    if let Some(said) = said.into_iter().collect::<Option<Vec<_>>>() {
        return Ok(said.into_iter().max().flatten());
    }
    let rows = parquet_io::read_coded(&part.path, columns)?;
    let instants = rows.columns().iter();
    Ok(instants
        .filter_map(|column| max(column.as_primitive_opt::<TimestampMicrosecondType>()?))
        .max())
}
