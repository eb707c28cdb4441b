//! Which days of chats and tickets are derived again when an earlier derivation is at hand, and how the new stays and
//! clocks come among those of all other tickets.
//!
//! A day is kept when nothing its rows depend on can have changed: neither its records nor events of its tickets,
//! nothing of them lies so near the earlier cut-off that the later one judges it otherwise, and no complaint whose
//! repetition they might be has come or gone. Of kept days, what goes on (the age of an open ticket, a stay, a clock) is
//! counted to the new cut-off, row by row. In doubt a day is derived again; that gives the same rows.

mod look;

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashSet;
use arrow::array::{Array, AsArray};
use chrono::{Days, NaiveDate};
use polars::prelude::*;
use rayon::prelude::*;

use super::events::each;
use super::output::Output;
use super::windows::{changed, hash};
use super::{Before, Context, Records, clocks, frames, tickets, visits};
use crate::calendar::{self, epoch_days};
use crate::error::{PolarsContext, Result};
use crate::schema::DATE;
use crate::schema::facts::Fact;
use crate::store::delta::Part;
use crate::store::parquet_io;
use look::Look;

/// Rows of chats and tickets that are derived again day by day. Of more, all new stays and clocks would not fit in
/// memory together.
pub const ROWS: u64 = 400_000;

/// A day as partitions have it.
type Day = Option<String>;

/// What is derived again.
pub struct Renewal {
    /// Days of chats.
    chats: BTreeSet<Day>,
    /// Days of tickets.
    tickets: BTreeSet<Day>,
    /// Hashes of the tickets that were on them, and of the chats.
    gone: [AHashSet<u64>; 2],
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
        if !before.whole || !same_agents || before.as_of > context.as_of {
            return Ok(None);
        }
        // What changed is compared with what it was, as long as that is there.
        for table in ["tickets", "ticket_events"] {
            let days = changed(before.records(table), records.parts(table));
            if !on(before.records(table), &days)
                .iter()
                .all(|part| part.path.is_file())
            {
                return Ok(None);
            }
        }
        let look = Look {
            records,
            before,
            context,
        };
        let (chats, tickets) = (look.chats()?, look.tickets()?);
        let rows = |table, days| -> u64 {
            let parts = on(records.parts(table), days);
            parts.iter().map(|part| part.rows).sum()
        };
        let fits = look.kept_days_fit("chats", "chat_facts", &chats)
            && look.kept_days_fit("tickets", "ticket_facts", &tickets);
        if !fits || rows("chats", &chats) + rows("tickets", &tickets) > records.renewed {
            return Ok(None);
        }
        let ids = [
            ids("ticket_facts", "ticket_id", before, &tickets)?,
            ids("chat_facts", "chat_id", before, &chats)?,
        ];
        Ok(Some(Self {
            gone: [hashes(&ids[0])?, hashes(&ids[1])?],
            ids,
            chats,
            tickets,
            not_due: calendar::local(context.centre.zone, before.as_of).map(|local| local.date),
        }))
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

    /// Keeps the facts of all other days; open tickets of theirs have grown older.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn keep(
        &self,
        records: &Records,
        context: &Context<'_>,
        tickets: &'static Fact,
        output: &mut Output,
    ) -> Result<()> {
        let Some(before) = &records.before else {
            return Ok(());
        };
        let mut kept = before.facts("chat_facts").to_vec();
        kept.retain(|part| !self.chats.contains(&part.partition));
        output.keep("chat_facts", kept);
        let mut kept = before.facts(tickets.name).to_vec();
        kept.retain(|part| !self.tickets.contains(&part.partition));
        let open = going_on(&kept, tickets.name)?;
        for days in held_at_once(&kept, open.clone(), records.at_a_time) {
            let rows = frames::whole(tickets, &on(&kept, &days))?;
            output.put(tickets, &tickets::onward(rows, context.as_of)?)?;
        }
        kept.retain(|part| !open.contains(&part.partition));
        output.keep(tickets.name, kept);
        Ok(())
    }

    /// Puts new rows of stays or clocks among the earlier ones; those of tickets and chats that were derived again go,
    /// and what goes on is counted to the new cut-off.
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
        touched.extend(going_on(old, fact.name)?);
        touched.extend(old.iter().map(|part| part.partition.clone()).filter(&moves));
        // A clock that stands still moves to a later day: these days are put together at once.
        let (moving, settled): (BTreeSet<Day>, BTreeSet<Day>) =
            touched.into_iter().partition(moves);
        let mut chunks = held_at_once(old, settled, records.at_a_time);
        chunks.push(moving);
        let mut written = BTreeSet::new();
        for chunk in chunks.into_iter().filter(|chunk| !chunk.is_empty()) {
            let mut earlier = self.without_gone(frames::whole(fact, &on(old, &chunk))?, clocks)?;
            earlier = if clocks {
                clocks::onward(earlier, before.as_of, context)?
            } else {
                visits::onward(earlier, context.as_of)?
            }
            .select(fact.columns.iter().map(|column| column.name))
            .computing("facts by date")?;
            let new = of_days(fresh, &chunk)?;
            let options = SortMultipleOptions::default().with_maintain_order(true);
            let all = concat([earlier.lazy(), new.lazy()], UnionArgs::default())
                .and_then(|all| all.sort(order.to_vec(), options).collect())
                .computing("facts by date")?;
            output.put(fact, &all)?;
            written.extend(chunk);
        }
        let mut kept = old.to_vec();
        kept.retain(|part| !written.contains(&part.partition));
        output.keep(fact.name, kept);
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
            let found = each(&later, column, |id| gone.contains(&hash(id)).then_some(()))?;
            for (part, found) in later.into_iter().zip(found) {
                if !found.is_empty() {
                    hit.insert(part.partition);
                }
            }
        }
        Ok(hit)
    }

    fn without_gone(&self, rows: DataFrame, clocks: bool) -> Result<DataFrame> {
        let mut left = rows.lazy();
        for (column, ids) in ["ticket_id", "chat_id"].into_iter().zip(&self.ids) {
            if column == "chat_id" && !clocks {
                continue;
            }
            let mut how = JoinArgs::new(JoinType::Anti);
            how.maintain_order = MaintainOrderJoin::Left;
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

/// The days with tickets, stays or clocks that go on until the cut-off.
fn going_on(parts: &[Part], fact: &str) -> Result<BTreeSet<Day>> {
    let found = parts
        .par_iter()
        .map(|part| {
            let goes_on = match fact {
                "ticket_facts" => {
                    let rows = parquet_io::read_coded(&part.path, &["open"])?;
                    rows.columns().iter().any(|open| {
                        open.as_boolean_opt()
                            .is_some_and(|open| open.true_count() > 0)
                    })
                }
                // A stay at rest goes on, too, but is not counted.
                "state_visits" => {
                    let rows = parquet_io::read_coded(&part.path, &["left_at", "dwell_s"])?;
                    (0..rows.num_rows()).any(|row| {
                        let null = |name| {
                            rows.column_by_name(name)
                                .is_none_or(|column| column.is_null(row))
                        };
                        null("left_at") && !null("dwell_s")
                    })
                }
                _ => {
                    let rows = parquet_io::read_coded(&part.path, &["stopped_at"])?;
                    rows.columns().iter().any(|at| at.null_count() > 0)
                }
            };
            Ok(goes_on.then(|| part.partition.clone()))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// The parts of some days.
fn on(parts: &[Part], days: &BTreeSet<Day>) -> Vec<Part> {
    let inside = |part: &&Part| days.contains(&part.partition);
    parts.iter().filter(inside).cloned().collect()
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

/// The hashes of the ids in the only column of a frame.
fn hashes(ids: &DataFrame) -> Result<AHashSet<u64>> {
    let Some(column) = ids.columns().first() else {
        return Ok(AHashSet::new());
    };
    let ids = column.str().computing("ids of facts")?;
    Ok(ids.iter().flatten().map(hash).collect())
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

/// The rows of some days.
fn of_days(rows: &DataFrame, days: &BTreeSet<Day>) -> Result<DataFrame> {
    let dates: Vec<i32> = days.iter().filter_map(date).map(epoch_days).collect();
    let mut inside = col(DATE)
        .is_in(lit(Series::new("".into(), dates)).implode(true), false)
        .fill_null(false);
    if days.contains(&None) {
        inside = inside.or(col(DATE).is_null());
    }
    rows.clone()
        .lazy()
        .filter(inside)
        .collect()
        .computing("facts by date")
}
