//! Names of the files of reports: `EDITION_DATE_SCOPE_VERSION_LANG.FORMAT`.

use chrono::NaiveDate;

use crate::i18n::Lang;
use crate::report::{Edition, Scope};

/// What the names of a night's files have in common: the day, what is covered, the run the figures come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// The day reported on.
    pub date: NaiveDate,
    /// What part of the centre is covered.
    pub scope: Scope,
    /// Id of the run, `r0001`.
    pub run: String,
}

impl Imprint {
    /// The name of a report's file: `nightly_2026-03-29_all_r0001_zh.html`.
    #[must_use]
    pub fn file(&self, edition: Edition, lang: Lang, extension: &str) -> String {
        let (date, scope, run) = (self.date, self.scope.code, &self.run);
        format!(
            "{}_{date}_{scope}_{run}_{}.{extension}",
            edition.code(),
            lang.code()
        )
    }
}

/// A file that is a report, told by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) edition: Edition,
    pub(super) date: NaiveDate,
    /// Scope and run; earlier versions of the program wrote neither.
    pub(super) version: Option<(String, String)>,
    /// `zh.html`
    pub(super) rest: String,
}

impl Named {
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split('_');
        let code = parts.next()?;
        let edition = Edition::ALL
            .into_iter()
            .find(|edition| edition.code() == code)?;
        let date = parts.next().filter(|date| date.len() == 10)?.parse().ok()?;
        let (version, rest) = match parts.collect::<Vec<_>>()[..] {
            [rest] => (None, rest),
            [scope, run, rest] if is_run(run) => (Some((scope.to_owned(), run.to_owned())), rest),
            _ => return None,
        };
        let (lang, extension) = rest.split_once('.')?;
        let known = Lang::ALL.iter().any(|known| known.code() == lang);
        let plain = extension.chars().all(|c| c.is_ascii_alphanumeric());
        (known && plain).then(|| Self {
            edition,
            date,
            version,
            rest: rest.to_owned(),
        })
    }

    /// Whether it is of this day, scope and run.
    pub(super) fn is_of(&self, imprint: &Imprint) -> bool {
        let version = self.version.as_ref();
        self.date == imprint.date
            && version
                .is_some_and(|(scope, run)| scope == imprint.scope.code && *run == imprint.run)
    }

    /// The name without day and version: `nightly_zh.html`.
    pub(super) fn plain(&self) -> String {
        format!("{}_{}", self.edition.code(), self.rest)
    }
}

/// `r0001`
fn is_run(text: &str) -> bool {
    let digits = text.strip_prefix('r').unwrap_or_default();
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_edition_day_scope_version_and_language() {
        let imprint = Imprint {
            date: NaiveDate::from_ymd_opt(2026, 3, 29).unwrap(),
            scope: Scope::whole(),
            run: "r0001".to_owned(),
        };
        let name = imprint.file(Edition::Nightly, Lang::Zh, "html");
        assert_eq!(name, "nightly_2026-03-29_all_r0001_zh.html");
        for edition in Edition::ALL {
            for lang in Lang::ALL {
                let name = Named::parse(&imprint.file(edition, lang, "xlsx")).unwrap();
                assert_eq!((name.edition, name.is_of(&imprint)), (edition, true));
                assert_eq!(
                    name.plain(),
                    format!("{}_{}.xlsx", edition.code(), lang.code())
                );
                let other = Imprint {
                    run: "r00010".to_owned(),
                    ..imprint.clone()
                };
                assert!(!name.is_of(&other));
            }
        }
    }

    #[test]
    fn names_of_earlier_versions_are_known_and_others_are_not() {
        let former = Named::parse("trainer_2026-03-29_en.json").unwrap();
        assert_eq!((former.version, former.rest.as_str()), (None, "en.json"));
        for name in [
            "nightly_zh.html",
            "nightly_9_en.html",
            "nightly_2026-03-29_all_zh.html",
            "nightly_2026-03-29_all_0001_zh.html",
            "nightly_2026-03-29_all_r_zh.html",
            "nightly_2026-03-29_all_r0001_fr.html",
            "nightly_2026-03-29_all_r0001_zh_x.html",
            "nightly_2026-02-30_all_r0001_zh.html",
            "nightlyx_2026-03-29_all_r0001_zh.html",
            "notes.txt",
        ] {
            assert_eq!(Named::parse(name), None, "{name}");
        }
    }
}
