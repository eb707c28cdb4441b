//! What columns are called, and how near a header comes to it.

use crate::schema::{Column, Kind, Table};
use crate::settings::{Settings, Source};

use super::words::{Concept, Name};

/// What the columns of a table are called: here, and in the exports of the systems that are built in.
pub(super) struct Vocabulary {
    names: Vec<Vec<(Name, f64)>>,
    /// How many of them are the column's own.
    own: Vec<usize>,
}

/// Ideas of which a header means one: a ticket's number is nobody's telephone number.
const THINGS: &[Concept] = &[
    "call", "talk", "chat", "ticket", "customer", "agent", "waybill", "courier", "outlet",
];

impl Vocabulary {
    /// The names of the columns of a table.
    pub(super) fn of(table: &'static Table, settings: &Settings) -> Self {
        let sources: Vec<&Source> = settings
            .profiles
            .iter()
            .flat_map(|profile| profile.sources.values())
            .filter(|source| source.table == table.name)
            .collect();
        let of_column = |column: &Column| {
            let own = [column.name, column.zh]
                .into_iter()
                .chain(column.aliases.iter().copied())
                .map(|text| (known(text, column.kind), 0.95));
            let elsewhere = sources
                .iter()
                .filter_map(|source| source.columns.get(column.name))
                .filter_map(|mapping| mapping.rule().from)
                .flat_map(|headers| headers.0)
                .map(|text| {
                    let last = text.rsplit('.').next().unwrap_or(&text);
                    (known(last, column.kind), 0.85)
                });
            own.chain(elsewhere).collect()
        };
        Self {
            names: table.columns.iter().map(of_column).collect(),
            own: table
                .columns
                .iter()
                .map(|column| 2 + column.aliases.len())
                .collect(),
        }
    }

    /// How near a header comes to a column's names, 0 to 1.
    pub(super) fn nearness(&self, at: usize, column: &Column, name: &Name) -> f64 {
        if !name.folded.is_empty() && column.answers_to(&name.folded) {
            return 1.0;
        }
        let durations = matches!(column.kind, Kind::Duration);
        let best = self.names[at]
            .iter()
            .map(|(known, trust)| trust * likeness(name, known, durations))
            .fold(0.0, f64::max);
        let own = self.names[at].iter().take(self.own[at]);
        let about: Vec<Concept> = own
            .flat_map(|(known, _)| known.concepts.iter().copied())
            .collect();
        let mut things = name.concepts.iter().filter(|word| THINGS.contains(word));
        let other = things.clone().next().is_some() && !things.any(|word| about.contains(word));
        if other && best < 0.9 {
            best / 2.0
        } else {
            best
        }
    }
}

/// A name of a column, with what its kind says besides.
fn known(text: &str, kind: Kind) -> Name {
    let mut name = Name::of(text);
    match kind {
        Kind::Duration => {
            name.concepts.retain(|concept| *concept != "time");
            name.add("duration");
        }
        Kind::Instant | Kind::Date => name.add("time"),
        _ => {}
    }
    name
}

/// How like a header is to one known name: by its words, by one holding the other, by its letters.
fn likeness(name: &Name, known: &Name, durations: bool) -> f64 {
    let mut best = name.shared(known, durations);
    let (mine, theirs) = (&name.folded, &known.folded);
    let letters = |text: &str| text.chars().count();
    if mine.is_empty() || theirs.is_empty() {
        return best;
    }
    if mine == theirs {
        return 1.0;
    }
    let least = if theirs.is_ascii() { 4 } else { 2 };
    if letters(theirs) >= least && mine.contains(theirs.as_str()) {
        let part = letters(theirs) as f64 / letters(mine) as f64;
        let first = if mine.starts_with(theirs.as_str()) {
            0.03
        } else {
            0.0
        };
        best = best.max(0.5 + 0.4 * part + first);
    }
    if mine.is_ascii() && theirs.is_ascii() && letters(mine) >= 5 && letters(theirs) >= 5 {
        let alike = strsim::jaro_winkler(mine, theirs);
        if alike >= 0.92 {
            best = best.max(alike * 0.9);
        }
    }
    best
}
