//! What every column of the marts and fact tables means: the dictionary that is published beside them.
//!
//! One entry serves every table that has a column of its name; a table in which the name means something else has an
//! entry of its own. Tests hold it to every column of every fact table and of every mart that a run writes.

mod entries;

use super::privacy::Class;

/// What a null in a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Null {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The only table it holds for; empty: every table that has none of its own.
    pub table: &'static str,
    /// The column.
    pub name: &'static str,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
    /// Unit, or the kind of value where nothing is measured.
    pub unit: &'static str,
    /// What a null means.
    pub null: Null,
    /// How it is computed; empty where it is as exported.
    pub formula: &'static str,
    /// A value as it could stand there.
    pub example: &'static str,
    /// Whom it is about.
    pub privacy: Option<Class>,
}

/// What a table is, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// The table.
    pub table: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// The entry of a column.
#[must_use]
pub fn entry(table: &str, column: &str) -> Option<&'static Entry> {
    let of = |wanted: &str| {
        entries::ENTRIES
            .iter()
            .find(|entry| entry.table == wanted && entry.name == column)
    };
    of(table).or_else(|| of(""))
}

/// What a table is.
#[must_use]
pub fn about(table: &str) -> Option<&'static About> {
    entries::TABLES.iter().find(|about| about.table == table)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::facts::FACTS;
    use crate::schema::privacy::privacy_class;
    use crate::schema::{Physical, TABLES};

    #[test]
    fn every_column_of_every_fact_table_has_an_entry() {
        let mut missing = Vec::new();
        for fact in FACTS {
            assert!(about(fact.name).is_some(), "{}", fact.name);
            for column in fact.columns {
                match entry(fact.name, column.name) {
                    None => missing.push(format!("{}.{}", fact.name, column.name)),
                    Some(entry) => {
                        let timed = column.name.ends_with("_s");
                        assert_eq!(timed, entry.unit == "s", "{}.{}", fact.name, column.name);
                        let flag = column.physical == Physical::Flag;
                        assert_eq!(
                            flag,
                            entry.unit == "yes/no",
                            "{}.{}",
                            fact.name,
                            column.name
                        );
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn entries_are_complete_and_each_stands_once() {
        let mut seen = BTreeSet::new();
        for entry in entries::ENTRIES {
            assert!(seen.insert((entry.table, entry.name)), "{}", entry.name);
            for text in [
                entry.zh,
                entry.en,
                entry.unit,
                entry.example,
                entry.null.zh,
                entry.null.en,
            ] {
                assert!(!text.trim().is_empty(), "{}", entry.name);
            }
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese(entry.zh) && !chinese(entry.en), "{}", entry.name);
            if !entry.table.is_empty() {
                assert!(about(entry.table).is_some(), "{}", entry.table);
            }
        }
    }

    #[test]
    fn what_is_about_a_person_says_so() {
        for table in TABLES {
            for column in table.columns {
                let class = privacy_class(table.name, column);
                for fact in FACTS
                    .iter()
                    .filter(|fact| fact.column(column.name).is_some())
                {
                    if class.is_some() {
                        let known = entry(fact.name, column.name).and_then(|entry| entry.privacy);
                        assert_eq!(known, class, "{}.{}", fact.name, column.name);
                    }
                }
            }
        }
    }
}
