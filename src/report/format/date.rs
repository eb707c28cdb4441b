//! How dates are written.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};

use super::SPACE;
use crate::i18n::Lang;

/// A day without its year: `3 月 13 日`, `13 Mar`.
#[must_use]
pub fn day(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}{SPACE}月{SPACE}{}{SPACE}日", date.month(), date.day()),
        Lang::En => format!("{}{SPACE}{}", date.day(), &month(date)[..3]),
    }
}

/// A day on an axis: `3/13`, `13 Mar`.
#[must_use]
pub fn axis_day(date: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}/{}", date.month(), date.day()),
        Lang::En => day(date, lang),
    }
}

/// A period without its year: `3 月 2 日 – 3 月 29 日`.
#[must_use]
pub fn period(from: NaiveDate, to: NaiveDate, lang: Lang) -> String {
    format!("{} – {}", day(from, lang), day(to, lang))
}

/// A full date with its weekday: `2026 年 3 月 29 日 星期日`, `Sunday 29 March 2026`.
#[must_use]
pub fn long_date(date: NaiveDate, lang: Lang) -> String {
    let name = weekday(date.weekday(), lang);
    match lang {
        Lang::Zh => {
            format!(
                "{} 年 {} 月 {} 日 {name}",
                date.year(),
                date.month(),
                date.day()
            )
        }
        Lang::En => format!("{name} {} {} {}", date.day(), month(date), date.year()),
    }
}

/// An instant to the minute: `2026-03-30 04:00`.
#[must_use]
pub fn minute(instant: NaiveDateTime) -> String {
    instant.format("%Y-%m-%d %H:%M").to_string()
}

/// A weekday in full: `星期日`, `Sunday`.
#[must_use]
pub const fn weekday(day: Weekday, lang: Lang) -> &'static str {
    match (lang, day) {
        (Lang::Zh, Weekday::Mon) => "星期一",
        (Lang::Zh, Weekday::Tue) => "星期二",
        (Lang::Zh, Weekday::Wed) => "星期三",
        (Lang::Zh, Weekday::Thu) => "星期四",
        (Lang::Zh, Weekday::Fri) => "星期五",
        (Lang::Zh, Weekday::Sat) => "星期六",
        (Lang::Zh, Weekday::Sun) => "星期日",
        (Lang::En, Weekday::Mon) => "Monday",
        (Lang::En, Weekday::Tue) => "Tuesday",
        (Lang::En, Weekday::Wed) => "Wednesday",
        (Lang::En, Weekday::Thu) => "Thursday",
        (Lang::En, Weekday::Fri) => "Friday",
        (Lang::En, Weekday::Sat) => "Saturday",
        (Lang::En, Weekday::Sun) => "Sunday",
    }
}

/// A weekday on an axis: `周日`, `Sun`.
#[must_use]
pub fn short_weekday(day: Weekday, lang: Lang) -> String {
    match lang {
        Lang::Zh => weekday(day, lang).replace("星期", "周"),
        Lang::En => weekday(day, lang)[..3].to_owned(),
    }
}

fn month(date: NaiveDate) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[date.month0() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_both_languages() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        assert_eq!(long_date(date, Lang::Zh), "2026 年 3 月 29 日 星期日");
        assert_eq!(long_date(date, Lang::En), "Sunday 29 March 2026");
        assert_eq!(day(date, Lang::En).replace(SPACE, " "), "29 Mar");
        assert_eq!(axis_day(date, Lang::Zh), "3/29");
        assert_eq!(short_weekday(Weekday::Sun, Lang::Zh), "周日");
        assert_eq!(short_weekday(Weekday::Sun, Lang::En), "Sun");
    }
}
