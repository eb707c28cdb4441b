//! What the run before said otherwise: figures of earlier days that late and corrected rows have changed.

use chrono::Datelike;

use crate::i18n::text::Text;
use crate::kpi::figure::{Estimate, Unit};
use crate::report::document::{Cause, Column, Restated, RestatedRow, Table};
use crate::report::format;

use super::{Page, RestatedFigure};

/// The most rows the page shows; the JSON edition has all.
const SHOWN: usize = 30;

impl Page<'_> {
    /// The table of restated figures, or one sentence.
    pub(super) fn restated(self) -> Restated {
        use super::Restated as Input;
        let t = self.t;
        let since = self.input.restated.since();
        let (run, as_of) = since.map_or_else(Default::default, |since| {
            (since.run.as_str(), format::minute(since.as_of))
        });
        let mut notes = Vec::new();
        let (empty, rows) = match &self.input.restated {
            Input::First => (t.restated_first().to_owned(), Vec::new()),
            Input::Redefined(_) => (t.restated_redefined(run), Vec::new()),
            Input::Compared {
                running, figures, ..
            } => {
                let rows: Vec<RestatedRow> =
                    figures.iter().map(|figure| self.changed(figure)).collect();
                if rows.len() > SHOWN {
                    let (shown, rest) = (SHOWN as u64, (rows.len() - SHOWN) as u64);
                    notes.push(t.restated_rest(&format::count(shown), &format::count(rest)));
                }
                if !rows.is_empty() {
                    notes.push(t.restated_scope().to_owned());
                }
                let linked = |row: &RestatedRow| row.raw.causes.iter().any(|c| c.relinked > 0);
                if rows.iter().any(linked) {
                    notes.push(t.restated_links().to_owned());
                }
                notes.extend(running.map(|day| t.restated_running(&format::day(day, self.lang))));
                (t.restated_none(run, &as_of), rows)
            }
        };
        let caption = if rows.is_empty() {
            t.restated_title().to_owned()
        } else {
            t.restated_caption(run, &as_of)
        };
        Restated {
            table: Table {
                id: "restated".to_owned(),
                caption,
                columns: self.restated_columns(),
                rows: rows.iter().take(SHOWN).map(cells).collect(),
                total: false,
                empty,
            },
            notes,
            state: self.input.restated.state(),
            since: since.map(|since| since.run.clone()),
            rows,
        }
    }

    fn restated_columns(self) -> Vec<Column> {
        let t = self.t;
        vec![
            Column::text(t.col_date()),
            Column::text(t.col_kpi()),
            Column::number(t.col_before()),
            Column::number(t.col_after()),
            Column::number(t.col_change()),
            Column::number(t.col_basis()),
            Column::text(t.col_why()),
        ]
    }

    fn changed(self, figure: &RestatedFigure) -> RestatedRow {
        let Self { lang, t, .. } = self;
        let raw = &figure.raw;
        let (before, after) = (&raw.before, &raw.after);
        let change = before.value.zip(after.value).map_or_else(
            || format::NONE.to_owned(),
            |(before, after)| format::change(after - before, raw.unit, lang),
        );
        let why: Vec<String> = raw
            .causes
            .iter()
            .flat_map(|cause| self.cause(cause))
            .collect();
        RestatedRow {
            id: figure.id.clone(),
            // A day of another year says which.
            day: if raw.day.year() == self.input.date.year() {
                format::day(raw.day, lang)
            } else {
                raw.day.to_string()
            },
            name: figure.name.get(lang).to_owned(),
            before: format::maybe(before.value, raw.unit, lang),
            after: format::maybe(after.value, raw.unit, lang),
            change,
            basis: self.basis(before, after, raw.unit),
            why: if why.is_empty() {
                t.cause_related().to_owned()
            } else {
                why.join(t.list())
            },
            raw: raw.clone(),
        }
    }

    /// `203 / 250 → 210 / 262`; n where the figure divides by nothing that can be shown.
    fn basis(self, before: &Estimate, after: &Estimate, unit: Unit) -> String {
        let fraction = |estimate: &Estimate| match (estimate.numerator, estimate.denominator) {
            (Some(_), Some(_)) => format!(
                "{}\u{a0}/\u{a0}{}",
                format::sum(estimate.numerator),
                format::sum(estimate.denominator)
            ),
            _ => self.t.n_is(&format::count(estimate.n)),
        };
        if unit == Unit::Count {
            return format::NONE.to_owned();
        }
        self.t.from_to(&fraction(before), &fraction(after))
    }

    /// `14 late contacts`, `3 corrected contacts`: what there is of each.
    fn cause(self, cause: &Cause) -> Vec<String> {
        let t = self.t;
        let phrase = |count: u64, say: fn(Text, &str, &str) -> String| {
            (count > 0).then(|| say(t, &format::count(count), t.rows_of(&cause.table, count)))
        };
        [
            phrase(cause.late, Text::cause_late),
            phrase(cause.corrected, Text::cause_corrected),
            phrase(cause.gone, Text::cause_gone),
            phrase(cause.relinked, Text::cause_relinked),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn cells(row: &RestatedRow) -> Vec<String> {
    [
        &row.day,
        &row.name,
        &row.before,
        &row.after,
        &row.change,
        &row.basis,
        &row.why,
    ]
    .map(Clone::clone)
    .to_vec()
}
