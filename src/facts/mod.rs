//! Records → facts: links between contacts, flags, elapsed times. What a row means is decided here and
//! nowhere else; what is counted is decided by the catalogue.

mod by_id;
mod calls;
mod carried;
pub mod clocks;
mod concurrency;
mod contacts;
mod derivation;
mod events;
pub mod frames;
pub mod history;
mod judged;
mod linking;
mod links;
mod output;
pub mod promises;
mod relinking;
mod renewal;
mod segments;
mod sought;
mod surveys;
mod tickets;
mod visits;
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::error::{PolarsContext, Result};
use crate::schema::facts::{FACTS, Fact};
use crate::schema::{TABLES, Table};
use crate::settings::Centre;
use crate::store::Store;
use crate::store::delta::Part;

use derivation::Derivation;
pub use output::Facts;
use output::Output;
use promises::Promises;
use windows::{Day, changed, on};

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

/// The files of every record table.
type Tables = BTreeMap<&'static str, Vec<Part>>;

/// The record tables: which files they are made of.
pub struct Records {
    root: PathBuf,
    parts: Tables,
    /// Rows held at a time.
    at_a_time: u64,
    /// Rows of chats and tickets up to which days are derived again one by one; with more, all of them are.
    renewed: u64,
    before: Option<Before>,
}

/// An earlier derivation under the same settings.
struct Before {
    /// What it was derived from.
    parts: Tables,
    /// The facts it gave, by table, as far as they are still in place.
    facts: Tables,
    /// Whether all of them are.
    whole: bool,
    /// Its cut-off.
    as_of: i64,
}

impl Records {
    /// The record tables of the parts that `parts` names for each. Nothing is read yet.
    ///
    /// # Errors
    /// When parts cannot be listed.
    pub fn read(
        store: &Store,
        parts: impl Fn(&'static Table) -> Result<Vec<Part>>,
    ) -> Result<Self> {
        Ok(Self {
            root: store.root().to_owned(),
            parts: listed(parts)?,
            at_a_time: windows::ROWS,
            renewed: renewal::ROWS,
            before: None,
        })
    }

    /// Says what there was at an earlier derivation under the same settings, at the cut-off `as_of`: the parts of the
    /// record tables, and those of the fact tables that came of it and `now` still has. Days that cannot have changed
    /// are not derived again.
    ///
    /// # Errors
    /// When parts cannot be listed.
    pub fn since(
        mut self,
        parts: impl Fn(&'static Table) -> Result<Vec<Part>>,
        facts: impl Fn(&'static Fact) -> Result<Vec<Part>>,
        now: impl Fn(&'static Fact) -> Result<Vec<Part>>,
        as_of: i64,
    ) -> Result<Self> {
        let mut known = Tables::new();
        let mut whole = true;
        for fact in FACTS {
            let (mut parts, now) = (facts(fact)?, now(fact)?);
            let all = parts.len();
            parts.retain(|part| now.binary_search_by(|other| in_order(other, part)).is_ok());
            whole &= parts.len() == all;
            known.insert(fact.name, parts);
        }
        self.before = Some(Before {
            parts: listed(parts)?,
            facts: known,
            whole,
            as_of,
        });
        Ok(self)
    }

    fn parts(&self, table: &str) -> &[Part] {
        self.parts.get(table).map_or(&[], Vec::as_slice)
    }

    /// All columns of some parts.
    fn rows(&self, table: &str, parts: &[Part]) -> Result<DataFrame> {
        match Table::by_name(table) {
            Some(table) => frames::records(&self.root.join(table.name), table, parts),
            None => Ok(DataFrame::default()),
        }
    }

    /// The columns of some parts that a fact table takes over, and some others that it is made from.
    fn rows_for(
        &self,
        fact: &'static str,
        others: &[&str],
        table: &str,
        parts: &[Part],
    ) -> Result<DataFrame> {
        let taken = Fact::by_name(fact).map_or(&[][..], |fact| fact.columns);
        let taken = taken.iter().map(|column| column.name);
        let names: Vec<&str> = taken.chain(others.iter().copied()).collect();
        self.columns_of(table, parts, &names)
    }

    /// Some columns of some parts.
    fn columns_of(&self, table: &str, parts: &[Part], names: &[&str]) -> Result<DataFrame> {
        match Table::by_name(table) {
            Some(table) => frames::record_columns(&self.root.join(table.name), table, parts, names),
            None => Ok(DataFrame::default()),
        }
    }

    /// The newest arrival of a call, chat or ticket: the default instant of judgement.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn newest(&self) -> Result<Option<i64>> {
        let mut newest = None;
        for (name, column) in [
            ("calls", "started_at"),
            ("chats", "started_at"),
            ("tickets", "created_at"),
        ] {
            // Two days, because the clock of a zone may be set back at midnight.
            let mut parts = self.parts(name).to_vec();
            parts.sort_by(|a, b| b.partition.cmp(&a.partition));
            parts.truncate(2);
            let frame = self.columns_of(name, &parts, &[column])?;
            let instants = frame
                .column(column)
                .and_then(|column| column.i64().cloned());
            newest = newest.max(instants.computing("the newest arrival")?.max());
        }
        Ok(newest)
    }

    /// Derives every fact table, a few days at a time; files go to `spool`.
    ///
    /// # Errors
    /// When Polars refuses a plan, or a file cannot be read or written.
    pub fn derive(&self, context: &Context<'_>, spool: &Path) -> Result<Facts> {
        Derivation {
            records: self,
            agents: self.rows("agents", self.parts("agents"))?,
            context,
            output: Output::new(spool)?,
        }
        .all()
    }
}

/// The order in which a table lists its parts.
fn in_order(a: &Part, b: &Part) -> std::cmp::Ordering {
    (&a.partition, &a.path).cmp(&(&b.partition, &b.path))
}

impl Before {
    /// The parts of a record table then.
    fn records(&self, table: &str) -> &[Part] {
        self.parts.get(table).map_or(&[], Vec::as_slice)
    }

    /// The facts that came of it.
    fn facts(&self, fact: &str) -> &[Part] {
        self.facts.get(fact).map_or(&[], Vec::as_slice)
    }

    /// Whether facts can be renewed from here: all of them are in place, judged no later than they are to be now, and
    /// what changed in these tables can be compared with what it was.
    fn leads_to(&self, records: &Records, context: &Context<'_>, tables: &[&str]) -> bool {
        let here = |table: &&str| {
            let days = changed(self.records(table), records.parts(table));
            let was = on(self.records(table), &days);
            was.iter().all(|part| part.path.is_file())
        };
        self.whole && self.as_of <= context.as_of && tables.iter().all(here)
    }

    /// Whether the days of a table that are not derived again have as many facts as records: under another zone their
    /// days were others.
    fn fits(&self, records: &Records, table: &str, fact: &str, derived: &BTreeSet<Day>) -> bool {
        let by_day = |parts: &[Part]| {
            let mut rows = BTreeMap::<Day, u64>::new();
            for part in parts {
                if !derived.contains(&part.partition) {
                    *rows.entry(part.partition.clone()).or_default() += part.rows;
                }
            }
            rows
        };
        by_day(records.parts(table)) == by_day(self.facts(fact))
    }
}

fn listed(parts: impl Fn(&'static Table) -> Result<Vec<Part>>) -> Result<Tables> {
    TABLES
        .iter()
        .map(|table| Ok((table.name, parts(table)?)))
        .collect()
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
