//! The parts of a file that nothing recognises, as rows.

use std::io::{self, Read};
use std::path::Path;

use crate::error::Result;
use crate::ingest::container::{self, Limits, Member, MemberKind};
use crate::ingest::formats::{RowSource, json, markup, parquet, workbook};
use crate::ingest::open::{HEAD, first_rows, label};
use crate::ingest::plan::{Part, plans};
use crate::ingest::value::clean;
use crate::ingest::{header, text};
use crate::settings::Settings;

/// How many rows are read at most.
const ROWS: usize = 20_000;

/// A part that may be a table.
pub(super) struct Unknown {
    /// The file, the member, or the sheet, for people.
    pub name: String,
    /// Its rows, in every way they may be read.
    pub readings: Vec<Reading>,
}

/// Rows as they are written.
pub(super) struct Reading {
    /// Names of the columns, where the format has them; else one of the rows is the header.
    pub names: Option<Vec<String>>,
    pub rows: Vec<Vec<String>>,
}

/// The parts of a file that have rows, and that no table and no mapping fits.
pub(super) fn unknown(path: &Path, name: &str, settings: &Settings, spool: &Path) -> Vec<Unknown> {
    let members = container::members(path, name, spool, &Limits::default()).unwrap_or_default();
    let mut found = Vec::new();
    for member in &members {
        // What cannot be read has its own message.
        if let Ok(parts) = of_member(member, settings, spool) {
            found.extend(parts);
        }
    }
    found
}

fn of_member(member: &Member, settings: &Settings, spool: &Path) -> Result<Vec<Unknown>> {
    let name = Path::new(&member.name);
    let readings = match member.kind {
        MemberKind::Refused { .. } => Vec::new(),
        MemberKind::Workbook => return sheets(member, settings, spool),
        MemberKind::Parquet => {
            let disk = member.on_disk(spool)?;
            let mut rows = parquet::open(disk.as_ref(), name)?;
            reading(&mut rows, settings, Part::Whole)
        }
        MemberKind::Markup => {
            let detected = markup::detect(&member.head(HEAD)?);
            let mut rows = markup::open(text::decoded(member.open()?, detected), name);
            reading(&mut rows, settings, Part::Whole)
        }
        MemberKind::Text => of_text(member, settings)?,
    };
    let name = member.name.clone();
    Ok(vec![Unknown { name, readings }])
}

fn sheets(member: &Member, settings: &Settings, spool: &Path) -> Result<Vec<Unknown>> {
    let name = Path::new(&member.name);
    let disk = member.on_disk(spool)?;
    let sheets = workbook::sheets(disk.as_ref(), name)?;
    let mut found = Vec::with_capacity(sheets.len());
    for sheet in &sheets {
        let mut rows = workbook::open(disk.as_ref(), name, sheet)?;
        found.push(Unknown {
            name: if sheets.len() == 1 {
                member.name.clone()
            } else {
                label(&member.name, sheet)
            },
            readings: reading(&mut rows, settings, Part::Sheet(sheet)),
        });
    }
    Ok(found)
}

fn of_text(member: &Member, settings: &Settings) -> Result<Vec<Reading>> {
    let head = member.head(HEAD)?;
    let cut = head.len() as u64 == HEAD;
    let detected = text::detect(&head);
    let (lines, encoding) = text::line_oriented(head, detected);
    if json::looks_like_json(&lines) {
        let name = Path::new(&member.name);
        let open = || -> io::Result<Box<dyn Read + Send>> {
            let raw = member.open().map_err(io::Error::other)?;
            Ok(text::decoded(raw, detected))
        };
        let shape = json::shape(&open, name, None)?;
        let mut rows = json::open(text::decoded(member.open()?, detected), name, &shape);
        return Ok(reading(&mut rows, settings, Part::Whole));
    }
    let begins = lines.trim_ascii_start().first();
    if memchr::memchr(0, &lines).is_some() || matches!(begins, None | Some(b'{' | b'[')) {
        return Ok(Vec::new());
    }
    let mut readings = Vec::new();
    for delimiter in text::delimiters(&lines, encoding) {
        let mut rows: Vec<Vec<String>> = first_rows(&lines, encoding, delimiter, ROWS)
            .into_iter()
            .map(|row| row.cells)
            .collect();
        if cut && rows.len() < ROWS {
            rows.pop();
        }
        // One way to read it that is recognised is enough.
        if !is_unknown(&rows, settings, Part::Whole) {
            return Ok(Vec::new());
        }
        readings.push(Reading { names: None, rows });
    }
    Ok(readings)
}

/// The first rows, when nothing recognises them.
fn reading(source: &mut dyn RowSource, settings: &Settings, part: Part<'_>) -> Vec<Reading> {
    let names = source.names().map(|names| {
        let cleaned = names.iter().map(|name| clean(name).to_owned());
        cleaned.collect::<Vec<_>>()
    });
    let mut rows: Vec<Vec<String>> = Vec::new();
    // A fault further down does not make the rows above it another table.
    while rows.len() < ROWS
        && let Ok(Some(block)) = source.next_block()
    {
        let filled = (0..block.len())
            .map(|row| block.cells(row).map(str::to_owned).collect::<Vec<_>>())
            .filter(|cells| cells.iter().any(|cell| !clean(cell).is_empty()));
        rows.extend(filled.take(ROWS - rows.len()));
    }
    let unknown = match &names {
        Some(names) => plans(names, settings, part).is_err_and(|no| !no.mapping),
        None => is_unknown(&rows, settings, part),
    };
    if unknown {
        vec![Reading { names, rows }]
    } else {
        Vec::new()
    }
}

/// Whether no header is found among the rows. What has one, or a mapping that does not fit, has another fault.
fn is_unknown(rows: &[Vec<String>], settings: &Settings, part: Part<'_>) -> bool {
    let first = rows.get(..header::ROWS_LOOKED_AT).unwrap_or(rows);
    header::find(first, settings, part).is_err_and(|no| !no.mapping)
}
