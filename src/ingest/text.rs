//! Bytes → text: which encoding and which delimiter a file has.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a file is looked at to tell its encoding.
const SAMPLE: usize = 1 << 20;

/// Share of broken lines up to which a file still counts as being in an encoding. Text of a legacy encoding
/// is hardly ever valid UTF-8 by chance, so a majority of sound lines decides.
const BROKEN_LINES: f64 = 0.5;

/// An encoding and where the text begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Length of the byte-order mark.
    pub bom: usize,
    /// Whether lines end in a carriage return alone.
    pub carriage_returns: bool,
}

impl Detected {
    /// An encoding that the settings state, for a file that begins with `head`.
    #[must_use]
    pub fn stated(encoding: &'static Encoding, head: &[u8]) -> Self {
        let bom = match Encoding::for_bom(head) {
            Some((found, length)) if found == encoding => length,
            _ => 0,
        };
        Self {
            encoding: if encoding == GBK { GB18030 } else { encoding },
            bom,
            ..detect(head)
        }
    }

    fn is_utf16(&self) -> bool {
        self.encoding == UTF_16LE || self.encoding == UTF_16BE
    }

    /// The encoding of the text that [`reader`] gives.
    #[must_use]
    pub fn line_encoding(&self) -> &'static Encoding {
        if self.is_utf16() {
            UTF_8
        } else {
            self.encoding
        }
    }

    const fn new(encoding: &'static Encoding, bom: usize) -> Self {
        Self {
            encoding,
            bom,
            carriage_returns: false,
        }
    }

    /// The name as the summary prints it.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.encoding.name().to_lowercase();
        if self.bom > 0 {
            format!("{name}-bom")
        } else {
            name
        }
    }
}

/// Tells the encoding of a file: byte-order mark, then UTF-8 by validity of its lines, then a guess in
/// which every Chinese legacy encoding is read as GB18030, their superset.
#[must_use]
pub fn detect(bytes: &[u8]) -> Detected {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let mut detected = encoding(sample);
    let ascii_lines = memchr::memchr(b'\n', sample).is_none();
    detected.carriage_returns = ascii_lines && memchr::memchr(b'\r', sample).is_some();
    detected
}

fn encoding(sample: &[u8]) -> Detected {
    if let Some((encoding, bom)) = Encoding::for_bom(sample) {
        return Detected::new(encoding, bom);
    }
    if std::str::from_utf8(sample).is_ok() || mostly(UTF_8, sample) {
        return Detected::new(UTF_8, 0);
    }
    if common_chinese(sample) {
        return Detected::new(GB18030, 0);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    Detected::new(if guess == GBK { GB18030 } else { guess }, 0)
}

/// Share of the bytes beyond ASCII that form characters of GB2312, the everyday part of GB18030. Text in a
/// Western encoding has them alone between ASCII letters, where GB18030 would make rare characters of them.
fn common_chinese(bytes: &[u8]) -> bool {
    let (mut common, mut all, mut at) = (0_u64, 0_u64, 0);
    while at < bytes.len() {
        let Some(next) = bytes[at..].iter().position(|b| *b >= 0x80) else {
            break;
        };
        at += next;
        let pair = matches!(bytes.get(at), Some(0xa1..=0xf7))
            && matches!(bytes.get(at + 1), Some(0xa1..=0xfe));
        all += 1;
        common += u64::from(pair);
        at += if pair { 2 } else { 1 };
    }
    all > 0 && common * 10 >= all * 8
}

/// Whether bytes beyond ASCII read well in an encoding: valid, and for Chinese mostly everyday characters.
#[must_use]
pub fn plausible(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if encoding == GB18030 {
        return common_chinese(bytes);
    }
    decode(bytes, encoding).is_some()
}

/// Whether most lines with non-ASCII bytes decode.
fn mostly(encoding: &'static Encoding, sample: &[u8]) -> bool {
    let (mut seen, mut broken) = (0_u32, 0_u32);
    let cut = sample
        .iter()
        .rposition(|b| *b == b'\n')
        .unwrap_or(sample.len());
    for line in sample[..cut]
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_ascii())
    {
        seen += 1;
        broken += u32::from(decode(line, encoding).is_none());
    }
    seen > 0 && f64::from(broken) <= f64::from(seen) * BROKEN_LINES
}

/// Decodes one record; `None` when its bytes are not text in this encoding.
#[must_use]
pub fn decode<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Option<Cow<'a, str>> {
    if encoding == UTF_8 || bytes.is_ascii() {
        return simdutf8::basic::from_utf8(bytes).ok().map(Cow::Borrowed);
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The beginning of a file as bytes in which a line feed is a line end, and their encoding.
#[must_use]
pub fn line_oriented(bytes: Vec<u8>, detected: Detected) -> (Vec<u8>, &'static Encoding) {
    let mut converted = Vec::with_capacity(bytes.len());
    let mut reader = reader(Box::new(std::io::Cursor::new(bytes)), detected);
    // Reading from memory does not fail.
    let _ = reader.read_to_end(&mut converted);
    (converted, detected.line_encoding())
}

/// A reader of the text behind the byte-order mark in which a line feed is a line end: UTF-16 is converted to
/// UTF-8, lone carriage returns to line feeds; other encodings stay as they are.
#[must_use]
pub fn reader(raw: Box<dyn Read + Send>, detected: Detected) -> Box<dyn Read + Send> {
    let text: Box<dyn Read + Send> = if detected.is_utf16() {
        Box::new(
            encoding_rs_io::DecodeReaderBytesBuilder::new()
                .encoding(Some(detected.encoding))
                .build(raw),
        )
    } else {
        Box::new(Behind {
            raw,
            skip: detected.bom,
        })
    };
    if detected.carriage_returns {
        Box::new(LineFeeds(text))
    } else {
        text
    }
}

/// A reader of the text as UTF-8, whatever the file's encoding; what is no text in it becomes U+FFFD.
#[must_use]
pub fn decoded(raw: Box<dyn Read + Send>, detected: Detected) -> Box<dyn Read + Send> {
    if detected.encoding == UTF_8 {
        return reader(raw, detected);
    }
    Box::new(
        encoding_rs_io::DecodeReaderBytesBuilder::new()
            .encoding(Some(detected.encoding))
            .build(raw),
    )
}

/// A stream without its first bytes.
struct Behind {
    raw: Box<dyn Read + Send>,
    skip: usize,
}

impl Read for Behind {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.skip > 0 {
            let mut mark = [0; 4];
            let wanted = self.skip.min(mark.len());
            let read = self.raw.read(&mut mark[..wanted])?;
            if read == 0 {
                return Ok(0);
            }
            self.skip -= read;
        }
        self.raw.read(buffer)
    }
}

/// A stream with line feeds in the place of carriage returns.
struct LineFeeds(Box<dyn Read + Send>);

impl Read for LineFeeds {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        for byte in buffer.iter_mut().take(read).filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
        Ok(read)
    }
}

/// The delimiters that split the first lines, the one that makes the most fields first: comma, tab, semicolon
/// or bar.
#[must_use]
pub fn delimiters(text: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    const LINES: usize = 40;
    let lines: Vec<Cow<'_, str>> = text
        .split(|b| *b == b'\n')
        .take(LINES)
        .filter_map(|line| decode(line, encoding))
        .collect();
    let mut ranked: Vec<(usize, u8)> = [b',', b'\t', b';', b'|']
        .into_iter()
        .map(|delimiter| {
            let fields = |line: &str| {
                super::records::fields(line.trim_end_matches('\r'), delimiter)
                    .map_or(0, |fields| fields.len())
            };
            (lines.iter().map(|line| fields(line)).sum(), delimiter)
        })
        .collect();
    ranked.sort_by_key(|(fields, _)| std::cmp::Reverse(*fields));
    let single = lines.len();
    let mut split: Vec<u8> = ranked
        .into_iter()
        .filter(|(fields, _)| *fields > single)
        .map(|(_, delimiter)| delimiter)
        .collect();
    if split.is_empty() {
        split.push(b',');
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let text =
            "通话编号,呼叫时间,技能组\n1,2026-03-02 09:00:00,查询\n2,2026-03-02 09:01:00,投诉\n";
        assert_eq!(detect(text.as_bytes()).name(), "utf-8");
        assert_eq!(
            detect(format!("\u{feff}{text}").as_bytes()).name(),
            "utf-8-bom"
        );
        assert_eq!(detect(&GB18030.encode(text).0).name(), "gb18030");
        assert_eq!(detect(b"a,b\n1,2\n").name(), "utf-8");
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let detected = detect(&utf16);
        let (bytes, encoding) = line_oriented(utf16, detected);
        assert_eq!(
            (detected.name().as_str(), encoding),
            ("utf-16le-bom", UTF_8)
        );
        assert_eq!(bytes, text.as_bytes());
    }

    #[test]
    fn one_broken_line_does_not_change_the_encoding() {
        let mut bytes = "列\n".repeat(100).into_bytes();
        bytes.extend_from_slice(b"\xff\xfe\xfd\n");
        assert_eq!(detect(&bytes).name(), "utf-8");
        let mut legacy = GB18030.encode(&"查询,投诉\n".repeat(100)).0.into_owned();
        legacy.extend_from_slice(b"\xff\xff\n");
        assert_eq!(detect(&legacy).name(), "gb18030");
    }

    #[test]
    fn the_delimiter_splits_most() {
        for (header, expect) in [
            ("a,b,c", b','),
            ("a\tb,c\td", b'\t'),
            ("a;b;c", b';'),
            ("a|b", b'|'),
            ("a", b','),
        ] {
            let first = delimiters(header.as_bytes(), UTF_8).remove(0);
            assert_eq!(first, expect, "{header}");
        }
    }
}
