//! Real data sets against their published figures. They are not part of the project: `KEFU_REAL_DATA` or
//! `../shared/data` says where they lie; without them these tests say so and pass.

use std::path::PathBuf;

use crate::builder::{Centre, repository};

fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KEFU_REAL_DATA")
        .map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("skipped: {} is not here", path.display());
        None
    }
}

/// Runs a data set through its mapping.
fn run(name: &str, mapping: &str) -> Option<Centre> {
    let path = data(name)?;
    let mapping =
        std::fs::read_to_string(repository().join("tests/it/real").join(mapping)).unwrap();
    let centre = Centre::new().config(&mapping);
    centre.kefu(&["run", path.to_str().unwrap(), "-q"]).ok();
    Some(centre)
}

#[track_caller]
fn close(centre: &Centre, kpi: &str, published: f64, tolerance: f64) {
    let value = centre.figure(kpi).unwrap();
    assert!(
        (value - published).abs() <= tolerance,
        "{kpi}: {value}, published {published}"
    );
}

#[test]
fn anonymous_bank_agrees_with_its_notes() {
    let Some(centre) = run("anonymousbank", "anonymousbank.toml") else {
        return;
    };
    close(&centre, "offered", 33_066.0, 0.0);
    close(&centre, "answered", 27_162.0, 0.0);
    close(&centre, "asa", 40.77, 0.005);
    close(&centre, "aht", 176.35, 0.005);
    // 5 904 abandoned, those within 20 s counted apart.
    let short = centre.figure("short_abandons").unwrap();
    close(&centre, "abandoned", 5_904.0 - short, 0.0);
    close(&centre, "service_level", 0.5427, 0.000_05);
}

#[test]
fn three_exports_of_the_same_calls_give_the_same_figures() {
    let kpis = [
        "answered",
        "abandoned",
        "answer_rate",
        "asa",
        "talk",
        "satisfaction",
        "satisfaction_rate",
        "fcr_stated",
    ];
    let published = [
        4054.0,
        946.0,
        0.8108,
        67.52,
        224.92,
        3.40,
        2023.0 / 4054.0,
        3646.0 / 4054.0,
    ];
    for name in [
        "calls_plain",
        "calls_dotted_times",
        "calls_with_summary_glued_on",
    ] {
        let Some(centre) = run(&format!("pwc/{name}.csv"), "pwc.toml") else {
            return;
        };
        for (kpi, published) in kpis.iter().zip(published) {
            close(&centre, kpi, published, 0.005);
        }
        let months = centre
            .kefu(&[
                "kpi", "--kpi", "offered", "--grain", "month", "--format", "csv",
            ])
            .ok()
            .out;
        let calls: Vec<&str> = months
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').nth(2))
            .collect();
        assert_eq!(calls, ["1772", "1616", "1612"], "{name}");
    }
}

#[test]
fn volvo_tickets_reopen_as_computed_from_the_log() {
    let Some(packed) = data("volvo/vinst_status_events.csv.gz") else {
        return;
    };
    let unpacked = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(packed)
        .output();
    let Ok(unpacked) = unpacked else {
        eprintln!("skipped: gzip is not here");
        return;
    };
    let mapping = std::fs::read_to_string(repository().join("tests/it/real/volvo.toml")).unwrap();
    let centre = Centre::new()
        .config(&mapping)
        .file("events.csv", unpacked.stdout);
    centre.run(&["-q"]);
    close(&centre, "tickets", 7_554.0, 0.0);
    close(&centre, "tickets_open", 8.0, 0.0);
    // 514 reopened of the 7 546 that were ever resolved.
    close(&centre, "reopen_rate", 514.0 / 7_546.0, 1e-12);
}
