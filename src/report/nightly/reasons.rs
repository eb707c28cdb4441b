//! Why a chart is the one it is: the choice and its reason, baseline, rebases, marked days, and what
//! the limits say about the target.

use crate::insight::movement::{
    Assurance, BASELINE, ChartKind, Event, LEAST_FOR_LIMITS, Stretch, Treatment,
};
use crate::report::document::{Mark, Tone};
use crate::report::format;

use super::judged::Judged;
use super::{KpiLine, Page};

impl Page<'_> {
    /// The chart chosen, why, its baseline, and what its days are marked with.
    pub(super) fn reasons(self, kpi: &Judged) -> Vec<String> {
        let movement = kpi.line.movement.as_ref();
        let Some(newest) = movement.and_then(|movement| movement.stretches.last()) else {
            return Vec::new();
        };
        // Of a run chart the reason says everything.
        let kind = self
            .limits_note(kpi)
            .filter(|_| newest.chart != ChartKind::Run);
        let why = Some(self.why(newest));
        let reasons = [kind, why, self.baseline(newest)];
        reasons.into_iter().flatten().collect()
    }

    /// Why the chart is the one it is.
    fn why(self, stretch: &Stretch) -> String {
        let t = self.t;
        let sigma = stretch
            .sigma_z
            .map_or_else(|| format::NONE.to_owned(), |sigma| format!("{sigma:.2}"));
        let p = stretch
            .overdispersion
            .map_or_else(|| format::NONE.to_owned(), probability);
        match stretch.chart {
            ChartKind::P => t.why_p(&sigma, &p),
            ChartKind::LaneyP => t.why_laney_p(&sigma, &p),
            ChartKind::U => t.why_u(&sigma, &p),
            ChartKind::LaneyU => t.why_laney_u(&sigma, &p),
            ChartKind::IPrime => t.why_i_prime().to_owned(),
            ChartKind::Xmr => t.why_xmr().to_owned(),
            ChartKind::Run => {
                let days = stretch.usable.to_string();
                let least = LEAST_FOR_LIMITS.to_string();
                match &stretch.rebase {
                    Some(rebase) => {
                        let date = format::day(rebase.date, self.lang);
                        t.why_run_since(&days, &date, &least)
                    }
                    None => t.why_run(&days, &least),
                }
            }
        }
    }

    fn baseline(self, stretch: &Stretch) -> Option<String> {
        let period = format::period(stretch.baseline.0, stretch.baseline.1, self.lang);
        match stretch.chart {
            ChartKind::Run => None,
            _ if stretch.frozen => Some(self.t.baseline_frozen(&period)),
            _ => Some(self.t.baseline_growing(&period, &BASELINE.to_string())),
        }
    }

    /// The rebases within the days shown, or the one whose limits hold, each with its reason.
    pub(super) fn rebases(self, line: &KpiLine) -> Vec<String> {
        let Some(movement) = &line.movement else {
            return Vec::new();
        };
        let first = line.history.first().map(|day| day.date);
        let newest = movement.stretches.len().saturating_sub(1);
        movement
            .stretches
            .iter()
            .enumerate()
            .filter_map(|(at, stretch)| Some((at, stretch.rebase.as_ref()?)))
            .filter(|(at, rebase)| *at == newest || Some(rebase.date) >= first)
            .map(|(_, rebase)| {
                let date = format::day(rebase.date, self.lang);
                self.t.rebased_on(&date, rebase.note.get(self.lang))
            })
            .collect()
    }

    /// The marked days within those shown and within the baseline, each with what they take no part in.
    pub(super) fn events(self, line: &KpiLine) -> Vec<String> {
        let Some(movement) = &line.movement else {
            return Vec::new();
        };
        let first = line.history.first().map(|day| day.date);
        let baseline = movement.stretches.last().map(|stretch| stretch.baseline);
        let shown = |event: &&Event| {
            let within = baseline.is_some_and(|(from, to)| event.from <= to && event.to >= from);
            within || Some(event.to) >= first
        };
        movement
            .events
            .iter()
            .filter(shown)
            .map(|event| {
                let period = if event.from == event.to {
                    format::day(event.from, self.lang)
                } else {
                    format::period(event.from, event.to, self.lang)
                };
                let name = event.name.get(self.lang);
                match event.treatment {
                    Treatment::Shown => self.t.event_shown(&period, name),
                    Treatment::OutOfBaseline => self.t.event_out_of_baseline(&period, name),
                    Treatment::Excluded => self.t.event_excluded(&period, name),
                }
            })
            .collect()
    }

    /// Which marked days the day of a signal falls in.
    pub(super) fn event_note(self, kpi: &Judged) -> Option<String> {
        let name = kpi.event()?.name.get(self.lang);
        Some(self.t.in_event(name))
    }

    /// What the process does about its target, as shape, word and colour; `None` without a target.
    pub(super) fn assurance(self, kpi: &Judged) -> Option<Mark> {
        let t = self.t;
        kpi.line.bound?;
        let (tone, shape, word) = match kpi.assurance() {
            Some(Assurance::Passing) => (Tone::Improvement, "●", t.passing()),
            Some(Assurance::Failing) => (Tone::Concern, "⊘", t.failing()),
            Some(Assurance::HitOrMiss) => (Tone::Neutral, "◐", t.hit_or_miss()),
            None if kpi.sparse => return None,
            None => (Tone::Unjudged, "", t.no_limits()),
        };
        // While a figure signals, its limits tell what it used to do.
        let moved = kpi.signal.is_some() && !shape.is_empty();
        Some(Mark {
            tone: if moved { Tone::Unjudged } else { tone },
            shape,
            word: if moved {
                t.before_it_moved(word)
            } else {
                word.to_owned()
            },
            detail: None,
        })
    }

    /// The same as a sentence.
    pub(super) fn assurance_note(self, kpi: &Judged) -> Option<String> {
        let t = self.t;
        let target = format::bound(kpi.line.bound?, kpi.line.unit, self.lang);
        let sentence = match kpi.assurance() {
            Some(Assurance::Passing) => t.assurance_passing(&target),
            Some(Assurance::Failing) => t.assurance_failing(&target),
            Some(Assurance::HitOrMiss) => t.assurance_hit_or_miss(&target),
            None if kpi.sparse => return None,
            None => return Some(t.assurance_not_judged(&target)),
        };
        Some(if kpi.signal.is_some() {
            t.sentence_before_it_moved(&sentence)
        } else {
            sentence
        })
    }
}

/// What a probability is, to three places.
fn probability(p: f64) -> String {
    if p < 0.001 {
        format::equals(p)
    } else {
        format!("=\u{a0}{p:.3}")
    }
}
