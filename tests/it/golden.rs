//! The committed sample is what the program makes of the sample centre, to the byte.
//!
//! After a change that is meant, write it anew with `KEFU_BLESS=1 cargo test --test it golden`.

use std::path::Path;

use crate::builder::{Centre, contents, repository};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";

#[cfg(unix)]
fn private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

fn sample() -> Centre {
    let centre = Centre::new();
    // Pseudonyms stand in the trainer's report, and a key is random where none is given.
    private(&centre.path("store.key"), KEY);
    let input = repository().join("sample_data");
    centre.kefu(&["run", input.to_str().unwrap(), "-q"]).ok();
    centre
}

#[track_caller]
fn same(expected: &Path, actual: &[u8]) {
    if std::env::var_os("KEFU_BLESS").is_some() {
        std::fs::create_dir_all(expected.parent().unwrap()).unwrap();
        std::fs::write(expected, actual).unwrap();
        return;
    }
    let known = std::fs::read(expected).unwrap_or_default();
    let first = known
        .iter()
        .zip(actual)
        .position(|(a, b)| a != b)
        .unwrap_or(known.len().min(actual.len()));
    let around = |bytes: &[u8]| {
        let cut = &bytes[first.saturating_sub(80).min(bytes.len())..(first + 80).min(bytes.len())];
        String::from_utf8_lossy(cut).into_owned()
    };
    assert!(
        known == actual,
        "{} differs at byte {first}:\n  committed …{}…\n  now       …{}…\n(KEFU_BLESS=1 writes it anew)",
        expected.display(),
        around(&known),
        around(actual)
    );
}

#[test]
fn reports_and_figures_of_the_sample() {
    let centre = sample();
    // The copies in `latest` and the workbooks are held to these by tests of their own.
    let reports: Vec<_> = contents(&centre.path("reports"))
        .into_iter()
        .filter(|(path, _)| {
            path.parent()
                .is_some_and(|parent| parent.as_os_str().is_empty())
        })
        .filter(|(path, _)| {
            let extension = path.extension().and_then(|extension| extension.to_str());
            matches!(extension, Some("html" | "json"))
        })
        .collect();
    assert_eq!(
        reports.len(),
        8,
        "two editions, two languages, HTML and JSON"
    );
    for (path, bytes) in reports {
        assert!(
            bytes.len() < 600_000,
            "{} is {} bytes",
            path.display(),
            bytes.len()
        );
        same(&repository().join("reports/sample").join(path), &bytes);
    }
    let golden = repository().join("tests/it/golden");
    for (name, args) in [
        ("all.csv", vec![]),
        ("by_queue.csv", vec!["--by", "queue"]),
        (
            "by_day.csv",
            vec![
                "--grain",
                "day",
                "--kpi",
                "answer_rate,response_time,aht,fcr,satisfaction,compliance",
            ],
        ),
    ] {
        let mut all = vec!["kpi", "--format", "csv"];
        all.extend(args);
        same(&golden.join(name), centre.kefu(&all).ok().out.as_bytes());
    }
    let text = centre.kefu(&["explain", "fcr"]).ok().out;
    same(&golden.join("explain_fcr.txt"), text.as_bytes());
}

#[test]
fn the_sample_is_what_the_generator_writes() {
    let centre = Centre::new();
    centre.kefu(&["generate", "--out", "in"]).ok();
    assert!(
        contents(&centre.path("in")) == contents(&repository().join("sample_data")),
        "kefu generate --out sample_data writes it anew"
    );
}
