//! Delimited text → records: where each record begins and ends, and its fields.
//!
//! A line is the unit of damage. A quoted field may hold line breaks, but only when it closes and the
//! record then has as many fields as the header; otherwise the record ends at its line, so that one
//! broken row never takes its neighbours with it.

use std::borrow::Cow;

use memchr::memchr;

/// How many lines a quoted field may run over before the quote counts as unterminated.
pub const LINES_PER_RECORD: usize = 200;

/// From this many fields on, a line with exactly as many is a row of its own and not part of a quoted text:
/// it is far likelier that the quote above it was never meant to open.
const TELLING_WIDTH: usize = 4;

/// Where a record lies in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// End of its content, without the line end.
    pub end: usize,
    /// Start of the next record.
    pub next: usize,
    /// Physical lines it runs over.
    pub lines: u64,
}

/// Why a record could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A quoted field does not close, or text follows the closing quote.
    Quote,
}

/// The line that begins at `start`.
fn line(text: &[u8], start: usize) -> Extent {
    let tail = text.get(start..).unwrap_or_default();
    let (stop, next) = match memchr(b'\n', tail) {
        Some(at) => (start + at, start + at + 1),
        None => (text.len(), text.len()),
    };
    let end = if stop > start && text[stop - 1] == b'\r' {
        stop - 1
    } else {
        stop
    };
    Extent {
        end,
        next,
        lines: 1,
    }
}

/// The record that begins at `start`: its line, or several when the line opens a quoted field that a later
/// line closes to give exactly `width` fields. `None` when the text ends before that can be told and is not
/// `complete`.
#[must_use]
pub fn extent(
    text: &[u8],
    start: usize,
    delimiter: u8,
    width: usize,
    complete: bool,
) -> Option<Extent> {
    let first = line(text, start);
    if !ends_inside_quote(&text[start..first.end], delimiter) {
        return Some(first);
    }
    let mut at = first.next;
    for count in 1..LINES_PER_RECORD as u64 {
        if at >= text.len() {
            return complete.then_some(first);
        }
        let last = line(text, at);
        let alone = &text[at..last.end];
        if memchr(b'"', alone).is_none() {
            if width >= TELLING_WIDTH && field_count(alone, delimiter) == Some(width) {
                return Some(first);
            }
        } else {
            let joined = &text[start..last.end];
            if !ends_inside_quote(joined, delimiter) {
                let closes = field_count(joined, delimiter) == Some(width);
                return Some(if closes {
                    Extent {
                        lines: count + 1,
                        ..last
                    }
                } else {
                    first
                });
            }
        }
        at = last.next;
    }
    Some(first)
}

/// The record that begins at `start` where it is not known yet how many fields a record has: a quoted field
/// may run over a few lines, as names of columns do.
#[must_use]
pub fn extent_of_header(text: &[u8], start: usize, delimiter: u8) -> Option<Extent> {
    const LINES_OF_A_NAME: u64 = 20;
    if start >= text.len() {
        return None;
    }
    let first = line(text, start);
    let mut last = first;
    for lines in 1..=LINES_OF_A_NAME {
        if !ends_inside_quote(&text[start..last.end], delimiter) {
            return Some(Extent { lines, ..last });
        }
        if last.next >= text.len() {
            break;
        }
        last = line(text, last.next);
    }
    Some(first)
}

/// Whether a quoted field that begins in `bytes` is still open at their end.
fn ends_inside_quote(bytes: &[u8], delimiter: u8) -> bool {
    if memchr(b'"', bytes).is_none() {
        return false;
    }
    let mut fields = Fields::new(bytes, delimiter);
    while let Some(field) = fields.next_raw() {
        if let Raw::Open = field {
            return true;
        }
    }
    false
}

fn field_count(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut fields = Fields::new(bytes, delimiter);
    let mut count = 0;
    while let Some(field) = fields.next_raw() {
        if !matches!(field, Raw::Plain(..) | Raw::Quoted(..)) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

/// A field as it lies in its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// An unquoted field, by its byte range.
    Plain(usize, usize),
    /// Between the quotes, with doubled quotes still doubled.
    Quoted(usize, usize),
    /// A quoted field that does not close.
    Open,
    /// Text after the closing quote.
    Trailing,
}

/// The fields of one record, one after another.
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: Option<usize>,
    delimiter: u8,
}

impl<'a> Fields<'a> {
    /// From the first field on.
    #[must_use]
    pub const fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self {
            bytes,
            at: Some(0),
            delimiter,
        }
    }

    /// The next field; nothing follows one that is broken.
    pub fn next_raw(&mut self) -> Option<Raw> {
        let start = self.at?;
        let rest = self.bytes.get(start..)?;
        if rest.first() != Some(&b'"') {
            let end = memchr(self.delimiter, rest).map(|at| start + at);
            self.at = end.map(|at| at + 1);
            return Some(Raw::Plain(start, end.unwrap_or(self.bytes.len())));
        }
        let mut at = start + 1;
        loop {
            let Some(quote) = self.bytes.get(at..).and_then(|tail| memchr(b'"', tail)) else {
                self.at = None;
                return Some(Raw::Open);
            };
            at += quote + 1;
            match self.bytes.get(at) {
                Some(b'"') => at += 1,
                Some(next) if *next == self.delimiter => {
                    self.at = Some(at + 1);
                    return Some(Raw::Quoted(start + 1, at - 1));
                }
                None => {
                    self.at = None;
                    return Some(Raw::Quoted(start + 1, at - 1));
                }
                Some(_) => {
                    self.at = None;
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
    let mut fields = Fields::new(record.as_bytes(), delimiter);
    let mut found = Vec::new();
    while let Some(raw) = fields.next_raw() {
        let field = match raw {
            Raw::Plain(start, end) => Cow::Borrowed(record.get(start..end).unwrap_or_default()),
            Raw::Quoted(start, end) => unquoted(record.get(start..end).unwrap_or_default()),
            Raw::Open | Raw::Trailing => return Err(Fault::Quote),
        };
        found.push(field);
    }
    Ok(found)
}

/// What stands between quotes, with doubled quotes made single.
#[must_use]
pub fn unquoted(inner: &str) -> Cow<'_, str> {
    if inner.contains('"') {
        Cow::Owned(inner.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, expect: &[(u64, &str)]) {
        let (mut at, mut number, mut found) = (0, 1, Vec::new());
        while at < text.len() {
            let record = extent(text.as_bytes(), at, b',', width, true).unwrap();
            found.push((number, &text[at..record.end]));
            number += record.lines;
            at = record.next;
        }
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
    fn a_record_that_may_go_on_waits_for_more_text() {
        assert_eq!(extent(b"a,\"x\n", 0, b',', 2, false), None);
        assert!(extent(b"a,\"x\n", 0, b',', 2, true).is_some());
        assert!(extent(b"a,b\n", 0, b',', 2, false).is_some());
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
