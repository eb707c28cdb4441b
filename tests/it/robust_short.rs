//! Files that come a byte at a time, as from a share or a pipe: what is read does not depend on how much a read gives.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::builder::{Centre, repository};
use crate::robust::{State, state};

/// What makes every read of a file give one byte; `None` without a C compiler.
fn short_reads(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("fault.so");
    let made = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(repository().join("benches/robust/fault.c"))
        .arg("-ldl")
        .status();
    made.is_ok_and(|status| status.success()).then_some(library)
}

/// Exports in every format and container, of the unit tests and the seeds of the fuzzers.
fn every_format() -> Centre {
    let mut centre = Centre::small().config("[quality]\nmax_rejected = 1.0\n");
    std::fs::write(centre.path("store.key"), "5a".repeat(32)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(centre.path("store.key"), mode).unwrap();
    }
    for (folder, names) in [
        (
            "src/ingest/fixtures",
            &[
                "calls.ods",
                "calls.xls",
                "date.xlsb",
                "entity.xlsx",
                "gbk.zip",
                "zstd.parquet",
            ][..],
        ),
        (
            "tests/fuzz/seeds/container",
            &["calls.csv.gz", "calls.csv.zst", "calls.zip", "two.gz"],
        ),
        ("tests/fuzz/seeds/workbook", &["calls.xlsx"]),
        ("tests/fuzz/seeds/parquet", &["calls.parquet"]),
        (
            "tests/fuzz/seeds/formats",
            &["array.json", "lines.json", "queue_log", "calls.tsv"],
        ),
        (
            "tests/it/profiles/asterisk_queue_log_table",
            &["queue_log.csv"],
        ),
        ("tests/it/profiles/kf5_tickets", &["tickets.json"]),
        ("tests/it/profiles/tencent_tccc", &["cdr.jsonl"]),
    ] {
        for name in names {
            let bytes = std::fs::read(repository().join(folder).join(name)).unwrap();
            centre = centre.file(&format!("{}/{name}", folder.replace('/', "_")), bytes);
        }
    }
    let page = std::fs::read_to_string(repository().join("tests/fuzz/seeds/markup/rows")).unwrap();
    let header = "call_id,started_at,answered_at,ended_at,outcome,queue,caller,agent,wait_s,rating";
    let header = header.replace(',', "<th>");
    centre.file(
        "page.xls",
        format!("<html><body><table><tr><th>{header}</tr><tr>{page}"),
    )
}

#[test]
fn what_is_read_does_not_depend_on_how_much_a_read_gives() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = short_reads(folder.path()) else {
        eprintln!("skipped: there is no C compiler here");
        return;
    };
    let run = |short: bool| -> (State, String) {
        let centre = every_format();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kefu"));
        command.current_dir(centre.path("")).args(["run", "in"]);
        if short {
            command.env("LD_PRELOAD", &library).env("KEFU_SHORT", "1");
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        (state(&centre), said)
    };
    let (at_once, said) = run(false);
    for taken in [
        "calls.xls:",
        "calls.xlsx",
        "calls.csv.gz",
        "calls.csv.zst",
        "calls.parquet",
        "cdr.jsonl",
        "page.xls",
    ] {
        let refused = said
            .lines()
            .find(|line| line.starts_with("not taken in") && line.contains(taken));
        assert_eq!(refused, None);
    }
    let (bytewise, said_bytewise) = run(true);
    assert_eq!(said_bytewise, said);
    assert!(bytewise == at_once, "rows or reports differ");
}
