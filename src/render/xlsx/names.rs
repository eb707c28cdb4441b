//! Names of worksheets: short, unique, without what Excel forbids.

use std::collections::BTreeSet;

use crate::report::document::Document;
use crate::report::figure::Figure;

/// What Excel allows, in UTF-16 units.
const MOST: usize = 31;

/// The names given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A name that begins as wished and that no other sheet has.
    pub(super) fn take(&mut self, wish: &str) -> String {
        let forbidden = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\');
        let clean: String = wish
            .chars()
            .filter(|c| !c.is_control())
            .map(|c| {
                if forbidden(c) || c.is_whitespace() {
                    ' '
                } else {
                    c
                }
            })
            .collect();
        let clean = clean.trim_matches([' ', '\'']);
        let clean = if clean.is_empty() { "-" } else { clean };
        for number in 1_usize.. {
            let suffix = if number == 1 {
                String::new()
            } else {
                format!(" {number}")
            };
            let name = format!("{}{suffix}", cut(clean, MOST - suffix.len()));
            // Excel does not tell capital from small letters.
            if self.taken.insert(name.to_lowercase()) {
                return name;
            }
        }
        clean.to_owned()
    }
}

/// The beginning of a text that fits, without a torn word at its end where there are words.
fn cut(text: &str, most: usize) -> &str {
    let mut units = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            units += c.len_utf16();
            units > most
        })
        .map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let whole = end == text.len() || text[end..].starts_with(' ');
    let torn = head.rfind(' ').filter(|at| !whole && *at > end / 2);
    head[..torn.unwrap_or(end)].trim_end_matches([' ', '\''])
}

/// What the sheet of a figure is called: the KPI it is about, else how its title begins.
pub(super) fn of_figure(figure: &Figure, document: &Document) -> String {
    let about = document
        .kpis()
        .find(|row| figure.id.strip_prefix("trend-") == Some(row.id.as_str()));
    match about {
        Some(row) => row.name.clone(),
        None => figure
            .title
            .split(['：', ':', '，', ',', '（', '(', '；', ';'])
            .next()
            .unwrap_or(&figure.title)
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_short_unique_and_allowed() {
        let mut names = Names::default();
        assert_eq!(names.take("Summary"), "Summary");
        assert_eq!(names.take("summary"), "summary 2");
        assert_eq!(names.take("'a/b'"), "a b");
        assert_eq!(names.take("===="), "====");
        assert_eq!(names.take("[]"), "-");
        assert_eq!(
            names.take("Why rows were rejected (examples are masked)"),
            "Why rows were rejected"
        );
    }

    proptest! {
        #[test]
        fn any_text_gives_a_name(wishes in proptest::collection::vec(".{0,60}", 1..8)) {
            let mut names = Names::default();
            for wish in wishes.iter().chain(&wishes) {
                let name = names.take(wish);
                prop_assert!(name.encode_utf16().count() <= MOST && !name.is_empty());
                prop_assert!(rust_xlsxwriter::Worksheet::new().set_name(&name).is_ok(), "{name:?}");
            }
        }
    }
}
