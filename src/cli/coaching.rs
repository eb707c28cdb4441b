//! `kefu coaching`: the trainer's list.

use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use crate::error::Result;
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::insight::coaching::{Coaching, Gap, Scope, Skipped, coaching};
use crate::insight::output;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::figure::Unit;
use crate::report::format;
use crate::settings::taxonomy::Lookup;

use super::output::{Readers, Written};
use super::sheet::plain;
use super::{Common, Earlier, in_order};

#[derive(Debug, Clone, Args)]
pub struct CoachingArgs {
    /// Only agents of this team; they are held against the whole centre all the same
    #[arg(long, value_name = "TEAM")]
    team: Option<String>,
    /// First local date
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Last local date
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
    #[command(flatten)]
    earlier: Earlier,
    #[command(flatten)]
    written: Written,
}

pub fn run(common: &Common, args: &CoachingArgs) -> Result<ExitCode> {
    in_order(args.from, args.to)?;
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let form = args.written.form()?;
    let scope = Scope {
        team: args.team.clone(),
        from: args.from,
        to: args.to,
    };
    let reading = common.reading(&settings, &args.earlier)?;
    let found = coaching(&scope, &catalogue, &reading.source())?;
    let text = || {
        let names = settings.taxonomy.lookup();
        for_people(&found, &catalogue, &names, common.lang.unwrap_or(Lang::En))
    };
    // Figures about one person each.
    args.written.list(
        form,
        Readers::Owner,
        ("coaching", reading.run()),
        text,
        || output::coaching(&found),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn for_people(found: &Coaching, catalogue: &Catalogue, names: &Lookup, lang: Lang) -> String {
    let t = Text(lang);
    let listed = found.rows.len() + found.skipped.len();
    let mut lines = vec![if listed == 0 {
        t.coaching_none().to_owned()
    } else {
        t.coaching_title(&listed.to_string())
    }];
    if listed > 0 {
        let header = [
            t.col_agent(),
            t.col_team(),
            t.col_problem(),
            t.col_kpi(),
            "n",
            t.col_value_own(),
            t.col_expected(),
            t.col_gap(),
            t.col_interval(),
            t.col_items(),
        ]
        .map(str::to_owned);
        let rows: Vec<Vec<String>> = found
            .rows
            .iter()
            .map(|row| cells(row, catalogue, names, t))
            .chain(found.skipped.iter().map(|row| team(row, catalogue, t)))
            .collect();
        lines.push(plain(&header, &rows, 4..9));
    }
    lines.push(t.coaching_checked(
        &format::count(found.checked as u64),
        &format!("{:.1}", found.by_chance),
    ));
    format!("{}\n", lines.join("\n"))
}

fn name<'a>(id: &'a str, catalogue: &'a Catalogue, lang: Lang) -> &'a str {
    let known = catalogue.kpis.iter().find(|kpi| kpi.id == id);
    known.map_or(id, |kpi| kpi.name.get(lang))
}

/// A script item that a whole team fails.
fn team(row: &Skipped, catalogue: &Catalogue, t: Text) -> Vec<String> {
    let lang = t.0;
    let percent = |share: f64| format::value(share, Unit::Percent, lang);
    let change = |share: f64| format::change(share, Unit::Percent, lang);
    let (gap, low, high) = row.gap;
    vec![
        t.coaching_team().to_owned(),
        row.team.clone(),
        t.all_problems().to_owned(),
        name("compliance", catalogue, lang).to_owned(),
        format::sum(Some(row.n)),
        percent(1.0 - row.value),
        percent(1.0 - row.expected),
        change(-gap),
        t.compare_between(&change(-high), &change(-low)),
        t.coaching_item_teams(&row.item, &percent(row.value), &percent(row.expected)),
    ]
}

fn cells(row: &Gap, catalogue: &Catalogue, names: &Lookup, t: Text) -> Vec<String> {
    let lang = t.0;
    let name = name(&row.kpi, catalogue, lang);
    let value = |value: f64| format::value(value, row.unit, lang);
    let change = |value: f64| format::change(value, row.unit, lang);
    let percent = |share: f64| format::value(share, Unit::Percent, lang);
    let (gap, low, high) = row.gap;
    let items: Vec<String> = row
        .items
        .iter()
        .map(|(item, own, centre)| t.coaching_item(item, &percent(*own), &percent(*centre)))
        .collect();
    vec![
        row.agent.clone(),
        row.team.clone().unwrap_or_default(),
        row.problem.as_deref().map_or_else(
            || t.all_problems().to_owned(),
            |code| names.bilingual(code).get(lang).to_owned(),
        ),
        name.to_owned(),
        format::sum(Some(row.n)),
        value(row.value),
        value(row.expected),
        change(gap),
        t.compare_between(&change(low), &change(high)),
        items.join(t.list()),
    ]
}
