use super::*;
use crate::testing::Small;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn small() -> Small {
    Small::of(&[
        "工单号,创建时间,更新时间,工单类型,工单状态,联系电话,运单号,问题类型,outlet,赔付金额\n\
         T1,2026-03-02 09:00:00,2026-03-02 12:00:00,投诉,已解决,13900000001,YT7730000000001,破损,甲,30\n\
         T2,2026-03-10 09:00:00,2026-03-10 12:00:00,投诉,处理中,13900000001,YT7730000000001,破损,甲,\n\
         T3,2026-03-11 09:00:00,2026-03-11 12:00:00,投诉,处理中,13900000001,YT7730000000002,丢失,乙,\n\
         T4,2026-03-12 09:00:00,2026-03-12 12:00:00,投诉,已解决,13900000002,YT7730000000009,破损,甲,5\n\
         T5,2026-03-13 09:00:00,2026-03-13 12:00:00,投诉,已解决,13900000003,YT7730000000009,破损,甲,\n\
         T6,2026-03-13 10:00:00,2026-03-13 12:00:00,查询,已解决,13900000002,YT7730000000008,破损,甲,\n\
         T7,2026-03-13 11:00:00,2026-03-13 12:00:00,投诉,已解决,,,破损,甲,\n",
        "通话流水号,呼叫时间,接听时间,挂机时间,技能组,来电号码,工号,通话状态\n\
         c1,2026-03-12 09:00:00,2026-03-12 09:00:00,2026-03-12 09:10:00,查询,13900000001,A1,接通\n",
    ])
}

fn found(scope: &Scope) -> Result<Focus> {
    let small = small();
    let run = small.run("2026-03-20 00:00:00");
    let source = Source {
        store: &small.store,
        run: &run,
    };
    focus(scope, 2.0, &source)
}

#[test]
fn customers_and_parcels_with_repeated_complaints_are_listed() {
    let found = found(&Scope::default()).unwrap();
    assert_eq!(found.days, (day("2026-02-14"), day("2026-03-13")));
    assert_eq!((found.complaints, found.unknown), (6, 1));
    assert_eq!(found.rows.len(), 2);
    let customer = &found.rows[0];
    assert_eq!(customer.who.kind(), "customer");
    assert_eq!(customer.who.name().len(), 32);
    assert_eq!(
        (customer.complaints, customer.again, customer.open),
        (3, 1, 2)
    );
    assert_eq!(customer.tickets, ["T3", "T2", "T1"]);
    assert_eq!(customer.open_tickets, ["T3", "T2"]);
    assert_eq!(customer.days, (day("2026-03-02"), day("2026-03-11")));
    assert_eq!(customer.problems[0], ("exception/damaged".to_owned(), 2));
    assert_eq!((customer.waybills, customer.contacts), (2, 4));
    // Ten minutes at two yuan, and thirty paid.
    assert!((customer.minutes - 10.0).abs() < 1e-9 && (customer.cost - 50.0).abs() < 1e-9);
    // Two customers about one parcel; what one says about a parcel stands with the customer.
    let parcel = &found.rows[1];
    assert_eq!(parcel.who, Who::Waybill("YT7…009".to_owned()));
    assert_eq!(parcel.tickets, ["T5", "T4"]);
}

#[test]
fn the_window_and_the_number_can_be_asked_for() {
    let scope = Scope {
        from: Some(day("2026-03-10")),
        least: 3,
        ..Scope::default()
    };
    assert_eq!(found(&scope).unwrap().rows, []);
    let scope = Scope {
        from: Some(day("2026-03-10")),
        condition: Some("outlet = '甲'".to_owned()),
        ..Scope::default()
    };
    let found_there = found(&scope).unwrap();
    assert_eq!(found_there.rows.len(), 1);
    let once = Scope {
        least: 1,
        ..Scope::default()
    };
    assert!(matches!(found(&once), Err(Error::Usage { .. })));
    let never = Scope {
        to: Some(day("2026-01-01")),
        ..Scope::default()
    };
    assert!(matches!(found(&never), Err(Error::Nothing { .. })));
}
