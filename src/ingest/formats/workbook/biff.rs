//! What the records of an XLS workbook claim, before the library lays its sheets out in memory: it makes room for every
//! cell between the outermost ones, for what a sheet says of its size, and for a copy of every text.

use super::extent::{Extent, TooMuch};

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const SHEET: u16 = 0x0085;
const TEXTS: u16 = 0x00fc;
const CONTINUED: u16 = 0x003c;
const DIMENSIONS: u16 = 0x0200;
/// A blank cell, which the library passes over whatever it holds.
const BLANK: u16 = 0x0201;
const FORMULA: u16 = 0x0006;
const FORMULA_TEXT: u16 = 0x0207;
const NUMBERS: u16 = 0x00bd;
const TEXT: u16 = 0x00fd;
const LABELS: [u16; 2] = [0x0204, 0x00d6];
/// A number, a flag or an error, a number in short.
const CELLS: [u16; 3] = [0x0203, 0x0205, 0x027e];

/// Takes what sheets say of their size out of the stream of a workbook, and adds up what the library will hold.
///
/// # Errors
/// When that is more than any log fills.
pub(super) fn checked(stream: &mut [u8]) -> Result<(), TooMuch> {
    let (sheets, texts) = globals(stream);
    for (start, _) in &sheets {
        let claims: Vec<usize> = cells_of(stream, *start)
            .filter(|record| record.kind == DIMENSIONS)
            .map(|record| record.at)
            .collect();
        for at in claims {
            // Sheets could share their records; what another one has changed is looked at below as it is now.
            if let Some(kind) = stream.get_mut(at..at + 2) {
                kind.copy_from_slice(&BLANK.to_le_bytes());
            }
        }
    }
    let mut whole = Extent::default();
    for (start, name) in sheets {
        whole.add(&sheet(stream, start, &texts), &name)?;
    }
    Ok(())
}

/// What a sheet makes the library hold.
fn sheet(stream: &[u8], start: usize, texts: &[u64]) -> Extent {
    let (mut values, mut formulas) = (Extent::default(), Extent::default());
    let mut last = None;
    for record in cells_of(stream, start) {
        let Some((row, column)) = record.position() else {
            continue;
        };
        let held = match record.kind {
            TEXT => record.u32(6).and_then(|at| texts.get(at as usize)).copied(),
            _ if LABELS.contains(&record.kind) => record.u16(6).map(u64::from),
            _ => Some(0),
        };
        match record.kind {
            // Its room would be taken before anything is read.
            DIMENSIONS => values.claim(),
            FORMULA => {
                last = Some((row, column));
                values.cell(row, column, 0);
                formulas.cell(row, column, record.data.len() as u64);
            }
            FORMULA_TEXT => {
                let (row, column) = last.unwrap_or_default();
                values.cell(row, column, record.u16(0).map_or(0, u64::from));
            }
            NUMBERS => {
                let end = record.data.len().saturating_sub(2);
                values.cell(row, column, 0);
                values.cell(row, record.u16(end).map_or(column, u32::from), 0);
            }
            TEXT => {
                if let Some(held) = held {
                    values.cell(row, column, held);
                }
            }
            kind if CELLS.contains(&kind) || LABELS.contains(&kind) => {
                values.cell(row, column, held.unwrap_or_default());
            }
            _ => {}
        }
    }
    values.beside(&formulas);
    values
}

/// Where the sheets begin, with their names, and the length of every shared text.
fn globals(stream: &[u8]) -> (Vec<(usize, String)>, Vec<u64>) {
    let (mut sheets, mut texts) = (Vec::new(), Vec::new());
    for record in (Records { stream, at: 0 }) {
        match record.kind {
            END => break,
            SHEET => {
                if let Some(start) = record.u32(0) {
                    sheets.push((start as usize, name(record.data)));
                }
            }
            TEXTS => texts = lengths(&record),
            _ => {}
        }
    }
    (sheets, texts)
}

/// The name of a sheet, for messages.
fn name(data: &[u8]) -> String {
    let (length, wide) = (data.get(6), data.get(7));
    let (Some(length), Some(wide)) = (length, wide) else {
        return String::new();
    };
    let rest = data.get(8..).unwrap_or_default();
    if wide & 1 == 1 {
        let units = rest.chunks_exact(2).take(usize::from(*length));
        let units = units.map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        return char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
    }
    rest.iter()
        .take(usize::from(*length))
        .map(|byte| char::from(*byte))
        .collect()
}

/// The bytes that every shared text takes at most.
fn lengths(record: &Record<'_>) -> Vec<u64> {
    let mut parts = std::iter::once(record.data.get(8..).unwrap_or_default())
        .chain(record.more.iter().copied());
    let mut part = parts.next().unwrap_or_default();
    let mut lengths = Vec::new();
    loop {
        if part.is_empty() {
            match parts.next() {
                Some(next) => part = next,
                None => return lengths,
            }
        }
        let Some((length, rest)) = text(part, &mut parts) else {
            return lengths;
        };
        lengths.push(length);
        part = rest;
    }
}

/// The length of the text that `part` begins with, and what follows it.
fn text<'s>(part: &'s [u8], parts: &mut impl Iterator<Item = &'s [u8]>) -> Option<(u64, &'s [u8])> {
    let (mut characters, flags) = (usize::from(two(part, 0)?), *part.get(2)?);
    // A character of two bytes takes three in memory, one of a single byte two when it is none of ASCII.
    let length = characters as u64 * (2 + u64::from(flags & 1));
    let mut part = &part[3..];
    let mut behind = 0;
    if flags & 8 != 0 {
        behind += 4 * usize::from(two(part, 0)?);
        part = &part[2..];
    }
    if flags & 4 != 0 {
        behind += u32_at(part, 0)? as usize;
        part = part.get(4..)?;
    }
    let mut width = 1 + usize::from(flags & 1);
    while characters > 0 {
        let here = characters.min(part.len() / width);
        part = &part[here * width..];
        characters -= here;
        if characters > 0 {
            // A text that goes on says anew how wide its characters are.
            let (wide, rest) = parts.next()?.split_first()?;
            width = 1 + usize::from(wide & 1);
            part = rest;
        }
    }
    while behind > 0 {
        if part.is_empty() {
            part = parts.next()?;
        }
        let here = behind.min(part.len());
        part = &part[here..];
        behind -= here;
    }
    Some((length, part))
}

/// The records of a sheet, without those of what is embedded in it.
fn cells_of(stream: &[u8], start: usize) -> impl Iterator<Item = Record<'_>> {
    let mut begun = false;
    let mut depth = 0_usize;
    let records = Records { stream, at: start };
    let inner = records.map(move |record| {
        let within = depth > 0;
        match record.kind {
            BEGIN if within || begun => depth += 1,
            BEGIN => begun = true,
            END if within => depth -= 1,
            _ => {}
        }
        (within, record)
    });
    inner
        .take_while(|(within, record)| *within || record.kind != END)
        .filter(|(within, _)| !within)
        .map(|(_, record)| record)
}

struct Record<'s> {
    at: usize,
    kind: u16,
    data: &'s [u8],
    /// The records that continue it.
    more: Vec<&'s [u8]>,
}

impl Record<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        two(self.data, at)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        u32_at(self.data, at)
    }

    fn position(&self) -> Option<(u32, u32)> {
        if self.kind == FORMULA_TEXT {
            return Some((0, 0));
        }
        Some((self.u16(0)?.into(), self.u16(2)?.into()))
    }
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(two(bytes, at)?) | u32::from(two(bytes, at.checked_add(2)?)?) << 16)
}

/// Records one after another, until the first that is cut.
struct Records<'s> {
    stream: &'s [u8],
    at: usize,
}

impl<'s> Records<'s> {
    fn next_part(&mut self) -> Option<(u16, &'s [u8])> {
        let kind = two(self.stream, self.at)?;
        let length = usize::from(two(self.stream, self.at + 2)?);
        let data = self.stream.get(self.at + 4..self.at + 4 + length)?;
        self.at += 4 + length;
        Some((kind, data))
    }
}

impl<'s> Iterator for Records<'s> {
    type Item = Record<'s>;

    fn next(&mut self) -> Option<Record<'s>> {
        let at = self.at;
        let (kind, data) = self.next_part()?;
        let mut more = Vec::new();
        while two(self.stream, self.at) == Some(CONTINUED) {
            more.push(self.next_part()?.1);
        }
        Some(Record {
            at,
            kind,
            data,
            more,
        })
    }
}
