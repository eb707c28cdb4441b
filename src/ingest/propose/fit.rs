//! Which columns of an export are which columns of a table.

use std::collections::BTreeSet;

use crate::schema::codes::{Code, canonical};
use crate::schema::{Column, Kind, Table};
use crate::settings::Settings;

use super::evidence::{self, Evidence};
use super::names::Vocabulary;
use super::notes::meaning;
use super::words::Name;

/// The columns of an export as they may be mapped: each alone, and days with times of day.
pub(super) struct Candidate {
    /// Positions in the header.
    pub fields: Vec<usize>,
    pub name: Name,
    pub evidence: Evidence,
}

/// One column of a table and where it is proposed to come from.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// Position in the table.
    pub column: usize,
    /// Position among the candidates.
    pub candidate: usize,
    /// How near the header comes to the column's names, 0 to 1.
    pub name: f64,
    score: f64,
}

/// A table and what was placed in it.
pub(super) struct Fit {
    pub table: &'static Table,
    /// In the order of the table.
    pub placed: Vec<Placed>,
    /// Required columns that nothing was found for.
    pub missing: Vec<&'static Column>,
    /// How well all of it fits.
    pub score: f64,
}

/// Nearness of a name below which values alone would decide.
const NEAR_ENOUGH: f64 = 0.4;

/// Score below which a match is none.
const ENOUGH: f64 = 0.4;

/// Durations of calls, waits and replies have a middle below this.
const LONG_S: f64 = 6.0 * 3600.0;

/// Rows whose values are looked at.
const SAMPLE: usize = 2_000;

/// Cells from all over the rows, as many in every column: the first rows of a file are those of one night.
fn sampled<'c>(cells: &[Vec<&'c str>]) -> Vec<Vec<&'c str>> {
    let rows = cells.first().map_or(0, Vec::len);
    cells
        .iter()
        .map(|column| column.iter().step_by(rows / SAMPLE + 1).copied().collect())
        .collect()
}

/// The candidates of an export with these columns.
pub(super) fn candidates(header: &[String], cells: &[Vec<&str>]) -> Vec<Candidate> {
    let (every, cells) = (cells, sampled(cells));
    let mut seen = BTreeSet::new();
    let mut all: Vec<Candidate> = Vec::new();
    for (at, title) in header.iter().enumerate() {
        // The first of two columns of one name is the one a mapping reaches.
        if title.is_empty() || !seen.insert(crate::schema::fold(title)) {
            continue;
        }
        let mut evidence = Evidence::of(cells[at].iter().copied());
        // A few among thousands are enough to be in the way.
        evidence.negative = evidence::has_negative(&every[at]);
        all.push(Candidate {
            fields: vec![at],
            name: Name::of(title),
            evidence,
        });
    }
    let mut pairs = Vec::new();
    for day in &all {
        for clock in &all {
            let (one, two) = (day.fields[0], clock.fields[0]);
            let both =
                evidence::joined((&day.evidence, &cells[one]), (&clock.evidence, &cells[two]));
            if let Some(evidence) = both {
                pairs.push(Candidate {
                    fields: vec![one, two],
                    name: day.name.joined(&clock.name),
                    evidence,
                });
            }
        }
    }
    all.extend(pairs);
    all
}

/// Places the candidates in a table, the best match first.
pub(super) fn fit(table: &'static Table, candidates: &[Candidate], settings: &Settings) -> Fit {
    let mut placed: Vec<Placed> = Vec::new();
    for one in matches(table, candidates, settings) {
        if free(&one, &placed, candidates) {
            placed.push(one);
        }
    }
    one_state(table, &mut placed);
    by_values(table, candidates, &mut placed);
    placed.sort_by_key(|one| one.column);
    let found = |at: usize| placed.iter().any(|one| one.column == at);
    let missing: Vec<&Column> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(at, column)| column.required && !found(*at) && !implied(table, column, &placed))
        .map(|(_, column)| column)
        .collect();
    // An empty column says nothing about the table.
    let told = placed
        .iter()
        .filter(|one| candidates[one.candidate].evidence.filled > 0);
    let score = told.map(|one| one.score).sum::<f64>() - 2.0 * missing.len() as f64;
    Fit {
        table,
        placed,
        missing,
        score,
    }
}

/// Every column with every candidate that may be it, the best first.
fn matches(table: &'static Table, candidates: &[Candidate], settings: &Settings) -> Vec<Placed> {
    let vocabulary = Vocabulary::of(table, settings);
    let mut matches = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        for (candidate, given) in candidates.iter().enumerate() {
            let Some(values) = suits(column, table, given) else {
                continue;
            };
            let name = vocabulary.nearness(at, column, &given.name);
            let phones = matches!(column.kind, Kind::Customer) && given.evidence.phones >= 0.7;
            let empty = given.evidence.filled == 0;
            if (name < NEAR_ENOUGH && !phones) || (empty && name < 0.9) {
                continue;
            }
            let wanted = if column.required { 0.05 } else { 0.0 };
            let score = 0.7 * name + 0.3 * values + wanted;
            if score >= ENOUGH {
                matches.push(Placed {
                    column: at,
                    candidate,
                    name,
                    score,
                });
            }
        }
    }
    matches.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| (a.column, a.candidate).cmp(&(b.column, b.candidate)))
    });
    matches
}

/// The only state of an event is the one it led to.
fn one_state(table: &Table, placed: &mut [Placed]) {
    let (Some(from), Some(to)) = (table.position("from_status"), table.position("to_status"))
    else {
        return;
    };
    if !placed.iter().any(|one| one.column == to) {
        for one in placed.iter_mut().filter(|one| one.column == from) {
            one.column = to;
        }
    }
}

/// Whether a required column has a constant value: a history of states is one of changes of state.
pub(super) fn implied(table: &Table, column: &Column, placed: &[Placed]) -> bool {
    table.name == "ticket_events"
        && column.name == "event"
        && placed
            .iter()
            .any(|one| table.columns[one.column].name == "to_status")
}

/// Whether neither the column nor the fields are taken. Days may go with several times of day.
fn free(one: &Placed, placed: &[Placed], candidates: &[Candidate]) -> bool {
    let fields = &candidates[one.candidate].fields;
    placed.iter().all(|other| {
        let taken = &candidates[other.candidate].fields;
        let shared = fields.iter().any(|at| taken.contains(at));
        let same_day = fields.len() == 2 && taken.len() == 2 && fields[1] != taken[1];
        other.column != one.column && (!shared || same_day)
    })
}

/// Gives required columns that no name fits the first candidate whose values do.
fn by_values(table: &'static Table, candidates: &[Candidate], placed: &mut Vec<Placed>) {
    for (at, column) in table.columns.iter().enumerate() {
        let open = !placed.iter().any(|one| one.column == at);
        let telling = matches!(column.kind, Kind::Instant | Kind::Date)
            || (column.key && matches!(column.kind, Kind::Id));
        if !column.required || !open || !telling {
            continue;
        }
        let mut best: Option<Placed> = None;
        for (candidate, given) in candidates.iter().enumerate() {
            let Some(values) = suits(column, table, given).filter(|values| *values >= 0.9) else {
                continue;
            };
            let one = Placed {
                column: at,
                candidate,
                name: 0.0,
                score: 0.3 * values,
            };
            let numeric = given.evidence.numbers >= 0.9 && !given.name.says("id");
            let plain = !numeric || matches!(column.kind, Kind::Instant | Kind::Date);
            if plain
                && free(&one, placed, candidates)
                && best.as_ref().is_none_or(|known| one.score > known.score)
            {
                best = Some(one);
            }
        }
        placed.extend(best);
    }
}

/// How well the values of a candidate suit a column, 0 to 1; `None` when they cannot be meant.
fn suits(column: &Column, table: &Table, given: &Candidate) -> Option<f64> {
    let seen = &given.evidence;
    if seen.filled == 0 {
        // Nothing speaks for an empty column but its name.
        return Some(0.0);
    }
    match column.kind {
        Kind::Instant | Kind::Date => when(column.kind, given),
        _ if given.fields.len() > 1 => None,
        Kind::Duration => lasting(given),
        Kind::Id => identifying(column, table, seen),
        Kind::Customer => {
            let dated = seen.times >= 0.9 && seen.numbers < 0.9;
            if dated || seen.flags >= 0.95 || !seen.whole {
                None
            } else {
                Some(if seen.phones >= 0.7 { 1.0 } else { 0.6 })
            }
        }
        Kind::Text | Kind::Problem => {
            let hour = seen.clocks >= 0.95;
            if is_when(given) || hour || seen.length > 60 || !named_alike(column, &given.name) {
                return None;
            }
            Some(match (seen.numbers >= 0.9, seen.few()) {
                (true, _) => 0.2,
                (false, true) => 0.9,
                (false, false) => 0.6,
            })
        }
        Kind::FreeText => {
            if is_when(given) || seen.numbers >= 0.9 {
                return None;
            }
            Some(if seen.length >= 12 { 0.9 } else { 0.4 })
        }
        Kind::Code(set) => coded(column, set, given),
        Kind::Flag => (seen.flags >= 0.95).then_some(1.0),
        Kind::Score => scoring(seen),
        Kind::Number => (seen.numbers >= 0.9).then_some(0.8),
        Kind::Integer => (seen.numbers >= 0.9 && seen.whole).then_some(0.8),
    }
}

/// Whether a header can be that of a short text: the names of people are wanted in one column only.
fn named_alike(column: &Column, name: &Name) -> bool {
    let person = ["agent", "customer"].iter().any(|word| name.says(word));
    column.name == "name" || !(person || name.says_only("name"))
}

/// A column of codes has some that are known, or words like them.
fn coded(column: &Column, set: &'static [Code], given: &Candidate) -> Option<f64> {
    let seen = &given.evidence;
    let share = |test: &dyn Fn(&str) -> bool| {
        let cells: usize = seen
            .values
            .iter()
            .filter(|(value, _)| test(value))
            .map(|(_, times)| times)
            .sum();
        cells as f64 / seen.filled as f64
    };
    let known = share(&|value| canonical(set, value).is_some());
    if known >= 0.5 {
        return Some(known);
    }
    if !seen.few() || is_when(given) {
        return None;
    }
    let answers = given.name.says("answer");
    let like = share(&|value| {
        canonical(set, value).is_some() || meaning(column, set, value, answers).is_some()
    });
    (like >= 0.2).then_some(0.3 + 0.6 * like)
}

fn is_when(given: &Candidate) -> bool {
    given.evidence.times >= 0.9 && (given.evidence.numbers < 0.9 || given.name.says("time"))
}

fn when(kind: Kind, given: &Candidate) -> Option<f64> {
    let seen = &given.evidence;
    // Ten digits may be seconds since 1970, or anything else.
    let digits = seen.numbers >= 0.9 && !given.name.says("time");
    if seen.times < 0.8 || digits {
        return None;
    }
    let exact = match kind {
        Kind::Date => seen.days,
        _ => 1.0 - 0.6 * seen.days,
    };
    Some(exact * seen.times)
}

fn lasting(given: &Candidate) -> Option<f64> {
    let seen = &given.evidence;
    let dated = seen.times >= 0.9 && (seen.numbers < 0.9 || seen.format.is_some());
    if seen.durations < 0.9 || dated {
        return None;
    }
    let milliseconds = seen.numbers >= 0.9 && seen.middle > 3_000.0;
    // Half of all waits longer than a quarter of a day are times of day, or numbers of something.
    if seen.middle > LONG_S && !(milliseconds && seen.middle < LONG_S * 1000.0) {
        return None;
    }
    Some(if seen.numbers < 0.9 { 1.0 } else { 0.8 })
}

fn identifying(column: &Column, table: &Table, seen: &Evidence) -> Option<f64> {
    let dated = seen.times >= 0.9 && seen.numbers < 0.9;
    if dated || seen.length > 64 || seen.flags >= 0.95 || (seen.numbers >= 0.9 && !seen.whole) {
        return None;
    }
    let alone = column.key && table.key().count() == 1;
    if !alone {
        return Some(if seen.phones >= 0.7 { 0.2 } else { 0.6 });
    }
    match seen.variety() {
        all if all >= 0.98 => Some(if seen.spaced > 0.2 { 0.5 } else { 1.0 }),
        most if most >= 0.5 => Some(0.5),
        // What comes again and again names something else.
        _ => None,
    }
}

fn scoring(seen: &Evidence) -> Option<f64> {
    if seen.labels >= 0.9 {
        return Some(1.0);
    }
    let (least, most) = seen.range;
    (seen.numbers >= 0.9 && least >= 0.0 && most <= 100.0).then_some(if most <= 10.0 {
        1.0
    } else {
        0.5
    })
}
