//! Blocks of text cells → typed columns, one column at a time; a row that cannot be typed is refused whole.

mod complete;
mod fill;
mod numbers;
mod text;
mod texts;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use ahash::AHashMap;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Date32Builder, Int64Array,
    Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, SchemaRef, TimestampMicrosecondType};
use arrow::error::ArrowError;

use crate::calendar;
use crate::schema::Kind;
use crate::settings::taxonomy::Lookup;

use super::blanks::Blanks;
use super::block::Block;
use super::columns::{arrow_type, record_schema};
use super::plan::{Cell, Plan};
use super::privacy::{Key, mask};
use super::value::{self, Clock, is_null_instant};
use super::{Reason, Refusal, Reject};

use numbers::{duration, floats, score, sum_of};
pub(in crate::ingest) use text::cell_text;
use text::cleaned;
use texts::{codes, customers, each, texts};

/// The source of a problem type that the export has.
static GIVEN: LazyLock<fill::Constant> = LazyLock::new(|| fill::Constant::of("given"));

/// Findings about rows that were kept: what, column, value → how often.
pub type Notes = BTreeMap<(&'static str, String, String), u64>;

/// The typed rows of a block and what became of the others.
pub struct Typed {
    /// The good rows, in file order.
    pub rows: RecordBatch,
    /// How many they are.
    pub good: u64,
    /// The others, in file order.
    pub rejects: Vec<Reject>,
    /// Findings about good rows.
    pub notes: Notes,
    /// Lines of blank rows.
    pub blanks: Blanks,
    /// Blank rows that are no fault.
    pub gaps: u64,
    /// Line of the last row that is not blank; 0 when there is none.
    pub last_line: u64,
}

/// Everything needed to type the rows of one file for one plan.
pub struct Typer<'p> {
    plan: &'p Plan,
    key: &'p Key,
    taxonomy: &'p Lookup,
    schema: SchemaRef,
    /// What the rows say of where they came from.
    source_file: fill::Constant,
    /// Pairs of time columns that must be in order, the earlier first.
    ordered: Vec<(usize, usize)>,
}

/// Rows in the making.
struct Work<'b> {
    block: &'b Block<'b>,
    /// Whether a cell can hold a hidden character.
    may_hide: bool,
    refused: Vec<Option<Box<Refusal>>>,
    notes: Notes,
}

impl Work<'_> {
    fn open(&self, row: usize) -> bool {
        self.refused[row].is_none()
    }

    fn note(&mut self, what: &'static str, column: &str, value: &str, times: u64) {
        let key = (what, column.to_owned(), super::privacy::example(value));
        *self.notes.entry(key).or_default() += times;
    }

    fn refuse(&mut self, row: usize, column: &str, value: &str, reason: Reason) {
        if let Some(place) = self.refused.get_mut(row)
            && place.is_none()
        {
            *place = Some(Box::new(Refusal {
                column: column.to_owned(),
                value: value.to_owned(),
                reason,
            }));
        }
    }
}

impl<'p> Typer<'p> {
    /// A typer for this plan; `source_file` is what the rows say of where they came from.
    #[must_use]
    pub fn new(plan: &'p Plan, key: &'p Key, taxonomy: &'p Lookup, source_file: &'p str) -> Self {
        let at = |name: &str| plan.table.position(name);
        let ordered = [
            ("started_at", "ended_at"),
            ("answered_at", "ended_at"),
            ("created_at", "resolved_at"),
            ("created_at", "closed_at"),
            ("created_at", "first_reply_at"),
        ];
        Self {
            plan,
            key,
            taxonomy,
            schema: record_schema(plan.table),
            source_file: fill::Constant::of(source_file),
            ordered: ordered
                .iter()
                .filter_map(|(a, b)| Some((at(a)?, at(b)?)))
                .collect(),
        }
    }

    /// Types the rows of a block into the columns of [`record_schema`].
    ///
    /// # Errors
    /// Only when Arrow refuses columns of one length, which it does not.
    pub fn block(&self, mut block: Block<'_>) -> Result<Typed, ArrowError> {
        let mut rejects = std::mem::take(&mut block.rejects);
        let blanks = std::mem::take(&mut block.blanks);
        let rows = block.len();
        let mut work = Work {
            block: &block,
            may_hide: block.may_hide(),
            refused: vec![None; rows],
            notes: Notes::new(),
        };
        self.exclude(&mut work);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for (column, cell) in self.plan.table.columns.iter().zip(&self.plan.cells) {
            let array = match cell {
                Some(cell) => self.column(cell, &mut work),
                None => fill::nulls(&arrow_type(column.kind.physical()), rows),
            };
            if column.required {
                self.require(column.name, cell.as_ref(), &array, &mut work);
            }
            columns.push(array);
        }
        self.check_order(&columns, &mut work);
        self.complete(&mut columns, &mut work);
        if self.plan.table.has_problem() {
            let source = self.resolve_problems(&mut columns, &mut work);
            columns.push(source);
        }
        // Only now: the problem type may have come from a description that is not kept.
        for at in &self.plan.dropped {
            columns[*at] = fill::nulls(columns[*at].data_type(), rows);
        }
        if self.plan.table.hashed_key {
            complete::hash_missing_keys(&mut columns);
        }
        columns.push(self.source_file.column(rows));
        columns.push(Arc::new(Int64Array::from_iter_values(
            (0..rows).map(|row| i64::try_from(block.line(row)).unwrap_or(i64::MAX)),
        )));
        let last_line = block
            .last_line()
            .max(rejects.last().map_or(0, |reject| reject.line));
        let mut batch = RecordBatch::try_new(self.schema.clone(), columns)?;
        let Work { refused, notes, .. } = work;
        if refused.iter().any(Option::is_some) {
            let good = refused
                .iter()
                .map(|r| Some(r.is_none()))
                .collect::<BooleanArray>();
            batch = filter_record_batch(&batch, &good)?;
            let own = refused.into_iter().enumerate();
            rejects.extend(own.filter_map(|(row, refusal)| {
                Some(Reject {
                    line: block.line(row),
                    refusal: *refusal?,
                    raw: block.raw(row),
                })
            }));
            rejects.sort_by_key(|reject| reject.line);
        }
        Ok(Typed {
            good: batch.num_rows() as u64,
            rows: batch,
            rejects,
            notes,
            blanks,
            gaps: block.gaps,
            last_line,
        })
    }

    /// Refuses the rows that the mapping leaves out.
    fn exclude(&self, work: &mut Work<'_>) {
        for (position, condition, reason) in &self.plan.exclude {
            for row in 0..work.block.len() {
                let cell = cleaned(work.block, row, *position);
                let listed = condition.values.iter().any(|value| value == cell);
                let strange = !condition.except.is_empty()
                    && !condition.except.iter().any(|value| value == cell);
                if listed || strange {
                    let cell = cell.to_owned();
                    work.refuse(row, "", &cell, Reason::Excluded(reason.clone()));
                }
            }
        }
    }

    /// Refuses the rows in which a required column is empty, and tells totals and strangers from records.
    fn require(&self, name: &str, cell: Option<&Cell>, array: &ArrayRef, work: &mut Work<'_>) {
        if array.null_count() == 0 {
            return;
        }
        let header = cell.map_or(name, |cell| &cell.header);
        for row in 0..work.block.len() {
            if array.is_valid(row) {
                continue;
            }
            // A row refused for what stands in a required column may be one of totals all the same.
            if let Some(reason) = self.stranger(work.block, row) {
                let first = work
                    .block
                    .cells(row)
                    .map(value::clean)
                    .find(|c| !c.is_empty());
                let first = first.unwrap_or_default().to_owned();
                work.refused[row] = None;
                work.refuse(row, "", &first, reason);
            } else if work.open(row) {
                work.refuse(row, header, "", Reason::Missing);
            }
        }
    }

    /// Whether a row without its required columns is no record at all.
    fn stranger(&self, block: &Block<'_>, row: usize) -> Option<Reason> {
        let first = block.cells(row).map(value::clean).find(|c| !c.is_empty())?;
        if text::is_total(first) {
            return Some(Reason::TotalRow);
        }
        let mut mapped = self
            .plan
            .cells
            .iter()
            .flatten()
            .flat_map(|cell| cell.origin.fields());
        let nothing = mapped.all(|at| cleaned(block, row, *at).is_empty());
        nothing.then_some(Reason::OutsideTable)
    }

    /// One typed column; null in rows that are refused.
    fn column(&self, cell: &Cell, work: &mut Work<'_>) -> ArrayRef {
        match cell.column.kind {
            Kind::Id => texts(cell, work, |text, builder| {
                builder.append_value(value::id(text)?);
                Ok(())
            }),
            Kind::Text | Kind::Problem => texts(cell, work, |text, builder| {
                builder.append_value(text);
                Ok(())
            }),
            Kind::FreeText => texts(cell, work, |text, builder| {
                builder.append_value(mask(text));
                Ok(())
            }),
            Kind::Customer => customers(cell, self.key, work),
            Kind::Code(set) => codes(cell, set, work),
            Kind::Instant => self.instants(cell, work),
            Kind::Date => {
                let mut clock = self.clock(cell);
                let mut builder = Date32Builder::with_capacity(work.block.len());
                each(cell, work, |text| {
                    let day = match text {
                        Some(text) => Some(clock.day(&text)?),
                        None => None,
                    };
                    builder.append_option(day.map(calendar::epoch_days));
                    Ok(())
                });
                Arc::new(builder.finish())
            }
            Kind::Duration => floats(cell, work, |text| duration(cell, text)),
            Kind::Number => floats(cell, work, |text| value::number(text).map(Some)),
            Kind::Score => floats(cell, work, |text| score(cell, text).map(Some)),
            Kind::Integer => {
                let mut builder = Int64Builder::with_capacity(work.block.len());
                each(cell, work, |text| {
                    let number = text.map(|text| value::integer(&text)).transpose()?;
                    builder.append_option(number);
                    Ok(())
                });
                Arc::new(builder.finish())
            }
            Kind::Flag => {
                let mut builder = BooleanBuilder::with_capacity(work.block.len());
                each(cell, work, |text| {
                    let flag = text.map(|text| value::flag(&text)).transpose()?;
                    builder.append_option(flag);
                    Ok(())
                });
                Arc::new(builder.finish())
            }
        }
    }

    fn clock(&self, cell: &Cell) -> Clock {
        let clock = Clock::new(self.plan.zone, cell.time);
        match &cell.rule.format {
            Some(format) => clock.with_format(format),
            None => clock,
        }
    }

    fn instants(&self, cell: &Cell, work: &mut Work<'_>) -> ArrayRef {
        let mut clock = self.clock(cell);
        let block = work.block;
        let mut builder =
            TimestampMicrosecondBuilder::with_capacity(block.len()).with_timezone("UTC");
        for row in 0..block.len() {
            let text = if work.open(row) {
                cell_text(cell, block, row).filter(|text| !is_null_instant(text))
            } else {
                None
            };
            let Some(text) = text else {
                builder.append_null();
                continue;
            };
            let added = match cell.plus {
                Some(at) => sum_of(cell, &[at], block, row).map(|added| added.map(micros)),
                None => Ok(Some(0)),
            };
            match (clock.instant(&text), added) {
                (Ok(instant), Ok(Some(added))) => {
                    builder.append_value(instant + added);
                }
                (Ok(_), Ok(None)) => builder.append_null(),
                (Err(reason), _) => {
                    work.refuse(row, &cell.header, &text, reason);
                    builder.append_null();
                }
                (_, Err((text, reason))) => {
                    work.refuse(row, &cell.header, &text, reason);
                    builder.append_null();
                }
            }
        }
        Arc::new(builder.finish())
    }

    /// Refuses rows in which something ends before it begins.
    fn check_order(&self, columns: &[ArrayRef], work: &mut Work<'_>) {
        for (earlier, later) in &self.ordered {
            let (Some(cell), DataType::Timestamp(..)) =
                (&self.plan.cells[*later], columns[*later].data_type())
            else {
                continue;
            };
            let first = columns[*earlier].as_primitive::<TimestampMicrosecondType>();
            let second = columns[*later].as_primitive::<TimestampMicrosecondType>();
            for row in 0..work.block.len() {
                if first.is_valid(row)
                    && second.is_valid(row)
                    && second.value(row) < first.value(row)
                {
                    let text = cell_text(cell, work.block, row)
                        .unwrap_or_default()
                        .into_owned();
                    work.refuse(row, &cell.header, &text, Reason::Order);
                }
            }
        }
    }

    /// Resolves problem types by name, else by keywords of the description; gives `problem_source`.
    fn resolve_problems(&self, columns: &mut [ArrayRef], work: &mut Work<'_>) -> ArrayRef {
        let rows = work.block.len();
        let Some(at) = self.plan.table.position("problem_type") else {
            return fill::nulls(&DataType::Utf8, rows);
        };
        let given = columns[at].as_string::<i32>().clone();
        let description = self
            .plan
            .table
            .position("description")
            .map(|at| columns[at].as_string::<i32>().clone());
        let mut known: AHashMap<&str, (Option<&str>, u64)> = AHashMap::new();
        let mut problems = StringBuilder::with_capacity(rows, rows * 20);
        let all_given = given.null_count() == 0;
        let mut sources = StringBuilder::with_capacity(if all_given { 0 } else { rows }, 0);
        for row in 0..rows {
            if given.is_valid(row) {
                let name = given.value(row);
                let entry = known
                    .entry(name)
                    .or_insert_with(|| (self.taxonomy.by_name(name), 0));
                entry.1 += u64::from(work.open(row));
                problems.append_value(entry.0.unwrap_or(name));
                if !all_given {
                    sources.append_value("given");
                }
                continue;
            }
            let found = description
                .as_ref()
                .filter(|text| text.is_valid(row))
                .and_then(|text| self.taxonomy.by_keyword(text.value(row)));
            problems.append_option(found);
            sources.append_value(if found.is_some() { "keyword" } else { "none" });
        }
        for (name, (code, times)) in known {
            if code.is_none() && times > 0 {
                work.note("unknown_problem_type", "problem_type", name, times);
            }
        }
        columns[at] = Arc::new(problems.finish());
        if all_given {
            return GIVEN.column(rows);
        }
        Arc::new(sources.finish())
    }
}

/// Seconds in microseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a duration of an export in microseconds is far below 2^63"
)]
fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

#[cfg(test)]
#[path = "typing_tests.rs"]
mod tests;
