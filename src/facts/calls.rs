//! Calls and chats with everything a KPI needs on the row.

use polars::prelude::*;

use super::{Context, category, concurrency, frames, seconds};
use crate::error::{PolarsContext, Result};

/// Builds `call_facts`: flags of the first segment, offered, answered and short abandons, handle time.
///
/// # Errors
/// When Polars refuses the plan.
pub fn calls(records: DataFrame, agents: &DataFrame, context: &Context<'_>) -> Result<DataFrame> {
    let first = col("transferred_in").fill_null(false).not();
    let abandoned_early = col("outcome").eq(lit("abandoned")).and(
        col("wait_s")
            .lt(lit(context.centre.short_abandon_s))
            .fill_null(false),
    );
    frames::with_local(records, "started_at", context.centre.zone)?
        .lazy()
        .with_columns([
            category(),
            first.clone().alias("first_segment"),
            first.and(col("outcome").neq(lit("ivr"))).alias("offered"),
            abandoned_early.alias("short_abandon"),
            col("outcome").eq(lit("answered")).alias("answered"),
            (col("talk_s") + col("hold_s").fill_null(0.0) + col("acw_s").fill_null(0.0))
                .alias("handle_s"),
            context.peak(),
        ])
        .left_join(super::teams(agents), col("agent_id"), col("agent_id"))
        .sort(["started_at", "call_id"], SortMultipleOptions::default())
        .collect()
        .computing("call facts")
}

/// What chat facts are made from beside the columns that they take over.
pub const OF_CHATS: &[&str] = &["human_requested_at"];

/// Builds `chat_facts`: offered, served, first response, handle time and its share of the agent's time. Days are whole.
///
/// # Errors
/// When Polars refuses the plan.
pub fn chats(records: DataFrame, agents: &DataFrame, context: &Context<'_>) -> Result<DataFrame> {
    // A chat that does not say what became of it was served when a human replied.
    let outcome = when(col("outcome").is_not_null())
        .then(col("outcome"))
        .when(col("first_reply_at").is_not_null())
        .then(lit("served"))
        .otherwise(lit("abandoned"));
    let asked_at =
        polars::lazy::dsl::max_horizontal([col("started_at"), col("human_requested_at")])
            .computing("chat facts")?
            .alias("asked_at");
    let chats = frames::with_local(records, "started_at", context.centre.zone)?
        .lazy()
        .with_columns([
            category(),
            outcome.alias("outcome"),
            asked_at,
            context.peak(),
        ])
        .with_columns([
            col("outcome").neq(lit("bot")).alias("offered"),
            col("outcome").eq(lit("served")).alias("served"),
            seconds("asked_at", "first_reply_at").alias("frt_s"),
            seconds("first_reply_at", "ended_at").alias("handle_s"),
        ])
        .left_join(super::teams(agents), col("agent_id"), col("agent_id"))
        .sort(["started_at", "chat_id"], SortMultipleOptions::default())
        .collect()
        .computing("chat facts")?;
    concurrency::with_covered(chats)
}
