//! Records become files: which row goes into which file, and its bytes.

use std::collections::BTreeMap;

use encoding_rs::GB18030;

use super::cells;
use super::records::Records;
use super::tables::{self, Style, Table};
use super::world::{DAY, World};
use super::{Clock, GeneratedFile, Split};

/// A cell that is spoilt when the line is written, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoilt {
    No,
    /// The cell at this place opens a quotation and never ends it.
    OpenQuote(usize),
    /// The cell at this place begins with a byte that no encoding has.
    BadByte(usize),
}

/// Why a line is there that should not be.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) fault: &'static str,
    /// Canonical column; empty when the whole line is at fault.
    pub(super) column: &'static str,
    pub(super) spoilt: Spoilt,
}

/// A line of a file, before it is written.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) cells: Vec<String>,
    pub(super) flaw: Option<Flaw>,
}

/// A file in the making.
pub(super) struct Sheet {
    pub(super) table: &'static Table,
    pub(super) name: String,
    pub(super) lines: Vec<Line>,
}

impl Sheet {
    /// Writes the bytes. No cell contains a line break, so a line is a physical line.
    pub(super) fn write(&self) -> GeneratedFile {
        let style = self.table.style;
        let mut bytes = if style == Style::Utf8Bom {
            b"\xef\xbb\xbf".to_vec()
        } else {
            Vec::new()
        };
        let header = Line {
            cells: self
                .table
                .columns
                .iter()
                .map(|(_, header)| (*header).to_owned())
                .collect(),
            flaw: None,
        };
        for line in std::iter::once(&header).chain(&self.lines) {
            let spoilt = line.flaw.as_ref().map_or(Spoilt::No, |flaw| flaw.spoilt);
            for (place, cell) in line.cells.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                match spoilt {
                    Spoilt::OpenQuote(at) if at == place => bytes.push(b'"'),
                    Spoilt::BadByte(at) if at == place => bytes.push(0xff),
                    _ => {}
                }
                encode(&quoted(cell), style, &mut bytes);
            }
            bytes.extend_from_slice(if style == Style::Gb18030 {
                b"\r\n"
            } else {
                b"\n"
            });
        }
        GeneratedFile {
            name: self.name.clone(),
            bytes,
        }
    }
}

fn encode(text: &str, style: Style, bytes: &mut Vec<u8>) {
    match style {
        Style::Gb18030 => bytes.extend_from_slice(&GB18030.encode(text).0),
        Style::Utf8 | Style::Utf8Bom => bytes.extend_from_slice(text.as_bytes()),
    }
}

/// The cell as CSV wants it (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Sorts every row into its file; a period without rows has a file with a header only.
pub(super) fn sheets(records: &Records, world: &World) -> Vec<Sheet> {
    let mut book = Book {
        world,
        sheets: BTreeMap::new(),
    };
    for table in tables::ALL {
        book.open(table);
    }
    for call in &records.calls {
        book.add(&tables::CALLS, call.started, cells::call(call, world));
    }
    for chat in &records.chats {
        book.add(&tables::CHATS, chat.started, cells::chat(chat, world));
    }
    for message in &records.messages {
        book.add(
            &tables::MESSAGES,
            message.sent,
            cells::message(message, world),
        );
    }
    for survey in &records.surveys {
        book.add(&tables::SURVEYS, survey.sent, cells::survey(survey, world));
    }
    for evaluation in &records.evaluations {
        book.add(
            &tables::EVALUATIONS,
            evaluation.evaluated,
            cells::evaluation(evaluation, world),
        );
    }
    for (day, outlet, parcels) in &records.parcels {
        let at = i64::from(*day) * DAY;
        let cells = vec![
            world.date(at).to_string(),
            world.words.outlet[*outlet].name.clone(),
            parcels.to_string(),
        ];
        book.add(&tables::PARCELS, at, cells);
    }
    book.add_tickets(records);
    book.add_agents();
    book.sheets.into_values().collect()
}

/// The files by table and period.
struct Book<'w> {
    world: &'w World<'w>,
    sheets: BTreeMap<(&'static str, String), Sheet>,
}

impl Book<'_> {
    /// Adds a row to the file of its period.
    fn add(&mut self, table: &'static Table, at: Clock, cells: Vec<String>) {
        let key = self.period(table, at.clamp(0, self.world.end() - 1));
        if let Some(sheet) = self.sheets.get_mut(&(table.name, key)) {
            sheet.lines.push(Line { cells, flaw: None });
        }
    }

    /// Makes the files of a table for the whole plan.
    fn open(&mut self, table: &'static Table) {
        for day in 0..i64::from(self.world.plan.days) {
            let key = self.period(table, day * DAY);
            let name = if key.is_empty() {
                format!("{}.csv", table.name)
            } else {
                format!("{}_{key}.csv", table.name)
            };
            self.sheets.entry((table.name, key)).or_insert(Sheet {
                table,
                name,
                lines: Vec::new(),
            });
        }
    }

    /// `2026-W10`, `2026-03-02`, or empty for a table in one file.
    fn period(&self, table: &Table, at: Clock) -> String {
        match self.world.plan.split {
            _ if table.name == tables::AGENTS.name => String::new(),
            Split::Day => self.world.date(at).to_string(),
            Split::Week if table.weekly => self.world.date(at).format("%G-W%V").to_string(),
            Split::Week => String::new(),
        }
    }

    /// Tickets and their events. A weekly file has the tickets created in its week, as they stand
    /// at the plan's end; a daily file has those that anything happened to, as they stand that
    /// midnight, so that a ticket comes again in a later file with a later update.
    fn add_tickets(&mut self, records: &Records) {
        let (world, end) = (self.world, self.world.end());
        let mut rows: Vec<(Clock, Vec<String>)> = Vec::new();
        let mut events: Vec<(Clock, Vec<String>)> = Vec::new();
        for ticket in &records.tickets {
            let happened = ticket.events.iter().filter(|event| event.at < end);
            events.extend(
                happened
                    .clone()
                    .map(|event| (event.at, cells::event(ticket, event, world))),
            );
            if world.plan.split == Split::Week {
                rows.push((
                    ticket.created,
                    cells::ticket(ticket, &ticket.standing(end), world),
                ));
                continue;
            }
            let mut days: Vec<Clock> = happened.map(|event| event.at.div_euclid(DAY)).collect();
            days.dedup();
            for day in days {
                let now = ticket.standing((day + 1) * DAY);
                rows.push((now.updated, cells::ticket(ticket, &now, world)));
            }
        }
        rows.sort_by_key(|(at, _)| *at);
        events.sort_by_key(|(at, _)| *at);
        for (table, list) in [(&tables::TICKETS, rows), (&tables::EVENTS, events)] {
            for (at, cells) in list {
                self.add(table, at, cells);
            }
        }
    }

    /// The roster; days of hiring as people type them, `2024/3/1`.
    fn add_agents(&mut self) {
        for agent in &self.world.agents {
            let team = &self.world.words.team[agent.team];
            let hired = agent.hired_on.format("%Y/%-m/%-d").to_string();
            let cells = vec![
                agent.id.clone(),
                agent.name.clone(),
                team.name.clone(),
                team.site.clone(),
                hired,
            ];
            self.add(&tables::AGENTS, 0, cells);
        }
    }
}
