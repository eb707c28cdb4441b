//! The compound file around an XLS workbook: its one stream that matters is taken out, and put into a file of its own
//! that the library may trust. In the file as it comes a chain of sectors can run in a circle, which the library follows
//! until the memory is full.

use std::fmt;

/// Sectors of the file that is written, which is of the newer kind: its table needs no chain up to 457 MB.
const SECTOR: usize = 4096;
const MAGIC: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const FREE: u32 = 0xffff_ffff;
const END: u32 = 0xffff_fffe;
const TABLE: u32 = 0xffff_fffd;
/// From this number on an entry of a table is no sector.
const RESERVED: u32 = 0xffff_fffa;
/// Entries of the table of tables within the header.
const IN_HEADER: usize = 109;
/// Streams below this size lie in small sectors of their own.
const SMALL: u64 = 4096;
const SMALL_SECTOR: usize = 64;
/// The stream of a workbook at most.
const MOST: usize = 400 << 20;

/// What is wrong with a compound file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none, or ends too early.
    Cut,
    /// A chain of sectors runs in a circle.
    Circle,
    /// There is no workbook in it.
    NoWorkbook,
    /// The workbook is bigger than the format allows for.
    TooBig,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cut => "the compound file ends too early",
            Self::Circle => "a chain of its sectors runs in a circle",
            Self::NoWorkbook => "Cannot find Workbook stream",
            Self::TooBig => "the workbook in it is bigger than 400 MB",
        })
    }
}

/// The stream of the workbook in a compound file.
pub(super) fn workbook(file: &[u8]) -> Result<Vec<u8>, Fault> {
    let compound = Compound::open(file)?;
    let directory = compound.chain(u32_at(file, 48)?, usize::MAX)?;
    let entries = || directory.chunks_exact(128);
    let named = |name: &str| entries().find(|entry| is_called(entry, name));
    let entry = named("workbook")
        .or_else(|| named("book"))
        .ok_or(Fault::NoWorkbook)?;
    let (start, length) = compound.place(entry)?;
    if length > MOST as u64 {
        return Err(Fault::TooBig);
    }
    // It fits: `MOST` is far below the largest number of bytes.
    let bytes = usize::try_from(length).map_err(|_| Fault::TooBig)?;
    if length >= SMALL {
        return compound.chain(start, bytes);
    }
    let root = entries().next().ok_or(Fault::NoWorkbook)?;
    let (small_start, small_length) = compound.place(root)?;
    let small_length = usize::try_from(small_length).map_err(|_| Fault::TooBig)?;
    let small = compound.chain(small_start, small_length)?;
    let table = numbers(&compound.chain(u32_at(file, 60)?, usize::MAX)?);
    let sector = |id: u32| small.chunks(SMALL_SECTOR).nth(id as usize);
    follow(start, bytes, &table, sector)
}

/// A compound file with only this stream, called `Workbook`.
pub(super) fn around(mut stream: Vec<u8>) -> Result<Vec<u8>, Fault> {
    if stream.len() > MOST {
        return Err(Fault::TooBig);
    }
    // One that is smaller would have to lie in small sectors.
    stream.resize(stream.len().max(SECTOR), 0);
    let length = stream.len() as u64;
    let data = stream.len().div_ceil(SECTOR);
    // The entries of the table cover the stream, the directory and the table itself.
    let tables = (data + 1).div_ceil(SECTOR / 4 - 1);
    let id = |sector: usize| u32::try_from(sector).map_err(|_| Fault::TooBig);
    let mut header = vec![0; SECTOR];
    put(&mut header, 0, &MAGIC);
    put(&mut header, 24, &0x3e_u16.to_le_bytes());
    put(&mut header, 26, &4_u16.to_le_bytes());
    put(&mut header, 28, &0xfffe_u16.to_le_bytes());
    put(&mut header, 30, &12_u16.to_le_bytes());
    put(&mut header, 32, &6_u16.to_le_bytes());
    put(&mut header, 40, &1_u32.to_le_bytes());
    put(&mut header, 44, &id(tables)?.to_le_bytes());
    put(&mut header, 48, &id(data)?.to_le_bytes());
    put(&mut header, 56, &4096_u32.to_le_bytes());
    put(&mut header, 60, &END.to_le_bytes());
    put(&mut header, 68, &END.to_le_bytes());
    for entry in 0..IN_HEADER {
        let table = if entry < tables {
            id(data + 1 + entry)?
        } else {
            FREE
        };
        put(&mut header, 76 + 4 * entry, &table.to_le_bytes());
    }
    let mut file = header;
    file.append(&mut stream);
    file.resize(SECTOR * (1 + data), 0);
    // The root holds no small sectors; the library only asks that it begins somewhere.
    file.extend(entry("Root Entry", 5, 0, 0));
    file.extend(entry("Workbook", 2, 0, length));
    file.resize(SECTOR * (2 + data), 0);
    for sector in 0..tables * (SECTOR / 4) {
        let next = match sector {
            _ if sector + 1 < data => id(sector + 1)?,
            _ if sector <= data => END,
            _ if sector <= data + tables => TABLE,
            _ => FREE,
        };
        file.extend(next.to_le_bytes());
    }
    Ok(file)
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    for (place, byte) in bytes.iter_mut().skip(at).zip(value) {
        *place = *byte;
    }
}

/// An entry of the directory, without neighbours.
fn entry(name: &str, kind: u8, start: u32, length: u64) -> Vec<u8> {
    let mut entry = vec![0; 128];
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(&mut entry, 0, &units);
    put(
        &mut entry,
        64,
        &[u8::try_from(units.len() + 2).unwrap_or(64), 0, kind, 1],
    );
    for neighbour in [68, 72, 76] {
        put(&mut entry, neighbour, &FREE.to_le_bytes());
    }
    put(&mut entry, 116, &start.to_le_bytes());
    put(&mut entry, 120, &length.to_le_bytes());
    entry
}

/// Whether an entry of the directory has this name, which is in lower case.
fn is_called(entry: &[u8], name: &str) -> bool {
    let units = entry.chunks_exact(2).take(32);
    let own = units
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .take_while(|unit| *unit != 0);
    let own: Vec<char> = char::decode_utf16(own).filter_map(Result::ok).collect();
    own.iter().map(char::to_ascii_lowercase).eq(name.chars())
}

struct Compound<'f> {
    file: &'f [u8],
    sector: usize,
    table: Vec<u32>,
}

impl<'f> Compound<'f> {
    fn open(file: &'f [u8]) -> Result<Self, Fault> {
        if file.len() < 512 || !file.starts_with(&MAGIC) {
            return Err(Fault::Cut);
        }
        let sector = match file[30] {
            9 => 512,
            12 => SECTOR,
            _ => return Err(Fault::Cut),
        };
        let mut compound = Self {
            file,
            sector,
            table: Vec::new(),
        };
        let mut tables = numbers(&file[76..512]);
        let mut more = u32_at(file, 68)?;
        for _ in 0..=compound.sectors() {
            if more >= RESERVED {
                break;
            }
            tables.extend(numbers(compound.sector(more).ok_or(Fault::Cut)?));
            more = tables.pop().ok_or(Fault::Cut)?;
        }
        if more < RESERVED {
            return Err(Fault::Circle);
        }
        let used: Vec<u32> = tables.into_iter().filter(|id| *id < RESERVED).collect();
        if used.len() > compound.sectors() {
            return Err(Fault::Circle);
        }
        for id in used {
            let entries = numbers(compound.sector(id).ok_or(Fault::Cut)?);
            compound.table.extend(entries);
        }
        Ok(compound)
    }

    const fn sectors(&self) -> usize {
        self.file.len() / self.sector
    }

    /// A sector; the last one of a file may be short.
    fn sector(&self, id: u32) -> Option<&'f [u8]> {
        let start = (id as usize + 1).checked_mul(self.sector)?;
        let rest = self.file.get(start..)?;
        let sector = rest.get(..self.sector).unwrap_or(rest);
        (!sector.is_empty()).then_some(sector)
    }

    /// The bytes of a chain of sectors, at most `length`.
    fn chain(&self, start: u32, length: usize) -> Result<Vec<u8>, Fault> {
        follow(start, length, &self.table, |id| self.sector(id))
    }

    /// Where a stream begins, and its length.
    fn place(&self, entry: &[u8]) -> Result<(u32, u64), Fault> {
        let low = u64::from(u32_at(entry, 120)?);
        let high = u64::from(u32_at(entry, 124)?);
        // Writers of the older kind leave anything in the upper half.
        let length = if self.sector == SECTOR {
            high << 32 | low
        } else {
            low
        };
        Ok((u32_at(entry, 116)?, length))
    }
}

fn follow<'s>(
    mut id: u32,
    length: usize,
    table: &[u32],
    sector: impl Fn(u32) -> Option<&'s [u8]>,
) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let mut steps = 0;
    while id != END && bytes.len() < length {
        let part = sector(id).ok_or(Fault::Cut)?;
        bytes.extend_from_slice(&part[..part.len().min(length - bytes.len())]);
        steps += 1;
        if steps > table.len() {
            return Err(Fault::Circle);
        }
        if bytes.len() < length {
            id = *table.get(id as usize).ok_or(Fault::Cut)?;
        }
    }
    Ok(bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Fault> {
    let four = bytes.get(at..at + 4).ok_or(Fault::Cut)?;
    Ok(numbers(four)[0])
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    let fours = bytes.chunks_exact(4);
    fours
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_comes_back_from_the_file_around_it() {
        for length in [4096, 4097, 12_288, 4096 * 1022, 4096 * 1023 + 5, 9_000_000] {
            let stream: Vec<u8> = (0..=250).cycle().take(length).collect();
            let file = around(stream.clone()).unwrap();
            assert_eq!(file.len() % SECTOR, 0);
            assert!(workbook(&file) == Ok(stream), "{length}");
        }
        // A short one is filled up: behind the end of a workbook nothing is read.
        let mut filled = vec![7; 10];
        filled.resize(4096, 0);
        assert_eq!(workbook(&around(vec![7; 10]).unwrap()), Ok(filled));
    }

    #[test]
    fn a_circle_of_sectors_and_a_cut_file_are_refused() {
        let good = around(vec![1; 3 * SECTOR]).unwrap();
        let table = 5 * SECTOR;
        let mut circle = good.clone();
        // The directory follows itself.
        put(&mut circle, table + 4 * 3, &3_u32.to_le_bytes());
        assert_eq!(workbook(&circle), Err(Fault::Circle));
        let mut nowhere = good.clone();
        put(&mut nowhere, table, &4000_u32.to_le_bytes());
        assert_eq!(workbook(&nowhere), Err(Fault::Cut));
        for cut in [0, 100, 511, SECTOR, 4 * SECTOR] {
            assert!(workbook(&good[..cut]).is_err(), "{cut}");
        }
        assert_eq!(workbook(&around(Vec::new()).unwrap()).unwrap().len(), 4096);
    }
}
