//! Rows that no store should take, or take only once, planted beside the good ones.
//!
//! A broken row is a copy of a good one with a key of its own, so that the good rows stay whole.

use chrono::{Duration, NaiveDateTime};

use super::random::{Dice, Stream, place};
use super::sheets::{Flaw, Sheet, Spoilt};
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

/// Where every fault goes, drawn before the files are there: among the files of its table that have
/// rows, and among the rows of that file, both in [0, 1).
pub(super) struct Faults(Vec<(f64, f64)>);

impl Faults {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, Stream::Faults);
        Self(FAULTS.iter().map(|_| (dice.unit(), dice.unit())).collect())
    }

    /// Plants what belongs into a complete file, number `number` of its table's files with rows,
    /// of which there will be from `least` to `most`. `false` while that leaves it open whether
    /// some fault belongs there; the file is untouched then.
    pub(super) fn plant(
        &self,
        sheet: &mut Sheet,
        number: usize,
        least: usize,
        most: usize,
    ) -> bool {
        let mut own = Vec::new();
        for (fault, (file, row)) in self.0.iter().enumerate() {
            if FAULTS
                .get(fault)
                .is_none_or(|(table, ..)| *table != sheet.table.name)
            {
                continue;
            }
            let (first, last) = (place(*file, least), place(*file, most));
            match (first..=last).contains(&number) {
                true if first < last => return false,
                true => own.push((fault, *row)),
                false => {}
            }
        }
        for (fault, row) in own {
            plant(sheet, fault, row);
        }
        true
    }
}

/// Plants a fault behind the first row from the drawn one on that lends itself to it, if any does.
fn plant(sheet: &mut Sheet, number: usize, row: f64) {
    let Some((_, column, fault, change)) = FAULTS.get(number) else {
        return;
    };
    let from = (row * sheet.rows() as f64) as usize;
    let mut turned = (from..sheet.rows()).chain(0..from);
    let spoilt = turned.find_map(|row| {
        let cells = sheet.cells(row).filter(|_| !sheet.is_flawed(row))?;
        let (cells, spoilt) = spoil(cells, sheet.table, column, *change, number)?;
        Some((row, cells, spoilt))
    });
    if let Some((row, cells, spoilt)) = spoilt {
        let flaw = Flaw {
            fault,
            column,
            spoilt,
        };
        sheet.plant(row + 1, &cells, flaw);
    }
}

/// The changed cells, or nothing when the row does not lend itself to the change.
fn spoil(
    mut cells: Vec<String>,
    table: &Table,
    column: &str,
    change: Change,
    number: usize,
) -> Option<(Vec<String>, Spoilt)> {
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

#[cfg(test)]
mod tests {
    use super::super::tables;
    use super::*;

    /// Closes the files of a table one after the other, `filled` of which have rows, as the plan
    /// does; the faults found in each of the files with rows.
    fn planted(faults: &Faults, table: &'static Table, filled: &[bool]) -> Vec<Vec<&'static str>> {
        let (mut held, mut done) = (Vec::new(), Vec::new());
        for (closed, has_rows) in (1..).zip(filled) {
            if *has_rows {
                let mut sheet = Sheet::new(table, String::new());
                let cells = vec!["2026-03-02 10:00:00".to_owned(); table.columns.len()];
                for _ in 0..40 {
                    sheet.push(&cells);
                }
                held.push((held.len() + done.len(), sheet));
            }
            let least = held.len() + done.len();
            let most = least + filled.len() - closed;
            for (number, mut sheet) in std::mem::take(&mut held) {
                if faults.plant(&mut sheet, number, least, most) {
                    done.push((number, sheet));
                } else {
                    assert_eq!(sheet.flaws().count(), 0);
                    held.push((number, sheet));
                }
            }
        }
        assert!(held.is_empty(), "undecided at the end");
        done.sort_by_key(|(number, _)| *number);
        let names = |sheet: &Sheet| sheet.flaws().map(|(_, flaw)| flaw.fault).collect();
        done.iter().map(|(_, sheet)| names(sheet)).collect()
    }

    #[test]
    fn every_fault_lands_where_it_would_if_all_files_were_known() {
        for seed in 0..40 {
            let faults = Faults::new(seed);
            for pattern in 1..64_u32 {
                let filled: Vec<bool> = (0..6).map(|bit| pattern >> bit & 1 == 1).collect();
                let count = pattern.count_ones() as usize;
                for table in [&tables::CALLS, &tables::SURVEYS, &tables::PARCELS] {
                    let mut expected = vec![Vec::new(); count];
                    for ((name, _, fault, _), (file, _)) in FAULTS.iter().zip(&faults.0) {
                        if *name == table.name {
                            expected[place(*file, count)].push(*fault);
                        }
                    }
                    let mut found = planted(&faults, table, &filled);
                    found
                        .iter_mut()
                        .chain(&mut expected)
                        .for_each(|f| f.sort_unstable());
                    assert_eq!(found, expected, "seed {seed}, {filled:?}");
                }
            }
        }
    }
}
