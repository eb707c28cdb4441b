//! Mart, accounts and facts → what the nightly report says.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::calendar::Grain;
use crate::error::Result;
use crate::i18n::{Bilingual, Lang};
use crate::insight::adjusted::Who;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::figure::Status;
use crate::kpi::mart::Mart;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::report::document::{Document, Stamp};
use crate::report::insights::Placing;
use crate::report::nightly::{
    Insight, Linking, NightlyInput, ProblemRow, Problems, WaitCell, Waits, moved, nightly,
};
use crate::report::trainer::{TrainerInput, trainer};
use crate::report::{Edition, Head, Scope};

use super::insights::{Insights, insights};
use super::lines::lines;
use super::names::Imprint;
use super::{Job, day, restated, trust};

/// What the reports of a night are made from.
pub struct Night {
    /// The nightly report's input.
    pub input: NightlyInput,
    /// The trainer's report's input.
    pub trainer: TrainerInput,
    /// What both rest on.
    pub insights: Insights,
    /// What the names of their files say.
    pub imprint: Imprint,
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
    /// What the names of their files say.
    pub imprint: Imprint,
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
    /// Lays the reports out; the stamp says where their figures come from.
    #[must_use]
    pub fn of(night: &Night, stamp: &Stamp) -> Self {
        let stamped = |document: Document| Document {
            stamp: Some(stamp.clone()),
            ..document
        };
        Self {
            imprint: night.imprint.clone(),
            nightly: Both::of(|lang| stamped(nightly(&night.input, lang))),
            trainer: Both::of(|lang| stamped(trainer(&night.trainer, lang))),
        }
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
    let day::Chosen { date, passed_over } = day::chosen(job, catalogue, mart, as_of.date())?;
    let imprint = Imprint {
        date,
        scope: Scope::whole(),
        run: source.run.id(),
    };
    let quality = source.store.quality(source.run)?;
    let kpis = lines(job, catalogue, mart, date)?;
    let insights = insights(job, catalogue, source, date, &moved(&kpis))?;
    let days = four_weeks(date);
    let input = NightlyInput {
        centre: job.settings.centre.name.clone(),
        date,
        as_of,
        zone: zone.name().to_owned(),
        scope: imprint.scope.clone(),
        passed_over,
        editions: editions(job, Edition::Nightly, &imprint),
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
    let trainer = training(job, catalogue, &insights, (&input, &imprint));
    Ok(Night {
        input,
        trainer,
        insights,
        imprint,
    })
}

/// The pages of an edition in both languages, where both are written.
fn editions(job: &Job, edition: Edition, imprint: &Imprint) -> Option<Bilingual> {
    let page = |lang| imprint.file(edition, lang, "html");
    (job.langs.len() > 1).then(|| Bilingual::new(page(Lang::En), page(Lang::Zh)))
}

/// What the trainer's report says about the four weeks that end with the night's day.
fn training(
    job: &Job,
    catalogue: &Catalogue,
    insights: &Insights,
    (night, imprint): (&NightlyInput, &Imprint),
) -> TrainerInput {
    let date = night.date;
    TrainerInput {
        head: Head {
            centre: night.centre.clone(),
            date,
            as_of: night.as_of,
            zone: night.zone.clone(),
            scope: night.scope.clone(),
            passed_over: night.passed_over.clone(),
            editions: editions(job, Edition::Trainer, imprint),
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
