//! What interrupts a run, and what runs meet on disk: killed programs, full disks, second runs, other clocks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::builder::{Centre, contents};

const BUSY: &str = "error: store store: another kefu is writing to it\n\nhint: wait until it is done and run again; reading is never blocked";

/// A call that comes a day late, and a ticket that was worked on since.
const LATE: &str = "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,满意度
c9,2026-03-02 15:00:00,2026-03-02 15:00:20,2026-03-02 15:03:00,查询,13900000007,A2,接通,满意
c10,2026-03-04 15:00:00,,2026-03-04 15:03:00,查询,13900000007,,排队放弃,
";
const CORRECTED: &str = "工单号,创建时间,更新时间,工单类型,工单状态,联系电话,问题描述
T2,2026-03-03 09:05:00,2026-03-04 11:00:00,查询,已解决,13900000009,快递到哪里了
T3,2026-03-04 08:00:00,bad,查询,处理中,13900000009,快递到哪里了
";

/// The small centre with a key of its own, so that two of them have the same pseudonyms.
fn keyed() -> Centre {
    let centre = Centre::small();
    let path = centre.path("store.key");
    std::fs::write(&path, "5a".repeat(32)).unwrap();
    mode(&path, 0o600);
    centre
}

#[cfg(unix)]
fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_path: &Path, _mode: u32) {}

fn second_night(centre: Centre) -> Centre {
    centre
        .file("calls_2.csv", LATE)
        .file("tickets_2.csv", CORRECTED)
}

/// What the newest run holds: every table's files by name, which is the hash of their content.
fn rows(centre: &Centre) -> BTreeMap<String, Vec<String>> {
    let log = centre
        .kefu(&["store", "log", "--last", "1", "--json"])
        .ok()
        .out;
    let runs: Vec<Value> = serde_json::from_str(&log).unwrap();
    let versions = runs[0]["versions"].as_object().unwrap();
    let mut tables = BTreeMap::new();
    for (table, version) in versions {
        let mut files: BTreeSet<String> = BTreeSet::new();
        for version in 0..=version.as_u64().unwrap() {
            let path = format!("store/{table}/_delta_log/{version:020}.json");
            let text = std::fs::read_to_string(centre.path(&path)).unwrap();
            for line in text.lines() {
                let action: Value = serde_json::from_str(line).unwrap();
                if let Some(path) = action["add"]["path"].as_str() {
                    files.insert(path.to_owned());
                }
                if let Some(path) = action["remove"]["path"].as_str() {
                    files.remove(path);
                }
            }
        }
        tables.insert(table.clone(), files.into_iter().collect());
    }
    let mut run = runs[0].clone();
    run["versions"] = Value::Null;
    tables.insert("the run".to_owned(), vec![run.to_string()]);
    tables
}

pub type State = (BTreeMap<String, Vec<String>>, Vec<(PathBuf, Vec<u8>)>);

pub fn state(centre: &Centre) -> State {
    (rows(centre), contents(&centre.path("reports")))
}

/// Files of the store and the reports that were never finished.
fn leftovers(centre: &Centre) -> Vec<PathBuf> {
    ["store", "reports"]
        .iter()
        .map(|folder| centre.path(folder))
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| contents(&folder))
        .map(|(path, _)| path)
        .filter(|path| {
            let text = path.to_string_lossy();
            [".kefu-", ".tmp", "#", ".staging"]
                .iter()
                .any(|part| text.contains(part))
        })
        .collect()
}

/// Starts the nightly job.
fn start(centre: &Centre, inputs: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_kefu"))
        .current_dir(centre.path(""))
        .arg("run")
        .args(inputs)
        .arg("-q")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Numbers in [0, 1) that are the same on every run of the test.
fn draws(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    })
}

/// The short form of `benches/robust/kill.py`.
#[test]
fn a_night_that_was_killed_is_completed_as_if_nothing_had_been() {
    let undisturbed = keyed();
    undisturbed.run(&["-q"]);
    let undisturbed = second_night(undisturbed);
    let begun = Instant::now();
    undisturbed.run(&["-q"]);
    let long = begun.elapsed();
    let expected = state(&undisturbed);
    assert_eq!(leftovers(&undisturbed), Vec::<PathBuf>::new());

    let mut draws = draws(20_260_302);
    for _ in 0..3 {
        let centre = keyed();
        centre.run(&["-q"]);
        let before = contents(&centre.path("reports"));
        let centre = second_night(centre);
        for _ in 0..4 {
            let mut run = start(&centre, &["in"]);
            std::thread::sleep(long.mul_f64(draws.next().unwrap()));
            run.kill().unwrap();
            run.wait().unwrap();
            let verified = centre.kefu(&["store", "verify"]).ok().out;
            assert!(verified.trim_end().ends_with(": sound"), "{verified}");
            for report in contents(&centre.path("reports")) {
                let name = report.0.file_name().unwrap().to_string_lossy();
                assert!(
                    before.contains(&report)
                        || expected.1.contains(&report)
                        || name.starts_with(".kefu-"),
                    "{name} is neither the one of before nor whole"
                );
            }
        }
        centre.run(&["-q"]);
        assert_eq!(state(&centre), expected);
        assert_eq!(leftovers(&centre), Vec::<PathBuf>::new());
    }
}

#[test]
fn what_a_killed_run_leaves_is_cleared_away() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let left = [
        "store/.staging/rows-x/000000.parquet",
        "store/calls/_delta_log/_commit_1b0f.json.tmp",
        "store/calls/_delta_log/00000000000000000002.json#1",
        "store/_quarantine/.kefu-abc",
        "reports/.kefu-abc",
        "reports/marts/.kefu-abc",
    ];
    for path in left {
        let path = centre.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "half").unwrap();
    }
    centre.run(&["-q"]);
    assert_eq!(leftovers(&centre), Vec::<PathBuf>::new());
    assert!(!centre.path("store/.staging").exists());
}

#[test]
fn a_file_that_somebody_is_writing_is_left_alone() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let other = centre.path("reports/.kefu-other");
    let file = std::fs::File::create(&other).unwrap();
    file.try_lock().unwrap();
    centre.run(&["-q"]);
    assert!(other.exists(), "its writer is at work");
    drop(file);
    centre.run(&["-q"]);
    assert!(!other.exists(), "its writer is gone");
}

/// A file whose rows were never stored, and that came again with more rows, is accounted for once.
#[test]
fn accounts_of_a_file_that_was_never_stored_are_forgotten() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    // As a run leaves it that dies between the accounts and the rows.
    let store = kefu::store::Store::open(&centre.path("store")).unwrap();
    let line = kefu::store::quality::Line {
        file: "calls_2.csv".to_owned(),
        table: "calls".to_owned(),
        content: "f".repeat(64),
        outcome: "read".to_owned(),
        rows: 2,
        ..Default::default()
    };
    let batch = kefu::store::quality::batch_id(&line.content, "calls");
    store.write_quality(&batch, &[line]).unwrap();
    drop(store);
    let centre = centre.file("calls_2.csv", LATE);
    centre.run(&["-q"]);
    let out = centre.kefu(&["store", "verify"]).ok().out;
    assert!(
        !out.contains("died") && out.trim_end().ends_with(": sound"),
        "{out}"
    );
    let undisturbed = Centre::small();
    undisturbed.run(&["-q"]);
    let undisturbed = undisturbed.file("calls_2.csv", LATE);
    undisturbed.run(&["-q"]);
    let of = |centre: &Centre| rows(centre)["_quality"].len();
    assert_eq!(of(&centre), of(&undisturbed));
}

/// What is remembered of exports saves time and decides nothing.
#[test]
fn a_memory_that_is_lost_or_old_changes_nothing() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let (before, memory) = (state(&centre), centre.path("store/.known.json"));
    assert!(memory.is_file());
    for memorised in ["", "half", "{\"reading\":\"\",\"files\":{}}"] {
        std::fs::write(&memory, memorised).unwrap();
        centre.run(&["-q"]);
        assert!(state(&centre) == before, "{memorised}");
    }
    // A file of a known name with more in it is read.
    let longer = format!(
        "{}c9,2026-03-03 15:00:00,,2026-03-03 15:03:00,查询,13900000007,,排队放弃,\n",
        crate::builder::CALLS
    );
    let centre = centre.file("calls.csv", longer);
    centre.run(&["-q"]);
    assert_eq!(centre.figure("offered"), Some(5.0));
}

/// Nor does what is remembered of the store's own files.
#[test]
fn what_files_said_decides_nothing_when_it_is_lost() {
    let third = format!(
        "{}c9,2026-03-03 15:00:00,,2026-03-03 15:03:00,查询,13900000007,,排队放弃,\n",
        crate::builder::CALLS
    );
    let after = |spoilt: Option<&str>| {
        let centre = keyed();
        centre.run(&["-q"]);
        let centre = second_night(centre);
        centre.run(&["-q"]);
        let memory = centre.path("store/.said.json");
        let said = std::fs::read_to_string(&memory).unwrap();
        assert!(said.contains("/part-"), "{said}");
        if let Some(spoilt) = spoilt {
            std::fs::write(&memory, spoilt).unwrap();
        }
        let centre = centre.file("calls.csv", third.as_str());
        centre.run(&["-q"]);
        state(&centre)
    };
    let remembered = after(None);
    let other = r#"{"program":"0.0.0","hashing":1,"files":{"calls/part-0":{"columns":{}}}}"#;
    for spoilt in ["", "{\"program\":", other] {
        assert!(after(Some(spoilt)) == remembered, "{spoilt}");
    }
}

#[test]
fn a_second_run_is_told_and_readers_are_not_disturbed() {
    let centre = Centre::small();
    centre.run(&["-q"]);
    let csv = ["kpi", "--by", "queue", "--format", "csv"];
    let figures = centre.kefu(&csv).ok().out;
    // It holds the lock for as long as its standard input is open.
    let mut first = start(&centre, &["-"]);
    let waited = Instant::now();
    while !centre.path("store/.staging").exists() {
        assert!(
            waited.elapsed() < Duration::from_mins(1),
            "the run never began"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let begun = Instant::now();
    centre.says(&["run", "in", "-q"], 1, BUSY);
    centre.says(&["ingest", "in", "-q"], 1, BUSY);
    assert!(begun.elapsed() < Duration::from_mins(1));
    assert_eq!(centre.kefu(&csv).ok().out, figures);
    centre.kefu(&["report", "-q", "--out", "again"]).ok();
    assert_eq!(
        contents(&centre.path("again")),
        contents(&centre.path("reports"))
    );
    // The lock is the operating system's: it ends with the process, however that ends.
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(centre.path("store/.lock").exists());
    centre.run(&["-q"]);
    // And a run that ends well lets go of it too.
    let mut last = start(&centre, &["-"]);
    last.stdin
        .take()
        .unwrap()
        .write_all(LATE.as_bytes())
        .unwrap();
    assert!(last.wait().unwrap().success());
    centre.run(&["-q"]);
    assert_eq!(centre.figure("offered"), Some(6.0));
}

/// Runs a shell line in the centre's folder; gives code and standard error.
#[cfg(unix)]
fn shell(centre: &Centre, line: &str) -> (i32, String) {
    let output = Command::new("sh")
        .current_dir(centre.path(""))
        .env("KEFU", env!("CARGO_BIN_EXE_kefu"))
        .args(["-c", line])
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), err)
}

/// Writes that are refused half way, at several sizes: a message, nothing half, and the next run completes it.
#[cfg(unix)]
#[test]
fn writes_that_fail_end_in_a_message_and_are_made_up_for() {
    let undisturbed = second_night(keyed());
    undisturbed.run(&["-q"]);
    let expected = state(&undisturbed);
    for blocks in [0, 4, 40] {
        let centre = second_night(keyed());
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$KEFU\" run in -q");
        let (code, err) = shell(&centre, &line);
        assert_eq!(code, 1, "{blocks} blocks: {err}");
        assert!(
            err.starts_with("error: ") && !err.contains("panicked"),
            "{err}"
        );
        if blocks > 4 {
            assert!(err.contains("File too large"), "{err}");
        }
        centre.run(&["-q"]);
        assert_eq!(state(&centre), expected, "{blocks} blocks");
        assert_eq!(leftovers(&centre), Vec::<PathBuf>::new());
    }
}

/// A small file system of its own, where the tests may mount one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_in_a_message_and_is_made_up_for() {
    let undisturbed = second_night(keyed());
    undisturbed.run(&["-q"]);
    let expected = state(&undisturbed);
    let centre = second_night(keyed());
    for folder in ["store", "reports"] {
        std::fs::create_dir(centre.path(folder)).unwrap();
    }
    let (code, err) = shell(&centre, "mount -t tmpfs -o size=100k,mode=700 none store");
    if code != 0 {
        eprintln!(
            "skipped: no file system can be mounted here: {}",
            err.trim()
        );
        return;
    }
    let (code, err) = shell(&centre, "exec \"$KEFU\" run in -q");
    let grown = shell(&centre, "mount -o remount,size=50m store");
    let completed = centre.kefu(&["run", "in", "-q"]);
    let found = (completed.code == 0).then(|| (state(&centre), leftovers(&centre)));
    let unmounted = shell(&centre, "umount store");
    assert_eq!((code, grown.0, unmounted.0), (1, 0, 0), "{err}");
    assert!(
        err.contains("No space left on device") && !err.contains("panicked"),
        "{err}"
    );
    assert_eq!(completed.code, 0, "{}", completed.err);
    assert_eq!(found.unwrap(), (expected, Vec::new()));
}

#[test]
fn folders_that_are_none_are_named() {
    let centre = Centre::small();
    std::fs::write(centre.path("taken"), "").unwrap();
    for (option, verb) in [("--store", "create"), ("--out", "create")] {
        let ran = centre.kefu(&["run", "in", "-q", option, "taken"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(
            ran.err.starts_with(&format!("error: cannot {verb} taken")),
            "{}",
            ran.err
        );
    }
}

/// A file that is gone when it is read keeps the others out of nothing.
#[cfg(unix)]
#[test]
fn a_file_that_vanishes_is_told_and_the_others_are_taken_in() {
    let centre = Centre::small();
    std::os::unix::fs::symlink("gone.csv", centre.path("in/late.csv")).unwrap();
    let ran = centre.kefu(&["run", "in"]).ok();
    assert!(ran.out.contains("late.csv: No such file"), "{}", ran.out);
    assert_eq!(centre.figure("offered"), Some(4.0));
}

/// A file that grows while it is read is taken in as it was, or left for the next run; in the end every row is there
/// once.
#[test]
fn a_file_that_grows_while_it_is_read_loses_nothing() {
    let centre = Centre::small();
    let path = centre.path("in/growing.csv");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all("call_id,started_at,outcome,wait_s\n".as_bytes())
        .unwrap();
    let row = |at: usize| {
        format!(
            "g{at},2026-03-02 1{}:{:02}:{:02},abandoned,30\n",
            at % 10,
            at / 10 % 60,
            at % 60
        )
    };
    for at in 0..20_000 {
        file.write_all(row(at).as_bytes()).unwrap();
    }
    let mut run = start(&centre, &["in"]);
    let mut rows = 20_000;
    while run.try_wait().unwrap().is_none() {
        // Half a line at a time, as a writer's buffer ends anywhere.
        let text = row(rows);
        let (one, two) = text.split_at(text.len() / 2);
        file.write_all(one.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(2));
        file.write_all(two.as_bytes()).unwrap();
        rows += 1;
    }
    assert!(run.wait().unwrap().success());
    centre.run(&["-q"]);
    assert_eq!(centre.figure("offered"), Some((rows + 4) as f64));
    let out = centre.kefu(&["store", "verify"]).ok().out;
    assert!(out.trim_end().ends_with(": sound"), "{out}");
}

#[test]
fn a_clock_that_goes_back_changes_nothing_that_is_reported() {
    let centre = second_night(keyed());
    centre.run(&["-q"]);
    let (before, reports) = state(&centre);
    // Judged at an earlier instant, then as before again.
    centre.run(&["-q", "--as-of", "2026-03-03 12:00:00", "--out", "earlier"]);
    let out = centre.run(&["-q", "--out", "again"]).out;
    let strip = |mut rows: BTreeMap<String, Vec<String>>| {
        rows.remove("the run");
        rows
    };
    assert_eq!(strip(rows(&centre)), strip(before), "{out}");
    let figures = |folder: &str| {
        // Where names say nothing of the run.
        let all = contents(&centre.path(folder).join("latest")).into_iter();
        let json = all.filter(|(path, _)| path.extension().is_some_and(|end| end == "json"));
        json.map(|(path, bytes)| {
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            (path, value["kpis"].clone())
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(figures("reports"), figures("again"));
    assert_eq!(reports, contents(&centre.path("reports")));
    // Files of the quarantine from the future are kept, and nothing else looks at the clock.
    let quarantine = contents(&centre.path("store/_quarantine"));
    assert_eq!(quarantine.len(), 2);
    for (path, _) in &quarantine {
        let path = centre.path("store/_quarantine").join(path);
        let future = std::time::SystemTime::now() + Duration::from_hours(24 * 365);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(future).unwrap();
    }
    centre.run(&["-q"]);
    assert_eq!(contents(&centre.path("store/_quarantine")), quarantine);
}

/// Every folder and file with its mode.
#[cfg(unix)]
fn modes(folder: &Path, found: &mut Vec<(PathBuf, u32, bool)>) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let data = std::fs::metadata(&path).unwrap();
        found.push((
            path.clone(),
            data.permissions().mode() & 0o777,
            data.is_dir(),
        ));
        if data.is_dir() {
            modes(&path, found);
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_personal_is_its_owners_alone_whatever_the_mask() {
    let centre = second_night(Centre::small());
    let (code, err) = shell(&centre, "umask 000; exec \"$KEFU\" run in -q");
    assert_eq!(code, 0, "{err}");
    let mut found = Vec::new();
    modes(&centre.path(""), &mut found);
    let store = centre.path("store");
    let mode_of = |path: &Path| found.iter().find(|entry| entry.0 == path).unwrap().1;
    assert_eq!(mode_of(&store), 0o700);
    assert_eq!(mode_of(&centre.path("store.key")), 0o600);
    for (path, mode, is_dir) in &found {
        let Ok(within) = path.strip_prefix(&store) else {
            continue;
        };
        let written_by_library = within.iter().any(|part| part == "_delta_log");
        // Logs are made by the library: nobody else gets into the folder of their table.
        if written_by_library || within.as_os_str().is_empty() {
            continue;
        }
        let expect = if *is_dir { 0o700 } else { 0o600 };
        assert_eq!(*mode, expect, "{}", within.display());
    }
    assert!(found.iter().any(|(path, ..)| path.ends_with("_quarantine")));
    // Reports are for everybody.
    let reports = contents(&centre.path("reports"));
    for (path, _) in reports {
        assert_eq!(mode_of(&centre.path("reports").join(path)), 0o644);
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    let centre = keyed();
    for open in [0o640, 0o604, 0o666] {
        mode(&centre.path("store.key"), open);
        centre.says(
            &["run", "in", "-q"],
            1,
            &format!(
                "error: store.key: is the key of the customers' pseudonyms, and others than its owner may open it (mode {open:o})\n\nhint: chmod 600 store.key"
            ),
        );
    }
    mode(&centre.path("store.key"), 0o400);
    centre.run(&["-q"]);
}

/// The stages with their times, the run with versions, hashes and rows: what operations need to know of a night.
#[test]
fn the_log_tells_how_long_and_the_record_what() {
    let centre = Centre::small();
    let ran = centre.run(&["--json"]);
    let lines: Vec<Value> = ran
        .err
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let timings = lines
        .iter()
        .find_map(|line| line["timings_ms"].as_object())
        .unwrap();
    let stages: Vec<&str> = timings.keys().map(String::as_str).collect();
    assert_eq!(stages, ["derive", "measure", "read", "store", "write"]);
    assert!(timings.values().all(Value::is_u64));
    let log = centre.kefu(&["store", "log", "--json"]).ok().out;
    let run: Value = serde_json::from_str::<Vec<Value>>(&log).unwrap().remove(0);
    assert_eq!(
        (&run["rows"]["calls"], &run["rows"]["call_facts"]),
        (&4.into(), &4.into())
    );
    assert_eq!(run["format"], 1);
    assert_eq!(run["definitions"]["fcr"].as_str().unwrap().len(), 8);
    for hash in ["settings", "fact_columns"] {
        assert_eq!(run[hash].as_str().unwrap().len(), 32);
    }
}
