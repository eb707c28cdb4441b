use polars::prelude::{Column, DataFrame, IntoLazy, NamedFrom, Series, col};
use proptest::prelude::*;

use super::*;
use crate::expr::parse;
use crate::schema::facts::Fact;

/// One row: what a call fact may say.
#[derive(Debug, Clone)]
struct Row {
    wait: Option<f64>,
    talk: Option<f64>,
    outcome: Option<&'static str>,
    queue: Option<&'static str>,
    answered: Option<bool>,
    hour: Option<i64>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let seconds =
        || prop::option::weighted(0.8, prop::sample::select(vec![0.0, 5.0, 20.0, 20.5, 300.0]));
    let words = || {
        prop::option::weighted(
            0.8,
            prop::sample::select(vec!["answered", "abandoned", "ivr", ""]),
        )
    };
    let row = (
        seconds(),
        seconds(),
        words(),
        words(),
        prop::option::weighted(0.8, any::<bool>()),
        prop::option::weighted(0.8, 0_i64..24),
    );
    let row = row.prop_map(|(wait, talk, outcome, queue, answered, hour)| Row {
        wait,
        talk,
        outcome,
        queue,
        answered,
        hour,
    });
    prop::collection::vec(row, 0..12)
}

/// Every operator and function, over nulls too.
const FLAGS: &[&str] = &[
    "answered",
    "NOT answered",
    "outcome = 'answered'",
    "'answered' <> outcome",
    "outcome < 'b'",
    "outcome = queue",
    "outcome >= queue",
    "outcome IN ('answered', 'ivr')",
    "outcome NOT IN ('answered', '')",
    "wait_s <= 20",
    "wait_s > talk_s",
    "wait_s BETWEEN 5 AND 20",
    "wait_s IN (5, 300)",
    "hour >= 9 AND hour < 18",
    "answered OR wait_s > 10",
    "answered AND outcome = 'ivr'",
    "wait_s IS NULL",
    "queue IS NOT NULL AND NOT (answered OR wait_s < 6)",
    "answered = TRUE",
    "answered IS TRUE",
    "answered <> (wait_s > 5)",
    "date = '2026-03-02'",
    "date > '2026-03-02'",
    "coalesce(answered, wait_s > 5, FALSE)",
    "coalesce(queue, outcome, 'x') = 'x'",
    "wait_s = NULL",
];

const NUMBERS: &[&str] = &[
    "wait_s + talk_s",
    "wait_s - 3 * hour",
    "talk_s / wait_s",
    "-wait_s / (talk_s - 5)",
    "coalesce(wait_s, talk_s, 1)",
    "abs(wait_s - talk_s)",
    "greatest(wait_s, talk_s, 6)",
    "least(wait_s, talk_s)",
];

fn arrow(rows: &[Row]) -> RecordBatch {
    let coded = |word: fn(&Row) -> Option<&'static str>| -> ArrayRef {
        Arc::new(
            rows.iter()
                .map(word)
                .collect::<DictionaryArray<Int32Type>>(),
        )
    };
    let number = |number: fn(&Row) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(number).collect::<Float64Array>())
    };
    let answered: BooleanArray = rows.iter().map(|row| row.answered).collect();
    let hour: PrimitiveArray<Int64Type> = rows.iter().map(|row| row.hour).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("wait_s", number(|row| row.wait), true),
        ("talk_s", number(|row| row.talk), true),
        ("outcome", coded(|row| row.outcome), true),
        ("queue", coded(|row| row.queue), true),
        ("answered", Arc::new(answered) as ArrayRef, true),
        ("hour", Arc::new(hour) as ArrayRef, true),
    ])
    .unwrap()
}

fn frame(rows: &[Row]) -> DataFrame {
    let columns = vec![
        Column::from(Series::new(
            "wait_s".into(),
            rows.iter().map(|r| r.wait).collect::<Vec<_>>(),
        )),
        Column::from(Series::new(
            "talk_s".into(),
            rows.iter().map(|r| r.talk).collect::<Vec<_>>(),
        )),
        Column::from(Series::new(
            "outcome".into(),
            rows.iter().map(|r| r.outcome).collect::<Vec<_>>(),
        )),
        Column::from(Series::new(
            "queue".into(),
            rows.iter().map(|r| r.queue).collect::<Vec<_>>(),
        )),
        Column::from(Series::new(
            "answered".into(),
            rows.iter().map(|r| r.answered).collect::<Vec<_>>(),
        )),
        Column::from(Series::new(
            "hour".into(),
            rows.iter().map(|r| r.hour).collect::<Vec<_>>(),
        )),
    ];
    DataFrame::new(rows.len(), columns).unwrap()
}

const DAY: &str = "2026-03-02";

/// What the program computes beside what Polars does with the same expression, as numbers.
fn check(text: &str, kind: crate::expr::Type, rows: &[Row]) -> Result<(), TestCaseError> {
    let fact = Fact::by_name("call_facts").unwrap();
    let expr = parse::expression(text, fact, kind).unwrap();
    let mut program = Program::default();
    let place = program.add(&expr);
    let day: chrono::NaiveDate = DAY.parse().unwrap();
    let values = program.run(&arrow(rows), Some(epoch_days(day))).unwrap();
    let found: Vec<Option<f64>> = values[place].numbers(rows.len()).unwrap().iter().collect();
    let expect = frame(rows)
        .lazy()
        .with_column(polars::prelude::lit(day).alias("date"))
        .with_column(
            expr.polars()
                .cast(polars::prelude::DataType::Float64)
                .alias("found"),
        )
        .select([col("found")])
        .collect()
        .unwrap();
    let expect: Vec<Option<f64>> = expect
        .column("found")
        .unwrap()
        .f64()
        .unwrap()
        .iter()
        .collect();
    prop_assert_eq!(found, expect, "{}", text);
    Ok(())
}

#[test]
fn what_expressions_share_is_computed_once() {
    let fact = Fact::by_name("call_facts").unwrap();
    let mut program = Program::default();
    let parse = |text| parse::expression(text, fact, crate::expr::Type::Flag).unwrap();
    let one = program.add(&parse("offered AND NOT short_abandon"));
    let steps = program.steps.len();
    let other = program.add(&parse("offered AND NOT short_abandon AND answered"));
    assert_eq!(program.steps.len(), steps + 2);
    assert_ne!(one, other);
    assert_eq!(program.add(&parse("offered AND NOT short_abandon")), one);
    let mut columns: Vec<_> = program.columns().collect();
    columns.sort_unstable();
    assert_eq!(columns, ["answered", "offered", "short_abandon"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn conditions_agree_with_polars(rows in rows()) {
        for text in FLAGS {
            check(text, crate::expr::Type::Flag, &rows)?;
        }
    }

    #[test]
    fn numbers_agree_with_polars(rows in rows()) {
        for text in NUMBERS {
            check(text, crate::expr::Type::Number, &rows)?;
        }
    }
}
