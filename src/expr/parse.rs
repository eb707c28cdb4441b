//! SQL text → the typed tree of [`super`], checked against the columns of one fact table.
//!
//! Only what the tree has variants for can be written: columns of the fact, literals, comparisons, boolean
//! and arithmetic operators and a handful of functions. Nothing here can read a file or another table.

use sqlparser::ast::{
    BinaryOperator, Expr as Sql, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator,
    Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use crate::schema::facts::Fact;

use super::{Comparison, Expr, Function, Operator, Type};

/// Parses and checks `text` against the columns of `fact`; the result must be of type `expected`.
///
/// # Errors
/// A sentence that names the column, operator or type at fault.
pub fn expression(text: &str, fact: &Fact, expected: Type) -> Result<Expr, String> {
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect)
        .try_with_sql(text)
        .map_err(|error| error.to_string())?;
    let sql = parser.parse_expr().map_err(|error| error.to_string())?;
    if parser.peek_token().token != Token::EOF {
        return Err(format!(
            "unexpected `{}` after the expression",
            parser.peek_token()
        ));
    }
    let expr = build(&sql, fact)?;
    let found = expr.kind();
    // A flag may be summed: TRUE counts 1.
    if found.fits(expected) || (expected == Type::Number && found == Type::Flag) {
        Ok(expr)
    } else {
        Err(format!(
            "`{text}` is {}, but {} is needed",
            found.name(),
            expected.name()
        ))
    }
}

fn build(sql: &Sql, fact: &Fact) -> Result<Expr, String> {
    let nested = |inner: &Sql| build(inner, fact).map(Box::new);
    match sql {
        Sql::Nested(inner) => build(inner, fact),
        Sql::Identifier(name) => fact
            .column(&name.value)
            .copied()
            .map(Expr::Column)
            .ok_or_else(|| {
                let known: Vec<_> = fact.columns.iter().map(|column| column.name).collect();
                format!(
                    "{} has no column `{}`; it has {}",
                    fact.name,
                    name.value,
                    known.join(", ")
                )
            }),
        Sql::Value(value) => literal(&value.value),
        Sql::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => flag(*nested(expr)?).map(|inner| Expr::Not(Box::new(inner))),
        Sql::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => {
            let zero = Box::new(Expr::Number(0.0));
            Ok(Expr::Arithmetic(
                Operator::Subtract,
                zero,
                Box::new(number(*nested(expr)?)?),
            ))
        }
        Sql::IsNull(inner) => Ok(Expr::IsNull(nested(inner)?)),
        Sql::IsNotNull(inner) => Ok(Expr::Not(Box::new(Expr::IsNull(nested(inner)?)))),
        Sql::IsTrue(inner) => Ok(Expr::Call(
            Function::Coalesce,
            vec![flag(*nested(inner)?)?, Expr::Flag(false)],
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
        Sql::BinaryOp { left, op, right } => binary(build(left, fact)?, op, build(right, fact)?),
        Sql::Function(call) => function(call, fact),
        other => Err(format!(
            "`{other}` is not allowed in a row-level expression"
        )),
    }
}

fn literal(value: &Value) -> Result<Expr, String> {
    match value {
        Value::Number(text, _) => text
            .parse()
            .map(Expr::Number)
            .map_err(|_| format!("`{text}` is not a number")),
        Value::SingleQuotedString(text) => Ok(Expr::Text(text.clone())),
        Value::Boolean(flag) => Ok(Expr::Flag(*flag)),
        Value::Null => Ok(Expr::Null),
        other => Err(format!("the literal {other} is not allowed")),
    }
}

fn binary(left: Expr, op: &BinaryOperator, right: Expr) -> Result<Expr, String> {
    let arithmetic = |operator, left, right| {
        Ok(Expr::Arithmetic(
            operator,
            Box::new(number(left)?),
            Box::new(number(right)?),
        ))
    };
    match op {
        BinaryOperator::And => Ok(Expr::And(Box::new(flag(left)?), Box::new(flag(right)?))),
        BinaryOperator::Or => Ok(Expr::Or(Box::new(flag(left)?), Box::new(flag(right)?))),
        BinaryOperator::Eq => compare(Comparison::Equal, left, right),
        BinaryOperator::NotEq => compare(Comparison::NotEqual, left, right),
        BinaryOperator::Lt => compare(Comparison::Less, left, right),
        BinaryOperator::LtEq => compare(Comparison::LessEqual, left, right),
        BinaryOperator::Gt => compare(Comparison::Greater, left, right),
        BinaryOperator::GtEq => compare(Comparison::GreaterEqual, left, right),
        BinaryOperator::Plus => arithmetic(Operator::Add, left, right),
        BinaryOperator::Minus => arithmetic(Operator::Subtract, left, right),
        BinaryOperator::Multiply => arithmetic(Operator::Multiply, left, right),
        BinaryOperator::Divide if right == Expr::Number(0.0) => {
            Err("division by the literal 0".to_owned())
        }
        BinaryOperator::Divide => arithmetic(Operator::Divide, left, right),
        other => Err(format!("the operator {other} is not allowed")),
    }
}

fn compare(op: Comparison, left: Expr, right: Expr) -> Result<Expr, String> {
    let kinds = (left.kind(), right.kind());
    let (left, right) = (as_date(left, kinds.1)?, as_date(right, kinds.0)?);
    if left.kind().fits(right.kind()) {
        Ok(Expr::Compare(op, Box::new(left), Box::new(right)))
    } else {
        Err(format!(
            "cannot compare {} with {}",
            left.kind().name(),
            right.kind().name()
        ))
    }
}

/// A text beside a date is read as a date.
fn as_date(expr: Expr, beside: Type) -> Result<Expr, String> {
    match (&expr, beside) {
        (Expr::Text(text), Type::Date) => text
            .parse()
            .map(Expr::Date)
            .map_err(|_| format!("'{text}' is not a date such as '2026-03-02'")),
        _ => Ok(expr),
    }
}

fn in_list(expr: &Sql, list: &[Sql], negated: bool, fact: &Fact) -> Result<Expr, String> {
    let value = build(expr, fact)?;
    let items = list
        .iter()
        .map(|item| {
            let item = as_date(build(item, fact)?, value.kind())?;
            let is_literal = matches!(
                item,
                Expr::Number(_) | Expr::Text(_) | Expr::Flag(_) | Expr::Date(_)
            );
            if is_literal && item.kind().fits(value.kind()) {
                Ok(item)
            } else {
                Err("IN needs literals of the column's type".to_owned())
            }
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(negate(Expr::In(Box::new(value), items), negated))
}

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated {
        Expr::Not(Box::new(expr))
    } else {
        expr
    }
}

fn function(call: &sqlparser::ast::Function, fact: &Fact) -> Result<Expr, String> {
    let name = call.name.to_string().to_lowercase();
    let function = match name.as_str() {
        "coalesce" => Function::Coalesce,
        "abs" => Function::Abs,
        "greatest" => Function::Greatest,
        "least" => Function::Least,
        _ => {
            return Err(format!(
                "the function {name} is not allowed; coalesce, abs, greatest and least are"
            ));
        }
    };
    let FunctionArguments::List(list) = &call.args else {
        return Err(format!("{name} needs arguments"));
    };
    let arguments = list
        .args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => build(expr, fact),
            other => Err(format!("{name}: the argument {other} is not allowed")),
        })
        .collect::<Result<Vec<_>, String>>()?;
    let kind = arguments
        .first()
        .map(Expr::kind)
        .ok_or_else(|| format!("{name} needs arguments"))?;
    if arguments.iter().any(|argument| !argument.kind().fits(kind)) {
        return Err(format!("the arguments of {name} are of different types"));
    }
    if function != Function::Coalesce && kind != Type::Number {
        return Err(format!("{name} works on numbers"));
    }
    if function == Function::Abs && arguments.len() != 1 {
        return Err("abs takes one argument".to_owned());
    }
    Ok(Expr::Call(function, arguments))
}

fn flag(expr: Expr) -> Result<Expr, String> {
    if expr.kind().fits(Type::Flag) {
        Ok(expr)
    } else {
        Err(format!(
            "{} stands where a condition is needed",
            expr.kind().name()
        ))
    }
}

fn number(expr: Expr) -> Result<Expr, String> {
    if expr.kind().fits(Type::Number) {
        Ok(expr)
    } else {
        Err(format!(
            "{} stands where a number is needed",
            expr.kind().name()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("NOT wait_s", "where a condition is needed"),
            ("queue LIKE 'a%'", "not allowed"),
            ("offered AND", "Expected"),
        ] {
            let error = expression(text, calls(), Type::Flag).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
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
