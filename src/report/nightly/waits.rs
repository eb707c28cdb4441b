//! When customers wait and give up: mean wait and abandon rate by hour and weekday.

use crate::i18n::text::Text;
use crate::insight::waits::Waiting;
use crate::kpi::figure::{Better, Bound, Unit};
use crate::report::document::{Block, Column, Section, Table, Tone};
use crate::report::figure::spread::{self, Bin};
use crate::report::figure::{About, Figure, Heat, HeatCell, HeatLevel, Plot};
use crate::report::format;

use super::grid::{Grid, WEEK};
use super::judged::FEW_CASES;
use super::{Page, WaitCell, Waits};

pub(super) fn section(page: Page) -> Option<Section> {
    let waits = page.input.waits.as_ref();
    let heat = waits.and_then(|waits| page.heat(&WAITS, waits));
    let abandons = page.input.abandons.as_ref();
    let abandons = abandons.and_then(|waits| page.heat(&ABANDONS, waits));
    let waiting = page.input.insight.waiting.as_ref();
    let figures = heat
        .into_iter()
        .chain(waiting.and_then(|waiting| page.spread(waiting)))
        .chain(abandons)
        .map(|figure| Block::Figure(Box::new(figure)));
    let blocks: Vec<Block> = page.slow_block().into_iter().chain(figures).collect();
    let title = page.t.waits_title();
    (!blocks.is_empty()).then(|| super::section("waits", title, None, blocks))
}

/// What a map says about its measure.
struct Words {
    id: &'static str,
    /// The worst cell, from measure, slot, value, n.
    finding: fn(Text, &str, &str, &str, &str) -> String,
    description: fn(Text, &str) -> String,
}

const WAITS: Words = Words {
    id: "waits-map",
    finding: |t, name, slot, value, n| t.waits_finding(name, slot, value, n),
    description: |t, title| t.waits_description(title),
};

const ABANDONS: Words = Words {
    id: "abandons-map",
    finding: |t, name, slot, value, n| t.abandons_finding(name, slot, value, n),
    description: |t, title| t.abandons_description(title),
};

impl Page<'_> {
    /// The waits around the one that the service level promises.
    fn spread(self, waiting: &Waiting) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let seconds = |value| format::value(value, Unit::Seconds, lang);
        let title = match (waiting.promised, waiting.within.value, waiting.quantiles.0) {
            (Some(promised), Some(share), _) => t.spread_title(
                &format::value(share, Unit::Percent, lang),
                &seconds(promised),
            ),
            (.., median) => t.spread_title_median(&format::maybe(median, Unit::Seconds, lang)),
        };
        let bins: Vec<Bin> = waiting
            .classes
            .iter()
            .map(|class| Bin {
                from: class.from,
                to: class.to,
                count: class.count,
            })
            .collect();
        let quantiles: Vec<(&str, f64)> = [
            (t.quantile_half(), waiting.quantiles.0),
            (t.quantile_ninety(), waiting.quantiles.1),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let level = input.kpis.iter().find(|line| line.id == "service_level");
        let source = level.map(|line| line.source.get(lang));
        let about = About {
            id: "waits-spread",
            title: &title,
            tone: Tone::Calm,
            measure: t.spread_measure(),
            unit: Unit::Seconds,
            better: Better::Lower,
            period: waiting.days,
            n: waiting.classes.iter().map(|class| class.count).sum(),
            target: waiting
                .promised
                .map(|promised| (Bound::AtMost(promised), source)),
            scope: &t.spread_scope(input.scope.get(lang)),
            lang,
        };
        spread::figure(&about, &bins, waiting.within, &quantiles)
    }

    fn heat(self, words: &Words, waits: &Waits) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let full = Grid::new(waits)?;
        let grid = full.trimmed();
        let slot = |cell: &WaitCell| {
            t.slot(
                &format::short_weekday(WEEK[usize::from(cell.weekday) - 1], lang),
                &hour(cell.hour),
            )
        };
        let print = |cell: &WaitCell| format::maybe(cell.value, waits.unit, lang);
        let name = waits.name.get(lang);
        let title = match grid.worst {
            Some(worst) => (words.finding)(
                t,
                name,
                &slot(&worst),
                &print(&worst),
                &format::count(worst.n),
            ),
            None => t.waits_sparse(name),
        };
        let total: u64 = waits.cells.iter().map(|cell| cell.n).sum();
        let subtitle = t.chart_subtitle(
            waits.about.get(lang),
            self.unit(waits.unit),
            &format::period(waits.from, waits.to, lang),
            &format::count(total),
        );
        let few = FEW_CASES.to_string();
        Some(Figure {
            id: words.id.to_owned(),
            tone: Tone::Calm,
            description: (words.description)(t, &title),
            subtitle,
            notes: [
                (grid.sparse > 0).then(|| {
                    t.waits_note(
                        &few,
                        &grid.sparse.to_string(),
                        &grid.cells.len().to_string(),
                    )
                }),
                full.beyond(&grid).map(|hours| t.waits_hidden(&hours, &few)),
                Some(t.scope_is(input.scope.get(lang))),
            ]
            .into_iter()
            .flatten()
            .collect(),
            data: self.heat_table(&full, waits, words.id, &title),
            title,
            plot: Plot::Heat(Heat {
                unit: waits.unit,
                weekdays: WEEK
                    .iter()
                    .map(|day| format::short_weekday(*day, lang))
                    .collect(),
                hours: grid
                    .hours
                    .clone()
                    .map(|hour| format!("{hour:02}"))
                    .collect(),
                cells: grid
                    .cells
                    .iter()
                    .map(|cell| self.heat_cell(cell, &grid, waits, &slot(cell)))
                    .collect(),
                classes: grid.class_names(waits.unit),
                sparse: t.sparse_below(&few),
                key: t.heat_key(self.unit(waits.unit)),
            }),
        })
    }

    fn heat_cell(self, cell: &WaitCell, grid: &Grid, waits: &Waits, slot: &str) -> HeatCell {
        let Self { lang, t, .. } = self;
        let level = grid.level(cell);
        let value = format::maybe(cell.value, waits.unit, lang);
        let n = format::count(cell.n);
        let judged = cell.value.filter(|_| matches!(level, HeatLevel::Class(_)));
        HeatCell {
            level,
            value: judged,
            label: judged.map_or_else(String::new, |value| format::cell(value, waits.unit)),
            hint: match level {
                HeatLevel::Sparse => t.hint_sparse(slot, &value, &n),
                HeatLevel::Empty => t.hint_empty(slot),
                HeatLevel::Class(_) => t.day_hint(slot, &value, &n),
            },
        }
    }

    fn heat_table(self, grid: &Grid, waits: &Waits, id: &str, title: &str) -> Table {
        let Self { lang, t, .. } = self;
        let per_day = grid.hours.clone().count();
        let rows = grid.hours.clone().enumerate().map(|(row, hour)| {
            let cells = (0..WEEK.len()).map(|day| {
                let cell = &grid.cells[day * per_day + row];
                match grid.level(cell) {
                    HeatLevel::Empty => format::NONE.to_owned(),
                    level => {
                        let text = t.heat_data(
                            &format::maybe(cell.value, waits.unit, lang),
                            &format::count(cell.n),
                        );
                        if level == HeatLevel::Sparse {
                            t.marked_sparse(&text)
                        } else {
                            text
                        }
                    }
                }
            });
            std::iter::once(self::hour(hour)).chain(cells).collect()
        });
        let days = WEEK
            .iter()
            .map(|day| Column::number(format::short_weekday(*day, lang)));
        Table {
            id: format!("data-{id}"),
            caption: t.data_of(title),
            columns: std::iter::once(Column::text(t.col_hour()))
                .chain(days)
                .collect(),
            rows: rows.collect(),
            total: false,
            empty: t.no_history().to_owned(),
        }
    }
}

/// `08:00–08:59`: which minutes an hour holds is what people ask first.
fn hour(hour: u8) -> String {
    format!("{hour:02}:00–{hour:02}:59")
}
