//! A mapping proposed for a file that nothing recognises.
//!
//! The header is the row that looks most like one. Every exported column is compared with every column of every
//! table, by the words of its name and by what its values are; the best matches are taken one after the other.
//! The table is the one in which they fit best. Nothing here decides how a file is read: the proposal is for
//! people, who put it into `kefu.toml`.

mod evidence;
mod fit;
mod names;
mod notes;
mod parts;
mod words;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

use crate::schema::{Kind, TABLES, fold};
use crate::settings::Settings;

use self::fit::{Candidate, Fit};
use self::parts::Reading;
use self::write::Draft;
use super::header;
use super::open::parted;
use super::privacy::mask;
use super::value::{self, clean};

/// A mapping that may fit a file.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What it is for: a file, a member of an archive, a sheet.
    pub name: String,
    /// Name of the source.
    pub source: String,
    /// The table.
    pub table: &'static str,
    /// The section for `kefu.toml`.
    pub toml: String,
    /// The header it was made from.
    pub header: Vec<String>,
    /// Headers that tell the file from others.
    pub recognise: Vec<String>,
    /// Column of the table → headers it comes from.
    pub columns: Vec<(&'static str, Vec<String>)>,
    /// Headers that no column comes from.
    pub unplaced: Vec<String>,
    /// Required columns that nothing was found for.
    pub missing: Vec<&'static str>,
    score: f64,
}

impl Proposal {
    /// Whether files with this header would be read by the proposal, too.
    #[must_use]
    pub fn covers(&self, header: &[String]) -> bool {
        let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
        self.recognise
            .iter()
            .all(|name| folded.contains(&fold(name)))
    }
}

/// Mappings for what nothing recognises in a file: itself, the sheets of a workbook, the members of an archive.
/// What is recognised, is no table, is a summary, or is like no table has none. `taken` are names that other
/// proposals have.
#[must_use]
pub fn of_file(
    path: &Path,
    name: &str,
    settings: &Settings,
    spool: &Path,
    taken: &[&str],
) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = Vec::new();
    for part in parts::unknown(path, name, settings, spool) {
        let others = found.iter().map(|one| one.source.as_str());
        let taken: Vec<&str> = taken.iter().copied().chain(others).collect();
        let fitting = part
            .readings
            .iter()
            .filter_map(|reading| reading.proposal(&part.name, settings, &taken))
            // Of two that fit equally well the first.
            .reduce(|best, next| if next.score > best.score { next } else { best });
        found.extend(fitting);
    }
    found
}

impl Reading {
    fn proposal(&self, name: &str, settings: &Settings, taken: &[&str]) -> Option<Proposal> {
        match &self.names {
            Some(names) => below(names, &self.rows, name, settings, taken),
            None => propose(&self.rows, name, settings, taken),
        }
    }
}

/// A mapping for a table with these first rows; `name` is the file's.
#[must_use]
pub fn propose(
    rows: &[Vec<String>],
    name: &str,
    settings: &Settings,
    taken: &[&str],
) -> Option<Proposal> {
    let first = rows.get(..header::ROWS_LOOKED_AT).unwrap_or(rows);
    if header::pivot(first).is_some() {
        return None;
    }
    let at = header_row(rows)?;
    let titles: Vec<String> = rows[at].iter().map(|cell| header::name(cell)).collect();
    below(&titles, &rows[at + 1..], name, settings, taken)
}

/// A mapping for rows below a header.
fn below(
    titles: &[String],
    rows: &[Vec<String>],
    name: &str,
    settings: &Settings,
    taken: &[&str],
) -> Option<Proposal> {
    let cells = columns(rows, titles.len());
    let candidates = fit::candidates(titles, &cells);
    let mut fits: Vec<Fit> = TABLES
        .iter()
        .map(|table| fit::fit(table, &candidates, settings))
        .filter(|fit| fit.placed.len() >= 2)
        .collect();
    for fit in &mut fits {
        fit.score += f64::from(u8::from(hinted(name, fit.table.name))) * 0.5;
    }
    // Of two that fit equally well the first.
    fits.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = fits.into_iter().next()?;
    let source = source_name(name, best.table.name, settings, taken);
    let (key, repeated) = key(&best, &candidates, &cells);
    let draft = Draft {
        file: name,
        section: &source,
        header: titles,
        candidates: &candidates,
        fit: &best,
        key,
        repeated,
    };
    Some(Proposal {
        name: name.to_owned(),
        table: best.table.name,
        toml: draft.text(),
        recognise: draft.recognise(),
        columns: best
            .placed
            .iter()
            .map(|one| (best.table.columns[one.column].name, draft.headers_of(one)))
            .collect(),
        unplaced: draft.unplaced(),
        missing: best.missing.iter().map(|column| column.name).collect(),
        score: best.score,
        source,
        header: titles.to_vec(),
    })
}

/// Rows as columns of one length.
fn columns(rows: &[Vec<String>], width: usize) -> Vec<Vec<&str>> {
    let column = |field: usize| {
        rows.iter()
            .map(|row| row.get(field).map_or("", String::as_str))
            .collect()
    };
    (0..width).map(column).collect()
}

/// The row that looks most like a header: words, all different, in every column, above values of other kinds.
fn header_row(rows: &[Vec<String>]) -> Option<usize> {
    let width = rows.iter().map(Vec::len).max()?;
    let mut best: Option<(usize, usize)> = None;
    for (at, row) in rows.iter().enumerate().take(header::ROWS_LOOKED_AT) {
        let names: Vec<String> = row.iter().map(|cell| header::name(cell)).collect();
        let filled = names.iter().filter(|name| !name.is_empty()).count();
        let different: BTreeSet<&String> = names.iter().filter(|name| is_name(name)).collect();
        // A row that holds personal data, or mostly figures, is a record.
        let private = names.iter().any(|name| mask(name) != name.as_str());
        if filled < 2 || filled * 2 < width || different.len() * 10 < filled * 8 || private {
            continue;
        }
        let below = &rows[at + 1..rows.len().min(at + 41)];
        let contrasts = names
            .iter()
            .enumerate()
            .filter(|(field, name)| is_name(name) && figures(below, *field))
            .count();
        let score = different.len() + 2 * contrasts;
        if contrasts > 0 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, at));
        }
    }
    best.map(|(_, at)| at)
}

/// Whether a cell may be the name of a column.
fn is_name(cell: &str) -> bool {
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    letters > digits && cell.chars().count() <= 60 && !is_figure(cell)
}

/// Whether a cell is a number, a time, a duration or a code with many digits.
fn is_figure(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    value::number(cell).is_ok()
        || value::day(cell).is_ok()
        || value::duration(cell, value::DurationForm::default()).is_ok()
        || digits >= 4
}

/// Whether a column is mostly figures.
fn figures(rows: &[Vec<String>], field: usize) -> bool {
    let cells = rows
        .iter()
        .filter_map(|row| row.get(field))
        .map(|cell| clean(cell))
        .filter(|cell| !value::is_null(cell));
    let (mut all, mut figures) = (0, 0);
    for cell in cells {
        all += 1;
        figures += usize::from(is_figure(cell));
    }
    figures * 10 >= all * 6 && all > 0
}

/// Whether the name of a file speaks of a table.
fn hinted(file: &str, table: &str) -> bool {
    let lower = file.to_lowercase();
    let words: &[&str] = match table {
        "calls" => &["call", "通话", "话单", "呼叫", "cdr"],
        "chats" => &["chat", "会话", "在线"],
        "tickets" => &["ticket", "工单"],
        "ticket_events" => &["event", "history", "流转"],
        "messages" => &["message", "消息"],
        "surveys" => &["survey", "满意", "评价"],
        "evaluations" => &["evaluation", "质检"],
        "agents" => &["agent", "坐席", "花名册"],
        "parcels" => &["parcel", "件量"],
        _ => &[],
    };
    words.iter().any(|word| lower.contains(word))
}

/// A name for the source that is not taken yet, after the file.
fn source_name(file: &str, table: &str, settings: &Settings, taken: &[&str]) -> String {
    let (file, sheet) = parted(file);
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = last.split('.').next().unwrap_or(last);
    let words: String = [stem, sheet]
        .join("_")
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .flat_map(char::to_lowercase)
        .collect();
    let words = words.trim_matches('_');
    let base = if words.is_empty() || mask(words) != words {
        table
    } else {
        words
    };
    let mut name = base.to_owned();
    let mut next = 2;
    while settings.source(&name).is_some() || taken.contains(&name.as_str()) {
        name = format!("{base}_{next}");
        next += 1;
    }
    name
}

/// The fields that are joined to a key because the id alone comes again with another time, and how many rows have the
/// key of another.
fn key(fit: &Fit, candidates: &[Candidate], cells: &[Vec<&str>]) -> (Option<Vec<usize>>, usize) {
    let table = fit.table;
    let fields = |kind: Kind, key: bool| {
        let wanted = |at: usize| {
            let column = &table.columns[at];
            column.required && column.kind == kind && column.key == key
        };
        let one = fit.placed.iter().find(|one| wanted(one.column));
        one.map(|one| candidates[one.candidate].fields.clone())
    };
    let Some(id) = fields(Kind::Id, true).filter(|_| table.key().count() == 1) else {
        return (None, 0);
    };
    let rows = cells.first().map_or(0, Vec::len);
    let repeated = |fields: &[usize]| {
        let different: BTreeSet<Vec<&str>> = (0..rows)
            .map(|row| fields.iter().map(|at| clean(cells[*at][row])).collect())
            .collect();
        rows - different.len()
    };
    let alone = repeated(&id);
    let time = fields(Kind::Instant, false).unwrap_or_default();
    let both: Vec<usize> = id.into_iter().chain(time).collect();
    let with_time = repeated(&both);
    if both.len() > 1 && with_time * 10 < alone {
        (Some(both), with_time)
    } else {
        (None, alone)
    }
}

#[cfg(test)]
#[path = "propose/tests.rs"]
mod tests;
