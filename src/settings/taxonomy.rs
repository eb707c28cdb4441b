//! The two-level taxonomy of problem types, and the recognition of a type in a description.
//!
//! # How a description gets its type
//! 1. The text is made plain: half-width, lower case, no blanks beside Chinese.
//! 2. One pass finds every term of every keyword. An English term counts as whole words only.
//! 3. A term in a clause after `不是` or `并非` does not count, unless the clause is a question.
//! 4. A keyword holds when all its parts occur in one clause and none of its exclusions anywhere.
//! 5. The longest keyword that holds decides; of two equally long ones, the one mentioned first.
//!    What follows `另外` or `顺便` decides only when nothing before it does.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Deserializer};

use crate::i18n::{Bilingual, Lang};
use crate::schema::{fold, half_width};

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

/// Categories with their types.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    /// The categories, in reporting order.
    pub category: Vec<Category>,
}

/// One category.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Code in the store.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Its types.
    #[serde(default, rename = "type")]
    pub types: Vec<ProblemType>,
}

/// One problem type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProblemType {
    /// Code within the category; the full code is `category/type`.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Other names in exports.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Words in a description that betray it, in the notation that `taxonomy.toml` explains.
    #[serde(default, deserialize_with = "checked")]
    pub keywords: Vec<String>,
}

/// The taxonomy made ready for looking names and descriptions up.
#[derive(Debug, Clone)]
pub struct Lookup {
    names: HashMap<String, String>,
    keywords: Recogniser,
    labels: HashMap<String, Bilingual>,
}

impl Taxonomy {
    /// Indexes the taxonomy by every name it knows.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        let mut lookup = Lookup {
            names: HashMap::new(),
            keywords: Recogniser::new(self),
            labels: HashMap::new(),
        };
        for category in &self.category {
            for name in [&category.code, &category.zh, &category.en] {
                lookup.names.insert(fold(name), category.code.clone());
            }
            lookup.labels.insert(
                category.code.clone(),
                Bilingual::new(&*category.en, &*category.zh),
            );
        }
        for category in &self.category {
            for kind in &category.types {
                lookup.add_type(category, kind);
            }
        }
        lookup
    }
}

impl Lookup {
    fn add_type(&mut self, category: &Category, kind: &ProblemType) {
        let full = format!("{}/{}", category.code, kind.code);
        let own = [&kind.code, &kind.zh, &kind.en]
            .into_iter()
            .chain(&kind.aliases);
        for name in own {
            // A bare type name never takes the place of a category's.
            self.names.entry(fold(name)).or_insert_with(|| full.clone());
            for parent in [&category.code, &category.zh, &category.en] {
                for joint in ["/", "-", "—", ">", "_"] {
                    self.names
                        .insert(fold(&format!("{parent}{joint}{name}")), full.clone());
                }
            }
        }
        self.labels
            .insert(full, Bilingual::new(&*kind.en, &*kind.zh));
    }

    /// The code a given name stands for: `category/type`, or the category alone when only that was named.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&str> {
        self.names.get(&fold(name)).map(String::as_str)
    }

    /// The type a description betrays; the module's documentation says by which rule.
    #[must_use]
    pub fn by_keyword(&self, description: &str) -> Option<&str> {
        self.keywords.recognise(description)
    }

    /// The name of a code; the code itself when it is not of this taxonomy.
    #[must_use]
    pub fn label<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        self.labels.get(code).map_or(code, |label| label.get(lang))
    }

    /// Both names of a code.
    #[must_use]
    pub fn bilingual(&self, code: &str) -> Bilingual {
        self.labels
            .get(code)
            .cloned()
            .unwrap_or_else(|| Bilingual::new(code, code))
    }

    /// Whether the code belongs to the taxonomy.
    #[must_use]
    pub fn knows(&self, code: &str) -> bool {
        self.labels.contains_key(code)
    }
}

/// The terms and keywords of all types, ready to be found in one pass over a text.
#[derive(Debug, Clone)]
struct Recogniser {
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
    fn new(taxonomy: &Taxonomy) -> Self {
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

    fn recognise(&self, description: &str) -> Option<&str> {
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

/// A keyword as written: `a+b|c+!d` asks for a and for b or c in one clause, and for no d.
struct Notation {
    parts: Vec<Vec<String>>,
    excluded: Vec<String>,
}

impl Notation {
    fn read(keyword: &str) -> Result<Self, &'static str> {
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
fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
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
fn plain(text: &str) -> String {
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
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// How specific a term is: its Chinese characters, an English word counting as two.
fn length(term: &str) -> usize {
    let chinese = term.chars().filter(|c| !c.is_ascii()).count();
    let english = term
        .split(|c| !is_word(c))
        .filter(|word| !word.is_empty())
        .count();
    chinese + 2 * english
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [[category]]
        code = "exception"
        zh = "异常"
        en = "Exception"
        [[category.type]]
        code = "damaged"
        zh = "包裹破损"
        en = "Damaged parcel"
        aliases = ["破损"]
        keywords = ["压坏", "外包装压坏"]
    "#;

    #[test]
    fn names_in_every_form_find_the_type() {
        let taxonomy: Taxonomy = toml::from_str(TEXT).unwrap();
        let lookup = taxonomy.lookup();
        for name in [
            "exception/damaged",
            "包裹破损",
            "破损",
            "异常-包裹破损",
            "异常/破损",
            "Damaged parcel",
            "DAMAGED",
        ] {
            assert_eq!(lookup.by_name(name), Some("exception/damaged"), "{name}");
        }
        assert_eq!(lookup.by_name("异常"), Some("exception"));
        assert_eq!(lookup.by_name("丢失"), None);
        assert_eq!(lookup.by_keyword("箱子压坏了"), Some("exception/damaged"));
        assert_eq!(lookup.label("exception/damaged", Lang::Zh), "包裹破损");
    }

    /// A lookup of one category with the given types and keywords.
    fn with(types: &[(&str, &[&str])]) -> Lookup {
        let types = types.iter().map(|(code, keywords)| ProblemType {
            code: (*code).to_owned(),
            zh: (*code).to_owned(),
            en: (*code).to_owned(),
            aliases: Vec::new(),
            keywords: keywords.iter().map(|&word| word.to_owned()).collect(),
        });
        let category = Category {
            code: "c".to_owned(),
            zh: "c".to_owned(),
            en: "c".to_owned(),
            types: types.collect(),
        };
        Taxonomy {
            category: vec![category],
        }
        .lookup()
    }

    #[test]
    fn the_longest_keyword_decides_and_of_two_the_first_mentioned() {
        let lookup = with(&[("a", &["破损"]), ("b", &["丢失", "破损理赔"])]);
        assert_eq!(lookup.by_keyword("丢失，破损"), Some("c/b"));
        assert_eq!(lookup.by_keyword("破损，丢失"), Some("c/a"));
        assert_eq!(lookup.by_keyword("丢失，破损理赔"), Some("c/b"));
        assert_eq!(lookup.by_keyword("你好"), None);
        assert_eq!(lookup.by_keyword(""), None);
    }

    #[test]
    fn parts_belong_in_one_clause_in_any_order() {
        let lookup = with(&[("a", &["签收|妥投+没收到|没拿到"])]);
        for text in [
            "显示签收没收到",
            "没拿到怎么就妥投了",
            "你好，签收3.5天没收到",
        ] {
            assert_eq!(lookup.by_keyword(text), Some("c/a"), "{text}");
        }
        for text in ["签收。没收到", "签收，没收到", "签收", "没收到"] {
            assert_eq!(lookup.by_keyword(text), None, "{text}");
        }
    }

    #[test]
    fn parts_add_up_in_length() {
        let lookup = with(&[("a", &["网点电话"]), ("b", &["网点+骂人|态度恶劣"])]);
        assert_eq!(lookup.by_keyword("网点电话里骂人"), Some("c/a"));
        assert_eq!(lookup.by_keyword("网点电话里态度恶劣"), Some("c/b"));
    }

    #[test]
    fn an_exclusion_counts_anywhere() {
        let lookup = with(&[("a", &["代收+!代收货款|到付"])]);
        assert_eq!(lookup.by_keyword("门口代收"), Some("c/a"));
        assert_eq!(lookup.by_keyword("门口代收，代收货款不对"), None);
        assert_eq!(lookup.by_keyword("到付，门口代收"), None);
    }

    #[test]
    fn a_denial_silences_its_clause_but_a_question_does_not() {
        let lookup = with(&[("a", &["破损严重", "丢了"]), ("b", &["少件"])]);
        assert_eq!(lookup.by_keyword("不是破损严重，是少件"), Some("c/b"));
        assert_eq!(lookup.by_keyword("并非丢了"), None);
        assert_eq!(lookup.by_keyword("是不是丢了"), Some("c/a"));
        assert_eq!(lookup.by_keyword("这不是丢了吗"), Some("c/a"));
        assert_eq!(lookup.by_keyword("这不是丢了？"), Some("c/a"));
    }

    #[test]
    fn an_aside_decides_only_alone() {
        let lookup = with(&[("a", &["丢了"]), ("b", &["电子发票"])]);
        let found = |text| lookup.by_keyword(text);
        assert_eq!(found("包裹丢了，另外问电子发票"), Some("c/a"));
        assert_eq!(found("你好，顺便问电子发票"), Some("c/b"));
        // Another parcel is no aside.
        assert_eq!(found("另外一件丢了，要电子发票"), Some("c/b"));
    }

    #[test]
    fn case_width_and_blanks_do_not_matter() {
        let lookup = with(&[("a", &["APP登录", "Not Received"])]);
        for text in [
            "ａｐｐ　登录",
            "App 登录不了",
            "NOT  received",
            "签收 not received",
        ] {
            assert_eq!(lookup.by_keyword(text), Some("c/a"), "{text}");
        }
    }

    #[test]
    fn english_counts_as_whole_words() {
        let lookup = with(&[("a", &["late"]), ("b", &["damag*"])]);
        assert_eq!(lookup.by_keyword("a plate, later"), None);
        assert_eq!(lookup.by_keyword("快递late了"), Some("c/a"));
        assert_eq!(lookup.by_keyword("it’s damaged"), Some("c/b"));
        assert_eq!(lookup.by_keyword("undamaged"), None);
    }

    #[test]
    fn a_keyword_that_cannot_be_read_is_refused() {
        for (keyword, fault) in [
            ("破损+", "empty part"),
            ("|破损", "empty part"),
            ("", "empty part"),
            ("!", "empty part"),
            ("!破损", "only excludes"),
            ("破*", "does not end an English word"),
            ("dam*age", "does not end an English word"),
        ] {
            let text = TEXT.replace("外包装压坏", keyword);
            let error = toml::from_str::<Taxonomy>(&text).unwrap_err().to_string();
            assert!(error.contains(fault), "{keyword}: {error}");
        }
    }
}
