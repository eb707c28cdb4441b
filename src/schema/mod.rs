//! The canonical tables: which columns exist, what they mean, what they are called in exports.
//!
//! Everything that needs to know a column (recognising a header, typing a cell, writing Parquet,
//! checking an expression, the dictionary) reads it from here and nowhere else.

pub mod codes;
pub mod dictionary;
pub mod facts;
pub mod measure;
pub mod privacy;
mod records;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use records::TABLES;

/// How the cells of a column are read and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier: text, never a number.
    Id,
    /// Short text.
    Text,
    /// Text a person wrote; personal data in it is masked.
    FreeText,
    /// A customer's phone, e-mail or platform id; stored as a pseudonym.
    Customer,
    /// A point in time; UTC microseconds.
    Instant,
    /// A calendar day.
    Date,
    /// Elapsed time; seconds as `Float64`.
    Duration,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
    /// One of a set of codes.
    Code(&'static [codes::Code]),
    /// A satisfaction score from 1 to 5.
    Score,
    /// A problem type of the taxonomy, `category/type`.
    Problem,
}

/// The physical type of a column, shared by records and facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Physical {
    /// UTF-8 text.
    Text,
    /// UTC microseconds.
    Instant,
    /// Days since 1970-01-01.
    Date,
    /// 64-bit float.
    Float,
    /// 64-bit integer.
    Integer,
    /// Boolean.
    Flag,
}

impl Kind {
    /// How a column of this kind lies in Parquet.
    #[must_use]
    pub const fn physical(self) -> Physical {
        match self {
            Self::Id
            | Self::Text
            | Self::FreeText
            | Self::Customer
            | Self::Code(_)
            | Self::Problem => Physical::Text,
            Self::Instant => Physical::Instant,
            Self::Date => Physical::Date,
            Self::Duration | Self::Number | Self::Score => Physical::Float,
            Self::Integer => Physical::Integer,
            Self::Flag => Physical::Flag,
        }
    }
}

/// One column of a canonical table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Canonical English name: the name in the store and in every output.
    pub name: &'static str,
    /// How its cells are read.
    pub kind: Kind,
    /// A row without it is rejected.
    pub required: bool,
    /// Part of the row's identity.
    pub key: bool,
    /// Name shown in Chinese.
    pub zh: &'static str,
    /// Other header names, already in the form of [`fold`].
    pub aliases: &'static [&'static str],
}

impl Column {
    /// An optional column.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kind: Kind,
        zh: &'static str,
        aliases: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            kind,
            required: false,
            key: false,
            zh,
            aliases,
        }
    }

    /// Marks the column as required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Marks the column as part of the key.
    #[must_use]
    pub const fn key(mut self) -> Self {
        self.key = true;
        self
    }

    /// All names of the column: its own, the Chinese one and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.name, self.zh]
            .into_iter()
            .chain(self.aliases.iter().copied())
    }

    /// Whether `header` (folded by [`fold`]) names this column.
    #[must_use]
    pub fn answers_to(&self, header: &str) -> bool {
        self.names().any(|name| fold(name) == header)
    }
}

/// Positions of the columns of each table by the names they answer to, folded: a header is compared with every
/// table's thousand names for each of the first rows of each file.
static NAMES: LazyLock<HashMap<&str, HashMap<String, usize>>> = LazyLock::new(|| {
    let of_table = |table: &Table| {
        let columns = table.columns.iter().enumerate();
        columns
            .flat_map(|(at, column)| column.names().map(move |name| (fold(name), at)))
            .collect()
    };
    TABLES
        .iter()
        .map(|table| (table.name, of_table(table)))
        .collect()
});

/// One canonical table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Name in the store and on the command line.
    pub name: &'static str,
    /// Name shown in Chinese.
    pub zh: &'static str,
    /// Instant or date columns, the first one present gives the row's local date. Empty: not partitioned.
    pub time: &'static [&'static str],
    /// The columns, in stored order.
    pub columns: &'static [Column],
    /// Whether a missing key is replaced by a hash of the row.
    pub hashed_key: bool,
}

impl Table {
    /// The table called `name`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Position of the column that `header` (folded by [`fold`]) names; no header names two of them.
    #[must_use]
    pub fn answering(&self, header: &str) -> Option<usize> {
        NAMES.get(self.name)?.get(header).copied()
    }

    /// The column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Position of the column called `name`.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The columns that identify a row.
    pub fn key(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| column.key)
    }

    /// Whether the rows carry a problem type, and with it `problem_source`.
    #[must_use]
    pub fn has_problem(&self) -> bool {
        self.columns
            .iter()
            .any(|column| matches!(column.kind, Kind::Problem))
    }
}

/// Column beside a problem type: `given`, `keyword` or `none`.
pub const PROBLEM_SOURCE: &str = "problem_source";
/// Column that names the file a row came from: the first 16 hex digits of its content hash.
pub const SOURCE_FILE: &str = "source_file";
/// Column that names the physical line a row began at, 1-based.
pub const SOURCE_LINE: &str = "source_line";
/// The partition column: the local date.
pub const DATE: &str = "date";

/// Brings a header to the form in which names are compared: lower case, no spaces, underscores, hyphens,
/// byte-order marks or quotes, full-width letters and punctuation folded to ASCII.
#[must_use]
pub fn fold(header: &str) -> String {
    header
        .chars()
        .map(half_width)
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}' | '\u{200b}' | '"' | '\'')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The ASCII twin of a full-width character (U+FF01–U+FF5E) or an ideographic space; others unchanged.
#[must_use]
pub const fn half_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(folded) => folded,
            None => c,
        },
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_fold_to_one_form() {
        for (given, expect) in [
            ("\u{feff}Call ID", "callid"),
            ("call_id", "callid"),
            ("通话时长（秒）", "通话时长(秒)"),
            (" 来电　号码 ", "来电号码"),
        ] {
            assert_eq!(fold(given), expect);
        }
    }

    #[test]
    fn no_header_names_two_columns_of_one_table() {
        for table in TABLES {
            for column in table.columns {
                for name in column.names() {
                    let owners: Vec<_> = table
                        .columns
                        .iter()
                        .filter(|other| other.answers_to(&fold(name)))
                        .map(|other| other.name)
                        .collect();
                    assert_eq!(owners, [column.name], "{name} in {}", table.name);
                    let found = table.answering(&fold(name)).map(|at| &table.columns[at]);
                    assert_eq!(found.map(|found| found.name), Some(column.name));
                }
            }
        }
    }

    #[test]
    fn every_table_has_a_key_and_its_time_columns() {
        for table in TABLES {
            assert!(table.key().count() > 0, "{}", table.name);
            for time in table.time {
                assert!(table.column(time).is_some(), "{} {time}", table.name);
            }
        }
    }
}
