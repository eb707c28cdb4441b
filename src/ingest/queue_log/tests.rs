use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

const SECOND: i64 = 1_000_000;

/// `seconds|callid|queue|agent|event|data…`, one event a line.
fn fold(log: &str) -> (Vec<Segment>, Vec<Open>, Vec<Taken>) {
    let (mut fold, mut out, mut taken) = (Fold::new(), Vec::new(), Vec::new());
    for (number, line) in log.trim().lines().enumerate() {
        let cells: Vec<&str> = line.trim().splitn(10, '|').collect();
        let mut data = [""; 5];
        for (place, cell) in data.iter_mut().zip(&cells[5..]) {
            *place = cell;
        }
        let event = Event {
            line: number as u64 + 1,
            time: cells[0].parse::<i64>().unwrap() * SECOND,
            callid: cells[1],
            queue: cells[2],
            agent: cells[3],
            event: cells[4],
            data,
        };
        taken.push(fold.take(&event, &mut out));
    }
    let open = fold.finish(&mut out);
    (out, open, taken)
}

/// The only segment of a log in which nothing is odd.
#[track_caller]
fn one(log: &str) -> Segment {
    let (out, open, taken) = fold(log);
    assert!(taken.iter().all(|taken| *taken == Taken::Call), "{taken:?}");
    assert_eq!(open, []);
    assert_eq!(out.len(), 1, "{out:?}");
    out.into_iter().next().unwrap()
}

fn at(second: i64) -> i64 {
    second * SECOND
}

#[test]
fn completed_calls() {
    for (event, by) in [("COMPLETEAGENT", "agent"), ("COMPLETECALLER", "customer")] {
        let call = one(&format!(
            "100|1.1|q|NONE|DID|95554\n100|1.1|q|NONE|ENTERQUEUE||5551234|1\n\
             104|1.1|q|Agent/1241|RINGNOANSWER|4000\n110|1.1|q|SIP/1240|CONNECT|10|1.2|3\n\
             170|1.1|q|SIP/1240|{event}|10|60|1"
        ));
        assert_eq!(
            call,
            Segment {
                line: 2,
                call_id: "1.1".to_owned(),
                contact_id: "1.1".to_owned(),
                started_at: at(100),
                answered_at: Some(at(110)),
                ended_at: at(170),
                queue: "q".to_owned(),
                dialled: Some("95554".to_owned()),
                customer: Some("5551234".to_owned()),
                agent: Some("1240".to_owned()),
                outcome: "answered",
                wait_s: 10.0,
                talk_s: Some(60.0),
                transferred: false,
                transferred_in: false,
                ended_by: Some(by),
                reason: event.to_owned(),
            }
        );
    }
}

#[test]
fn every_end_of_a_waiting_call() {
    for (end, outcome, by, wait) in [
        ("ABANDON|1|2|29", "abandoned", "customer", 29.0),
        ("ABANDON", "abandoned", "customer", 30.0),
        ("ABANDON|1|2|-1", "abandoned", "customer", 30.0),
        ("EXITEMPTY|1|2|31", "failed", "system", 31.0),
        ("LEAVEEMPTY", "failed", "system", 30.0),
        ("EXITWITHKEY|9|1|2|28", "overflow", "customer", 28.0),
        ("EXITWITHKEY|9|1", "overflow", "customer", 30.0),
        ("EXITWITHTIMEOUT|1|2|33", "overflow", "system", 33.0),
        ("EXITWITHTIMEOUT|1", "overflow", "system", 30.0),
        ("WITHDRAW|1|2|33|moved", "overflow", "system", 33.0),
        ("SYSCOMPAT", "failed", "system", 30.0),
    ] {
        let call = one(&format!(
            "100|1.1|q|NONE|ENTERQUEUE||unknown|1\n110|1.1|q|1240|AGENTDUMP\n130|1.1|q|NONE|{end}"
        ));
        assert_eq!(
            (call.outcome, call.ended_by, call.reason.as_str()),
            (outcome, Some(by), end.split('|').next().unwrap()),
        );
        assert_eq!((call.wait_s, call.talk_s), (wait, None), "{end}");
        assert_eq!(
            (call.answered_at, call.agent, call.customer),
            (None, None, None)
        );
        assert_eq!(call.ended_at, at(130));
        assert!(!call.transferred && !call.transferred_in);
    }
}

#[test]
fn every_form_of_transfer() {
    for end in [
        "TRANSFER|8001|default",
        "TRANSFER|8001|default|10|58",
        "TRANSFER|8001|default|10|58|1",
        "BLINDTRANSFER|8001|default|10|58|1",
        "ATTENDEDTRANSFER|BRIDGE|6a1f-bridge|10|58|1",
        "ATTENDEDTRANSFER|APP|VoiceMail|10|58|1",
        "ATTENDEDTRANSFER|LINK|Local/1@a-01;1|Local/1@a-01;2|10|58|1",
    ] {
        let call = one(&format!(
            "100|1.1|q|NONE|ENTERQUEUE||5551234|1\n110|1.1|q|1240|CONNECT|10|1.2|3\n168|1.1|q|1240|{end}"
        ));
        assert_eq!((call.wait_s, call.talk_s), (10.0, Some(58.0)), "{end}");
        assert_eq!((call.outcome, call.ended_by), ("answered", Some("agent")));
        assert!(call.transferred, "{end}");
    }
}

#[test]
fn a_queue_that_lets_nobody_in() {
    for (event, outcome) in [
        ("CLOSED", "failed"),
        ("JOINEMPTY", "failed"),
        ("LEAVEEMPTY", "failed"),
        ("FULL", "overflow"),
        ("DIVERT_CA_RATIO", "overflow"),
        ("DIVERT_HOLDTIME", "overflow"),
    ] {
        let call = one(&format!("100|1.1|q|NONE|{event}"));
        assert_eq!((call.outcome, call.reason.as_str()), (outcome, event));
        assert_eq!(
            (call.started_at, call.ended_at, call.wait_s),
            (at(100), at(100), 0.0)
        );
        assert_eq!((call.answered_at, call.customer), (None, None));
    }
}

#[test]
fn leave_empty_repeats_exit_empty() {
    let call =
        one("100|1|q|NONE|ENTERQUEUE\n130|1|q|NONE|EXITEMPTY|1|1|30\n130|1|q|NONE|LEAVEEMPTY");
    assert_eq!(call.reason, "EXITEMPTY");
}

#[test]
fn a_call_that_goes_through_three_queues() {
    let (out, open, _) = fold(
        "100|1.1|a|NONE|ENTERQUEUE||5551234|1
         130|1.1|a|NONE|EXITWITHTIMEOUT|1|1|30
         131|1.1|b|NONE|ENTERQUEUE||5551234|1
         141|1.1|b|1240|CONNECT|10
         201|1.1|b|1240|BLINDTRANSFER|c|ctx|10|60|1
         202|1.1|c|NONE|ENTERQUEUE||5551234|1
         205|1.1|c|1250|CONNECT|3
         225|1.1|c|1250|COMPLETEAGENT|3|20|1",
    );
    assert_eq!(open, []);
    let seen: Vec<_> = out
        .iter()
        .map(|s| {
            (
                s.call_id.as_str(),
                s.outcome,
                s.transferred,
                s.transferred_in,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("1.1", "overflow", false, false),
            ("1.1-2", "answered", true, true),
            ("1.1-3", "answered", false, true),
        ]
    );
    assert!(out.iter().all(|s| s.contact_id == "1.1"));
}

#[test]
fn a_transfer_that_local_channels_hide() {
    for queue in ["q", "r"] {
        let (out, open, taken) = fold(&format!(
            "100|1|q|NONE|ENTERQUEUE\n110|1|q|1240|CONNECT|10\n150|1|{queue}|NONE|ENTERQUEUE\n\
             155|1|{queue}|1250|CONNECT|5\n175|1|{queue}|1250|COMPLETECALLER|5|20|1"
        ));
        assert!(taken.iter().all(|taken| *taken == Taken::Call));
        assert_eq!(open, []);
        assert_eq!(out.len(), 2);
        let first = out.iter().find(|s| s.line == 1).unwrap();
        let second = out.iter().find(|s| s.line == 3).unwrap();
        assert_eq!(
            (first.outcome, first.talk_s, first.ended_at),
            ("answered", Some(40.0), at(150))
        );
        assert_eq!((first.transferred, first.ended_by), (true, None));
        assert_eq!(
            (first.reason.as_str(), first.agent.as_deref()),
            ("ENTERQUEUE", Some("1240"))
        );
        assert_eq!(
            (second.call_id.as_str(), second.talk_s),
            ("1-2", Some(20.0))
        );
        assert!(second.transferred_in && !second.transferred);
    }
}

#[test]
fn a_transfer_written_after_the_next_arrival() {
    for queue in ["q", "r"] {
        let (out, open, taken) = fold(&format!(
            "100|1|q|NONE|ENTERQUEUE\n110|1|q|1240|CONNECT|10\n150|1|{queue}|NONE|ENTERQUEUE\n\
             150|1|q|1240|BLINDTRANSFER|r|ctx|10|39|1\n170|1|{queue}|NONE|ABANDON|1|1|20"
        ));
        assert!(taken.iter().all(|taken| *taken == Taken::Call));
        assert_eq!(open, []);
        let seen: Vec<_> = out
            .iter()
            .map(|s| (s.line, s.reason.as_str(), s.talk_s))
            .collect();
        assert_eq!(
            seen,
            [(1, "BLINDTRANSFER", Some(39.0)), (3, "ABANDON", None)]
        );
        assert!(out[0].transferred);
    }
}

#[test]
fn the_same_call_id_in_two_queues_at_once() {
    let (out, open, taken) = fold(
        "100|1|a|NONE|ENTERQUEUE||5551234|1
         101|1|b|NONE|ENTERQUEUE||5551234|1
         110|1|a|1240|CONNECT|10
         121|1|b|1250|CONNECT|20
         130|1|a|1240|COMPLETECALLER|10|20|1
         131|1|b|1250|COMPLETEAGENT|20|10|1",
    );
    assert!(taken.iter().all(|taken| *taken == Taken::Call));
    assert_eq!(open, []);
    let seen: Vec<_> = out
        .iter()
        .map(|s| {
            (
                s.call_id.as_str(),
                s.queue.as_str(),
                s.agent.as_deref(),
                s.wait_s,
                s.talk_s,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("1", "a", Some("1240"), 10.0, Some(20.0)),
            ("1-2", "b", Some("1250"), 20.0, Some(10.0)),
        ]
    );
}

#[test]
fn the_first_terminal_event_counts() {
    let (out, open, taken) = fold(
        "100|1|q|NONE|ENTERQUEUE
         110|1|q|NONE|SYSCOMPAT
         110|1|q|NONE|ABANDON|1|1|10
         120|2|q|1240|COMPLETEAGENT|1|1|1
         120|3|q|1240|CONNECT|1",
    );
    assert_eq!((out.len(), open.len()), (1, 0));
    assert_eq!(out[0].reason, "SYSCOMPAT");
    assert_eq!(taken[2], Taken::Orphan("not open in this queue"));
    assert_eq!(taken[3], Taken::Orphan("call id never entered a queue"));
    assert_eq!(taken[4], Taken::Orphan("call id never entered a queue"));
}

#[test]
fn logged_figures_win_and_instants_stay_in_order() {
    // Twenty minutes between the lines, four seconds logged.
    let call = one("0|1|q|NONE|ENTERQUEUE\n1200|1|q|NONE|ABANDON|1|1|4");
    assert_eq!((call.wait_s, call.ended_at), (4.0, at(1200)));
    // The later lines carry an earlier time.
    let call =
        one("3600|1|q|NONE|ENTERQUEUE\n3|1|q|1240|CONNECT|3\n6|1|q|1240|COMPLETEAGENT|3|5|1");
    assert_eq!((call.wait_s, call.talk_s), (3.0, Some(5.0)));
    assert_eq!(
        (call.answered_at, call.ended_at),
        (Some(at(3603)), at(3608))
    );
    // CONNECT knows the wait better than the terminal event, and that better than the timestamps.
    for (connect, wait) in [("CONNECT|7", 7.0), ("CONNECT", 8.0)] {
        let call = one(&format!(
            "100|1|q|NONE|ENTERQUEUE\n110|1|q|1|{connect}\n130|1|q|1|COMPLETEAGENT|8|20|1"
        ));
        assert_eq!((call.wait_s, call.talk_s), (wait, Some(20.0)));
    }
    // No figures at all.
    let call = one("100|1|q|NONE|ENTERQUEUE\n110|1|q|1240|CONNECT\n130|1|q|1240|COMPLETEAGENT");
    assert_eq!((call.wait_s, call.talk_s), (10.0, Some(20.0)));
}

#[test]
fn a_missing_connect() {
    let call = one("100|1|q|NONE|ENTERQUEUE\n130|1|q|SIP/1240|COMPLETEAGENT|9|20|1");
    assert_eq!((call.wait_s, call.talk_s), (9.0, Some(20.0)));
    assert_eq!(
        (call.answered_at, call.agent.as_deref()),
        (Some(at(110)), Some("1240"))
    );
}

#[test]
fn calls_left_open() {
    let (out, open, _) = fold(
        "100|1|q|NONE|ENTERQUEUE
         110|1|q|NONE|ENTERQUEUE
         115|2|q|NONE|ENTERQUEUE
         120|2|q|1240|CONNECT|5",
    );
    assert_eq!(out, []);
    let seen: Vec<_> = open
        .iter()
        .map(|o| (o.call_id.as_str(), o.line, o.time, o.connected))
        .collect();
    assert_eq!(
        seen,
        [
            ("1", 1, at(100), false),
            ("1-2", 2, at(110), false),
            ("2", 3, at(115), true),
        ]
    );
}

#[test]
fn events_that_are_no_calls() {
    let (out, open, taken) = fold(
        "1|NONE|NONE|NONE|QUEUESTART
         2|NONE|NONE|NONE|CONFIGRELOAD
         3|NONE|NONE|Agent/1|AGENTLOGIN|SIP/1
         4|NONE|NONE|Agent/1|AGENTCALLBACKLOGOFF|1@ctx|20
         5|REALTIME|q|SIP/1|ADDMEMBER
         6|MANAGER|q|SIP/1|REMOVEMEMBER
         7|NONE|q|SIP/1|PAUSE|lunch
         8|NONE|NONE|SIP/1|UNPAUSEALL
         9|NONE|q|SIP/1|PENALTY|3
         10|1|q|NONE|SURVEY|5
         11|NONE|q|NONE|ENTERQUEUE
         12|1||NONE|ENTERQUEUE",
    );
    assert!(out.is_empty() && open.is_empty());
    assert!(taken[..9].iter().all(|taken| *taken == Taken::Agent));
    assert_eq!(
        taken[9..],
        [Taken::Other, Taken::Bad("callid"), Taken::Bad("queue")]
    );
}

#[test]
fn an_unreadable_figure_does_not_lose_the_call() {
    let (out, _, taken) = fold(
        "100|1|q|NONE|ENTERQUEUE\n110|1|q|1|CONNECT|ten\n130|1|q|1|COMPLETEAGENT|10|-7|1\n\
         140|2|q|NONE|ENTERQUEUE\n150|2|q|NONE|ABANDON|1|1|inf",
    );
    let bad: Vec<_> = [1, 2, 4].map(|at| taken[at]).into();
    assert_eq!(
        bad,
        [
            Taken::Bad("holdtime"),
            Taken::Bad("calltime"),
            Taken::Bad("waittime")
        ]
    );
    assert_eq!((out[0].wait_s, out[0].talk_s), (10.0, Some(20.0)));
    assert_eq!((out[1].wait_s, out[1].talk_s), (10.0, None));
}

#[test]
fn names_of_agents_and_callers() {
    for (member, expect) in [
        ("Agent/1240", Some("1240")),
        ("SIP/1240", Some("1240")),
        ("SIP/1240-08c2d3f0", Some("1240")),
        ("PJSIP/1240-0000a", Some("1240")),
        ("pjsip/1240", Some("1240")),
        ("PJSIP/1240/sip:1240@10.0.0.7:5060", Some("1240")),
        ("Local/1240@from-queue/n", Some("1240")),
        ("Local/1240@from-queue-0000002f;1", Some("1240")),
        ("DAHDI/g0/5551234", Some("5551234")),
        ("SIP/anna-maria", Some("anna-maria")),
        ("Agent/12-34567", Some("12-34567")),
        ("Anna Li", Some("Anna Li")),
        ("Sales/Anna", Some("Sales/Anna")),
        ("anna@example.com", Some("anna@example.com")),
        ("1240", Some("1240")),
        ("NONE", None),
        ("Agent/", None),
        ("", None),
    ] {
        assert_eq!(agent(member).as_deref(), expect, "{member}");
    }
    for (number, expect) in [
        ("13800138000", Some("13800138000")),
        ("<13800138000>", Some("13800138000")),
        ("", None),
        ("<unknown>", None),
        ("Unknown", None),
        ("Anonymous", None),
    ] {
        assert_eq!(known(number).as_deref(), expect, "{number}");
    }
}

#[test]
fn ended_calls_are_forgotten_and_open_ones_are_not() {
    let mut fold = Fold::new();
    fold.horizon = 10;
    let mut out = Vec::new();
    let mut send = |fold: &mut Fold, callid: &str, name: &str| {
        let event = Event {
            line: fold.taken + 1,
            time: 0,
            callid,
            queue: "q",
            agent: "1240",
            event: name,
            data: [""; 5],
        };
        fold.take(&event, &mut out);
    };
    send(&mut fold, "open", "ENTERQUEUE");
    // Its end is never written: it comes out when it is forgotten.
    send(&mut fold, "left", "ENTERQUEUE");
    send(&mut fold, "left", "CONNECT");
    send(&mut fold, "left", "ENTERQUEUE");
    send(&mut fold, "left", "ABANDON");
    for number in 0..100 {
        send(&mut fold, &format!("c{number}"), "ENTERQUEUE");
        send(&mut fold, &format!("c{number}"), "ABANDON");
    }
    assert!(fold.callers.len() < 15, "{}", fold.callers.len());
    assert!(fold.callers.contains_key("open"));
    assert!(out.iter().any(|s| s.line == 2 && s.reason == "ENTERQUEUE"));
    assert_eq!(out.len(), 102);
    assert_eq!(fold.finish(&mut out).len(), 1);
}

/// Time of day → microseconds; each shared scenario lies within one day.
fn time_of_day(cell: &str) -> i64 {
    let clock = cell.split(' ').nth(1).unwrap();
    let parts: Vec<f64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let micros = ((parts[0] * 60.0 + parts[1]) * 60.0 + parts[2]) * 1e6;
    format!("{micros:.0}").parse().unwrap()
}

fn records(path: &PathBuf) -> Vec<Vec<String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .from_path(path)
        .unwrap()
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// One column of the published table, written as it is there.
fn published(column: &str, calls: &[&Segment]) -> Option<String> {
    let count = |keep: &dyn Fn(&Segment) -> bool| calls.iter().filter(|call| keep(call)).count();
    let received = calls.len();
    let answered = count(&|call| call.outcome == "answered");
    let closed = count(&|call| call.reason == "CLOSED");
    Some(match column {
        "Received" => received.to_string(),
        "Answered" => answered.to_string(),
        "Abandoned" => count(&|call| call.outcome == "abandoned").to_string(),
        "Closed" => closed.to_string(),
        "Blocking" => {
            count(&|call| ["JOINEMPTY", "LEAVEEMPTY", "EXITEMPTY"].contains(&call.reason.as_str()))
                .to_string()
        }
        "Saturated" => {
            count(&|call| call.reason == "FULL" || call.reason.starts_with("DIVERT_")).to_string()
        }
        "AWT" => {
            let waits: Vec<f64> = calls
                .iter()
                .filter(|call| ["answered", "abandoned"].contains(&call.outcome))
                .map(|call| call.wait_s)
                .collect();
            if waits.is_empty() {
                return Some(String::new());
            }
            // Whole seconds, the rest cut off.
            let mean = (waits.iter().sum::<f64>() / waits.len() as f64).floor();
            format!("00:00:{mean:02.0}")
        }
        "Answered rate" if received == closed => String::new(),
        "Answered rate" => format!("{} %", answered * 100 / (received - closed)),
        _ => return None,
    })
}

#[test]
fn published_statistics_of_five_scenarios() {
    let folder = std::env::var_os("KEFU_REAL_DATA")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            PathBuf::from,
        )
        .join("queue_log");
    if !folder.exists() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    let mut compared = 0;
    for scenario in 1..=5 {
        let (mut fold, mut out) = (Fold::new(), Vec::new());
        let log = records(&folder.join(format!("queue_{scenario:02}_queue_log.csv")));
        for (number, row) in log.iter().enumerate().skip(1) {
            let event = Event {
                line: number as u64 + 1,
                time: time_of_day(&row[0]),
                callid: &row[1],
                queue: &row[2],
                agent: &row[3],
                event: &row[4],
                data: [&row[5], &row[6], &row[7], &row[8], &row[9]],
            };
            assert_eq!(fold.take(&event, &mut out), Taken::Call, "{row:?}");
        }
        assert_eq!(fold.finish(&mut out), []);
        let (mut queue, mut header) = (String::new(), Vec::new());
        for row in records(&folder.join(format!("queue_{scenario:02}_expected.csv"))) {
            if row[0].starts_with("Then") {
                row[0].split('"').nth(1).unwrap().clone_into(&mut queue);
                continue;
            }
            if row[0].is_empty() {
                header = row;
                continue;
            }
            let hour: Option<i64> = row[0].split('h').next().unwrap().parse().ok();
            let calls: Vec<&Segment> = out
                .iter()
                .filter(|call| call.queue == queue)
                .filter(|call| hour.is_none_or(|hour| call.started_at / at(3600) == hour))
                .collect();
            for (column, expect) in header.iter().zip(&row).skip(1) {
                if let Some(figure) = published(column, &calls) {
                    assert_eq!(&figure, expect, "{scenario} {queue} {} {column}", row[0]);
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, 72);
}

const NAMES: &[&str] = &[
    "ENTERQUEUE",
    "ENTERQUEUE",
    "ENTERQUEUE",
    "CONNECT",
    "CONNECT",
    "CONNECT",
    "COMPLETEAGENT",
    "COMPLETECALLER",
    "ABANDON",
    "EXITEMPTY",
    "LEAVEEMPTY",
    "EXITWITHKEY",
    "EXITWITHTIMEOUT",
    "TRANSFER",
    "BLINDTRANSFER",
    "ATTENDEDTRANSFER",
    "SYSCOMPAT",
    "WITHDRAW",
    "JOINEMPTY",
    "FULL",
    "CLOSED",
    "DIVERT_HOLDTIME",
    "RINGNOANSWER",
    "RINGCANCELED",
    "AGENTDUMP",
    "DID",
    "PAUSE",
    "HUH",
];

fn name() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(NAMES)
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("LINK".to_owned()),
        (0..100_000_u32).prop_map(|n| n.to_string()),
        "[-0-9.eEinfa|/@é ]{0,8}",
    ]
}

proptest! {
    #[test]
    fn every_arrival_is_one_segment_or_one_open(
        events in proptest::collection::vec(
            (
                name(),
                proptest::sample::select(vec!["a", "b", "NONE"]),
                proptest::sample::select(vec!["q", "r", ""]),
                prop_oneof![0..5000_i64, any::<i64>()],
                proptest::array::uniform5(cell()),
                cell(),
            ),
            0..60,
        ),
        horizon in 1..80_u64,
    ) {
        let (mut fold, mut out) = (Fold::new(), Vec::new());
        fold.horizon = horizon;
        let mut arrivals: BTreeMap<u64, u32> = BTreeMap::new();
        for (number, (name, callid, queue, time, data, member)) in events.iter().enumerate() {
            let event = Event {
                line: number as u64,
                time: *time,
                callid,
                queue,
                agent: member,
                event: name,
                data: [&data[0], &data[1], &data[2], &data[3], &data[4]],
            };
            let before = out.len();
            let taken = fold.take(&event, &mut out);
            if *name == "ENTERQUEUE" && taken == Taken::Call {
                arrivals.insert(event.line, 0);
            }
            for segment in &out[before..] {
                if segment.line == event.line && *name != "ENTERQUEUE" {
                    arrivals.insert(event.line, 0);
                }
            }
        }
        let open = fold.finish(&mut out);
        for line in out.iter().map(|s| s.line).chain(open.iter().map(|o| o.line)) {
            let seen = arrivals.get_mut(&line);
            prop_assert!(seen.is_some(), "{line} never arrived");
            *seen.unwrap() += 1;
        }
        prop_assert!(arrivals.values().all(|seen| *seen == 1), "{arrivals:?}");
        for call in &out {
            prop_assert!(call.started_at <= call.answered_at.unwrap_or(call.ended_at));
            prop_assert!(call.answered_at.is_none_or(|at| at <= call.ended_at));
            prop_assert!(call.wait_s >= 0.0 && call.talk_s.is_none_or(|talk| talk >= 0.0));
            prop_assert_eq!(call.outcome == "answered", call.answered_at.is_some());
            prop_assert_eq!(call.outcome == "answered", call.talk_s.is_some());
            prop_assert!(!call.transferred || call.outcome == "answered");
        }
        if horizon > events.len() as u64 {
            let mut ids: Vec<&str> = out.iter().map(|s| s.call_id.as_str()).collect();
            ids.extend(open.iter().map(|o| o.call_id.as_str()));
            let rows = ids.len();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), rows, "call ids are not unique");
        }
    }
}
