//! The data files of the invented centre and the part of the taxonomy the generator needs.

use serde::Deserialize;

/// A problem type of the taxonomy, with the names an export may use for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// Code of the category, such as `exception`.
    pub category: String,
    /// Chinese name of the category.
    pub category_zh: String,
    /// Full code, such as `exception/damaged`.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Other names in exports.
    pub aliases: Vec<String>,
    /// Words in a description that betray it.
    pub keywords: Vec<String>,
}

/// The problem types in the order of the taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// The types.
    pub types: Vec<TypeInfo>,
}

impl Taxonomy {
    /// The problem types of the settings.
    #[must_use]
    pub fn of(taxonomy: &crate::settings::Taxonomy) -> Self {
        let of_category = |category: &crate::settings::taxonomy::Category| {
            let kinds = category.types.iter().map(|kind| TypeInfo {
                category: category.code.clone(),
                category_zh: category.zh.clone(),
                code: format!("{}/{}", category.code, kind.code),
                zh: kind.zh.clone(),
                en: kind.en.clone(),
                aliases: kind.aliases.clone(),
                keywords: kind.keywords.clone(),
            });
            kinds.collect::<Vec<_>>()
        };
        Self {
            types: taxonomy.category.iter().flat_map(of_category).collect(),
        }
    }

    /// Those of the built-in taxonomy.
    #[cfg(test)]
    pub(super) fn builtin() -> Self {
        Self::of(&crate::settings::Settings::builtin().unwrap().taxonomy)
    }
}

/// What a problem type looks like here; `scenes.toml` explains each field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scene {
    #[serde(rename = "type")]
    pub(super) code: String,
    pub(super) share: f64,
    pub(super) queue: String,
    pub(super) kind: String,
    pub(super) solve: f64,
    pub(super) talk: f64,
    pub(super) ticket: f64,
    pub(super) fault: [f64; 3],
    pub(super) say: Vec<String>,
}

/// `scenes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenes {
    pub(super) scene: Vec<Scene>,
}

impl Scenes {
    pub(super) fn builtin() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("scenes.toml"))
    }
}

/// `centre.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CentreWords {
    pub(super) surnames: Vec<String>,
    pub(super) given: Vec<String>,
    pub(super) goods: Vec<String>,
    pub(super) evaluators: Vec<String>,
    pub(super) rubric: String,
    pub(super) line: String,
    pub(super) phone_prefixes: Vec<String>,
    pub(super) masked_prefixes: Vec<String>,
    pub(super) id_card_area: String,
    pub(super) bank_card_prefix: String,
    pub(super) team: Vec<Team>,
    pub(super) outlet: Vec<Outlet>,
    pub(super) platform: Vec<Platform>,
    pub(super) item: Vec<Item>,
    pub(super) kind: Vec<Kind>,
    pub(super) text: Text,
}

impl CentreWords {
    pub(super) fn builtin() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("centre.toml"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) site: String,
    pub(super) size: usize,
    pub(super) queues: Vec<String>,
    pub(super) chats: bool,
    pub(super) skill: f64,
    pub(super) speed: f64,
    pub(super) care: f64,
    pub(super) hired: [i64; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outlet {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) share: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Platform {
    pub(super) code: String,
    pub(super) share: f64,
}

/// An item of the script that quality control checks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) weight: f64,
    pub(super) critical: bool,
    /// Probability that an ordinary agent passes it.
    pub(super) pass: f64,
    /// Probability that it applies to a contact.
    pub(super) applies: f64,
}

/// What is written on a ticket of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    pub(super) code: String,
    pub(super) department: String,
    pub(super) demands: Vec<String>,
    pub(super) remedies: Vec<String>,
    pub(super) resolutions: Vec<String>,
}

/// Pieces of free text; `{…}` are filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) vague: Vec<String>,
    pub(super) asides: Vec<String>,
    pub(super) call_back: Vec<String>,
    pub(super) id_card: Vec<String>,
    pub(super) bank_card: Vec<String>,
    pub(super) quoted: Vec<String>,
    pub(super) bot: Vec<String>,
    pub(super) greet: Vec<String>,
    pub(super) verify: Vec<String>,
    pub(super) solve: Vec<String>,
    pub(super) confirm: Vec<String>,
    pub(super) close: Vec<String>,
    pub(super) reply_customer: Vec<String>,
    pub(super) happy: Vec<String>,
    pub(super) unhappy: Vec<String>,
    pub(super) hint: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_name_alias_or_keyword_belongs_to_two_types() {
        let taxonomy = Taxonomy::builtin();
        let (mut names, mut keywords) = (BTreeMap::new(), BTreeMap::new());
        for info in &taxonomy.types {
            let own = info.aliases.iter().chain([&info.zh, &info.en, &info.code]);
            for name in own {
                assert_eq!(
                    names.insert(name.to_lowercase(), &info.code),
                    None,
                    "{name} of {}",
                    info.code
                );
            }
            for keyword in &info.keywords {
                assert_eq!(
                    keywords.insert(keyword, &info.code),
                    None,
                    "{keyword} of {}",
                    info.code
                );
            }
            assert!(!info.keywords.is_empty(), "{}", info.code);
        }
        assert!(
            (35..=45).contains(&taxonomy.types.len()),
            "{} types",
            taxonomy.types.len()
        );
    }

    #[test]
    fn every_type_has_a_scene_and_every_scene_a_type() {
        let taxonomy = Taxonomy::builtin();
        let scenes = Scenes::builtin().unwrap().scene;
        let types: Vec<&str> = taxonomy
            .types
            .iter()
            .map(|info| info.code.as_str())
            .collect();
        let seen: Vec<&str> = scenes.iter().map(|scene| scene.code.as_str()).collect();
        assert_eq!(types, seen);
        let words = CentreWords::builtin().unwrap();
        for scene in &scenes {
            assert!(
                words.kind.iter().any(|kind| kind.code == scene.kind),
                "{}",
                scene.code
            );
            assert!(
                words
                    .team
                    .iter()
                    .any(|team| team.queues.contains(&scene.queue)),
                "{}",
                scene.code
            );
        }
    }

    #[test]
    fn every_description_is_recognised_as_its_own_type() {
        let lookup = crate::settings::Settings::builtin()
            .unwrap()
            .taxonomy
            .lookup();
        for scene in Scenes::builtin().unwrap().scene {
            for text in &scene.say {
                assert_eq!(lookup.by_keyword(text), Some(&*scene.code), "{text}");
            }
        }
    }
}
