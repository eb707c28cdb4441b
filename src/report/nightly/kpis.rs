//! The table of the day's figures, worst first.

use chrono::NaiveDate;

use crate::kpi::figure::{Status, Unit};
use crate::report::document::{
    Block, Column, KpiColumns, KpiRow, KpiTable, Mark, RawKpi, Section, Table, Tone,
};
use crate::report::figure::Sparkline;
use crate::report::format;

use super::judged::Judged;
use super::{DAYS_SHOWN, KpiLine, Page};

/// KPIs per table of days: what fits the width of a sheet of paper.
const HISTORY_COLUMNS: usize = 6;

pub(super) fn section(page: Page, judged: &[Judged]) -> Section {
    let t = page.t;
    let weeks = judged
        .iter()
        .map(|kpi| kpi.line.same_weekday_weeks)
        .max()
        .unwrap_or(0);
    let columns = KpiColumns {
        name: t.col_kpi().to_owned(),
        trend: t.col_trend().to_owned(),
        value: t.col_value().to_owned(),
        basis: t.col_basis().to_owned(),
        target: t.col_target().to_owned(),
        status: t.col_status().to_owned(),
        weekday: t.col_weekday(&weeks.to_string()),
        variation: t.col_variation().to_owned(),
    };
    let table = KpiTable {
        caption: t.kpi_caption(
            &format::long_date(page.input.date, page.lang),
            page.input.scope.get(page.lang),
        ),
        columns,
        rows: judged.iter().map(|kpi| page.row(kpi)).collect(),
        notes: page.table_notes(judged),
        history: page.history(judged),
    };
    super::section(
        "kpis",
        t.kpi_title(),
        Some(t.kpi_lead().to_owned()),
        vec![Block::KpiTable(table)],
    )
}

impl Page<'_> {
    fn row(self, kpi: &Judged) -> KpiRow {
        let Self { lang, t, .. } = self;
        let (line, estimate, unit) = (kpi.line, kpi.line.estimate, kpi.line.unit);
        let change = estimate
            .value
            .zip(line.same_weekday)
            .map(|(value, usual)| value - usual);
        let target_source = line
            .bound
            .and(line.target_source.as_ref())
            .map(|source| format::held(source.get(lang)));
        KpiRow {
            id: line.id.clone(),
            name: line.name.get(lang).to_owned(),
            trend: self.sparkline(line),
            value: format::maybe(estimate.value, unit, lang),
            day: self.other_day(line).map(|day| t.of_day(&day)),
            interval: estimate
                .interval
                .map(|interval| format::interval(Some(interval), unit, lang)),
            fraction: fraction(line),
            n: t.n_is(&format::count(estimate.n)),
            sparse: kpi.sparse.then(|| t.sparse().to_owned()),
            target: line.bound.map_or_else(
                || format::NONE.to_owned(),
                |bound| format::bound(bound, unit, lang),
            ),
            target_source,
            status: self.status(kpi),
            doubt: (kpi.doubtful && !kpi.sparse && kpi.status != Status::None)
                .then(|| t.indistinguishable().to_owned()),
            assurance: self.assurance(kpi),
            weekday: format::maybe(line.same_weekday, unit, lang),
            weekday_change: change.map(|change| format::change(change, unit, lang)),
            variation: self.variation(kpi),
            raw: RawKpi {
                unit,
                estimate,
                bound: line.bound,
                status: kpi.status,
                assurance: kpi.assurance(),
                same_weekday: line.same_weekday,
                same_weekday_weeks: line.same_weekday_weeks,
                day: line.day,
            },
        }
    }

    fn table_notes(self, judged: &[Judged]) -> Vec<String> {
        let t = self.t;
        let mut notes = vec![t.kpi_note_interval(), t.kpi_note_variation()];
        if judged.iter().any(|kpi| kpi.line.bound.is_some()) {
            notes.push(t.kpi_note_assurance());
        }
        if judged.iter().any(|kpi| self.other_day(kpi.line).is_some()) {
            notes.push(t.kpi_note_day());
        }
        notes.into_iter().map(str::to_owned).collect()
    }

    /// The day of a figure that is not of the day reported on.
    pub(super) fn other_day(self, line: &KpiLine) -> Option<String> {
        (line.day != self.input.date).then(|| format::day(line.day, self.lang))
    }

    fn status(self, kpi: &Judged) -> Mark {
        let (tone, shape, word) = match kpi.status {
            // With too few cases a verdict would say more than the figure knows.
            Status::Met | Status::Missed if kpi.sparse => (Tone::Sparse, "◌", self.t.sparse()),
            Status::Met => (Tone::Improvement, "✓", self.t.met()),
            Status::Missed => (Tone::Concern, "✕", self.t.missed()),
            Status::None if kpi.line.bound.is_none() => (Tone::Calm, "", self.t.no_target()),
            Status::None => (Tone::Calm, "", self.t.no_value()),
        };
        Mark {
            tone,
            shape,
            word: word.to_owned(),
            detail: None,
        }
    }

    /// The control chart's verdict as shape, word and reason.
    pub(super) fn variation(self, kpi: &Judged) -> Mark {
        let t = self.t;
        let mark = |tone, shape, word: &str, detail| Mark {
            tone,
            shape,
            word: word.to_owned(),
            detail,
        };
        if kpi.sparse {
            return mark(Tone::Sparse, "◌", t.sparse(), None);
        }
        if let Some(current) = &kpi.signal {
            let since = format::day(current.since, self.lang);
            let phrase = self.phrase(current);
            let mut detail = if current.since == kpi.line.day {
                t.variation_today(phrase)
            } else {
                t.variation_since(phrase, &since)
            };
            if let Some(event) = self.event_note(kpi) {
                detail.push_str(t.clause());
                detail.push_str(&event);
            }
            let detail = Some(detail);
            return match (kpi.tone(), current.up) {
                (Tone::Concern, true) => mark(Tone::Concern, "▲", t.concern(), detail),
                (Tone::Concern, false) => mark(Tone::Concern, "▼", t.concern(), detail),
                (Tone::Improvement, _) => mark(Tone::Improvement, "◆", t.improvement(), detail),
                _ => mark(Tone::Neutral, "■", t.neutral(), detail),
            };
        }
        if kpi.has_limits() {
            return mark(Tone::Calm, "○", t.calm(), None);
        }
        let why = match kpi.event().filter(|_| kpi.left_out()) {
            Some(event) => Some(t.in_event(event.name.get(self.lang))),
            None => kpi
                .line
                .movement
                .as_ref()
                .map(|_| t.short_history().to_owned()),
        };
        mark(Tone::Unjudged, "", t.not_watched(), why)
    }

    fn sparkline(self, line: &KpiLine) -> Option<Sparkline> {
        let Self { lang, t, .. } = self;
        let days = self.control_days(line);
        let values: Vec<f64> = days.iter().filter_map(|day| day.value).collect();
        let last = *values.last()?;
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let print = |value| format::value(value, line.unit, lang);
        Some(Sparkline {
            id: format!("spark-{}", line.id),
            title: t.spark_title(line.name.get(lang), &days.len().to_string()),
            description: t.spark_description(&print(last), &print(low), &print(high)),
            days,
        })
    }

    /// The days behind the sparklines: one row per day, one column per KPI.
    fn history(self, judged: &[Judged]) -> Vec<Table> {
        let shown: Vec<&KpiLine> = judged
            .iter()
            .map(|kpi| kpi.line)
            .filter(|line| !line.history.is_empty())
            .collect();
        let mut dates: Vec<_> = shown
            .iter()
            .flat_map(|line| line.history.iter().map(|day| day.date))
            .collect();
        dates.sort_unstable();
        dates.dedup();
        let newest: Vec<NaiveDate> = dates.into_iter().rev().take(DAYS_SHOWN).collect();
        shown
            .chunks(HISTORY_COLUMNS)
            .enumerate()
            .map(|(part, lines)| self.history_part(part, lines, &newest))
            .collect()
    }

    fn history_part(self, part: usize, lines: &[&KpiLine], dates: &[NaiveDate]) -> Table {
        let Self { lang, t, .. } = self;
        let rows = dates.iter().map(|date| {
            let values = lines.iter().map(|line| {
                let day = line.history.iter().find(|day| day.date == *date);
                format::maybe(day.and_then(|day| day.estimate.value), line.unit, lang)
            });
            std::iter::once(date.to_string()).chain(values).collect()
        });
        let names: Vec<&str> = lines.iter().map(|line| line.name.get(lang)).collect();
        let columns = names.iter().map(|name| Column::number(*name));
        Table {
            id: format!("kpi-history-{}", part + 1),
            caption: t.history_caption(&names.join(t.list())),
            columns: std::iter::once(Column::text(t.col_date()))
                .chain(columns)
                .collect(),
            rows: rows.collect(),
            total: false,
            empty: t.no_history().to_owned(),
        }
    }
}

/// `3,536 / 4,210`; a figure that divides by nothing has nothing to show.
fn fraction(line: &KpiLine) -> String {
    let estimate = line.estimate;
    match (estimate.numerator, estimate.denominator) {
        (Some(_), Some(_)) => {
            format!(
                "{} / {}",
                format::sum(estimate.numerator),
                format::sum(estimate.denominator)
            )
        }
        (Some(_), None) if line.unit != Unit::Count => format::sum(estimate.numerator),
        _ => format::NONE.to_owned(),
    }
}
