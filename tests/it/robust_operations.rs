//! The examples of `docs/operations.md`, executed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::builder::{Centre, repository};

/// The blocks of the page in a language.
fn blocks(language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    text.split(&format!("```{language}\n"))
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// A centre with the nightly script, and a folder with the program and a `logger` that writes to a file.
#[cfg(unix)]
fn installed(centre: Centre) -> Centre {
    use std::os::unix::fs::PermissionsExt;
    std::fs::rename(centre.path("in"), centre.path("exports")).unwrap();
    std::fs::create_dir(centre.path("bin")).unwrap();
    let kefu = env!("CARGO_BIN_EXE_kefu");
    std::os::unix::fs::symlink(kefu, centre.path("bin/kefu")).unwrap();
    let logged = centre.path("logged.txt");
    let logger = format!("#!/bin/sh\necho \"$*\" >> '{}'\n", logged.display());
    let script = blocks("sh").remove(0);
    for (name, text) in [("bin/logger", logger), ("nightly.sh", script)] {
        std::fs::write(centre.path(name), text).unwrap();
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(centre.path(name), mode).unwrap();
    }
    centre
}

/// The fields of the line in the crontab, and its command for the centre's folder.
fn cron(centre: &Centre) -> (Vec<String>, String) {
    let line = blocks("cron").remove(0);
    let fields: Vec<String> = line.split_whitespace().take(5).map(str::to_owned).collect();
    let command = line.split_once("  ").unwrap().1.trim().to_owned();
    let home = centre.path("").display().to_string();
    let command = command
        .replace("/srv/kefu", home.trim_end_matches('/'))
        .replace("/usr/local/bin", &centre.path("bin").display().to_string());
    (fields, command)
}

#[cfg(unix)]
fn night(centre: &Centre) -> (i32, String) {
    let (_, command) = cron(centre);
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "cron would mail {output:?}"
    );
    let logged = std::fs::read_to_string(centre.path("logged.txt")).unwrap_or_default();
    (output.status.code().unwrap(), logged)
}

#[cfg(unix)]
#[test]
fn the_line_of_cron_runs_the_night() {
    let centre = installed(
        Centre::small().config("[[target]]\nkpi = \"aht\"\nat_most = 9999\nsource = \"ours\"\n"),
    );
    let (fields, _) = cron(&centre);
    let most = [59, 23, 31, 12, 7];
    for (field, most) in fields.iter().zip(most) {
        assert!(
            field == "*" || field.parse::<u32>().is_ok_and(|number| number <= most),
            "{field}"
        );
    }
    let (code, logged) = night(&centre);
    assert!(
        code == 0 || (code == 3 && logged.contains("missed its target")),
        "{code} {logged}"
    );
    assert!(
        centre
            .path("reports/nightly_2026-03-03_all_r0001_zh.html")
            .is_file()
    );
    // Every line of the log is an object with what the page says it has.
    let log = std::fs::read_to_string(centre.path("kefu.log.jsonl")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let page = std::fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    for line in &lines {
        for key in line.as_object().unwrap().keys() {
            assert!(
                page.contains(&format!("`{key}`")) || key == "level",
                "{key} is not in the page"
            );
        }
    }
    assert!(lines.iter().any(|line| line["timings_ms"].is_object()));
    let summary = std::fs::read_to_string(centre.path("summary.jsonl")).unwrap();
    let summary: Value = serde_json::from_str(summary.lines().next().unwrap()).unwrap();
    assert_eq!(summary["run"], "r0001");
}

#[cfg(unix)]
#[test]
fn the_night_tells_what_went_wrong() {
    let bad = "call_id,started_at,outcome\n1,bad,answered\n2,bad,answered\n3,2026-03-02 09:00:00,answered\n";
    let gate = installed(
        Centre::new()
            .file("calls.csv", bad)
            .config("[quality]\nmax_rejected = 0.1\nallowed_rows = 0\n"),
    );
    let (code, logged) = night(&gate);
    assert_eq!(
        (code, logged.contains("too many bad rows")),
        (4, true),
        "{logged}"
    );
    assert!(gate.path("store/_quarantine").is_dir() && !gate.path("reports").exists());
    let failed = installed(Centre::new());
    let (code, logged) = night(&failed);
    assert_eq!(
        (code, logged.contains("failed with exit code 1")),
        (1, true),
        "{logged}"
    );
    let log = std::fs::read_to_string(failed.path("kefu.log.jsonl")).unwrap();
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert!(
        last["level"] == "error" && last["hint"].is_string(),
        "{last}"
    );
}

#[cfg(unix)]
#[test]
fn old_reports_are_deleted_by_the_line_of_the_page() {
    let centre = Centre::small();
    let format = ["-q", "--format", "html,svg", "--lang", "zh"];
    centre.run(&format);
    let names = || -> Vec<String> {
        let files = crate::builder::contents(&centre.path("reports"));
        let names = files.into_iter();
        names.map(|(path, _)| path.display().to_string()).collect()
    };
    let before = names();
    let line = blocks("sh").remove(1);
    let delete = || {
        let ran = Command::new("sh")
            .args(["-c", &line])
            .current_dir(centre.path(""))
            .output()
            .unwrap();
        assert!(
            ran.status.success() && ran.stderr.is_empty(),
            "{line}: {ran:?}"
        );
    };
    // Of a day ago: nothing goes.
    delete();
    assert_eq!(names(), before);
    // Of long ago: reports and figures go, `latest` and the marts stay.
    for name in &before {
        let file = std::fs::File::options()
            .write(true)
            .open(centre.path("reports").join(name))
            .unwrap();
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(401 * 24);
        file.set_modified(long_ago).unwrap();
    }
    delete();
    let (stay, go): (Vec<_>, Vec<_>) = before
        .iter()
        .partition(|name| name.starts_with("latest") || name.starts_with("marts"));
    assert!(go.len() > 3 && go.iter().any(|name| name.starts_with("figures")));
    assert_eq!(names().iter().collect::<Vec<_>>(), stay);
}

#[test]
fn the_page_names_every_exit_code() {
    let help = Centre::new().kefu(&["--help"]).ok().out;
    let codes = help.split("Exit codes:").nth(1).unwrap();
    let page = std::fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    for code in 0..=4 {
        assert!(codes.contains(&format!("{code} ")), "{codes}");
        assert!(page.contains(&format!("\n| {code} | ")), "{code}");
    }
}

#[test]
fn the_units_of_systemd_are_sound() {
    let units = blocks("ini");
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for unit in &units {
        let name = unit.lines().next().unwrap().trim_start_matches("# ");
        for line in unit.lines().skip(1).filter(|line| !line.is_empty()) {
            assert!(
                line.starts_with('[') && line.ends_with(']') || line.contains('='),
                "{line}"
            );
        }
        // A command that exists, and a user that does.
        let text = unit
            .replace("/srv/kefu/nightly.sh", "/bin/true")
            .replace("User=kefu\n", "");
        std::fs::write(folder.path().join(name), text).unwrap();
        paths.push(folder.path().join(name));
    }
    assert_eq!(paths.len(), 2);
    if !Path::new("/usr/bin/systemd-analyze").exists() {
        eprintln!("skipped: systemd-analyze is not here");
        return;
    }
    let output = Command::new("systemd-analyze")
        .arg("verify")
        .arg("--man=no")
        .args(&paths)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("kefu")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    let calendar = units
        .iter()
        .find_map(|unit| unit.split("OnCalendar=").nth(1))
        .unwrap();
    let calendar = calendar.lines().next().unwrap();
    let output = Command::new("systemd-analyze")
        .args(["calendar", calendar])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
