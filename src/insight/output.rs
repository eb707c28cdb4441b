//! Insights as columns: the marts `decomposition`, `problem`, `coaching`, `finding`, and the same from commands.

use crate::stats::decomposition::Presence;
use crate::stats::persistence::Persistence;

use super::coaching::{Coaching, Gap, Skipped};
use super::compare::{Comparison, Part, Question};
use super::emerging::{Emerging, Series, Span};
use super::frame::Frame;
use super::problems::{Problem, Problems};

mod recurring;

#[cfg(test)]
mod tests;

pub use recurring::{focus, phrases, repeats};

/// One row of a decomposition.
struct Line<'a> {
    kpi: &'a str,
    question: &'a Question,
    found: &'a Comparison,
    dimension: Option<(usize, &'a str)>,
    kind: &'static str,
    member: Option<&'a str>,
    /// A part, or the parts folded into one.
    parts: Vec<&'a Part>,
}

/// Changes in parts. The first row of a comparison, without a dimension, is the change as a whole; the rows of
/// every dimension add up to it. Unless `all`, members that noise explains are one row `other`.
#[must_use]
pub fn decomposition(compared: &[(&str, &Question, &Comparison)], all: bool) -> Frame {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for &(kpi, question, found) in compared {
        let line = |dimension, kind, member, parts| Line {
            kpi,
            question,
            found,
            dimension,
            kind,
            member,
            parts,
        };
        lines.push(line(None, "whole", None, Vec::new()));
        for (rank, dimension) in found.dimensions.iter().enumerate() {
            let of = Some((rank + 1, dimension.name.as_str()));
            let (shown, folded): (Vec<&Part>, Vec<&Part>) =
                dimension.parts.iter().partition(|part| all || !part.noise);
            for part in shown {
                let kind = match part.presence {
                    Presence::New => "new",
                    Presence::Vanished => "vanished",
                    Presence::Both | Presence::Neither => "both",
                };
                lines.push(line(of, kind, part.member.as_deref(), vec![part]));
            }
            if !folded.is_empty() {
                lines.push(line(of, "other", None, folded));
            }
        }
    }
    frame(&lines)
}

fn frame(lines: &[Line<'_>]) -> Frame {
    let all = || lines.iter();
    let date = |of: fn(&Question) -> chrono::NaiveDate| {
        all().map(move |line| Some(of(line.question).to_string()))
    };
    // A part on its own has what a fold of several has not.
    let single = |of: fn(&Part) -> Option<f64>, whole: fn(&Comparison) -> Option<f64>| {
        all().map(move |line| match line.parts.as_slice() {
            [] => whole(line.found),
            [part] if line.kind != "other" => of(part),
            _ => None,
        })
    };
    let added = |of: fn(&Part) -> f64, whole: fn(&Comparison) -> Option<f64>| {
        all().map(move |line| match line.parts.as_slice() {
            [] => whole(line.found),
            parts => Some(parts.iter().map(|part| of(part)).sum()),
        })
    };
    let rows = |of: fn(&Part) -> u64, whole: fn(&Comparison) -> u64| {
        all().map(move |line| match line.parts.as_slice() {
            [] => Some(whole(line.found)),
            parts => Some(parts.iter().map(|part| of(part)).sum()),
        })
    };
    let one = |_: &Comparison| Some(1.0);
    let none = |_: &Comparison| None;
    Frame::default()
        .text("kpi", all().map(|line| Some(line.kpi)))
        .text("before_from", date(|question| question.before.from))
        .text("before_to", date(|question| question.before.to))
        .text("after_from", date(|question| question.after.from))
        .text("after_to", date(|question| question.after.to))
        .text(
            "dimension",
            all().map(|line| line.dimension.map(|(_, name)| name)),
        )
        .count(
            "dimension_rank",
            all().map(|line| line.dimension.map(|(rank, _)| rank as u64)),
        )
        .text("kind", all().map(|line| Some(line.kind)))
        .text("member", all().map(|line| line.member))
        .count("members", all().map(|line| Some(line.parts.len() as u64)))
        .count("n_before", rows(|part| part.n.0, |found| found.whole.0.n))
        .count("n_after", rows(|part| part.n.1, |found| found.whole.1.n))
        .number(
            "value_before",
            single(|part| part.values.0, |found| Some(found.values.0)),
        )
        .number(
            "value_after",
            single(|part| part.values.1, |found| Some(found.values.1)),
        )
        .number("share_before", added(|part| part.shares.0, one))
        .number("share_after", added(|part| part.shares.1, one))
        .number("rate_effect", added(|part| part.rate, none))
        .number("mix_effect", added(|part| part.mix, none))
        .number(
            "effect",
            added(Part::effect, |found| Some(found.values.1 - found.values.0)),
        )
        .number(
            "ci_low",
            single(
                |part| part.interval.map(|i| i.0),
                |found| found.interval.map(|i| i.0),
            ),
        )
        .number(
            "ci_high",
            single(
                |part| part.interval.map(|i| i.1),
                |found| found.interval.map(|i| i.1),
            ),
        )
        .number("explains", added(|part| part.explains.unwrap_or(0.0), one))
        .flag("per_day", all().map(|line| Some(line.found.per_day)))
}

/// Problems by cost, costliest first; `by` are the dimensions beside the problem type.
#[must_use]
pub fn problem(found: &Problems, by: &[String]) -> Frame {
    let rows: Vec<(&Problems, &Problem)> = found.rows.iter().map(|row| (found, row)).collect();
    let members = found.rows.iter().map(|row| row.members.as_slice());
    costs(named(members, by), &rows)
}

/// The mart: problems of the whole centre, whose `dimension` and `member` are null, then those at every member of
/// each dimension, with what `emerging` says of them on the last day where it was looked at.
#[must_use]
pub fn problem_mart(
    whole: &Problems,
    by: &[(&str, &Problems)],
    emerging: &[(&str, &Emerging)],
) -> Frame {
    let mut rows: Vec<(Option<&str>, &Problems, &Problem)> = Vec::new();
    rows.extend(whole.rows.iter().map(|row| (None, whole, row)));
    for (dimension, found) in by {
        rows.extend(found.rows.iter().map(|row| (Some(*dimension), *found, row)));
    }
    let all = || rows.iter();
    let frame = Frame::default()
        .text("dimension", all().map(|(dimension, ..)| *dimension))
        .text(
            "member",
            all().map(|(_, _, row)| row.members.get(1).cloned()),
        )
        .text(
            "problem_type",
            all().map(|(_, _, row)| row.members.first().cloned()),
        );
    let costed: Vec<(&Problems, &Problem)> = all().map(|(_, found, row)| (*found, *row)).collect();
    let series: Vec<Option<&Series>> = all()
        .map(|(dimension, _, row)| {
            let (_, found) = emerging
                .iter()
                .find(|(name, _)| Some(*name) == *dimension)?;
            // The emerging stand first, then the least probable.
            found
                .series
                .iter()
                .find(|series| series.members == row.members)
        })
        .collect();
    let each = || series.iter().copied();
    costs(frame, &costed)
        .flag("emerging", each().map(|series| Some(series?.emerging)))
        .text(
            "emerging_span",
            each().map(|series| Some(span(series?.span))),
        )
        .number("emerging_count", each().map(|series| Some(series?.count)))
        .number(
            "emerging_expected",
            each().map(|series| Some(series?.expected)),
        )
        .number("emerging_p", each().map(|series| Some(series?.p)))
        .number("emerging_q", each().map(|series| Some(series?.q)))
        .text(
            "emerging_since",
            each().map(|series| Some(series?.since.to_string())),
        )
}

/// What problems cost and how often they come back.
fn costs(frame: Frame, rows: &[(&Problems, &Problem)]) -> Frame {
    let all = || rows.iter().map(|(_, row)| *row);
    let weeks =
        |of: fn(&Persistence) -> u64| all().map(move |row| row.persistence.as_ref().map(of));
    let days = |of: fn(&(chrono::NaiveDate, chrono::NaiveDate)) -> chrono::NaiveDate| {
        rows.iter()
            .map(move |(found, _)| found.days.as_ref().map(|days| of(days).to_string()))
    };
    frame
        .text("from", days(|days| days.0))
        .text("to", days(|days| days.1))
        .count("contacts", all().map(|row| Some(row.contacts)))
        .number(
            "handling_minutes",
            all().map(|row| Some(row.handling_minutes)),
        )
        .count("repeats", all().map(|row| Some(row.repeats)))
        .number("repeat_minutes", all().map(|row| Some(row.repeat_minutes)))
        .number(
            "compensation",
            rows.iter()
                .map(|(found, row)| found.compensated.then_some(row.compensation)),
        )
        .number("cost", all().map(|row| Some(row.cost)))
        .number("share", all().map(|row| Some(row.share)))
        .number("cumulative", all().map(|row| Some(row.cumulative)))
        .count("rank_best", all().map(|row| Some(row.ranks.0 as u64)))
        .count("rank_worst", all().map(|row| Some(row.ranks.1 as u64)))
        .number(
            "share_of_repeats",
            all().map(|row| Some(row.share_of_repeats)),
        )
        .count("weeks_above", weeks(|found| found.weeks_above as u64))
        .count("weeks", weeks(|found| found.above.len() as u64))
        .number(
            "p_weeks",
            all().map(|row| row.persistence.as_ref().map(|found| found.p)),
        )
        .flag("persistent", all().map(|row| Some(row.persistent)))
}

const fn span(span: Span) -> &'static str {
    match span {
        Span::Day => "day",
        Span::Week => "week",
    }
}

/// Series held against their expectation on one day.
#[must_use]
pub fn emerging(found: &Emerging, by: &[String], all: bool) -> Frame {
    let rows: Vec<&Series> = found
        .series
        .iter()
        .filter(|series| all || series.emerging)
        .collect();
    let each = || rows.iter();
    named(rows.iter().map(|row| row.members.as_slice()), by)
        .text("date", each().map(|_| Some(found.date.to_string())))
        .text("span", each().map(|row| Some(span(row.span))))
        .number("count", each().map(|row| Some(row.count)))
        .number("expected", each().map(|row| Some(row.expected)))
        .number("p", each().map(|row| Some(row.p)))
        .number("q", each().map(|row| Some(row.q)))
        .number("c2_z", each().map(|row| row.c2))
        .number("four_weeks", each().map(|row| Some(row.recent)))
        .text("since", each().map(|row| Some(row.since.to_string())))
        .flag("emerging", each().map(|row| Some(row.emerging)))
}

/// The problem type and the members of the other dimensions, a column each.
fn named<'a>(rows: impl Iterator<Item = &'a [String]>, by: &[String]) -> Frame {
    let rows: Vec<&[String]> = rows.collect();
    let names = std::iter::once("problem_type").chain(by.iter().map(String::as_str));
    names
        .enumerate()
        .fold(Frame::default(), |frame, (at, name)| {
            frame.text(name, rows.iter().map(|members| members.get(at).cloned()))
        })
}

/// The coaching list; failed items as `item share/centre`, separated by semicolons. After the agents come the script
/// items that a whole team fails: without an agent, with shares that passed as in `compliance`.
#[must_use]
pub fn coaching(found: &Coaching) -> Frame {
    let item = |(item, own, centre): &(String, f64, f64)| format!("{item} {own:.3}/{centre:.3}");
    let of_agents = || found.rows.iter();
    let of_teams = || found.skipped.iter();
    let number = |agent: fn(&Gap) -> f64, team: fn(&Skipped) -> f64| {
        let agents = of_agents().map(move |row| Some(agent(row)));
        agents.chain(of_teams().map(move |row| Some(team(row))))
    };
    Frame::default()
        .text(
            "agent_id",
            of_agents()
                .map(|row| Some(row.agent.as_str()))
                .chain(of_teams().map(|_| None)),
        )
        .text(
            "team",
            of_agents()
                .map(|row| row.team.as_deref())
                .chain(of_teams().map(|row| Some(row.team.as_str()))),
        )
        .text(
            "problem_type",
            of_agents()
                .map(|row| row.problem.as_deref())
                .chain(of_teams().map(|_| None)),
        )
        .text(
            "kpi",
            of_agents()
                .map(|row| Some(row.kpi.as_str()))
                .chain(of_teams().map(|_| Some("compliance"))),
        )
        .number("n", number(|row| row.n, |row| row.n))
        .number("value", number(|row| row.value, |row| 1.0 - row.value))
        .number(
            "expected",
            number(|row| row.expected, |row| 1.0 - row.expected),
        )
        .number("gap", number(|row| row.gap.0, |row| -row.gap.0))
        .number("ci_low", number(|row| row.gap.1, |row| -row.gap.2))
        .number("ci_high", number(|row| row.gap.2, |row| -row.gap.1))
        .number("z", number(|row| row.z, |row| -row.z))
        .text(
            "failed_items",
            of_agents()
                .map(|row| {
                    let items: Vec<String> = row.items.iter().map(item).collect();
                    (!items.is_empty()).then(|| items.join("; "))
                })
                .chain(
                    of_teams().map(|row| Some(item(&(row.item.clone(), row.value, row.expected)))),
                ),
        )
}
