//! TOML text from values, with a remark behind each that says where it is from.

use std::fmt::Write as _;

use super::document::{Entry, Node, Value};

/// Says where the value at a path of keys is from.
pub(super) type Origin<'o> = &'o dyn Fn(&[&str], &Node) -> String;

/// Collects the text.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    /// A `[section]` with its keys, then the tables in it that have headers of their own.
    pub(super) fn section(&mut self, path: &[&str], node: &Node, origin: Origin) {
        self.gap();
        let name: Vec<String> = path.iter().map(|part| key(part)).collect();
        let _ = writeln!(self.text, "[{}]", name.join("."));
        self.body(path, node, origin);
    }

    /// A `[[name]]` entry with its keys.
    pub(super) fn entry(&mut self, name: &str, node: &Node, origin: Origin) {
        self.gap();
        let _ = writeln!(self.text, "[[{name}]]");
        self.body(&[name], node, origin);
    }

    /// A line of comment.
    pub(super) fn remark(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}", format!("# {text}").trim_end());
    }

    /// An empty line, unless nothing stands above.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn body(&mut self, path: &[&str], node: &Node, origin: Origin) {
        let Value::Table(entries) = &node.value else {
            return;
        };
        if entries.is_empty() {
            self.remark(&format!("none # {}", origin(path, node)));
        }
        let below = |entry: &Entry| has_header(path, entry);
        for entry in entries.iter().filter(|entry| !below(entry)) {
            let mut value = String::new();
            inline(&entry.node, &mut value);
            let full: Vec<&str> = path.iter().copied().chain([entry.key.as_str()]).collect();
            let from = origin(&full, &entry.node);
            let _ = writeln!(self.text, "{} = {value} # {from}", key(&entry.key));
        }
        for entry in entries.iter().filter(|entry| below(entry)) {
            let full: Vec<&str> = path.iter().copied().chain([entry.key.as_str()]).collect();
            match &entry.node.value {
                Value::List(nodes) => {
                    for inner in nodes {
                        self.entry(&full.join("."), inner, origin);
                    }
                }
                _ => self.section(&full, &entry.node, origin),
            }
        }
    }
}

/// Whether a value is written below a header of its own instead of on one line.
fn has_header(path: &[&str], entry: &Entry) -> bool {
    matches!(
        (path, entry.key.as_str(), &entry.node.value),
        (["source", _], "columns" | "signature", Value::Table(_))
            | (["quality"], "max_rejected_by_reason", Value::Table(_))
            | (["category"], "type", Value::List(_))
    )
}

fn inline(node: &Node, out: &mut String) {
    match &node.value {
        Value::Text(text) => out.push_str(&quoted(text)),
        Value::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => out.push_str(&toml::Value::Float(*number).to_string()),
        Value::Flag(flag) => {
            let _ = write!(out, "{flag}");
        }
        Value::Time(time) => out.push_str(time),
        Value::List(nodes) => {
            out.push('[');
            for (at, node) in nodes.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                inline(node, out);
            }
            out.push(']');
        }
        Value::Table(entries) if entries.is_empty() => out.push_str("{}"),
        Value::Table(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "{ " });
                let _ = write!(out, "{} = ", key(&entry.key));
                inline(&entry.node, out);
            }
            out.push_str(" }");
        }
    }
}

/// A key, in quotes where it needs them.
fn key(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A basic string on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
