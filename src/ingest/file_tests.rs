use std::fmt::Write as _;

use super::*;
use crate::settings::Settings;
use proptest::prelude::*;

fn parse(bytes: &[u8]) -> Parsed {
    let settings = Settings::builtin().unwrap();
    let key = Key::from_bytes([1; 32]);
    let exports = crate::testing::exports(bytes, &settings).unwrap();
    let (export, _dir) = &exports;
    export[0]
        .parse(&export[0].plans[0], &key, &settings.taxonomy.lookup())
        .unwrap()
}

fn faults(parsed: &Parsed) -> Vec<(u64, &str)> {
    parsed
        .rejects
        .iter()
        .map(|reject| (reject.line, reject.refusal.reason.code()))
        .collect()
}

const HEADER: &str = "chat_id,started_at,platform,problem_type";

#[test]
fn every_kind_of_broken_row_costs_only_itself() {
    let mut bytes = format!("{HEADER}\n").into_bytes();
    let good = |n: u32| format!("g{n},2026-03-02 09:00:00,微信,x\n");
    let broken: [(&[u8], &str); 8] = [
        (b"r1,2026-03-02\n", "field_count"),
        (b"r2,2026-03-02,a,b,c\n", "field_count"),
        (b"r3,2026-03-02,\"wechat,x\n", "unterminated_quote"),
        (b"r4,2026-03-02,\xff\xfe,x\n", "invalid_encoding"),
        (b"r5,2026-03-02,a\0b,x\n", "nul_byte"),
        (b"\n", "blank_line"),
        (b"r7,2026-02-30,a,b\n", "bad_time"),
        (b",2026-03-02,a,b\n", "missing"),
    ];
    let mut expect = Vec::new();
    for (n, (row, reason)) in (0_u32..).zip(broken) {
        bytes.extend_from_slice(good(n).as_bytes());
        bytes.extend_from_slice(row);
        expect.push((u64::from(n) * 2 + 3, reason));
    }
    bytes.extend_from_slice(good(99).as_bytes());
    let parsed = parse(&bytes);
    assert_eq!(faults(&parsed), expect);
    assert_eq!((parsed.totals.read, parsed.rows.num_rows()), (17, 9));
}

#[test]
fn line_breaks_inside_quotes_belong_to_the_row() {
    let text = format!("{HEADER}\na,2026-03-02,\"微\n信\",x\nb,2026-03-02,微信,x\n\n\n");
    let parsed = parse(text.as_bytes());
    assert_eq!(
        (
            parsed.totals.read,
            parsed.rows.num_rows(),
            parsed.rejects.len()
        ),
        (2, 2, 0)
    );
}

#[test]
fn the_same_table_in_three_encodings_gives_the_same_rows() {
    let text = "会话编号,开始时间,平台,问题类型\r\nc1,2026-03-02 09:00:00,微信,包裹破损\r\n";
    let utf8 = parse(text.as_bytes());
    let gb18030 = parse(&encoding_rs::GB18030.encode(text).0);
    let bom = parse(format!("\u{feff}{text}").as_bytes());
    // The last two columns say which file a row came from.
    let columns = |parsed: &Parsed| parsed.rows.columns()[..parsed.rows.num_columns() - 2].to_vec();
    assert_eq!(columns(&utf8), columns(&gb18030));
    assert_eq!(columns(&utf8), columns(&bom));
    assert_eq!(utf8.rows.num_rows(), 1);
}

#[test]
fn a_row_without_a_key_gets_one_from_its_content() {
    let text = "ticket_id,event_at,event\nT1,2026-03-02,created\nT1,2026-03-02,created\nT1,2026-03-03,note\n";
    let parsed = parse(text.as_bytes());
    let ids: Vec<String> = {
        use arrow::array::AsArray;
        parsed
            .rows
            .column(0)
            .as_string::<i32>()
            .iter()
            .flatten()
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[test]
fn unusable_files_say_why() {
    let settings = Settings::builtin().unwrap();
    for (bytes, part) in [
        (&b""[..], "is empty"),
        (b"\n\n", "nothing but blank lines"),
        (b"a,b,c\n1,2,3\n", "no table"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is a PNG image"),
        (b"\x01\x02\0\x03\0\0\0", "not a file of records"),
        (b"ticket_id,created_at,x,y\n", "too few to be sure"),
    ] {
        let error = crate::testing::exports(bytes, &settings)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(
            error.contains("t.csv") && error.contains(part),
            "{part}: {error}"
        );
    }
}

proptest! {
    /// Whatever the bytes below the header: every record is a row or a reject, and nothing panics.
    #[test]
    fn no_row_is_lost(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = format!("{HEADER}\n").into_bytes();
        bytes.extend_from_slice(&body);
        let parsed = parse(&bytes);
        prop_assert_eq!(parsed.totals.read, parsed.rows.num_rows() as u64 + parsed.rejects.len() as u64);
    }

    /// Broken lines between good ones never take a good one with them.
    #[test]
    fn good_rows_survive(noise in prop::collection::vec("[a-z,\" ]{0,30}", 1..20)) {
        let mut text = format!("{HEADER}\n");
        for (n, line) in noise.iter().enumerate() {
            let _ = write!(text, "g{n},2026-03-02 09:00:00,微信,x\n{line}\n");
        }
        text += "last,2026-03-02 09:00:00,微信,x\n";
        let parsed = parse(text.as_bytes());
        prop_assert!(parsed.rows.num_rows() > noise.len(), "{} of {}", parsed.rows.num_rows(), noise.len() + 1);
    }
}
