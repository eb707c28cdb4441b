//! `--dump-config`: what is in force, and where each value is from. It runs without any command or input.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::error::Result;
use crate::settings::Loaded;
use crate::settings::dump::{Detail, dump};

use super::{Common, output};

/// How `--dump-config` is written.
const FLAG: &str = "--dump-config";

/// How much `--dump-config` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Dump {
    /// Built-in KPIs and problem types as a number only
    User,
    /// Everything
    All,
}

/// Whether the arguments ask for the settings: then nothing a command needs is needed.
pub fn asked(args: &[OsString]) -> bool {
    args.iter()
        .take_while(|arg| *arg != "--")
        .filter_map(|arg| arg.to_str())
        .any(|arg| {
            arg == FLAG
                || arg
                    .strip_prefix(FLAG)
                    .is_some_and(|rest| rest.starts_with('='))
        })
}

/// The command line with nothing required.
pub fn relaxed(command: Command) -> Command {
    command
        .subcommand_required(false)
        .arg_required_else_help(false)
        .mut_subcommands(|command| command.mut_args(|arg| arg.required(false)))
}

/// Prints the settings in force.
pub fn print(common: &Common, matches: &ArgMatches) -> Result<ExitCode> {
    let loaded = common.loaded()?;
    common.as_of(&loaded.settings)?;
    let detail = match common.dump_config {
        Some(Dump::All) => Detail::All,
        _ => Detail::User,
    };
    let text = format!(
        "{}\n{}",
        options(common, &loaded, matches),
        dump(&loaded, detail)?
    );
    output::stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The options of the command line, which no file holds, as comments.
fn options(common: &Common, loaded: &Loaded, matches: &ArgMatches) -> String {
    let mut text = String::from(
        "# Settings in force. This is a kefu.toml again.\n#\n# Options of the command line:\n",
    );
    let mut line = |id: &str, value: Option<String>, default: &str| {
        let given = matches.value_source(id) == Some(ValueSource::CommandLine);
        let option = format!("--{}", id.replace('_', "-"));
        let _ = match (value, given) {
            (Some(value), true) => writeln!(text, "#   {option} {value} # command line"),
            (Some(value), false) => writeln!(text, "#   {option} {value} # {default}"),
            (None, _) => writeln!(text, "#   {option} # {default}"),
        };
    };
    let config = match (&common.config, &loaded.file) {
        (None, None) => (None, "not given, and there is no kefu.toml here"),
        (_, file) => (
            file.as_ref().map(|file| file.name().to_owned()),
            "found in this folder",
        ),
    };
    line("config", config.0, config.1);
    let store = common.store.display().to_string();
    line("store", Some(store), "built in");
    line(
        "as_of",
        common.as_of.clone(),
        "not given: the newest arrival",
    );
    line(
        "source",
        common.source.clone(),
        "not given: told from the file",
    );
    let lang = common.lang.map(|lang| lang.code().to_owned());
    line(
        "lang",
        lang,
        "not given: reports in both, tables in English",
    );
    let threads = common.threads.map(|threads| threads.to_string());
    line("threads", threads, "not given: one per core");
    text
}
