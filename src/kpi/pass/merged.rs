//! Groups and their states, part by part put together in the order of time.

use std::sync::{Arc, OnceLock};

use ahash::AHashMap;
use arrow::array::ArrayRef;
use arrow::error::ArrowError;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::keys::{Column, Keys, ordered, place};

use crate::kpi::accumulate::States;
use crate::kpi::catalogue::Kpi;

/// A group: its period and its members, one per dimension of the grouping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Group {
    /// First day of the period, `2026-03-02T14` for hours (`2026-10-25T02B` the second time the clock shows
    /// that hour), empty for all.
    pub period: String,
    /// Members; `None` is the null member.
    pub members: Vec<Option<String>>,
}

/// The running states of one grouping.
#[derive(Debug, Default)]
pub struct Groups {
    /// The groups in which there are rows, in the order of their states.
    pub keys: Keys,
    /// The states of each KPI of the pass.
    pub states: Vec<States>,
    /// The groups in order and where their states stand, once they are asked for.
    sorted: OnceLock<(Vec<Arc<Group>>, Vec<u32>)>,
}

/// What the rows of some parts add up to in one grouping: groups as they came, and the states of each KPI in them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// The groups, each once, in no order.
    pub keys: Keys,
    /// The states of each KPI of the pass, by position of the group.
    pub states: Vec<States>,
}

/// Sums that are put together.
#[derive(Default)]
pub struct Merged {
    keys: Keys,
    /// The names of each column but the null member, and where they stand.
    names: Vec<AHashMap<Box<str>, u32>>,
    /// The groups from `alone` on, unless they are not looked up: of each column, (which of the distinct beginnings in the
    /// columns before, name) → which of the distinct beginnings with it. Those of all columns are the groups.
    known: Vec<AHashMap<(u32, u32), u32>>,
    pub(super) states: Vec<States>,
    /// How many of the first groups get no more rows.
    settled: usize,
    /// Where the groups begin that were appended last.
    alone: usize,
}

impl Merged {
    /// Adds what later parts add up to.
    pub fn add(&mut self, later: Sums) {
        if later.keys.is_empty() {
            return;
        }
        let codes = self.coded(&later.keys);
        let places: Vec<usize> = (0..later.keys.len())
            .map(|group| {
                let at = self.alone + self.found(codes.iter().map(|codes| codes[group])) as usize;
                if at == self.keys.len() {
                    for (column, codes) in self.keys.columns.iter_mut().zip(&codes) {
                        column.codes.push(codes[group]);
                    }
                }
                at
            })
            .collect();
        // The groups of the first part stand in the order they came.
        if self.states.is_empty() {
            self.states = later.states;
            return;
        }
        for (whole, states) in self.states.iter_mut().zip(later.states) {
            whole.merge(states, &places, self.keys.len());
        }
    }

    /// Which group these names are among those that are looked up, as many as there were if it is a new one.
    fn found(&mut self, names: impl Iterator<Item = u32>) -> u32 {
        self.known
            .iter_mut()
            .zip(names)
            .fold(0, |before, (known, name)| {
                let next = place(known.len());
                *known.entry((before, name)).or_insert(next)
            })
    }

    /// The names of each column of other groups, as they stand here.
    fn coded(&mut self, later: &Keys) -> Vec<Vec<u32>> {
        let width = later.columns.len();
        self.keys.columns.resize(width, Column::default());
        self.names.resize(width, AHashMap::new());
        self.known.resize(width, AHashMap::new());
        let mut own = self.keys.columns.iter_mut().zip(&mut self.names);
        let columns = later.columns.iter();
        columns
            .filter_map(|later| {
                let (column, known) = own.next()?;
                // Names that no group has are left out.
                let mut codes: Vec<Option<u32>> = vec![None; later.names.len()];
                let of_group = later.codes.iter().map(|code| {
                    let code = *code;
                    *codes[code as usize]
                        .get_or_insert_with(|| column.names.add(later.names.get(code), known))
                });
                Some(of_group.collect())
            })
            .collect()
    }

    /// Adds what later parts add up to, when no group of theirs is known yet: days have none in common.
    pub fn append(&mut self, later: Sums) {
        self.known.clear();
        self.alone = self.keys.len();
        let codes = self.coded(&later.keys);
        for (column, codes) in self.keys.columns.iter_mut().zip(codes) {
            column.codes.extend(codes);
        }
        if self.states.is_empty() {
            self.states = later.states;
            return;
        }
        for (whole, states) in self.states.iter_mut().zip(later.states) {
            whole.append(states);
        }
    }

    /// Adds what a further part adds up to of those that were appended last.
    pub(super) fn add_to_last(&mut self, later: Sums) {
        if self.known.first().is_none_or(|known| known.is_empty()) {
            self.known.resize(self.keys.columns.len(), AHashMap::new());
            for group in self.alone..self.keys.len() {
                let columns = self.keys.columns.iter();
                let names: Vec<u32> = columns.map(|column| column.codes[group]).collect();
                self.found(names.into_iter());
            }
        }
        self.add(later);
    }

    /// Says that the groups so far get no more rows.
    pub(super) fn settle(&mut self, kpis: &[&Kpi]) {
        for (states, kpi) in self.states.iter_mut().zip(kpis) {
            states.settle(self.settled, &kpi.formula);
        }
        self.settled = self.keys.len();
    }

    /// All of it as one summand.
    #[must_use]
    pub fn into_sums(mut self) -> Sums {
        self.states.par_iter_mut().for_each(States::pack);
        Sums {
            keys: self.keys,
            states: self.states,
        }
    }

    /// The groups with their states.
    #[must_use]
    pub fn into_groups(self) -> Groups {
        let Sums { keys, states } = self.into_sums();
        Groups {
            keys,
            states,
            sorted: OnceLock::new(),
        }
    }
}

impl Groups {
    fn sorted(&self) -> &(Vec<Arc<Group>>, Vec<u32>) {
        self.sorted.get_or_init(|| {
            let places = ordered(&self.keys);
            let group = |at: &u32| Arc::new(self.keys.group(*at as usize));
            (places.iter().map(group).collect(), places)
        })
    }

    /// The groups in order, written out.
    #[must_use]
    pub fn written(&self) -> &[Arc<Group>] {
        &self.sorted().0
    }

    /// The groups in order, and where their states stand.
    pub fn in_order(&self) -> impl Iterator<Item = (&Arc<Group>, usize)> {
        let (groups, places) = self.sorted();
        groups.iter().zip(places.iter().map(|at| *at as usize))
    }

    /// The period and the members of the groups in order, an array each.
    ///
    /// # Errors
    /// When Arrow refuses them.
    pub fn names(&self) -> Result<Vec<ArrayRef>, ArrowError> {
        let (_, places) = self.sorted();
        let words = self.keys.words();
        let columns = self.keys.columns.iter().zip(&words);
        columns
            .map(|(column, words)| {
                let codes = places.iter().map(|at| column.codes[*at as usize]);
                column.coded(words, codes)
            })
            .collect()
    }

    /// Where a group's states stand.
    #[must_use]
    pub fn place(&self, group: &Group) -> Option<usize> {
        let (groups, places) = self.sorted();
        let known = groups.binary_search_by(|known| known.as_ref().cmp(group));
        Some(*places.get(known.ok()?)? as usize)
    }
}
