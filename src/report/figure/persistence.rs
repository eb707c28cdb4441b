//! Persistence map: problem by week, above the expectation or not.

use chrono::NaiveDate;

use crate::report::document::Column;
use crate::report::format;
use crate::stats::persistence::Persistence as Judged;

use super::{About, Figure, HeatLevel, Plot, SignalMark};

/// Expected cases below which a week is grey: rule of chapter 6 of the design, after Cochran (1954), *Some
/// methods for strengthening the common χ² tests*, Biometrics 10.
const LEAST_EXPECTED: f64 = 5.0;

/// Counts over the expectation where the classes of the map end: up to half more, up to twice, more.
const CLASSES: [f64; 2] = [1.5, 2.0];

/// Problems by week.
#[derive(Debug, Clone, PartialEq)]
pub struct Persistence {
    /// First days of the weeks, short, oldest first.
    pub weeks: Vec<String>,
    /// Problems, the most persistent first.
    pub rows: Vec<PersistenceRow>,
    /// Heading of the summaries.
    pub summary_label: String,
    /// Words of the key.
    pub key: PersistenceKey,
}

/// One problem.
#[derive(Debug, Clone, PartialEq)]
pub struct PersistenceRow {
    /// Name.
    pub name: String,
    /// One cell for each week.
    pub cells: Vec<PersistenceCell>,
    /// Weeks above and the run that lasts, in words.
    pub summary: String,
    /// Whether it lies above too often for chance.
    pub mark: Option<SignalMark>,
}

/// One week of one problem. [`HeatLevel::Class`] counts from 0, not above the expectation, to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct PersistenceCell {
    /// How it is painted.
    pub level: HeatLevel,
    /// What is counted over what is expected; `None` without enough cases to judge.
    pub ratio: Option<f64>,
    /// Count, printed.
    pub label: String,
    /// Problem, week and numbers in words.
    pub hint: String,
}

/// Words of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersistenceKey {
    /// Classes from "not above" on.
    pub classes: Vec<String>,
    /// Expected below five.
    pub sparse: String,
    /// Above too often for chance.
    pub persistent: String,
    /// What the numbers in the cells are.
    pub cells: String,
}

/// A problem as it comes from the marts.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// Name.
    pub name: &'a str,
    /// Count and expectation of each week, oldest first.
    pub weeks: &'a [(f64, f64)],
    /// What was made of them.
    pub judged: &'a Judged,
    /// Whether it is a finding after all comparisons.
    pub persistent: bool,
}

/// Draws up a persistence map; `weeks` are the first days of the weeks, `how` says what a finding is.
///
/// `None` without problems or when one has another number of weeks.
#[must_use]
pub fn figure(
    about: &About,
    weeks: &[NaiveDate],
    problems: &[Problem],
    how: &str,
    dimension: &str,
) -> Option<Figure> {
    let fits = |problem: &Problem| problem.weeks.len() == weeks.len();
    if problems.is_empty() || weeks.is_empty() || !problems.iter().all(fits) {
        return None;
    }
    let t = about.text();
    let label = |week: &NaiveDate| format::axis_day(*week, about.lang);
    let rows = problems.iter().map(|problem| PersistenceRow {
        name: problem.name.to_owned(),
        cells: problem
            .weeks
            .iter()
            .zip(weeks)
            .map(|(&numbers, week)| cell(about, problem.name, &label(week), numbers))
            .collect(),
        summary: summary(about, problem),
        mark: problem.persistent.then(|| about.mark_of(true)),
    });
    let plot = Persistence {
        weeks: weeks.iter().map(label).collect(),
        rows: rows.collect(),
        summary_label: t.persistence_summary_label().to_owned(),
        key: PersistenceKey {
            classes: vec![
                t.persistence_not_above().to_owned(),
                t.persistence_above("1.5"),
                t.persistence_above("2"),
                t.persistence_beyond("2"),
            ],
            sparse: t.persistence_sparse(&format!("{LEAST_EXPECTED:.0}")),
            persistent: t.persistence_mark().to_owned(),
            cells: t.persistence_cells().to_owned(),
        },
    };
    let table = problems.iter().map(|problem| {
        let cells = problem
            .weeks
            .iter()
            .map(|(count, expected)| format!("{count:.0} / {expected:.1}"));
        std::iter::once(problem.name.to_owned())
            .chain(cells)
            .chain([summary(about, problem), chance(problem)])
            .collect()
    });
    let columns = std::iter::once(Column::text(dimension))
        .chain(weeks.iter().map(|week| Column::number(label(week))))
        .chain([
            Column::text(t.persistence_summary_label()),
            Column::number("p"),
        ])
        .collect();
    let notes = vec![t.persistence_note().to_owned(), how.to_owned()];
    let description = t.persistence_description(
        &problems.len().to_string(),
        &weeks.len().to_string(),
        about.title,
    );
    Some(about.figure(
        Plot::Persistence(plot),
        description,
        notes,
        columns,
        table.collect(),
    ))
}

fn cell(about: &About, name: &str, week: &str, (count, expected): (f64, f64)) -> PersistenceCell {
    let t = about.text();
    let level = if expected < LEAST_EXPECTED {
        HeatLevel::Sparse
    } else if count <= expected {
        HeatLevel::Class(0)
    } else {
        let class = CLASSES
            .iter()
            .filter(|end| count > **end * expected)
            .count();
        HeatLevel::Class(1 + class)
    };
    let judged = matches!(level, HeatLevel::Class(_));
    let ratio = judged.then_some(count / expected);
    let (count, expected) = (format!("{count:.0}"), format!("{expected:.1}"));
    PersistenceCell {
        level,
        ratio,
        hint: t.persistence_hint(name, week, &count, &expected),
        label: count,
    }
}

fn summary(about: &About, problem: &Problem) -> String {
    let (above, all) = (problem.judged.weeks_above, problem.weeks.len());
    let (above, all) = (above.to_string(), all.to_string());
    match problem.judged.current {
        0 => about.text().persistence_over(&above, &all),
        current => {
            let current = current.to_string();
            about.text().persistence_summary(&above, &all, &current)
        }
    }
}

fn chance(problem: &Problem) -> String {
    match problem.judged.p {
        p if p < 0.001 => "<\u{a0}0.001".to_owned(),
        p => format!("{p:.3}"),
    }
}
