//! The command line: clap structs → settings → library. The only place that prints and picks exit codes.

mod chart;
mod check;
mod coaching;
mod compare;
mod config;
mod drill;
mod explain;
mod generate;
mod init;
mod kpi;
mod output;
mod problems;
mod progress;
mod run;
mod sheet;
mod sla;
mod store;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::ingest::formats::guard;
use crate::ingest::value;
use crate::kpi::catalogue::Catalogue;
use crate::run::{Reading, Snapshot, gate};
use crate::settings::{Loaded, Settings, suggestion};

/// Turns the exported call and ticket logs of a service centre into KPIs and charted reports.
#[derive(Debug, Parser)]
#[command(name = "kefu", version, about, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; \
3 done, but with --fail-on-breach a target was missed; 4 the data-quality gate refused the batch."
)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
struct Common {
    /// Settings file; default: kefu.toml in this folder, where there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the store
    #[arg(long, global = true, value_name = "DIR", default_value = "store")]
    store: PathBuf,
    /// Read every file as this source: one of kefu.toml or a built-in profile
    #[arg(long, global = true, value_name = "NAME")]
    source: Option<String>,
    /// The instant at which open tickets and windows are judged; default: the newest arrival
    #[arg(long, global = true, value_name = "TIME")]
    as_of: Option<String>,
    /// Language of reports and tables; default: reports in both, tables in English
    #[arg(long, global = true)]
    lang: Option<Lang>,
    /// Only errors on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// More on standard error: -v what is done, -vv how
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Plain lines instead of a progress bar
    #[arg(long, global = true)]
    no_progress: bool,
    /// Threads that read files and compute figures; default: one per core
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
    /// Machine-readable messages on standard error and summary on standard output
    #[arg(long, global = true)]
    json: bool,
    /// Print the settings in force and where each is from, and end; `all` prints the built-in KPIs too
    #[arg(
        long,
        global = true,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "user"
    )]
    dump_config: Option<config::Dump>,
}

/// Which run is read.
#[derive(Debug, Clone, Args)]
struct Earlier {
    /// The store as an earlier run left it: its number, or the newest run as of a time (a date: the end of its day)
    #[arg(long, value_name = "RUN|TIME")]
    snapshot: Option<String>,
}

/// Which rows figures are computed from.
#[derive(Debug, Clone, Args)]
struct Rows {
    /// First local date
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Last local date
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
    /// Row-level SQL condition over the fact table
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    #[command(flatten)]
    earlier: Earlier,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The nightly job: take in what is new, compute, render
    Run(run::RunArgs),
    /// Dry run: what each file is, how its columns map, what would be rejected; writes nothing
    Check(check::CheckArgs),
    /// Take files into the store without computing anything
    Ingest(run::IngestArgs),
    /// Figures by dimension and period
    Kpi(kpi::KpiArgs),
    /// The control chart of a figure: which days are more than noise, as data or as a picture
    Chart(chart::ChartArgs),
    /// Why a figure moved between two periods: its change in parts, along one dimension at a time
    Compare(compare::CompareArgs),
    /// The rows behind a figure, each with what it adds to numerator and denominator
    Drill(drill::DrillArgs),
    /// What keeps coming back, by what it costs; with --emerging what rises above its usual count
    Problems(problems::ProblemsArgs),
    /// Who needs coaching in what: agents whose figures differ from the centre's for the same contacts
    Coaching(coaching::CoachingArgs),
    /// Definition, source and SQL of a figure, and the rows left after each condition
    Explain(explain::ExplainArgs),
    /// How the promises stand, and which clocks are about to be late
    Sla(sla::SlaArgs),
    /// Render reports and marts of the newest run again, or of an earlier one
    Report(run::ReportArgs),
    /// What is in the store, whether it is sound, and clearing it up
    Store(store::StoreArgs),
    /// Write the exports of a synthetic centre with planted, documented anomalies
    Generate(generate::GenerateArgs),
    /// Write a commented kefu.toml that names every key, with its default and its meaning
    Init(init::InitArgs),
    /// Completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Parses the command line, runs the command, prints its error if it has one.
#[must_use]
pub fn main() -> ExitCode {
    silence_guarded_panics();
    let (json, ended) = match parse_and_run(std::env::args_os().collect()) {
        Ok(ended) => ended,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match ended {
        Ok(code) => code,
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

/// A panic of a library over a damaged file is told as an error of the file; every other one keeps its message.
fn silence_guarded_panics() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !guard::is_guarded() {
            told(panic);
        }
    }));
}

/// Whether messages are JSON, and how the command ended; the outer error is one of the command line itself.
fn parse_and_run(
    args: Vec<OsString>,
) -> std::result::Result<(bool, Result<ExitCode>), clap::Error> {
    if config::asked(&args) {
        let matches = config::relaxed(Cli::command()).try_get_matches_from(args)?;
        let common = Common::from_arg_matches(&matches)?;
        return Ok((common.json, config::print(&common, &matches)));
    }
    let cli = Cli::try_parse_from(args)?;
    Ok((cli.common.json, dispatch(cli)))
}

fn dispatch(cli: Cli) -> Result<ExitCode> {
    let common = cli.common;
    output::start_log(common.verbose, common.quiet, common.json);
    if let Some(threads) = common.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .build_global()
            .map_err(|error| Error::usage(format!("--threads {threads}: {error}"), ""))?;
    }
    match cli.command {
        Command::Run(args) => run::run(&common, args),
        Command::Check(args) => check::check(&common, &args),
        Command::Ingest(args) => run::ingest(&common, args),
        Command::Kpi(args) => kpi::kpi(&common, &args),
        Command::Chart(args) => chart::run(&common, &args),
        Command::Compare(args) => compare::run(&common, &args),
        Command::Problems(args) => problems::run(&common, &args),
        Command::Coaching(args) => coaching::run(&common, &args),
        Command::Drill(args) => drill::drill(&common, &args),
        Command::Store(args) => store::store(&common, &args),
        Command::Explain(args) => explain::explain(&common, &args),
        Command::Sla(args) => sla::sla(&common, &args),
        Command::Report(args) => run::report(&common, args),
        Command::Generate(args) => generate::generate(&common, &args),
        Command::Init(args) => init::init(&common, &args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "kefu", &mut script);
            output::stdout(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Earlier {
    fn snapshot(&self, settings: &Settings) -> Result<Option<Snapshot>> {
        self.snapshot
            .as_deref()
            .map(|text| Snapshot::parse(text, settings.centre.zone))
            .transpose()
    }
}

impl Rows {
    /// Makes sure that the range is one.
    fn check(&self) -> Result<()> {
        in_order(self.from, self.to)
    }
}

/// Makes sure that a range of days does not end before it begins.
fn in_order(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(Error::usage(
            format!("--from {from} is after --to {to}"),
            "exchange the two",
        )),
        _ => Ok(()),
    }
}

impl Common {
    /// The facts that are asked for: of the newest run or of an earlier one, as judged then or at `--as-of`.
    fn reading(&self, settings: &Settings, earlier: &Earlier) -> Result<Reading> {
        let reading = Reading::open(
            &self.store,
            settings,
            earlier.snapshot(settings)?,
            self.as_of(settings)?,
        )?;
        if let Some(note) = reading.note.as_ref().filter(|_| !self.quiet) {
            output::note(note, self.json);
        }
        Ok(reading)
    }

    /// The settings in force: the file named, else `kefu.toml` here, else the built-in ones.
    fn settings(&self) -> Result<Settings> {
        Ok(self.loaded()?.settings)
    }

    /// The same with the file they come from.
    fn loaded(&self) -> Result<Loaded> {
        let here = std::path::Path::new("kefu.toml");
        let mut loaded = match &self.config {
            Some(path) => Loaded::read(path)?,
            None if here.exists() => Loaded::read(here)?,
            None => Loaded::builtin()?,
        };
        gate::check_reasons(&loaded)?;
        // A wrong entry is found before anything is read, whatever the command.
        Catalogue::load(&loaded)?;
        if let Some(name) = &self.source
            && loaded.settings.source(name).is_none()
        {
            let names = loaded.settings.source_names();
            return Err(Error::usage(
                format!("--source: there is no source `{name}`"),
                suggestion(name, &names, "the sources are"),
            ));
        }
        loaded.settings.only_source.clone_from(&self.source);
        Ok(loaded)
    }

    /// `--as-of` as UTC microseconds; a clock reading is one of the centre's zone, a bare date its midnight.
    fn as_of(&self, settings: &Settings) -> Result<Option<i64>> {
        self.as_of
            .as_deref()
            .map(|text| {
                value::instant(text, settings.centre.zone, None).map_err(|_| {
                    Error::usage(
                        format!("--as-of `{text}` is not a time"),
                        "write it as 2026-03-29 23:59:59, or with an offset as 2026-03-29T23:59:59+08:00",
                    )
                })
            })
            .transpose()
    }

    /// The languages of reports: the asked one, else both.
    fn langs(&self) -> Vec<Lang> {
        self.lang
            .map_or_else(|| Lang::ALL.to_vec(), |lang| vec![lang])
    }
}
