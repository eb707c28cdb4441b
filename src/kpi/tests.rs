mod forms;

use std::fmt::Write as _;

use crate::calendar::Grain;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::kpi::table::{Layout, Table};
use crate::schema::measure::Bound;
use crate::settings::Loaded;
use crate::store::runs::Run;
use crate::testing::Small;

/// Cisco's worked example of the service level: 70 answered in time, 20 late, 10 abandoned in time.
fn cisco() -> String {
    let mut text = String::from("call_id,started_at,queue,outcome,wait_s,talk_s\n");
    for (count, outcome, wait) in [
        (70, "answered", 20),
        (20, "answered", 21),
        (10, "abandoned", 4),
    ] {
        for n in 0..count {
            let talk = if outcome == "answered" { "60" } else { "" };
            let queue = if n % 2 == 0 { "查询" } else { "" };
            let day = 2 + n % 8;
            let _ = writeln!(
                text,
                "{outcome}{wait}-{n},2026-03-0{day} 09:00:00,{queue},{outcome},{wait},{talk}"
            );
        }
    }
    text
}

struct Centre {
    small: Small,
    run: Run,
    catalogue: Catalogue,
}

impl Centre {
    fn of(files: &[&str]) -> Self {
        Self::from(Small::of(files))
    }

    fn from(small: Small) -> Self {
        let run = small.run("2026-03-31 00:00:00");
        let catalogue = Catalogue::compile(&small.settings).unwrap();
        Self {
            small,
            run,
            catalogue,
        }
    }

    fn source(&self) -> Source<'_> {
        Source {
            store: &self.small.store,
            run: &self.run,
        }
    }

    fn query(&self, ids: &[&str], grain: Grain, by: &[&str], condition: Option<&str>) -> Query {
        Query {
            kpis: ids
                .iter()
                .map(|id| self.catalogue.position(id).unwrap())
                .collect(),
            groupings: vec![Grouping {
                grain,
                by: by.iter().map(|name| (*name).to_owned()).collect(),
            }],
            from: None,
            to: None,
            condition: condition.map(str::to_owned),
        }
    }

    fn ask(&self, ids: &[&str], grain: Grain, by: &[&str], condition: Option<&str>) -> Vec<Row> {
        self.query(ids, grain, by, condition)
            .answer(&self.catalogue, &self.source())
            .unwrap()
            .remove(0)
    }

    /// The answer in the long form.
    fn csv(&self, query: Query) -> String {
        let answer = query.measure(&self.catalogue, &self.source()).unwrap();
        let table = Table {
            answer: &answer,
            grouping: 0,
        };
        let mut csv = Vec::new();
        table.csv(&mut csv, false).unwrap();
        String::from_utf8(csv).unwrap()
    }
}

#[test]
fn service_level_leaves_short_abandons_out_of_the_denominator() {
    let centre = Centre::of(&[&cisco()]);
    let rows = centre.ask(
        &["service_level", "answer_rate", "answer_rate_strict"],
        Grain::All,
        &[],
        None,
    );
    let values: Vec<f64> = rows.iter().filter_map(|row| row.estimate.value).collect();
    // Catalogue order: answer_rate, answer_rate_strict, service_level. 70 / 90 is Cisco's 77.8 %.
    assert_eq!(values.len(), 3);
    for (value, expect) in values.iter().zip([1.0, 0.9, 70.0 / 90.0]) {
        assert!((value - expect).abs() < 1e-12, "{value} {expect}");
    }
}

/// The service level of these calls in every variant, in the order of [`VARIANTS`].
fn levels(calls: &str) -> [f64; 6] {
    VARIANTS.map(|variant| {
        let file = format!("[service_level]\nvariant = \"{variant}\"\n");
        let mut small = Small::of(&[calls]);
        small.settings = Loaded::parse("kefu.toml", &file).unwrap().settings;
        let centre = Centre::from(small);
        let at = centre.catalogue.position("service_level").unwrap();
        assert_eq!(centre.catalogue.kpis[at].variant, Some(variant));
        assert!(
            centre.catalogue.kpis[at]
                .about
                .en
                .ends_with(&format!("variant {variant}"))
        );
        centre.ask(&["service_level"], Grain::All, &[], None)[0]
            .estimate
            .value
            .unwrap()
    })
}

const VARIANTS: [&str; 6] = [
    "excl_short",
    "ignore",
    "negative",
    "positive",
    "answered_only",
    "removed",
];

#[test]
fn every_variant_of_the_service_level() {
    // Cisco, reporting guides for Unified ICM, "Service Level Formulas": 70 answered and 10 abandoned within the
    // threshold, 20 beyond it: ignored 77.8 %, negative 70 %, positive 80 %.
    let published = [70.0 / 90.0, 70.0 / 90.0, 0.7, 0.8, 70.0 / 90.0, 70.0 / 90.0];
    for (level, expect) in levels(&cisco()).iter().zip(published) {
        assert!((level - expect).abs() < 1e-12, "{level} {expect}");
    }
    // Six more that hang up after 12 s, eight after 30 s, five that overflow: now all six differ.
    let mut more = cisco();
    for (count, outcome, wait) in [
        (6, "abandoned", 12),
        (8, "abandoned", 30),
        (5, "overflow", 10),
    ] {
        for n in 0..count {
            let _ = writeln!(
                more,
                "{outcome}{wait}-{n},2026-03-02 09:00:00,,{outcome},{wait},"
            );
        }
    }
    let offered = 119.0;
    let expect = [
        70.0 / (offered - 10.0),
        70.0 / (offered - 16.0),
        70.0 / offered,
        (70.0 + 16.0) / offered,
        70.0 / 90.0,
        70.0 / (offered - 24.0),
    ];
    for ((level, expect), variant) in levels(&more).iter().zip(expect).zip(VARIANTS) {
        assert!(
            (level - expect).abs() < 1e-12,
            "{variant}: {level} {expect}"
        );
    }
}

#[test]
fn a_service_level_of_ones_own_is_no_variant() {
    let own = "[[kpi]]\nid = \"service_level\"\nname = { en = \"x\", zh = \"x\" }\nabout = { en = \"x\", zh = \"x\" }\nfact = \"call_facts\"\nkind = \"rate\"\nwhen = \"answered\"\nunit = \"percent\"\nbetter = \"higher\"\nsource = \"x\"\n";
    let loaded = Loaded::parse("kefu.toml", own).unwrap();
    let catalogue = Catalogue::load(&loaded).unwrap();
    let at = catalogue.position("service_level").unwrap();
    assert_eq!(catalogue.kpis[at].variant, None);
    let both = format!("{own}[service_level]\nvariant = \"ignore\"\n");
    let error = Loaded::parse("kefu.toml", &both).unwrap_err().to_string();
    assert_eq!(
        error,
        "kefu.toml:12:11: `variant` in [service_level] has no effect: [[kpi]] `service_level` defines it anew"
    );
}

#[test]
fn a_target_with_a_condition_holds_for_rows_that_were_asked_for_by_it() {
    let mut centre = Centre::of(&[&cisco()]);
    let target = "kpi = \"asa\"\nat_most = 1\nwhere = \"queue = '查询'\"\nsource = \"test\"";
    centre
        .small
        .settings
        .targets
        .push(toml::from_str(target).unwrap());
    centre.catalogue = Catalogue::compile(&centre.small.settings).unwrap();
    let bound = |condition: Option<&str>| {
        let row = centre.ask(&["asa"], Grain::All, &[], condition).remove(0);
        row.bound.map(Bound::value)
    };
    assert_eq!(bound(None), None);
    assert_eq!(bound(Some("queue = '查询' AND wait_s > 1")), Some(1.0));
    assert_eq!(bound(Some("queue = '投诉'")), None);
    let by_day = centre.ask(&["asa"], Grain::Day, &[], Some("queue = '查询'"));
    assert!(by_day.len() > 1 && by_day.iter().all(|row| row.bound.is_some()));
}

#[test]
fn groups_add_up_and_name_the_null_member() {
    let centre = Centre::of(&[&cisco()]);
    let by_queue = centre.ask(&["offered"], Grain::All, &["queue"], None);
    let members: Vec<_> = by_queue
        .iter()
        .map(|row| row.group.members[0].as_deref())
        .collect();
    assert_eq!(members, [None, Some("查询")]);
    assert_eq!(by_queue.iter().map(|row| row.estimate.n).sum::<u64>(), 100);
    let by_day = centre.ask(&["offered"], Grain::Day, &[], None);
    assert_eq!(by_day.first().unwrap().group.period, "2026-03-02");
    assert_eq!(by_day.iter().map(|row| row.estimate.n).sum::<u64>(), 100);
    let hours = centre.ask(&["offered"], Grain::Hour, &[], None);
    assert_eq!(hours.first().unwrap().group.period, "2026-03-02T09");
}

#[test]
fn conditions_and_ranges_restrict_the_rows() {
    let centre = Centre::of(&[&cisco()]);
    let rows = centre.ask(
        &["answered"],
        Grain::All,
        &[],
        Some("queue = '查询' AND wait_s <= 20"),
    );
    assert_eq!(rows[0].estimate.n, 35);
    let mut query = centre.query(&["answered"], Grain::All, &[], None);
    query.from = "2026-03-02".parse().ok();
    query.to = "2026-03-02".parse().ok();
    let rows = query
        .answer(&centre.catalogue, &centre.source())
        .unwrap()
        .remove(0);
    assert_eq!(rows[0].estimate.n, 9 + 3);
}

#[test]
fn nothing_to_divide_by_gives_null_and_no_verdict() {
    let centre = Centre::of(&[&cisco()]);
    let rows = centre.ask(
        &["fcr", "satisfaction", "frt", "tickets"],
        Grain::All,
        &[],
        None,
    );
    for row in rows
        .iter()
        .filter(|row| centre.catalogue.kpis[row.kpi].id != "tickets")
    {
        assert_eq!(
            (row.estimate.value, row.estimate.n, row.status.code()),
            (None, 0, "none")
        );
    }
    let query = centre.query(&["frt"], Grain::All, &[], None);
    let csv = centre.csv(query);
    assert!(
        csv.starts_with("kpi,period,value,numerator,denominator,n,ci_low,ci_high,target,status\n"),
        "{csv}"
    );
    assert!(csv.contains("\nfrt,,,0,0,0,,,30,none\n"), "{csv}");
}

#[test]
fn the_status_of_a_ticket_is_not_the_verdict() {
    let tickets = "ticket_id,created_at,status\nT1,2026-03-02 09:00:00,closed\n";
    let centre = Centre::of(&[tickets]);
    let query = centre.query(&["tickets"], Grain::All, &["status"], None);
    let csv = centre.csv(query);
    let header = "kpi,period,by_status,value,numerator,denominator,n,ci_low,ci_high,target,status";
    assert!(
        csv.starts_with(&format!("{header}\ntickets,,closed,1,")),
        "{csv}"
    );
}

#[test]
fn feedback_of_another_class_is_not_counted() {
    let surveys = "survey_id,contact_ref,sent_at,feedback\n\
        s1,c1,2026-03-02 09:00:00,negative\ns2,c2,2026-03-02 09:00:00,positive\n\
        s3,c3,2026-03-02 09:00:00,whatever\n";
    let centre = Centre::of(&[surveys]);
    let rows = centre.ask(&["negative_feedback_rate"], Grain::All, &[], None);
    let estimate = rows[0].estimate;
    assert_eq!((estimate.value, estimate.n), (Some(0.5), 2));
}

#[test]
fn a_dimension_the_fact_lacks_is_an_error_that_names_both() {
    let centre = Centre::of(&[&cisco()]);
    let error = centre
        .query(&["answer_rate"], Grain::All, &["platfrom"], None)
        .answer(&centre.catalogue, &centre.source())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("call_facts") && error.contains("platfrom") && error.contains("answer_rate"),
        "{error}"
    );
    let error = centre
        .query(&["frt"], Grain::All, &["platfrom"], None)
        .answer(&centre.catalogue, &centre.source())
        .unwrap_err();
    assert_eq!(error.hint().as_deref(), Some("did you mean `platform`?"));
}

#[test]
fn a_target_with_a_condition_holds_for_the_groups_it_describes() {
    let chats = "chat_id,started_at,first_reply_at,platform\n\
        a,2026-03-02 09:00:00,2026-03-02 09:00:20,微信\nb,2026-03-02 09:00:00,2026-03-02 09:00:20,抖音\n";
    let mut centre = Centre::of(&[chats]);
    let target = "kpi = \"frt\"\nat_most = 10\nwhere = \"platform = 'wechat'\"\nsource = \"test\"";
    centre
        .small
        .settings
        .targets
        .push(toml::from_str(target).unwrap());
    centre.catalogue = Catalogue::compile(&centre.small.settings).unwrap();
    let rows = centre.ask(&["frt"], Grain::All, &["platform"], None);
    let verdicts: Vec<_> = rows
        .iter()
        .map(|row| (row.group.members[0].clone().unwrap(), row.status.code()))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("douyin".to_owned(), "met"),
            ("wechat".to_owned(), "missed")
        ]
    );
}

#[test]
fn a_ratio_divides_two_figures() {
    let tickets = "ticket_id,created_at,kind\nT1,2026-03-02,complaint\nT2,2026-03-02,enquiry\n";
    let centre = Centre::of(&[&cisco(), tickets]);
    let rows = centre.ask(&["complaint_rate"], Grain::All, &[], None);
    let estimate = rows[0].estimate;
    // 1 complaint; 90 answered calls and 2 tickets are contacts.
    assert_eq!(
        (estimate.numerator, estimate.denominator),
        (Some(1.0), Some(92.0))
    );
    assert!((estimate.value.unwrap() - 1000.0 / 92.0).abs() < 1e-12);
}

#[test]
fn what_is_counted_by_day_has_no_hours() {
    let parcels = "date,outlet,parcels\n2026-03-02,甲,1200\n";
    let centre = Centre::of(&[&cisco(), parcels]);
    let rows = centre.ask(&["parcels"], Grain::Day, &["outlet"], None);
    assert_eq!(rows[0].estimate.value, Some(1200.0));
    let error = centre
        .query(&["parcels"], Grain::Hour, &[], None)
        .answer(&centre.catalogue, &centre.source())
        .unwrap_err()
        .to_string();
    assert!(error.contains("parcel_facts knows days only"), "{error}");
}

#[test]
fn the_doubled_hour_stays_two_hours() {
    // Berlin put its clocks back from 3:00 to 2:00 on 25 October 2026, at 01:00 UTC.
    let calls = "call_id,started_at,outcome,wait_s\n\
        a,2026-10-25T00:30:00Z,answered,1\n\
        b,2026-10-25T01:30:00Z,answered,1\n\
        c,2026-10-25T02:30:00Z,answered,1\n";
    let centre = Centre::from(Small::in_zone(chrono_tz::Europe::Berlin, &[calls]));
    let rows = centre.ask(&["offered"], Grain::Hour, &[], None);
    let hours: Vec<&str> = rows.iter().map(|row| row.group.period.as_str()).collect();
    assert_eq!(hours, ["2026-10-25T02", "2026-10-25T02B", "2026-10-25T03"]);
}

const PARCELS: &str = "date,outlet,parcels
2026-03-02,杭州,400000
2026-03-02,上海,100000
2026-03-03,杭州,500000
";

#[test]
fn complaints_are_set_against_the_parcels_of_day_and_outlet() {
    let tickets = "ticket_id,created_at,kind,outlet
T1,2026-03-02 09:00:00,complaint,杭州
T2,2026-03-02 10:00:00,complaint,杭州
T3,2026-03-02 10:00:00,enquiry,杭州
T4,2026-03-03 10:00:00,complaint,无名
";
    let centre = Centre::of(&[tickets, PARCELS]);
    let ids = ["parcels", "complaints_per_million_parcels"];
    let ask = |grain, by: &[&str], condition| -> Vec<(String, Option<f64>)> {
        let rows = centre.ask(&ids, grain, by, condition);
        rows.into_iter()
            .map(|row| {
                let id = &centre.catalogue.kpis[row.kpi].id;
                let members = row.group.members.iter().flatten();
                let names: Vec<&str> = [id.as_str(), row.group.period.as_str()]
                    .into_iter()
                    .chain(members.map(String::as_str))
                    .filter(|name| !name.is_empty())
                    .collect();
                (names.join(" "), row.estimate.value)
            })
            .collect()
    };
    let said = |rows: &[(&str, Option<f64>)]| -> Vec<(String, Option<f64>)> {
        rows.iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect()
    };
    assert_eq!(
        ask(Grain::Day, &[], None),
        said(&[
            ("parcels 2026-03-02", Some(500_000.0)),
            ("parcels 2026-03-03", Some(500_000.0)),
            ("complaints_per_million_parcels 2026-03-02", Some(4.0)),
            ("complaints_per_million_parcels 2026-03-03", Some(2.0)),
        ])
    );
    assert_eq!(
        ask(Grain::All, &["outlet"], Some("weekday = 1")),
        said(&[
            ("parcels 上海", Some(100_000.0)),
            ("parcels 杭州", Some(400_000.0)),
            ("complaints_per_million_parcels 上海", Some(0.0)),
            ("complaints_per_million_parcels 杭州", Some(5.0)),
        ])
    );
    // An outlet whose parcels nobody counted has no rate.
    assert!(
        ask(Grain::All, &["outlet"], None)
            .contains(&("complaints_per_million_parcels 无名".to_owned(), None))
    );
}

#[test]
fn chats_at_a_time_are_handling_time_over_time_with_a_chat_open() {
    // A1 has two chats at once for 60 s, then one across midnight; A2 one; a chat of the next day shares with none.
    let chats = "chat_id,started_at,first_reply_at,ended_at,platform,agent_id,outcome
k1,2026-03-02 09:00:00,2026-03-02 09:00:00,2026-03-02 09:02:00,wechat,A1,served
k2,2026-03-02 09:01:00,2026-03-02 09:01:00,2026-03-02 09:03:00,douyin,A1,served
k3,2026-03-02 23:59:00,2026-03-02 23:59:00,2026-03-03 00:02:00,wechat,A1,served
k4,2026-03-03 00:00:00,2026-03-03 00:01:00,2026-03-03 00:03:00,wechat,A1,served
k5,2026-03-02 09:00:00,2026-03-02 09:00:00,2026-03-02 09:05:00,wechat,A2,served
k6,2026-03-02 09:00:00,2026-03-02 09:00:00,2026-03-02 09:05:00,wechat,,served
k7,2026-03-02 09:00:00,2026-03-02 09:01:00,2026-03-02 09:01:00,wechat,A2,served
k8,2026-03-02 09:00:00,,2026-03-02 09:05:00,wechat,A2,abandoned
";
    let centre = Centre::of(&[chats]);
    let ask = |grain, by: &[&str]| -> Vec<(f64, f64, u64)> {
        let rows = centre.ask(&["chat_concurrency"], grain, by, None);
        let estimates = rows.iter().map(|row| &row.estimate);
        estimates
            .filter(|e| e.n > 0)
            .filter_map(|e| Some((e.numerator?, e.denominator?, e.n)))
            .collect()
    };
    assert_eq!(ask(Grain::Day, &[]), [(720.0, 660.0, 4), (120.0, 120.0, 1)]);
    assert_eq!(
        ask(Grain::All, &["agent_id"]),
        [(540.0, 480.0, 4), (300.0, 300.0, 1)]
    );
    // Two chats of different platforms divide the minute they share.
    assert_eq!(
        ask(Grain::All, &["platform"]),
        [(120.0, 90.0, 1), (720.0, 690.0, 4)]
    );
}

#[test]
fn surveys_answer_for_contacts_without_a_score_and_never_twice() {
    let calls = "call_id,started_at,ended_at,outcome,talk_s,agent_id,queue,score
c1,2026-03-02 09:00:00,2026-03-02 09:03:00,answered,100,A1,查询,5
c2,2026-03-02 10:00:00,2026-03-02 10:03:00,answered,100,A2,投诉,
c3,2026-03-02 11:00:00,2026-03-02 11:03:00,answered,100,A2,投诉,
";
    // A survey about a contact with a score of its own, two about one without, one unanswered, one about a call
    // that is not there.
    let surveys = "survey_id,contact_ref,sent_at,answered_at,score,comment,feedback
s1,c1,2026-03-02 09:05:00,2026-03-02 09:09:00,1,,negative
s2,c2,2026-03-02 10:05:00,2026-03-03 10:09:00,2,,positive
s3,c2,2026-03-02 23:59:00,2026-03-03 10:08:00,4,,
s4,c3,2026-03-03 00:01:00,,,,
s5,c9,2026-03-03 09:00:00,,,没有解决,suggestion
s6,c9,,2026-03-03 09:00:00,3,,
";
    let evaluations = "evaluation_id,item,evaluated_at,contact_ref,agent_id,passed
E1,a,2026-03-04 09:00:00,c2,A2,1
E1,b,2026-03-04 09:00:00,c2,A2,0
E2,a,2026-03-04 09:00:00,c9,A2,1
";
    let centre = Centre::of(&[calls, surveys, evaluations]);
    let ask = |id: &str, grain, by: &[&str]| -> Vec<(f64, f64)> {
        let rows = centre.ask(&[id], grain, by, None);
        let estimates = rows.iter().map(|row| &row.estimate);
        estimates
            .filter_map(|e| Some((e.numerator?, e.denominator?)))
            .collect()
    };
    assert_eq!(ask("satisfaction", Grain::All, &[]), [(7.0, 2.0)]);
    assert_eq!(
        ask("satisfaction", Grain::All, &["score_source"]),
        // A contact that nobody scored is in neither.
        [(0.0, 0.0), (5.0, 1.0), (2.0, 1.0)]
    );
    assert_eq!(
        ask("survey_response_rate", Grain::Day, &[]),
        [(3.0, 3.0), (1.0, 2.0)]
    );
    assert_eq!(
        ask("survey_response_rate", Grain::All, &["queue"]),
        [(1.0, 1.0), (2.0, 3.0), (1.0, 1.0)]
    );
    assert_eq!(ask("negative_feedback_rate", Grain::All, &[]), [(1.0, 3.0)]);
    assert_eq!(ask("evaluation_coverage", Grain::All, &[]), [(1.0, 3.0)]);
    assert_eq!(
        ask("evaluation_coverage", Grain::All, &["agent_id"]),
        [(0.0, 1.0), (1.0, 2.0)]
    );
}
