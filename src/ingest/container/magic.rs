//! What a file is, told from its first bytes: the ending of a name is a promise nobody keeps.

/// How many bytes [`tell`] wants to see.
pub const HEAD: usize = 4096;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// A zip: an archive, or a workbook in disguise.
    Zip,
    /// A compound file: XLS, an encrypted workbook, or an old Word document.
    Compound,
    /// Parquet.
    Parquet,
    /// An HTML table or `SpreadsheetML`, as many systems export under the name `.xls`.
    Markup,
    /// Anything else: delimited text or JSON.
    Text,
    /// Something that holds no rows: what it is, and what to do instead.
    Foreign(&'static str, &'static str),
}

const EXPORT: &str = "export the data itself as .xlsx or .csv";
const UNPACK: &str = "unpack it first, or pack the files as .zip or .gz";
const RECORDING: &str = "only tables are read: export the log of the calls, not the recording";

/// Signatures of what is often sent instead of an export.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"%PDF", "a PDF document", EXPORT),
    (b"\xff\xd8\xff", "a JPEG image", EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", EXPORT),
    (b"GIF87a", "a GIF image", EXPORT),
    (b"GIF89a", "a GIF image", EXPORT),
    (b"{\\rtf", "a Word (RTF) document", EXPORT),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"BZh", "bzip2-compressed", UNPACK),
    (b"\xfd7zXZ\0", "xz-compressed", UNPACK),
    (b"\x04\x22\x4d\x18", "lz4-compressed", UNPACK),
    (b"\x1f\x9d", "compressed with compress (.Z)", UNPACK),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "export the table as .csv",
    ),
    (
        b"PARE",
        "an encrypted Parquet file",
        "write it without encryption",
    ),
    (b"ARROW1\0\0", "an Arrow file", "write it as Parquet"),
    (b"Obj\x01", "an Avro file", "write it as Parquet or .csv"),
    (b"ID3", "a sound recording (MP3)", RECORDING),
    (b"\x7fELF", "a program", "only tables are read"),
];

/// Beginnings of a page that holds a table.
const PAGES: &[&str] = &[
    "<html",
    "<!doctype html",
    "<table",
    "<head",
    "<body",
    "<meta",
    "<style",
    "<div",
    "<workbook",
    "<ss:workbook",
];

/// Tells what begins with these bytes.
#[must_use]
pub fn tell(head: &[u8]) -> Content {
    let at = |offset: usize, magic: &[u8]| {
        head.get(offset..)
            .is_some_and(|tail| tail.starts_with(magic))
    };
    if at(0, b"\x1f\x8b") {
        return Content::Gzip;
    }
    let skippable = matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
    if at(0, b"\x28\xb5\x2f\xfd") || skippable {
        return Content::Zstd;
    }
    if at(0, b"PK\x03\x04") || at(0, b"PK\x05\x06") || at(0, b"PK\x07\x08") {
        return Content::Zip;
    }
    if at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Content::Compound;
    }
    if at(0, b"PAR1") {
        return Content::Parquet;
    }
    if let Some((_, what, hint)) = FOREIGN.iter().find(|(magic, ..)| at(0, magic)) {
        return Content::Foreign(what, hint);
    }
    if at(0, b"RIFF") && at(8, b"WAVE") {
        return Content::Foreign("a sound recording (WAV)", RECORDING);
    }
    if at(4, b"ftyp") {
        return media(head.get(8..12).unwrap_or_default());
    }
    if at(257, b"ustar") {
        return Content::Foreign("a tar archive", UNPACK);
    }
    markup(head)
}

/// The family of files that begin with `ftyp`.
fn media(brand: &[u8]) -> Content {
    if [b"heic", b"heix", b"mif1", b"msf1", b"hevc"]
        .iter()
        .any(|known| brand == known.as_slice())
    {
        return Content::Foreign("a HEIC image", EXPORT);
    }
    Content::Foreign("a sound or video recording (MP4)", RECORDING)
}

/// Tells pages and XML from plain text.
fn markup(head: &[u8]) -> Content {
    // Dropping the NUL bytes makes ASCII of the markup of a UTF-16 page; nothing else is asked of the text.
    let text: String = head
        .iter()
        .filter(|byte| byte.is_ascii() && **byte != 0)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let mut text = text.trim_start();
    if text.starts_with("mime-version:") && text.contains("multipart/related") {
        return Content::Foreign(
            "a web archive (MHTML)",
            "open it in a spreadsheet program and save it as .xlsx or .csv",
        );
    }
    while let Some(comment) = text.strip_prefix("<!--") {
        text = comment
            .split_once("-->")
            .map_or("", |(_, rest)| rest.trim_start());
    }
    if PAGES.iter().any(|page| text.starts_with(page)) {
        return Content::Markup;
    }
    if text.starts_with("<?xml") {
        let known = ["<html", "<table", "<workbook", "<ss:workbook"];
        if known.iter().any(|tag| text.contains(tag)) {
            return Content::Markup;
        }
        return Content::Foreign("an XML document", "export the data as .xlsx, .csv or JSON");
    }
    Content::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_what_it_is() {
        let cases: [(&[u8], Content); 11] = [
            (b"\x1f\x8b\x08", Content::Gzip),
            (b"\x28\xb5\x2f\xfd", Content::Zstd),
            (b"PK\x03\x04", Content::Zip),
            (b"PAR1\x15", Content::Parquet),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content::Compound),
            (b"\xef\xbb\xbf <HTML xmlns:x=", Content::Markup),
            (b"\xff\xfe<\0t\0a\0b\0l\0e\0>\0", Content::Markup),
            (
                b"<?xml version=\"1.0\"?>\n<Workbook xmlns=",
                Content::Markup,
            ),
            (b"call_id,started_at\n", Content::Text),
            (b"", Content::Text),
            (b"{\"a\":1}", Content::Text),
        ];
        for (head, expected) in cases {
            assert_eq!(tell(head), expected, "{head:?}");
        }
    }

    #[test]
    fn what_holds_no_rows_is_named() {
        let cases: [(&[u8], &str); 8] = [
            (b"%PDF-1.7", "PDF"),
            (b"\xff\xd8\xff\xe0", "JPEG"),
            (b"\0\0\0\x18ftypheic", "HEIC"),
            (b"Rar!\x1a\x07\x01\0", "RAR"),
            (b"SQLite format 3\0", "SQLite"),
            (b"RIFF\0\0\0\0WAVEfmt ", "WAV"),
            (b"<?xml version=\"1.0\"?><rows/>", "XML"),
            (b"\xfd7zXZ\0", "xz"),
        ];
        for (head, expected) in cases {
            let Content::Foreign(what, hint) = tell(head) else {
                panic!("{head:?}");
            };
            assert!(what.contains(expected) && !hint.is_empty(), "{what}");
        }
        let mut tar = vec![b'a'; 257];
        tar.extend_from_slice(b"ustar\x0000");
        assert!(matches!(tell(&tar), Content::Foreign("a tar archive", _)));
    }
}
