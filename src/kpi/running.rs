//! Durations that go on until the cut-off, added to rows of fact files, which hold them only once they have ended.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use arrow::error::ArrowError;

use crate::schema::facts::{Fact, Running};

/// The rows of a fact file, with the duration that goes on counted up to `as_of`, where the rows have it and what it is
/// computed from.
///
/// # Errors
/// When a column is of another type than the fact says.
pub fn counted(rows: RecordBatch, fact: &Fact, as_of: i64) -> Result<RecordBatch, ArrowError> {
    let Some(running) = fact.running() else {
        return Ok(rows);
    };
    let has = |name| rows.schema_ref().index_of(name).ok();
    if !running.columns().all(|name| has(name).is_some()) {
        return Ok(rows);
    }
    let Some(at) = has(running.column) else {
        return Ok(rows);
    };
    let mut columns = rows.columns().to_vec();
    columns[at] = Arc::new(until(&rows, running, as_of)?);
    RecordBatch::try_new(rows.schema(), columns)
}

fn until(rows: &RecordBatch, running: &Running, as_of: i64) -> Result<Float64Array, ArrowError> {
    let column = |name: &str, as_type: DataType| -> Result<ArrayRef, ArrowError> {
        let found = rows.column_by_name(name);
        let missing = || ArrowError::SchemaError(format!("there is no column `{name}`"));
        cast(found.ok_or_else(missing)?, &as_type)
    };
    let ended = column(running.column, DataType::Float64)?;
    let from = column(running.from, DataType::Int64)?;
    let open = column(running.open, DataType::Boolean)?;
    let states = running.rests.map(|(name, _)| column(name, DataType::Utf8));
    let states = states.transpose()?;
    let (ended, from) = (
        ended.as_primitive::<Float64Type>(),
        from.as_primitive::<Int64Type>(),
    );
    let (open, states) = (
        open.as_boolean(),
        states.as_ref().map(AsArray::as_string::<i32>),
    );
    let rests = |row: usize| {
        let state = states.filter(|states| states.is_valid(row));
        let known = running.rests.map_or(&[][..], |(_, states)| states);
        state.is_some_and(|states| known.contains(&states.value(row)))
    };
    Ok((0..rows.num_rows())
        .map(|row| {
            let goes_on = open.is_valid(row) && open.value(row) && !rests(row);
            if goes_on {
                let from = from.is_valid(row).then(|| from.value(row))?;
                return Some((as_of - from) as f64 / 1e6);
            }
            ended.is_valid(row).then(|| ended.value(row))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{BooleanArray, StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn what_goes_on_is_counted_to_the_cut_off() {
        let fact = Fact::by_name("state_visits").unwrap();
        let instants = TimestampMicrosecondArray::from(vec![1_000_000, 2_000_000, 3_000_000]);
        let rows = RecordBatch::try_from_iter([
            (
                "state",
                Arc::new(StringArray::from(vec!["pending", "closed", "pending"])) as ArrayRef,
            ),
            ("entered_at", Arc::new(instants.with_timezone("UTC"))),
            (
                "open",
                Arc::new(BooleanArray::from(vec![true, true, false])),
            ),
            (
                "dwell_s",
                Arc::new(Float64Array::from(vec![None, None, Some(5.0)])),
            ),
        ])
        .unwrap();
        let found = counted(rows, fact, 9_500_000).unwrap();
        let found = found.column_by_name("dwell_s").unwrap();
        let found: Vec<_> = found.as_primitive::<Float64Type>().iter().collect();
        assert_eq!(found, [Some(8.5), None, Some(5.0)]);
    }
}
