//! The recognition of a type in a description.
//!
//! # How a description gets its type
//! 1. The text is made plain: half-width, lower case, no blanks beside Chinese.
//! 2. One pass finds every term of every keyword. An English term counts as whole words only.
//! 3. A term in a clause after `不是` or `并非` does not count, unless the clause is a question.
//! 4. A keyword holds when all its parts occur in one clause and none of its exclusions anywhere.
//! 5. The longest keyword that holds decides; of two equally long ones, the one mentioned first.
//!    What follows `另外` or `顺便` decides only when nothing before it does.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;

use super::Taxonomy;
use super::keyword::{Notation, is_word, length, plain};

/// What follows one of these, to the end of the clause, is said not to be the matter.
const DENIALS: [&str; 4] = ["不是", "并非", "而非", "not about"];

/// What follows one of these, to the end of the text, is a second thought.
const ASIDES: [&str; 9] = [
    "另外",
    "另问",
    "顺便",
    "顺带",
    "还问",
    "还抱怨",
    "还提到",
    "by the way",
    "also asked",
];

/// The terms and keywords of all types, ready to be found in one pass over a text.
#[derive(Debug, Clone)]
pub(super) struct Recogniser {
    /// Finds `terms` by their index, then `DENIALS`, then `ASIDES`.
    finder: Option<AhoCorasick>,
    terms: Vec<Term>,
    keywords: Vec<Keyword>,
    codes: Vec<String>,
}

/// A string that keywords ask for.
#[derive(Debug, Clone)]
struct Term {
    text: String,
    /// Whether it must begin a word, and whether it must end one: so with English.
    begins: bool,
    ends: bool,
    length: usize,
    /// The keywords whose first part it satisfies.
    opens: Vec<usize>,
}

/// A keyword: one term of each of `parts`, and none of `excluded`.
#[derive(Debug, Clone)]
struct Keyword {
    code: usize,
    parts: Vec<Vec<usize>>,
    excluded: Vec<usize>,
}

/// A term that occurs in a clause and is not denied there.
#[derive(Debug, Clone, Copy)]
struct Hit {
    term: usize,
    start: usize,
    clause: usize,
}

impl Recogniser {
    pub(super) fn new(taxonomy: &Taxonomy) -> Self {
        let mut terms = Terms::default();
        let (mut keywords, mut codes) = (Vec::new(), Vec::new());
        for category in &taxonomy.category {
            for kind in &category.types {
                // What cannot be read was refused with the file.
                let read = kind
                    .keywords
                    .iter()
                    .filter_map(|text| Notation::read(text).ok());
                for notation in read {
                    keywords.push(Keyword {
                        code: codes.len(),
                        parts: notation.parts.iter().map(|part| terms.of(part)).collect(),
                        excluded: terms.of(&notation.excluded),
                    });
                }
                codes.push(format!("{}/{}", category.code, kind.code));
            }
        }
        let mut terms = terms.list;
        for (at, keyword) in keywords.iter().enumerate() {
            for &term in keyword.parts.first().into_iter().flatten() {
                terms[term].opens.push(at);
            }
        }
        let texts = terms.iter().map(|term| term.text.as_str());
        // Building fails only beyond two thousand million bytes of terms.
        let finder = AhoCorasick::new(texts.chain(DENIALS).chain(ASIDES)).ok();
        Self {
            finder,
            terms,
            keywords,
            codes,
        }
    }

    pub(super) fn recognise(&self, description: &str) -> Option<&str> {
        let text = plain(description);
        let (hits, aside) = self.hits(&text);
        let opened = hits.iter().flat_map(|hit| {
            let opens = &self.terms[hit.term].opens;
            opens.iter().map(|&at| (at, hit.clause))
        });
        let best = opened
            .filter_map(|(at, clause)| {
                let keyword = &self.keywords[at];
                let (length, first) = self.holds(keyword, clause, &hits)?;
                let rank = (first < aside, length, Reverse(first), Reverse(at));
                Some((rank, keyword.code))
            })
            .max()?;
        self.codes.get(best.1).map(String::as_str)
    }

    /// The terms of the text that count, and where second thoughts begin.
    fn hits(&self, text: &str) -> (Vec<Hit>, usize) {
        let ends: Vec<usize> = clause_ends(text).collect();
        let mut hits: Vec<Hit> = Vec::new();
        // Matches come in the order of their ends, so a denial is known before what it denies.
        let (mut denied, mut aside) = (0..0, usize::MAX);
        let finder = self.finder.iter();
        for found in finder.flat_map(|finder| finder.find_overlapping_iter(text)) {
            let (before, after) = (&text[..found.start()], &text[found.end()..]);
            let at = found.pattern().as_usize();
            let Some(term) = self.terms.get(at) else {
                if at < self.terms.len() + DENIALS.len() {
                    if let Some(length) = denial(before, after) {
                        denied = found.end()..found.end() + length;
                    }
                } else if !after.starts_with(['一', '两', '几', '的', '那']) {
                    aside = aside.min(found.start());
                }
                continue;
            };
            let whole = !(term.begins && before.ends_with(is_word)
                || term.ends && after.starts_with(is_word));
            let hit = Hit {
                term: at,
                start: found.start(),
                clause: ends.partition_point(|&end| end < found.start()),
            };
            if whole && !denied.contains(&hit.start) {
                hits.push(hit);
            }
        }
        (hits, aside)
    }

    /// Length and first place of a keyword that holds in a clause.
    fn holds(&self, keyword: &Keyword, clause: usize, hits: &[Hit]) -> Option<(usize, usize)> {
        if hits.iter().any(|hit| keyword.excluded.contains(&hit.term)) {
            return None;
        }
        let (mut length, mut first) = (0, usize::MAX);
        for part in &keyword.parts {
            let of_part = hits
                .iter()
                .filter(|hit| hit.clause == clause && part.contains(&hit.term));
            let best =
                of_part.max_by_key(|hit| (self.terms[hit.term].length, Reverse(hit.start)))?;
            length += self.terms[best.term].length;
            first = first.min(best.start);
        }
        Some((length, first))
    }
}

/// Where the clauses of a text end; the point of `3.5` ends none.
fn clause_ends(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().filter_map(|(at, c)| {
        let ends = match c {
            ',' | ';' | '!' | '?' | '。' | '\n' => true,
            '.' => !text[at + 1..].starts_with(is_word),
            _ => false,
        };
        ends.then_some(at)
    })
}

/// How far a denial reaches: to the end of the clause, or nowhere in a question (`是不是丢了`,
/// `不是说三天到吗`).
fn denial(before: &str, after: &str) -> Option<usize> {
    if before.ends_with(['是', '要']) || after.starts_with('说') {
        return None;
    }
    let length = clause_ends(after).next().unwrap_or(after.len());
    let asked = after[length..].starts_with('?') || after[..length].ends_with(['吗', '嘛', '么']);
    (!asked).then_some(length)
}

/// The terms met so far, each once.
#[derive(Default)]
struct Terms {
    list: Vec<Term>,
    known: BTreeMap<String, usize>,
}

impl Terms {
    fn of(&mut self, written: &[String]) -> Vec<usize> {
        written.iter().map(|term| self.index(term)).collect()
    }

    fn index(&mut self, written: &str) -> usize {
        if let Some(&at) = self.known.get(written) {
            return at;
        }
        let text = written.strip_suffix('*').unwrap_or(written);
        let at = self.list.len();
        self.list.push(Term {
            text: text.to_owned(),
            begins: text.starts_with(is_word),
            ends: written.ends_with(is_word),
            length: length(text),
            opens: Vec::new(),
        });
        self.known.insert(written.to_owned(), at);
        at
    }
}
