//! Standard output carries results, standard error carries messages.

use std::io::Write;

use tracing_subscriber::filter::LevelFilter;

use crate::error::{Error, Result};

/// Writes a result to standard output.
///
/// # Errors
/// When standard output does not take it; a closed pipe is told apart by [`is_broken_pipe`].
pub fn stdout(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Error::io("write to", "standard output".as_ref(), error))
}

/// Whether the reader of standard output has had enough, which is no failure.
#[must_use]
pub fn is_broken_pipe(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Prints an error: what, an empty line, what to do next.
pub fn error(error: &Error, json: bool) {
    if json {
        let line = serde_json::json!({ "level": "error", "message": error.to_string(), "hint": error.hint() });
        eprintln!("{line}");
        return;
    }
    eprintln!("error: {error}");
    if let Some(hint) = error.hint() {
        eprintln!("\nhint: {hint}");
    }
}

/// Prints something the user should know that is no error.
pub fn note(message: &str, json: bool) {
    if json {
        eprintln!(
            "{}",
            serde_json::json!({ "level": "note", "message": message })
        );
    } else {
        eprintln!("note: {message}");
    }
}

/// Sends the library's log to standard error, plain or as JSON lines.
pub fn start_log(verbose: u8, quiet: bool, json: bool) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (_, 0) => LevelFilter::WARN,
        (_, 1) => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("warn,kefu={level}"));
    // No time of day: the log of a run can be compared with the log of another.
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .without_time();
    let started = if json {
        log.json().try_init()
    } else {
        log.with_target(false).with_ansi(false).try_init()
    };
    // A second start in one process (as in tests) keeps the first log.
    drop(started);
}
