//! Records become files: which row goes into which file, and when a file is complete.
//!
//! Rows are filed day by day while the plan runs, so that only the files of the periods that are
//! not over yet are held in memory.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::arrivals::{Arrival, Channel};
use super::broken::Faults;
use super::cells;
use super::records::{Records, Ticket};
use super::sheets::{self, Sheet};
use super::tables::{self, Table};
use super::truth::{BrokenRow, FileRows};
use super::world::{DAY, World};
use super::{Clock, GenerateError, Output, Split};

/// Where complete files go.
pub(super) type Sink<'s> = dyn FnMut(Output) -> std::io::Result<()> + 's;

/// What the ground truth says of the files.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) broken: Vec<BrokenRow>,
    pub(super) files: Vec<FileRows>,
}

/// The files by table and period.
pub(super) struct Book<'w> {
    world: &'w World<'w>,
    faults: Option<Faults>,
    shelves: BTreeMap<&'static str, Shelf>,
    /// Rows of tickets that nothing will happen to any more, for the weekly file of their
    /// creation: by place of the file, then instant and number.
    settled: BTreeMap<usize, BTreeMap<(Clock, u32), Vec<u8>>>,
    /// The day that is filed next.
    day: Clock,
    contents: BTreeMap<(&'static str, String), (FileRows, Vec<BrokenRow>)>,
}

/// The files of one table.
struct Shelf {
    /// Place of the file of each day of the plan.
    of_day: Vec<usize>,
    /// Files that are not complete, from place `complete` on.
    open: VecDeque<Period>,
    complete: usize,
    /// Complete files without rows.
    empty: Vec<Period>,
    /// Complete files with rows, of which it is not certain yet whether a row will be planted in
    /// them: number among the files with rows, and the file.
    held: Vec<(usize, Period)>,
    /// Complete files with rows so far.
    filled: usize,
}

/// A file of a period.
struct Period {
    sheet: Sheet,
    key: String,
    /// Where its period ends.
    until: Clock,
    /// There will be a row in it.
    sure: bool,
}

impl<'w> Book<'w> {
    /// Opens every file of the plan; a period without rows has a file with a header only.
    /// `fresh` are the first contacts, each of which is sure to leave a row.
    pub(super) fn new(world: &'w World<'w>, faults: Option<Faults>, fresh: &[Arrival]) -> Self {
        let shelves = tables::ALL.map(|table| (table.name, Shelf::new(table, world)));
        let mut book = Self {
            world,
            faults,
            shelves: shelves.into(),
            settled: BTreeMap::new(),
            day: 0,
            contents: BTreeMap::new(),
        };
        for arrival in fresh {
            let tables: &[&Table] = match arrival.channel {
                Channel::Call => &[&tables::CALLS],
                Channel::Chat => &[&tables::CHATS],
                Channel::Form => &[&tables::TICKETS, &tables::EVENTS],
                Channel::Outbound => &[],
            };
            for table in tables {
                if let Some(period) = book.period(table, arrival.at()) {
                    period.sure = true;
                }
            }
        }
        book.add_agents();
        book.add_parcels();
        book
    }

    /// Files everything that happened before `until` and hands out the files that are complete.
    pub(super) fn file(
        &mut self,
        records: &mut Records,
        until: Clock,
        sink: &mut Sink,
    ) -> Result<(), GenerateError> {
        let world = self.world;
        records.sort();
        for call in before(&mut records.calls, |call| call.started < until) {
            self.add(&tables::CALLS, call.started, &cells::call(&call, world));
        }
        for chat in std::mem::take(&mut records.chats) {
            self.add(&tables::CHATS, chat.started, &cells::chat(&chat, world));
        }
        // Lines of one chat stay together, so that some lie ahead.
        for message in std::mem::take(&mut records.messages) {
            let cells = cells::message(&message, world);
            self.add(&tables::MESSAGES, message.sent, &cells);
        }
        for survey in before(&mut records.surveys, |survey| survey.sent < until) {
            self.add(
                &tables::SURVEYS,
                survey.sent,
                &cells::survey(&survey, world),
            );
        }
        for check in before(&mut records.evaluations, |check| check.evaluated < until) {
            let cells = cells::evaluation(&check, world);
            self.add(&tables::EVALUATIONS, check.evaluated, &cells);
        }
        self.file_tickets(records, until);
        self.hand_out(&records.tickets, until, sink)
    }

    /// What became of the files, in order of table and period.
    pub(super) fn contents(self) -> Contents {
        let mut contents = Contents::default();
        for (file, mut broken) in self.contents.into_values() {
            contents.files.push(file);
            contents.broken.append(&mut broken);
        }
        contents
    }

    /// Adds a row to the file of its period.
    fn add(&mut self, table: &'static Table, at: Clock, cells: &[String]) {
        if let Some(period) = self.period(table, at) {
            period.sheet.push(cells);
        }
    }

    /// The file of an instant; the last one for what lies behind the plan.
    fn period(&mut self, table: &Table, at: Clock) -> Option<&mut Period> {
        let shelf = self.shelves.get_mut(table.name)?;
        let place = shelf.place(at, self.world)?;
        shelf.open.get_mut(place.checked_sub(shelf.complete)?)
    }

    /// Files tickets and their events. A weekly file has the tickets created in its week, as they
    /// stand at the plan's end; a daily file has those that anything happened to, as they stand
    /// that midnight, so that a ticket comes again in a later file with a later update.
    fn file_tickets(&mut self, records: &mut Records, until: Clock) {
        let (world, until_filed) = (self.world, until.min(self.world.end()));
        let start = self.day;
        let filed = start..until_filed;
        let mut events = Vec::new();
        for ticket in records.tickets.values() {
            let happened = ticket
                .events
                .iter()
                .filter(|event| filed.contains(&event.at));
            events.extend(happened.map(|event| (ticket, event)));
        }
        events.sort_by_key(|(_, event)| event.at);
        for (ticket, event) in events {
            self.add(
                &tables::EVENTS,
                event.at,
                &cells::event(ticket, event, world),
            );
        }
        while world.plan.split == Split::Day && self.day < until_filed {
            self.file_daily(&records.tickets);
            self.day += DAY;
        }
        self.day = until_filed;
        let over = |ticket: &Ticket| ticket.events.last().is_none_or(|last| last.at < until);
        for (number, ticket) in records.tickets.extract_if(.., |_, ticket| over(ticket)) {
            self.settle(number, &ticket);
        }
    }

    /// The tickets that anything happened to on the day, as they stand at its end.
    fn file_daily(&mut self, tickets: &BTreeMap<u32, Ticket>) {
        let today = self.day..self.day + DAY;
        let mut rows = Vec::new();
        for ticket in tickets.values() {
            if ticket.events.iter().any(|event| today.contains(&event.at)) {
                rows.push((ticket.standing(today.end), ticket));
            }
        }
        rows.sort_by_key(|(now, _)| now.updated);
        for (now, ticket) in rows {
            let cells = cells::ticket(ticket, &now, self.world);
            self.add(&tables::TICKETS, now.updated, &cells);
        }
    }

    /// Writes the row of a ticket whose history is over, for the weekly file.
    fn settle(&mut self, number: u32, ticket: &Ticket) {
        let world = self.world;
        let shelf = self.shelves.get(tables::TICKETS.name);
        let place = shelf.and_then(|shelf| shelf.place(ticket.created, world));
        if let Some(place) = place.filter(|_| world.plan.split == Split::Week) {
            let cells = cells::ticket(ticket, &ticket.standing(world.end()), world);
            let line = sheets::line(&tables::TICKETS, &cells);
            let rows = self.settled.entry(place).or_default();
            rows.insert((ticket.created, number), line);
        }
    }

    /// Hands out the files whose period is over. A weekly file of tickets waits until all of them
    /// are settled.
    fn hand_out(
        &mut self,
        tickets: &BTreeMap<u32, Ticket>,
        until: Clock,
        sink: &mut Sink,
    ) -> Result<(), GenerateError> {
        let world = self.world;
        let weekly = world.plan.split == Split::Week;
        for table in tables::ALL {
            let Some(shelf) = self.shelves.get_mut(table.name) else {
                continue;
            };
            let waiting: BTreeSet<usize> = tickets
                .values()
                .filter(|_| weekly && table.name == tables::TICKETS.name)
                .filter_map(|ticket| shelf.place(ticket.created, world))
                .collect();
            while let Some(mut period) = shelf
                .open
                .pop_front_if(|period| period.until <= until && !waiting.contains(&shelf.complete))
            {
                if table.name == tables::TICKETS.name {
                    let rows = self.settled.remove(&shelf.complete).unwrap_or_default();
                    for line in rows.values() {
                        period.sheet.push_line(line);
                    }
                }
                shelf.complete += 1;
                shelf.close(period);
            }
            for period in shelf.release(self.faults.as_ref()) {
                let (key, file) = entry(&period);
                self.contents.insert(key, file);
                let file = period.sheet.file();
                let name = file.name.clone();
                sink(Output::File(file)).map_err(|error| GenerateError::Write { name, error })?;
            }
        }
        Ok(())
    }

    /// The roster; days of hiring as people type them, `2024/3/1`.
    fn add_agents(&mut self) {
        for agent in &self.world.agents {
            let team = &self.world.words.team[agent.team];
            let hired = agent.hired_on.format("%Y/%-m/%-d").to_string();
            let cells = [
                agent.id.clone(),
                agent.name.clone(),
                team.name.clone(),
                team.site.clone(),
                hired,
            ];
            self.add(&tables::AGENTS, 0, &cells);
        }
    }

    fn add_parcels(&mut self) {
        for (day, outlet, parcels) in self.world.parcels() {
            let at = i64::from(day) * DAY;
            let cells = [
                self.world.date(at).to_string(),
                self.world.words.outlet[outlet].name.clone(),
                parcels.to_string(),
            ];
            self.add(&tables::PARCELS, at, &cells);
        }
    }
}

impl Shelf {
    /// The empty files of a table for the whole plan.
    fn new(table: &'static Table, world: &World) -> Self {
        let mut shelf = Self {
            of_day: Vec::new(),
            open: VecDeque::new(),
            complete: 0,
            empty: Vec::new(),
            held: Vec::new(),
            filled: 0,
        };
        for day in 0..i64::from(world.plan.days) {
            let key = key(table, day * DAY, world);
            if shelf.open.back().is_none_or(|last| last.key != key) {
                let name = if key.is_empty() {
                    format!("{}.csv", table.name)
                } else {
                    format!("{}_{key}.csv", table.name)
                };
                shelf.open.push_back(Period {
                    sheet: Sheet::new(table, name),
                    key,
                    until: 0,
                    sure: false,
                });
            }
            if let Some(last) = shelf.open.back_mut() {
                last.until = (day + 1) * DAY;
            }
            shelf.of_day.push(shelf.open.len() - 1);
        }
        shelf
    }

    /// Place of the file of an instant; the last one for what lies behind the plan.
    fn place(&self, at: Clock, world: &World) -> Option<usize> {
        let day = at.clamp(0, world.end() - 1) / DAY;
        self.of_day.get(day as usize).copied()
    }

    /// Takes in a file that no row will be added to.
    fn close(&mut self, period: Period) {
        if period.sheet.rows() == 0 {
            self.empty.push(period);
        } else {
            self.held.push((self.filled, period));
            self.filled += 1;
        }
    }

    /// The files that are finished, with what was planted in them.
    fn release(&mut self, faults: Option<&Faults>) -> Vec<Period> {
        let filling = |period: &&Period| period.sure || period.sheet.rows() > 0;
        let least = self.filled + self.open.iter().filter(filling).count();
        let most = self.filled + self.open.len();
        let mut finished = std::mem::take(&mut self.empty);
        for (number, mut period) in std::mem::take(&mut self.held) {
            let sheet = &mut period.sheet;
            if faults.is_none_or(|faults| faults.plant(sheet, number, least, most)) {
                finished.push(period);
            } else {
                self.held.push((number, period));
            }
        }
        finished
    }
}

/// `2026-W10`, `2026-03-02`, or empty for a table in one file.
fn key(table: &Table, at: Clock, world: &World) -> String {
    match world.plan.split {
        _ if table.name == tables::AGENTS.name => String::new(),
        Split::Day => world.date(at).to_string(),
        Split::Week if table.weekly => world.date(at).format("%G-W%V").to_string(),
        Split::Week => String::new(),
    }
}

/// Takes the rows from the front for which the condition holds; the rows are sorted by it.
fn before<T>(rows: &mut Vec<T>, condition: impl Fn(&T) -> bool) -> Vec<T> {
    let later = rows.split_off(rows.partition_point(condition));
    std::mem::replace(rows, later)
}

/// What the ground truth says of a file, by table and period.
fn entry(period: &Period) -> ((&'static str, String), (FileRows, Vec<BrokenRow>)) {
    let sheet = &period.sheet;
    let broken = sheet.flaws().map(|(line, flaw)| BrokenRow {
        file: sheet.name.clone(),
        line,
        fault: flaw.fault.to_owned(),
        column: flaw.column.to_owned(),
    });
    let rows = FileRows {
        name: sheet.name.clone(),
        rows: sheet.rows(),
    };
    let key = (sheet.table.name, period.key.clone());
    (key, (rows, broken.collect()))
}
