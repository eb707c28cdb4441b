//! Which columns say something about a person or a parcel, by whom or what they are about.

use serde::{Deserialize, Serialize};

use super::{Column, Kind};

/// Whom or what a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Pseudonyms of customers.
    Customer,
    /// What people wrote: descriptions, messages, comments, demands and remedies in words.
    FreeText,
    /// Names of agents, of whoever acted on a ticket, and of evaluators. Not the agents' ids: agents and teams
    /// are told apart by them.
    Staff,
    /// Couriers.
    Courier,
    /// Waybill numbers.
    Waybill,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] = [
        Self::Customer,
        Self::FreeText,
        Self::Staff,
        Self::Courier,
        Self::Waybill,
    ];

    /// The name in `kefu.toml`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::FreeText => "free_text",
            Self::Staff => "staff",
            Self::Courier => "courier",
            Self::Waybill => "waybill",
        }
    }
}

/// The class of a column of a record table; `None` for what is about nobody.
///
/// No column that a row needs has a class, so that a class can be left out without losing a row.
#[must_use]
pub fn privacy_class(table: &str, column: &Column) -> Option<Class> {
    match (column.kind, table, column.name) {
        (Kind::Customer, _, _) => Some(Class::Customer),
        (Kind::FreeText, _, _) | (_, "tickets", "demand" | "remedy") => Some(Class::FreeText),
        (_, "agents", "name") | (_, "ticket_events", "actor") | (_, "evaluations", "evaluator") => {
            Some(Class::Staff)
        }
        (_, _, "courier") => Some(Class::Courier),
        (_, _, "waybill") => Some(Class::Waybill),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::TABLES;

    #[test]
    fn every_column_about_a_person_has_its_class() {
        for table in TABLES {
            for column in table.columns {
                let class = privacy_class(table.name, column);
                match column.kind {
                    Kind::Customer => assert_eq!(class, Some(Class::Customer)),
                    Kind::FreeText => assert_eq!(class, Some(Class::FreeText)),
                    _ => {}
                }
                assert!(
                    class.is_none() || !(column.required || column.key),
                    "{}.{} is needed and cannot be left out",
                    table.name,
                    column.name
                );
            }
        }
    }

    #[test]
    fn every_class_has_columns() {
        for class in Class::ALL {
            let columns: Vec<String> = TABLES
                .iter()
                .flat_map(|table| {
                    table
                        .columns
                        .iter()
                        .filter(|column| privacy_class(table.name, column) == Some(class))
                        .map(|column| format!("{}.{}", table.name, column.name))
                })
                .collect();
            let expect: &[&str] = match class {
                Class::Customer => &["calls.customer", "chats.customer", "tickets.customer"],
                Class::FreeText => &[
                    "tickets.demand",
                    "tickets.remedy",
                    "tickets.description",
                    "tickets.resolution",
                    "messages.text",
                    "surveys.comment",
                ],
                Class::Staff => &[
                    "ticket_events.actor",
                    "evaluations.evaluator",
                    "agents.name",
                ],
                Class::Courier => &["tickets.courier"],
                Class::Waybill => &["calls.waybill", "chats.waybill", "tickets.waybill"],
            };
            assert_eq!(columns, expect, "{}", class.code());
            let name: String = toml::Value::try_from(class)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned();
            assert_eq!(name, class.code());
        }
    }
}
