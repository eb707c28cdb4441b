//! `kefu check`: what each file is, how its columns map, what would be rejected. Writes nothing.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::error::Result;
use crate::i18n::Lang;
use crate::ingest::plan::{Origin, Plan};
use crate::ingest::privacy::{Key, example};
use crate::ingest::{Export, Parsed, reason};
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
    let mut refused = 0_usize;
    let mut all = Vec::new();
    for file in files::discover(&args.inputs)? {
        match Export::open(&file.path, &file.name, &settings) {
            Ok(export) => {
                for plan in &export.plans {
                    let parsed = export.parse(plan, &key, &taxonomy)?;
                    if common.json {
                        all.push(as_json(&export, plan, &parsed));
                    } else {
                        output::stdout(as_text(&export, plan, &parsed).as_bytes())?;
                    }
                }
            }
            Err(error) => {
                refused += 1;
                output::error(&error, common.json);
            }
        }
    }
    if common.json {
        output::stdout(format!("{}\n", serde_json::Value::Array(all)).as_bytes())?;
    }
    Ok(ExitCode::from(u8::from(refused > 0)))
}

fn as_text(export: &Export, plan: &Plan, parsed: &Parsed) -> String {
    let mut text = format!(
        "{}: {} ({}, {}, delimiter {:?}), {} rows, {} would be rejected\n",
        export.name,
        plan.table.name,
        if plan.source == "auto" {
            "recognised by its header".to_owned()
        } else {
            format!("source {}", plan.source)
        },
        export.encoding,
        char::from(export.delimiter),
        parsed.read,
        parsed.rejects.len(),
    );
    for cell in plan.cells.iter().flatten() {
        let from = match &cell.origin {
            Origin::Constant(value) => format!("\"{value}\""),
            Origin::Field(_) | Origin::Join(..) => cell.header.clone(),
        };
        let _ = writeln!(text, "  {:<20} <- {from}", cell.column.name);
    }
    if !plan.unused.is_empty() {
        let _ = writeln!(text, "  not used: {}", plan.unused.join(", "));
    }
    for reject in parsed.rejects.iter().take(SHOWN) {
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
    if parsed.rejects.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more", parsed.rejects.len() - SHOWN);
    }
    for ((what, column, value), rows) in parsed.notes.iter().take(SHOWN) {
        let value = if value.is_empty() {
            String::new()
        } else {
            format!(" `{value}`")
        };
        let _ = writeln!(text, "  note: {what} in {column}{value}: {rows} rows");
    }
    if parsed.notes.len() > SHOWN {
        let _ = writeln!(text, "  … and {} more notes", parsed.notes.len() - SHOWN);
    }
    text
}

fn as_json(export: &Export, plan: &Plan, parsed: &Parsed) -> serde_json::Value {
    let columns: serde_json::Map<String, serde_json::Value> = plan
        .cells
        .iter()
        .flatten()
        .map(|cell| (cell.column.name.to_owned(), cell.header.clone().into()))
        .collect();
    let rejects: Vec<_> = parsed
        .rejects
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
        "delimiter": char::from(export.delimiter).to_string(), "read": parsed.read,
        "columns": columns, "unused": plan.unused, "rejects": rejects,
    })
}
