//! Script items by team, each cell against the centre's share of the item.

use crate::insight::coaching::Skipped;
use crate::insight::script::{Item, Judged, Script};
use crate::kpi::figure::Unit;
use crate::report::document::{Block, Column, Section, Table, Tone};
use crate::report::figure::persistence::{PersistenceKey, PersistenceRow};
use crate::report::figure::{Figure, HeatLevel, Persistence, PersistenceCell, Plot, SignalMark};
use crate::report::format;
use crate::stats::funnel::LEAST;

use super::Page;

/// Items shown, those failed most.
const SHOWN: usize = 14;

/// The team's share over the centre's where the classes end.
const CLASSES: [f64; 2] = [1.5, 2.0];

pub(super) fn section(page: Page) -> Section {
    let t = page.t;
    let block = page.items().map_or_else(
        || Block::Text {
            heading: String::new(),
            paragraphs: vec![t.script_none().to_owned()],
        },
        |figure| Block::Figure(Box::new(figure)),
    );
    super::section("script", t.script_title(), None, vec![block])
}

impl Page<'_> {
    /// Teams that fail the item more than the same contacts explain, the furthest first.
    fn skipping(&self, item: &Item) -> Option<&Skipped> {
        let skipped = self.input.coaching.skipped.iter();
        skipped
            .filter(|row| row.item == item.name)
            .max_by(|a, b| a.z.total_cmp(&b.z))
    }

    fn share(self, judged: Judged) -> String {
        format::value(judged.share(), Unit::Percent, self.lang)
    }

    /// The item and the team that are furthest outside, else the item that fails most.
    pub(super) fn script_finding(self) -> Option<String> {
        let t = self.t;
        let script = &self.input.script;
        let skipped = self.input.coaching.skipped.iter();
        if let Some(first) = skipped.max_by(|a, b| a.z.total_cmp(&b.z)) {
            let percent = |share| format::value(share, Unit::Percent, self.lang);
            return Some(t.script_some(
                &first.item,
                &first.team,
                &percent(first.value),
                &percent(first.expected),
            ));
        }
        // An item judged a few times says little.
        let enough = |item: &&Item| item.all.judged as f64 >= LEAST;
        let worst = script.items.iter().find(enough)?;
        Some(t.script_worst(&worst.name, &self.share(worst.all)))
    }

    fn items(self) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let script = &input.script;
        let title = self.script_finding()?;
        let shown = &script.items[..script.items.len().min(SHOWN)];
        let outside = shown.iter().any(|item| self.skipping(item).is_some());
        let n = script.items.iter().map(|item| item.all.judged).sum();
        let (from, to) = input.days;
        Some(Figure {
            id: "script-items".to_owned(),
            tone: if outside { Tone::Concern } else { Tone::Calm },
            subtitle: t.chart_subtitle(
                t.script_measure(),
                t.unit_percent(),
                &format::period(from, to, lang),
                &format::count(n),
            ),
            notes: vec![
                t.script_note().to_owned(),
                t.script_how().to_owned(),
                t.scope_is(input.head.scope.get(lang)),
            ],
            description: t.script_description(
                &shown.len().to_string(),
                &script.teams.len().to_string(),
                &title,
            ),
            plot: Plot::Persistence(self.grid(script, shown)),
            data: self.item_table(script, &title),
            title,
        })
    }

    fn grid(self, script: &Script, shown: &[Item]) -> Persistence {
        let t = self.t;
        let rows = shown.iter().map(|item| PersistenceRow {
            name: item.name.clone(),
            cells: (0..script.teams.len())
                .map(|team| self.script_cell(item, &script.teams[team], item.teams[team]))
                .collect(),
            summary: t.script_at(&self.share(item.all), &format::count(item.all.judged)),
            mark: self.skipping(item).map(|_| SignalMark {
                tone: Tone::Concern,
                up: true,
            }),
        });
        Persistence {
            weeks: script.teams.clone(),
            rows: rows.collect(),
            summary_label: t.script_summary().to_owned(),
            key: PersistenceKey {
                classes: vec![
                    t.script_key_not().to_owned(),
                    t.script_key_up("1.5"),
                    t.script_key_up("2"),
                    t.script_key_beyond("2"),
                ],
                sparse: t.script_key_sparse(&format!("{LEAST:.0}")),
                persistent: t.script_key_mark().to_owned(),
                cells: t.script_key_cells().to_owned(),
            },
        }
    }

    fn script_cell(self, item: &Item, team: &str, own: Judged) -> PersistenceCell {
        let centre = item.all.share();
        let level = if own.judged == 0 {
            HeatLevel::Empty
        } else if (own.judged as f64) < LEAST {
            HeatLevel::Sparse
        } else if own.share() <= centre {
            HeatLevel::Class(0)
        } else {
            let beyond = CLASSES.iter().filter(|end| own.share() > **end * centre);
            HeatLevel::Class(1 + beyond.count())
        };
        let judged = matches!(level, HeatLevel::Class(_)) && centre > 0.0;
        PersistenceCell {
            level,
            ratio: judged.then(|| own.share() / centre),
            label: format!("{:.0}", own.share() * 100.0),
            hint: self.t.script_hint(
                &item.name,
                team,
                &format::count(own.failed),
                &format::count(own.judged),
                &self.share(own),
            ),
        }
    }

    fn item_table(self, script: &Script, title: &str) -> Table {
        let t = self.t;
        let cell = |judged: Judged| {
            if judged.judged == 0 {
                return format::NONE.to_owned();
            }
            let counts = format!("{}/{}", judged.failed, judged.judged);
            t.of_n(&self.share(judged), &counts)
        };
        let rows = script.items.iter().map(|item| {
            let teams = item.teams.iter().map(|each| cell(*each));
            std::iter::once(item.name.clone())
                .chain(teams)
                .chain([cell(item.all)])
                .collect()
        });
        Table {
            id: "data-script".to_owned(),
            caption: t.data_of(title),
            columns: std::iter::once(Column::text(t.dim_item()))
                .chain(script.teams.iter().map(Column::number))
                .chain([Column::number(t.script_summary())])
                .collect(),
            rows: rows.collect(),
            total: false,
            empty: t.script_none().to_owned(),
        }
    }
}
