//! JSON: one record per line, one after the other, or in an array, at the top or inside an envelope.

mod explode;
mod node;
mod source;
mod survey;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use self::explode::Exploder;
use self::node::{Broken, Node, parse};
use self::source::{Cut, Source};
use self::survey::{Form, Found, Open, key, survey};
use super::{BLOCK_BYTES, BLOCK_ROWS, RowSource};
use crate::error::{Error, Result};
use crate::ingest::block::Block;
use crate::ingest::container::explain;
use crate::ingest::reason::{Reason, Refusal, Reject};

/// Records whose fields become the columns.
const NAMED_RECORDS: u64 = 1000;
/// Columns at most: more means that the names are data.
const COLUMNS: usize = 4096;
/// Characters of a broken record that are shown.
const SHOWN: usize = 40;

/// Whether a file that begins so is JSON.
#[must_use]
pub fn looks_like_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut bytes = head
        .iter()
        .filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e));
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{')) => true,
        // An empty array, and nothing but it.
        (Some(b'['), Some(b']')) => bytes.next().is_none(),
        _ => false,
    }
}

/// How a file is laid out and which columns it has.
#[derive(Debug)]
pub struct Shape {
    found: Found,
    names: Vec<String>,
}

impl Shape {
    /// Names of the columns: paths of the fields in the first 1 000 records, in the order they are met.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Path of the array whose elements are the records, where the file is an envelope around one.
    #[must_use]
    pub fn envelope(&self) -> Option<String> {
        match &self.found.form {
            Form::Values(path) if !path.is_empty() => Some(path.join(".")),
            _ => None,
        }
    }
}

/// Finds out how a file is laid out. `rows` is the path of the array whose elements are the rows; without it,
/// a file that is one object is searched for the array with most objects. `open` gives the content as UTF-8,
/// from its start, as often as it is asked; `name` is how messages call the file.
///
/// # Errors
/// The file cannot be read, is damaged, or has names without end.
pub fn shape(open: Open<'_>, name: &Path, rows: Option<&str>) -> Result<Shape> {
    let rows: Vec<String> = rows
        .map(|rows| rows.split('.').map(str::to_owned).collect())
        .unwrap_or_default();
    let found = survey(open, &rows).map_err(|e| explain(name, e))?;
    let reader = open().map_err(|e| explain(name, e))?;
    let mut records = Records::new(reader, name, &found.form);
    let exploder = Exploder::new(&found);
    let mut names: Vec<String> = Vec::new();
    let mut known = std::collections::HashSet::new();
    let mut record = 0;
    while record < NAMED_RECORDS {
        let got = match records.next() {
            Ok(Some(got)) => got,
            Ok(None) => break,
            // The rows before the damage are good; the reader of the rows will say what comes after.
            Err(_) if record > 0 => break,
            Err(error) => return Err(error),
        };
        record += 1;
        let Ok(text) = std::str::from_utf8(&records.bytes) else {
            continue;
        };
        let Ok(node @ Node::Object(_)) = parse(trim(text)) else {
            continue;
        };
        if got.cut.long {
            continue;
        }
        let _ = exploder.fields(&node, &mut |path| {
            if names.len() <= COLUMNS && !known.contains(path) {
                known.insert(path.to_owned());
                names.push(path.to_owned());
            }
        });
    }
    if names.len() > COLUMNS {
        return Err(Error::input(
            name,
            format!("has more than {COLUMNS} differently named fields"),
            "the names of fields must not be data: export one record per row",
        ));
    }
    Ok(Shape { found, names })
}

/// Opens a file of which the shape is known.
#[must_use]
pub fn open(reader: Box<dyn Read + Send>, name: &Path, shape: &Shape) -> JsonRows {
    JsonRows {
        records: Records::new(reader, name, &shape.found.form),
        exploder: Exploder::new(&shape.found),
        index: shape
            .names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), at))
            .collect(),
        names: shape.names.clone(),
        fault: None,
        ended: false,
    }
}

/// The rows of a JSON file. The line of a row is the physical one where every line is a record, else the number
/// of the record.
pub struct JsonRows {
    records: Records,
    exploder: Exploder,
    index: HashMap<String, usize>,
    names: Vec<String>,
    fault: Option<Error>,
    ended: bool,
}

impl RowSource for JsonRows {
    fn names(&self) -> Option<&[String]> {
        Some(&self.names)
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        if let Some(fault) = self.fault.take() {
            self.ended = true;
            return Err(fault);
        }
        if self.ended {
            return Ok(None);
        }
        let mut block = Block::new(self.names.len());
        let mut bytes = 0;
        while block.len() < BLOCK_ROWS && bytes < BLOCK_BYTES {
            match self.records.next() {
                Ok(Some(got)) => match self.take(&got, &mut block) {
                    Ok(taken) => bytes += taken,
                    Err(refusal) => {
                        let raw = String::from_utf8_lossy(&self.records.bytes)
                            .trim()
                            .to_owned();
                        bytes += raw.len() + size_of::<Reject>();
                        block.rejects.push(Reject {
                            line: got.line,
                            refusal,
                            raw,
                        });
                    }
                },
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                Err(fault) => {
                    // What came before is given first: it is counted.
                    self.fault = Some(fault);
                    break;
                }
            }
        }
        if block.is_empty() && block.rejects.is_empty() {
            self.ended = true;
            return self.fault.take().map_or(Ok(None), Err);
        }
        Ok(Some(block))
    }
}

impl JsonRows {
    /// Adds the rows of one record and says how many bytes they hold.
    fn take(&mut self, got: &Got, block: &mut Block<'_>) -> std::result::Result<usize, Refusal> {
        if got.cut.long {
            return Err(refusal(Reason::TooLong, ""));
        }
        let Ok(text) = std::str::from_utf8(&self.records.bytes) else {
            return Err(refusal(Reason::Encoding, ""));
        };
        let text = trim(text);
        let node = match parse(text) {
            Ok(node @ Node::Object(_)) => node,
            Ok(_) => return Err(refusal(Reason::BadJson, text)),
            Err(Broken(at)) => {
                let tail = text.get(at..).unwrap_or_default();
                return Err(refusal(Reason::BadJson, tail));
            }
        };
        let bytes = self.exploder.rows(&node, &self.index, block, got.line);
        bytes.map_err(|()| refusal(Reason::TooLong, ""))
    }
}

fn refusal(reason: Reason, text: &str) -> Refusal {
    Refusal {
        column: String::new(),
        value: text.chars().take(SHOWN).collect(),
        reason,
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{1e}' | '\u{feff}'))
}

/// One record was read into the buffer.
struct Got {
    line: u64,
    cut: Cut,
}

/// The records of a file, one at a time.
struct Records {
    source: Source,
    name: PathBuf,
    form: Form,
    /// Text of the record read last.
    bytes: Vec<u8>,
    count: u64,
    /// Whether the start of the values was found, and whether they lie in an array.
    started: Option<bool>,
}

impl Records {
    fn new(reader: Box<dyn Read + Send>, name: &Path, form: &Form) -> Self {
        Self {
            source: Source::new(reader),
            name: name.to_owned(),
            form: form.clone(),
            bytes: Vec::new(),
            count: 0,
            started: None,
        }
    }

    fn next(&mut self) -> Result<Option<Got>> {
        let result = match self.form {
            Form::Lines => self.line(),
            Form::Values(_) => self.value(),
        };
        match result {
            Ok(Ok(got)) => Ok(got),
            Ok(Err(open)) => Err(open),
            Err(e) => Err(explain(&self.name, e)),
        }
    }

    fn line(&mut self) -> std::io::Result<Result<Option<Got>>> {
        loop {
            let line = self.source.line;
            let Some(cut) = self.source.take_line(&mut self.bytes)? else {
                return Ok(Ok(None));
            };
            let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0x1e);
            if !self.bytes.iter().all(blank) {
                return Ok(Ok(Some(Got { line, cut })));
            }
        }
    }

    fn value(&mut self) -> std::io::Result<Result<Option<Got>>> {
        let in_array = match self.started {
            Some(in_array) => in_array,
            None => self.start()?,
        };
        self.started = Some(in_array);
        loop {
            match self.source.space()? {
                None if in_array => return Ok(Err(self.cut_off(self.source.offset()))),
                None => return Ok(Ok(None)),
                Some(b']') if in_array => return Ok(Ok(None)),
                Some(b',') => self.source.bump(),
                Some(_) => break,
            }
        }
        self.count += 1;
        let start = self.source.offset();
        self.bytes.clear();
        let cut = self.source.value(Some(&mut self.bytes))?;
        if cut.open {
            return Ok(Err(self.cut_off(start)));
        }
        if self.source.offset() == start {
            // A stray bracket: it is a broken record of its own.
            self.bytes.extend(self.source.peek()?);
            self.source.bump();
        }
        let line = self.count;
        Ok(Ok(Some(Got { line, cut })))
    }

    /// Goes to the first record; says whether the records lie in an array.
    fn start(&mut self) -> std::io::Result<bool> {
        let path = match &self.form {
            Form::Values(path) => path.clone(),
            Form::Lines => Vec::new(),
        };
        for step in &path {
            self.source.space()?;
            if !self.source.eat(b'{')? || !self.enter(step)? {
                return Ok(false);
            }
        }
        self.source.space()?;
        self.source.eat(b'[')
    }

    /// Goes to the value of a field of the object that was entered.
    fn enter(&mut self, step: &str) -> std::io::Result<bool> {
        loop {
            match self.source.space()? {
                None | Some(b'}') => return Ok(false),
                Some(b'"') => {
                    let found = key(&mut self.source)? == step;
                    self.source.space()?;
                    if self.source.eat(b':')? {
                        self.source.space()?;
                        // A null of the same name before the array is not the array.
                        let nested = matches!(self.source.peek()?, Some(b'{' | b'['));
                        if found && nested {
                            return Ok(true);
                        }
                        self.source.value(None)?;
                    }
                }
                Some(_) => self.source.bump(),
            }
        }
    }

    fn cut_off(&self, start: u64) -> Error {
        Error::input(
            &self.name,
            format!(
                "is cut off: after record {}, what begins at byte {start} is never closed",
                self.count
                    .saturating_sub(u64::from(self.source.offset() > start)),
            ),
            "export it again; the records before it are good",
        )
    }
}

#[cfg(test)]
mod tests;
