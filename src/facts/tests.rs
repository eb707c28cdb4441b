use polars::prelude::*;

use crate::testing::{Small, table};

/// Shows columns of a fact table, one text per row.
fn show(frame: &DataFrame, columns: &[&str]) -> Vec<String> {
    let texts: Vec<Column> = columns
        .iter()
        .map(|name| frame.column(name).unwrap().cast(&DataType::String).unwrap())
        .collect();
    (0..frame.height())
        .map(|row| {
            let cells: Vec<&str> = texts
                .iter()
                .map(|column| column.str().unwrap().get(row).unwrap_or("-"))
                .collect();
            cells.join(" ")
        })
        .collect()
}

const AS_OF: &str = "2026-03-31 00:00:00";

const CALLS: &str = "call_id,contact_id,started_at,ended_at,direction,customer,waybill,agent_id,outcome,wait_s,talk_s,hold_s,acw_s,transferred_in,problem_type
c1,c1,2026-03-02 09:00:00,2026-03-02 09:03:00,inbound,13900000001,,A1,answered,10,100,,20,false,包裹破损
c2,c1,2026-03-02 09:03:00,2026-03-02 09:09:00,inbound,13900000001,,A2,answered,5,300,60,,true,包裹破损
c3,c3,2026-03-02 23:59:58,2026-03-03 00:00:01,inbound,13900000001,,,abandoned,3,,,,,
c4,c4,2026-03-04 10:00:00,2026-03-04 10:05:00,inbound,13900000001,,A1,answered,8,200,,,,包裹破损
c5,c5,2026-03-04 12:00:00,2026-03-04 12:01:00,inbound,13900000002,,,ivr,0,,,,,
c6,c6,2026-03-04 13:00:00,2026-03-04 13:05:00,outbound,13900000001,,A1,answered,8,200,,,,包裹破损
";
const AGENTS: &str = "agent_id,name,team,site\nA1,张,一组,上海\nA2,李,二组,上海\n";

#[test]
fn calls_are_flagged_and_placed_in_local_time() {
    let facts = Small::of(&[CALLS, AGENTS]).facts(AS_OF);
    let calls = table(&facts, "call_facts");
    let columns = [
        "call_id",
        "hour",
        "weekday",
        "first_segment",
        "offered",
        "short_abandon",
        "answered",
        "handle_s",
        "team",
    ];
    assert_eq!(
        show(&calls, &columns),
        [
            "c1 9 1 true true false true 120.0 一组",
            "c2 9 1 false false false true 360.0 二组",
            "c3 23 1 true true true false - -",
            "c4 10 3 true true false true 200.0 一组",
            "c5 12 3 true false false false - -",
            "c6 13 3 true true false true 200.0 一组",
        ]
    );
}

#[test]
fn contacts_are_chains_linked_by_issue() {
    let facts = Small::of(&[CALLS, AGENTS]).facts(AS_OF);
    let contacts = table(&facts, "contact_facts");
    let columns = [
        "contact_ref",
        "response_s",
        "first_contact",
        "repeated",
        "mature",
    ];
    // c1 and c2 are one chain; c4 follows within 72 h; c3 and c5 were not handled, c6 is outbound.
    assert_eq!(
        show(&contacts, &columns),
        ["c1 10.0 true true true", "c4 8.0 false false true"]
    );
    let ends = show(
        &contacts,
        &["contact_ref", "ended_at", "next_at", "previous_at"],
    );
    let micros =
        |text: &str| crate::ingest::value::instant(text, chrono_tz::Asia::Shanghai, None).unwrap();
    let (end, next) = (micros("2026-03-02 09:09:00"), micros("2026-03-04 10:00:00"));
    assert_eq!(ends[0], format!("c1 {end} {next} -"));
    let early = Small::of(&[CALLS, AGENTS]).facts("2026-03-05 09:08:59");
    assert_eq!(
        show(&table(&early, "contact_facts"), &["mature"])[0],
        "false",
        "one second too early"
    );
}

#[test]
fn the_window_is_inclusive() {
    let calls = |gap_end: &str| {
        format!(
            "call_id,started_at,ended_at,waybill,outcome,talk_s\n\
             a,2026-03-02 09:00:00,2026-03-02 09:00:00,YT1,answered,1\n\
             b,{gap_end},{gap_end},YT1,answered,1\n"
        )
    };
    for (second, expect) in [
        ("2026-03-05 09:00:00", "false true"),
        ("2026-03-05 09:00:01", "true false"),
    ] {
        let facts = Small::of(&[&calls(second)]).facts(AS_OF);
        let contacts = table(&facts, "contact_facts");
        let first_of_b = show(&contacts, &["first_contact"])[1].clone();
        let repeated_of_a = show(&contacts, &["repeated"])[0].clone();
        assert_eq!(format!("{first_of_b} {repeated_of_a}"), expect, "{second}");
    }
}

#[test]
fn chats_count_the_wait_from_the_request_for_a_human() {
    let chats = "chat_id,started_at,human_requested_at,first_reply_at,ended_at,platform,outcome\n\
        k1,2026-03-02 09:00:00,2026-03-02 09:01:00,2026-03-02 09:01:20,2026-03-02 09:05:20,微信,served\n\
        k2,2026-03-02 09:00:00,,2026-03-02 09:00:30,2026-03-02 09:05:00,微信,\n\
        k3,2026-03-02 09:00:00,,,2026-03-02 09:05:00,微信,bot\n\
        k4,2026-03-02 09:00:00,,,2026-03-02 09:05:00,微信,\n";
    let facts = Small::of(&[chats]).facts(AS_OF);
    let columns = [
        "chat_id", "platform", "offered", "served", "frt_s", "handle_s",
    ];
    assert_eq!(
        show(&table(&facts, "chat_facts"), &columns),
        [
            "k1 wechat true true 20.0 240.0",
            "k2 wechat true true 30.0 270.0",
            "k3 wechat false false - -",
            "k4 wechat true false - -",
        ]
    );
}

const TICKETS: &str = "ticket_id,created_at,kind,status,customer,waybill,problem_type,contact_ref,outlet,resolved_at,first_reply_at
T1,2026-03-02 09:00:00,complaint,resolved,,YT1,包裹破损,c1,杭州,2026-03-03 09:00:00,
T2,2026-03-10 09:00:00,complaint,in_progress,,YT1,包裹破损,,杭州,,2026-03-10 09:30:00
T3,2026-03-10 10:00:00,enquiry,resolved,,,,,,2026-04-01 00:00:00,
";
const EVENTS: &str = "ticket_id,event_at,event,from_status,to_status
T1,2026-03-02 09:00:00,created,,pending
T1,2026-03-02 10:00:00,replied,,
T1,2026-03-02 11:00:00,status,pending,resolved
T1,2026-03-02 12:00:00,reopened,,
T1,2026-03-02 13:00:00,status,,transferred
T1,2026-03-03 09:00:00,status,,resolved
T1,2026-03-04 09:00:00,status,,closed
T2,2026-03-10 09:00:00,status,,resolved
T2,2026-03-10 12:00:00,status,,in_progress
";

#[test]
fn tickets_say_what_their_history_says() {
    let facts = Small::of(&[TICKETS, EVENTS]).facts(AS_OF);
    let columns = [
        "ticket_id",
        "replies",
        "transfers",
        "reopens",
        "first_reply_s",
        "resolution_s",
        "open",
        "repeat_complaint",
    ];
    assert_eq!(
        show(&table(&facts, "ticket_facts"), &columns),
        [
            "T1 1 1 1 3600.0 86400.0 false false",
            "T2 0 0 1 1800.0 - true true",
            // Resolved after the cut-off: still open at it.
            "T3 0 0 0 - 1865... true -"
                .replace("1865...", "1864800.0")
                .as_str(),
        ]
    );
    let contacts = table(&facts, "contact_facts");
    assert_eq!(
        show(&contacts, &["contact_ref"]),
        ["T2", "T3"],
        "T1 came from a call"
    );
}

#[test]
fn one_failed_critical_item_fails_the_evaluation() {
    let evaluations = "evaluation_id,item,evaluated_at,agent_id,passed,weight,critical\n\
        E1,a,2026-03-02,A1,1,2,0\nE1,b,2026-03-02,A1,0,,1\nE2,a,2026-03-02,A1,1,1,1\nE2,b,2026-03-02,A1,,1,1\n";
    let facts = Small::of(&[evaluations, AGENTS]).facts(AS_OF);
    let columns = [
        "evaluation_id",
        "item",
        "passed",
        "weight",
        "first_item",
        "critical_failed",
        "team",
    ];
    assert_eq!(
        show(&table(&facts, "evaluation_facts"), &columns),
        [
            "E1 a true 2.0 true true 一组",
            "E1 b false 1.0 false true 一组",
            "E2 a true 1.0 true false 一组",
            "E2 b - 1.0 false false 一组",
        ]
    );
}

#[test]
fn the_newest_arrival_is_the_default_cut_off() {
    let small = Small::of(&[CALLS, TICKETS]);
    let records =
        super::Records::read(&small.store, |table| small.store.table(table.name)?.parts()).unwrap();
    let zone = small.settings.centre.zone;
    assert_eq!(
        crate::calendar::print(zone, records.newest().unwrap().unwrap()),
        "2026-03-10 10:00:00"
    );
}

#[test]
fn unchanged_facts_are_not_written_again() {
    let small = Small::of(&[CALLS, TICKETS, EVENTS, AGENTS]);
    let facts = small.facts(AS_OF);
    assert!(facts.write(&small.store).unwrap() > 0);
    assert_eq!(facts.write(&small.store).unwrap(), 0);
}

#[test]
fn the_facts_do_not_depend_on_how_many_days_are_held_at_a_time() {
    // A chain of calls and an evaluation that go on past midnight, a ticket that is closed days later.
    let calls =
        "call_id,contact_id,started_at,ended_at,customer,agent_id,outcome,talk_s,problem_type
d1,d1,2026-03-02 23:58:00,2026-03-03 00:01:00,13900000001,A1,answered,100,包裹破损
d2,d1,2026-03-03 00:01:00,2026-03-03 00:09:00,13900000001,A2,answered,300,包裹破损
d3,d3,2026-03-03 10:00:00,2026-03-03 10:04:00,13900000001,A2,answered,200,包裹破损
d4,d4,2026-03-05 10:00:00,2026-03-05 10:04:00,13900000001,A1,answered,200,包裹破损
";
    let evaluations = "evaluation_id,item,evaluated_at,contact_ref,agent_id,passed,critical
F1,a,2026-03-04 23:59:00,d1,A1,true,false
F1,b,2026-03-05 00:01:00,d1,A1,false,true
";
    let chats = "chat_id,started_at,first_reply_at,ended_at,agent_id,outcome
k1,2026-03-02 23:58:00,2026-03-02 23:58:00,2026-03-03 00:03:00,A1,served
k2,2026-03-02 23:59:00,2026-03-02 23:59:00,2026-03-03 00:02:00,A1,served
k3,2026-03-03 00:01:00,2026-03-03 00:01:00,2026-03-03 00:04:00,A1,served
";
    let surveys = "survey_id,contact_ref,sent_at,answered_at,score,feedback
s1,d1,2026-03-03 00:10:00,2026-03-05 09:00:00,4,positive
s2,d1,2026-03-04 09:00:00,2026-03-04 10:00:00,2,negative
s3,k1,,2026-03-06 09:00:00,3,
s4,k2,,,,suggestion
";
    let parcels =
        "date,outlet,parcels\n2026-03-02,杭州,10\n2026-03-03,上海,20\n2026-03-03,杭州,5\n";
    let small = Small::of(&[
        calls,
        CALLS,
        TICKETS,
        EVENTS,
        AGENTS,
        evaluations,
        chats,
        surveys,
        parcels,
    ]);
    let promises = super::Promises::compile(&small.settings).unwrap();
    let context = super::Context {
        centre: &small.settings.centre,
        promises: &promises,
        as_of: crate::ingest::value::instant(AS_OF, small.settings.centre.zone, None).unwrap(),
    };
    let derive = |at_a_time| {
        let mut records =
            super::Records::read(&small.store, |table| small.store.table(table.name)?.parts())
                .unwrap();
        records.at_a_time = at_a_time;
        records.derive(&context, &small.store.staging()).unwrap()
    };
    let (whole, by_day) = (derive(u64::MAX), derive(1));
    for fact in crate::schema::facts::FACTS {
        let (one, other) = (table(&whole, fact.name), table(&by_day, fact.name));
        assert!(one.equals_missing(&other), "{}: {one} {other}", fact.name);
        assert!(one.height() > 0, "{} has rows", fact.name);
    }
    let contacts = table(&whole, "contact_facts");
    assert_eq!(
        show(&contacts, &["contact_ref"])
            .iter()
            .filter(|id| *id == "d1")
            .count(),
        1
    );
}

#[cfg(test)]
mod edges;
mod nights;
