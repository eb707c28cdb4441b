use super::*;

fn problems(rows: &[&[&str]]) -> Problems {
    let row = |members: &&[&str]| Problem {
        members: members.iter().map(|member| (*member).to_owned()).collect(),
        contacts: 7,
        handling_minutes: 3.0,
        repeats: 1,
        repeat_minutes: 1.0,
        compensation: 2.0,
        cost: 6.0,
        interval: (0.0, 0.0),
        weeks: Vec::new(),
        share: 1.0,
        cumulative: 1.0,
        ranks: (1, 1),
        share_of_repeats: 1.0,
        persistence: None,
        persistent: false,
    };
    Problems {
        rows: rows.iter().map(row).collect(),
        without: 0,
        days: None,
        weeks: Vec::new(),
        compensated: false,
    }
}

#[test]
fn the_mart_has_the_centre_then_places_and_what_is_emerging_there() {
    let series = |span, q, emerging| Series {
        members: vec!["p".to_owned(), "甲".to_owned()],
        span,
        count: 9.0,
        expected: 2.5,
        p: 0.001,
        q,
        c2: None,
        recent: 12.0,
        since: "2026-03-17".parse().unwrap(),
        emerging,
    };
    // Emerging first, as `judge` orders them.
    let emerging = Emerging {
        date: "2026-03-20".parse().unwrap(),
        series: vec![
            series(Span::Week, 0.01, true),
            series(Span::Day, 0.9, false),
        ],
        tested: (1, 1),
        false_alarms: 0.1,
        uncorrected: 0.1,
    };
    let whole = problems(&[&["p"]]);
    let outlets = problems(&[&["p", "甲"], &["p", "乙"]]);
    let queues = problems(&[&["p", "甲"]]);
    let frame = problem_mart(
        &whole,
        &[("outlet", &outlets), ("queue", &queues)],
        &[("outlet", &emerging)],
    );
    let csv = String::from_utf8(frame.csv(false).unwrap()).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("dimension,member,problem_type,from,to,contacts,"));
    assert!(lines[0].ends_with("persistent,emerging,emerging_span,emerging_count,emerging_expected,emerging_p,emerging_q,emerging_since"));
    assert!(lines[1].starts_with(",,p,") && lines[1].ends_with("false,,,,,,,"));
    assert!(lines[2].starts_with("outlet,甲,p,"), "{csv}");
    assert!(
        lines[2].ends_with("true,week,9,2.5,0.001,0.01,2026-03-17"),
        "{csv}"
    );
    assert!(lines[3].starts_with("outlet,乙,p,") && lines[3].ends_with(",,,,,,,"));
    // Nothing was looked for there.
    assert!(lines[4].starts_with("queue,甲,p,") && lines[4].ends_with(",,,,,,,"));
}
