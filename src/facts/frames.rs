//! Parquet parts ↔ Polars frames: reading records, placing rows in local time, writing facts.
//!
//! Inside `facts` every instant is an `Int64` of UTC microseconds and every date an `Int32` of days since
//! 1970; they get their types back when a fact table is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema, SchemaRef};
use chrono_tz::Tz;
use deltalake::kernel::PrimitiveType;
use polars::prelude::*;
use rayon::prelude::*;

use super::windows::Day;
use crate::calendar;
use crate::error::{Error, PolarsContext, Result};
use crate::ingest::columns::arrow_type;
use crate::schema::facts::Fact;
use crate::schema::{DATE, PROBLEM_SOURCE, Physical, SOURCE_FILE, SOURCE_LINE, Table};
use crate::store::delta::{Content, Layout, Part, Replacement};
use crate::store::parquet_io;

/// Scans Parquet parts lazily, the partition column included; `None` when there are none.
///
/// # Errors
/// When Polars cannot open them.
pub fn scan(root: &Path, parts: &[Part]) -> Result<Option<LazyFrame>> {
    if parts.is_empty() {
        return Ok(None);
    }
    let partitioned = parts.iter().any(|part| part.partition.is_some());
    let paths = parts
        .iter()
        .map(|part| PlRefPath::new(part.path.to_string_lossy()))
        .collect();
    let options = ScanArgsParquet {
        hive_options: HiveOptions {
            enabled: Some(partitioned),
            hive_start_idx: root.to_string_lossy().len(),
            schema: None,
            try_parse_dates: true,
        },
        glob: false,
        ..ScanArgsParquet::default()
    };
    LazyFrame::scan_parquet_files(paths, options)
        .map(Some)
        .computing("the scan of a table")
}

/// The rows of a record table, instants and dates as integers; an empty frame of its columns without parts.
///
/// # Errors
/// When a part cannot be read.
pub fn records(root: &Path, table: &Table, parts: &[Part]) -> Result<DataFrame> {
    let all: Vec<&str> = stored_columns(table).map(|(name, _)| name).collect();
    record_columns(root, table, parts, &all)
}

/// Some columns of it.
///
/// # Errors
/// When a part cannot be read.
pub fn record_columns(
    root: &Path,
    table: &Table,
    parts: &[Part],
    names: &[&str],
) -> Result<DataFrame> {
    let wanted = stored_columns(table).filter(|(name, _)| names.contains(name));
    let Some(scan) = scan(root, parts)? else {
        let none = wanted
            .map(|(name, physical)| Column::new_empty(name.into(), &polars_type(physical)))
            .collect();
        return DataFrame::new(0, none).computing("an empty table");
    };
    let wanted: Vec<Expr> = wanted
        .map(|(name, physical)| match physical {
            Physical::Instant => col(name).cast(DataType::Int64),
            Physical::Date => col(name).cast(DataType::Int32),
            _ => col(name),
        })
        .collect();
    scan.select(wanted).collect().computing("records")
}

/// Columns of a fact table from files of it, wherever they lie; the date, which is no column of the files,
/// cannot be asked for. Instants are integers.
///
/// # Errors
/// When a file cannot be read.
pub fn columns(fact: &Fact, parts: &[Part], names: &[&str]) -> Result<DataFrame> {
    let types = |name: &str| {
        fact.column(name)
            .map_or(Physical::Text, |column| column.physical)
    };
    if parts.is_empty() {
        let none = names
            .iter()
            .map(|name| Column::new_empty((*name).into(), &polars_type(types(name))))
            .collect();
        return DataFrame::new(0, none).computing("an empty table");
    }
    let paths = parts
        .iter()
        .map(|part| PlRefPath::new(part.path.to_string_lossy()))
        .collect();
    let options = ScanArgsParquet {
        // Some lie in the folder of their day, others do not.
        hive_options: HiveOptions::new_disabled(),
        glob: false,
        ..ScanArgsParquet::default()
    };
    let wanted: Vec<Expr> = names
        .iter()
        .map(|name| match types(name) {
            Physical::Instant => col(*name).cast(DataType::Int64),
            _ => col(*name),
        })
        .collect();
    LazyFrame::scan_parquet_files(paths, options)
        .and_then(|scan| scan.select(wanted).collect())
        .computing("facts")
}

/// Every row of files of a fact table, with the date of their day, in the order of the files. Instants and dates are
/// integers.
///
/// # Errors
/// When a file cannot be read.
pub fn whole(fact: &Fact, parts: &[Part]) -> Result<DataFrame> {
    let names: Vec<&str> = fact.columns.iter().map(|column| column.name).collect();
    let mut dates: Vec<Option<i32>> = Vec::new();
    for part in parts {
        let day = part.partition.as_deref().and_then(|day| day.parse().ok());
        let rows = usize::try_from(part.rows).unwrap_or_default();
        dates.extend(std::iter::repeat_n(day.map(calendar::epoch_days), rows));
    }
    let stored: Vec<&str> = names.iter().copied().filter(|name| *name != DATE).collect();
    let mut frame = columns(fact, parts, &stored)?;
    let dates: Int32Chunked = dates.into_iter().collect();
    frame
        .with_column(dates.with_name(DATE.into()).into_series().into())
        .and_then(|frame| frame.select(names))
        .computing("a fact table")
}

/// The same frame with texts of its own. Columns share the texts that they were taken from: a few rows of many would
/// keep those of all.
///
/// # Errors
/// When the columns are not all of one height.
pub fn compact(frame: &DataFrame) -> PolarsResult<DataFrame> {
    let own = |column: &Column| match column.str() {
        Ok(texts) => {
            let texts: StringChunked = texts.iter().collect();
            texts.with_name(column.name().clone()).into_series().into()
        }
        Err(_) => column.clone(),
    };
    DataFrame::new(frame.height(), frame.columns().iter().map(own).collect())
}

/// The rows of some days.
///
/// # Errors
/// When the frame has no dates.
pub fn of_days(rows: &DataFrame, days: &BTreeSet<Day>) -> Result<DataFrame> {
    let dates: Vec<i32> = days
        .iter()
        .filter_map(|day| day.as_deref()?.parse().ok())
        .map(calendar::epoch_days)
        .collect();
    let mut inside = col(DATE)
        .is_in(lit(Series::new("".into(), dates)).implode(true), false)
        .fill_null(false);
    if days.contains(&None) {
        inside = inside.or(col(DATE).is_null());
    }
    rows.clone()
        .lazy()
        .filter(inside)
        .collect()
        .computing("facts by date")
}

fn stored_columns(table: &Table) -> impl Iterator<Item = (&'static str, Physical)> {
    let problem = table
        .has_problem()
        .then_some((PROBLEM_SOURCE, Physical::Text));
    table
        .columns
        .iter()
        .map(|column| (column.name, column.kind.physical()))
        .chain(problem)
        .chain([
            (SOURCE_FILE, Physical::Text),
            (SOURCE_LINE, Physical::Integer),
        ])
}

const fn polars_type(physical: Physical) -> DataType {
    match physical {
        Physical::Text => DataType::String,
        Physical::Instant | Physical::Integer => DataType::Int64,
        Physical::Date => DataType::Int32,
        Physical::Float => DataType::Float64,
        Physical::Flag => DataType::Boolean,
    }
}

/// How to join so that the rows stay in the order of the left side.
#[must_use]
pub fn in_left_order(how: JoinType) -> JoinArgs {
    let mut how = JoinArgs::new(how);
    how.maintain_order = MaintainOrderJoin::Left;
    how
}

/// Adds `date` (days), `hour`, `weekday` and `fold` of the instant column `at` on the clock of `zone`.
///
/// # Errors
/// When `at` is not an integer column of the frame.
pub fn with_local(mut frame: DataFrame, at: &str, zone: Tz) -> Result<DataFrame> {
    let instants = frame
        .column(at)
        .and_then(|column| column.i64().cloned())
        .computing("local time")?;
    let instants: Vec<Option<i64>> = instants.iter().collect();
    let local: Vec<Option<calendar::Local>> = instants
        .into_par_iter()
        .map(|at| at.and_then(|micros| calendar::local(zone, micros)))
        .collect();
    let dates: Int32Chunked = local
        .iter()
        .map(|l| l.map(|l| calendar::epoch_days(l.date)))
        .collect();
    let hours: Int64Chunked = local.iter().map(|l| l.map(|l| i64::from(l.hour))).collect();
    let weekdays: Int64Chunked = local
        .iter()
        .map(|l| l.map(|l| i64::from(l.weekday)))
        .collect();
    let folds: BooleanChunked = local.iter().map(|l| l.map(|l| l.fold)).collect();
    for (name, series) in [
        (DATE, dates.into_series()),
        ("hour", hours.into_series()),
        ("weekday", weekdays.into_series()),
        ("fold", folds.into_series()),
    ] {
        frame
            .with_column(series.with_name(name.into()).into())
            .computing("local time")?;
    }
    Ok(frame)
}

/// The layout of a fact table.
#[must_use]
pub fn layout(fact: &Fact) -> Layout {
    Layout {
        name: fact.name.to_owned(),
        schema: fact_schema(fact),
        partition: Some((DATE, PrimitiveType::Date)),
    }
}

fn fact_schema(fact: &Fact) -> SchemaRef {
    let fields: Vec<Field> = fact
        .columns
        .iter()
        .filter(|column| column.name != DATE)
        .map(|column| Field::new(column.name, arrow_type(column.physical), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// A fact frame as one Parquet file per local date, each in the order of some columns, or of the frame without any.
///
/// # Errors
/// When a column is missing or of another type than the schema says.
pub fn by_date(fact: &Fact, frame: &DataFrame, order: &[&str]) -> Result<Vec<Replacement>> {
    let dates = frame
        .column(DATE)
        .and_then(|column| Ok(column.i32()?.rechunk().into_owned()))
        .computing("facts by date")?;
    let mut rows: BTreeMap<Option<i32>, Vec<IdxSize>> = BTreeMap::new();
    for row in in_order(frame, order).computing("facts by date")? {
        rows.entry(dates.get(row as usize)).or_default().push(row);
    }
    rows.into_par_iter()
        .map(|(date, rows)| {
            let count = rows.len() as u64;
            let rows = IdxCa::from_vec("row".into(), rows);
            // Column by column: what Polars does with a whole frame waits for its own threads, and this one would begin
            // another day meanwhile, and another within that.
            let columns = frame.columns().iter().map(|column| column.take(&rows));
            let day = columns
                .collect::<PolarsResult<Vec<_>>>()
                .and_then(|columns| DataFrame::new(rows.len(), columns))
                .computing("facts by date")?;
            let partition = date
                .and_then(calendar::from_epoch_days)
                .map(|date| date.to_string());
            Ok(Replacement {
                partition,
                content: Content::Bytes(parquet_io::encode(&to_arrow(fact, &day)?, &[])?),
                keys: None,
                rows: count,
            })
        })
        .collect()
}

/// The rows of a frame in the order of some columns. Only these are sorted, not all there is.
fn in_order(frame: &DataFrame, order: &[&str]) -> PolarsResult<Vec<IdxSize>> {
    if order.is_empty() {
        return Ok((0..).take(frame.height()).collect());
    }
    let rows = frame
        .select(order.iter().copied())?
        .with_row_index("row".into(), None)?
        .lazy()
        .sort(order.to_vec(), SortMultipleOptions::default())
        .select([col("row")])
        .collect()?;
    Ok(rows.column("row")?.idx()?.iter().flatten().collect())
}

fn to_arrow(fact: &Fact, frame: &DataFrame) -> Result<RecordBatch> {
    let columns = fact
        .columns
        .iter()
        .filter(|column| column.name != DATE)
        .map(|column| {
            frame
                .column(column.name)
                .and_then(|series| array(series, column.physical))
        })
        .collect::<PolarsResult<Vec<ArrayRef>>>()
        .computing("a fact table")?;
    RecordBatch::try_new(fact_schema(fact), columns).map_err(|source| Error::Arrow {
        what: fact.name.to_owned(),
        source,
    })
}

/// A column of a fact frame as it is written.
///
/// # Errors
/// When it is of another type than the fact table says.
pub fn to_array(fact: &Fact, column: &Column) -> Result<ArrayRef> {
    let known = fact.column(column.name());
    let physical = known.map_or(Physical::Text, |column| column.physical);
    array(column, physical).computing("a fact table")
}

/// One Polars column as an Arrow array of the physical type.
fn array(column: &Column, physical: Physical) -> PolarsResult<ArrayRef> {
    let series = column.cast(&polars_type(physical))?;
    Ok(match physical {
        Physical::Text => Arc::new(series.str()?.iter().collect::<StringArray>()),
        Physical::Instant => Arc::new(
            series
                .i64()?
                .iter()
                .collect::<TimestampMicrosecondArray>()
                .with_timezone("UTC"),
        ),
        Physical::Integer => Arc::new(series.i64()?.iter().collect::<Int64Array>()),
        Physical::Date => Arc::new(series.i32()?.iter().collect::<Date32Array>()),
        Physical::Float => Arc::new(series.f64()?.iter().collect::<Float64Array>()),
        Physical::Flag => Arc::new(series.bool()?.iter().collect::<BooleanArray>()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts with nulls in the columns that are not given.
    fn filled(fact: &Fact, given: PolarsResult<DataFrame>) -> DataFrame {
        let given = given.unwrap();
        let others = fact.columns.iter().map(|column| column.name);
        let others = others.filter(|name| given.column(name).is_err());
        let nulls: Vec<Expr> = others.map(|name| lit(NULL).alias(name)).collect();
        given.lazy().with_columns(nulls).collect().unwrap()
    }

    #[test]
    fn each_day_has_its_rows_in_the_order_that_is_asked_for() {
        let fact = Fact::by_name("parcel_facts").unwrap();
        let frame = filled(
            fact,
            df!(
                DATE => [Some(1), None, Some(0), Some(1), Some(1)],
                "outlet" => [Some("c"), Some("d"), Some("e"), Some("a"), Some("b")],
            ),
        );
        let folder = tempfile::tempdir().unwrap();
        let outlets = |order: &[&str]| -> Vec<(Option<String>, Vec<String>)> {
            let days = by_date(fact, &frame, order).unwrap().into_iter();
            days.map(|day| {
                let Content::Bytes(bytes) = day.content else {
                    panic!("a day in memory")
                };
                let path = folder.path().join("day.parquet");
                std::fs::write(&path, bytes).unwrap();
                let mut outlets = Vec::new();
                let mut see = |outlet: &str| outlets.push(outlet.to_owned());
                parquet_io::texts(&path, "outlet", &mut see).unwrap();
                assert_eq!(day.rows, outlets.len() as u64);
                (day.partition, outlets)
            })
            .collect()
        };
        let day = |day: u8, outlets: &[&str]| {
            let outlets = outlets.iter().map(|outlet| (*outlet).to_owned()).collect();
            (Some(format!("1970-01-0{day}")), outlets)
        };
        let none = (None, vec!["d".to_owned()]);
        assert_eq!(
            outlets(&[]),
            [none.clone(), day(1, &["e"]), day(2, &["c", "a", "b"])]
        );
        assert_eq!(
            outlets(&["outlet"]),
            [none, day(1, &["e"]), day(2, &["a", "b", "c"])]
        );
    }

    /// Whoever waits for the threads of Polars begins another day meanwhile, and another within that.
    #[test]
    fn many_days_do_not_stand_on_each_other() {
        const DAYS: i32 = 600;
        let fact = Fact::by_name("parcel_facts").unwrap();
        let frame = filled(fact, df!(DATE => (0..DAYS).collect::<Vec<_>>()));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .stack_size(512 << 10)
            .build()
            .unwrap();
        let days = pool.install(|| by_date(fact, &frame, &[])).unwrap();
        assert_eq!(days.len(), usize::try_from(DAYS).unwrap());
    }

    #[test]
    fn a_compact_frame_is_the_same_frame() {
        let long = "a text that does not fit into its view";
        let frame = df!("text" => [Some(long), None, Some("b")], "number" => [1, 2, 3]).unwrap();
        let frame = frame.slice(0, 2).vstack(&frame.slice(2, 1)).unwrap();
        assert!(compact(&frame).unwrap().equals_missing(&frame));
    }
}
