//! The expressions of a pass as one list of steps over Arrow columns: what several KPIs have in common, such
//! as "inbound and offered", is computed once per part. It gives what [`Expr::sql`] says, in three-valued
//! logic.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Float64Array, PrimitiveArray,
    RecordBatch, StringArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::{arity, zip::zip};
use arrow::compute::{and_kleene, cast, is_not_null, is_null, not, nullif, or_kleene};
use arrow::datatypes::{
    ArrowNativeType, ArrowPrimitiveType, DataType, Date32Type, Float64Type, Int32Type, Int64Type,
};
use arrow::error::ArrowError;

use crate::calendar::epoch_days;
use crate::schema::{DATE, Physical};

use crate::expr::{Comparison, Expr, Function, Operator};

/// Position of a step.
pub type Place = usize;

#[derive(Debug)]
enum Step {
    Column(&'static str, Physical),
    Number(f64),
    Text(String),
    Flag(bool),
    Date(i32),
    Null,
    Compare(Comparison, Place, Place),
    And(Place, Place),
    Or(Place, Place),
    Not(Place),
    IsNull(Place),
    In(Place, Vec<Place>),
    Arithmetic(Operator, Place, Place),
    Call(Function, Vec<Place>),
}

/// Distinct steps, each after those it needs.
#[derive(Debug, Default)]
pub struct Program {
    steps: Vec<Step>,
    known: HashMap<String, Place>,
}

/// One value per row.
#[derive(Debug, Clone)]
pub enum Value {
    /// True, false or null.
    Flags(BooleanArray),
    /// Numbers.
    Numbers(Float64Array),
    /// The same text in every row.
    Word(String),
    /// Texts that repeat.
    Coded(DictionaryArray<Int32Type>),
    /// Texts.
    Texts(StringArray),
    /// Instants, UTC microseconds.
    Instants(PrimitiveArray<Int64Type>),
    /// Days since 1970.
    Dates(PrimitiveArray<Date32Type>),
    /// Null in every row.
    Null,
}

impl Program {
    /// Adds an expression; gives the step that computes it.
    pub fn add(&mut self, expr: &Expr) -> Place {
        let step = match expr {
            Expr::Column(column) => Step::Column(column.name, column.physical),
            Expr::Number(number) => Step::Number(*number),
            Expr::Text(text) => Step::Text(text.clone()),
            Expr::Flag(flag) => Step::Flag(*flag),
            Expr::Date(date) => Step::Date(epoch_days(*date)),
            Expr::Null => Step::Null,
            Expr::Compare(op, a, b) => Step::Compare(*op, self.add(a), self.add(b)),
            Expr::And(a, b) => Step::And(self.add(a), self.add(b)),
            Expr::Or(a, b) => Step::Or(self.add(a), self.add(b)),
            Expr::Not(inner) => Step::Not(self.add(inner)),
            Expr::IsNull(inner) => Step::IsNull(self.add(inner)),
            Expr::In(value, items) => Step::In(self.add(value), self.all(items)),
            Expr::Arithmetic(op, a, b) => Step::Arithmetic(*op, self.add(a), self.add(b)),
            Expr::Call(function, arguments) => Step::Call(*function, self.all(arguments)),
        };
        let name = format!("{step:?}");
        if let Some(place) = self.known.get(&name) {
            return *place;
        }
        self.steps.push(step);
        self.known.insert(name, self.steps.len() - 1);
        self.steps.len() - 1
    }

    fn all(&mut self, exprs: &[Expr]) -> Vec<Place> {
        exprs.iter().map(|expr| self.add(expr)).collect()
    }

    /// The columns it reads from a part; the partition's date is not among them.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Column(name, _) if *name != DATE => Some(*name),
            _ => None,
        })
    }

    /// Computes every step for the rows of a part, whose local date is `date`.
    ///
    /// # Errors
    /// When a column is missing or of another type than the schema says.
    pub fn run(&self, rows: &RecordBatch, date: Option<i32>) -> Result<Vec<Value>, ArrowError> {
        let mut values: Vec<Value> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let value = compute(step, rows, date, &values)?;
            values.push(value);
        }
        Ok(values)
    }
}

fn compute(
    step: &Step,
    rows: &RecordBatch,
    date: Option<i32>,
    values: &[Value],
) -> Result<Value, ArrowError> {
    let n = rows.num_rows();
    let flags = |at: &Place| values[*at].flags(n);
    Ok(match step {
        Step::Column(DATE, _) => Value::Dates(std::iter::repeat_n(date, n).collect()),
        Step::Column(name, physical) => column(rows, name, *physical)?,
        Step::Number(number) => Value::Numbers(Float64Array::from_value(*number, n)),
        Step::Text(text) => Value::Word(text.clone()),
        Step::Flag(true) => Value::Flags(BooleanArray::new(BooleanBuffer::new_set(n), None)),
        Step::Flag(false) => Value::Flags(BooleanArray::new(BooleanBuffer::new_unset(n), None)),
        Step::Date(days) => Value::Dates(PrimitiveArray::from_value(*days, n)),
        Step::Null => Value::Null,
        Step::Compare(op, a, b) => Value::Flags(compare(*op, &values[*a], &values[*b], n)?),
        Step::And(a, b) => Value::Flags(and_kleene(&flags(a), &flags(b))?),
        Step::Or(a, b) => Value::Flags(or_kleene(&flags(a), &flags(b))?),
        Step::Not(inner) => Value::Flags(not(&flags(inner))?),
        Step::IsNull(inner) => Value::Flags(match values[*inner].array(n) {
            Some(array) => is_null(&array)?,
            None => BooleanArray::new(BooleanBuffer::new_set(n), None),
        }),
        Step::In(value, items) => {
            let mut found = BooleanArray::new(BooleanBuffer::new_unset(n), None);
            for item in items {
                let equal = compare(Comparison::Equal, &values[*value], &values[*item], n)?;
                found = or_kleene(&found, &equal)?;
            }
            Value::Flags(found)
        }
        Step::Arithmetic(op, a, b) => {
            let (a, b) = (values[*a].numbers(n)?, values[*b].numbers(n)?);
            Value::Numbers(arithmetic(*op, &a, &b)?)
        }
        Step::Call(Function::Coalesce, places) => {
            let mut arguments = places.iter().map(|at| &values[*at]);
            let first = arguments.next().cloned().unwrap_or(Value::Null);
            arguments.try_fold(first, |so_far, next| coalesce(so_far, next, n))?
        }
        Step::Call(function, places) => {
            let arguments = places
                .iter()
                .map(|at| values[*at].numbers(n))
                .collect::<Result<Vec<_>, _>>()?;
            Value::Numbers(call(*function, arguments, n))
        }
    })
}

fn column(rows: &RecordBatch, name: &str, physical: Physical) -> Result<Value, ArrowError> {
    let column = rows
        .column_by_name(name)
        .ok_or_else(|| ArrowError::SchemaError(format!("there is no column `{name}`")))?;
    Ok(match physical {
        Physical::Text => match column.as_dictionary_opt::<Int32Type>() {
            Some(coded) => Value::Coded(coded.clone()),
            None => Value::Texts(cast(column, &DataType::Utf8)?.as_string().clone()),
        },
        Physical::Float | Physical::Integer => Value::Numbers(
            cast(column, &DataType::Float64)?
                .as_primitive::<Float64Type>()
                .clone(),
        ),
        Physical::Flag => Value::Flags(cast(column, &DataType::Boolean)?.as_boolean().clone()),
        Physical::Instant => Value::Instants(
            cast(column, &DataType::Int64)?
                .as_primitive::<Int64Type>()
                .clone(),
        ),
        Physical::Date => Value::Dates(
            cast(column, &DataType::Date32)?
                .as_primitive::<Date32Type>()
                .clone(),
        ),
    })
}

impl Value {
    /// As an Arrow array of `n` rows; nothing when all of it is null.
    pub fn array(&self, n: usize) -> Option<ArrayRef> {
        Some(match self {
            Self::Flags(array) => Arc::new(array.clone()),
            Self::Numbers(array) => Arc::new(array.clone()),
            Self::Word(_) => Arc::new(self.texts(n).ok()?),
            Self::Coded(array) => Arc::new(array.clone()),
            Self::Texts(array) => Arc::new(array.clone()),
            Self::Instants(array) => Arc::new(array.clone()),
            Self::Dates(array) => Arc::new(array.clone()),
            Self::Null => return None,
        })
    }

    /// As flags; null where it is something else, which the types of the catalogue rule out.
    pub fn flags(&self, n: usize) -> BooleanArray {
        match self {
            Self::Flags(flags) => flags.clone(),
            _ => BooleanArray::new_null(n),
        }
    }

    /// As numbers; flags count 1 and 0.
    ///
    /// # Errors
    /// When Arrow refuses the conversion, which the types of the catalogue rule out.
    pub fn numbers(&self, n: usize) -> Result<Float64Array, ArrowError> {
        match self {
            Self::Numbers(numbers) => Ok(numbers.clone()),
            other => match other.array(n) {
                Some(array) => Ok(cast(&array, &DataType::Float64)?.as_primitive().clone()),
                None => Ok(Float64Array::new_null(n)),
            },
        }
    }

    fn texts(&self, n: usize) -> Result<StringArray, ArrowError> {
        match self {
            Self::Texts(texts) => Ok(texts.clone()),
            Self::Word(word) => Ok(StringArray::from_iter_values(std::iter::repeat_n(word, n))),
            other => match other.array(n) {
                Some(array) => Ok(cast(&array, &DataType::Utf8)?.as_string().clone()),
                None => Ok(StringArray::new_null(n)),
            },
        }
    }
}

fn compare(op: Comparison, a: &Value, b: &Value, n: usize) -> Result<BooleanArray, ArrowError> {
    Ok(match (a, b) {
        (Value::Null, _) | (_, Value::Null) => BooleanArray::new_null(n),
        (Value::Numbers(a), Value::Numbers(b)) => in_pairs(op, a, b),
        (Value::Instants(a), Value::Instants(b)) => in_pairs(op, a, b),
        (Value::Dates(a), Value::Dates(b)) => in_pairs(op, a, b),
        (Value::Flags(a), Value::Flags(b)) => {
            let holds = |row| op.holds(a.value(row).cmp(&b.value(row)));
            let nulls = NullBuffer::union(a.nulls(), b.nulls());
            BooleanArray::new(BooleanBuffer::collect_bool(n, holds), nulls)
        }
        (Value::Coded(texts), Value::Word(word)) => by_code(texts, |text| op.holds(text.cmp(word))),
        (Value::Word(word), Value::Coded(texts)) => {
            by_code(texts, |text| op.holds(word.as_str().cmp(text)))
        }
        _ => {
            let (a, b) = (a.texts(n)?, b.texts(n)?);
            let holds = |row| op.holds(a.value(row).cmp(b.value(row)));
            let nulls = NullBuffer::union(a.nulls(), b.nulls());
            BooleanArray::new(BooleanBuffer::collect_bool(n, holds), nulls)
        }
    })
}

impl Comparison {
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }
}

fn in_pairs<T>(op: Comparison, a: &PrimitiveArray<T>, b: &PrimitiveArray<T>) -> BooleanArray
where
    T: ArrowPrimitiveType,
    T::Native: ArrowNativeType + PartialOrd,
{
    let (x, y) = (a.values(), b.values());
    let n = x.len();
    let found = match op {
        Comparison::Equal => BooleanBuffer::collect_bool(n, |row| x[row] == y[row]),
        Comparison::NotEqual => BooleanBuffer::collect_bool(n, |row| x[row] != y[row]),
        Comparison::Less => BooleanBuffer::collect_bool(n, |row| x[row] < y[row]),
        Comparison::LessEqual => BooleanBuffer::collect_bool(n, |row| x[row] <= y[row]),
        Comparison::Greater => BooleanBuffer::collect_bool(n, |row| x[row] > y[row]),
        Comparison::GreaterEqual => BooleanBuffer::collect_bool(n, |row| x[row] >= y[row]),
    };
    BooleanArray::new(found, NullBuffer::union(a.nulls(), b.nulls()))
}

/// Asks every distinct text once.
fn by_code(texts: &DictionaryArray<Int32Type>, holds: impl Fn(&str) -> bool) -> BooleanArray {
    let words = texts.values().as_string::<i32>();
    let held: Vec<bool> = words.iter().map(|word| word.is_some_and(&holds)).collect();
    let keys = texts.keys().values();
    let found = BooleanBuffer::collect_bool(keys.len(), |row| {
        usize::try_from(keys[row])
            .ok()
            .and_then(|key| held.get(key).copied())
            .unwrap_or_default()
    });
    BooleanArray::new(found, texts.logical_nulls())
}

fn arithmetic(
    op: Operator,
    a: &Float64Array,
    b: &Float64Array,
) -> Result<Float64Array, ArrowError> {
    match op {
        Operator::Add => arity::binary(a, b, |x, y| x + y),
        Operator::Subtract => arity::binary(a, b, |x, y| x - y),
        Operator::Multiply => arity::binary(a, b, |x, y| x * y),
        // Division by zero gives null, as in SQL, never infinity.
        Operator::Divide => {
            let zero = BooleanArray::from_unary(b, |divisor| divisor == 0.0);
            let quotient: Float64Array = arity::binary(a, b, |x, y| x / y)?;
            Ok(nullif(&quotient, &zero)?.as_primitive().clone())
        }
    }
}

/// The first where it is not null, else the second.
fn coalesce(first: Value, second: &Value, n: usize) -> Result<Value, ArrowError> {
    if let (
        Value::Coded(_) | Value::Word(_) | Value::Texts(_),
        Value::Coded(_) | Value::Word(_) | Value::Texts(_),
    ) = (&first, second)
    {
        let (a, b) = (first.texts(n)?, second.texts(n)?);
        let joined = zip(&is_not_null(&a)?, &a, &b)?;
        return Ok(Value::Texts(joined.as_string().clone()));
    }
    let (Some(a), Some(b)) = (first.array(n), second.array(n)) else {
        return Ok(if matches!(first, Value::Null) {
            second.clone()
        } else {
            first
        });
    };
    let joined = zip(&is_not_null(&a)?, &a, &b)?;
    Ok(match first {
        Value::Flags(_) => Value::Flags(joined.as_boolean().clone()),
        Value::Numbers(_) => Value::Numbers(joined.as_primitive().clone()),
        Value::Instants(_) => Value::Instants(joined.as_primitive().clone()),
        Value::Dates(_) => Value::Dates(joined.as_primitive().clone()),
        other => other,
    })
}

fn call(function: Function, arguments: Vec<Float64Array>, n: usize) -> Float64Array {
    let mut arguments = arguments.into_iter();
    let Some(first) = arguments.next() else {
        return Float64Array::new_null(n);
    };
    // A null argument is passed over, as greatest and least do in DuckDB and Spark.
    let fold = |keep: fn(f64, f64) -> bool| {
        arguments.fold(first.clone(), |a, b| {
            a.iter()
                .zip(b.iter())
                .map(|pair| match pair {
                    (Some(a), Some(b)) => Some(if keep(a, b) { a } else { b }),
                    (a, b) => a.or(b),
                })
                .collect()
        })
    };
    match function {
        Function::Abs => first.unary(f64::abs),
        Function::Greatest => fold(|a, b| a >= b),
        Function::Least => fold(|a, b| a <= b),
        Function::Coalesce => first,
    }
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
