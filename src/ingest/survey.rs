//! What only a whole column can say: the order of day and month in its dates, the unit of its durations.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::i18n::Bilingual;
use crate::schema::Kind;

use super::block::Block;
use super::engine::{self, Feed};
use super::export::Export;
use super::plan::{Cell, Origin};
use super::typing::cell_text;
use super::value::{DurationSurvey, Order, OrderSurvey, TimeForm, Undecided};

/// Evidence about the columns of one file.
#[derive(Clone)]
struct Evidence {
    columns: Vec<Column>,
}

/// Evidence about one column of one plan.
#[derive(Clone)]
struct Column {
    plan: usize,
    cell: usize,
    kind: What,
}

#[derive(Clone)]
enum What {
    Order(OrderSurvey),
    Unit(DurationSurvey),
}

impl Evidence {
    fn see(&mut self, export: &Export, block: &Block<'_>) {
        for column in &mut self.columns {
            let Some(cell) = &export.plans[column.plan].cells[column.cell] else {
                continue;
            };
            for row in 0..block.len() {
                let Some(text) = cell_text(cell, block, row) else {
                    continue;
                };
                match &mut column.kind {
                    What::Order(survey) => survey.see(&text),
                    What::Unit(survey) => survey.see(&text),
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            match (&mut mine.kind, &theirs.kind) {
                (What::Order(mine), What::Order(theirs)) => mine.merge(theirs),
                (What::Unit(mine), What::Unit(theirs)) => mine.merge(theirs),
                _ => {}
            }
        }
    }

    /// Whether the first rows leave something open that the others may settle.
    fn open(&self) -> bool {
        self.columns.iter().any(|column| match &column.kind {
            What::Order(survey) => survey.needs_order(),
            What::Unit(survey) => survey.decide().is_some(),
        })
    }
}

/// Looks at the columns of times and durations and settles how the plans read them. Only the first rows are
/// read when they are self-evident, as `2026-03-02 09:15:00` is; else the whole file.
///
/// # Errors
/// When the dates of a column have no order, or several.
pub fn decide(export: &mut Export) -> Result<()> {
    let blank = questions(export);
    if blank.columns.is_empty() {
        return Ok(());
    }
    let first = look(export, export.feed()?, &blank, Some(1))?;
    if !first.open() {
        return Ok(());
    }
    let all = look(export, export.feed()?, &blank, None)?;
    settle(export, &all)
}

/// The columns that have something to tell.
fn questions(export: &Export) -> Evidence {
    let mut columns = Vec::new();
    for (plan, of) in export.plans.iter().enumerate() {
        for (at, cell) in of.cells.iter().enumerate() {
            let Some(cell) = cell else { continue };
            if let Some(kind) = question(cell) {
                columns.push(Column {
                    plan,
                    cell: at,
                    kind,
                });
            }
        }
    }
    Evidence { columns }
}

fn question(cell: &Cell) -> Option<What> {
    if matches!(cell.origin, Origin::Constant(_) | Origin::Sum(_)) {
        return None;
    }
    match cell.column.kind {
        Kind::Instant | Kind::Date => (cell.rule.format.is_none() && cell.rule.order.is_none())
            .then(|| What::Order(OrderSurvey::default())),
        Kind::Duration => {
            let stated = super::value::unit_of_header(&cell.header).is_some();
            (cell.rule.unit.is_none() && !stated).then(|| What::Unit(DurationSurvey::default()))
        }
        _ => None,
    }
}

fn look(export: &Export, feed: Feed, blank: &Evidence, waves: Option<usize>) -> Result<Evidence> {
    let mut all = blank.clone();
    engine::scan(
        feed,
        waves,
        |block| {
            let mut part = blank.clone();
            part.see(export, block);
            part
        },
        |part| all.merge(&part),
    )?;
    Ok(all)
}

fn settle(export: &mut Export, evidence: &Evidence) -> Result<()> {
    let mut orders: BTreeSet<Order> = BTreeSet::new();
    let mut undecided = Vec::new();
    for column in &evidence.columns {
        match &column.kind {
            What::Unit(survey) => {
                if let Some(form) = survey.decide() {
                    let stated = Bilingual::new(
                        "day fractions, as spreadsheets store durations",
                        "一天的小数，即电子表格存时长的方式",
                    );
                    set(export, column, &stated, |cell| cell.duration = form);
                }
            }
            What::Order(survey) => match survey.decide() {
                Ok(None) => {}
                Ok(Some(decided)) => {
                    orders.insert(decided.order);
                    let form = TimeForm {
                        order: Some(decided.order),
                    };
                    set(export, column, &decided.sentence(), |cell| cell.time = form);
                }
                Err(why) => undecided.push((column, why)),
            },
        }
    }
    // One program wrote the file: where the other columns agree on an order, it is this one's too.
    let only = (orders.len() == 1)
        .then(|| orders.first().copied())
        .flatten();
    for (column, why) in undecided {
        let Some(order) = only.filter(|order| why.fits(*order)) else {
            return Err(unreadable(export, column, &why));
        };
        let stated = Bilingual::new(
            format!("{order}, as the other dates of the file"),
            format!("{}，与文件中的其他日期一致", order.chinese()),
        );
        let form = TimeForm { order: Some(order) };
        set(export, column, &stated, |cell| cell.time = form);
    }
    Ok(())
}

/// A column whose dates have no order, or several.
fn unreadable(export: &Export, column: &Column, why: &Undecided) -> Error {
    let plan = &export.plans[column.plan];
    let header = plan.cells[column.cell]
        .as_ref()
        .map_or("", |cell| &cell.header);
    let name = plan.table.columns[column.cell].name;
    Error::input(
        &export.path,
        format!("column {header}: {why}"),
        format!(
            "state the order in a [source.NAME] mapping: {name} = {{ from = \"{header}\", order = \"day_first\" }} (or month_first, year_first)"
        ),
    )
}

fn set(export: &mut Export, column: &Column, stated: &Bilingual, change: impl FnOnce(&mut Cell)) {
    let plan = &mut export.plans[column.plan];
    if let Some(cell) = &mut plan.cells[column.cell] {
        plan.stated.push(Bilingual::new(
            format!("{}: {}", cell.header, stated.en),
            format!("{}：{}", cell.header, stated.zh),
        ));
        change(cell);
    }
}
