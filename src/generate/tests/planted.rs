//! Levels and planted anomalies, measured on the records.

use super::super::records::Records;
use super::super::world::{DAY, HOUR};
use super::super::{Anomalies, Plan};
use super::{plan, with_records};

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, n) = values
        .into_iter()
        .fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    assert!(n > 0.0, "no values");
    sum / n
}

#[test]
fn the_telephone_works_at_a_believable_level() {
    with_records(&plan(28, 200), |records, _| {
        let offered: Vec<_> = records
            .calls
            .iter()
            .filter(|call| !call.outbound && !call.transferred_in && call.outcome != "ivr")
            .collect();
        let counted: Vec<_> = offered
            .iter()
            .filter(|call| call.outcome != "abandoned" || call.wait_s >= Some(5))
            .collect();
        let answered = mean(
            counted
                .iter()
                .map(|call| f64::from(call.outcome == "answered")),
        );
        let at_once = mean(
            counted
                .iter()
                .map(|call| f64::from(call.outcome == "answered" && call.wait_s <= Some(20))),
        );
        let talked = records
            .calls
            .iter()
            .filter(|call| !call.outbound)
            .filter(|call| call.talk_s.is_some());
        let handling = mean(talked.map(|call| {
            (call.talk_s.unwrap_or(0) + call.hold_s.unwrap_or(0) + call.acw_s.unwrap_or(0)) as f64
        }));
        let per_day = offered.len() as f64 / 28.0;
        assert!((0.9..0.96).contains(&answered), "answer rate {answered}");
        assert!((0.73..0.83).contains(&at_once), "service level {at_once}");
        assert!(
            (220.0..265.0).contains(&handling),
            "handling time {handling}"
        );
        assert!((180.0..215.0).contains(&per_day), "calls per day {per_day}");
    });
}

/// Share of an agent's first calls that bring the same waybill back within three days.
fn repeats(records: &Records, agents: &[usize], among: bool) -> f64 {
    let calls: Vec<_> = records
        .calls
        .iter()
        .filter(|call| call.talk_s.is_some() && !call.outbound && !call.waybill.is_empty())
        .collect();
    let own = calls.iter().filter(|call| {
        call.agent.is_some_and(|agent| agents.contains(&agent)) == among && !call.transferred_in
    });
    mean(own.map(|call| {
        let window = call.ended..call.ended + 3 * DAY;
        f64::from(calls.iter().any(|later| {
            later.waybill == call.waybill
                && !later.transferred_in
                && window.contains(&later.started)
        }))
    }))
}

#[test]
fn planted_anomalies_show_in_the_raw_numbers() {
    with_records(&plan(28, 400), |records, world| {
        let agents: Vec<usize> = ["A1005", "A1011"]
            .iter()
            .filter_map(|id| world.agents.iter().position(|agent| agent.id == *id))
            .collect();
        let (low, usual) = (
            repeats(records, &agents, true),
            repeats(records, &agents, false),
        );
        assert!(
            low > 1.6 * usual,
            "customers call again: {low} against {usual}"
        );

        let new = |agent: usize| world.team_name(agent) == "新人组";
        let passed = |team: bool| {
            let checks = records.evaluations.iter().filter(|check| {
                world.words.item[check.item].name == "核实身份" && new(check.agent) == team
            });
            mean(checks.filter_map(|check| check.passed).map(f64::from))
        };
        assert!(
            passed(true) < 0.6 && passed(false) > 0.8,
            "passed: {} against {}",
            passed(true),
            passed(false)
        );

        let reply = |late: bool| {
            let chats = records.chats.iter().filter(|chat| {
                world.words.platform[chat.platform].code == "douyin"
                    && (chat.started / DAY >= 14) == late
            });
            mean(chats.filter_map(|chat| {
                Some((chat.first_reply? - chat.human_requested.unwrap_or(chat.started)) as f64)
            }))
        };
        assert!(
            reply(true) > 2.0 * reply(false),
            "first reply: {} against {}",
            reply(true),
            reply(false)
        );
    });
}

#[test]
fn planted_outlets_show_in_the_raw_numbers() {
    with_records(&plan(28, 400), |records, world| {
        let damaged = world.problem("exception/damaged").unwrap();
        let outlet = |name: &str| {
            world
                .words
                .outlet
                .iter()
                .position(|outlet| outlet.name == name)
                .unwrap()
        };
        let per_day = |late: bool| {
            let tickets = records.tickets.values().filter(|ticket| {
                ticket.problem == damaged && ticket.outlet == outlet("杭州滨江网点")
            });
            tickets
                .filter(|ticket| (ticket.created / DAY >= 16) == late)
                .count() as f64
                / if late { 12.0 } else { 16.0 }
        };
        assert!(
            per_day(true) > 4.0 * per_day(false),
            "tickets a day: {} against {}",
            per_day(true),
            per_day(false)
        );
        let calls = |late: bool| {
            let calls = records
                .calls
                .iter()
                .filter(|call| call.problem == Some(damaged) && (call.started / DAY >= 16) == late);
            calls.count() as f64 / if late { 12.0 } else { 16.0 }
        };
        assert!(
            calls(true) > 1.3 * calls(false),
            "calls a day: {} against {}",
            calls(true),
            calls(false)
        );

        let answer = |slow: bool| {
            let tickets = records
                .tickets
                .values()
                .filter(|ticket| (ticket.outlet == outlet("广州天河网点")) == slow);
            mean(tickets.filter_map(|ticket| {
                let at = |name: &str| {
                    ticket
                        .events
                        .iter()
                        .find(|event| event.event == name)
                        .map(|event| event.at as f64)
                };
                Some(at("outlet_replied")? - at("asked_outlet")?)
            }))
        };
        assert!(
            answer(true) > 2.0 * answer(false),
            "answers: {} against {}",
            answer(true),
            answer(false)
        );
    });
}

#[test]
fn waits_grow_in_the_planted_evening() {
    let text = "[[anomaly]]\nkind = \"slow_queue\"\nqueue = \"查询\"\nday = 2\nfrom_hour = 18\nto_hour = 22\nfactor = 3.0";
    let plan = Plan {
        anomalies: Anomalies::parse(text).unwrap(),
        ..plan(4, 1_000)
    };
    with_records(&plan, |records, _| {
        let evening = |planted: bool| {
            let calls = records
                .calls
                .iter()
                .filter(|call| call.queue == "查询" && !call.outbound);
            let waits =
                calls.filter(|call| (18 * HOUR..22 * HOUR).contains(&call.started.rem_euclid(DAY)));
            mean(
                waits
                    .filter(|call| (call.started / DAY == 1) == planted)
                    .filter_map(|call| call.wait_s)
                    .map(|wait| wait as f64),
            )
        };
        assert!(
            evening(true) > 1.5 * evening(false),
            "waits: {} against {}",
            evening(true),
            evening(false)
        );
    });
}
