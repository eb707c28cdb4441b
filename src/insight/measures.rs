//! Plain sums over facts that are no figures of their own: what problems take, and squares for their scatter.

use crate::error::Result;
use crate::expr::Type;
use crate::expr::parse;
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::query::row_condition;
use crate::schema::facts::Fact;

/// What is added up.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// Rows.
    Rows,
    /// The sum of an expression.
    Sum(&'static str),
    /// Its mean.
    Mean(&'static str),
    /// Its largest value.
    Max(&'static str),
}

/// One measure over the rows of a fact that fulfil a condition; the empty condition takes all.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The fact table.
    pub fact: &'static str,
    /// Which rows.
    pub condition: &'static str,
    /// What of them.
    pub measure: Measure,
}

/// The measures as a catalogue that a query answers; a measure keeps its position.
///
/// # Errors
/// When an expression does not fit its fact, which a test excludes.
pub fn catalogue(wanted: &[Wanted]) -> Result<Catalogue> {
    let kpis = wanted
        .iter()
        .filter_map(|wanted| Some((wanted, Fact::by_name(wanted.fact)?)))
        .map(|(wanted, fact)| kpi(wanted, fact))
        .collect::<Result<_>>()?;
    Ok(Catalogue {
        kpis,
        targets: Vec::new(),
    })
}

fn kpi(wanted: &Wanted, fact: &'static Fact) -> Result<Kpi> {
    let number = |text: &str| {
        parse::expression(text, fact, Type::Number)
            .map_err(|fault| fault.located(fact.name.to_owned(), text))
    };
    let condition = Some(wanted.condition)
        .filter(|text| !text.is_empty())
        .map(|text| row_condition(text, fact))
        .transpose()?;
    Ok(Kpi {
        condition,
        formula: match wanted.measure {
            Measure::Rows => Formula::Count,
            Measure::Sum(text) => Formula::Sum(number(text)?),
            Measure::Mean(text) => Formula::Mean(number(text)?),
            Measure::Max(text) => Formula::Max(number(text)?),
        },
        ..Kpi::rows_of(fact)
    })
}
