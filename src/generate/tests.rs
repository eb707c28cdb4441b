//! The generator as a whole: what its files promise, and whether what it plants can be found.

mod histories;
mod planted;
mod streaming;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::centre::Centre;
use super::records::Records;
use super::world::World;
use super::*;

/// A plan with everything planted.
pub(super) fn plan(days: u32, calls_per_day: u32) -> Plan {
    Plan {
        start: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        days,
        calls_per_day,
        seed: 20_260_302,
        split: Split::Week,
        anomalies: Anomalies::builtin().unwrap(),
    }
}

fn files(plan: &Plan) -> Vec<GeneratedFile> {
    generate(plan, &Taxonomy::builtin()).unwrap()
}

/// The files of the default plan, drawn once for all tests.
fn default_files() -> &'static [GeneratedFile] {
    static FILES: OnceLock<Vec<GeneratedFile>> = OnceLock::new();
    FILES.get_or_init(|| files(&plan(28, 200)))
}

fn truth(files: &[GeneratedFile]) -> GroundTruth {
    let file = files.iter().find(|file| file.name == GROUND_TRUTH).unwrap();
    toml::from_str(std::str::from_utf8(&file.bytes).unwrap()).unwrap()
}

/// Physical lines of a file, decoded; whether anything was lost on the way.
fn lines(file: &GeneratedFile) -> (Vec<String>, bool) {
    let encoding = if file.name.starts_with("calls") {
        encoding_rs::GB18030
    } else {
        encoding_rs::UTF_8
    };
    let (text, _, lossy) = encoding.decode(&file.bytes);
    (
        text.lines()
            .map(|line| line.trim_end_matches('\r').to_owned())
            .collect(),
        lossy,
    )
}

fn cells(line: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(line.as_bytes());
    let record = reader.records().next().unwrap().unwrap();
    record.iter().map(str::to_owned).collect()
}

/// The good rows of a table, by header.
fn rows(files: &[GeneratedFile], table: &str) -> Vec<BTreeMap<String, String>> {
    let truth = truth(files);
    let mut rows = Vec::new();
    for file in files.iter().filter(|file| {
        file.name == format!("{table}.csv") || file.name.starts_with(&format!("{table}_2"))
    }) {
        let (lines, _) = lines(file);
        let header = cells(&lines[0]);
        for (index, line) in lines.iter().enumerate().skip(1) {
            if truth
                .broken
                .iter()
                .all(|row| (row.file.as_str(), row.line) != (file.name.as_str(), index + 1))
            {
                let cells = cells(line);
                assert_eq!(
                    cells.len(),
                    header.len(),
                    "{} line {}",
                    file.name,
                    index + 1
                );
                rows.push(header.iter().cloned().zip(cells).collect());
            }
        }
    }
    rows
}

/// Runs a plan and shows the records to a check.
fn with_records(plan: &Plan, check: impl FnOnce(&Records, &World)) {
    let world = World::new(plan, &Taxonomy::builtin()).unwrap();
    check(&Centre::all(&world, &plan.anomalies), &world);
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(files(&plan(3, 60)), files(&plan(3, 60)));
    assert_ne!(
        files(&plan(3, 60)),
        files(&Plan {
            seed: 2,
            ..plan(3, 60)
        })
    );
}

#[test]
fn every_table_is_there_in_every_split_and_size() {
    for (days, calls, split) in [
        (1, 10, Split::Week),
        (1, 10, Split::Day),
        (3, 40, Split::Day),
        (10, 40, Split::Week),
        (1, 0, Split::Day),
    ] {
        let files = files(&Plan {
            split,
            ..plan(days, calls)
        });
        for table in tables::ALL {
            assert!(
                files.iter().any(|file| file.name.starts_with(table.name)),
                "{} in {days} × {calls}",
                table.name
            );
        }
        assert!(files.is_sorted_by_key(|file| &file.name));
        truth(&files);
    }
}

#[test]
fn the_default_plan_is_small_enough() {
    let size: usize = default_files().iter().map(|file| file.bytes.len()).sum();
    assert!((2_500_000..3_800_000).contains(&size), "{size} bytes");
}

#[test]
fn only_the_planted_byte_is_lost_in_decoding() {
    let truth = truth(default_files());
    for file in default_files() {
        let planted = truth
            .broken
            .iter()
            .any(|row| row.file == file.name && row.fault == "invalid_bytes");
        assert_eq!(lines(file).1, planted, "{}", file.name);
        assert_eq!(
            file.name.starts_with("calls"),
            file.bytes.windows(2).any(|pair| pair == b"\r\n"),
            "{}",
            file.name
        );
    }
}

#[test]
fn keys_are_unique_apart_from_the_planted_rows() {
    for (table, key) in [
        ("calls", &["通话编号"][..]),
        ("chats", &["chat_id"]),
        ("tickets", &["工单号"]),
        ("surveys", &["survey_id"]),
        ("evaluations", &["质检编号", "质检项"]),
        ("agents", &["工号"]),
        ("parcels", &["date", "outlet"]),
    ] {
        let rows = rows(default_files(), table);
        let keys: BTreeSet<Vec<&String>> = rows
            .iter()
            .map(|row| key.iter().map(|name| &row[*name]).collect())
            .collect();
        assert_eq!(
            (keys.len(), rows.is_empty()),
            (rows.len(), false),
            "{table}"
        );
    }
}

#[test]
fn each_broken_row_is_where_the_ground_truth_says() {
    let truth = truth(default_files());
    assert_eq!(truth.broken.len(), 14);
    for row in &truth.broken {
        let file = default_files()
            .iter()
            .find(|file| file.name == row.file)
            .unwrap();
        let (lines, _) = lines(file);
        let line = &lines[row.line - 1];
        let fits = match row.fault.as_str() {
            "ragged" => cells(line).len() != cells(&lines[0]).len(),
            "open_quote" => line.matches('"').count() == 1,
            "invalid_bytes" => line.contains('\u{fffd}'),
            "impossible_date" => line.contains("2026-02-30"),
            "not_a_number" => line.contains("很久") || line.contains("一点五"),
            "scientific_notation" => line.contains("7.73E+14"),
            "missing_required" => line.starts_with(','),
            "score_out_of_range" => line.ends_with(",7"),
            "end_before_start" => cells(line)[5] < cells(line)[2],
            "duplicate" => *line == lines[row.line - 2],
            "corrected" => {
                cells(line)[0] == cells(&lines[row.line - 2])[0]
                    && cells(line)[2] > cells(&lines[row.line - 2])[2]
            }
            other => panic!("unknown fault {other}"),
        };
        assert!(fits, "{row:?}: {line}");
    }
    for (name, rows) in truth.file.iter().map(|file| (&file.name, file.rows)) {
        let file = default_files()
            .iter()
            .find(|file| file.name == *name)
            .unwrap();
        assert_eq!(lines(file).0.len(), rows + 1, "{name}");
    }
}

#[test]
fn nothing_is_planted_unless_asked_for() {
    let none = Anomalies::parse("").unwrap();
    assert_eq!(none, Anomalies::default());
    let truth = truth(&files(&Plan {
        anomalies: none,
        ..plan(2, 40)
    }));
    assert!(truth.broken.is_empty() && truth.expect.is_empty());
}

#[test]
fn unknown_fields_kinds_and_members_are_refused() {
    assert!(Anomalies::parse("brokn = true").is_err());
    assert!(Anomalies::parse("[[anomaly]]\nkind = \"flood\"").is_err());
    assert!(Anomalies::parse("[[anomaly]]\nkind = \"slow_outlet\"\noutlet = \"x\"\nfrom_day = 1\nfactor = 2.0\nday = 3").is_err());
    let stranger =
        Anomalies::parse("[[anomaly]]\nkind = \"low_fcr\"\nagents = [\"A9999\"]\nfactor = 0.5")
            .unwrap();
    let error = generate(
        &Plan {
            anomalies: stranger,
            ..plan(1, 10)
        },
        &Taxonomy::builtin(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("A9999"), "{error}");
}

#[test]
fn the_ground_truth_holds_the_anomalies_in_the_form_that_is_read() {
    let truth = truth(default_files());
    assert_eq!(truth.anomalies, Anomalies::builtin().unwrap());
    let again = toml::to_string(&truth.anomalies).unwrap();
    assert_eq!(Anomalies::parse(&again).unwrap(), truth.anomalies);
    assert!(truth.anomalies.anomaly.len() <= truth.expect.len());
}

#[test]
fn instants_of_a_contact_are_in_order_and_agents_take_one_call_at_a_time() {
    with_records(&plan(7, 300), |records, world| {
        let mut free = vec![0; world.agents.len()];
        for call in &records.calls {
            let instants = [
                Some(call.started),
                call.queued,
                call.answered,
                Some(call.ended),
            ];
            assert!(
                instants.into_iter().flatten().is_sorted(),
                "{}",
                call.call_id
            );
            if let (Some(agent), Some(answered)) = (call.agent, call.answered) {
                assert!(free[agent] <= answered, "{} overlaps", call.call_id);
                free[agent] = call.ended;
            }
        }
        for chat in &records.chats {
            let instants = [
                Some(chat.started),
                chat.human_requested,
                chat.first_reply,
                Some(chat.ended),
            ];
            assert!(
                instants.into_iter().flatten().is_sorted(),
                "{}",
                chat.chat_id
            );
        }
    });
}

#[test]
fn references_lead_to_contacts() {
    let files = default_files();
    let mut known: BTreeSet<String> = rows(files, "calls")
        .iter()
        .map(|row| row["通话编号"].clone())
        .collect();
    known.extend(
        rows(files, "chats")
            .iter()
            .map(|row| row["chat_id"].clone()),
    );
    let tickets: BTreeSet<String> = rows(files, "tickets")
        .iter()
        .map(|row| row["工单号"].clone())
        .collect();
    assert!(
        rows(files, "tickets")
            .iter()
            .all(|row| row["关联联系编号"].is_empty() || known.contains(&row["关联联系编号"]))
    );
    assert!(
        rows(files, "ticket_events")
            .iter()
            .all(|row| tickets.contains(&row["ticket_id"]))
    );
    known.extend(tickets);
    for table in ["surveys", "messages"] {
        assert!(
            rows(files, table)
                .iter()
                .all(|row| known.contains(&row["contact_ref"])),
            "{table}"
        );
    }
    assert!(
        rows(files, "evaluations")
            .iter()
            .all(|row| known.contains(&row["联系编号"]))
    );
}
