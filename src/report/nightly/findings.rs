//! The first screen: what moved, whether it is more than noise, who should look.

use crate::insight::movement::{ChartKind, Rule};
use crate::kpi::figure::Status;
use crate::report::document::{Block, Finding, Findings, Mark, Section, Subject, Tally, Tone};
use crate::report::format;

use super::judged::{Current, Judged, descending};
use super::{Page, YTO_FIGURES};

/// The page has room for three sentences.
const SHOWN: usize = 3;

pub(super) fn section(page: Page, judged: &[Judged]) -> Section {
    let mut items = ranked(page, judged);
    let more = items.split_off(SHOWN.min(items.len()));
    let rest = more
        .iter()
        .filter(|finding| finding.subject == Subject::Figure)
        .count();
    let rest = (rest > 0).then(|| page.t.findings_rest(&rest.to_string()));
    let findings = Findings {
        tallies: page.tallies(judged),
        items,
        rest,
        more,
    };
    super::section(
        "findings",
        page.t.findings_title(),
        None,
        vec![Block::Findings(findings)],
    )
}

/// Everything that was found, most important first: figures that moved for the worse, queues and problems of the day
/// that did, other movements, targets missed without a signal, and what four weeks show of outlets and teams. Of the
/// sentences shown one is left to a queue or a problem, which say where to look.
fn ranked(page: Page, judged: &[Judged]) -> Vec<Finding> {
    let moved = moved(judged).into_iter().filter_map(|kpi| page.moved(kpi));
    let (mut found, others): (Vec<Finding>, Vec<Finding>) =
        moved.partition(|finding| finding.mark.tone == Tone::Concern);
    let still = found.is_empty() && others.is_empty();
    let less = found.split_off(found.len().min(SHOWN - 1));
    found.extend(page.slow_queues());
    // They have a section of their own: one is enough to send readers there.
    let mut rising = page.rising_problems();
    found.extend(rising.drain(..rising.len().min(1)));
    found.extend(less);
    found.extend(others);
    if still {
        found.push(page.nothing_moved(judged));
    }
    found.extend(page.missed(judged));
    found.extend(rising);
    found.extend(page.outlets_behind());
    found.extend(page.broken_promises());
    found.extend(page.skipped_items());
    found
}

/// The figures with a signal, most important first.
pub(super) fn moved<'j, 'l>(judged: &'j [Judged<'l>]) -> Vec<&'j Judged<'l>> {
    let mut moved: Vec<&Judged> = judged.iter().filter(|kpi| kpi.signal.is_some()).collect();
    moved.sort_by(|a, b| {
        (a.tone(), !assessed(a))
            .cmp(&(b.tone(), !assessed(b)))
            .then_with(|| descending(strength(a), strength(b)))
    });
    moved
}

fn assessed(kpi: &Judged) -> bool {
    YTO_FIGURES.contains(&kpi.line.id.as_str())
}

fn strength(kpi: &Judged) -> f64 {
    kpi.signal.as_ref().map_or(0.0, |current| current.strength)
}

impl Page<'_> {
    /// `Answer rate below its limits since 13 Mar: 91.2 % → 84.0 % (−7.2 points)`.
    fn moved(self, kpi: &Judged) -> Option<Finding> {
        let current = kpi.signal.as_ref()?;
        let (usual, value) = kpi.levels(current)?;
        let unit = kpi.line.unit;
        let text = self.t.moved_with_gap(
            &self.movement_title(kpi, current),
            &format::change(value - usual, unit, self.lang),
        );
        let text = self.with_reason(kpi, current, text);
        let owner = kpi
            .line
            .owner
            .as_ref()
            .map(|owner| owner.get(self.lang).to_owned());
        Some(Finding {
            subject: Subject::Figure,
            kpi: Some(kpi.line.id.clone()),
            mark: self.variation(kpi),
            text,
            evidence: self.evidence(kpi, current),
            owner,
        })
    }

    /// The members that carry the change of the week, where it is more than noise and goes the way of the signal.
    fn with_reason(self, kpi: &Judged, current: &Current, text: String) -> String {
        let Some(change) = self.change(&kpi.line.id) else {
            return text;
        };
        let same_way = (change.size() > 0.0) == current.up;
        match change.top(self.naming()) {
            Some((dimension, members, power)) if change.real() && same_way => {
                let share = super::why::share(power);
                self.t.finding_mostly(&text, &dimension, &members, &share)
            }
            _ => text,
        }
    }

    /// The change of the week with its interval.
    fn week(self, kpi: &Judged) -> Option<String> {
        let change = self.change(&kpi.line.id)?;
        change.found.interval?;
        let size = format::change(change.size(), change.of.unit, self.lang);
        let interval = self.change_interval(change);
        Some(if change.real() {
            self.t.week_change(&size, &interval)
        } else {
            self.t.week_noise(&size, &interval)
        })
    }

    /// The sentence that names a movement, also the title of its chart.
    pub(super) fn movement_title(self, kpi: &Judged, current: &Current) -> String {
        let Self { lang, t, .. } = self;
        let name = kpi.line.name.get(lang);
        let phrase = self.phrase(current);
        let unit = kpi.line.unit;
        let (usual, value) = kpi.levels(current).unzip();
        let usual = format::maybe(usual, unit, lang);
        let value = format::maybe(value, unit, lang);
        let since = format::day(current.since, lang);
        if current.since == kpi.line.day {
            t.moved_today(name, &since, phrase, &usual, &value)
        } else {
            t.moved_since(name, &since, phrase, &usual, &value)
        }
    }

    /// What the run of signals looks like, in words.
    pub(super) fn phrase(self, current: &Current) -> &'static str {
        let t = self.t;
        match (current.signal.rule, current.up) {
            _ if !current.uniform && current.up => t.unusually_high(),
            _ if !current.uniform => t.unusually_low(),
            (Rule::Outside, true) => t.above_limits(),
            (Rule::Outside, false) => t.below_limits(),
            (Rule::Trend, true) => t.rising(),
            (Rule::Trend, false) => t.falling(),
            (Rule::TwoOfThree, true) => t.near_upper(),
            (Rule::TwoOfThree, false) => t.near_lower(),
            (Rule::Shift, true) => t.above_usual(),
            (Rule::Shift, false) => t.below_usual(),
        }
    }

    fn evidence(self, kpi: &Judged, current: &Current) -> Vec<String> {
        let Self { lang, t, .. } = self;
        let run_chart = kpi
            .line
            .movement
            .as_ref()
            .is_some_and(|movement| movement.chart == ChartKind::Run);
        let rule = match current.signal.rule {
            _ if run_chart => t.rule_run(),
            Rule::Outside => t.rule_outside(),
            Rule::Trend => t.rule_trend(),
            Rule::TwoOfThree => t.rule_two_of_three(),
            Rule::Shift => t.rule_shift(),
        };
        let mut parts = vec![rule.to_owned()];
        parts.extend(self.event_note(kpi));
        parts.extend(self.limits_note(kpi));
        if kpi.line.estimate.interval.is_some() {
            parts.push(t.interval_is(&format::interval(
                kpi.line.estimate.interval,
                kpi.line.unit,
                lang,
            )));
        }
        parts.push(t.n_is(&format::count(kpi.line.estimate.n)));
        parts.extend(self.week(kpi));
        if let (Some(bound), Status::Missed) = (kpi.line.bound, kpi.status) {
            parts.push(t.target_missed_is(&format::bound(bound, kpi.line.unit, lang)));
        }
        parts
    }

    /// Kind of limits, their baseline, and whether the weekday was taken out.
    pub(super) fn limits_note(self, kpi: &Judged) -> Option<String> {
        let t = self.t;
        let movement = kpi.line.movement.as_ref()?;
        let days = movement.baseline_days.to_string();
        let chart = match (movement.chart, movement.sigma_z) {
            (ChartKind::P, _) => t.chart_p().to_owned(),
            (ChartKind::LaneyP, Some(sigma)) => t.chart_laney_sigma(&format!("{sigma:.1}")),
            (ChartKind::LaneyP, None) => t.chart_laney().to_owned(),
            (ChartKind::U, _) => t.chart_u().to_owned(),
            (ChartKind::LaneyU, Some(sigma)) => t.chart_laney_u_sigma(&format!("{sigma:.1}")),
            (ChartKind::LaneyU, None) => t.chart_laney_u().to_owned(),
            (ChartKind::IPrime, _) => t.chart_i_prime().to_owned(),
            (ChartKind::Xmr, _) => t.chart_xmr().to_owned(),
            (ChartKind::Run, _) => {
                let usable = movement.stretches.last().map(|stretch| stretch.usable);
                return Some(t.chart_run(&usable.unwrap_or_default().to_string()));
            }
        };
        Some(if movement.weekday_adjusted {
            t.limits_adjusted(&chart, &days)
        } else {
            t.limits_plain(&chart, &days)
        })
    }

    /// "No signal" is a finding too.
    fn nothing_moved(self, judged: &[Judged]) -> Finding {
        let watched = judged
            .iter()
            .filter(|kpi| kpi.has_limits() && !kpi.sparse)
            .count();
        let (text, evidence) = if watched == 0 {
            (
                self.t.nothing_watched().to_owned(),
                self.t.nothing_watched_why().to_owned(),
            )
        } else {
            (
                self.t.nothing_moved(&watched.to_string()),
                self.t.nothing_moved_why().to_owned(),
            )
        };
        let mark = Mark {
            tone: Tone::Calm,
            shape: "○",
            word: self.t.calm().to_owned(),
            detail: None,
        };
        Finding {
            subject: Subject::Nothing,
            kpi: None,
            mark,
            text,
            evidence: vec![evidence],
            owner: None,
        }
    }

    /// How many figures moved, missed their target, or are calm.
    fn tallies(self, judged: &[Judged]) -> Vec<Tally> {
        let t = self.t;
        let by_tone = |tone| judged.iter().filter(|kpi| kpi.tone() == tone).count();
        let missed = judged
            .iter()
            .filter(|kpi| kpi.status == Status::Missed && !kpi.sparse)
            .count();
        let concern = by_tone(Tone::Concern);
        // Nothing of concern and nothing missed is worth a zero; other zeros are left out.
        let tallies = [
            (true, concern, Tone::Concern, "▲", t.tally_concern()),
            (true, missed, Tone::Concern, "✕", t.missed()),
            (
                false,
                by_tone(Tone::Neutral),
                Tone::Neutral,
                "■",
                t.neutral(),
            ),
            (
                false,
                by_tone(Tone::Improvement),
                Tone::Improvement,
                "◆",
                t.improvement(),
            ),
            (false, by_tone(Tone::Calm), Tone::Calm, "○", t.calm()),
            (
                false,
                by_tone(Tone::Unjudged),
                Tone::Unjudged,
                "",
                t.not_watched(),
            ),
            (false, by_tone(Tone::Sparse), Tone::Sparse, "◌", t.sparse()),
        ];
        tallies
            .into_iter()
            .filter(|(always, count, ..)| *always || *count > 0)
            .map(|(_, count, tone, shape, word)| Tally {
                count: count.to_string(),
                mark: Mark {
                    tone: if count == 0 { Tone::Calm } else { tone },
                    shape,
                    word: word.to_owned(),
                    detail: None,
                },
            })
            .collect()
    }
}
