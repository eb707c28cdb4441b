//! The text catalogue: every sentence of the reports, both languages side by side.
//!
//! An entry is a method of [`Text`]. The macro only accepts an entry that has both halves, so a missing
//! translation is a compile error. A sentence with parameters is a function of printed text: numbers are
//! formatted once, by `report::format`, before they come here.
//!
//! ```
//! use kefu::i18n::{Lang, text::Text};
//! assert_eq!(Text(Lang::Zh).met(), "达标");
//! assert_eq!(Text(Lang::En).n_is("4,210"), "n\u{a0}=\u{a0}4,210");
//! ```

use super::Lang;

/// The catalogue in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(pub Lang);

/// Writes one method per entry; `zh` and `en` are both required.
macro_rules! catalogue {
    ($($key:ident $(($($arg:ident),+))? { zh: $zh:literal, en: $en:literal })+) => {
        #[allow(missing_docs, reason = "the two halves of an entry are its documentation")]
        impl $crate::i18n::text::Text {
            $(catalogue!(@method $key [$($($arg),+)?] $zh, $en);)+
        }

        /// Every entry with its two halves.
        #[cfg(test)]
        pub(super) const ENTRIES: &[(&str, &str, &str)] = &[$((stringify!($key), $zh, $en)),+];
    };
    (@method $key:ident [] $zh:literal, $en:literal) => {
        #[must_use]
        pub const fn $key(self) -> &'static str {
            match self.0 {
                $crate::i18n::Lang::Zh => $zh,
                $crate::i18n::Lang::En => $en,
            }
        }
    };
    (@method $key:ident [$($arg:ident),+] $zh:literal, $en:literal) => {
        #[must_use]
        pub fn $key(self, $($arg: &str),+) -> String {
            match self.0 {
                $crate::i18n::Lang::Zh => format!($zh),
                $crate::i18n::Lang::En => format!($en),
            }
        }
    };
}

mod codes;
mod data;
mod figures;
mod findings;
mod insight;
mod page;
mod pictures;
mod recurring;
mod restated;
mod sections;
mod trainer;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn entries() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        [
            page::ENTRIES,
            pictures::ENTRIES,
            findings::ENTRIES,
            figures::ENTRIES,
            data::ENTRIES,
            codes::ENTRIES,
            restated::ENTRIES,
            insight::ENTRIES,
            recurring::ENTRIES,
            sections::ENTRIES,
            trainer::ENTRIES,
        ]
        .concat()
        .into_iter()
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect()
    }

    #[test]
    fn both_halves_say_the_same_things() {
        for (key, zh, en) in entries() {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{key}");
            assert_eq!(placeholders(zh), placeholders(en), "{key}");
        }
    }

    #[test]
    fn no_half_is_left_in_the_other_language() {
        let cjk = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let same = [
            "own_name",
            "moved_today",
            "n_is",
            "heat_data",
            "day_hint",
            "unit_per_thousand",
            "funnel_hint",
            "step_hint",
            "ribbon_attained",
        ];
        for (key, zh, en) in entries().filter(|(key, ..)| !same.contains(key)) {
            let words = |text: &str| {
                text.split('{')
                    .map(|part| part.split('}').next_back().unwrap_or(""))
                    .collect::<String>()
            };
            let letters = words(en).chars().any(char::is_alphabetic);
            assert!(!cjk(en), "{key}: {en}");
            assert!(!letters || cjk(zh), "{key}: {zh}");
        }
    }

    #[test]
    fn parameters_are_put_in() {
        assert_eq!(
            Text(Lang::En).sparse_below("30"),
            "n\u{a0}<\u{a0}30, too few cases"
        );
        assert_eq!(
            Text(Lang::Zh).sparse_below("30"),
            "n\u{a0}<\u{a0}30，样本不足"
        );
    }
}
