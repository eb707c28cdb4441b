use std::collections::BTreeSet;

use super::sides::by_day;
use super::{FACTS, FIGURES, moves_by_nature, rows};
use crate::kpi::catalogue::Catalogue;
use crate::report::document::Cause;
use crate::schema::facts::Fact;
use crate::settings::Settings;
use crate::store::runs::Run;
use crate::testing::{Small, feed};

const CALLS: &str = "call_id,started_at,outcome,wait_s,talk_s,agent_id,waybill
c1,2026-03-02 09:00:00,answered,10,60,A1,W1
c2,2026-03-02 10:00:00,answered,10,60,A1,W2
";

const TICKETS: &str = "ticket_id,created_at,updated_at,kind,status,waybill
T1,2026-03-02 11:00:00,2026-03-02 11:00:00,enquiry,pending,W3
T2,2026-03-02 12:00:00,2026-03-02 12:00:00,enquiry,pending,W4
";

/// What happened to the rows of a day of a fact table when `text` was taken in.
fn cause(small: &Small, before: &Run, text: &str, fact: &str, day: &str) -> Cause {
    let rejects = feed(&small.store, &small.settings, text);
    assert!(rejects.is_empty(), "{rejects:?}");
    let after = small.run("2026-03-09 00:00:00");
    diff(small, before, &after, fact, day)
}

fn diff(small: &Small, before: &Run, after: &Run, fact: &str, day: &str) -> Cause {
    let day = day.parse().unwrap();
    let parts = |run: &Run, fact: &str| {
        let days = by_day(small.store.parts_at(fact, run).unwrap());
        days.get(&day).cloned().unwrap_or_default()
    };
    let tickets = Fact::by_name("ticket_facts").unwrap();
    let fact = Fact::by_name(fact).unwrap();
    let tickets = rows::keys(tickets, &parts(after, tickets.name)).unwrap();
    let (old, new) = (parts(before, fact.name), parts(after, fact.name));
    let diff = rows::diff(fact, &old, &new, &tickets, i64::MAX).unwrap();
    let touched: BTreeSet<&str> = diff.touched.iter().map(String::as_str).collect();
    diff.cause(fact, Some(&touched))
}

fn counts(cause: &Cause) -> [u64; 4] {
    [cause.late, cause.corrected, cause.gone, cause.relinked]
}

#[test]
fn rows_are_late_corrected_or_gone() {
    let small = Small::of(&[CALLS]);
    let before = small.run("2026-03-09 00:00:00");
    // c1 talked longer, c2 belongs to the day after, c3 is new.
    let text = "call_id,started_at,outcome,wait_s,talk_s,agent_id,waybill
c1,2026-03-02 09:00:00,answered,10,90,A1,W1
c2,2026-03-03 10:00:00,answered,10,60,A1,W2
c3,2026-03-02 11:00:00,answered,10,60,A1,W9
";
    let calls = cause(&small, &before, text, "call_facts", "2026-03-02");
    assert_eq!(counts(&calls), [1, 1, 1, 0]);
    let after = small.run("2026-03-09 00:00:00");
    let moved = diff(&small, &before, &after, "call_facts", "2026-03-03");
    assert_eq!(counts(&moved), [1, 0, 0, 0]);
}

#[test]
fn another_team_corrects_no_call() {
    let small = Small::of(&[CALLS]);
    let before = small.run("2026-03-09 00:00:00");
    let agents = "agent_id,name,team\nA1,Li,north\n";
    let calls = cause(&small, &before, agents, "call_facts", "2026-03-02");
    assert!(calls.is_empty(), "{calls:?}");
}

#[test]
fn progress_of_a_ticket_corrects_neither_ticket_nor_contact() {
    let small = Small::of(&[TICKETS]);
    let before = small.run("2026-03-09 00:00:00");
    let text = "ticket_id,created_at,updated_at,kind,status,waybill,first_reply_at,resolved_at,agent_id
T1,2026-03-02 11:00:00,2026-03-05 11:00:00,enquiry,resolved,W3,2026-03-04 11:00:00,2026-03-05 11:00:00,A7
";
    let tickets = cause(&small, &before, text, "ticket_facts", "2026-03-02");
    assert!(tickets.is_empty(), "{tickets:?}");
    let after = small.run("2026-03-09 00:00:00");
    let contacts = diff(&small, &before, &after, "contact_facts", "2026-03-02");
    assert!(contacts.is_empty(), "{contacts:?}");
}

#[test]
fn another_kind_of_ticket_is_a_correction() {
    let small = Small::of(&[TICKETS]);
    let before = small.run("2026-03-09 00:00:00");
    let text = "ticket_id,created_at,updated_at,kind,status,waybill
T2,2026-03-02 12:00:00,2026-03-04 12:00:00,complaint,pending,W4
";
    let tickets = cause(&small, &before, text, "ticket_facts", "2026-03-02");
    assert_eq!(counts(&tickets), [0, 1, 0, 0]);
}

#[test]
fn a_late_contact_links_its_issue_anew() {
    let small = Small::of(&[CALLS]);
    let before = small.run("2026-03-09 00:00:00");
    // The second contact about W1 within the window, and the first about another waybill.
    let text = "call_id,started_at,outcome,wait_s,talk_s,agent_id,waybill
c3,2026-03-02 11:00:00,answered,10,60,A1,W1
c4,2026-03-02 11:30:00,answered,10,60,A1,W9
";
    let contacts = cause(&small, &before, text, "contact_facts", "2026-03-02");
    assert_eq!(counts(&contacts), [2, 0, 0, 1]);
}

#[test]
fn figures_that_move_with_open_tickets_are_not_compared() {
    let catalogue = Catalogue::compile(&Settings::builtin().unwrap()).unwrap();
    let moving: Vec<&str> = FIGURES
        .iter()
        .filter(|id| moves_by_nature(&catalogue, catalogue.position(id).unwrap()))
        .copied()
        .collect();
    assert_eq!(
        moving,
        [
            "tickets_open",
            "complaint_handling_rate",
            "company_fault_rate",
            "first_reply",
            "one_touch_rate",
            "reopen_rate",
            "sla_attainment",
            "state_limit_rate",
            "outlet_reply",
            "redelivered_within_24h",
            "paid_within_24h",
        ]
    );
}

#[test]
fn what_is_said_to_move_is_a_column_of_the_facts() {
    let tickets = FACTS
        .iter()
        .find(|fact| fact.name == "ticket_facts")
        .unwrap();
    for name in rows::TICKET_PROGRESS {
        assert!(tickets.column(name).is_some(), "{name}");
    }
}
