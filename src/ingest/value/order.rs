//! The order of day, month and year in a column, and what can be said about how it was found.

use std::fmt;

use crate::i18n::Bilingual;

/// The order of the three numbers of a date. It belongs to a column: what stands between the numbers says
/// nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Order {
    /// `22-02-21` is 21 February 2022.
    YearFirst,
    /// `01-05-2021` is 1 May 2021.
    DayFirst,
    /// `01-05-2021` is 5 January 2021.
    MonthFirst,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::YearFirst, Self::DayFirst, Self::MonthFirst];

    /// The order in Chinese: `日在前`.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::YearFirst => "年在前",
            Self::DayFirst => "日在前",
            Self::MonthFirst => "月在前",
        }
    }
}

/// The order in English: `day first`.
impl fmt::Display for Order {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::YearFirst => "year first",
            Self::DayFirst => "day first",
            Self::MonthFirst => "month first",
        })
    }
}

/// The order of a column and the reason to believe in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The order.
    pub order: Order,
    /// Cells that need an order.
    pub seen: u64,
    /// What decided.
    pub evidence: Evidence,
}

/// What decided for an order. `other` is the strongest of the orders that lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// So many cells are dates under the order and cannot be under the other.
    Impossible {
        /// The order that lost.
        other: Order,
        /// Cells that are no dates under it.
        cells: u64,
    },
    /// The cells lie in the time of those whose date is self-evident; under the other order they do not.
    Range {
        /// The order that lost.
        other: Order,
    },
    /// The column covers far fewer days than under the other order.
    Span {
        /// Days from the first date to the last, both counted.
        days: i64,
        /// The order that lost.
        other: Order,
        /// The same under that order.
        other_days: i64,
    },
    /// Every cell means the same day under the other order.
    Same {
        /// The order that lost.
        other: Order,
    },
}

impl Decided {
    /// The decision and its reason, for people.
    #[must_use]
    pub fn sentence(&self) -> Bilingual {
        let (order, zh) = (self.order, self.order.chinese());
        let seen = self.seen;
        match &self.evidence {
            Evidence::Impossible { other, cells } => Bilingual::new(
                format!("{order}: {cells} of {seen} values cannot be {other}"),
                format!(
                    "{zh}：{seen} 个值中有 {cells} 个不可能是{}",
                    other.chinese()
                ),
            ),
            Evidence::Range { other } => Bilingual::new(
                format!(
                    "{order}: so the {seen} values lie among the dates written year first, {other} they do not"
                ),
                format!(
                    "{zh}：这样 {seen} 个值与写明年份在前的日期同期，{}则不然",
                    other.chinese()
                ),
            ),
            Evidence::Span {
                days,
                other,
                other_days,
            } => Bilingual::new(
                format!(
                    "{order}: so the {seen} values span {days} days, {other} they span {other_days}"
                ),
                format!(
                    "{zh}：这样 {seen} 个值跨 {days} 天，{}则跨 {other_days} 天",
                    other.chinese()
                ),
            ),
            Evidence::Same { other } => Bilingual::new(
                format!("{order}: the {seen} values are the same days {other}"),
                format!("{zh}：{seen} 个值按{}读也是同一天", other.chinese()),
            ),
        }
    }
}

/// Why a column has no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecided {
    /// Under no order are enough of the cells dates; the examples are cells that are not.
    NoneFits {
        /// Cells that need an order.
        seen: u64,
        /// Every order.
        candidates: Vec<Candidate>,
    },
    /// Several orders fit; the examples are cells that mean another day under each.
    SeveralFit {
        /// Cells that need an order.
        seen: u64,
        /// The orders that fit.
        candidates: Vec<Candidate>,
    },
}

/// One order and how the column fared under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The order.
    pub order: Order,
    /// Cells that are dates under it.
    pub fits: u64,
    /// Up to three cells that speak against deciding for it.
    pub examples: Vec<String>,
}

impl Undecided {
    /// Whether the dates of the column can be meant in this order.
    #[must_use]
    pub fn fits(&self, order: Order) -> bool {
        match self {
            Self::NoneFits { .. } => false,
            Self::SeveralFit { candidates, .. } => candidates.iter().any(|one| one.order == order),
        }
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seen, candidates, none) = match self {
            Self::NoneFits { seen, candidates } => (seen, candidates, true),
            Self::SeveralFit { seen, candidates } => (seen, candidates, false),
        };
        if none {
            write!(out, "no order of day and month fits the {seen} dates: ")?;
        } else {
            write!(
                out,
                "several orders of day and month fit the {seen} dates: "
            )?;
        }
        for (position, one) in candidates.iter().enumerate() {
            let joint = if position > 0 { "; " } else { "" };
            let examples = one.examples.join(", ");
            let word = if none { "but not" } else { "such as" };
            write!(out, "{joint}{} {}", one.order, one.fits)?;
            if !examples.is_empty() {
                write!(out, " ({word} {examples})")?;
            }
        }
        Ok(())
    }
}
