//! The seeds of the fuzz targets, as they are and torn apart. `tests/fuzz` has the targets for cargo-fuzz.

use std::path::{Path, PathBuf};

use crate::builder::repository;

#[path = "../fuzz/targets.rs"]
#[allow(clippy::panic, reason = "a target that cannot be set up has failed")]
mod targets;

/// Every file under these folders, in the order of their names.
fn seeds(folders: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in folders {
        walk(&repository().join(folder), &mut found);
    }
    assert!(!found.is_empty());
    found
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            walk(&path, found);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
}

/// xorshift64*: the same tears on every run of the test.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap() % most.max(1)
    }
}

/// Bytes that mean something to one reader or another.
const MEANINGFUL: [&[u8]; 18] = [
    b"\0",
    b"\xff",
    b"\"",
    b",",
    b"\n",
    b"\r\n",
    b"'",
    b"<",
    b"{",
    b"[",
    b"(",
    b"\\u",
    b"\xe2\x80\xae",
    b"\x1b[",
    b"99999999999999999999",
    b"-",
    b"PK\x03\x04",
    b"\xef\xbb\xbf",
];

/// A seed with a few bytes changed, taken out, doubled, put in or taken from another.
fn torn(seed: &[u8], other: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=draw.below(4) {
        let at = draw.below(bytes.len() + 1);
        let end = (at + 1 + draw.below(16)).min(bytes.len());
        match draw.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
            1 if at < bytes.len() => bytes[at] = u8::try_from(draw.below(256)).unwrap(),
            2 if at < end => drop(bytes.drain(at..end)),
            3 if at < end => {
                let piece = bytes[at..end].repeat(1 + draw.below(40));
                bytes.splice(at..at, piece);
            }
            4 => drop(bytes.splice(
                at..at,
                MEANINGFUL[draw.below(MEANINGFUL.len())].iter().copied(),
            )),
            5 if !other.is_empty() => {
                let from = draw.below(other.len());
                let to = (from + 1 + draw.below(64)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            6 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

/// Gives the target every seed and `times` torn forms of each, `KEFU_TEAR` times as many where that is set; says which
/// one it did not stand.
fn fuzz(folders: &[&str], times: usize, target: fn(&[u8])) {
    tear(&seeds(folders), times, target);
}

fn tear(
    seeds: &[(PathBuf, Vec<u8>)],
    times: usize,
    target: impl Fn(&[u8]) + std::panic::RefUnwindSafe,
) {
    let longer = std::env::var("KEFU_TEAR").ok().and_then(|n| n.parse().ok());
    let times = times * longer.unwrap_or(1);
    let mut draw = Draw(20_260_302);
    for (path, seed) in seeds {
        for time in 0..=times {
            let other = &seeds[draw.below(seeds.len())].1;
            let bytes = if time == 0 {
                seed.clone()
            } else {
                torn(seed, other, &mut draw)
            };
            let stood = std::panic::catch_unwind(|| target(&bytes));
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
            assert!(
                stood.is_ok(),
                "{} torn {time} times: {shown:?}",
                path.display()
            );
        }
    }
}

/// The seeds of every reader, with how the tables in them are written. A reader that no seed reaches is not tested.
const READERS: [(&str, &[&str], Reader, &[&str]); 8] = [
    ("delimited", &[], targets::delimited, &["utf-8"]),
    ("json", &[], targets::json, &["json"]),
    ("queue_log", &[], targets::queue_log, &["utf-8"]),
    ("markup", &[], targets::markup, &["html"]),
    ("sheet", &[], targets::sheet, &["workbook"]),
    (
        "workbook",
        &[
            "calls.ods",
            "calls.xls",
            "date.xlsb",
            "mac.xls",
            "entity.xlsx",
            "encrypted.xlsx",
        ],
        targets::workbook,
        &["workbook"],
    ),
    (
        "parquet",
        &[
            "brotli.parquet",
            "gzip.parquet",
            "int96.parquet",
            "lz4.parquet",
            "snappy.parquet",
            "zstd.parquet",
        ],
        targets::parquet,
        &["parquet"],
    ),
    (
        "container",
        &["gbk.zip"],
        targets::container,
        &["json", "utf-8"],
    ),
];

type Reader = fn(&[u8]) -> Vec<(String, u64)>;

/// The seeds of a reader: its own, and files of the unit tests.
fn seeds_of(reader: &str, fixtures: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let own = repository().join("tests/fuzz/seeds").join(reader);
    if own.is_dir() {
        walk(&own, &mut found);
    }
    for name in fixtures {
        let path = repository().join("src/ingest/fixtures").join(name);
        let bytes = std::fs::read(&path).unwrap();
        found.push((path, bytes));
    }
    found
}

#[test]
fn every_reader_is_reached() {
    for (reader, fixtures, target, forms) in READERS {
        let seeds = seeds_of(reader, fixtures);
        let reached: Vec<(String, u64)> =
            seeds.iter().flat_map(|(_, bytes)| target(bytes)).collect();
        for form in forms {
            assert!(
                reached
                    .iter()
                    .any(|(found, rows)| found.starts_with(form) && *rows > 0),
                "{reader}: no seed gives rows of {form}: {reached:?}"
            );
        }
    }
}

#[test]
fn readers_stand_torn_files() {
    for (reader, fixtures, target, _) in READERS {
        tear(&seeds_of(reader, fixtures), 12, |bytes| drop(target(bytes)));
    }
}

#[test]
fn readers_of_formats_stand_torn_files() {
    fuzz(
        &[
            "tests/fuzz/seeds/formats",
            "src/ingest/fixtures",
            "tests/it/profiles",
        ],
        2,
        |bytes| drop(targets::formats(bytes)),
    );
}

#[test]
fn values_stand_torn_texts() {
    fuzz(&["tests/fuzz/seeds/values"], 400, targets::values);
}

#[test]
fn settings_stand_torn_files() {
    fuzz(&["tests/fuzz/seeds/settings"], 40, targets::settings);
}

#[test]
fn expressions_stand_torn_texts() {
    fuzz(&["tests/fuzz/seeds/expressions"], 60, targets::expressions);
}

#[test]
fn escapes_stand_torn_texts() {
    fuzz(&["tests/fuzz/seeds/escapes"], 300, targets::escapes);
}

#[test]
fn pages_stand_torn_texts() {
    fuzz(
        &["tests/fuzz/seeds/pages", "tests/fuzz/seeds/escapes"],
        6,
        targets::pages,
    );
}

#[test]
fn workbooks_stand_torn_texts() {
    fuzz(&["tests/fuzz/seeds/workbooks"], 3, targets::workbooks);
}
