//! How the promises to customers stand: kept, running and broken by day, and by the outlet that owed them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::kpi::figure::{Estimate, Interval};
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Source};
use crate::stats::funnel::{Flag, Funnel, LEAST};
use crate::stats::interval::wilson;

use super::measures::{self, Measure, Wanted};

#[cfg(test)]
mod tests;

const MEASURES: [Wanted; 5] = {
    const fn of(condition: &'static str) -> Wanted {
        Wanted {
            fact: "sla_clocks",
            condition,
            measure: Measure::Rows,
        }
    }
    [
        of("due AND outcome = 'met'"),
        of("due AND outcome <> 'met'"),
        of("outcome = 'running'"),
        of("outcome = 'running_late'"),
        of("warned"),
    ]
};

/// Clocks by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Due and stopped in time.
    pub met: u64,
    /// Due and stopped too late, or still running.
    pub breached: u64,
    /// Not stopped and not yet due.
    pub running: u64,
    /// Of the breached, still running.
    pub late: u64,
    /// Of the running, past their warning.
    pub warned: u64,
}

impl Clocks {
    fn add(&mut self, other: Self) {
        self.met += other.met;
        self.breached += other.breached;
        self.running += other.running;
        self.late += other.late;
        self.warned += other.warned;
    }

    /// All of them together.
    #[must_use]
    pub fn sum(clocks: &[Self]) -> Self {
        let mut all = Self::default();
        for each in clocks {
            all.add(*each);
        }
        all
    }

    /// Clocks due.
    #[must_use]
    pub const fn due(self) -> u64 {
        self.met + self.breached
    }

    /// Met ÷ due with its 95 % interval.
    #[must_use]
    pub fn attainment(self) -> Estimate {
        let (met, due) = (self.met as f64, self.due() as f64);
        Estimate {
            value: (due > 0.0).then(|| met / due),
            numerator: Some(met),
            denominator: Some(due),
            n: self.due(),
            interval: wilson(met, due).map(|(low, high)| Interval { low, high }),
        }
    }
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub promise: String,
    /// Its clocks by the day they were due, as [`Promises::days`].
    pub by_day: Vec<Clocks>,
    /// Those of all these days; what runs, is late or warned is counted whenever it was or is due.
    pub all: Clocks,
}

/// One outlet, all promises together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Its name.
    pub outlet: String,
    /// Its clocks.
    pub all: Clocks,
    /// Its clocks due on the last day.
    pub day: Clocks,
    /// The promise it broke most often, and how often.
    pub most: Option<(String, u64)>,
    /// Where its share of broken promises lies among those of all outlets.
    pub flag: Flag,
}

/// How the promises stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promises {
    /// The days.
    pub days: Vec<NaiveDate>,
    /// The promises with a clock, by id.
    pub rows: Vec<Kept>,
    /// Outlets with a clock, the most broken promises first.
    pub outlets: Vec<Outlet>,
}

/// Counts the clocks due from the first day to the last, both included, and all that run at the cut-off.
///
/// # Errors
/// When the table cannot be read.
pub fn promises(from: NaiveDate, to: NaiveDate, source: &Source<'_>) -> Result<Promises> {
    let catalogue = measures::catalogue(&MEASURES)?;
    let query = Query {
        kpis: (0..MEASURES.len()).collect(),
        groupings: vec![Grouping {
            grain: Grain::Day,
            by: vec!["promise".to_owned(), "outlet".to_owned()],
        }],
        from: None,
        to: None,
        condition: None,
    };
    let mut cells: BTreeMap<Cell, Clocks> = BTreeMap::new();
    for row in query.answer(&catalogue, source)?.pop().unwrap_or_default() {
        let [Some(promise), outlet] = row.group.members.as_slice() else {
            continue;
        };
        let Ok(day) = row.group.period.parse() else {
            continue;
        };
        let clocks = cells
            .entry((promise.clone(), outlet.clone(), day))
            .or_default();
        let n = row.estimate.n;
        match row.kpi {
            0 => clocks.met += n,
            1 => clocks.breached += n,
            2 => clocks.running += n,
            3 => clocks.late += n,
            _ => clocks.warned += n,
        }
    }
    Ok(of(&cells, from, to))
}

/// Promise, outlet, day it was due.
type Cell = (String, Option<String>, NaiveDate);

fn of(cells: &BTreeMap<Cell, Clocks>, from: NaiveDate, to: NaiveDate) -> Promises {
    let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to).collect();
    let mut rows: BTreeMap<&str, Kept> = BTreeMap::new();
    let mut outlets: BTreeMap<&str, (Clocks, Clocks, BTreeMap<&str, u64>)> = BTreeMap::new();
    for ((promise, outlet, day), clocks) in cells {
        let inside = days.binary_search(day).ok();
        // What is due on other days counts only as far as it still runs.
        let counted = Clocks {
            met: inside.map_or(0, |_| clocks.met),
            breached: inside.map_or(0, |_| clocks.breached),
            ..*clocks
        };
        if counted == Clocks::default() {
            continue;
        }
        let kept = rows.entry(promise).or_insert_with(|| Kept {
            promise: promise.clone(),
            by_day: vec![Clocks::default(); days.len()],
            all: Clocks::default(),
        });
        kept.all.add(counted);
        if let Some(at) = inside {
            kept.by_day[at].add(*clocks);
        }
        if let Some(outlet) = outlet {
            let (all, last, broken) = outlets.entry(outlet).or_default();
            all.add(counted);
            if *day == to {
                last.add(*clocks);
            }
            *broken.entry(promise).or_default() += counted.breached;
        }
    }
    Promises {
        days,
        rows: rows.into_values().collect(),
        outlets: placed(outlets),
    }
}

/// The outlets with their place in a funnel of broken promises.
fn placed(outlets: BTreeMap<&str, (Clocks, Clocks, BTreeMap<&str, u64>)>) -> Vec<Outlet> {
    let mut found: Vec<Outlet> = outlets
        .into_iter()
        .map(|(outlet, (all, day, broken))| {
            // The first of equals, so that the order does not depend on chance.
            let most = broken
                .into_iter()
                .rev()
                .max_by_key(|(_, count)| *count)
                .filter(|(_, count)| *count > 0);
            Outlet {
                outlet: outlet.to_owned(),
                all,
                day,
                most: most.map(|(promise, count)| (promise.to_owned(), count)),
                flag: Flag::TooFew,
            }
        })
        .collect();
    let due: Vec<usize> = (0..found.len())
        .filter(|at| found[*at].all.due() > 0)
        .collect();
    let shares: Vec<(f64, f64)> = due
        .iter()
        .map(|at| {
            let all = found[*at].all;
            (all.breached as f64, all.due() as f64)
        })
        .collect();
    if let Some(funnel) = Funnel::rates(&shares, LEAST) {
        for (at, placed) in due.iter().zip(&funnel.members) {
            found[*at].flag = placed.flag;
        }
    }
    found.sort_by(|a, b| {
        b.all
            .breached
            .cmp(&a.all.breached)
            .then_with(|| a.outlet.cmp(&b.outlet))
    });
    found
}
