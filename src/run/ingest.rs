//! Files → the store, with an account of every row.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::ingest::plan::Plan;
use crate::ingest::privacy::Key;
use crate::ingest::{Export, Parsed};
use crate::settings::Settings;
use crate::settings::taxonomy::Lookup;
use crate::store::quality::{Line, batch_id, by_reason};
use crate::store::{Store, upsert};

use super::Progress;
use super::files::Input;

/// What became of one file in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAccount {
    /// Name of the file.
    pub file: String,
    /// The table.
    pub table: &'static str,
    /// Its encoding.
    pub encoding: String,
    /// Rows in the file.
    pub read: u64,
    /// Rows with a new key.
    pub stored: u64,
    /// Rows that took the place of an older one.
    pub replaced: u64,
    /// Rows the store had already.
    pub duplicate: u64,
    /// Rows refused, by reason.
    pub rejected: Vec<Line>,
    /// Findings about rows that were kept.
    pub notes: Vec<Line>,
    /// The same content was taken in before, so nothing was done.
    pub seen: bool,
}

impl FileAccount {
    /// Number of refused rows.
    #[must_use]
    pub fn rejected_rows(&self) -> u64 {
        self.rejected
            .iter()
            .map(|line| u64::try_from(line.rows).unwrap_or_default())
            .sum()
    }

    /// Whether every row is accounted for.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.read == self.stored + self.replaced + self.duplicate + self.rejected_rows()
    }
}

/// What became of all files.
#[derive(Debug, Clone, Default)]
pub struct Ingested {
    /// The accounts, file by file.
    pub files: Vec<FileAccount>,
    /// Files that could not be taken in, with the reason.
    pub refused: Vec<(String, String)>,
}

/// A file read and typed, or why not.
enum Typed {
    Rows {
        export: Box<Export>,
        parsed: Vec<(usize, Parsed)>,
        seen: Vec<usize>,
    },
    Refused(String),
}

/// Takes the files in, in their order. Reading and typing run in parallel; the store is written by one.
///
/// # Errors
/// When the store cannot be written, or not one file could be recognised.
pub fn ingest(
    store: &Store,
    files: &[Input],
    settings: &Settings,
    key: &Key,
    progress: &dyn Progress,
) -> Result<Ingested> {
    let taxonomy = settings.taxonomy.lookup();
    let mut done = Ingested::default();
    // Two files of one content may be typed side by side, before either is in the store.
    let mut taken: BTreeSet<String> = BTreeSet::new();
    progress.stage("ingest", files.len() as u64);
    // A window of files at a time bounds the memory that typed rows take.
    for window in files.chunks(rayon::current_num_threads().max(1) * 2) {
        let typed: Vec<Result<Typed>> = window
            .par_iter()
            .map(|file| type_file(store.root(), file, settings, key, &taxonomy))
            .collect();
        for (file, typed) in window.iter().zip(typed) {
            match typed? {
                Typed::Rows {
                    export,
                    parsed,
                    seen,
                } => {
                    for at in seen {
                        done.files.push(account(&export, &export.plans[at], None));
                    }
                    for (at, parsed) in parsed {
                        let plan = &export.plans[at];
                        let first = taken.insert(batch_id(&export.content, plan.table.name));
                        done.files.push(if first {
                            store_rows(store, &export, plan, &parsed, settings)?
                        } else {
                            account(&export, plan, None)
                        });
                    }
                }
                Typed::Refused(why) => {
                    progress.warn(&why);
                    done.refused.push((file.name.clone(), why));
                }
            }
            progress.step(&file.name);
        }
    }
    if done.files.is_empty() {
        return Err(Error::nothing(
            format!("not one of {} files could be taken in", files.len()),
            "the warnings above say why; `kefu check INPUT` says how each file was read",
        ));
    }
    Ok(done)
}

fn type_file(
    root: &std::path::Path,
    file: &Input,
    settings: &Settings,
    key: &Key,
    taxonomy: &Lookup,
) -> Result<Typed> {
    let export = match Export::open(&file.path, &file.name, settings) {
        Ok(export) => export,
        Err(error @ Error::Input { .. }) => {
            let hint = error
                .hint()
                .map(|hint| format!(" ({hint})"))
                .unwrap_or_default();
            return Ok(Typed::Refused(format!("{error}{hint}")));
        }
        Err(error) => return Err(error),
    };
    // Each thread looks with a handle of its own; the runtime of a store belongs to one thread.
    let store = Store::open_or_create(root)?;
    let (mut parsed, mut seen) = (Vec::new(), Vec::new());
    for (at, plan) in export.plans.iter().enumerate() {
        if store
            .table(plan.table.name)?
            .has_transaction(&batch_id(&export.content, plan.table.name))?
        {
            seen.push(at);
        } else {
            parsed.push((at, export.parse(plan, key, taxonomy)?));
        }
    }
    Ok(Typed::Rows {
        export: Box::new(export),
        parsed,
        seen,
    })
}

/// Quarantine and accounts first, the rows last: the commit of the rows is what makes the file seen, so a
/// run that dies before it does the file again.
fn store_rows(
    store: &Store,
    export: &Export,
    plan: &Plan,
    parsed: &Parsed,
    settings: &Settings,
) -> Result<FileAccount> {
    let batch = batch_id(&export.content, plan.table.name);
    let mut account = account(export, plan, Some(parsed));
    if !parsed.rejects.is_empty() {
        store.quarantine(&batch, &export.name, &parsed.rejects)?;
    }
    let keep_earliest: Vec<&str> = plan.keep_earliest().collect();
    let merged = upsert::plan(
        store,
        plan.table,
        settings.centre.zone,
        &parsed.rows,
        &keep_earliest,
    )?;
    let outcome = merged.outcome;
    account.stored = outcome.stored;
    account.replaced = outcome.replaced;
    account.duplicate = outcome.duplicate;
    store.write_quality(&batch, &quality_lines(export, plan, &account))?;
    upsert::commit(store, plan.table, merged, &batch)?;
    Ok(account)
}

fn account(export: &Export, plan: &Plan, parsed: Option<&Parsed>) -> FileAccount {
    let like = like(export, plan);
    let mut account = FileAccount {
        file: export.name.clone(),
        table: plan.table.name,
        encoding: export.encoding.clone(),
        read: 0,
        stored: 0,
        replaced: 0,
        duplicate: 0,
        rejected: Vec::new(),
        notes: Vec::new(),
        seen: parsed.is_none(),
    };
    if let Some(parsed) = parsed {
        account.read = parsed.read;
        account.rejected = by_reason(&parsed.rejects, &like);
        account.notes = parsed
            .notes
            .iter()
            .map(|((what, column, value), rows)| Line {
                outcome: "note".to_owned(),
                reason: (*what).to_owned(),
                column: column.clone(),
                example: value.clone(),
                rows: i64::try_from(*rows).unwrap_or(i64::MAX),
                ..like.clone()
            })
            .collect();
    }
    account
}

fn like(export: &Export, plan: &Plan) -> Line {
    Line {
        file: export.name.clone(),
        content: export.content.clone(),
        table: plan.table.name.to_owned(),
        source: plan.source.clone(),
        encoding: export.encoding.clone(),
        ..Line::default()
    }
}

fn quality_lines(export: &Export, plan: &Plan, account: &FileAccount) -> Vec<Line> {
    let counts = [
        ("read", account.read),
        ("stored", account.stored),
        ("replaced", account.replaced),
        ("duplicate", account.duplicate),
    ];
    let like = like(export, plan);
    counts
        .into_iter()
        .map(|(outcome, rows)| Line {
            outcome: outcome.to_owned(),
            rows: i64::try_from(rows).unwrap_or(i64::MAX),
            ..like.clone()
        })
        .chain(account.rejected.iter().cloned())
        .chain(account.notes.iter().cloned())
        .collect()
}
