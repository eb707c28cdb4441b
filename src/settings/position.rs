//! Line and column of a byte, for messages.

use std::fmt;

use crate::schema::half_width;

/// A place in a text; both numbers are 1-based, the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Position {
    /// The position of the byte at `at`.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
        }
    }

    /// The line with a mark under the place.
    pub(super) fn excerpt(self, text: &str) -> String {
        let line = text.lines().nth(self.line - 1).unwrap_or_default();
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        // The mark moves on by what stands before it: a tab by a tab, a wide character by two cells.
        let pad: String = line
            .chars()
            .take(self.column - 1)
            .map(|c| match c {
                '\t' => "\t",
                c if is_wide(c) => "  ",
                _ => " ",
            })
            .collect();
        format!("{margin} |\n{number} | {line}\n{margin} | {pad}^")
    }
}

/// The line of `text` that the byte at `at` stands in, with a mark under it.
#[must_use]
pub fn excerpt(text: &str, at: usize) -> String {
    Position::of(text, at).excerpt(text)
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Whether a terminal gives the character two cells: Chinese, Japanese and Korean, and full-width forms.
const fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
        || half_width(c) as u32 != c as u32 && c != '\u{a0}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_the_mark_counts_cells() {
        let text = "a = 1\n\"客户\" = x\n";
        let position = Position::of(text, text.find('x').unwrap());
        assert_eq!(position.to_string(), "2:8");
        assert_eq!(
            position.excerpt(text),
            "  |\n2 | \"客户\" = x\n  |          ^"
        );
        // Past the end of the text is its last place.
        assert_eq!(Position::of("a = [", 9).to_string(), "1:6");
    }
}
