//! Bytes of a JSON file: cut into values without taking them apart.

use std::io::{self, Read};

use memchr::{memchr, memchr3};

/// Bytes of a record at most.
pub(super) const RECORD_BYTES: usize = 16 << 20;
/// Bytes of a record that is too long which are kept to be shown.
const SHOWN_BYTES: usize = 64 << 10;
/// Brackets whose kind is remembered; beyond, only their number is.
const BRACKETS: usize = 1024;

/// How the cutting of a value ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cut {
    /// The file ended within the value.
    pub open: bool,
    /// The value is longer than a record may be; only its beginning was kept.
    pub long: bool,
}

/// A buffered stream that counts bytes and lines.
pub(super) struct Source {
    inner: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// Bytes before the buffer.
    before: u64,
    /// Lines begun so far.
    pub line: u64,
    /// Bytes of white space at the start of the current line, while nothing else was there.
    indent: usize,
    fresh: bool,
}

impl Source {
    pub(super) fn new(inner: Box<dyn Read + Send>) -> Self {
        Self {
            inner,
            buffer: vec![0; 1 << 16],
            at: 0,
            end: 0,
            before: 0,
            line: 1,
            indent: 0,
            fresh: true,
        }
    }

    /// Bytes taken so far.
    pub(super) const fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    fn fill(&mut self) -> io::Result<bool> {
        while self.at == self.end {
            self.before += self.end as u64;
            (self.at, self.end) = (0, 0);
            match self.inner.read(&mut self.buffer) {
                Ok(0) => return Ok(false),
                Ok(read) => self.end = read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill()?.then(|| self.buffer[self.at]))
    }

    /// Goes past the byte that was seen last.
    pub(super) fn bump(&mut self) {
        if let Some(byte) = self.buffer[..self.end].get(self.at) {
            if *byte == b'\n' {
                self.line += 1;
                (self.indent, self.fresh) = (0, true);
            } else if self.fresh && matches!(byte, b' ' | b'\t') {
                self.indent += 1;
            } else {
                self.fresh = false;
            }
            self.at += 1;
        }
    }

    /// Goes past white space, record separators and the byte order mark.
    pub(super) fn space(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b' ' | b'\t' | b'\r' | b'\n' | 0x1e | 0xef | 0xbb | 0xbf) => self.bump(),
                next => return Ok(next),
            }
        }
    }

    /// Goes past one byte if it is this one.
    pub(super) fn eat(&mut self, byte: u8) -> io::Result<bool> {
        let there = self.peek()? == Some(byte);
        if there {
            self.bump();
        }
        Ok(there)
    }

    /// The next line without its end; `None` at the end of the file.
    pub(super) fn take_line(&mut self, line: &mut Vec<u8>) -> io::Result<Option<Cut>> {
        line.clear();
        let mut cut = Cut::default();
        let mut any = false;
        while self.fill()? {
            any = true;
            let rest = &self.buffer[self.at..self.end];
            let stop = memchr(b'\n', rest);
            let part = &rest[..stop.unwrap_or(rest.len())];
            keep(line, part, &mut cut);
            self.at += part.len();
            if stop.is_some() {
                self.bump();
                break;
            }
        }
        Ok(any.then_some(cut))
    }

    /// Cuts the value that begins here, into `record` where it is wanted.
    ///
    /// Brackets are matched outside of texts. A line that ends within a text, or brackets that do not match,
    /// mean that the value is broken; then the next line that is indented like the first one and begins a
    /// value is taken for the next value, so that a broken record costs no other.
    pub(super) fn value(&mut self, mut record: Option<&mut Vec<u8>>) -> io::Result<Cut> {
        let indent = self.indent;
        let mut cut = Cut::default();
        let mut scan = Scan::default();
        loop {
            let Some(byte) = self.peek()? else {
                cut.open = scan.is_open();
                return Ok(cut);
            };
            if scan.broken && self.begins_next(byte, indent) {
                return Ok(cut);
            }
            if scan.place == Place::Text {
                let rest = &self.buffer[self.at..self.end];
                // Most of a file is plain text: it is taken in one go.
                let plain = memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
                if plain > 0 {
                    if let Some(record) = record.as_deref_mut() {
                        keep(record, &rest[..plain], &mut cut);
                    }
                    self.at += plain;
                    self.fresh = false;
                    continue;
                }
            }
            let step = scan.step(byte);
            if step == Step::Before {
                return Ok(cut);
            }
            if let Some(record) = record.as_deref_mut() {
                keep(record, &[byte], &mut cut);
            }
            self.bump();
            if step == Step::After {
                return Ok(cut);
            }
        }
    }

    /// Whether the byte is the first of a line that looks like the next value, or like the end of all.
    const fn begins_next(&self, byte: u8, indent: usize) -> bool {
        let first = self.fresh && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match byte {
            b'{' | b',' => first && self.indent == indent,
            b']' => first && (self.indent < indent || indent == 0),
            _ => false,
        }
    }
}

/// Keeps a part of a record while it is not too long.
fn keep(record: &mut Vec<u8>, part: &[u8], cut: &mut Cut) {
    if cut.long {
        return;
    }
    if record.len() + part.len() > RECORD_BYTES {
        cut.long = true;
        record.truncate(SHOWN_BYTES);
        return;
    }
    record.extend_from_slice(part);
}

/// What to do with a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It belongs to the value.
    Within,
    /// It is the last one of the value.
    After,
    /// The value ended before it.
    Before,
}

/// What the next byte lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Between values, brackets and commas.
    #[default]
    Between,
    /// A word or number on its own, which ends where something else begins.
    Word,
    /// A text.
    Text,
    /// A text, after a backslash.
    Escape,
}

/// Where the cutting stands.
#[derive(Debug, Default)]
struct Scan {
    place: Place,
    open: Vec<u8>,
    /// Brackets beyond those that are remembered.
    deeper: u64,
    broken: bool,
}

impl Scan {
    const fn is_open(&self) -> bool {
        matches!(self.place, Place::Text | Place::Escape) || !self.open.is_empty()
    }

    fn step(&mut self, byte: u8) -> Step {
        let word = self.place == Place::Word;
        match (self.place, byte) {
            (Place::Text | Place::Escape, _) => self.in_text(byte),
            (_, b'}' | b']') => self.close(byte),
            (_, b',' | b'\n' | b'\r' | b' ' | b'\t') if self.open.is_empty() => Step::Before,
            (_, b'"') if !word => {
                self.place = Place::Text;
                Step::Within
            }
            (_, b'{' | b'[') if !word => {
                if self.open.len() < BRACKETS {
                    self.open.push(byte);
                } else {
                    self.deeper += 1;
                }
                Step::Within
            }
            _ => {
                if self.open.is_empty() {
                    self.place = Place::Word;
                }
                Step::Within
            }
        }
    }

    fn in_text(&mut self, byte: u8) -> Step {
        match byte {
            _ if self.place == Place::Escape => self.place = Place::Text,
            b'\\' => self.place = Place::Escape,
            b'\n' => {
                self.broken = true;
                self.place = Place::Between;
            }
            b'"' => {
                self.place = Place::Between;
                if self.open.is_empty() {
                    return Step::After;
                }
            }
            _ => {}
        }
        Step::Within
    }

    fn close(&mut self, byte: u8) -> Step {
        if self.open.is_empty() {
            return Step::Before;
        }
        if self.deeper > 0 {
            self.deeper -= 1;
            return Step::Within;
        }
        let opener = if byte == b'}' { b'{' } else { b'[' };
        match self.open.iter().rposition(|open| *open == opener) {
            Some(at) => {
                self.broken |= at + 1 < self.open.len();
                self.open.truncate(at);
            }
            None => self.broken = true,
        }
        if self.open.is_empty() {
            Step::After
        } else {
            Step::Within
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &'static str) -> Vec<String> {
        let mut source = Source::new(Box::new(text.as_bytes()));
        let mut values = Vec::new();
        while let Some(byte) = source.space().unwrap() {
            if matches!(byte, b',' | b']') {
                source.bump();
                continue;
            }
            let mut record = Vec::new();
            let cut = source.value(Some(&mut record)).unwrap();
            let mark = if cut.open { "<open>" } else { "" };
            values.push(String::from_utf8(record).unwrap().trim_end().to_owned() + mark);
        }
        values
    }

    #[test]
    fn values_are_cut_where_they_end() {
        assert_eq!(
            cut("{\"a\":\"}\\\"\"}{\"b\":[{}]},12,\"x\" true"),
            ["{\"a\":\"}\\\"\"}", "{\"b\":[{}]}", "12", "\"x\"", "true"]
        );
        assert_eq!(cut("{\"a\":1"), ["{\"a\":1<open>"]);
    }

    #[test]
    fn a_broken_value_does_not_take_the_next_with_it() {
        assert_eq!(
            cut("  {\"a\": \"x},\n  {\"a\": 2},\n  {\"a\": 3}\n]"),
            ["{\"a\": \"x},", "{\"a\": 2}", "{\"a\": 3}"]
        );
        assert_eq!(
            cut("{\"a\":[1,2},\n{\"a\":2}"),
            ["{\"a\":[1,2}", "{\"a\":2}"]
        );
        assert_eq!(
            cut("{\n  \"a\": \"x,\n  \"b\": {\n  }\n}\n{\n  \"a\": 2\n}\n")
                .last()
                .unwrap(),
            "{\n  \"a\": 2\n}"
        );
    }

    #[test]
    fn a_million_brackets_cost_no_memory() {
        let text: &'static str = Box::leak(("[".repeat(1_000_000) + &"]".repeat(1_000_000)).into());
        assert_eq!(cut(text).len(), 1);
    }
}
