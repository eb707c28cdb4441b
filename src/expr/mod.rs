//! Row-level conditions and values as a small typed tree over one table; [`parse`] makes it from text, [`lower`]
//! makes Polars expressions and SQL of it.
//!
//! The catalogue of `kpi` and the promises of `facts` are written in it.

pub mod lower;
pub mod parse;

use crate::schema::Physical;
use crate::schema::facts::FactColumn;
use chrono::NaiveDate;

/// A typed row-level expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A column of the fact.
    Column(FactColumn),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// TRUE or FALSE.
    Flag(bool),
    /// A date, written as a text beside a date column.
    Date(NaiveDate),
    /// NULL.
    Null,
    /// A comparison.
    Compare(Comparison, Box<Self>, Box<Self>),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// Either.
    Or(Box<Self>, Box<Self>),
    /// Not.
    Not(Box<Self>),
    /// IS NULL.
    IsNull(Box<Self>),
    /// IN a list of literals.
    In(Box<Self>, Vec<Self>),
    /// Arithmetic.
    Arithmetic(Operator, Box<Self>, Box<Self>),
    /// A function.
    Call(Function, Vec<Self>),
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// =
    Equal,
    /// <>
    NotEqual,
    /// <
    Less,
    /// <=
    LessEqual,
    /// >
    Greater,
    /// >=
    GreaterEqual,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// +
    Add,
    /// -
    Subtract,
    /// *
    Multiply,
    /// /
    Divide,
}

/// A permitted function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The first argument that is not null.
    Coalesce,
    /// The absolute value.
    Abs,
    /// The largest argument.
    Greatest,
    /// The smallest argument.
    Least,
}

/// What an expression evaluates to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A number.
    Number,
    /// Boolean.
    Flag,
    /// A date.
    Date,
    /// An instant.
    Instant,
    /// The literal NULL: fits everywhere.
    Null,
}

impl Type {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Date => "a date",
            Self::Instant => "an instant",
            Self::Null => "NULL",
        }
    }

    fn fits(self, other: Self) -> bool {
        self == other || self == Self::Null || other == Self::Null
    }
}

impl Expr {
    /// What the expression evaluates to.
    #[must_use]
    pub fn kind(&self) -> Type {
        match self {
            Self::Column(column) => match column.physical {
                Physical::Text => Type::Text,
                Physical::Instant => Type::Instant,
                Physical::Date => Type::Date,
                Physical::Float | Physical::Integer => Type::Number,
                Physical::Flag => Type::Flag,
            },
            Self::Number(_) | Self::Arithmetic(..) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::Date(_) => Type::Date,
            Self::Null => Type::Null,
            Self::Flag(_)
            | Self::Compare(..)
            | Self::And(..)
            | Self::Or(..)
            | Self::Not(_)
            | Self::IsNull(_)
            | Self::In(..) => Type::Flag,
            Self::Call(_, arguments) => arguments
                .iter()
                .map(Self::kind)
                .find(|kind| *kind != Type::Null)
                .unwrap_or(Type::Null),
        }
    }

    /// Names of the columns the expression reads.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        self.visit(&mut |expr| {
            if let Self::Column(column) = expr {
                found.push(column.name);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    fn visit(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match self {
            Self::Compare(_, a, b)
            | Self::Arithmetic(_, a, b)
            | Self::And(a, b)
            | Self::Or(a, b) => {
                a.visit(see);
                b.visit(see);
            }
            Self::Not(inner) | Self::IsNull(inner) => inner.visit(see),
            Self::In(value, items) => {
                value.visit(see);
                for item in items {
                    item.visit(see);
                }
            }
            Self::Call(_, arguments) => {
                for argument in arguments {
                    argument.visit(see);
                }
            }
            Self::Column(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Flag(_)
            | Self::Date(_)
            | Self::Null => {}
        }
    }

    /// The conditions that AND joins at the top, in order.
    #[must_use]
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(left, right) => {
                let mut all = left.conjuncts();
                all.extend(right.conjuncts());
                all
            }
            other => vec![other],
        }
    }
}
