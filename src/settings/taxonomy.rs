//! The two-level taxonomy of problem types, and the look-up of a type by its name or in a description.

mod keyword;
mod recognise;

use std::collections::HashMap;

use serde::Deserialize;

use crate::i18n::{Bilingual, Lang};
use crate::schema::fold;

use self::recognise::Recogniser;

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
    #[serde(default, deserialize_with = "keyword::checked")]
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

    /// The type a description betrays; the documentation of its module says by which rule.
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

#[cfg(test)]
mod tests;
