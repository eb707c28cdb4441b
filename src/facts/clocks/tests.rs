use super::*;
use crate::facts::history::Names;
use crate::settings::Loaded;
use crate::testing::{Small, table};

/// Tickets and their events in the forms exports have; the promises of `toml` alone.
fn clocks_of(toml: &str, files: &[&str], as_of: &str) -> Vec<String> {
    let mut small = Small::of(files);
    let mut settings = Loaded::parse("kefu.toml", toml).unwrap().settings;
    settings
        .promises
        .retain(|promise| promise.id.starts_with("my_"));
    small.settings = settings;
    show(
        &table(&small.facts(as_of), "sla_clocks"),
        &[
            "ticket_id",
            "outcome",
            "stopped_by",
            "elapsed_s",
            "paused_s",
            "due",
            "warned",
            "from_history",
        ],
        &["due_at"],
    )
}

/// Columns of a table as text, then instants on the clock of Shanghai.
fn show(frame: &DataFrame, columns: &[&str], instants: &[&str]) -> Vec<String> {
    (0..frame.height())
        .map(|row| {
            let text = |name: &&str| {
                let column = frame.column(name).unwrap().cast(&DataType::String).unwrap();
                column.str().unwrap().get(row).unwrap_or("-").to_owned()
            };
            let at = |name: &&str| {
                let at = frame.column(name).unwrap().i64().unwrap().get(row);
                let printed = at.map(|at| crate::calendar::print(chrono_tz::Asia::Shanghai, at));
                printed.map_or("-".to_owned(), |at| at[5..].to_owned())
            };
            let cells = columns.iter().map(text).chain(instants.iter().map(at));
            cells.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

fn promise(rest: &str) -> String {
    format!(
        "[calendar.office]\nhours = {{ mon-fri = [\"09:00-12:00\", \"13:30-18:00\"] }}\n\
         [[promise]]\nid = \"my_own\"\nname = {{ en = \"x\", zh = \"x\" }}\nsource = \"x\"\n{rest}"
    )
}

const TICKETS: &str = "ticket_id,created_at,updated_at,kind,priority,status,first_reply_at,resolved_at,closed_at,agent_id\n";
const EVENTS: &str = "ticket_id,event_at,event,from_status,to_status,to_priority,to_kind\n";

#[test]
fn a_pause_moves_the_due_time_by_its_working_time() {
    let tickets = format!("{TICKETS}T1,2026-03-02 11:00:00,,complaint,high,,,,,A1\n");
    // Two and a half working hours of pause, an hour of which is spent before lunch's end.
    let events = format!(
        "{EVENTS}T1,2026-03-02 11:30:00,status,in_progress,awaiting_reply,,\n\
         T1,2026-03-02 15:30:00,status,awaiting_reply,in_progress,,\n\
         T1,2026-03-02 17:00:00,replied,,,,\n"
    );
    let toml = promise(
        "stop = [\"first_reply\"]\nlimit = \"2h\"\ncalendar = \"office\"\npause_in = [\"awaiting_reply\"]",
    );
    assert_eq!(
        clocks_of(&toml, &[&tickets, &events], "2026-03-03 00:00:00"),
        // Half an hour before the pause, so an hour and a half after it: due 17:00, and met to the second.
        ["T1 met replied 7200.0 9000.0 true false true 03-02 17:00:00"]
    );
    let toml = toml.replace("2h", "119m");
    assert_eq!(
        clocks_of(&toml, &[&tickets, &events], "2026-03-03 00:00:00"),
        ["T1 breached replied 7200.0 9000.0 true false true 03-02 16:59:00"]
    );
}

#[test]
fn a_running_clock_is_warned_then_late_and_one_that_stands_still_is_neither() {
    let tickets = format!(
        "{TICKETS}T1,2026-03-02 09:00:00,,,,,,,,\nT2,2026-03-02 09:00:00,,,,,,,,\nT3,2026-03-03 09:00:00,,,,,,,,\n"
    );
    let events = format!("{EVENTS}T2,2026-03-02 09:30:00,status,pending,awaiting_reply,,\n");
    let toml = promise(
        "stop = [\"first_reply\"]\nlimit = \"1h\"\nwarn_at = 0.75\npause_in = [\"awaiting_reply\"]",
    );
    for (as_of, expect) in [
        (
            "09:44:59",
            [
                "running - 2699.0 0.0 false false",
                "running - 1800.0 899.0 false false",
            ],
        ),
        (
            "09:45:00",
            [
                "running - 2700.0 0.0 false true",
                "running - 1800.0 900.0 false false",
            ],
        ),
        (
            "10:00:00",
            [
                "running - 3600.0 0.0 false true",
                "running - 1800.0 1800.0 false false",
            ],
        ),
        (
            "10:00:01",
            [
                "running_late - 3601.0 0.0 true false",
                "running - 1800.0 1801.0 false false",
            ],
        ),
    ] {
        let clocks = clocks_of(&toml, &[&tickets, &events], &format!("2026-03-02 {as_of}"));
        // T3 is not there yet.
        assert_eq!(clocks.len(), 2, "{clocks:?}");
        for (clock, expect) in clocks.iter().zip(expect) {
            assert!(clock.contains(expect), "{as_of}: {clock}, not {expect}");
        }
    }
}

#[test]
fn kind_and_priority_are_those_of_the_time_the_clock_starts() {
    let tickets = format!(
        "{TICKETS}T1,2026-03-02 09:00:00,,complaint,high,,,,,\nT2,2026-03-02 09:00:00,,complaint,high,,,,,\n\
         T3,2026-03-02 09:00:00,,complaint,high,,,,,\n"
    );
    // T1 became urgent before the outlet was asked, T2 after it; T3 always was.
    let asked = |ticket: &str| {
        format!(
            "{ticket},2026-03-02 10:00:00,asked_outlet,,,,\n{ticket},2026-03-02 10:20:00,outlet_replied,,,,\n"
        )
    };
    let events = format!(
        "{EVENTS}T1,2026-03-02 09:30:00,escalated,,,high,\n{}T2,2026-03-02 10:10:00,escalated,,,high,\n{}{}",
        asked("T1"),
        asked("T2"),
        asked("T3")
    );
    let toml = promise(
        "where = \"priority = 'high'\"\nstart = \"asked_outlet\"\nstop = [\"outlet_replied\"]\nlimit = \"15m\"",
    );
    let clocks = clocks_of(&toml, &[&tickets, &events], "2026-03-03 00:00:00");
    let of: Vec<&str> = clocks.iter().map(|clock| &clock[..11]).collect();
    assert_eq!(of, ["T1 breached", "T3 breached"]);
}

#[test]
fn what_starts_a_clock_may_fulfil_it() {
    let tickets = format!(
        "{TICKETS}T1,2026-03-02 09:00:00,,complaint,,closed,,,2026-03-02 09:00:00,\n\
         T2,2026-03-02 09:00:00,,claim,,resolved,,,,\n"
    );
    let events = format!(
        "{EVENTS}T1,2026-03-02 09:00:00,created,,closed,,\n\
         T2,2026-03-03 10:00:00,paid,pending,resolved,,\n"
    );
    for (rules, expect) in [
        (
            "where = \"kind = 'complaint'\"\nstop = [\"first_reply\"]",
            "T1 met closed 0.0",
        ),
        ("start = \"resolved\"\nstop = [\"paid\"]", "T2 met paid 0.0"),
        // What starts it is no answer to it.
        (
            "start = \"resolved\"\nstop = [\"resolved\"]",
            "T2 running_late - 50400.0",
        ),
    ] {
        let toml = promise(&format!("{rules}\nlimit = \"1h\""));
        let clocks = clocks_of(&toml, &[&tickets, &events], "2026-03-04 00:00:00");
        assert_eq!(clocks.len(), 1, "{clocks:?}");
        assert!(clocks[0].starts_with(expect), "{clocks:?}");
    }
}

#[test]
fn a_ticket_that_left_a_resolved_state_was_reopened() {
    let tickets = format!("{TICKETS}T1,2026-03-02 09:00:00,,,,resolved,,,,\n");
    let events = format!(
        "{EVENTS}T1,2026-03-02 10:00:00,status,pending,resolved,,\n\
         T1,2026-03-02 11:00:00,status,resolved,in_progress,,\n\
         T1,2026-03-02 12:00:00,status,in_progress,resolved,,\n"
    );
    let rules = "where = \"reopened\"\nstart = \"resolved\"\nstop = [\"paid\"]\nlimit = \"1h\"";
    let clocks = clocks_of(&promise(rules), &[&tickets, &events], "2026-03-02 12:30:00");
    assert_eq!(clocks.len(), 1);
    assert!(clocks[0].starts_with("T1 running - 1800.0"), "{clocks:?}");
}

#[test]
fn a_state_is_not_known_before_the_first_event_that_tells_one() {
    let tickets = format!(
        "{TICKETS}T1,2026-03-02 09:00:00,,,,pending,,,,\nT2,2026-03-02 09:00:00,,,,pending,,,,\n"
    );
    let events = format!(
        "{EVENTS}T1,2026-03-02 10:00:00,status,,in_progress,,\nT1,2026-03-02 11:00:00,status,,pending,,\n"
    );
    let rules = "where = \"status = 'pending'\"\nstop = [\"first_reply\"]\nlimit = \"1h\"";
    let clocks = clocks_of(&promise(rules), &[&tickets, &events], "2026-03-03 00:00:00");
    assert_eq!(clocks.len(), 1);
    assert!(clocks[0].starts_with("T2 "), "{clocks:?}");
}

#[test]
fn a_ticket_without_history_speaks_for_itself() {
    let tickets = format!(
        "{TICKETS}T1,2026-03-02 09:00:00,,,,resolved,2026-03-02 09:50:00,2026-03-02 12:00:00,,\n\
         T2,2026-03-02 09:00:00,,,,closed,,,2026-03-02 09:40:00,\n\
         T3,2026-03-02 09:00:00,2026-03-02 09:55:00,,,closed,,,,\n\
         T4,2026-03-02 09:00:00,,,,closed,,,,\n\
         T5,2026-03-02 09:00:00,,,,in_progress,,,,\n"
    );
    let toml = promise("stop = [\"first_reply\"]\nlimit = \"1h\"");
    let clocks = clocks_of(&toml, &[&tickets], "2026-03-03 00:00:00");
    let expect = [
        "T1 met replied 3000.0 0.0 true false false 03-02 10:00:00",
        // Closing always stops; of T3 only the last update says when. Nothing says it of T4.
        "T2 met closed 2400.0 0.0 true false false 03-02 10:00:00",
        "T3 met closed 3300.0 0.0 true false false 03-02 10:00:00",
        "T5 running_late - 54000.0 0.0 true false false 03-02 10:00:00",
    ];
    assert_eq!(clocks, expect);
}

#[test]
fn every_stay_is_judged_the_second_too() {
    let tickets = format!("{TICKETS}T1,2026-03-02 09:00:00,,,,in_progress,,,,\n");
    let events = format!(
        "{EVENTS}T1,2026-03-02 09:00:00,created,,pending,,\n\
         T1,2026-03-02 09:10:00,status,pending,in_progress,,\n\
         T1,2026-03-02 10:00:00,status,in_progress,pending,,\n\
         T1,2026-03-02 10:15:01,status,pending,in_progress,,\n\
         T1,2026-03-02 10:20:00,assigned,,in_progress,,\n"
    );
    let visits = |as_of: &str| {
        let small = Small::of(&[&tickets, &events]);
        let facts = small.facts(as_of);
        show(
            &table(&facts, "state_visits"),
            &["state", "dwell_s", "limit_s", "within", "due", "open"],
            &["entered_at"],
        )
    };
    assert_eq!(
        visits("2026-03-02 12:00:00"),
        [
            "pending 600.0 900.0 true true false 03-02 09:00:00",
            "in_progress 3000.0 86400.0 true false false 03-02 09:10:00",
            "pending 901.0 900.0 false true false 03-02 10:00:00",
            "in_progress 6299.0 86400.0 - false true 03-02 10:15:01",
        ]
    );
    // A stay still open is broken once its time has passed.
    assert_eq!(
        visits("2026-03-03 10:15:02")[3],
        "in_progress 86401.0 86400.0 false true true 03-02 10:15:01"
    );
}

#[test]
fn a_chat_waits_from_asking_for_a_person_and_ends_in_a_breach_without_a_reply() {
    let chats = "chat_id,started_at,human_requested_at,first_reply_at,ended_at,platform,outcome\n\
        k1,2026-03-02 09:00:00,2026-03-02 09:01:00,2026-03-02 09:01:30,2026-03-02 09:05:20,微信,served\n\
        k2,2026-03-02 09:00:00,,,2026-03-02 09:00:10,微信,abandoned\n\
        k3,2026-03-02 09:00:00,,,2026-03-02 09:05:00,微信,bot\n";
    let small = Small::of(&[chats]);
    let facts = small.facts("2026-03-03 00:00:00");
    assert_eq!(
        show(
            &table(&facts, "sla_clocks"),
            &[
                "chat_id",
                "promise",
                "outcome",
                "stopped_by",
                "elapsed_s",
                "channel",
                "platform"
            ],
            &["due_at"],
        ),
        [
            "k2 chat_first_reply breached ended 10.0 chat wechat 03-02 09:00:30",
            "k1 chat_first_reply met replied 30.0 chat wechat 03-02 09:01:30",
            "k2 chat_human_reply breached ended 10.0 chat wechat 03-02 09:15:00",
            "k1 chat_human_reply met replied 30.0 chat wechat 03-02 09:16:00",
        ]
    );
}

#[test]
fn what_histories_add_to_tickets() {
    let tickets = "ticket_id,created_at,channel,kind,problem_type,customer,waybill,description,compensation\n\
        T1,2026-03-02 09:00:00,phone,claim,包裹破损,13900000001,YT1,破了,20\n\
        T2,2026-03-02 09:00:00,phone,claim,,13900000001,YT1,包裹破损,20\n";
    let events = format!(
        "{EVENTS}T1,2026-03-02 10:00:00,asked_outlet,,,,\nT1,2026-03-02 10:30:00,outlet_replied,,,,\n\
         T1,2026-03-02 11:00:00,redelivered,,,,\nT1,2026-03-02 18:30:00,status,,resolved,,\n\
         T1,2026-03-03 09:00:00,paid,,,,\nT2,2026-03-02 10:00:00,paid,,,,\nT2,2026-03-02 11:00:00,status,,resolved,,\n"
    );
    let small = Small::of(&[tickets, &events]);
    let facts = small.facts("2026-03-03 12:00:00");
    let columns = [
        "ticket_id",
        "resolution_business_s",
        "outlet_reply_s",
        "redelivery_s",
        "redelivery_due",
        "payout_s",
        "payout_due",
        "complete_record",
    ];
    assert_eq!(
        show(&table(&facts, "ticket_facts"), &columns, &[]),
        [
            // 09:00–12:00 and 13:30–18:00; a type only recognised in the description was not filled in.
            "T1 27000.0 1800.0 7200.0 true 52200.0 false true",
            "T2 7200.0 - - true 0.0 true false",
        ]
    );
}

use proptest::prelude::*;

/// Moves between working and waiting at these instants, the clock stopped by a reply at the last one, if at all.
fn steps(names: &Names, changes: &[(i64, bool)], replied: Option<i64>) -> Vec<Step> {
    let state = |waits: bool| {
        names.find(if waits {
            "awaiting_reply"
        } else {
            "in_progress"
        })
    };
    let step = |at: i64, event: Name, state: Name| Step {
        at,
        event,
        entered: state,
        state,
        priority: NONE,
        kind: NONE,
        seen: 0,
    };
    let mut steps = vec![step(0, names.find("created"), state(false))];
    steps.extend(
        changes
            .iter()
            .map(|(at, waits)| step(*at, NONE, state(*waits))),
    );
    steps.extend(replied.map(|at| step(at, names.find("replied"), NONE)));
    steps.sort_by_key(|step| step.at);
    steps
}

proptest! {
    /// Running and standing time add up to the working time since the start, and a clock is kept exactly when no
    /// more than the limit ran, on a calendar without gaps.
    #[test]
    fn time_is_either_spent_or_paused(
        changes in proptest::collection::vec((1..50_000_i64, any::<bool>()), 0..8),
        replied in proptest::option::of(1..50_000_i64),
        limit in 1..50_000_i64,
    ) {
        let names = Names::default();
        let mut promise = Promise::nobody();
        promise.stop = vec![Moment::Event("replied".to_owned())];
        promise.pause_in = vec!["awaiting_reply".to_owned()];
        promise.limit.micros = limit;
        promise.warn = limit.div_euclid(2).max(1);
        let as_of = 60_000;
        let steps = steps(&names, &changes, replied);
        let clock = Rules::of(&promise, &names).walk(0, &steps, as_of).unwrap();
        let end = clock.stopped.unwrap_or(as_of);
        prop_assert_eq!(clock.stopped, replied);
        prop_assert_eq!(clock.elapsed + clock.paused, end);
        let kept = matches!(clock.outcome(as_of), Outcome::Met | Outcome::Running);
        prop_assert_eq!(kept, clock.elapsed <= limit, "{:?}", clock);
        prop_assert!(clock.warn <= clock.due);
        // The due time is the limit, moved by the pauses before it.
        let moved = clock.due.unwrap() - limit;
        prop_assert!((0..=clock.paused).contains(&moved), "{:?}", clock);
    }
}
