//! One figure's control chart on its own, with the same words as in the report.

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::report::figure::Figure;

use super::judged::Judged;
use super::{KpiLine, NightlyInput, Page};

/// A control chart and why it is the one it is.
#[derive(Debug, Clone)]
pub struct SingleChart {
    /// The drawing, titled with what it shows; `None` without a day.
    pub figure: Option<Figure>,
    /// Kind of limits, their baseline, and whether the weekday was taken out.
    pub limits: Option<String>,
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
    SingleChart {
        figure: kpi.and_then(|kpi| page.control(kpi)),
        limits: kpi.and_then(|kpi| page.limits_note(kpi)),
    }
}
