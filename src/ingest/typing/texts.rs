//! Columns of text: names, identifiers, codes.

use std::borrow::Cow;
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{ArrayRef, StringBuilder};

use crate::i18n::visible::without_hidden;
use crate::ingest::Reason;
use crate::ingest::plan::Cell;
use crate::ingest::privacy::{Customer, Key};
use crate::schema::codes::{Code, canonical};

use super::Work;
use super::text::cell_text;

/// Gives every row's text to `take`, which appends one value to a column, or appends nothing and says why
/// the row is refused; then a null is appended by giving it `None`.
pub(super) fn each(
    cell: &Cell,
    work: &mut Work<'_>,
    mut take: impl FnMut(Option<Cow<'_, str>>) -> Result<(), Reason>,
) {
    let block = work.block;
    for row in 0..block.len() {
        if !work.open(row) {
            let _ = take(None);
            continue;
        }
        let text = cell_text(cell, block, row);
        if let Err(reason) = take(text) {
            let _ = take(None);
            let text = cell_text(cell, block, row).unwrap_or_default();
            work.refuse(row, &cell.header, &text, reason);
        }
    }
}

/// A column of texts, without characters that command terminals or turn the direction of writing: `read` appends
/// one value per text, or nothing and says why the row is refused.
pub(super) fn texts(
    cell: &Cell,
    work: &mut Work<'_>,
    mut read: impl FnMut(&str, &mut StringBuilder) -> Result<(), Reason>,
) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(work.block.len(), work.block.len() * 16);
    // What a mapping says is not in the block.
    let look = work.may_hide || !cell.plain;
    each(cell, work, |text| {
        if let Some(text) = text {
            return if look {
                read(&without_hidden(&text), &mut builder)
            } else {
                read(&text, &mut builder)
            };
        }
        builder.append_null();
        Ok(())
    });
    Arc::new(builder.finish())
}

/// A column of customers: pseudonyms, and null for what was masked before it came.
pub(super) fn customers(cell: &Cell, key: &Key, work: &mut Work<'_>) -> ArrayRef {
    let mut masked = 0;
    let array = texts(cell, work, |text, builder| {
        match key.customer(text) {
            Customer::Pseudonym(pseudonym) => builder.append_value(pseudonym.as_str()),
            Customer::Masked => {
                masked += 1;
                builder.append_null();
            }
        }
        Ok(())
    });
    if masked > 0 {
        work.note("masked_customer", &cell.header, "", masked);
    }
    array
}

/// Codes repeat: every spelling is looked up once per block, and not at all where it is the one of the row before.
pub(super) fn codes(cell: &Cell, set: &'static [Code], work: &mut Work<'_>) -> ArrayRef {
    let mut places: AHashMap<String, usize> = AHashMap::new();
    let mut known: Vec<(String, Option<&'static str>, u64)> = Vec::new();
    let mut before = 0;
    let mut builder = StringBuilder::with_capacity(work.block.len(), work.block.len() * 9);
    each(cell, work, |text| {
        let Some(text) = text else {
            builder.append_null();
            return Ok(());
        };
        if known.get(before).is_none_or(|(known, ..)| *known != text) {
            before = if let Some(place) = places.get(&*text) {
                *place
            } else {
                let shown = without_hidden(&text).into_owned();
                let code = canonical(set, &shown);
                known.push((shown, code, 0));
                places.insert(text.into_owned(), known.len() - 1);
                known.len() - 1
            };
        }
        let (shown, code, times) = &mut known[before];
        *times += 1;
        builder.append_value(code.unwrap_or(shown));
        Ok(())
    });
    for (text, code, times) in known {
        if code.is_none() {
            work.note("unknown_code", &cell.header, &text, times);
        }
    }
    Arc::new(builder.finish())
}
