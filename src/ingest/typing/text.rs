//! The text of one cell of one row, as the mapping takes it.

use std::borrow::Cow;

use crate::ingest::block::Block;
use crate::ingest::plan::{Cell, Origin};
use crate::ingest::value;
use crate::settings::source::Take;

/// What the first cell of a row of totals says, in the languages that spreadsheets and reports come in.
const TOTALS: &[&str] = &[
    "合计",
    "总计",
    "小计",
    "汇总",
    "总和",
    "合 计",
    "总 计",
    "小 计",
    "合计：",
    "总计：",
    "合计:",
    "总计:",
    "平均",
    "平均值",
    "合計",
    "總計",
    "小計",
    "総計",
    "total",
    "totals",
    "total:",
    "grand total",
    "subtotal",
    "sub total",
    "sum",
    "average",
    "genel toplam",
    "toplam",
    "gesamt",
    "gesamtergebnis",
    "summe",
    "total général",
    "total general",
    "suma total",
    "totale",
    "totale complessivo",
    "итого",
    "общий итог",
    "합계",
    "총합계",
];

/// Whether a cell is how a row of totals begins.
pub(super) fn is_total(cell: &str) -> bool {
    // Longer cells are sentences.
    cell.chars().count() <= 20 && {
        let lower = cell.to_lowercase();
        TOTALS.contains(&lower.as_str())
    }
}

/// A field without the white space and guards around it.
pub(super) fn cleaned<'t>(block: &'t Block<'_>, row: usize, at: usize) -> &'t str {
    value::clean(block.cell(row, at))
}

/// The text of a cell, after everything the mapping does to it before its kind is read; `None` for null.
pub(in crate::ingest) fn cell_text<'t>(
    cell: &'t Cell,
    block: &'t Block<'_>,
    row: usize,
) -> Option<Cow<'t, str>> {
    if let (true, Origin::Field(at)) = (cell.plain, &cell.origin) {
        let text = cleaned(block, row, *at);
        return (!value::is_null(text)).then_some(Cow::Borrowed(text));
    }
    if let Some((at, condition)) = &cell.only
        && !condition.holds(cleaned(block, row, *at))
    {
        return None;
    }
    let taken: Cow<'t, str> = match &cell.origin {
        Origin::Field(at) => Cow::Borrowed(cleaned(block, row, *at)),
        Origin::First(list) => Cow::Borrowed(
            list.iter()
                .map(|at| cleaned(block, row, *at))
                .find(|text| !is_null(cell, text))?,
        ),
        Origin::Join(parts, with) => {
            let parts: Vec<&str> = parts.iter().map(|at| cleaned(block, row, *at)).collect();
            if parts.iter().any(|part| value::is_null(part)) {
                return None;
            }
            Cow::Owned(parts.join(with))
        }
        // Sums are read as numbers, field by field.
        Origin::Sum(_) => return None,
        Origin::Constant(text) => Cow::Borrowed(text.as_str()),
    };
    if value::is_null(&taken) {
        return None;
    }
    let taken = member(cell, taken)?;
    let taken = matched(cell, taken)?;
    if is_null(cell, &taken) {
        return None;
    }
    Some(match cell.rule.map.get(&*taken) {
        Some(mapped) if value::is_null(mapped) => return None,
        Some(mapped) => Cow::Borrowed(mapped.as_str()),
        None => taken,
    })
}

fn is_null(cell: &Cell, text: &str) -> bool {
    value::is_null(text) || cell.rule.null.iter().any(|null| null == text)
}

/// The member of a list that the rule takes.
fn member<'t>(cell: &Cell, text: Cow<'t, str>) -> Option<Cow<'t, str>> {
    let Some(separator) = cell.rule.split.as_deref().filter(|s| !s.is_empty()) else {
        return Some(text);
    };
    let mut members = text
        .split(separator)
        .map(value::clean)
        .filter(|member| !is_null(cell, member));
    let member = match cell.rule.take {
        Take::First => members.next(),
        Take::Last => members.last(),
    };
    member.map(|member| Cow::Owned(member.to_owned()))
}

/// What the rule's pattern finds in the text.
fn matched<'t>(cell: &Cell, text: Cow<'t, str>) -> Option<Cow<'t, str>> {
    let Some(pattern) = &cell.pattern else {
        return Some(text);
    };
    let found = pattern.captures(&text)?;
    let part = found.get(1).or_else(|| found.get(0))?;
    Some(Cow::Owned(value::clean(part.as_str()).to_owned()))
}
