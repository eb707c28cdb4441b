//! The six assessed figures as control charts, each titled with what it shows.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::insight::movement::{Day, Movement, Point, Signal};
use crate::kpi::figure::Status;
use crate::report::document::{Block, Column, Section, Table, Tone};
use crate::report::figure::{
    Axis, Control, ControlDay, Figure, Legend, LegendItem, LegendKey, Level, Plot, SignalMark,
};
use crate::report::format;

use super::judged::{Judged, tone, upward};
use super::{DAYS_SHOWN, KpiLine, Page, YTO_FIGURES};

pub(super) fn section(page: Page, judged: &[Judged]) -> Option<Section> {
    let find = |id: &&str| judged.iter().find(|kpi| kpi.line.id == *id);
    let figures: Vec<Figure> = YTO_FIGURES
        .iter()
        .filter_map(find)
        .filter_map(|kpi| page.control(kpi))
        .collect();
    if figures.is_empty() {
        return None;
    }
    let legend = page.legend();
    let blocks = vec![Block::Multiples { legend, figures }];
    Some(super::section(
        "trend",
        page.t.trend_title(),
        Some(page.t.trend_lead().to_owned()),
        blocks,
    ))
}

impl Page<'_> {
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
                Some(source) => t.target_from(&target, source.get(lang)),
                None => t.target_is(&target),
            });
        }
        notes.extend(self.limits_note(kpi));
        notes.push(t.scope_is(input.scope.get(lang)));
        notes
    }

    /// The last days of a line as they are drawn: the chart's points where there is a chart, else the raw days.
    pub(super) fn control_days(self, line: &KpiLine) -> Vec<ControlDay> {
        let points = by_date(line.movement.as_ref());
        shown(line)
            .iter()
            .map(|day| self.control_day(day, points.get(&day.date).copied(), line))
            .collect()
    }

    fn control_day(self, day: &Day, point: Option<&Point>, line: &KpiLine) -> ControlDay {
        let Self { lang, t, .. } = self;
        let value = format::maybe(day.estimate.value, line.unit, lang);
        let signal = point.and_then(|point| point.signal);
        let adjusted = point.and_then(|point| point.adjusted);
        let date = format!(
            "{} {}",
            format::day(day.date, lang),
            format::short_weekday(day.date.weekday(), lang)
        );
        let mut hint = t.day_hint(&date, &value, &format::count(day.estimate.n));
        if let Some(signal) = signal {
            hint.push_str(t.clause());
            hint.push_str(self.signal_word(signal));
        }
        ControlDay {
            date: day.date,
            label: format::axis_day(day.date, lang),
            week_start: day.date.weekday() == Weekday::Mon,
            value: day.estimate.value,
            adjusted,
            lower: point.and_then(|point| point.lower),
            upper: point.and_then(|point| point.upper),
            signal: signal.map(|signal| SignalMark {
                tone: tone(signal.verdict),
                up: upward(signal, line.better),
            }),
            hint,
        }
    }

    fn newest_limits(self, line: &KpiLine) -> Vec<Level> {
        let newest = line
            .movement
            .as_ref()
            .and_then(|movement| movement.points.last());
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

    fn signal_word(self, signal: Signal) -> &'static str {
        match tone(signal.verdict) {
            Tone::Concern => self.t.concern(),
            Tone::Improvement => self.t.improvement(),
            _ => self.t.neutral(),
        }
    }

    fn control_table(self, line: &KpiLine, title: &str) -> Table {
        let Self { lang, t, .. } = self;
        let points = by_date(line.movement.as_ref());
        let rows = shown(line).iter().rev().map(|day| {
            let point = points.get(&day.date).copied();
            let print = |value| format::maybe(value, line.unit, lang);
            let signal = point.and_then(|point| point.signal);
            vec![
                day.date.to_string(),
                print(day.estimate.value),
                format::count(day.estimate.n),
                print(point.and_then(|point| point.adjusted)),
                print(point.and_then(|point| point.lower)),
                print(point.and_then(|point| point.upper)),
                signal
                    .map_or(format::NONE, |signal| self.signal_word(signal))
                    .to_owned(),
            ]
        });
        Table {
            id: format!("data-{}", line.id),
            caption: t.data_of(title),
            columns: vec![
                Column::text(t.col_date()),
                Column::number(t.col_raw()),
                Column::number("n"),
                Column::number(t.col_adjusted()),
                Column::number(t.col_lower()),
                Column::number(t.col_upper()),
                Column::text(t.col_signal()),
            ],
            rows: rows.collect(),
            total: false,
            empty: t.no_history().to_owned(),
        }
    }

    pub(super) fn legend(self) -> Legend {
        let t = self.t;
        let item = |key, text: &str| LegendItem {
            key,
            text: text.to_owned(),
        };
        Legend {
            title: t.legend_title().to_owned(),
            items: vec![
                item(LegendKey::Dot, t.legend_dot()),
                item(LegendKey::Line, t.legend_line()),
                item(LegendKey::Limit, t.legend_limit()),
                item(LegendKey::Centre, t.legend_centre()),
                item(LegendKey::Target, t.legend_target()),
                item(LegendKey::Concern, t.legend_concern()),
                item(LegendKey::Improvement, t.legend_improvement()),
                item(LegendKey::Neutral, t.legend_neutral()),
            ],
        }
    }
}

/// The newest days of a line, at most as many as a chart has room for.
fn shown(line: &KpiLine) -> &[Day] {
    &line.history[line.history.len().saturating_sub(DAYS_SHOWN)..]
}

/// How many of the days shown belong to the baseline, which is frozen on the first days of the series.
fn baseline_shown(line: &KpiLine) -> usize {
    let hidden = line.history.len() - shown(line).len();
    line.movement
        .as_ref()
        .map_or(0, |movement| movement.baseline_days.saturating_sub(hidden))
}

fn by_date(movement: Option<&Movement>) -> BTreeMap<NaiveDate, &Point> {
    movement
        .map(|movement| {
            movement
                .points
                .iter()
                .map(|point| (point.date, point))
                .collect()
        })
        .unwrap_or_default()
}
