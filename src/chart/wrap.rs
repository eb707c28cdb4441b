//! Lines of a text that has to fit a width.

use super::sheet::text_width;

/// No line begins with these.
const CLOSING: &str = "，。、；：！？）》」』”’…%‰,.;:!?)]}";
/// No line ends with these.
const OPENING: &str = "（《「『“‘([{¥";

/// Breaks a text into lines: between words of Latin letters, and between any two Chinese characters that
/// punctuation does not tie together. A word wider than the line stands alone.
pub(super) fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let Some(line) = lines.last_mut() else { break };
        let longer = format!("{line}{piece}");
        if line.is_empty() || text_width(longer.trim_end(), size) <= width {
            *line = longer;
        } else {
            lines.push(piece.trim_start().trim_start_matches("· ").to_owned());
        }
    }
    // A dot between two clauses says nothing where a line ends or begins.
    lines
        .iter()
        .map(|line| line.trim_end().trim_end_matches(" ·").to_owned())
        .collect()
}

/// The parts of a text that are never broken; together they are the text.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for c in text.chars() {
        let together = before.is_some_and(|before| tied(before, c));
        match pieces.last_mut() {
            Some(piece) if together => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        before = Some(c);
    }
    pieces
}

fn tied(before: char, c: char) -> bool {
    if CLOSING.contains(c) || OPENING.contains(before) {
        return true;
    }
    if c == '\u{a0}' || before == '\u{a0}' {
        return true;
    }
    // A space belongs to the word before it.
    if c == ' ' {
        return true;
    }
    before != ' ' && !wide(before) && !wide(c)
}

const fn wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_keep_words_and_punctuation_together() {
        assert_eq!(wrap("one two three", 10.0, 45.0), ["one two", "three"]);
        assert_eq!(
            wrap("接通率下降，未达标", 10.0, 50.0),
            ["接通率下", "降，未达标"]
        );
        assert_eq!(wrap("目标（依据）", 10.0, 30.0), ["目标", "（依", "据）"]);
        assert_eq!(
            wrap("3\u{a0}月 29\u{a0}日", 10.0, 30.0),
            ["3\u{a0}月", "29\u{a0}日"]
        );
        assert_eq!(wrap("a b · n", 10.0, 25.0), ["a b", "n"]);
        assert_eq!(wrap("", 10.0, 30.0), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_lines_fit(text in "[a-z 接通率，]{0,60}") {
            let lines = wrap(&text, 10.0, 120.0);
            let bare = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
            for line in lines {
                // Only what cannot be broken is wider.
                prop_assert!(text_width(&line, 10.0) <= 120.0 || pieces(&line).len() == 1);
            }
        }
    }
}
