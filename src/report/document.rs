//! The document model: page → section → block. Text is in the document's language, numbers are printed.

mod restated;

use chrono::NaiveDate;

use crate::i18n::Lang;
use crate::insight::movement::Assurance;
use crate::kpi::figure::{Bound, Estimate, Status, Unit};

use super::figure::{Figure, Legend, Sparkline};

pub use restated::{Cause, RawRestated, Restated, RestatedRow};

/// One page in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Language of every text in it.
    pub lang: Lang,
    /// Title of the page.
    pub title: String,
    /// Name of the service centre.
    pub centre: String,
    /// The day reported on, in words.
    pub date: String,
    /// The day reported on, `2026-03-29`.
    pub iso_date: String,
    /// Code of what part of the centre is covered.
    pub scope: &'static str,
    /// Cut-off, rows and scope, for the head of the page.
    pub facts: Vec<Fact>,
    /// Where its figures come from; set by the run that publishes it.
    pub stamp: Option<Stamp>,
    /// The edition in the other language.
    pub other: Option<Link>,
    /// The body, in reading order.
    pub sections: Vec<Section>,
    /// One line under the body.
    pub footer: String,
}

/// Where the figures of a document come from: the only time and the only version in the metadata of its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Id of the run, `r0001`.
    pub run: String,
    /// Data cut-off, UTC microseconds.
    pub as_of: i64,
}

/// A label with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Printed value.
    pub value: String,
}

/// A link to another page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Relative address.
    pub href: String,
    /// Language of the target.
    pub lang: Lang,
    /// Text of the link, in the language of the target.
    pub label: String,
}

/// A part of the page with a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Anchor, unique on the page.
    pub id: &'static str,
    /// Heading.
    pub title: String,
    /// One sentence under the heading.
    pub lead: Option<String>,
    /// Content.
    pub blocks: Vec<Block>,
}

/// A piece of content.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading inside a section, with a sentence.
    Text {
        /// Heading of the third level.
        heading: String,
        /// Paragraphs.
        paragraphs: Vec<String>,
    },
    /// What moved.
    Findings(Findings),
    /// The figures of the day.
    KpiTable(KpiTable),
    /// Small figures of one kind that share a legend.
    Multiples {
        /// What the marks mean.
        legend: Legend,
        /// The figures.
        figures: Vec<Figure>,
    },
    /// One figure across the page.
    Figure(Box<Figure>),
    /// A table.
    Table(Table),
    /// Figures of earlier days that have changed.
    Restated(Restated),
    /// Definitions in use.
    Definitions(Vec<Definition>),
    /// Content that a reader opens when it is wanted; on paper it stands open.
    Details {
        /// What it holds.
        summary: String,
        /// The content.
        blocks: Vec<Block>,
    },
    /// Cases to go through with a pen; a sheet of paper of its own.
    Worksheet(Worksheet),
}

/// Cases of one problem, with room for notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worksheet {
    /// What the cases have in common.
    pub heading: String,
    /// What to do with them.
    pub task: String,
    /// The cases.
    pub cases: Vec<WorksheetCase>,
    /// What the blank lines under each case are for, a line each.
    pub questions: Vec<String>,
}

/// One case, without anything personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorksheetCase {
    /// Its id.
    pub id: String,
    /// What is known of it beside its text.
    pub facts: String,
    /// What was written.
    pub text: String,
}

/// The tone of a mark: decides shape and colour; the word stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    /// Moved to the worse side, or a target missed.
    Concern,
    /// Moved, and neither side is better.
    Neutral,
    /// Moved to the better side, or a target met.
    Improvement,
    /// Nothing to report.
    Calm,
    /// Too little history to judge.
    Unjudged,
    /// Too few cases to judge.
    Sparse,
}

impl Tone {
    /// The word in class names and in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Concern => "concern",
            Self::Neutral => "neutral",
            Self::Improvement => "improvement",
            Self::Calm => "calm",
            Self::Unjudged => "unjudged",
            Self::Sparse => "sparse",
        }
    }
}

/// A verdict as people see it: shape, word and colour together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Colour.
    pub tone: Tone,
    /// Shape: one character, never the only carrier of meaning.
    pub shape: &'static str,
    /// Word.
    pub word: String,
    /// What the word rests on, where there is more to say.
    pub detail: Option<String>,
}

/// The first screen: how many figures do what, and the ranked findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Counts by verdict.
    pub tallies: Vec<Tally>,
    /// At most three, most important first.
    pub items: Vec<Finding>,
    /// What was left out.
    pub rest: Option<String>,
    /// The findings below those, in their order: not on the first screen, but in the mart.
    pub more: Vec<Finding>,
}

/// How many figures share a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Printed count.
    pub count: String,
    /// The verdict.
    pub mark: Mark,
}

/// What a finding is about, with its place in the insight of the night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// No signal.
    Nothing,
    /// Movement of a figure.
    Figure,
    /// Targets missed without a signal.
    Missed,
    /// A queue in a part of the day.
    Wait(usize),
    /// A problem that rises.
    Rising(usize),
    /// An outlet that breaks promises.
    Promise(usize),
    /// An outlet behind others in a figure.
    Outlet(usize),
    /// A script item that a team fails.
    Item(usize),
}

impl Subject {
    /// The code in outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Figure => "figure",
            Self::Missed => "missed",
            Self::Wait(_) => "wait",
            Self::Rising(_) => "rising",
            Self::Promise(_) => "promise",
            Self::Outlet(_) => "outlet",
            Self::Item(_) => "item",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// KPI it is about, where it is one.
    pub kpi: Option<String>,
    /// Verdict.
    pub mark: Mark,
    /// What moved, since when, by how much.
    pub text: String,
    /// Why it is more than noise, clause by clause.
    pub evidence: Vec<String>,
    /// Who should look.
    pub owner: Option<String>,
}

/// The figures of the day, worst first.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiTable {
    /// Caption.
    pub caption: String,
    /// Column headings.
    pub columns: KpiColumns,
    /// Rows, worst first.
    pub rows: Vec<KpiRow>,
    /// How to read the table.
    pub notes: Vec<String>,
    /// The days behind the sparklines, a few KPIs at a time so that each table fits a sheet of paper.
    pub history: Vec<Table>,
}

/// Headings of the KPI table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KpiColumns {
    /// Name of the KPI.
    pub name: String,
    /// Sparkline.
    pub trend: String,
    /// The day's figure and its interval.
    pub value: String,
    /// Numerator, denominator and n.
    pub basis: String,
    /// Target and its source.
    pub target: String,
    /// Met or missed.
    pub status: String,
    /// The same weekday before.
    pub weekday: String,
    /// Control-chart verdict.
    pub variation: String,
}

/// One KPI of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiRow {
    /// Identifier in the catalogue.
    pub id: String,
    /// Name.
    pub name: String,
    /// Last days with limits; `None` without history.
    pub trend: Option<Sparkline>,
    /// The day's figure.
    pub value: String,
    /// The day of the figure, where it is not the day reported on.
    pub day: Option<String>,
    /// 95 % interval.
    pub interval: Option<String>,
    /// `numerator / denominator`.
    pub fraction: String,
    /// `n = …`.
    pub n: String,
    /// Too few cases to judge: printed grey with its word.
    pub sparse: Option<String>,
    /// Target.
    pub target: String,
    /// Source of the target.
    pub target_source: Option<String>,
    /// Met, missed or neither.
    pub status: Mark,
    /// "Not distinguishable from the target", where it holds.
    pub doubt: Option<String>,
    /// Whether the process meets its target whatever chance does; `None` without a target.
    pub assurance: Option<Mark>,
    /// Mean of the same weekday before.
    pub weekday: String,
    /// Difference from it.
    pub weekday_change: Option<String>,
    /// Control-chart verdict.
    pub variation: Mark,
    /// The same figures as numbers, for machine-readable editions.
    pub raw: RawKpi,
}

/// The numbers behind a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawKpi {
    /// Unit.
    pub unit: Unit,
    /// The day's figure.
    pub estimate: Estimate,
    /// Target.
    pub bound: Option<Bound>,
    /// Verdict on the target.
    pub status: Status,
    /// What the limits say about the target; `None` without limits or target.
    pub assurance: Option<Assurance>,
    /// Mean of the same weekday before.
    pub same_weekday: Option<f64>,
    /// Weeks it rests on.
    pub same_weekday_weeks: u32,
    /// The day of the figure.
    pub day: NaiveDate,
}

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Anchor, unique on the page.
    pub id: String,
    /// Caption.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows: as many cells as columns; the first cell names the row.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row is a total.
    pub total: bool,
    /// What is said instead of an empty table.
    pub empty: String,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// Numbers: set to the right in figures of one width.
    pub numeric: bool,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub fn text(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            numeric: false,
        }
    }

    /// A column of numbers.
    #[must_use]
    pub fn number(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            numeric: true,
        }
    }
}

/// A definition in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Identifier in the catalogue.
    pub id: String,
    /// Name.
    pub name: String,
    /// Definition in words.
    pub about: String,
    /// Unit, source and variant.
    pub facts: Vec<Fact>,
}

impl Block {
    /// The block and those inside it, in reading order.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut found = vec![self];
        if let Self::Details { blocks, .. } = self {
            found.extend(blocks.iter().flat_map(Self::all));
        }
        found
    }
}

impl Document {
    /// Every block of the document, folded ones too, in reading order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.sections
            .iter()
            .flat_map(|section| &section.blocks)
            .flat_map(Block::all)
    }

    /// Every figure of the document, in reading order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks().flat_map(|block| match block {
            Block::Multiples { figures, .. } => figures.iter().collect(),
            Block::Figure(figure) => vec![figure.as_ref()],
            _ => Vec::new(),
        })
    }

    /// The KPI rows of the document, worst first.
    pub fn kpis(&self) -> impl Iterator<Item = &KpiRow> {
        self.blocks().flat_map(|block| match block {
            Block::KpiTable(table) => table.rows.as_slice(),
            _ => &[],
        })
    }

    /// The figures of earlier days that have changed.
    #[must_use]
    pub fn restated(&self) -> Option<&Restated> {
        self.blocks().find_map(|block| match block {
            Block::Restated(restated) => Some(restated),
            _ => None,
        })
    }

    /// All findings of the document, those below the first screen too.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.blocks()
            .filter_map(|block| match block {
                Block::Findings(findings) => Some(findings),
                _ => None,
            })
            .flat_map(|findings| findings.items.iter().chain(&findings.more))
    }

    /// The findings of the first screen, most important first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.blocks().flat_map(|block| match block {
            Block::Findings(findings) => findings.items.as_slice(),
            _ => &[],
        })
    }
}
