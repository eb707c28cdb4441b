//! The one error type: what went wrong, where, and what to do next.

use std::path::{Path, PathBuf};

/// Result with [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Where somebody who wrote a wrong expression finds the columns.
pub const COLUMNS: &str = "`kefu explain KPI` lists the columns of a KPI's fact table";

/// Everything that can stop a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused something.
    #[error("cannot {verb} {}: {source}", path.display())]
    Io {
        /// What was tried, as an English verb.
        verb: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A settings file is not valid.
    #[error("{place}: {message}")]
    Settings {
        /// The file, with line and column where they are known.
        place: String,
        /// What is wrong.
        message: String,
        /// What to do next; may be empty.
        hint: String,
    },
    /// An entry of the catalogue or a condition does not make sense.
    #[error("{place}: {message}")]
    Expression {
        /// The entry or option.
        place: String,
        /// What is wrong with it, and the text with a mark under the place.
        message: String,
        /// What to do next; when it is empty, where the columns are listed.
        hint: String,
    },
    /// The command line asks for something that does not exist.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// A file cannot be taken in at all.
    #[error("{}: {message}", file.display())]
    Input {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// There is nothing to work on.
    #[error("{message}")]
    Nothing {
        /// What is missing.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// Too many rows of the new files were rejected; nothing was stored.
    #[error("{message}")]
    Gate {
        /// Which limit, and by how much.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// The store is not usable.
    #[error("store {}: {message}", root.display())]
    Store {
        /// The store's folder.
        root: PathBuf,
        /// What is wrong.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// Delta Lake refused.
    #[error("store table {table}: {source}")]
    Delta {
        /// The table.
        table: String,
        /// Why.
        source: Box<deltalake::DeltaTableError>,
    },
    /// Polars refused.
    #[error("computing {what}: {source}")]
    Polars {
        /// What was computed.
        what: &'static str,
        /// Why it failed.
        source: Box<polars::error::PolarsError>,
    },
    /// Arrow refused.
    #[error("columns of {what}: {source}")]
    Arrow {
        /// The table.
        what: String,
        /// Why.
        source: arrow::error::ArrowError,
    },
    /// Parquet refused.
    #[error("Parquet of {what}: {source}")]
    Parquet {
        /// The table or file.
        what: String,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// A chart or page could not be drawn.
    #[error("drawing {what}: {message}")]
    Render {
        /// What was drawn.
        what: String,
        /// Why it failed.
        message: String,
    },
}

impl Error {
    /// An I/O error with its place.
    #[must_use]
    pub fn io(verb: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            verb,
            path: path.to_owned(),
            source,
        }
    }

    /// A settings error from TOML.
    #[must_use]
    pub fn settings(name: &str, source: &toml::de::Error) -> Self {
        Self::Settings {
            place: name.to_owned(),
            message: source.to_string().trim_end().to_owned(),
            hint: String::new(),
        }
    }

    /// A usage error.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// An error about having nothing to work on.
    pub fn nothing(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Nothing {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// An input error.
    pub fn input(file: &Path, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Input {
            file: file.to_owned(),
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The path that the file system refused.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Io { path, .. } => Some(path),
            _ => None,
        }
    }

    /// The next step, where one is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. }
            | Self::Nothing { hint, .. }
            | Self::Input { hint, .. }
            | Self::Settings { hint, .. }
            | Self::Gate { hint, .. }
            | Self::Store { hint, .. } => (!hint.is_empty()).then(|| hint.clone()),
            Self::Expression { hint, .. } if hint.is_empty() => Some(COLUMNS.to_owned()),
            Self::Expression { hint, .. } => Some(hint.clone()),
            _ => None,
        }
    }

    /// The process exit code: 2 for wrong usage or configuration, 4 for a refused batch, 1 for everything else.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Settings { .. } | Self::Expression { .. } => 2,
            Self::Gate { .. } => 4,
            _ => 1,
        }
    }
}

/// Names what Polars was computing when it failed.
pub trait PolarsContext<T> {
    /// Adds the name.
    ///
    /// # Errors
    /// The Polars error with the name.
    fn computing(self, what: &'static str) -> Result<T>;
}

impl<T> PolarsContext<T> for polars::error::PolarsResult<T> {
    fn computing(self, what: &'static str) -> Result<T> {
        self.map_err(|source| Error::Polars {
            what,
            source: Box::new(source),
        })
    }
}
