//! `kefu store log|verify|compact|vacuum`.

use std::path::PathBuf;

use serde_json::Value;

use crate::builder::{Centre, contents};

const LATE: &str = "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,满意度
";

/// A store with `nights` runs; each night a call of the first day comes late.
fn nights(nights: usize) -> Centre {
    let mut centre = Centre::small();
    centre.run(&["-q"]);
    for night in 2..=nights {
        let call = format!(
            "{LATE}n{night},2026-03-02 15:{night:02}:00,2026-03-02 15:{night:02}:10,2026-03-02 15:59:00,查询,1390000{night:04},A1,接通,满意\n"
        );
        centre = centre.file(&format!("late_{night}.csv"), call);
        centre.run(&["-q"]);
    }
    centre
}

/// The only file of a day of a table.
fn file(centre: &Centre, table: &str, day: &str) -> PathBuf {
    let folder = centre.path("store").join(table).join(format!("date={day}"));
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    files.remove(0)
}

/// Name of a file within the store.
fn within(centre: &Centre, path: &std::path::Path) -> String {
    path.strip_prefix(centre.path("store"))
        .unwrap()
        .display()
        .to_string()
}

#[test]
fn the_log_lists_the_runs() {
    let centre = nights(3);
    let text = centre.kefu(&["store", "log"]).ok().out;
    assert_eq!(text.lines().count(), 4, "{text}");
    for part in ["r0001", "2026-03-03 09:05:00", "calls=3", "all"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = centre
        .kefu(&["store", "log", "--last", "1", "--json"])
        .ok()
        .out;
    let runs: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["run"], "r0003");
    // 4 calls and 2 late ones, 2 chats, 2 tickets.
    assert_eq!(
        (&runs[0]["records"], &runs[0]["readable"]),
        (&10.into(), &true.into())
    );
    assert_eq!(runs[0]["program"], env!("CARGO_PKG_VERSION"));
    assert_eq!(runs[0]["settings"].as_str().unwrap().len(), 32);
}

#[test]
fn a_sound_store_is_said_to_be_sound() {
    let centre = nights(2);
    let out = centre.kefu(&["store", "verify"]).ok().out;
    assert!(
        out.starts_with("r0002: ") && out.trim_end().ends_with(": sound"),
        "{out}"
    );
    let json = centre.kefu(&["store", "verify", "--json"]).ok().out;
    let found: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["sound"], true);
    // With bad rows and every kind of table too: what the generator writes has them.
    let centre = Centre::new();
    centre
        .kefu(&[
            "generate",
            "--out",
            "in",
            "--days",
            "3",
            "--calls-per-day",
            "30",
        ])
        .ok();
    centre.run(&["-q"]);
    let out = centre.kefu(&["store", "verify"]).ok().out;
    assert!(out.trim_end().ends_with(": sound"), "{out}");
}

#[test]
fn damage_is_found_and_named() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let changed = file(&centre, "calls", "2026-03-02");
    let mut bytes = std::fs::read(&changed).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&changed, &bytes).unwrap();
    let cut = file(&centre, "chat_facts", "2026-03-02");
    let whole = std::fs::read(&cut).unwrap();
    std::fs::write(&cut, &whole[..100]).unwrap();
    let gone = file(&centre, "call_facts", "2026-03-03");
    std::fs::remove_file(&gone).unwrap();
    let orphan = centre.path("store/chats/date=2026-03-02/part-000000000000000000000000.parquet");
    std::fs::write(&orphan, b"PAR1").unwrap();

    let ran = centre.kefu(&["store", "verify"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    for line in [
        format!(
            "wrong   {}: has another content than was written: its hash is not that of its name",
            within(&centre, &changed)
        ),
        format!(
            "wrong   {}: has 100 bytes, but {} were written",
            within(&centre, &cut),
            whole.len()
        ),
        format!("wrong   {}: is missing", within(&centre, &gone)),
        format!(
            "orphan  {} (4 bytes): no run refers to it; `kefu store vacuum` removes it",
            within(&centre, &orphan)
        ),
    ] {
        assert!(
            ran.out.lines().any(|have| have == line),
            "{line}\n{}",
            ran.out
        );
    }
    assert!(ran.out.contains(": 3 problems\n"), "{}", ran.out);
    assert!(!ran.out.contains("1390000000"));

    std::fs::remove_dir_all(centre.path("store/ticket_facts")).unwrap();
    let ran = centre.kefu(&["store", "verify"]);
    assert!(
        ran.out
            .contains("wrong   ticket_facts: its folder or its log is gone\n"),
        "{}",
        ran.out
    );
}

#[test]
fn an_orphan_alone_is_no_error() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let orphan = centre.path("store/calls/date=2026-03-02/.kefu-abc");
    std::fs::write(&orphan, b"half").unwrap();
    let ran = centre.kefu(&["store", "verify"]).ok();
    assert!(
        ran.out.contains("orphan  calls/date=2026-03-02/.kefu-abc"),
        "{}",
        ran.out
    );
    centre.kefu(&["store", "vacuum"]).ok();
    assert!(!orphan.exists());
}

#[test]
fn vacuum_keeps_what_kept_runs_need() {
    let centre = nights(5);
    let figures = |asked: &str| centre.kefu(&["kpi", "--format", "csv", "--snapshot", asked]);
    let reports = contents(&centre.path("reports"));
    let (fourth, fifth) = (figures("4").ok().out, figures("5").ok().out);
    let before = contents(&centre.path("store"));

    assert!(
        centre
            .kefu(&["store", "vacuum"])
            .ok()
            .out
            .starts_with("removed: files 4,"),
        "old records of the runs"
    );
    let dry = centre
        .kefu(&["store", "vacuum", "--keep", "2", "--dry-run"])
        .ok()
        .out;
    assert!(
        dry.contains("calls/date=2026-03-02/part-") && dry.contains("would be removed: files"),
        "{dry}"
    );
    let kept = contents(&centre.path("store"));
    assert_eq!(before.len() - 4, kept.len(), "a dry run removes nothing");

    let done = centre.kefu(&["store", "vacuum", "--keep", "2"]).ok().out;
    assert!(done.contains("readable runs: r0004 to r0005 (2)"), "{done}");
    assert!(contents(&centre.path("store")).len() < kept.len());
    assert_eq!(
        (figures("4").ok().out, figures("5").ok().out),
        (fourth, fifth)
    );
    centre.kefu(&["store", "verify"]).ok();
    // The report compares with the run before: it can still be made.
    centre.kefu(&["report", "-q", "--out", "again"]).ok();
    let again = contents(&centre.path("again"));
    let mut of_newest = reports;
    of_newest.retain(|(path, _)| again.iter().any(|(known, _)| known == path));
    assert_eq!(again, of_newest, "reports of earlier runs bear their names");
    centre.says(
        &["kpi", "--snapshot", "1"],
        2,
        "error: --snapshot: the files of r0001 are no longer there\n\nhint: `kefu store vacuum` keeps the newest runs; the oldest that can be read is r0004",
    );
    let log = centre.kefu(&["store", "log"]).ok().out;
    assert_eq!(log.matches("removed").count(), 3, "{log}");
    assert!(
        centre
            .kefu(&["store", "vacuum", "--keep", "2"])
            .ok()
            .out
            .starts_with("Nothing to remove.")
    );
    // And the nights go on.
    let centre = centre.file(
        "late_6.csv",
        format!("{LATE}n6,2026-03-02 16:00:00,,2026-03-02 16:01:00,查询,,,排队放弃,\n"),
    );
    assert!(centre.run(&[]).out.contains("run r0006"));

    centre.says(
        &["store", "vacuum", "--keep", "1"],
        2,
        "error: 1 runs are too few to keep\n\nhint: keep at least 2: a report compares its run with the one before",
    );
    let centre = centre.config("[retention]\nruns = 1\n");
    centre.says(
        &["store", "vacuum"],
        2,
        "error: kefu.toml:2:8: `runs` in [retention]: 1 is too few\n\nhint: at least 2 are kept: a report compares its run with the one before",
    );
}

#[test]
fn records_that_no_run_has_seen_yet_survive_a_vacuum() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let late = format!("{LATE}n2,2026-03-02 15:00:00,,2026-03-02 15:01:00,查询,,,排队放弃,\n");
    let centre = centre.file("late.csv", late);
    centre.kefu(&["ingest", "in", "-q"]).ok();
    centre.kefu(&["store", "vacuum", "--keep", "2"]).ok();
    centre.run(&["-q"]);
    assert_eq!(centre.figure("offered"), Some(5.0));
    centre.kefu(&["store", "verify"]).ok();
}

#[test]
fn compacting_says_when_there_is_nothing_to_do() {
    let centre = nights(2);
    let before = contents(&centre.path("store"));
    assert_eq!(
        centre.kefu(&["store", "compact"]).ok().out,
        "Nothing to do: every day is one file.\n"
    );
    assert_eq!(before, contents(&centre.path("store")));
}

#[test]
fn upkeep_waits_for_nobody_and_disturbs_nobody() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let lock = std::fs::File::create(centre.path("store/.lock")).unwrap();
    lock.try_lock().unwrap();
    for command in ["verify", "compact", "vacuum"] {
        centre.says(
            &["store", command],
            1,
            "error: store store: another kefu is writing to it\n\nhint: wait until it is done and run again; reading is never blocked",
        );
    }
    centre.kefu(&["store", "log"]).ok();
    assert_eq!(Centre::new().kefu(&["store", "verify"]).code, 1, "no store");
}
