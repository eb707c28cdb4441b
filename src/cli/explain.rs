//! `kefu explain`: what a figure means, where the definition comes from, how to recompute it elsewhere.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use crate::calendar::Grain;
use crate::error::Result;
use crate::i18n::Lang;
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::expr::Expr;
use crate::kpi::figure::Bound;
use crate::kpi::lower::Dialect;
use crate::kpi::pass::{Grouping, Pass};
use crate::report::format;
use crate::store::Store;
use crate::store::runs::Run;

use super::{Common, output};

#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// Id of the figure
    kpi: String,
    /// Only the SQL, in this dialect
    #[arg(long, value_enum)]
    sql: Option<Dialect>,
}

pub fn explain(common: &Common, args: &ExplainArgs) -> Result<ExitCode> {
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let at = catalogue.position(&args.kpi)?;
    let kpi = &catalogue.kpis[at];
    let text = if let Some(dialect) = args.sql {
        sql(kpi, &catalogue, dialect)
    } else {
        let mut text = definition(kpi, at, &catalogue, common.lang.unwrap_or(Lang::En));
        if let Some((store, run)) = finished(common)? {
            text.push_str(&rows_left(kpi, &store, &run)?);
        }
        text
    };
    output::stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The store and its newest run, where there is one; a definition can be read without any.
fn finished(common: &Common) -> Result<Option<(Store, Run)>> {
    let Ok(store) = Store::open(&common.store) else {
        return Ok(None);
    };
    let run = store.latest_run()?;
    Ok(run.map(|run| (store, run)))
}

fn definition(kpi: &Kpi, at: usize, catalogue: &Catalogue, lang: Lang) -> String {
    let mut text = format!("{} · {} · {}\n", kpi.id, kpi.name.en, kpi.name.zh);
    let _ = writeln!(text, "{}\n", kpi.about.get(lang));
    let mut line = |label: &str, value: String| {
        let _ = writeln!(text, "{label:<10}{value}");
    };
    line("kind", kpi.kind.code().to_owned());
    if let Some(fact) = kpi.fact {
        line("fact", fact.name.to_owned());
    }
    if let Some(condition) = &kpi.condition {
        line("where", condition.sql(Dialect::Duckdb));
    }
    match &kpi.formula {
        Formula::Rate(when) => line("when", when.sql(Dialect::Duckdb)),
        Formula::Sum(of) | Formula::Mean(of) | Formula::Max(of) => {
            line("of", of.sql(Dialect::Duckdb));
        }
        Formula::Quantile { of, q } => {
            line("of", format!("{} at q = {q}", of.sql(Dialect::Duckdb)));
        }
        Formula::Share { of, weight } => {
            line("of", of.sql(Dialect::Duckdb));
            line("weight", weight.sql(Dialect::Duckdb));
        }
        Formula::Ratio {
            numerator,
            denominator,
            scale,
        } => {
            let ids = [numerator, denominator].map(|part| catalogue.kpis[*part].id.as_str());
            line("of", format!("{} / {} × {scale}", ids[0], ids[1]));
        }
        Formula::Count => {}
    }
    line("source", kpi.source.get(lang).to_owned());
    if let Some(target) = catalogue.target(at) {
        let sign = if matches!(target.bound, Bound::AtLeast(_)) {
            "at least"
        } else {
            "at most"
        };
        let bound = format::value(target.bound.value(), kpi.unit, lang);
        line(
            "target",
            format!("{sign} {bound} ({})", target.source.get(lang)),
        );
    }
    if let Some(fact) = kpi.fact {
        line("by", fact.dimensions().collect::<Vec<_>>().join(", "));
        let columns: Vec<_> = fact.columns.iter().map(|column| column.name).collect();
        line("columns", columns.join(", "));
    }
    for (name, dialect) in [("DuckDB", Dialect::Duckdb), ("Spark", Dialect::Spark)] {
        let _ = write!(text, "\n{name}:\n{}", sql(kpi, catalogue, dialect));
    }
    text
}

fn sql(kpi: &Kpi, catalogue: &Catalogue, dialect: Dialect) -> String {
    match (&kpi.formula, kpi.sql(dialect)) {
        (_, Some(sql)) => format!("{sql};\n"),
        (
            Formula::Ratio {
                numerator,
                denominator,
                scale,
            },
            None,
        ) => {
            let part = |at: &usize| catalogue.kpis[*at].sql(dialect).unwrap_or_default();
            format!(
                "SELECT a.value / nullif(b.value, 0) * CAST({scale} AS DOUBLE) AS value,\n       a.value AS numerator,\n       b.value AS denominator\nFROM ({}) a\nCROSS JOIN ({}) b;\n",
                part(numerator),
                part(denominator)
            )
        }
        _ => String::new(),
    }
}

/// Rows of the fact left after each condition, one after the other.
fn rows_left(kpi: &Kpi, store: &Store, run: &Run) -> Result<String> {
    let Some(fact) = kpi.fact else {
        return Ok(String::new());
    };
    let parts = store.parts_at(fact.name, run)?;
    let counting = Kpi {
        formula: Formula::Count,
        condition: None,
        ..kpi.clone()
    };
    let groupings = [Grouping {
        grain: Grain::All,
        by: Vec::new(),
    }];
    let count = |condition: Option<&Expr>| -> Result<u64> {
        let pass = Pass {
            fact,
            kpis: &[&counting],
            groupings: &groupings,
            condition,
        };
        let groups = pass.run(&parts)?;
        Ok(groups
            .iter()
            .flat_map(|groups| &groups.states)
            .map(|states| states.rows(0))
            .sum())
    };
    let mut text = format!(
        "\nRows in {} (run {}):\n{:>12}  all\n",
        store.root().display(),
        run.id(),
        format::count(count(None)?)
    );
    let mut so_far: Option<Expr> = None;
    for condition in kpi.condition.iter().flat_map(Expr::conjuncts) {
        let joined = match so_far {
            Some(before) => Expr::And(Box::new(before), Box::new(condition.clone())),
            None => condition.clone(),
        };
        let left = format::count(count(Some(&joined))?);
        let _ = writeln!(text, "{left:>12}  after {}", condition.sql(Dialect::Duckdb));
        so_far = Some(joined);
    }
    Ok(text)
}
