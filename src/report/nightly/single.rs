//! One figure's control chart on its own, with the same words as in the report.

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::insight::movement::Assurance;
use crate::report::figure::{Figure, Legend};

use super::judged::Judged;
use super::{KpiLine, NightlyInput, Page};

/// A control chart and why it is the one it is.
#[derive(Debug, Clone)]
pub struct SingleChart {
    /// The drawing, titled with what it shows; `None` without a day.
    pub figure: Option<Figure>,
    /// What its marks mean.
    pub legend: Legend,
    /// Kind of limits, their baseline, whether the weekday was taken out, and why this kind.
    pub reason: Option<String>,
    /// What the limits say about the target, as a sentence and as a value.
    pub assurance: Option<(String, Option<Assurance>)>,
    /// Rebases with their reasons.
    pub rebases: Vec<String>,
    /// Marked days with what they take no part in.
    pub events: Vec<String>,
}

/// Draws the chart of one line. `input` gives centre, scope and date.
#[must_use]
pub fn single_chart(line: &KpiLine, input: &NightlyInput, lang: Lang) -> SingleChart {
    let page = Page {
        input,
        lang,
        t: Text(lang),
    };
    let judged = Judged::worst_first(std::slice::from_ref(line));
    let kpi = judged.first();
    let figure = kpi.and_then(|kpi| page.control(kpi));
    let reasons = kpi.map(|kpi| page.reasons(kpi)).unwrap_or_default();
    SingleChart {
        legend: page.legend(figure.as_slice()),
        figure,
        reason: (!reasons.is_empty()).then(|| reasons.join(page.t.clause())),
        assurance: kpi.and_then(|kpi| Some((page.assurance_note(kpi)?, kpi.assurance()))),
        rebases: page.rebases(line),
        events: page.events(line),
    }
}
