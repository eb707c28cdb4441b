//! Lines without content, kept as runs: a sheet may leave a million rows out before a stray cell.

/// Blank lines at a stretch from which on they are what a spreadsheet left behind, and no faults between rows.
const GAP: u64 = 100;

/// Blank lines, as runs of first and last line in file order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blanks(Vec<(u64, u64)>);

/// Blank lines that rows follow.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Single ones, each a fault.
    pub faults: Vec<u64>,
    /// How many lie in gaps of more than 100, which are no faults.
    pub in_gaps: u64,
}

impl Blanks {
    /// Adds a line behind the others.
    pub fn push(&mut self, line: u64) {
        self.add(line, line);
    }

    /// Adds the lines from `first` to `last`, behind the others; none when `last` is the smaller.
    pub fn add(&mut self, first: u64, last: u64) {
        if last < first {
            return;
        }
        match self.0.last_mut() {
            Some((start, end)) if first >= *start && first <= end.saturating_add(1) => {
                *end = last.max(*end);
            }
            _ => self.0.push((first, last)),
        }
    }

    /// Adds the lines of another part of the file, wherever they lie.
    pub fn merge(&mut self, other: Self) {
        let mut runs = std::mem::take(&mut self.0);
        runs.extend(other.0);
        runs.sort_unstable();
        for (first, last) in runs {
            self.add(first, last);
        }
    }

    /// Every one of them.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Those behind a line.
    #[must_use]
    pub fn after(&self, line: u64) -> Self {
        let behind = self.0.iter().filter(|(_, last)| *last > line);
        Self(
            behind
                .map(|(first, last)| ((*first).max(line + 1), *last))
                .collect(),
        )
    }

    /// Takes out those before a line, which a row follows.
    pub fn take_before(&mut self, line: u64) -> Inside {
        let runs = self.0.partition_point(|(_, last)| *last < line);
        let mut inside = Inside::default();
        for (first, last) in self.0.drain(..runs) {
            if last - first >= GAP {
                inside.in_gaps += last - first + 1;
            } else {
                inside.faults.extend(first..=last);
            }
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_a_run() {
        let mut blanks = Blanks::default();
        blanks.push(3);
        blanks.push(4);
        blanks.add(6, 5);
        blanks.add(7, 9);
        assert_eq!(
            (blanks.0.as_slice(), blanks.count()),
            (&[(3, 4), (7, 9)][..], 5)
        );
        let mut other = Blanks::default();
        other.push(1);
        other.add(5, 6);
        blanks.merge(other);
        assert_eq!(blanks.0, [(1, 1), (3, 9)]);
        assert_eq!(blanks.after(4).0, [(5, 9)]);
    }

    #[test]
    fn a_long_gap_is_no_fault_and_what_no_row_follows_stays() {
        let mut blanks = Blanks::default();
        blanks.add(2, 3);
        blanks.add(10, 109);
        blanks.add(200, 300);
        blanks.add(400, 1_000_000);
        let inside = blanks.take_before(350);
        assert_eq!(inside.faults.len(), 102);
        assert_eq!(inside.in_gaps, 101);
        assert_eq!(blanks.count(), 999_601);
    }
}
