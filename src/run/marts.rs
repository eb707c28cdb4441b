//! The marts of insight: `decomposition`, `coaching`, `problem`, `finding`, beside `kpi`.

use std::path::PathBuf;

use chrono::{Days, NaiveDate};

use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::insight::compare::{Comparison, Question, compare};
use crate::insight::frame::Frame;
use crate::insight::period::Period;
use crate::insight::{coaching, emerging, output, problems};
use crate::kpi::catalogue::Catalogue;
use crate::kpi::query::Source;
use crate::report::document::{Block, Document, Finding};
use crate::report::nightly::{NightlyInput, YTO_FIGURES};

use super::Job;
use super::night::{Documents, Night};

/// Dimensions by which the mart of problems splits them, beside the whole centre.
const PLACES: [&str; 3] = ["outlet", "queue", "channel"];

/// Those of them in which emerging problems are looked for, as `kefu problems --emerging` does.
const WATCHED: [&str; 1] = ["outlet"];

/// Days that coaching and problems look at: four whole weeks.
const FOUR_WEEKS: u64 = 28;

/// A figure's change in the week that ends with the day, against the week before.
type Compared = (String, Question, Comparison);

/// Computes the marts of the day reported on: their places below the output folder and their bytes.
///
/// # Errors
/// When a table cannot be read or Parquet refuses the columns.
pub fn compute(
    job: &Job,
    catalogue: &Catalogue,
    source: &Source<'_>,
    night: &Night,
    documents: &Documents,
) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let date = night.input.date;
    let from = back(date, FOUR_WEEKS - 1);
    let [english, chinese] = [Lang::En, Lang::Zh].map(|lang| items(documents.get(lang)));
    let findings: Vec<(&Finding, &Finding)> = english.zip(chinese).collect();
    let moved = findings
        .iter()
        .filter_map(|(finding, _)| finding.kpi.as_deref());
    let mut ids: Vec<&str> = YTO_FIGURES.into_iter().chain(moved).collect();
    ids.sort_unstable();
    ids.dedup();
    let compared = comparisons(&ids, catalogue, source, date)?;
    let lines: Vec<(&str, &Question, &Comparison)> = compared
        .iter()
        .map(|(id, question, found)| (id.as_str(), question, found))
        .collect();
    let scope = problems::Scope {
        from: Some(from),
        to: Some(date),
        ..problems::Scope::default()
    };
    let minute = job.settings.cost.handling_minute;
    let of_agents = coaching::Scope {
        team: None,
        from: Some(from),
        to: Some(date),
    };
    let frames = [
        ("decomposition", output::decomposition(&lines, false)),
        (
            "coaching",
            output::coaching(&coaching::coaching(&of_agents, catalogue, source)?),
        ),
        ("problem", problem(&scope, minute, source)?),
        ("finding", finding(&findings, &night.input, &compared)),
    ];
    let ids: Vec<&str> = catalogue.kpis.iter().map(|kpi| kpi.id.as_str()).collect();
    let metadata = [("kefu.run", source.run.id()), ("kefu.kpis", ids.join(","))];
    frames
        .into_iter()
        .map(|(name, frame)| {
            let bytes = frame.parquet(name, &metadata)?;
            Ok((PathBuf::from(format!("marts/{name}.parquet")), bytes))
        })
        .collect()
}

/// Problems of the whole centre and by place, and which of them are emerging on the day.
fn problem(scope: &problems::Scope, minute: f64, source: &Source<'_>) -> Result<Frame> {
    let at = |name: &str| problems::Scope {
        by: vec![name.to_owned()],
        ..scope.clone()
    };
    let whole = problems::problems(scope, minute, source)?;
    let mut by = Vec::new();
    for name in PLACES {
        by.push((name, problems::problems(&at(name), minute, source)?));
    }
    let mut watched = Vec::new();
    for name in WATCHED {
        // The history before the four weeks is what the day is held against.
        let scope = problems::Scope {
            from: None,
            ..at(name)
        };
        match emerging::emerging(&scope, source) {
            Ok(found) => watched.push((name, found)),
            Err(Error::Nothing { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    let by: Vec<_> = by.iter().map(|(name, found)| (*name, found)).collect();
    let watched: Vec<_> = watched.iter().map(|(name, found)| (*name, found)).collect();
    Ok(output::problem_mart(&whole, &by, &watched))
}

fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}

fn comparisons(
    ids: &[&str],
    catalogue: &Catalogue,
    source: &Source<'_>,
    date: NaiveDate,
) -> Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for id in ids {
        let question = Question {
            kpi: catalogue.position(id)?,
            before: Period {
                from: back(date, 13),
                to: back(date, 7),
            },
            after: Period {
                from: back(date, 6),
                to: date,
            },
            by: Vec::new(),
            condition: None,
        };
        match compare(&question, catalogue, source) {
            Ok(found) => compared.push(((*id).to_owned(), question, found)),
            // A quantile has no parts, a young centre no week before.
            Err(Error::Usage { .. } | Error::Nothing { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(compared)
}

/// The findings of a report, in their order.
fn items(document: &Document) -> impl Iterator<Item = &Finding> {
    document
        .sections
        .iter()
        .flat_map(|section| &section.blocks)
        .filter_map(|block| match block {
            Block::Findings(findings) => Some(&findings.items),
            _ => None,
        })
        .flatten()
}

/// The sentences of the report's first screen, with the numbers they are made of and the members that carry the
/// change of the week.
fn finding(
    findings: &[(&Finding, &Finding)],
    input: &NightlyInput,
    compared: &[Compared],
) -> Frame {
    let each = || findings.iter();
    let line = |finding: &(&Finding, &Finding)| {
        let id = finding.0.kpi.as_deref()?;
        input.kpis.iter().find(|line| line.id == id)
    };
    let since = |finding: &(&Finding, &Finding)| {
        let (_, since) = line(finding)?.movement.as_ref()?.current()?;
        Some(since.to_string())
    };
    let why = |finding: &(&Finding, &Finding)| {
        let id = finding.0.kpi.as_deref()?;
        let (_, _, found) = compared.iter().find(|(known, ..)| known == id)?;
        let (dimension, few) = found
            .dimensions
            .iter()
            .find_map(|dimension| Some((dimension, dimension.explained.as_ref()?)))?;
        let members: Vec<&str> = few
            .members
            .iter()
            .map(|at| dimension.parts[*at].member.as_deref().unwrap_or("-"))
            .collect();
        Some(format!(
            "{}: {} ({:.0} %)",
            dimension.name,
            members.join("; "),
            few.power * 100.0
        ))
    };
    Frame::default()
        .count("rank", (1..=findings.len() as u64).map(Some))
        .text("date", each().map(|_| Some(input.date.to_string())))
        .text("kpi", each().map(|found| found.0.kpi.clone()))
        .text(
            "verdict",
            each().map(|found| Some(found.0.mark.word.clone())),
        )
        .text("text_en", each().map(|found| Some(found.0.text.clone())))
        .text("text_zh", each().map(|found| Some(found.1.text.clone())))
        .text(
            "evidence_en",
            each().map(|found| Some(found.0.evidence.join("; "))),
        )
        .text(
            "evidence_zh",
            each().map(|found| Some(found.1.evidence.join("；"))),
        )
        .text("owner_en", each().map(|found| found.0.owner.clone()))
        .text("owner_zh", each().map(|found| found.1.owner.clone()))
        .text("since", each().map(since))
        .number("value", each().map(|found| line(found)?.estimate.value))
        .number(
            "centre",
            each().map(|found| Some(line(found)?.movement.as_ref()?.centre)),
        )
        .number(
            "ci_low",
            each().map(|found| Some(line(found)?.estimate.interval?.low)),
        )
        .number(
            "ci_high",
            each().map(|found| Some(line(found)?.estimate.interval?.high)),
        )
        .count("n", each().map(|found| Some(line(found)?.estimate.n)))
        .text("why", each().map(why))
}
