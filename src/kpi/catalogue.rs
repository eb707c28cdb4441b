//! The catalogue, checked: every entry's columns and types are known to be right before a row is read.

use crate::error::{Error, Result};
use crate::i18n::Bilingual;
use crate::schema::facts::{FACTS, Fact};
use crate::settings::{KpiEntry, KpiKind, Settings, TargetEntry, catalogue::Of, suggestion};

use super::expr::{Expr, Type};
use super::figure::{Better, Bound, Unit};
use super::parse;

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
        let kpis = settings
            .kpis
            .iter()
            .map(|entry| compile(entry, &settings.kpis))
            .collect::<Result<Vec<_>>>()?;
        let targets = settings
            .targets
            .iter()
            .map(|entry| target(entry, &kpis))
            .collect::<Result<_>>()?;
        Ok(Self { kpis, targets })
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

    /// The unconditional target of a KPI.
    #[must_use]
    pub fn target(&self, kpi: usize) -> Option<&Target> {
        self.targets
            .iter()
            .find(|target| target.kpi == kpi && target.condition.is_none())
    }
}

fn compile(entry: &KpiEntry, all: &[KpiEntry]) -> Result<Kpi> {
    let fail = |part: &str, message: String| Error::Expression {
        place: format!("[[kpi]] id = \"{}\", {part}", entry.id),
        message,
    };
    let fact = Fact::by_name(&entry.fact);
    if fact.is_none() && entry.kind != KpiKind::Ratio {
        let known: Vec<_> = FACTS.iter().map(|fact| fact.name).collect();
        return Err(fail(
            "fact",
            format!(
                "`{}` is not a fact table; they are {}",
                entry.fact,
                known.join(", ")
            ),
        ));
    }
    if entry.period != "date" {
        return Err(fail(
            "period",
            format!("`{}`: only `date` is known", entry.period),
        ));
    }
    let parse = |part: &'static str, text: &Option<String>, kind: Type| -> Result<Option<Expr>> {
        match (text, fact) {
            (Some(text), Some(fact)) => parse::expression(text, fact, kind)
                .map(Some)
                .map_err(|message| fail(part, message)),
            (Some(_), None) => Err(fail(part, "a ratio has no rows of its own".to_owned())),
            (None, _) => Ok(None),
        }
    };
    let condition = parse("where", &entry.condition, Type::Flag)?;
    let when = parse("when", &entry.when, Type::Flag)?;
    let weight = parse("weight", &entry.weight, Type::Number)?;
    let of_text = match &entry.of {
        Some(Of::Expression(text)) => Some(text.clone()),
        _ => None,
    };
    let of = parse("of", &of_text, Type::Number)?;
    let need = |part: &str, value: Option<Expr>| {
        value.ok_or_else(|| fail(part, "is missing for this kind".to_owned()))
    };
    let formula = match entry.kind {
        KpiKind::Count => Formula::Count,
        KpiKind::Sum => Formula::Sum(need("of", of)?),
        KpiKind::Mean => Formula::Mean(need("of", of)?),
        KpiKind::Rate => Formula::Rate(need("when", when)?),
        KpiKind::Share => Formula::Share {
            of: need("of", of)?,
            weight: need("weight", weight)?,
        },
        KpiKind::Max => Formula::Max(need("of", of)?),
        KpiKind::Quantile => match entry.q {
            Some(q) if q > 0.0 && q < 1.0 => Formula::Quantile {
                of: need("of", of)?,
                q,
            },
            _ => return Err(fail("q", "needs a number between 0 and 1".to_owned())),
        },
        KpiKind::Ratio => ratio(entry, all).map_err(|message| fail("of", message))?,
    };
    Ok(Kpi {
        id: entry.id.clone(),
        name: entry.name.clone(),
        about: entry.about.clone(),
        fact,
        condition,
        formula,
        unit: entry.unit,
        better: entry.better,
        source: entry.source.clone(),
        kind: entry.kind,
    })
}

fn ratio(entry: &KpiEntry, all: &[KpiEntry]) -> std::result::Result<Formula, String> {
    let Some(Of::Ids([numerator, denominator])) = &entry.of else {
        return Err("a ratio needs the ids of two KPIs".to_owned());
    };
    let position = |id: &String| {
        all.iter()
            .position(|other| other.id == *id && other.kind != KpiKind::Ratio)
            .ok_or_else(|| format!("`{id}` is not a KPI that a ratio can be made of"))
    };
    Ok(Formula::Ratio {
        numerator: position(numerator)?,
        denominator: position(denominator)?,
        scale: entry.scale.unwrap_or(1.0),
    })
}

fn target(entry: &TargetEntry, kpis: &[Kpi]) -> Result<Target> {
    let fail = |message: String| Error::Expression {
        place: format!("[[target]] kpi = \"{}\"", entry.kpi),
        message,
    };
    let kpi = kpis
        .iter()
        .position(|kpi| kpi.id == entry.kpi)
        .ok_or_else(|| fail("there is no such KPI".to_owned()))?;
    let condition = match (&entry.condition, kpis[kpi].fact) {
        (Some(text), Some(fact)) => Some(parse::expression(text, fact, Type::Flag).map_err(fail)?),
        (Some(_), None) => {
            return Err(fail("a ratio has no rows to put a condition on".to_owned()));
        }
        (None, _) => None,
    };
    Ok(Target {
        kpi,
        bound: entry.bound,
        condition,
        source: entry.source.clone(),
    })
}

impl Kpi {
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

    fn entry(extra: &str) -> Result<Catalogue> {
        let mut settings = Settings::builtin().unwrap();
        let text = format!(
            "id = \"x\"\nname = {{ en = \"x\", zh = \"x\" }}\nabout = {{ en = \"x\", zh = \"x\" }}\nunit = \"count\"\nbetter = \"neither\"\nsource = \"test\"\n{extra}"
        );
        settings.kpis.push(toml::from_str(&text).unwrap());
        Catalogue::compile(&settings)
    }

    #[test]
    fn the_built_in_catalogue_compiles() {
        let catalogue = Catalogue::compile(&Settings::builtin().unwrap()).unwrap();
        assert!(catalogue.position("fcr").is_ok());
        for kpi in &catalogue.kpis {
            assert_eq!(
                kpi.sql(crate::kpi::lower::Dialect::Duckdb).is_none(),
                kpi.fact.is_none(),
                "{}",
                kpi.id
            );
        }
    }

    #[test]
    fn entries_that_make_no_sense_name_themselves() {
        for (extra, part) in [
            ("fact = \"calls\"\nkind = \"count\"", "not a fact table"),
            ("fact = \"call_facts\"\nkind = \"rate\"", "when"),
            (
                "fact = \"call_facts\"\nkind = \"mean\"\nof = \"queue\"",
                "text, but a number is needed",
            ),
            (
                "fact = \"call_facts\"\nkind = \"quantile\"\nof = \"wait_s\"\nq = 90",
                "between 0 and 1",
            ),
            (
                "kind = \"ratio\"\nof = [\"offered\", \"nothing\"]",
                "`nothing`",
            ),
            (
                "fact = \"call_facts\"\nkind = \"count\"\nwhere = \"wiat_s > 1\"",
                "wiat_s",
            ),
        ] {
            let error = entry(extra).unwrap_err().to_string();
            assert!(
                error.contains(part) && error.contains("\"x\""),
                "{extra}: {error}"
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
