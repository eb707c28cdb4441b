//! Tickets: every history is in order and leads to what the ticket says.

use std::collections::BTreeMap;

use super::super::records::Ticket;
use super::super::{Anomalies, Clock, Plan, Split};
use super::{cells, files, lines, plan, with_records};

fn check_history(ticket: &Ticket, end: Clock) {
    let id = &ticket.ticket_id;
    assert!(ticket.events.is_sorted_by_key(|event| event.at), "{id}");
    let first = &ticket.events[0];
    assert_eq!(
        (first.event, first.to, first.at),
        ("created", "pending", ticket.created),
        "{id}"
    );
    let mut status = "";
    for event in ticket.events.iter().filter(|event| event.at < end) {
        assert_eq!(
            event.to.is_empty(),
            !matches!(event.event, "created" | "status" | "reopened"),
            "{id}"
        );
        if !event.to.is_empty() {
            assert_eq!(event.from, status, "{id} at {}", event.at);
            status = event.to;
        }
    }
    let now = ticket.standing(end);
    assert_eq!(now.status, status, "{id}");
    assert_eq!(now.closed.is_some(), status == "closed", "{id}");
    assert_eq!(
        now.resolved.is_some(),
        matches!(status, "resolved" | "closed"),
        "{id}"
    );
    assert!(now.resolved <= now.closed || now.closed.is_none(), "{id}");
}

#[test]
fn ticket_histories_are_in_order_and_lead_to_the_status() {
    with_records(&plan(14, 150), |records, world| {
        assert!(records.tickets.len() > 200);
        for ticket in &records.tickets {
            check_history(ticket, world.end());
            check_history(ticket, Clock::MAX);
        }
        let open = records
            .tickets
            .iter()
            .filter(|ticket| ticket.standing(world.end()).resolved.is_none());
        assert!(open.count() > 5);
    });
}

#[test]
fn daily_files_follow_each_ticket_from_day_to_day() {
    let files = files(&Plan {
        split: Split::Day,
        anomalies: Anomalies::default(),
        ..plan(6, 120)
    });
    let mut updates: BTreeMap<String, String> = BTreeMap::new();
    let mut again = 0;
    for file in files
        .iter()
        .filter(|file| file.name.starts_with("tickets_"))
    {
        let day = &file.name["tickets_".len()..][..10];
        for line in lines(file).0.iter().skip(1).map(|line| cells(line)) {
            assert!(
                line[2].starts_with(day) && line[1].as_str() <= line[2].as_str(),
                "{} {line:?}",
                file.name
            );
            if let Some(before) = updates.insert(line[0].clone(), line[2].clone()) {
                assert!(before < line[2]);
                again += 1;
            }
        }
    }
    assert!(again > 20, "{again}");
}
