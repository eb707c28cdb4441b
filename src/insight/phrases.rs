//! What people actually write: the phrases that set the tickets of a problem type, and those without any, apart from
//! all others.
//!
//! A phrase is a word or two words side by side (`jieba-rs`, default dictionary and the trade's terms of the
//! taxonomy); a ticket counts once per phrase, however often it says it. How a phrase sets its group apart is the
//! log-odds ratio with an informative prior ([`crate::stats::logodds`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{Days, NaiveDate};
use rayon::prelude::*;

use crate::error::Result;
use crate::kpi::query::Source;
use crate::settings::taxonomy::{Lookup, Taxonomy};
use crate::store::parquet_io;

use super::rows::{ASKED, Columns, Wanted};

mod recognition;
mod tally;
mod words;

#[cfg(test)]
mod tests;

pub use recognition::{Recognised, Recognition};
use tally::{Held, Tally};
use words::Words;

/// Tickets with a phrase below which it is not looked at: in all, and in the group.
const LEAST: u64 = 3;

/// Example tickets per group.
pub const EXAMPLES: usize = 5;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Scope {
    /// First local date.
    pub from: Option<NaiveDate>,
    /// Last local date.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition over `ticket_facts`.
    pub condition: Option<String>,
    /// Most phrases per group.
    pub most: usize,
    /// Which examples are drawn: the same seed draws the same tickets.
    pub seed: u64,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            condition: None,
            most: 10,
            seed: 0,
        }
    }
}

/// What people write.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrases {
    /// Tickets without a type first, then the types with the most tickets.
    pub groups: Vec<Group>,
    /// Tickets with a description.
    pub tickets: u64,
    /// Tickets without one.
    pub silent: u64,
    /// First and last day of those with one.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// How well keywords recognise tickets that came with a type.
    pub recognition: Recognition,
}

/// The tickets of one problem type.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The type; `None`: neither given nor recognised.
    pub problem: Option<String>,
    /// Tickets with a description.
    pub tickets: u64,
    /// Of them, those whose type keywords recognised.
    pub by_keyword: u64,
    /// What sets them apart, the most distinctive first.
    pub phrases: Vec<Phrase>,
    /// Some of them, those with one of the phrases first.
    pub examples: Vec<Example>,
}

/// A phrase that sets a group apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// The phrase, in small letters and half width.
    pub text: String,
    /// Tickets of the group with it.
    pub here: u64,
    /// Other tickets with it.
    pub elsewhere: u64,
    /// Log-odds ratio, drawn towards the prior.
    pub log_odds: f64,
    /// The same in standard deviations.
    pub z: f64,
}

/// A ticket without anything personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its id.
    pub ticket: String,
    /// The day it was written.
    pub day: NaiveDate,
    /// What it says: names of people and numbers of parcels are blotted out.
    pub text: String,
}

/// What is known of a ticket beside its text.
struct Known {
    day: NaiveDate,
    group: usize,
    given: bool,
}

/// Finds the phrases. `facts` says which tickets are asked about, `records` has their texts: the same source, unless
/// the facts were judged at another instant.
///
/// # Errors
/// When the condition does not fit tickets, or a table cannot be read.
pub fn phrases(
    scope: &Scope,
    taxonomy: &Taxonomy,
    facts: &Source<'_>,
    records: &Source<'_>,
) -> Result<Phrases> {
    let (known, groups, mut names) = known(scope, facts)?;
    names.extend(agents(records)?);
    let lookup = taxonomy.lookup();
    let mut corpus = Corpus {
        known,
        groups,
        words: Words::new(taxonomy, &names),
        lookup: &lookup,
        seed: scope.seed,
        ids: HashMap::new(),
        texts: Vec::new(),
        tallies: Vec::new(),
        recognition: recognition::Counts::default(),
        days: None,
    };
    corpus
        .tallies
        .resize_with(corpus.groups.len(), Tally::default);
    // Facts and records agree on the day, unless the centre's zone was changed between.
    let day = Days::new(1);
    let from = scope.from.and_then(|from| from.checked_sub_days(day));
    let to = scope.to.and_then(|to| to.checked_add_days(day));
    for part in records.store.parts_at("tickets", records.run)? {
        let date: Option<NaiveDate> = part.partition.as_deref().and_then(|day| day.parse().ok());
        let inside = date.is_none_or(|date| {
            from.is_none_or(|from| date >= from) && to.is_none_or(|to| date <= to)
        });
        if inside {
            corpus.add(&parquet_io::read(
                &part.path,
                &texts(&["ticket_id", "description"]),
            )?);
        }
    }
    Ok(corpus.finish(scope.most))
}

fn texts(names: &[&str]) -> SchemaRef {
    let field = |name: &&str| Field::new(*name, DataType::Utf8, true);
    Arc::new(Schema::new(names.iter().map(field).collect::<Vec<_>>()))
}

/// The tickets asked about, their groups, and the names of couriers.
type Asked = (
    HashMap<String, Known>,
    Vec<Option<String>>,
    BTreeSet<String>,
);

fn known(scope: &Scope, facts: &Source<'_>) -> Result<Asked> {
    let wanted = Wanted {
        fact: "ticket_facts",
        columns: &[
            "ticket_id",
            "problem_type",
            "problem_source",
            "courier",
            "date",
        ],
        dims: &[],
        from: scope.from,
        to: scope.to,
        condition: scope.condition.as_deref(),
    };
    let mut known = HashMap::new();
    let mut places: BTreeMap<Option<String>, usize> = BTreeMap::new();
    let mut names = BTreeSet::new();
    wanted.each(facts, &mut |frame| {
        let columns = Columns(frame);
        let (ids, days) = (columns.texts("ticket_id")?, columns.dates()?);
        let problems = columns.texts("problem_type")?;
        let sources = columns.texts("problem_source")?;
        names.extend(columns.texts("courier")?.into_iter().flatten());
        let asked = columns.flags(ASKED)?;
        for (row, (id, problem)) in ids.into_iter().zip(problems).enumerate() {
            let (Some(id), Some(day), true) = (id, days[row], asked[row]) else {
                continue;
            };
            let next = places.len();
            let known_as = Known {
                day,
                group: *places.entry(problem).or_insert(next),
                given: sources[row].as_deref() == Some("given"),
            };
            known.insert(id, known_as);
        }
        Ok(())
    })?;
    let mut groups = vec![None; places.len()];
    for (problem, at) in places {
        groups[at] = problem;
    }
    Ok((known, groups, names))
}

/// The names of agents.
fn agents(records: &Source<'_>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for part in records.store.parts_at("agents", records.run)? {
        let rows = parquet_io::read(&part.path, &texts(&["name"]))?;
        let column = rows.column(0).as_string::<i32>();
        names.extend(column.iter().flatten().map(str::to_owned));
    }
    Ok(names)
}

/// Texts being taken in.
struct Corpus<'a> {
    known: HashMap<String, Known>,
    groups: Vec<Option<String>>,
    words: Words,
    lookup: &'a Lookup,
    seed: u64,
    /// Phrase → its number, and back.
    ids: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    tallies: Vec<Tally>,
    recognition: recognition::Counts,
    days: Option<(NaiveDate, NaiveDate)>,
}

impl Corpus<'_> {
    fn add(&mut self, rows: &RecordBatch) {
        let (ids, texts) = (
            rows.column(0).as_string::<i32>(),
            rows.column(1).as_string::<i32>(),
        );
        let pairs: Vec<(&str, &str)> = ids
            .iter()
            .zip(texts)
            .filter_map(|(id, text)| Some((id?, text.filter(|text| !text.trim().is_empty())?)))
            .filter(|(id, _)| self.known.contains_key(*id))
            .collect();
        let words = &self.words;
        let cut: Vec<(String, BTreeSet<String>)> = pairs
            .par_iter()
            .map(|(_, text)| {
                let masked = words.masked(text);
                let phrases = words.phrases(&masked);
                (masked, phrases)
            })
            .collect();
        for ((id, text), (masked, phrases)) in pairs.into_iter().zip(cut) {
            self.ticket(id, text, masked, phrases);
        }
    }

    fn ticket(&mut self, id: &str, text: &str, masked: String, phrases: BTreeSet<String>) {
        let Some(known) = self.known.remove(id) else {
            return;
        };
        let day = known.day;
        self.days = Some(
            self.days
                .map_or((day, day), |(first, last)| (first.min(day), last.max(day))),
        );
        let phrases: Vec<u32> = phrases
            .into_iter()
            .map(|phrase| self.number(phrase))
            .collect();
        let tally = &mut self.tallies[known.group];
        tally.tickets += 1;
        for phrase in &phrases {
            *tally.phrases.entry(*phrase).or_default() += 1;
        }
        let mut draw = blake3::Hasher::new();
        draw.update(&self.seed.to_le_bytes()).update(id.as_bytes());
        tally.held.push(Held {
            lot: *draw.finalize().as_bytes(),
            id: id.to_owned(),
            day,
            text: masked,
            phrases,
        });
        tally.drop_late();
        if let Some(problem) = &self.groups[known.group] {
            if known.given {
                self.recognition.add(self.lookup, problem, text);
            } else {
                tally.by_keyword += 1;
            }
        }
    }

    fn number(&mut self, phrase: String) -> u32 {
        if let Some(known) = self.ids.get(phrase.as_str()) {
            return *known;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let phrase: Arc<str> = phrase.into();
        self.texts.push(phrase.clone());
        self.ids.insert(phrase, number);
        number
    }

    fn finish(self, most: usize) -> Phrases {
        let mut all = vec![0_u64; self.texts.len()];
        for (phrase, count) in self.tallies.iter().flat_map(|tally| &tally.phrases) {
            all[*phrase as usize] += count;
        }
        let vocabulary: Vec<u32> = (0..)
            .zip(&all)
            .filter(|(_, count)| **count >= LEAST)
            .map(|(phrase, _)| phrase)
            .collect();
        let tickets = self.tallies.iter().map(|tally| tally.tickets).sum();
        let mut groups: Vec<Group> = self
            .groups
            .into_iter()
            .zip(self.tallies)
            .filter(|(_, tally)| tally.tickets > 0)
            .map(|(problem, tally)| tally.group(problem, &self.texts, &all, &vocabulary, most))
            .collect();
        groups.sort_by(|a, b| {
            let typed = |group: &Group| group.problem.is_some();
            typed(a)
                .cmp(&typed(b))
                .then(b.tickets.cmp(&a.tickets))
                .then_with(|| a.problem.cmp(&b.problem))
        });
        Phrases {
            groups,
            tickets,
            silent: self.known.len() as u64,
            days: self.days,
            recognition: self.recognition.finish(),
        }
    }
}
