use super::*;

#[test]
fn the_team_that_fails_an_item_is_flagged_and_the_worst_item_leads() {
    let mut cells = BTreeMap::new();
    let teams = ["t1", "t2", "t3", "t4", "t5", "t6", "t7"];
    for (at, team) in teams.iter().enumerate() {
        let mut add = |item: &str, judged, failed| {
            let cell = (item.to_owned(), (*team).to_owned());
            cells.insert(cell, Judged { judged, failed });
        };
        add("greeting", 200, 6);
        add("close", 200, if at == 3 { 90 } else { 20 });
        if at == 0 {
            add("rare", 12, 3);
        }
    }
    let found = of_cells(&cells);
    assert_eq!(found.teams, teams);
    let names: Vec<&str> = found.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["rare", "close", "greeting"]);
    let close = &found.items[1];
    assert!(close.teams[3].worse);
    assert_eq!((close.all.judged, close.all.failed), (1400, 210));
    assert_eq!(found.items[0].teams[0].p, None);
    let worse = found.items.iter().flat_map(|item| &item.teams);
    assert_eq!(worse.filter(|cell| cell.worse).count(), 1);
}
