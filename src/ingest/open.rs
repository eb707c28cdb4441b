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
use super::plan::{self, NoPlan};
use super::records;
use super::text::{self, Detected};
use super::value::clean;

/// How much of a text file is looked at to tell what it is.
const HEAD: u64 = 1 << 20;

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
                let names = rows.names().unwrap_or_default().to_vec();
                let body = Body::Parquet { disk };
                opened
                    .exports
                    .push(self.named(content, "parquet", &names, body)?);
                Ok(())
            }
            MemberKind::Markup => self.markup(content, opened),
            MemberKind::Text | MemberKind::Refused { .. } => self.text(content, opened),
        }
    }

    fn name(&self) -> &Path {
        Path::new(&self.member.name)
    }

    fn error(&self, message: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::input(self.path, message, hint)
    }

    fn head(&self) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        self.member
            .open()?
            .take(HEAD)
            .read_to_end(&mut head)
            .map_err(|error| container::explain(self.name(), error))?;
        Ok(head)
    }

    /// A table whose columns the format names.
    fn named(&self, content: String, form: &str, header: &[String], body: Body) -> Result<Export> {
        let header: Vec<String> = header.iter().map(|name| clean(name).to_owned()).collect();
        let rows = body.rows_path();
        let plans = plan::plans_of(&header, self.settings, rows)
            .map_err(|no| self.error(no.message, no.hint))?;
        Ok(Export {
            name: self.member.name.clone(),
            content,
            encoding: form.to_owned(),
            header,
            first_line: 1,
            plans,
            path: self.path.to_owned(),
            member: self.member.clone(),
            body,
        })
    }

    /// Every sheet may be a table; the ones that are not are left out when another one is.
    fn workbook(&self, content: &str, opened: &mut Opened) -> Result<()> {
        let disk = self.member.on_disk(self.spool)?;
        let mut first = None;
        let before = opened.exports.len();
        for sheet in workbook::sheets(disk.as_ref(), self.name())? {
            if !self.settings.wants_sheet(&sheet) {
                continue;
            }
            let rows = workbook::open(disk.as_ref(), self.name(), &sheet)?;
            let label = format!("{} › {sheet}", self.member.name);
            match self.below(&mut { rows }) {
                Ok((found, after)) => {
                    let mut hasher = blake3::Hasher::new();
                    hasher.update(content.as_bytes()).update(sheet.as_bytes());
                    let content = hasher.finalize().to_hex().to_string();
                    let body = Body::Sheet {
                        disk: disk.clone(),
                        sheet,
                        after,
                    };
                    let mut export = self.found(content, "workbook", found, after, body);
                    export.name = label;
                    opened.exports.push(export);
                }
                Err(error @ Error::Input { .. }) => {
                    opened.other_sheets.push((label, error.to_string()));
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match first {
            _ if opened.exports.len() > before => Ok(()),
            Some(error) => Err(error),
            None => Err(self.error(
                "is a workbook without a sheet that has rows",
                "export it again, or leave it out",
            )),
        }
    }

    /// A page with a table, which many systems export as `.xls`.
    fn markup(&self, content: String, opened: &mut Opened) -> Result<()> {
        let head = self.head()?;
        let told = text::detect(&head);
        let detected = match markup::charset(&head) {
            Some(encoding) if told.bom == 0 => Detected::stated(encoding, &head),
            _ => told,
        };
        let reader = text::decoded(self.member.open()?, detected);
        let mut rows = markup::open(reader, self.name());
        let (found, after) = self.below(&mut rows)?;
        let body = Body::Markup { detected, after };
        let form = format!("html {}", detected.name());
        opened
            .exports
            .push(self.found(content, &form, found, after, body));
        Ok(())
    }

    /// Finds the header among the first rows; gives it and its line.
    fn below(&self, rows: &mut dyn RowSource) -> Result<(Found, u64)> {
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
        let found =
            header::find(&cells, self.settings).map_err(|no| self.error(no.message, no.hint))?;
        let after = match found.skip.checked_sub(1) {
            Some(last) => first.get(last).map_or(0, |(line, _)| *line),
            None => 0,
        };
        Ok((found, after))
    }

    fn found(&self, content: String, form: &str, found: Found, after: u64, body: Body) -> Export {
        Export {
            name: self.member.name.clone(),
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

    fn text(&self, content: String, opened: &mut Opened) -> Result<()> {
        let head = self.head()?;
        let told = text::detect(&head);
        let (lines, _) = text::line_oriented(head.clone(), told);
        if json::looks_like_json(&lines) {
            return self.json(&content, told, opened);
        }
        let export = of_text(
            self.member,
            self.path,
            content,
            (&head, told),
            self.settings,
        )?;
        opened.exports.push(export);
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
            let names = shape.names().to_vec();
            let body = Body::Json {
                detected,
                rows: rows.map(str::to_owned),
                shape,
            };
            let mut own = content.to_owned();
            if let Some(rows) = rows {
                own = blake3::hash(format!("{content}{rows}").as_bytes())
                    .to_hex()
                    .to_string();
            }
            match self.named(own, "json", &names, body) {
                Ok(export) => opened.exports.push(export),
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
}

/// Tells what delimited text is from its first bytes.
fn of_text(
    member: &Member,
    path: &Path,
    content: String,
    (head, told): (&[u8], Detected),
    settings: &Settings,
) -> Result<Export> {
    let mut best: Option<NoPlan> = None;
    let stated = settings
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
        delimiters.extend(settings.stated_delimiters());
        delimiters.dedup();
        for delimiter in delimiters {
            let rows = first_rows(&lines, encoding, delimiter, header::ROWS_LOOKED_AT);
            if rows.is_empty() {
                return Err(Error::input(
                    path,
                    "holds nothing but blank lines",
                    "export it again, or leave it out",
                ));
            }
            let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells.clone()).collect();
            match header::find(&cells, settings) {
                Ok(found) => {
                    let text = TextFound {
                        detected,
                        delimiter,
                        rows,
                        found,
                    };
                    return Ok(text.export(member, path, content));
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
        Some(no) if !binary => Error::input(path, no.message, no.hint),
        _ => Error::input(
            path,
            "is not a file of records",
            "CSV, TSV, XLSX, XLS, ODS, JSON or Parquet is needed",
        ),
    })
}

/// Delimited text of which everything is known.
struct TextFound {
    detected: Detected,
    delimiter: u8,
    rows: Vec<FirstRow>,
    found: Found,
}

impl TextFound {
    fn export(self, member: &Member, path: &Path, content: String) -> Export {
        let dialect = self.dialect();
        // Without a row behind the header everything is skipped.
        let all = self.rows.last().map_or(0, |row| row.line + row.lines - 1);
        let skip = self
            .rows
            .get(self.found.skip)
            .map_or(all, |row| row.line - 1);
        let Found {
            header, mut plans, ..
        } = self.found;
        let events = plans
            .iter()
            .find(|plan| plan.fold.is_some())
            .map(|plan| EventColumns::of(&header, plan.zone));
        plans.retain(|plan| plan.fold.is_some() == events.is_some());
        Export {
            name: member.name.clone(),
            content,
            encoding: self.detected.name(),
            first_line: skip + 1,
            path: path.to_owned(),
            member: member.clone(),
            body: Body::Text {
                detected: self.detected,
                dialect,
                skip,
                events,
            },
            header,
            plans,
        }
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
