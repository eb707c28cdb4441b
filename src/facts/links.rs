//! Which contacts are about the same issue: neighbours in time, over all of it.
//!
//! Of every contact only the hash of its issue and two instants are held, 32 bytes; they are sorted once, and the
//! instants of the neighbours take the places of its own.

use std::cmp::Ordering;

use ahash::{AHashSet, RandomState};
use polars::prelude::*;
use rayon::prelude::*;

use super::windows::hash;
use crate::error::{PolarsContext, Result};

/// A contact whose issue is known. The hash has 96 bits: among a billion issues two share one with a
/// probability of 10⁻¹¹.
#[derive(Debug, Clone, Copy)]
struct Contact {
    issue: u64,
    rest: u32,
    /// Position among all contacts, which breaks ties.
    at: u32,
}

impl Contact {
    const fn issue(&self) -> (u64, u32) {
        (self.issue, self.rest)
    }

    const fn at(&self) -> usize {
        self.at as usize
    }
}

/// Contacts being collected, in the order of their frames.
pub struct Collected {
    /// Gives the rest of an issue's hash; the first half is [`hash`].
    other: RandomState,
    contacts: Vec<Contact>,
    started: Vec<i64>,
    ended: Vec<i64>,
}

/// The neighbours of every contact.
pub struct Links {
    previous: Vec<i64>,
    next: Vec<i64>,
}

/// Stands for no instant.
pub const NONE: i64 = i64::MIN;

impl Collected {
    /// None yet; so many, or a little more, will come.
    #[must_use]
    pub fn expecting(count: usize) -> Self {
        Self {
            other: RandomState::with_seeds(5, 6, 7, 8),
            contacts: Vec::with_capacity(count),
            started: Vec::with_capacity(count),
            ended: Vec::with_capacity(count),
        }
    }

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
                self.push(issue.zip(started), ended);
            }
            Ok(())
        };
        add().computing("issues of contacts")
    }

    /// Adds a contact; without an issue or a beginning it has no neighbours.
    #[expect(clippy::cast_possible_truncation, reason = "the rest of a hash")]
    fn push(&mut self, linked: Option<(&str, i64)>, ended: Option<i64>) {
        let at = u32::try_from(self.ended.len()).unwrap_or(u32::MAX);
        let Some((issue, started)) = linked else {
            self.started.push(NONE);
            self.ended.push(NONE);
            return;
        };
        self.started.push(started);
        self.ended.push(ended.unwrap_or(NONE));
        self.contacts.push(Contact {
            issue: hash(issue),
            rest: self.other.hash_one(issue) as u32,
            at,
        });
    }

    /// The first parts of the hashes of all issues.
    #[must_use]
    pub fn issues(&self) -> AHashSet<u64> {
        let contacts = self.contacts.iter();
        contacts.map(|contact| contact.issue).collect()
    }

    /// Looks at the neighbours of all.
    #[must_use]
    pub fn link(self) -> Links {
        let Self {
            mut contacts,
            mut started,
            mut ended,
            ..
        } = self;
        contacts.par_sort_unstable_by(|one, other| {
            let by_time = || -> Ordering {
                let instant = |contact: &Contact| (started[contact.at()], contact.at);
                instant(one).cmp(&instant(other))
            };
            one.issue().cmp(&other.issue()).then_with(by_time)
        });
        for issue in contacts.chunk_by(|one, other| one.issue() == other.issue()) {
            // What is overwritten has been read before.
            for pair in issue.windows(2) {
                started[pair[0].at()] = started[pair[1].at()];
            }
            for pair in issue.windows(2).rev() {
                ended[pair[1].at()] = ended[pair[0].at()];
            }
            if let (Some(first), Some(last)) = (issue.first(), issue.last()) {
                ended[first.at()] = NONE;
                started[last.at()] = NONE;
            }
        }
        Links {
            previous: ended,
            next: started,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_those_of_the_same_issue_in_time() {
        let mut collected = Collected::expecting(2);
        let contacts = df!(
            "issue_key" => [Some("a"), Some("b"), Some("a"), None, Some("a"), Some("a"), Some("c")],
            "started_at" => [Some(30), Some(1), Some(10), Some(11), Some(10), None, Some(5)],
            "ended_at" => [Some(31), Some(2), None, Some(12), Some(15), Some(3), Some(6)],
        );
        let contacts = contacts.unwrap().lazy().with_columns([
            col("started_at").cast(DataType::Int64),
            col("ended_at").cast(DataType::Int64),
        ]);
        collected.add(&contacts.collect().unwrap()).unwrap();
        collected.push(Some(("b", 0)), Some(9));
        assert_eq!(collected.len(), 8);
        assert_eq!(collected.issues().len(), 3);
        let links = collected.link();
        let [previous, next] = links.numbers(0, 8);
        // Of two that begin at once the one that was collected first comes first.
        assert_eq!(previous, [15, 9, NONE, NONE, NONE, NONE, NONE, NONE]);
        assert_eq!(next, [NONE, NONE, 10, NONE, 30, NONE, NONE, 1]);
        let [previous, next] = links.columns(0, 2);
        assert_eq!(previous.i64().unwrap().to_vec(), [Some(15), Some(9)]);
        assert_eq!(next.null_count(), 2);
    }
}
