//! Figures of earlier days that have changed since the run before.

use chrono::NaiveDate;
use serde::Serialize;

use crate::kpi::figure::{Estimate, Unit};

use super::Table;

/// What has changed, as a table for people and whole for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Restated {
    /// The newest figures, or the sentence that says why there are none.
    pub table: Table,
    /// How many are not in the table, and what is not compared.
    pub notes: Vec<String>,
    /// `first`, `redefined` or `compared`.
    pub state: &'static str,
    /// Id of the run before.
    pub since: Option<String>,
    /// All of them, in the order of the table.
    pub rows: Vec<RestatedRow>,
}

/// One figure that has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct RestatedRow {
    /// Identifier in the catalogue.
    pub id: String,
    /// The day.
    pub day: String,
    /// Name of the KPI.
    pub name: String,
    /// The figure in the run before.
    pub before: String,
    /// The figure now.
    pub after: String,
    /// The difference.
    pub change: String,
    /// Numerator and denominator, or n, before and now.
    pub basis: String,
    /// Late, corrected and missing rows.
    pub why: String,
    /// The same as numbers, for machine-readable editions.
    pub raw: RawRestated,
}

/// The numbers behind a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRestated {
    /// The day.
    pub day: NaiveDate,
    /// Unit of both values.
    pub unit: Unit,
    /// The figure in the run before.
    pub before: Estimate,
    /// The figure now.
    pub after: Estimate,
    /// Which rows of the day are others than before, by fact table.
    pub causes: Vec<Cause>,
}

/// How the rows of one fact table and day differ from those of the run before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Fact table.
    pub table: String,
    /// Rows that were not there although they belong before the cut-off.
    pub late: u64,
    /// Rows whose content was replaced by another.
    pub corrected: u64,
    /// Rows that are no longer there.
    pub gone: u64,
    /// Contacts that late, corrected or missing ones of any day made first or repeated contacts, or no longer.
    pub relinked: u64,
}

impl Cause {
    /// Whether no row differs.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.late + self.corrected + self.gone + self.relinked == 0
    }
}
