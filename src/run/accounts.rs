//! The marts of the store's own accounts: `reject`, what was refused and why, and `run`, which runs there are.

use chrono::{NaiveDate, SecondsFormat};

use crate::error::Result;
use crate::i18n::Lang;
use crate::ingest::reason;
use crate::insight::frame::Frame;
use crate::kpi::query::Source;
use crate::store::quality::Line;

/// Rejected rows by file, table, reason and column, each with one masked example.
///
/// # Errors
/// When the accounts cannot be read.
pub fn rejects(source: &Source<'_>) -> Result<Frame> {
    let all = source.store.quality(source.run)?;
    let mut lines: Vec<&Line> = all
        .iter()
        .filter(|line| line.outcome == "rejected")
        .collect();
    lines.sort_by_key(|line| (&line.file, &line.table, &line.reason, &line.column));
    let each = || lines.iter();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Frame::default()
        .text("file", each().map(|line| Some(line.file.as_str())))
        .text("table", each().map(|line| Some(line.table.as_str())))
        .text("source", each().map(|line| Some(line.source.as_str())))
        .text("reason", each().map(|line| Some(line.reason.as_str())))
        .text(
            "reason_en",
            each().map(|line| Some(reason::describe(&line.reason, Lang::En))),
        )
        .text(
            "reason_zh",
            each().map(|line| Some(reason::describe(&line.reason, Lang::Zh))),
        )
        .text("column", each().map(|line| some(&line.column)))
        .count("rows", each().map(|line| u64::try_from(line.rows).ok()))
        .text("example", each().map(|line| some(&line.example))))
}

/// The runs up to the one that is reported on, oldest first; rows read and what became of them are known of that one.
///
/// # Errors
/// When the runs or the accounts cannot be read.
pub fn runs(source: &Source<'_>, date: NaiveDate) -> Result<Frame> {
    let mut runs = source.store.runs()?;
    runs.retain(|run| run.number <= source.run.number);
    let quality = source.store.quality(source.run)?;
    let mut files: Vec<&str> = quality.iter().map(|line| line.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let rows = |outcome: &str| -> u64 {
        let lines = quality.iter().filter(|line| line.outcome == outcome);
        lines.filter_map(|line| u64::try_from(line.rows).ok()).sum()
    };
    let reported = |number: i64| number == source.run.number;
    let count = |frame: Frame, name: &str, value: u64| {
        let numbers = runs.iter().map(|run| run.number);
        frame.count(name, numbers.map(|run| reported(run).then_some(value)))
    };
    let as_of = |micros: i64| {
        chrono::DateTime::from_timestamp_micros(micros)
            .map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    };
    let each = || runs.iter();
    let frame = Frame::default()
        .text("run", each().map(|run| Some(run.id())))
        .text("as_of", each().map(|run| as_of(run.as_of)))
        .flag("as_of_given", each().map(|run| Some(run.as_of_given)))
        .text("program", each().map(|run| Some(run.program.as_str())))
        .text("settings", each().map(|run| Some(run.settings.as_str())))
        .flag("reported", each().map(|run| Some(reported(run.number))))
        .text(
            "report_date",
            each().map(|run| reported(run.number).then(|| date.to_string())),
        );
    let frame = count(frame, "files", files.len() as u64);
    let outcomes = [
        ("rows_read", "read"),
        ("rows_stored", "stored"),
        ("rows_replaced", "replaced"),
        ("rows_duplicate", "duplicate"),
        ("rows_rejected", "rejected"),
    ];
    Ok(outcomes.into_iter().fold(frame, |frame, (name, outcome)| {
        count(frame, name, rows(outcome))
    }))
}
