//! `--snapshot` and `--as-of`: the store as it was, and as it would be judged at another instant.

use crate::builder::{Centre, contents};

const LATE: &str = "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,满意度
c5,2026-03-02 09:30:00,2026-03-02 09:30:30,2026-03-02 09:32:30,查询,13900000007,A1,接通,一般
c4,2026-03-03 09:00:00,2026-03-03 09:00:25,2026-03-03 09:03:15,投诉,13900000004,A1,接通,满意
c7,2026-03-04 09:00:00,2026-03-04 09:00:10,2026-03-04 09:04:10,查询,13900000011,A1,接通,满意
";

const MORE: &str = "ticket_id,created_at,updated_at,kind,status
T1,2026-03-02 09:05:00,2026-03-05 12:00:00,complaint,in_progress
T9,2026-03-05 09:05:00,2026-03-05 12:00:00,complaint,pending
";

/// Everything readers can ask: figures in two forms, rows, and the rows left.
fn answers(centre: &Centre, more: &[&str]) -> Vec<String> {
    [
        &["kpi", "--format", "csv"][..],
        &["kpi", "--grain", "day", "--by", "queue", "--format", "json"],
        &["drill", "asa", "--format", "csv"],
        &["drill", "complaint_rate", "--format", "json"],
        &["explain", "answer_rate"],
    ]
    .into_iter()
    .map(|args| {
        let mut all = args.to_vec();
        all.extend(more);
        centre.kefu(&all).ok().out
    })
    .collect()
}

/// The reports and marts in a folder; an earlier run has no copies of the latest ones.
fn reports(centre: &Centre, folder: &str) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = contents(&centre.path(folder));
    found.retain(|(path, _)| !path.starts_with("latest"));
    found
}

#[test]
fn an_earlier_run_answers_and_reports_as_it_did_then() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let first = (answers(&centre, &[]), reports(&centre, "reports"));
    let centre = centre.file("late.csv", LATE);
    centre.run(&["-q", "--out", "second"]);
    let second = (answers(&centre, &[]), reports(&centre, "second"));
    let centre = centre.file("more.csv", MORE);
    centre.run(&["-q", "--out", "third"]);
    assert_ne!(first.0, second.0);
    assert_ne!(second.0, answers(&centre, &[]));
    // Late, corrected and new rows leave the accounts in balance.
    centre.kefu(&["store", "verify"]).ok();

    for (asked, then) in [
        ("1", &first),
        ("r0002", &second),
        ("2026-03-04 12:00:00", &second),
        ("2026-03-03", &first),
    ] {
        assert_eq!(answers(&centre, &["--snapshot", asked]), then.0, "{asked}");
        let folder = format!("again-{}", asked.len());
        centre
            .kefu(&["report", "-q", "--snapshot", asked, "--out", &folder])
            .ok();
        // What the second report said about the run before it included.
        assert_eq!(reports(&centre, &folder), then.1, "{asked}");
    }
    // Nobody's newest report or marts are written over by accident.
    let newest = reports(&centre, "reports");
    centre.kefu(&["report", "-q", "--snapshot", "2"]).ok();
    assert!(reports(&centre, "reports/r0002") == second.1);
    std::fs::remove_dir_all(centre.path("reports/r0002")).unwrap();
    assert!(reports(&centre, "reports") == newest);
    let restated = String::from_utf8(
        second
            .1
            .iter()
            .find(|(path, _)| path.ends_with("nightly_2026-03-04_all_r0002_en.json"))
            .unwrap()
            .1
            .clone(),
    )
    .unwrap();
    assert!(
        restated.contains("1 late call"),
        "the second report has something to restate"
    );

    for (asked, expect) in [
        (
            "7",
            "error: --snapshot: there is no run 7\n\nhint: the newest is r0003; `kefu store log` lists them",
        ),
        (
            "2026-03-01",
            "error: --snapshot: no run was judged at or before 2026-03-01 23:59:59\n\nhint: the earliest is as of 2026-03-03 09:05:00; `kefu store log` lists them",
        ),
        (
            "yesterday",
            "error: --snapshot `yesterday` is neither a run nor a time\n\nhint: write a run as 3 or r0003, a time as 2026-03-29 or 2026-03-29 23:59:59",
        ),
    ] {
        centre.says(&["kpi", "--snapshot", asked], 2, expect);
    }
    // Other settings than then are said to be that.
    let centre = centre.config("[centre]\nshort_abandon_s = 61\n");
    let ran = centre
        .kefu(&[
            "kpi",
            "--kpi",
            "short_abandons",
            "--snapshot",
            "1",
            "--format",
            "csv",
        ])
        .ok();
    assert!(
        ran.err
            .starts_with("note: r0001 was computed with other settings"),
        "{}",
        ran.err
    );
}

#[test]
fn a_run_that_died_is_invisible_until_it_is_completed() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let before = answers(&centre, &[]);
    let centre = centre.file("late.csv", LATE);
    centre.run(&["-q", "--out", "second"]);
    let after = answers(&centre, &[]);
    // The last act of the second run is undone: its facts are committed, its record is not.
    let log = centre.path("store/_runs/_delta_log");
    let newest = std::fs::read_dir(&log)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .max()
        .unwrap();
    std::fs::remove_file(newest).unwrap();

    assert_eq!(answers(&centre, &[]), before);
    centre.kefu(&["report", "-q", "--out", "again"]).ok();
    assert_eq!(reports(&centre, "again"), reports(&centre, "reports"));
    centre.kefu(&["store", "verify"]).ok();

    centre.run(&["-q", "--out", "third"]);
    assert_eq!(answers(&centre, &[]), after);
    assert_eq!(reports(&centre, "third"), reports(&centre, "second"));
}

#[test]
fn another_instant_is_judged_as_a_run_at_it_would() {
    // One key, so that both stores have the same pseudonyms.
    let centre = Centre::small().config("[privacy]\nkey_file = \"one.key\"\n");
    centre.run(&["-q"]);
    for as_of in ["2026-03-02 10:00:00", "2026-03-09 00:00:00"] {
        centre
            .kefu(&["run", "in", "-q", "--store", "other", "--as-of", as_of])
            .ok();
        let expect = answers(&centre, &["--store", "other"]);
        let found = answers(&centre, &["--as-of", as_of]);
        let (expect, explained) = (&expect[..4], &found[4]);
        assert!(&found[..4] == expect, "{as_of}");
        assert!(
            explained.contains(&format!("judged as of {as_of}")),
            "{explained}"
        );
    }
    // The instant of the run itself needs nothing judged anew.
    assert_eq!(
        answers(&centre, &["--as-of", "2026-03-03 09:05:00"]),
        answers(&centre, &[])
    );
    centre.says(
        &["report", "-q", "--as-of", "2026-03-09"],
        2,
        "error: r0001 was judged as of 2026-03-03 09:05:00, not at this --as-of\n\nhint: `kefu run INPUT --as-of TIME` judges and reports anew; `kefu kpi --as-of TIME` gives figures only",
    );
}
