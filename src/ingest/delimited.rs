//! Delimited text → blocks: cut the stream where no record is torn, then take every piece apart on its own.

use std::io::{ErrorKind, Read};

use encoding_rs::{Encoding, UTF_8};
use memchr::{memchr, memchr_iter, memrchr, memrchr_iter};

use super::block::Block;
use super::buffer::{Buffer, Buffers};
use super::marks::Marks;
use super::reason::{Reason, Reject};
use super::records::{Fields, LINES_PER_RECORD, Raw, extent, unquoted};
use super::text;

/// Bytes read at a time: large enough that the cut between two pieces costs nothing, small enough that a
/// dozen pieces in flight stay far below the memory a run may take.
const PIECE: usize = 2 << 20;

/// A line longer than this is not a row of any export; its beginning goes to the quarantine.
const LONGEST_LINE: usize = 16 << 20;

/// What is kept of a line that is too long.
const KEPT_OF_LONG_LINE: usize = 64 << 10;

/// How the rows of a file are written.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Field separator, an ASCII character.
    pub delimiter: u8,
    /// The encoding; never UTF-16, which is converted before.
    pub encoding: &'static Encoding,
    /// Fields of a row: as many as the header has.
    pub width: usize,
    /// Fields a row must have: columns without a name at the end may be missing.
    pub needed: usize,
}

/// Whole records of a file.
pub struct Piece {
    bytes: Buffer,
    first_line: u64,
    /// Line ends in it.
    lines: usize,
    /// Instead of bytes: a line that is too long, its beginning and its length.
    long: Option<(Vec<u8>, u64)>,
}

/// Cuts a stream into pieces of whole records.
pub struct Pieces {
    reader: Box<dyn Read + Send>,
    dialect: Dialect,
    buffers: Buffers,
    carry: Vec<u8>,
    line: u64,
    ended: bool,
    size: usize,
}

impl Pieces {
    /// From a stream that stands at the beginning of line `line`.
    #[must_use]
    pub fn new(reader: Box<dyn Read + Send>, dialect: Dialect, line: u64) -> Self {
        Self::of_size(reader, dialect, line, PIECE)
    }

    fn of_size(reader: Box<dyn Read + Send>, dialect: Dialect, line: u64, size: usize) -> Self {
        Self {
            reader,
            dialect,
            buffers: Buffers::new(size),
            carry: Vec::new(),
            line,
            ended: false,
            size,
        }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn next_piece(&mut self) -> std::io::Result<Option<Piece>> {
        let mut bytes = self.buffers.lend();
        bytes.extend(&std::mem::take(&mut self.carry));
        let mut target = self.size;
        loop {
            self.fill(&mut bytes, target)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let cut = if self.ended {
                bytes.len()
            } else {
                self.cut(&bytes)
            };
            if cut > 0 {
                bytes[cut..].clone_into(&mut self.carry);
                bytes.truncate(cut);
                let lines = memchr_iter(b'\n', &bytes).count();
                let piece = Piece {
                    first_line: self.line,
                    lines,
                    long: None,
                    bytes,
                };
                self.line += lines as u64;
                return Ok(Some(piece));
            }
            if bytes.len() >= LONGEST_LINE {
                return self.long_line(&bytes).map(Some);
            }
            target = bytes.len() + self.size;
        }
    }

    /// Reads until there are `target` bytes or the stream ends.
    fn fill(&mut self, bytes: &mut Buffer, target: usize) -> std::io::Result<()> {
        while bytes.len() < target && !self.ended {
            match self.reader.read(bytes.room(target)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(read) => {
                    bytes.grow(read);
                    self.ended = read == 0;
                }
            }
        }
        Ok(())
    }

    /// Where the bytes can be cut without tearing a record; 0 when nowhere.
    fn cut(&self, bytes: &[u8]) -> usize {
        let Some(last) = memrchr(b'\n', bytes) else {
            return 0;
        };
        // A record runs over so many lines at most: when the last ones hold no quote, none is torn.
        let tail = memrchr_iter(b'\n', &bytes[..last])
            .nth(LINES_PER_RECORD)
            .unwrap_or(0);
        if memchr(b'"', &bytes[tail..=last]).is_none() {
            return last + 1;
        }
        let (text, mut at) = (&bytes[..=last], 0);
        while at < text.len() {
            match extent(text, at, self.dialect.delimiter, self.dialect.width, false) {
                Some(record) => at = record.next,
                None => break,
            }
        }
        at
    }

    /// Skips the rest of a line that is too long.
    fn long_line(&mut self, begun: &[u8]) -> std::io::Result<Piece> {
        let head = begun[..KEPT_OF_LONG_LINE.min(begun.len())].to_vec();
        let mut length = begun.len() as u64;
        let mut bytes = self.buffers.lend();
        loop {
            if let Some(at) = memchr(b'\n', &bytes) {
                length += at as u64;
                bytes[at + 1..].clone_into(&mut self.carry);
                break;
            }
            length += bytes.len() as u64;
            bytes.truncate(0);
            self.fill(&mut bytes, self.size)?;
            if bytes.is_empty() {
                break;
            }
        }
        let piece = Piece {
            bytes: self.buffers.lend(),
            first_line: self.line,
            lines: 1,
            long: Some((head, length)),
        };
        self.line += 1;
        Ok(piece)
    }
}

/// Takes a piece apart.
#[must_use]
pub fn parse<'p>(piece: &'p Piece, dialect: &Dialect) -> Block<'p> {
    if let Some((head, length)) = &piece.long {
        let mut block = Block::new(dialect.width);
        let raw = String::from_utf8_lossy(head).into_owned();
        block.rejects.push(Reject::whole(
            piece.first_line,
            Reason::TooLong,
            format!("{length} B"),
            raw,
        ));
        return block;
    }
    if memchr(0, &piece.bytes).is_some() {
        return one_by_one(piece, dialect);
    }
    let Some(text) = text::decode(&piece.bytes, dialect.encoding) else {
        return one_by_one(piece, dialect);
    };
    let mut parser = Parser::new(dialect);
    parser.block.reserve(piece.lines + 1);
    parser.all(&text, piece.first_line);
    parser.block.set_text(text);
    parser.block
}

/// The careful way for a piece with bytes that are no text: record by record, so that the others are read.
fn one_by_one(piece: &Piece, dialect: &Dialect) -> Block<'static> {
    let mut parser = Parser::new(dialect);
    let (mut at, mut line) = (0, piece.first_line);
    while at < piece.bytes.len() {
        let Some(record) = extent(&piece.bytes, at, dialect.delimiter, dialect.width, true) else {
            break;
        };
        let bytes = &piece.bytes[at..record.end];
        let lossy = || {
            dialect
                .encoding
                .decode_without_bom_handling(bytes)
                .0
                .into_owned()
        };
        match text::decode(bytes, dialect.encoding) {
            _ if memchr(0, bytes).is_some() => {
                let reject = Reject::whole(line, Reason::Nul, String::new(), lossy());
                parser.block.rejects.push(reject);
            }
            None => {
                let value = mixed(bytes, dialect.encoding);
                parser
                    .block
                    .rejects
                    .push(Reject::whole(line, Reason::Encoding, value, lossy()));
            }
            Some(text) => parser.record_apart(&text, line),
        }
        line += record.lines;
        at = record.next;
    }
    parser.block
}

/// What is wrong with bytes that are not text of the file's encoding: perhaps they are text of another.
fn mixed(bytes: &[u8], encoding: &'static Encoding) -> String {
    let name = encoding.name().to_lowercase();
    let other = if encoding == UTF_8 {
        encoding_rs::GB18030
    } else {
        UTF_8
    };
    if text::plausible(bytes, other) {
        format!("{name}; {}?", other.name().to_lowercase())
    } else {
        name
    }
}

struct Parser<'d, 't> {
    block: Block<'t>,
    dialect: &'d Dialect,
}

impl<'d> Parser<'d, '_> {
    fn new(dialect: &'d Dialect) -> Self {
        Self {
            block: Block::new(dialect.width),
            dialect,
        }
    }

    /// Goes over the text once. Only rows with a quoted field are looked at twice.
    fn all(&mut self, text: &str, first_line: u64) {
        let bytes = text.as_bytes();
        let (mut start, mut field, mut line) = (0, 0, first_line);
        for at in Marks::new([self.dialect.delimiter, b'\n', b'"'], bytes) {
            if at < start {
                continue;
            }
            match bytes[at] {
                b'\n' => {
                    let end = if at > field && bytes[at - 1] == b'\r' {
                        at - 1
                    } else {
                        at
                    };
                    self.block.push_span(field, end);
                    self.row(text, start, end, line);
                    (start, field) = (at + 1, at + 1);
                    line += 1;
                }
                b'"' => {
                    // A quote inside an unquoted field is text.
                    if at != field {
                        continue;
                    }
                    let Some(record) = extent(
                        bytes,
                        start,
                        self.dialect.delimiter,
                        self.dialect.width,
                        true,
                    ) else {
                        continue;
                    };
                    self.block.forget_row();
                    self.quoted(text, start, record.end, line);
                    line += record.lines;
                    (start, field) = (record.next, record.next);
                }
                _ => {
                    self.block.push_span(field, at);
                    field = at + 1;
                }
            }
        }
        if start < bytes.len() {
            let end = bytes.len() - usize::from(bytes.ends_with(b"\r"));
            self.block.push_span(field, end.max(field));
            self.row(text, start, end.max(start), line);
        }
    }

    /// A row of unquoted fields, which are in the block.
    fn row(&mut self, text: &str, start: usize, end: usize, line: u64) {
        let found = self.block.begun();
        let all_empty = end - start + 1 == found;
        if all_empty || is_blank(&text.as_bytes()[start..end], self.dialect.delimiter) {
            self.block.forget_row();
            self.block.blanks.push(line);
            return;
        }
        // Spreadsheets put empty columns behind the last one.
        if found < self.dialect.needed || self.block.has_surplus() {
            self.block.forget_row();
            self.miscounted(found, line, &text[start..end]);
            return;
        }
        self.block.end_row(line, start, end);
    }

    fn miscounted(&mut self, found: usize, line: u64, raw: &str) {
        // Language-neutral: fields found ≠ fields of the header.
        let value = format!("{found} ≠ {}", self.dialect.width);
        self.block.rejects.push(Reject::whole(
            line,
            Reason::FieldCount,
            value,
            raw.to_owned(),
        ));
    }

    /// A record with a quoted field that lies in the block's text.
    fn quoted(&mut self, text: &str, start: usize, end: usize, line: u64) {
        let record = text.get(start..end).unwrap_or_default();
        let mut fields = Fields::new(record.as_bytes(), self.dialect.delimiter);
        let mut found: Vec<(usize, usize, bool)> = Vec::with_capacity(self.dialect.width);
        while let Some(raw) = fields.next_raw() {
            match raw {
                Raw::Plain(from, to) => found.push((from, to, false)),
                Raw::Quoted(from, to) => found.push((from, to, true)),
                Raw::Open | Raw::Trailing => {
                    let reject =
                        Reject::whole(line, Reason::Quote, String::new(), record.to_owned());
                    self.block.rejects.push(reject);
                    return;
                }
            }
        }
        if found.iter().all(|(from, to, _)| from == to) {
            self.block.blanks.push(line);
            return;
        }
        let surplus = found.get(self.dialect.width..).unwrap_or_default();
        if found.len() < self.dialect.needed || surplus.iter().any(|(from, to, _)| from != to) {
            self.miscounted(found.len(), line, record);
            return;
        }
        for (from, to, quotes) in found.into_iter().take(self.dialect.width) {
            let inner = &record[from..to];
            if quotes && inner.contains('"') {
                self.block.push_beside(text.len(), &unquoted(inner));
            } else {
                self.block.push_span(start + from, start + to);
            }
        }
        self.block.end_row(line, start, end);
    }

    /// A record that does not lie in the block's text.
    fn record_apart(&mut self, record: &str, line: u64) {
        if is_blank(record.as_bytes(), self.dialect.delimiter) {
            self.block.blanks.push(line);
            return;
        }
        let Ok(fields) = super::records::fields(record, self.dialect.delimiter) else {
            let reject = Reject::whole(line, Reason::Quote, String::new(), record.to_owned());
            self.block.rejects.push(reject);
            return;
        };
        if fields.iter().all(|field| field.is_empty()) {
            self.block.blanks.push(line);
            return;
        }
        let surplus = fields.get(self.dialect.width..).unwrap_or_default();
        if fields.len() < self.dialect.needed || surplus.iter().any(|field| !field.is_empty()) {
            self.miscounted(fields.len(), line, record);
            return;
        }
        self.block.push(line, fields.iter().map(AsRef::as_ref));
    }
}

/// White space and separators only.
fn is_blank(bytes: &[u8], delimiter: u8) -> bool {
    bytes
        .iter()
        .all(|b| b.is_ascii_whitespace() || *b == delimiter)
}

#[cfg(test)]
#[path = "delimited_tests.rs"]
mod tests;
