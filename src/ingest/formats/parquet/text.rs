//! One column of a batch: its values as text.

use std::fmt::Write;

use arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, DecimalType, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time32SecondType,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow::array::{Array, ArrayRef, AsArray, OffsetSizeTrait};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::error::ArrowError;
use arrow::util::display::array_value_to_string;
use chrono::{DateTime, NaiveDateTime, Timelike};

use crate::ingest::formats::cells::{DOUBLE_DIGITS, number};

/// A single keeps every whole number below 2^24.
const SINGLE_DIGITS: f64 = 16_777_216.0;

/// Appends the value of a row to a text; says whether it is text.
pub(super) type WriteCell = Box<dyn Fn(usize, &mut String) -> bool + Send>;

/// A column of a batch.
pub(super) struct Cell {
    pub nulls: Option<NullBuffer>,
    pub write: WriteCell,
}

/// How the values of an array are written.
pub(super) fn cell_writer(array: &ArrayRef, uuid: bool) -> Result<WriteCell, ArrowError> {
    use DataType as T;
    Ok(match array.data_type() {
        T::Dictionary(_, values) => cell_writer(&cast(array, values)?, uuid)?,
        T::Utf8 | T::LargeUtf8 | T::Utf8View => text(array)?,
        T::Binary | T::LargeBinary | T::BinaryView => binary(array, uuid)?,
        T::FixedSizeBinary(_) => fixed(array, uuid),
        T::Int8 => plain::<Int8Type>(array),
        T::Int16 => plain::<Int16Type>(array),
        T::Int32 => plain::<Int32Type>(array),
        T::Int64 => plain::<Int64Type>(array),
        T::UInt8 => plain::<UInt8Type>(array),
        T::UInt16 => plain::<UInt16Type>(array),
        T::UInt32 => plain::<UInt32Type>(array),
        T::UInt64 => plain::<UInt64Type>(array),
        T::Float16 => float::<Float16Type>(array, |value| single(value.to_f32())),
        T::Float32 => float::<Float32Type>(array, single),
        T::Float64 => float::<Float64Type>(array, |value| number(value, DOUBLE_DIGITS)),
        T::Decimal32(..) => decimal::<Decimal32Type>(array),
        T::Decimal64(..) => decimal::<Decimal64Type>(array),
        T::Decimal128(..) => decimal::<Decimal128Type>(array),
        T::Decimal256(..) => decimal::<Decimal256Type>(array),
        T::List(_) => list::<i32>(array)?,
        T::LargeList(_) => list::<i64>(array)?,
        T::Boolean => {
            let values = array.as_boolean().clone();
            Box::new(move |row, out| {
                out.push_str(if values.value(row) { "true" } else { "false" });
                true
            })
        }
        T::Null => Box::new(|_, _| true),
        _ => match time(array) {
            Some(write) => write,
            None => other(array),
        },
    })
}

/// Maps, intervals and the like, as Arrow shows them.
fn other(array: &ArrayRef) -> WriteCell {
    let array = ArrayRef::clone(array);
    Box::new(move |row, out| {
        array_value_to_string(&array, row).is_ok_and(|text| {
            out.push_str(&text);
            true
        })
    })
}

fn text(array: &ArrayRef) -> Result<WriteCell, ArrowError> {
    let values = cast(array, &DataType::LargeUtf8)?;
    let values = values.as_string::<i64>().clone();
    Ok(Box::new(move |row, out| {
        out.push_str(values.value(row));
        true
    }))
}

fn binary(array: &ArrayRef, uuid: bool) -> Result<WriteCell, ArrowError> {
    let values = cast(array, &DataType::LargeBinary)?;
    let values = values.as_binary::<i64>().clone();
    Ok(Box::new(move |row, out| {
        bytes(values.value(row), uuid, out)
    }))
}

fn fixed(array: &ArrayRef, uuid: bool) -> WriteCell {
    let values = array.as_fixed_size_binary().clone();
    Box::new(move |row, out| bytes(values.value(row), uuid, out))
}

fn bytes(value: &[u8], uuid: bool, out: &mut String) -> bool {
    if uuid && value.len() == 16 {
        for (at, byte) in value.iter().enumerate() {
            let dash = if matches!(at, 4 | 6 | 8 | 10) {
                "-"
            } else {
                ""
            };
            let _ = write!(out, "{dash}{byte:02x}");
        }
        return true;
    }
    let text = std::str::from_utf8(value);
    match text {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&String::from_utf8_lossy(value)),
    }
    text.is_ok()
}

fn plain<T: ArrowPrimitiveType>(array: &ArrayRef) -> WriteCell
where
    T::Native: std::fmt::Display,
{
    let values = array.as_primitive::<T>().clone();
    Box::new(move |row, out| write!(out, "{}", values.value(row)).is_ok())
}

fn float<T: ArrowPrimitiveType>(array: &ArrayRef, show: fn(T::Native) -> String) -> WriteCell {
    let values = array.as_primitive::<T>().clone();
    Box::new(move |row, out| {
        out.push_str(&show(values.value(row)));
        true
    })
}

/// A single is as short as a single can be read back, not as the double that is nearest to it.
fn single(value: f32) -> String {
    let shortest = value.to_string().parse::<f64>();
    shortest.map_or_else(|_| String::new(), |value| number(value, SINGLE_DIGITS))
}

fn decimal<T: DecimalType + ArrowPrimitiveType>(array: &ArrayRef) -> WriteCell {
    let values = array.as_primitive::<T>().clone();
    Box::new(move |row, out| {
        out.push_str(&values.value_as_string(row));
        true
    })
}

/// Values of a list, comma between; nulls are left empty.
fn list<O: OffsetSizeTrait>(array: &ArrayRef) -> Result<WriteCell, ArrowError> {
    let lists = array.as_list::<O>().clone();
    let nulls = lists.values().logical_nulls();
    let write = cell_writer(lists.values(), false)?;
    Ok(Box::new(move |row, out| {
        let offsets = lists.value_offsets();
        let (from, to) = (offsets[row].as_usize(), offsets[row + 1].as_usize());
        let mut good = true;
        for at in from..to {
            if at > from {
                out.push(',');
            }
            if !nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
                good &= write(at, out);
            }
        }
        good
    }))
}

/// Instants, readings of clocks, dates and lengths of time.
fn time(array: &ArrayRef) -> Option<WriteCell> {
    use DataType as T;
    use TimeUnit as U;
    let zone = matches!(array.data_type(), T::Timestamp(_, Some(_)));
    let instant = if zone { zoned } else { local };
    Some(match array.data_type() {
        T::Timestamp(U::Second, _) => micros::<TimestampSecondType>(array, 1_000_000, 1, instant),
        T::Timestamp(U::Millisecond, _) => {
            micros::<TimestampMillisecondType>(array, 1000, 1, instant)
        }
        T::Timestamp(U::Microsecond, _) => micros::<TimestampMicrosecondType>(array, 1, 1, instant),
        T::Timestamp(U::Nanosecond, _) => {
            micros::<TimestampNanosecondType>(array, 1, 1000, instant)
        }
        T::Date32 => micros::<Date32Type>(array, 86_400_000_000, 1, date),
        T::Date64 => micros::<Date64Type>(array, 1000, 1, date),
        T::Time32(U::Second) => micros::<Time32SecondType>(array, 1_000_000, 1, clock),
        T::Time32(_) => micros::<Time32MillisecondType>(array, 1000, 1, clock),
        T::Time64(U::Nanosecond) => micros::<Time64NanosecondType>(array, 1, 1000, clock),
        T::Time64(_) => micros::<Time64MicrosecondType>(array, 1, 1, clock),
        T::Duration(U::Second) => micros::<DurationSecondType>(array, 1_000_000, 1, seconds),
        T::Duration(U::Millisecond) => micros::<DurationMillisecondType>(array, 1000, 1, seconds),
        T::Duration(U::Microsecond) => micros::<DurationMicrosecondType>(array, 1, 1, seconds),
        T::Duration(U::Nanosecond) => micros::<DurationNanosecondType>(array, 1, 1000, seconds),
        _ => return None,
    })
}

/// Values brought to microseconds and shown. What no calendar holds is shown as the bare number, which the
/// rules of the column then refuse.
fn micros<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    times: i64,
    per: i64,
    show: fn(i64) -> Option<String>,
) -> WriteCell
where
    T::Native: Into<i64>,
{
    let values = array.as_primitive::<T>().clone();
    Box::new(move |row, out| {
        let value: i64 = values.value(row).into();
        let shown = value
            .checked_mul(times)
            .and_then(|micros| show(micros.div_euclid(per)));
        match shown {
            Some(text) => out.push_str(&text),
            None => out.push_str(&value.to_string()),
        }
        true
    })
}

fn reading(micros: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|time| time.naive_utc())
}

fn local(micros: i64) -> Option<String> {
    let time = reading(micros)?;
    Some(format!("{} {}", time.date(), clock_of(&time)))
}

fn zoned(micros: i64) -> Option<String> {
    let time = reading(micros)?;
    Some(format!("{}T{}Z", time.date(), clock_of(&time)))
}

fn date(micros: i64) -> Option<String> {
    reading(micros).map(|time| time.date().to_string())
}

fn clock(micros: i64) -> Option<String> {
    reading(micros).map(|time| clock_of(&time))
}

fn clock_of(time: &impl Timelike) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let mut text = format!("{hour:02}:{minute:02}:{second:02}");
    let micros = time.nanosecond() / 1000;
    if micros > 0 {
        let _ = write!(text, ".{micros:06}");
    }
    text
}

/// A length of time in seconds. There is one for every value; the type is that of the other ways to show one.
#[allow(clippy::unnecessary_wraps)]
fn seconds(micros: i64) -> Option<String> {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.unsigned_abs();
    let whole = format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    Some(whole.trim_end_matches('0').trim_end_matches('.').to_owned())
}
