//! `kefu check`: what each file is, how its columns map, what would be rejected; for an unknown file, a mapping
//! that may fit. Writes nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arrow::array::RecordBatch;
use clap::Args;

use crate::error::{Error, Result};
use crate::i18n::{Bilingual, Lang};
use crate::ingest::engine::{AsTheyAre, Sink, Totals};
use crate::ingest::plan::{AUTO, Origin, Plan};
use crate::ingest::privacy::{Key, example};
use crate::ingest::propose::{self, Proposal};
use crate::ingest::{self, Export, Opened, Reject, reason};
use crate::run::files::{self, Input};
use crate::settings::Settings;

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
    let mut proposals = Proposals {
        settings: &settings,
        spool: spool.path(),
        json: common.json,
        made: Vec::new(),
    };
    for file in files::discover(&args.inputs, spool.path())? {
        let opened = ingest::open(&file.path, &file.name, &settings, spool.path());
        match opened.and_then(Opened::settled) {
            Ok(opened) => {
                for export in &opened.exports {
                    for plan in &export.plans {
                        let mut seen = Seen::default();
                        let totals = export.read(plan, &key, &taxonomy, &AsTheyAre, &mut seen)?;
                        let title = settings
                            .source(&plan.source)
                            .and_then(|source| source.title.as_ref());
                        let read = ReadAs {
                            export,
                            plan,
                            title,
                            totals: &totals,
                            seen: &seen,
                            lang: common.lang.unwrap_or(Lang::En),
                        };
                        if common.json {
                            all.push(read.json());
                        } else {
                            output::stdout(read.text().as_bytes())?;
                        }
                    }
                }
                let left_out = || opened.refused.iter().chain(&opened.other_sheets);
                for (name, why) in left_out() {
                    output::note(&format!("{name} is left out: {why}"), common.json);
                }
                if left_out().next().is_none() {
                    continue;
                }
                for proposal in proposals.of(&file) {
                    // A sheet beside a table is often a glossary: only what is a whole table is worth a mapping.
                    let sheet = opened
                        .other_sheets
                        .iter()
                        .any(|(name, _)| *name == proposal.name);
                    if sheet && !proposal.missing.is_empty() {
                        continue;
                    }
                    let why = left_out().find(|(name, _)| *name == proposal.name);
                    proposals.show(proposal, why.map_or("", |(_, why)| why), &mut all)?;
                }
            }
            Err(error) => {
                refused += 1;
                output::error(&error, common.json);
                if matches!(error, Error::Input { .. }) {
                    for proposal in proposals.of(&file) {
                        proposals.show(proposal, &error.to_string(), &mut all)?;
                    }
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
    type Worker = AsTheyAre;

    fn take(&mut self, _part: RecordBatch, rejects: Vec<Reject>) -> Result<()> {
        self.rejected += rejects.len() as u64;
        let room = SHOWN.saturating_sub(self.first.len());
        self.first.extend(rejects.into_iter().take(room));
        Ok(())
    }
}

/// One table of a file, read by one plan.
struct ReadAs<'r> {
    export: &'r Export,
    plan: &'r Plan,
    /// What the source says it is.
    title: Option<&'r Bilingual>,
    totals: &'r Totals,
    seen: &'r Seen,
    lang: Lang,
}

impl ReadAs<'_> {
    fn text(&self) -> String {
        let mut text = self.heading();
        self.columns(&mut text);
        self.rejects(&mut text);
        self.notes(&mut text);
        text
    }

    /// The text of the language.
    fn say<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn heading(&self) -> String {
        let (name, table) = (&self.export.name, self.plan.table.name);
        let (read, rejected) = (self.totals.read, self.seen.rejected);
        let source = &self.plan.source;
        let colon = self.say(": ", "：");
        let how = match self.title {
            _ if source == AUTO => self
                .say("recognised by its header", "按表头识别")
                .to_owned(),
            Some(title) => format!(
                "{} {source}{colon}{}",
                self.say("source", "来源"),
                title.get(self.lang)
            ),
            None => format!("{} {source}", self.say("source", "来源")),
        };
        let form = self.export.form();
        let form = form.get(self.lang);
        match self.lang {
            Lang::En => {
                format!(
                    "{name}: {table} ({how}, {form}), {read} rows, {rejected} would be rejected\n"
                )
            }
            Lang::Zh => {
                format!("{name}：{table}（{how}，{form}），{read} 行，其中 {rejected} 行将被拒收\n")
            }
        }
    }

    fn columns(&self, text: &mut String) {
        let plan = self.plan;
        let (colon, comma) = (self.say(": ", "："), self.say(", ", "、"));
        for cell in plan.cells.iter().flatten() {
            let from = match &cell.origin {
                Origin::Constant(value) => format!("\"{value}\""),
                _ => cell.header.clone(),
            };
            let _ = writeln!(text, "  {:<20} <- {from}", cell.column.name);
        }
        for (label, names) in [
            (self.say("not used", "未用到的列"), &plan.unused),
            (
                self.say("mapped, but not in the file", "映射中有、文件中没有"),
                &plan.absent,
            ),
            (
                self.say(
                    "twice in the header, the first counts",
                    "表头中重复，取第一列",
                ),
                &plan.doubled,
            ),
        ] {
            if !names.is_empty() {
                let _ = writeln!(text, "  {label}{colon}{}", names.join(comma));
            }
        }
        let label = self.say("told from the values", "由数值判断");
        for stated in &plan.stated {
            let _ = writeln!(text, "  {label}{colon}{}", stated.get(self.lang));
        }
    }

    fn rejects(&self, text: &mut String) {
        let colon = self.say(": ", "：");
        for reject in &self.seen.first {
            let refusal = &reject.refusal;
            let column = if refusal.column.is_empty() {
                String::new()
            } else {
                format!("{colon}{} {}", self.say("column", "列"), refusal.column)
            };
            let value = if refusal.value.is_empty() {
                String::new()
            } else {
                format!(" `{}`", example(&refusal.value))
            };
            let why = reason::describe(refusal.reason.code(), self.lang);
            let _ = writeln!(
                text,
                "  {}:{}{column}{value}{colon}{why}",
                self.export.name, reject.line
            );
        }
        let shown = self.seen.first.len() as u64;
        if self.seen.rejected > shown {
            let more = self.seen.rejected - shown;
            let _ = match self.lang {
                Lang::En => writeln!(text, "  … and {more} more"),
                Lang::Zh => writeln!(text, "  ……另有 {more} 行"),
            };
        }
    }

    fn notes(&self, text: &mut String) {
        let notes = &self.totals.notes;
        for ((what, column, value), rows) in notes.iter().take(SHOWN) {
            let value = if value.is_empty() {
                String::new()
            } else {
                format!(" `{value}`")
            };
            let _ = match self.lang {
                Lang::En => writeln!(text, "  note: {what} in {column}{value}: {rows} rows"),
                Lang::Zh => writeln!(text, "  提示：列 {column}{value}：{what}，{rows} 行"),
            };
        }
        if notes.len() > SHOWN {
            let more = notes.len() - SHOWN;
            let _ = match self.lang {
                Lang::En => writeln!(text, "  … and {more} more notes"),
                Lang::Zh => writeln!(text, "  ……另有 {more} 条提示"),
            };
        }
    }

    fn json(&self) -> serde_json::Value {
        let (export, plan, seen) = (self.export, self.plan, self.seen);
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
        let stated: Vec<&str> = plan.stated.iter().map(|one| one.get(self.lang)).collect();
        serde_json::json!({
            "file": export.name, "table": plan.table.name, "source": plan.source,
            "title": self.title.map(|title| title.get(self.lang)), "encoding": export.encoding,
            "form": export.form().get(self.lang), "read": self.totals.read, "rejected": seen.rejected,
            "columns": columns, "unused": plan.unused, "absent": plan.absent, "doubled": plan.doubled,
            "stated": stated, "rejects": rejects,
        })
    }
}

/// The mappings proposed so far.
struct Proposals<'p> {
    settings: &'p Settings,
    spool: &'p Path,
    json: bool,
    made: Vec<Proposal>,
}

impl Proposals<'_> {
    /// Mappings for what nothing recognises in a file.
    fn of(&self, file: &Input) -> Vec<Proposal> {
        let taken: Vec<&str> = self.made.iter().map(|one| one.source.as_str()).collect();
        propose::of_file(&file.path, &file.name, self.settings, self.spool, &taken)
    }

    /// Prints a proposal, or which earlier one it is already: two for one kind of file would take its rows twice.
    fn show(
        &mut self,
        proposal: Proposal,
        why: &str,
        all: &mut Vec<serde_json::Value>,
    ) -> Result<()> {
        let covered = self
            .made
            .iter()
            .find(|known| known.covers(&proposal.header));
        if self.json {
            all.push(proposal_as_json(why, &proposal, covered));
        } else {
            let text = proposal_as_text(&proposal, covered);
            output::stdout(text.as_bytes())?;
        }
        if covered.is_none() {
            self.made.push(proposal);
        }
        Ok(())
    }
}

fn proposal_as_text(proposal: &Proposal, covered: Option<&Proposal>) -> String {
    covered.map_or_else(
        || format!("{}\n", proposal.toml),
        |known| {
            let file = proposal.name.replace(char::is_control, " ");
            format!("# {file}: as [source.{}] above\n\n", known.source)
        },
    )
}

fn proposal_as_json(
    why: &str,
    proposal: &Proposal,
    covered: Option<&Proposal>,
) -> serde_json::Value {
    let columns: serde_json::Map<String, serde_json::Value> = proposal
        .columns
        .iter()
        .map(|(column, headers)| ((*column).to_owned(), headers.clone().into()))
        .collect();
    serde_json::json!({
        "file": proposal.name, "error": why, "proposal": {
            "source": proposal.source, "table": proposal.table, "recognise": proposal.recognise,
            "columns": columns, "unplaced": proposal.unplaced, "missing": proposal.missing,
            "covered_by": covered.map(|known| known.source.as_str()), "toml": proposal.toml,
        },
    })
}
