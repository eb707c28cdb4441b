//! Tickets with what their history says, and evaluations with the contact they judge.

use polars::prelude::*;
use rayon::prelude::*;

use super::by_id::ById;
use super::history::{Events, Histories, NONE, Name};
use super::promises::Promises;
use super::windows::gathered;
use super::{Context, Records, category, contacts, frames, seconds};
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;

/// Builds `ticket_facts` from `records` and the `events` put to their rows: replies, transfers and reopenings, times, what
/// is open. The rows stay in the order of `records`.
///
/// # Errors
/// When Polars refuses the plan.
pub fn tickets(
    records: &DataFrame,
    events: &Events,
    agents: &DataFrame,
    repeats: &ById,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let repeats = repeats.near(records, "ticket_id")?;
    let records = records.hstack(&events.totals());
    let records = records.computing("ticket facts")?;
    let finished = || {
        col("status").is_in(
            lit(Series::new("".into(), ["resolved", "closed"])).implode(true),
            false,
        )
    };
    let resolved_at = coalesce(&[col("resolved_at"), col("finished_at")]);
    // The history alone does not overrule a status.
    let told = when(col("closed_at").is_not_null().or(col("status").is_null()))
        .then(col("finished_at"))
        .otherwise(lit(NULL).cast(DataType::Int64));
    let ended_at = coalesce(&[col("resolved_at"), told]);
    let done_at = polars::lazy::dsl::min_horizontal([ended_at, col("closed_at")])
        .computing("ticket facts")?;
    let as_of = context.as_of;
    // A ticket that ended after the cut-off was open at it; otherwise its status decides, and a reopened
    // ticket is open although it was resolved once. One without a status is open until it has an end.
    let open = when(done_at.clone().gt(lit(as_of)).fill_null(false))
        .then(lit(true))
        .when(col("status").is_not_null())
        .then(finished().not())
        .otherwise(done_at.is_null())
        .and(col("created_at").lt_eq(lit(as_of)));
    let left = || frames::in_left_order(JoinType::Left);
    let by = |name: &str| [col(name)];
    let joined = frames::with_local(records, "created_at", context.centre.zone)?
        .lazy()
        .with_columns(["replied_at", "finished_at"].map(not_before_creation))
        .join(super::teams(agents), by("agent_id"), by("agent_id"), left())
        .with_columns([
            category(),
            coalesce(&[col("first_reply_at"), col("replied_at")]).alias("first_reply_at"),
            resolved_at.alias("resolved_at"),
            open.alias("open"),
        ])
        .with_columns([
            contacts::issue_key(),
            seconds("created_at", "first_reply_at").alias("first_reply_s"),
            seconds("created_at", "resolved_at").alias("resolution_s"),
            age(as_of),
            col("resolved_at")
                .is_not_null()
                .and(col("replies").eq(lit(1)))
                .and(col("transfers").eq(lit(0)))
                .and(col("reopens").eq(lit(0)))
                .alias("one_touch"),
        ]);
    joined
        .join(repeats.lazy(), by("ticket_id"), by("ticket_id"), left())
        .collect()
        .computing("ticket facts")
}

/// An event before the creation of its ticket, by a clock that went wrong, counts as one at it.
fn not_before_creation(name: &str) -> Expr {
    let early = col(name).lt(col("created_at"));
    when(early)
        .then(col("created_at"))
        .otherwise(col(name))
        .alias(name)
}

/// A day in microseconds: the limit of redelivery and payout.
const DAY: i64 = 86_400_000_000;

/// Adds to the ticket facts what only the walk along each history or a calendar tells: business time, the outlet's
/// answer, redelivery and payout, and whether the record is complete.
///
/// # Errors
/// When Polars refuses a column.
pub fn with_history(
    tickets: &DataFrame,
    histories: &Histories,
    promises: &Promises,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let names = &histories.names;
    let event = |ticket: usize, name: Name, from: i64| {
        let mut steps = histories.steps(ticket).iter();
        steps
            .find(|step| step.event == name && step.at >= from)
            .map(|step| step.at)
    };
    let [asked, replied, redelivered, paid] =
        ["asked_outlet", "outlet_replied", "redelivered", "paid"].map(|name| names.find(name));
    let ends = ["resolved", "closed"].map(|name| names.find(name));
    let seconds = |from: i64, until: i64| (until - from) as f64 / 1e6;
    let over = |at: i64| at.checked_add(DAY).is_some_and(|due| due <= context.as_of);
    let tickets_at = |name| -> Result<Vec<Option<i64>>> {
        let column = tickets
            .column(name)
            .and_then(|column| column.i64().cloned());
        Ok(column.computing("ticket facts")?.iter().collect())
    };
    let (created, resolved) = (tickets_at("created_at")?, tickets_at("resolved_at")?);
    let mut columns: [Vec<Option<f64>>; 4] = Default::default();
    let mut flags: [Vec<bool>; 2] = Default::default();
    let told: Vec<Told> = (0..tickets.height())
        .into_par_iter()
        .map(|ticket| {
            let start = created[ticket];
            let outlet = event(ticket, asked, i64::MIN)
                .and_then(|from| Some(seconds(from, event(ticket, replied, from)?)));
            let redelivery = start.zip(event(ticket, redelivered, i64::MIN));
            let mut steps = histories.steps(ticket).iter();
            let decided = steps.find(|step| step.entered != NONE && ends.contains(&step.entered));
            let payout = decided.zip(event(ticket, paid, i64::MIN));
            Told {
                business: start
                    .zip(resolved[ticket])
                    .map(|(from, until)| promises.business.between(from, until) as f64 / 1e6),
                outlet,
                redelivery: redelivery.map(|(from, until)| seconds(from, until)),
                payout: payout.map(|(step, until)| seconds(step.at, until.max(step.at))),
                redelivery_due: start.is_some_and(over),
                payout_due: decided.is_some_and(|step| over(step.at)),
            }
        })
        .collect();
    for told in told {
        let values = [told.business, told.outlet, told.redelivery, told.payout];
        for (column, value) in columns.iter_mut().zip(values) {
            column.push(value);
        }
        for (column, value) in flags.iter_mut().zip([told.redelivery_due, told.payout_due]) {
            column.push(value);
        }
    }
    let floats = [
        "resolution_business_s",
        "outlet_reply_s",
        "redelivery_s",
        "payout_s",
    ];
    let mut all: Vec<Column> = floats
        .into_iter()
        .zip(columns)
        .map(|(name, values)| Column::new(name.into(), values))
        .collect();
    let names = ["redelivery_due", "payout_due"];
    all.extend(
        names
            .into_iter()
            .zip(flags)
            .map(|(name, values)| Column::new(name.into(), values)),
    );
    let with = tickets.hstack(&all).computing("ticket facts")?;
    with.lazy()
        .with_columns([complete(&promises.mandatory)])
        .collect()
        .computing("ticket facts")
}

/// What is told of one ticket, in seconds.
struct Told {
    business: Option<f64>,
    outlet: Option<f64>,
    redelivery: Option<f64>,
    payout: Option<f64>,
    redelivery_due: bool,
    payout_due: bool,
}

/// Whether every mandatory column was filled in. A problem type that was only recognised in the description was not.
fn complete(mandatory: &[&str]) -> Expr {
    let filled = mandatory.iter().map(|name| match *name {
        "problem_type" => col("problem_source").eq(lit("given")).fill_null(false),
        name => col(name).is_not_null(),
    });
    // A column, not a bare literal, so that every row gets its value.
    let all = filled.fold(col("ticket_id").is_not_null(), Expr::and);
    all.alias("complete_record")
}

/// The columns that [`repeat_complaints`] reads.
pub const OF_COMPLAINTS: &[&str] = &[
    "ticket_id",
    "kind",
    "created_at",
    "waybill",
    "customer",
    "problem_type",
];

/// The complaints whose issue is known: `ticket_id`, `issue_key` and `created_at`.
pub fn complaints(tickets: DataFrame) -> LazyFrame {
    tickets
        .lazy()
        .filter(col("kind").eq(lit("complaint")))
        .with_column(category())
        .with_column(contacts::issue_key())
        .filter(col("issue_key").is_not_null())
        .select([col("ticket_id"), col("issue_key"), col("created_at")])
}

/// Which complaints have an earlier complaint about the same issue within the window: `repeat_complaint` by
/// `ticket_id`, for every complaint whose issue is known. `tickets` are the records of all there are.
///
/// # Errors
/// When a part cannot be read, or Polars refuses the plan.
pub fn repeat_complaints(
    records: &Records,
    tickets: &[Part],
    context: &Context<'_>,
) -> Result<ById> {
    let all = gathered(tickets, records.at_a_time, |parts| {
        let rows = records.columns_of("tickets", parts, OF_COMPLAINTS)?;
        complaints(rows).collect().computing("repeated complaints")
    })?;
    let window = context.centre.repeat_complaint_window.as_secs_f64();
    let same = col("issue_key").eq(col("issue_key").shift(lit(1)));
    let repeats = all
        .lazy()
        .sort(
            ["issue_key", "created_at", "ticket_id"],
            SortMultipleOptions::default(),
        )
        .with_column(
            when(same)
                .then(col("created_at").shift(lit(1)))
                .otherwise(lit(NULL).cast(DataType::Int64))
                .alias("earlier_at"),
        )
        .select([
            col("ticket_id"),
            col("earlier_at")
                .is_not_null()
                .and(seconds("earlier_at", "created_at").lt_eq(lit(window)))
                .alias("repeat_complaint"),
        ])
        .collect()
        .computing("repeated complaints")?;
    ById::of(&repeats, "ticket_id")
}

/// What evaluations take over from the contact they judge, and its id; the agent is their own.
pub const OF_JUDGED: &[&str] = &[
    "contact_ref",
    "channel",
    "queue",
    "platform",
    "category",
    "problem_type",
];

/// Builds `evaluation_facts`: one row per checked item, with the dimensions of the contact it judges.
///
/// # Errors
/// When Polars refuses the plan.
pub fn evaluations(
    records: DataFrame,
    agents: &DataFrame,
    contacts: &DataFrame,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let of_contact = contacts.clone().lazy();
    let failed = records
        .clone()
        .lazy()
        .group_by([col("evaluation_id")])
        .agg([col("critical")
            .fill_null(false)
            .and(col("passed").fill_null(true).not())
            .any(true)
            .alias("critical_failed")]);
    frames::with_local(records, "evaluated_at", context.centre.zone)?
        .lazy()
        .left_join(of_contact, col("contact_ref"), col("contact_ref"))
        .left_join(super::teams(agents), col("agent_id"), col("agent_id"))
        .left_join(failed, col("evaluation_id"), col("evaluation_id"))
        .sort(["evaluation_id", "item"], SortMultipleOptions::default())
        .with_column(
            col("evaluation_id")
                .neq_missing(col("evaluation_id").shift(lit(1)))
                .alias("first_item"),
        )
        .sort(
            ["evaluated_at", "evaluation_id", "item"],
            SortMultipleOptions::default(),
        )
        .collect()
        .computing("evaluation facts")
}

/// How long a ticket has been open.
fn age(as_of: i64) -> Expr {
    when(col("open"))
        .then((lit(as_of) - col("created_at")).cast(DataType::Float64) / lit(1e6))
        .otherwise(lit(NULL).cast(DataType::Float64))
        .alias("age_s")
}

/// The columns that [`onward`] reads.
pub const AGED: &[&str] = &["open", "created_at", "age_s"];

/// Rows of `ticket_facts` at a later cut-off, when nothing has happened to them since: those open have grown older.
///
/// # Errors
/// When a column is missing.
pub fn onward(rows: DataFrame, as_of: i64) -> Result<DataFrame> {
    rows.lazy()
        .with_columns([age(as_of)])
        .collect()
        .computing("tickets")
}
