//! The forms of an answer: long, wide, the mart.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Centre, PARCELS, cisco};
use crate::calendar::Grain;
use crate::kpi::mart::{self, Charts, Judged};
use crate::kpi::pass::{Group, Grouping};
use crate::kpi::query::{Query, Row};
use crate::kpi::table::{Layout, Table};
use crate::kpi::wide::{Wide, parquet_by_month};
use crate::schema::measure::Bound;
use crate::testing::parquet_rows;

fn texts(batch: &RecordBatch, name: &str) -> StringArray {
    let texts = cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
    texts.as_string::<i32>().clone()
}

#[test]
fn the_long_form_as_parquet_has_the_rows_it_has() {
    let tickets = "ticket_id,created_at,kind,outlet\n\
        T1,2026-03-02 09:00:00,complaint,杭州\n\
        T2,2026-03-03 10:00:00,complaint,\n";
    let centre = Centre::of(&[&cisco(), tickets, PARCELS]);
    for (grain, ids, by) in [
        (
            Grain::Day,
            ["offered", "answer_rate", "asa", "aht_p90"],
            "queue",
        ),
        // By week the members do not come in their order.
        (
            Grain::Week,
            ["offered", "answer_rate", "asa", "aht_p90"],
            "queue",
        ),
        // The last is a ratio of what two passes count.
        (
            Grain::Day,
            [
                "tickets",
                "complaints",
                "parcels",
                "complaints_per_million_parcels",
            ],
            "outlet",
        ),
    ] {
        let query = centre.query(&ids, grain, &[by], None);
        let answer = query.measure(&centre.catalogue, &centre.source()).unwrap();
        let table = Table {
            answer: &answer,
            grouping: 0,
        };
        let rows: Vec<Row> = table.rows().collect();
        let batch = parquet_rows(table.parquet(Vec::new()).unwrap());
        assert!(rows.len() >= 8);
        assert_eq!(batch.num_rows(), rows.len());
        let [kpis, periods, members, statuses] =
            ["kpi", "period", by, "status"].map(|name| texts(&batch, name));
        assert_eq!(periods.null_count(), 0);
        let number = |name: &str, at: usize| {
            let column = batch.column_by_name(name).unwrap();
            let column = column.as_primitive::<Float64Type>();
            column.is_valid(at).then(|| column.value(at))
        };
        let n = batch.column_by_name("n").unwrap();
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(kpis.value(at), answer.id(row.kpi));
            assert_eq!(periods.value(at), row.group.period);
            let member = members.is_valid(at).then(|| members.value(at));
            assert_eq!(member, row.group.members[0].as_deref());
            assert_eq!(statuses.value(at), row.status.code());
            let count = n.as_primitive::<Int64Type>().value(at);
            assert_eq!(u64::try_from(count).unwrap(), row.estimate.n);
            let interval = row.estimate.interval;
            for (name, expect) in [
                ("value", row.estimate.value),
                ("numerator", row.estimate.numerator),
                ("denominator", row.estimate.denominator),
                ("ci_low", interval.map(|interval| interval.low)),
                ("ci_high", interval.map(|interval| interval.high)),
                ("target", row.bound.map(Bound::value)),
            ] {
                assert_eq!(number(name, at), expect, "{name} {row:?}");
            }
        }
        assert!(members.null_count() > 0);
        let verdicts: BTreeSet<_> = statuses.iter().collect();
        assert!(verdicts.len() > 1 || by == "outlet");
    }
}

#[test]
fn the_wide_form_holds_the_values_of_the_long_one() {
    let centre = Centre::of(&[&cisco()]);
    let kpis: Vec<usize> = (0..centre.catalogue.kpis.len()).collect();
    for by in [&[][..], &["queue"], &["weekday", "agent_id"]] {
        let by: Vec<String> = by.iter().map(|name| (*name).to_owned()).collect();
        let groupings = [Grain::All, Grain::Day].map(|grain| Grouping {
            grain,
            by: by.clone(),
        });
        let query = Query {
            kpis: kpis.clone(),
            groupings: groupings.to_vec(),
            from: None,
            to: None,
            condition: None,
        };
        let answer = query.measure(&centre.catalogue, &centre.source()).unwrap();
        for grouping in 0..2 {
            let long: BTreeMap<(Group, usize), Option<f64>> = answer
                .rows(grouping)
                .map(|row| ((row.group.as_ref().clone(), row.kpi), row.estimate.value))
                .collect();
            let wide = Wide::of(&answer, grouping);
            let at: Vec<usize> = wide.kpis().collect();
            let mut found = BTreeMap::new();
            for (group, values) in wide.rows() {
                for (kpi, value) in at.iter().zip(values) {
                    found.insert((group.clone(), *kpi), value);
                }
            }
            assert!(long.values().flatten().count() > 1);
            for (place, value) in &found {
                // The wide form has a place for every figure of every group; the long one only rows that exist.
                assert_eq!(long.get(place).copied().flatten(), *value, "{place:?}");
            }
            assert!(long.keys().all(|place| found.contains_key(place)));
        }
    }
}

#[test]
fn the_wide_form_month_by_month_is_that_of_all_at_once() {
    // Rows in February and March; the last figures have none at all.
    let february = cisco()
        .replace("2026-03-0", "2026-02-0")
        .replace("answered2", "earlier2")
        .replace("abandoned4", "earlier4");
    let centre = Centre::of(&[&cisco(), &february]);
    for (grain, by) in [
        (Grain::Day, "queue"),
        (Grain::Day, "agent_id"),
        (Grain::Hour, "queue"),
    ] {
        let ids = ["offered", "answer_rate", "asa", "aht", "answer_rate"];
        let query = centre.query(&ids, grain, &[by], None);
        let answer = query
            .clone()
            .measure(&centre.catalogue, &centre.source())
            .unwrap();
        let whole = Wide::of(&answer, 0).parquet(Vec::new()).unwrap();
        let parts =
            parquet_by_month(&query, &centre.catalogue, &centre.source(), Vec::new()).unwrap();
        let (whole, parts) = (parquet_rows(whole), parquet_rows(parts));
        assert!(whole.num_rows() >= 16);
        assert_eq!(whole.num_columns(), 6);
        assert_eq!(whole, parts);
    }
    let none = centre.query(&["offered"], Grain::Day, &[], Some("queue = 'x'"));
    let parts = parquet_by_month(&none, &centre.catalogue, &centre.source(), Vec::new()).unwrap();
    let file = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parts)).unwrap();
    assert_eq!(file.metadata().file_metadata().num_rows(), 0);
    assert_eq!(file.schema().field(1).name(), "offered");
}

#[test]
fn the_mart_holds_the_same_figures_as_the_query() {
    let centre = Centre::of(&[&cisco()]);
    let mut mart = mart::compute(&centre.catalogue, &centre.source(), false).unwrap();
    let at = centre.catalogue.position("asa").unwrap();
    for (grain, by) in [(Grain::All, "queue"), (Grain::All, "agent_id")] {
        let of_mart = mart.of(at, grain, &[by]);
        assert_eq!(of_mart, centre.ask(&["asa"], grain, &[by], None));
    }
    let judged = Judged {
        lower: Some(2.5),
        upper: Some(30.0),
        signal: Some("outside"),
    };
    mart.judge(Charts::from([((at, "2026-03-02".to_owned()), judged)]));
    let bytes = mart.parquet("r0001", Vec::new()).unwrap();
    let batch = parquet_rows(bytes.clone());
    let column = |name: &str| batch.column_by_name(name).unwrap();
    let signals = texts(&batch, "signal");
    let days: Vec<usize> = (0..batch.num_rows())
        .filter(|row| signals.is_valid(*row))
        .collect();
    let [day] = days.as_slice() else {
        panic!("{days:?}")
    };
    let text = |name: &str| {
        let texts = texts(&batch, name);
        texts.is_valid(*day).then(|| texts.value(*day).to_owned())
    };
    let limit = |name: &str| column(name).as_primitive::<Float64Type>().value(*day);
    assert_eq!(
        ["kpi", "grain", "period", "dimension", "signal"].map(text),
        [
            Some("asa"),
            Some("day"),
            Some("2026-03-02"),
            None,
            Some("outside")
        ]
        .map(|text| text.map(str::to_owned))
    );
    assert_eq!((limit("limit_low"), limit("limit_high")), (2.5, 30.0));
    assert_eq!(
        bytes,
        mart.parquet("r0001", Vec::new()).unwrap(),
        "the same input gives the same bytes"
    );
}
