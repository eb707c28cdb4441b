//! What is said of contacts afterwards: surveys, evaluations; and how many parcels there were.

use polars::prelude::*;

use super::{Context, Records, frames};
use crate::error::{PolarsContext, Result};
use crate::schema::DATE;

/// What surveys and evaluations take over from the contact they are about, and its id.
pub const OF_CONTACTS: &[&str] = &[
    "contact_ref",
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

/// What is said of contacts after they ended.
pub struct Feedback {
    /// `contact_ref` and `survey_score`, one row per contact.
    scores: LazyFrame,
    /// `contact_ref` of the contacts that were evaluated.
    evaluated: LazyFrame,
    /// `contact_ref` of everything that is about a contact.
    refs: LazyFrame,
}

impl Feedback {
    /// Reads which contacts surveys and evaluations are about.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of(records: &Records) -> Result<Self> {
        let names = [
            "survey_id",
            "contact_ref",
            "sent_at",
            "answered_at",
            "score",
        ];
        let surveys = records.columns("surveys", &names)?;
        let evaluations = records.columns("evaluations", &["contact_ref"])?;
        let surveyed = surveys
            .select(["contact_ref"])
            .computing("surveyed contacts")?;
        let refs = surveyed
            .vstack(&evaluations)
            .computing("contacts that are judged")?;
        // Who answers twice has the last word.
        let scores = surveys
            .lazy()
            .filter(col("score").is_not_null())
            .with_column(coalesce(&[col("answered_at"), col("sent_at")]).alias("said_at"))
            .sort(["said_at", "survey_id"], SortMultipleOptions::default())
            .group_by([col("contact_ref")])
            .agg([col("score").last().alias("survey_score")])
            .collect()
            .computing("scores of surveys")?;
        Ok(Self {
            scores: scores.lazy(),
            evaluated: evaluations
                .lazy()
                .drop_nulls(None)
                .unique(None, UniqueKeepStrategy::Any)
                .with_column(lit(true).alias("evaluated")),
            refs: refs.lazy(),
        })
    }

    /// Adds to contacts whether they were evaluated, and the score of a survey where they have none of their own;
    /// `score_source` says which it is.
    pub fn added_to(&self, contacts: LazyFrame) -> LazyFrame {
        let by = || col("contact_ref");
        contacts
            .left_join(self.scores.clone(), by(), by())
            .left_join(self.evaluated.clone(), by(), by())
            .with_columns([
                when(col("score").is_not_null())
                    .then(lit("contact"))
                    .when(col("survey_score").is_not_null())
                    .then(lit("survey"))
                    .otherwise(lit(NULL).cast(DataType::String))
                    .alias("score_source"),
                coalesce(&[col("score"), col("survey_score")]).alias("score"),
                col("evaluated").fill_null(false),
            ])
    }

    /// Of these contacts those that surveys or evaluations are about, [`OF_CONTACTS`] of them.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn judged(&self, contacts: DataFrame) -> Result<DataFrame> {
        contacts
            .lazy()
            .select(of_contacts())
            .join(
                self.refs.clone(),
                [col("contact_ref")],
                [col("contact_ref")],
                JoinArgs::new(JoinType::Semi),
            )
            .collect()
            .computing("judged contacts")
    }
}

fn of_contacts() -> Vec<Expr> {
    OF_CONTACTS.iter().map(|name| col(*name)).collect()
}

/// Builds `survey_facts`: one row per survey with the dimensions of its contact, on the day it was sent, else
/// answered. Whatever the customer said is an answer, with a time or without.
///
/// # Errors
/// When Polars refuses the plan.
pub fn surveys(
    records: DataFrame,
    contacts: &DataFrame,
    context: &Context<'_>,
) -> Result<DataFrame> {
    let said = ["score", "feedback", "comment"]
        .into_iter()
        .fold(col("answered_at").is_not_null(), |said, name| {
            said.or(col(name).is_not_null())
        });
    let records = records
        .lazy()
        .with_columns([
            coalesce(&[col("sent_at"), col("answered_at")]).alias("at"),
            said.alias("answered"),
        ])
        .collect()
        .computing("survey facts")?;
    frames::with_local(records, "at", context.centre.zone)?
        .lazy()
        .left_join(
            contacts.clone().lazy().select(of_contacts()),
            col("contact_ref"),
            col("contact_ref"),
        )
        .sort(["at", "survey_id"], SortMultipleOptions::default())
        .collect()
        .computing("survey facts")
}

/// Builds `parcel_facts`: how many parcels an outlet had on a day. A day has no hour.
///
/// # Errors
/// When Polars refuses the plan.
pub fn parcels(records: DataFrame) -> Result<DataFrame> {
    records
        .lazy()
        .with_column(
            col(DATE)
                .cast(DataType::Date)
                .dt()
                .weekday()
                .cast(DataType::Int64)
                .alias("weekday"),
        )
        .sort([DATE, "outlet"], SortMultipleOptions::default())
        .collect()
        .computing("parcel facts")
}
