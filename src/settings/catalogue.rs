//! Entries of the KPI catalogue and targets as TOML holds them; `kpi` checks and compiles them.

use serde::{Deserialize, Serialize};

use crate::i18n::{Bilingual, once_or_both};
use crate::schema::measure::{Better, Bound, Unit};

/// One `[[kpi]]` entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpiEntry {
    /// Id in outputs and on the command line.
    pub id: String,
    /// Name in both languages.
    pub name: Bilingual,
    /// Definition in words, in both languages.
    pub about: Bilingual,
    /// The fact table; empty for a ratio of two KPIs.
    #[serde(default)]
    pub fact: String,
    /// Row-level SQL condition: which rows belong.
    #[serde(default, rename = "where")]
    pub condition: Option<String>,
    /// How the rows become one figure.
    pub kind: KpiKind,
    /// `rate`: row-level condition of the numerator.
    pub when: Option<String>,
    /// `sum`, `mean`, `share`, `quantile`, `max`: the row-level value. `ratio`: ids of the two KPIs.
    pub of: Option<Of>,
    /// `share`: the row-level weight.
    pub weight: Option<String>,
    /// `quantile`: which one, in (0, 1).
    pub q: Option<f64>,
    /// `ratio`: factor on the quotient.
    pub scale: Option<f64>,
    /// Column whose local date puts a row in a period.
    #[serde(default = "date_column")]
    pub period: String,
    /// Unit of the value.
    pub unit: Unit,
    /// Which direction is an improvement.
    pub better: Better,
    /// Where the definition comes from.
    #[serde(deserialize_with = "once_or_both")]
    pub source: Bilingual,
    /// Which of several published variants the definition is, where there are several.
    #[serde(skip)]
    pub variant: Option<&'static str>,
}

/// Another definition of a built-in KPI, chosen by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantEntry {
    pub(super) kpi: String,
    pub(super) name: Variant,
    pub(super) about: Bilingual,
    #[serde(rename = "where")]
    condition: String,
    when: String,
}

/// `[service_level]`: which of its published variants is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceLevel {
    /// What becomes of callers who hang up.
    pub variant: Variant,
}

/// The published variants of the service level. T is the threshold, 20 s in the built-in catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variant {
    /// Short abandons are left out.
    #[default]
    ExclShort,
    /// Abandons within T are left out.
    Ignore,
    /// Every abandon is a miss.
    Negative,
    /// An abandon within T counts as in time.
    Positive,
    /// Only answered calls count.
    AnsweredOnly,
    /// All abandons are left out.
    Removed,
}

impl Variant {
    /// The name in `kefu.toml` and beside the figure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ExclShort => "excl_short",
            Self::Ignore => "ignore",
            Self::Negative => "negative",
            Self::Positive => "positive",
            Self::AnsweredOnly => "answered_only",
            Self::Removed => "removed",
        }
    }
}

/// The KPI that has variants.
pub(super) const SERVICE_LEVEL: &str = "service_level";

/// Puts the chosen variant in the place of the built-in definition. An entry of the user's own with another
/// definition stays as it is and is none of the published variants.
pub(super) fn choose(
    kpis: &mut [KpiEntry],
    built_in: &KpiEntry,
    variants: Vec<VariantEntry>,
    chosen: Variant,
) {
    let Some(entry) = kpis.iter_mut().find(|entry| {
        entry.id == built_in.id
            && (&entry.fact, &entry.condition, &entry.when)
                == (&built_in.fact, &built_in.condition, &built_in.when)
    }) else {
        return;
    };
    entry.variant = Some(chosen.code());
    let other = variants
        .into_iter()
        .find(|variant| variant.kpi == built_in.id && variant.name == chosen);
    if let Some(other) = other {
        // Words of the user's own about it are kept.
        if entry.about == built_in.about {
            entry.about = other.about;
        }
        // Whoever reads a figure that is not the usual one should see it without looking for it.
        let code = chosen.code();
        let (en, zh) = (&entry.name.en, &entry.name.zh);
        entry.name = Bilingual::new(format!("{en} ({code})"), format!("{zh}（{code}）"));
        entry.condition = Some(other.condition);
        entry.when = Some(other.when);
    }
}

fn date_column() -> String {
    "date".to_owned()
}

/// The aggregation of a KPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KpiKind {
    /// Number of rows.
    Count,
    /// Σ of.
    Sum,
    /// Σ of / number of non-null.
    Mean,
    /// Share of rows for which `when` holds.
    Rate,
    /// Σ of·weight / Σ weight.
    Share,
    /// The q-quantile.
    Quantile,
    /// The largest value.
    Max,
    /// First KPI / second KPI × scale.
    Ratio,
}

impl KpiKind {
    /// The name in the catalogue.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Rate => "rate",
            Self::Share => "share",
            Self::Quantile => "quantile",
            Self::Max => "max",
            Self::Ratio => "ratio",
        }
    }
}

/// The `of` of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected an expression, or the ids of two KPIs as [\"a\", \"b\"]"
)]
pub enum Of {
    /// A row-level expression.
    Expression(String),
    /// Numerator and denominator of a ratio.
    Ids([String; 2]),
}

/// One `[[target]]` entry: exactly one of `at_least` and `at_most`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, try_from = "TargetForm")]
pub struct TargetEntry {
    /// The KPI.
    pub kpi: String,
    /// The bound, in the KPI's unit.
    pub bound: Bound,
    /// Row-level condition: for which part of the centre it holds; `None` for all.
    pub condition: Option<String>,
    /// The document it comes from.
    pub source: Bilingual,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetForm {
    kpi: String,
    at_least: Option<f64>,
    at_most: Option<f64>,
    #[serde(rename = "where")]
    condition: Option<String>,
    #[serde(deserialize_with = "once_or_both")]
    source: Bilingual,
}

impl TryFrom<TargetForm> for TargetEntry {
    type Error = String;

    fn try_from(form: TargetForm) -> Result<Self, String> {
        let bound = match (form.at_least, form.at_most) {
            (Some(least), None) => Bound::AtLeast(least),
            (None, Some(most)) => Bound::AtMost(most),
            _ => {
                return Err(format!(
                    "the target of `{}` needs either at_least or at_most",
                    form.kpi
                ));
            }
        };
        Ok(Self {
            kpi: form.kpi,
            bound,
            condition: form.condition,
            source: form.source,
        })
    }
}
