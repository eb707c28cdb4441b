//! A figure of the mart → its line in a report: the day, its history, what the control chart says.

use chrono::{Days, NaiveDate};

use crate::calendar::Grain;
use crate::error::Result;
use crate::i18n::Bilingual;
use crate::insight::movement::{Day, Marks, Nature, Terms, movement_with};
use crate::kpi::catalogue::{Catalogue, Formula, Kpi};
use crate::kpi::figure::Estimate;
use crate::kpi::mart::Mart;
use crate::kpi::query::Row;
use crate::report::nightly::{DAYS_SHOWN, KpiLine};
use crate::settings::Settings;

use super::Job;

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

/// The figures of the nightly report on a day, in its order.
///
/// # Errors
/// When the catalogue lacks one of them.
pub(super) fn lines(
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
