//! The two languages of the program and text that exists in both.

use serde::{Deserialize, Serialize};

pub mod text;
pub mod visible;

/// A language a report can be written in.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages, in the order they are listed to people.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The BCP 47 tag used in `lang="…"`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The short code used in file names and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

/// Reads a text that may be written once for both languages (a name, a citation) or as `{ en, zh }`.
///
/// # Errors
/// When it is neither.
pub fn once_or_both<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Bilingual, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "expected a text, or a table { en = \"…\", zh = \"…\" }"
    )]
    enum Form {
        Once(String),
        Both(Bilingual),
    }
    Ok(match Form::deserialize(deserializer)? {
        Form::Once(text) => Bilingual::new(text.clone(), text),
        Form::Both(text) => text,
    })
}

/// A text in both languages. There is no fallback: a missing half is an error where the text is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Bilingual {
    /// A text from its two halves.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The half in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}
