//! What comes back as columns: repeat contacts, repeated complaints, phrases.

use super::named;
use crate::insight::focus::{Case, Focus};
use crate::insight::frame::Frame;
use crate::insight::phrases::{Example, Group, Phrase, Phrases, Recognised};
use crate::insight::repeats::{Reason, Repeats};

/// Repeat contacts by the reason of the first; the first row, without a problem type, is all reasons together.
/// Channels as `channel number`, separated by semicolons.
#[must_use]
pub fn repeats(found: &Repeats, by: &[String]) -> Frame {
    let rows: Vec<&Reason> = std::iter::once(&found.whole).chain(&found.rows).collect();
    let all = || rows.iter().copied();
    named(all().map(|row| row.members.as_slice()), by)
        .count("first_contacts", all().map(|row| Some(row.first)))
        .count("followed", all().map(|row| Some(row.followed)))
        .number(
            "share",
            all().map(|row| (row.first > 0).then_some(row.share)),
        )
        .number("ci_low", all().map(|row| Some(row.interval.0)))
        .number("ci_high", all().map(|row| Some(row.interval.1)))
        .count("repeats", all().map(|row| Some(row.repeats)))
        .number(
            "mean_repeats",
            all().map(|row| (row.followed > 0).then_some(row.mean_repeats)),
        )
        .count("longest", all().map(|row| Some(row.longest)))
        .number("repeat_minutes", all().map(|row| Some(row.minutes)))
        .count("unmeasured", all().map(|row| Some(row.unmeasured)))
        .text("channels", all().map(|row| listed(&row.channels)))
        .count("switched", all().map(|row| Some(row.switched)))
        .count("other_reason", all().map(|row| Some(row.other_reason)))
        .number("median_gap_s", all().map(|row| row.gap_s))
}

/// Customers and waybills with repeated complaints; several values of a cell separated by semicolons.
#[must_use]
pub fn focus(found: &Focus) -> Frame {
    let all = || found.rows.iter();
    let tickets = |of: fn(&Case) -> &Vec<String>| {
        all().map(move |row| {
            let tickets = of(row);
            (!tickets.is_empty()).then(|| tickets.join("; "))
        })
    };
    Frame::default()
        .text("kind", all().map(|row| Some(row.who.kind())))
        .text("who", all().map(|row| Some(row.who.name())))
        .count("complaints", all().map(|row| Some(row.complaints)))
        .count("repeat_complaints", all().map(|row| Some(row.again)))
        .count("open", all().map(|row| Some(row.open)))
        .text("first", all().map(|row| Some(row.days.0.to_string())))
        .text("last", all().map(|row| Some(row.days.1.to_string())))
        .text("problem_types", all().map(|row| listed(&row.problems)))
        .text("outlets", all().map(|row| listed(&row.outlets)))
        .count("waybills", all().map(|row| Some(row.waybills)))
        .count("contacts", all().map(|row| Some(row.contacts)))
        .number("handling_minutes", all().map(|row| Some(row.minutes)))
        .number("compensation", all().map(|row| Some(row.compensation)))
        .number("cost", all().map(|row| Some(row.cost)))
        .text("open_tickets", tickets(|row| &row.open_tickets))
        .text("tickets", tickets(|row| &row.tickets))
}

/// What one row about phrases says.
enum Said<'a> {
    /// All tickets together.
    All(&'a Phrases),
    /// The tickets of a type, and how well keywords recognise it.
    Type(&'a Group, Option<&'a Recognised>),
    Phrase(&'a Group, &'a Phrase),
    Example(&'a Group, &'a Example),
}

impl<'a> Said<'a> {
    const fn kind(&self) -> &'static str {
        match self {
            Self::All(_) => "all",
            Self::Type(..) => "type",
            Self::Phrase(..) => "phrase",
            Self::Example(..) => "example",
        }
    }

    fn problem(&self) -> Option<&'a str> {
        match self {
            Self::All(_) => None,
            Self::Type(group, _) | Self::Phrase(group, _) | Self::Example(group, _) => {
                group.problem.as_deref()
            }
        }
    }

    const fn text(&self) -> Option<&'a String> {
        match self {
            Self::Phrase(_, phrase) => Some(&phrase.text),
            Self::Example(_, example) => Some(&example.text),
            Self::All(_) | Self::Type(..) => None,
        }
    }

    const fn tickets(&self) -> Option<u64> {
        match self {
            Self::All(found) => Some(found.tickets),
            Self::Type(group, _) => Some(group.tickets),
            Self::Phrase(_, phrase) => Some(phrase.here),
            Self::Example(..) => None,
        }
    }

    const fn phrase(&self) -> Option<&'a Phrase> {
        match self {
            Self::Phrase(_, phrase) => Some(phrase),
            _ => None,
        }
    }

    const fn example(&self) -> Option<&'a Example> {
        match self {
            Self::Example(_, example) => Some(example),
            _ => None,
        }
    }

    const fn recognised(&self) -> Option<&'a Recognised> {
        match self {
            Self::All(found) => Some(&found.recognition.whole),
            Self::Type(_, found) => *found,
            Self::Phrase(..) | Self::Example(..) => None,
        }
    }

    fn by_keyword(&self) -> Option<u64> {
        match self {
            Self::All(found) => Some(found.groups.iter().map(|group| group.by_keyword).sum()),
            Self::Type(group, _) => Some(group.by_keyword),
            Self::Phrase(..) | Self::Example(..) => None,
        }
    }
}

/// What people write; `kind` tells the rows apart: `all` tickets, those of a `type` (null: without one), and after
/// them its `phrase`s and `example`s.
#[must_use]
pub fn phrases(found: &Phrases) -> Frame {
    let measured = |group: &Group| {
        let problem = group.problem.as_ref()?;
        let rows = &found.recognition.rows;
        rows.iter().find(|row| row.problem == *problem)
    };
    let mut rows = vec![Said::All(found)];
    for group in &found.groups {
        rows.push(Said::Type(group, measured(group)));
        let phrases = group.phrases.iter();
        rows.extend(phrases.map(|phrase| Said::Phrase(group, phrase)));
        let examples = group.examples.iter();
        rows.extend(examples.map(|example| Said::Example(group, example)));
    }
    let all = || rows.iter();
    Frame::default()
        .text("problem_type", all().map(Said::problem))
        .text("kind", all().map(|row| Some(row.kind())))
        .text("text", all().map(|row| row.text().cloned()))
        .count("tickets", all().map(Said::tickets))
        .count("elsewhere", all().map(|row| Some(row.phrase()?.elsewhere)))
        .number("log_odds", all().map(|row| Some(row.phrase()?.log_odds)))
        .number("z", all().map(|row| Some(row.phrase()?.z)))
        .text(
            "ticket_id",
            all().map(|row| Some(row.example()?.ticket.clone())),
        )
        .text(
            "date",
            all().map(|row| Some(row.example()?.day.to_string())),
        )
        .count("by_keyword", all().map(Said::by_keyword))
        .count("typed", all().map(|row| Some(row.recognised()?.of)))
        .count("recognised", all().map(|row| Some(row.recognised()?.given)))
        .count(
            "recognised_rightly",
            all().map(|row| Some(row.recognised()?.right)),
        )
        .number("precision", all().map(|row| row.recognised()?.precision()))
        .number("recall", all().map(|row| row.recognised()?.recall()))
}

/// Values with their numbers.
fn listed(counts: &[(String, u64)]) -> Option<String> {
    let each: Vec<String> = counts
        .iter()
        .map(|(value, count)| format!("{value} {count}"))
        .collect();
    (!each.is_empty()).then(|| each.join("; "))
}
