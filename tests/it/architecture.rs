//! The layers of the crate: a module uses only what stands above it.

use std::path::Path;

use crate::builder::repository;

/// The modules from the leaves to the command line. Each may use those before it.
const ORDER: [&str; 18] = [
    "error", "i18n", "schema", "settings", "calendar", "stats", "ingest", "store", "expr", "facts",
    "kpi", "insight", "report", "chart", "render", "generate", "run", "cli",
];

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Modules named by `crate::…` in the program text of a file, tests left out.
fn used(text: &str) -> Vec<String> {
    let program = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    program
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| {
            line.split("crate::")
                .skip(1)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn arrows_point_one_way() {
    let root = repository().join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut backward = Vec::new();
    for file in files {
        let relative = file
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let module = relative
            .split(['/', '.'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let Some(own) = ORDER.iter().position(|name| *name == module) else {
            assert!(
                ["lib", "main", "testing"].contains(&module.as_str()),
                "{module} has no place in the order"
            );
            continue;
        };
        if relative.contains("test") || relative.contains("fixture") {
            continue;
        }
        for name in used(&std::fs::read_to_string(&file).unwrap()) {
            if let Some(other) = ORDER.iter().position(|known| *known == name)
                && other > own
            {
                backward.push(format!("{relative} uses crate::{name}"));
            }
        }
    }
    assert!(
        backward.is_empty(),
        "backward arrows:\n{}",
        backward.join("\n")
    );
}

#[test]
fn statistics_know_nothing_of_the_program() {
    let mut files = Vec::new();
    sources(&repository().join("src/stats"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in ["polars", "chrono", "crate::kpi", "crate::schema"] {
            assert!(!text.contains(word), "{} mentions {word}", file.display());
        }
    }
}

#[test]
fn nothing_reads_the_wall_clock() {
    let mut files = Vec::new();
    sources(&repository().join("src"), &mut files);
    // How old refused rows are and how long a stage took is the clock's business; no figure depends on it.
    files.retain(|file| {
        let known = ["src/store/quarantine.rs", "src/cli/progress.rs"];
        !known.iter().any(|name| file.ends_with(name))
    });
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for call in ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"] {
            assert!(!text.contains(call), "{} calls {call}", file.display());
        }
    }
}
