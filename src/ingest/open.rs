//! A path → its tables: unpacked, told apart by content, header found.

use std::io::{self, Read};
use std::path::Path;

use encoding_rs::Encoding;

use crate::error::{Error, Result};
use crate::settings::Settings;

use super::container::{self, Limits, Member, MemberKind};
use super::delimited::Dialect;
use super::export::{Body, Export};
use super::formats::events::EventColumns;
use super::formats::{RowSource, json, markup, parquet, workbook};
use super::header::{self, Found};
use super::plan::{self, NoPlan, Part};
use super::records;
use super::text::{self, Detected};
use super::value::clean;

/// How much of a text file is looked at to tell what it is.
pub(super) const HEAD: u64 = 1 << 20;

/// What stands between the names of a workbook and of its sheet.
const BETWEEN: &str = " › ";

/// What is in a file.
#[derive(Default)]
pub struct Opened {
    /// Its tables.
    pub exports: Vec<Export>,
    /// Members of an archive that are no table, with the reason.
    pub refused: Vec<(String, String)>,
    /// Sheets of a workbook that are no table beside others that are, with the reason.
    pub other_sheets: Vec<(String, String)>,
}

impl Opened {
    /// The same with every table settled.
    ///
    /// # Errors
    /// As [`Export::settle`].
    pub fn settled(mut self) -> Result<Self> {
        for export in &mut self.exports {
            export.settle()?;
        }
        Ok(self)
    }
}

/// Opens a file: unpacks it and tells encoding, header and tables of everything in it. Temporary files go to
/// `spool`. Whoever reads a table settles it first ([`Export::settle`]).
///
/// # Errors
/// When it cannot be read, is empty, or nothing in it is a table this program knows.
pub fn open(path: &Path, name: &str, settings: &Settings, spool: &Path) -> Result<Opened> {
    let mut opened = Opened::default();
    let mut first: Option<Error> = None;
    for member in container::members(path, name, spool, &Limits::default())? {
        let opener = Opener {
            member: &member,
            path,
            settings,
            spool,
        };
        match opener.open(&mut opened) {
            Ok(()) => {}
            Err(error @ Error::Input { .. }) => {
                let refused = (member.name.clone(), error.to_string());
                opened.refused.push(refused);
                first.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    match first {
        Some(error) if opened.exports.is_empty() => Err(error),
        _ => Ok(opened),
    }
}

struct Opener<'o> {
    member: &'o Member,
    path: &'o Path,
    settings: &'o Settings,
    spool: &'o Path,
}

impl Opener<'_> {
    fn open(&self, opened: &mut Opened) -> Result<()> {
        if let Some(refusal) = self.member.refusal() {
            return Err(refusal);
        }
        let (content, length) = self.member.hash()?;
        if length == 0 {
            return Err(self.error("is empty", "export it again, or leave it out"));
        }
        match self.member.kind {
            MemberKind::Workbook => self.workbook(&content, opened),
            MemberKind::Parquet => {
                let disk = self.member.on_disk(self.spool)?;
                let rows = parquet::open(disk.as_ref(), self.name())?;
                let found = self.named(rows.names().unwrap_or_default(), Part::Whole)?;
                let body = Body::Parquet { disk };
                let export = self.export(Part::Whole, &content, "parquet", found, 0, body);
                opened.exports.push(export);
                Ok(())
            }
            MemberKind::Markup => self.markup(&content, opened),
            MemberKind::Text | MemberKind::Refused { .. } => self.text(&content, opened),
        }
    }

    fn name(&self) -> &Path {
        Path::new(&self.member.name)
    }

    fn error(&self, message: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::input(self.path, message, hint)
    }

    fn refusal(&self, no: NoPlan) -> Error {
        self.error(no.message, no.hint)
    }

    /// A table with rows below line `after`; `form` says how it is written.
    fn export(
        &self,
        part: Part<'_>,
        content: &str,
        form: &str,
        found: Found,
        after: u64,
        body: Body,
    ) -> Export {
        let (name, content) = match part {
            Part::Whole => (self.member.name.clone(), content.to_owned()),
            Part::Sheet(sheet) => (label(&self.member.name, sheet), content_of(content, sheet)),
            Part::Array(path) => (self.member.name.clone(), content_of(content, path)),
        };
        Export {
            name,
            content,
            encoding: form.to_owned(),
            header: found.header,
            first_line: after + 1,
            plans: found.plans,
            path: self.path.to_owned(),
            member: self.member.clone(),
            body,
        }
    }

    /// The plans for columns that the format names.
    fn named(&self, names: &[String], part: Part<'_>) -> Result<Found> {
        let header: Vec<String> = names.iter().map(|name| clean(name).to_owned()).collect();
        let plans = plan::plans(&header, self.settings, part).map_err(|no| self.refusal(no))?;
        Ok(Found {
            header,
            skip: 0,
            plans,
        })
    }

    /// Every sheet may be a table; the ones that are not are left out when another one is.
    fn workbook(&self, content: &str, opened: &mut Opened) -> Result<()> {
        let disk = self.member.on_disk(self.spool)?;
        let (mut exports, mut others, mut first) = (Vec::new(), Vec::new(), None);
        for sheet in workbook::sheets(disk.as_ref(), self.name())? {
            let part = Part::Sheet(&sheet);
            let rows = workbook::open(disk.as_ref(), self.name(), &sheet)?;
            match self.below(&mut { rows }, part) {
                Ok((found, after)) => {
                    let body = Body::Sheet {
                        disk: disk.clone(),
                        sheet: sheet.clone(),
                        after,
                    };
                    exports.push(self.export(part, content, "workbook", found, after, body));
                }
                Err(error @ Error::Input { .. }) => {
                    others.push((label(&self.member.name, &sheet), error.to_string()));
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match first {
            _ if !exports.is_empty() => {
                opened.exports.append(&mut exports);
                opened.other_sheets.append(&mut others);
                Ok(())
            }
            Some(error) => Err(error),
            None => Err(self.error(
                "is a workbook without a sheet that has rows",
                "export it again, or leave it out",
            )),
        }
    }

    /// A page with a table, which many systems export as `.xls`.
    fn markup(&self, content: &str, opened: &mut Opened) -> Result<()> {
        let detected = markup::detect(&self.member.head(HEAD)?);
        let reader = text::decoded(self.member.open()?, detected);
        let mut rows = markup::open(reader, self.name());
        let (found, after) = self.below(&mut rows, Part::Whole)?;
        let body = Body::Markup { detected, after };
        let form = format!("html {}", detected.name());
        let export = self.export(Part::Whole, content, &form, found, after, body);
        opened.exports.push(export);
        Ok(())
    }

    /// Finds the header among the first rows; gives it and its line.
    fn below(&self, rows: &mut dyn RowSource, part: Part<'_>) -> Result<(Found, u64)> {
        let mut first: Vec<(u64, Vec<String>)> = Vec::new();
        while first.len() < header::ROWS_LOOKED_AT {
            let Some(block) = rows.next_block()? else {
                break;
            };
            let filled = (0..block.len())
                .filter(|row| block.cells(*row).any(|cell| !clean(cell).is_empty()))
                .map(|row| {
                    (
                        block.line(row),
                        block.cells(row).map(str::to_owned).collect(),
                    )
                });
            first.extend(filled.take(header::ROWS_LOOKED_AT - first.len()));
        }
        if first.is_empty() {
            return Err(self.error("holds no rows", "export it again, or leave it out"));
        }
        let cells: Vec<Vec<String>> = first.iter().map(|(_, cells)| cells.clone()).collect();
        let found = header::find(&cells, self.settings, part).map_err(|no| self.refusal(no))?;
        let after = match found.skip.checked_sub(1) {
            Some(last) => first.get(last).map_or(0, |(line, _)| *line),
            None => 0,
        };
        Ok((found, after))
    }

    fn text(&self, content: &str, opened: &mut Opened) -> Result<()> {
        let head = self.member.head(HEAD)?;
        let told = text::detect(&head);
        let (lines, _) = text::line_oriented(head.clone(), told);
        if json::looks_like_json(&lines) {
            return self.json(content, told, opened);
        }
        opened.exports.push(self.delimited(content, &head, told)?);
        Ok(())
    }

    /// JSON: as it lies there, and once more for every array of rows within its records that a source reads.
    fn json(&self, content: &str, detected: Detected, opened: &mut Opened) -> Result<()> {
        let open = || -> io::Result<Box<dyn Read + Send>> {
            let raw = self.member.open().map_err(io::Error::other)?;
            Ok(text::decoded(raw, detected))
        };
        let mut first = None;
        let before = opened.exports.len();
        let paths = std::iter::once(None).chain(self.settings.rows_paths().into_iter().map(Some));
        for rows in paths {
            let shape = match json::shape(&open, self.name(), rows) {
                Ok(shape) => shape,
                // Another source's array is not in this file.
                Err(Error::Input { .. }) if rows.is_some() => continue,
                Err(error) => return Err(error),
            };
            let part = rows.map_or(Part::Whole, Part::Array);
            match self.named(shape.names(), part) {
                Ok(found) => {
                    let body = Body::Json { detected, shape };
                    let export = self.export(part, content, "json", found, 0, body);
                    opened.exports.push(export);
                }
                Err(error @ Error::Input { .. }) => {
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match first {
            Some(error) if opened.exports.len() == before => Err(error),
            _ => Ok(()),
        }
    }

    /// Tells what delimited text is from its first bytes.
    fn delimited(&self, content: &str, head: &[u8], told: Detected) -> Result<Export> {
        let mut best: Option<NoPlan> = None;
        let stated = self
            .settings
            .stated_encodings()
            .filter(|name| !name.eq_ignore_ascii_case(told.encoding.name()))
            .filter_map(|name| {
                Some(Detected::stated(
                    Encoding::for_label(name.as_bytes())?,
                    head,
                ))
            });
        let mut binary = false;
        for detected in std::iter::once(told).chain(stated) {
            let (lines, encoding) = text::line_oriented(head.to_vec(), detected);
            binary |= memchr::memchr(0, &lines[..lines.len().min(8192)]).is_some();
            let mut delimiters = text::delimiters(&lines, encoding);
            delimiters.extend(self.settings.stated_delimiters());
            delimiters.dedup();
            for delimiter in delimiters {
                let rows = first_rows(&lines, encoding, delimiter, header::ROWS_LOOKED_AT);
                if rows.is_empty() {
                    return Err(self.error(
                        "holds nothing but blank lines",
                        "export it again, or leave it out",
                    ));
                }
                let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells.clone()).collect();
                match header::find(&cells, self.settings, Part::Whole) {
                    Ok(found) => {
                        let text = TextFound {
                            detected,
                            delimiter,
                            rows,
                            found,
                        };
                        return Ok(text.export(self, content));
                    }
                    Err(no) => {
                        let nearer = best.as_ref().is_none_or(|known| no.shared > known.shared);
                        if nearer {
                            best = Some(no);
                        }
                    }
                }
            }
        }
        Err(match best {
            Some(no) if !binary => self.refusal(no),
            _ => self.error(
                "is not a file of records",
                "CSV, TSV, XLSX, XLS, ODS, JSON or Parquet is needed",
            ),
        })
    }
}

/// Delimited text of which everything is known.
struct TextFound {
    detected: Detected,
    delimiter: u8,
    rows: Vec<FirstRow>,
    found: Found,
}

impl TextFound {
    fn export(mut self, opener: &Opener<'_>, content: &str) -> Export {
        let dialect = self.dialect();
        // Without a row behind the header everything is skipped.
        let all = self.rows.last().map_or(0, |row| row.line + row.lines - 1);
        let skip = self
            .rows
            .get(self.found.skip)
            .map_or(all, |row| row.line - 1);
        let Found { header, plans, .. } = &mut self.found;
        let events = plans
            .iter()
            .find(|plan| plan.fold.is_some())
            .map(|plan| EventColumns::of(header, plan.zone));
        plans.retain(|plan| plan.fold.is_some() == events.is_some());
        let body = Body::Text {
            detected: self.detected,
            dialect,
            skip,
            events,
        };
        let form = self.detected.name();
        opener.export(Part::Whole, content, &form, self.found, skip, body)
    }

    fn dialect(&self) -> Dialect {
        let header = &self.found.header;
        let named = header.iter().rposition(|name| !name.is_empty());
        // An event has as many parameters as its kind needs.
        let events = self.found.plans.iter().any(|plan| plan.fold.is_some());
        Dialect {
            delimiter: self.delimiter,
            encoding: self.detected.line_encoding(),
            width: header.len(),
            needed: if events {
                EventColumns::NEEDED
            } else {
                named.map_or(0, |at| at + 1)
            },
        }
    }
}

/// What people call a sheet of a file.
pub(super) fn label(file: &str, sheet: &str) -> String {
    format!("{file}{BETWEEN}{sheet}")
}

/// The file and the sheet of such a name; the sheet is empty where there is none.
pub(super) fn parted(label: &str) -> (&str, &str) {
    label.split_once(BETWEEN).unwrap_or((label, ""))
}

/// What the content of a part is known by: the hash of the file's together with the part's name.
fn content_of(file: &str, part: &str) -> String {
    blake3::hash(format!("{file}{part}").as_bytes())
        .to_hex()
        .to_string()
}

/// One of the first rows of a text.
pub(super) struct FirstRow {
    line: u64,
    lines: u64,
    pub(super) cells: Vec<String>,
}

/// The first rows that are not blank, `most` at most, as far as they decode.
pub(super) fn first_rows(
    text: &[u8],
    encoding: &'static Encoding,
    delimiter: u8,
    most: usize,
) -> Vec<FirstRow> {
    let (mut rows, mut at, mut line) = (Vec::new(), 0, 1);
    while at < text.len() && rows.len() < most {
        let Some(found) = records::extent_of_header(text, at, delimiter) else {
            break;
        };
        let decoded = text::decode(&text[at..found.end], encoding);
        let cells = decoded
            .as_deref()
            .and_then(|record| records::fields(record, delimiter).ok())
            .unwrap_or_default();
        if cells
            .iter()
            .any(|cell| !super::value::clean(cell).is_empty())
        {
            rows.push(FirstRow {
                line,
                lines: found.lines,
                cells: cells.iter().map(ToString::to_string).collect(),
            });
        }
        line += found.lines;
        at = found.next;
    }
    rows
}
