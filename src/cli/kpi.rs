//! `kefu kpi`: figures by dimension and period.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, presets};

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::kpi::catalogue::{Catalogue, Formula};
use crate::kpi::expr::Type;
use crate::kpi::parse;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Source};
use crate::kpi::table::Table;
use crate::report::format;
use crate::run;
use crate::schema::facts::FACTS;
use crate::store::Store;

use super::{Common, output};

#[derive(Debug, Clone, Args)]
pub struct KpiArgs {
    /// Ids of the figures, separated by commas; default: every figure the dimensions fit
    #[arg(long, value_delimiter = ',', value_name = "ID,…")]
    kpi: Vec<String>,
    /// Dimension columns, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    by: Vec<String>,
    /// Periods
    #[arg(long, value_enum, default_value_t)]
    grain: Grain,
    /// First local date
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Last local date
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
    /// Row-level SQL condition over the fact table
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Byte-order mark before CSV, for Excel
    #[arg(long)]
    bom: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// UTF-8, full precision
    Csv,
    /// An array of objects
    Json,
    /// Parquet
    Parquet,
}

pub fn kpi(common: &Common, args: &KpiArgs) -> Result<ExitCode> {
    check_arguments(args)?;
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let store = Store::open(&common.store)?;
    let run = run::newest_run(&store)?;
    if let Some(as_of) = common.as_of(&settings)?
        && as_of != run.as_of
    {
        return Err(Error::usage(
            "the store's facts were judged at another --as-of",
            "judge them anew with `kefu run INPUT --as-of TIME`, then ask again",
        ));
    }
    let query = Query {
        kpis: chosen(args, &catalogue)?,
        groupings: vec![Grouping {
            grain: args.grain,
            by: args.by.clone(),
        }],
        from: args.from,
        to: args.to,
        condition: args.condition.clone(),
    };
    let rows = query
        .answer(
            &catalogue,
            &Source {
                store: &store,
                run: &run,
            },
        )?
        .pop()
        .unwrap_or_default();
    let table = Table {
        catalogue: &catalogue,
        by: &args.by,
        rows: &rows,
    };
    let bytes = match args.format {
        Format::Table => for_people(&table, common.lang.unwrap_or(Lang::En)).into_bytes(),
        Format::Csv => table.csv(args.bom)?,
        Format::Json => table.json()?,
        Format::Parquet => table.parquet()?,
    };
    match &args.output {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|error| Error::io("write", path, error))?;
        }
        None if args.format == Format::Parquet && std::io::stdout().is_terminal() => {
            return Err(Error::usage(
                "Parquet is not for a terminal",
                "name a file with -o FILE",
            ));
        }
        None => output::stdout(&bytes)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn check_arguments(args: &KpiArgs) -> Result<()> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        return Err(Error::usage(
            format!("--from {from} is after --to {to}"),
            "exchange the two",
        ));
    }
    for (at, name) in args.by.iter().enumerate() {
        if args.by[..at].contains(name) {
            return Err(Error::usage(
                format!("--by names `{name}` twice"),
                "name each dimension once",
            ));
        }
    }
    Ok(())
}

/// The asked figures in catalogue order; without a choice, those whose fact has every dimension and column asked for.
fn chosen(args: &KpiArgs, catalogue: &Catalogue) -> Result<Vec<usize>> {
    if !args.kpi.is_empty() {
        return args
            .kpi
            .iter()
            .map(|id| catalogue.position(id.trim()))
            .collect();
    }
    let fits = |at: &usize| match (&catalogue.kpis[*at].formula, catalogue.kpis[*at].fact) {
        (
            Formula::Ratio {
                numerator,
                denominator,
                ..
            },
            _,
        ) => [numerator, denominator]
            .into_iter()
            .all(|part| fact_fits(args, catalogue, *part)),
        _ => fact_fits(args, catalogue, *at),
    };
    let chosen: Vec<usize> = (0..catalogue.kpis.len()).filter(fits).collect();
    if chosen.is_empty() {
        return Err(nothing_fits(args));
    }
    Ok(chosen)
}

/// Why no figure fits: the condition as the first fact with the dimensions sees it, else the dimensions.
fn nothing_fits(args: &KpiArgs) -> Error {
    let hint = "`kefu explain KPI` lists the columns and dimensions of a figure's fact table";
    let with_dimensions = FACTS.iter().find(|fact| {
        args.by
            .iter()
            .all(|name| fact.dimensions().any(|known| known == name))
    });
    match (with_dimensions, &args.condition) {
        (Some(fact), Some(text)) => Error::Expression {
            place: format!("--where \"{text}\""),
            message: parse::expression(text, fact, Type::Flag)
                .err()
                .unwrap_or_default(),
        },
        _ => Error::usage(
            format!("no fact table has all of {}", args.by.join(", ")),
            hint,
        ),
    }
}

fn fact_fits(args: &KpiArgs, catalogue: &Catalogue, at: usize) -> bool {
    catalogue.kpis[at].fact.is_some_and(|fact| {
        let has_dimensions = args
            .by
            .iter()
            .all(|name| catalogue.kpis[at].has_dimension(name));
        let condition_fits = args
            .condition
            .as_ref()
            .is_none_or(|text| parse::expression(text, fact, Type::Flag).is_ok());
        has_dimensions && condition_fits
    })
}

fn for_people(answer: &Table<'_>, lang: Lang) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(answer.header());
    for row in answer.rows {
        let kpi = &answer.catalogue.kpis[row.kpi];
        let mut cells = vec![
            format!("{} {}", kpi.id, kpi.name.get(lang)),
            row.group.period.clone(),
        ];
        cells.extend(
            row.group
                .members
                .iter()
                .map(|member| member.clone().unwrap_or_else(|| "(none)".to_owned())),
        );
        let estimate = &row.estimate;
        cells.extend([
            format::maybe(estimate.value, kpi.unit, lang),
            format::sum(estimate.numerator),
            format::sum(estimate.denominator),
            format::count(estimate.n),
            format::maybe(
                estimate.interval.map(|interval| interval.low),
                kpi.unit,
                lang,
            ),
            format::maybe(
                estimate.interval.map(|interval| interval.high),
                kpi.unit,
                lang,
            ),
            format::maybe(
                row.bound.map(super::super::schema::measure::Bound::value),
                kpi.unit,
                lang,
            ),
            row.status.code().to_owned(),
        ]);
        table.add_row(cells);
    }
    let first_number = 2 + answer.by.len();
    for column in table.column_iter_mut().skip(first_number).take(7) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!("{}\n", table.trim_fmt())
}
