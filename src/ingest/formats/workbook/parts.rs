//! What is asked of the parts of a zipped workbook before the library holds them in memory.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;

use super::grid::Grid;
use crate::error::{Error, Result};

/// Bytes of the parts that are held in memory as a whole: texts and styles, and everything in ODS.
const IN_MEMORY: u64 = 1 << 30;
/// A part that unpacks to more than this, at more than [`RATIO`] to one, is no sheet.
const RATIO_FROM: u64 = 64 << 20;
const RATIO: u64 = 1000;

/// Refuses what would fill the memory, before anything is held there.
pub(super) fn check(zip: &mut ZipArchive<BufReader<File>>, name: &Path) -> Result<()> {
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).map_err(|e| {
            Error::input(
                name,
                format!("cannot be read as a workbook ({e})"),
                super::book::AGAIN,
            )
        })?;
        let (size, packed) = (part.size(), part.compressed_size());
        if size > RATIO_FROM && size / RATIO > packed {
            return Err(Error::input(
                name,
                format!("looks like a zip bomb: {size} bytes out of {packed}"),
                "no log packs that well; save it again as .xlsx or .csv",
            ));
        }
        let label = String::from_utf8_lossy(part.name_raw()).to_lowercase();
        if label.ends_with("sharedstrings.xml") {
            let mut texts = Texts::default();
            measured(&mut part, &label, &mut texts, name)?;
            texts.look(true);
            if texts.claimed > size {
                return Err(Error::input(
                    name,
                    format!(
                        "is a damaged workbook ({label} claims {} texts in {size} bytes)",
                        texts.claimed
                    ),
                    super::book::AGAIN,
                ));
            }
        } else if label == "content.xml" {
            let mut grid = Grid::default();
            measured(&mut part, &label, &mut grid, name)?;
            grid.finish().map_err(|too_much| too_much.of(name))?;
        } else if ["sharedstrings", "styles", "workbook."]
            .iter()
            .any(|held| label.contains(held))
        {
            measured(&mut part, &label, &mut io::sink(), name)?;
        }
    }
    Ok(())
}

/// Unpacks a part: the size it declares may be a lie.
fn measured<R: Read>(
    part: &mut ZipFile<'_, R>,
    label: &str,
    into: &mut impl Write,
    name: &Path,
) -> Result<()> {
    let allowed = part.size().min(IN_MEMORY);
    let measured = io::copy(&mut part.by_ref().take(allowed + 1), into).map_err(|e| {
        Error::input(
            name,
            format!("is a damaged workbook ({e})"),
            super::book::AGAIN,
        )
    })?;
    if measured > allowed {
        return Err(Error::input(
            name,
            format!("is too big for a workbook: {label} unpacks to more than {measured} bytes"),
            "save it as .csv, or in parts",
        ));
    }
    Ok(())
}

const COUNT: &[u8] = b"uniqueCount";
/// How far in front of the count its tag is looked for, and how far behind it the number.
const AROUND: usize = 256;

/// The number of texts that a part claims to have: the library makes room for them all.
#[derive(Default)]
struct Texts {
    claimed: u64,
    held: Vec<u8>,
}

impl Texts {
    /// Looks at what is held; `last` when nothing follows.
    fn look(&mut self, last: bool) {
        let mut kept = self.held.len().saturating_sub(2 * AROUND);
        for at in memchr::memmem::find_iter(&self.held, COUNT) {
            if at + AROUND > self.held.len() && !last {
                kept = kept.min(at.saturating_sub(AROUND));
                break;
            }
            let before = &self.held[at.saturating_sub(AROUND)..at];
            // Within a text it is one: a text cannot hold the sign that begins a tag.
            if memchr::memrchr2(b'<', b'>', before).is_some_and(|sign| before[sign] == b'>') {
                continue;
            }
            let behind = &self.held[at + COUNT.len()..];
            let digits = behind
                .iter()
                .skip_while(|byte| byte.is_ascii_whitespace() || b"=\"'+".contains(byte))
                .take_while(|byte| byte.is_ascii_digit());
            let count = digits.fold(0_u64, |count, digit| {
                count
                    .saturating_mul(10)
                    .saturating_add(u64::from(digit - b'0'))
            });
            self.claimed = self.claimed.max(count);
        }
        self.held.drain(..kept);
    }
}

impl Write for Texts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Without its NUL bytes text of two bytes a sign is like any other.
        self.held.extend(bytes.iter().filter(|byte| **byte != 0));
        self.look(false);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(text: &[u8], chunk: usize) -> u64 {
        let mut texts = Texts::default();
        for part in text.chunks(chunk) {
            texts.write_all(part).unwrap();
        }
        texts.look(true);
        texts.claimed
    }

    #[test]
    fn what_a_part_claims_is_found_wherever_it_stands() {
        let far = format!(
            "<x>{}</x><sst uniqueCount = \"4000000000000\">",
            " ".repeat(5000)
        );
        let wide: Vec<u8> = "<sst uniqueCount='77'>"
            .bytes()
            .flat_map(|b| [b, 0])
            .collect();
        for chunk in [1, 7, 300, 10_000] {
            assert_eq!(claimed(far.as_bytes(), chunk), 4_000_000_000_000, "{chunk}");
            assert_eq!(claimed(&wide, chunk), 77, "{chunk}");
            assert_eq!(
                claimed(b"<sst><t>uniqueCount=\"9\"</t>", chunk),
                0,
                "{chunk}"
            );
        }
    }
}
