//! Every handled contact of every channel on one row, linked to the contacts about the same issue.

use polars::prelude::*;

use super::{Context, cast_micros, frames, seconds};
use crate::error::{PolarsContext, Result};

/// Builds `contact_facts` from the call, chat and ticket facts.
///
/// # Errors
/// When Polars refuses the plan.
pub fn derive(
    calls: &DataFrame,
    chats: &DataFrame,
    tickets: &DataFrame,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let union = UnionArgs {
        rechunk: true,
        ..UnionArgs::default()
    };
    let all = concat(
        [
            from_calls(calls, tickets),
            from_chats(chats, tickets),
            from_tickets(tickets),
        ],
        union,
    )
    .and_then(LazyFrame::collect)
    .computing("contacts")?;
    let all = frames::with_local(all, "started_at", context.centre.zone)?;
    link(all, context)
}

/// The columns every part of the union has, in this order.
fn shape(parts: Vec<Expr>) -> Vec<Expr> {
    let common = [
        "customer",
        "waybill",
        "category",
        "problem_type",
        "problem_source",
        "agent_id",
        "team",
        "site",
    ];
    parts
        .into_iter()
        .chain(common.into_iter().map(col))
        .collect()
}

/// Outlet of the ticket that came from a contact, by the contact's id.
fn outlets(tickets: &DataFrame) -> LazyFrame {
    tickets
        .clone()
        .lazy()
        .filter(
            col("contact_ref")
                .is_not_null()
                .and(col("outlet").is_not_null()),
        )
        .sort(["created_at", "ticket_id"], SortMultipleOptions::default())
        .group_by([col("contact_ref")])
        .agg([col("outlet").first()])
}

/// A chain's first answered inbound segment stands for the chain. What is only known at the end (when it
/// ended, whether it was resolved, the score) comes from the last segment that says it; handling adds up.
fn from_calls(calls: &DataFrame, tickets: &DataFrame) -> LazyFrame {
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
            col("ended_at").max().alias("chain_ended_at"),
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
        .left_join(outlets(tickets), col("contact_id"), col("contact_ref"))
        .select(shape(vec![
            col("contact_id").alias("contact_ref"),
            lit("phone").alias("channel"),
            col("started_at"),
            coalesce(&[
                col("chain_ended_at"),
                col("started_at")
                    + cast_micros(col("wait_s").fill_null(0.0) + col("talk_s").fill_null(0.0)),
            ])
            .alias("ended_at"),
            col("queue"),
            lit(NULL).cast(DataType::String).alias("platform"),
            col("outlet"),
            col("wait_s").alias("response_s"),
            col("chain_handle_s").alias("handle_s"),
            col("chain_resolved").alias("resolved"),
            col("chain_score").alias("score"),
        ]))
}

fn from_chats(chats: &DataFrame, tickets: &DataFrame) -> LazyFrame {
    chats
        .clone()
        .lazy()
        .filter(col("served"))
        .left_join(outlets(tickets), col("chat_id"), col("contact_ref"))
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

/// Sorts by issue once and looks at the neighbours.
fn link(all: DataFrame, context: &Context<'_>) -> Result<DataFrame> {
    let window = context.centre.fcr_window.as_secs_f64();
    let same = |by: i64| {
        col("issue_key")
            .is_not_null()
            .and(col("issue_key").eq(col("issue_key").shift(lit(by))))
    };
    let neighbour = |name: &str, by: i64| {
        when(same(by))
            .then(col(name).shift(lit(by)))
            .otherwise(lit(NULL).cast(DataType::Int64))
    };
    all.lazy()
        .with_column(issue_key())
        .sort(
            ["issue_key", "started_at", "contact_ref"],
            SortMultipleOptions::default(),
        )
        .with_columns([
            neighbour("ended_at", 1).alias("previous_at"),
            neighbour("started_at", -1).alias("next_at"),
        ])
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
        .sort(
            ["started_at", "contact_ref"],
            SortMultipleOptions::default(),
        )
        .collect()
        .computing("linked contacts")
}
