//! A block of rows as text cells: what every format is brought to before its cells are typed.

use std::borrow::Cow;

use crate::i18n::visible::may_hide;

use super::blanks::Blanks;
use super::reason::Reject;

/// Where a cell lies in the text of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Span {
    start: u32,
    end: u32,
}

/// Rows of `width` text cells each, with the line every row began at, and the rows that could not be taken
/// apart. Cells are as the file has them: not trimmed, quotes and escapes resolved.
#[derive(Debug, Default)]
pub struct Block<'t> {
    /// What the cells lie in: the bytes of the file themselves where they are text.
    text: Cow<'t, str>,
    /// Cells whose text differs from what the file has; put behind the text when that is complete.
    beside: String,
    spans: Vec<Span>,
    lines: Vec<u64>,
    /// Where a row lies as a whole, for rows that lie in the text.
    whole: Vec<Span>,
    width: usize,
    /// Rows that could not be taken apart, in file order.
    pub rejects: Vec<Reject>,
    /// Lines of blank rows: a fault between rows, nothing at the end of a file.
    pub blanks: Blanks,
    /// Blank rows of a sheet or page, which are no fault anywhere.
    pub gaps: u64,
}

impl<'t> Block<'t> {
    /// An empty block of rows with `width` cells.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// Makes room for so many rows of cells in a text to come.
    pub fn reserve(&mut self, rows: usize) {
        self.spans.reserve(rows * self.width);
        self.lines.reserve(rows);
        self.whole.reserve(rows);
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Line (or record number, where the format has no lines) a row began at, 1-based.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or_default()
    }

    /// The line of the last row, 0 when there is none.
    #[must_use]
    pub fn last_line(&self) -> u64 {
        self.lines.last().copied().unwrap_or_default()
    }

    /// Whether a cell can hold a character that nobody sees but that commands what is shown; told once for all of
    /// them.
    #[must_use]
    pub fn may_hide(&self) -> bool {
        may_hide(&self.text)
    }

    /// One cell.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.spans
            .get(row * self.width + column)
            .and_then(|span| self.text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// All cells of a row.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.width).map(move |column| self.cell(row, column))
    }

    /// Adds a row; missing cells are empty, further ones are left out.
    pub fn push<'c>(&mut self, line: u64, cells: impl IntoIterator<Item = &'c str>) {
        let mut cells = cells.into_iter();
        for _ in 0..self.width {
            let start = position(self.text.len());
            self.text
                .to_mut()
                .push_str(cells.next().unwrap_or_default());
            self.spans.push(Span {
                start,
                end: position(self.text.len()),
            });
        }
        self.lines.push(line);
    }

    /// Adds a cell by its byte range in the text that [`Block::set_text`] will give.
    pub fn push_span(&mut self, start: usize, end: usize) {
        self.spans.push(Span {
            start: position(start),
            end: position(end),
        });
    }

    /// Adds a cell whose text differs from what the file has, such as one with escapes; `length` is that of
    /// the text to come.
    pub fn push_beside(&mut self, length: usize, cell: &str) {
        let start = length + self.beside.len();
        self.beside.push_str(cell);
        self.push_span(start, start + cell.len());
    }

    /// How many cells the row has so far that was not ended.
    #[must_use]
    pub const fn begun(&self) -> usize {
        self.spans.len() - self.lines.len() * self.width
    }

    /// Whether that row has cells with something in them beyond the width.
    #[must_use]
    pub fn has_surplus(&self) -> bool {
        let beyond = self.spans.get((self.lines.len() + 1) * self.width..);
        let mut beyond = beyond.unwrap_or_default().iter();
        beyond.any(|span| span.start != span.end)
    }

    /// Takes the cells of that row back.
    pub fn forget_row(&mut self) {
        self.spans.truncate(self.lines.len() * self.width);
    }

    /// Ends a row of cells in the text, which lies there from `start` to `end`; cells beyond the width are left out.
    pub fn end_row(&mut self, line: u64, start: usize, end: usize) {
        self.lines.push(line);
        self.spans
            .resize(self.lines.len() * self.width, Span::default());
        self.whole.push(Span {
            start: position(start),
            end: position(end),
        });
    }

    /// Gives the text that the spans refer to.
    pub fn set_text(&mut self, text: Cow<'t, str>) {
        self.text = text;
        if !self.beside.is_empty() {
            self.text
                .to_mut()
                .push_str(&std::mem::take(&mut self.beside));
        }
    }

    /// The block with a text of its own.
    #[must_use]
    pub fn into_owned(self) -> Block<'static> {
        Block {
            text: Cow::Owned(self.text.into_owned()),
            beside: self.beside,
            spans: self.spans,
            lines: self.lines,
            whole: self.whole,
            width: self.width,
            rejects: self.rejects,
            blanks: self.blanks,
            gaps: self.gaps,
        }
    }

    /// A row as it goes to the quarantine: as the file has it, or its cells with tabs between where the format
    /// has no line of its own.
    #[must_use]
    pub fn raw(&self, row: usize) -> String {
        match self.whole.get(row) {
            Some(span) => self
                .text
                .get(span.start as usize..span.end as usize)
                .unwrap_or_default()
                .to_owned(),
            None => self.cells(row).collect::<Vec<_>>().join("\t"),
        }
    }
}

/// Blocks stay far below 4 GiB; what would lie beyond is an empty cell.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_width_of_the_block() {
        let mut block = Block::new(3);
        block.push(2, ["a", "b"]);
        block.push(5, ["c", "d", "e", "f"]);
        assert_eq!(block.cells(0).collect::<Vec<_>>(), ["a", "b", ""]);
        assert_eq!(block.cells(1).collect::<Vec<_>>(), ["c", "d", "e"]);
        assert_eq!((block.len(), block.line(1), block.last_line()), (2, 5, 5));
    }

    #[test]
    fn cells_may_lie_in_the_text_or_beside_it() {
        let text = "x,\"y\"\"z\"";
        let mut block = Block::new(2);
        block.push_span(0, 1);
        block.push_beside(text.len(), "y\"z");
        block.end_row(1, 0, text.len());
        block.set_text(Cow::Borrowed(text));
        assert_eq!(block.cells(0).collect::<Vec<_>>(), ["x", "y\"z"]);
        assert_eq!(block.raw(0), text);
    }
}
