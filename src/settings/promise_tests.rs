//! Calendars, promises and limits of states: what is read, and what every mistake says.

use super::*;
use crate::settings::Loaded;

fn settings(text: &str) -> Settings {
    Loaded::parse("kefu.toml", text).unwrap().settings
}

const PROMISE: &str =
    "[[promise]]\nid = \"x\"\nname = { en = \"x\", zh = \"x\" }\nsource = \"x\"\n";

#[test]
fn the_example_of_the_design_is_read() {
    let settings = settings(
        "[calendar.desk]\nzone = \"Asia/Shanghai\"\n\
         hours = { mon-fri = [\"09:00-12:00\", \"13:30-18:00\"], sat = [\"09:00-12:00\"], night = [] }\n\
         holidays = [\"2026-10-01..2026-10-07\"]\nworkdays = [\"2026-10-10\"]\n\
         [[promise]]\nid = \"complaint_reply\"\nname = { en = \"Complaint answered\", zh = \"投诉答复\" }\n\
         where = \"kind = 'complaint'\"\nstart = \"created\"\nstop = [\"first_reply\"]\nlimit = \"24h\"\n\
         calendar = \"desk\"\npause_in = [\"awaiting_reply\"]\nwarn_at = 0.8\nsource = \"YTO workflow: 24–48 小时\"\n\
         [state_limit]\npending = \"10m\"\ntransferred = \"none\"\nclosed = { limit = \"1h\", calendar = \"desk\" }",
    );
    let desk = &settings.calendars["desk"];
    assert_eq!(desk.hours.0[0], [(540, 720), (810, 1080)]);
    assert_eq!((desk.hours.0[5].len(), desk.hours.0[6].len()), (1, 0));
    let exceptions = desk.exceptions();
    let date = |day: &str| day.parse::<chrono::NaiveDate>().unwrap();
    assert_eq!(exceptions.len(), 8);
    assert_eq!(exceptions[&date("2026-10-07")], None);
    // A make-up day that names no weekday takes the hours of Monday.
    assert_eq!(exceptions[&date("2026-10-10")], Some(0));
    // The built-in promise of this id is replaced in its place.
    let places: Vec<_> = settings
        .promises
        .iter()
        .map(|promise| promise.id.as_str())
        .collect();
    assert_eq!(
        places.iter().filter(|id| **id == "complaint_reply").count(),
        1
    );
    assert_eq!(places.last(), Some(&"payout"));
    assert_eq!(
        settings.state_limits["pending"].limit.unwrap().as_secs(),
        600
    );
    assert_eq!(settings.state_limits["transferred"].limit, None);
    assert_eq!(settings.state_limits["closed"].calendar, "desk");
    assert!(settings.state_limits.contains_key("in_progress"));
}

#[test]
fn hours_are_read_by_weekday_range_and_night() {
    let hours = |hours: &str| {
        settings(&format!("[calendar.x]\nhours = {hours}")).calendars["x"]
            .hours
            .0
            .clone()
    };
    let week = hours("{ sat-mon = [\"10:00-11:00\"], night = [\"22:00-06:00\"] }");
    let night = (1320, 1800);
    for (day, spans) in week.iter().enumerate() {
        let expect = if [0, 5, 6].contains(&day) {
            vec![(600, 660), night]
        } else {
            vec![night]
        };
        assert_eq!(*spans, expect, "{day}");
    }
    assert_eq!(hours("{ tue = [\"00:00-24:00\"] }")[1], [(0, 1440)]);
}

/// The message and, after an empty line, the hint.
#[track_caller]
fn check(text: &str, expect: &str) {
    let error = Loaded::parse("kefu.toml", text).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let said = match error.hint() {
        Some(hint) => format!("{error}\n\n{hint}"),
        None => error.to_string(),
    };
    assert_eq!(said, expect, "{text}");
}

#[test]
fn mistakes_in_calendars_say_where_and_what() {
    let hours = "hours = { mon = [\"09:00-18:00\"] }";
    for (text, expect) in [
        (
            "[calendar.always]\nhours = { mon = [\"09:00-18:00\"] }".to_owned(),
            "kefu.toml:1:11: [calendar.always]: `always` is built in: all time is working time\n\ngive the calendar another name",
        ),
        (
            "[calendar.x]\nhours = {}".to_owned(),
            "kefu.toml:2:9: [calendar.x] has no hours\n\nwrite them as { mon-fri = [\"09:00-18:00\"] }",
        ),
        (
            format!("[calendar.x]\n{hours}\nholiday = []"),
            "kefu.toml:3:1: unknown key `holiday` in [calendar.x]\n\ndid you mean `holidays`?",
        ),
        (
            format!(
                "[calendar.x]\n{hours}\nholidays = [\"2026-10-01\"]\nworkdays = [\"2026-09-30..2026-10-01\"]"
            ),
            "kefu.toml:4:13: [calendar.x]: 2026-10-01 is a holiday and a workday\n\ntake it out of one of the two",
        ),
        (
            format!("[calendar.x]\n{hours}\nworkdays = [\"2026-10-10 as sat\"]"),
            "kefu.toml:3:13: [calendar.x]: a workday takes the hours of sat, which has none\n\nname the weekday whose hours it takes: \"2026-10-10 as wed\"",
        ),
    ] {
        check(&text, expect);
    }
    for (hours, part) in [
        ("{ mon = [\"9-18\"] }", "`9-18` is no span of hours"),
        ("{ mon = [\"09:00-09:00\"] }", "is no span of hours"),
        ("{ mon = [\"25:00-26:00\"] }", "is no span of hours"),
        (
            "{ mon = [\"09:00-12:00\", \"11:00-13:00\"] }",
            "the hours of mon overlap at 11:00",
        ),
        (
            "{ mon-fri = [\"09:00-12:00\"], fri = [] }",
            "fri has its hours twice, the second time in `fri`",
        ),
        ("{ monday = [] }", "the weekdays are mon, tue"),
        ("{ mon = \"09:00-12:00\" }", "hours"),
    ] {
        let error =
            Loaded::parse("kefu.toml", &format!("[calendar.x]\nhours = {hours}")).unwrap_err();
        let said = format!("{error}\n{:?}", error.hint());
        assert!(
            said.contains(part) && said.contains("kefu.toml:2:"),
            "{hours}: {said}"
        );
    }
    for (dates, part) in [
        ("2026-13-01", "is no date"),
        ("2026-10-07..2026-10-01", "ends before it begins"),
        ("2026-01-01..2027-06-01", "longer than a year"),
    ] {
        let text = format!("[calendar.x]\n{hours}\nholidays = [\"{dates}\"]");
        let error = Loaded::parse("kefu.toml", &text).unwrap_err().to_string();
        assert!(
            error.contains(part) && error.contains("kefu.toml:3:"),
            "{error}"
        );
    }
}

#[test]
fn mistakes_in_promises_say_where_and_what() {
    for (rest, expect) in [
        (
            "stop = [\"first_replay\"]\nlimit = \"1h\"",
            "kefu.toml:5:9: unknown moment `first_replay` in `stop` of [[promise]] id = \"x\"\n\ndid you mean `first_reply`?",
        ),
        (
            "start = \"create\"\nstop = [\"closed\"]\nlimit = \"1h\"",
            "kefu.toml:5:9: unknown moment `create` in `start` of [[promise]] id = \"x\"\n\ndid you mean `created`?",
        ),
        (
            "stop = []\nlimit = \"1h\"",
            "kefu.toml:5:8: `stop` of [[promise]] id = \"x\" names nothing\n\nsuch as stop = [\"first_reply\"]; closing always stops, stop = [\"closed\"] says only that",
        ),
        (
            "stop = [\"closed\"]\nlimit = \"0s\"",
            "kefu.toml:6:9: `limit` of [[promise]] id = \"x\": a limit of nothing cannot be met\n\nsuch as \"24h\"",
        ),
        (
            "stop = [\"closed\"]\nlimit = \"1h\"\nwarn_at = 1.5",
            "kefu.toml:7:11: `warn_at` of [[promise]] id = \"x\" is not above 0 and up to 1\n\n0.8 warns when four fifths of the limit have passed",
        ),
        (
            "stop = [\"closed\"]\nlimit = \"1h\"\ncalendar = \"ofice\"",
            "kefu.toml:7:12: unknown calendar `ofice` in [[promise]] id = \"x\"\n\ndid you mean `office`?",
        ),
        (
            "stop = [\"closed\"]\nlimit = \"1h\"\npause_in = [\"awaiting\"]",
            "kefu.toml:7:13: unknown state `awaiting` in `pause_in` of [[promise]] id = \"x\"\n\nthe states are pending, in_progress, awaiting_reply, resolved, closed, transferred",
        ),
        (
            "on = \"chat\"\nstop = [\"closed\"]\nlimit = \"1h\"",
            "kefu.toml:6:9: unknown moment `closed` in `stop` of [[promise]] id = \"x\"\n\nthe moments are first_reply",
        ),
        (
            "on = \"chat\"\nstop = [\"first_reply\"]\nlimit = \"1h\"\npause_in = [\"closed\"]",
            "kefu.toml:8:13: `pause_in` of [[promise]] id = \"x\": a chat has no states\n\ntake the key out",
        ),
    ] {
        check(&format!("{PROMISE}{rest}"), expect);
    }
    let twice = format!("{PROMISE}stop = [\"closed\"]\nlimit = \"1h\"\n");
    check(
        &format!("{twice}{twice}"),
        "kefu.toml:8:6: the promise `x` is defined twice, first in line 2\n\ngive one of them another id",
    );
    check(
        "[state_limit]\npendign = \"1h\"",
        "kefu.toml:2:1: unknown state `pendign` in [state_limit]\n\ndid you mean `pending`?",
    );
    check(
        "[tickets]\nmandatory = [\"waybil\"]",
        "kefu.toml:2:14: unknown column `waybil` of tickets in `mandatory`\n\ndid you mean `waybill`?",
    );
}
