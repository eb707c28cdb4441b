//! What a [`Fault`] says to people: which key of which section, what was expected, what was probably meant.

use super::document::{Document, Value};
use super::nearest::suggestion;
use super::reader::{Fault, Kind};
use crate::error::Error;

/// The error for a fault, whose path runs from the top down.
pub(super) fn explain(document: &Document, fault: &Fault) -> Error {
    let path: Vec<&str> = fault.path.iter().map(String::as_str).collect();
    let (message, hint) = match &fault.kind {
        Kind::UnknownKey { key, .. } if path.is_empty() && !has_header(document, key) => (
            format!("`{key}` stands in no section"),
            "put it below the header of its section, as [centre]".to_owned(),
        ),
        Kind::UnknownKey { key, known } if path.is_empty() => (
            format!("unknown section `{key}`"),
            suggestion(key, known, "the sections are"),
        ),
        Kind::UnknownKey { key, known } => (
            format!("unknown key `{key}` in {}", whole(&path)),
            suggestion(key, known, "its keys are"),
        ),
        Kind::UnknownValue { value, known } => (
            format!("unknown value `{value}` of {}", part(&path)),
            suggestion(value, known, "known values:"),
        ),
        Kind::WrongType { found, expected } if brackets(&path, found, expected) => {
            let section = path.concat();
            if found == "a list" {
                (
                    format!("[[{section}]] is written with single brackets"),
                    format!("write [{section}]; there is only one"),
                )
            } else {
                (
                    format!("[{section}] is written with double brackets"),
                    format!("write [[{section}]]; there can be several"),
                )
            }
        }
        Kind::WrongType { found, expected } => (
            format!(
                "{}: expected {}, found {found}",
                part(&path),
                plain(expected)
            ),
            String::new(),
        ),
        Kind::Missing(key) => (
            format!("{} has no `{key}`", whole(&path)),
            format!("add `{key}`; `kefu init --stdout` shows every key"),
        ),
        Kind::Other(message) => {
            // What stands behind a line break is the next step.
            let (message, hint) = message.split_once('\n').unwrap_or((message, ""));
            let message = if path.is_empty() {
                message.to_owned()
            } else {
                format!("{}: {message}", part(&path))
            };
            (message, hint.to_owned())
        }
    };
    document.error(fault.span.clone(), message, hint)
}

/// Whether a key of the top is a section, `[key]` or `[[key]]`.
fn has_header(document: &Document, key: &str) -> bool {
    let node = document.root().get(key);
    node.is_some_and(|node| matches!(node.value, Value::Table(_) | Value::List(_)))
}

/// Whether a section has the brackets of the other kind.
fn brackets(path: &[&str], found: &str, expected: &str) -> bool {
    let single = found == "a list" && expected.starts_with("struct ");
    let double = found == "a table" && expected == "a sequence";
    path.len() == 1 && (single || double)
}

/// A section or a value that is a table: `[centre]`, or `` `wait_s` of [source.x.columns] ``.
fn whole(path: &[&str]) -> String {
    match split(path) {
        (header, []) => header,
        _ => part(path).replacen("` in [", "` of [", 1),
    }
}

/// A value: `` `zone` in [centre] ``.
fn part(path: &[&str]) -> String {
    let (header, keys) = split(path);
    let mut name = String::new();
    for key in keys.iter().filter(|key| !key.starts_with('[')) {
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(key);
    }
    if name.is_empty() {
        header
    } else {
        format!("`{name}` in {header}")
    }
}

/// The header a path lies under, as the file has it, and the keys below it.
fn split<'p, 'k>(path: &'p [&'k str]) -> (String, &'p [&'k str]) {
    let rest = |taken: usize| path.get(taken..).unwrap_or_default();
    match path {
        ["source", name, table @ ("columns" | "signature"), ..] => {
            (format!("[source.{name}.{table}]"), rest(3))
        }
        ["source", name, ..] => (format!("[source.{name}]"), rest(2)),
        ["calendar", name, ..] => (format!("[calendar.{name}]"), rest(2)),
        ["quality", "max_rejected_by_reason", ..] => {
            ("[quality.max_rejected_by_reason]".to_owned(), rest(2))
        }
        ["category", at, "type", inner, ..] if at.starts_with('[') && inner.starts_with('[') => {
            ("[[category.type]]".to_owned(), rest(4))
        }
        [section, at, ..] if at.starts_with('[') => (format!("[[{section}]]"), rest(2)),
        [section, ..] => (format!("[{section}]"), rest(1)),
        [] => ("the file".to_owned(), rest(0)),
    }
}

/// serde's name of a type in plain words.
fn plain(expected: &str) -> String {
    match expected {
        "a string" | "str" => "text in quotes".to_owned(),
        "path string" => "a path in quotes".to_owned(),
        "f64" | "f32" => "a number".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a character" => "one character in quotes".to_owned(),
        "a sequence" => "a list in [ ]".to_owned(),
        "a map" => "a table".to_owned(),
        "struct Bilingual" => "a table { en = \"…\", zh = \"…\" }".to_owned(),
        name if name.starts_with("struct ") => "a table".to_owned(),
        "variant identifier" => "a name in quotes".to_owned(),
        name if name.starts_with("enum ") => "a name in quotes".to_owned(),
        other => other.to_owned(),
    }
}
