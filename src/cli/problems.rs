//! `kefu problems`: what keeps coming back and what is emerging.

use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use crate::error::Result;
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::insight::emerging::{self, Emerging, Series, Span};
use crate::insight::problems::{self, Problem, Problems, Scope};
use crate::insight::{focus, output, phrases, repeats};
use crate::kpi::figure::Unit;
use crate::report::format;
use crate::settings::taxonomy::Lookup;

use super::output::{Format, Readers, Written, note};
use super::sheet::plain;
use super::{Common, Rows};

mod recurring;

/// Rows of a table for people; the rest is one line.
const SHOWN: usize = 20;

#[derive(Debug, Clone, Args)]
pub struct ProblemsArgs {
    /// Dimension columns beside the problem type, separated by commas: outlet, queue, team, …
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    by: Vec<String>,
    #[command(flatten)]
    instead: Instead,
    #[command(flatten)]
    rows: Rows,
    /// Every row: all problems; with --emerging every series that was tested
    #[arg(long)]
    all: bool,
    /// With --focus: complaints from which a customer or waybill is listed
    #[arg(long, value_name = "N", requires = "focus", default_value_t = focus::LEAST)]
    least: u64,
    /// With --phrases: which example tickets are drawn; the same number draws the same ones
    #[arg(long, value_name = "N", requires = "phrases", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    written: Written,
}

/// Another list than the problems by cost.
#[derive(Debug, Clone, Args)]
#[group(multiple = false)]
struct Instead {
    /// Instead: what rises above its usual count on the newest day (or that of --to), by outlet unless --by says otherwise
    #[arg(long)]
    emerging: bool,
    /// Instead: repeat contacts by the reason of the first; --where is a condition on the first contact
    #[arg(long)]
    repeats: bool,
    /// Instead: customers (pseudonyms) and waybills with repeated complaints, in the last four weeks unless --from says
    /// otherwise; --where is a condition on tickets
    #[arg(long, conflicts_with = "by")]
    focus: bool,
    /// Instead: what people write, per problem type and without one, with masked examples; --where is a condition on
    /// tickets
    #[arg(long, conflicts_with = "by")]
    phrases: bool,
}

pub fn run(common: &Common, args: &ProblemsArgs) -> Result<ExitCode> {
    args.rows.check()?;
    let settings = common.settings()?;
    let form = args.written.form()?;
    let asked = &args.instead;
    let by = if asked.emerging && args.by.is_empty() {
        vec!["outlet".to_owned()]
    } else {
        args.by.clone()
    };
    let scope = Scope {
        by,
        from: args.rows.from,
        to: args.rows.to,
        condition: args.rows.condition.clone(),
    };
    let reading = common.reading(&settings, &args.rows.earlier)?;
    let source = reading.source();
    let lang = common.lang.unwrap_or(Lang::En);
    let page = Page {
        lang,
        t: Text(lang),
        by: &scope.by,
        names: &settings.taxonomy.lookup(),
        minute: settings.cost.handling_minute,
        all: args.all,
    };
    let (name, readers, frame, text) = if asked.emerging {
        let found = emerging::emerging(&scope, &source)?;
        // Machine-readable lists are bare; how far to trust them is said beside them.
        if form != Format::Table && !common.quiet {
            note(&page.checked(&found), common.json);
        }
        let frame = output::emerging(&found, &scope.by, args.all);
        ("problem", Readers::All, frame, page.emerging(&found))
    } else if asked.repeats {
        let found = repeats::repeats(&scope, &source)?;
        let frame = output::repeats(&found, &scope.by);
        ("repeats", Readers::All, frame, page.repeats(&found))
    } else if asked.focus {
        let scope = focus::Scope {
            from: scope.from,
            to: scope.to,
            condition: scope.condition.clone(),
            least: args.least,
        };
        let found = focus::focus(&scope, page.minute, &source)?;
        let text = page.focus(&found, args.least);
        // Rows about one person each.
        ("focus", Readers::Owner, output::focus(&found), text)
    } else if asked.phrases {
        let scope = phrases::Scope {
            from: scope.from,
            to: scope.to,
            condition: scope.condition.clone(),
            seed: args.seed,
            ..phrases::Scope::default()
        };
        let found = phrases::phrases(&scope, &settings.taxonomy, &source, &reading.records())?;
        // Single tickets among them.
        let text = page.phrases(&found);
        ("phrases", Readers::Owner, output::phrases(&found), text)
    } else {
        let found = problems::problems(&scope, page.minute, &source)?;
        let frame = output::problem(&found, &scope.by);
        ("problem", Readers::All, frame, page.problems(&found))
    };
    let from = (name, reading.run());
    args.written.list(form, readers, from, || text, || frame)?;
    Ok(ExitCode::SUCCESS)
}

/// What every sentence of the page needs.
struct Page<'a> {
    lang: Lang,
    t: Text,
    by: &'a [String],
    names: &'a Lookup,
    minute: f64,
    all: bool,
}

impl Page<'_> {
    fn problems(&self, found: &Problems) -> String {
        let (t, lang) = (self.t, self.lang);
        let days = |(from, to): (NaiveDate, NaiveDate)| format::period(from, to, lang);
        let mut lines = vec![
            t.problems_title_days(
                &found.days.map(days).unwrap_or_default(),
                &format::count(found.rows.len() as u64),
            ),
            t.problems_cost_is(&format::value(self.minute, Unit::Yuan, lang)),
        ];
        if !found.compensated {
            lines.push(t.problems_no_compensation().to_owned());
        }
        let mut header = vec![t.col_rank().to_owned(), t.col_problem().to_owned()];
        header.extend(self.by.iter().cloned());
        let first_number = header.len();
        let columns = [
            t.col_cases(),
            t.col_handling(),
            t.col_repeats(),
            t.col_repeat_time(),
            t.col_compensation(),
            t.col_cost(),
            t.col_cost_share(),
            t.col_running(),
            t.col_repeat_share(),
            t.col_weeks(),
        ];
        header.extend(columns.map(str::to_owned));
        let shown = if self.all { found.rows.len() } else { SHOWN };
        let rows: Vec<Vec<String>> = found
            .rows
            .iter()
            .take(shown)
            .map(|row| self.problem(row, found.compensated))
            .collect();
        lines.push(String::new());
        lines.push(plain(&header, &rows, first_number..header.len()));
        let rest = found.rows.get(shown..).unwrap_or_default();
        if !rest.is_empty() {
            let share = rest.iter().map(|row| row.share).sum();
            lines.push(t.problems_rest(
                &format::count(rest.len() as u64),
                &format::value(share, Unit::Percent, lang),
            ));
        }
        lines.push(String::new());
        lines.push(t.problems_ranks_note().to_owned());
        if found.without > 0 {
            lines.push(t.problems_without(&format::count(found.without)));
        }
        format!("{}\n", lines.join("\n"))
    }

    fn problem(&self, row: &Problem, compensated: bool) -> Vec<String> {
        let lang = self.lang;
        let (best, worst) = row.ranks;
        let mut cells = vec![if best == worst {
            best.to_string()
        } else {
            format!("{best}–{worst}")
        }];
        cells.extend(self.members(&row.members));
        let percent = |share: f64| format::value(share, Unit::Percent, lang);
        let yuan = |amount: f64| format::value(amount, Unit::Yuan, lang);
        let time = |minutes: f64| format::value(minutes * 60.0, Unit::Seconds, lang);
        cells.extend([
            format::count(row.contacts),
            time(row.handling_minutes),
            format::count(row.repeats),
            time(row.repeat_minutes),
            if compensated {
                yuan(row.compensation)
            } else {
                format::NONE.to_owned()
            },
            yuan(row.cost),
            percent(row.share),
            percent(row.cumulative),
            percent(row.share_of_repeats),
            row.persistence.as_ref().map_or_else(
                || format::NONE.to_owned(),
                |weeks| {
                    let mark = if row.persistent { "◆ " } else { "" };
                    format!("{mark}{}/{}", weeks.weeks_above, weeks.above.len())
                },
            ),
        ]);
        cells
    }

    fn emerging(&self, found: &Emerging) -> String {
        let t = self.t;
        let shown: Vec<&Series> = found
            .series
            .iter()
            .filter(|series| self.all || series.emerging)
            .collect();
        let date = format::day(found.date, self.lang);
        let alarms = found.series.iter().filter(|series| series.emerging).count();
        let mut lines = vec![if alarms == 0 {
            t.emerging_none(&date)
        } else {
            t.emerging_some(&date, &alarms.to_string())
        }];
        if !shown.is_empty() {
            let mut header = vec![t.col_problem().to_owned()];
            header.extend(self.by.iter().cloned());
            header.push(t.col_span().to_owned());
            let first_number = header.len();
            let columns = [
                t.col_count(),
                t.col_expected(),
                "p",
                t.col_false(),
                t.col_four_weeks(),
                t.col_since(),
            ];
            header.extend(columns.map(str::to_owned));
            let rows: Vec<Vec<String>> = shown.iter().map(|series| self.series(series)).collect();
            lines.push(plain(&header, &rows, first_number..header.len()));
        }
        lines.push(self.checked(found));
        format!("{}\n", lines.join("\n"))
    }

    fn series(&self, series: &Series) -> Vec<String> {
        let mut cells = self.members(&series.members);
        let probability = |p: f64| {
            if p < 0.0001 {
                "< 0.0001".to_owned()
            } else {
                format!("{p:.4}")
            }
        };
        cells.extend([
            match series.span {
                Span::Day => self.t.span_day().to_owned(),
                Span::Week => self.t.span_week().to_owned(),
            },
            format::sum(Some(series.count)),
            format!("{:.1}", series.expected),
            probability(series.p),
            probability(series.q),
            format::sum(Some(series.recent)),
            format::day(series.since, self.lang),
        ]);
        cells
    }

    fn checked(&self, found: &Emerging) -> String {
        let (days, weeks) = found.tested;
        if found.series.is_empty() {
            return self.t.emerging_short().to_owned();
        }
        self.t.emerging_checked(
            &format::count(days as u64),
            &format::count(weeks as u64),
            &format!("{:.2}", found.false_alarms),
            &format!("{:.1}", found.uncorrected),
        )
    }

    fn members<'m>(&self, members: &'m [String]) -> Vec<String> {
        let name = |(at, member): (usize, &'m String)| {
            if at == 0 {
                self.names.bilingual(member).get(self.lang).to_owned()
            } else {
                member.clone()
            }
        };
        members.iter().enumerate().map(name).collect()
    }
}
