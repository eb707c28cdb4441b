//! Contacts of days that are not derived again: their neighbours of the same issue may be others now.

use ahash::AHashSet;
use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use polars::prelude::*;
use rayon::prelude::*;

use super::Reach;
use crate::error::{Error, PolarsContext, Result};
use crate::facts::carried::{Carried, carry, renewed};
use crate::facts::derivation::fact;
use crate::facts::events::each;
use crate::facts::links::{Collected, Links, NONE};
use crate::facts::output::Output;
use crate::facts::surveys::Feedback;
use crate::facts::windows::{hash, on};
use crate::facts::{Context, contacts, frames};
use crate::store::delta::Part;
use crate::store::parquet_io::{self, Footer};

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
                if !day.rows.is_empty() {
                    collected.add(&contacts)?;
                }
                all.push(day);
            }
        }
        Ok(Self(all))
    }

    /// Keeps the files of the days on which nothing is new, and writes those columns of the others that are.
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
    ) -> Result<()> {
        let renewed = |day: &OfDay| {
            let links = links.numbers(day.start, day.rows.len());
            let said = reach.said.contains(&day.part.partition);
            day.renewed(links, said.then_some(feedback), context)
        };
        let facts = fact("contact_facts");
        carry(facts, &self.0, |day| &day.part, renewed, output)?;
        Ok(())
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
    /// now, where that may be new. Rows keep their places: their order depends on nothing that changes.
    fn renewed(
        &self,
        links: [&[i64]; 2],
        said: Option<&Feedback>,
        context: &Context<'_>,
    ) -> Result<Carried> {
        let same = [&self.links[0][..], &self.links[1][..]] == links;
        if same && !self.waiting && said.is_none() {
            return Ok(Carried::Same);
        }
        let fact = fact("contact_facts");
        let mut names = Vec::new();
        let linked = !same || self.waiting;
        names.extend(linked.then_some(OF_LINKS).into_iter().flatten());
        names.extend(said.map(|_| OF_FEEDBACK).into_iter().flatten());
        let then = frames::columns(fact, std::slice::from_ref(&self.part), &names)?;
        let mut now = then.clone();
        if linked {
            now = self.relinked(now, links, context)?;
        }
        if let Some(feedback) = said {
            now = said_anew(now, feedback)?;
        }
        renewed(fact, &self.part, &then, &now)
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
fn said_anew(rows: DataFrame, feedback: &Feedback) -> Result<DataFrame> {
    let own = when(col("score_source").eq(lit("contact")))
        .then(col("score"))
        .otherwise(lit(NULL).cast(DataType::Float64));
    let rows = rows
        .lazy()
        .with_column(own.alias("score"))
        .drop(cols(["score_source", "evaluated"]))
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
    let waiting = if let Some(waiting) = Footer::of(&part.path).any_false("mature")? {
        waiting
    } else {
        let flags = parquet_io::read_coded(&part.path, &["mature"])?;
        let mut flags = flags
            .columns()
            .iter()
            .filter_map(|flags| flags.as_boolean_opt());
        flags.any(|flags| flags.false_count() > 0)
    };
    let mut any = false;
    parquet_io::texts(&part.path, "issue_key", &mut |issue| {
        any |= issues.contains(&hash(issue));
    })?;
    // Most days have none: nothing else is read of them.
    let (rows, links, contacts) = if any {
        of_issues(part, issues)?
    } else {
        Default::default()
    };
    let day = OfDay {
        links,
        waiting,
        part: part.clone(),
        rows,
        start: 0,
    };
    Ok((day, contacts))
}

/// Rows, their `previous_at` and `next_at`, and what links them.
type OfIssues = (Vec<usize>, [Vec<i64>; 2], DataFrame);

/// The rows of a day that have one of these issues.
fn of_issues(part: &Part, issues: &AHashSet<u64>) -> Result<OfIssues> {
    let columns = [
        "issue_key",
        "started_at",
        "ended_at",
        "previous_at",
        "next_at",
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
    let links = [known("previous_at")?, known("next_at")?];
    Ok((rows, links, contacts))
}
