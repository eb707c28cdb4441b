//! What a run says about figures that earlier runs published.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::builder::{Centre, contents};

/// Value, numerator and denominator of a KPI on a day.
type Figures = BTreeMap<(String, String), [Option<f64>; 3]>;

/// Figures of the report that are never compared because they move as tickets are worked on.
const MOVING: [&str; 3] = [
    "first_reply",
    "complaint_handling_rate",
    "company_fault_rate",
];

const LATE_CALLS: &str =
    "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,满意度
c5,2026-03-02 09:30:00,2026-03-02 09:30:30,2026-03-02 09:32:30,查询,13900000007,A1,接通,一般
c6,2026-03-02 09:40:00,,2026-03-02 09:42:00,查询,13900000008,,排队放弃,
";

const CALLS_OF_THE_4TH: &str =
    "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,满意度
c7,2026-03-04 09:00:00,2026-03-04 09:00:10,2026-03-04 09:04:10,查询,13900000011,A1,接通,满意
";

/// The daily figures that the newest run published.
fn published(centre: &Centre) -> Figures {
    let args = ["kpi", "--grain", "day", "--format", "csv"];
    let csv = centre.kefu(&args).ok().out;
    let shown = report(centre);
    let shown: Vec<&str> = shown["kpis"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kpi| kpi["kpi"].as_str().unwrap())
        .filter(|kpi| !MOVING.contains(kpi))
        .collect();
    csv.lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| shown.contains(&cells[0]))
        .map(|cells| {
            let numbers = [2, 3, 4].map(|at| cells[at].parse().ok());
            ((cells[1].to_owned(), cells[0].to_owned()), numbers)
        })
        .collect()
}

/// The JSON edition of the newest report.
fn report(centre: &Centre) -> Value {
    let newest = contents(&centre.path("reports"))
        .into_iter()
        .rfind(|(path, _)| {
            let path = path.to_string_lossy();
            path.contains("nightly_2") && path.ends_with("_en.json")
        })
        .unwrap();
    serde_json::from_slice(&newest.1).unwrap()
}

/// What the newest report lists as restated: (day, KPI) → before and after.
fn listed(centre: &Centre) -> BTreeMap<(String, String), [[Option<f64>; 3]; 2]> {
    let report = report(centre);
    let figures = report["restated"]["figures"].as_array().unwrap();
    let side = |figure: &Value, side: &str| {
        ["value", "numerator", "denominator"].map(|number| figure[side][number].as_f64())
    };
    figures
        .iter()
        .map(|figure| {
            let text = |key: &str| figure[key].as_str().unwrap().to_owned();
            let sides = [side(figure, "before"), side(figure, "after")];
            ((text("date"), text("kpi")), sides)
        })
        .collect()
}

/// Figures that move as tickets go on and clocks become due, which is no restatement.
const BY_NATURE: [&str; 8] = [
    "tickets_open",
    "one_touch_rate",
    "reopen_rate",
    "sla_attainment",
    "state_limit_rate",
    "outlet_reply",
    "redelivered_within_24h",
    "paid_within_24h",
];

/// The days and KPIs up to `last` on which two states of the store differ, but for [`BY_NATURE`].
fn difference(
    before: &Figures,
    after: &Figures,
    last: &str,
) -> BTreeMap<(String, String), [[Option<f64>; 3]; 2]> {
    let none = [None; 3];
    before
        .keys()
        .chain(after.keys())
        .map(|key| {
            let of = |figures: &Figures| figures.get(key).copied().unwrap_or(none);
            (key.clone(), [of(before), of(after)])
        })
        .filter(|((day, kpi), [a, b])| {
            day.as_str() <= last && a != b && !BY_NATURE.contains(&kpi.as_str())
        })
        .collect()
}

fn why(centre: &Centre, day: &str, kpi: &str) -> String {
    let report = report(centre);
    let figures = report["restated"]["figures"].as_array().unwrap();
    let figure = figures
        .iter()
        .find(|figure| figure["date"] == day && figure["kpi"] == kpi)
        .unwrap();
    figure["printed"]["why"].as_str().unwrap().to_owned()
}

fn summary(centre: &Centre) -> Value {
    serde_json::from_str(&centre.run(&["--json"]).out).unwrap()
}

#[test]
fn what_is_listed_is_the_difference_of_what_was_published() {
    let centre = Centre::small();
    centre.run(&[]);
    let first = published(&centre);
    assert_eq!(report(&centre)["restated"]["state"], "first");

    // The second night: a new day, and a file that should have come the night before.
    let centre = centre
        .file("calls_0304.csv", CALLS_OF_THE_4TH)
        .file("calls_late.csv", LATE_CALLS);
    let ran = centre.run(&[]);
    let second = published(&centre);
    let expect = difference(&first, &second, "2026-03-03");
    assert_eq!(listed(&centre), expect);
    assert!(expect.keys().all(|(day, _)| day == "2026-03-02"));
    for kpi in ["offered", "abandoned", "asa", "contacts", "satisfaction"] {
        let key = ("2026-03-02".to_owned(), kpi.to_owned());
        assert!(expect.contains_key(&key), "{kpi}");
    }
    assert_eq!(why(&centre, "2026-03-02", "offered"), "2 late calls");
    assert_eq!(why(&centre, "2026-03-02", "contacts"), "1 late contact");
    let line = format!("restated  {} figures of 1 day\n", expect.len());
    assert!(ran.out.contains(&line), "{line} in {}", ran.out);

    // The third night: another day, a corrected call and a ticket that turned out to be a complaint.
    let fixed = CALLS_OF_THE_4TH.lines().next().unwrap().to_owned()
        + "\nc4,2026-03-03 09:00:00,2026-03-03 09:00:25,2026-03-03 09:03:15,投诉,13900000004,A1,接通,满意\n";
    let ticket = "工单号,创建时间,更新时间,工单类型,工单状态,联系电话,问题描述
T2,2026-03-03 09:05:00,2026-03-04 09:05:00,投诉,处理中,13900000009,快递到哪里了
";
    let centre = centre
        .file(
            "calls_0305.csv",
            CALLS_OF_THE_4TH
                .replace("c7", "c8")
                .replace("03-04", "03-05"),
        )
        .file("calls_fixed.csv", fixed)
        .file("tickets_fixed.csv", ticket);
    let told = summary(&centre);
    let third = published(&centre);
    let expect = difference(&second, &third, "2026-03-04");
    assert_eq!(listed(&centre), expect);
    assert!(expect.keys().all(|(day, _)| day == "2026-03-03"));
    assert_eq!(why(&centre, "2026-03-03", "asa"), "1 corrected call");
    assert_eq!(
        why(&centre, "2026-03-03", "complaints"),
        "1 corrected ticket"
    );
    assert_eq!(told["restated"]["figures"], expect.len());
    assert_eq!(told["restated"]["days"], 1);
    assert_eq!(told["restated"]["since"], "r0002");
}

#[test]
fn a_rerun_says_the_same_again() {
    let centre = Centre::small();
    centre.run(&[]);
    let centre = centre.file("calls_late.csv", LATE_CALLS);
    let ran = centre.run(&[]);
    assert!(ran.out.contains("restated  "), "{}", ran.out);
    let before = contents(&centre.path("reports"));
    let again = centre.run(&[]);
    assert!(again.out.contains("Nothing changed"), "{}", again.out);
    assert!(again.out.contains("restated  "), "{}", again.out);
    centre.kefu(&["report"]).ok();
    assert_eq!(before, contents(&centre.path("reports")));
}

#[test]
fn progress_of_open_tickets_restates_nothing() {
    let head = "ticket_id,created_at,updated_at,kind,status,waybill,first_reply_at,resolved_at\n";
    let ticket = |status: &str, updated: &str, reply: &str, resolved: &str| {
        format!("T1,2026-03-02 09:00:00,{updated},complaint,{status},W1,{reply},{resolved}\n")
    };
    let open = ticket("pending", "2026-03-02 09:00:00", "", "");
    let other = "T2,2026-03-06 09:00:00,2026-03-06 09:00:00,enquiry,pending,W2,,\n";
    // Four days after the ticket was opened the customer calls about it: a first contact, until it turns out
    // that the ticket was at work until the day before.
    let call = "call_id,started_at,outcome,wait_s,talk_s,waybill\nc1,2026-03-06 08:00:00,answered,10,60,W1\n";
    let centre = Centre::new()
        .file("tickets.csv", format!("{head}{open}{other}"))
        .file("calls.csv", call);
    centre.run(&[]);
    let before = published(&centre);
    let done = ticket(
        "resolved",
        "2026-03-05 09:00:00",
        "2026-03-04 09:00:00",
        "2026-03-05 09:00:00",
    );
    let centre = centre.file("tickets_2.csv", format!("{head}{done}"));
    let told = summary(&centre);
    assert_eq!(told["run"], "r0002");
    // What moved is there, but it is no restatement.
    let moved = difference(&before, &published(&centre), "2026-03-06");
    for kpi in ["response_time", "repeat_rate"] {
        assert!(moved.keys().any(|(_, moved)| moved == kpi), "{kpi}");
    }
    assert_eq!(told["restated"]["figures"], 0);
    let report = report(&centre);
    let text = report["restated"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("No figure of an earlier day has changed"),
        "{text}"
    );
}

/// Two waybills on 2 March, judged at `as_of`, then a second contact about one of them on the day after.
fn second_contact(as_of: &str) -> Centre {
    let head = "call_id,started_at,outcome,wait_s,talk_s,waybill\n";
    let centre = Centre::new().file(
        "calls.csv",
        format!(
            "{head}c1,2026-03-02 09:00:00,answered,10,60,W1\nc2,2026-03-02 10:00:00,answered,10,60,W2\n"
        ),
    );
    centre.run(&["--as-of", as_of]);
    let centre = centre.file(
        "late.csv",
        format!("{head}c3,2026-03-03 09:00:00,answered,10,60,W1\nc4,2026-03-02 23:00:00,answered,10,60,\n"),
    );
    centre.run(&["--as-of", "2026-03-07 00:00:00"]);
    centre
}

#[test]
fn a_figure_that_needs_time_is_restated_only_where_it_had_had_it() {
    let day = "2026-03-02".to_owned();
    let fcr = (day.clone(), "fcr".to_owned());
    let contacts = (day.clone(), "contacts".to_owned());

    let early = listed(&second_contact("2026-03-05 23:00:00"));
    assert!(early.contains_key(&contacts) && !early.contains_key(&fcr));

    let centre = second_contact("2026-03-06 00:00:00");
    let mature = listed(&centre);
    assert!(mature.contains_key(&contacts));
    let sides = [
        [Some(1.0), Some(2.0), Some(2.0)],
        [Some(0.5), Some(1.0), Some(2.0)],
    ];
    assert_eq!(mature.get(&fcr), Some(&sides));
    assert_eq!(
        why(&centre, &day, "fcr"),
        "1 late contact; 1 contact linked anew"
    );
    // The run before had no data of the third: that it is there now is no restatement.
    assert!(mature.keys().all(|(listed, _)| *listed == day));
}

#[test]
fn a_day_that_was_still_running_is_named_and_not_compared() {
    let centre = Centre::small();
    centre.run(&[]);
    let more = CALLS_OF_THE_4TH
        .replace("2026-03-04", "2026-03-03")
        .replace("09:0", "15:0");
    let centre = centre.file("calls_afternoon.csv", more);
    let told = summary(&centre);
    assert_eq!(told["restated"]["figures"], 0);
    let report = report(&centre);
    let notes = report["restated"]["notes"]
        .to_string()
        .replace('\u{a0}', " ");
    assert!(notes.contains("3 Mar was still running"), "{notes}");
}

#[test]
fn other_definitions_are_said_to_be_that() {
    let centre = Centre::small();
    centre.run(&[]);
    let centre = centre
        .config("[centre]\nshort_abandon_s = 61\n")
        .file("calls_late.csv", LATE_CALLS);
    let ran = centre.run(&[]);
    assert!(
        ran.out
            .contains("restated  not compared with r0001: settings or program have changed\n"),
        "{}",
        ran.out
    );
    let report = report(&centre);
    assert_eq!(report["restated"]["state"], "redefined");
    assert_eq!(report["restated"]["figures"], Value::Array(Vec::new()));
}
