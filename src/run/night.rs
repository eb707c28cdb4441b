//! Mart, accounts and facts → what the nightly report says.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::i18n::{Bilingual, Lang};
use crate::insight::adjusted::Who;
use crate::insight::movement::{Day, Marks, Nature, Terms, movement_with};
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::{Estimate, Status};
use crate::kpi::mart::Mart;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::report::document::{Document, Stamp};
use crate::report::insights::Placing;
use crate::report::nightly::{
    DAYS_SHOWN, Insight, KpiLine, Linking, NightlyInput, ProblemRow, Problems, WaitCell, Waits,
    moved, nightly,
};
use crate::report::trainer::{TrainerInput, trainer};
use crate::report::{Edition, Head};
use crate::settings::Settings;

use super::insights::{Insights, insights};
use super::{Job, restated, trust};

/// The figures of the nightly report, in reading order within one verdict; calm ones are folded.
pub(super) const FIGURES: &[&str] = &[
    "offered",
    "answered",
    "abandoned",
    "answer_rate",
    "service_level",
    "asa",
    "wait_p90",
    "aht",
    "transfer_rate",
    "chats",
    "frt",
    "frt_within_30s",
    "art",
    "chat_concurrency",
    "contacts",
    "response_time",
    "fcr",
    "repeat_rate",
    "satisfaction_rate",
    "satisfaction",
    "survey_response_rate",
    "negative_feedback_rate",
    "tickets",
    "tickets_open",
    "complaints",
    "complaint_handling_rate",
    "complaint_repeat_rate",
    "complaints_per_million_parcels",
    "company_fault_rate",
    "first_reply",
    "one_touch_rate",
    "reopen_rate",
    "sla_attainment",
    "state_limit_rate",
    "outlet_reply",
    "redelivered_within_24h",
    "paid_within_24h",
    "compliance",
    "critical_fail_rate",
];

/// Weeks that the usual figure of a weekday rests on.
const WEEKS: u64 = 8;

/// What the reports of a night are made from.
pub struct Night {
    /// The nightly report's input.
    pub input: NightlyInput,
    /// The trainer's report's input.
    pub trainer: TrainerInput,
    /// What both rest on.
    pub insights: Insights,
}

impl Night {
    /// Ids of the figures that miss their target on the day.
    #[must_use]
    pub fn missed(&self) -> Vec<String> {
        self.input
            .kpis
            .iter()
            .filter(|line| line.estimate.status(line.bound) == Status::Missed)
            .map(|line| line.id.clone())
            .collect()
    }
}

/// The reports of a night in both languages: they are rendered, and sentences of them stand in a mart.
pub struct Documents {
    /// The day reported on.
    pub date: NaiveDate,
    nightly: Both,
    trainer: Both,
}

/// A report in both languages.
struct Both {
    zh: Document,
    en: Document,
}

impl Both {
    fn of(lay_out: impl Fn(Lang) -> Document) -> Self {
        Self {
            zh: lay_out(Lang::Zh),
            en: lay_out(Lang::En),
        }
    }
}

impl Documents {
    /// Lays the reports out.
    #[must_use]
    pub fn of(night: &Night) -> Self {
        Self {
            date: night.input.date,
            nightly: Both::of(|lang| nightly(&night.input, lang)),
            trainer: Both::of(|lang| trainer(&night.trainer, lang)),
        }
    }

    /// The same with where the figures come from.
    #[must_use]
    pub fn stamped(mut self, stamp: &Stamp) -> Self {
        for both in [&mut self.nightly, &mut self.trainer] {
            both.zh.stamp = Some(stamp.clone());
            both.en.stamp = Some(stamp.clone());
        }
        self
    }

    /// A report in a language.
    #[must_use]
    pub const fn get(&self, edition: Edition, lang: Lang) -> &Document {
        let both = match edition {
            Edition::Nightly => &self.nightly,
            Edition::Trainer => &self.trainer,
        };
        match lang {
            Lang::Zh => &both.zh,
            Lang::En => &both.en,
        }
    }
}

/// Name of a report's file.
#[must_use]
pub fn file_name(edition: Edition, date: NaiveDate, lang: Lang, extension: &str) -> String {
    format!("{}_{date}_{}.{extension}", edition.code(), lang.code())
}

/// Puts together what the report of the job's day says.
///
/// # Errors
/// When the day has no data or a table cannot be read.
pub fn assemble(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    mart: &Mart<'_>,
) -> Result<Night> {
    let zone = job.settings.centre.zone;
    let as_of = chrono::DateTime::from_timestamp_micros(source.run.as_of)
        .map(|at| at.with_timezone(&zone).naive_local())
        .unwrap_or_default();
    let date = report_date(job, catalogue, mart, as_of.date())?;
    let quality = source.store.quality(source.run)?;
    let kpis = lines(job, catalogue, mart, date)?;
    let insights = insights(job, catalogue, source, date, &moved(&kpis))?;
    let days = four_weeks(date);
    let input = NightlyInput {
        centre: job.settings.centre.name.clone(),
        date,
        as_of,
        zone: zone.name().to_owned(),
        scope: Bilingual::new("all queues and channels", "全部技能组与渠道"),
        editions: (job.langs.len() > 1).then(|| {
            Bilingual::new(
                file_name(Edition::Nightly, date, Lang::En, "html"),
                file_name(Edition::Nightly, date, Lang::Zh, "html"),
            )
        }),
        ledger: trust::ledger(&quality),
        rejects: trust::rejects(&quality),
        unmapped: trust::unmapped(&quality),
        notes: trust::notes(&quality),
        restated: restated::compare(job, catalogue, source, mart)?,
        kpis,
        waits: heat(catalogue, source, "asa", date)?,
        abandons: heat(catalogue, source, "abandon_rate", date)?,
        problems: by_problem(job, catalogue, source, date)?,
        linking: linking(job, catalogue, source, date)?,
        insight: Insight {
            names: Some(job.settings.taxonomy.lookup()),
            changes: insights.changes(catalogue),
            teams: insights.placings(catalogue, Who::Team, None, days),
            emerging: Some(insights.emerging.clone()),
            promises: Some(insights.promised(job, catalogue)),
            waiting: insights.waiting.clone(),
            day_parts: insights.day_parts.clone(),
            outlets: insights.outlets.rows.clone(),
            skipped: insights.coaching.skipped.clone(),
        },
    };
    let trainer = training(job, catalogue, &insights, &input);
    Ok(Night {
        input,
        trainer,
        insights,
    })
}

/// What the trainer's report says about the four weeks that end with the night's day.
fn training(
    job: &Job,
    catalogue: &Catalogue,
    insights: &Insights,
    night: &NightlyInput,
) -> TrainerInput {
    let date = night.date;
    TrainerInput {
        head: Head {
            centre: night.centre.clone(),
            date,
            as_of: night.as_of,
            zone: night.zone.clone(),
            scope: night.scope.clone(),
            editions: (job.langs.len() > 1).then(|| {
                Bilingual::new(
                    file_name(Edition::Trainer, date, Lang::En, "html"),
                    file_name(Edition::Trainer, date, Lang::Zh, "html"),
                )
            }),
        },
        names: job.settings.taxonomy.lookup(),
        minute: job.settings.cost.handling_minute,
        days: four_weeks(date),
        problems: insights.problems.clone(),
        weeks: insights.weeks.clone(),
        weeks_placed: insights.weeks_placed.clone(),
        script: insights.script.clone(),
        agents: agents(catalogue, insights, four_weeks(date)),
        emerging: insights.emerging.clone(),
        repeats: insights.repeats.clone(),
        focus: insights.focus.clone(),
        phrases: insights.phrases.clone(),
        coaching: insights.coaching.clone(),
        figures: catalogue
            .kpis
            .iter()
            .map(|kpi| (kpi.id.clone(), kpi.name.clone()))
            .collect(),
    }
}

/// Funnels of agents: of all contacts, and of the problem that costs most.
fn agents(
    catalogue: &Catalogue,
    insights: &Insights,
    days: (NaiveDate, NaiveDate),
) -> Vec<Placing> {
    let mut found = insights.placings(catalogue, Who::Agent, None, days);
    let first = insights.problems.rows.first();
    if let Some(problem) = first.and_then(|row| row.members.first()) {
        found.extend(insights.placings(catalogue, Who::Agent, Some(problem), days));
    }
    found
}

/// The asked day, else the newest day up to the cut-off on which anybody made contact.
fn report_date(
    job: &Job,
    catalogue: &Catalogue,
    mart: &Mart<'_>,
    as_of: NaiveDate,
) -> Result<NaiveDate> {
    let days = |id: &str| -> Result<Vec<NaiveDate>> {
        let at = catalogue.position(id)?;
        let rows = mart.of(at, Grain::Day, &[]).into_iter();
        Ok(rows
            .filter(|row| row.estimate.n > 0)
            .filter_map(|row| row.group.period.parse().ok())
            .collect())
    };
    let mut all = days("offered")?;
    all.extend(days("contacts")?);
    all.extend(days("tickets")?);
    match (job.date, all.iter().filter(|day| **day <= as_of).max()) {
        (Some(asked), _) if all.contains(&asked) => Ok(asked),
        (Some(asked), Some(newest)) => Err(Error::usage(
            format!("there is no data of {asked}"),
            format!("the newest day with data is {newest}"),
        )),
        (None, Some(newest)) => Ok(*newest),
        (_, None) => Err(Error::usage(
            "the store holds no day with data",
            "take exports in with `kefu run INPUT`",
        )),
    }
}

fn lines(
    job: &Job,
    catalogue: &Catalogue,
    mart: &Mart<'_>,
    date: NaiveDate,
) -> Result<Vec<KpiLine>> {
    FIGURES
        .iter()
        .map(|id| {
            let at = catalogue.position(id)?;
            let days = mart.of(at, Grain::Day, &[]);
            Ok(line(&job.settings, catalogue, days, at, (None, date)))
        })
        .collect()
}

/// A figure on a day, with its history and its movement; `days` are its rows by day, the whole record:
/// the baseline is its first days, however few are shown. Shown are the days from the first of `shown` on,
/// by default as many as the report draws, up to the second, which the figure is of.
pub(super) fn line(
    settings: &Settings,
    catalogue: &Catalogue,
    days: Vec<Row>,
    at: usize,
    (from, date): (Option<NaiveDate>, NaiveDate),
) -> KpiLine {
    let kpi = &catalogue.kpis[at];
    let mut history: Vec<Day> = days
        .into_iter()
        .filter_map(|row| {
            Some(Day {
                date: row.group.period.parse().ok()?,
                estimate: row.estimate,
            })
        })
        .filter(|day| day.date <= date)
        .collect();
    // A figure that needs time to become true is shown for the newest day that has had it.
    if needs_time(kpi) {
        while history
            .last()
            .is_some_and(|day| day.estimate.value.is_none())
        {
            history.pop();
        }
    }
    let shown = if needs_time(kpi) {
        history.last().map_or(date, |day| day.date)
    } else {
        date
    };
    let estimate = history
        .iter()
        .find(|day| day.date == shown)
        .map_or_else(Estimate::default, |day| day.estimate);
    let same: Vec<f64> = (1..=WEEKS)
        .filter_map(|week| shown.checked_sub_days(Days::new(7 * week)))
        .filter_map(|day| {
            history
                .iter()
                .find(|known| known.date == day)?
                .estimate
                .value
        })
        .collect();
    let target = catalogue.target(at);
    let first = history.first().map_or(shown, |day| day.date);
    let (nature, per) = nature(catalogue, kpi);
    let terms = Terms {
        nature,
        better: kpi.better,
        per,
        marks: Marks::of(settings, &kpi.id, (first, shown)),
    };
    let movement = movement_with(&history, &terms).map(|movement| {
        let (least, most) = kpi.unit.range();
        movement.within(least, most)
    });
    match from {
        Some(from) => history.retain(|day| day.date >= from),
        None => drop(history.drain(..history.len().saturating_sub(DAYS_SHOWN))),
    }
    KpiLine {
        id: kpi.id.clone(),
        name: kpi.name.clone(),
        about: kpi.about.clone(),
        unit: kpi.unit,
        better: kpi.better,
        source: kpi.source.clone(),
        variant: kpi.variant.map(str::to_owned),
        estimate,
        day: shown,
        same_weekday: mean(&same),
        same_weekday_weeks: u32::try_from(same.len()).unwrap_or_default(),
        bound: target.map(|target| target.bound),
        target_source: target.map(|target| target.source.clone()),
        movement,
        history,
        owner: owner(kpi),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    let n = u32::try_from(values.len()).ok().filter(|n| *n > 0)?;
    Some(values.iter().sum::<f64>() / f64::from(n))
}

/// Whether a KPI counts only rows that have had their time.
pub(super) fn needs_time(kpi: &Kpi) -> bool {
    kpi.condition
        .as_ref()
        .is_some_and(|condition| condition.columns().contains(&"mature"))
}

/// What a figure is, and of a count per something how many of it make one unit of exposure.
fn nature(catalogue: &Catalogue, kpi: &Kpi) -> (Nature, f64) {
    let nature = match kpi.formula {
        Formula::Count => Nature::Count,
        Formula::Rate(_) => Nature::Rate,
        Formula::Mean(_) | Formula::Share { .. } => Nature::Mean,
        Formula::Ratio {
            numerator, scale, ..
        } if matches!(catalogue.kpis[numerator].formula, Formula::Count) => {
            return (Nature::Count, scale);
        }
        _ => Nature::Single,
    };
    (nature, 1.0)
}

/// Who should look when a figure moves: the desk its rows come from.
fn owner(kpi: &Kpi) -> Option<Bilingual> {
    Some(match kpi.fact?.name {
        "call_facts" => Bilingual::new("hotline shift lead", "热线值班班长"),
        "chat_facts" => Bilingual::new("online team lead", "在线组长"),
        "ticket_facts" => Bilingual::new("ticket desk lead", "工单主管"),
        "evaluation_facts" => Bilingual::new("trainer", "培训师"),
        _ => Bilingual::new("QA manager", "质检主管"),
    })
}

/// The rows of one KPI in one grouping up to the day; the last `days` days.
fn recent(
    catalogue: &Catalogue,
    source: &Source<'_>,
    id: &str,
    by: &[&str],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<Row>> {
    let query = Query {
        kpis: vec![catalogue.position(id)?],
        groupings: vec![Grouping {
            grain: Grain::All,
            by: by.iter().map(|name| (*name).to_owned()).collect(),
        }],
        from: Some(from),
        to: Some(to),
        condition: None,
    };
    Ok(query.answer(catalogue, source)?.pop().unwrap_or_default())
}

/// The four weeks that end with the day.
pub(super) fn four_weeks(date: NaiveDate) -> (NaiveDate, NaiveDate) {
    (date.checked_sub_days(Days::new(27)).unwrap_or(date), date)
}

fn heat(
    catalogue: &Catalogue,
    source: &Source<'_>,
    id: &str,
    date: NaiveDate,
) -> Result<Option<Waits>> {
    let kpi = &catalogue.kpis[catalogue.position(id)?];
    let (from, to) = four_weeks(date);
    let cells: Vec<WaitCell> = recent(catalogue, source, id, &["weekday", "hour"], (from, to))?
        .iter()
        .filter_map(|row| {
            let number = |at: usize| row.group.members.get(at)?.as_ref()?.parse::<u8>().ok();
            Some(WaitCell {
                weekday: number(0)?,
                hour: number(1)?,
                value: row.estimate.value,
                n: row.estimate.n,
            })
        })
        .collect();
    Ok((!cells.is_empty()).then(|| Waits {
        name: kpi.name.clone(),
        about: kpi.about.clone(),
        unit: kpi.unit,
        from,
        to,
        cells,
    }))
}

fn by_problem(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    date: NaiveDate,
) -> Result<Option<Problems>> {
    let (from, to) = four_weeks(date);
    let names = job.settings.taxonomy.lookup();
    let rows = recent(catalogue, source, "contacts", &["problem_type"], (from, to))?;
    let mut contacts: BTreeMap<Option<String>, u64> = rows
        .into_iter()
        .map(|row| (row.group.members.first().cloned().flatten(), row.estimate.n))
        .collect();
    let untyped = contacts.remove(&None).unwrap_or(0);
    let rows: Vec<ProblemRow> = contacts
        .iter()
        .filter_map(|(problem, contacts)| {
            Some(ProblemRow {
                name: names.bilingual(problem.as_deref()?),
                contacts: *contacts,
            })
        })
        .collect();
    Ok((!rows.is_empty()).then_some(Problems {
        from,
        to,
        rows,
        untyped,
    }))
}

fn linking(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    date: NaiveDate,
) -> Result<Option<Linking>> {
    let (from, to) = four_weeks(date);
    let Some(row) = recent(catalogue, source, "unlinkable_rate", &[], (from, to))?.pop() else {
        return Ok(None);
    };
    // First contacts that can be linked, by whether their window has passed.
    let waiting = Query {
        kpis: vec![catalogue.position("contacts")?],
        groupings: vec![Grouping {
            grain: Grain::All,
            by: Vec::new(),
        }],
        from: Some(from),
        to: Some(to),
        condition: Some("first_contact AND NOT mature AND issue_key IS NOT NULL".to_owned()),
    };
    let immature = waiting
        .answer(catalogue, source)?
        .pop()
        .and_then(|rows| rows.first().map(|row| row.estimate.n));
    Ok(Some(Linking {
        unlinkable: row.estimate,
        immature: immature.unwrap_or_default(),
        window_hours: u32::try_from(job.settings.centre.fcr_window.as_secs() / 3600)
            .unwrap_or(u32::MAX),
    }))
}
