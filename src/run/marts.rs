//! The marts of insight: `decomposition`, `coaching`, `problem`, `finding`, beside `kpi`.

use std::path::PathBuf;

use chrono::NaiveDate;

use crate::error::Result;
use crate::i18n::Lang;
use crate::insight::adjusted::around;
use crate::insight::compare::{Comparison, Question};
use crate::insight::frame::Frame;
use crate::insight::movement::Movement;
use crate::insight::output;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::query::Source;
use crate::report::Edition;
use crate::report::document::{Document, Finding, Subject};
use crate::report::nightly::NightlyInput;
use crate::stats::interval::poisson_exact;
use crate::stats::sum::whole;

use super::insights::{Insights, PLACES};
use super::night::{Documents, Night};
use super::publish::Rendered;

/// The changes of the week: id, question, answer.
type Compared<'a> = [(&'a str, &'a Question, &'a Comparison)];

/// Computes the marts of the day reported on: their places below the output folder and what they hold.
///
/// # Errors
/// When a table cannot be read or Parquet refuses the columns.
pub fn compute(
    catalogue: &Catalogue,
    source: &Source<'_>,
    night: &Night,
    documents: &Documents,
) -> Result<Vec<Rendered>> {
    let [english, chinese] =
        [Lang::En, Lang::Zh].map(|lang| items(documents.get(Edition::Nightly, lang)));
    let findings: Vec<(&Finding, &Finding)> = english.zip(chinese).collect();
    let insights = &night.insights;
    let compared: Vec<(&str, &Question, &Comparison)> = insights
        .compared
        .iter()
        .map(|(question, found)| (catalogue.kpis[question.kpi].id.as_str(), question, found))
        .collect();
    let frames = [
        ("decomposition", output::decomposition(&compared, false)),
        ("coaching", output::coaching(&insights.coaching)),
        ("problem", problem(insights)),
        ("finding", finding(&findings, &night.input, &compared)),
    ];
    let ids: Vec<&str> = catalogue.kpis.iter().map(|kpi| kpi.id.as_str()).collect();
    let metadata = [("kefu.run", source.run.id()), ("kefu.kpis", ids.join(","))];
    frames
        .into_iter()
        .map(|(name, frame)| {
            let bytes = frame.parquet(name, &metadata)?;
            Ok((PathBuf::from(format!("marts/{name}.parquet")), bytes.into()))
        })
        .collect()
}

/// Problems of the whole centre and by place, and which of them are emerging on the day.
fn problem(insights: &Insights) -> Frame {
    let by: Vec<_> = PLACES.into_iter().zip(&insights.problems_at).collect();
    // Emerging problems are looked for at outlets, as `kefu problems --emerging` does.
    output::problem_mart(&insights.problems, &by, &[("outlet", &insights.emerging)])
}

/// All findings of a report, in their order.
fn items(document: &Document) -> impl Iterator<Item = &Finding> {
    document.all_findings()
}

/// The numbers of a finding.
#[derive(Default)]
struct Numbers {
    since: Option<String>,
    /// Where: `dimension=member` pairs.
    place: Option<String>,
    value: Option<f64>,
    /// What was to be expected: the centre of the chart, or the same without a change.
    expected: Option<f64>,
    interval: Option<(f64, f64)>,
    n: Option<u64>,
    q: Option<f64>,
    why: Option<String>,
}

impl Numbers {
    fn of(finding: &Finding, input: &NightlyInput, compared: &Compared<'_>) -> Self {
        let numbers = match finding.subject {
            Subject::Figure => Self::of_figure(finding, input, compared),
            Subject::Wait(at) => Self::of_wait(input, at),
            Subject::Rising(at) => Self::of_rising(input, at),
            Subject::Promise(at) => Self::of_promise(input, at),
            Subject::Outlet(at) => Self::of_outlet(input, at),
            Subject::Item(at) => Self::of_item(input, at),
            Subject::Nothing | Subject::Missed => None,
        };
        numbers.unwrap_or_default()
    }

    fn of_figure(finding: &Finding, input: &NightlyInput, compared: &Compared<'_>) -> Option<Self> {
        let id = finding.kpi.as_deref()?;
        let line = input.kpis.iter().find(|line| line.id == id)?;
        let movement = line.movement.as_ref();
        let interval = line.estimate.interval;
        Some(Self {
            since: movement
                .and_then(Movement::current)
                .map(|(_, since)| since.to_string()),
            place: None,
            value: line.estimate.value,
            expected: movement.map(|movement| movement.centre),
            interval: interval.map(|interval| (interval.low, interval.high)),
            n: Some(line.estimate.n),
            q: None,
            why: carried(id, compared),
        })
    }

    fn of_wait(input: &NightlyInput, at: usize) -> Option<Self> {
        let found = input.insight.day_parts.as_ref()?;
        let stretch = found.stretches.get(at)?;
        let queue = stretch.queue.as_deref().unwrap_or("-");
        Some(Self {
            since: Some(found.date.to_string()),
            place: Some(format!("queue={queue}; part={}", stretch.part.code())),
            value: Some(stretch.mean),
            expected: Some(stretch.usual),
            interval: stretch.interval,
            n: Some(stretch.callers),
            q: Some(stretch.q),
            why: None,
        })
    }

    fn of_rising(input: &NightlyInput, at: usize) -> Option<Self> {
        let series = input.insight.emerging.as_ref()?.series.get(at)?;
        let member = |at: usize| series.members.get(at).map_or("-", String::as_str);
        Some(Self {
            since: Some(series.since.to_string()),
            place: Some(format!("problem_type={}; outlet={}", member(0), member(1))),
            value: Some(series.count),
            expected: Some(series.expected),
            interval: poisson_exact(series.count),
            n: Some(whole(series.count)),
            q: Some(series.q),
            why: None,
        })
    }

    fn of_outlet(input: &NightlyInput, at: usize) -> Option<Self> {
        let row = input.insight.outlets.get(at)?;
        let (since, _) = super::night::four_weeks(input.date);
        Some(Self {
            since: Some(since.to_string()),
            place: Some(format!("outlet={}", row.outlet)),
            value: Some(row.value),
            expected: Some(row.expected),
            interval: Some(around(row.expected, row.gap)),
            n: Some(whole(row.n)),
            q: None,
            why: Some(format!("kpi: {}", row.kpi)),
        })
    }

    fn of_promise(input: &NightlyInput, at: usize) -> Option<Self> {
        let promised = input.insight.promises.as_ref()?;
        let outlet = promised.found.outlets.get(at)?;
        let kept = outlet.all.attainment();
        Some(Self {
            since: promised.found.days.first().map(NaiveDate::to_string),
            place: Some(format!("outlet={}", outlet.outlet)),
            value: kept.value,
            expected: None,
            interval: kept.interval.map(|interval| (interval.low, interval.high)),
            n: Some(kept.n),
            q: None,
            why: outlet
                .most
                .as_ref()
                .map(|(promise, count)| format!("promise: {promise} ({count})")),
        })
    }

    fn of_item(input: &NightlyInput, at: usize) -> Option<Self> {
        let row = input.insight.skipped.get(at)?;
        let (since, _) = super::night::four_weeks(input.date);
        Some(Self {
            since: Some(since.to_string()),
            place: Some(format!("team={}; item={}", row.team, row.item)),
            value: Some(row.value),
            expected: Some(row.expected),
            interval: Some(around(row.expected, row.gap)),
            n: Some(whole(row.n)),
            q: None,
            why: None,
        })
    }
}

/// The members that carry the change of a figure's week.
fn carried(id: &str, compared: &Compared<'_>) -> Option<String> {
    let (_, _, found) = compared.iter().find(|(known, ..)| *known == id)?;
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
}

/// The findings as sentences, with the numbers they are made of and the members that carry the change of the week.
fn finding(
    findings: &[(&Finding, &Finding)],
    input: &NightlyInput,
    compared: &Compared<'_>,
) -> Frame {
    let numbers: Vec<Numbers> = findings
        .iter()
        .map(|(finding, _)| Numbers::of(finding, input, compared))
        .collect();
    let each = || findings.iter();
    let text = |of: fn(&Finding) -> Option<String>, chinese: bool| {
        let side = each().map(move |(en, zh)| of(if chinese { zh } else { en }));
        side.collect::<Vec<_>>().into_iter()
    };
    let known = || numbers.iter();
    Frame::default()
        .count("rank", (1..=findings.len() as u64).map(Some))
        .text("date", each().map(|_| Some(input.date.to_string())))
        .text("kind", each().map(|found| Some(found.0.subject.code())))
        .text("kpi", each().map(|found| found.0.kpi.clone()))
        .text("place", known().map(|of| of.place.clone()))
        .text("verdict", text(|of| Some(of.mark.word.clone()), false))
        .text("text_en", text(|of| Some(of.text.clone()), false))
        .text("text_zh", text(|of| Some(of.text.clone()), true))
        .text(
            "evidence_en",
            text(|of| Some(of.evidence.join("; ")), false),
        )
        .text("evidence_zh", text(|of| Some(of.evidence.join("；")), true))
        .text("owner_en", text(|of| of.owner.clone(), false))
        .text("owner_zh", text(|of| of.owner.clone(), true))
        .text("since", known().map(|of| of.since.clone()))
        .number("value", known().map(|of| of.value))
        .number("centre", known().map(|of| of.expected))
        .number("ci_low", known().map(|of| Some(of.interval?.0)))
        .number("ci_high", known().map(|of| Some(of.interval?.1)))
        .count("n", known().map(|of| of.n))
        .number("q", known().map(|of| of.q))
        .text("why", known().map(|of| of.why.clone()))
}
