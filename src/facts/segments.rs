//! Calls that are handed on: what is said of a later segment is said of the contact that its chain is.

use ahash::AHashMap;
use polars::prelude::*;

use super::by_id::ById;
use super::derivation::fact;
use super::frames;
use super::sought::Sought;
use super::windows::{gathered, texts};
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;

/// The inbound segments that are not called as their chain is, [`OF_SEGMENTS`] of them.
pub struct Segments(ById);

const OF_SEGMENTS: &[&str] = &["call_id", "contact_id", "direction"];

impl Segments {
    /// Of all call facts, or of those in `only` and of the chains in it.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of(parts: &[Part], at_a_time: u64, only: Option<&Sought>) -> Result<Self> {
        let parts = match only {
            Some(only) => only.near_any(parts, &["call_id", "contact_id"])?,
            None => parts.to_vec(),
        };
        let later = col("direction")
            .eq(lit("inbound"))
            .and(col("call_id").neq(col("contact_id")));
        let rows = gathered(&parts, at_a_time, |parts| {
            let rows = frames::columns(fact("call_facts"), parts, OF_SEGMENTS)?.lazy();
            let rows = rows.filter(later.clone()).collect();
            let rows = rows.computing("segments of calls")?;
            match only {
                Some(only) => only.rows_of_any(&rows, &["call_id", "contact_id"]),
                None => Ok(rows),
            }
        })?;
        Ok(Self(ById::of(&rows, "call_id")?))
    }

    /// The ids of the contacts that ids mean: those of its chain for a later segment, else they themselves.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn meant(&self, ids: &StringChunked) -> Result<StringChunked> {
        let found = self.0.of_ids(ids)?;
        let meant = || {
            let (calls, chains) = (
                found.column("call_id")?.str()?,
                found.column("contact_id")?.str()?,
            );
            let chains: AHashMap<&str, &str> = calls
                .iter()
                .zip(chains.iter())
                .filter_map(|(call, chain)| Some((call?, chain?)))
                .collect();
            let meant = |id| chains.get(id).copied().unwrap_or(id);
            PolarsResult::Ok(ids.iter().map(|id| id.map(meant)).collect())
        };
        meant().computing("segments of calls")
    }

    /// Rows about contacts, with the ids of the contacts that they mean.
    ///
    /// # Errors
    /// When they have no `contact_ref`.
    pub fn resolved(&self, mut rows: DataFrame) -> Result<DataFrame> {
        let meant = self.meant(&texts(&rows, "contact_ref")?)?;
        let meant = meant.with_name("contact_ref".into()).into_series();
        rows.with_column(meant.into_column())
            .computing("segments of calls")?;
        Ok(rows)
    }

    /// A set with the segments of its chains and the chains of its segments.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn with(&self, known: Sought) -> Result<Sought> {
        let rows = known.rows_of_any(self.0.rows(), &["call_id", "contact_id"])?;
        let mut more = Vec::new();
        for column in ["call_id", "contact_id"] {
            let ids = texts(&rows, column)?;
            more.extend(ids.iter().flatten().map(str::to_owned));
        }
        Ok(known.with(more))
    }
}
