//! A description → its words and pairs of neighbouring words.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use jieba_rs::Jieba;
use regex::Regex;

use crate::schema::half_width;
use crate::settings::taxonomy::Taxonomy;

/// Words that say nothing of their own; phrases neither begin, end nor run across them.
const STOP: &str = include_str!("stop.txt");

/// Longest and shortest trade term that is taught to the dictionary, in characters.
const TERM: std::ops::RangeInclusive<usize> = 2..=4;

/// Cuts texts into phrases and blots out who and which parcel they are about.
pub(super) struct Words {
    jieba: Jieba,
    stop: BTreeSet<&'static str>,
    /// Names of people; `None` when none are known.
    names: Option<AhoCorasick>,
    /// Numbers that may be those of a parcel or an order. Compiled from a literal; without it nothing is shown.
    numbers: Option<Regex>,
    /// Letters and digits in one: codes, sizes, no words. Compiled from a literal like the other.
    codes: Option<Regex>,
}

impl Words {
    /// The default dictionary with the trade's terms from the taxonomy; `names` are those of people.
    pub(super) fn new(taxonomy: &Taxonomy, names: &BTreeSet<String>) -> Self {
        let mut jieba = Jieba::new();
        for term in terms(taxonomy) {
            if !jieba.has_word(&term) {
                jieba.add_word(&term, None, None);
            }
        }
        let long = names.iter().filter(|name| name.chars().count() >= 2);
        let names = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(long);
        Self {
            jieba,
            stop: STOP.lines().collect(),
            names: names.ok().filter(|names| names.patterns_len() > 0),
            numbers: Regex::new(r"[A-Za-z]{0,6}[0-9][0-9 -]{4,}[0-9]|[A-Za-z]{1,6}[0-9]{5,}").ok(),
            codes: Regex::new("[A-Za-z0-9]*[0-9][A-Za-z0-9]*").ok(),
        }
    }

    /// The text without names of people and numbers of parcels; phone numbers and the like were taken out when it
    /// came in.
    pub(super) fn masked(&self, text: &str) -> String {
        let Some(numbers) = &self.numbers else {
            return String::new();
        };
        let text = numbers.replace_all(text.trim(), "[单号]");
        match &self.names {
            Some(names) => {
                let mut out = String::with_capacity(text.len());
                names.replace_all_with(&text, &mut out, |_, _, out| {
                    out.push_str("[姓名]");
                    true
                });
                out
            }
            None => text.into_owned(),
        }
    }

    /// The distinct phrases of a masked text: words of two characters or more, and pairs of words that stand side by
    /// side.
    pub(super) fn phrases(&self, masked: &str) -> BTreeSet<String> {
        let text: String = masked.chars().map(half_width).collect();
        let text = match &self.codes {
            Some(codes) => codes.replace_all(&text, ",").to_lowercase(),
            None => return BTreeSet::new(),
        };
        let mut found = BTreeSet::new();
        for clause in clauses(&text) {
            let mut before: Option<&str> = None;
            for token in self.jieba.cut(clause, true) {
                let word = token.word;
                if word == " " && before.is_some_and(is_english) {
                    continue;
                }
                if !is_word(word) || self.stop.contains(word) {
                    before = None;
                    continue;
                }
                if word.chars().count() >= if is_english(word) { 3 } else { 2 } {
                    found.insert(word.to_owned());
                }
                if let Some(before) = before {
                    found.insert(joined(before, word));
                }
                before = Some(word);
            }
        }
        found
    }
}

/// Two words as they are written side by side.
fn joined(one: &str, other: &str) -> String {
    if is_english(one) && is_english(other) {
        format!("{one} {other}")
    } else {
        format!("{one}{other}")
    }
}

fn is_english(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && (is_english(word) || word.chars().all(is_han))
}

/// The stretches of a text between punctuation, digits and what was blotted out.
fn clauses(text: &str) -> Vec<&str> {
    let mut clauses = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| is_han(c) || c.is_ascii_alphabetic() || c == '[') {
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix('[') {
            // A mask such as [电话]; a bracket that is none of them is punctuation.
            rest = MASKS
                .iter()
                .find_map(|mask| after.strip_prefix(mask))
                .unwrap_or(after);
            continue;
        }
        let end = rest
            .find(|c: char| !(is_han(c) || c.is_ascii_alphabetic() || c == ' '))
            .unwrap_or(rest.len());
        clauses.push(&rest[..end]);
        rest = &rest[end..];
    }
    clauses
}

const MASKS: [&str; 6] = ["电话]", "证件]", "银行卡]", "邮箱]", "单号]", "姓名]"];

/// Names, aliases and keywords of the taxonomy that are short Chinese words.
fn terms(taxonomy: &Taxonomy) -> BTreeSet<String> {
    let types = taxonomy
        .category
        .iter()
        .flat_map(|category| &category.types);
    types
        .flat_map(|kind| {
            let names = std::iter::once(&kind.zh).chain(&kind.aliases);
            names.chain(&kind.keywords)
        })
        .flat_map(|written| written.split(['+', '|', '!', '*']))
        .map(str::trim)
        .filter(|term| term.chars().all(is_han) && TERM.contains(&term.chars().count()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn words(names: &[&str]) -> Words {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Words::new(&Settings::builtin().unwrap().taxonomy, &names)
    }

    #[test]
    fn phrases_are_words_and_neighbours_without_what_says_nothing() {
        let found =
            words(&[]).phrases("外箱破损，请回电[电话]，单号YT7730000000001的包裹破损了3天");
        for phrase in ["外箱", "破损", "外箱破损", "包裹破损", "回电"] {
            assert!(found.contains(phrase), "{phrase}: {found:?}");
        }
        for phrase in [
            "电话",
            "请回电",
            "的",
            "了",
            "天",
            "破损了",
            "yt",
            "破损回电",
        ] {
            assert!(!found.contains(phrase), "{phrase}: {found:?}");
        }
    }

    #[test]
    fn english_is_cut_at_blanks() {
        let found = words(&[]).phrases("The box was damaged badly, Not Received");
        let expect = [
            "box",
            "damaged",
            "badly",
            "damaged badly",
            "not",
            "received",
            "not received",
        ];
        assert_eq!(found, expect.map(str::to_owned).into());
    }

    #[test]
    fn people_and_parcels_are_blotted_out() {
        let words = words(&["张建国", "张建", "欧阳"]);
        assert_eq!(
            words.masked(
                "张建国说YT7730000000001和 7730 0000 0001 丢了，欧阳已回[电话]，赔30元，3月12日"
            ),
            "[姓名]说[单号]和 [单号] 丢了，[姓名]已回[电话]，赔30元，3月12日"
        );
        assert!(!words.phrases("[姓名]态度恶劣").contains("姓名"));
    }

    #[test]
    fn the_trade_s_terms_are_words() {
        let found = words(&[]).phrases("显示虚假签收");
        assert!(found.contains("虚假签收"), "{found:?}");
    }
}
