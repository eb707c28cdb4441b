//! The catalogue, checked: every entry's columns and types are known to be right before a row is read.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::i18n::Bilingual;
use crate::schema::facts::Fact;
use crate::settings::{KpiKind, Loaded, Settings, suggestion};

use super::compile;
use super::figure::{Better, Bound, Unit};
use crate::expr::Expr;

/// One KPI, ready to be computed.
#[derive(Debug, Clone)]
pub struct Kpi {
    /// Id in outputs.
    pub id: String,
    /// Name in both languages.
    pub name: Bilingual,
    /// Definition in words.
    pub about: Bilingual,
    /// The fact table it is computed from; `None` for a ratio.
    pub fact: Option<&'static Fact>,
    /// Which rows belong.
    pub condition: Option<Expr>,
    /// How the rows become one figure.
    pub formula: Formula,
    /// Unit of the value.
    pub unit: Unit,
    /// Which direction is an improvement.
    pub better: Better,
    /// Where the definition comes from.
    pub source: Bilingual,
    /// Its kind, as the catalogue names it.
    pub kind: KpiKind,
    /// Which of several published variants the definition is, where there are several.
    pub variant: Option<&'static str>,
}

/// How rows become one figure.
#[derive(Debug, Clone)]
pub enum Formula {
    /// Number of rows.
    Count,
    /// Σ of.
    Sum(Expr),
    /// Σ of / number of non-null.
    Mean(Expr),
    /// True / non-null.
    Rate(Expr),
    /// Σ of·weight / Σ weight.
    Share {
        /// The value.
        of: Expr,
        /// Its weight.
        weight: Expr,
    },
    /// The q-quantile.
    Quantile {
        /// The value.
        of: Expr,
        /// Which quantile, in (0, 1).
        q: f64,
    },
    /// The largest value.
    Max(Expr),
    /// One KPI over another.
    Ratio {
        /// Position of the numerator in the catalogue.
        numerator: usize,
        /// Position of the denominator in the catalogue.
        denominator: usize,
        /// Factor on the quotient.
        scale: f64,
    },
}

impl Formula {
    /// Which quantile it is; the median where it is none.
    #[must_use]
    pub const fn quantile(&self) -> f64 {
        match self {
            Self::Quantile { q, .. } => *q,
            _ => 0.5,
        }
    }

    /// What is read of a row: the value, and its weight where it has one.
    pub(super) fn values(&self) -> impl Iterator<Item = &Expr> {
        let (one, other) = match self {
            Self::Count | Self::Ratio { .. } => (None, None),
            Self::Sum(of)
            | Self::Mean(of)
            | Self::Max(of)
            | Self::Rate(of)
            | Self::Quantile { of, .. } => (Some(of), None),
            Self::Share { of, weight } => (Some(of), Some(weight)),
        };
        one.into_iter().chain(other)
    }

    /// The figure of a group without rows: nothing counted or added up is 0, anything else is unknown.
    #[must_use]
    pub const fn of_nothing(&self) -> Option<f64> {
        match self {
            Self::Count | Self::Sum(_) => Some(0.0),
            _ => None,
        }
    }
}

/// A target, checked.
#[derive(Debug, Clone)]
pub struct Target {
    /// Position of its KPI in the catalogue.
    pub kpi: usize,
    /// The bound.
    pub bound: Bound,
    /// For which part of the centre it holds.
    pub condition: Option<Expr>,
    /// The document it comes from.
    pub source: Bilingual,
}

/// All KPIs and targets.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The KPIs, in the order of every output.
    pub kpis: Vec<Kpi>,
    /// The targets.
    pub targets: Vec<Target>,
}

impl Catalogue {
    /// Checks and compiles the entries of the settings.
    ///
    /// # Errors
    /// When an entry names an unknown fact, column or KPI, or an expression is of the wrong type.
    pub fn compile(settings: &Settings) -> Result<Self> {
        compile::catalogue(settings).map_err(|wrong| wrong.error(None))
    }

    /// The same with line and column of what is wrong, where it stands in a file.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn load(loaded: &Loaded) -> Result<Self> {
        compile::catalogue(&loaded.settings).map_err(|wrong| wrong.error(loaded.file.as_ref()))
    }

    /// The columns of a fact table that its figures are computed from, in order.
    #[must_use]
    pub fn columns(&self, fact: &Fact) -> Vec<&'static str> {
        let mut columns = BTreeSet::new();
        let of_fact = |kpi: &&Kpi| kpi.fact.is_some_and(|of| of.name == fact.name);
        for kpi in self.kpis.iter().filter(of_fact) {
            for expr in kpi.condition.iter().chain(kpi.formula.values()) {
                columns.extend(expr.columns());
            }
        }
        columns.into_iter().collect()
    }

    /// Position of the KPI called `id`.
    ///
    /// # Errors
    /// When there is none; the hint names the closest.
    pub fn position(&self, id: &str) -> Result<usize> {
        self.kpis
            .iter()
            .position(|kpi| kpi.id == id)
            .ok_or_else(|| {
                let known: Vec<_> = self.kpis.iter().map(|kpi| kpi.id.as_str()).collect();
                let hint = suggestion(id, &known, "the KPIs are");
                Error::usage(format!("there is no KPI `{id}`"), hint)
            })
    }

    /// The KPI at `at`, or the two that it is the ratio of: those that have rows.
    #[must_use]
    pub fn with_rows(&self, at: usize) -> Vec<&Kpi> {
        match self.kpis[at].formula {
            Formula::Ratio {
                numerator,
                denominator,
                ..
            } => vec![&self.kpis[numerator], &self.kpis[denominator]],
            _ => vec![&self.kpis[at]],
        }
    }

    /// The unconditional target of a KPI.
    #[must_use]
    pub fn target(&self, kpi: usize) -> Option<&Target> {
        self.targets
            .iter()
            .find(|target| target.kpi == kpi && target.condition.is_none())
    }
}

impl Kpi {
    /// The number of rows of a fact table, which is no entry of the catalogue.
    #[must_use]
    pub fn rows_of(fact: &'static Fact) -> Self {
        let none = || Bilingual::new(String::new(), String::new());
        Self {
            id: "rows".to_owned(),
            name: none(),
            about: none(),
            fact: Some(fact),
            condition: None,
            formula: Formula::Count,
            unit: Unit::Count,
            better: Better::Neither,
            source: none(),
            kind: KpiKind::Count,
            variant: None,
        }
    }

    /// Names of the columns its condition and formula read; a ratio has none of its own.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        let read: Vec<&Expr> = match &self.formula {
            Formula::Count | Formula::Ratio { .. } => Vec::new(),
            Formula::Share { of, weight } => vec![of, weight],
            Formula::Sum(of)
            | Formula::Mean(of)
            | Formula::Rate(of)
            | Formula::Max(of)
            | Formula::Quantile { of, .. } => vec![of],
        };
        let mut columns: Vec<_> = self
            .condition
            .iter()
            .chain(read)
            .flat_map(Expr::columns)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Whether the figure can be split by a dimension: its fact has the column, and its rows are not counted
    /// once for several rows that differ in it.
    #[must_use]
    pub fn has_dimension(&self, name: &str) -> bool {
        let Some(fact) = self.fact else { return false };
        let marked = fact.marker.is_some_and(|(marker, finer)| {
            let counts_once = self
                .condition
                .as_ref()
                .is_some_and(|c| c.columns().contains(&marker));
            counts_once && finer.contains(&name)
        });
        !marked && fact.dimensions().any(|known| known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_compiles() {
        let catalogue = Catalogue::compile(&Settings::builtin().unwrap()).unwrap();
        assert!(catalogue.position("fcr").is_ok());
        for kpi in &catalogue.kpis {
            assert_eq!(
                kpi.sql(crate::expr::lower::Dialect::Duckdb, &[]).is_none(),
                kpi.fact.is_none(),
                "{}",
                kpi.id
            );
        }
    }

    #[test]
    fn an_unknown_id_suggests_the_nearest() {
        let catalogue = Catalogue::compile(&Settings::builtin().unwrap()).unwrap();
        let error = catalogue.position("anwser_rate").unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `answer_rate`?"));
    }
}
