//! `kefu compare`, `problems`, `coaching`, `chart`: what was planted in the sample is found, and little else.

use crate::builder::{Centre, repository};

fn sample() -> Centre {
    let centre = Centre::new();
    let input = repository().join("sample_data");
    centre.kefu(&["run", input.to_str().unwrap(), "-q"]).ok();
    centre
}

fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// `ground_truth.toml`: a damaging outlet, two agents who settle little, a slow platform.
#[test]
fn planted_anomalies_of_the_sample_are_found() {
    let centre = sample();
    let csv = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--format", "csv", "-q"]);
        rows(&centre.kefu(&all).ok().out)
    };
    let emerging = csv(&["problems", "--emerging"]);
    let damaged = |row: &Vec<String>| row[0] == "exception/damaged" && row[1] == "杭州滨江网点";
    assert!(emerging.iter().any(damaged), "{emerging:?}");
    assert!(emerging.len() <= 3, "{emerging:?}");

    let coaching = csv(&["coaching"]);
    let mut agents: Vec<&str> = coaching
        .iter()
        .filter(|row| row[3] == "fcr")
        .map(|row| row[0].as_str())
        .collect();
    agents.sort_unstable();
    agents.dedup();
    assert_eq!(agents, ["A1005", "A1011"], "{coaching:?}");

    let slow = csv(&["compare", "frt", "--from", "2026-W10", "--to", "2026-W13"]);
    let first = slow.iter().find(|row| row[6] == "1").unwrap();
    assert_eq!(
        (first[5].as_str(), first[8].as_str()),
        ("platform", "douyin")
    );
    // The parts of every dimension add up to the change.
    let change: f64 = slow[0][18].parse().unwrap();
    for dimension in slow
        .iter()
        .map(|row| &row[5])
        .filter(|name| !name.is_empty())
    {
        let parts = slow.iter().filter(|row| &row[5] == dimension);
        let sum: f64 = parts.map(|row| row[18].parse::<f64>().unwrap()).sum();
        assert!((sum - change).abs() < 1e-12, "{dimension}: {sum} {change}");
    }

    let problems = csv(&["problems"]);
    let number = |row: &[String], at: usize| row[at].parse::<f64>().unwrap();
    assert!(
        problems
            .windows(2)
            .all(|pair| number(&pair[0], 8) >= number(&pair[1], 8))
    );
    // One yuan a minute unless configured: the cost is its three parts.
    for row in &problems {
        let parts = number(row, 4) + number(row, 6) + number(row, 7);
        assert!((parts - number(row, 8)).abs() < 1e-6, "{row:?}");
    }

    centre.kefu(&["chart", "asa", "-o", "asa.svg"]).ok();
    let svg = std::fs::read_to_string(centre.path("asa.svg")).unwrap();
    assert!(svg.starts_with("<svg xmlns=") && !svg.contains("var("));
    let chart = csv(&["chart", "asa", "--by", "queue", "--where", "queue = '查询'"]);
    assert_eq!(chart.len(), 28);
    assert!(chart.iter().all(|row| row[1] == "查询"));
}

/// Without anything planted, what emerges on the last day stays at what the page says to expect.
#[test]
fn with_nothing_planted_nothing_emerges() {
    let mut found = Vec::new();
    for seed in ["1", "2", "3"] {
        let centre = Centre::new();
        std::fs::write(centre.path("none.toml"), "broken = false\nanomaly = []\n").unwrap();
        let generate = [
            "generate",
            "--out",
            "in",
            "--seed",
            seed,
            "--calls-per-day",
            "60",
        ];
        let plan = ["--anomalies", "none.toml", "-q"];
        centre.kefu(&[&generate[..], &plan[..]].concat()).ok();
        centre.run(&["-q"]);
        let csv = ["problems", "--emerging", "--format", "csv", "-q"];
        found.extend(rows(&centre.kefu(&csv).ok().out));
    }
    // Three nights with two screens of 5 % each: 0.3 expected.
    assert!(found.len() <= 1, "{found:?}");
}

#[test]
fn wrong_questions_are_answered_with_the_next_step() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    centre.says(
        &["compare", "wait_p90", "--from", "2026-03-02", "--to", "2026-03-03"],
        2,
        "error: wait_p90 is not made up of the figures of its members\n\nhint: compare a rate, a mean, a share, a count, a sum, or a ratio of counts",
    );
    centre.says(
        &["compare", "offered", "--from", "march", "--to", "2026-03-03"],
        2,
        "error: --from: `march` is not a period\n\nhint: write a day as 2026-03-02, days as 2026-03-02..2026-03-08, an ISO week as 2026-W11, a month as 2026-03",
    );
    let wrong = centre.kefu(&["problems", "--by", "outlets"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("did you mean `outlet`?"),
        "{}",
        wrong.err
    );
}
