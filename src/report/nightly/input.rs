//! What the nightly report is made from: plain values, no file handles, no clock.

use chrono::{NaiveDate, NaiveDateTime};

use crate::i18n::Bilingual;
use crate::insight::coaching::Skipped;
use crate::insight::dayparts::DayParts;
use crate::insight::emerging::Emerging;
use crate::insight::movement::{Day, Movement};
use crate::insight::outlets::Behind;
use crate::insight::waits::Waiting;
use crate::kpi::figure::{Better, Bound, Estimate, Unit};
use crate::report::document::RawRestated;
use crate::report::insights::{Change, Placing, Promised};
use crate::report::{PassedOver, Scope};
use crate::settings::taxonomy::Lookup;

/// Everything the nightly report says, in both languages.
#[derive(Debug, Clone)]
pub struct NightlyInput {
    /// Name of the service centre.
    pub centre: Bilingual,
    /// The day reported on (local date).
    pub date: NaiveDate,
    /// Data cut-off: the instant at which open tickets and FCR windows were judged, as local time.
    pub as_of: NaiveDateTime,
    /// IANA name of the zone of `date` and `as_of`, for example `Asia/Shanghai`.
    pub zone: String,
    /// Which contacts are covered (the filters), for example "all queues and channels".
    pub scope: Scope,
    /// Newer days that too little arrived on, oldest first.
    pub passed_over: Vec<PassedOver>,
    /// Relative addresses of the two editions; each edition links to the other. `None` prints no link.
    pub editions: Option<Bilingual>,
    /// One entry per file read.
    pub ledger: Vec<FileLedger>,
    /// Rejected rows grouped by reason, in any order.
    pub rejects: Vec<RejectGroup>,
    /// Values of coded columns that no mapping knows, in any order.
    pub unmapped: Vec<UnmappedCode>,
    /// Further remarks on the data, for example files that arrived late.
    pub notes: Vec<Bilingual>,
    /// Figures of earlier days that have changed since the run before.
    pub restated: Restated,
    /// The figures, in the catalogue's order; the report sorts them itself.
    pub kpis: Vec<KpiLine>,
    /// Waits by hour and weekday.
    pub waits: Option<Waits>,
    /// Abandon rate by hour and weekday; `None` without calls.
    pub abandons: Option<Waits>,
    /// Contacts by problem type.
    pub problems: Option<Problems>,
    /// How far contacts could be linked, and how many first contacts wait for their window.
    pub linking: Option<Linking>,
    /// Why figures moved, who differs, what rises, which promises were broken.
    pub insight: Insight,
}

/// What was found beyond the figures; the parts that a centre's data allow.
#[derive(Debug, Clone, Default)]
pub struct Insight {
    /// Names of the problem types.
    pub names: Option<Lookup>,
    /// The changes of the week, those of the figures that moved among them.
    pub changes: Vec<Change>,
    /// The teams in funnels of the figures that people's work moves.
    pub teams: Vec<Placing>,
    /// What rises.
    pub emerging: Option<Emerging>,
    /// How the promises stand.
    pub promises: Option<Promised>,
    /// How long callers waited.
    pub waiting: Option<Waiting>,
    /// When callers waited longer than usual.
    pub day_parts: Option<DayParts>,
    /// Outlets that serve worse than others with the same tickets.
    pub outlets: Vec<Behind>,
    /// Script items that a team leaves out.
    pub skipped: Vec<Skipped>,
}

/// What became of the rows of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLedger {
    /// File name as people know it.
    pub file: String,
    /// Record table, for example `calls`.
    pub table: String,
    /// Rows read.
    pub read: u64,
    /// Rows stored.
    pub stored: u64,
    /// Rows that replaced an earlier version of themselves, or were replaced.
    pub replaced: u64,
    /// Rows that were there already, unchanged.
    pub duplicate: u64,
    /// Rows rejected.
    pub rejected: u64,
}

impl FileLedger {
    /// Whether rows read = stored + replaced + duplicate + rejected.
    #[must_use]
    pub const fn balances(&self) -> bool {
        self.read == self.stored + self.replaced + self.duplicate + self.rejected
    }
}

/// Rejected rows that share a reason.
#[derive(Debug, Clone)]
pub struct RejectGroup {
    /// Why they were rejected, as a sentence.
    pub reason: Bilingual,
    /// The column at fault, as the file calls it; empty when it is the whole row.
    pub column: String,
    /// Rows rejected for this reason.
    pub rows: u64,
    /// A few of them. Values must be masked by the caller.
    pub examples: Vec<RejectExample>,
}

/// Where a rejected row stands.
#[derive(Debug, Clone)]
pub struct RejectExample {
    /// File name.
    pub file: String,
    /// Line in the file, from 1.
    pub line: u64,
    /// The offending value, masked.
    pub value: String,
}

/// A code that no mapping knows; kept as it is and counted.
#[derive(Debug, Clone)]
pub struct UnmappedCode {
    /// Record table.
    pub table: String,
    /// Column.
    pub column: String,
    /// The value as it stands in the export.
    pub value: String,
    /// Rows that carry it.
    pub rows: u64,
}

/// What became of the figures of earlier days since the run before.
#[derive(Debug, Clone, PartialEq)]
pub enum Restated {
    /// There is no run before.
    First,
    /// Settings or program are others than in the run before: figures of the two mean different things.
    Redefined(Since),
    /// They were compared.
    Compared {
        /// The run before.
        since: Since,
        /// A day that was still running at the cut-off of the run before, so that it is not compared.
        running: Option<NaiveDate>,
        /// What changed: newest day first, then in the order of the figures.
        figures: Vec<RestatedFigure>,
    },
}

impl Restated {
    /// How many figures of how many days have changed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let Self::Compared { figures, .. } = self else {
            return (0, 0);
        };
        let mut days: Vec<NaiveDate> = figures.iter().map(|figure| figure.raw.day).collect();
        days.sort_unstable();
        days.dedup();
        (figures.len(), days.len())
    }

    /// The word in machine-readable editions.
    #[must_use]
    pub const fn state(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Redefined(_) => "redefined",
            Self::Compared { .. } => "compared",
        }
    }

    /// The run before, where there is one.
    #[must_use]
    pub const fn since(&self) -> Option<&Since> {
        match self {
            Self::First => None,
            Self::Redefined(since) | Self::Compared { since, .. } => Some(since),
        }
    }
}

/// The run that figures are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Its id.
    pub run: String,
    /// Its cut-off, as local time.
    pub as_of: NaiveDateTime,
}

/// One figure of an earlier day that has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct RestatedFigure {
    /// Identifier in the catalogue.
    pub id: String,
    /// Name.
    pub name: Bilingual,
    /// Day, unit, both figures and why they differ.
    pub raw: RawRestated,
}

/// One KPI of the day with its history and verdicts.
#[derive(Debug, Clone)]
pub struct KpiLine {
    /// Identifier in the catalogue.
    pub id: String,
    /// Name.
    pub name: Bilingual,
    /// Definition in words.
    pub about: Bilingual,
    /// Unit of every number of this line.
    pub unit: Unit,
    /// Which direction is an improvement.
    pub better: Better,
    /// Source of the definition.
    pub source: Bilingual,
    /// Published variant of the definition in use (service level), where there are several.
    pub variant: Option<String>,
    /// The day's figure.
    pub estimate: Estimate,
    /// The day `estimate` is of: the day reported on, or for a figure that needs time to become true the
    /// newest day that has had it.
    pub day: NaiveDate,
    /// Mean of the same weekday in the previous weeks.
    pub same_weekday: Option<f64>,
    /// How many weeks `same_weekday` rests on.
    pub same_weekday_weeks: u32,
    /// Target.
    pub bound: Option<Bound>,
    /// The document that asks for the target.
    pub target_source: Option<Bilingual>,
    /// Daily figures, oldest first, ending with the day reported on.
    pub history: Vec<Day>,
    /// The control chart over the history.
    pub movement: Option<Movement>,
    /// Who should look when it moves, for example "shift lead".
    pub owner: Option<Bilingual>,
}

/// A measure of waiting by hour of arrival and weekday over a period.
#[derive(Debug, Clone)]
pub struct Waits {
    /// Name of the measure.
    pub name: Bilingual,
    /// Definition in words.
    pub about: Bilingual,
    /// Unit of the values.
    pub unit: Unit,
    /// First day, inclusive.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// The cells, in any order; hours without contacts may be left out.
    pub cells: Vec<WaitCell>,
}

/// One hour of one weekday.
#[derive(Debug, Clone, Copy)]
pub struct WaitCell {
    /// ISO weekday, 1 = Monday … 7 = Sunday.
    pub weekday: u8,
    /// Hour of the local day, 0 … 23.
    pub hour: u8,
    /// Mean wait; `None` without answered contacts.
    pub value: Option<f64>,
    /// Answered contacts.
    pub n: u64,
}

/// Contacts by problem type over a period.
#[derive(Debug, Clone)]
pub struct Problems {
    /// First day, inclusive.
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub to: NaiveDate,
    /// Every type with its contacts, in any order.
    pub rows: Vec<ProblemRow>,
    /// Contacts without a type: named, not drawn.
    pub untyped: u64,
}

/// One problem type.
#[derive(Debug, Clone)]
pub struct ProblemRow {
    /// Name.
    pub name: Bilingual,
    /// Contacts of this type.
    pub contacts: u64,
}

/// How far contacts could be linked to earlier and later ones.
#[derive(Debug, Clone, Copy)]
pub struct Linking {
    /// Share of contacts with neither waybill nor customer (`unlinkable_rate`).
    pub unlinkable: Estimate,
    /// First contacts whose repeat window has not passed at the cut-off.
    pub immature: u64,
    /// The repeat window in hours.
    pub window_hours: u32,
}
