//! How a JSON file is laid out, found by one pass over its structure.

use std::io::{self, Read};

use super::node::{DEPTH, Node, parse};
use super::source::{RECORD_BYTES, Source};

/// First bytes that are looked at for lines.
const HEAD: u64 = 1 << 20;
/// Lines that are tried.
const LINES: usize = 100;
/// An object with an array of objects in it is an envelope, not a record, while it has so few fields beside.
const ENVELOPE_FIELDS: usize = 12;
/// Fields around an array that are remembered.
const OUTER_FIELDS: usize = 1000;
/// Bytes of a name or text that are remembered.
const TEXT_BYTES: usize = 64 << 10;

/// Where the records are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// One per line.
    Lines,
    /// One value after the other, or the elements of the array at this path of objects from the top.
    Values(Vec<String>),
}

/// What the survey found.
#[derive(Debug)]
pub(super) struct Found {
    pub form: Form,
    /// What is left of the path of the rows within a record.
    pub rest: Vec<String>,
    /// Fields around the array, when the file is one object and the rows were asked for by path.
    pub outer: Vec<(String, String)>,
}

/// Opens the same content again.
pub(super) type Open<'o> = &'o dyn Fn() -> io::Result<Box<dyn Read + Send>>;

/// Surveys a file.
pub(super) fn survey(open: Open<'_>, rows: &[String]) -> io::Result<Found> {
    let all = |form| Found {
        form,
        rest: rows.to_vec(),
        outer: Vec::new(),
    };
    let mut head = Vec::new();
    open()?.take(HEAD).read_to_end(&mut head)?;
    let whole = (head.len() as u64) < HEAD;
    let head = String::from_utf8_lossy(&head);
    let text = head.trim_start_matches(['\u{feff}', '\u{1e}', ' ', '\t', '\r', '\n']);
    if text.starts_with('[') {
        return Ok(all(Form::Values(Vec::new())));
    }
    if are_lines(text, whole) {
        return Ok(all(Form::Lines));
    }
    let mut top = Top::new(Source::new(open()?));
    top.source.space()?;
    let (start, line) = (top.source.offset(), top.source.line);
    top.value(0)?;
    let length = top.source.offset() - start;
    let one_line = top.source.line == line;
    if top.source.space()?.is_some() {
        let lines = one_line && top.source.line > line;
        return Ok(all(if lines {
            Form::Lines
        } else {
            Form::Values(Vec::new())
        }));
    }
    if !rows.is_empty() && length <= RECORD_BYTES as u64 {
        return Ok(all(Form::Values(Vec::new())));
    }
    Ok(top.choose(rows))
}

/// Whether most of the first lines are records on their own.
fn are_lines(text: &str, whole: bool) -> bool {
    let last = text.rfind('\n').unwrap_or_default();
    // The last line may be cut off by the end of the head.
    let complete = if whole { text } else { &text[..last] };
    let space = |c: char| c.is_whitespace() || c == '\u{1e}';
    let lines: Vec<&str> = complete
        .lines()
        .map(|line| line.trim_matches(space))
        .filter(|line| !line.is_empty())
        .take(LINES)
        .collect();
    let good = lines
        .iter()
        .filter(|line| matches!(parse(line), Ok(Node::Object(_))))
        .count();
    lines.len() > 1 && good * 2 > lines.len()
}

/// A pass over the top value of a file: objects are walked, elements of arrays only counted.
struct Top {
    source: Source,
    path: Vec<String>,
    /// Path of every array of objects, and how many it holds.
    arrays: Vec<(Vec<String>, u64)>,
    outer: Vec<(String, String)>,
    fields: usize,
}

impl Top {
    const fn new(source: Source) -> Self {
        Self {
            source,
            path: Vec::new(),
            arrays: Vec::new(),
            outer: Vec::new(),
            fields: 0,
        }
    }

    fn value(&mut self, depth: usize) -> io::Result<()> {
        match self.source.peek()? {
            Some(b'{') if depth < DEPTH => self.object(depth),
            Some(b'[') if depth > 0 => self.array(),
            Some(_) => {
                let mut text = Vec::new();
                self.source.value(Some(&mut text))?;
                self.fields += 1;
                if self.outer.len() < OUTER_FIELDS && text.len() <= TEXT_BYTES {
                    let text = String::from_utf8_lossy(&text);
                    if let Ok(Node::Scalar(text)) = parse(&text) {
                        self.outer.push((self.path.join("."), text.into_owned()));
                    }
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn object(&mut self, depth: usize) -> io::Result<()> {
        self.source.bump();
        loop {
            match self.source.space()? {
                None => return Ok(()),
                Some(b'}') => {
                    self.source.bump();
                    return Ok(());
                }
                Some(b'"') => {
                    let key = key(&mut self.source)?;
                    self.source.space()?;
                    if self.source.eat(b':')? {
                        self.source.space()?;
                        self.path.push(key);
                        self.value(depth + 1)?;
                        self.path.pop();
                    }
                }
                // A comma, or damage: whoever reads the records says what is wrong with them.
                Some(_) => self.source.bump(),
            }
        }
    }

    fn array(&mut self) -> io::Result<()> {
        self.source.bump();
        let mut objects = 0;
        loop {
            match self.source.space()? {
                None => break,
                Some(b']') => {
                    self.source.bump();
                    break;
                }
                Some(b',' | b'}') => self.source.bump(),
                Some(byte) => {
                    objects += u64::from(byte == b'{');
                    self.source.value(None)?;
                }
            }
        }
        if objects > 0 && self.arrays.len() < OUTER_FIELDS {
            self.arrays.push((self.path.clone(), objects));
        }
        Ok(())
    }

    /// Which array holds the rows.
    fn choose(self, rows: &[String]) -> Found {
        if !rows.is_empty() {
            let on_path = self.arrays.iter().find(|(path, _)| rows.starts_with(path));
            let path = on_path.map_or_else(Vec::new, |(path, _)| path.clone());
            return Found {
                rest: rows[path.len()..].to_vec(),
                outer: if path.is_empty() {
                    Vec::new()
                } else {
                    self.outer
                },
                form: Form::Values(path),
            };
        }
        let mut best: Option<&(Vec<String>, u64)> = None;
        for array in &self.arrays {
            if best.is_none_or(|best| array.1 > best.1) {
                best = Some(array);
            }
        }
        let few = |objects: u64| self.fields <= ENVELOPE_FIELDS || objects > self.fields as u64;
        let path = best
            .filter(|(_, objects)| few(*objects))
            .map_or_else(Vec::new, |(path, _)| path.clone());
        Found {
            form: Form::Values(path),
            rest: Vec::new(),
            outer: Vec::new(),
        }
    }
}

/// The name of a field, at its quote.
pub(super) fn key(source: &mut Source) -> io::Result<String> {
    let mut text = Vec::new();
    source.value(Some(&mut text))?;
    let text = String::from_utf8_lossy(&text);
    Ok(match parse(&text) {
        Ok(Node::Scalar(key)) => key.into_owned(),
        _ => text.into_owned(),
    })
}
