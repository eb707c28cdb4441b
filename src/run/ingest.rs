//! Files → the store, with an account of every row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::ingest::engine::{Sink, Totals};
use crate::ingest::plan::Plan;
use crate::ingest::privacy::Key;
use crate::ingest::{self, Export, Reject, reason};
use crate::settings::Settings;
use crate::settings::taxonomy::Lookup;
use crate::store::quality::{ByReason, Line, batch_id};
use crate::store::quarantine::Quarantine;
use crate::store::stage::{Desk, Job, Part, Stage, Staged, StagedRun};
use crate::store::{Store, merge, private_dir};

use super::Progress;
use super::files::Input;
use super::gate::{self, Refused};
use super::known::{Fed, Known, Seen};

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
    /// Workbook with the refused rows, for the people who made the export.
    pub to_mend: Option<PathBuf>,
    /// The same content was taken in before, so nothing was done.
    pub seen: bool,
}

impl FileAccount {
    /// Of rows that the store has already.
    pub(super) fn seen(file: &str, table: &'static str, encoding: &str) -> Self {
        Self {
            file: file.to_owned(),
            table,
            encoding: encoding.to_owned(),
            read: 0,
            stored: 0,
            replaced: 0,
            duplicate: 0,
            rejected: Vec::new(),
            notes: Vec::new(),
            to_mend: None,
            seen: true,
        }
    }

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

/// Files larger than this are read one at a time, each by all threads; smaller ones side by side.
const LARGE: u64 = 32 << 20;

/// Examples that a refusal of the whole batch shows.
const EXAMPLES: usize = 5;

/// What a file gave.
enum Read {
    Tables {
        tables: Vec<TableRead>,
        /// Members of an archive that are no table, with the reason.
        refused: Vec<(String, String)>,
        /// The file as it was before it was opened.
        seen: Option<Seen>,
    },
    /// It is in the store whole, as it lies there.
    Known(Vec<FileAccount>),
    Refused(String),
}

/// What a file gave to one table.
struct TableRead {
    batch: String,
    plan: Plan,
    like: Line,
    encoding: String,
    /// `None` when the store has it already.
    staged: Option<StagedTable>,
}

struct StagedTable {
    rows: Staged,
    quarantine: Quarantine,
    rejected: Vec<Line>,
    totals: Totals,
}

/// Takes the files in, in their order: first all of them are read and typed, then the store is written, one
/// file after another.
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
    let taken = store.taken()?;
    let mut known = Known::load(store, settings);
    let spool = store.staging();
    private_dir(&spool)?;
    let reader = Reader {
        store,
        spool: &spool,
        taken: &taken,
        known: &known,
        settings,
        key,
        taxonomy: &taxonomy,
    };
    progress.stage("read", files.len() as u64);
    let mut read: Vec<Read> = Vec::with_capacity(files.len());
    for group in files.chunk_by(|one, other| !one.is_large() && !other.is_large()) {
        let of_group: Vec<Result<Read>> = group
            .par_iter()
            .map(|file| {
                let read = reader.file(file);
                progress.step(&file.name);
                read
            })
            .collect();
        for one in of_group {
            read.push(one?);
        }
    }
    if let Err(refused) = judge(&read, settings) {
        // Nothing is stored, but the rows at fault can be looked at.
        for table in read.iter_mut().flat_map(Read::tables) {
            if let Some(staged) = table.staged.take() {
                staged.quarantine.finish(&table.batch)?;
            }
        }
        return Err(refused.into());
    }
    let mut done = Ingested::default();
    // Two files of one content may be read side by side, before either is in the store.
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut whole = Vec::new();
    progress.stage("store", files.len() as u64);
    for (file, read) in files.iter().zip(read) {
        match read {
            Read::Known(accounts) => done.files.extend(accounts),
            Read::Tables {
                tables,
                refused,
                seen,
            } => {
                if let Some(seen) = seen.filter(|_| refused.is_empty()) {
                    whole.push((file, seen, tables.iter().map(TableRead::fed).collect()));
                }
                for (name, why) in refused {
                    progress.warn(&why);
                    done.refused.push((name, why));
                }
                for table in tables {
                    let first = taken.insert(table.batch.clone());
                    let account = table.store(store, settings, first)?;
                    if account.read == 0 && !account.seen {
                        progress.warn(&format!("{}: has a header, but no rows", account.file));
                    }
                    done.files.push(account);
                }
            }
            Read::Refused(why) => {
                progress.warn(&why);
                done.refused.push((file.name.clone(), why));
            }
        }
        progress.step(&file.name);
    }
    for (file, seen, fed) in whole {
        known.remember(file, seen, fed);
    }
    known.save(store)?;
    if done.files.is_empty() {
        return Err(Error::nothing(
            format!("not one of {} files could be taken in", files.len()),
            "`kefu check INPUT` says how each file was read and what is wrong with it",
        ));
    }
    Ok(done)
}

impl Read {
    fn tables(&mut self) -> impl Iterator<Item = &mut TableRead> {
        let tables = match self {
            Self::Tables { tables, .. } => tables.as_mut_slice(),
            Self::Known(_) | Self::Refused(_) => &mut [],
        };
        tables.iter_mut()
    }
}

/// Judges the new files together, before anything of them is stored.
fn judge(read: &[Read], settings: &Settings) -> std::result::Result<(), Refused> {
    let staged: Vec<&StagedTable> = read
        .iter()
        .filter_map(|read| match read {
            Read::Tables { tables, .. } => Some(tables),
            Read::Known(_) | Read::Refused(_) => None,
        })
        .flatten()
        .filter_map(|table| table.staged.as_ref())
        .collect();
    let mut rejected: BTreeMap<String, u64> = BTreeMap::new();
    for line in staged.iter().flat_map(|staged| &staged.rejected) {
        *rejected.entry(line.reason.clone()).or_default() +=
            u64::try_from(line.rows).unwrap_or_default();
    }
    let rows = staged.iter().map(|staged| staged.totals.read).sum();
    gate::judge(&settings.quality, &rejected, rows).map_err(|refused| {
        let of_reason = refused.reason.clone();
        let mut lines: Vec<&Line> = staged
            .iter()
            .flat_map(|staged| &staged.rejected)
            .filter(|line| {
                of_reason
                    .as_ref()
                    .is_none_or(|reason| *reason == line.reason)
            })
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.rows));
        refused.with_examples(lines.into_iter().take(EXAMPLES).map(|line| {
            let why = reason::describe(&line.reason, Lang::En);
            let column = if line.column.is_empty() {
                String::new()
            } else {
                format!("column {}: ", line.column)
            };
            format!(
                "{}: {} rows, {column}{why} ({})",
                line.file, line.rows, line.example
            )
        }))
    })
}

impl Input {
    /// Whether a path that an error names is this file, or a member of it, by its place or by its label.
    fn is(&self, path: &Path) -> bool {
        path == self.path || path.starts_with(&self.name)
    }

    fn is_large(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|file| file.len() > LARGE)
    }
}

/// What reading a file needs.
struct Reader<'r> {
    store: &'r Store,
    spool: &'r Path,
    /// The batches that the store has.
    taken: &'r BTreeSet<String>,
    /// The files that the store has whole.
    known: &'r Known,
    settings: &'r Settings,
    key: &'r Key,
    taxonomy: &'r Lookup,
}

impl Reader<'_> {
    fn file(&self, file: &Input) -> Result<Read> {
        match self.tables(file) {
            Err(error @ Error::Input { .. }) => {
                let hint = error
                    .hint()
                    .map(|hint| format!(" ({hint})"))
                    .unwrap_or_default();
                Ok(Read::Refused(format!("{error}{hint}")))
            }
            // One file that cannot be read does not keep the others out; trouble with the store does.
            Err(error @ Error::Io { .. }) if error.path().is_some_and(|path| file.is(path)) => {
                Ok(Read::Refused(error.to_string()))
            }
            other => other,
        }
    }

    fn tables(&self, file: &Input) -> Result<Read> {
        let seen = Seen::of(file);
        if let Some(accounts) = seen
            .as_ref()
            .and_then(|seen| self.known.accounts(file, seen, self.taken))
        {
            return Ok(Read::Known(accounts));
        }
        let opened = ingest::open(&file.path, &file.name, self.settings, self.spool)?;
        let mut tables = Vec::new();
        for mut export in opened.exports {
            let seen: Vec<bool> = export
                .plans
                .iter()
                .map(|plan| {
                    let batch = batch_id(&export.content, plan.table.name);
                    self.taken.contains(&batch)
                })
                .collect();
            // Old exports stay in the folder: their columns need not be looked at again.
            if !seen.iter().all(|seen| *seen) {
                export.settle()?;
            }
            for (plan, seen) in export.plans.iter().zip(seen) {
                tables.push(self.table(&export, plan, seen)?);
            }
        }
        Ok(Read::Tables {
            tables,
            refused: opened.refused,
            seen,
        })
    }

    fn table(&self, export: &Export, plan: &Plan, seen: bool) -> Result<TableRead> {
        let batch = batch_id(&export.content, plan.table.name);
        let like = Line {
            file: export.name.clone(),
            content: export.content.clone(),
            table: plan.table.name.to_owned(),
            source: plan.source.clone(),
            encoding: export.encoding.clone(),
            ..Line::default()
        };
        let staged = if seen {
            None
        } else {
            let desk = Desk::new(self.spool, plan.table, self.settings.centre.zone)?;
            let mut keep = Keep {
                stage: Stage::default(),
                quarantine: Quarantine::new(self.store, &export.name),
                rejected: ByReason::default(),
            };
            let totals = export.read(plan, self.key, self.taxonomy, &desk, &mut keep)?;
            Some(StagedTable {
                rows: keep.stage.finish(desk)?,
                quarantine: keep.quarantine,
                rejected: keep.rejected.lines(&like),
                totals,
            })
        };
        Ok(TableRead {
            batch,
            plan: plan.clone(),
            encoding: export.encoding.clone(),
            like,
            staged,
        })
    }
}

/// Keeps the rows of a file on their way into the store, and the rejects on theirs into the quarantine.
struct Keep {
    stage: Stage,
    quarantine: Quarantine,
    rejected: ByReason,
}

impl Sink for Keep {
    type Worker = Desk;

    fn take(&mut self, part: Part, rejects: Vec<Reject>) -> Result<()> {
        self.stage.take(part);
        self.rejected.add(&rejects);
        self.quarantine.add(rejects)
    }

    fn jobs(&mut self, last: bool) -> Vec<Job> {
        self.stage.jobs(last)
    }

    fn done(&mut self, run: StagedRun) {
        self.stage.done(run);
    }
}

impl TableRead {
    fn fed(&self) -> Fed {
        Fed {
            label: self.like.file.clone(),
            table: self.plan.table.name.to_owned(),
            encoding: self.encoding.clone(),
            batch: self.batch.clone(),
        }
    }

    /// Quarantine and accounts first, the rows last: the commit of the rows is what makes the file seen, so a
    /// run that dies before it does the file again. `first` is false for a content that this run has already.
    fn store(self, store: &Store, settings: &Settings, first: bool) -> Result<FileAccount> {
        let mut account = FileAccount::seen(&self.like.file, self.plan.table.name, &self.encoding);
        let Some(staged) = self.staged.filter(|_| first) else {
            return Ok(account);
        };
        account.seen = false;
        account.read = staged.totals.read;
        account.rejected = staged.rejected;
        account.notes = notes(&staged.totals, &self.like);
        account.to_mend = staged.quarantine.finish(&self.batch)?;
        let keep_earliest: Vec<&str> = self.plan.keep_earliest().collect();
        let zone = settings.centre.zone;
        let merged = merge::merge(store, self.plan.table, zone, staged.rows, &keep_earliest)?;
        account.stored = merged.outcome.stored;
        account.replaced = merged.outcome.replaced;
        account.duplicate = merged.outcome.duplicate;
        store.write_quality(&self.batch, &quality_lines(&self.like, &account))?;
        merge::commit(store, self.plan.table, merged, &self.batch)?;
        Ok(account)
    }
}

fn notes(totals: &Totals, like: &Line) -> Vec<Line> {
    totals
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
        .collect()
}

fn quality_lines(like: &Line, account: &FileAccount) -> Vec<Line> {
    let counts = [
        ("read", account.read),
        ("stored", account.stored),
        ("replaced", account.replaced),
        ("duplicate", account.duplicate),
    ];
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
