//! A proposal as the text of a `[source.NAME]` section.

use std::fmt::Write as _;

use crate::schema::{Column, Kind};

use super::fit::{Candidate, Fit, Placed, implied};
use super::notes::{describe, identity};

/// Names worth giving in `recognise`.
const ENOUGH: usize = 4;

/// What a line says.
struct Line {
    name: &'static str,
    rule: String,
    note: String,
}

/// What the text is made from.
pub(super) struct Draft<'d> {
    /// The file, for people.
    pub file: &'d str,
    /// Name of the section.
    pub section: &'d str,
    pub header: &'d [String],
    pub candidates: &'d [Candidate],
    pub fit: &'d Fit,
    /// Fields that are joined to make the key.
    pub key: Option<Vec<usize>>,
    /// Rows whose key another row has, too.
    pub repeated: usize,
}

impl Draft<'_> {
    /// The section.
    pub(super) fn text(&self) -> String {
        let table = self.fit.table;
        let mut lines: Vec<Line> = self.fit.placed.iter().map(|one| self.line(one)).collect();
        for column in table.columns {
            if column.required && implied(table, column, &self.fit.placed) {
                lines.push(Line {
                    name: column.name,
                    rule: "{ value = \"status\" }".to_owned(),
                    note: "? every row taken for a change of state".to_owned(),
                });
            }
        }
        lines.sort_by_key(|line| table.position(line.name));
        let names: Vec<String> = self.recognise().iter().map(|name| quoted(name)).collect();
        let key = bare(self.section);
        let mut text = format!(
            "# {}: proposed; check the lines marked ?\n[source.{key}]\ntable = \"{}\"\nrecognise = [{}]\n\n[source.{key}.columns]\n",
            plain(self.file),
            table.name,
            names.join(", "),
        );
        align(&lines, &mut text);
        let name = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
        for column in &self.fit.missing {
            let _ = writeln!(
                text,
                "# {:<name$} = \"\"   # ? required: {}",
                column.name,
                wanted(column)
            );
        }
        let unplaced: Vec<String> = self.unplaced().iter().map(|name| plain(name)).collect();
        let missing = self.fit.missing.iter().map(|column| column.name.to_owned());
        for (label, list) in [
            ("not placed", unplaced),
            ("required and not found", missing.collect()),
        ] {
            if !list.is_empty() {
                let _ = writeln!(text, "# {label}: {}", list.join(", "));
            }
        }
        text
    }

    /// The exported columns that a column of the table comes from.
    pub(super) fn headers_of(&self, one: &Placed) -> Vec<String> {
        let fields = match &self.key {
            Some(key) if self.fit.table.columns[one.column].key => key,
            _ => &self.candidates[one.candidate].fields,
        };
        fields.iter().map(|at| self.header[*at].clone()).collect()
    }

    /// Headers that no column comes from.
    pub(super) fn unplaced(&self) -> Vec<String> {
        let used: Vec<usize> = self
            .fit
            .placed
            .iter()
            .flat_map(|one| self.candidates[one.candidate].fields.iter().copied())
            .collect();
        self.header
            .iter()
            .enumerate()
            .filter(|(at, name)| !used.contains(at) && !name.is_empty())
            .map(|(_, name)| name.clone())
            .collect()
    }

    /// Headers that tell the file from others: those of required columns, then those that no table knows.
    pub(super) fn recognise(&self) -> Vec<String> {
        let table = self.fit.table;
        let mut names: Vec<String> = Vec::new();
        let required = |one: &&Placed| table.columns[one.column].required;
        let own = |one: &&Placed| one.name < 1.0;
        let placed = &self.fit.placed;
        let ranked = placed
            .iter()
            .filter(required)
            .chain(placed.iter().filter(own))
            .chain(placed);
        for one in ranked {
            for name in self.headers_of(one) {
                if names.len() < ENOUGH && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    fn line(&self, one: &Placed) -> Line {
        let column = &self.fit.table.columns[one.column];
        let candidate = &self.candidates[one.candidate];
        let headers = self.headers_of(one);
        let mut details = Vec::new();
        let mut notes = Vec::new();
        describe(column, candidate, &headers, &mut details, &mut notes);
        if column.key && column.required && matches!(column.kind, Kind::Id) {
            notes = vec![identity(self.repeated)];
        }
        let joins = headers.len() > 1;
        if joins && column.key {
            details.push("with = \"-\"".to_owned());
            "alone the first comes more than once".clone_into(&mut notes[0]);
        }
        let doubtful = one.name < 0.9 || notes.iter().any(|note| note.contains('?')) || joins;
        let rule = match (joins, details.is_empty()) {
            (false, true) => quoted(&headers[0]),
            (false, false) => format!(
                "{{ from = {}, {} }}",
                quoted(&headers[0]),
                details.join(", ")
            ),
            (true, none) => {
                let list: Vec<String> = headers.iter().map(|name| quoted(name)).collect();
                let rest = if none {
                    String::new()
                } else {
                    format!(", {}", details.join(", "))
                };
                format!("{{ join = [{}]{rest} }}", list.join(", "))
            }
        };
        let note = notes.join("; ");
        Line {
            name: column.name,
            rule,
            note: if doubtful {
                format!("? {}", note.replace("? ", ""))
                    .trim_end()
                    .to_owned()
            } else {
                note
            },
        }
    }
}

/// Writes the lines below each other.
fn align(lines: &[Line], text: &mut String) {
    let name = lines.iter().map(|line| line.name.len()).max().unwrap_or(0);
    // A long map does not push the other notes out of sight.
    let rules = lines.iter().map(|line| width(&line.rule));
    let rule = rules.filter(|width| *width <= 60).max().unwrap_or(0);
    for line in lines {
        let _ = write!(text, "{:<name$} = {}", line.name, line.rule);
        if !line.note.is_empty() {
            let pad = rule.saturating_sub(width(&line.rule));
            let _ = write!(text, "{:pad$}   # {}", "", line.note);
        }
        text.push('\n');
    }
}

/// What is looked for.
fn wanted(column: &Column) -> &'static str {
    match column.kind {
        Kind::Id if column.key => "what identifies a row",
        Kind::Id => "the number of the record it belongs to",
        Kind::Instant => "a time",
        Kind::Date => "a day",
        Kind::Code(_) => "one of a few codes",
        _ => "no header or values like it",
    }
}

/// A TOML string.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text.replace(['\n', '\r'], " ")).to_string()
}

/// A TOML key, quoted where it has to be.
pub(super) fn bare(key: &str) -> String {
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain { key.to_owned() } else { quoted(key) }
}

/// A text that may stand in a comment.
pub(super) fn plain(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

/// Columns a text takes on a terminal.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| {
            if ('\u{1100}'..'\u{ffe7}').contains(&c) && c != '…' {
                2
            } else {
                1
            }
        })
        .sum()
}
