//! Days of facts on which only some columns are new: the files of the others are kept, and of these the other columns.

use std::collections::BTreeSet;

use polars::prelude::*;
use rayon::prelude::*;

use super::frames;
use super::output::Output;
use super::windows::Day;
use crate::error::{PolarsContext, Result};
use crate::schema::facts::Fact;
use crate::store::delta::{Content, Part, Replacement};
use crate::store::parquet_io;

/// What becomes of a day.
pub enum Carried {
    /// Its file is kept.
    Same,
    /// It has a file in which some columns are new.
    Renewed(Replacement),
    /// Its rows have other places: it is put together anew.
    Moved,
}

/// The day with the columns of `now` where they differ from the same columns of `then`. Rows keep their places, so that
/// none of these columns may be one that they are in the order of.
///
/// # Errors
/// When the file cannot be read, or has other rows.
pub fn renewed(fact: &Fact, part: &Part, then: &DataFrame, now: &DataFrame) -> Result<Carried> {
    let mut new = Vec::new();
    for column in now.columns() {
        let name = column.name();
        let Some(known) = fact.column(name) else {
            continue;
        };
        let old = then.column(name).computing("facts of a day")?;
        if !old.equals_missing(column) {
            new.push((known.name, frames::to_array(fact, column)?));
        }
    }
    if new.is_empty() {
        return Ok(Carried::Same);
    }
    Ok(Carried::Renewed(Replacement {
        partition: part.partition.clone(),
        content: Content::Bytes(parquet_io::with_columns(&part.path, &new)?),
        keys: None,
        rows: part.rows,
    }))
}

/// Keeps the files of days or writes those with new columns, as `of_day` says, a few at a time. Gives the days that are
/// neither.
///
/// # Errors
/// When a file cannot be read or written.
pub fn carry<T: Sync>(
    fact: &'static Fact,
    days: &[T],
    part: impl Fn(&T) -> &Part,
    of_day: impl Fn(&T) -> Result<Carried> + Sync,
    output: &mut Output,
) -> Result<BTreeSet<Day>> {
    let (mut kept, mut moved) = (Vec::new(), BTreeSet::new());
    for days in days.chunks(8 * rayon::current_num_threads().max(1)) {
        let carried = days.par_iter().map(&of_day).collect::<Result<Vec<_>>>()?;
        let mut written = Vec::new();
        for (day, carried) in days.iter().zip(carried) {
            match carried {
                Carried::Same => kept.push(part(day).clone()),
                Carried::Renewed(file) => written.push(file),
                Carried::Moved => {
                    moved.insert(part(day).partition.clone());
                }
            }
        }
        output.add(fact, written)?;
    }
    output.keep(fact.name, kept);
    Ok(moved)
}
