//! The accounts of the store → what the report says about trust in its figures.

use std::collections::BTreeMap;

use crate::i18n::{Bilingual, Lang};
use crate::ingest::reason;
use crate::report::nightly::{FileLedger, RejectExample, RejectGroup, UnmappedCode};
use crate::store::quality::Line;

/// Rows of every file and table, as counted when they were taken in.
pub(super) fn ledger(quality: &[Line]) -> Vec<FileLedger> {
    let mut files: BTreeMap<(&str, &str), FileLedger> = BTreeMap::new();
    for line in quality {
        let rows = u64::try_from(line.rows).unwrap_or_default();
        let entry = files
            .entry((&line.file, &line.table))
            .or_insert_with(|| FileLedger {
                file: line.file.clone(),
                table: line.table.clone(),
                read: 0,
                stored: 0,
                replaced: 0,
                duplicate: 0,
                rejected: 0,
            });
        let counter = match line.outcome.as_str() {
            "read" => &mut entry.read,
            "stored" => &mut entry.stored,
            "replaced" => &mut entry.replaced,
            "duplicate" => &mut entry.duplicate,
            "rejected" => &mut entry.rejected,
            _ => continue,
        };
        *counter += rows;
    }
    files.into_values().collect()
}

/// Rejected rows by reason and column, over all files.
pub(super) fn rejects(quality: &[Line]) -> Vec<RejectGroup> {
    let mut groups: BTreeMap<(&str, &str), RejectGroup> = BTreeMap::new();
    for line in quality.iter().filter(|line| line.outcome == "rejected") {
        let group = groups
            .entry((&line.reason, &line.column))
            .or_insert_with(|| RejectGroup {
                reason: Bilingual::new(
                    reason::describe(&line.reason, Lang::En),
                    reason::describe(&line.reason, Lang::Zh),
                ),
                column: line.column.clone(),
                rows: 0,
                examples: Vec::new(),
            });
        group.rows += u64::try_from(line.rows).unwrap_or_default();
        if let Some((number, value)) = line
            .example
            .strip_prefix("line ")
            .and_then(|rest| rest.split_once(": "))
        {
            group.examples.push(RejectExample {
                file: line.file.clone(),
                line: number.parse().unwrap_or_default(),
                value: value.to_owned(),
            });
        }
    }
    groups.into_values().collect()
}

/// Codes and problem types that nothing knows.
pub(super) fn unmapped(quality: &[Line]) -> Vec<UnmappedCode> {
    let mut codes: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    let unknown = ["unknown_code", "unknown_problem_type"];
    for line in quality
        .iter()
        .filter(|line| unknown.contains(&line.reason.as_str()))
    {
        *codes
            .entry((&line.table, &line.column, &line.example))
            .or_default() += u64::try_from(line.rows).unwrap_or_default();
    }
    codes
        .into_iter()
        .map(|((table, column, value), rows)| UnmappedCode {
            table: table.to_owned(),
            column: column.to_owned(),
            value: value.to_owned(),
            rows,
        })
        .collect()
}

/// Remarks on rows that were kept: masked customers, talk time of calls nobody answered.
pub(super) fn notes(quality: &[Line]) -> Vec<Bilingual> {
    let total = |reason: &str| -> i64 {
        quality
            .iter()
            .filter(|line| line.outcome == "note" && line.reason == reason)
            .map(|line| line.rows)
            .sum()
    };
    let mut notes = Vec::new();
    let masked = total("masked_customer");
    if masked > 0 {
        notes.push(Bilingual::new(
            format!("{masked} rows came with a masked customer number: it identifies nobody, so repeat contacts of these customers are found by waybill only."),
            format!("{masked} 行的客户号码在导出前已脱敏，无法识别客户，只能按运单号判断重复来访。"),
        ));
    }
    let talking = total("unanswered_with_talk");
    if talking > 0 {
        notes.push(Bilingual::new(
            format!("{talking} calls that nobody answered carry talk time; it is not counted."),
            format!("{talking} 通未接通电话带有通话时长，未计入统计。"),
        ));
    }
    notes
}
