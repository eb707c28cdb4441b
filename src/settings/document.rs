//! A TOML text whose every key and value knows where it stands, so that a message can point at it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::position::Position;
use crate::error::{Error, Result};

/// A settings file, read but not yet understood.
#[derive(Debug, Clone)]
pub struct Document {
    /// What messages call it: its path, or a description of a built-in text.
    name: String,
    text: String,
    root: Node,
}

/// A value and the bytes it stands at; for a table, those of its header.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    Time(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// One key of a table; the entries of a table stay in the order of the file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) span: Range<usize>,
    pub(super) node: Node,
}

/// One step from a table or list to what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'k> {
    /// The value of this key.
    Key(&'k str),
    /// The element at this place, from 0.
    At(usize),
}

impl Document {
    /// Reads the TOML `text` that messages call `name`.
    ///
    /// # Errors
    /// When it is not valid TOML: with line, column and the line itself.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let table = DeTable::parse(text).map_err(|error| syntax(name, text, &error))?;
        let root = Node {
            span: 0..0,
            value: Value::Table(entries(table.get_ref(), name, text)?),
        };
        Ok(Self {
            name: name.to_owned(),
            text: text.to_owned(),
            root,
        })
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) const fn root(&self) -> &Node {
        &self.root
    }

    /// The 1-based line that a byte of the text stands in.
    pub(super) fn line(&self, at: usize) -> usize {
        Position::of(&self.text, at).line
    }

    /// The 1-based line at which the value at `path` begins, where the file has it.
    #[must_use]
    pub fn line_of(&self, path: &[Step]) -> Option<usize> {
        self.key_and_node(path)
            .map(|(span, _)| self.line(span.start))
    }

    /// An error about the value at `path`, or about the file as a whole when it has no such value.
    #[must_use]
    pub fn value_error(
        &self,
        path: &[Step],
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Error {
        let span = self.key_and_node(path).map(|(_, node)| node.span.clone());
        self.error(span, message.into(), hint.into())
    }

    /// An error about the key at the end of `path`, or about the file as a whole when it has no such key.
    #[must_use]
    pub fn key_error(
        &self,
        path: &[Step],
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Error {
        let span = self.key_and_node(path).map(|(span, _)| span);
        self.error(span, message.into(), hint.into())
    }

    /// An error about a place within the text value at `path`: `at` is its byte in that text. The line is shown
    /// with a mark under the place; where the value is written with escapes, the value is shown instead.
    #[must_use]
    pub fn text_error(
        &self,
        path: &[Step],
        at: Option<usize>,
        message: &str,
        hint: impl Into<String>,
    ) -> Error {
        let found = self.key_and_node(path).map(|(_, node)| node);
        let (Some(node), Some(at)) = (found, at) else {
            return self.value_error(path, message, hint);
        };
        let value = node.text().unwrap_or_default();
        let written = self.text.get(node.span.clone()).unwrap_or_default();
        // As it stands between the quotes, whatever their kind.
        let verbatim = written
            .find(value)
            .filter(|before| !value.is_empty() && *before <= "\"\"\"\r\n".len());
        let (start, shown) = match verbatim {
            Some(before) => {
                let place = node.span.start + before + at;
                (place, Position::of(&self.text, place).excerpt(&self.text))
            }
            None => (node.span.start, Position::of(value, at).excerpt(value)),
        };
        self.error(
            Some(start..start),
            format!("{message}\n{shown}"),
            hint.into(),
        )
    }

    /// Position of the last `[[key]]` entry that fits.
    fn last_where(&self, key: &str, fits: impl Fn(&Node) -> bool) -> Option<usize> {
        self.root.get(key)?.list().iter().rposition(fits)
    }

    /// Position among the `[[kpi]]` entries of the one with this id.
    #[must_use]
    pub fn kpi(&self, id: &str) -> Option<usize> {
        self.last_where("kpi", |node| {
            node.get("id").and_then(Node::text) == Some(id)
        })
    }

    /// Position among the `[[target]]` entries of the one in force for this KPI and condition.
    #[must_use]
    pub fn target(&self, kpi: &str, condition: Option<&str>) -> Option<usize> {
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        self.last_where("target", |node| {
            text(node, "kpi").as_deref() == Some(kpi) && text(node, "where").as_deref() == condition
        })
    }

    pub(super) fn error(&self, span: Option<Range<usize>>, message: String, hint: String) -> Error {
        let place = match span {
            Some(span) => format!("{}:{}", self.name, Position::of(&self.text, span.start)),
            None => self.name.clone(),
        };
        Error::Settings {
            place,
            message,
            hint,
        }
    }

    /// Where the last key of a path stands (for a list's element: the element), and its value.
    fn key_and_node(&self, path: &[Step]) -> Option<(Range<usize>, &Node)> {
        let mut found = (self.root.span.clone(), &self.root);
        for step in path {
            found = match (step, &found.1.value) {
                (Step::Key(key), Value::Table(entries)) => {
                    let entry = entries.iter().find(|entry| entry.key == *key)?;
                    (entry.span.clone(), &entry.node)
                }
                (Step::At(at), Value::List(nodes)) => {
                    let node = nodes.get(*at)?;
                    (node.span.clone(), node)
                }
                _ => return None,
            };
        }
        Some(found)
    }
}

impl Node {
    /// The value of `key`, where this is a table that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Table(entries) = &self.value else {
            return None;
        };
        entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    /// The elements, where this is a list.
    pub(super) fn list(&self) -> &[Self] {
        match &self.value {
            Value::List(nodes) => nodes,
            _ => &[],
        }
    }

    /// The text, where this is one.
    pub(super) const fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }
}

fn entries(table: &DeTable, name: &str, text: &str) -> Result<Vec<Entry>> {
    let mut entries = table
        .iter()
        .map(|(key, value)| {
            Ok(Entry {
                key: key.get_ref().to_string(),
                span: key.span(),
                node: node(value, name, text)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    // The parser sorts by key; people read from the top.
    entries.sort_by_key(|entry| entry.span.start);
    Ok(entries)
}

fn node(value: &Spanned<DeValue>, name: &str, text: &str) -> Result<Node> {
    let span = value.span();
    let number = |given: &str| Error::Settings {
        place: format!("{name}:{}", Position::of(text, span.start)),
        message: format!("the number {given} is too large"),
        hint: String::new(),
    };
    let value = match value.get_ref() {
        DeValue::String(given) => Value::Text(given.to_string()),
        DeValue::Integer(given) => Value::Integer(
            i64::from_str_radix(given.as_str(), given.radix())
                .map_err(|_| number(given.as_str()))?,
        ),
        DeValue::Float(given) => {
            Value::Float(given.as_str().parse().map_err(|_| number(given.as_str()))?)
        }
        DeValue::Boolean(given) => Value::Flag(*given),
        DeValue::Datetime(given) => Value::Time(given.to_string()),
        DeValue::Array(given) => Value::List(
            given
                .iter()
                .map(|element| node(element, name, text))
                .collect::<Result<_>>()?,
        ),
        DeValue::Table(given) => Value::Table(entries(given, name, text)?),
    };
    Ok(Node { span, value })
}

/// What the TOML parser refused, with the line it stands in.
fn syntax(name: &str, text: &str, error: &toml::de::Error) -> Error {
    let Some(span) = error.span() else {
        return Error::settings(name, error);
    };
    let position = Position::of(text, span.start);
    let word = text.get(span.clone()).unwrap_or_default();
    let message = match error.message() {
        "duplicate key" => format!("`{word}` is given twice"),
        message => message.to_owned(),
    };
    let hint = match error.message() {
        "duplicate key" => "keep one of them; a section is opened once".to_owned(),
        message if message.starts_with("string values must be quoted") => {
            "write text in quotes, as zone = \"Asia/Shanghai\"".to_owned()
        }
        message if message.starts_with("invalid unquoted key") => {
            format!("write the key in quotes, as \"{word}\"")
        }
        _ => String::new(),
    };
    Error::Settings {
        place: format!("{name}:{position}"),
        message: format!("{message}\n{}", position.excerpt(text)),
        hint,
    }
}
