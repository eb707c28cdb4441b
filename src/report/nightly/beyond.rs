//! Findings that no chart of a single figure shows: queues in a part of the day, problems at outlets, promises,
//! script items.

use crate::insight::adjusted::around;
use crate::insight::coaching::Skipped;
use crate::insight::dayparts::{DayParts, Part, Stretch};
use crate::insight::emerging::{Series, Span};
use crate::insight::outlets::Behind;
use crate::kpi::figure::{Interval, Unit};
use crate::report::document::{Block, Finding, Mark, Subject, Tone};
use crate::report::format;
use crate::stats::funnel::Flag;

use super::Page;

impl Page<'_> {
    fn concern(self) -> Mark {
        Mark {
            tone: Tone::Concern,
            shape: "▲",
            word: self.t.concern().to_owned(),
            detail: None,
        }
    }

    fn found(
        self,
        subject: Subject,
        text: String,
        evidence: Vec<String>,
        owner: &'static str,
    ) -> Finding {
        Finding {
            subject,
            kpi: None,
            mark: self.concern(),
            text,
            evidence,
            owner: Some(owner.to_owned()),
        }
    }

    /// Queues whose callers waited longer than usual in a part of the day.
    pub(super) fn slow_queues(self) -> Vec<Finding> {
        let Some(found) = &self.input.insight.day_parts else {
            return Vec::new();
        };
        let slow = found.stretches.iter().enumerate();
        slow.filter(|(_, stretch)| stretch.slow)
            .map(|(at, stretch)| {
                let evidence = self.slow_evidence(stretch);
                let text = self.slow_sentence(found, stretch);
                self.found(Subject::Wait(at), text, evidence, self.t.owner_hotline())
            })
            .collect()
    }

    fn slow_sentence(self, found: &DayParts, stretch: &Stretch) -> String {
        let Self { lang, t, .. } = self;
        let part = match stretch.part {
            Part::Night => t.part_night(),
            Part::Morning => t.part_morning(),
            Part::Afternoon => t.part_afternoon(),
            Part::Evening => t.part_evening(),
        };
        let day = format::day(found.date, lang);
        let usual = format::value(stretch.usual, Unit::Seconds, lang);
        let value = format::value(stretch.mean, Unit::Seconds, lang);
        match &stretch.queue {
            Some(queue) => t.slow_queue(queue, &day, part, &usual, &value),
            None => t.slow_calls(&day, part, &usual, &value),
        }
    }

    fn slow_evidence(self, stretch: &Stretch) -> Vec<String> {
        let Self { lang, t, .. } = self;
        let interval = stretch.interval.map(|(low, high)| Interval { low, high });
        let mut parts =
            vec![t.slow_held_against(&stretch.days.to_string(), &format::equals(stretch.q))];
        if interval.is_some() {
            parts.push(t.interval_is(&format::interval(interval, Unit::Seconds, lang)));
        }
        parts.push(t.slow_callers(
            &format::count(stretch.callers),
            &format::count(stretch.gave_up),
        ));
        parts
    }

    /// What was checked and found of waits by part of the day; nothing where nothing could be judged.
    pub(super) fn slow_block(self) -> Option<Block> {
        let t = self.t;
        let found = self.input.insight.day_parts.as_ref()?;
        if found.stretches.is_empty() {
            return None;
        }
        let slow: Vec<String> = found
            .slow()
            .map(|stretch| self.slow_sentence(found, stretch))
            .collect();
        let heading = if slow.is_empty() {
            t.slow_title_none().to_owned()
        } else {
            t.slow_title_some(&slow.len().to_string())
        };
        let checked = t.slow_checked(
            &format::count(found.stretches.len() as u64),
            &format::few(found.false_alarms),
        );
        Some(Block::Text {
            heading,
            paragraphs: slow.into_iter().chain([checked]).collect(),
        })
    }

    /// Problems that rise at an outlet.
    pub(super) fn rising_problems(self) -> Vec<Finding> {
        let Some(found) = &self.input.insight.emerging else {
            return Vec::new();
        };
        let rising = found.series.iter().enumerate();
        rising
            .filter(|(_, series)| series.emerging)
            .map(|(at, series)| {
                let t = self.t;
                let recent = format::sum(Some(series.recent));
                let evidence = vec![
                    t.rising_held_against(&format::equals(series.q), &recent),
                    t.rising_do().to_owned(),
                ];
                self.found(
                    Subject::Rising(at),
                    self.rises(series),
                    evidence,
                    t.owner_quality(),
                )
            })
            .collect()
    }

    fn rises(self, series: &Series) -> String {
        let t = self.t;
        let member = |at: usize| series.members.get(at).map(String::as_str);
        let name = self.naming().member("problem_type", member(0));
        let place = self.naming().member("outlet", member(1));
        let (seen, expected) = (
            format::sum(Some(series.count)),
            format::sum(Some(series.expected)),
        );
        match series.span {
            Span::Day => t.rising_problem_day(&name, &place, &seen, &expected),
            Span::Week => t.rising_problem_week(&name, &place, &seen, &expected),
        }
    }

    /// Outlets that break promises more often than chance explains.
    pub(super) fn broken_promises(self) -> Vec<Finding> {
        let Self { lang, t, .. } = self;
        let Some(promised) = &self.input.insight.promises else {
            return Vec::new();
        };
        let outlets = promised.found.outlets.iter().enumerate();
        outlets
            .filter(|(_, outlet)| outlet.flag == Flag::Alarm { above: true })
            .map(|(at, outlet)| {
                let kept = outlet.all.attainment();
                let share = format::maybe(kept.value, Unit::Percent, lang);
                let text = t.broken_promises(&outlet.outlet, &share, &format::count(kept.n));
                let interval = t.interval_is(&format::interval(kept.interval, Unit::Percent, lang));
                let evidence = vec![t.broken_promises_why().to_owned(), interval];
                self.found(Subject::Promise(at), text, evidence, t.owner_tickets())
            })
            .collect()
    }

    /// Why a member held against others is more than chance: the interval of its figure, and n.
    fn beyond_chance(self, (low, high): (f64, f64), unit: Unit, n: f64) -> Vec<String> {
        let Self { lang, t, .. } = self;
        vec![
            t.broken_promises_why().to_owned(),
            t.interval_is(&format::interval(Some(Interval { low, high }), unit, lang)),
            t.n_is(&format::sum(Some(n))),
        ]
    }

    /// Outlets that serve worse than others with the same tickets.
    pub(super) fn outlets_behind(self) -> Vec<Finding> {
        let rows = self.input.insight.outlets.iter().enumerate();
        rows.map(|(at, row)| {
            let (text, evidence) = self.outlet_behind(row);
            self.found(Subject::Outlet(at), text, evidence, self.t.owner_tickets())
        })
        .collect()
    }

    fn outlet_behind(self, row: &Behind) -> (String, Vec<String>) {
        let Self { lang, t, .. } = self;
        let shown = |value| format::value(value, row.unit, lang);
        let text = t.outlet_behind(
            &row.outlet,
            row.name.get(lang),
            &shown(row.value),
            &shown(row.expected),
        );
        let interval = around(row.expected, row.gap);
        (text, self.beyond_chance(interval, row.unit, row.n))
    }

    /// Script items that a whole team leaves out.
    pub(super) fn skipped_items(self) -> Vec<Finding> {
        let rows = self.input.insight.skipped.iter().enumerate();
        rows.map(|(at, row)| {
            let (text, evidence) = self.skipped_item(row);
            self.found(Subject::Item(at), text, evidence, self.t.owner_trainer())
        })
        .collect()
    }

    fn skipped_item(self, row: &Skipped) -> (String, Vec<String>) {
        let Self { lang, t, .. } = self;
        let percent = |share| format::value(share, Unit::Percent, lang);
        let text = t.skipped_item(
            &row.item,
            &row.team,
            &percent(row.value),
            &percent(row.expected),
        );
        let interval = around(row.expected, row.gap);
        (text, self.beyond_chance(interval, Unit::Percent, row.n))
    }
}
