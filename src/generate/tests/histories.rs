//! Tickets: every history is in order and leads to what the ticket says.

use std::collections::BTreeMap;

use super::super::records::Ticket;
use super::super::story::lapse;
use super::super::world::DAY;
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
    let mut told = ticket.events.iter().filter(|event| event.at < end);
    let from = told.rfind(|event| !event.to.is_empty());
    let from = from.map_or("", |event| event.from);
    // The system closes what is silent for long, solved or not.
    assert_eq!(
        now.resolved.is_some(),
        status == "resolved" || (status == "closed" && from == "resolved"),
        "{id}"
    );
    assert!(now.resolved <= now.closed || now.closed.is_none(), "{id}");
}

#[test]
fn ticket_histories_are_in_order_and_lead_to_the_status() {
    with_records(&plan(14, 150), |records, world| {
        assert!(records.tickets.len() > 200);
        for ticket in records.tickets.values() {
            check_history(ticket, world.end());
            check_history(ticket, Clock::MAX);
        }
        let open = records
            .tickets
            .values()
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

#[test]
fn no_ticket_outlives_sixty_days() {
    with_records(&plan(120, 40), |records, world| {
        let (mut lapsed, mut unsolved) = (0, 0);
        for ticket in records.tickets.values() {
            check_history(ticket, world.end());
            check_history(ticket, Clock::MAX);
            let last = ticket.events.last().unwrap();
            let before = ticket.events[ticket.events.len() - 2].at;
            let (age, silence) = (last.at - ticket.created, last.at - before);
            assert!(age < 60 * DAY, "{}: {age} s", ticket.ticket_id);
            assert_eq!(last.to, "closed", "{}", ticket.ticket_id);
            if silence > 20 * DAY {
                assert!(age >= 30 * DAY && last.actor == "system");
                lapsed += 1;
                unsolved += usize::from(last.from != "resolved");
            }
        }
        // The rest of the tickets lasts no longer than a plan of 28 days can show.
        let share = f64::from(lapsed) / records.tickets.len() as f64;
        assert!((0.04..0.12).contains(&share), "{lapsed} tickets, {share}");
        assert!(unsolved > 10, "{unsolved}");
    });
}

#[test]
fn a_note_puts_off_the_closing_of_a_silent_ticket() {
    assert!(lapse(1_000, 2 * DAY) < lapse(1_000, 9 * DAY));
    let noted = |ticket: &&Ticket| {
        let silent = ticket.events.len().checked_sub(2);
        silent.is_some_and(|at| ticket.events[at].event == "note")
    };
    with_records(&plan(60, 150), |records, _| {
        let tickets: Vec<&Ticket> = records.tickets.values().filter(noted).collect();
        assert!(tickets.len() > 3, "{}", tickets.len());
        for ticket in tickets {
            let at = ticket.events[ticket.events.len() - 2].at;
            let closed = ticket.events.last().unwrap().at;
            assert_eq!(closed, lapse(ticket.created, at), "{}", ticket.ticket_id);
        }
    });
}
