//! The figures that signalled as control charts, each titled with what it shows; calm ones folded.

use crate::insight::movement::Movement;
use crate::kpi::figure::Status;
use crate::report::document::{Block, Section};
use crate::report::figure::{Axis, Control, Figure, Legend, LegendItem, LegendKey, Level, Plot};
use crate::report::format;

use super::days::{baseline_shown, shown};
use super::judged::Judged;
use super::{KpiLine, Page, YTO_FIGURES};

/// Charts that stand open: what is read in three minutes. The worst come first.
const OPEN: usize = 6;

pub(super) fn section(page: Page, judged: &[Judged]) -> Option<Section> {
    let signalled: Vec<&Judged> = judged.iter().filter(|kpi| kpi.signal.is_some()).collect();
    let calm = YTO_FIGURES
        .iter()
        .filter_map(|id| judged.iter().find(|kpi| kpi.line.id == *id));
    let calm: Vec<&Judged> = calm.filter(|kpi| kpi.signal.is_none()).collect();
    let (open, more) = signalled.split_at(signalled.len().min(OPEN));
    let blocks = [
        page.multiples(open),
        page.folded(more, |count, names| page.t.trend_more(count, names)),
        page.folded(&calm, |count, names| page.t.trend_calm(count, names)),
    ];
    let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
    if blocks.is_empty() {
        return None;
    }
    let t = page.t;
    let (title, lead) = if open.is_empty() {
        (t.trend_calm_title(), t.trend_calm_lead())
    } else {
        (t.trend_signalled_title(), t.trend_lead())
    };
    Some(super::section(
        "trend",
        title,
        Some(lead.to_owned()),
        blocks,
    ))
}

impl Page<'_> {
    /// Small charts under their key; `None` when none of the figures has a day to draw.
    fn multiples(self, figures: &[&Judged]) -> Option<Block> {
        let figures: Vec<Figure> = figures.iter().filter_map(|kpi| self.control(kpi)).collect();
        (!figures.is_empty()).then(|| Block::Multiples {
            legend: self.legend(&figures),
            figures,
        })
    }

    fn folded(self, figures: &[&Judged], words: impl Fn(&str, &str) -> String) -> Option<Block> {
        let names: Vec<&str> = figures
            .iter()
            .map(|kpi| kpi.line.name.get(self.lang))
            .collect();
        Some(Block::Details {
            summary: words(&names.len().to_string(), &names.join(self.t.list())),
            blocks: vec![self.multiples(figures)?],
        })
    }

    pub(super) fn control(self, kpi: &Judged) -> Option<Figure> {
        let Self { lang, t, .. } = self;
        let line = kpi.line;
        let days = self.control_days(line);
        let (first, last) = (shown(line).first()?.date, shown(line).last()?.date);
        let title = self.chart_title(kpi);
        let n = format::count(line.estimate.n);
        let subtitle = t.chart_subtitle(
            line.about.get(lang),
            self.unit(line.unit),
            &format::period(first, last, lang),
            &n,
        );
        let notes = self.chart_notes(kpi);
        Some(Figure {
            id: format!("trend-{}", line.id),
            tone: kpi.tone(),
            description: t.control_description(&days.len().to_string(), &subtitle),
            subtitle,
            notes,
            data: self.control_table(line, &title),
            title,
            plot: Plot::Control(Control {
                axis: Axis {
                    unit: line.unit,
                    lang,
                },
                days,
                centre: line.movement.as_ref().map(|movement| Level {
                    value: movement.centre,
                    label: t.centre_is(&format::value(movement.centre, line.unit, lang)),
                }),
                target: line.bound.map(|bound| Level {
                    value: bound.value(),
                    label: t.target_is(&format::bound(bound, line.unit, lang)),
                }),
                limits: self.newest_limits(line),
                baseline_days: baseline_shown(line),
                rebases: self.rebase_marks(line),
                ranges: self.marked_ranges(line),
            }),
        })
    }

    /// The finding of one chart.
    fn chart_title(self, kpi: &Judged) -> String {
        let Self { lang, t, .. } = self;
        let line = kpi.line;
        let name = line.name.get(lang);
        let value = format::maybe(line.estimate.value, line.unit, lang);
        if let Some(current) = &kpi.signal {
            return self.movement_title(kpi, current);
        }
        let target = line
            .bound
            .map(|bound| format::bound(bound, line.unit, lang));
        match (kpi.status, target) {
            _ if line.estimate.value.is_none() => t.title_no_value(name),
            _ if kpi.sparse => t.title_sparse(name, &value),
            _ if kpi.left_out() => {
                let event = kpi.event().map_or("", |event| event.name.get(lang));
                t.title_left_out(name, &value, event)
            }
            _ if !kpi.has_limits() => t.title_not_watched(name, &value),
            (Status::Missed, Some(target)) if !kpi.doubtful => {
                t.title_stable_missed(name, &value, &target)
            }
            (Status::Met, Some(target)) if !kpi.doubtful => {
                t.title_stable_met(name, &value, &target)
            }
            _ => t.title_stable(name, &value),
        }
    }

    /// Numerator/denominator, interval, target with its source, kind of limits, filters.
    fn chart_notes(self, kpi: &Judged) -> Vec<String> {
        let Self { input, lang, t } = self;
        let (line, estimate) = (kpi.line, kpi.line.estimate);
        let value = format::maybe(estimate.value, line.unit, lang);
        let day = self
            .other_day(line)
            .unwrap_or_else(|| t.the_day().to_owned());
        let mut notes = vec![match (estimate.numerator, estimate.denominator) {
            (Some(_), Some(_)) => t.fraction_is(
                &day,
                &format::sum(estimate.numerator),
                &format::sum(estimate.denominator),
                &value,
            ),
            _ => t.day_is(&day, &value),
        }];
        if estimate.interval.is_some() {
            notes.push(t.interval_is(&format::interval(estimate.interval, line.unit, lang)));
        }
        if let Some(bound) = line.bound {
            let target = format::bound(bound, line.unit, lang);
            notes.push(match &line.target_source {
                Some(source) => t.target_from(&target, &format::held(source.get(lang))),
                None => t.target_is(&target),
            });
        }
        notes.extend(self.assurance_note(kpi));
        notes.extend(self.reasons(kpi));
        notes.extend(self.rebases(line));
        notes.extend(self.events(line));
        notes.push(t.scope_is(input.scope.get(lang)));
        notes
    }

    fn newest_limits(self, line: &KpiLine) -> Vec<Level> {
        let newest = line.movement.as_ref().and_then(newest_point);
        let level = |value: f64, label: fn(crate::i18n::text::Text, &str) -> String| Level {
            value,
            label: label(self.t, &format::value(value, line.unit, self.lang)),
        };
        newest.map_or_else(Vec::new, |point| {
            let lower = point
                .lower
                .map(|value| level(value, crate::i18n::text::Text::lower_is));
            let upper = point
                .upper
                .map(|value| level(value, crate::i18n::text::Text::upper_is));
            lower.into_iter().chain(upper).collect()
        })
    }

    /// The key of some charts: marks that none of them has are left out.
    pub(super) fn legend(self, figures: &[Figure]) -> Legend {
        let t = self.t;
        let plots = || {
            figures.iter().filter_map(|figure| match &figure.plot {
                Plot::Control(plot) => Some(plot),
                _ => None,
            })
        };
        let rebased = plots().any(|plot| !plot.rebases.is_empty());
        let marked = plots().any(|plot| !plot.ranges.is_empty());
        let item = |key, text: &str| LegendItem {
            key,
            text: text.to_owned(),
        };
        Legend {
            title: t.legend_title().to_owned(),
            items: [
                item(LegendKey::Dot, t.legend_dot()),
                item(LegendKey::Line, t.legend_line()),
                item(LegendKey::Limit, t.legend_limit()),
                item(LegendKey::Centre, t.legend_centre()),
                item(LegendKey::Target, t.legend_target()),
                item(LegendKey::Concern, t.legend_concern()),
                item(LegendKey::Improvement, t.legend_improvement()),
                item(LegendKey::Neutral, t.legend_neutral()),
            ]
            .into_iter()
            .chain(rebased.then(|| item(LegendKey::Rebase, t.legend_rebase())))
            .chain(marked.then(|| item(LegendKey::Event, t.legend_event())))
            .collect(),
        }
    }
}

/// The newest point that has limits, else the newest.
fn newest_point(movement: &Movement) -> Option<&crate::insight::movement::Point> {
    let limited = movement.judged().rev().find(|point| point.lower.is_some());
    limited.or_else(|| movement.points.last())
}
