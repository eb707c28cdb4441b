//! How the keywords of a type are written, and how a text is made plain before they are looked for in it.

use serde::{Deserialize, Deserializer};

use crate::schema::half_width;

/// A keyword as written: `a+b|c+!d` asks for a and for b or c in one clause, and for no d.
pub(super) struct Notation {
    /// One term of each is asked for.
    pub(super) parts: Vec<Vec<String>>,
    /// None of these may occur.
    pub(super) excluded: Vec<String>,
}

impl Notation {
    pub(super) fn read(keyword: &str) -> Result<Self, &'static str> {
        let mut notation = Self {
            parts: Vec::new(),
            excluded: Vec::new(),
        };
        for part in plain(keyword).split('+') {
            let part = part.trim();
            let (part, excluded) = part
                .strip_prefix('!')
                .map_or((part, false), |rest| (rest, true));
            let terms: Vec<String> = part.split('|').map(|term| term.trim().to_owned()).collect();
            if terms.iter().any(|term| length(term) == 0) {
                return Err("has an empty part");
            }
            let starred = |term: &String| match term.find('*') {
                Some(at) => at + 1 < term.len() || !term[..at].ends_with(is_word),
                None => false,
            };
            if terms.iter().any(starred) {
                return Err("has a `*` that does not end an English word");
            }
            if excluded {
                notation.excluded.extend(terms);
            } else {
                notation.parts.push(terms);
            }
        }
        if notation.parts.is_empty() {
            return Err("only excludes");
        }
        Ok(notation)
    }
}

/// Keywords that can be read.
pub(super) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let keywords = Vec::<String>::deserialize(deserializer)?;
    for keyword in &keywords {
        if let Err(fault) = Notation::read(keyword) {
            return Err(serde::de::Error::custom(format!(
                "the keyword `{keyword}` {fault}; write `a`, `a+b` (both), `a|b` (either), `a+!b` (not b)"
            )));
        }
    }
    Ok(keywords)
}

/// Half-width, lower case, straight apostrophes, and single blanks only within English.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut blank = false;
    for c in text.chars().map(half_width) {
        match c {
            '\u{feff}' | '\u{200b}' => {}
            '\n' => plain.push(c),
            c if c.is_whitespace() => blank = true,
            c => {
                if blank && c.is_ascii() && plain.ends_with(|last: char| last.is_ascii()) {
                    plain.push(' ');
                }
                blank = false;
                match c {
                    '\u{2019}' => plain.push('\''),
                    c => plain.extend(c.to_lowercase()),
                }
            }
        }
    }
    plain
}

/// A letter or digit of an English word.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// How specific a term is: its Chinese characters, an English word counting as two.
pub(super) fn length(term: &str) -> usize {
    let chinese = term.chars().filter(|c| !c.is_ascii()).count();
    let english = term
        .split(|c| !is_word(c))
        .filter(|word| !word.is_empty())
        .count();
    chinese + 2 * english
}
