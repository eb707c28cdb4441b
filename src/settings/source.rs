//! Source mappings: how the columns of one kind of export become a canonical table.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// One `[source.NAME]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The canonical table its rows become.
    pub table: String,
    /// Headers that must all be present for a file to be of this source; default: every header it maps.
    #[serde(default)]
    pub recognise: Vec<String>,
    /// Zone of times that carry none; default: the centre's.
    #[serde(default, deserialize_with = "optional_zone")]
    pub zone: Option<Tz>,
    /// Canonical column → where it comes from.
    pub columns: BTreeMap<String, Mapping>,
    /// Rows that are not records of this table.
    #[serde(default)]
    pub exclude: Vec<Exclusion>,
}

/// Rows to leave out, by the value of one exported column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Header of the exported column.
    pub column: String,
    /// The values that exclude a row.
    pub values: Vec<String>,
    /// Why, as the quarantine says it.
    pub reason: String,
}

/// Where a canonical column comes from: a header, or a rule.
#[derive(Debug, Clone)]
pub enum Mapping {
    /// The exported column of this header, read in the canonical way.
    Header(String),
    /// Anything more than that.
    Rule(Box<Rule>),
}

/// A mapping with conditions. Exactly one of `from`, `join` and `value` is given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Header of the exported column.
    pub from: Option<String>,
    /// Headers whose cells are put together, with `with` between them; null when one is null.
    pub join: Option<Vec<String>>,
    /// What stands between joined cells; default a space.
    pub with: Option<String>,
    /// A constant.
    pub value: Option<String>,
    /// Further spellings of null in these cells.
    pub null: Vec<String>,
    /// Exported value → canonical value; a value not listed stays as it is.
    pub map: BTreeMap<String, String>,
    /// Time format in the notation of strftime, when the automatic forms do not fit.
    pub format: Option<String>,
    /// Unit of a duration written as a plain number; default seconds.
    pub unit: Option<DurationUnit>,
    /// Ends of the exported score scale; mapped linearly to 1–5.
    pub scale: Option<Scale>,
    /// What a negative duration means; default: the row is rejected.
    pub negative: Option<Negative>,
    /// Which value stays when a later row replaces an earlier one with the same key.
    pub keep: Keep,
}

/// Unit of a duration written as a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum DurationUnit {
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Minutes.
    #[serde(rename = "min")]
    Minutes,
    /// Hours.
    #[serde(rename = "h")]
    Hours,
    /// Days, as spreadsheets store durations.
    #[serde(rename = "d")]
    Days,
}

impl DurationUnit {
    /// Seconds in one unit.
    #[must_use]
    pub const fn seconds(self) -> f64 {
        match self {
            Self::Milliseconds => 0.001,
            Self::Seconds => 1.0,
            Self::Minutes => 60.0,
            Self::Hours => 3600.0,
            Self::Days => 86400.0,
        }
    }
}

/// The ends of an exported score scale, which state its direction.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The value of the least satisfied.
    pub worst: f64,
    /// The value of the most satisfied.
    pub best: f64,
}

/// What a negative duration means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negative {
    /// The value is not known; the row stays.
    Null,
    /// The row is rejected.
    Reject,
}

/// Which value of a column survives a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The replacing row's.
    #[default]
    Latest,
    /// The smaller of the two (for instants: the first).
    Earliest,
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Mapping;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "a header, or a table such as { from = \"header\", format = \"%Y%m%d\" }",
                )
            }

            fn visit_str<E: serde::de::Error>(self, header: &str) -> Result<Mapping, E> {
                Ok(Mapping::Header(header.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Mapping, A::Error> {
                let rule = Rule::deserialize(MapAccessDeserializer::new(map))?;
                let origins = [
                    rule.from.is_some(),
                    rule.join.is_some(),
                    rule.value.is_some(),
                ];
                if origins.iter().filter(|given| **given).count() != 1 {
                    return Err(serde::de::Error::custom(
                        "exactly one of from, join and value is needed",
                    ));
                }
                Ok(Mapping::Rule(Box::new(rule)))
            }
        }
        deserializer.deserialize_any(Form)
    }
}

impl Mapping {
    /// The rule this mapping stands for.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::Header(header) => Rule {
                from: Some(header.clone()),
                ..Rule::default()
            },
            Self::Rule(rule) => (**rule).clone(),
        }
    }
}

impl Rule {
    /// The exported headers the rule reads.
    #[must_use]
    pub fn headers(&self) -> Vec<&str> {
        match (&self.from, &self.join) {
            (Some(from), _) => vec![from],
            (_, Some(join)) => join.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

impl Source {
    /// The headers a file must have to be of this source.
    #[must_use]
    pub fn required_headers(&self) -> Vec<String> {
        if !self.recognise.is_empty() {
            return self.recognise.clone();
        }
        let mut headers: Vec<String> = self
            .columns
            .values()
            .flat_map(|mapping| {
                mapping
                    .rule()
                    .headers()
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        headers.sort();
        headers.dedup();
        headers
    }
}

fn optional_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Tz>, D::Error> {
    super::zone(deserializer).map(Some)
}
