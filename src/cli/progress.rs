//! Progress: a bar on a terminal, plain lines elsewhere, nothing when quiet.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::i18n::visible::with_escapes;
use crate::run::Progress;

use super::Common;

/// Tells how far a run is, and at its end how long its stages took. The only clock of the program besides that of
/// the quarantine's retention: nothing but the log knows what it says.
pub struct Reporter {
    shown: Shown,
    /// Name and beginning of every stage.
    stages: Mutex<Vec<(String, Instant)>>,
}

/// Where progress goes.
enum Shown {
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
        let shown = if common.quiet {
            Shown::Silent
        } else if common.json {
            Shown::Json
        } else if common.no_progress || !std::io::stderr().is_terminal() {
            Shown::Lines(Mutex::new(()))
        } else {
            let bar = ProgressBar::no_length();
            if let Ok(style) =
                ProgressStyle::with_template("{prefix:>8} [{bar:30}] {pos}/{len} {msg}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            Shown::Bar(bar)
        };
        Self {
            shown,
            stages: Mutex::new(Vec::new()),
        }
    }

    /// Clears the bar and logs the milliseconds of every stage.
    pub fn finish(&self) {
        let now = Instant::now();
        let stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = stages.iter().skip(1).map(|(_, at)| *at).chain([now]);
        let mut took: Vec<(&str, u64)> = Vec::new();
        for ((name, begun), ended) in stages.iter().zip(ends) {
            let ms = u64::try_from((ended - *begun).as_millis()).unwrap_or(u64::MAX);
            took.push((name, ms));
        }
        match &self.shown {
            Shown::Bar(bar) => bar.finish_and_clear(),
            Shown::Json => {
                let timings: serde_json::Map<String, serde_json::Value> = took
                    .iter()
                    .map(|(name, ms)| ((*name).to_owned(), (*ms).into()))
                    .collect();
                eprintln!(
                    "{}",
                    serde_json::json!({ "level": "info", "timings_ms": timings })
                );
            }
            Shown::Lines(_) | Shown::Silent => {}
        }
        for (name, ms) in took {
            tracing::info!("{name} took {ms} ms");
        }
    }
}

impl Progress for Reporter {
    fn stage(&self, name: &str, steps: u64) {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        stages.push((name.to_owned(), Instant::now()));
        drop(stages);
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_length(steps);
                bar.set_position(0);
                bar.set_prefix(name.to_owned());
                bar.set_message("");
            }
            Shown::Lines(lock) => {
                let _guard = lock.lock();
                eprintln!("{name} ({steps})");
            }
            Shown::Json => eprintln!(
                "{}",
                serde_json::json!({ "level": "info", "stage": name, "steps": steps })
            ),
            Shown::Silent => {}
        }
    }

    fn step(&self, what: &str) {
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_message(what.to_owned());
                bar.inc(1);
            }
            Shown::Lines(_) | Shown::Silent => tracing::info!("{what}"),
            Shown::Json => eprintln!("{}", serde_json::json!({ "level": "info", "step": what })),
        }
    }

    fn warn(&self, message: &str) {
        let message = &*with_escapes(message);
        match &self.shown {
            Shown::Bar(bar) => bar.println(format!("warning: {message}")),
            Shown::Lines(_) => eprintln!("warning: {message}"),
            Shown::Json => eprintln!(
                "{}",
                serde_json::json!({ "level": "warn", "message": message })
            ),
            Shown::Silent => {}
        }
    }
}
