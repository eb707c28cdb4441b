//! `kefu kpi`: figures by dimension and period.

use std::process::ExitCode;

use clap::Args;

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, row_condition};
use crate::kpi::table::{Layout, Table};
use crate::kpi::wide::{self, Wide};
use crate::report::format;
use crate::schema::facts::FACTS;
use crate::schema::measure::Bound;

use super::output::{Format, Out, Readers, Written};
use super::sheet::plain;
use super::{Common, Rows};

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
    /// One row per period and members, one column per figure with its value alone
    #[arg(long)]
    wide: bool,
    #[command(flatten)]
    rows: Rows,
    #[command(flatten)]
    written: Written,
}

pub fn kpi(common: &Common, args: &KpiArgs) -> Result<ExitCode> {
    check_arguments(args)?;
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let form = args.written.form()?;
    let query = Query {
        kpis: chosen(args, &catalogue)?,
        groupings: vec![Grouping {
            grain: args.grain,
            by: args.by.clone(),
        }],
        from: args.rows.from,
        to: args.rows.to,
        condition: args.rows.condition.clone(),
    };
    let reading = common.reading(&settings, &args.rows.earlier)?;
    if args.wide && matches!(form, Format::Parquet) && query.groupings[0].is_by_day() {
        let out = args.written.open(form, Readers::All)?;
        let out = wide::parquet_by_month(&query, &catalogue, &reading.source(), out)?;
        out.finish()?;
        return Ok(ExitCode::SUCCESS);
    }
    let answer = query.measure(&catalogue, &reading.source())?;
    let out = args.written.open(form, Readers::All)?;
    let lang = common.lang.unwrap_or(Lang::En);
    if args.wide {
        let wide = Wide::of(&answer, 0);
        write(args, form, out, &wide, || {
            wide_for_people(&wide, &catalogue, lang)
        })?;
    } else {
        let table = Table {
            answer: &answer,
            grouping: 0,
        };
        write(args, form, out, &table, || for_people(&table, lang))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(
    args: &KpiArgs,
    form: Format,
    mut out: Out,
    layout: &impl Layout,
    for_people: impl FnOnce() -> String,
) -> Result<()> {
    match form {
        Format::Table => out.all(for_people().as_bytes())?,
        Format::Csv => layout
            .csv(&mut out, args.written.bom)
            .map_err(|error| out.error(error))?,
        Format::Json => layout.json(&mut out).map_err(|error| out.error(error))?,
        Format::Parquet => out = layout.parquet(out)?,
    }
    out.finish()
}

fn check_arguments(args: &KpiArgs) -> Result<()> {
    args.rows.check()?;
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
    let with_dimensions = FACTS.iter().find(|fact| {
        args.by
            .iter()
            .all(|name| fact.dimensions().any(|known| known == name))
    });
    let condition = args.rows.condition.as_deref();
    let wrong = with_dimensions
        .zip(condition)
        .and_then(|(fact, text)| row_condition(text, fact).err());
    wrong.unwrap_or_else(|| {
        Error::usage(
            format!("no fact table has all of {}", args.by.join(", ")),
            "`kefu explain KPI` lists the columns and dimensions of a figure's fact table",
        )
    })
}

fn fact_fits(args: &KpiArgs, catalogue: &Catalogue, at: usize) -> bool {
    catalogue.kpis[at].fact.is_some_and(|fact| {
        let has_dimensions = args
            .by
            .iter()
            .all(|name| catalogue.kpis[at].has_dimension(name));
        let condition_fits = args
            .rows
            .condition
            .as_ref()
            .is_none_or(|text| row_condition(text, fact).is_ok());
        let has_hours = args.grain != Grain::Hour || fact.column("hour").is_some();
        has_dimensions && condition_fits && has_hours
    })
}

/// The name, with that of the variant where there are several.
fn name(kpi: &Kpi, lang: Lang) -> String {
    let name = kpi.name.get(lang);
    match kpi.variant.filter(|variant| !name.contains(variant)) {
        Some(variant) => format!("{name} ({variant})"),
        None => name.to_owned(),
    }
}

fn for_people(answer: &Table<'_>, lang: Lang) -> String {
    let header: Vec<String> = answer.header().into_iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for row in answer.rows() {
        let kpi = &answer.answer.catalogue().kpis[row.kpi];
        let mut cells = vec![
            format!("{} {}", kpi.id, name(kpi, lang)),
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
            format::maybe(row.bound.map(Bound::value), kpi.unit, lang),
            // The interval still contains the target, so that met or missed may be chance.
            if estimate.indistinguishable(row.bound) {
                format!("{} ({})", row.status.code(), Text(lang).indistinguishable())
            } else {
                row.status.code().to_owned()
            },
        ]);
        rows.push(cells);
    }
    let first_number = 2 + answer.by().len();
    let numbers = first_number..first_number + 7;
    format!("{}\n", plain(&header, &rows, numbers))
}

fn wide_for_people(wide: &Wide<'_>, catalogue: &Catalogue, lang: Lang) -> String {
    let header: Vec<String> = wide.header().into_iter().map(str::to_owned).collect();
    let kpis: Vec<&Kpi> = wide.kpis().map(|at| &catalogue.kpis[at]).collect();
    let rows = wide.rows().map(|(group, values)| {
        let members = group.members.iter();
        let members = members.map(|member| member.clone().unwrap_or_else(|| "(none)".to_owned()));
        let values = values.into_iter().zip(&kpis);
        [group.period.clone()]
            .into_iter()
            .chain(members)
            .chain(values.map(|(value, kpi)| format::maybe(value, kpi.unit, lang)))
            .collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let numbers = 1 + wide.by().len()..header.len();
    format!("{}\n", plain(&header, &rows, numbers))
}
