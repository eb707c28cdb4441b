//! The two-level taxonomy of problem types.

use std::collections::HashMap;

use serde::Deserialize;

use crate::i18n::{Bilingual, Lang};
use crate::schema::fold;

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
    /// Words in a description that betray it.
    #[serde(default)]
    pub keywords: Vec<String>,
}

/// The taxonomy made ready for looking names and descriptions up.
#[derive(Debug, Clone)]
pub struct Lookup {
    names: HashMap<String, String>,
    /// Keyword and full code, longest keyword first so that the more specific one decides.
    keywords: Vec<(String, String)>,
    labels: HashMap<String, Bilingual>,
}

impl Taxonomy {
    /// Indexes the taxonomy by every name it knows.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        let mut lookup = Lookup {
            names: HashMap::new(),
            keywords: Vec::new(),
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
        lookup.keywords.sort_by_key(|(keyword, code)| {
            (std::cmp::Reverse(keyword.chars().count()), code.clone())
        });
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
        for keyword in &kind.keywords {
            self.keywords.push((keyword.clone(), full.clone()));
        }
        self.labels
            .insert(full, Bilingual::new(&*kind.en, &*kind.zh));
    }

    /// The code a given name stands for: `category/type`, or the category alone when only that was named.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&str> {
        self.names.get(&fold(name)).map(String::as_str)
    }

    /// The type a description betrays: the one with the longest matching keyword.
    #[must_use]
    pub fn by_keyword(&self, description: &str) -> Option<&str> {
        self.keywords
            .iter()
            .find(|(keyword, _)| description.contains(keyword.as_str()))
            .map(|(_, code)| code.as_str())
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
}
