//! Contacts of days that are not derived again: their neighbours of the same issue may be others now.

use ahash::AHashSet;
use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use polars::prelude::*;
use rayon::prelude::*;

use super::Reach;
use crate::error::{Error, PolarsContext, Result};
use crate::facts::derivation::fact;
use crate::facts::events::each;
use crate::facts::links::{Collected, Links, NONE};
use crate::facts::output::Output;
use crate::facts::surveys::Feedback;
use crate::facts::windows::{hash, on};
use crate::facts::{Context, contacts, frames, surveys};
use crate::store::delta::{Content, Part, Replacement};
use crate::store::parquet_io;

/// The contacts of days that are not derived again that have an issue in common with those that are.
#[derive(Default)]
pub struct Kept(Vec<OfDay>);

/// Those of a day.
struct OfDay {
    part: Part,
    /// Their rows in the file.
    rows: Vec<usize>,
    /// `previous_at` and `next_at` as they are.
    links: [Vec<i64>; 2],
    /// Position of the first among all contacts that are linked.
    start: usize,
    /// Whether the window of one of the day was not over.
    waiting: bool,
}

impl Kept {
    /// Reads them, and collects them to be linked.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of(reach: &Reach, collected: &mut Collected) -> Result<Self> {
        let mut issues: AHashSet<u64> = collected.issues();
        let gone = each(&on(&reach.old, &reach.derived), "issue_key", |issue| {
            Some(hash(issue))
        })?;
        issues.extend(gone.into_iter().flatten());
        let mut others = reach.old.clone();
        others.retain(|part| !reach.derived.contains(&part.partition));
        let mut all = Vec::new();
        for parts in others.chunks(8 * rayon::current_num_threads().max(1)) {
            let read = parts
                .par_iter()
                .map(|part| of_day(part, &issues))
                .collect::<Result<Vec<_>>>()?;
            for (mut day, contacts) in read {
                day.start = collected.len();
                collected.add(&contacts)?;
                all.push(day);
            }
        }
        Ok(Self(all))
    }

    /// Keeps the files of the days on which nothing is new, and writes those columns of the others that are; gives the
    /// contacts of all of them that are judged.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn put(
        &self,
        reach: &Reach,
        links: &Links,
        feedback: &Feedback,
        context: &Context<'_>,
        output: &mut Output,
    ) -> Result<Vec<LazyFrame>> {
        let (mut kept, mut judged) = (Vec::new(), Vec::new());
        for days in self.0.chunks(8 * rayon::current_num_threads().max(1)) {
            let written = days
                .par_iter()
                .map(|day| {
                    let links = links.numbers(day.start, day.rows.len());
                    let said = reach.said.contains(&day.part.partition);
                    day.renewed(links, said.then_some(feedback), context)
                })
                .collect::<Result<Vec<_>>>()?;
            let same = days.iter().zip(&written).filter(|(_, new)| new.is_none());
            kept.extend(same.map(|(day, _)| day.part.clone()));
            output.add(fact("contact_facts"), written.into_iter().flatten())?;
            let parts: Vec<Part> = days.iter().map(|day| day.part.clone()).collect();
            let rows = frames::columns(fact("contact_facts"), &parts, surveys::OF_CONTACTS)?;
            judged.push(feedback.judged(&rows)?.lazy());
        }
        output.keep("contact_facts", kept);
        Ok(judged)
    }
}

/// What of a contact depends on others, and what it follows from.
const OF_LINKS: &[&str] = &[
    "started_at",
    "ended_at",
    "previous_at",
    "next_at",
    "first_contact",
    "repeated",
    "mature",
];

/// What is said of it, and what it follows from.
const OF_FEEDBACK: &[&str] = &["contact_ref", "score", "score_source", "evaluated"];

impl OfDay {
    /// The file of the day with the links `links`, judged at the cut-off of the context, with what is said of its contacts
    /// now, where that may be new; `None` when it is as it was. Rows keep their places: their order depends on nothing
    /// that changes.
    fn renewed(
        &self,
        links: [&[i64]; 2],
        said: Option<&Feedback>,
        context: &Context<'_>,
    ) -> Result<Option<Replacement>> {
        let same = [&self.links[0][..], &self.links[1][..]] == links;
        if same && !self.waiting && said.is_none() {
            return Ok(None);
        }
        let fact = fact("contact_facts");
        let mut new = Vec::new();
        let mut note = |then: &DataFrame, now: &DataFrame, names: &[&'static str]| -> Result<()> {
            for name in names {
                let (then, now) = (then.column(name), now.column(name));
                let (then, now) = (then.computing("contacts")?, now.computing("contacts")?);
                if !then.equals_missing(now) {
                    new.push((*name, frames::to_array(fact, now)?));
                }
            }
            Ok(())
        };
        if !same || self.waiting {
            let then = frames::columns(fact, std::slice::from_ref(&self.part), OF_LINKS)?;
            let now = self.relinked(then.clone(), links, context)?;
            note(&then, &now, &OF_LINKS[2..])?;
        }
        if let Some(feedback) = said {
            let then = frames::columns(fact, std::slice::from_ref(&self.part), OF_FEEDBACK)?;
            let now = said_anew(&then, feedback)?;
            note(&then, &now, &OF_FEEDBACK[1..])?;
        }
        if new.is_empty() {
            return Ok(None);
        }
        Ok(Some(Replacement {
            partition: self.part.partition.clone(),
            content: Content::Bytes(parquet_io::with_columns(&self.part.path, &new)?),
            keys: None,
            rows: self.part.rows,
        }))
    }

    /// The rows of the day with new links and what follows from them.
    fn relinked(
        &self,
        mut rows: DataFrame,
        links: [&[i64]; 2],
        context: &Context<'_>,
    ) -> Result<DataFrame> {
        for (name, new) in ["previous_at", "next_at"].into_iter().zip(links) {
            let column = rows.column(name).and_then(|column| column.i64().cloned());
            let column = column.computing("linked contacts")?;
            let mut instants: Vec<Option<i64>> = column.iter().collect();
            for (row, at) in self.rows.iter().zip(new) {
                instants[*row] = (*at != NONE).then_some(*at);
            }
            rows.with_column(Column::new(name.into(), instants))
                .computing("linked contacts")?;
        }
        contacts::linked(rows, context)
    }
}

/// What a survey said is said anew, in the order of the rows; a contact's own score stays.
fn said_anew(rows: &DataFrame, feedback: &Feedback) -> Result<DataFrame> {
    let own = when(col("score_source").eq(lit("contact")))
        .then(col("score"))
        .otherwise(lit(NULL).cast(DataType::Float64));
    let rows = rows
        .clone()
        .lazy()
        .select([col("contact_ref"), own.alias("score")])
        .with_row_index("row", None)
        .collect()
        .computing("contacts")?;
    feedback
        .added_to(rows)?
        .sort(["row"], SortMultipleOptions::default())
        .collect()
        .computing("contacts")
}

/// The contacts of a day that have one of these issues.
fn of_day(part: &Part, issues: &AHashSet<u64>) -> Result<(OfDay, DataFrame)> {
    let columns = [
        "issue_key",
        "started_at",
        "ended_at",
        "previous_at",
        "next_at",
        "mature",
    ];
    let batch = parquet_io::read_coded(&part.path, &columns)?;
    let column = |name: &str| {
        batch.column_by_name(name).ok_or_else(|| Error::Store {
            root: part.path.clone(),
            message: format!("it has no column `{name}`"),
            hint: "`kefu store verify` says what else is wrong".to_owned(),
        })
    };
    let coded = column("issue_key")?;
    let coded = coded.as_any_dictionary();
    let words = coded.values().as_string::<i32>();
    let among: Vec<bool> = (0..words.len())
        .map(|at| words.is_valid(at) && issues.contains(&hash(words.value(at))))
        .collect();
    // Arrow has no keys to give where no contact has an issue.
    let keys = if words.is_empty() {
        Vec::new()
    } else {
        coded.normalized_keys()
    };
    let rows: Vec<usize> = (0..batch.num_rows())
        .filter(|row| coded.keys().is_valid(*row) && among[keys[*row]])
        .collect();
    let instants = |name: &str| -> Result<Vec<Option<i64>>> {
        let column = column(name)?.as_primitive::<TimestampMicrosecondType>();
        let at = |row: &usize| column.is_valid(*row).then(|| column.value(*row));
        Ok(rows.iter().map(at).collect())
    };
    let known = |name| -> Result<Vec<i64>> {
        let instants = instants(name)?.into_iter();
        Ok(instants.map(|at| at.unwrap_or(NONE)).collect())
    };
    let texts: Vec<&str> = rows.iter().map(|row| words.value(keys[*row])).collect();
    let contacts = DataFrame::new(
        rows.len(),
        vec![
            Column::new("issue_key".into(), texts),
            Column::new("started_at".into(), instants("started_at")?),
            Column::new("ended_at".into(), instants("ended_at")?),
        ],
    )
    .computing("contacts of an issue")?;
    let day = OfDay {
        links: [known("previous_at")?, known("next_at")?],
        waiting: column("mature")?.as_boolean().false_count() > 0,
        part: part.clone(),
        rows,
        start: 0,
    };
    Ok((day, contacts))
}
