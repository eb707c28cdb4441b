//! Rows that no store should take, or take only once, planted beside the good ones.
//!
//! A broken row is a copy of a good one with a key of its own, so that the good rows stay whole.

use chrono::{Duration, NaiveDateTime};

use super::random::{Dice, Stream};
use super::sheets::{Flaw, Line, Sheet, Spoilt};
use super::tables::Table;

/// What happens to the copy.
#[derive(Clone, Copy)]
enum Change {
    /// The line ends after this many cells.
    Cut(usize),
    /// The line has a cell too many.
    Extra,
    /// The column holds this.
    Set(&'static str),
    OpenQuote,
    BadByte,
    /// The column lies ten minutes before the start.
    BeforeStart,
    /// The same row once more.
    Twice,
    /// The same key with a longer text and an update an hour later.
    Corrected,
}

/// Every planted row: table, column, name of the fault, what is done.
const FAULTS: &[(&str, &str, &str, Change)] = &[
    ("calls", "", "ragged", Change::Cut(9)),
    ("calls", "queue", "invalid_bytes", Change::BadByte),
    ("calls", "ended_at", "end_before_start", Change::BeforeStart),
    ("calls", "wait_s", "not_a_number", Change::Set("很久")),
    ("calls", "", "duplicate", Change::Twice),
    ("chats", "queue", "open_quote", Change::OpenQuote),
    (
        "chats",
        "started_at",
        "impossible_date",
        Change::Set("2026-02-30 10:15:00"),
    ),
    ("chats", "score", "score_out_of_range", Change::Set("7")),
    (
        "tickets",
        "waybill",
        "scientific_notation",
        Change::Set("7.73E+14"),
    ),
    ("tickets", "ticket_id", "missing_required", Change::Set("")),
    ("tickets", "updated_at", "corrected", Change::Corrected),
    (
        "ticket_events",
        "ticket_id",
        "missing_required",
        Change::Set(""),
    ),
    ("surveys", "", "ragged", Change::Extra),
    (
        "evaluations",
        "weight",
        "not_a_number",
        Change::Set("一点五"),
    ),
];

/// Plants every fault for which the plan has a row to copy.
pub(super) fn plant(sheets: &mut [Sheet], seed: u64) {
    let mut dice = Dice::new(seed, Stream::Faults);
    for (number, (table, column, fault, change)) in FAULTS.iter().enumerate() {
        let having: Vec<usize> = (0..sheets.len())
            .filter(|&index| sheets[index].table.name == *table && !sheets[index].lines.is_empty())
            .collect();
        let (file, row) = (dice.below(having.len()), dice.unit());
        let Some(sheet) = having.get(file).and_then(|&index| sheets.get_mut(index)) else {
            continue;
        };
        let from = (row * sheet.lines.len() as f64) as usize;
        let turned = (from..sheet.lines.len()).chain(0..from);
        let copy = turned.into_iter().find_map(|place| {
            let line = sheet.lines.get(place).filter(|line| line.flaw.is_none())?;
            let spoilt = spoil(line, sheet.table, column, *change, number)?;
            Some((
                place,
                Line {
                    flaw: Some(Flaw {
                        fault,
                        column,
                        spoilt: spoilt.1,
                    }),
                    cells: spoilt.0,
                },
            ))
        });
        if let Some((place, line)) = copy {
            sheet.lines.insert(place + 1, line);
        }
    }
}

/// The changed cells, or nothing when the row does not lend itself to the change.
fn spoil(
    line: &Line,
    table: &Table,
    column: &str,
    change: Change,
    number: usize,
) -> Option<(Vec<String>, Spoilt)> {
    let mut cells = line.cells.clone();
    if !matches!(change, Change::Twice | Change::Corrected) && table.name != "ticket_events" {
        cells[0].push('X');
        cells[0] += &number.to_string();
    }
    let place = table.place(column);
    let mut spoilt = Spoilt::No;
    match change {
        Change::Cut(length) => cells.truncate(length),
        Change::Extra => cells.extend(["", "???"].map(str::to_owned)),
        Change::Set(text) => text.clone_into(&mut cells[place?]),
        Change::OpenQuote => spoilt = Spoilt::OpenQuote(place?),
        Change::BadByte => spoilt = Spoilt::BadByte(place?),
        Change::BeforeStart => {
            let answered = !cells[table.place("answered_at")?].is_empty();
            cells[place?] =
                shifted(&cells[table.place("started_at")?], -10).filter(|_| answered)?;
        }
        Change::Twice => {}
        Change::Corrected => {
            cells[place?] = shifted(&cells[place?], 60)?;
            cells[table.place("description")?] += "（补充：已与客户核对）";
        }
    }
    Some((cells, spoilt))
}

/// A written time moved by some minutes.
fn shifted(stamp: &str, minutes: i64) -> Option<String> {
    let form = "%Y-%m-%d %H:%M:%S";
    let moved = NaiveDateTime::parse_from_str(stamp, form).ok()? + Duration::minutes(minutes);
    Some(moved.format(form).to_string())
}
