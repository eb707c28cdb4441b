use super::*;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn cells() -> BTreeMap<Cell, Clocks> {
    let mut cells = BTreeMap::new();
    let mut add = |promise: &str, outlet: Option<&str>, at: u32, clocks: Clocks| {
        let cell = (promise.to_owned(), outlet.map(str::to_owned), day(at));
        cells.insert(cell, clocks);
    };
    let due = |met, breached| Clocks {
        met,
        breached,
        ..Clocks::default()
    };
    add("reply", None, 1, due(9, 1));
    add("reply", Some("A"), 2, due(30, 90));
    add("close", Some("A"), 3, due(5, 1));
    add("close", Some("B"), 3, due(400, 20));
    for other in 0..8 {
        add("close", Some(&format!("C{other}")), 3, due(400, 20));
    }
    // Due before the days asked for, and still running; due after them, and warned.
    add(
        "close",
        Some("D"),
        1,
        Clocks {
            late: 1,
            ..due(7, 2)
        },
    );
    let open = Clocks {
        running: 2,
        warned: 1,
        ..Clocks::default()
    };
    add("close", Some("D"), 9, open);
    cells
}

#[test]
fn what_runs_counts_whenever_it_is_due() {
    let found = of(&cells(), day(2), day(4));
    assert_eq!(found.days.len(), 3);
    let close = found
        .rows
        .iter()
        .find(|row| row.promise == "close")
        .unwrap();
    assert_eq!((close.all.met, close.all.breached), (3605, 181));
    assert_eq!(
        (close.all.late, close.all.running, close.all.warned),
        (1, 2, 1)
    );
    assert_eq!(close.by_day[1].met, 3605);
    let reply = found
        .rows
        .iter()
        .find(|row| row.promise == "reply")
        .unwrap();
    assert_eq!(reply.all.due(), 120);
    assert_eq!(reply.all.attainment().value, Some(0.25));
    let d = found.outlets.iter().find(|row| row.outlet == "D").unwrap();
    assert_eq!((d.all.due(), d.all.late, d.flag), (0, 1, Flag::TooFew));
}

#[test]
fn the_outlet_that_breaks_most_is_flagged_with_its_promise() {
    let found = of(&cells(), day(1), day(4));
    let first = &found.outlets[0];
    assert_eq!(first.outlet, "A");
    assert_eq!(first.most, Some(("reply".to_owned(), 90)));
    assert_eq!(first.flag, Flag::Alarm { above: true });
    assert!(
        found.outlets[1..]
            .iter()
            .all(|outlet| !matches!(outlet.flag, Flag::Alarm { .. }))
    );
}
