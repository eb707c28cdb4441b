//! `kefu run`, `kefu ingest`, `kefu report`: the nightly job and its halves.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};

use crate::calendar;
use crate::error::Result;
use crate::i18n::Lang;
use crate::ingest::reason;
use crate::report::Edition;
use crate::report::format::count;
use crate::report::nightly::Restated;
use crate::run::{self, FileAccount, Job, Summary};
use crate::settings::{EditionName, Format, Settings};
use crate::store::Store;

use super::{Common, output, progress::Reporter};

/// Where reports go when nothing else is said.
const OUT: &str = "reports";

#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Files and folders of exports
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    target: Target,
    /// End with exit code 3 when a figure of the day misses its target
    #[arg(long)]
    fail_on_breach: bool,
}

#[derive(Debug, Clone, Args)]
pub struct IngestArgs {
    /// Files and folders of exports
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    earlier: super::Earlier,
}

/// A report, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Choice {
    /// 客服质量日报, for the manager
    Nightly,
    /// 培训复发问题报告, for the trainer
    Trainer,
    /// Every report
    All,
}

#[derive(Debug, Clone, Args)]
struct Target {
    /// Folder for reports and marts; default: reports, and reports/RUN for an earlier run
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Day to report on; default: the newest day that is not nearly empty
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<NaiveDate>,
    /// Reports to write, separated by commas; default: those of [report] in the settings, else all
    #[arg(long, value_name = "EDITION", value_delimiter = ',')]
    edition: Vec<Choice>,
    /// Their formats, separated by commas; default: those of [report] in the settings, else html,json,xlsx
    #[arg(long, value_name = "FORMAT", value_delimiter = ',')]
    format: Vec<Format>,
}

pub fn run(common: &Common, args: RunArgs) -> Result<ExitCode> {
    let job = job(common, args.inputs, Some(args.target))?;
    let reporter = Reporter::new(common);
    let summary = run::run(&job, &reporter);
    reporter.finish();
    let summary = summary?;
    print_summary(common, &job, &summary)?;
    let breached = args.fail_on_breach && !summary.missed.is_empty();
    Ok(ExitCode::from(if breached { 3 } else { 0 }))
}

pub fn ingest(common: &Common, args: IngestArgs) -> Result<ExitCode> {
    let job = job(common, args.inputs, None)?;
    let reporter = Reporter::new(common);
    let ingested = run::ingest_only(&job, &reporter);
    reporter.finish();
    let ingested = ingested?;
    if common.json {
        output::stdout(format!("{}\n", files_json(&ingested.files, &ingested.refused)).as_bytes())?;
    } else {
        output::stdout(accounts(&ingested.files, &ingested.refused).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

pub fn report(common: &Common, args: ReportArgs) -> Result<ExitCode> {
    let named = args.target.out.is_some();
    let mut job = job(common, Vec::new(), Some(args.target))?;
    job.snapshot = args.earlier.snapshot(&job.settings)?;
    // The marts of an earlier run must not take the place of the newest ones by accident.
    if let Some(snapshot) = job.snapshot.filter(|_| !named) {
        let store = Store::open(&job.store)?;
        let run = snapshot.find(&store, job.settings.centre.zone)?;
        job.out.push(run.id());
    }
    let reporter = Reporter::new(common);
    let summary = run::report(&job, &reporter);
    reporter.finish();
    print_summary(common, &job, &summary?)?;
    Ok(ExitCode::SUCCESS)
}

fn job(common: &Common, inputs: Vec<PathBuf>, target: Option<Target>) -> Result<Job> {
    let settings = common.settings()?;
    let as_of = common.as_of(&settings)?;
    let mut job = Job {
        inputs,
        settings,
        store: common.store.clone(),
        out: PathBuf::new(),
        as_of,
        snapshot: None,
        date: None,
        langs: common.langs(),
        editions: Vec::new(),
        formats: Vec::new(),
    };
    if let Some(target) = target {
        job.out = target.out.unwrap_or_else(|| PathBuf::from(OUT));
        job.date = target.date;
        job.editions = editions(&target.edition, &job.settings);
        job.formats = if target.format.is_empty() {
            job.settings.report.formats.clone()
        } else {
            target.format
        };
        job.formats.sort_unstable();
        job.formats.dedup();
    }
    Ok(job)
}

/// The reports that are asked for, each once and in their order.
fn editions(asked: &[Choice], settings: &Settings) -> Vec<Edition> {
    let configured = |edition: &Edition| {
        settings.report.editions.contains(&match edition {
            Edition::Nightly => EditionName::Nightly,
            Edition::Trainer => EditionName::Trainer,
        })
    };
    let named = |edition: &Edition| {
        asked.contains(&Choice::All)
            || asked.contains(&match edition {
                Edition::Nightly => Choice::Nightly,
                Edition::Trainer => Choice::Trainer,
            })
    };
    let all = Edition::ALL.into_iter();
    all.filter(|edition| {
        if asked.is_empty() {
            configured(edition)
        } else {
            named(edition)
        }
    })
    .collect()
}

fn print_summary(common: &Common, job: &Job, summary: &Summary) -> Result<()> {
    if common.json {
        let mut value = files_json(&summary.files, &summary.refused);
        value["run"] = summary.run.id().into();
        value["as_of"] = calendar::print(job.settings.centre.zone, summary.run.as_of).into();
        value["store_changed"] = summary.store_changed.into();
        value["fact_days_written"] = summary.fact_days.into();
        value["missed"] = summary.missed.clone().into();
        value["restated"] = restated_json(&summary.restated);
        value["published"] = summary
            .published
            .iter()
            .map(|file| serde_json::json!({ "path": file.path, "changed": file.changed }))
            .collect();
        return output::stdout(format!("{value}\n").as_bytes());
    }
    let mut text = if summary.files.is_empty() {
        String::new()
    } else {
        accounts(&summary.files, &summary.refused)
    };
    let zone = job.settings.centre.zone;
    let as_of = calendar::print(zone, summary.run.as_of);
    let _ = writeln!(
        text,
        "store   {} · run {} · as of {as_of} {zone}",
        job.store.display(),
        summary.run.id()
    );
    let latest = |file: &&run::Published| {
        let folder = file.path.parent().and_then(std::path::Path::file_name);
        folder.is_some_and(|folder| folder == run::publish::LATEST)
    };
    for file in summary.published.iter().filter(|file| !latest(file)) {
        let folder = file.path.parent().and_then(std::path::Path::file_name);
        let kind = if folder.is_some_and(|folder| folder == "marts") {
            "mart"
        } else {
            "report"
        };
        let state = if file.changed { "" } else { " (unchanged)" };
        let _ = writeln!(text, "{kind:<7} {}{state}", file.path.display());
    }
    let copies: Vec<&run::Published> = summary.published.iter().filter(latest).collect();
    if let Some(folder) = copies.first().and_then(|file| file.path.parent()) {
        let same = copies.iter().all(|file| !file.changed);
        let state = if same { " (unchanged)" } else { "" };
        let _ = writeln!(text, "latest  {}{state}", folder.display());
    }
    if !summary.missed.is_empty() {
        let _ = writeln!(text, "missed  {}", summary.missed.join(", "));
    }
    text.push_str(&restated_line(&summary.restated));
    let idle = !summary.store_changed && summary.published.iter().all(|file| !file.changed);
    if idle {
        text.push_str("Nothing changed: every file was taken in before, and store, marts and reports are as they were.\n");
    }
    output::stdout(text.as_bytes())
}

/// How many figures of earlier days have changed; nothing when none has.
fn restated_line(restated: &Restated) -> String {
    let plural = |number: usize, one: &str| {
        let end = if number == 1 { "" } else { "s" };
        format!("{} {one}{end}", count(number as u64))
    };
    match (restated, restated.counts()) {
        (Restated::Redefined(since), _) => format!(
            "restated  not compared with {}: settings or program have changed\n",
            since.run
        ),
        (_, (0, _)) => String::new(),
        (_, (figures, days)) => {
            format!(
                "restated  {} of {}\n",
                plural(figures, "figure"),
                plural(days, "day")
            )
        }
    }
}

fn restated_json(restated: &Restated) -> serde_json::Value {
    let (figures, days) = restated.counts();
    serde_json::json!({
        "state": restated.state(), "since": restated.since().map(|since| &since.run), "figures": figures, "days": days,
    })
}

/// The accounts of every file as a table, the rejects by reason, and the files that were not taken in.
fn accounts(files: &[FileAccount], refused: &[(String, String)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "file",
        "table",
        "encoding",
        "read",
        "stored",
        "replaced",
        "duplicate",
        "rejected",
    ]);
    let mut total = [0; 5];
    for file in files {
        if file.seen {
            table.add_row([&file.file, file.table, &file.encoding, "taken in before"]);
            continue;
        }
        let numbers = [
            file.read,
            file.stored,
            file.replaced,
            file.duplicate,
            file.rejected_rows(),
        ];
        total
            .iter_mut()
            .zip(numbers)
            .for_each(|(sum, number)| *sum += number);
        let texts = [
            file.file.clone(),
            file.table.to_owned(),
            file.encoding.clone(),
        ];
        table.add_row(texts.into_iter().chain(numbers.map(count)));
    }
    let mut names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
    names.dedup();
    let heading = [
        format!("{} files", names.len()),
        String::new(),
        String::new(),
    ];
    table.add_row(heading.into_iter().chain(total.map(count)));
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{}\n", table.trim_fmt());
    for file in files {
        for line in &file.rejected {
            let column = if line.column.is_empty() {
                String::new()
            } else {
                format!(", column {}", line.column)
            };
            let _ = writeln!(
                text,
                "rejected {} in {}{column}: {} ({})",
                line.rows,
                file.file,
                reason::describe(&line.reason, Lang::En),
                line.example.trim_end_matches(": ")
            );
        }
    }
    for workbook in files.iter().filter_map(|file| file.to_mend.as_ref()) {
        let _ = writeln!(text, "to mend {}", workbook.display());
    }
    for (_, why) in refused {
        let _ = writeln!(text, "not taken in: {why}");
    }
    text
}

fn files_json(files: &[FileAccount], refused: &[(String, String)]) -> serde_json::Value {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let rejected: Vec<_> = file
                .rejected
                .iter()
                .map(|line| serde_json::json!({ "reason": line.reason, "column": line.column, "rows": line.rows, "example": line.example }))
                .collect();
            serde_json::json!({
                "file": file.file, "table": file.table, "encoding": file.encoding, "taken_in_before": file.seen,
                "read": file.read, "stored": file.stored, "replaced": file.replaced,
                "duplicate": file.duplicate, "rejected": file.rejected_rows(), "rejects": rejected, "to_mend": file.to_mend,
            })
        })
        .collect();
    let refused: Vec<_> = refused
        .iter()
        .map(|(file, why)| serde_json::json!({ "file": file, "why": why }))
        .collect();
    serde_json::json!({ "files": files, "refused": refused })
}
