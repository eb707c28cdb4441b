//! The marts of insight: `decomposition`, `coaching`, `problem`, `finding`, beside `kpi`.

use std::path::PathBuf;

use crate::error::Result;
use crate::i18n::Lang;
use crate::insight::compare::{Comparison, Question};
use crate::insight::frame::Frame;
use crate::insight::output;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::query::Source;
use crate::report::Edition;
use crate::report::document::{Document, Finding};
use crate::report::nightly::NightlyInput;

use super::insights::{Insights, PLACES};
use super::night::{Documents, Night};

/// Computes the marts of the day reported on: their places below the output folder and their bytes.
///
/// # Errors
/// When a table cannot be read or Parquet refuses the columns.
pub fn compute(
    catalogue: &Catalogue,
    source: &Source<'_>,
    night: &Night,
    documents: &Documents,
) -> Result<Vec<(PathBuf, Vec<u8>)>> {
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
            Ok((PathBuf::from(format!("marts/{name}.parquet")), bytes))
        })
        .collect()
}

/// Problems of the whole centre and by place, and which of them are emerging on the day.
fn problem(insights: &Insights) -> Frame {
    let by: Vec<_> = PLACES.into_iter().zip(&insights.problems_at).collect();
    // Emerging problems are looked for at outlets, as `kefu problems --emerging` does.
    output::problem_mart(&insights.problems, &by, &[("outlet", &insights.emerging)])
}

/// The findings of a report, in their order.
fn items(document: &Document) -> impl Iterator<Item = &Finding> {
    document.findings()
}

/// The sentences of the report's first screen, with the numbers they are made of and the members that carry the
/// change of the week.
fn finding(
    findings: &[(&Finding, &Finding)],
    input: &NightlyInput,
    compared: &[(&str, &Question, &Comparison)],
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
