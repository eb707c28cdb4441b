use super::*;
use crate::schema::facts::Fact;

/// Two teams with two kinds of contacts; `easy` and `hard` are rates out of 400.
fn of(cells: &[(&str, &str, &str, f64)]) -> Stratified {
    let fact = Fact::by_name("contact_facts").unwrap();
    let mut found = Builder::default();
    for (agent, team, problem, hits) in cells {
        *found.cell(Some(agent), Some(team), (Some(problem), None, 2)) = Sums {
            n: 400.0,
            sum: *hits,
            squares: *hits,
        };
    }
    Stratified::of(Kpi::rows_of(fact), found)
}

#[test]
fn hard_contacts_excuse_a_low_rate() {
    let found = of(&[
        ("a", "t1", "easy", 360.0),
        ("b", "t2", "easy", 360.0),
        ("c", "t1", "hard", 200.0),
        ("d", "t2", "hard", 200.0),
    ]);
    let agents = found.funnel(Who::Agent, None).unwrap();
    assert!(agents.outside().is_empty(), "{:?}", agents.funnel);
    assert_eq!(agents.judged(), 4);
    let teams = found.funnel(Who::Team, None).unwrap();
    assert_eq!(teams.members.len(), 2);
    assert!(teams.outside().is_empty());
}

#[test]
fn the_same_contacts_do_not() {
    let mut cells: Vec<(String, f64)> = (0..12).map(|i| (format!("a{i:02}"), 340.0)).collect();
    cells[4].1 = 240.0;
    let rows: Vec<(&str, &str, &str, f64)> = cells
        .iter()
        .map(|(agent, hits)| (agent.as_str(), "t", "easy", *hits))
        .collect();
    let found = of(&rows).funnel(Who::Agent, Some("easy")).unwrap();
    let outside = found.outside();
    assert_eq!(found.members[outside[0]].0, "a04");
    assert_eq!(
        found.funnel.members[outside[0]].flag,
        Flag::Alarm { above: false }
    );
    assert!(of(&rows).funnel(Who::Agent, Some("hard")).is_none());
}
