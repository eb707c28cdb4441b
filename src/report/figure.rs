//! A figure as data: what is drawn, what it says, and its numbers as a table.

use chrono::NaiveDate;

use crate::i18n::Lang;
use crate::kpi::figure::Unit;

use super::document::{Table, Tone};

mod about;
pub mod funnel;
pub mod persistence;
pub mod ranked;
pub mod ribbon;
pub mod spread;
pub mod waterfall;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use about::{About, unit_name};
pub use funnel::{Funnel, FunnelMember, Limits, Standing};
pub use persistence::{Persistence, PersistenceCell, PersistenceRow};
pub use ribbon::{Ribbon, RibbonCell, RibbonRow};
pub use spread::Spread;
pub use waterfall::{Period, Step, StepKind, Waterfall};

/// A figure with everything that stands around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Anchor, unique on the page.
    pub id: String,
    /// The finding, as a title.
    pub title: String,
    /// Tone of the finding.
    pub tone: Tone,
    /// Measure, unit, population, period, n.
    pub subtitle: String,
    /// Numerator/denominator, interval, target with its source, kind of limits, filters.
    pub notes: Vec<String>,
    /// What the picture shows, for those who don't see it.
    pub description: String,
    /// What is drawn.
    pub plot: Plot,
    /// The numbers of the picture.
    pub data: Table,
}

/// The kinds of picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Plot {
    /// A control chart of one daily figure.
    Control(Control),
    /// A measure by hour and weekday.
    Heat(Heat),
    /// Counts or costs in descending order with their cumulative share.
    Pareto(Pareto),
    /// Members against what they rest on.
    Funnel(Funnel),
    /// A change in parts that add up to it.
    Waterfall(Waterfall),
    /// Problems by week, above their expectation or not.
    Persistence(Persistence),
    /// Promises kept, running and broken.
    Ribbon(Ribbon),
    /// How waits are distributed around a target.
    Spread(Spread),
}

/// What an axis measures and how its ticks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Unit.
    pub unit: Unit,
    /// Language of the ticks.
    pub lang: Lang,
}

/// A daily figure with its limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// Vertical axis.
    pub axis: Axis,
    /// Days, oldest first.
    pub days: Vec<ControlDay>,
    /// Centre line.
    pub centre: Option<Level>,
    /// Target line.
    pub target: Option<Level>,
    /// Labels of the newest limits: lower, upper.
    pub limits: Vec<Level>,
    /// How many of the days shown the newest limits were computed from.
    pub baseline_days: usize,
    /// Dates from which other limits hold.
    pub rebases: Vec<RebaseMark>,
    /// Days that are not like others.
    pub ranges: Vec<MarkedRange>,
}

/// A vertical mark: from this day on other limits hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebaseMark {
    /// Position of the day.
    pub at: usize,
    /// What is written beside it.
    pub label: String,
}

/// Shaded days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedRange {
    /// Position of the first day.
    pub from: usize,
    /// Position of the last day.
    pub to: usize,
    /// What is written above them.
    pub label: String,
}

/// A level with its printed label.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Height in the axis' unit.
    pub value: f64,
    /// What is written beside it.
    pub label: String,
}

/// One day of a control chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlDay {
    /// The day.
    pub date: NaiveDate,
    /// Short date for the axis.
    pub label: String,
    /// Whether a week starts here; the axis is labelled at such days.
    pub week_start: bool,
    /// The figure as it was.
    pub value: Option<f64>,
    /// The figure without its weekday's usual effect.
    pub adjusted: Option<f64>,
    /// Lower limit.
    pub lower: Option<f64>,
    /// Upper limit.
    pub upper: Option<f64>,
    /// Centre line that holds at this day.
    pub centre: Option<f64>,
    /// Which limits hold: limits of different stretches are not joined.
    pub stretch: usize,
    /// Signal at this day.
    pub signal: Option<SignalMark>,
    /// Date and numbers in words.
    pub hint: String,
}

/// A signal as drawn: the tone decides the colour and the shape, the side turns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalMark {
    /// Tone.
    pub tone: Tone,
    /// Upwards.
    pub up: bool,
}

/// The last days of a KPI on the width of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparkline {
    /// Anchor, unique on the page.
    pub id: String,
    /// Name and period.
    pub title: String,
    /// First, last, lowest and highest value in words.
    pub description: String,
    /// Days, oldest first; hints and labels are not used.
    pub days: Vec<ControlDay>,
}

/// A measure by hour and weekday.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Unit of the values.
    pub unit: Unit,
    /// Names of the weekdays, Monday first.
    pub weekdays: Vec<String>,
    /// Names of the hours shown, ascending.
    pub hours: Vec<String>,
    /// Cells by weekday, then hour: `weekdays.len() × hours.len()`.
    pub cells: Vec<HeatCell>,
    /// Names of the classes, lowest first.
    pub classes: Vec<String>,
    /// Name of cells with too few cases.
    pub sparse: String,
    /// What the numbers in the cells are.
    pub key: String,
}

/// One cell of a heat map.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatCell {
    /// What the cell shows.
    pub level: HeatLevel,
    /// The value; `None` without enough cases to judge.
    pub value: Option<f64>,
    /// Printed in the cell.
    pub label: String,
    /// Weekday, hour and numbers in words.
    pub hint: String,
}

/// How a cell is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeatLevel {
    /// No contact.
    Empty,
    /// Too few cases to judge.
    Sparse,
    /// Class of the value, from 0.
    Class(usize),
}

/// Counts in descending order with their cumulative share.
#[derive(Debug, Clone, PartialEq)]
pub struct Pareto {
    /// Bars, largest first; the rest last.
    pub bars: Vec<ParetoBar>,
    /// Heading of the bars.
    pub count_label: String,
    /// Heading of the cumulative line.
    pub share_label: String,
    /// Heading of the rank bands, where bars have them.
    pub rank_label: Option<String>,
    /// Language of the ticks.
    pub lang: Lang,
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct ParetoBar {
    /// Name.
    pub name: String,
    /// Length.
    pub count: f64,
    /// Printed count.
    pub label: String,
    /// Share of all up to and including this bar, 0 … 1.
    pub cumulative: f64,
    /// Printed share.
    pub cumulative_label: String,
    /// Where the value may lie.
    pub interval: Option<(f64, f64)>,
    /// Which ranks the bar may have.
    pub ranks: Option<RankBand>,
    /// Whether the bar stands for the folded rest.
    pub rest: bool,
    /// Numbers in words.
    pub hint: String,
}

/// The ranks a bar may have, 1 being the largest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankBand {
    /// Best rank.
    pub best: usize,
    /// Worst rank.
    pub worst: usize,
    /// Both, printed.
    pub label: String,
}

/// What the marks of a figure mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legend {
    /// Heading.
    pub title: String,
    /// Entries.
    pub items: Vec<LegendItem>,
}

/// One mark and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendItem {
    /// The mark.
    pub key: LegendKey,
    /// Its meaning.
    pub text: String,
}

/// The marks of a control chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegendKey {
    /// Raw value of a day.
    Dot,
    /// Line of the adjusted values.
    Line,
    /// Limits.
    Limit,
    /// Centre line.
    Centre,
    /// Target.
    Target,
    /// A date from which other limits hold.
    Rebase,
    /// Days that are not like others.
    Event,
    /// Signal to the worse side.
    Concern,
    /// Signal to the better side.
    Improvement,
    /// Signal without a better side.
    Neutral,
}
