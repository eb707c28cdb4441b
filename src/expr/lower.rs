//! The typed tree → Polars expressions, and → SQL text for other engines, from the same source.

use polars::prelude as pl;
use polars::prelude::{NULL, col, lit};

use super::{Comparison, Expr, Function, Operator, Type};

/// A dialect of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// DuckDB.
    Duckdb,
    /// Spark SQL.
    Spark,
}

impl Expr {
    /// The expression for Polars. Numbers are floats, flags in sums count 1 and 0.
    pub fn polars(&self) -> pl::Expr {
        match self {
            Self::Column(column) => match self.kind() {
                Type::Number => col(column.name).cast(pl::DataType::Float64),
                _ => col(column.name),
            },
            Self::Number(value) => lit(*value),
            Self::Text(text) => lit(text.clone()),
            Self::Flag(flag) => lit(*flag),
            Self::Date(date) => lit(*date),
            Self::Null => lit(NULL),
            Self::Compare(op, a, b) => {
                let (a, b) = (a.polars(), b.polars());
                match op {
                    Comparison::Equal => a.eq(b),
                    Comparison::NotEqual => a.neq(b),
                    Comparison::Less => a.lt(b),
                    Comparison::LessEqual => a.lt_eq(b),
                    Comparison::Greater => a.gt(b),
                    Comparison::GreaterEqual => a.gt_eq(b),
                }
            }
            Self::And(a, b) => a.polars().and(b.polars()),
            Self::Or(a, b) => a.polars().or(b.polars()),
            Self::Not(inner) => inner.polars().not(),
            Self::IsNull(inner) => inner.polars().is_null(),
            Self::In(value, items) => items
                .iter()
                .map(|item| value.polars().eq(item.polars()))
                .reduce(pl::Expr::or)
                .unwrap_or_else(|| lit(false)),
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.polars(), b.polars());
                match op {
                    Operator::Add => a + b,
                    Operator::Subtract => a - b,
                    Operator::Multiply => a * b,
                    // Division by zero gives null, as in SQL, never infinity.
                    Operator::Divide => pl::when(b.clone().neq(lit(0.0)))
                        .then(a / b)
                        .otherwise(lit(NULL)),
                }
            }
            Self::Call(function, arguments) => call(*function, arguments),
        }
    }

    /// The expression as SQL text.
    #[must_use]
    pub fn sql(&self, dialect: Dialect) -> String {
        match self {
            Self::Column(column) => column.name.to_owned(),
            Self::Number(value) => format!("CAST({value} AS DOUBLE)"),
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Flag(true) => "TRUE".to_owned(),
            Self::Flag(false) => "FALSE".to_owned(),
            Self::Date(date) => format!("DATE '{date}'"),
            Self::Null => "NULL".to_owned(),
            Self::Compare(op, a, b) => {
                let op = match op {
                    Comparison::Equal => "=",
                    Comparison::NotEqual => "<>",
                    Comparison::Less => "<",
                    Comparison::LessEqual => "<=",
                    Comparison::Greater => ">",
                    Comparison::GreaterEqual => ">=",
                };
                format!("{} {op} {}", a.operand(dialect), b.operand(dialect))
            }
            Self::And(a, b) => format!("{} AND {}", a.sql(dialect), b.sql(dialect)),
            Self::Or(a, b) => format!("({} OR {})", a.sql(dialect), b.sql(dialect)),
            Self::Not(inner) => match inner.as_ref() {
                Self::IsNull(value) => format!("{} IS NOT NULL", value.operand(dialect)),
                other => format!("NOT ({})", other.sql(dialect)),
            },
            Self::IsNull(inner) => format!("{} IS NULL", inner.operand(dialect)),
            Self::In(value, items) => {
                let items: Vec<_> = items.iter().map(|item| item.sql(dialect)).collect();
                format!("{} IN ({})", value.operand(dialect), items.join(", "))
            }
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.sql(dialect), b.sql(dialect));
                match op {
                    Operator::Add => format!("({a} + {b})"),
                    Operator::Subtract => format!("({a} - {b})"),
                    Operator::Multiply => format!("({a} * {b})"),
                    Operator::Divide => format!("(CAST({a} AS DOUBLE) / nullif({b}, 0))"),
                }
            }
            Self::Call(function, arguments) => {
                let name = match function {
                    Function::Coalesce => "coalesce",
                    Function::Abs => "abs",
                    Function::Greatest => "greatest",
                    Function::Least => "least",
                };
                let arguments: Vec<_> = arguments
                    .iter()
                    .map(|argument| argument.sql(dialect))
                    .collect();
                format!("{name}({})", arguments.join(", "))
            }
        }
    }

    /// The SQL of an operand of a comparison: conditions in parentheses.
    fn operand(&self, dialect: Dialect) -> String {
        let sql = self.sql(dialect);
        match self {
            Self::And(..) | Self::Not(_) | Self::Compare(..) | Self::In(..) | Self::IsNull(_) => {
                format!("({sql})")
            }
            _ => sql,
        }
    }
}

fn call(function: Function, arguments: &[Expr]) -> pl::Expr {
    let lowered: Vec<pl::Expr> = arguments.iter().map(Expr::polars).collect();
    let fold = |keep_first: fn(pl::Expr, pl::Expr) -> pl::Expr| {
        // A null argument is passed over, as greatest and least do in DuckDB and Spark.
        lowered.clone().into_iter().reduce(|a, b| {
            pl::when(b.clone().is_null().or(keep_first(a.clone(), b.clone())))
                .then(a)
                .otherwise(b)
        })
    };
    match function {
        Function::Coalesce => pl::coalesce(&lowered),
        Function::Abs => lowered.into_iter().next().map_or_else(
            || lit(NULL),
            |x| {
                pl::when(x.clone().lt(lit(0.0)))
                    .then(lit(0.0) - x.clone())
                    .otherwise(x)
            },
        ),
        Function::Greatest => fold(polars::prelude::Expr::gt_eq).unwrap_or_else(|| lit(NULL)),
        Function::Least => fold(polars::prelude::Expr::lt_eq).unwrap_or_else(|| lit(NULL)),
    }
}
