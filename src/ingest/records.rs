//! Delimited text → records: where each record begins and ends, and its fields.
//!
//! A line is the unit of damage. A quoted field may hold line breaks, but only when it closes and the
//! record then has as many fields as the header; otherwise the record ends at its line, so that one
//! broken row never takes its neighbours with it.

use std::borrow::Cow;

use memchr::memchr;

/// How many lines a quoted field may run over before the quote counts as unterminated.
const LINES_PER_RECORD: usize = 200;

/// From this many fields on, a line with exactly as many is a row of its own and not part of a quoted text:
/// it is far likelier that the quote above it was never meant to open.
const TELLING_WIDTH: usize = 4;

/// One record of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Physical line it begins at, 1-based.
    pub line: u64,
    /// Its bytes without the line end.
    pub bytes: &'a [u8],
}

/// Why a record could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A quoted field does not close, or text follows the closing quote.
    Quote,
}

/// Splits `text` into its lines with their numbers, starting at `first_line`; line ends are LF or CRLF.
fn lines(text: &[u8], first_line: u64) -> Vec<Record<'_>> {
    let mut found = Vec::with_capacity(text.len() / 80 + 1);
    let (mut start, mut line) = (0, first_line);
    while start < text.len() {
        let end = memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
        let bytes = text[start..end]
            .strip_suffix(b"\r")
            .unwrap_or(&text[start..end]);
        found.push(Record { line, bytes });
        start = end + 1;
        line += 1;
    }
    found
}

/// Splits `text` into records of `width` fields, 1-based lines counted from `first_line`.
///
/// Lines are kept as they are unless one opens a quoted field that a later line closes to give exactly
/// `width` fields.
#[must_use]
pub fn split(text: &[u8], delimiter: u8, width: usize, first_line: u64) -> Vec<Record<'_>> {
    let lines = lines(text, first_line);
    let mut records = Vec::with_capacity(lines.len());
    let mut at = 0;
    while let Some(&first) = lines.get(at) {
        let taken = if ends_inside_quote(first.bytes, delimiter) {
            join(text, &lines[at..], delimiter, width)
        } else {
            None
        };
        if let Some((record, count)) = taken {
            records.push(record);
            at += count;
        } else {
            records.push(first);
            at += 1;
        }
    }
    records
}

/// The record that begins at the first of `lines` and runs over several, if it closes with `width` fields.
fn join<'a>(
    text: &'a [u8],
    lines: &[Record<'a>],
    delimiter: u8,
    width: usize,
) -> Option<(Record<'a>, usize)> {
    let first = lines.first()?;
    let base = first.bytes.as_ptr() as usize - text.as_ptr() as usize;
    for (count, last) in lines.iter().enumerate().take(LINES_PER_RECORD).skip(1) {
        if memchr(b'"', last.bytes).is_none() {
            if width >= TELLING_WIDTH && field_count(last.bytes, delimiter) == Some(width) {
                return None;
            }
            continue;
        }
        let end = last.bytes.as_ptr() as usize - text.as_ptr() as usize + last.bytes.len();
        let bytes = &text[base..end];
        if !ends_inside_quote(bytes, delimiter) {
            let closes = field_count(bytes, delimiter) == Some(width);
            return closes.then_some((
                Record {
                    line: first.line,
                    bytes,
                },
                count + 1,
            ));
        }
    }
    None
}

/// Whether a quoted field that begins in `bytes` is still open at their end.
fn ends_inside_quote(bytes: &[u8], delimiter: u8) -> bool {
    if memchr(b'"', bytes).is_none() {
        return false;
    }
    let mut fields = Fields {
        rest: Some(bytes),
        delimiter,
    };
    while let Some(field) = fields.next_raw() {
        if let Raw::Open = field {
            return true;
        }
    }
    false
}

fn field_count(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut fields = Fields {
        rest: Some(bytes),
        delimiter,
    };
    let mut count = 0;
    while let Some(field) = fields.next_raw() {
        if !matches!(field, Raw::Plain(_) | Raw::Quoted(_)) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

enum Raw<'a> {
    /// An unquoted field.
    Plain(&'a [u8]),
    /// Between the quotes, with doubled quotes still doubled.
    Quoted(&'a [u8]),
    /// A quoted field that does not close.
    Open,
    /// Text after the closing quote.
    Trailing,
}

struct Fields<'a> {
    rest: Option<&'a [u8]>,
    delimiter: u8,
}

impl<'a> Fields<'a> {
    fn next_raw(&mut self) -> Option<Raw<'a>> {
        let rest = self.rest?;
        if rest.first() != Some(&b'"') {
            let end = memchr(self.delimiter, rest);
            self.rest = end.map(|at| &rest[at + 1..]);
            return Some(Raw::Plain(&rest[..end.unwrap_or(rest.len())]));
        }
        let mut at = 1;
        loop {
            let Some(quote) = rest.get(at..).and_then(|tail| memchr(b'"', tail)) else {
                self.rest = None;
                return Some(Raw::Open);
            };
            at += quote + 1;
            match rest.get(at) {
                Some(b'"') => at += 1,
                Some(next) if *next == self.delimiter => {
                    self.rest = Some(&rest[at + 1..]);
                    return Some(Raw::Quoted(&rest[1..at - 1]));
                }
                None => {
                    self.rest = None;
                    return Some(Raw::Quoted(&rest[1..at - 1]));
                }
                Some(_) => {
                    self.rest = None;
                    return Some(Raw::Trailing);
                }
            }
        }
    }
}

/// Takes a decoded record apart.
///
/// # Errors
/// [`Fault::Quote`] when a quoted field does not close or text follows its closing quote.
pub fn fields(record: &str, delimiter: u8) -> Result<Vec<Cow<'_, str>>, Fault> {
    let mut fields = Fields {
        rest: Some(record.as_bytes()),
        delimiter,
    };
    let mut found = Vec::new();
    while let Some(raw) = fields.next_raw() {
        let field = match raw {
            Raw::Plain(bytes) => Cow::Borrowed(utf8(bytes)),
            Raw::Quoted(bytes) if memchr(b'"', bytes).is_none() => Cow::Borrowed(utf8(bytes)),
            Raw::Quoted(bytes) => Cow::Owned(utf8(bytes).replace("\"\"", "\"")),
            Raw::Open | Raw::Trailing => return Err(Fault::Quote),
        };
        found.push(field);
    }
    Ok(found)
}

/// Part of a `str` cut at ASCII bytes: always valid UTF-8.
fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, expect: &[(u64, &str)]) {
        let records = split(text.as_bytes(), b',', width, 1);
        let found: Vec<_> = records
            .iter()
            .map(|r| (r.line, std::str::from_utf8(r.bytes).unwrap()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn lines_end_in_lf_or_crlf() {
        check("a,b\r\nc,d\n", 2, &[(1, "a,b"), (2, "c,d")]);
        check("a,b\n\nc,d", 2, &[(1, "a,b"), (2, ""), (3, "c,d")]);
    }

    #[test]
    fn a_quoted_field_may_hold_line_breaks_when_the_record_fits() {
        check("a,\"x\ny\"\nc,d\n", 2, &[(1, "a,\"x\ny\""), (3, "c,d")]);
    }

    #[test]
    fn an_unterminated_quote_costs_its_own_line_only() {
        check(
            "a,\"x\nb,c\nd,\"e\"\nf,g\n",
            2,
            &[(1, "a,\"x"), (2, "b,c"), (3, "d,\"e\""), (4, "f,g")],
        );
        check("a,\"x\nb,c\n", 2, &[(1, "a,\"x"), (2, "b,c")]);
    }

    #[test]
    fn fields_are_unquoted() {
        let expect: Vec<Cow<'_, str>> = vec!["a".into(), "b,\"c\"".into(), "".into()];
        assert_eq!(fields("a,\"b,\"\"c\"\"\",", b','), Ok(expect));
        assert_eq!(fields("a,\"b\"c", b','), Err(Fault::Quote));
        assert_eq!(fields("a,\"b", b','), Err(Fault::Quote));
        assert_eq!(
            fields("a,b\"c", b',').map(|f| f.len()),
            Ok(2),
            "a quote inside is text"
        );
    }
}
