//! A KPI → SQL text for other engines; the expressions in it are lowered by [`crate::expr::lower`].

use super::catalogue::{Formula, Kpi};
use crate::expr::Expr;

use crate::expr::lower::Dialect;

impl Kpi {
    /// SQL that computes value, numerator and denominator of this KPI from its fact table, from the rows that
    /// fulfil `first` too; nothing for a ratio.
    #[must_use]
    pub fn sql(&self, dialect: Dialect, first: &[Expr]) -> Option<String> {
        let fact = self.fact?;
        let mut conditions: Vec<String> = first.iter().map(|asked| asked.sql(dialect)).collect();
        if let Some(condition) = &self.condition {
            conditions.push(condition.sql(dialect));
        }
        let (value, numerator, denominator) = match &self.formula {
            Formula::Count => (
                "count(*)".to_owned(),
                "count(*)".to_owned(),
                "NULL".to_owned(),
            ),
            Formula::Sum(of) => {
                let sum = format!("sum({})", as_double(of, dialect));
                (sum.clone(), or_zero(&sum), "NULL".to_owned())
            }
            Formula::Mean(of) => {
                let of = as_double(of, dialect);
                (
                    format!("avg({of})"),
                    or_zero(&format!("sum({of})")),
                    format!("count({of})"),
                )
            }
            Formula::Rate(when) => {
                let when = when.sql(dialect);
                let number = format!(
                    "CASE WHEN {when} THEN CAST(1 AS DOUBLE) WHEN NOT ({when}) THEN CAST(0 AS DOUBLE) END"
                );
                (
                    format!("avg({number})"),
                    or_zero(&format!("sum({number})")),
                    format!("count({number})"),
                )
            }
            Formula::Share { of, weight } => {
                let (of, weight) = (as_double(of, dialect), as_double(weight, dialect));
                conditions.push(format!("{of} IS NOT NULL AND {weight} IS NOT NULL"));
                let top = format!("sum({of} * {weight})");
                let bottom = format!("sum({weight})");
                (
                    format!("{top} / nullif({bottom}, 0)"),
                    or_zero(&top),
                    or_zero(&bottom),
                )
            }
            Formula::Quantile { of, q } => {
                let of = as_double(of, dialect);
                let value = match dialect {
                    Dialect::Duckdb => format!("quantile_cont({of}, {q})"),
                    Dialect::Spark => format!("percentile_cont({q}) WITHIN GROUP (ORDER BY {of})"),
                };
                (value, "NULL".to_owned(), format!("count({of})"))
            }
            Formula::Max(of) => {
                let of = as_double(of, dialect);
                (
                    format!("max({of})"),
                    "NULL".to_owned(),
                    format!("count({of})"),
                )
            }
            Formula::Ratio { .. } => return None,
        };
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!("\nWHERE {}", conditions.join("\n  AND "))
        };
        Some(format!(
            "SELECT {value} AS value,\n       {numerator} AS numerator,\n       {denominator} AS denominator\nFROM {}{filter}",
            fact.name
        ))
    }
}

/// The sum of no rows is 0, as in every other output; in SQL it is null.
fn or_zero(sum: &str) -> String {
    format!("coalesce({sum}, 0)")
}

fn as_double(of: &Expr, dialect: Dialect) -> String {
    format!("CAST({} AS DOUBLE)", of.sql(dialect))
}
