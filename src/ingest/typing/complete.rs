//! What follows from the rest of a row: chain root, direction, outcome, durations, weight, keys.

use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Float64Builder, StringArray, StringBuilder,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};

use super::{Typer, Work, fill};

/// The direction of calls of which the export says none.
static INBOUND: LazyLock<fill::Constant> = LazyLock::new(|| fill::Constant::of("inbound"));

impl Typer<'_> {
    /// Fills outcome, durations, chain root and defaults where the export leaves them out.
    pub(super) fn complete(&self, columns: &mut [ArrayRef], work: &mut Work<'_>) {
        let at = |name: &str| self.plan.table.position(name);
        if let Some(weight) = at("weight") {
            columns[weight] = Arc::new(
                columns[weight]
                    .as_primitive::<Float64Type>()
                    .iter()
                    .map(|weight| Some(weight.unwrap_or(1.0)))
                    .collect::<Float64Array>(),
            );
        }
        if let Some(call) = Call::places(&at) {
            call.complete(columns, work);
        }
    }
}

/// Positions of the columns that a call is completed from and in.
struct Call {
    id: usize,
    contact: usize,
    direction: usize,
    outcome: usize,
    started: usize,
    queued: usize,
    answered: usize,
    ended: usize,
    wait: usize,
    talk: usize,
    hold: usize,
}

impl Call {
    fn places(at: &dyn Fn(&str) -> Option<usize>) -> Option<Self> {
        Some(Self {
            id: at("call_id")?,
            contact: at("contact_id")?,
            direction: at("direction")?,
            outcome: at("outcome")?,
            started: at("started_at")?,
            queued: at("queued_at")?,
            answered: at("answered_at")?,
            ended: at("ended_at")?,
            wait: at("wait_s")?,
            talk: at("talk_s")?,
            hold: at("hold_s")?,
        })
    }

    fn complete(&self, columns: &mut [ArrayRef], work: &mut Work<'_>) {
        let rows = work.block.len();
        columns[self.contact] = or_else(&columns[self.contact], &columns[self.id]);
        if columns[self.direction].null_count() > 0 {
            let inbound = INBOUND.column(rows);
            columns[self.direction] = or_else(&columns[self.direction], &inbound);
        }
        let instants = |at: usize| {
            columns[at]
                .as_primitive::<TimestampMicrosecondType>()
                .clone()
        };
        let (started, queued) = (instants(self.started), instants(self.queued));
        let (answered, ended) = (instants(self.answered), instants(self.ended));
        let floats = |at: usize| columns[at].as_primitive::<Float64Type>().clone();
        let (wait, talk, hold) = (floats(self.wait), floats(self.talk), floats(self.hold));
        if columns[self.outcome].null_count() > 0 {
            let derived: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|row| {
                let talked = talk.is_valid(row) && talk.value(row) > 0.0;
                if answered.is_valid(row) || talked {
                    "answered"
                } else {
                    "abandoned"
                }
            })));
            columns[self.outcome] = or_else(&columns[self.outcome], &derived);
        }
        let outcome = columns[self.outcome].as_string::<i32>().clone();
        let mut waits = Float64Builder::with_capacity(rows);
        let mut talks = Float64Builder::with_capacity(rows);
        let mut talking = 0;
        for row in 0..rows {
            let was_answered = outcome.value(row) == "answered";
            let hung_up = instant(&ended, row);
            let picked_up = instant(&answered, row);
            waits.append_option(float(&wait, row).or_else(|| {
                let arrived = instant(&queued, row).or_else(|| instant(&started, row));
                let until = if was_answered { picked_up } else { hung_up };
                seconds_between(arrived, until, 0.0)
            }));
            let spoken = float(&talk, row);
            talks.append_option(spoken.or_else(|| {
                let held = float(&hold, row).unwrap_or(0.0);
                seconds_between(picked_up, hung_up, held).filter(|_| was_answered)
            }));
            let odd = !was_answered && spoken.is_some_and(|talk| talk > 0.0);
            talking += u64::from(odd && work.open(row));
        }
        columns[self.wait] = Arc::new(waits.finish());
        columns[self.talk] = Arc::new(talks.finish());
        if talking > 0 {
            work.note("unanswered_with_talk", "talk_s", "", talking);
        }
    }
}

fn instant(array: &TimestampMicrosecondArray, row: usize) -> Option<i64> {
    array.is_valid(row).then(|| array.value(row))
}

fn float(array: &Float64Array, row: usize) -> Option<f64> {
    array.is_valid(row).then(|| array.value(row))
}

/// Seconds from one instant to another, less `minus`; nothing when one is missing or the result negative.
fn seconds_between(from: Option<i64>, until: Option<i64>, minus: f64) -> Option<f64> {
    let seconds = (until? - from?) as f64 / 1e6 - minus;
    (seconds >= 0.0).then_some(seconds)
}

/// Text, and where it is null the text of another column.
fn or_else(first: &ArrayRef, second: &ArrayRef) -> ArrayRef {
    if first.null_count() == 0 {
        return first.clone();
    }
    if first.null_count() == first.len() {
        return second.clone();
    }
    let (one, two) = (first.as_string::<i32>(), second.as_string::<i32>());
    Arc::new(
        one.iter()
            .zip(two.iter())
            .map(|(one, two)| one.or(two))
            .collect::<StringArray>(),
    )
}

/// Gives rows whose first column, their key, is null a key of their own: 16 bytes of BLAKE3 over the typed
/// row, in hex.
pub(super) fn hash_missing_keys(columns: &mut [ArrayRef]) {
    let Some(keys) = columns.first().map(|keys| keys.as_string::<i32>().clone()) else {
        return;
    };
    if keys.null_count() == 0 {
        return;
    }
    let mut builder = StringBuilder::with_capacity(keys.len(), keys.len() * 32);
    for row in 0..keys.len() {
        if keys.is_valid(row) {
            builder.append_value(keys.value(row));
            continue;
        }
        let mut hasher = blake3::Hasher::new();
        for column in columns.iter() {
            hash_into(column, row, &mut hasher);
        }
        builder.append_value(&hasher.finalize().to_hex().as_str()[..32]);
    }
    columns[0] = Arc::new(builder.finish());
}

/// Feeds one value into a hash, unambiguously.
fn hash_into(column: &ArrayRef, row: usize, hasher: &mut blake3::Hasher) {
    if column.is_null(row) {
        hasher.update(b"n");
        return;
    }
    let number = |tag: &[u8], bytes: [u8; 8], hasher: &mut blake3::Hasher| {
        hasher.update(tag).update(&bytes);
    };
    match column.data_type() {
        DataType::Timestamp(..) => {
            let value = column.as_primitive::<TimestampMicrosecondType>().value(row);
            number(b"i", value.to_le_bytes(), hasher);
        }
        DataType::Int64 => {
            let value = column.as_primitive::<Int64Type>().value(row);
            number(b"i", value.to_le_bytes(), hasher);
        }
        DataType::Date32 => {
            let value = column.as_primitive::<Date32Type>().value(row);
            number(b"d", i64::from(value).to_le_bytes(), hasher);
        }
        DataType::Float64 => {
            let value = column.as_primitive::<Float64Type>().value(row);
            number(b"f", value.to_le_bytes(), hasher);
        }
        DataType::Boolean => {
            hasher.update(&[b'b', u8::from(column.as_boolean().value(row))]);
        }
        _ => {
            let text = column.as_string::<i32>().value(row);
            hasher
                .update(b"t")
                .update(&(text.len() as u64).to_le_bytes())
                .update(text.as_bytes());
        }
    }
}
