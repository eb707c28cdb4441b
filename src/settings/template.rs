//! The commented `kefu.toml` of `kefu init`.
//!
//! A line `#key = …` is a key that has its default, or an example where there is none; prose follows a `# `. The
//! text as it is gives the built-in settings, and with every key line uncommented it is a valid file: the tests
//! hold it to both, and to naming every key there is.

use crate::i18n::Lang;

/// The text, with comments in `lang`.
#[must_use]
pub const fn template(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("template.en.toml"),
        Lang::Zh => include_str!("template.zh.toml"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::settings::dump::{Detail, dump};
    use crate::settings::{Loaded, Quality, Settings};

    /// Takes the mark off every key line.
    fn uncommented(text: &str) -> String {
        text.lines()
            .map(|line| match line.strip_prefix('#') {
                Some(key) if !key.is_empty() && !key.starts_with([' ', '#']) => key,
                _ => line,
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The key lines and headers, without comments.
    fn keys(text: &str) -> Vec<String> {
        uncommented(text)
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .map(|line| {
                line.split(" # ")
                    .next()
                    .unwrap_or(line)
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn as_it_is_it_gives_the_built_in_settings() {
        let builtin = format!("{:?}", Settings::builtin().unwrap());
        for lang in Lang::ALL {
            let loaded = Loaded::parse("kefu.toml", template(lang)).unwrap();
            assert_eq!(format!("{:?}", loaded.settings), builtin, "{lang:?}");
        }
    }

    #[test]
    fn uncommented_it_is_valid_and_its_defaults_are_the_defaults() {
        let builtin = Settings::builtin().unwrap();
        for lang in Lang::ALL {
            let loaded = Loaded::parse("kefu.toml", &uncommented(template(lang)))
                .unwrap_or_else(|error| panic!("{error}\n{:?}", error.hint()));
            let settings = &loaded.settings;
            assert_eq!(settings.centre, builtin.centre);
            assert_eq!(settings.retention, builtin.retention);
            assert_eq!(settings.cost, builtin.cost);
            assert_eq!(settings.report, builtin.report);
            // No reason has a limit by default; the file shows one.
            let quality = Quality {
                max_rejected_by_reason: BTreeMap::new(),
                ..settings.quality.clone()
            };
            assert_eq!(quality, builtin.quality);
            assert!(settings.privacy.drop.is_empty());
            assert_eq!(settings.tickets, builtin.tickets);
            for (name, calendar) in &builtin.calendars {
                assert_eq!(settings.calendars.get(name), Some(calendar));
            }
            for (state, limit) in &builtin.state_limits {
                assert_eq!(settings.state_limits.get(state), Some(limit));
            }
            assert_eq!(settings.promises.len(), builtin.promises.len() + 1);
            assert_eq!(settings.sources.len(), 2);
            assert_eq!(settings.kpis.len(), builtin.kpis.len() + 4);
            assert_eq!((settings.rebases.len(), settings.events.len()), (2, 2));
            dump(&loaded, Detail::All).unwrap();
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_values() {
        assert_eq!(keys(template(Lang::En)), keys(template(Lang::Zh)));
    }

    /// Asks serde for the keys of a table: it lists them when it meets one it does not know.
    fn known_keys(text: &str) -> BTreeSet<String> {
        let error = Loaded::parse("kefu.toml", text).unwrap_err();
        let hint = error.hint().unwrap();
        let list = hint
            .split_once("are ")
            .unwrap_or_else(|| panic!("{error}: {hint}"))
            .1;
        list.split(", ").map(str::to_owned).collect()
    }

    #[test]
    fn every_key_is_named() {
        const SOURCE: &str = "[source.x]\ntable = \"calls\"\n";
        let text = keys(template(Lang::En)).join("\n");
        let words: BTreeSet<&str> = text
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .collect();
        for table in [
            "[zzzzzzzzzz]".to_owned(),
            "[centre]\nzzzzzzzzzz = 1".to_owned(),
            "[privacy]\nzzzzzzzzzz = 1".to_owned(),
            "[quality]\nzzzzzzzzzz = 1".to_owned(),
            "[retention]\nzzzzzzzzzz = 1".to_owned(),
            "[cost]\nzzzzzzzzzz = 1".to_owned(),
            "[report]\nzzzzzzzzzz = 1".to_owned(),
            "[mail]\nzzzzzzzzzz = 1".to_owned(),
            "[tickets]\nzzzzzzzzzz = 1".to_owned(),
            "[calendar.x]\nzzzzzzzzzz = 1".to_owned(),
            "[[promise]]\nzzzzzzzzzz = 1".to_owned(),
            "[state_limit]\nclosed = { zzzzzzzzzz = 1 }".to_owned(),
            format!("{SOURCE}zzzzzzzzzz = 1"),
            format!("{SOURCE}exclude = [{{ zzzzzzzzzz = 1 }}]"),
            format!("{SOURCE}columns.wait_s = {{ zzzzzzzzzz = 1 }}"),
            format!("{SOURCE}columns.wait_s = {{ only = {{ zzzzzzzzzz = 1 }} }}"),
            format!("{SOURCE}columns.wait_s = {{ scale = {{ zzzzzzzzzz = 1 }} }}"),
            "[[kpi]]\nzzzzzzzzzz = 1".to_owned(),
            "[[target]]\nzzzzzzzzzz = 1".to_owned(),
            "[[rebase]]\nzzzzzzzzzz = 1".to_owned(),
            "[[event]]\nzzzzzzzzzz = 1".to_owned(),
            "[[category]]\nzzzzzzzzzz = 1".to_owned(),
            "[[category]]\n[[category.type]]\nzzzzzzzzzz = 1".to_owned(),
        ] {
            for key in known_keys(&table) {
                assert!(words.contains(key.as_str()), "`{key}` of {table}");
            }
        }
    }
}
