use std::sync::Arc;

use chrono::Days;

use super::*;
use crate::kpi::figure::{Estimate, Status};
use crate::kpi::pass::Group;

fn row(day: NaiveDate, problem: Option<&str>, place: Option<&str>, n: u64) -> Row {
    Row {
        kpi: 0,
        group: Arc::new(Group {
            period: day.to_string(),
            members: [problem, place]
                .map(|name| name.map(str::to_owned))
                .to_vec(),
        }),
        estimate: Estimate {
            n,
            ..Estimate::default()
        },
        bound: None,
        status: Status::None,
    }
}

#[test]
fn a_place_above_the_share_of_all_places_every_week_is_persistent() {
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    let mut rows = Vec::new();
    for week in 0..12 {
        let day = first + Days::new(7 * week + 2);
        for place in ["p1", "p2", "p3", "p4", "p5"] {
            let damaged = if place == "p3" { 30 } else { 10 };
            rows.push(row(day, Some("damaged"), Some(place), damaged));
            rows.push(row(day, Some("late"), Some(place), 40));
        }
        rows.push(row(day, Some("late"), None, 7));
        rows.push(row(first + Days::new(200), Some("late"), Some("p1"), 7));
    }
    let found = by_week(&rows, first + Days::new(100), true);
    assert_eq!(found.weeks.len(), 12);
    assert_eq!(found.contacts.1, 84);
    assert_eq!(
        found.days,
        Some((first + Days::new(2), first + Days::new(79)))
    );
    let persistent: Vec<(&str, &str)> = found
        .rows
        .iter()
        .filter(|row| row.persistent && row.problem == "damaged")
        .map(|row| (row.problem.as_str(), row.place.as_str()))
        .collect();
    assert_eq!(persistent, [("damaged", "p3")]);
    // 14 of 54 contacts are damaged, so that 70 lead to expect 18.1.
    let (count, expected) = found
        .rows
        .iter()
        .find(|row| row.problem == "damaged" && row.place == "p3")
        .unwrap()
        .weeks[0];
    assert!((count - 30.0_f64).abs() < 1e-12, "{count}");
    assert!((expected - 70.0 * 70.0 / 270.0).abs() < 1e-9, "{expected}");
}

#[test]
fn without_places_a_burst_lies_above_and_nothing_is_left_out() {
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
    let mut rows = Vec::new();
    for week in 0..8 {
        let day = first + Days::new(7 * week);
        rows.push(row(
            day,
            Some("late"),
            None,
            if week == 5 { 90 } else { 30 },
        ));
        rows.push(row(day, Some("lost"), Some("p1"), 60));
    }
    let found = by_week(&rows, first + Days::new(100), false);
    assert_eq!(found.contacts, (8 * 90 + 60, 0));
    let late = found.rows.iter().find(|row| row.problem == "late").unwrap();
    assert_eq!(late.judged.weeks_above, 1);
    assert!(late.judged.above[5] && !late.persistent);
}
