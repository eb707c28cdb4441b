//! Promises to customers: broken, about to be broken, by promise and by outlet.

use crate::insight::promises::{Clocks, Kept, Outlet};
use crate::kpi::figure::{Better, Bound, Status, Unit};
use crate::report::document::{Block, Column, Section, Table, Tone};
use crate::report::figure::ribbon::{self, Slot};
use crate::report::figure::{About, Figure};
use crate::report::format;
use crate::report::insights::Promised;
use crate::stats::funnel::Flag;

use super::Page;
use super::judged::FEW_CASES;

/// Outlets listed.
const OUTLETS: usize = 8;

/// Days of the ribbon: enough to see a week against the week before.
const DAYS: usize = 14;

/// Outlets named in the title.
const NAMED: usize = 2;

pub(super) fn section(page: Page) -> Option<Section> {
    let promised = page.input.insight.promises.as_ref()?;
    let t = page.t;
    let rows = ordered(promised);
    if rows.is_empty() {
        return None;
    }
    let sum = |of: fn(Clocks) -> u64| rows.iter().map(|(row, ..)| of(row.all)).sum::<u64>();
    let (due, met) = (sum(Clocks::due), sum(|clocks| clocks.met));
    let share = (due > 0).then(|| met as f64 / due as f64);
    let today = |of: fn(&Clocks) -> u64| {
        let newest = rows.iter().filter_map(|(row, ..)| row.by_day.last());
        format::count(newest.map(of).sum())
    };
    let lead = t.sla_lead(
        &format::count(due),
        &format::maybe(share, Unit::Percent, page.lang),
        &today(|clocks| clocks.due()),
        &today(|clocks| clocks.breached),
    );
    let now = t.sla_now(
        &format::count(sum(|clocks| clocks.warned)),
        &format::count(sum(|clocks| clocks.late)),
    );
    let mut blocks = Vec::new();
    blocks.extend(
        page.ribbon(promised, &rows)
            .map(|figure| Block::Figure(Box::new(figure))),
    );
    let outlets: Vec<&Outlet> = promised
        .found
        .outlets
        .iter()
        .filter(|outlet| outlet.all.breached + outlet.all.warned + outlet.all.late > 0)
        .take(OUTLETS)
        .collect();
    if !outlets.is_empty() {
        blocks.push(Block::Table(page.by_outlet(promised, &outlets)));
    }
    blocks.push(Block::Details {
        summary: t.sla_by_promise().to_owned(),
        blocks: vec![Block::Table(page.by_promise(&rows))],
    });
    Some(super::section(
        "sla",
        t.sla_title(),
        Some(format!(
            "{lead}{}{now}",
            if page.lang == crate::i18n::Lang::En {
                " "
            } else {
                ""
            }
        )),
        blocks,
    ))
}

/// A promise with a clock: what became of them, its name and its limit in seconds.
type Row<'a> = (&'a Kept, &'a crate::i18n::Bilingual, f64);

/// The promises with a clock, in the order of the settings.
fn ordered(promised: &Promised) -> Vec<Row<'_>> {
    promised
        .known
        .iter()
        .filter_map(|(id, name, limit)| {
            let row = promised.found.rows.iter().find(|row| row.promise == *id)?;
            Some((row, name, *limit))
        })
        .collect()
}

impl Page<'_> {
    fn ribbon(self, promised: &Promised, rows: &[Row]) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let hidden = promised.found.days.len().saturating_sub(DAYS);
        let days = &promised.found.days[hidden..];
        let slots: Vec<Slot> = days
            .iter()
            .map(|day| Slot {
                label: format::axis_day(*day, lang),
                labelled: chrono::Datelike::weekday(day) == chrono::Weekday::Mon,
            })
            .collect();
        let limits: Vec<String> = rows
            .iter()
            .map(|(_, _, limit)| format::value(*limit, Unit::Seconds, lang))
            .collect();
        let clocks: Vec<Vec<(u64, u64, u64)>> = rows
            .iter()
            .map(|(row, ..)| {
                let counts = row.by_day[hidden..].iter();
                counts
                    .map(|clocks| (clocks.met, clocks.running, clocks.breached))
                    .collect()
            })
            .collect();
        let bound = promised.target.as_ref().map(|(bound, _)| *bound);
        let promises: Vec<ribbon::Promise> = rows
            .iter()
            .zip(limits.iter().zip(&clocks))
            .map(|((row, name, _), (limit, clocks))| ribbon::Promise {
                name: name.get(lang),
                limit,
                clocks,
                attainment: Clocks::sum(&row.by_day[hidden..]).attainment(),
                target: bound,
            })
            .collect();
        let title = self.sla_title(promised, rows, bound, hidden);
        let about = About {
            id: "promises",
            title: &title.1,
            tone: title.0,
            measure: t.sla_measure(),
            unit: Unit::Count,
            better: Better::Neither,
            period: (*days.first()?, *days.last()?),
            n: clocks
                .iter()
                .flatten()
                .map(|(met, _, broken)| met + broken)
                .sum(),
            target: None,
            scope: input.scope.get(lang),
            lang,
        };
        ribbon::figure(&about, slots, &promises, t.sla_slot())
    }

    /// The promise furthest below its target on the days drawn, and the outlets that break more than chance explains.
    fn sla_title(
        self,
        promised: &Promised,
        rows: &[Row],
        bound: Option<Bound>,
        hidden: usize,
    ) -> (Tone, String) {
        let Self { lang, t, .. } = self;
        let target = bound.map_or_else(
            || format::NONE.to_owned(),
            |bound| format::bound(bound, Unit::Percent, lang),
        );
        let attained = |row: &Kept| Clocks::sum(&row.by_day[hidden..]).attainment();
        let missed = rows.iter().filter(|(row, ..)| {
            let attained = attained(row);
            attained.n >= FEW_CASES
                && attained.status(bound) == Status::Missed
                && !attained.indistinguishable(bound)
        });
        let share = |row: &Kept| attained(row).value.unwrap_or(1.0);
        let worst = missed.min_by(|a, b| share(a.0).total_cmp(&share(b.0)));
        let outside: Vec<&str> = promised
            .found
            .outlets
            .iter()
            .filter(|outlet| outlet.flag == Flag::Alarm { above: true })
            .take(NAMED)
            .map(|outlet| outlet.outlet.as_str())
            .collect();
        let outlets = if outside.is_empty() {
            t.sla_no_outlets().to_owned()
        } else {
            t.sla_outlets(&outside.join(t.list()))
        };
        match worst {
            Some((row, name, _)) => {
                let kept = format::value(share(row), Unit::Percent, lang);
                let text = t.sla_finding(name.get(lang), &kept, &target, &outlets);
                (Tone::Concern, text)
            }
            None if outside.is_empty() => (Tone::Calm, t.sla_all_met(&target)),
            None => (
                Tone::Concern,
                format!("{}{}{outlets}", t.sla_all_met(&target), t.clause()),
            ),
        }
    }

    fn by_promise(self, rows: &[Row]) -> Table {
        let Self { lang, t, .. } = self;
        let cells = rows.iter().map(|(row, name, limit)| {
            let today = row.by_day.last().copied().unwrap_or_default();
            let mut cells = vec![
                name.get(lang).to_owned(),
                format::value(*limit, Unit::Seconds, lang),
            ];
            cells.extend(self.counts(today, row.all));
            cells
        });
        Table {
            id: "sla-promises".to_owned(),
            caption: t.sla_by_promise().to_owned(),
            columns: [Column::text(t.col_promise()), Column::number(t.col_limit())]
                .into_iter()
                .chain(self.count_columns())
                .collect(),
            rows: cells.collect(),
            total: false,
            empty: t.sla_empty().to_owned(),
        }
    }

    fn by_outlet(self, promised: &Promised, outlets: &[&Outlet]) -> Table {
        let Self { lang, t, .. } = self;
        let name = |id: &str| {
            let known = promised.known.iter().find(|(known, ..)| known == id);
            known.map_or_else(|| id.to_owned(), |(_, name, _)| name.get(lang).to_owned())
        };
        let cells = outlets.iter().map(|outlet| {
            let verdict = match outlet.flag {
                Flag::Alarm { above: true } => format!("▲ {}", t.concern()),
                Flag::Warning { above: true } => format!("△ {}", t.concern()),
                Flag::TooFew => format!("◌ {}", t.sparse()),
                _ => format!("○ {}", t.funnel_within()),
            };
            let mut cells = vec![outlet.outlet.clone(), verdict];
            cells.extend(self.counts(outlet.day, outlet.all));
            cells.push(outlet.most.as_ref().map_or_else(
                || format::NONE.to_owned(),
                |(promise, count)| t.broken_most(&name(promise), &format::count(*count)),
            ));
            cells
        });
        Table {
            id: "sla-outlets".to_owned(),
            caption: t.sla_by_outlet(&outlets.len().to_string()),
            columns: [Column::text(t.col_outlet()), Column::text(t.col_verdict())]
                .into_iter()
                .chain(self.count_columns())
                .chain([Column::text(t.col_most_broken())])
                .collect(),
            rows: cells.collect(),
            total: false,
            empty: t.sla_empty().to_owned(),
        }
    }

    fn count_columns(self) -> Vec<Column> {
        let t = self.t;
        [
            t.col_due_today(),
            t.col_broken_today(),
            t.col_due(),
            t.col_broken(),
            t.col_kept(),
            t.col_still_late(),
            t.col_warned(),
        ]
        .map(Column::number)
        .to_vec()
    }

    fn counts(self, today: Clocks, all: Clocks) -> Vec<String> {
        let attained = all.attainment();
        let share = format::maybe(attained.value, Unit::Percent, self.lang);
        let share = if attained.n > 0 && attained.n < FEW_CASES {
            self.t.marked_sparse(&share)
        } else {
            share
        };
        vec![
            format::count(today.due()),
            format::count(today.breached),
            format::count(all.due()),
            format::count(all.breached),
            share,
            format::count(all.late),
            format::count(all.warned),
        ]
    }
}
