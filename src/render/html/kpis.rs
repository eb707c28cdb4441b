//! The KPI table; on a phone every row becomes a card, so each cell carries its heading.

use maud::{Markup, PreEscaped, html};

use crate::chart;
use crate::i18n::text::Text;
use crate::kpi::figure::Status;
use crate::render::RenderError;
use crate::report::document::{KpiColumns, KpiRow, KpiTable, Tone};

use super::{mark, tables};

/// Days of every figure on a page; the workbook has all of them.
const DAYS: usize = 31;

pub(super) fn table(table: &KpiTable, t: Text) -> Result<Markup, RenderError> {
    let columns = &table.columns;
    let rows = table
        .rows
        .iter()
        .map(|part| row(part, columns))
        .collect::<Result<Vec<Markup>, _>>()?;
    let groups = |moved: bool| table.rows.iter().any(|part| has_moved(part) == moved);
    let days = table
        .history
        .iter()
        .map(|part| part.rows.len())
        .max()
        .unwrap_or(0);
    Ok(html! {
        @if groups(true) && groups(false) { div.filter hidden {
            label for="kpi-filter" { (t.filter_label()) }
            select id="kpi-filter" {
                option value="all" { (t.filter_all()) }
                option value="moved" { (t.filter_moved()) }
            }
        } }
        // The roles keep the table a table where the style sheet turns its rows into cards.
        table.kpis role="table" {
            caption { (table.caption) }
            thead role="rowgroup" {
                tr role="row" {
                    @for title in titles(columns) { th scope="col" role="columnheader" { (title) } }
                }
            }
            tbody role="rowgroup" { @for row in &rows { (row) } }
        }
        @if !table.notes.is_empty() { div.notes { @for note in &table.notes { p { (note) } } } }
        @if !table.history.is_empty() { details.data {
            summary { (t.history_summary()) }
            @for part in &table.history { (tables::first_rows(part, DAYS, t)) }
            @if days > DAYS { p.note { (t.data_hidden(&(days - DAYS).to_string())) } }
        } }
    })
}

fn titles(columns: &KpiColumns) -> [&str; 8] {
    [
        &columns.name,
        &columns.variation,
        &columns.value,
        &columns.trend,
        &columns.target,
        &columns.status,
        &columns.weekday,
        &columns.basis,
    ]
}

/// Whether the filter keeps the row: it moved, or misses its target.
fn has_moved(row: &KpiRow) -> bool {
    let moved = matches!(
        row.variation.tone,
        Tone::Concern | Tone::Neutral | Tone::Improvement
    );
    moved || row.raw.status == Status::Missed
}

fn row(row: &KpiRow, columns: &KpiColumns) -> Result<Markup, RenderError> {
    let trend = row.trend.as_ref().map(chart::sparkline).transpose()?;
    let group = if has_moved(row) { "moved" } else { "calm" };
    Ok(html! {
        tr role="row" id={ "kpi-" (row.id) } data-group=(group) class=[row.sparse.as_ref().map(|_| "sparse")] {
            th.name scope="row" role="rowheader" { (row.name) }
            td.variation role="cell" data-label=(columns.variation) {
                (mark(&row.variation))
                @if let Some(detail) = &row.variation.detail { span.sub { (detail) } }
            }
            td.value role="cell" data-label=(columns.value) {
                strong { (row.value) }
                @if let Some(day) = &row.day { span.sub.day { (day) } }
                @if let Some(interval) = &row.interval { span.sub { (interval) } }
            }
            td.trend role="cell" data-label=(columns.trend) {
                @if let Some(trend) = &trend { (PreEscaped(trend)) }
            }
            td.target role="cell" data-label=(columns.target) {
                (row.target)
                @if let Some(source) = &row.target_source { span.sub { (source) } }
            }
            td.status role="cell" data-label=(columns.status) {
                (mark(&row.status))
                @if let Some(doubt) = &row.doubt { span.sub { (doubt) } }
                @if let Some(assurance) = &row.assurance { span.assurance { (mark(assurance)) } }
            }
            td.weekday role="cell" data-label=(columns.weekday) {
                (row.weekday)
                @if let Some(change) = &row.weekday_change { span.sub { (change) } }
            }
            td.basis role="cell" data-label=(columns.basis) {
                (row.fraction)
                span.sub { (row.n) }
            }
        }
    })
}
