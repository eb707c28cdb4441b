//! A KPI → SQL text for other engines; the expressions in it are lowered by [`crate::expr::lower`].

use super::catalogue::{Formula, Kpi};
use crate::expr::Expr;
use crate::schema::facts::{Fact, Running};

use crate::expr::lower::Dialect;

impl Kpi {
    /// SQL that computes value, numerator and denominator of this KPI from its fact table, from the rows that
    /// fulfil `first` too, at the cut-off `as_of`, microseconds, else at
    /// the parameter `$as_of`; nothing for a ratio.
    #[must_use]
    pub fn sql(&self, dialect: Dialect, first: &[Expr], as_of: Option<i64>) -> Option<String> {
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
            self.table(fact, dialect, first, as_of)
        ))
    }

    /// The duration that goes on until the cut-off, where this KPI or `first` reads one.
    #[must_use]
    pub fn running(&self, first: &[Expr]) -> Option<&'static Running> {
        let reads = |name| {
            let own = self.columns().contains(&name);
            own || first.iter().any(|expr| expr.columns().contains(&name))
        };
        self.fact?.running().filter(|running| reads(running.column))
    }

    /// The fact table. A duration that goes on is in no file: where it is asked for, it is counted up to the cut-off.
    fn table(&self, fact: &Fact, dialect: Dialect, first: &[Expr], as_of: Option<i64>) -> String {
        let name = fact.name;
        let Some(running) = self.running(first) else {
            return name.to_owned();
        };
        let as_of = as_of.map_or_else(|| "$as_of".to_owned(), |as_of| as_of.to_string());
        let (column, from, open) = (running.column, running.from, running.open);
        let rests = running.rests.map_or_else(String::new, |(column, states)| {
            format!(" AND {column} NOT IN ('{}')", states.join("', '"))
        });
        let (micros, all_but) = match dialect {
            Dialect::Duckdb => (format!("epoch_us({from})"), "EXCLUDE"),
            Dialect::Spark => (format!("unix_micros({from})"), "EXCEPT"),
        };
        format!(
            "(SELECT * {all_but} ({column}),\n             CASE WHEN {open}{rests} THEN CAST({as_of} - {micros} AS DOUBLE) / 1e6 ELSE {column} END AS {column}\n      FROM {name}) AS {name}"
        )
    }
}

/// The sum of no rows is 0, as in every other output; in SQL it is null.
fn or_zero(sum: &str) -> String {
    format!("coalesce({sum}, 0)")
}

fn as_double(of: &Expr, dialect: Dialect) -> String {
    format!("CAST({} AS DOUBLE)", of.sql(dialect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Type;
    use crate::expr::parse;

    #[test]
    fn a_duration_that_goes_on_is_counted_in_sql_too() {
        let fact = Fact::by_name("state_visits").unwrap();
        let kpi = Kpi::rows_of(fact);
        let asked = |text| vec![parse::expression(text, fact, Type::Flag).unwrap()];
        let plain = kpi.sql(Dialect::Duckdb, &asked("open"), Some(5)).unwrap();
        assert!(plain.contains("FROM state_visits\n"), "{plain}");
        let long = kpi
            .sql(Dialect::Duckdb, &asked("dwell_s > 60"), Some(5))
            .unwrap();
        assert!(
            long.contains("CASE WHEN open AND state NOT IN ('resolved', 'closed') THEN CAST(5 - epoch_us(entered_at) AS DOUBLE) / 1e6 ELSE dwell_s END AS dwell_s"),
            "{long}"
        );
        let parameter = kpi
            .sql(Dialect::Spark, &asked("dwell_s > 60"), None)
            .unwrap();
        assert!(
            parameter.contains("$as_of - unix_micros(entered_at)"),
            "{parameter}"
        );
    }
}
