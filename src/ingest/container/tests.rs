use std::io::{self, Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const CSV: &[u8] = b"call_id,started_at\n1,2026-01-05 09:14:59\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        if name.ends_with('/') {
            writer
                .add_directory(*name, SimpleFileOptions::default())
                .unwrap();
            continue;
        }
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

struct Case {
    dir: tempfile::TempDir,
    path: PathBuf,
}

impl Case {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        Self { dir, path }
    }

    fn list(&self) -> Result<Vec<Member>> {
        self.list_within(&Limits::default())
    }

    fn list_within(&self, limits: &Limits) -> Result<Vec<Member>> {
        let name = self.path.file_name().unwrap().to_str().unwrap();
        members(&self.path, name, self.dir.path(), limits)
    }

    fn error(&self) -> String {
        let error = self.list().unwrap_err();
        assert!(error.hint().is_some(), "{error}");
        error.to_string()
    }
}

fn content(member: &Member) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    member
        .open()?
        .read_to_end(&mut bytes)
        .map_err(|e| explain(Path::new(&member.name), e))?;
    Ok(bytes)
}

#[test]
fn compressed_text_is_text() {
    let twice: Vec<u8> = [gzip(&CSV[..10]), gzip(&CSV[10..])].concat();
    let frames: Vec<u8> = [
        zstd::encode_all(&CSV[..10], 3).unwrap(),
        zstd::encode_all(&CSV[10..], 3).unwrap(),
    ]
    .concat();
    for bytes in [CSV, &gzip(CSV), &twice, &frames, &gzip(&gzip(CSV))] {
        // The ending of the name says nothing.
        let case = Case::new("calls.xlsx", bytes);
        let members = case.list().unwrap();
        assert_eq!((members.len(), &members[0].kind), (1, &MemberKind::Text));
        assert_eq!(members[0].name, "calls.xlsx");
        assert_eq!(content(&members[0]).unwrap(), CSV);
        assert_eq!(content(&members[0]).unwrap(), CSV);
        let hash = blake3::hash(CSV).to_hex().to_string();
        assert_eq!(members[0].hash().unwrap(), (hash, CSV.len() as u64));
    }
    assert!(
        Case::new("a", &gzip(&gzip(&gzip(CSV))))
            .error()
            .contains("archive within")
    );
}

#[test]
fn archives_are_opened_and_clutter_is_left_out() {
    let case = Case::new(
        "calls.zip",
        &zipped(&[
            ("2026/", b""),
            ("2026/a.csv", CSV),
            ("2026/b.csv.gz", &gzip(CSV)),
            ("__MACOSX/2026/._a.csv", b"x"),
            (".hidden", b"x"),
            ("c.json", b"[{\"a\":1}]"),
            ("d.xls", b"<table><tr><td>x"),
            ("e.parquet", b"PAR1..PAR1"),
            ("../evil.csv", CSV),
            ("scan.pdf", b"%PDF-1.7"),
            ("inner.zip", &zipped(&[("x.csv", CSV)])),
        ]),
    );
    let members = case.list().unwrap();
    let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "calls.zip/2026/a.csv",
            "calls.zip/2026/b.csv.gz",
            "calls.zip/c.json",
            "calls.zip/d.xls",
            "calls.zip/e.parquet",
            "calls.zip/%2e%2e/evil.csv",
            "calls.zip/scan.pdf",
            "calls.zip/inner.zip"
        ]
    );
    for at in [0, 1, 5] {
        assert_eq!(members[at].kind, MemberKind::Text);
        assert_eq!(content(&members[at]).unwrap(), CSV);
    }
    assert_eq!(members[3].kind, MemberKind::Markup);
    assert_eq!(members[4].kind, MemberKind::Parquet);
    let on_disk = members[4].on_disk(case.dir.path()).unwrap();
    assert_eq!(fs::read(&on_disk).unwrap(), b"PAR1..PAR1");
    assert_eq!(mode(on_disk.as_ref()), 0o600);
    let gone = on_disk.as_ref().to_owned();
    drop(on_disk);
    assert!(!gone.exists());
    assert!(
        members[6]
            .refusal()
            .unwrap()
            .to_string()
            .contains("scan.pdf: is a PDF document")
    );
    assert!(
        members[7]
            .refusal()
            .unwrap()
            .to_string()
            .contains("archive within")
    );
    assert!(members[0].refusal().is_none());
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn workbooks_are_told_from_archives() {
    let xlsx = zipped(&[
        ("[Content_Types].xml", b"<x/>"),
        ("xl/workbook.xml", b"<x/>"),
    ]);
    let docx = zipped(&[
        ("[Content_Types].xml", b"<x/>"),
        ("word/document.xml", b"<x/>"),
    ]);
    let mime = b"application/vnd.oasis.opendocument.spreadsheet".as_slice();
    let ods = zipped(&[("mimetype", mime), ("content.xml", b"<x/>")]);
    for bytes in [&xlsx, &ods] {
        let case = Case::new("book.csv", bytes);
        let members = case.list().unwrap();
        assert_eq!(
            (members.len(), &members[0].kind),
            (1, &MemberKind::Workbook)
        );
        assert!(matches!(
            members[0].on_disk(case.dir.path()).unwrap(),
            PathOrTemp::Path(_)
        ));
    }
    let case = Case::new(
        "all.zip",
        &zipped(&[("a/book.xlsx", &xlsx), ("b.docx", &docx)]),
    );
    let members = case.list().unwrap();
    assert_eq!(members[0].kind, MemberKind::Workbook);
    assert_eq!(content(&members[0]).unwrap(), xlsx);
    assert!(matches!(members[1].kind, MemberKind::Refused { .. }));
    assert!(Case::new("b.xlsx", &docx).error().contains("Word document"));
    assert!(
        Case::new("b.zip", &zipped(&[(".x", b"")]))
            .error()
            .contains("holds no files")
    );
}

fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ingest/fixtures");
    fs::read(dir.join(name)).unwrap()
}

#[test]
fn compound_files_are_told_apart() {
    let members = Case::new("calls.txt", &fixture("calls.xls"))
        .list()
        .unwrap();
    assert_eq!(members[0].kind, MemberKind::Workbook);
    let error = Case::new("book.xlsx", &fixture("encrypted.xlsx"))
        .list()
        .unwrap_err();
    assert!(error.to_string().contains("is encrypted"));
    assert_eq!(error.hint().unwrap(), "save it without a password");
    let empty = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 2000]].concat();
    assert!(
        Case::new("x.xls", &empty)
            .error()
            .contains("without a workbook")
    );
}

#[test]
fn names_of_windows_archives_are_read() {
    let case = Case::new("a.zip", &fixture("gbk.zip"));
    let members = case.list().unwrap();
    assert_eq!(members[0].name, "a.zip/tonghua/通话记录.csv");
    assert_eq!(content(&members[0]).unwrap(), b"a,b\n1,2\n");
}

#[test]
fn encrypted_members_are_refused_and_others_read() {
    let mut bytes = zipped(&[("a.csv", CSV), ("b.csv", CSV)]);
    // Sets the flag of encryption of the first file, in its own header and in the directory.
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[6] |= 1;
    bytes[directory + 8] |= 1;
    let case = Case::new("calls.zip", &bytes);
    let members = case.list().unwrap();
    assert!(
        members[0]
            .refusal()
            .unwrap()
            .to_string()
            .contains("a.csv: is encrypted")
    );
    assert_eq!(content(&members[1]).unwrap(), CSV);
}

#[test]
fn cut_and_damaged_files_are_said_so() {
    let noise: Vec<u8> = (0..200_000_u32)
        .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1])
        .collect();
    for packed in [gzip(&noise), zstd::encode_all(noise.as_slice(), 3).unwrap()] {
        let case = Case::new("calls.csv.gz", &packed[..packed.len() - 100]);
        let members = case.list().unwrap();
        let error = members[0].hash().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("calls.csv.gz: is cut off or damaged"),
            "{error}"
        );
        assert!(error.hint().unwrap().contains("again"));
        assert!(members[0].on_disk(case.dir.path()).is_err());
    }
    assert!(
        Case::new("a.gz", &gzip(CSV)[..12])
            .error()
            .contains("cut off")
    );
    let whole = zipped(&[("a.csv", &noise)]);
    let error = Case::new("a.zip", &whole[..whole.len() / 2]).error();
    assert!(error.contains("not a complete zip file"), "{error}");
    let mut bytes = whole;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let case = Case::new("a.zip", &bytes);
    let members = case.list().unwrap();
    assert!(
        content(&members[0])
            .unwrap_err()
            .to_string()
            .contains("damaged")
    );
}

#[test]
fn bombs_are_stopped_while_they_unpack() {
    let limits = Limits {
        ratio_from: 1 << 20,
        ..Limits::default()
    };
    let mut zstd = zstd::Encoder::new(Vec::new(), 3).unwrap();
    io::copy(&mut io::repeat(0).take(64 << 20), &mut zstd).unwrap();
    let case = Case::new("bomb.csv.zst", &zstd.finish().unwrap());
    let error = case.list_within(&limits).unwrap()[0].hash().unwrap_err();
    assert!(
        error.to_string().contains("looks like a zip bomb"),
        "{error}"
    );

    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    io::copy(&mut io::repeat(0).take(16 << 20), &mut gz).unwrap();
    let case = Case::new("bomb.zip", &zipped(&[("a.csv.gz", &gz.finish().unwrap())]));
    let error = case.list_within(&limits).unwrap()[0].hash().unwrap_err();
    assert!(error.to_string().contains("zip bomb"), "{error}");

    let small = Limits {
        unpacked: 1 << 20,
        ..Limits::default()
    };
    let big = vec![b'a'; 2 << 20];
    let case = Case::new("a.gz", &gzip(&big));
    let error = case.list_within(&small).unwrap()[0].hash().unwrap_err();
    assert!(
        error.to_string().contains("more than 1048576 bytes"),
        "{error}"
    );
    let error = Case::new("a.zip", &zipped(&[("a", &big)]))
        .list_within(&small)
        .unwrap_err();
    assert!(
        error.to_string().contains("unpacks to 2097152 bytes"),
        "{error}"
    );
    let few = Limits {
        members: 1,
        ..Limits::default()
    };
    let case = Case::new("a.zip", &zipped(&[("a", b""), ("b", b"")]));
    assert!(
        case.list_within(&few)
            .unwrap_err()
            .to_string()
            .contains("holds 2 files")
    );
}

#[test]
fn a_declared_size_that_lies_is_found_out() {
    let mut bytes = zipped(&[("a.csv", &[b'a'; 5000])]);
    let directory = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[directory + 24..directory + 28].copy_from_slice(&100_u32.to_le_bytes());
    let case = Case::new("a.zip", &bytes);
    let members = case.list().unwrap();
    let seen = members[0]
        .refusal()
        .or_else(|| content(&members[0]).err())
        .unwrap();
    assert!(
        seen.to_string().contains("longer than the archive says"),
        "{seen}"
    );
}

#[test]
fn changes_on_disk_are_noticed() {
    let case = Case::new("calls.csv", CSV);
    let members = case.list().unwrap();
    assert!(!members[0].changed().unwrap());
    fs::write(&case.path, b"other").unwrap();
    assert!(members[0].changed().unwrap());
    fs::remove_file(&case.path).unwrap();
    assert!(members[0].changed().is_err());
    assert!(case.list().is_err());
}

#[test]
fn what_is_not_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let error = members(dir.path(), "x", dir.path(), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("not a regular file"));
}
