//! Source mappings: how the columns of one kind of export become a canonical table.
//!
//! The built-in profiles (`profiles/*.toml`) and the `[source.NAME]` sections of `kefu.toml` have this one form.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::i18n::Bilingual;

/// One `[source.NAME]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What exports of this form, for people.
    #[serde(default)]
    pub title: Option<Bilingual>,
    /// The canonical table its rows become.
    pub table: String,
    /// Headers that must all be present for a file to be of this source; default: every header it maps.
    #[serde(default)]
    pub recognise: Vec<String>,
    /// Names of the columns of a file that has no header line.
    #[serde(default)]
    pub header: Vec<String>,
    /// Column → regular expression that its cells match in the first rows; tells files without a header apart.
    #[serde(default)]
    pub signature: BTreeMap<String, String>,
    /// What is done to the rows before they are mapped; default: nothing.
    #[serde(default)]
    pub fold: Option<Fold>,
    /// JSON only: path of the array within a record whose elements are the rows.
    #[serde(default)]
    pub rows: Option<String>,
    /// Workbooks only: name of the one sheet it reads; default: every sheet that fits.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Field separator; default: told from the header.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// Encoding such as `gb18030`; default: told from the content.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Zone of times that carry none; default: the centre's.
    #[serde(default, deserialize_with = "optional_zone")]
    pub zone: Option<Tz>,
    /// Canonical column → where it comes from.
    pub columns: BTreeMap<String, Mapping>,
    /// Rows that are not records of this table.
    #[serde(default)]
    pub exclude: Vec<Exclusion>,
}

/// What is done to rows before they are mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// Events of an Asterisk `queue_log` become calls.
    QueueLog,
}

/// Rows to leave out, by the value of one exported column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Header of the exported column.
    pub column: String,
    /// The values that exclude a row.
    #[serde(default)]
    pub values: Vec<String>,
    /// The values that do not: every other one excludes the row.
    #[serde(default)]
    pub except: Vec<String>,
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

/// A mapping with conditions. Exactly one of `from`, `join`, `sum` and `value` is given.
///
/// The steps apply in this order: take the cell, `only`, `split`, `pattern`, `null`, `map`, then the reading
/// of the column's kind with `format`, `order`, `unit`, `scale`, `negative`, then `plus`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Header of the exported column, or several: the first of them that has a value decides.
    pub from: Option<Headers>,
    /// Headers whose cells are put together, with `with` between them; null when one is null.
    pub join: Option<Vec<String>>,
    /// What stands between joined cells; default a space.
    pub with: Option<String>,
    /// Headers of durations that are added up, each read with `unit`; null when all are null.
    pub sum: Option<Vec<String>>,
    /// Headers of durations that are taken off again.
    pub minus: Vec<String>,
    /// A constant.
    pub value: Option<String>,
    /// Only rows in which another column has one of these values; null in the others.
    pub only: Option<Condition>,
    /// Separator of a list in one cell.
    pub split: Option<String>,
    /// Which member of the list; default the last.
    pub take: Take,
    /// Regular expression; its first group (or the whole match) is the value, no match is null.
    pub pattern: Option<String>,
    /// Further spellings of null in these cells.
    pub null: Vec<String>,
    /// Exported value → canonical value; a value not listed stays as it is.
    pub map: BTreeMap<String, String>,
    /// Time format in the notation of strftime, when the automatic forms do not fit.
    pub format: Option<String>,
    /// Order of day and month; default: told from all values of the column.
    pub order: Option<DateOrder>,
    /// Unit of a duration written as a plain number; default: as the header or the values say, else seconds.
    pub unit: Option<DurationUnit>,
    /// Header of a duration in `unit` that is added to a time.
    pub plus: Option<String>,
    /// Ends of the exported score scale; mapped linearly to 1–5.
    pub scale: Option<Scale>,
    /// What a negative duration means; default: the row is rejected.
    pub negative: Option<Negative>,
    /// Which value stays when a later row replaces an earlier one with the same key.
    pub keep: Keep,
}

/// One header, or several of which the first with a value decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers(pub Vec<String>);

/// A test of another column of the same row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// Header of that column.
    pub column: String,
    /// Its value is one of these.
    pub values: Vec<String>,
    /// Its value is none of these.
    pub except: Vec<String>,
}

impl Condition {
    /// Whether a cell passes.
    #[must_use]
    pub fn holds(&self, cell: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|value| value == cell);
        (self.values.is_empty() || listed(&self.values)) && !listed(&self.except)
    }
}

/// Which member of a list in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// The first.
    First,
    /// The last: of a call's agents, the one who ended it.
    #[default]
    Last,
}

/// Order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Year, month, day.
    YearFirst,
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
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

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Headers;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a header or a list of headers")
            }

            fn visit_str<E: serde::de::Error>(self, header: &str) -> Result<Headers, E> {
                Ok(Headers(vec![header.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Headers, A::Error> {
                let mut headers = Vec::new();
                while let Some(header) = list.next_element()? {
                    headers.push(header);
                }
                if headers.is_empty() {
                    return Err(serde::de::Error::custom("`from` names no header"));
                }
                Ok(Headers(headers))
            }
        }
        deserializer.deserialize_any(Form)
    }
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
                    rule.sum.is_some(),
                    rule.value.is_some(),
                ];
                if origins.iter().filter(|given| **given).count() != 1 {
                    return Err(serde::de::Error::custom(
                        "exactly one of from, join, sum and value is needed",
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
                from: Some(Headers(vec![header.clone()])),
                ..Rule::default()
            },
            Self::Rule(rule) => (**rule).clone(),
        }
    }
}

impl Rule {
    /// The exported headers the value is made of.
    #[must_use]
    pub fn headers(&self) -> Vec<&str> {
        let list = match (&self.from, &self.join, &self.sum) {
            (Some(Headers(from)), _, _) => from.as_slice(),
            (_, Some(list), _) | (_, _, Some(list)) => list.as_slice(),
            _ => &[],
        };
        list.iter().map(String::as_str).collect()
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
