//! `kefu generate`: the exports of a synthetic centre.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use crate::error::{Error, Result};
use crate::generate::{self, Anomalies, GenerateError, GeneratedFile, Output, Plan, Split};
use crate::run::Progress;

use super::progress::Reporter;
use super::{Common, output};

#[derive(Debug, Clone, Args)]
pub struct GenerateArgs {
    /// Folder to write the exports to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Days
    #[arg(long, default_value_t = 28, value_parser = clap::value_parser!(u32).range(1..=3660))]
    days: u32,
    /// Inbound calls on an average day; everything else scales with it
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    calls_per_day: u32,
    /// Seed: the same seed gives the same files
    #[arg(long, default_value_t = 20_260_302, value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    seed: u64,
    /// First day
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-03-02")]
    start: NaiveDate,
    /// What to plant, in the form of the [[anomaly]] entries of `ground_truth.toml`; default: a built-in set
    #[arg(long, value_name = "FILE")]
    anomalies: Option<PathBuf>,
    /// One file per table and this much time
    #[arg(long, value_enum, default_value_t)]
    split: SplitArg,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum SplitArg {
    /// Nightly exports
    Day,
    /// Weekly exports
    #[default]
    Week,
}

pub fn generate(common: &Common, args: &GenerateArgs) -> Result<ExitCode> {
    let fail = |error: &dyn std::fmt::Display| {
        Error::usage(
            error.to_string(),
            "ground_truth.toml of any generated centre shows the form",
        )
    };
    let anomalies = match &args.anomalies {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Error::io("read", path, error))?;
            Anomalies::parse(&text)
                .map_err(|error| fail(&format!("{}: {error}", path.display())))?
        }
        None => Anomalies::builtin().map_err(|error| fail(&error))?,
    };
    let plan = Plan {
        start: args.start,
        days: args.days,
        calls_per_day: args.calls_per_day,
        seed: args.seed,
        split: match args.split {
            SplitArg::Day => Split::Day,
            SplitArg::Week => Split::Week,
        },
        anomalies,
    };
    let taxonomy = generate::Taxonomy::of(&common.settings()?.taxonomy);
    let reporter = Reporter::new(common);
    reporter.stage("generate", u64::from(plan.days));
    let (mut files, mut total) = (0, 0);
    let written = generate::write(&plan, &taxonomy, &mut |output| {
        match output {
            Output::File(file) => {
                files += 1;
                total += file.bytes.len();
                write(&args.out, &file)?;
            }
            Output::Day(date) => reporter.step(&date.to_string()),
        }
        Ok(())
    });
    reporter.finish();
    written.map_err(|error| match error {
        GenerateError::Write { name, error } => Error::io("write", &args.out.join(name), error),
        error => fail(&error),
    })?;
    let line = format!(
        "{files} files, {} KB in {}\n",
        total / 1000,
        args.out.display()
    );
    output::stdout(line.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file of the export, and the folder it belongs into.
fn write(out: &Path, file: &GeneratedFile) -> std::io::Result<()> {
    let path = out.join(&file.name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, &file.bytes)
}
