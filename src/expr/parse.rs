//! SQL text → the typed tree of [`super`], checked against the columns of one fact table.
//!
//! Only what the tree has variants for can be written: columns of the fact, literals, comparisons, boolean
//! and arithmetic operators and a handful of functions. Nothing here can read a file or another table.

use sqlparser::ast::{
    BinaryOperator, Expr as Sql, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned,
    UnaryOperator, Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};

use crate::error::Error;
use crate::schema::facts::Fact;
use crate::settings::{excerpt, suggestion};

use super::{Comparison, Expr, Function, Operator, Type};

/// What is wrong with an expression, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A sentence that names the column, operator or type at fault.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
    /// Bytes of the text before the place; `None` when it is about the whole.
    pub at: Option<usize>,
}

impl Fault {
    /// The error about an expression that stands in no file: the text with a mark under the place.
    #[must_use]
    pub fn located(self, place: String, text: &str) -> Error {
        let message = match self.at {
            Some(at) => format!("{}\n{}", self.message, excerpt(text, at)),
            None => self.message,
        };
        Error::Expression {
            place,
            message,
            hint: self.hint,
        }
    }
}

/// A fault on its way up, with the place as the parser counts it.
struct Found {
    message: String,
    hint: String,
    at: Option<Location>,
}

impl Found {
    fn hint(mut self, hint: String) -> Self {
        self.hint = hint;
        self
    }

    /// Adds the place of `sql`, unless something within it knew a nearer one.
    fn within(mut self, sql: &Sql) -> Self {
        let start = sql.span().start;
        // The parser gives line 0 to what it has no place of.
        if self.at.is_none() && start.line > 0 {
            self.at = Some(start);
        }
        self
    }

    fn settle(self, text: &str) -> Fault {
        Fault {
            message: self.message,
            hint: self.hint,
            at: self.at.map(|at| offset(text, at)),
        }
    }
}

impl From<String> for Found {
    fn from(message: String) -> Self {
        Self {
            message,
            hint: String::new(),
            at: None,
        }
    }
}

impl From<&str> for Found {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

/// What the parser says; its place stands at the end of its sentence.
impl From<ParserError> for Found {
    fn from(error: ParserError) -> Self {
        let (ParserError::TokenizerError(text) | ParserError::ParserError(text)) = &error else {
            return "the expression is nested too deeply".into();
        };
        let (message, place) = text.rsplit_once(" at Line: ").unwrap_or((text, ""));
        let at = place.split_once(", Column: ").and_then(|(line, column)| {
            Some(Location::new(line.parse().ok()?, column.parse().ok()?))
        });
        let message = message.replace("found: EOF", "found the end");
        Self {
            at,
            ..message.into()
        }
    }
}

/// The byte of a line and column, both counted in characters from 1.
fn offset(text: &str, at: Location) -> usize {
    let count = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text
        .split_inclusive('\n')
        .take(count(at.line))
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or_default();
    let before = rest.char_indices().nth(count(at.column));
    start + before.map_or(rest.trim_end().len(), |(bytes, _)| bytes)
}

/// Parses and checks `text` against the columns of `fact`; the result must be of type `expected`.
///
/// # Errors
/// When a column, operator or type is at fault, with its place.
pub fn expression(text: &str, fact: &Fact, expected: Type) -> Result<Expr, Fault> {
    whole(text, fact, expected).map_err(|found| found.settle(text))
}

fn whole(text: &str, fact: &Fact, expected: Type) -> Result<Expr, Found> {
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect).try_with_sql(text)?;
    let sql = parser
        .parse_expr()
        .map_err(|error| match Found::from(error) {
            // At the end of the text the parser knows no place.
            found if found.at.is_none() => Found {
                at: Some(Location::new(u64::MAX, 1)),
                ..found
            },
            found => found,
        })?;
    let next = parser.peek_token();
    if next.token != Token::EOF {
        return Err(Found {
            at: Some(next.span.start),
            ..format!("unexpected `{next}` after the expression").into()
        });
    }
    let expr = build(&sql, fact)?;
    let found = expr.kind();
    // A flag may be summed: TRUE counts 1.
    if found.fits(expected) || (expected == Type::Number && found == Type::Flag) {
        Ok(expr)
    } else {
        Err(needed(&sql, found, expected))
    }
}

fn build(sql: &Sql, fact: &Fact) -> Result<Expr, Found> {
    node(sql, fact).map_err(|found| found.within(sql))
}

fn node(sql: &Sql, fact: &Fact) -> Result<Expr, Found> {
    match sql {
        Sql::Nested(inner) => build(inner, fact),
        Sql::Identifier(name) => fact
            .column(&name.value)
            .copied()
            .map(Expr::Column)
            .ok_or_else(|| {
                let known: Vec<_> = fact.columns.iter().map(|column| column.name).collect();
                let message = format!("{} has no column `{}`", fact.name, name.value);
                Found::from(message).hint(suggestion(&name.value, &known, "its columns are"))
            }),
        Sql::Value(value) => literal(&value.value),
        Sql::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => flag(expr, fact).map(Expr::Not),
        Sql::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => {
            let zero = Box::new(Expr::Number(0.0));
            Ok(Expr::Arithmetic(
                Operator::Subtract,
                zero,
                number(expr, fact)?,
            ))
        }
        Sql::IsNull(inner) => Ok(Expr::IsNull(Box::new(build(inner, fact)?))),
        Sql::IsNotNull(inner) => {
            let null = Expr::IsNull(Box::new(build(inner, fact)?));
            Ok(Expr::Not(Box::new(null)))
        }
        Sql::IsTrue(inner) => Ok(Expr::Call(
            Function::Coalesce,
            vec![*flag(inner, fact)?, Expr::Flag(false)],
        )),
        Sql::InList {
            expr,
            list,
            negated,
        } => in_list(expr, list, *negated, fact),
        Sql::Between {
            expr,
            negated,
            low,
            high,
        } => {
            let value = build(expr, fact)?;
            let above = compare(Comparison::GreaterEqual, value.clone(), build(low, fact)?)?;
            let below = compare(Comparison::LessEqual, value, build(high, fact)?)?;
            Ok(negate(
                Expr::And(Box::new(above), Box::new(below)),
                *negated,
            ))
        }
        Sql::BinaryOp { left, op, right } => binary(left, op, right, fact),
        Sql::Function(call) => function(call, fact),
        other => Err(format!("`{other}` is not allowed in a row-level expression").into()),
    }
}

fn literal(value: &Value) -> Result<Expr, Found> {
    match value {
        Value::Number(text, _) => text
            .parse()
            .map(Expr::Number)
            .map_err(|_| format!("`{text}` is not a number").into()),
        Value::SingleQuotedString(text) => Ok(Expr::Text(text.clone())),
        Value::Boolean(flag) => Ok(Expr::Flag(*flag)),
        Value::Null => Ok(Expr::Null),
        other => Err(format!("the literal {other} is not allowed").into()),
    }
}

fn binary(left: &Sql, op: &BinaryOperator, right: &Sql, fact: &Fact) -> Result<Expr, Found> {
    let compared = |comparison| compare(comparison, build(left, fact)?, build(right, fact)?);
    let arithmetic = |operator| {
        Ok(Expr::Arithmetic(
            operator,
            number(left, fact)?,
            number(right, fact)?,
        ))
    };
    match op {
        BinaryOperator::And => Ok(Expr::And(flag(left, fact)?, flag(right, fact)?)),
        BinaryOperator::Or => Ok(Expr::Or(flag(left, fact)?, flag(right, fact)?)),
        BinaryOperator::Eq => compared(Comparison::Equal),
        BinaryOperator::NotEq => compared(Comparison::NotEqual),
        BinaryOperator::Lt => compared(Comparison::Less),
        BinaryOperator::LtEq => compared(Comparison::LessEqual),
        BinaryOperator::Gt => compared(Comparison::Greater),
        BinaryOperator::GtEq => compared(Comparison::GreaterEqual),
        BinaryOperator::Plus => arithmetic(Operator::Add),
        BinaryOperator::Minus => arithmetic(Operator::Subtract),
        BinaryOperator::Multiply => arithmetic(Operator::Multiply),
        BinaryOperator::Divide => match (number(left, fact)?, number(right, fact)?) {
            (_, zero) if *zero == Expr::Number(0.0) => {
                Err(Found::from("division by the literal 0").within(right))
            }
            (left, right) => Ok(Expr::Arithmetic(Operator::Divide, left, right)),
        },
        other => Err(format!("the operator {other} is not allowed").into()),
    }
}

fn compare(op: Comparison, left: Expr, right: Expr) -> Result<Expr, Found> {
    let kinds = (left.kind(), right.kind());
    let (left, right) = (as_date(left, kinds.1)?, as_date(right, kinds.0)?);
    if left.kind().fits(right.kind()) {
        Ok(Expr::Compare(op, Box::new(left), Box::new(right)))
    } else {
        Err(format!(
            "cannot compare {} with {}",
            left.kind().name(),
            right.kind().name()
        )
        .into())
    }
}

/// A text beside a date is read as a date.
fn as_date(expr: Expr, beside: Type) -> Result<Expr, Found> {
    match (&expr, beside) {
        (Expr::Text(text), Type::Date) => text
            .parse()
            .map(Expr::Date)
            .map_err(|_| format!("'{text}' is not a date such as '2026-03-02'").into()),
        _ => Ok(expr),
    }
}

fn in_list(expr: &Sql, list: &[Sql], negated: bool, fact: &Fact) -> Result<Expr, Found> {
    let value = build(expr, fact)?;
    let items = list
        .iter()
        .map(|sql| {
            let item = as_date(build(sql, fact)?, value.kind())?;
            let is_literal = matches!(
                item,
                Expr::Number(_) | Expr::Text(_) | Expr::Flag(_) | Expr::Date(_)
            );
            if is_literal && item.kind().fits(value.kind()) {
                Ok(item)
            } else {
                let message = format!("IN needs literals that are {}", value.kind().name());
                Err(Found::from(message).within(sql))
            }
        })
        .collect::<Result<Vec<_>, Found>>()?;
    Ok(negate(Expr::In(Box::new(value), items), negated))
}

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated {
        Expr::Not(Box::new(expr))
    } else {
        expr
    }
}

fn function(call: &sqlparser::ast::Function, fact: &Fact) -> Result<Expr, Found> {
    let name = call.name.to_string().to_lowercase();
    let function = match name.as_str() {
        "coalesce" => Function::Coalesce,
        "abs" => Function::Abs,
        "greatest" => Function::Greatest,
        "least" => Function::Least,
        _ => {
            return Err(format!(
                "the function {name} is not allowed; coalesce, abs, greatest and least are"
            )
            .into());
        }
    };
    let FunctionArguments::List(list) = &call.args else {
        return Err(format!("{name} needs arguments").into());
    };
    let arguments = list
        .args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => build(expr, fact),
            other => Err(format!("{name}: the argument {other} is not allowed").into()),
        })
        .collect::<Result<Vec<_>, Found>>()?;
    let kind = arguments
        .first()
        .map(Expr::kind)
        .ok_or_else(|| Found::from(format!("{name} needs arguments")))?;
    if arguments.iter().any(|argument| !argument.kind().fits(kind)) {
        return Err(format!("the arguments of {name} are of different types").into());
    }
    if function != Function::Coalesce && kind != Type::Number {
        return Err(format!("{name} works on numbers").into());
    }
    if function == Function::Abs && arguments.len() != 1 {
        return Err("abs takes one argument".into());
    }
    Ok(Expr::Call(function, arguments))
}

/// A condition.
fn flag(sql: &Sql, fact: &Fact) -> Result<Box<Expr>, Found> {
    of_type(sql, fact, Type::Flag)
}

fn number(sql: &Sql, fact: &Fact) -> Result<Box<Expr>, Found> {
    of_type(sql, fact, Type::Number)
}

fn of_type(sql: &Sql, fact: &Fact, expected: Type) -> Result<Box<Expr>, Found> {
    let expr = build(sql, fact)?;
    if expr.kind().fits(expected) {
        Ok(Box::new(expr))
    } else {
        Err(needed(sql, expr.kind(), expected))
    }
}

fn needed(sql: &Sql, found: Type, expected: Type) -> Found {
    Found::from(format!(
        "`{sql}` is {}, but {} is needed",
        found.name(),
        expected.name()
    ))
    .within(sql)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn calls() -> &'static Fact {
        Fact::by_name("call_facts").unwrap()
    }

    #[test]
    fn conditions_are_typed() {
        for text in [
            "offered AND NOT short_abandon",
            "queue IN ('a', 'b') OR wait_s BETWEEN 1 AND 2",
            "coalesce(hold_s, 0) > 0",
            "date >= '2026-03-02'",
            "queue IS NOT NULL",
            "queue = 'O''Neil'",
            "(wait_s + talk_s) / 60 <= 3",
        ] {
            assert!(expression(text, calls(), Type::Flag).is_ok(), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for (text, part) in [
            ("waiting > 3", "no column `waiting`"),
            ("wait_s", "a number, but true or false is needed"),
            ("queue > 3", "cannot compare text with a number"),
            ("date = 'soon'", "not a date"),
            ("wait_s / 0 > 1", "division by the literal 0"),
            (
                "read_text('/etc/passwd') = ''",
                "function read_text is not allowed",
            ),
            ("wait_s > (SELECT 1)", "not allowed"),
            ("offered; DROP TABLE x", "unexpected"),
            (
                "NOT wait_s",
                "`wait_s` is a number, but true or false is needed",
            ),
            (
                "answered / offered > 1",
                "`answered` is true or false, but a number is needed",
            ),
            ("queue IN ('a', 3)", "IN needs literals that are text"),
            ("queue LIKE 'a%'", "not allowed"),
            ("offered AND", "Expected"),
        ] {
            let error = expression(text, calls(), Type::Flag).unwrap_err();
            assert!(error.message.contains(part), "{text}: {error:?}");
        }
    }

    #[test]
    fn a_fault_knows_its_place() {
        for (text, place) in [
            ("offered AND wiat_s > 3", "wiat_s"),
            ("queue = '查询' AND wiat_s > 3", "wiat_s"),
            ("offered\n  AND (answered / wait_s > 1)", "answered"),
            ("wait_s + queue > 3", "queue"),
            ("NOT (offered AND queue)", "queue)"),
            ("wait_s / 0 > 1", "0 > 1"),
            ("offered offered", "offered"),
            ("greatest(wait_s, talk) > 1", "talk)"),
            ("offered AND", ""),
            ("queue = 'a", "'a"),
        ] {
            let fault = expression(text, calls(), Type::Flag).unwrap_err();
            let rest = &text[fault.at.unwrap()..];
            assert!(
                rest.starts_with(place) && (!place.is_empty() || rest.is_empty()),
                "{text}: {fault:?} {rest}"
            );
        }
        let fault = expression("wiat_s > 3", calls(), Type::Flag).unwrap_err();
        assert_eq!(fault.hint, "did you mean `wait_s`?");
    }

    proptest! {
        /// Whatever is typed: an expression or a fault whose place lies in the text, in little time.
        #[test]
        fn any_text_is_answered(text in "([a-z_]{1,6}|wait_s|offered|'[^']{0,3}'|查|\\(|\\)|=|<>|AND|NOT|IN|/|-|,|[0-9.]{1,3}|\"|\n| |){0,12}") {
            if let Err(fault) = expression(&text, calls(), Type::Flag) {
                prop_assert!(!fault.message.is_empty());
                prop_assert!(fault.at.is_none_or(|at| text.is_char_boundary(at)), "{:?}", fault);
            }
        }
    }

    #[test]
    fn deep_nesting_takes_no_longer_than_it_should() {
        let deep =
            |depth: usize| format!("{}1{} > 2", "wait_s / (".repeat(depth), ")".repeat(depth));
        assert!(expression(&deep(15), calls(), Type::Flag).is_ok());
        let fault = expression(&deep(5000), calls(), Type::Flag).unwrap_err();
        assert_eq!(fault.message, "the expression is nested too deeply");
    }

    #[test]
    fn columns_and_conjuncts_are_listed() {
        let expr = expression(
            "offered AND wait_s > 1 AND (answered OR offered)",
            calls(),
            Type::Flag,
        )
        .unwrap();
        assert_eq!(expr.columns(), ["answered", "offered", "wait_s"]);
        assert_eq!(expr.conjuncts().len(), 3);
    }
}
