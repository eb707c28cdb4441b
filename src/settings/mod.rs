//! What a centre configures: one typed tree, read from the built-in TOML files and the user's `kefu.toml`.
//!
//! A leaf: it holds values, not behaviour. Unknown keys are errors.

pub mod catalogue;
pub mod profile;
pub mod source;
pub mod taxonomy;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::i18n::Bilingual;

pub use catalogue::{KpiEntry, KpiKind, TargetEntry};
pub use profile::Profile;
pub use source::Source;
pub use taxonomy::Taxonomy;

const CATALOGUE: &str = include_str!("catalogue.toml");
const TARGETS: &str = include_str!("targets.toml");
const TAXONOMY: &str = include_str!("taxonomy.toml");

/// Everything a run needs to know besides its input.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The service centre.
    pub centre: Centre,
    /// Pseudonyms.
    pub privacy: Privacy,
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
}

/// The centre: its clock and the thresholds of its definitions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Centre {
    /// Name on the report.
    pub name: Bilingual,
    /// The zone whose days and hours the figures use.
    #[serde(deserialize_with = "zone")]
    pub zone: Tz,
    /// Hours of the local day that count as peak.
    pub peak_hours: Vec<u32>,
    /// An abandoned call that waited less than this many seconds is a short abandon.
    pub short_abandon_s: f64,
    /// A new contact about the same issue within this time makes the earlier one repeated.
    #[serde(deserialize_with = "duration")]
    pub fcr_window: Duration,
    /// An earlier complaint about the same issue within this time makes a complaint a repeat.
    #[serde(deserialize_with = "duration")]
    pub repeat_complaint_window: Duration,
}

impl Default for Centre {
    fn default() -> Self {
        Self {
            name: Bilingual::new("Customer service centre", "客户服务中心"),
            zone: chrono_tz::Asia::Shanghai,
            peak_hours: vec![9, 10, 11, 14, 15, 16, 17],
            short_abandon_s: 5.0,
            fcr_window: Duration::from_hours(72),
            repeat_complaint_window: Duration::from_hours(30 * 24),
        }
    }
}

/// How customers are made unrecognisable.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// The key file; by default `STORE.key` beside the store.
    pub key_file: Option<PathBuf>,
}

/// `kefu.toml` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    centre: Centre,
    privacy: Privacy,
    source: BTreeMap<String, Source>,
    kpi: Vec<KpiEntry>,
    target: Vec<TargetEntry>,
    category: Vec<taxonomy::Category>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    kpi: Vec<KpiEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetFile {
    target: Vec<TargetEntry>,
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
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::io("read", path, source))?;
        let mut settings = Self::merge(parse(&text, &path.display().to_string())?)?;
        // A path in a file means beside that file, wherever the program is started.
        if let (Some(key), Some(folder)) = (&settings.privacy.key_file, path.parent()) {
            settings.privacy.key_file = Some(folder.join(key));
        }
        Ok(settings)
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
        let built_in = self.profiles.iter().flat_map(|profile| profile.sources.values());
        let sources = self.sources.values().chain(built_in);
        let mut paths: Vec<&str> = sources.filter_map(|source| source.rows.as_deref()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Whether a sheet of a workbook may be a table: not when the source asked for reads another.
    #[must_use]
    pub fn wants_sheet(&self, sheet: &str) -> bool {
        let asked = self.only_source.as_deref().and_then(|name| self.source(name));
        asked.and_then(|source| source.sheet.as_deref()).is_none_or(|wanted| wanted == sheet)
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
        let mut kpis = parse::<CatalogueFile>(CATALOGUE, "the built-in catalogue")?.kpi;
        for entry in file.kpi {
            match kpis.iter_mut().find(|known| known.id == entry.id) {
                Some(known) => *known = entry,
                None => kpis.push(entry),
            }
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
        Ok(Self {
            centre: file.centre,
            privacy: file.privacy,
            sources: file.source,
            profiles: profile::builtin()?,
            only_source: None,
            kpis,
            targets,
            taxonomy,
        })
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: &str, name: &str) -> Result<T> {
    toml::from_str(text).map_err(|source| Error::settings(name, &source))
}

fn zone<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "`{name}` is not an IANA time zone such as \"Asia/Shanghai\""
        ))
    })
}

fn duration<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|error| {
        serde::de::Error::custom(format!(
            "`{text}` is not a duration such as \"72h\" or \"30s\": {error}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_are_valid() {
        let settings = Settings::builtin().unwrap();
        assert!(settings.kpis.len() > 20);
        for target in &settings.targets {
            assert!(
                settings.kpis.iter().any(|kpi| kpi.id == target.kpi),
                "{}",
                target.kpi
            );
        }
    }

    #[test]
    fn a_user_entry_replaces_the_built_in_one_in_place() {
        let file: File = parse(
            r#"
            [[target]]
            kpi = "answer_rate"
            at_least = 0.5
            source = "ours"
            "#,
            "test",
        )
        .unwrap();
        let settings = Settings::merge(file).unwrap();
        let ours: Vec<_> = settings
            .targets
            .iter()
            .filter(|t| t.kpi == "answer_rate")
            .collect();
        assert_eq!(ours.len(), 1);
        assert_eq!(ours[0].source, Bilingual::new("ours", "ours"));
    }

    #[test]
    fn unknown_keys_and_bad_values_are_errors() {
        for (text, part) in [
            ("[centre]\nzoen = \"Asia/Shanghai\"", "zoen"),
            ("[centre]\nzone = \"Shanghai\"", "not an IANA time zone"),
            ("[centre]\nfcr_window = \"soon\"", "not a duration"),
            (
                "[source.x]\ntable = \"calls\"\n[source.x.columns]\nscore = { form = \"a\" }",
                "form",
            ),
        ] {
            let error = parse::<File>(text, "kefu.toml").unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
