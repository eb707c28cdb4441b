//! `kefu store`: the runs of a store, whether it is sound, and clearing it up.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::calendar;
use crate::error::Result;
use crate::report::format::count;
use crate::run::reading;
use crate::schema::Table;
use crate::schema::facts::FACTS;
use crate::settings::Settings;
use crate::store::Store;
use crate::store::runs::Run;
use crate::store::upkeep::{self, Verified};

use super::sheet::plain;
use super::{Common, output};

#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum StoreCommand {
    /// The runs, newest last: when they were judged, their rows, versions, program and settings
    Log {
        /// How many runs, the newest
        #[arg(long, value_name = "N", default_value_t = 30)]
        last: usize,
    },
    /// Whether every file of the newest run is there and as it was written; ends with 1 when not
    Verify {
        /// The files of every earlier run that is kept, too
        #[arg(long)]
        all: bool,
    },
    /// Make one file of every day that has several
    Compact,
    /// Remove the files that no kept run refers to
    Vacuum {
        /// How many runs stay readable, the newest; default: `retention.runs`
        #[arg(long, value_name = "RUNS")]
        keep: Option<u64>,
        /// Only say what would be removed
        #[arg(long)]
        dry_run: bool,
    },
}

pub fn store(common: &Common, args: &StoreArgs) -> Result<ExitCode> {
    let settings = common.settings()?;
    let store = Store::open(&common.store)?;
    match args.command {
        // Reading needs no lock: a run that is under way is not in the list yet.
        StoreCommand::Log { last } => log(common, &settings, &store, last),
        StoreCommand::Verify { all } => {
            let _lock = store.lock()?;
            verify(common, &store, all)
        }
        StoreCommand::Compact => {
            let _lock = store.lock()?;
            compact(common, &store)
        }
        StoreCommand::Vacuum { keep, dry_run } => {
            let _lock = store.lock()?;
            vacuum(
                common,
                &store,
                keep.unwrap_or(settings.retention.runs),
                dry_run,
            )
        }
    }
}

/// Rows of the tables of a run: of records and of facts.
fn rows(store: &Store, run: &Run) -> Result<(u64, u64)> {
    let (mut records, mut facts) = (0, 0);
    for table in run.versions.keys() {
        let rows: u64 = match run.rows.get(table) {
            Some(rows) => *rows,
            // A run of an earlier program has not recorded them.
            None => store
                .parts_at(table, run)?
                .iter()
                .map(|part| part.rows)
                .sum(),
        };
        if Table::by_name(table).is_some() {
            records += rows;
        } else if FACTS.iter().any(|fact| fact.name == table) {
            facts += rows;
        }
    }
    Ok((records, facts))
}

fn log(common: &Common, settings: &Settings, store: &Store, last: usize) -> Result<ExitCode> {
    let runs = store.runs()?;
    let first = runs.len().saturating_sub(last);
    let header = [
        "run", "as of", "asked", "records", "facts", "files", "program", "settings", "versions",
    ];
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut all = Vec::new();
    for run in runs.get(first..).unwrap_or_default() {
        let as_of = calendar::print(settings.centre.zone, run.as_of);
        let (records, facts) = rows(store, run)?;
        let whole = reading::is_whole(store, run)?;
        if common.json {
            all.push(serde_json::json!({
                "run": run.id(), "as_of": as_of, "as_of_given": run.as_of_given, "records": records,
                "facts": facts, "readable": whole, "program": run.program, "settings": run.settings,
                "versions": run.versions, "rows": run.rows, "format": run.format, "fact_columns": run.facts,
                "definitions": run.definitions,
            }));
            continue;
        }
        let versions: Vec<String> = run
            .versions
            .iter()
            .map(|(table, version)| format!("{table}={version}"))
            .collect();
        lines.push(vec![
            run.id(),
            as_of,
            if run.as_of_given { "yes" } else { "no" }.to_owned(),
            count(records),
            count(facts),
            if whole { "all" } else { "removed" }.to_owned(),
            run.program.clone(),
            run.settings.get(..8).unwrap_or(&run.settings).to_owned(),
            versions.join(" "),
        ]);
    }
    if common.json {
        output::stdout(format!("{}\n", serde_json::Value::Array(all)).as_bytes())?;
    } else {
        let table = plain(&header.map(str::to_owned), &lines, 3..5);
        output::stdout(format!("{table}\n").as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(common: &Common, store: &Store, all: bool) -> Result<ExitCode> {
    let found = upkeep::verify(store, all)?;
    let text = if common.json {
        format!("{}\n", verified_json(&found))
    } else {
        verified_text(store, &found)
    };
    output::stdout(text.as_bytes())?;
    Ok(ExitCode::from(u8::from(!found.troubles.is_empty())))
}

fn verified_text(store: &Store, found: &Verified) -> String {
    let mut text = String::new();
    for trouble in &found.troubles {
        let _ = writeln!(text, "wrong   {}: {}", trouble.place, trouble.what);
    }
    for note in &found.notes {
        let _ = writeln!(text, "note    {note}");
    }
    for (path, size) in &found.orphans {
        let path = path.strip_prefix(store.root()).unwrap_or(path);
        let _ = writeln!(
            text,
            "orphan  {} ({} bytes): no run refers to it; `kefu store vacuum` removes it",
            path.display(),
            count(*size)
        );
    }
    let _ = writeln!(
        text,
        "{}: {} tables, {} files, {} rows, {} bytes: {}",
        found.run,
        found.tables,
        count(found.files as u64),
        count(found.rows),
        count(found.bytes),
        match found.troubles.len() {
            0 => "sound".to_owned(),
            1 => "1 problem".to_owned(),
            more => format!("{more} problems"),
        }
    );
    if !found.troubles.is_empty() {
        text.push_str(
            "Bring the files back from a backup, or build the store anew: `kefu run INPUT --store NEW` with all exports.\n",
        );
    }
    text
}

fn verified_json(found: &Verified) -> serde_json::Value {
    let troubles: Vec<_> = found
        .troubles
        .iter()
        .map(|trouble| serde_json::json!({ "place": trouble.place, "what": trouble.what }))
        .collect();
    let orphans: Vec<_> = found
        .orphans
        .iter()
        .map(|(path, size)| serde_json::json!({ "path": path, "bytes": size }))
        .collect();
    serde_json::json!({
        "run": found.run, "tables": found.tables, "files": found.files, "rows": found.rows, "bytes": found.bytes,
        "sound": found.troubles.is_empty(), "wrong": troubles, "notes": found.notes, "orphans": orphans,
    })
}

fn compact(common: &Common, store: &Store) -> Result<ExitCode> {
    let done = upkeep::compact(store)?;
    let text = if common.json {
        let tables: Vec<_> = done
            .iter()
            .map(|one| serde_json::json!({ "table": one.table, "days": one.days, "files": one.files }))
            .collect();
        format!("{}\n", serde_json::Value::Array(tables))
    } else if done.is_empty() {
        "Nothing to do: every day is one file.\n".to_owned()
    } else {
        done.iter().fold(String::new(), |mut text, one| {
            let _ = writeln!(
                text,
                "{}: {} files of {} days are now {}; `kefu store vacuum` removes the old ones",
                one.table, one.files, one.days, one.days
            );
            text
        })
    };
    output::stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn vacuum(common: &Common, store: &Store, keep: u64, dry: bool) -> Result<ExitCode> {
    let done = upkeep::vacuum(store, keep, dry)?;
    let bytes: u64 = done.removed.iter().map(|file| file.size).sum();
    let mut text = String::new();
    if common.json {
        let files: Vec<_> = done
            .removed
            .iter()
            .map(|file| serde_json::json!({ "path": file.path, "bytes": file.size }))
            .collect();
        let value = serde_json::json!({
            "dry_run": dry, "kept": done.runs, "oldest": done.kept.as_ref().map(|kept| &kept.0), "bytes": bytes,
            "files": files,
        });
        let _ = writeln!(text, "{value}");
    } else {
        for file in done.removed.iter().filter(|_| dry || common.verbose > 0) {
            let path = file.path.strip_prefix(store.root()).unwrap_or(&file.path);
            let _ = writeln!(text, "{}", path.display());
        }
        let (files, bytes) = (count(done.removed.len() as u64), count(bytes));
        let _ = match (done.removed.len(), dry) {
            (0, _) => writeln!(text, "Nothing to remove."),
            (_, true) => writeln!(text, "would be removed: files {files}, bytes {bytes}"),
            (_, false) => writeln!(text, "removed: files {files}, bytes {bytes}"),
        };
        if let Some((oldest, newest)) = &done.kept {
            let _ = writeln!(text, "readable runs: {oldest} to {newest} ({})", done.runs);
        }
    }
    output::stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
