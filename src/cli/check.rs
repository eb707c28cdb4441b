//! `kefu check`: what each file is, how its columns map, what would be rejected; for an unknown file, a mapping
//! that may fit. Writes nothing.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use arrow::array::RecordBatch;
use clap::Args;

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::ingest::engine::{Sink, Totals};
use crate::ingest::plan::{Origin, Plan};
use crate::ingest::privacy::{Key, example};
use crate::ingest::propose::{self, Proposal};
use crate::ingest::{self, Export, Opened, Reject, reason};
use crate::run::files;

use super::{Common, output};

/// How many rejects and notes are shown per file.
const SHOWN: usize = 10;

#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Files and folders of exports
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
}

pub fn check(common: &Common, args: &CheckArgs) -> Result<ExitCode> {
    let settings = common.settings()?;
    let taxonomy = settings.taxonomy.lookup();
    // Pseudonyms are thrown away with the rest; no key file is made for a dry run.
    let key = Key::from_bytes([0; 32]);
    let spool = tempfile::tempdir()
        .map_err(|error| Error::io("create a folder in", &std::env::temp_dir(), error))?;
    let mut refused = 0_usize;
    let mut all = Vec::new();
    let mut proposals: Vec<Proposal> = Vec::new();
    for file in files::discover(&args.inputs, spool.path())? {
        let opened = ingest::open(&file.path, &file.name, &settings, spool.path());
        match opened.and_then(Opened::settled) {
            Ok(opened) => {
                for export in &opened.exports {
                    for plan in &export.plans {
                        let mut seen = Seen::default();
                        let totals = export.read(plan, &key, &taxonomy, &mut seen)?;
                        if common.json {
                            all.push(as_json(export, plan, &totals, &seen));
                        } else {
                            let text = as_text(export, plan, &totals, &seen);
                            output::stdout(text.as_bytes())?;
                        }
                    }
                }
                for (name, why) in opened.refused.iter().chain(&opened.other_sheets) {
                    output::note(&format!("{name} is left out: {why}"), common.json);
                }
            }
            Err(error) => {
                refused += 1;
                output::error(&error, common.json);
                let taken: Vec<&str> = proposals.iter().map(|one| one.source.as_str()).collect();
                let proposal = matches!(error, Error::Input { .. })
                    .then(|| {
                        propose::of_file(&file.path, &file.name, &settings, spool.path(), &taken)
                    })
                    .flatten();
                let Some(proposal) = proposal else { continue };
                let covered = proposals
                    .iter()
                    .find(|known| known.covers(&proposal.header));
                if common.json {
                    all.push(proposal_as_json(&file.name, &error, &proposal, covered));
                } else {
                    let text = proposal_as_text(&file.name, &proposal, covered);
                    output::stdout(text.as_bytes())?;
                }
                if covered.is_none() {
                    proposals.push(proposal);
                }
            }
        }
    }
    if common.json {
        output::stdout(format!("{}\n", serde_json::Value::Array(all)).as_bytes())?;
    }
    Ok(ExitCode::from(u8::from(refused > 0)))
}

/// Counts the rejects and keeps the first ones.
#[derive(Default)]
struct Seen {
    first: Vec<Reject>,
    rejected: u64,
}

impl Sink for Seen {
    type Part = ();
    type Job = ();
    type Done = ();

    fn part(&self, _rows: RecordBatch) -> Result<()> {
        Ok(())
    }

    fn take(&mut self, (): (), rejects: Vec<Reject>) -> Result<()> {
        self.rejected += rejects.len() as u64;
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(rejects.into_iter().take(room));
        Ok(())
    }

    fn jobs(&mut self, _last: bool) -> Vec<()> {
        Vec::new()
    }

    fn work(&self, (): ()) -> Result<()> {
        Ok(())
    }

    fn done(&mut self, (): ()) {}
}

fn as_text(export: &Export, plan: &Plan, totals: &Totals, seen: &Seen) -> String {
    let mut text = format!(
        "{}: {} ({}, {}), {} rows, {} would be rejected\n",
        export.name,
        plan.table.name,
        if plan.source == "auto" {
            "recognised by its header".to_owned()
        } else {
            format!("source {}", plan.source)
        },
        export.form(),
        totals.read,
        seen.rejected,
    );
    for cell in plan.cells.iter().flatten() {
        let from = match &cell.origin {
            Origin::Constant(value) => format!("\"{value}\""),
            _ => cell.header.clone(),
        };
        let _ = writeln!(text, "  {:<20} <- {from}", cell.column.name);
    }
    for (label, names) in [
        ("not used", &plan.unused),
        ("mapped, but not in the file", &plan.absent),
        ("twice in the header, the first counts", &plan.doubled),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "  {label}: {}", names.join(", "));
        }
    }
    for stated in &plan.stated {
        let _ = writeln!(text, "  told from the values: {stated}");
    }
    for reject in &seen.first {
        let refusal = &reject.refusal;
        let column = if refusal.column.is_empty() {
            String::new()
        } else {
            format!(": column {}", refusal.column)
        };
        let value = if refusal.value.is_empty() {
            String::new()
        } else {
            format!(" `{}`", example(&refusal.value))
        };
        let why = reason::describe(refusal.reason.code(), Lang::En);
        let _ = writeln!(
            text,
            "  {}:{}{column}{value}: {why}",
            export.name, reject.line
        );
    }
    let shown = seen.first.len() as u64;
    if seen.rejected > shown {
        let _ = writeln!(text, "  … and {} more", seen.rejected - shown);
    }
    for ((what, column, value), rows) in totals.notes.iter().take(SHOWN) {
        let value = if value.is_empty() {
            String::new()
        } else {
            format!(" `{value}`")
        };
        let _ = writeln!(text, "  note: {what} in {column}{value}: {rows} rows");
    }
    if totals.notes.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more notes", totals.notes.len() - SHOWN);
    }
    text
}

fn as_json(export: &Export, plan: &Plan, totals: &Totals, seen: &Seen) -> serde_json::Value {
    let columns: serde_json::Map<String, serde_json::Value> = plan
        .cells
        .iter()
        .flatten()
        .map(|cell| (cell.column.name.to_owned(), cell.header.clone().into()))
        .collect();
    let rejects: Vec<_> = seen
        .first
        .iter()
        .map(|reject| {
            serde_json::json!({
                "line": reject.line, "column": reject.refusal.column,
                "value": example(&reject.refusal.value), "reason": reject.refusal.reason.code(),
            })
        })
        .collect();
    serde_json::json!({
        "file": export.name, "table": plan.table.name, "source": plan.source, "encoding": export.encoding,
        "form": export.form(), "read": totals.read, "rejected": seen.rejected,
        "columns": columns, "unused": plan.unused, "absent": plan.absent, "doubled": plan.doubled,
        "stated": plan.stated, "rejects": rejects,
    })
}

/// The section, or which one it is already: two for one kind of file would take its rows twice.
fn proposal_as_text(file: &str, proposal: &Proposal, covered: Option<&Proposal>) -> String {
    covered.map_or_else(
        || format!("{}\n", proposal.toml),
        |known| {
            let file = file.replace(char::is_control, " ");
            format!("# {file}: as [source.{}] above\n\n", known.source)
        },
    )
}

fn proposal_as_json(
    file: &str,
    error: &Error,
    proposal: &Proposal,
    covered: Option<&Proposal>,
) -> serde_json::Value {
    let columns: serde_json::Map<String, serde_json::Value> = proposal
        .columns
        .iter()
        .map(|(column, headers)| ((*column).to_owned(), headers.clone().into()))
        .collect();
    serde_json::json!({
        "file": file, "error": error.to_string(), "proposal": {
            "source": proposal.source, "table": proposal.table, "recognise": proposal.recognise,
            "columns": columns, "unplaced": proposal.unplaced, "missing": proposal.missing,
            "covered_by": covered.map(|known| known.source.as_str()), "toml": proposal.toml,
        },
    })
}
