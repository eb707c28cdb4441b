use super::*;
use crate::testing::Small;

/// Minutes of a call, its waybill and its reason.
fn calls(rows: &[(&str, &str, u32, &str, &str)]) -> String {
    let mut text =
        "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态,运单号,问题类型\n"
            .to_owned();
    for (id, at, minutes, waybill, problem) in rows {
        let at: chrono::NaiveDateTime = format!("2026-{at}:00").parse().unwrap();
        let end = at + chrono::Duration::minutes(i64::from(*minutes));
        let line = format!("{id},{at},{at},{end},查询,,A1,接通,{waybill},{problem}\n");
        text.push_str(&line);
    }
    text
}

fn small() -> Small {
    Small::of(&[
        &calls(&[
            // A chain of three, the last of them past the range, about something else in the middle.
            ("c1", "03-02T09:00", 4, "YT7730000000001", "破损"),
            ("c2", "03-04T09:00", 2, "YT7730000000001", "丢失"),
            ("c3", "03-06T09:00", 3, "YT7730000000001", "破损"),
            // Alone.
            ("c4", "03-02T10:00", 4, "YT7730000000002", "破损"),
            // Back, but too late: two chains of one.
            ("c5", "03-02T11:00", 4, "YT7730000000003", "丢失"),
            ("c6", "03-06T11:00", 4, "YT7730000000003", "丢失"),
            // No issue: no chain.
            ("c7", "03-02T12:00", 4, "", "破损"),
            // Its window has not passed.
            ("c8", "03-19T12:00", 4, "YT7730000000004", "破损"),
            // Without a reason.
            ("c9", "03-02T13:00", 4, "YT7730000000005", ""),
        ]),
        "chat_id,started_at,first_reply_at,ended_at,platform,agent_id,outcome,waybill,problem_type\n\
         k1,2026-03-03 13:00:00,2026-03-03 13:00:20,2026-03-03 13:05:20,wechat,A1,served,YT7730000000005,丢失\n",
    ])
}

#[test]
fn chains_count_for_the_reason_and_day_of_their_first_contact() {
    let small = small();
    let run = small.run("2026-03-20 00:00:00");
    let source = Source {
        store: &small.store,
        run: &run,
    };
    let scope = Scope {
        to: "2026-03-05".parse().ok(),
        ..Scope::default()
    };
    let found = repeats(&scope, &source).unwrap();
    let damaged = &found.rows[0];
    assert_eq!(damaged.members, ["exception/damaged"]);
    assert_eq!(
        (damaged.first, damaged.followed, damaged.repeats),
        (2, 1, 2)
    );
    assert!((damaged.share - 0.5).abs() < 1e-12 && (damaged.mean_repeats - 2.0).abs() < 1e-12);
    assert!((damaged.minutes - 5.0).abs() < 1e-9 && damaged.longest == 2);
    assert_eq!(damaged.channels, [("phone".to_owned(), 2)]);
    assert_eq!((damaged.switched, damaged.other_reason), (0, 1));
    // 4 March 9:00 less 2 March 9:04.
    assert!((damaged.gap_s.unwrap() - (47.0 * 3600.0 + 56.0 * 60.0)).abs() < 1e-6);
    assert_eq!((found.rows[1].first, found.rows[1].followed), (1, 0));
    // Without a reason, and on another channel.
    assert_eq!(found.without, 1);
    let whole = &found.whole;
    assert_eq!((whole.first, whole.followed, whole.switched), (4, 2, 1));
    assert_eq!(
        whole.channels,
        [("phone".to_owned(), 2), ("chat".to_owned(), 1)]
    );
}

#[test]
fn of_all_reasons_together_it_is_what_fcr_says() {
    use crate::calendar::Grain;
    use crate::kpi::catalogue::Catalogue;
    use crate::kpi::pass::Grouping;
    use crate::kpi::query::Query;
    let small = small();
    let run = small.run("2026-03-20 00:00:00");
    let source = Source {
        store: &small.store,
        run: &run,
    };
    let found = repeats(&Scope::default(), &source).unwrap();
    assert_eq!(found.immature, 1);
    let catalogue = Catalogue::compile(&small.settings).unwrap();
    let query = Query {
        kpis: vec![catalogue.position("fcr").unwrap()],
        groupings: vec![Grouping {
            grain: Grain::All,
            by: Vec::new(),
        }],
        from: None,
        to: None,
        condition: None,
    };
    let fcr = query.answer(&catalogue, &source).unwrap()[0][0].estimate;
    assert_eq!(fcr.n, found.whole.first);
    assert!((1.0 - found.whole.share - fcr.value.unwrap()).abs() < 1e-12);
}

#[test]
fn a_condition_is_one_on_the_first_contact() {
    let small = small();
    let run = small.run("2026-03-20 00:00:00");
    let source = Source {
        store: &small.store,
        run: &run,
    };
    let scope = Scope {
        condition: Some("problem_type = 'exception/damaged'".to_owned()),
        by: vec!["channel".to_owned()],
        ..Scope::default()
    };
    let found = repeats(&scope, &source).unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].members, ["exception/damaged", "phone"]);
    // The repeat about a loss is one all the same.
    assert_eq!(found.rows[0].repeats, 2);
}
