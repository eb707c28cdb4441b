//! How dimensions and their members are called.

use chrono::Weekday;

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::schema::codes::{self, Code};
use crate::settings::taxonomy::Lookup;

use super::format;

/// Names in one language.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// Names of the problem types.
    pub problems: Option<&'a Lookup>,
    /// The language.
    pub lang: Lang,
}

impl Naming<'_> {
    /// A problem type or category.
    #[must_use]
    pub fn problem(self, code: &str) -> String {
        self.problems.map_or_else(
            || code.to_owned(),
            |names| names.bilingual(code).get(self.lang).to_owned(),
        )
    }

    /// A member of a dimension; what has no name of its own stays as it is.
    #[must_use]
    pub fn member(self, dimension: &str, member: Option<&str>) -> String {
        let Some(member) = member else {
            return Text(self.lang).no_member().to_owned();
        };
        let t = Text(self.lang);
        match dimension {
            "problem_type" | "category" => self.problem(member),
            "weekday" => weekday(member).map_or_else(
                || member.to_owned(),
                |day| format::short_weekday(day, self.lang),
            ),
            "hour" => format!("{member}:00–{member}:59"),
            "transferred" | "transferred_in" | "peak" | "critical" | "from_history" => {
                let word = if member == "true" { t.yes() } else { t.no() };
                word.to_owned()
            }
            _ => set(dimension)
                .iter()
                .find(|code| code.code == member)
                .map_or(member, |code| match self.lang {
                    Lang::Zh => code.zh,
                    Lang::En => code.en,
                })
                .to_owned(),
        }
    }
}

fn weekday(member: &str) -> Option<Weekday> {
    let number: u8 = member.parse().ok()?;
    Weekday::try_from(number.checked_sub(1)?).ok()
}

const fn set(dimension: &str) -> &'static [Code] {
    match dimension.as_bytes() {
        b"direction" => codes::DIRECTION,
        b"ended_by" => codes::ENDED_BY,
        b"platform" => codes::PLATFORM,
        b"channel" => codes::CHANNEL,
        b"kind" => codes::TICKET_KIND,
        b"priority" => codes::PRIORITY,
        b"status" | b"state" => codes::STATUS,
        b"emotion" => codes::EMOTION,
        b"responsibility" => codes::RESPONSIBILITY,
        b"feedback" => codes::FEEDBACK,
        b"outcome" => codes::CALL_OUTCOME,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_names_and_names_stay() {
        let zh = Naming {
            problems: None,
            lang: Lang::Zh,
        };
        let en = Naming {
            lang: Lang::En,
            ..zh
        };
        assert_eq!(zh.member("direction", Some("inbound")), "呼入");
        assert_eq!(en.member("direction", Some("inbound")), "inbound");
        assert_eq!(zh.member("outlet", Some("杭州滨江网点")), "杭州滨江网点");
        assert_eq!(en.member("hour", Some("09")), "09:00–09:59");
        assert_eq!(en.member("weekday", Some("1")), "Mon");
        assert_eq!(en.member("weekday", Some("9")), "9");
        assert_eq!(en.member("team", None), "(none)");
    }
}
