//! `kefu explain`: what a figure means, where the definition comes from, how to recompute it elsewhere.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use crate::calendar::{self, Grain};
use crate::error::Result;
use crate::expr::lower::Dialect;
use crate::expr::{Comparison, Expr};
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::Bound;
use crate::kpi::pass::{Grouping, Pass};
use crate::kpi::query::{Source, days, row_condition};
use crate::report::format;
use crate::run::Reading;
use crate::schema::DATE;
use crate::schema::facts::Fact;
use crate::settings::Settings;
use crate::store::delta::Part;

use super::{Common, Rows, output};

#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// Id of the figure
    kpi: String,
    /// Only the SQL, in this dialect
    #[arg(long, value_enum)]
    sql: Option<Dialect>,
    #[command(flatten)]
    rows: Rows,
}

pub fn explain(common: &Common, args: &ExplainArgs) -> Result<ExitCode> {
    args.rows.check()?;
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let at = catalogue.position(&args.kpi)?;
    let asked = asked(&catalogue, at, &args.rows)?;
    let text = if let Some(dialect) = args.sql {
        sql(at, &catalogue, dialect, &asked)
    } else {
        let lang = common.lang.unwrap_or(Lang::En);
        let mut text = definition(at, &catalogue, lang, &asked);
        if let Some(reading) = finished(common, &settings, &args.rows)? {
            for (kpi, conditions) in catalogue.with_rows(at).into_iter().zip(&asked) {
                let place = place(common, &settings, &reading, kpi, Text(lang));
                let left = rows_left(kpi, &reading.source(), &args.rows, conditions, Text(lang))?;
                let _ = write!(text, "\n{place}\n{left}");
            }
        }
        text
    };
    output::stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// What the command line asks of the rows of each KPI that has rows: the range, then `--where`.
fn asked(catalogue: &Catalogue, at: usize, rows: &Rows) -> Result<Vec<Vec<Expr>>> {
    let of_fact = |fact: &'static Fact| -> Result<Vec<Expr>> {
        let date = |comparison, day| {
            let column = Box::new(Expr::Column(*fact.column(DATE)?));
            Some(Expr::Compare(comparison, column, Box::new(Expr::Date(day))))
        };
        let from = rows
            .from
            .and_then(|day| date(Comparison::GreaterEqual, day));
        let to = rows.to.and_then(|day| date(Comparison::LessEqual, day));
        let text = rows.condition.as_deref();
        let condition = text.map(|text| row_condition(text, fact)).transpose()?;
        Ok(from.into_iter().chain(to).chain(condition).collect())
    };
    let facts = catalogue.with_rows(at).into_iter().map(|kpi| kpi.fact);
    facts
        .map(|fact| fact.map_or_else(|| Ok(Vec::new()), of_fact))
        .collect()
}

/// The facts, where there are any; a definition can be read without a store, unless a run is asked for.
fn finished(common: &Common, settings: &Settings, rows: &Rows) -> Result<Option<Reading>> {
    let asked = rows.earlier.snapshot.is_some() || common.as_of.is_some();
    if !asked && !common.store.join("_runs").is_dir() {
        return Ok(None);
    }
    common.reading(settings, &rows.earlier).map(Some)
}

/// Where the rows are that are counted.
fn place(common: &Common, settings: &Settings, reading: &Reading, kpi: &Kpi, t: Text) -> String {
    let run = reading.run();
    let store = common.store.display().to_string();
    let fact = kpi.fact.map_or("", |fact| fact.name);
    if reading.is_judged_anew() {
        let at = calendar::print(settings.centre.zone, run.as_of);
        return t.explain_rows_judged(fact, &store, &run.id(), &at);
    }
    let version = run.versions.get(fact).copied().unwrap_or_default();
    t.explain_rows_of(fact, &store, &run.id(), &version.to_string())
}

fn definition(at: usize, catalogue: &Catalogue, lang: Lang, asked: &[Vec<Expr>]) -> String {
    let kpi = &catalogue.kpis[at];
    let mut text = format!("{} · {} · {}\n", kpi.id, kpi.name.en, kpi.name.zh);
    let _ = writeln!(text, "{}\n", kpi.about.get(lang));
    let mut line = |label: &str, value: String| {
        let _ = writeln!(text, "{label:<10}{value}");
    };
    line("kind", kpi.kind.code().to_owned());
    if let Some(variant) = kpi.variant {
        line("variant", variant.to_owned());
    }
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
    for target in catalogue.targets.iter().filter(|target| target.kpi == at) {
        let t = Text(lang);
        let bound = format::value(target.bound.value(), kpi.unit, lang);
        let bound = match target.bound {
            Bound::AtLeast(_) => t.explain_at_least(&bound),
            Bound::AtMost(_) => t.explain_at_most(&bound),
        };
        let part = target.condition.as_ref().map_or_else(String::new, |part| {
            t.explain_target_part(&part.sql(Dialect::Duckdb))
        });
        line(
            "target",
            t.explain_target(&bound, &part, target.source.get(lang)),
        );
    }
    if let Some(fact) = kpi.fact {
        line("by", fact.dimensions().collect::<Vec<_>>().join(", "));
        let columns: Vec<_> = fact.columns.iter().map(|column| column.name).collect();
        line("columns", columns.join(", "));
    }
    for (name, dialect) in [("DuckDB", Dialect::Duckdb), ("Spark", Dialect::Spark)] {
        let _ = write!(text, "\n{name}:\n{}", sql(at, catalogue, dialect, asked));
    }
    text
}

fn sql(at: usize, catalogue: &Catalogue, dialect: Dialect, asked: &[Vec<Expr>]) -> String {
    let parts: Vec<String> = catalogue
        .with_rows(at)
        .into_iter()
        .zip(asked)
        .filter_map(|(kpi, asked)| kpi.sql(dialect, asked))
        .collect();
    match (&catalogue.kpis[at].formula, parts.as_slice()) {
        (Formula::Ratio { scale, .. }, [top, bottom]) => format!(
            "SELECT a.value / nullif(b.value, 0) * CAST({scale} AS DOUBLE) AS value,\n       a.value AS numerator,\n       b.value AS denominator\nFROM ({top}) a\nCROSS JOIN ({bottom}) b;\n"
        ),
        _ => format!("{};\n", parts.concat()),
    }
}

/// Rows of the fact left after each condition, one after the other; at last those with a value.
fn rows_left(
    kpi: &Kpi,
    source: &Source<'_>,
    rows: &Rows,
    asked: &[Expr],
    t: Text,
) -> Result<String> {
    let Some(fact) = kpi.fact else {
        return Ok(String::new());
    };
    let mut text = String::new();
    let mut line = |count: u64, what: &str| {
        let _ = writeln!(text, "{:>12}  {what}", format::count(count));
    };
    let total = |parts: &[Part]| parts.iter().map(|part| part.rows).sum();
    line(
        total(&days(source, fact, None, None)?),
        t.explain_all_rows(),
    );
    let parts = days(source, fact, rows.from, rows.to)?;
    let (range, condition) = asked.split_at(asked.len() - usize::from(rows.condition.is_some()));
    if let Some(range) = all(range.iter()) {
        let what = t.explain_after(&range.sql(Dialect::Duckdb));
        line(total(&parts), &what);
    }
    let own = kpi.condition.iter().flat_map(Expr::conjuncts);
    let mut so_far: Option<Expr> = None;
    let named = |expr: &Expr| t.explain_after(&expr.sql(Dialect::Duckdb));
    let steps = condition
        .iter()
        .chain(own)
        .map(|expr| (expr.clone(), named(expr)));
    for (step, what) in steps.chain(values(&kpi.formula, t)) {
        let joined = all(so_far.iter().chain([&step])).unwrap_or(step);
        line(count(fact, &parts, &joined)?, &what);
        so_far = Some(joined);
    }
    Ok(text)
}

/// The last steps: which rows have a value, and of a rate, in which it is true.
fn values(formula: &Formula, t: Text) -> Vec<(Expr, String)> {
    let known = |expr: &Expr| Expr::Not(Box::new(Expr::IsNull(Box::new(expr.clone()))));
    match formula {
        Formula::Count | Formula::Ratio { .. } => Vec::new(),
        Formula::Sum(of) | Formula::Mean(of) | Formula::Max(of) | Formula::Quantile { of, .. } => {
            vec![(known(of), t.explain_with_value().to_owned())]
        }
        Formula::Share { of, weight } => {
            let both = Expr::And(Box::new(known(of)), Box::new(known(weight)));
            vec![(both, t.explain_with_weight().to_owned())]
        }
        Formula::Rate(when) => vec![
            (known(when), t.explain_denominator().to_owned()),
            (when.clone(), t.explain_numerator().to_owned()),
        ],
    }
}

/// Conditions that must all hold.
fn all<'e>(conditions: impl Iterator<Item = &'e Expr>) -> Option<Expr> {
    conditions
        .cloned()
        .reduce(|a, b| Expr::And(Box::new(a), Box::new(b)))
}

/// Rows that fulfil a condition.
fn count(fact: &'static Fact, parts: &[Part], condition: &Expr) -> Result<u64> {
    let counting = Kpi::rows_of(fact);
    let groupings = [Grouping {
        grain: Grain::All,
        by: Vec::new(),
    }];
    let pass = Pass {
        fact,
        kpis: &[&counting],
        groupings: &groupings,
        condition: Some(condition),
    };
    let groups = pass.run(parts)?;
    let states = groups.iter().flat_map(|groups| &groups.states);
    Ok(states.map(|states| states.rows(0)).sum())
}
