//! How much memory a sheet takes that is laid out as a grid from its first to its last row and column.

/// Cells of a workbook that are held at once, 24 bytes each whether they are filled or not: two sheets of the old format
/// that are full to the last corner.
const MOST_CELLS: u64 = 1 << 25;
/// Bytes of the texts in them.
const MOST_TEXT: u64 = 1 << 30;

/// What the cells of a sheet, or of several, span and hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// First and last row, and first and last column, from 0; nothing without a cell.
    corners: Option<[u32; 4]>,
    filled: u64,
    /// Cells of the grids that are settled.
    grid: u64,
    text: u64,
}

/// More than fits, for messages.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch(pub(super) String);

impl Extent {
    /// A cell, and the bytes of its text.
    pub(super) fn cell(&mut self, row: u32, column: u32, text: u64) {
        let [top, bottom, left, right] = self.corners.unwrap_or([row, row, column, column]);
        self.corners = Some([
            top.min(row),
            bottom.max(row),
            left.min(column),
            right.max(column),
        ]);
        self.filled += 1;
        self.text = self.text.saturating_add(text);
    }

    /// `rows` equal rows of `columns` cells, below one another in a sheet that grows from its corner.
    pub(super) fn rows(&mut self, first: u32, rows: u32, columns: u32, text: u64) {
        if rows == 0 || columns == 0 {
            return;
        }
        self.cell(first, 0, 0);
        self.cell(first.saturating_add(rows - 1), columns - 1, 0);
        self.filled = (self.filled - 2).saturating_add(u64::from(rows) * u64::from(columns));
        self.text = self.text.saturating_add(text.saturating_mul(rows.into()));
    }

    /// Room that is claimed without a cell.
    pub(super) const fn claim(&mut self) {
        self.grid = u64::MAX;
    }

    /// Another grid that is held beside this one.
    pub(super) fn beside(&mut self, other: &Self) {
        self.grid = self.grid.saturating_add(other.cells());
        self.text = self.text.saturating_add(other.text);
    }

    /// Cells of the grid.
    fn cells(&self) -> u64 {
        let own = self.corners.map_or(0, |[top, bottom, left, right]| {
            (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1)
        });
        self.grid.saturating_add(own)
    }

    /// Adds a sheet.
    ///
    /// # Errors
    /// When it is too much with what is there already.
    pub(super) fn add(&mut self, sheet: &Self, name: &str) -> Result<(), TooMuch> {
        self.beside(sheet);
        if self.grid > MOST_CELLS {
            let [_, bottom, _, right] = sheet.corners.unwrap_or_default();
            let filled = sheet.filled;
            let far = cell_name(bottom, right);
            return Err(TooMuch(format!(
                "sheet {name:?} reaches to cell {far} with {filled} filled cells: laid out, the workbook has more than {MOST_CELLS}"
            )));
        }
        if self.text > MOST_TEXT {
            return Err(TooMuch(format!(
                "the texts of sheet {name:?} are more than {MOST_TEXT} bytes, because the same ones stand in many cells"
            )));
        }
        Ok(())
    }
}

/// `IV65536` of row 65535 and column 255.
fn cell_name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        // 0 to 25 after an `A`.
        letters.push(char::from(
            b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0),
        ));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_the_names_of_spreadsheets() {
        let names = [(0, 0, "A1"), (9, 25, "Z10"), (65_535, 255, "IV65536")];
        for (row, column, name) in names {
            assert_eq!(cell_name(row, column), name);
        }
        assert_eq!(cell_name(1_048_575, 16_383), "XFD1048576");
    }

    #[test]
    fn two_full_sheets_fit_and_a_corner_more_does_not() {
        let mut corner = Extent::default();
        corner.cell(0, 0, 5);
        corner.cell(65_535, 255, 5);
        let mut whole = Extent::default();
        whole.add(&corner, "a").unwrap();
        whole.add(&corner, "b").unwrap();
        let mut one = Extent::default();
        one.cell(3, 3, 0);
        let TooMuch(said) = whole.add(&one, "c").unwrap_err();
        assert!(
            said.starts_with("sheet \"c\" reaches to cell D4 with 1 filled"),
            "{said}"
        );
        let mut repeated = Extent::default();
        repeated.rows(1, 2000, 3, 1 << 20);
        let TooMuch(said) = Extent::default().add(&repeated, "d").unwrap_err();
        assert!(said.starts_with("the texts of sheet \"d\""), "{said}");
    }
}
