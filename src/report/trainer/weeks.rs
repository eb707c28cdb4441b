//! What keeps coming back: problems by week, and the outlets where they do.

use crate::insight::weeks::Recurring;
use crate::kpi::figure::{Better, Unit};
use crate::report::document::{Block, Section, Tone};
use crate::report::figure::{About, Figure, persistence};
use crate::report::format;

use super::Page;

/// Rows of the map.
const SHOWN: usize = 12;

/// Problems at outlets named under it.
const NAMED: usize = 6;

pub(super) fn section(page: Page) -> Section {
    let t = page.t;
    let mut blocks: Vec<Block> = page
        .map()
        .map(|figure| Block::Figure(Box::new(figure)))
        .into_iter()
        .collect();
    let placed = &page.input.weeks_placed;
    let at_outlets: Vec<String> = placed
        .rows
        .iter()
        .filter(|row| row.persistent)
        .take(NAMED)
        .map(|row| {
            let name = t.problem_at(&page.problem(&row.problem), &row.place);
            let above = row.judged.weeks_above.to_string();
            t.weeks_above(&name, &above, &placed.weeks.len().to_string())
        })
        .collect();
    let tested = t.weeks_at_outlets(
        &placed.rows.len().to_string(),
        &format::count(placed.contacts.1),
    );
    blocks.push(if placed.rows.is_empty() {
        super::prose("", vec![t.weeks_no_place().to_owned()])
    } else if at_outlets.is_empty() {
        super::prose(t.weeks_nowhere(), vec![tested])
    } else {
        super::prose(t.weeks_somewhere(), [at_outlets, vec![tested]].concat())
    });
    super::section("weeks", t.weeks_title(), None, blocks)
}

impl Page<'_> {
    /// The finding; `None` without a contact.
    pub(super) fn weeks_finding(self) -> Option<String> {
        let t = self.t;
        let places = self.input.weeks_placed.rows.iter();
        let found: Vec<&Recurring> = places
            .chain(&self.input.weeks.rows)
            .filter(|row| row.persistent)
            .collect();
        let weeks = self.input.weeks.weeks.len();
        let all = weeks.to_string();
        let Some(first) = found.first() else {
            return (weeks > 0).then(|| t.weeks_none(&all));
        };
        let name = if first.place.is_empty() {
            self.problem(&first.problem)
        } else {
            t.problem_at(&self.problem(&first.problem), &first.place)
        };
        let above = first.judged.weeks_above.to_string();
        Some(t.weeks_some(&found.len().to_string(), &name, &above, &all))
    }

    fn map(self) -> Option<Figure> {
        let Self { input, lang, t } = self;
        let found = &input.weeks;
        let title = self.weeks_finding()?;
        // The costliest problems, and those that come back although they cost little.
        let cost = |row: &Recurring| {
            let costly = input.problems.rows.iter();
            let place = costly.take_while(|known| known.members.first() != Some(&row.problem));
            (!row.persistent, place.count())
        };
        let mut shown: Vec<&Recurring> = found.rows.iter().collect();
        shown.sort_by_key(|row| cost(row));
        shown.truncate(SHOWN);
        let names: Vec<String> = shown.iter().map(|row| self.problem(&row.problem)).collect();
        let rows: Vec<persistence::Problem> = shown
            .iter()
            .zip(&names)
            .map(|(row, name)| persistence::Problem {
                name,
                weeks: &row.weeks,
                judged: &row.judged,
                persistent: row.persistent,
            })
            .collect();
        let persistent = found.rows.iter().chain(&input.weeks_placed.rows);
        let about = About {
            id: "problem-weeks",
            title: &title,
            tone: if persistent.into_iter().any(|row| row.persistent) {
                Tone::Concern
            } else {
                Tone::Calm
            },
            measure: t.weeks_measure(),
            unit: Unit::Count,
            better: Better::Lower,
            period: found.days?,
            n: found.contacts.0,
            target: None,
            scope: input.head.scope.get(lang),
            lang,
        };
        let how = t.weeks_how(&format::count(found.rows.len() as u64));
        let mut figure = persistence::figure(&about, &found.weeks, &rows, &how, t.col_problem())?;
        if found.contacts.1 > 0 {
            let without = format::count(found.contacts.1);
            figure.notes.push(t.problems_without(&without));
        }
        Some(figure)
    }
}
