use super::*;
use crate::i18n::Bilingual;
use crate::ingest::value::civil;
use proptest::prelude::*;

fn survey<'a>(cells: impl IntoIterator<Item = &'a str>) -> OrderSurvey {
    let mut survey = OrderSurvey::default();
    for cell in cells {
        survey.see(cell);
    }
    survey
}

fn order(cells: &[&str]) -> Option<Order> {
    survey(cells.iter().copied())
        .decide()
        .unwrap()
        .map(|decided| decided.order)
}

/// `count` consecutive days from a date, rendered.
fn days(
    from: (i32, u32, u32),
    count: i32,
    render: impl Fn(u32, u32, u32) -> String,
) -> Vec<String> {
    use chrono::Datelike;
    let first = civil::days(from.0, from.1, from.2).unwrap();
    (first..first + count)
        .filter_map(civil::date)
        .map(|day| render(day.year().cast_unsigned(), day.month(), day.day()))
        .collect()
}

fn texts(cells: &[String]) -> Vec<&str> {
    cells.iter().map(String::as_str).collect()
}

#[test]
fn self_evident_cells_need_no_order() {
    let all = survey([
        "2026-03-02 10:00:00",
        "Mar 2, 2026",
        "1772414122",
        "46083.5",
        "x",
        "10.0.0.1",
    ]);
    assert!(!all.needs_order());
    assert_eq!(all.decide(), Ok(None));
}

#[test]
fn one_day_above_twelve_tells() {
    let both = ["01-05-2021 10:00", "2/22/2021 11:00"];
    assert_eq!(
        order(&both),
        Some(Order::MonthFirst),
        "whatever the separators"
    );
    assert_eq!(order(&["21.02.2022", "01.02.2022"]), Some(Order::DayFirst));
    assert_eq!(
        order(&["22-02-31", "22-04-31", "22-03-13"]),
        Some(Order::DayFirst)
    );
}

#[test]
fn few_broken_rows_do_not_sink_a_column() {
    let mut cells = days((2026, 1, 1), 200, |y, m, d| format!("{d:02}/{m:02}/{y}"));
    cells.push("31/02/2026".to_owned());
    cells.push("02/31/2026".to_owned());
    let decided = survey(texts(&cells)).decide().unwrap().unwrap();
    assert_eq!((decided.order, decided.seen), (Order::DayFirst, 202));
    assert_eq!(
        decided.sentence(),
        Bilingual::new(
            "day first: 116 of 202 values cannot be month first",
            "日在前：202 个值中有 116 个不可能是月在前"
        )
    );
}

#[test]
fn consecutive_days_tell() {
    let cells = days((2026, 3, 1), 12, |y, m, d| format!("{m:02}/{d:02}/{y}"));
    let decided = survey(texts(&cells)).decide().unwrap().unwrap();
    assert_eq!(decided.order, Order::MonthFirst);
    let expect = Evidence::Span {
        days: 12,
        other: Order::DayFirst,
        other_days: 335,
    };
    assert_eq!(decided.evidence, expect);
    let cells = days((2022, 2, 1), 28, |y, m, d| {
        format!("{:02}-{m:02}-{d:02}", y % 100)
    });
    assert_eq!(order(&texts(&cells)), Some(Order::YearFirst));
}

#[test]
fn one_slip_does_not_turn_a_compact_column() {
    let mut cells = days((2026, 3, 1), 12, |y, m, d| format!("{m:02}/{d:02}/{y}"));
    let row = cells.clone();
    for _ in 0..20 {
        cells.extend(row.iter().cloned());
    }
    cells.push("22/03/2026".to_owned());
    assert_eq!(order(&texts(&cells)), Some(Order::MonthFirst));
}

#[test]
fn self_evident_neighbours_tell() {
    // The range of the self-evident ones outweighs the shorter span.
    let open = ["03/02/2026", "04/02/2026"];
    assert_eq!(order(&open), Some(Order::DayFirst));
    let all = ["03/02/2026", "04/02/2026", "2026-03-01", "2026-04-30"];
    let decided = survey(all).decide().unwrap().unwrap();
    assert_eq!(decided.order, Order::MonthFirst);
    assert_eq!(
        decided.evidence,
        Evidence::Range {
            other: Order::DayFirst
        }
    );
}

#[test]
fn what_cannot_be_told_is_said() {
    let Err(Undecided::SeveralFit { seen, candidates }) =
        survey(["03/02/2026", "03/02/2026"]).decide()
    else {
        panic!()
    };
    assert_eq!((seen, candidates.len()), (2, 2));
    assert_eq!(candidates[0].examples, ["03/02/2026"]);
    let undecided = survey(["13/01/2026", "01/13/2026", "01/14/2026", "14/01/2026"])
        .decide()
        .unwrap_err();
    assert_eq!(
        undecided.to_string(),
        "no order of day and month fits the 4 dates: year first 0 (but not 01/13/2026, 01/14/2026, 13/01/2026); \
         day first 2 (but not 01/13/2026, 01/14/2026); month first 2 (but not 13/01/2026, 14/01/2026)"
    );
}

#[test]
fn what_means_the_same_either_way_is_no_question() {
    let decided = survey(["05/05/2026", "05/05/2026"])
        .decide()
        .unwrap()
        .unwrap();
    assert_eq!(
        decided.evidence,
        Evidence::Same {
            other: Order::MonthFirst
        }
    );
}

fn render(order: Order, day: i32, style: u8) -> String {
    use chrono::Datelike;
    let date = civil::date(day).unwrap();
    let (year, month, day) = (date.year(), date.month(), date.day());
    let mark = ["-", "/", "."][usize::from(style % 3)];
    let clock = ["", " 09:15:22", " 9:15 PM"][usize::from(style / 3 % 3)];
    let long = style < 9;
    let (a, b) = if order == Order::MonthFirst {
        (month, day)
    } else {
        (day, month)
    };
    let two = year % 100;
    match (order, long) {
        (Order::YearFirst, _) => format!("{two:02}{mark}{month:02}{mark}{day:02}{clock}"),
        (_, true) => format!("{a}{mark}{b}{mark}{year}{clock}"),
        (_, false) => format!("{a:02}{mark}{b:02}{mark}{two:02}{clock}"),
    }
}

fn any_order() -> impl Strategy<Value = Order> {
    prop::sample::select(Order::ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_column_of_forty_days_is_decided_right(
        order in any_order(),
        first in 10_957..21_915_i32,
        length in 40..400_i32,
        cells in prop::collection::vec((0..400_i32, 0..18_u8), 60..300),
        broken in 0..2_u8,
    ) {
        let mut column = OrderSurvey::default();
        // The ends are there, the rest is random.
        column.see(&render(order, first, 0));
        column.see(&render(order, first + length - 1, 1));
        for (day, style) in &cells {
            column.see(&render(order, first + day % length, *style));
        }
        if broken > 0 && cells.len() > 100 {
            column.see("31/02/2026");
        }
        let decided = column.decide();
        prop_assert!(matches!(&decided, Ok(Some(found)) if found.order == order), "{:?}", decided);
    }

    #[test]
    fn the_sequence_of_merging_does_not_matter(
        order in any_order(),
        cells in prop::collection::vec((10_957..11_400_i32, 0..18_u8, 0..4_u8), 1..60),
        cut in 0..60_usize,
    ) {
        let texts: Vec<String> = cells
            .iter()
            .map(|(day, style, kind)| match kind {
                0 => civil::date(*day).unwrap().to_string(),
                1 => render(Order::DayFirst, *day, *style),
                _ => render(order, *day, *style),
            })
            .collect();
        let whole = survey(texts.iter().map(String::as_str));
        let cut = cut.min(texts.len());
        let parts = [&texts[..cut / 2], &texts[cut / 2..cut], &texts[cut..]]
            .map(|part| survey(part.iter().map(String::as_str)));
        for sequence in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let mut merged = OrderSurvey::default();
            for part in sequence {
                merged.merge(&parts[part]);
            }
            prop_assert_eq!(merged.decide(), whole.decide());
        }
        let mut nested = parts[1].clone();
        nested.merge(&parts[2]);
        let mut outer = parts[0].clone();
        outer.merge(&nested);
        prop_assert_eq!(outer.decide(), whole.decide());
        prop_assert_eq!(outer.needs_order(), whole.needs_order());
    }

    #[test]
    fn no_text_breaks_it(cells in prop::collection::vec("[0-9/. 年月A-]{0,14}", 0..20)) {
        let _ = survey(cells.iter().map(String::as_str)).decide();
    }
}
