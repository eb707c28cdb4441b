//! The times of the year in which a courier's service centre is not itself: 春节, 618 and 双11.

use chrono::{Datelike, Days, NaiveDate};

use crate::i18n::Bilingual;

/// First day of the first lunar month, as (year, month, day). Source: Hong Kong Observatory,
/// *Gregorian–Lunar Calendar Conversion Table*, 2020–2030; a test holds it against the new moons
/// of Meeus (1998), *Astronomical Algorithms*, 2nd ed., chapter 49.
const SPRING: [(i32, u32, u32); 11] = [
    (2020, 1, 25),
    (2021, 2, 12),
    (2022, 2, 1),
    (2023, 1, 22),
    (2024, 2, 10),
    (2025, 1, 29),
    (2026, 2, 17),
    (2027, 2, 6),
    (2028, 1, 26),
    (2029, 2, 13),
    (2030, 2, 3),
];

/// A campaign or holiday with both of its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Name.
    pub name: Bilingual,
}

/// The campaigns that touch the days from `first` to `last`, by their first day.
///
/// * 春节: from New Year's Eve to the seventh day of the first month, the days that the State
///   Council's holiday covers since 2025 (《全国年节及纪念日放假办法》, 2024). Known for 2020 to 2030.
/// * 618: 1 to 20 June; 双11: 1 to 11 November. The sales are the shops' own: no authority sets their days, presales
///   begin earlier in some years and at some shops, and parcels of the last days are under way for days after. These
///   are the days around the two dates that gave the sales their names and that every year had so far. An `[[event]]`
///   of the same name with a centre's own days takes their place.
#[must_use]
pub fn campaigns(first: NaiveDate, last: NaiveDate) -> Vec<Campaign> {
    let years = first.year()..=last.year();
    let mut all: Vec<Campaign> = years
        .flat_map(|year| [spring(year), sale(year, 6, 20), sale(year, 11, 11)])
        .flatten()
        .filter(|campaign| campaign.from <= last && campaign.to >= first)
        .collect();
    all.sort_by_key(|campaign| campaign.from);
    all
}

fn spring(year: i32) -> Option<Campaign> {
    let &(year, month, day) = SPRING.iter().find(|(known, ..)| *known == year)?;
    let first = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(Campaign {
        from: first.pred_opt()?,
        to: first.checked_add_days(Days::new(6))?,
        name: Bilingual::new("Spring Festival", "春节"),
    })
}

/// A sale that begins with a month.
fn sale(year: i32, month: u32, until: u32) -> Option<Campaign> {
    let name = if month == 6 {
        Bilingual::new("618", "618")
    } else {
        Bilingual::new("Double 11", "双11")
    };
    Some(Campaign {
        from: NaiveDate::from_ymd_opt(year, month, 1)?,
        to: NaiveDate::from_ymd_opt(year, month, until)?,
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Julian ephemeris day of the new moon `k` lunations after January 2000, the principal periodic
    /// terms (Meeus, chapter 49): right to a minute or so.
    fn new_moon(k: f64) -> f64 {
        let t = k / 1236.85;
        let mean = 2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t * t;
        let e = 1.0 - 0.002_516 * t - 0.000_007_4 * t * t;
        let sun = (2.5534 + 29.105_356_70 * k - 0.000_001_4 * t * t).to_radians();
        let moon = (201.5643 + 385.816_935_28 * k + 0.010_758_2 * t * t).to_radians();
        let node = (160.7108 + 390.670_502_84 * k - 0.001_611_8 * t * t).to_radians();
        let terms = [
            (-0.407_20, moon),
            (0.172_41 * e, sun),
            (0.016_08, 2.0 * moon),
            (0.010_39, 2.0 * node),
            (0.007_39 * e, moon - sun),
            (-0.005_14 * e, moon + sun),
            (0.002_08 * e * e, 2.0 * sun),
            (-0.001_11, moon - 2.0 * node),
            (-0.000_57, moon + 2.0 * node),
            (0.000_56 * e, 2.0 * moon + sun),
            (-0.000_42, 3.0 * moon),
            (0.000_42 * e, sun + 2.0 * node),
            (0.000_38 * e, sun - 2.0 * node),
            (-0.000_24 * e, 2.0 * moon - sun),
            (0.000_325, (299.77 + 0.107_408 * k).to_radians()),
            (0.000_165, (251.88 + 0.016_321 * k).to_radians()),
            (0.000_164, (251.83 + 26.651_886 * k).to_radians()),
            (0.000_126, (349.42 + 36.412_478 * k).to_radians()),
            (0.000_110, (84.66 + 18.206_239 * k).to_radians()),
        ];
        mean + terms.iter().map(|(size, at)| size * at.sin()).sum::<f64>()
    }

    #[test]
    fn the_tabulated_first_days_are_those_of_new_moons_in_beijing() {
        for (year, month, date) in SPRING {
            let first = NaiveDate::from_ymd_opt(year, month, date).unwrap();
            let passed = f64::from(year - 2000) + f64::from(first.ordinal()) / 365.25;
            // Ephemeris time runs 70 s ahead of the clock, Beijing's clock 8 h of Greenwich's.
            let beijing = new_moon((passed * 12.3685).round()) - 70.0 / 86_400.0 + 8.0 / 24.0;
            // Julian days begin at noon; 2000-01-01 12:00 is 2451545.
            #[expect(clippy::cast_possible_truncation, reason = "some thousands of days")]
            let days = (beijing - 2_451_544.5).floor() as i64;
            let moon = day("2000-01-01") + chrono::TimeDelta::days(days);
            assert_eq!(moon, first);
        }
    }

    #[test]
    fn what_touches_a_range_is_found_once_and_in_order() {
        let names = |first: &str, last: &str| -> Vec<String> {
            campaigns(day(first), day(last))
                .into_iter()
                .map(|found| format!("{} {}..{}", found.name.zh, found.from, found.to))
                .collect()
        };
        assert_eq!(
            names("2025-06-20", "2026-02-16"),
            [
                "618 2025-06-01..2025-06-20",
                "双11 2025-11-01..2025-11-11",
                "春节 2026-02-16..2026-02-23",
            ]
        );
        assert!(names("2026-02-24", "2026-05-31").is_empty());
        // Beyond the table the sales are still known, the festival is not.
        assert_eq!(names("2031-01-01", "2031-06-01").len(), 1);
    }
}
