//! The tickets of one problem type → its phrases and examples.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::stats::logodds;

use super::{EXAMPLES, Example, Group, LEAST, Phrase};

/// Phrases the prior counts for. Source: Monroe, Colaresi & Quinn (2008), § 3.5.1, take 500.
const PRIOR: f64 = 500.0;

/// Standard deviations beyond which a phrase sets its group apart: the 99.8 % limit, as in funnels; hundreds of
/// phrases are looked at.
const APART: f64 = 3.090_232;

/// A phrase within another says nothing new when at least this share of its tickets has the other.
const WITHIN: f64 = 2.0 / 3.0;

/// Tickets held ready to choose examples from.
const HELD: usize = 200;

/// What tickets of one group add up to.
#[derive(Default)]
pub(super) struct Tally {
    pub tickets: u64,
    pub by_keyword: u64,
    /// Phrase → tickets with it.
    pub phrases: HashMap<u32, u64>,
    pub held: Vec<Held>,
}

/// A ticket that may become an example.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    /// Its place in the draw.
    pub lot: [u8; 32],
    pub id: String,
    pub day: NaiveDate,
    pub text: String,
    pub phrases: Vec<u32>,
}

impl Tally {
    /// Holds only tickets that may still be drawn.
    pub fn drop_late(&mut self) {
        if self.held.len() >= 2 * HELD {
            self.held.sort_unstable();
            self.held.truncate(HELD);
        }
    }

    /// What is told of the group: `texts` are the phrases by number, `all` how many tickets have them, `vocabulary`
    /// those that are looked at.
    pub fn group(
        mut self,
        problem: Option<String>,
        texts: &[Arc<str>],
        all: &[u64],
        vocabulary: &[u32],
        most: usize,
    ) -> Group {
        let here = |phrase: u32| self.phrases.get(&phrase).copied().unwrap_or(0);
        let counts: Vec<logodds::Phrase> = vocabulary
            .iter()
            .map(|&phrase| {
                let whole = all[phrase as usize] as f64;
                let here = here(phrase) as f64;
                logodds::Phrase {
                    here,
                    there: whole - here,
                    background: whole,
                }
            })
            .collect();
        let apart = logodds::log_odds(&counts, PRIOR).unwrap_or_default();
        let mut found: Vec<(u32, Phrase)> = vocabulary
            .iter()
            .zip(apart)
            .filter(|(phrase, apart)| apart.z >= APART && here(**phrase) >= LEAST)
            .map(|(&phrase, apart)| {
                let here = here(phrase);
                let listed = Phrase {
                    text: texts[phrase as usize].to_string(),
                    here,
                    elsewhere: all[phrase as usize] - here,
                    log_odds: apart.log_odds,
                    z: apart.z,
                };
                (phrase, listed)
            })
            .collect();
        found.sort_by(|(_, a), (_, b)| b.z.total_cmp(&a.z).then_with(|| a.text.cmp(&b.text)));
        let mut listed: Vec<(u32, Phrase)> = Vec::new();
        for (number, phrase) in found {
            if listed.len() == most {
                break;
            }
            if !listed
                .iter()
                .any(|(_, known)| says_the_same(known, &phrase))
            {
                listed.push((number, phrase));
            }
        }
        self.held.sort_unstable();
        self.held.truncate(HELD);
        let numbers: BTreeSet<u32> = listed.iter().map(|(number, _)| *number).collect();
        Group {
            problem,
            tickets: self.tickets,
            by_keyword: self.by_keyword,
            phrases: listed.into_iter().map(|(_, phrase)| phrase).collect(),
            examples: examples(self.held, &numbers),
        }
    }
}

/// Whether one of two phrases is part of the other and mostly occurs there.
fn says_the_same(one: &Phrase, other: &Phrase) -> bool {
    let part = one.text.contains(&other.text) || other.text.contains(&one.text);
    let (few, many) = (one.here.min(other.here), one.here.max(other.here));
    part && few as f64 >= WITHIN * many as f64
}

/// The first of the draw, those with a phrase that is listed before others; nothing twice.
fn examples(held: Vec<Held>, listed: &BTreeSet<u32>) -> Vec<Example> {
    let (telling, other): (Vec<Held>, Vec<Held>) = held
        .into_iter()
        .partition(|held| held.phrases.iter().any(|phrase| listed.contains(phrase)));
    let mut seen = BTreeSet::new();
    telling
        .into_iter()
        .chain(other)
        .filter(|held| seen.insert(held.text.clone()))
        .take(EXAMPLES)
        .map(|held| Example {
            ticket: held.id,
            day: held.day,
            text: held.text,
        })
        .collect()
}
