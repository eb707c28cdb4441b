//! One pass over a fact table: every KPI of that table, for every wanted grouping, from one evaluation of
//! its rows. Days are evaluated in parallel and merged in the order of time.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::*;

use crate::calendar::{Grain, from_epoch_days};
use crate::error::{PolarsContext, Result};
use crate::facts::frames;
use crate::schema::DATE;
use crate::schema::facts::Fact;
use crate::store::delta::Part;

use super::accumulate::State;
use super::catalogue::{Formula, Kpi};
use super::expr::Expr;

/// How figures are grouped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grouping {
    /// Periods.
    pub grain: Grain,
    /// Dimension columns.
    pub by: Vec<String>,
}

/// A group: its period and its members, one per dimension of the grouping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// First day of the period, `2026-03-02T14` for hours (`2026-10-25T02B` the second time the clock shows
    /// that hour), empty for all.
    pub period: String,
    /// Members; `None` is the null member.
    pub members: Vec<Option<String>>,
}

/// The figures' running states of one grouping: group → one state per KPI of the pass.
pub type Groups = BTreeMap<Group, Vec<State>>;

/// What a pass reads and keeps.
pub struct Pass<'a> {
    /// The fact table.
    pub fact: &'static Fact,
    /// Its folder in the store.
    pub root: &'a Path,
    /// The KPIs; none of them a ratio.
    pub kpis: &'a [&'a Kpi],
    /// The wanted groupings.
    pub groupings: &'a [Grouping],
    /// Row-level condition on all of them.
    pub condition: Option<&'a Expr>,
}

impl Pass<'_> {
    /// Evaluates the parts and returns one [`Groups`] per grouping.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn run(&self, parts: &[Part]) -> Result<Vec<Groups>> {
        let by_part = self.in_parallel(parts)?;
        let mut merged: Vec<Groups> = self.groupings.iter().map(|_| Groups::new()).collect();
        for part in by_part {
            for (whole, groups) in merged.iter_mut().zip(part) {
                merge(whole, groups);
            }
        }
        // Asked for one figure of an empty table, the answer is a row that says so.
        for (groups, grouping) in merged.iter_mut().zip(self.groupings) {
            if groups.is_empty() && grouping.grain == Grain::All && grouping.by.is_empty() {
                groups.insert(
                    Group {
                        period: String::new(),
                        members: Vec::new(),
                    },
                    self.empty_states(),
                );
            }
        }
        Ok(merged)
    }

    /// Evaluates the parts on as many threads as the program may use, each a stretch of days in order.
    ///
    /// Plain threads, not rayon: a rayon worker that waits for Polars' own pool takes up another part
    /// meanwhile, and over hundreds of parts that nests until the stack is full.
    fn in_parallel(&self, parts: &[Part]) -> Result<Vec<Vec<Groups>>> {
        let stretch = parts
            .len()
            .div_ceil(rayon::current_num_threads().max(1))
            .max(1);
        std::thread::scope(|scope| {
            let threads: Vec<_> = parts
                .chunks(stretch)
                .map(|days| scope.spawn(|| days.iter().map(|part| self.part(part)).collect()))
                .collect();
            let mut all = Vec::with_capacity(parts.len());
            for thread in threads {
                let done: Result<Vec<Vec<Groups>>> = thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                all.extend(done?);
            }
            Ok(all)
        })
    }

    fn empty_states(&self) -> Vec<State> {
        self.kpis
            .iter()
            .filter_map(|kpi| State::empty(&kpi.formula))
            .collect()
    }

    fn part(&self, part: &Part) -> Result<Vec<Groups>> {
        let Some(scan) = frames::scan(self.root, std::slice::from_ref(part))? else {
            return Ok(Vec::new());
        };
        let scan = match self.condition {
            Some(condition) => scan.filter(condition.polars()),
            None => scan,
        };
        let frame = scan
            .select(self.columns())
            .collect()
            .computing("the rows of a pass")?;
        self.groupings
            .iter()
            .map(|grouping| self.group(&frame, grouping))
            .collect()
    }

    /// Dimensions as text, then one or two columns per KPI: null where the row does not belong to it.
    fn columns(&self) -> Vec<polars::prelude::Expr> {
        let mut dimensions: Vec<&str> = self
            .groupings
            .iter()
            .flat_map(|grouping| &grouping.by)
            .map(String::as_str)
            .collect();
        dimensions.sort_unstable();
        dimensions.dedup();
        let mut columns: Vec<_> = dimensions
            .into_iter()
            .map(|name| member_text(self.fact, name).alias(format!("by:{name}")))
            .collect();
        columns.push(
            col(DATE)
                .cast(DataType::Date)
                .cast(DataType::Int32)
                .alias("period:date"),
        );
        columns.push(col("hour").cast(DataType::Int64).alias("period:hour"));
        columns.push(col("fold").alias("period:fold"));
        for (index, kpi) in self.kpis.iter().enumerate() {
            let (value, weight) = row_values(kpi);
            columns.push(value.alias(format!("value:{index}")));
            if let Some(weight) = weight {
                columns.push(weight.alias(format!("weight:{index}")));
            }
        }
        columns
    }

    fn group(&self, frame: &DataFrame, grouping: &Grouping) -> Result<Groups> {
        let keys = keys(frame, grouping).computing("the groups of a pass")?;
        let mut positions: BTreeMap<&Group, usize> = BTreeMap::new();
        let mut of_row = Vec::with_capacity(keys.len());
        for key in &keys {
            let next = positions.len();
            of_row.push(*positions.entry(key).or_insert(next));
        }
        let mut states: Vec<Vec<State>> = vec![self.empty_states(); positions.len()];
        for index in 0..self.kpis.len() {
            add_column(frame, index, &of_row, &mut states).computing("the figures of a pass")?;
        }
        Ok(positions
            .into_iter()
            .map(|(group, position)| (group.clone(), std::mem::take(&mut states[position])))
            .collect())
    }
}

fn merge(whole: &mut Groups, part: Groups) {
    for (group, states) in part {
        match whole.get_mut(&group) {
            Some(known) => known
                .iter_mut()
                .zip(states)
                .for_each(|(state, more)| state.merge(more)),
            None => {
                whole.insert(group, states);
            }
        }
    }
}

/// A dimension's member as text: numbers without a fraction, flags as `true` and `false`.
fn member_text(fact: &Fact, name: &str) -> polars::prelude::Expr {
    use crate::schema::Physical;
    match fact.column(name).map(|column| column.physical) {
        Some(Physical::Flag) => when(col(name))
            .then(lit("true"))
            .when(col(name).not())
            .then(lit("false"))
            .otherwise(lit(NULL)),
        _ => col(name).cast(DataType::String),
    }
}

/// The value column of a KPI and, for a share, its weight; null where the row does not count.
fn row_values(kpi: &Kpi) -> (polars::prelude::Expr, Option<polars::prelude::Expr>) {
    let belongs = kpi.condition.as_ref().map(Expr::polars);
    let only = |value: polars::prelude::Expr| {
        let value = value.cast(DataType::Float64);
        match &belongs {
            Some(belongs) => when(belongs.clone()).then(value).otherwise(lit(NULL)),
            None => value,
        }
    };
    match &kpi.formula {
        Formula::Count | Formula::Ratio { .. } => {
            // A column, not a bare literal, so that every row gets its value.
            (
                only(col("hour").fill_null(0).cast(DataType::Float64) * lit(0.0) + lit(1.0)),
                None,
            )
        }
        Formula::Sum(of) | Formula::Mean(of) | Formula::Max(of) | Formula::Quantile { of, .. } => {
            (only(of.polars()), None)
        }
        Formula::Rate(when) => (only(when.polars()), None),
        Formula::Share { of, weight } => (only(of.polars()), Some(only(weight.polars()))),
    }
}

fn keys(frame: &DataFrame, grouping: &Grouping) -> PolarsResult<Vec<Group>> {
    let dates = frame.column("period:date")?.i32()?;
    let hours = frame.column("period:hour")?.i64()?;
    let folds = frame.column("period:fold")?.bool()?;
    let members = grouping
        .by
        .iter()
        .map(|name| frame.column(&format!("by:{name}"))?.str())
        .collect::<PolarsResult<Vec<_>>>()?;
    Ok((0..frame.height())
        .map(|row| Group {
            period: period(
                grouping.grain,
                dates.get(row),
                (hours.get(row), folds.get(row)),
            ),
            members: members
                .iter()
                .map(|column| column.get(row).map(str::to_owned))
                .collect(),
        })
        .collect())
}

/// The name of a period. The second showing of a doubled hour is `…T02B`, as the energy market writes it.
fn period(grain: Grain, date: Option<i32>, (hour, fold): (Option<i64>, Option<bool>)) -> String {
    let day = date.and_then(from_epoch_days);
    match (grain, day) {
        (Grain::All, _) | (_, None) => String::new(),
        (Grain::Hour, Some(day)) => {
            let second = if fold == Some(true) { "B" } else { "" };
            format!("{day}T{:02}{second}", hour.unwrap_or_default())
        }
        (grain, Some(day)) => grain.first_day(day).to_string(),
    }
}

fn add_column(
    frame: &DataFrame,
    index: usize,
    of_row: &[usize],
    states: &mut [Vec<State>],
) -> PolarsResult<()> {
    let values = frame.column(&format!("value:{index}"))?.f64()?;
    let weights = match frame.column(&format!("weight:{index}")) {
        Ok(column) => Some(column.f64()?),
        Err(_) => None,
    };
    for (row, group) in of_row.iter().enumerate() {
        let weight = weights.map_or(Some(1.0), |weights| weights.get(row));
        if let (Some(value), Some(weight)) = (values.get(row), weight) {
            states[*group][index].add(value, weight);
        }
    }
    Ok(())
}
