//! A block of rows as text cells: what every format is brought to before its cells are typed.

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
pub struct Block {
    text: String,
    spans: Vec<Span>,
    lines: Vec<u64>,
    width: usize,
    /// Rows that could not be taken apart, in file order.
    pub rejects: Vec<Reject>,
    /// Lines of blank rows, in file order: a fault between rows, nothing at the end of a file.
    pub blanks: Vec<u64>,
}

impl Block {
    /// An empty block of rows with `width` cells.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// An empty block over text that is there already; rows are added by [`Block::push_span`].
    #[must_use]
    pub fn over(text: String, width: usize) -> Self {
        Self {
            text,
            width,
            ..Self::default()
        }
    }

    /// Cells per row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
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
            self.text.push_str(cells.next().unwrap_or_default());
            self.spans.push(Span {
                start,
                end: position(self.text.len()),
            });
        }
        self.lines.push(line);
    }

    /// Adds a cell that lies in the text already, by its byte range.
    pub fn push_span(&mut self, start: usize, end: usize) {
        self.spans.push(Span {
            start: position(start),
            end: position(end),
        });
    }

    /// Adds a cell whose text differs from what the file has, such as one with escapes.
    pub fn push_text(&mut self, cell: &str) {
        let start = self.text.len();
        self.text.push_str(cell);
        self.push_span(start, self.text.len());
    }

    /// Ends a row of which every cell was added by [`Block::push_span`] or [`Block::push_text`].
    pub fn end_row(&mut self, line: u64) {
        self.lines.push(line);
        self.spans
            .resize(self.lines.len() * self.width, Span::default());
    }

    /// Takes back the cells of a row that was not ended.
    pub fn drop_row(&mut self) {
        self.spans.truncate(self.lines.len() * self.width);
    }

    /// Cells added to the row that is not ended yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.spans.len() - self.lines.len() * self.width
    }

    /// The text the cells lie in.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A row as it goes to the quarantine where the format has no line of its own: its cells, tab between.
    #[must_use]
    pub fn raw(&self, row: usize) -> String {
        self.cells(row).collect::<Vec<_>>().join("\t")
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
        let mut block = Block::over("x,\"y\"\"z\"".to_owned(), 2);
        block.push_span(0, 1);
        block.push_text("y\"z");
        block.end_row(1);
        block.push_span(0, 1);
        assert_eq!(block.pending(), 1);
        block.drop_row();
        assert_eq!(block.cells(0).collect::<Vec<_>>(), ["x", "y\"z"]);
        assert_eq!(block.len(), 1);
    }
}
