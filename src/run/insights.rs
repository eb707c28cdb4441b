//! Everything insight says about a day, each thing computed once: for the marts and for both reports.

use chrono::{Days, NaiveDate};

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::insight::adjusted::{self, Stratified, Who};
use crate::insight::coaching::{self, Coaching};
use crate::insight::compare::{Comparison, Question, compare_all};
use crate::insight::dayparts::{self, DayParts};
use crate::insight::emerging::{Emerging, emerging_of, first_day};
use crate::insight::focus::{self, Focus};
use crate::insight::measures::{self, Measure, Wanted};
use crate::insight::movement::{Marks, Treatment};
use crate::insight::outlets::{self, Outlets};
use crate::insight::period::Period;
use crate::insight::phrases::{self, Phrases};
use crate::insight::problems::{self, Problems};
use crate::insight::promises::{self, Promises};
use crate::insight::repeats::{self, Repeats};
use crate::insight::script::{self, Script};
use crate::insight::waits::{self, Waiting};
use crate::insight::weeks::{self, ByWeek};
use crate::kpi::catalogue::Catalogue;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::report::insights::{Change, Measured, Placing, Promised};
use crate::report::nightly::YTO_FIGURES;

use super::Job;
use super::night::four_weeks;

/// Dimensions by which problems are split, beside the whole centre.
pub const PLACES: [&str; 3] = ["outlet", "queue", "channel"];

/// The insights of a day.
pub struct Insights {
    /// The week against the week before: the assessed figures and those that moved.
    pub compared: Vec<(Question, Comparison)>,
    /// The contacts of four weeks by member and kind.
    pub strata: Vec<Stratified>,
    /// Who needs coaching.
    pub coaching: Coaching,
    /// Problems of four weeks by cost.
    pub problems: Problems,
    /// The same at each place, as [`PLACES`].
    pub problems_at: Vec<Problems>,
    /// What rises, by outlet.
    pub emerging: Emerging,
    /// Problems by week.
    pub weeks: ByWeek,
    /// Problems at outlets by week.
    pub weeks_placed: ByWeek,
    /// How the promises stand.
    pub promises: Promises,
    /// Which outlets serve worse than others.
    pub outlets: Outlets,
    /// How long callers waited.
    pub waiting: Option<Waiting>,
    /// When callers waited longer than usual; `None` on a day that the settings leave out.
    pub day_parts: Option<DayParts>,
    /// Script items by team.
    pub script: Script,
    /// Repeat contacts by first reason.
    pub repeats: Repeats,
    /// Repeated complaints; `None` without tickets.
    pub focus: Option<Focus>,
    /// What people write.
    pub phrases: Phrases,
}

/// Computes the insights of a day; `moved` are the ids of the figures with a signal.
///
/// # Errors
/// When a table cannot be read.
pub fn insights(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    date: NaiveDate,
    moved: &[&str],
) -> Result<Insights> {
    let (from, to) = four_weeks(date);
    let days = (Some(from), Some(to));
    let mut ids: Vec<&str> = YTO_FIGURES
        .into_iter()
        .chain(moved.iter().copied())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let kpis: Vec<usize> = ids
        .iter()
        .map(|id| catalogue.position(id))
        .collect::<Result<_>>()?;
    let of_agents = coaching::Scope {
        team: None,
        from: days.0,
        to: days.1,
    };
    let scope = problems::Scope {
        from: days.0,
        to: days.1,
        ..problems::Scope::default()
    };
    let minute = job.settings.cost.handling_minute;
    let places: Vec<Vec<String>> = std::iter::once(Vec::new())
        .chain(PLACES.map(|name| vec![name.to_owned()]))
        .collect();
    // Each reads some weeks of facts, mostly in one thread: two groups of about the same size.
    let people = || {
        let strata = adjusted::strata(days, catalogue, source)?;
        let coaching = coaching::coaching_of(&strata, &of_agents, source)?;
        let compared = compare_all(&kpis, weeks_of(date), catalogue, source)?;
        let day_parts = parts_of(job, date, source)?;
        let outlets = outlets::outlets((from, to), catalogue, source)?;
        Ok::<_, Error>((strata, coaching, compared, day_parts, outlets))
    };
    let cases = || {
        let problems_at = problems::problems_at(&places, &scope, minute, source)?;
        let by_outlet = by_outlet(date, source)?;
        let repeats = repeats::repeats(&scope, source)?;
        let focus = focused(days, minute, source)?;
        let of_words = phrases::Scope {
            from: days.0,
            to: days.1,
            ..phrases::Scope::default()
        };
        let phrases = phrases::phrases(&of_words, &job.settings.taxonomy, source, source)?;
        Ok::<_, Error>((problems_at, by_outlet, repeats, focus, phrases))
    };
    let (people, cases) = rayon::join(people, cases);
    let (strata, coaching, compared, day_parts, outlets) = people?;
    let (mut problems_at, by_outlet, repeats, focus, phrases) = cases?;
    Ok(Insights {
        compared,
        coaching,
        strata,
        problems: problems_at.remove(0),
        problems_at,
        emerging: emerging_of(&by_outlet, date),
        weeks: weeks::by_week(&by_outlet, date, false),
        weeks_placed: weeks::by_week(&by_outlet, date, true),
        promises: promises::promises(from, to, source)?,
        outlets,
        waiting: waits::waiting((from, to), catalogue, source)?,
        day_parts,
        script: script::script((from, to), source)?,
        repeats,
        focus,
        phrases,
    })
}

/// Queues by part of the day against the weeks before, without the days that charts leave out of their baseline.
fn parts_of(job: &Job, date: NaiveDate, source: &Source<'_>) -> Result<Option<DayParts>> {
    let days = (back(date, dayparts::LOOKBACK), date);
    let marks = Marks::of(&job.settings, "asa", days);
    if marks.treatment(date) == Treatment::Excluded {
        return Ok(None);
    }
    let left_out = |day: NaiveDate| marks.treatment(day) != Treatment::Shown;
    dayparts::day_parts(date, &left_out, source).map(Some)
}

fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}

/// The week before, and the week that ends with the day.
fn weeks_of(date: NaiveDate) -> (Period, Period) {
    let week = |first: u64| Period {
        from: back(date, first),
        to: back(date, first - 6),
    };
    (week(13), week(6))
}

/// Contacts by day, problem type and outlet, as many days as the oldest question reaches back.
fn by_outlet(date: NaiveDate, source: &Source<'_>) -> Result<Vec<Row>> {
    let catalogue = measures::catalogue(&[Wanted {
        fact: "contact_facts",
        condition: "",
        measure: Measure::Rows,
    }])?;
    let quarter = Grain::Week.first_day(back(date, 7 * (weeks::WEEKS as u64 - 1)));
    let query = Query {
        kpis: vec![0],
        groupings: vec![Grouping {
            grain: Grain::Day,
            by: vec!["problem_type".to_owned(), "outlet".to_owned()],
        }],
        from: Some(first_day(date).min(quarter)),
        to: Some(date),
        condition: None,
    };
    Ok(query.answer(&catalogue, source)?.pop().unwrap_or_default())
}

/// The list of repeated complaints; a centre without tickets has none.
fn focused(
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    minute: f64,
    source: &Source<'_>,
) -> Result<Option<Focus>> {
    let scope = focus::Scope {
        from,
        to,
        ..focus::Scope::default()
    };
    match focus::focus(&scope, minute, source) {
        Ok(found) => Ok(Some(found)),
        Err(Error::Nothing { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

fn measured(catalogue: &Catalogue, at: usize) -> Measured {
    let kpi = &catalogue.kpis[at];
    let target = catalogue.target(at);
    Measured {
        id: kpi.id.clone(),
        name: kpi.name.clone(),
        unit: kpi.unit,
        better: kpi.better,
        target: target.map(|target| (target.bound, target.source.clone())),
    }
}

impl Insights {
    /// The changes with what the figures are.
    #[must_use]
    pub fn changes(&self, catalogue: &Catalogue) -> Vec<Change> {
        let changes = self.compared.iter().map(|(question, found)| Change {
            of: measured(catalogue, question.kpi),
            periods: (question.before, question.after),
            found: found.clone(),
        });
        changes.collect()
    }

    /// Funnels of every figure that people's work moves, of one problem type or of all.
    #[must_use]
    pub fn placings(
        &self,
        catalogue: &Catalogue,
        who: Who,
        problem: Option<&str>,
        days: (NaiveDate, NaiveDate),
    ) -> Vec<Placing> {
        let placing = |stratified: &Stratified| {
            Some(Placing {
                of: measured(catalogue, stratified.at),
                who,
                problem: problem.map(str::to_owned),
                days,
                found: stratified.funnel(who, problem)?,
            })
        };
        self.strata.iter().filter_map(placing).collect()
    }

    /// The promises with their names, limits and target.
    #[must_use]
    pub fn promised(&self, job: &Job, catalogue: &Catalogue) -> Promised {
        let known = job.settings.promises.iter().map(|promise| {
            let limit = promise.limit.as_secs_f64();
            (promise.id.clone(), promise.name.clone(), limit)
        });
        let target = catalogue
            .position("sla_attainment")
            .ok()
            .and_then(|at| catalogue.target(at));
        Promised {
            found: self.promises.clone(),
            known: known.collect(),
            target: target.map(|target| (target.bound, target.source.clone())),
        }
    }
}
