//! The names of a file's columns, ready to be searched, and which of them a plan uses.

use std::collections::BTreeSet;

use crate::ingest::value::unit_of_header;
use crate::schema::{Table, fold};

use super::Cell;

/// A header made ready for being searched.
pub(super) struct Header<'h> {
    pub(super) given: &'h [String],
    folded: Vec<String>,
    /// The names without the unit they state.
    bare: Vec<Option<String>>,
}

impl<'h> Header<'h> {
    pub(super) fn new(given: &'h [String]) -> Self {
        Self {
            given,
            folded: given.iter().map(|name| fold(name)).collect(),
            bare: given
                .iter()
                .map(|name| unit_of_header(name).map(|(base, _)| fold(&base)))
                .collect(),
        }
    }

    pub(super) fn position(&self, wanted: &str) -> Option<usize> {
        let wanted = fold(wanted);
        self.folded.iter().position(|name| *name == wanted)
    }

    /// The fields that answer to the columns of a table: by their whole name, else by their name without the unit.
    pub(super) fn answering(&self, table: &Table) -> Vec<Option<usize>> {
        let whole = self.folded.iter().map(Some);
        let mut fields = first_answering(table, whole);
        let bare = first_answering(table, self.bare.iter().map(Option::as_ref));
        for (field, without_unit) in fields.iter_mut().zip(bare) {
            *field = field.or(without_unit);
        }
        fields
    }
}

/// For every column of a table the first field whose name answers to it.
fn first_answering<'n>(
    table: &Table,
    names: impl Iterator<Item = Option<&'n String>>,
) -> Vec<Option<usize>> {
    let mut fields = vec![None; table.columns.len()];
    for (at, name) in names.enumerate() {
        let column = name.and_then(|name| table.answering(name));
        if let Some(field) = column.and_then(|column| fields.get_mut(column)) {
            field.get_or_insert(at);
        }
    }
    fields
}

/// Positions of the fields that the cells use.
fn used(cells: &[Option<Cell>]) -> BTreeSet<usize> {
    cells
        .iter()
        .flatten()
        .flat_map(|cell| {
            let only = cell.only.as_ref().map(|(at, _)| *at);
            let own = cell.origin.fields().iter().chain(&cell.minus).copied();
            own.chain(cell.plus).chain(only).collect::<Vec<_>>()
        })
        .collect()
}

/// Names that no cell uses.
pub(super) fn unused(header: &[String], cells: &[Option<Cell>]) -> Vec<String> {
    let used = used(cells);
    header
        .iter()
        .enumerate()
        .filter(|(at, name)| !used.contains(at) && !name.trim().is_empty())
        .map(|(_, name)| name.clone())
        .collect()
}

/// Names that a cell uses and that occur more than once.
pub(super) fn doubled(header: &Header<'_>, cells: &[Option<Cell>]) -> Vec<String> {
    used(cells)
        .into_iter()
        .filter(|at| {
            let name = &header.folded[*at];
            header.folded.iter().filter(|other| *other == name).count() > 1
        })
        .map(|at| header.given[at].clone())
        .collect()
}
