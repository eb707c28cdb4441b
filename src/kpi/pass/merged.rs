//! Groups and their states, part by part put together in the order of time.

use std::sync::Arc;

use ahash::AHashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

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
    /// The groups in which there are rows, in order.
    pub groups: Vec<Arc<Group>>,
    /// Where the states of each of them stand.
    pub places: Vec<usize>,
    /// The states of each KPI of the pass.
    pub states: Vec<States>,
}

/// What the rows of some parts add up to in one grouping: groups as they came, and the states of each KPI in them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// The groups, each once, in no order.
    pub groups: Vec<Group>,
    /// The states of each KPI of the pass, by position of the group.
    pub states: Vec<States>,
}

/// Sums that are put together.
#[derive(Default)]
pub struct Merged {
    known: AHashMap<Arc<Group>, usize>,
    groups: Vec<Arc<Group>>,
    pub(super) states: Vec<States>,
    /// How many of the first groups get no more rows.
    settled: usize,
    /// Where the groups begin that were appended last.
    alone: usize,
}

impl Merged {
    /// Adds what later parts add up to.
    pub fn add(&mut self, later: Sums) {
        if later.groups.is_empty() {
            return;
        }
        let places: Vec<usize> = later
            .groups
            .into_iter()
            .map(|group| {
                if let Some(at) = self.known.get(&group) {
                    return *at;
                }
                let group = Arc::new(group);
                self.groups.push(group.clone());
                self.known.insert(group, self.groups.len() - 1);
                self.groups.len() - 1
            })
            .collect();
        // The groups of the first part stand in the order they came.
        if self.states.is_empty() {
            self.states = later.states;
            return;
        }
        for (whole, states) in self.states.iter_mut().zip(later.states) {
            whole.merge(states, &places, self.groups.len());
        }
    }

    /// Adds what later parts add up to, when no group of theirs is known yet: days have none in common.
    pub fn append(&mut self, later: Sums) {
        self.known.clear();
        self.alone = self.groups.len();
        self.groups.extend(later.groups.into_iter().map(Arc::new));
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
        if self.known.is_empty() {
            let last = self.groups.iter().enumerate().skip(self.alone);
            self.known
                .extend(last.map(|(at, group)| (group.clone(), at)));
        }
        self.add(later);
    }

    /// Says that the groups so far get no more rows.
    pub(super) fn settle(&mut self, kpis: &[&Kpi]) {
        for (states, kpi) in self.states.iter_mut().zip(kpis) {
            states.settle(self.settled, &kpi.formula);
        }
        self.settled = self.groups.len();
    }

    /// All of it as one summand.
    #[must_use]
    pub fn into_sums(mut self) -> Sums {
        self.states.par_iter_mut().for_each(States::sort);
        drop(self.known);
        Sums {
            groups: self.groups.into_iter().map(Arc::unwrap_or_clone).collect(),
            states: self.states,
        }
    }

    /// The groups in order, with their states.
    #[must_use]
    pub fn in_order(mut self) -> Groups {
        self.states.par_iter_mut().for_each(States::sort);
        let mut places: Vec<usize> = (0..self.groups.len()).collect();
        places.par_sort_by(|a, b| self.groups[*a].cmp(&self.groups[*b]));
        Groups {
            groups: places.iter().map(|at| self.groups[*at].clone()).collect(),
            places,
            states: self.states,
        }
    }
}

impl Groups {
    /// Where a group's states stand.
    #[must_use]
    pub fn place(&self, group: &Group) -> Option<usize> {
        let at = self
            .groups
            .binary_search_by(|known| known.as_ref().cmp(group))
            .ok()?;
        self.places.get(at).copied()
    }
}
