use super::*;
use chrono::NaiveDateTime;
use proptest::prelude::*;

const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

fn with(order: Option<Order>) -> Clock {
    Clock::new(SHANGHAI, TimeForm { order })
}

#[test]
fn instants_in_every_form() {
    let mut clock = with(None);
    for cell in [
        "2026-03-02 09:15:22",
        "2026/03/02 09:15:22",
        "2026.03.02 09:15:22",
        "2026-03-02T09:15:22",
        "2026-03-02T01:15:22Z",
        "2026-03-02 01:15:22Z",
        "2026-03-02T09:15:22+08:00",
        "2026-03-02 09:15:22 +0800",
        "2026-03-02 09:15:22+0800",
        "2026-03-02 09:15:22+08",
        "2026-03-01T20:15:22-05:00",
        "2026-03-02 01:15:22 UTC",
        "2026-03-02 09:15:22 (UTC+8)",
        "2026-03-02 09:15:22（UTC+08:00）",
        "2026-03-02 09:15:22 GMT+8",
        "2026/3/2 9:15:22",
        "2026/3/2  9:15:22",
        "2026.3.2 9.15.22",
        "2026年3月2日 9时15分22秒",
        "2026年03月02日09:15:22",
        "26年3月2日 9:15:22",
        "2026年3月2日 星期一 9:15:22",
        "2026-03-02 上午 9:15:22",
        "2026-03-02 上午9:15:22",
        "2026-03-02 09:15:22 上午",
        "2026-03-02 9:15:22 AM",
        "2026-03-02 9:15:22am",
        "2026-03-02 AM 9:15:22",
        "２０２６－０３－０２　０９：１５：２２",
        "20260302 09:15:22",
        "20260302091522",
        "1772414122",
        "1772414122.0",
        "1772414122000",
        "1772414122000000",
        "46083.3856712963",
        "46083 0.3856712963",
        "46083.0 0.3856712963",
        "46083 09:15:22",
        "2026-03-02 0.3856712963",
        "2026/3/2 0.3856712963",
        "2 Mar 2026 09:15:22",
        "Mar 2, 2026 9:15:22 AM",
        "Mon, 02 Mar 2026 09:15:22 +0800",
        "Mon Mar 02 2026 09:15:22 GMT+0800 (中国标准时间)",
    ] {
        assert_eq!(clock.instant(cell), Ok(1_772_414_122_000_000), "{cell}");
    }
    for (cell, expect) in [
        ("2026-03-02 09:15:22.500", "2026-03-02 09:15:22.500000"),
        ("2026-03-02T01:15:22.1234567Z", "2026-03-02 09:15:22.123456"),
        ("2026-03-02 09:15:22,5", "2026-03-02 09:15:22.500000"),
        ("1772414122.25", "2026-03-02 09:15:22.250000"),
        ("1772414122250", "2026-03-02 09:15:22.250000"),
        ("20260302091522.25", "2026-03-02 09:15:22.250000"),
        ("2026-03-02 9:15", "2026-03-02 09:15:00.000000"),
        ("2026年3月2日 9时15分", "2026-03-02 09:15:00.000000"),
        ("2026年3月2日9时", "2026-03-02 09:00:00.000000"),
        ("2026-03-02 9:15 PM", "2026-03-02 21:15:00.000000"),
        ("2026-03-02 下午 9:15", "2026-03-02 21:15:00.000000"),
        ("2026-03-02 21:15:00 下午", "2026-03-02 21:15:00.000000"),
        ("2026-03-02 12:15 AM", "2026-03-02 00:15:00.000000"),
        ("2026-03-02 12:15 PM", "2026-03-02 12:15:00.000000"),
        ("2026-03-02", "2026-03-02 00:00:00.000000"),
        ("2026年3月2日", "2026-03-02 00:00:00.000000"),
        ("46083", "2026-03-02 00:00:00.000000"),
        ("46083 0", "2026-03-02 00:00:00.000000"),
        ("46083.9999999999", "2026-03-03 00:00:00.000000"),
        ("2026-03-02 24:00:00", "2026-03-03 00:00:00.000000"),
        ("2026-03-02 24:00", "2026-03-03 00:00:00.000000"),
        ("2026-12-31 24:00:00", "2027-01-01 00:00:00.000000"),
    ] {
        let at = clock
            .instant(cell)
            .unwrap_or_else(|reason| panic!("{cell}: {reason:?}"));
        let local = DateTime::from_timestamp_micros(at)
            .unwrap()
            .with_timezone(&SHANGHAI);
        assert_eq!(local.format("%F %T%.6f").to_string(), expect, "{cell}");
    }
}

#[test]
fn what_is_no_instant() {
    let mut clock = with(None);
    for cell in [
        "2026-02-30 10:00:00",
        "2026-13-01",
        "2026-03-02 25:00",
        "2026-03-02 24:00:01",
        "2026-03-02 10:60:00",
        "2026-03-02 10:00:60",
        "2026-03-02 13:15 AM",
        "03/02/2026 10:00",
        "22/03/2026 10:00",
        "yesterday",
        "2026-03-02 10:00:00 and more",
        "2026-03-02 10",
        "2026-03-02 10:",
        "2026-03-0210:00:00",
        "2026-03-02 10:00:00 +9900",
        "2026-03-02 10:00:00+08:00:00",
        "2026-03-02 10:00:00 CST",
        "12",
        "19999",
        "80001",
        "46083.5.1",
        "20261302091522",
        "123456789012",
        "年月日",
        "9:15",
        "",
    ] {
        assert_eq!(clock.instant(cell), Err(Reason::BadTime), "{cell}");
    }
}

#[test]
fn the_order_of_the_column_decides() {
    for (order, cell, expect) in [
        (
            Order::MonthFirst,
            "03/02/2026 09:15:22 AM",
            "2026-03-02 09:15:22",
        ),
        (
            Order::MonthFirst,
            "3/2/2026, 9:15:22 AM",
            "2026-03-02 09:15:22",
        ),
        (Order::DayFirst, "02.03.2026 09:15", "2026-03-02 09:15:00"),
        (Order::DayFirst, "02-03-26 09:15", "2026-03-02 09:15:00"),
        (Order::YearFirst, "26-03-02", "2026-03-02 00:00:00"),
        (Order::DayFirst, "2026-03-02", "2026-03-02 00:00:00"),
    ] {
        let at = with(Some(order)).instant(cell).unwrap();
        assert_eq!(calendar::print(SHANGHAI, at), expect, "{cell}");
    }
    assert_eq!(
        with(Some(Order::DayFirst)).instant("2/22/2021"),
        Err(Reason::BadTime)
    );
}

#[test]
fn stated_formats() {
    for (format, cell, expect) in [
        ("%y%m%d %H:%M:%S", "990201 7:02:47", "1999-02-01 07:02:47"),
        ("%d|%m|%Y", "01|02|1999", "1999-02-01 00:00:00"),
        (
            "%Y-%m-%dT%H:%M:%S%z",
            "2026-03-02T03:15:22+0200",
            "2026-03-02 09:15:22",
        ),
        ("%s", "1772414122", "2026-03-02 09:15:22"),
    ] {
        let at = with(None).with_format(format).instant(cell).unwrap();
        assert_eq!(calendar::print(SHANGHAI, at), expect, "{format} {cell}");
    }
    let mut clock = with(None).with_format("%d|%m|%Y");
    assert_eq!(clock.instant("2026-03-02"), Err(Reason::BadTime));
    assert_eq!(
        with(None).with_format("%Q").instant("2026-03-02"),
        Err(Reason::BadTime)
    );
}

#[test]
fn days() {
    let mut clock = with(None);
    for (cell, expect) in [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02 00:00:00", "2026-03-02"),
        ("2026-03-02 24:00:00", "2026-03-03"),
        ("2026-03-02T00:00:00Z", "2026-03-02"),
        ("2026-03-01T16:00:00.000Z", "2026-03-02"),
        ("46083", "2026-03-02"),
        ("1772380800", "2026-03-02"),
        ("20260302", "2026-03-02"),
    ] {
        assert_eq!(clock.day(cell).unwrap().to_string(), expect, "{cell}");
    }
    assert_eq!(clock.day("2026-02-29"), Err(Reason::BadTime));
}

#[test]
fn skipped_and_doubled_readings() {
    let mut clock = Clock::new(chrono_tz::America::New_York, TimeForm::default());
    assert_eq!(
        clock.instant("2026-03-08 02:30:00"),
        Err(Reason::SkippedTime)
    );
    let doubled = clock.instant("2026-11-01 01:30:00").unwrap();
    assert_eq!(
        doubled,
        clock.instant("2026-11-01T05:30:00Z").unwrap(),
        "the earlier one"
    );
    // What was learnt on either side of a change does not reach over it.
    for cell in [
        "2026-03-01 02:30:00",
        "2026-03-20 02:30:00",
        "2026-03-08 02:30:00",
    ] {
        let skipped = cell.starts_with("2026-03-08");
        assert_eq!(clock.instant(cell).is_err(), skipped, "{cell}");
    }
}

/// The same through the date library alone.
fn slowly(zone: Tz, cell: &str) -> Result<i64, Reason> {
    let reading = NaiveDateTime::parse_from_str(cell, "%Y-%m-%d %H:%M:%S%.f").unwrap();
    match calendar::instant(zone, reading) {
        Reading::One(at) | Reading::Twice(at) => Ok(at),
        Reading::Never => Err(Reason::SkippedTime),
    }
}

const ZONES: [Tz; 6] = [
    chrono_tz::Asia::Shanghai,
    chrono_tz::Europe::Berlin,
    chrono_tz::America::New_York,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Pacific::Apia,
    chrono_tz::Africa::Casablanca,
];

fn shown(at: i64) -> String {
    let at = DateTime::from_timestamp_micros(at).unwrap().naive_utc();
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// 1970-01-01 to 2090-01-01.
const SPAN_S: std::ops::Range<i64> = 0..3_786_912_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn agrees_with_the_library(
        zone in 0..ZONES.len(),
        readings in prop::collection::vec((SPAN_S, 0..1_000_000_i64), 1..40),
    ) {
        let mut clock = Clock::new(ZONES[zone], TimeForm::default());
        for (second, micros) in readings {
            let cell = shown(second * MICROS + micros);
            prop_assert_eq!(clock.instant(&cell), slowly(ZONES[zone], &cell), "{}", cell);
        }
    }

    #[test]
    fn agrees_around_the_days_the_clock_changes(
        zone in 0..ZONES.len(),
        years in prop::collection::vec(1970..2090_i32, 1..3),
        start in 0..1800_i64,
    ) {
        let mut clock = Clock::new(ZONES[zone], TimeForm::default());
        for year in years {
            // Every second hour of a year, so that no change is jumped over.
            let first = i64::from(civil::days(year, 1, 1).unwrap()) * DAY_S + start;
            for step in 0..366 * 12 {
                let cell = shown((first + step * 7200) * MICROS);
                prop_assert_eq!(clock.instant(&cell), slowly(ZONES[zone], &cell), "{}", cell);
            }
        }
    }

    #[test]
    fn the_quick_reader_and_the_general_one_agree(
        second in SPAN_S,
        micros in 0..1_000_000_i64,
        places in 0..7_usize,
        tail in prop::sample::select(vec!["", "Z", "+08:00", "-03:30", "+00:00"]),
    ) {
        let digits = if places == 0 { 19 } else { 20 + places };
        let cell = format!("{}{tail}", &shown(second * MICROS + micros)[..digits]);
        let mut clock = with(None);
        prop_assert!(usual(cell.as_bytes()).is_some());
        prop_assert_eq!(clock.instant(&cell), clock.unusual(&cell));
    }

    #[test]
    fn no_text_breaks_it(cell in "\\PC{0,24}", ascii in "[0-9:./ TZ+,()eE年月日时分秒APM-]{0,26}") {
        let mut clock = with(Some(Order::DayFirst));
        let _ = (clock.instant(&cell), clock.instant(&ascii), clock.day(&ascii));
    }
}
