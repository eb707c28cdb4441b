//! Nights one after the other, each on top of the one before, give what a derivation of everything gives: byte for byte.

use std::fmt::Write;

use proptest::prelude::*;

use crate::calendar;
use crate::facts::{Context, Facts, Promises, Records};
use crate::ingest::value;
use crate::schema::facts::FACTS;
use crate::testing::Small;

/// A ticket as one night's export knows it.
#[derive(Debug, Clone)]
struct Ticket {
    id: u8,
    day: u8,
    hour: u8,
    complaint: bool,
    issue: u8,
    status: u8,
    /// Hours from creation to resolution.
    took: Option<u8>,
    asked: bool,
}

#[derive(Debug, Clone)]
struct Event {
    ticket: u8,
    day: u8,
    hour: u8,
    what: u8,
}

#[derive(Debug, Clone)]
struct Contact {
    id: u8,
    day: u8,
    hour: u8,
    /// Minutes from arrival to reply and from reply to end.
    took: Option<(u8, u16)>,
    issue: u8,
}

/// An item of an evaluation, checked some days before its night.
#[derive(Debug, Clone)]
struct Check {
    evaluation: u8,
    item: u8,
    day: u8,
    contact: u8,
    passed: bool,
}

/// What one night takes in, and hours by which its cut-off lies after the evening of its day.
#[derive(Debug, Clone)]
struct Night {
    tickets: Vec<Ticket>,
    events: Vec<Event>,
    chats: Vec<Contact>,
    calls: Vec<Contact>,
    surveys: Vec<(u8, u8)>,
    checks: Vec<Check>,
    late: u8,
    agents: bool,
}

const STATES: [&str; 6] = [
    "pending",
    "in_progress",
    "awaiting_reply",
    "resolved",
    "closed",
    "transferred",
];

/// Nights take in rows of the days around them, seldom of long ago; ids come again, as corrections.
fn nights() -> impl Strategy<Value = Vec<Night>> {
    let day = || prop_oneof![4 => 0_u8..3, 1 => 3_u8..40];
    let ticket = (
        0_u8..14,
        day(),
        0_u8..24,
        any::<bool>(),
        0_u8..4,
        0_u8..6,
        prop::option::of(0_u8..90),
        any::<bool>(),
    )
        .prop_map(
            |(id, day, hour, complaint, issue, status, took, asked)| Ticket {
                id,
                day,
                hour,
                complaint,
                issue,
                status,
                took,
                asked,
            },
        );
    let event = (0_u8..16, day(), 0_u8..24, 0_u8..9).prop_map(|(ticket, day, hour, what)| Event {
        ticket,
        day,
        hour,
        what,
    });
    let contact = || {
        (
            0_u8..14,
            day(),
            0_u8..24,
            prop::option::of((0_u8..90, 0_u16..3000)),
            0_u8..4,
        )
            .prop_map(|(id, day, hour, took, issue)| Contact {
                id,
                day,
                hour,
                took,
                issue,
            })
    };
    let check = (0_u8..9, 0_u8..3, day(), 0_u8..28, any::<bool>()).prop_map(
        |(evaluation, item, day, contact, passed)| Check {
            evaluation,
            item,
            day,
            contact,
            passed,
        },
    );
    let night = (
        prop::collection::vec(ticket, 0..5),
        prop::collection::vec(event, 0..8),
        prop::collection::vec(contact(), 0..4),
        prop::collection::vec(contact(), 0..4),
        prop::collection::vec((0_u8..28, 1_u8..6), 0..2),
        prop::collection::vec(check, 0..3),
        0_u8..30,
        prop::bool::weighted(0.1),
    )
        .prop_map(
            |(tickets, events, chats, calls, surveys, checks, late, agents)| Night {
                tickets,
                events,
                chats,
                calls,
                surveys,
                checks,
                late,
                agents,
            },
        );
    prop::collection::vec(night, 2..6)
}

/// The local time so many days before a night's day; nights are four days apart.
fn at(night: usize, day: u8, hour: u8) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let date = first + chrono::Days::new(60 + 4 * night as u64) - chrono::Days::new(day.into());
    format!("{date} {hour:02}:30:00")
}

/// Contacts about nothing in particular belong to no issue.
fn waybill(issue: u8) -> String {
    if issue == 3 {
        String::new()
    } else {
        format!("YT{issue}")
    }
}

/// A chat or a call.
fn contact(id: u8) -> String {
    match id.checked_sub(14) {
        Some(call) => format!("c{}", call / 3 * 3),
        None => format!("k{id}"),
    }
}

fn after(text: &str, minutes: i64) -> String {
    let at = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    (at + chrono::Duration::minutes(minutes)).to_string()
}

impl Night {
    fn exports(&self, night: usize) -> Vec<String> {
        let updated = at(night, 0, 23);
        let mut tickets = "ticket_id,created_at,updated_at,kind,status,priority,customer,waybill,problem_type,contact_ref,outlet,resolved_at\n".to_owned();
        for ticket in &self.tickets {
            let created = at(night, ticket.day, ticket.hour);
            let resolved = ticket
                .took
                .map(|hours| after(&created, 60 * i64::from(hours)));
            let _ = writeln!(
                tickets,
                "T{},{created},{updated},{},{},{},,{},包裹破损,{},杭州,{}",
                ticket.id,
                if ticket.complaint {
                    "complaint"
                } else {
                    "exception"
                },
                STATES[usize::from(ticket.status)],
                if ticket.asked { "high" } else { "normal" },
                waybill(ticket.issue),
                if ticket.asked {
                    format!("k{}", ticket.id)
                } else {
                    String::new()
                },
                resolved.unwrap_or_default(),
            );
        }
        let mut events = "event_id,ticket_id,event_at,event,from_status,to_status\n".to_owned();
        for (row, event) in self.events.iter().enumerate() {
            let (what, to) = [
                ("created", "pending"),
                ("status", "in_progress"),
                ("status", "awaiting_reply"),
                ("status", "resolved"),
                ("status", "closed"),
                ("replied", ""),
                ("asked_outlet", ""),
                ("outlet_replied", ""),
                ("reopened", ""),
            ][usize::from(event.what)];
            let when = at(night, event.day, event.hour);
            // The same event may come again, about another ticket.
            let id = (night * 5 + row) % 23;
            let _ = writeln!(events, "e{id},T{},{when},{what},,{to}", event.ticket);
        }
        let mut chats = "chat_id,started_at,first_reply_at,ended_at,waybill,agent_id,outcome,problem_type,updated_at\n".to_owned();
        for chat in &self.chats {
            let started = at(night, chat.day, chat.hour);
            let (reply, end) = chat.took.map_or_else(Default::default, |(reply, end)| {
                let reply = after(&started, reply.into());
                (reply.clone(), after(&reply, end.into()))
            });
            let _ = writeln!(
                chats,
                "k{},{started},{reply},{end},{},A1,,包裹破损,{updated}",
                chat.id,
                waybill(chat.issue)
            );
        }
        let mut calls = "call_id,contact_id,started_at,ended_at,waybill,agent_id,outcome,talk_s,problem_type,updated_at\n".to_owned();
        for call in &self.calls {
            let started = at(night, call.day, call.hour);
            let end = after(&started, call.took.map_or(1, |(_, end)| end.into()));
            let outcome = if call.took.is_some() {
                "answered"
            } else {
                "abandoned"
            };
            // Some are segments of a chain.
            let _ = writeln!(
                calls,
                "c{},c{},{started},{end},{},A2,{outcome},60,包裹破损,{updated}",
                call.id,
                call.id / 3 * 3,
                waybill(call.issue)
            );
        }
        let mut surveys = "survey_id,contact_ref,sent_at,answered_at,score\n".to_owned();
        for (id, score) in &self.surveys {
            let sent = at(night, 0, 12);
            let _ = writeln!(surveys, "s{id},{},{sent},{sent},{score}", contact(*id));
        }
        let mut checks =
            "evaluation_id,item,contact_ref,evaluated_at,agent_id,passed,critical\n".to_owned();
        for check in &self.checks {
            let _ = writeln!(
                checks,
                "q{},i{},{},{},A1,{},{}",
                check.evaluation,
                check.item,
                contact(check.contact),
                at(night, check.day, 20),
                u8::from(check.passed),
                u8::from(check.item == 0),
            );
        }
        let mut all = vec![tickets, events, chats, calls, surveys, checks];
        if self.agents || night == 0 {
            all.push(format!(
                "agent_id,name,team,site\nA1,张,组{night},上海\nA2,李,二组,上海\n"
            ));
        }
        all.retain(|text| text.lines().count() > 1);
        all
    }
}

fn context<'a>(small: &'a Small, promises: &'a Promises, as_of: i64) -> Context<'a> {
    Context {
        centre: &small.settings.centre,
        promises,
        as_of,
    }
}

/// The hashes of the files of every day.
fn files(facts: &Facts) -> Vec<(&'static str, Option<String>, String)> {
    let mut all = Vec::new();
    for fact in FACTS {
        for part in facts.parts(fact) {
            let hash = blake3::hash(&std::fs::read(&part.path).unwrap());
            all.push((fact.name, part.partition, hash.to_hex().to_string()));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_night_on_top_of_another_gives_what_all_of_them_give(nights in nights(), at_a_time in prop::sample::select(vec![1, 4, u64::MAX])) {
        let small = Small::of(&[]);
        let promises = Promises::compile(&small.settings).unwrap();
        let zone = small.settings.centre.zone;
        let mut before: Option<crate::store::runs::Run> = None;
        for (night, taken) in nights.iter().enumerate() {
            for text in taken.exports(night) {
                crate::testing::feed(&small.store, &small.settings, &text);
            }
            let evening = value::instant(&at(night, 0, 18), zone, None).unwrap();
            let as_of = evening + i64::from(taken.late) * 3_600_000_000;
            let context = context(&small, &promises, as_of);
            let read = || Records::read(&small.store, |table| small.store.table(table.name)?.parts()).unwrap();
            let mut whole = read();
            whole.at_a_time = at_a_time;
            let whole = whole.derive(&context, &small.store.staging()).unwrap();
            let mut onward = read();
            onward.at_a_time = at_a_time;
            if let Some(run) = &before {
                onward = onward.since(
                    |table| small.store.parts_at(table.name, run),
                    |fact| small.store.parts_at(fact.name, run),
                    |fact| small.store.table(fact.name)?.parts(),
                    run.as_of,
                ).unwrap();
            }
            let onward = onward.derive(&context, &small.store.staging()).unwrap();
            let (expect, found) = (files(&whole), files(&onward));
            for (expect, found) in expect.iter().zip(&found) {
                prop_assert_eq!(expect, found, "night {} as of {}", night, calendar::print(zone, as_of));
            }
            prop_assert_eq!(expect.len(), found.len());
            onward.write(&small.store).unwrap();
            let mut run = small.versions();
            run.as_of = as_of;
            before = Some(run);
        }
    }
}

/// Two months of small days, and what a night takes in on top of them.
#[test]
fn a_night_leaves_the_days_out_of_its_reach_alone() {
    let small = Small::of(&[]);
    let promises = Promises::compile(&small.settings).unwrap();
    let zone = small.settings.centre.zone;
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let feed = |days: std::ops::Range<u64>| {
        let mut texts = [
            "ticket_id,created_at,kind,status,customer,waybill,problem_type,resolved_at\n",
            "event_id,ticket_id,event_at,event,from_status,to_status\n",
            "chat_id,started_at,first_reply_at,ended_at,waybill,agent_id,outcome\n",
            "call_id,contact_id,started_at,ended_at,waybill,agent_id,outcome,talk_s\n",
            "evaluation_id,item,contact_ref,evaluated_at,agent_id,passed,critical\n",
            "survey_id,contact_ref,sent_at,answered_at,score\n",
        ]
        .map(str::to_owned);
        for day in days {
            let date = first + chrono::Days::new(day);
            // Of the last days one of two tickets is still open: their files are new every night.
            let status = ["awaiting_reply", "closed"][usize::from(day < 50 || day % 2 == 0)];
            let _ = writeln!(
                texts[0],
                "T{day},{date} 09:00:00,complaint,{status},,YT{day},包裹破损,"
            );
            let _ = writeln!(
                texts[1],
                "e{day},T{day},{date} 09:30:00,status,pending,{status}"
            );
            let _ = writeln!(
                texts[2],
                "k{day},{date} 10:00:00,{date} 10:01:00,{date} 10:09:00,YA{day},A1,served"
            );
            let _ = writeln!(
                texts[3],
                "c{day},c{day},{date} 11:00:00,{date} 11:05:00,YB{day},A1,answered,100"
            );
            let _ = writeln!(texts[4], "q{day},i,c{day},{date} 20:00:00,A1,1,0");
            let _ = writeln!(
                texts[5],
                "s{day},k{day},{date} 12:00:00,{date} 12:05:00,{}",
                day % 5 + 1
            );
        }
        for text in texts {
            crate::testing::feed(&small.store, &small.settings, &text);
        }
    };
    let derive = |run: Option<&crate::store::runs::Run>, as_of: &str| {
        let as_of = value::instant(as_of, zone, None).unwrap();
        let mut records =
            Records::read(&small.store, |table| small.store.table(table.name)?.parts()).unwrap();
        if let Some(run) = run {
            records = records
                .since(
                    |table| small.store.parts_at(table.name, run),
                    |fact| small.store.parts_at(fact.name, run),
                    |fact| small.store.table(fact.name)?.parts(),
                    run.as_of,
                )
                .unwrap();
        }
        let spool = small.store.staging();
        records
            .derive(&context(&small, &promises, as_of), &spool)
            .unwrap()
    };
    feed(0..60);
    derive(None, "2026-03-01 18:00:00")
        .write(&small.store)
        .unwrap();
    let mut run = small.versions();
    run.as_of = value::instant("2026-03-01 18:00:00", zone, None).unwrap();
    feed(60..61);
    let facts = derive(Some(&run), "2026-03-02 18:00:00");
    let renewed = |name: &str| {
        let parts = facts.parts(crate::schema::facts::Fact::by_name(name).unwrap());
        let derived = parts
            .iter()
            .filter(|part| !part.path.starts_with(small.store.root().join(name)));
        (parts.len(), derived.count())
    };
    for (name, most) in [
        ("call_facts", 1),
        ("evaluation_facts", 1),
        ("survey_facts", 1),
        ("chat_facts", 1),
        ("ticket_facts", 8),
        ("state_visits", 9),
        ("contact_facts", 5),
    ] {
        let (days, derived) = renewed(name);
        assert!(
            days > 50 && (1..=most).contains(&derived),
            "{name}: {derived} of {days}"
        );
    }
    let (days, derived) = renewed("sla_clocks");
    assert!(days > 50 && derived < 15, "sla_clocks: {derived} of {days}");
}

/// More than a hundred take minutes in the unoptimised build; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(5)
}
