//! What is said of contacts afterwards: surveys, evaluations; and how many parcels there were.

use ahash::AHashMap;
use polars::prelude::*;
use rayon::prelude::*;

use super::sought::Sought;
use super::windows::hash;
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
    scores: ByRef,
    /// `contact_ref` of the contacts that were evaluated.
    evaluated: ByRef,
    /// `contact_ref` of everything that is about a contact.
    refs: ByRef,
}

/// Rows by their `contact_ref`: those of some contacts are found without a look at the others.
struct ByRef {
    /// In the order of the hashes of their ids.
    rows: DataFrame,
    /// Hash of an id → its first row, and how many there are. Ids that share a hash lie side by side.
    places: AHashMap<u64, (IdxSize, IdxSize)>,
}

impl ByRef {
    /// Leaves out rows without an id.
    fn of(rows: &DataFrame) -> PolarsResult<Self> {
        let mut order: Vec<(u64, IdxSize)> = rows
            .column("contact_ref")?
            .str()?
            .iter()
            .zip(0..)
            .filter_map(|(id, row)| Some((hash(id?), row)))
            .collect();
        order.par_sort_unstable();
        let mut places: AHashMap<u64, (IdxSize, IdxSize)> = AHashMap::with_capacity(order.len());
        for ((hash, _), place) in order.iter().zip(0..) {
            places.entry(*hash).or_insert((place, 0)).1 += 1;
        }
        let order = order.into_iter().map(|(_, row)| row).collect();
        let order = IdxCa::from_vec("row".into(), order);
        Ok(Self {
            rows: rows.take(&order)?,
            places,
        })
    }

    /// Which of these contacts there may be rows of, and these rows.
    fn near(&self, contacts: &DataFrame) -> PolarsResult<(BooleanChunked, DataFrame)> {
        let ids = contacts.column("contact_ref")?.str()?;
        let mut found: Vec<(IdxSize, IdxSize)> = Vec::new();
        let near = ids
            .iter()
            .map(|id| {
                let place = self.places.get(&hash(id?));
                found.extend(place);
                Some(place.is_some())
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        let rows = found
            .into_iter()
            .flat_map(|(first, count)| first..first + count);
        let rows = IdxCa::from_vec("row".into(), rows.collect());
        Ok((near, self.rows.take(&rows)?))
    }
}

/// Contacts that evaluations and surveys are about, [`OF_CONTACTS`] of them.
pub struct Judged(ByRef);

impl Judged {
    /// Of these contacts.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn of(contacts: &DataFrame) -> Result<Self> {
        Ok(Self(ByRef::of(contacts).computing("judged contacts")?))
    }

    /// Those that some records are about, perhaps more.
    ///
    /// # Errors
    /// When the records have no `contact_ref`.
    pub fn of_records(&self, records: &DataFrame) -> Result<DataFrame> {
        let (_, contacts) = self.0.near(records).computing("judged contacts")?;
        Ok(contacts)
    }
}

impl Feedback {
    /// Reads which contacts surveys and evaluations are about; with `of`, only what is about one of these.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn of(records: &Records, of: Option<&Sought>) -> Result<Self> {
        let rows = |table: &str, names: &[&str]| -> Result<DataFrame> {
            let parts = records.parts(table);
            let Some(of) = of else {
                return records.columns_of(table, parts, names);
            };
            let parts = of.parts(parts, "contact_ref")?;
            of.rows(&records.columns_of(table, &parts, names)?, "contact_ref")
        };
        let names = [
            "survey_id",
            "contact_ref",
            "sent_at",
            "answered_at",
            "score",
        ];
        let surveys = rows("surveys", &names)?;
        let evaluations = rows("evaluations", &["contact_ref"])?;
        let surveyed = surveys
            .select(["contact_ref"])
            .computing("surveyed contacts")?;
        let evaluated = evaluations
            .lazy()
            .drop_nulls(None)
            .unique(None, UniqueKeepStrategy::Any)
            .collect()
            .computing("evaluated contacts")?;
        let refs = surveyed
            .vstack(&evaluated)
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
        let by_ref = |rows: &DataFrame| ByRef::of(rows).computing("contacts that are judged");
        Ok(Self {
            scores: by_ref(&scores)?,
            evaluated: by_ref(&evaluated)?,
            refs: by_ref(&refs)?,
        })
    }

    /// Adds to contacts whether they were evaluated, and the score of a survey where they have none of their own;
    /// `score_source` says which it is.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn added_to(&self, contacts: DataFrame) -> Result<LazyFrame> {
        let by = || col("contact_ref");
        let near = |rows: &ByRef| -> Result<LazyFrame> {
            let (_, rows) = rows.near(&contacts).computing("judged contacts")?;
            Ok(rows.lazy())
        };
        let scores = near(&self.scores)?;
        let evaluated = near(&self.evaluated)?.with_column(lit(true).alias("evaluated"));
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

    /// Of these contacts those that surveys or evaluations are about, [`OF_CONTACTS`] of them.
    ///
    /// # Errors
    /// When Polars refuses the plan.
    pub fn judged(&self, contacts: &DataFrame) -> Result<DataFrame> {
        let judged = || {
            let (near, refs) = self.refs.near(contacts)?;
            let by = [col("contact_ref")];
            contacts
                .select(OF_CONTACTS.iter().copied())?
                .filter(&near)?
                .lazy()
                .join(refs.lazy(), by.clone(), by, JoinArgs::new(JoinType::Semi))
                .collect()
        };
        judged().computing("judged contacts")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_some_contacts_are_all_their_rows_and_no_others() {
        let ids = [Some("b"), Some("a"), None, Some("b"), Some("c"), Some("d")];
        let rows = df!("contact_ref" => ids, "row" => [0, 1, 2, 3, 4, 5]).unwrap();
        let by_ref = ByRef::of(&rows).unwrap();
        assert_eq!(by_ref.rows.height(), 5);
        let asked =
            df!("contact_ref" => [Some("d"), None, Some("b"), Some("x"), Some("b")]).unwrap();
        let (near, found) = by_ref.near(&asked).unwrap();
        let near: Vec<Option<bool>> = near.iter().collect();
        assert_eq!(
            near,
            [Some(true), None, Some(true), Some(false), Some(true)]
        );
        let mut found: Vec<i32> = found
            .column("row")
            .unwrap()
            .i32()
            .unwrap()
            .iter()
            .flatten()
            .collect();
        found.sort_unstable();
        assert_eq!(found, [0, 3, 5]);
    }
}
