use super::*;
use crate::insight::adjusted::{Builder, Kind, Sums};
use crate::settings::Settings;

fn kind(problem: &str) -> Kind {
    (Some(problem.to_owned()), Some("call".to_owned()), 2)
}

/// Contacts by agent and kind, in one team.
fn cells(own: BTreeMap<(String, Kind), Sums>) -> Stratified {
    let mut cells = Builder::default();
    for ((agent, (problem, beside, band)), sums) in own {
        let kind = (problem.as_deref(), beside.as_deref(), band);
        *cells.cell(Some(&agent), None, kind) = sums;
    }
    Stratified::of(fcr(), cells)
}

fn of(n: f64, hits: f64) -> Sums {
    Sums {
        n,
        sum: hits,
        squares: hits,
    }
}

fn fcr() -> Kpi {
    let catalogue = Catalogue::compile(&Settings::builtin().unwrap()).unwrap();
    catalogue.kpis[catalogue.position("fcr").unwrap()].clone()
}

#[test]
fn hard_contacts_are_no_reason_for_coaching_and_poor_handling_is() {
    let mut own = BTreeMap::new();
    for agent in 0..10 {
        own.insert((format!("A{agent}"), kind("easy")), of(200.0, 180.0));
        own.insert((format!("A{agent}"), kind("hard")), of(40.0, 20.0));
    }
    // Nothing but hard contacts, handled as everybody handles them.
    own.insert(("hard only".to_owned(), kind("hard")), of(200.0, 100.0));
    // Easy contacts, handled poorly.
    own.insert(("poor".to_owned(), kind("easy")), of(200.0, 120.0));
    // As poorly, but of few contacts.
    own.insert(("few".to_owned(), kind("easy")), of(20.0, 5.0));
    let (rows, checked) = outside(&cells(own).by(Who::Agent), &fcr(), false);
    let names: Vec<&str> = rows.iter().map(|row| row.agent.as_str()).collect();
    assert_eq!((names, checked), (vec!["poor"], 12));
    assert!((rows[0].value - 0.6).abs() < 1e-12 && rows[0].gap.2 < 0.0);
    assert!(rows[0].problem.is_none());
}

#[test]
fn what_is_better_than_expected_is_not_listed() {
    let mut own = BTreeMap::new();
    for agent in 0..10 {
        own.insert((format!("A{agent}"), kind("easy")), of(200.0, 140.0));
    }
    own.insert(("good".to_owned(), kind("easy")), of(200.0, 195.0));
    let (rows, _) = outside(&cells(own).by(Who::Agent), &fcr(), true);
    assert!(rows.is_empty(), "{rows:?}");
}
