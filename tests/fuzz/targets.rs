//! What is fuzzed, as functions over bytes: none may panic, overflow the stack or run away, and each holds what its
//! line says. The targets of cargo-fuzz (`fuzz_targets/`) call them, and so does the test suite with the seeds and with
//! seeds that are torn apart (`tests/it/robust_corpus.rs`).

use std::io::Write;
use std::sync::LazyLock;

use kefu::expr::Type;
use kefu::expr::parse::expression;
use kefu::i18n::visible::{is_hidden, with_escapes, without_hidden};
use kefu::ingest;
use kefu::ingest::privacy::Key;
use kefu::ingest::value;
use kefu::insight::frame::Frame;
use kefu::schema::facts::FACTS;
use kefu::settings::{Loaded, Settings};

static SETTINGS: LazyLock<Settings> =
    LazyLock::new(|| Settings::builtin().unwrap_or_else(|error| panic!("{error}")));

/// A file of these bytes, under a name that says nothing: every reader of a format is reached by what a file begins
/// with. Every row read is stored or rejected.
pub fn formats(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let path = folder.path().join("export");
    let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes));
    if written.is_err() {
        return;
    }
    let opened = ingest::open(&path, "export", &SETTINGS, folder.path());
    let Ok(opened) = opened.and_then(ingest::Opened::settled) else {
        return;
    };
    let (key, taxonomy) = (Key::from_bytes([1; 32]), SETTINGS.taxonomy.lookup());
    for export in &opened.exports {
        for plan in &export.plans {
            if let Ok(parsed) = export.parse(plan, &key, &taxonomy) {
                let rows = parsed.rows.num_rows() + parsed.rejects.len();
                assert_eq!(parsed.totals.read, rows as u64);
            }
        }
    }
}

/// Times, durations, numbers, days, flags and identifiers: finite or refused.
pub fn values(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let cell = value::clean(&text);
    let zone = SETTINGS.centre.zone;
    let _ = value::instant(cell, zone, None);
    let _ = value::instant(cell, zone, Some("%Y-%m-%d %H:%M"));
    let _ = value::day(cell);
    let _ = value::flag(cell);
    let _ = value::id(cell);
    let _ = value::integer(cell);
    if let Ok(number) = value::number(cell) {
        assert!(number.is_finite(), "{cell:?}");
    }
    if let Ok(seconds) = value::duration(cell, value::DurationForm::default()) {
        assert!(seconds.is_finite(), "{cell:?}");
    }
    assert_eq!(value::clean(cell), cell, "what is clean stays as it is");
}

/// `kefu.toml`: in force, or an error with a place.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = Loaded::parse("kefu.toml", &text) {
        assert!(error.to_string().starts_with("kefu.toml"), "{error}");
    }
}

/// Conditions and values of the catalogue and of `--where`, over every fact table.
pub fn expressions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for fact in FACTS {
        for expected in [Type::Flag, Type::Number, Type::Text] {
            if let Ok(parsed) = expression(&text, fact, expected) {
                let _ = parsed.columns();
                let _ = parsed.polars();
            }
        }
    }
}

/// What is written for spreadsheets, programs and terminals: one cell stays one cell, and none is run.
pub fn escapes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    assert!(!without_hidden(&text).contains(is_hidden));
    assert!(!with_escapes(&text).contains(is_hidden));
    let frame = Frame::default().text("a", [Some(text.as_str())].into_iter());
    let Ok(written) = frame.csv(false) else {
        return;
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(true)
        .from_reader(written.as_slice());
    let cells: Vec<String> = reader
        .records()
        .filter_map(Result::ok)
        .flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(cells.len() <= 1, "{cells:?}");
    for cell in &cells {
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "{cell:?}"
        );
    }
    if let Ok(json) = frame.json() {
        let rows: serde_json::Value = serde_json::from_slice(&json).unwrap_or_default();
        assert_eq!(rows[0]["a"], text.as_str());
        // For a terminal the same JSON says the same.
        let shown = with_escapes(std::str::from_utf8(&json).unwrap_or_default()).into_owned();
        let rows: serde_json::Value = serde_json::from_str(&shown).unwrap_or_default();
        assert_eq!(rows[0]["a"], text.as_str());
    }
}
