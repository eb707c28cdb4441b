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

const MARKS: &str = r#"
[[rebase]]
kpi = ["aht", "asa"]
date = 2026-03-15
note = { en = "new IVR menu", zh = "语音菜单改版" }

[[event]]
from = 2026-03-19
to = 2026-03-20
name = { en = "telephone outage", zh = "电话系统故障" }
exclude = true
"#;

/// A rebase and an event reach the picture, the data and the page, in both languages.
#[test]
fn rebases_and_events_are_drawn_and_printed_in_both_languages() {
    let centre = Centre::new().config(MARKS);
    let input = repository().join("sample_data");
    centre.kefu(&["run", input.to_str().unwrap(), "-q"]).ok();
    let csv = |lang: &str| {
        let ask = ["chart", "aht", "--format", "csv", "--lang", lang, "-q"];
        centre.kefu(&ask).ok().out
    };
    let (en, zh) = (csv("en"), csv("zh"));
    let header: Vec<&str> = en.lines().next().unwrap().split(',').collect();
    assert_eq!(
        header,
        [
            "kpi",
            "date",
            "value",
            "n",
            "adjusted",
            "lower",
            "upper",
            "signal",
            "verdict",
            "centre",
            "chart",
            "reason",
            "baseline_from",
            "baseline_to",
            "rebase",
            "event",
            "target",
            "assurance"
        ]
    );
    let column = |name: &str| header.iter().position(|known| *known == name).unwrap();
    let (date, centred) = (column("date"), column("centre"));
    let (rebase, event, excluded) = (column("rebase"), column("event"), column("signal"));
    let english = rows(&en);
    assert_eq!(english.len(), 28);
    let of = |day: &str| english.iter().find(|row| row[date] == day).unwrap();
    let (before, after) = (of("2026-03-14"), of("2026-03-15"));
    assert_eq!(
        (before[rebase].as_str(), after[rebase].as_str()),
        ("", "new IVR menu")
    );
    assert_ne!(before[centred], after[centred]);
    assert_eq!(after[column("baseline_from")], "2026-03-15");
    for day in ["2026-03-19", "2026-03-20"] {
        let row = of(day);
        assert_eq!(row[event], "telephone outage");
        assert!(row[excluded].is_empty() && row[column("lower")].is_empty());
    }
    assert_eq!(of("2026-03-21")[event], "");
    let chinese = rows(&zh);
    assert!(
        chinese
            .iter()
            .any(|row| row[rebase] == "语音菜单改版" && row[event] == "电话系统故障")
    );
    // What is shown does not move the limits.
    let later = [
        "chart",
        "aht",
        "--from",
        "2026-03-25",
        "--format",
        "csv",
        "-q",
    ];
    let later = rows(&centre.kefu(&later).ok().out);
    assert_eq!(later.len(), 5);
    assert!(
        later
            .iter()
            .zip(&english[23..])
            .all(|(a, b)| a[..10] == b[..10])
    );

    for (lang, note, name, folded) in [
        (
            "en",
            "new baseline from 15\u{a0}Mar: new IVR menu",
            "telephone outage",
            "Assessed figures without a signal",
        ),
        (
            "zh",
            "3\u{a0}月\u{a0}15\u{a0}日起重设基线：语音菜单改版",
            "电话系统故障",
            "没有信号的考核指标",
        ),
    ] {
        let page = centre.path(&format!("reports/nightly_2026-03-29_all_r0001_{lang}.html"));
        let page = std::fs::read_to_string(page).unwrap();
        assert!(
            page.contains(note) && page.contains(name) && page.contains(folded),
            "{lang}"
        );
        assert!(
            page.contains("f-event") && page.contains("s-rebase"),
            "{lang}"
        );
        let told = centre
            .kefu(&["chart", "aht", "--lang", lang, "-q"])
            .ok()
            .out;
        assert!(told.contains(note) && told.contains(name), "{told}");
        let file = format!("aht.{lang}.svg");
        centre
            .kefu(&["chart", "aht", "-o", &file, "--lang", lang])
            .ok();
        let svg = std::fs::read_to_string(centre.path(&file)).unwrap();
        assert!(svg.contains("f-event") && svg.contains(name), "{lang}");
        centre
            .kefu(&[
                "chart",
                "aht",
                "-o",
                &format!("aht.{lang}.png"),
                "--lang",
                lang,
            ])
            .ok();
    }
    let json = std::fs::read(centre.path("reports/nightly_2026-03-29_all_r0001_en.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let kpis = json["kpis"].as_array().unwrap();
    let code = |id: &str| {
        let line = kpis.iter().find(|line| line["kpi"] == id).unwrap();
        line["assurance"]["code"].as_str().map(str::to_owned)
    };
    assert_eq!(code("wait_p90").as_deref(), Some("passing"));
    assert_eq!(code("fcr").as_deref(), Some("hit_or_miss"));
    assert_eq!(code("compliance"), None, "too few cases");
    assert_eq!(code("offered"), None, "no target");
}

#[test]
fn a_wrong_rebase_is_refused_with_its_place() {
    let centre = Centre::small()
        .config("[[rebase]]\nkpi = \"ath\"\ndate = 2026-03-10\nnote = \"new menu\"\n");
    let ran = centre.kefu(&["run", "in"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with(
            "error: kefu.toml:2:7: unknown KPI `ath` in [[rebase]]\n\nhint: did you mean `aht`?"
        ),
        "{}",
        ran.err
    );
}

/// Every kind of chart says which it is and why, in both languages.
#[test]
fn the_choice_of_chart_and_its_reason_are_printed() {
    let centre = sample();
    let sampling = (
        "its days vary no more than sampling explains (σz = ",
        "逐日波动未超出抽样误差",
    );
    let beyond = (
        "its days vary more than sampling explains (σz = ",
        "逐日波动超出抽样误差",
    );
    let poisson = (
        "its daily counts vary no more than Poisson",
        "未超出泊松抽样误差",
    );
    let wild = (
        "its daily counts vary more than Poisson",
        "超出泊松抽样误差",
    );
    let mean = ("a mean whose days rest on different n", "n 每日不同");
    let single = (
        "a single value whose scatter only neighbouring days can tell",
        "由相邻两日的差估计",
    );
    let few = ("8 days for a baseline, limits need 12", "可作基线的仅 8 天");
    for (kpi, to, code, name, (en, zh)) in [
        ("answer_rate", "2026-03-29", "p", "p chart, ", sampling),
        (
            "frt_within_30s",
            "2026-03-29",
            "p_prime",
            "Laney P′ chart (σz = ",
            beyond,
        ),
        ("complaints", "2026-03-29", "u", "u chart, ", poisson),
        (
            "offered",
            "2026-03-29",
            "u_prime",
            "Laney U′ chart (σz = ",
            wild,
        ),
        ("aht", "2026-03-29", "i_prime", "I′ chart, ", mean),
        ("wait_p90", "2026-03-29", "xmr", "XmR chart, ", single),
        ("answer_rate", "2026-03-09", "run", "run chart: ", few),
    ] {
        let ask = |more: &[&str]| {
            let all = [&["chart", kpi, "--to", to, "-q"], more].concat();
            centre.kefu(&all).ok().out
        };
        let told = ask(&["--lang", "en"]);
        let reason = told.lines().nth(1).unwrap();
        assert!(
            reason.starts_with(name) && reason.contains(en),
            "{kpi}: {reason}"
        );
        let told = ask(&["--lang", "zh"]);
        assert!(told.lines().nth(1).unwrap().contains(zh), "{kpi}: {told}");
        let data = rows(&ask(&["--format", "csv"]));
        assert!(
            data.iter().all(|row| row[10] == code && row[11] == reason),
            "{kpi}"
        );
    }
}
