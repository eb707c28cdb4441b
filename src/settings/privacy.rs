//! `[privacy]`: how people are made unrecognisable, and what is not stored at all.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::schema::privacy::{Class, privacy_class};
use crate::schema::{Column, Table};

/// What is pseudonymised with which key, and what is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// The key file; by default `STORE.key` beside the store.
    pub key_file: Option<PathBuf>,
    /// Classes whose columns are not stored: null in every row.
    pub drop: Vec<Class>,
    /// Columns that are stored although their class is dropped.
    pub keep: Vec<ColumnName>,
}

/// A column by its full name, `table.column`.
///
/// [`Settings::load`](super::Settings::load) has made sure that it exists and has a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColumnName {
    /// The canonical table.
    pub table: String,
    /// Its column.
    pub column: String,
}

impl Privacy {
    /// Whether `column` of `table` is not stored: its class is dropped and it is no exception.
    #[must_use]
    pub fn drops(&self, table: &Table, column: &Column) -> bool {
        privacy_class(table.name, column).is_some_and(|class| self.drop.contains(&class))
            && !self
                .keep
                .iter()
                .any(|kept| kept.table == table.name && kept.column == column.name)
    }
}

impl TryFrom<String> for ColumnName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.split_once('.') {
            Some((table, column)) => Ok(Self {
                table: table.to_owned(),
                column: column.to_owned(),
            }),
            None => Err(format!(
                "`{name}` is not a column; write it as \"table.column\", as \"tickets.description\""
            )),
        }
    }
}

impl From<ColumnName> for String {
    fn from(name: ColumnName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_class_takes_its_columns_but_for_the_exceptions() {
        let privacy: Privacy =
            toml::from_str("drop = [\"free_text\"]\nkeep = [\"tickets.description\"]").unwrap();
        let tickets = Table::by_name("tickets").unwrap();
        let drops = |column: &str| privacy.drops(tickets, tickets.column(column).unwrap());
        assert!(drops("resolution"));
        assert!(!drops("description"));
        assert!(!drops("customer"));
        assert!(!drops("status"));
    }
}
