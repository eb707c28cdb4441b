use super::*;

fn sums(of_contacts: [f64; 6], of_tickets: [f64; 3]) -> Sums {
    Sums {
        of_contacts,
        of_tickets,
    }
}

#[test]
fn the_measures_fit_their_facts() {
    assert_eq!(measures::catalogue(&OF_CONTACTS).unwrap().kpis.len(), 6);
    assert_eq!(measures::catalogue(&OF_TICKETS).unwrap().kpis.len(), 3);
}

#[test]
fn cost_is_its_three_parts_and_not_the_count() {
    // Many short contacts against few that are long, repeated and compensated.
    let many = sums([100.0, 3000.0, 90_000.0, 0.0, 30.0, 30.0], [0.0; 3]);
    let dear = sums(
        [40.0, 12_000.0, 3_600_000.0, 10.0, 300.0, 300.0],
        [500.0, 25_000.0, 50.0],
    );
    let all = [
        (vec!["many".to_owned()], many),
        (vec!["dear".to_owned()], dear),
    ];
    let rows = ranked(all.into_iter().collect(), 2.0);
    assert_eq!(rows[0].members, ["dear"]);
    // 200 minutes + 10 × 5 minutes at two yuan, and 500 yuan paid.
    assert!((rows[0].cost - (400.0 + 100.0 + 500.0)).abs() < 1e-9);
    assert!((rows[1].cost - 100.0).abs() < 1e-9);
    assert!((rows[1].cumulative - 1.0).abs() < 1e-12);
    assert_eq!((rows[0].ranks, rows[1].ranks), ((1, 1), (2, 2)));
    assert!((rows[0].share_of_repeats - 1.0).abs() < 1e-12);
}

#[test]
fn what_noise_can_exchange_has_no_rank_of_its_own() {
    let alike = |n: f64| sums([n, n * 60.0, n * 3600.0, 0.0, 60.0, 60.0], [0.0; 3]);
    let all =
        [("a", 20.0), ("b", 22.0), ("c", 400.0)].map(|(name, n)| (vec![name.to_owned()], alike(n)));
    let rows = ranked(all.into_iter().collect(), 1.0);
    let ranks: Vec<_> = rows.iter().map(|row| row.ranks).collect();
    assert_eq!(ranks, [(1, 1), (2, 3), (2, 3)]);
}

#[test]
fn a_place_above_its_share_every_week_is_persistent() {
    let mut weeks = Weeks::new();
    let mut add = |problem: &str, place: &str, count: f64| {
        let counts = (0..12)
            .map(|week| (NaiveDate::default() + chrono::Days::new(7 * week), count))
            .collect();
        weeks.insert(vec![problem.to_owned(), place.to_owned()], counts);
    };
    for place in ["p1", "p2", "p3", "p4"] {
        add("lost", place, 20.0);
        add("late", place, if place == "p3" { 40.0 } else { 20.0 });
    }
    let mut rows: Vec<Problem> = ranked(
        weeks
            .keys()
            .map(|members| {
                (
                    members.clone(),
                    sums([1.0, 60.0, 3600.0, 0.0, 60.0, 60.0], [0.0; 3]),
                )
            })
            .collect(),
        1.0,
    );
    judge_weeks(&mut rows, &weeks);
    let persistent: Vec<&[String]> = rows
        .iter()
        .filter(|row| row.persistent)
        .map(|row| row.members.as_slice())
        .collect();
    assert_eq!(persistent.len(), 4, "{persistent:?}");
}
