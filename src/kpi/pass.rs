//! One pass over a fact table: every KPI of that table, for every wanted grouping, from one evaluation of
//! its rows. Days are evaluated in parallel and merged in the order of time.

mod keys;
mod members;
mod merged;

use std::collections::BTreeMap;

use ahash::AHashMap;
use arrow::array::{Array, AsArray, BooleanArray, Float64Array, RecordBatch};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use chrono::NaiveDate;
use rayon::prelude::*;

use crate::calendar::{Grain, epoch_days, from_epoch_days};
use crate::error::{Error, Result};
use crate::schema::facts::Fact;
use crate::schema::{DATE, Physical};
use crate::store::delta::Part;
use crate::store::parquet_io;

use super::accumulate::States;
use super::catalogue::Kpi;
use super::program::{Place, Program, Value};
use crate::expr::Expr;
use keys::{Column, Names};
pub use keys::{Keys, NOWHERE, Union, dictionary};
use members::{HOUR, Members, assign, hours, texts};
pub use merged::{Group, Groups, Merged, Sums};

/// Days evaluated at a time per thread.
const DAYS_PER_THREAD: usize = 4;

/// How figures are grouped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grouping {
    /// Periods.
    pub grain: Grain,
    /// Dimension columns.
    pub by: Vec<String>,
}

impl Grouping {
    /// Whether no two days have a group in common.
    #[must_use]
    pub const fn is_by_day(&self) -> bool {
        matches!(self.grain, Grain::Hour | Grain::Day)
    }
}

/// What a pass reads and keeps.
pub struct Pass<'a> {
    /// The fact table.
    pub fact: &'static Fact,
    /// The KPIs; none of them a ratio.
    pub kpis: &'a [&'a Kpi],
    /// The wanted groupings.
    pub groupings: &'a [Grouping],
    /// Row-level condition on all of them.
    pub condition: Option<&'a Expr>,
}

/// A pass made ready: its expressions as one program, and where each KPI finds its values.
struct Ready<'a> {
    pass: &'a Pass<'a>,
    program: Program,
    condition: Option<Place>,
    kpis: Vec<Wanted>,
    columns: Vec<&'static str>,
}

/// Steps that a KPI's rows and values come from.
struct Wanted {
    belongs: Option<Place>,
    value: Option<Place>,
    weight: Option<Place>,
}

/// The rows of a part that count for a KPI, and what they count.
struct Counted {
    rows: BooleanBuffer,
    values: Option<Counts>,
    weights: Option<Float64Array>,
}

/// What rows count.
enum Counts {
    /// One or nothing.
    Flags(BooleanBuffer),
    Numbers(Float64Array),
}

impl Pass<'_> {
    /// Evaluates the parts and returns one [`Groups`] per grouping. Days are added up by month, and months then, so
    /// that the same bits come of months that were added up before.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn run(&self, parts: &[Part]) -> Result<Vec<Groups>> {
        let mut whole: Vec<Merged> = self.groupings.iter().map(|_| Merged::default()).collect();
        for parts in by_month(parts).into_values() {
            let sums = self.month(&parts)?.into_iter().zip(self.groupings);
            for (whole, (sums, grouping)) in whole.iter_mut().zip(sums) {
                if grouping.is_by_day() {
                    whole.append(sums);
                } else {
                    whole.add(sums);
                }
            }
        }
        Ok(self.groups(whole))
    }

    /// What the parts of a month add up to in each grouping.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn month(&self, parts: &[&Part]) -> Result<Vec<Sums>> {
        let ready = self.ready();
        let mut merged: Vec<Merged> = self.groupings.iter().map(|_| Merged::default()).collect();
        let days: Vec<&[&Part]> = parts.chunk_by(|a, b| a.partition == b.partition).collect();
        // A few days at a time: what a day adds up to is small only once it is part of the whole.
        for days in days.chunks(DAYS_PER_THREAD * rayon::current_num_threads().max(1)) {
            // Whether a part is the first of its day, and whether it is the only one.
            let first = |day: &&[&Part]| (0..day.len()).map(|at| at == 0).collect::<Vec<_>>();
            let first: Vec<bool> = days.iter().flat_map(first).collect();
            let alone = |day: &&[&Part]| vec![day.len() == 1; day.len()];
            let alone: Vec<bool> = days.iter().flat_map(alone).collect();
            let mut by_grouping: Vec<Vec<Sums>> = vec![Vec::new(); merged.len()];
            let parts = days.concat();
            let found = parts.par_iter().zip(alone).map(|(part, alone)| {
                let mut sums = ready.part(part)?;
                if alone {
                    self.settle(&mut sums);
                }
                Ok(sums)
            });
            for part in found.collect::<Result<Vec<_>>>()? {
                for (parts, sums) in by_grouping.iter_mut().zip(part) {
                    parts.push(sums);
                }
            }
            merged
                .par_iter_mut()
                .zip(by_grouping)
                .zip(self.groupings)
                .for_each(|((whole, parts), grouping)| {
                    for (sums, first) in parts.into_iter().zip(&first) {
                        match (grouping.is_by_day(), first) {
                            (false, _) => whole.add(sums),
                            (true, true) => whole.append(sums),
                            (true, false) => whole.add_to_last(sums),
                        }
                    }
                    if grouping.is_by_day() {
                        whole.settle(self.kpis);
                    }
                });
        }
        Ok(merged.into_iter().map(Merged::into_sums).collect())
    }

    /// The groups of each grouping, when everything is added.
    #[must_use]
    pub fn groups(&self, merged: Vec<Merged>) -> Vec<Groups> {
        merged
            .into_iter()
            .zip(self.groupings)
            .map(|(mut whole, grouping)| {
                // Asked for one figure of an empty table, the answer is a row that says so.
                if whole.states.is_empty() && grouping.grain == Grain::All && grouping.by.is_empty()
                {
                    whole.add(Sums {
                        keys: Keys::whole(),
                        states: self.empty_states(1),
                    });
                }
                whole.into_groups()
            })
            .collect()
    }

    /// Gives what each part adds up to, by grouping, to `take` in the order of time.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn each(&self, parts: &[Part], mut take: impl FnMut(Vec<Sums>)) -> Result<()> {
        let ready = self.ready();
        for parts in by_month(parts).into_values() {
            for some in parts.chunks(DAYS_PER_THREAD * rayon::current_num_threads().max(1)) {
                ready.parts(some)?.into_iter().for_each(&mut take);
            }
        }
        Ok(())
    }

    /// The columns that are read of the fact table, in order.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        self.ready().columns
    }

    /// Of groups that get no more rows, only the quantiles are kept.
    fn settle(&self, sums: &mut [Sums]) {
        let by_day = sums.iter_mut().zip(self.groupings);
        for (sums, _) in by_day.filter(|(_, grouping)| grouping.is_by_day()) {
            for (states, kpi) in sums.states.iter_mut().zip(self.kpis) {
                states.settle(0, &kpi.formula);
            }
        }
    }

    fn empty_states(&self, groups: usize) -> Vec<States> {
        self.kpis
            .iter()
            .filter_map(|kpi| States::empty(&kpi.formula, groups))
            .collect()
    }

    /// Whether the rows can be placed in the periods: what is counted by day is in no hour, and has no groups.
    fn fits(&self, grouping: &Grouping) -> bool {
        grouping.grain != Grain::Hour || self.fact.column("hour").is_some()
    }

    fn ready(&self) -> Ready<'_> {
        let mut program = Program::default();
        let condition = self.condition.map(|condition| program.add(condition));
        let kpis = self
            .kpis
            .iter()
            .map(|kpi| {
                let belongs = kpi.condition.as_ref().map(|expr| program.add(expr));
                let mut values = kpi.formula.values().map(|expr| program.add(expr));
                let (value, weight) = (values.next(), values.next());
                Wanted {
                    belongs,
                    value,
                    weight,
                }
            })
            .collect();
        let mut columns: Vec<&'static str> = program.columns().collect();
        for grouping in self.groupings {
            let of_fact = |name: &String| self.fact.column(name).map(|column| column.name);
            columns.extend(grouping.by.iter().filter_map(of_fact));
            if grouping.grain == Grain::Hour && self.fits(grouping) {
                columns.extend(["hour", "fold"]);
            }
        }
        columns.retain(|name| *name != DATE);
        columns.sort_unstable();
        columns.dedup();
        Ready {
            pass: self,
            program,
            condition,
            kpis,
            columns,
        }
    }
}

impl Ready<'_> {
    /// What each part adds up to in each grouping.
    fn parts(&self, parts: &[&Part]) -> Result<Vec<Vec<Sums>>> {
        parts.par_iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &Part) -> Result<Vec<Sums>> {
        let rows = parquet_io::read_coded(&part.path, &self.columns)?;
        let date = part
            .partition
            .as_deref()
            .and_then(|date| date.parse().ok())
            .map(epoch_days);
        self.groups(&rows, date).map_err(|source| Error::Arrow {
            what: part.path.display().to_string(),
            source,
        })
    }

    fn groups(
        &self,
        rows: &RecordBatch,
        date: Option<i32>,
    ) -> std::result::Result<Vec<Sums>, ArrowError> {
        let n = rows.num_rows();
        let values = self.program.run(rows, date)?;
        let truth = |at: Place| held(&values[at].flags(n));
        let base = match self.condition {
            Some(condition) => truth(condition),
            None => BooleanBuffer::new_set(n),
        };
        let counted = self
            .kpis
            .iter()
            .map(|kpi| kpi.counted(&values, &base))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let day = date.and_then(from_epoch_days);
        let mut known: AHashMap<&str, Members> = AHashMap::new();
        let mut of_part: Vec<Sums> = Vec::with_capacity(self.pass.groupings.len());
        for (at, grouping) in self.pass.groupings.iter().enumerate() {
            if !self.pass.fits(grouping) {
                of_part.push(Sums {
                    keys: Keys::default(),
                    states: self.pass.empty_states(0),
                });
                continue;
            }
            // The members of a day are the same in every longer period.
            let same = |other: &Grouping| {
                other.by == grouping.by && ![other.grain, grouping.grain].contains(&Grain::Hour)
            };
            if let Some(same) = self.pass.groupings[..at].iter().position(same) {
                let mut sums = of_part[same].clone();
                sums.keys.set_period(&period(grouping.grain, day));
                of_part.push(sums);
                continue;
            }
            for name in grouping.by.iter().map(String::as_str).chain([HOUR]) {
                if name == HOUR && grouping.grain != Grain::Hour || known.contains_key(name) {
                    continue;
                }
                known.insert(name, self.members(rows, name)?);
            }
            of_part.push(self.grouped(grouping, &known, &base, &counted, day));
        }
        Ok(of_part)
    }

    fn members(&self, rows: &RecordBatch, name: &str) -> std::result::Result<Members, ArrowError> {
        let column = |name: &str| {
            rows.column_by_name(name)
                .ok_or_else(|| ArrowError::SchemaError(format!("there is no column `{name}`")))
        };
        if name == HOUR {
            return hours(column("hour")?, column("fold")?);
        }
        match self.pass.fact.column(name).map(|column| column.physical) {
            Some(Physical::Flag) => {
                let flags = cast(column(name)?, &DataType::Boolean)?;
                Ok(Members::of(flags.as_boolean().iter(), |flag| {
                    flag.to_string()
                }))
            }
            Some(Physical::Integer) => {
                let numbers = cast(column(name)?, &DataType::Int64)?;
                let numbers = numbers.as_primitive::<Int64Type>();
                Ok(Members::of(numbers.iter(), |number| number.to_string()))
            }
            _ => texts(column(name)?),
        }
    }

    fn grouped(
        &self,
        grouping: &Grouping,
        known: &AHashMap<&str, Members>,
        base: &BooleanBuffer,
        counted: &[Counted],
        day: Option<NaiveDate>,
    ) -> Sums {
        let of_hours = grouping.grain == Grain::Hour && day.is_some();
        let by: Vec<&Members> = of_hours
            .then_some(HOUR)
            .into_iter()
            .chain(grouping.by.iter().map(String::as_str))
            .filter_map(|name| known.get(name))
            .collect();
        let assigned = assign(&by, base);
        let mut states = self.pass.empty_states(assigned.groups);
        let group = |row: usize| assigned.of_row[row] as usize;
        for (states, counted) in states.iter_mut().zip(counted) {
            let rows = counted.rows.set_indices();
            let weights = counted.weights.as_ref().map(Float64Array::values);
            match (&counted.values, weights) {
                (None, _) => states.add(rows.map(|row| (group(row), 1.0, 1.0))),
                (Some(Counts::Flags(flags)), None) => {
                    let one = |row| f64::from(u8::from(flags.value(row)));
                    states.add(rows.map(|row| (group(row), one(row), 1.0)));
                }
                (Some(Counts::Flags(flags)), Some(weights)) => {
                    let one = |row| f64::from(u8::from(flags.value(row)));
                    states.add(rows.map(|row| (group(row), one(row), weights[row])));
                }
                (Some(Counts::Numbers(values)), None) => {
                    let values = values.values();
                    states.add(rows.map(|row| (group(row), values[row], 1.0)));
                }
                (Some(Counts::Numbers(values)), Some(weights)) => {
                    let values = values.values();
                    states.add(rows.map(|row| (group(row), values[row], weights[row])));
                }
            }
        }
        let mut columns: Vec<Column> = by
            .into_iter()
            .zip(assigned.codes)
            .map(|(members, codes)| Column {
                names: members.names.clone(),
                codes,
            })
            .collect();
        let period = period(grouping.grain, day);
        if let (true, Some(hours)) = (of_hours, columns.first_mut()) {
            let hour = |hour: Option<&str>| format!("{period}T{}", hour.unwrap_or_default());
            let names: Vec<String> = hours.names.iter().map(hour).collect();
            hours.names = names.iter().map(|name| Some(name.as_str())).collect();
        } else {
            let periods = Column {
                names: Names::from_iter([Some(period.as_str())]),
                codes: vec![0; assigned.groups],
            };
            columns.insert(0, periods);
        }
        let keys = Keys { columns };
        Sums { keys, states }
    }
}

impl Wanted {
    fn counted(
        &self,
        values: &[Value],
        base: &BooleanBuffer,
    ) -> std::result::Result<Counted, ArrowError> {
        let n = base.len();
        let mut rows = match self.belongs {
            Some(at) => &held(&values[at].flags(n)) & base,
            None => base.clone(),
        };
        let mut known = |nulls: Option<&NullBuffer>| {
            if let Some(nulls) = nulls {
                rows = &rows & nulls.inner();
            }
        };
        let counts = match self.value.map(|at| &values[at]) {
            Some(Value::Flags(flags)) => {
                known(flags.nulls());
                Some(Counts::Flags(flags.values().clone()))
            }
            Some(value) => {
                let numbers = value.numbers(n)?;
                known(numbers.nulls());
                Some(Counts::Numbers(numbers))
            }
            None => None,
        };
        let weights = self.weight.map(|at| values[at].numbers(n)).transpose()?;
        known(weights.as_ref().and_then(Array::nulls));
        Ok(Counted {
            rows,
            values: counts,
            weights,
        })
    }
}

/// Parts by month in the order of time, as `2026-03`; those without a day come first.
#[must_use]
pub fn by_month(parts: &[Part]) -> BTreeMap<Option<&str>, Vec<&Part>> {
    let mut parts: Vec<&Part> = parts.iter().collect();
    parts.sort_by(|a, b| a.partition.cmp(&b.partition));
    let mut months = BTreeMap::<_, Vec<&Part>>::new();
    for part in parts {
        let month = part.partition.as_deref().and_then(|day| day.get(..7));
        months.entry(month).or_default().push(part);
    }
    months
}

/// How a period is called that a day lies in; of hours, the day.
fn period(grain: Grain, day: Option<NaiveDate>) -> String {
    match (grain, day) {
        (Grain::All, _) | (_, None) => String::new(),
        (Grain::Hour, Some(day)) => day.to_string(),
        (grain, Some(day)) => grain.first_day(day).to_string(),
    }
}

/// The rows of which a condition is true: neither false nor unknown.
fn held(flags: &BooleanArray) -> BooleanBuffer {
    match flags.nulls() {
        Some(nulls) => flags.values() & nulls.inner(),
        None => flags.values().clone(),
    }
}
