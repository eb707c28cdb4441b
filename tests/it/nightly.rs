//! `kefu run`: the nightly job.

use crate::builder::{CALLS, Centre, contents};

#[test]
fn a_run_accounts_for_every_row_and_names_what_it_wrote() {
    let centre = Centre::small();
    let ran = centre.run(&[]);
    for part in [
        "calls.csv",
        "3 files",
        "run r0001",
        "as of 2026-03-03 09:05:00",
        "reports/nightly_2026-03-03_all_r0001_zh.html",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    for name in [
        "nightly_2026-03-03_all_r0001_zh.html",
        "nightly_2026-03-03_all_r0001_en.html",
        "nightly_2026-03-03_all_r0001_en.json",
        "marts/kpi.parquet",
        "marts/decomposition.parquet",
        "marts/coaching.parquet",
        "marts/problem.parquet",
        "marts/finding.parquet",
    ] {
        assert!(centre.path("reports").join(name).is_file(), "{name}");
    }
    assert_eq!(centre.figure("offered"), Some(4.0));
    assert_eq!(centre.figure("answered"), Some(3.0));
    assert_eq!(centre.figure("asa"), Some(65.0 / 3.0));
    assert_eq!(centre.figure("satisfaction"), Some(2.5));
    assert_eq!(centre.figure("frt"), Some(35.0));
    assert_eq!(centre.figure("complaint_handling_rate"), Some(1.0));
    assert_eq!(
        centre.figure("contacts"),
        Some(7.0),
        "3 answered calls, 2 chats, 2 tickets of their own"
    );
}

#[test]
fn running_twice_changes_nothing_and_says_so() {
    let centre = Centre::small();
    centre.run(&[]);
    let before = (
        contents(&centre.path("reports")),
        contents(&centre.path("store")),
    );
    let again = centre.run(&[]);
    assert!(again.out.contains("Nothing changed"), "{}", again.out);
    assert!(again.out.contains("taken in before"), "{}", again.out);
    assert_eq!(
        before,
        (
            contents(&centre.path("reports")),
            contents(&centre.path("store"))
        )
    );
}

const AFTER_MIDNIGHT: &str = "工单号,创建时间,更新时间,工单类型,工单状态,联系电话,问题描述
T3,2026-03-04 00:01:00,2026-03-04 00:01:00,查询,处理中,13900000010,快递到哪里了
";

#[test]
fn one_ticket_after_midnight_makes_no_day_but_another_version() {
    // Two days of enough to call it usual.
    let chats = (0..80).map(|n| {
        let (day, second) = (2 + n / 40, n % 40);
        let at = |time: &str| format!("2026-03-0{day} {time}");
        format!(
            "m{n},{},{},{},wechat,A1,served\n",
            at(&format!("10:00:{second:02}")),
            at("10:01:00"),
            at("10:05:00")
        )
    });
    let head = "chat_id,started_at,first_reply_at,ended_at,platform,agent_id,outcome\n".to_owned();
    let chats: String = std::iter::once(head).chain(chats).collect();
    let centre = Centre::small().file("chats2.csv", chats);
    centre.run(&["-q"]);
    let read = |name: &str| std::fs::read_to_string(centre.path("reports").join(name)).unwrap();
    let before = read("nightly_2026-03-03_all_r0001_zh.html");
    std::fs::write(centre.path("in/more.csv"), AFTER_MIDNIGHT).unwrap();
    let ran = centre.run(&[]);
    assert!(
        ran.out
            .contains("reports/nightly_2026-03-03_all_r0002_zh.html"),
        "{}",
        ran.out
    );
    for edition in ["nightly", "trainer"] {
        for (lang, label, said) in [
            (
                "zh",
                "暂不报告",
                "3\u{a0}月\u{a0}4\u{a0}日 1\u{a0}件（来电、会话与工单合计",
            ),
            (
                "en",
                "Passed over",
                "4\u{a0}Mar: 1 (calls, chats and tickets",
            ),
        ] {
            for form in ["html", "json"] {
                let name = format!("{edition}_2026-03-03_all_r0002_{lang}.{form}");
                let text = read(&name);
                assert!(text.contains(label) && text.contains(said), "{name}");
            }
            let copy = read(&format!("latest/{edition}_{lang}.html"));
            assert!(copy.contains("content=\"r0002\"") && copy.contains(said));
        }
    }
    // The version of the night before is still what it was.
    assert!(!before.contains("暂不报告"));
    assert!(before == read("nightly_2026-03-03_all_r0001_zh.html"));
    // Who wants the day that has only begun asks for it.
    let asked = ["report", "-q", "--date", "2026-03-04", "--format", "json"];
    centre.kefu(&asked).ok();
    let asked = read("nightly_2026-03-04_all_r0002_en.json");
    assert!(!asked.contains("Passed over"), "{asked}");
}

#[test]
fn two_centres_with_the_same_input_get_the_same_bytes() {
    let [first, second] = [Centre::small(), Centre::small()];
    first.run(&[]);
    // Another number of threads must not change a bit.
    second.run(&["--threads", "1"]);
    assert_eq!(
        contents(&first.path("reports")),
        contents(&second.path("reports"))
    );
}

#[test]
fn the_same_content_under_another_name_is_skipped() {
    let centre = Centre::small();
    centre.run(&[]);
    let centre = centre.file("calls (1).csv", CALLS);
    let ran = centre.run(&[]);
    assert!(ran.out.contains("Nothing changed"), "{}", ran.out);
    assert_eq!(centre.figure("offered"), Some(4.0));
}

#[test]
fn the_same_content_twice_in_one_run_is_taken_once() {
    let centre = Centre::small().file("calls (1).csv", CALLS);
    let ran = centre.run(&["--json"]);
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let files = summary["files"].as_array().unwrap();
    let seen: Vec<bool> = files
        .iter()
        .filter(|file| file["table"] == "calls")
        .map(|file| file["taken_in_before"].as_bool().unwrap())
        .collect();
    assert_eq!(seen, [false, true]);
    let report =
        std::fs::read_to_string(centre.path("reports/nightly_2026-03-03_all_r0001_en.json"))
            .unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let facts = report["facts"].to_string();
    // 4 calls, 2 chats, 2 tickets: the second copy must not overwrite the accounts of the first.
    assert!(facts.contains("\"Stored\",\"value\":\"8\""), "{facts}");
    assert_eq!(centre.figure("offered"), Some(4.0));
}

#[test]
fn a_corrected_row_replaces_the_old_one() {
    let centre = Centre::small();
    centre.run(&[]);
    let corrected = "工单号,创建时间,更新时间,工单类型,工单状态\nT2,2026-03-03 09:05:00,2026-03-04 10:00:00,查询,已解决\n";
    let centre = centre.file("tickets_late.csv", corrected);
    assert_eq!(centre.figure("tickets_open"), Some(1.0));
    let ran = centre.run(&["--json"]);
    let summary: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let late = summary["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["file"] == "tickets_late.csv")
        .unwrap();
    assert_eq!((&late["stored"], &late["replaced"]), (&0.into(), &1.into()));
    assert_eq!(summary["run"], "r0002");
    assert_eq!(centre.figure("tickets_open"), Some(0.0));
    assert_eq!(centre.figure("tickets"), Some(2.0));
}

#[test]
fn the_cut_off_is_honoured() {
    let centre = Centre::small();
    centre.run(&["--as-of", "2026-03-02 10:00:00"]);
    assert_eq!(
        centre.figure("tickets_open"),
        Some(0.0),
        "T1 is done, T2 does not exist yet"
    );
    let ran = centre.run(&["--as-of", "2026-03-03 10:00:00"]);
    assert!(ran.out.contains("as of 2026-03-03 10:00:00"), "{}", ran.out);
    assert_eq!(centre.figure("tickets_open"), Some(1.0));
}

#[test]
fn one_language_or_both() {
    let centre = Centre::small();
    centre.run(&["--lang", "en"]);
    assert!(
        centre
            .path("reports/nightly_2026-03-03_all_r0001_en.html")
            .is_file()
    );
    assert!(
        !centre
            .path("reports/nightly_2026-03-03_all_r0001_zh.html")
            .exists()
    );
    let report =
        std::fs::read_to_string(centre.path("reports/nightly_2026-03-03_all_r0001_en.html"))
            .unwrap();
    assert!(report.contains("lang=\"en\""));
}

#[test]
fn a_missed_target_is_an_exit_code_only_when_asked_for() {
    let centre = Centre::small();
    assert!(centre.run(&[]).out.contains("missed"));
    assert_eq!(centre.kefu(&["run", "in", "--fail-on-breach"]).code, 3);
}

#[test]
fn broken_rows_are_quarantined_and_cost_nothing_else() {
    let broken =
        format!("{CALLS}c9,2026-02-30 09:00:00,,,查询,13900000005,A1,接通,\nc1,too short\n");
    let centre = Centre::small().file("calls.csv", broken);
    let ran = centre.run(&[]);
    assert!(ran.out.contains("rejected 1 in calls.csv, column 呼叫时间: not a time, or an impossible date (line 6: 2026-02-30 09:00:00)"), "{}", ran.out);
    assert!(
        ran.out
            .contains("more or fewer fields than the header (line 7: 2 ≠ 9)"),
        "{}",
        ran.out
    );
    assert_eq!(centre.figure("offered"), Some(4.0));
    let quarantine = contents(&centre.path("store/_quarantine"));
    let names: Vec<&str> = quarantine
        .iter()
        .map(|(name, _)| {
            name.to_str()
                .unwrap_or_default()
                .rsplit('.')
                .next()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(names, ["parquet", "xlsx"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = centre.path("store/_quarantine").join(&quarantine[0].0);
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            std::fs::metadata(centre.path("store.key"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
    }
}

#[test]
fn no_phone_number_leaves_the_door() {
    let centre = Centre::small();
    let ran = centre.run(&["-vv"]);
    assert!(!ran.out.contains("1390000000") && !ran.err.contains("1390000000"));
    for (path, bytes) in contents(&centre.path("reports")) {
        assert!(
            !String::from_utf8_lossy(&bytes).contains("1390000000"),
            "{}",
            path.display()
        );
    }
    let customers = centre.kefu(&["kpi", "--kpi", "contacts", "--by", "customer"]);
    assert_eq!(customers.code, 2, "a customer is not a dimension");
}

#[test]
fn a_file_nobody_knows_is_named_and_the_rest_goes_on() {
    let centre = Centre::small().file("lunch.csv", "menu,price\nnoodles,12\n");
    let ran = centre.run(&[]);
    assert!(
        ran.err.contains("lunch.csv: no table has such columns"),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains("not taken in:"),
        "a quiet run says so too: {}",
        ran.out
    );
    assert_eq!(centre.figure("offered"), Some(4.0));
}

#[test]
fn changed_definitions_are_derived_again() {
    let centre = Centre::small();
    centre.run(&[]);
    assert_eq!(centre.figure("short_abandons"), Some(0.0));
    let centre = centre.config("[centre]\nshort_abandon_s = 61\n");
    let ran = centre.run(&[]);
    assert!(ran.out.contains("r0002"), "{}", ran.out);
    assert_eq!(centre.figure("short_abandons"), Some(1.0));
}

#[test]
fn an_own_kpi_is_computed_like_the_others() {
    let own = r#"
        [[kpi]]
        id = "long_talks"
        name = { en = "Long talks", zh = "长通话" }
        about = { en = "Talk of three minutes and more", zh = "通话三分钟以上" }
        fact = "call_facts"
        where = "direction = 'inbound' AND answered"
        kind = "rate"
        when = "talk_s >= 180"
        unit = "percent"
        better = "neither"
        source = "our own"
        [[target]]
        kpi = "long_talks"
        at_most = 0.5
        source = "our own"
    "#;
    let centre = Centre::small().config(own);
    centre.run(&[]);
    assert_eq!(centre.figure("long_talks"), Some(2.0 / 3.0));
    let csv = centre
        .kefu(&["kpi", "--kpi", "long_talks", "--format", "csv"])
        .ok()
        .out;
    assert!(csv.trim_end().ends_with(",0.5,missed"), "{csv}");
}

#[test]
fn night_after_night_gives_the_same_figures_as_everything_at_once() {
    let centre = Centre::new();
    centre
        .kefu(&[
            "generate",
            "--out",
            "all",
            "--days",
            "3",
            "--calls-per-day",
            "20",
            "--split",
            "day",
        ])
        .ok();
    let days = ["2026-03-02", "2026-03-03", "2026-03-04"];
    for day in days {
        for entry in std::fs::read_dir(centre.path("all")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.contains(day) || name == "agents.csv" {
                std::fs::copy(&path, centre.path("in").join(name)).unwrap();
            }
        }
        centre.run(&["-q", "--store", "nightly", "--lang", "en"]);
    }
    centre
        .kefu(&["run", "all", "-q", "--store", "once", "--lang", "en"])
        .ok();
    let figures = |store: &str| {
        let args = ["kpi", "--store", store, "--grain", "day", "--format", "csv"];
        centre.kefu(&args).ok().out
    };
    assert_eq!(figures("nightly"), figures("once"));
}
