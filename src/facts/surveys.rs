//! What is said of contacts afterwards: surveys, evaluations; and how many parcels there were.

use polars::prelude::*;

use super::by_id::{ById, Hashes};
use super::segments::Segments;
use super::sought::Sought;
use super::windows::{gathered, hash, texts};
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
    /// Answers with a score, [`OF_SCORES`] of them.
    scores: ById,
    /// `contact_ref` of the contacts that were evaluated.
    evaluated: ById,
    /// Hashes of the ids of all contacts that something is about.
    refs: Hashes,
}

/// What is read of a survey to know its score.
const OF_SCORES: &[&str] = &[
    "survey_id",
    "contact_ref",
    "sent_at",
    "answered_at",
    "score",
];

impl Feedback {
    /// Reads which contacts surveys and evaluations are about; with `of`, only what is about one of these.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of(records: &Records, of: Option<&Sought>, segments: &Segments) -> Result<Self> {
        let mut refs = Vec::new();
        // What `kept` keeps of the rows that were read.
        let mut rows =
            |table: &str, names: &[&str], kept: fn(LazyFrame) -> LazyFrame| -> Result<DataFrame> {
                let parts = match of {
                    Some(of) => of.parts(records.parts(table), "contact_ref")?,
                    None => records.parts(table).to_vec(),
                };
                gathered(&parts, records.at_a_time, |parts| {
                    let mut rows = records.columns_of(table, parts, names)?;
                    if let Some(of) = of {
                        rows = of.rows(&rows, "contact_ref")?;
                    }
                    rows = segments.resolved(rows)?;
                    refs.extend(texts(&rows, "contact_ref")?.iter().flatten().map(hash));
                    kept(rows.lazy()).collect().computing("judged contacts")
                })
            };
        let scores = rows("surveys", OF_SCORES, |rows| {
            rows.filter(col("score").is_not_null())
        })?;
        let evaluated = rows("evaluations", &["contact_ref"], |rows| {
            rows.drop_nulls(None).unique(None, UniqueKeepStrategy::Any)
        })?;
        Ok(Self {
            scores: ById::of(&scores, "contact_ref")?,
            evaluated: ById::of(&evaluated, "contact_ref")?,
            refs: refs.into_iter().collect(),
        })
    }

    /// Adds to contacts whether they were evaluated, and the score of a survey where they have none of their own;
    /// `score_source` says which it is.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn added_to(&self, contacts: DataFrame) -> Result<LazyFrame> {
        let by = || col("contact_ref");
        let near =
            |rows: &ById| -> Result<LazyFrame> { Ok(rows.near(&contacts, "contact_ref")?.lazy()) };
        // Who answers twice has the last word.
        let scores = near(&self.scores)?
            .with_column(coalesce(&[col("answered_at"), col("sent_at")]).alias("said_at"))
            .sort(["said_at", "survey_id"], SortMultipleOptions::default())
            .group_by([by()])
            .agg([col("score").last().alias("survey_score")]);
        let evaluated = near(&self.evaluated)?
            .unique(None, UniqueKeepStrategy::Any)
            .with_column(lit(true).alias("evaluated"));
        Ok(contacts
            .lazy()
            .left_join(scores, by(), by())
            .left_join(evaluated, by(), by())
            .with_columns([
                when(col("score").is_not_null())
                    .then(lit("contact"))
                    .when(col("survey_score").is_not_null())
                    .then(lit("survey"))
                    .otherwise(lit(NULL).cast(DataType::String))
                    .alias("score_source"),
                coalesce(&[col("score"), col("survey_score")]).alias("score"),
                col("evaluated").fill_null(false),
            ]))
    }

    /// Which of some ids of contacts are those of contacts that surveys or evaluations are about, perhaps a few more.
    pub fn about<'a>(
        &self,
        ids: impl Iterator<Item = Option<&'a str>>,
    ) -> impl Iterator<Item = Option<u64>> {
        ids.map(|id| id.map(hash).filter(|id| self.refs.has(*id)))
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
