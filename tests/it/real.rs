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

/// Ticket 11071 of the seeds of `dbt_zendesk` is the one with a history: created on Friday 28 August 2020 at 18:06:36
/// UTC, solved on Saturday 14 November at 11:01:27. Everything below is counted by hand from those rows.
#[test]
fn the_zendesk_ticket_with_a_history_takes_its_business_time_and_its_former_priority() {
    let Some(folder) = data("zendesk") else {
        return;
    };
    let read = |name: &str| {
        std::fs::read_to_string(repository().join("tests/it/real").join(name)).unwrap()
    };
    let config = read("zendesk.toml") + &read("zendesk_sla.toml");
    let mut centre = Centre::new().config(&config);
    for name in ["ticket_data.csv", "ticket_field_history_data.csv"] {
        centre = centre.file(name, std::fs::read(folder.join(name)).unwrap());
    }
    centre.run(&["-q", "--as-of", "2021-02-01"]);
    let one = "ticket_id = '11071'";
    let ask = |kpi: &str, by: &[&str]| -> Vec<String> {
        let mut all = vec!["kpi", "--kpi", kpi, "--where", one, "--format", "csv"];
        all.extend(by);
        let csv = centre.kefu(&all).ok().out;
        csv.lines().skip(1).map(str::to_owned).collect()
    };
    let value = |kpi: &str| ask(kpi, &[])[0].split(',').nth(2).unwrap().to_owned();
    // 77 days 16:54:51.
    assert_eq!(value("resolution_p50"), "6713691");
    // 8:53:24 of the Friday, 55 weekdays of 12 hours, over the end of daylight saving; nothing of the Saturday.
    assert_eq!(
        value("resolution_business_p50"),
        (32_004 + 55 * 43_200).to_string()
    );
    // Open for 16:54:51, 15, 2 and 12 days, pending or on hold for 4+3+10+1+14+3+13 days, solved for one.
    let dwell: Vec<String> = ask("dwell", &["--by", "state"])
        .iter()
        .map(|line| {
            line.split(',')
                .skip(2)
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let day = 86_400;
    let expect = [
        format!("awaiting_reply {}", 48 * day),
        "closed ".to_owned(),
        format!("in_progress {}", 29 * day + 60_891),
        format!("resolved {day}"),
    ];
    assert_eq!(dwell, expect);
    // It is urgent now and was normal when it came: the target of normal tickets holds, as dbt_zendesk has it too.
    let late = centre
        .kefu(&[
            "sla",
            "breached",
            "--promise",
            "first_reply_urgent,first_reply_normal",
            "--where",
            one,
            "--format",
            "csv",
        ])
        .ok()
        .out;
    let lines: Vec<&str> = late.lines().skip(1).collect();
    assert_eq!(lines.len(), 1, "{late}");
    let left = 960.0 - 6_713_691.0 / 60.0;
    assert!(
        lines[0].starts_with(&format!(
            "11071,first_reply_normal,{left},2020-08-29 10:06:36,"
        )),
        "{late}"
    );
}
