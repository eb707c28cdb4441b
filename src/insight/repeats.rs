//! Repeat contacts by the reason of the first: how often one follows, how often in all, what that takes, where it
//! comes in.
//!
//! A chain is a first contact and the contacts about the same issue that follow it, each within the window of the
//! one before (`contact_facts`: `first_contact`, `repeated`). Only chains whose first contact is mature are
//! looked at, so that of all of them together 1 − `share` is `fcr`, and they belong to the day of their first
//! contact.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::error::Result;
use crate::kpi::query::Source;
use crate::stats::interval::{quantile_type7, wilson};

use super::problems::{PROBLEM, Scope, check_dimensions};
use super::rows::{ASKED, Columns, Wanted, dim};

#[cfg(test)]
mod tests;

/// The repeat contacts of a stretch of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeats {
    /// By reason, the one whose repeats take the most minutes first.
    pub rows: Vec<Reason>,
    /// All first contacts together, those without a reason too; its `members` are empty.
    pub whole: Reason,
    /// First contacts without a problem type, or without a member of another dimension: in no row.
    pub without: u64,
    /// First contacts whose window has not passed: not counted.
    pub immature: u64,
    /// First and last day of the first contacts.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// The chains that began for one reason.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reason {
    /// Problem type of the first contact, then its members of the other dimensions.
    pub members: Vec<String>,
    /// First contacts that can be linked and whose window has passed.
    pub first: u64,
    /// Of these, followed by another contact about the issue.
    pub followed: u64,
    /// followed ÷ first.
    pub share: f64,
    /// Its 95 % interval (Wilson).
    pub interval: (f64, f64),
    /// Contacts that followed, in all chains.
    pub repeats: u64,
    /// The same per chain that has any; 0 without one.
    pub mean_repeats: f64,
    /// Most of them in one chain.
    pub longest: u64,
    /// Minutes of handling them, as measured.
    pub minutes: f64,
    /// Of them, those without a handling time: tickets that were written in.
    pub unmeasured: u64,
    /// Where they came in: channel and number, the most frequent first.
    pub channels: Vec<(String, u64)>,
    /// Of them, those that came in on another channel than the first contact.
    pub switched: u64,
    /// Of them, those about another problem type than the first contact, where both are known.
    pub other_reason: u64,
    /// Median seconds from the end of the first contact to the first repeat.
    pub gap_s: Option<f64>,
}

/// One contact of a chain of several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Linked {
    issue: String,
    started: i64,
    reference: String,
    ended: i64,
    first: bool,
    /// What its chain counts for, when it is a first contact that is asked for: a position among the reasons,
    /// else among none.
    counts: Option<usize>,
    problem: Option<String>,
    channel: Option<String>,
    /// Handling in whole microseconds: exact sums in any order.
    handled: Option<i64>,
}

/// What chains of one reason add up to.
#[derive(Debug, Clone, Default)]
struct Sums {
    first: u64,
    followed: u64,
    repeats: u64,
    longest: u64,
    handled: i64,
    unmeasured: u64,
    channels: BTreeMap<String, u64>,
    switched: u64,
    other_reason: u64,
    gaps: Vec<f64>,
}

/// Members of a reason; `None` where the problem type or another member is missing.
type Members = Option<Vec<String>>;

/// Adds the chains up that began in the scope; `condition` is one on the first contact.
///
/// # Errors
/// When contacts lack a dimension, the condition does not fit them, or a table cannot be read.
pub fn repeats(scope: &Scope, source: &Source<'_>) -> Result<Repeats> {
    check_dimensions(&scope.by)?;
    let wanted = Wanted {
        fact: "contact_facts",
        columns: &COLUMNS,
        dims: &scope.by,
        from: scope.from,
        // Chains go on after the last day.
        to: None,
        condition: scope.condition.as_deref(),
    };
    let mut collected = Collected::default();
    wanted.each(source, &mut |frame| {
        collected.add(&Columns(frame), scope.by.len(), scope.to)
    })?;
    Ok(collected.finish())
}

const COLUMNS: [&str; 11] = [
    "contact_ref",
    "channel",
    "started_at",
    "ended_at",
    PROBLEM,
    "handle_s",
    "issue_key",
    "first_contact",
    "repeated",
    "mature",
    "date",
];

#[derive(Default)]
struct Collected {
    reasons: BTreeMap<Members, usize>,
    sums: Vec<Sums>,
    linked: Vec<Linked>,
    immature: u64,
    days: Option<(NaiveDate, NaiveDate)>,
}

impl Collected {
    fn add(
        &mut self,
        columns: &Columns<'_>,
        dimensions: usize,
        to: Option<NaiveDate>,
    ) -> Result<()> {
        let references = columns.texts("contact_ref")?;
        let channels = columns.texts("channel")?;
        let (started, ended) = (
            columns.instants("started_at")?,
            columns.instants("ended_at")?,
        );
        let problems = columns.texts(PROBLEM)?;
        let handled = columns.numbers("handle_s")?;
        let issues = columns.texts("issue_key")?;
        let (first, repeated) = (columns.flags("first_contact")?, columns.flags("repeated")?);
        let (mature, asked) = (columns.flags("mature")?, columns.flags(ASKED)?);
        let dates = columns.dates()?;
        let dims = (0..dimensions)
            .map(|at| columns.texts(&dim(at)))
            .collect::<Result<Vec<_>>>()?;
        for (row, issue) in issues.into_iter().enumerate() {
            let Some(issue) = issue else { continue };
            let inside = to.is_none_or(|to| dates[row].is_some_and(|day| day <= to));
            let begins = first[row] && asked[row] && inside;
            if begins && !mature[row] {
                self.immature += 1;
            }
            let counts = (begins && mature[row]).then(|| {
                let members: Members = std::iter::once(&problems)
                    .chain(&dims)
                    .map(|column| column[row].clone())
                    .collect();
                self.begin(members, dates[row])
            });
            if first[row] && !repeated[row] {
                continue;
            }
            self.linked.push(Linked {
                issue,
                started: started[row].unwrap_or_default(),
                reference: references[row].clone().unwrap_or_default(),
                ended: ended[row].or(started[row]).unwrap_or_default(),
                first: first[row],
                counts,
                problem: problems[row].clone(),
                channel: channels[row].clone(),
                handled: handled[row].map(micros),
            });
        }
        Ok(())
    }

    /// A chain begins: what it counts for.
    fn begin(&mut self, members: Members, day: Option<NaiveDate>) -> usize {
        let next = self.sums.len();
        let at = *self.reasons.entry(members).or_insert(next);
        if at == next {
            self.sums.push(Sums::default());
        }
        self.sums[at].first += 1;
        if let Some(day) = day {
            self.days = Some(
                self.days
                    .map_or((day, day), |(first, last)| (first.min(day), last.max(day))),
            );
        }
        at
    }

    fn finish(mut self) -> Repeats {
        self.linked.sort_unstable();
        let mut rest = self.linked.as_slice();
        while let Some((head, after)) = rest.split_first() {
            // A chain ends where the next begins or another issue does. What follows a first contact before the
            // first day has no head here and is passed over.
            let same = |next: &&Linked| !next.first && next.issue == head.issue;
            let length = after.iter().take_while(same).count();
            if let Some(at) = head.counts.filter(|_| head.first && length > 0) {
                self.sums[at].chain(head, &after[..length]);
            }
            rest = &after[length..];
        }
        let mut whole = Sums::default();
        for sums in &self.sums {
            whole.take(sums);
        }
        let mut without = 0;
        let mut rows = Vec::new();
        for (members, at) in self.reasons {
            match members {
                Some(members) => rows.push(std::mem::take(&mut self.sums[at]).reason(members)),
                None => without += self.sums[at].first,
            }
        }
        rows.sort_by(|a, b| {
            b.minutes
                .total_cmp(&a.minutes)
                .then(b.repeats.cmp(&a.repeats))
                .then_with(|| a.members.cmp(&b.members))
        });
        Repeats {
            rows,
            whole: whole.reason(Vec::new()),
            without,
            immature: self.immature,
            days: self.days,
        }
    }
}

/// Seconds as whole microseconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a handling time; the cast saturates"
)]
pub(super) fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

impl Sums {
    fn chain(&mut self, first: &Linked, repeats: &[Linked]) {
        self.followed += 1;
        self.repeats += repeats.len() as u64;
        self.longest = self.longest.max(repeats.len() as u64);
        if let Some(next) = repeats.first() {
            self.gaps.push((next.started - first.ended) as f64 / 1e6);
        }
        for repeat in repeats {
            match repeat.handled {
                Some(handled) => self.handled += handled,
                None => self.unmeasured += 1,
            }
            let channel = repeat.channel.clone().unwrap_or_default();
            *self.channels.entry(channel).or_default() += 1;
            self.switched += u64::from(repeat.channel != first.channel);
            let other = match (&first.problem, &repeat.problem) {
                (Some(first), Some(repeat)) => first != repeat,
                _ => false,
            };
            self.other_reason += u64::from(other);
        }
    }

    fn take(&mut self, other: &Self) {
        self.first += other.first;
        self.followed += other.followed;
        self.repeats += other.repeats;
        self.longest = self.longest.max(other.longest);
        self.handled += other.handled;
        self.unmeasured += other.unmeasured;
        for (channel, count) in &other.channels {
            *self.channels.entry(channel.clone()).or_default() += count;
        }
        self.switched += other.switched;
        self.other_reason += other.other_reason;
        self.gaps.extend(&other.gaps);
    }

    fn reason(mut self, members: Vec<String>) -> Reason {
        let (first, followed) = (self.first as f64, self.followed as f64);
        self.gaps.sort_by(f64::total_cmp);
        let mut channels: Vec<(String, u64)> = self.channels.into_iter().collect();
        channels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Reason {
            members,
            first: self.first,
            followed: self.followed,
            share: followed / first.max(1.0),
            interval: wilson(followed, first).unwrap_or((0.0, 1.0)),
            repeats: self.repeats,
            mean_repeats: self.repeats as f64 / followed.max(1.0),
            longest: self.longest,
            minutes: self.handled as f64 / 60e6,
            unmeasured: self.unmeasured,
            channels,
            switched: self.switched,
            other_reason: self.other_reason,
            gap_s: quantile_type7(&self.gaps, 0.5),
        }
    }
}
