//! How well keywords recognise the type of tickets that came with one.

use std::collections::BTreeMap;

use crate::settings::taxonomy::Lookup;

/// What keywords made of the descriptions of typed tickets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recognition {
    /// By type, in the order of their codes.
    pub rows: Vec<Recognised>,
    /// All types together.
    pub whole: Recognised,
}

/// One type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognised {
    /// The type; empty for all together.
    pub problem: String,
    /// Tickets that came with it.
    pub of: u64,
    /// Tickets that the keywords give it.
    pub given: u64,
    /// Tickets of both.
    pub right: u64,
}

impl Recognised {
    /// Of the tickets that the keywords give the type, the share that are of it.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        (self.given > 0).then(|| self.right as f64 / self.given as f64)
    }

    /// Of the tickets of the type, the share that the keywords give it.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

/// Counts typed tickets.
#[derive(Default)]
pub(super) struct Counts(BTreeMap<String, [u64; 3]>);

impl Counts {
    /// Takes a ticket that came with a type. One that came with a category only says nothing about types.
    pub(super) fn add(&mut self, lookup: &Lookup, of: &str, description: &str) {
        if !of.contains('/') || !lookup.knows(of) {
            return;
        }
        self.0.entry(of.to_owned()).or_default()[0] += 1;
        if let Some(given) = lookup.by_keyword(description) {
            let counts = self.0.entry(given.to_owned()).or_default();
            counts[1] += 1;
            counts[2] += u64::from(given == of);
        }
    }

    pub(super) fn finish(self) -> Recognition {
        let mut whole = Recognised::default();
        let rows: Vec<Recognised> = self
            .0
            .into_iter()
            .map(|(problem, [of, given, right])| Recognised {
                problem,
                of,
                given,
                right,
            })
            .collect();
        for row in &rows {
            whole.of += row.of;
            whole.given += row.given;
            whole.right += row.right;
        }
        Recognition { rows, whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn precision_and_recall_count_typed_tickets_only() {
        let lookup = Settings::builtin().unwrap().taxonomy.lookup();
        let mut counts = Counts::default();
        for (of, text) in [
            ("exception/damaged", "外箱破损"),
            ("exception/damaged", "你好"),
            ("exception/lost", "外箱破损"),
            // Neither a type nor one of this taxonomy.
            ("exception", "外箱破损"),
            ("mine/own", "外箱破损"),
        ] {
            counts.add(&lookup, of, text);
        }
        let found = counts.finish();
        let damaged = &found.rows[0];
        assert_eq!((damaged.of, damaged.given, damaged.right), (2, 2, 1));
        assert_eq!(damaged.precision(), Some(0.5));
        assert_eq!(damaged.recall(), Some(0.5));
        assert_eq!(found.rows[1].precision(), None);
        assert_eq!((found.whole.of, found.whole.given), (3, 2));
    }
}
