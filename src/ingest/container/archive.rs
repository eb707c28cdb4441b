//! Zip files and compound files: which of them are workbooks, and what the archives hold.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{Entry, Limits, Method};
use crate::error::{Error, Result};
use crate::i18n::visible::is_hidden;

const AS_XLSX: &str = "open it in a spreadsheet program and save it as .xlsx or .csv";

/// What a zip file turns out to be.
pub(super) enum Zipped {
    /// XLSX, XLSM, XLSB or ODS.
    Workbook,
    /// An archive of files: their names and where they lie, or why one cannot be read.
    Archive(Vec<(String, Found)>),
}

/// A file in an archive: where it lies, or what is wrong with it and what to do.
pub(super) type Found = std::result::Result<Entry, (String, String)>;

/// Looks into a zip file on disk.
///
/// # Errors
/// A damaged zip, one with too many members or too much in them, or a document that is not a workbook.
pub(super) fn look(path: &Path, name: &Path, limits: &Limits) -> Result<Zipped> {
    let file = File::open(path).map_err(|e| Error::io("open", name, e))?;
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|e| broken(name, e))?;
    if let Some(document) = document(&mut zip) {
        return match document {
            Ok(()) => Ok(Zipped::Workbook),
            Err(what) => Err(Error::input(name, format!("is {what}"), AS_XLSX)),
        };
    }
    let count = zip.len();
    if count > limits.members {
        return Err(Error::input(
            name,
            format!("holds {count} files, more than {}", limits.members),
            "unpack it and give the files that hold the log",
        ));
    }
    let mut found = Vec::new();
    let mut total = 0_u64;
    for index in 0..count {
        if let Some((label, entry)) = entry(&mut zip, index).map_err(|e| broken(name, e))? {
            total = total.saturating_add(entry.as_ref().map_or(0, |entry| entry.size));
            found.push((label, entry));
        }
    }
    if total > limits.unpacked {
        return Err(Error::input(
            name,
            format!("unpacks to {total} bytes, more than {}", limits.unpacked),
            "unpack it and give the files themselves, in parts",
        ));
    }
    Ok(Zipped::Archive(found))
}

fn broken(name: &Path, error: ZipError) -> Error {
    match error {
        ZipError::Io(e) if e.raw_os_error().is_some() => Error::io("read", name, e),
        e => Error::input(
            name,
            format!("is not a complete zip file ({e})"),
            "copy or download it again: the end of the file is missing or damaged",
        ),
    }
}

/// Whether the zip is a document: a workbook, or another kind that is named.
fn document<R: Read + std::io::Seek>(
    zip: &mut ZipArchive<R>,
) -> Option<std::result::Result<(), &'static str>> {
    let mut mime = Vec::new();
    if let Ok(entry) = zip.by_name("mimetype") {
        // A mimetype is a few words; a longer one is none.
        entry.take(256).read_to_end(&mut mime).ok()?;
    }
    let mime = String::from_utf8_lossy(&mime).trim().to_owned();
    if mime.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
        return Some(Ok(()));
    }
    if mime.starts_with("application/vnd.oasis.opendocument.") {
        return Some(Err("an OpenDocument file that is no spreadsheet"));
    }
    // Some writers use backslashes, or put the parts elsewhere than the usual folders.
    let names: Vec<String> = zip
        .file_names()
        .filter_map(std::result::Result::ok)
        .map(|name| name.replace('\\', "/").to_ascii_lowercase())
        .collect();
    let has = |part: &str| {
        names
            .iter()
            .any(|name| name.rsplit('/').next() == Some(part))
    };
    if has("[content_types].xml") {
        if has("workbook.xml") || has("workbook.bin") {
            return Some(Ok(()));
        }
        if has("document.xml") {
            return Some(Err("a Word document"));
        }
        if has("presentation.xml") {
            return Some(Err("a PowerPoint presentation"));
        }
    }
    has("document.iwa").then_some(Err("an Apple Numbers or Pages document"))
}

/// One entry of the archive; `None` for what is no file of the user's.
fn entry<R: Read + std::io::Seek>(
    zip: &mut ZipArchive<R>,
    index: usize,
) -> zip::result::ZipResult<Option<(String, Found)>> {
    let file = zip.by_index_raw(index)?;
    let label = label(file.name_raw(), || {
        file.name()
            .map(std::borrow::Cow::into_owned)
            .unwrap_or_default()
    });
    if file.is_dir() || is_clutter(&label) {
        return Ok(None);
    }
    let refused =
        |what: &str, hint: &str| Ok(Some((label.clone(), Err((what.into(), hint.into())))));
    if file.encrypted() {
        return refused("is encrypted", "pack it again without a password");
    }
    let link = file
        .unix_mode()
        .is_some_and(|mode| mode & 0o170_000 == 0o120_000);
    if link {
        return refused("is only a link to a file", "pack the file itself");
    }
    let method = match file.compression() {
        CompressionMethod::STORE => Method::Stored,
        CompressionMethod::DEFLATE => Method::Deflate,
        CompressionMethod::ZSTD => Method::Zstd,
        _ => {
            return refused(
                "is packed by a method that is not read",
                "pack it again with ordinary (deflate) compression",
            );
        }
    };
    let Some(start) = file.data_start() else {
        return refused("cannot be found in the archive", "copy the archive again");
    };
    let entry = Entry {
        start,
        packed: file.compressed_size(),
        size: file.size(),
        crc: file.crc32(),
        method,
    };
    Ok(Some((label, Ok(entry))))
}

/// The name of a member, to be shown only: never used as a path.
fn label(raw: &[u8], fallback: impl FnOnce() -> String) -> String {
    // Zips made on Chinese Windows hold GBK without saying so; UTF-8 without its flag is common too.
    let decoded = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(raw)
            .map_or_else(fallback, std::borrow::Cow::into_owned),
    };
    let mut shown = String::with_capacity(decoded.len());
    for (at, part) in decoded.split(['/', '\\']).enumerate() {
        if at > 0 {
            shown.push('/');
        }
        if part == ".." {
            shown.push_str("%2e%2e");
            continue;
        }
        for c in part.chars() {
            // Marks that turn the direction of writing make a name look like another one.
            if c.is_control() || is_hidden(c) {
                shown.extend(c.escape_unicode());
            } else {
                shown.push(c);
            }
        }
    }
    shown
}

/// What systems put into archives on their own.
fn is_clutter(label: &str) -> bool {
    label.split('/').any(|part| {
        part == "__MACOSX"
            || part.starts_with('.')
            || part.eq_ignore_ascii_case("thumbs.db")
            || part.eq_ignore_ascii_case("desktop.ini")
    })
}

/// Looks into a compound file on disk: an XLS workbook, or something that is refused by name.
///
/// # Errors
/// Encrypted workbooks and documents that are no workbooks.
pub(super) fn look_compound(path: &Path, name: &Path) -> Result<()> {
    let names = compound_names(path).map_err(|e| Error::io("read", name, e))?;
    let has = |wanted: &str| names.contains(&wanted);
    let refuse = |what: &str, hint: &str| Err(Error::input(name, format!("is {what}"), hint));
    if has("EncryptedPackage") {
        return refuse("encrypted", "save it without a password");
    }
    if has("Workbook") || has("Book") {
        return Ok(());
    }
    if has("WordDocument") {
        return refuse("a Word document", AS_XLSX);
    }
    if has("PowerPoint Document") {
        return refuse("a PowerPoint presentation", AS_XLSX);
    }
    if has("__nameid_version1.0") {
        return refuse("an Outlook message", "save the attachment and give that");
    }
    refuse("a document without a workbook in it", AS_XLSX)
}

/// Names in the directory of a compound file.
///
/// Entries of the directory are 128 bytes and lie at multiples of 128 wherever its sectors are, so they are
/// found without following chains of sectors that a damaged file may send in circles.
fn compound_names(path: &Path) -> std::io::Result<Vec<&'static str>> {
    const KNOWN: [&str; 6] = [
        "EncryptedPackage",
        "Workbook",
        "Book",
        "WordDocument",
        "PowerPoint Document",
        "__nameid_version1.0",
    ];
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut slot = [0_u8; 128];
    let mut names = Vec::new();
    while reader.read_exact(&mut slot).is_ok() {
        let length = usize::from(u16::from_le_bytes([slot[64], slot[65]]));
        if !(4..=64).contains(&length) || !matches!(slot[66], 1 | 2) {
            continue;
        }
        let units: Vec<u16> = slot[..length - 2]
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let name = String::from_utf16_lossy(&units);
        let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(&name));
        names.extend(known.filter(|known| !names.contains(*known)));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_and_made_harmless() {
        let none = || String::from("?");
        assert_eq!(label("通话/一月.csv".as_bytes(), none), "通话/一月.csv");
        let (gbk, ..) = encoding_rs::GBK.encode("通话记录.csv");
        assert_eq!(label(&gbk, none), "通话记录.csv");
        assert_eq!(
            label(b"..\\..\\etc/passwd", none),
            "%2e%2e/%2e%2e/etc/passwd"
        );
        assert_eq!(label(b"a\x1b[2Jb.csv", none), "a\\u{1b}[2Jb.csv");
        assert_eq!(
            label("a\u{202e}vsc.exe".as_bytes(), none),
            "a\\u{202e}vsc.exe"
        );
        assert_eq!(label(b"\xff\xff", none), "?");
    }

    #[test]
    fn what_systems_add_is_left_out() {
        assert!(
            is_clutter("__MACOSX/._calls.csv")
                && is_clutter("a/.DS_Store")
                && is_clutter("Thumbs.db")
        );
        assert!(!is_clutter("2026/calls.csv"));
    }
}
