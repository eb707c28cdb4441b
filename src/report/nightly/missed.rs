//! Targets missed without a signal: what that says depends on what the process does about its target.

use crate::insight::movement::Assurance;
use crate::kpi::figure::Status;
use crate::report::document::{Finding, Mark, Subject, Tone};
use crate::report::format;

use super::Page;
use super::judged::Judged;

/// Figures named in a sentence.
const NAMED: usize = 3;

/// What the process does about the targets it missed, in the order of the findings.
const STATES: [Option<Assurance>; 4] = [
    Some(Assurance::Failing),
    Some(Assurance::HitOrMiss),
    Some(Assurance::Passing),
    None,
];

impl Page<'_> {
    /// A target missed without a signal calls for another process, not for a look at yesterday; but only where the
    /// limits say that the process misses it.
    pub(super) fn missed(self, judged: &[Judged]) -> Vec<Finding> {
        let missed: Vec<&Judged> = judged
            .iter()
            .filter(|kpi| {
                kpi.status == Status::Missed && !kpi.doubtful && !kpi.sparse && kpi.signal.is_none()
            })
            .collect();
        let of = |state: Option<Assurance>| -> Vec<&Judged> {
            let same =
                |kpi: &&&Judged| kpi.has_limits().then(|| kpi.assurance()).flatten() == state;
            missed.iter().filter(same).copied().collect()
        };
        STATES
            .into_iter()
            .filter_map(|state| self.missed_as(state, &of(state)))
            .collect()
    }

    fn missed_as(self, state: Option<Assurance>, missed: &[&Judged]) -> Option<Finding> {
        let Self { lang, t, .. } = self;
        let named: Vec<String> = missed
            .iter()
            .take(NAMED)
            .filter_map(|kpi| {
                let value = format::value(kpi.line.estimate.value?, kpi.line.unit, lang);
                let bound = format::bound(kpi.line.bound?, kpi.line.unit, lang);
                Some(t.named_miss(kpi.line.name.get(lang), &value, &bound))
            })
            .collect();
        if named.is_empty() {
            return None;
        }
        let names = named.join(t.list());
        let count = missed.len().to_string();
        let some = missed.len() > named.len();
        let text = match (state, some) {
            (Some(Assurance::Failing), false) => t.steadily_missed(&names),
            (Some(Assurance::Failing), true) => t.steadily_missed_some(&count, &names),
            (Some(Assurance::HitOrMiss), false) => t.missed_by_chance(&names),
            (Some(Assurance::HitOrMiss), true) => t.missed_by_chance_some(&count, &names),
            (Some(Assurance::Passing), false) => t.missed_for_once(&names),
            (Some(Assurance::Passing), true) => t.missed_for_once_some(&count, &names),
            (None, false) => t.targets_missed(&names),
            (None, true) => t.targets_missed_some(&count, &names),
        };
        let why = match state {
            Some(Assurance::Failing) => t.steadily_missed_why(),
            Some(Assurance::HitOrMiss) => t.missed_by_chance_why(),
            Some(Assurance::Passing) => t.missed_for_once_why(),
            None => t.targets_missed_why(),
        };
        Some(Finding {
            subject: Subject::Missed,
            kpi: None,
            mark: Mark {
                tone: Tone::Concern,
                shape: "✕",
                word: t.missed().to_owned(),
                detail: None,
            },
            text,
            evidence: vec![why.to_owned()],
            owner: None,
        })
    }
}
