//! The last sheet: what the columns of the workbook mean, and the definition of every figure.

use rust_xlsxwriter::{Worksheet, XlsxError};

use crate::i18n::text::Text;
use crate::report::document::{self, Document};

use super::cells::{self, Block, Cell, Head};

/// The dictionary of a document.
pub(super) fn sheet(name: &str, document: &Document, t: Text) -> Result<Worksheet, XlsxError> {
    let mut sheet = super::named(name)?;
    let mut rows = Vec::new();
    if document.kpis().next().is_some() {
        let columns = [
            (t.sheet_value(), t.dict_value()),
            (t.col_variation(), t.dict_variation()),
            (t.sheet_low(), t.dict_interval()),
            (t.sheet_numerator(), t.dict_fraction()),
            (t.sheet_gap(), t.dict_gap()),
            (t.sheet_change(), t.dict_change()),
            (t.sheet_trend(), t.dict_trend()),
        ];
        rows.extend(columns.map(|(name, about)| row(name, about, "", "")));
    }
    if document.figures().next().is_some() {
        rows.push(row(t.mail_figures(), t.dict_figures(), "", ""));
    }
    for block in document.blocks() {
        let document::Block::Definitions(list) = block else {
            continue;
        };
        for definition in list {
            let facts: Vec<String> = definition
                .facts
                .iter()
                .map(|fact| format!("{}{}{}", fact.label, t.colon(), fact.value))
                .collect();
            rows.push(row(
                &definition.name,
                &definition.about,
                &facts.join(t.clause()),
                &definition.id,
            ));
        }
    }
    let block = Block {
        heads: vec![
            Head::text(t.dict_entry()).wide(30.0),
            Head::text(t.dict_meaning()).wide(90.0),
            Head::text(t.dict_more()).wide(60.0),
            Head::text(t.sheet_id()).wide(26.0),
        ],
        rows,
    };
    cells::widths(&mut sheet, &[&block], 0)?;
    cells::write(&mut sheet, &block, (0, 0))?;
    super::framed(&mut sheet, &block, 0)?;
    Ok(sheet)
}

fn row(name: &str, about: &str, more: &str, id: &str) -> Vec<Cell> {
    [name, about, more, id].map(Cell::text).to_vec()
}
