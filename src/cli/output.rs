//! Standard output carries results, standard error carries messages.

use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tempfile::NamedTempFile;
use tracing_subscriber::filter::LevelFilter;

use crate::error::{Error, Result};
use crate::i18n::visible::with_escapes;
use crate::insight::frame::Frame;
use crate::store::runs::Run;

/// Form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// UTF-8, full precision
    Csv,
    /// An array of objects
    Json,
    /// Parquet
    Parquet,
}

impl Format {
    /// The form asked for, else that of the file's name, else a table.
    ///
    /// # Errors
    /// When the file's name says nothing and no form is asked for.
    pub fn of(asked: Option<Self>, file: Option<&Path>) -> Result<Self> {
        let Some(file) = file.filter(|_| asked.is_none()) else {
            return Ok(asked.unwrap_or(Self::Table));
        };
        let extension = file.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Self::Csv),
            Some("json") => Ok(Self::Json),
            Some("parquet") => Ok(Self::Parquet),
            Some("txt") => Ok(Self::Table),
            _ => Err(Error::usage(
                format!("-o {}: the name does not say the form", file.display()),
                "call it .csv, .json or .parquet, or add --format",
            )),
        }
    }
}

/// Form and place of a result.
#[derive(Debug, Clone, Args)]
pub struct Written {
    /// Form of the output; default: that of the file's name, else a table
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Byte-order mark before CSV, for Excel
    #[arg(long)]
    pub bom: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Written {
    /// The form.
    ///
    /// # Errors
    /// When neither an option nor the file's name says it.
    pub fn form(&self) -> Result<Format> {
        Format::of(self.format, self.output.as_deref())
    }

    /// Opens the place.
    ///
    /// # Errors
    /// As [`Out::open`].
    pub fn open(&self, form: Format, readers: Readers) -> Result<Out> {
        Out::open(form, self.output.as_deref(), readers)
    }

    /// Writes a list: `text` for people, the columns of `frame` in every other form. `name` and `run` tell a
    /// Parquet file where it came from.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn list(
        &self,
        form: Format,
        readers: Readers,
        (name, run): (&str, &Run),
        text: impl FnOnce() -> String,
        frame: impl FnOnce() -> Frame,
    ) -> Result<()> {
        let bytes = bytes(form, self.bom, (name, run), text, frame)?;
        let mut out = self.open(form, readers)?;
        out.all(&bytes)?;
        out.finish()
    }
}

/// A list in the form asked for.
///
/// # Errors
/// When it cannot be written in that form.
pub fn bytes(
    form: Format,
    bom: bool,
    (name, run): (&str, &Run),
    text: impl FnOnce() -> String,
    frame: impl FnOnce() -> Frame,
) -> Result<Vec<u8>> {
    match form {
        Format::Table => Ok(text().into_bytes()),
        Format::Csv => frame().csv(bom),
        Format::Json => frame().json(),
        Format::Parquet => frame().parquet(name, &[("kefu.run", run.id())]),
    }
}

/// Where a result goes: standard output, or a file that appears when it is whole.
pub enum Out {
    Standard(BufWriter<std::io::Stdout>),
    File(BufWriter<NamedTempFile>, PathBuf, Readers),
    /// A pipe or device, which nothing can take the place of.
    Device(BufWriter<std::fs::File>, PathBuf),
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner only: rows of facts can be about people.
    Owner,
    /// Everybody: figures.
    All,
}

impl Out {
    /// Opens the file, else standard output.
    ///
    /// # Errors
    /// When the file's folder cannot be written to, or Parquet would go to a terminal.
    pub fn open(format: Format, file: Option<&Path>, readers: Readers) -> Result<Self> {
        let Some(path) = file else {
            if format == Format::Parquet && std::io::stdout().is_terminal() {
                return Err(Error::usage(
                    "Parquet is not for a terminal",
                    "name a file with -o FILE",
                ));
            }
            return Ok(Self::Standard(BufWriter::new(std::io::stdout())));
        };
        if std::fs::metadata(path).is_ok_and(|known| !known.is_file()) {
            let file = std::fs::OpenOptions::new().write(true).open(path);
            return file
                .map(|file| Self::Device(BufWriter::new(file), path.to_owned()))
                .map_err(|error| Error::io("write", path, error));
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let file = tempfile::Builder::new()
            .prefix(".kefu-")
            .tempfile_in(folder)
            .map_err(|error| Error::io("write", path, error))?;
        Ok(Self::File(BufWriter::new(file), path.to_owned(), readers))
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn all(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match self {
            Self::Standard(out) => out.write_all(&tame(bytes)),
            Self::File(..) | Self::Device(..) => self.write_all(bytes),
        };
        written.map_err(|error| self.error(error))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<()> {
        if let Err(error) = self.flush() {
            return Err(self.error(error));
        }
        match self {
            Self::Standard(_) | Self::Device(..) => Ok(()),
            Self::File(writer, path, readers) => writer
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)
                .and_then(|file| {
                    open_to(&file, readers)?;
                    file.persist(&path).map_err(|error| error.error)
                })
                .map(|_| ())
                .map_err(|error| Error::io("write", &path, error)),
        }
    }

    /// What went wrong while writing.
    pub fn error(&self, error: std::io::Error) -> Error {
        match self {
            Self::Standard(_) => Error::io("write to", "standard output".as_ref(), error),
            Self::File(_, path, _) | Self::Device(_, path) => Error::io("write", path, error),
        }
    }
}

/// A new file is its owner's alone until it is opened to others.
#[cfg(unix)]
fn open_to(file: &NamedTempFile, readers: Readers) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match readers {
        Readers::Owner => Ok(()),
        Readers::All => file
            .as_file()
            .set_permissions(std::fs::Permissions::from_mode(0o644)),
    }
}

#[cfg(not(unix))]
fn open_to(_file: &NamedTempFile, _readers: Readers) -> std::io::Result<()> {
    Ok(())
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Standard(out) => out.write(bytes),
            Self::File(file, ..) => file.write(bytes),
            Self::Device(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Standard(out) => out.flush(),
            Self::File(file, ..) => file.flush(),
            Self::Device(file, _) => file.flush(),
        }
    }
}

/// A text as a terminal may have it: what data or settings bring along cannot move the cursor or turn the direction
/// of writing. JSON says the same afterwards. What is no text stays.
fn tame(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes).map(with_escapes) {
        Ok(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
        Ok(Cow::Borrowed(_)) | Err(_) => Cow::Borrowed(bytes),
    }
}

/// Writes a result to standard output.
///
/// # Errors
/// When standard output does not take it; a closed pipe is told apart by [`is_broken_pipe`].
pub fn stdout(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(&tame(bytes))
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
        eprintln!("{}", with_escapes(&line.to_string()));
        return;
    }
    eprintln!("error: {}", with_escapes(&error.to_string()));
    if let Some(hint) = error.hint() {
        eprintln!("\nhint: {}", with_escapes(&hint));
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
        eprintln!("note: {}", with_escapes(message));
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
    let filter = tracing_subscriber::EnvFilter::new(format!("warn,usvg=error,kefu={level}"));
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
