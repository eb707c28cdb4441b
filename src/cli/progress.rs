//! Progress: a bar on a terminal, plain lines elsewhere, nothing when quiet.

use std::io::IsTerminal;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use crate::run::Progress;

use super::Common;

/// Where progress goes.
pub enum Reporter {
    /// A bar on a terminal.
    Bar(ProgressBar),
    /// One line per stage.
    Lines(Mutex<()>),
    /// One JSON object per line.
    Json,
    /// Nowhere; warnings still show unless errors only were asked for.
    Silent,
}

impl Reporter {
    /// The reporter that fits the options and the terminal.
    pub fn new(common: &Common) -> Self {
        if common.quiet {
            Self::Silent
        } else if common.json {
            Self::Json
        } else if common.no_progress || !std::io::stderr().is_terminal() {
            Self::Lines(Mutex::new(()))
        } else {
            let bar = ProgressBar::no_length();
            if let Ok(style) =
                ProgressStyle::with_template("{prefix:>8} [{bar:30}] {pos}/{len} {msg}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            Self::Bar(bar)
        }
    }

    /// Clears the bar.
    pub fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Reporter {
    fn stage(&self, name: &str, steps: u64) {
        match self {
            Self::Bar(bar) => {
                bar.set_length(steps);
                bar.set_position(0);
                bar.set_prefix(name.to_owned());
                bar.set_message("");
            }
            Self::Lines(lock) => {
                let _guard = lock.lock();
                eprintln!("{name} ({steps})");
            }
            Self::Json => eprintln!(
                "{}",
                serde_json::json!({ "level": "info", "stage": name, "steps": steps })
            ),
            Self::Silent => {}
        }
    }

    fn step(&self, what: &str) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(what.to_owned());
                bar.inc(1);
            }
            Self::Lines(_) | Self::Silent => tracing::info!("{what}"),
            Self::Json => eprintln!("{}", serde_json::json!({ "level": "info", "step": what })),
        }
    }

    fn warn(&self, message: &str) {
        match self {
            Self::Bar(bar) => bar.println(format!("warning: {message}")),
            Self::Lines(_) => eprintln!("warning: {message}"),
            Self::Json => eprintln!(
                "{}",
                serde_json::json!({ "level": "warn", "message": message })
            ),
            Self::Silent => {}
        }
    }
}
