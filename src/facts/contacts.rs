//! Every handled contact of every channel on one row, linked to the contacts about the same issue.

use polars::prelude::*;

use super::by_id::ById;
use super::derivation::fact;
use super::segments::Segments;
use super::windows::gathered;
use super::{Context, cast_micros, frames, seconds};
use crate::error::{PolarsContext, Result};
use crate::store::delta::Part;

/// Columns that calls, chats and tickets have in common and contacts take over as they are.
const SHARED: [&str; 8] = [
    "customer",
    "waybill",
    "category",
    "problem_type",
    "problem_source",
    "agent_id",
    "team",
    "site",
];

/// Columns of `call_facts` that contacts are made from, beside the shared ones.
pub const OF_CALLS: &[&str] = &[
    "contact_id",
    "call_id",
    "direction",
    "answered",
    "started_at",
    "answered_at",
    "ended_at",
    "queue",
    "wait_s",
    "talk_s",
    "hold_s",
    "handle_s",
    "resolved",
    "score",
];

/// Columns of `chat_facts` that contacts are made from, beside the shared ones.
pub const OF_CHATS: &[&str] = &[
    "chat_id",
    "served",
    "started_at",
    "ended_at",
    "queue",
    "platform",
    "frt_s",
    "handle_s",
    "resolved",
    "score",
];

/// Columns of `ticket_facts` that contacts are made from, beside the shared ones.
pub const OF_TICKETS: &[&str] = &[
    "ticket_id",
    "contact_ref",
    "channel",
    "created_at",
    "resolved_at",
    "outlet",
    "first_reply_s",
];

/// The columns of a list and the shared ones.
#[must_use]
pub fn with_shared(own: &[&'static str]) -> Vec<&'static str> {
    own.iter().copied().chain(SHARED).collect()
}

/// Columns of `ticket_facts` that [`Outlets`] reads.
pub const OF_OUTLETS: &[&str] = &["contact_ref", "outlet", "created_at", "ticket_id"];

/// Facts of the same days: whole chains of calls, chats, tickets.
pub struct Sources {
    /// What [`with_shared`] gives for [`OF_CALLS`], of `call_facts`.
    pub calls: DataFrame,
    /// The same for [`OF_CHATS`] of `chat_facts`.
    pub chats: DataFrame,
    /// The same for [`OF_TICKETS`] of `ticket_facts`.
    pub tickets: DataFrame,
}

impl Sources {
    /// The contacts of these days with their `issue_key`, in order of time, not linked yet.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn contacts(self, outlets: &Outlets, context: &Context<'_>) -> Result<DataFrame> {
        let of_calls = outlets.near(&self.calls, "contact_id")?;
        let of_chats = outlets.near(&self.chats, "chat_id")?;
        let union = UnionArgs {
            rechunk: true,
            ..UnionArgs::default()
        };
        let all = concat(
            [
                from_calls(&self.calls, of_calls),
                from_chats(&self.chats, of_chats),
                from_tickets(&self.tickets),
            ],
            union,
        )
        .and_then(LazyFrame::collect)
        .computing("contacts")?;
        frames::with_local(all, "started_at", context.centre.zone)?
            .lazy()
            .with_column(issue_key())
            .sort(
                ["started_at", "contact_ref"],
                SortMultipleOptions::default(),
            )
            .collect()
            .computing("contacts")
    }
}

/// The columns every part of the union has, in this order.
fn shape(parts: Vec<Expr>) -> Vec<Expr> {
    parts
        .into_iter()
        .chain(SHARED.into_iter().map(col))
        .collect()
}

/// Tickets that came from a contact and tell its outlet, [`OF_OUTLETS`] of them.
pub struct Outlets(ById);

impl Outlets {
    /// Of all tickets that there are, which are in `parts`.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of(parts: &[Part], at_a_time: u64, segments: &Segments) -> Result<Self> {
        let fact = fact("ticket_facts");
        let told = || {
            col("contact_ref")
                .is_not_null()
                .and(col("outlet").is_not_null())
        };
        let all = gathered(parts, at_a_time, |parts| {
            let rows = frames::columns(fact, parts, OF_OUTLETS)?.lazy();
            let rows = rows.filter(told()).collect();
            segments.resolved(rows.computing("outlets of contacts")?)
        })?;
        Ok(Self(ById::of(&all, "contact_ref")?))
    }

    /// Outlet of the first ticket that came from one of these: `contact_ref` and `outlet`.
    fn near(&self, contacts: &DataFrame, column: &str) -> Result<LazyFrame> {
        Ok(self
            .0
            .near(contacts, column)?
            .lazy()
            .sort(["created_at", "ticket_id"], SortMultipleOptions::default())
            .group_by([col("contact_ref")])
            .agg([col("outlet").first()]))
    }
}

/// A chain's first answered inbound segment stands for the chain. What is only known at the end (when it
/// ended, whether it was resolved, the score) comes from the last segment that says it; handling adds up.
fn from_calls(calls: &DataFrame, outlets: LazyFrame) -> LazyFrame {
    let last_known = |name: &str| col(name).drop_nulls().last();
    let handled = col("handle_s").filter(col("answered"));
    let chains = calls
        .clone()
        .lazy()
        .filter(col("direction").eq(lit("inbound")))
        .sort(
            ["contact_id", "started_at", "call_id"],
            SortMultipleOptions::default(),
        )
        .group_by([col("contact_id")])
        .agg([
            segment_end().max().alias("chain_ended_at"),
            last_known("resolved").alias("chain_resolved"),
            last_known("score").alias("chain_score"),
            when(handled.clone().is_not_null().any(true))
                .then(handled.sum())
                .otherwise(lit(NULL).cast(DataType::Float64))
                .alias("chain_handle_s"),
        ]);
    calls
        .clone()
        .lazy()
        .filter(col("direction").eq(lit("inbound")).and(col("answered")))
        .sort(
            ["contact_id", "started_at", "call_id"],
            SortMultipleOptions::default(),
        )
        .filter(col("contact_id").neq_missing(col("contact_id").shift(lit(1))))
        .left_join(chains, col("contact_id"), col("contact_id"))
        .left_join(outlets, col("contact_id"), col("contact_ref"))
        .select(shape(vec![
            col("contact_id").alias("contact_ref"),
            lit("phone").alias("channel"),
            col("started_at"),
            col("chain_ended_at").alias("ended_at"),
            col("queue"),
            lit(NULL).cast(DataType::String).alias("platform"),
            col("outlet"),
            col("wait_s").alias("response_s"),
            col("chain_handle_s").alias("handle_s"),
            col("chain_resolved").alias("resolved"),
            col("chain_score").alias("score"),
        ]))
}

/// When a segment ended: as it says, else after what is known of it.
fn segment_end() -> Expr {
    let known = |name: &str| cast_micros(col(name).fill_null(0.0));
    let answered = coalesce(&[col("answered_at"), col("started_at") + known("wait_s")]);
    coalesce(&[
        col("ended_at"),
        answered + known("talk_s") + known("hold_s"),
    ])
}

fn from_chats(chats: &DataFrame, outlets: LazyFrame) -> LazyFrame {
    chats
        .clone()
        .lazy()
        .filter(col("served"))
        .left_join(outlets, col("chat_id"), col("contact_ref"))
        .select(shape(vec![
            col("chat_id").alias("contact_ref"),
            lit("chat").alias("channel"),
            col("started_at"),
            coalesce(&[col("ended_at"), col("started_at")]).alias("ended_at"),
            col("queue"),
            col("platform"),
            col("outlet"),
            col("frt_s").alias("response_s"),
            col("handle_s"),
            col("resolved"),
            col("score"),
        ]))
}

/// Tickets that came from neither a call nor a chat.
fn from_tickets(tickets: &DataFrame) -> LazyFrame {
    let null = |data_type: DataType| lit(NULL).cast(data_type);
    tickets
        .clone()
        .lazy()
        .filter(col("contact_ref").is_null())
        .select(shape(vec![
            col("ticket_id").alias("contact_ref"),
            col("channel"),
            col("created_at").alias("started_at"),
            coalesce(&[col("resolved_at"), col("created_at")]).alias("ended_at"),
            null(DataType::String).alias("queue"),
            null(DataType::String).alias("platform"),
            col("outlet"),
            col("first_reply_s").alias("response_s"),
            null(DataType::Float64).alias("handle_s"),
            null(DataType::Boolean).alias("resolved"),
            null(DataType::Float64).alias("score"),
        ]))
}

/// What a contact is about: its waybill, else its customer and category, else unknown.
pub fn issue_key() -> Expr {
    coalesce(&[col("waybill"), col("customer") + lit("|") + col("category")]).alias("issue_key")
}

/// Adds what follows from the neighbours `previous_at` and `next_at`, which the frame has.
///
/// # Errors
/// When Polars refuses the plan.
pub fn linked(contacts: DataFrame, context: &Context<'_>) -> Result<DataFrame> {
    let window = context.centre.fcr_window.as_secs_f64();
    contacts
        .lazy()
        .with_columns([
            col("previous_at")
                .is_null()
                .or(seconds("previous_at", "started_at").gt(lit(window)))
                .alias("first_contact"),
            col("next_at")
                .is_not_null()
                .and(seconds("ended_at", "next_at").lt_eq(lit(window)))
                .alias("repeated"),
            (lit(context.as_of) - col("ended_at"))
                .cast(DataType::Float64)
                .gt_eq(lit(window * 1e6))
                .alias("mature"),
        ])
        .collect()
        .computing("linked contacts")
}
