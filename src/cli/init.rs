//! `kefu init`: a `kefu.toml` in which every key stands with its default, its meaning and an example.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::settings::template::template;

use super::{Common, output};

#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// File to write; `-` is standard output
    #[arg(default_value = "kefu.toml")]
    file: PathBuf,
    /// Replace the file when there is one
    #[arg(long)]
    force: bool,
    /// Print instead of writing a file
    #[arg(long)]
    stdout: bool,
}

pub fn init(common: &Common, args: &InitArgs) -> Result<ExitCode> {
    let text = template(common.lang.unwrap_or(Lang::En));
    if args.stdout || args.file == Path::new("-") {
        output::stdout(text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    write(&args.file, text, args.force)?;
    if !common.quiet {
        let line = if common.json {
            format!("{}\n", serde_json::json!({ "written": args.file }))
        } else {
            format!("written {}\n", args.file.display())
        };
        output::stdout(line.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str, force: bool) -> Result<()> {
    let mut options = std::fs::File::options();
    options.write(true);
    // Asking for a new file and making it are one step, so that nobody's file is lost in between.
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let mut file = options.open(path).map_err(|source| {
        if source.kind() == std::io::ErrorKind::AlreadyExists {
            Error::usage(
                format!("{} exists already", path.display()),
                "--force replaces it; --stdout prints instead",
            )
        } else {
            Error::io("write", path, source)
        }
    })?;
    file.write_all(text.as_bytes())
        .map_err(|source| Error::io("write", path, source))
}
