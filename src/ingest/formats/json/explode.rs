//! A record → its rows: itself, or every element of an array within it.

use std::collections::HashMap;

use super::node::{Node, flatten};
use super::survey::{Form, Found};
use crate::ingest::block::Block;

/// Bytes that the rows of one record may come to: the fields around an array are repeated in every row.
const ROWS_BYTES: usize = 256 << 20;

/// Bytes that a cell costs beside its text.
const CELL_BYTES: usize = 8;

/// One level above the rows: an object, where it lies, and the field that leads on to the rows.
struct Level<'n, 't> {
    node: &'n Node<'t>,
    path: String,
    skip: &'n str,
}

/// What is done with one row: the levels above it and the element.
type Visit<'v> = &'v mut dyn FnMut(&[Level<'_, '_>], &Node<'_>) -> Result<(), ()>;

/// Makes rows of records.
pub(super) struct Exploder {
    rest: Vec<String>,
    outer: Vec<(String, String)>,
    /// Path of the records in the file, where rows lie deeper than they.
    base: String,
    /// Cells of the row being made, used again and again.
    cells: Vec<String>,
    /// Rows so far, where they are numbered because a record is more than a line of them.
    count: Option<u64>,
}

impl Exploder {
    pub(super) fn new(found: &Found) -> Self {
        let base = match &found.form {
            Form::Values(path) if !found.rest.is_empty() => path.join("."),
            _ => String::new(),
        };
        Self {
            rest: found.rest.clone(),
            outer: found.outer.clone(),
            base,
            cells: Vec::new(),
            count: (!found.rest.is_empty() && matches!(found.form, Form::Values(_))).then_some(0),
        }
    }

    /// Paths of the fields of all rows of a record.
    pub(super) fn fields(&self, record: &Node<'_>, emit: &mut dyn FnMut(&str)) -> Result<(), ()> {
        for (path, _) in &self.outer {
            emit(path);
        }
        let mut visit = |levels: &[Level<'_, '_>], element: &Node<'_>| {
            row(levels, element, &mut |path, _| emit(path));
            Ok(())
        };
        descend(record, &self.base, &self.rest, &mut Vec::new(), &mut visit)
    }

    /// Adds the rows of a record to a block and says how many bytes they hold; an error when they would not
    /// end.
    pub(super) fn rows(
        &mut self,
        record: &Node<'_>,
        index: &HashMap<String, usize>,
        block: &mut Block<'_>,
        line: u64,
    ) -> Result<usize, ()> {
        let Self {
            rest,
            outer,
            base,
            cells,
            count,
        } = self;
        let mut bytes = 0;
        let mut visit = |levels: &[Level<'_, '_>], element: &Node<'_>| {
            cells.iter_mut().for_each(String::clear);
            cells.resize(index.len(), String::new());
            let mut set = |path: &str, text: &str| {
                if let Some(cell) = index.get(path).and_then(|at| cells.get_mut(*at)) {
                    cell.clear();
                    cell.push_str(text);
                }
            };
            for (path, text) in outer.iter() {
                set(path, text);
            }
            row(levels, element, &mut set);
            let number = count.as_mut().map_or(line, |count| {
                *count += 1;
                *count
            });
            block.push(number, cells.iter().map(String::as_str));
            bytes += cells.iter().map(String::len).sum::<usize>() + cells.len() * CELL_BYTES;
            if bytes > ROWS_BYTES { Err(()) } else { Ok(()) }
        };
        descend(record, base, rest, &mut Vec::new(), &mut visit).map(|()| bytes)
    }
}

/// Cells of a row: the fields of the levels above by their full path, then its own, which win.
fn row(levels: &[Level<'_, '_>], element: &Node<'_>, emit: &mut dyn FnMut(&str, &str)) {
    let mut path = String::new();
    for level in levels {
        let Node::Object(fields) = level.node else {
            continue;
        };
        for (key, value) in fields.iter().filter(|(key, _)| key != level.skip) {
            path.clone_from(&level.path);
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
            flatten(value, &mut path, emit);
        }
    }
    path.clear();
    if let (Node::Scalar(text), Some(level)) = (element, levels.last()) {
        // An array of plain values: the value goes by the name of the array.
        path.push_str(level.skip);
        emit(&path, text);
    } else {
        flatten(element, &mut path, emit);
    }
}

fn descend<'n, 't>(
    node: &'n Node<'t>,
    path: &str,
    rest: &'n [String],
    levels: &mut Vec<Level<'n, 't>>,
    visit: Visit<'_>,
) -> Result<(), ()> {
    let Some((step, rest)) = rest.split_first() else {
        return visit(levels, node);
    };
    let Node::Object(fields) = node else {
        return Ok(());
    };
    let Some((_, child)) = fields.iter().find(|(key, _)| key == step) else {
        return Ok(());
    };
    levels.push(Level {
        node,
        path: path.to_owned(),
        skip: step,
    });
    let mut below = path.to_owned();
    if !below.is_empty() {
        below.push('.');
    }
    below.push_str(step);
    let done = match child {
        Node::Array(elements) => elements
            .iter()
            .try_for_each(|element| descend(element, &below, rest, levels, visit)),
        // Where XML was turned into JSON, an array of one is not an array.
        Node::Object(_) => descend(child, &below, rest, levels, visit),
        Node::Null | Node::Scalar(_) => Ok(()),
    };
    levels.pop();
    done
}
