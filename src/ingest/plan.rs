//! Header → plan: which table a file is, and where each canonical column comes from.

mod choose;
mod mapped;
mod names;

use chrono_tz::Tz;
use regex::Regex;

use crate::i18n::Bilingual;
use crate::schema::{Column, Table};
use crate::settings::Source;
use crate::settings::source::{Condition, DateOrder, Fold, Keep, Rule};

use super::value::{DurationForm, Order, TimeForm, unit_of_header};

pub use choose::{closest, most_shared, plans};
pub use mapped::of_source;

/// The part of a file that a table lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'p> {
    /// All of it.
    Whole,
    /// The elements of an array within JSON records, by its path.
    Array(&'p str),
    /// A sheet of a workbook, by its name.
    Sheet(&'p str),
}

impl Part<'_> {
    /// Whether a source reads tables that lie here: one that states an array or a sheet reads no other, and
    /// elements of an array are read only by sources that state it.
    #[must_use]
    pub fn is_read_by(self, source: &Source) -> bool {
        let (array, sheet) = match self {
            Self::Whole => (None, None),
            Self::Array(path) => (Some(path), None),
            Self::Sheet(name) => (None, Some(name)),
        };
        source.rows.as_deref() == array
            && (source.sheet.is_none() || source.sheet.as_deref() == sheet)
    }
}

/// Where the text of a canonical column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The field at this position.
    Field(usize),
    /// The first of several fields that has a value.
    First(Vec<usize>),
    /// Several fields put together.
    Join(Vec<usize>, String),
    /// Several durations added up.
    Sum(Vec<usize>),
    /// A constant.
    Constant(String),
}

impl Origin {
    /// The fields that are read.
    #[must_use]
    pub fn fields(&self) -> &[usize] {
        match self {
            Self::Field(at) => std::slice::from_ref(at),
            Self::First(list) | Self::Join(list, _) | Self::Sum(list) => list,
            Self::Constant(_) => &[],
        }
    }
}

/// How one canonical column is filled.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The canonical column.
    pub column: &'static Column,
    /// Where its text comes from.
    pub origin: Origin,
    /// The header it was found under, for messages.
    pub header: String,
    /// How to read it.
    pub rule: Rule,
    /// Fields of durations that are taken off.
    pub minus: Vec<usize>,
    /// Field of a duration that is added to a time.
    pub plus: Option<usize>,
    /// Field and test that decide whether the row has the value.
    pub only: Option<(usize, Condition)>,
    /// What to take from the text.
    pub pattern: Option<Regex>,
    /// Whether the text is a field as it stands, without any of the above.
    pub plain: bool,
    /// How its times are written.
    pub time: TimeForm,
    /// What a plain number means in its durations.
    pub duration: DurationForm,
}

impl Cell {
    fn new(column: &'static Column, origin: Origin, header: String, rule: Rule) -> Self {
        let stated = unit_of_header(&header).map(|(_, unit_s)| DurationForm { unit_s });
        let duration = rule
            .unit
            .map(|unit| DurationForm {
                unit_s: unit.seconds(),
            })
            .or(stated)
            .unwrap_or_default();
        let time = TimeForm {
            order: rule.order.map(|order| match order {
                DateOrder::YearFirst => Order::YearFirst,
                DateOrder::DayFirst => Order::DayFirst,
                DateOrder::MonthFirst => Order::MonthFirst,
            }),
        };
        Self {
            column,
            origin,
            header,
            rule,
            minus: Vec::new(),
            plus: None,
            only: None,
            pattern: None,
            plain: true,
            time,
            duration,
        }
    }
}

/// The source of a plan that comes from the header alone.
pub const AUTO: &str = "auto";

/// How the rows of one file become rows of one table.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The canonical table.
    pub table: &'static Table,
    /// Name of the source mapping, or [`AUTO`].
    pub source: String,
    /// What is done to the rows before they are mapped.
    pub fold: Option<Fold>,
    /// Zone of times that carry none.
    pub zone: Tz,
    /// One entry per column of the table, `None` where the file has nothing for it.
    pub cells: Vec<Option<Cell>>,
    /// Field position, test and reason of rows to leave out.
    pub exclude: Vec<(usize, Condition, String)>,
    /// Headers that no column uses.
    pub unused: Vec<String>,
    /// Headers of the mapping that the file does not have.
    pub absent: Vec<String>,
    /// Headers that are used and occur more than once; the first counts.
    pub doubled: Vec<String>,
    /// What was told from the values of columns, for people.
    pub stated: Vec<Bilingual>,
    /// Positions of the columns that are not stored, to protect people.
    pub dropped: Vec<usize>,
}

impl Plan {
    /// Columns of which the smaller value survives a replacement.
    pub fn keep_earliest(&self) -> impl Iterator<Item = &'static str> {
        self.cells
            .iter()
            .flatten()
            .filter(|cell| cell.rule.keep == Keep::Earliest)
            .map(|cell| cell.column.name)
    }

    /// How many columns of the table the file fills.
    #[must_use]
    pub fn filled(&self) -> usize {
        self.cells.iter().flatten().count()
    }
}

/// Why no plan could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPlan {
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// How many columns the closest table shares with the header.
    pub shared: usize,
    /// Whether the fault lies in a mapping of the settings, not in the file.
    pub mapping: bool,
}

/// Required columns that the plan leaves empty.
#[must_use]
pub fn missing(plan: &Plan) -> Vec<&'static str> {
    plan.table
        .columns
        .iter()
        .zip(&plan.cells)
        .filter(|(column, cell)| column.required && cell.is_none())
        .map(|(column, _)| column.name)
        .collect()
}

#[cfg(test)]
mod tests;
