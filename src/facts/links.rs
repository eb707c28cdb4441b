//! Which contacts are about the same issue: neighbours in time, over all of it.
//!
//! Of every contact only the hash of its issue and two instants are held; they are sorted once.

use ahash::{AHashSet, RandomState};
use polars::prelude::*;
use rayon::prelude::*;

use super::windows::hash;
use crate::error::{PolarsContext, Result};

/// A contact whose issue is known. The hash has 128 bits: among a billion issues two share one with a
/// probability of 10⁻²¹.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Contact {
    issue: (u64, u64),
    started: i64,
    /// Position among all contacts, which breaks ties.
    at: u32,
}

/// Contacts being collected, in the order of their frames.
pub struct Collected {
    /// Gives the second half of an issue's hash; the first is [`hash`].
    other: RandomState,
    contacts: Vec<Contact>,
    ended: Vec<i64>,
}

/// The neighbours of every contact.
pub struct Links {
    previous: Vec<i64>,
    next: Vec<i64>,
}

/// Stands for no instant.
pub const NONE: i64 = i64::MIN;

impl Default for Collected {
    fn default() -> Self {
        Self {
            other: RandomState::with_seeds(5, 6, 7, 8),
            contacts: Vec::new(),
            ended: Vec::new(),
        }
    }
}

impl Collected {
    /// How many contacts there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ended.len()
    }

    /// Adds contacts with the columns `issue_key`, `started_at` and `ended_at`.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn add(&mut self, contacts: &DataFrame) -> Result<()> {
        let mut add = || -> PolarsResult<()> {
            let issues = contacts.column("issue_key")?.str()?;
            let started = contacts.column("started_at")?.i64()?;
            let ended = contacts.column("ended_at")?.i64()?;
            for ((issue, started), ended) in issues.iter().zip(started.iter()).zip(ended.iter()) {
                let at = u32::try_from(self.ended.len()).unwrap_or(u32::MAX);
                self.ended.push(ended.unwrap_or(NONE));
                if let (Some(issue), Some(started)) = (issue, started) {
                    self.contacts.push(Contact {
                        issue: (hash(issue), self.other.hash_one(issue)),
                        started,
                        at,
                    });
                }
            }
            Ok(())
        };
        add().computing("issues of contacts")
    }

    /// The first halves of the hashes of all issues.
    #[must_use]
    pub fn issues(&self) -> AHashSet<u64> {
        let contacts = self.contacts.iter();
        contacts.map(|contact| contact.issue.0).collect()
    }

    /// Looks at the neighbours of all.
    #[must_use]
    pub fn link(mut self) -> Links {
        self.contacts.par_sort_unstable();
        let mut links = Links {
            previous: vec![NONE; self.ended.len()],
            next: vec![NONE; self.ended.len()],
        };
        for pair in self.contacts.windows(2) {
            let (one, other) = (pair[0], pair[1]);
            if one.issue == other.issue {
                links.next[one.at as usize] = other.started;
                links.previous[other.at as usize] = self.ended[one.at as usize];
            }
        }
        links
    }
}

impl Links {
    /// The same as [`Self::columns`] as numbers, [`NONE`] where there is no neighbour.
    #[must_use]
    pub fn numbers(&self, start: usize, count: usize) -> [&[i64]; 2] {
        [&self.previous, &self.next].map(|instants| &instants[start..start + count])
    }

    /// `previous_at` and `next_at` of the contacts from `start` on, `count` of them: when the previous contact
    /// about the issue ended and when the next one started.
    #[must_use]
    pub fn columns(&self, start: usize, count: usize) -> [Column; 2] {
        let column = |name: &str, instants: &[i64]| -> Column {
            let found: Int64Chunked = instants[start..start + count]
                .iter()
                .map(|at| (*at != NONE).then_some(*at))
                .collect();
            found.with_name(name.into()).into_series().into()
        };
        [
            column("previous_at", &self.previous),
            column("next_at", &self.next),
        ]
    }
}
