//! Records → facts: links between contacts, flags, elapsed times. What a row means is decided here and
//! nowhere else; what is counted is decided by the catalogue.

mod calls;
pub mod clocks;
mod contacts;
pub mod frames;
pub mod history;
pub mod promises;
mod tickets;
mod visits;

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{PolarsContext, Result};
use crate::schema::facts::{FACTS, Fact};
use crate::schema::{TABLES, Table};
use crate::settings::Centre;
use crate::store::Store;
use crate::store::delta::Part;

use history::Histories;
use promises::Promises;

/// What facts depend on besides the records.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Zone, peak hours, windows and thresholds.
    pub centre: &'a Centre,
    /// Promises, limits of states, business hours.
    pub promises: &'a Promises,
    /// The instant at which what is open and what is over is judged, UTC microseconds.
    pub as_of: i64,
}

/// The record tables, read.
pub struct Records {
    tables: BTreeMap<&'static str, DataFrame>,
}

/// The fact tables, derived. Instants are integers of microseconds, dates of days.
pub struct Facts {
    tables: BTreeMap<&'static str, DataFrame>,
}

impl Records {
    /// Reads every record table from the parts that `parts` names for it.
    ///
    /// # Errors
    /// When a part cannot be listed or read.
    pub fn read(
        store: &Store,
        parts: impl Fn(&'static Table) -> Result<Vec<Part>>,
    ) -> Result<Self> {
        let tables = TABLES
            .iter()
            .map(|table| {
                let root = store.root().join(table.name);
                Ok((table.name, frames::records(&root, table, &parts(table)?)?))
            })
            .collect::<Result<_>>()?;
        Ok(Self { tables })
    }

    fn table(&self, name: &str) -> DataFrame {
        self.tables.get(name).cloned().unwrap_or_default()
    }

    /// The newest arrival of a call, chat or ticket: the default instant of judgement.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        [
            ("calls", "started_at"),
            ("chats", "started_at"),
            ("tickets", "created_at"),
        ]
        .into_iter()
        .filter_map(|(table, column)| {
            self.tables
                .get(table)?
                .column(column)
                .ok()?
                .i64()
                .ok()?
                .max()
        })
        .max()
    }

    /// Derives every fact table.
    ///
    /// # Errors
    /// When Polars refuses a plan.
    pub fn derive(&self, context: &Context<'_>) -> Result<Facts> {
        let agents = self.table("agents");
        let calls = calls::calls(self.table("calls"), &agents, context)?;
        let chats = calls::chats(self.table("chats"), &agents, context)?;
        let events = self.table("ticket_events");
        let tickets = tickets::tickets(self.table("tickets"), events.clone(), &agents, context)?;
        let histories = Histories::of(&tickets, &events, context.as_of)?;
        let promises = context.promises;
        let tickets = tickets::with_history(&tickets, &histories, promises, context)?;
        let visits = visits::visits(&tickets, &histories, promises, context)?;
        let clocks = clocks::clocks(&tickets, &chats, &histories, promises, context)?;
        let contacts = contacts::derive(&calls, &chats, &tickets, context)?;
        let evaluations =
            tickets::evaluations(self.table("evaluations"), &agents, &contacts, context)?;
        let derived = [calls, chats, contacts, tickets, visits, clocks, evaluations];
        let tables = FACTS
            .iter()
            .zip(derived)
            .map(|(fact, frame)| Ok((fact.name, in_order(fact, &frame)?)))
            .collect::<Result<_>>()?;
        Ok(Facts { tables })
    }
}

fn in_order(fact: &Fact, frame: &DataFrame) -> Result<DataFrame> {
    frame
        .select(fact.columns.iter().map(|column| column.name))
        .computing("the columns of a fact table")
}

impl Facts {
    /// A fact table.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&DataFrame> {
        self.tables.get(name)
    }

    /// Writes every fact table, days that did not change excepted. Days whose records vanished vanish too.
    /// Returns how many days were written.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub fn write(&self, store: &Store) -> Result<usize> {
        let mut written = 0;
        for fact in FACTS {
            let Some(frame) = self.table(fact.name) else {
                continue;
            };
            let mut days = frames::by_date(fact, frame)?;
            let mut table = store.table(fact.name)?;
            for part in table.parts()? {
                if !days.iter().any(|day| day.partition == part.partition) {
                    days.push(crate::store::delta::Replacement {
                        partition: part.partition,
                        content: crate::store::delta::Content::Bytes(Vec::new()),
                        keys: None,
                        rows: 0,
                    });
                }
            }
            written += table.replace(&frames::layout(fact), days, None)?.changed;
        }
        Ok(written)
    }
}

impl Context<'_> {
    /// Whether the local hour is one of the configured peak hours.
    fn peak(&self) -> Expr {
        let hours: Vec<i64> = self
            .centre
            .peak_hours
            .iter()
            .map(|hour| i64::from(*hour))
            .collect();
        col("hour")
            .is_in(lit(Series::new("".into(), hours)).implode(true), false)
            .alias("peak")
    }
}

/// The category of a full problem type.
fn category() -> Expr {
    col("problem_type")
        .str()
        .extract(lit("^([^/]+)"), 1)
        .alias("category")
}

/// Seconds from one instant column to another; null when one is missing.
fn seconds(from: &str, until: &str) -> Expr {
    (col(until) - col(from)).cast(DataType::Float64) / lit(1e6)
}

/// Seconds as whole microseconds.
fn cast_micros(seconds: Expr) -> Expr {
    (seconds * lit(1e6)).cast(DataType::Int64)
}

/// Team and site by agent; the key is unique by the rules of ingest.
fn teams(agents: &DataFrame) -> LazyFrame {
    agents
        .clone()
        .lazy()
        .select([col("agent_id"), col("team"), col("site")])
}

#[cfg(test)]
mod tests;
