use super::*;
use crate::settings::Settings;

fn kpi(id: &str) -> Kpi {
    let catalogue = Catalogue::compile(&Settings::builtin().unwrap()).unwrap();
    catalogue.kpis[catalogue.position(id).unwrap()].clone()
}

/// Ten outlets with quick and slow kinds of tickets; answers scatter by half of their mean.
fn cells() -> Cells {
    let mut cells = Cells::new();
    for outlet in 0..10 {
        for (kind, mean) in [("claim", 6000.0), ("enquiry", 1200.0)] {
            cells.insert(cell(&format!("outlet {outlet}"), kind), sums(60.0, mean));
        }
    }
    cells
}

fn cell(outlet: &str, kind: &str) -> (String, Kind) {
    let kind = (Some(kind.to_owned()), Some("normal".to_owned()));
    (outlet.to_owned(), kind)
}

fn sums(n: f64, mean: f64) -> Sums {
    Sums {
        n,
        sum: n * mean,
        squares: n * mean * mean * 1.25,
    }
}

#[test]
fn a_slow_outlet_is_found_and_one_with_slow_tickets_is_not() {
    let mut cells = cells();
    cells.insert(cell("slow", "enquiry"), sums(60.0, 3600.0));
    cells.insert(cell("claims only", "claim"), sums(120.0, 6000.0));
    // As slow, but of too few tickets.
    cells.insert(cell("few", "enquiry"), sums(20.0, 3600.0));
    let (found, checked) = behind(&cells, &kpi("outlet_reply"));
    let names: Vec<&str> = found.iter().map(|row| row.outlet.as_str()).collect();
    assert_eq!((names, checked), (vec!["slow"], 12));
    assert!((found[0].value - 3600.0).abs() < 1e-9 && found[0].gap.1 > 0.0);
}

#[test]
fn of_a_rate_the_lower_side_is_the_worse_one() {
    let mut cells = Cells::new();
    for outlet in 0..10 {
        cells.insert(
            cell(&format!("outlet {outlet}"), "claim"),
            hits(100.0, 80.0),
        );
    }
    cells.insert(cell("worse", "claim"), hits(100.0, 50.0));
    cells.insert(cell("better", "claim"), hits(100.0, 99.0));
    let (found, _) = behind(&cells, &kpi("redelivered_within_24h"));
    let names: Vec<&str> = found.iter().map(|row| row.outlet.as_str()).collect();
    assert_eq!(names, ["worse"]);
}

fn hits(n: f64, hits: f64) -> Sums {
    Sums {
        n,
        sum: hits,
        squares: hits,
    }
}
