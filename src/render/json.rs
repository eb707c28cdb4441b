//! The summary of a document for programs: the same figures, as printed and as numbers.

use serde::Serialize;

use crate::insight::movement::Assurance;
use crate::kpi::figure::{Bound, Estimate, Unit};
use crate::report::document::{
    Cause, Document, Fact, Finding, KpiRow, Mark, Restated, RestatedRow,
};

use super::{RenderError, Renderer};

/// The JSON edition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl Renderer for Json {
    fn extension(&self) -> &'static str {
        "json"
    }

    fn render(&self, document: &Document) -> Result<Vec<u8>, RenderError> {
        let mut bytes = serde_json::to_vec_pretty(&summary(document))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[derive(Serialize)]
struct Summary<'a> {
    lang: &'a str,
    title: &'a str,
    centre: &'a str,
    date: &'a str,
    scope: &'a str,
    run: Option<&'a str>,
    facts: Vec<FactOut<'a>>,
    findings: Vec<FindingOut<'a>>,
    kpis: Vec<KpiOut<'a>>,
    figures: Vec<FigureOut<'a>>,
    restated: Option<RestatedOut<'a>>,
}

#[derive(Serialize)]
struct FactOut<'a> {
    label: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    kpi: Option<&'a str>,
    verdict: &'a str,
    text: &'a str,
    evidence: &'a [String],
    owner: Option<&'a str>,
}

#[derive(Serialize)]
struct KpiOut<'a> {
    kpi: &'a str,
    name: &'a str,
    unit: Unit,
    date: String,
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<f64>,
    n: u64,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    target: Option<Bound>,
    status: &'a str,
    distinguishable: bool,
    same_weekday: Option<f64>,
    same_weekday_weeks: u32,
    variation: MarkOut<'a>,
    /// Without a target there is none; without limits it is `not_judged`.
    assurance: Option<AssuranceOut<'a>>,
    printed: Printed<'a>,
}

#[derive(Serialize)]
struct MarkOut<'a> {
    code: &'a str,
    word: &'a str,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct AssuranceOut<'a> {
    code: &'a str,
    word: &'a str,
}

/// The texts as every other edition prints them.
#[derive(Serialize)]
struct Printed<'a> {
    value: &'a str,
    interval: Option<&'a str>,
    fraction: &'a str,
    target: &'a str,
    status: &'a str,
    same_weekday: &'a str,
}

#[derive(Serialize)]
struct FigureOut<'a> {
    id: &'a str,
    title: &'a str,
    subtitle: &'a str,
    notes: &'a [String],
}

/// What has changed since the run before, all of it.
#[derive(Serialize)]
struct RestatedOut<'a> {
    state: &'a str,
    since: Option<&'a str>,
    text: Option<&'a str>,
    notes: &'a [String],
    figures: Vec<ChangedOut<'a>>,
}

#[derive(Serialize)]
struct ChangedOut<'a> {
    date: String,
    kpi: &'a str,
    name: &'a str,
    unit: Unit,
    before: SideOut,
    after: SideOut,
    causes: &'a [Cause],
    printed: PrintedChange<'a>,
}

/// A figure in one of the two runs.
#[derive(Serialize)]
struct SideOut {
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<f64>,
    n: u64,
}

#[derive(Serialize)]
struct PrintedChange<'a> {
    day: &'a str,
    before: &'a str,
    after: &'a str,
    change: &'a str,
    basis: &'a str,
    why: &'a str,
}

fn summary(document: &Document) -> Summary<'_> {
    Summary {
        lang: document.lang.tag(),
        title: &document.title,
        centre: &document.centre,
        date: &document.iso_date,
        scope: document.scope,
        run: document.stamp.as_ref().map(|stamp| stamp.run.as_str()),
        facts: document
            .facts
            .iter()
            .map(|Fact { label, value }| FactOut { label, value })
            .collect(),
        findings: document.findings().map(finding).collect(),
        kpis: document.kpis().map(kpi).collect(),
        figures: document
            .figures()
            .map(|figure| FigureOut {
                id: &figure.id,
                title: &figure.title,
                subtitle: &figure.subtitle,
                notes: &figure.notes,
            })
            .collect(),
        restated: document.restated().map(restated),
    }
}

fn restated(restated: &Restated) -> RestatedOut<'_> {
    RestatedOut {
        state: restated.state,
        since: restated.since.as_deref(),
        text: restated
            .rows
            .is_empty()
            .then_some(restated.table.empty.as_str()),
        notes: &restated.notes,
        figures: restated.rows.iter().map(changed).collect(),
    }
}

fn changed(row: &RestatedRow) -> ChangedOut<'_> {
    ChangedOut {
        date: row.raw.day.to_string(),
        kpi: &row.id,
        name: &row.name,
        unit: row.raw.unit,
        before: side(&row.raw.before),
        after: side(&row.raw.after),
        causes: &row.raw.causes,
        printed: PrintedChange {
            day: &row.day,
            before: &row.before,
            after: &row.after,
            change: &row.change,
            basis: &row.basis,
            why: &row.why,
        },
    }
}

const fn side(estimate: &Estimate) -> SideOut {
    SideOut {
        value: estimate.value,
        numerator: estimate.numerator,
        denominator: estimate.denominator,
        n: estimate.n,
    }
}

fn finding(finding: &Finding) -> FindingOut<'_> {
    FindingOut {
        kpi: finding.kpi.as_deref(),
        verdict: finding.mark.tone.code(),
        text: &finding.text,
        evidence: &finding.evidence,
        owner: finding.owner.as_deref(),
    }
}

fn kpi(row: &KpiRow) -> KpiOut<'_> {
    let estimate = row.raw.estimate;
    KpiOut {
        kpi: &row.id,
        name: &row.name,
        unit: row.raw.unit,
        date: row.raw.day.to_string(),
        value: estimate.value,
        numerator: estimate.numerator,
        denominator: estimate.denominator,
        n: estimate.n,
        ci_low: estimate.interval.map(|interval| interval.low),
        ci_high: estimate.interval.map(|interval| interval.high),
        target: row.raw.bound,
        status: row.raw.status.code(),
        distinguishable: row.doubt.is_none(),
        same_weekday: row.raw.same_weekday,
        same_weekday_weeks: row.raw.same_weekday_weeks,
        variation: mark(&row.variation),
        assurance: row.assurance.as_ref().map(|mark| AssuranceOut {
            code: row.raw.assurance.map_or("not_judged", Assurance::code),
            word: &mark.word,
        }),
        printed: Printed {
            value: &row.value,
            interval: row.interval.as_deref(),
            fraction: &row.fraction,
            target: &row.target,
            status: &row.status.word,
            same_weekday: &row.weekday,
        },
    }
}

fn mark(mark: &Mark) -> MarkOut<'_> {
    MarkOut {
        code: mark.tone.code(),
        word: &mark.word,
        detail: mark.detail.as_deref(),
    }
}
