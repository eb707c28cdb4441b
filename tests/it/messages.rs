//! Errors say what, where and what to do next; exit codes are a contract.

use crate::builder::Centre;

#[test]
fn usage_errors_end_with_two() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    centre.says(
        &["kpi", "--kpi", "anser_rate"],
        2,
        "error: there is no KPI `anser_rate`\n\nhint: did you mean `answer_rate`?",
    );
    centre.says(
        &["kpi", "--kpi", "frt", "--by", "platfrom"],
        2,
        "error: chat_facts has no dimension `platfrom`, which frt would need\n\nhint: did you mean `platform`?",
    );
    centre.says(
        &["run", "in", "--as-of", "soon"],
        2,
        "error: --as-of `soon` is not a time\n\nhint: write it as 2026-03-29 23:59:59, or with an offset as 2026-03-29T23:59:59+08:00",
    );
    centre.says(
        &["report", "-q", "--date", "2026-05-01"],
        2,
        "error: there is no data of 2026-05-01\n\nhint: the newest day with data is 2026-03-03",
    );
    let ran = centre.kefu(&["kpi", "--kpi", "asa", "--where", "wiat_s > 3"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with(
            "error: --where \"wiat_s > 3\": call_facts has no column `wiat_s`; it has call_id"
        ),
        "{}",
        ran.err
    );
    assert_eq!(centre.kefu(&["frobnicate"]).code, 2);
    assert_eq!(centre.kefu(&["--version"]).code, 0);
}

#[test]
fn input_and_store_errors_end_with_one() {
    let centre = Centre::new();
    centre.says(
        &["run", "nowhere"],
        1,
        "error: nowhere: does not exist\n\nhint: name a file, a folder or a pattern of exports",
    );
    centre.says(
        &["kpi"],
        1,
        "error: store store: there is no finished run here\n\nhint: fill it with `kefu run INPUT`, or name another with --store DIR",
    );
    let ran = centre.kefu(&["run", "in"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err
            .contains("in: holds no export (looked for .csv, .tsv"),
        "{}",
        ran.err
    );
}

#[test]
fn machine_readable_errors_are_json() {
    let ran = Centre::new().kefu(&["kpi", "--json"]);
    let line: serde_json::Value = serde_json::from_str(ran.err.trim_end()).unwrap();
    assert_eq!(line["level"], "error");
    assert!(line["hint"].as_str().unwrap().contains("kefu run"));
}

#[test]
fn quiet_means_quiet() {
    let centre = Centre::small();
    let ran = centre.run(&["-q"]);
    assert_eq!(ran.err, "");
    assert!(
        ran.out.contains("report"),
        "results still go to standard output"
    );
}
