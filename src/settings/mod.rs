//! What a centre configures: one typed tree, read from the built-in TOML files and the user's `kefu.toml`.
//!
//! A leaf: it holds values, not behaviour. Unknown keys are errors.

pub mod catalogue;
mod centre;
mod check;
mod cost;
pub mod document;
pub mod dump;
mod fault;
pub mod hours;
mod marks;
mod nearest;
mod position;
pub mod privacy;
pub mod profile;
pub mod promise;
mod quality;
mod reader;
mod report;
pub mod source;
pub mod taxonomy;
pub mod template;
mod values;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};

pub use catalogue::{KpiEntry, KpiKind, ServiceLevel, TargetEntry, Variant};
pub use centre::Centre;
pub use cost::Cost;
pub use document::Document;
pub use hours::CalendarEntry;
pub use marks::{EventEntry, Kpis, RebaseEntry};
pub use nearest::{closest, suggestion};
pub use position::excerpt;
pub use privacy::Privacy;
pub use profile::Profile;
pub use promise::{PromiseEntry, StateLimit, Tickets};
pub use quality::{Quality, Retention};
pub use report::{EditionName, Format, Mail, Report};
pub use source::Source;
pub use taxonomy::Taxonomy;
use values::zone;

const CATALOGUE: &str = include_str!("catalogue.toml");
const PROMISES: &str = include_str!("promises.toml");
const TARGETS: &str = include_str!("targets.toml");
const TAXONOMY: &str = include_str!("taxonomy.toml");

/// Everything a run needs to know besides its input.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The service centre.
    pub centre: Centre,
    /// Pseudonyms, and what is not stored.
    pub privacy: Privacy,
    /// When a run is refused.
    pub quality: Quality,
    /// How long things are kept.
    pub retention: Retention,
    /// What problems are weighed by.
    pub cost: Cost,
    /// Which reports are written.
    pub report: Report,
    /// To whom the mail edition goes.
    pub mail: Mail,
    /// Which variant of the service level is meant.
    pub service_level: ServiceLevel,
    /// Source mappings by name, tried before the automatic recognition.
    pub sources: BTreeMap<String, Source>,
    /// The built-in mappings of common systems, tried after the settings' own.
    pub profiles: Vec<Profile>,
    /// The one source that files are read as, when it was asked for.
    pub only_source: Option<String>,
    /// The catalogue: built-in entries in their order, then the user's.
    pub kpis: Vec<KpiEntry>,
    /// Targets; the user's replace the built-in ones of the same KPI and condition.
    pub targets: Vec<TargetEntry>,
    /// Problem types.
    pub taxonomy: Taxonomy,
    /// Working calendars by name; `always` is not among them.
    pub calendars: BTreeMap<String, CalendarEntry>,
    /// Promises: built-in ones in their order, then the user's.
    pub promises: Vec<PromiseEntry>,
    /// State → how long a ticket may stay in it.
    pub state_limits: BTreeMap<String, StateLimit>,
    /// When a record is complete, and the calendar of business time.
    pub tickets: Tickets,
    /// Dates from which a control chart has another baseline.
    pub rebases: Vec<RebaseEntry>,
    /// Days that control charts mark.
    pub events: Vec<EventEntry>,
}

/// `kefu.toml` as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    centre: Centre,
    privacy: Privacy,
    quality: Quality,
    retention: Retention,
    cost: Cost,
    report: Report,
    mail: Mail,
    service_level: ServiceLevel,
    source: BTreeMap<String, Source>,
    kpi: Vec<KpiEntry>,
    target: Vec<TargetEntry>,
    category: Vec<taxonomy::Category>,
    calendar: BTreeMap<String, CalendarEntry>,
    promise: Vec<PromiseEntry>,
    state_limit: BTreeMap<String, StateLimit>,
    tickets: Tickets,
    rebase: Vec<RebaseEntry>,
    event: Vec<EventEntry>,
}

/// Settings together with the file they come from, for messages and for saying where a value is from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What is in force.
    pub settings: Settings,
    /// The file laid over the built-in settings, where there is one.
    pub file: Option<Document>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    kpi: Vec<KpiEntry>,
    variant: Vec<catalogue::VariantEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetFile {
    target: Vec<TargetEntry>,
}

impl Loaded {
    /// The built-in settings alone.
    ///
    /// # Errors
    /// Only when a compiled-in file is broken, which the tests exclude.
    pub fn builtin() -> Result<Self> {
        Ok(Self {
            settings: Settings::builtin()?,
            file: None,
        })
    }

    /// The built-in settings with `kefu.toml` at `path` laid over them.
    ///
    /// # Errors
    /// When the file cannot be read, is not valid TOML, or has a key or value that is not known.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let mut loaded = Self::parse(&name, &text_of(path, &name)?)?;
        let privacy = &mut loaded.settings.privacy;
        // A path in a file means beside that file, wherever the program is started.
        if let (Some(key), Some(folder)) = (&privacy.key_file, path.parent()) {
            privacy.key_file = Some(folder.join(key));
        }
        Ok(loaded)
    }

    /// The same from a text that messages call `name`.
    ///
    /// # Errors
    /// When it is not valid TOML, or has a key or value that is not known.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let document = Document::parse(name, text)?;
        let file: File = reader::read(&document)?;
        let settings = Settings::merge(file.clone())?;
        check::check(&document, &file, &settings)?;
        Ok(Self {
            settings,
            file: Some(document),
        })
    }
}

impl Settings {
    /// The built-in settings alone.
    ///
    /// # Errors
    /// Only when a compiled-in file is broken, which the tests exclude.
    pub fn builtin() -> Result<Self> {
        Self::merge(File::default())
    }

    /// The built-in settings with `kefu.toml` at `path` laid over them.
    ///
    /// # Errors
    /// When the file cannot be read, is not valid TOML, or has a key or value that is not known.
    pub fn load(path: &Path) -> Result<Self> {
        Ok(Loaded::read(path)?.settings)
    }

    /// A source of this name: one of the settings, else a built-in one.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&Source> {
        let built_in = || {
            self.profiles
                .iter()
                .find_map(|profile| profile.sources.get(name))
        };
        self.sources.get(name).or_else(built_in)
    }

    /// Encodings that sources of the settings state.
    pub fn stated_encodings(&self) -> impl Iterator<Item = &str> {
        let encodings = self.sources.values();
        encodings.filter_map(|source| source.encoding.as_deref())
    }

    /// Field separators that sources state, ASCII ones.
    pub fn stated_delimiters(&self) -> impl Iterator<Item = u8> {
        let sources = self.sources.values();
        sources.filter_map(|source| u8::try_from(source.delimiter?).ok().filter(u8::is_ascii))
    }

    /// Paths of arrays within JSON records that sources read their rows from, each once.
    #[must_use]
    pub fn rows_paths(&self) -> Vec<&str> {
        let built_in = self
            .profiles
            .iter()
            .flat_map(|profile| profile.sources.values());
        let sources = self.sources.values().chain(built_in);
        let mut paths: Vec<&str> = sources
            .filter_map(|source| source.rows.as_deref())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Names of all sources, the settings' own first.
    #[must_use]
    pub fn source_names(&self) -> Vec<&str> {
        let built_in = self
            .profiles
            .iter()
            .flat_map(|profile| profile.sources.keys());
        self.sources
            .keys()
            .chain(built_in)
            .map(String::as_str)
            .collect()
    }

    fn merge(file: File) -> Result<Self> {
        let built_in: CatalogueFile = parse(CATALOGUE, "the built-in catalogue")?;
        let mut kpis = built_in.kpi;
        let level = kpis
            .iter()
            .find(|entry| entry.id == catalogue::SERVICE_LEVEL)
            .cloned();
        for entry in file.kpi {
            match kpis.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => kpis.push(entry),
            }
        }
        if let Some(level) = level {
            catalogue::choose(
                &mut kpis,
                &level,
                built_in.variant,
                file.service_level.variant,
            );
        }
        let mut targets = parse::<TargetFile>(TARGETS, "the built-in targets")?.target;
        for entry in file.target {
            targets.retain(|known| known.kpi != entry.kpi || known.condition != entry.condition);
            targets.push(entry);
        }
        let mut taxonomy: Taxonomy = parse(TAXONOMY, "the built-in taxonomy")?;
        if !file.category.is_empty() {
            taxonomy = Taxonomy {
                category: file.category,
            };
        }
        let mut promised: promise::PromiseFile = parse(PROMISES, "the built-in promises")?;
        for entry in file.promise {
            match promised
                .promise
                .iter_mut()
                .find(|known| known.id == entry.id)
            {
                Some(known) => *known = entry,
                None => promised.promise.push(entry),
            }
        }
        promised.calendar.extend(file.calendar);
        promised.state_limit.extend(file.state_limit);
        Ok(Self {
            centre: file.centre,
            privacy: file.privacy,
            quality: file.quality,
            retention: file.retention,
            cost: file.cost,
            report: file.report,
            mail: file.mail,
            service_level: file.service_level,
            sources: file.source,
            profiles: profile::builtin()?,
            only_source: None,
            kpis,
            targets,
            taxonomy,
            calendars: promised.calendar,
            promises: promised.promise,
            state_limits: promised.state_limit,
            tickets: file.tickets,
            rebases: file.rebase,
            events: file.event,
        })
    }
}

/// The text of a settings file. A file that cannot be read is wrong configuration too.
fn text_of(path: &Path, name: &str) -> Result<String> {
    let refused = |message: String, hint: &str| Error::Settings {
        place: name.to_owned(),
        message,
        hint: hint.to_owned(),
    };
    let bytes = std::fs::read(path).map_err(|error| {
        let hint = "--config names the settings file; `kefu init FILE` writes one";
        refused(format!("cannot be read: {error}"), hint)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let before = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        refused(
            format!("line {line} is not UTF-8"),
            "save the file as UTF-8",
        )
    })
}

fn parse<T: serde::de::DeserializeOwned>(text: &str, name: &str) -> Result<T> {
    reader::read(&Document::parse(name, text)?)
}

#[cfg(test)]
mod tests;
