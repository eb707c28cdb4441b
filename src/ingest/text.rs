//! Bytes → text: which encoding and which delimiter a file has.

use std::borrow::Cow;

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
}

impl Detected {
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
    if let Some((encoding, bom)) = Encoding::for_bom(bytes) {
        return Detected { encoding, bom };
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if std::str::from_utf8(sample).is_ok() || mostly(UTF_8, sample) {
        return Detected {
            encoding: UTF_8,
            bom: 0,
        };
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    let chinese = guess == GBK || guess == GB18030 || mostly(GB18030, sample);
    Detected {
        encoding: if chinese { GB18030 } else { guess },
        bom: 0,
    }
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
        return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The file as bytes in which a line feed is a line end, and their encoding: UTF-16 is converted, others are
/// left as they are but for the byte-order mark.
#[must_use]
pub fn line_oriented(mut bytes: Vec<u8>, detected: Detected) -> (Vec<u8>, &'static Encoding) {
    bytes.drain(..detected.bom);
    if detected.encoding == UTF_16LE || detected.encoding == UTF_16BE {
        let (text, _) = detected.encoding.decode_without_bom_handling(&bytes);
        (text.into_owned().into_bytes(), UTF_8)
    } else {
        (bytes, detected.encoding)
    }
}

/// The delimiter that splits the header into the most fields: comma, tab, semicolon or bar.
#[must_use]
pub fn delimiter(header: &str) -> u8 {
    [b',', b'\t', b';', b'|']
        .into_iter()
        .rev()
        .max_by_key(|d| super::records::fields(header, *d).map_or(0, |fields| fields.len()))
        .unwrap_or(b',')
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
            assert_eq!(delimiter(header), expect, "{header}");
        }
    }
}
