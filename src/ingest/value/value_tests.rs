use super::*;
use crate::calendar;

const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

#[test]
fn instants_in_every_form() {
    for (cell, expect) in [
        ("2026-03-02 09:15:22", "2026-03-02 09:15:22"),
        ("2026/3/2 9:15", "2026-03-02 09:15:00"),
        ("2026.3.2 9:15:01", "2026-03-02 09:15:01"),
        ("2026年3月2日 9时15分22秒", "2026-03-02 09:15:22"),
        ("2026年3月2日 9时15分", "2026-03-02 09:15:00"),
        ("2026-03-02T01:15:22Z", "2026-03-02 09:15:22"),
        ("2026-03-02T01:15:22.250Z", "2026-03-02 09:15:22"),
        ("2026-03-02 09:15:22 +0800", "2026-03-02 09:15:22"),
        ("2026-03-02T03:15:22+02:00", "2026-03-02 09:15:22"),
        ("2021-01-01 9.12.58", "2021-01-01 09:12:58"),
        ("20260302 09:15", "2026-03-02 09:15:00"),
        ("1772414122", "2026-03-02 09:15:22"),
        ("1772414122000", "2026-03-02 09:15:22"),
        ("1772414122.5", "2026-03-02 09:15:22"),
        ("2026-03-02", "2026-03-02 00:00:00"),
    ] {
        let at =
            instant(cell, SHANGHAI, None).unwrap_or_else(|reason| panic!("{cell}: {reason:?}"));
        assert_eq!(calendar::print(SHANGHAI, at), expect, "{cell}");
    }
}

#[test]
fn impossible_instants_are_refused() {
    for cell in [
        "2026-02-30 10:00:00",
        "2026-13-01",
        "2026-03-02 25:00",
        "03/02/2026 10:00",
        "yesterday",
        "2026-03-02 10:00:00 and more",
        "12",
    ] {
        assert_eq!(
            instant(cell, SHANGHAI, None),
            Err(Reason::BadTime),
            "{cell}"
        );
    }
    let new_york = chrono_tz::America::New_York;
    assert_eq!(
        instant("2026-03-08 02:30:00", new_york, None),
        Err(Reason::SkippedTime)
    );
}

#[test]
fn a_stated_format_decides() {
    let at = instant("990201 7:02:47", SHANGHAI, Some("%y%m%d %H:%M:%S")).unwrap();
    assert_eq!(calendar::print(SHANGHAI, at), "1999-02-01 07:02:47");
}

#[test]
fn durations_in_every_form() {
    for (cell, unit, expect) in [
        ("95", 1.0, 95.0),
        ("95000", 0.001, 95.0),
        ("0:01:35", 1.0, 95.0),
        ("1:35", 1.0, 95.0),
        ("0.02.23", 1.0, 143.0),
        ("00:02:23", 1.0, 143.0),
        ("1分35秒", 1.0, 95.0),
        ("1小时1分1秒", 1.0, 3661.0),
        ("2分钟", 1.0, 120.0),
        ("-0:00:05", 1.0, -5.0),
        ("26:00:00", 1.0, 93600.0),
    ] {
        assert_eq!(
            duration(cell, DurationForm { unit_s: unit }),
            Ok(expect),
            "{cell}"
        );
    }
    for cell in ["soon", "1:75", "1:2:3:4", "秒", "NaN", "inf", "3只"] {
        assert_eq!(
            duration(cell, DurationForm::default()),
            Err(Reason::BadDuration),
            "{cell}"
        );
    }
}

#[test]
fn numbers_ids_and_flags() {
    for (cell, expect) in [
        ("12.5", Ok(12.5)),
        ("1,234.5", Ok(1234.5)),
        ("￥30元", Ok(30.0)),
        ("１２", Ok(12.0)),
    ] {
        assert_eq!(number(cell), expect, "{cell}");
    }
    for cell in ["abc", "1,2", "NaN", "inf", ""] {
        assert_eq!(number(cell), Err(Reason::BadNumber), "{cell}");
    }
    assert_eq!(integer("3.0"), Ok(3));
    assert_eq!(integer("3.5"), Err(Reason::BadNumber));
    assert_eq!(integer("99999999999999999999"), Err(Reason::BadNumber));
    assert_eq!(id("7.73E+14"), Err(Reason::ScientificId));
    assert_eq!(id("1E5A"), Ok("1E5A"));
    assert_eq!(id("YT7730000000001"), Ok("YT7730000000001"));
    assert_eq!(flag("是"), Ok(true));
    assert_eq!(flag("N"), Ok(false));
    assert_eq!(flag("maybe"), Err(Reason::BadFlag));
}

#[test]
fn cells_are_cleaned_and_nulls_recognised() {
    assert_eq!(clean("'+8613800000000"), "+8613800000000");
    assert_eq!(clean("'0012"), "0012");
    assert_eq!(clean("\u{3000}微信 \u{a0}"), "微信");
    assert_eq!(clean("'quoted'"), "'quoted'");
    for cell in [
        "",
        "-",
        "--",
        "N/A",
        "NULL",
        "null",
        "无",
        "0000-00-00 00:00:00",
    ] {
        assert!(is_null(cell), "{cell}");
    }
    assert!(!is_null("0"));
}
