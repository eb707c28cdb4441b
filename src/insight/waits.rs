//! How long callers waited: a distribution around the wait that the service level promises.

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::Result;
use crate::expr::{Comparison, Expr};
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::{Estimate, Interval};
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Source, row_condition};
use crate::schema::facts::Fact;
use crate::stats::interval::wilson;
use crate::stats::sum::whole;

#[cfg(test)]
mod tests;

/// The population: callers who were answered.
const ANSWERED: &str = "direction = 'inbound' AND offered AND answered AND wait_s IS NOT NULL";

/// Where a class of waits may end without a promise: of a width that people think in.
const STEP: f64 = 10.0;

/// Classes counted, and drawn: half a minute of promise makes twenty minutes of the former.
const FINE: usize = 40;
const SHOWN: usize = 16;

/// Share of the waits that the drawn classes reach; longer ones are in the open class.
const REACH: f64 = 0.97;

/// Waits of one class: longer than the start, up to the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// Seconds.
    pub from: f64,
    /// Seconds; `None` is open.
    pub to: Option<f64>,
    /// Callers.
    pub count: u64,
}

/// The waits of answered callers.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// Classes of one width.
    pub classes: Vec<Class>,
    /// Seconds within which the service level wants them answered.
    pub promised: Option<f64>,
    /// Those answered within, of those answered.
    pub within: Estimate,
    /// Median and 90 % quantile, seconds.
    pub quantiles: (Option<f64>, Option<f64>),
}

/// Reads the waits of a stretch of days; `None` without an answered caller.
///
/// # Errors
/// When the table cannot be read.
pub fn waiting(
    (from, to): (NaiveDate, NaiveDate),
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Option<Waiting>> {
    let Some(fact) = Fact::by_name("call_facts") else {
        return Ok(None);
    };
    let level = catalogue.position("service_level")?;
    let promised = match &catalogue.kpis[level].formula {
        Formula::Rate(when) => longest(when),
        _ => None,
    };
    let step = promised.map_or(STEP, |promised| promised / 2.0);
    let mut kpis = Vec::with_capacity(FINE + 3);
    for class in 1..=FINE {
        let end = step * class as f64;
        kpis.push(counted(fact, &format!("{ANSWERED} AND wait_s <= {end}"))?);
    }
    kpis.push(counted(fact, ANSWERED)?);
    let wait = fact.column("wait_s").copied().map(Expr::Column);
    for q in [0.5, 0.9] {
        if let Some(of) = wait.clone() {
            kpis.push(Kpi {
                formula: Formula::Quantile { of, q },
                ..counted(fact, ANSWERED)?
            });
        }
    }
    let asked = Catalogue {
        kpis,
        targets: Vec::new(),
    };
    let query = Query {
        kpis: (0..asked.kpis.len()).collect(),
        groupings: vec![Grouping {
            grain: Grain::All,
            by: Vec::new(),
        }],
        from: Some(from),
        to: Some(to),
        condition: None,
    };
    let rows = query.answer(&asked, source)?.pop().unwrap_or_default();
    let value = |at: usize| rows.iter().find(|row| row.kpi == at)?.estimate.value;
    let up_to: Vec<f64> = (0..FINE).map(|at| value(at).unwrap_or(0.0)).collect();
    let all = value(FINE).unwrap_or(0.0);
    if all <= 0.0 {
        return Ok(None);
    }
    let within = promised.map_or_else(Estimate::default, |_| Estimate {
        value: Some(up_to[1] / all),
        numerator: Some(up_to[1]),
        denominator: Some(all),
        n: whole(all),
        interval: wilson(up_to[1], all).map(|(low, high)| Interval { low, high }),
    });
    Ok(Some(Waiting {
        days: (from, to),
        classes: classes(&up_to, all, step),
        promised,
        within,
        quantiles: (value(FINE + 1), value(FINE + 2)),
    }))
}

fn counted(fact: &'static Fact, condition: &str) -> Result<Kpi> {
    Ok(Kpi {
        condition: Some(row_condition(condition, fact)?),
        ..Kpi::rows_of(fact)
    })
}

/// The N of `wait_s <= N` in the condition of a service level.
fn longest(when: &Expr) -> Option<f64> {
    match when {
        Expr::Compare(Comparison::LessEqual | Comparison::Less, left, right) => {
            match (left.as_ref(), right.as_ref()) {
                (Expr::Column(column), Expr::Number(most)) if column.name == "wait_s" => {
                    Some(*most).filter(|most| *most > 0.0)
                }
                _ => None,
            }
        }
        Expr::And(left, right) | Expr::Or(left, right) => longest(left).or_else(|| longest(right)),
        Expr::Not(of) => longest(of),
        Expr::Call(_, of) => of.iter().find_map(longest),
        _ => None,
    }
}

/// Classes of one width, few enough to be drawn, that reach almost all waits; the rest is open.
///
/// The first two steps make the promise, so that classes of one or two steps have it as an end; wider ones don't,
/// and waits beyond 32 steps go into the open class instead.
fn classes(up_to: &[f64], all: f64, step: f64) -> Vec<Class> {
    let reached = up_to
        .iter()
        .position(|count| *count >= REACH * all)
        .map_or(up_to.len(), |at| at + 1);
    let join = if reached <= SHOWN { 1 } else { 2 };
    let count = reached.div_ceil(join).min(SHOWN).max(2 / join);
    let mut classes = Vec::with_capacity(count + 1);
    let mut before = 0.0;
    for class in 0..count {
        let end = ((class + 1) * join).min(up_to.len());
        classes.push(Class {
            from: step * (class * join) as f64,
            to: Some(step * ((class + 1) * join) as f64),
            count: whole(up_to[end - 1] - before),
        });
        before = up_to[end - 1];
    }
    if all > before {
        classes.push(Class {
            from: step * (count * join) as f64,
            to: None,
            count: whole(all - before),
        });
    }
    classes
}
