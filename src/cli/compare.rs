//! `kefu compare`: why a figure moved between two periods.

use std::process::ExitCode;

use clap::Args;

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::insight::compare::{Comparison, Dimension, LeftOut, Part, Question, compare};
use crate::insight::output::decomposition;
use crate::insight::period::Period;
use crate::kpi::catalogue::{Catalogue, Kpi};
use crate::kpi::figure::Unit;
use crate::report::format;
use crate::settings::taxonomy::Lookup;
use crate::stats::decomposition::Presence;

use super::output::{Readers, Written};
use super::sheet::plain;
use super::{Common, Earlier};

#[derive(Debug, Clone, Args)]
pub struct CompareArgs {
    /// Id of the figure
    #[arg(value_name = "KPI")]
    kpi: String,
    /// The period it moved from: 2026-03-02, 2026-03-02..2026-03-08, 2026-W11 or 2026-03
    #[arg(long, value_name = "PERIOD")]
    from: String,
    /// The period it moved to
    #[arg(long, value_name = "PERIOD")]
    to: String,
    /// Dimension columns, separated by commas, each looked at on its own; default: all that say something
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    by: Vec<String>,
    /// Row-level SQL condition over the fact table
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Every member on its own line, also those that noise explains
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    earlier: Earlier,
    #[command(flatten)]
    written: Written,
}

pub fn run(common: &Common, args: &CompareArgs) -> Result<ExitCode> {
    let settings = common.settings()?;
    let catalogue = Catalogue::compile(&settings)?;
    let form = args.written.form()?;
    let question = Question {
        kpi: catalogue.position(args.kpi.trim())?,
        before: period("--from", &args.from)?,
        after: period("--to", &args.to)?,
        by: args.by.clone(),
        condition: args.condition.clone(),
    };
    let reading = common.reading(&settings, &args.earlier)?;
    let found = compare(&question, &catalogue, &reading.source())?;
    let kpi = &catalogue.kpis[question.kpi];
    let text = || {
        let lang = common.lang.unwrap_or(Lang::En);
        let page = Page {
            kpi,
            lang,
            t: Text(lang),
            names: &settings.taxonomy.lookup(),
            all: args.all,
        };
        page.whole(&question, &found)
    };
    args.written.list(
        form,
        Readers::All,
        ("decomposition", reading.run()),
        text,
        || decomposition(&[(kpi.id.as_str(), &question, &found)], args.all),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn period(option: &str, text: &str) -> Result<Period> {
    Period::parse(text).map_err(|error| Error::Usage {
        message: format!("{option}: {error}"),
        hint: error.hint().unwrap_or_default(),
    })
}

/// A sentence about the names given.
type Sentence = fn(Text, &str) -> String;

/// What every sentence of the page needs.
struct Page<'a> {
    kpi: &'a Kpi,
    lang: Lang,
    t: Text,
    names: &'a Lookup,
    all: bool,
}

impl Page<'_> {
    fn whole(&self, question: &Question, found: &Comparison) -> String {
        let (t, lang, unit) = (self.t, self.lang, self.kpi.unit);
        let side = |period: Period, value: f64, n: u64| {
            t.compare_side(
                &format::period(period.from, period.to, lang),
                &self.value(Some(value)),
                &format::count(n),
            )
        };
        let change = format::change(found.values.1 - found.values.0, unit, lang);
        let sure = match found.interval {
            Some((low, high)) => {
                let interval = self.interval(Some((low, high)));
                if low <= 0.0 && high >= 0.0 {
                    t.compare_noise(&change, &interval)
                } else {
                    t.compare_real(&change, &interval)
                }
            }
            None => t.compare_unsure(&change),
        };
        let name = self.kpi.name.get(lang);
        let mut lines = vec![
            if found.per_day {
                t.compare_per_day(name, &self.kpi.id)
            } else {
                t.compare_title(name, &self.kpi.id)
            },
            side(question.before, found.values.0, found.whole.0.n),
            side(question.after, found.values.1, found.whole.1.n),
            sure,
        ];
        // Along what was not asked for by name, noise is not worth a table.
        let (noise, telling): (Vec<&Dimension>, Vec<&Dimension>) = found
            .dimensions
            .iter()
            .partition(|dimension| !self.all && question.by.is_empty() && dimension.is_noise());
        for dimension in telling {
            lines.push(String::new());
            lines.push(self.heading(dimension));
            lines.push(self.table(dimension, question));
        }
        if !noise.is_empty() {
            let names: Vec<&str> = noise
                .iter()
                .map(|dimension| dimension.name.as_str())
                .collect();
            lines.push(String::new());
            lines.push(t.compare_only_noise(&names.join(t.list())));
        }
        lines.extend(self.left_out(&found.left_out));
        format!("{}\n", lines.join("\n").trim_end())
    }

    /// `By queue: 查询 and 投诉 carry 84 % of the change`.
    fn heading(&self, dimension: &Dimension) -> String {
        let Some(explained) = &dimension.explained else {
            if dimension.is_noise() {
                return self.t.compare_all_noise(&dimension.name);
            }
            return self.t.compare_spread(&dimension.name);
        };
        let few: Vec<String> = explained
            .members
            .iter()
            .map(|at| self.member(dimension.parts[*at].member.as_deref()))
            .collect();
        let share = format::value(explained.power, Unit::Percent, self.lang);
        self.t
            .compare_explained(&dimension.name, &few.join(self.t.list()), &share)
    }

    fn table(&self, dimension: &Dimension, question: &Question) -> String {
        let t = self.t;
        let short = |period: Period| format::period(period.from, period.to, self.lang);
        let of_counts = dimension
            .parts
            .iter()
            .all(|part| part.rate.abs() < f64::EPSILON)
            && matches!(self.kpi.unit, Unit::Count);
        let mut header = vec![
            dimension.name.clone(),
            short(question.before),
            short(question.after),
        ];
        if !of_counts {
            header.extend(
                [
                    t.col_share_before(),
                    t.col_share_after(),
                    t.col_rate(),
                    t.col_mix(),
                ]
                .map(str::to_owned),
            );
        }
        header.extend([t.col_effect(), t.col_interval(), t.col_of_change()].map(str::to_owned));
        let mut rows = Vec::new();
        let (shown, folded): (Vec<&Part>, Vec<&Part>) = dimension
            .parts
            .iter()
            .partition(|part| self.all || !part.noise);
        let percent = |share: f64| format::value(share, Unit::Percent, self.lang);
        let change = |value: f64| format::change(value, self.kpi.unit, self.lang);
        for part in shown {
            let mut row = vec![
                self.part_name(part),
                self.value(part.values.0),
                self.value(part.values.1),
            ];
            if !of_counts {
                row.extend([
                    percent(part.shares.0),
                    percent(part.shares.1),
                    change(part.rate),
                    change(part.mix),
                ]);
            }
            row.extend([
                change(part.effect()),
                self.interval(part.interval),
                part.explains
                    .map_or_else(|| format::NONE.to_owned(), percent),
            ]);
            rows.push(row);
        }
        if !folded.is_empty() {
            let add = |of: fn(&Part) -> f64| folded.iter().map(|part| of(part)).sum::<f64>();
            let mut row = vec![
                t.compare_other(&folded.len().to_string()),
                String::new(),
                String::new(),
            ];
            if !of_counts {
                row.extend([
                    percent(add(|part| part.shares.0)),
                    percent(add(|part| part.shares.1)),
                    change(add(|part| part.rate)),
                    change(add(|part| part.mix)),
                ]);
            }
            row.extend([
                change(add(Part::effect)),
                String::new(),
                percent(add(|part| part.explains.unwrap_or(0.0))),
            ]);
            rows.push(row);
        }
        plain(&header, &rows, 1..header.len())
    }

    fn part_name(&self, part: &Part) -> String {
        let name = self.member(part.member.as_deref());
        match part.presence {
            Presence::New => self.t.compare_new(&name),
            Presence::Vanished => self.t.compare_gone(&name),
            Presence::Both | Presence::Neither => name,
        }
    }

    fn member(&self, member: Option<&str>) -> String {
        member.map_or_else(
            || self.t.no_member().to_owned(),
            |code| self.names.bilingual(code).get(self.lang).to_owned(),
        )
    }

    fn value(&self, value: Option<f64>) -> String {
        format::maybe(value, self.kpi.unit, self.lang)
    }

    /// Both ends with their sign.
    fn interval(&self, interval: Option<(f64, f64)>) -> String {
        let Some((low, high)) = interval else {
            return format::NONE.to_owned();
        };
        let end = |end: f64| format::change(end, self.kpi.unit, self.lang);
        self.t.compare_between(&end(low), &end(high))
    }

    fn left_out(&self, left_out: &[(String, LeftOut)]) -> Vec<String> {
        let of = |why: LeftOut| -> Vec<&str> {
            let named = left_out.iter().filter(|(_, known)| *known == why);
            named.map(|(name, _)| name.as_str()).collect()
        };
        let t = self.t;
        let says: [(LeftOut, Sentence); 3] = [
            (LeftOut::OneMember, Text::compare_one_member),
            (LeftOut::Outcome, Text::compare_outcome),
            (LeftOut::NoDenominator, Text::compare_no_denominator),
        ];
        let mut lines = Vec::new();
        for (why, says) in says {
            let names = of(why);
            if !names.is_empty() {
                if lines.is_empty() {
                    lines.push(String::new());
                }
                lines.push(says(t, &names.join(t.list())));
            }
        }
        lines
    }
}
