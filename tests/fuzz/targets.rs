//! What is fuzzed, as functions over bytes: none may panic, overflow the stack or run away, and each holds what its
//! line says. The targets of cargo-fuzz (`fuzz_targets/`) call them, and so does the test suite with the seeds and with
//! seeds that are torn apart (`tests/it/robust_corpus.rs`).

use std::io::{Read, Write};
use std::sync::LazyLock;

use calamine::Reader;
use kefu::expr::Type;
use kefu::expr::parse::expression;
use kefu::i18n::Lang;
use kefu::i18n::visible::{is_hidden, with_escapes, without_hidden};
use kefu::ingest;
use kefu::ingest::privacy::Key;
use kefu::ingest::value;
use kefu::insight::frame::Frame;
use kefu::render::Renderer;
use kefu::render::html::Html;
use kefu::render::json::Json;
use kefu::render::mail::Mail;
use kefu::render::markdown::Markdown;
use kefu::render::xlsx::Xlsx;
use kefu::report::document::{
    Block, Column, Definition, Document, Fact, Finding, Findings, Mark, Section, Subject, Table,
    Tally, Tone, Worksheet, WorksheetCase,
};
use kefu::schema::facts::FACTS;
use kefu::settings::taxonomy::Lookup;
use kefu::settings::{Loaded, Settings};

static SETTINGS: LazyLock<Settings> =
    LazyLock::new(|| Settings::builtin().unwrap_or_else(|error| panic!("{error}")));

static TAXONOMY: LazyLock<Lookup> = LazyLock::new(|| SETTINGS.taxonomy.lookup());

/// A file of these bytes, under a name that says nothing: every reader of a format is reached by what a file begins
/// with. Every row read is stored or rejected. Gives how the tables in it are written, with their rows.
pub fn formats(bytes: &[u8]) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    let Ok(folder) = tempfile::tempdir() else {
        return found;
    };
    let path = folder.path().join("export");
    let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(bytes));
    if written.is_err() {
        return found;
    }
    let opened = ingest::open(&path, "export", &SETTINGS, folder.path());
    let Ok(opened) = opened.and_then(ingest::Opened::settled) else {
        return found;
    };
    let key = Key::from_bytes([1; 32]);
    for export in &opened.exports {
        for plan in &export.plans {
            if let Ok(parsed) = export.parse(plan, &key, &TAXONOMY) {
                let rows = parsed.rows.num_rows() + parsed.rejects.len();
                assert_eq!(parsed.totals.read, rows as u64);
                found.push((export.encoding.clone(), parsed.totals.read));
            }
        }
    }
    found
}

const HEADER: &str =
    "call_id,started_at,answered_at,ended_at,outcome,queue,caller,agent,wait_s,rating";

/// Rows of delimited text below a header that is known.
pub fn delimited(bytes: &[u8]) -> Vec<(String, u64)> {
    formats(&[HEADER.as_bytes(), b"\n", bytes].concat())
}

/// JSON, an object per line or all in one.
pub fn json(bytes: &[u8]) -> Vec<(String, u64)> {
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match begins {
        Some(b'{' | b'[') => formats(bytes),
        _ => formats(&[b"[", bytes].concat()),
    }
}

/// The log of an Asterisk queue.
pub fn queue_log(bytes: &[u8]) -> Vec<(String, u64)> {
    let first =
        b"1772413200|NONE|NONE|NONE|QUEUESTART|\n1772413201|1.1|q|NONE|ENTERQUEUE||13900000001|1\n";
    formats(&[first, bytes].concat())
}

/// Rows of an HTML table below a header that is known.
pub fn markup(bytes: &[u8]) -> Vec<(String, u64)> {
    let header = HEADER.replace(',', "</th><th>");
    let head = format!("<html><body><table><tr><th>{header}</th></tr><tr>");
    formats(&[head.as_bytes(), bytes].concat())
}

/// The XML of a sheet's rows within a workbook that is otherwise sound: torn bytes of a whole workbook seldom get
/// beyond its checksums.
pub fn sheet(bytes: &[u8]) -> Vec<(String, u64)> {
    let cell = |name: &str| format!("<c t=\"inlineStr\"><is><t>{name}</t></is></c>");
    let header: String = HEADER.split(',').map(cell).collect();
    let head = format!("<worksheet xmlns=\"{MAIN}\"><sheetData><row r=\"1\">{header}</row>");
    let rows = [head.as_bytes(), bytes].concat();
    let mut book = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let members: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", &rows),
    ];
    for (name, bytes) in members {
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        if book
            .start_file(name, stored)
            .and_then(|()| Ok(book.write_all(bytes)?))
            .is_err()
        {
            return Vec::new();
        }
    }
    book.finish()
        .map_or_else(|_| Vec::new(), |book| formats(book.get_ref()))
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
const ROOT: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
const WORKBOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";

/// Whole workbooks: XLSX, XLSB and ODS, which are archives, and XLS.
pub fn workbook(bytes: &[u8]) -> Vec<(String, u64)> {
    if bytes.starts_with(b"PK") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return formats(bytes);
    }
    Vec::new()
}

/// Parquet files.
pub fn parquet(bytes: &[u8]) -> Vec<(String, u64)> {
    if bytes.starts_with(b"PAR1") {
        return formats(bytes);
    }
    Vec::new()
}

/// Zip, gzip and Zstandard.
pub fn container(bytes: &[u8]) -> Vec<(String, u64)> {
    let begins: [&[u8]; 3] = [b"PK", &[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];
    if begins.iter().any(|magic| bytes.starts_with(magic)) {
        return formats(bytes);
    }
    Vec::new()
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

/// A document in which every text from outside is this one.
fn document(text: &str) -> Document {
    let t = || text.to_owned();
    let mark = || Mark {
        tone: Tone::Concern,
        shape: "▲",
        word: t(),
        detail: Some(t()),
    };
    let blocks = vec![
        Block::Findings(Findings {
            tallies: vec![Tally {
                count: "1".to_owned(),
                mark: mark(),
            }],
            items: vec![Finding {
                subject: Subject::Nothing,
                kpi: None,
                mark: mark(),
                text: t(),
                evidence: vec![t()],
                owner: Some(t()),
            }],
            rest: Some(t()),
            more: Vec::new(),
        }),
        Block::Text {
            heading: t(),
            paragraphs: vec![t()],
        },
        Block::Table(Table {
            id: "t".to_owned(),
            caption: t(),
            columns: vec![Column::text(t()), Column::number(t())],
            rows: vec![vec![t(), t()]],
            total: false,
            empty: t(),
        }),
        Block::Worksheet(Worksheet {
            heading: t(),
            task: t(),
            cases: vec![WorksheetCase {
                id: t(),
                facts: t(),
                text: t(),
            }],
            questions: vec![t()],
        }),
        Block::Definitions(vec![Definition {
            id: "d".to_owned(),
            name: t(),
            about: t(),
            facts: vec![Fact {
                label: t(),
                value: t(),
            }],
        }]),
    ];
    Document {
        lang: Lang::En,
        title: t(),
        centre: t(),
        date: t(),
        iso_date: "2026-03-29".to_owned(),
        scope: "all",
        facts: vec![Fact {
            label: t(),
            value: t(),
        }],
        stamp: None,
        other: None,
        sections: vec![Section {
            id: "s",
            title: t(),
            lead: Some(t()),
            blocks,
        }],
        footer: t(),
    }
}

fn rendered(renderer: &dyn Renderer, text: &str) -> Vec<u8> {
    match renderer.render(&document(text)) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{text:?}: {error}"),
    }
}

fn count(bytes: &[u8], byte: u8) -> usize {
    memchr::memchr_iter(byte, bytes).count()
}

/// Pages, Markdown and mails of a document in which every text is these bytes: its tags, its lines and its headers are
/// those of a document of harmless texts. What is empty is left out of some.
pub fn pages(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    if text.is_empty() {
        return;
    }
    // The same without what is a mark in one format or another: runs of Chinese are marked with their language.
    let harmless = text.replace(['<', '>', '&', '"', '\'', '`'], "x");
    let same = |renderer: &dyn Renderer, of: &[u8]| {
        let (one, other) = (rendered(renderer, &text), rendered(renderer, &harmless));
        for byte in of {
            let shown = char::from(*byte);
            assert_eq!(
                count(&one, *byte),
                count(&other, *byte),
                "{shown:?} of {text:?}"
            );
        }
        one
    };
    same(&Html, b"<>\"");
    same(&Markdown, b"<\n");
    let json: Result<serde_json::Value, _> = serde_json::from_slice(&rendered(&Json, &text));
    assert!(json.is_ok(), "{text:?}");
    let mail = Mail {
        addresses: &SETTINGS.mail,
    };
    let headers = |text: &str| -> Vec<String> {
        let mail = rendered(&mail, text);
        let mail = String::from_utf8_lossy(&mail).into_owned();
        let head = mail.split("\r\n\r\n").next().unwrap_or_default();
        let fields = head.lines().filter(|line| !line.starts_with([' ', '\t']));
        fields
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(headers(&text), headers("x"), "{text:?}");
}

/// Workbooks of such a document: every part is sound XML, and no cell is a formula.
pub fn workbooks(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let book = rendered(&Xlsx, &text);
    let mut parts = match zip::ZipArchive::new(std::io::Cursor::new(&book)) {
        Ok(parts) => parts,
        Err(error) => panic!("{text:?}: {error}"),
    };
    let sheets: Vec<String> = parts
        .file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .filter(|name| name.starts_with("xl/worksheets/sheet"))
        .collect();
    assert!(!sheets.is_empty());
    for name in sheets {
        let mut xml = String::new();
        let read = parts
            .by_name(&name)
            .map_err(|error| error.to_string())
            .and_then(|mut part| {
                part.read_to_string(&mut xml)
                    .map_err(|error| error.to_string())
            });
        assert!(read.is_ok(), "{name} of {text:?}: {read:?}");
        assert!(
            !xml.contains("<f>") && !xml.contains("<f "),
            "{name} of {text:?}"
        );
    }
    let mut book = match calamine::Xlsx::new(std::io::Cursor::new(&book)) {
        Ok(book) => book,
        Err(error) => panic!("{text:?}: {error}"),
    };
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name);
        assert!(range.is_ok(), "{name} of {text:?}");
    }
}
