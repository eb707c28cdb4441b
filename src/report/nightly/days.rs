//! The days of a line as charts and their tables show them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::insight::movement::{Day, Movement, Point, Signal};
use crate::report::document::{Column, Table, Tone};
use crate::report::figure::{ControlDay, MarkedRange, RebaseMark, SignalMark};
use crate::report::format;

use super::judged::{tone, upward};
use super::{DAYS_SHOWN, KpiLine, Page};

impl Page<'_> {
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
        let movement = line.movement.as_ref();
        let date = format!(
            "{} {}",
            format::day(day.date, lang),
            format::short_weekday(day.date.weekday(), lang)
        );
        let mut hint = t.day_hint(&date, &value, &format::count(day.estimate.n));
        if let Some(words) = self.signal_words(line, point) {
            hint.push_str(t.clause());
            hint.push_str(&words);
        }
        let stretch = movement.map_or(0, |movement| movement.stretch_of(day.date));
        ControlDay {
            date: day.date,
            label: format::axis_day(day.date, lang),
            week_start: day.date.weekday() == Weekday::Mon,
            value: day.estimate.value,
            adjusted: point.and_then(|point| point.adjusted),
            lower: point.and_then(|point| point.lower),
            upper: point.and_then(|point| point.upper),
            centre: movement.and_then(|movement| Some(movement.stretches.get(stretch)?.centre)),
            stretch,
            signal: signal.map(|signal| SignalMark {
                tone: tone(signal.verdict),
                up: upward(signal, line.better),
            }),
            hint,
        }
    }

    /// Signal of a day and the marked days it falls in, in words.
    pub(super) fn signal_words(self, line: &KpiLine, point: Option<&Point>) -> Option<String> {
        let (movement, point) = (line.movement.as_ref()?, point?);
        let event = movement
            .event_of(point)
            .map(|event| event.name.get(self.lang));
        let signal = point.signal.map(|signal| self.signal_word(signal));
        Some(match (signal, event) {
            (Some(signal), Some(event)) => self.t.signal_in_event(signal, event),
            (Some(signal), None) => signal.to_owned(),
            (None, Some(event)) if movement.excluded(point) => self.t.left_out_in(event),
            (None, Some(event)) => event.to_owned(),
            (None, None) => return None,
        })
    }

    fn signal_word(self, signal: Signal) -> &'static str {
        match tone(signal.verdict) {
            Tone::Concern => self.t.concern(),
            Tone::Improvement => self.t.improvement(),
            _ => self.t.neutral(),
        }
    }

    pub(super) fn control_table(self, line: &KpiLine, title: &str) -> Table {
        let Self { lang, t, .. } = self;
        let points = by_date(line.movement.as_ref());
        let rows = shown(line).iter().rev().map(|day| {
            let point = points.get(&day.date).copied();
            let print = |value| format::maybe(value, line.unit, lang);
            vec![
                day.date.to_string(),
                print(day.estimate.value),
                format::count(day.estimate.n),
                print(point.and_then(|point| point.adjusted)),
                print(point.and_then(|point| point.lower)),
                print(point.and_then(|point| point.upper)),
                self.signal_words(line, point)
                    .unwrap_or_else(|| format::NONE.to_owned()),
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

    /// The rebases among the days shown; one at their first day parts nothing.
    pub(super) fn rebase_marks(self, line: &KpiLine) -> Vec<RebaseMark> {
        let days = shown(line);
        let stretches = line
            .movement
            .iter()
            .flat_map(|movement| &movement.stretches);
        stretches
            .filter_map(|stretch| {
                let rebase = stretch.rebase.as_ref()?;
                let at = days.partition_point(|day| day.date < rebase.date);
                (at > 0 && at < days.len()).then(|| RebaseMark {
                    at,
                    label: rebase.note.get(self.lang).to_owned(),
                })
            })
            .collect()
    }

    /// The marked ranges among the days shown.
    pub(super) fn marked_ranges(self, line: &KpiLine) -> Vec<MarkedRange> {
        let days = shown(line);
        let events = line.movement.iter().flat_map(|movement| &movement.events);
        events
            .filter_map(|event| {
                let from = days.partition_point(|day| day.date < event.from);
                let beyond = days.partition_point(|day| day.date <= event.to);
                (from < beyond).then(|| MarkedRange {
                    from,
                    to: beyond - 1,
                    label: event.name.get(self.lang).to_owned(),
                })
            })
            .collect()
    }
}

/// The newest days of a line, at most as many as a chart has room for.
pub(super) fn shown(line: &KpiLine) -> &[Day] {
    &line.history[line.history.len().saturating_sub(DAYS_SHOWN)..]
}

/// How many of the days shown lie in the newest baseline.
pub(super) fn baseline_shown(line: &KpiLine) -> usize {
    let newest = line.movement.as_ref();
    let newest = newest.and_then(|movement| movement.stretches.last());
    newest.map_or(0, |stretch| {
        let (from, to) = stretch.baseline;
        let within = |day: &&Day| from <= day.date && day.date <= to;
        shown(line).iter().filter(within).count()
    })
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
