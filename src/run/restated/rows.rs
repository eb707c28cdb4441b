//! How the rows of one day and fact table differ between two runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use crate::error::{Error, Result};
use crate::facts::frames;
use crate::kpi::catalogue::Kpi;
use crate::report::document::Cause;
use crate::schema::facts::Fact;
use crate::store::delta::Part;
use crate::store::parquet_io;

/// What changes in a ticket while it is worked on.
pub(super) const TICKET_PROGRESS: &[&str] = &[
    "updated_at",
    "priority",
    "status",
    "agent_id",
    "department",
    "outlet",
    "courier",
    "region",
    "emotion",
    "responsibility",
    "compensation",
    "first_reply_at",
    "resolved_at",
    "closed_at",
    "replies",
    "transfers",
    "reopens",
    "first_reply_s",
    "resolution_s",
    "resolution_business_s",
    "one_touch",
    "open",
    "age_s",
    "complete_record",
    "demand",
    "remedy",
    "outlet_reply_s",
    "redelivery_s",
    "redelivery_due",
    "payout_s",
    "payout_due",
];

/// What changes in a contact while the ticket that it is moves on.
const CONTACT_PROGRESS: &[&str] = &["ended_at", "response_s", "agent_id"];

/// What the figures read of a contact's place among the contacts of its issue.
const LINKS: [&str; 2] = ["first_contact", "repeated"];

const ISSUE: &str = "issue_key";

/// What a survey takes over from its contact.
const SURVEYED: &[&str] = &[
    "channel",
    "queue",
    "platform",
    "agent_id",
    "team",
    "site",
    "category",
    "problem_type",
    "outlet",
];

/// What identifies a row, when it was, and what comes to it from other rows.
struct Shape {
    key: &'static [&'static str],
    time: &'static str,
    foreign: &'static [&'static str],
}

fn shape(fact: &Fact) -> Shape {
    let (key, time, foreign): (&[&str], _, &[&str]) = match fact.name {
        "call_facts" => (&["call_id"], "started_at", &["team", "site"]),
        "chat_facts" => (&["chat_id"], "started_at", &["team", "site", "covered_s"]),
        "contact_facts" => (
            &["contact_ref"],
            "started_at",
            &[
                "team",
                "site",
                "outlet",
                "previous_at",
                "next_at",
                "mature",
                "evaluated",
            ],
        ),
        "ticket_facts" => (
            &["ticket_id"],
            "created_at",
            &["team", "site", "repeat_complaint"],
        ),
        // Clocks and stays move with their tickets; their figures are never compared.
        "state_visits" => (
            &["ticket_id", "entered_at"],
            "entered_at",
            &["team", "site"],
        ),
        "sla_clocks" => (
            &["ticket_id", "chat_id", "promise"],
            "started_at",
            &["team", "site"],
        ),
        "survey_facts" => (&["survey_id"], "sent_at", SURVEYED),
        // Parcels are counted by day and have no time.
        "parcel_facts" => (&["outlet"], "date", &[]),
        _ => (
            &["evaluation_id", "item"],
            "evaluated_at",
            &[
                "team",
                "site",
                "channel",
                "queue",
                "platform",
                "category",
                "problem_type",
            ],
        ),
    };
    Shape { key, time, foreign }
}

/// What happened to the rows of a day.
#[derive(Debug, Default)]
pub(super) struct Diff {
    late: u64,
    corrected: u64,
    gone: u64,
    /// New rows after the cut-off of the run before.
    pub(super) after: u64,
    /// Issues of late, corrected and missing contacts.
    pub(super) touched: BTreeSet<String>,
    /// Issues of contacts that are otherwise the same, but first or repeated contacts no longer, or now.
    flipped: Vec<String>,
}

impl Diff {
    /// The same as counts. A contact counts as linked anew when its issue is among those that were touched;
    /// a figure that reads no links names none.
    pub(super) fn cause(&self, fact: &Fact, touched: Option<&BTreeSet<&str>>) -> Cause {
        let among = |issue: &&String| touched.is_some_and(|known| known.contains(issue.as_str()));
        let relinked = self.flipped.iter().filter(among);
        Cause {
            table: fact.name.to_owned(),
            // Checks are made after the contacts they judge, so the cut-off says nothing about them.
            late: self.late
                + if fact.name == "evaluation_facts" {
                    self.after
                } else {
                    0
                },
            corrected: self.corrected,
            gone: self.gone,
            relinked: relinked.count() as u64,
        }
    }
}

/// Whether a KPI reads a contact's place among the contacts of its issue.
pub(super) fn reads_links(kpi: &Kpi) -> bool {
    kpi.columns().iter().any(|name| LINKS.contains(name))
}

/// The first key column of the rows of these files.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn keys(fact: &Fact, parts: &[Part]) -> Result<BTreeSet<String>> {
    let schema = only(fact, |name| name == shape(fact).key[0])?;
    let rows = read(parts, &schema, fact)?;
    Ok(texts(&rows, shape(fact).key[0])
        .into_iter()
        .flatten()
        .collect())
}

/// Compares the rows of two states of a day. Contacts in `tickets` are tickets: what moves with a ticket's
/// progress does not make them corrected.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn diff(
    fact: &Fact,
    before: &[Part],
    after: &[Part],
    tickets: &BTreeSet<String>,
    cut_off: i64,
) -> Result<Diff> {
    let mut coder = Coder::of(fact)?;
    let (old, new) = (coder.side(before)?, coder.side(after)?);
    let mut diff = Diff::default();
    for (key, i) in &old.rows {
        let Some(j) = new.rows.get(key) else {
            diff.gone += 1;
            diff.touched.extend(old.issue(*i));
            continue;
        };
        let moved = match (&old.moving, &new.moving) {
            (Some(a), Some(b)) => a.row(*i) != b.row(*j) && !new.is_among(*j, tickets),
            _ => false,
        };
        if moved || old.fixed.row(*i) != new.fixed.row(*j) {
            diff.corrected += 1;
            diff.touched.extend(old.issue(*i));
            diff.touched.extend(new.issue(*j));
        } else if old.links.get(*i) != new.links.get(*j) {
            diff.flipped.extend(new.issue(*j));
        }
    }
    for (key, j) in &new.rows {
        if old.rows.contains_key(key) {
            continue;
        }
        if new.times.get(*j).is_some_and(|at| *at > cut_off) {
            diff.after += 1;
        } else {
            diff.late += 1;
            diff.touched.extend(new.issue(*j));
        }
    }
    Ok(diff)
}

/// Turns the rows of a fact table into comparable ones.
struct Coder<'f> {
    fact: &'f Fact,
    shape: Shape,
    schema: SchemaRef,
    fixed: Columns,
    moving: Option<Columns>,
    key: Columns,
}

/// Some columns and what encodes their rows.
struct Columns {
    at: Vec<usize>,
    converter: RowConverter,
}

impl Columns {
    fn of(schema: &SchemaRef, fact: &Fact, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let at: Vec<usize> = (0..schema.fields().len())
            .filter(|at| wanted(schema.field(*at).name()))
            .collect();
        let fields = at
            .iter()
            .map(|at| SortField::new(schema.field(*at).data_type().clone()))
            .collect();
        Ok(Self {
            at,
            converter: RowConverter::new(fields).map_err(|source| arrow(fact, source))?,
        })
    }

    fn encode(&mut self, rows: &RecordBatch, fact: &Fact) -> Result<Rows> {
        let columns: Vec<_> = self.at.iter().map(|at| rows.column(*at).clone()).collect();
        self.converter
            .convert_columns(&columns)
            .map_err(|source| arrow(fact, source))
    }
}

/// The rows of one day in one run.
struct Side {
    /// Key and how often it came before → position. A key should come once; if it does not, no row is lost.
    rows: AHashMap<(OwnedRow, usize), usize>,
    fixed: Rows,
    moving: Option<Rows>,
    keys: Vec<Option<String>>,
    times: Vec<i64>,
    issues: Vec<Option<String>>,
    links: Vec<[Option<bool>; 2]>,
}

impl Side {
    fn issue(&self, row: usize) -> Option<String> {
        self.issues.get(row).cloned().flatten()
    }

    fn is_among(&self, row: usize, keys: &BTreeSet<String>) -> bool {
        let key = self.keys.get(row).and_then(Option::as_ref);
        key.is_some_and(|key| keys.contains(key))
    }
}

impl<'f> Coder<'f> {
    fn of(fact: &'f Fact) -> Result<Self> {
        let shape = shape(fact);
        let contacts = fact.name == "contact_facts";
        let foreign = shape.foreign;
        let schema = only(fact, |name| !foreign.contains(&name))?;
        let moves = |name: &str| match fact.name {
            "ticket_facts" => TICKET_PROGRESS.contains(&name),
            "contact_facts" => CONTACT_PROGRESS.contains(&name),
            _ => false,
        };
        let links = |name: &str| contacts && LINKS.contains(&name);
        let key = shape.key;
        Ok(Self {
            fixed: Columns::of(&schema, fact, |name| !moves(name) && !links(name))?,
            moving: contacts
                .then(|| Columns::of(&schema, fact, moves))
                .transpose()?,
            key: Columns::of(&schema, fact, |name| key.contains(&name))?,
            fact,
            shape,
            schema,
        })
    }

    fn side(&mut self, parts: &[Part]) -> Result<Side> {
        let batch = read(parts, &self.schema, self.fact)?;
        let keys = self.key.encode(&batch, self.fact)?;
        let mut seen: AHashMap<OwnedRow, usize> = AHashMap::new();
        let mut rows = AHashMap::with_capacity(batch.num_rows());
        for (at, key) in keys.iter().enumerate() {
            let times = seen.entry(key.owned()).or_default();
            rows.insert((key.owned(), *times), at);
            *times += 1;
        }
        let flag = |name: &str, row: usize| -> Option<bool> {
            let column = batch.column_by_name(name)?.as_boolean_opt()?;
            column.is_valid(row).then(|| column.value(row))
        };
        let times = batch
            .column_by_name(self.shape.time)
            .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
            .map(|column| column.iter().map(Option::unwrap_or_default).collect());
        Ok(Side {
            rows,
            fixed: self.fixed.encode(&batch, self.fact)?,
            moving: self
                .moving
                .as_mut()
                .map(|columns| columns.encode(&batch, self.fact))
                .transpose()?,
            keys: texts(&batch, self.shape.key[0]),
            times: times.unwrap_or_default(),
            issues: texts(&batch, ISSUE),
            links: (0..batch.num_rows())
                .map(|row| LINKS.map(|name| flag(name, row)))
                .collect(),
        })
    }
}

/// The columns of a fact table's files that are wanted.
fn only(fact: &Fact, wanted: impl Fn(&str) -> bool) -> Result<SchemaRef> {
    let whole = frames::layout(fact).schema;
    let at: Vec<usize> = (0..whole.fields().len())
        .filter(|at| wanted(whole.field(*at).name()))
        .collect();
    whole
        .project(&at)
        .map(Arc::new)
        .map_err(|source| arrow(fact, source))
}

fn read(parts: &[Part], schema: &SchemaRef, fact: &Fact) -> Result<RecordBatch> {
    let batches = parts
        .iter()
        .map(|part| parquet_io::read(&part.path, schema))
        .collect::<Result<Vec<_>>>()?;
    concat_batches(schema, &batches).map_err(|source| arrow(fact, source))
}

/// A text column; no rows where there is no such column.
fn texts(rows: &RecordBatch, name: &str) -> Vec<Option<String>> {
    rows.column_by_name(name)
        .and_then(|column| column.as_string_opt::<i32>())
        .map(|column| column.iter().map(|text| text.map(str::to_owned)).collect())
        .unwrap_or_default()
}

fn arrow(fact: &Fact, source: ArrowError) -> Error {
    Error::Arrow {
        what: fact.name.to_owned(),
        source,
    }
}
