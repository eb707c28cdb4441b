//! The HTML of a mail: what mail programs of twenty years show alike – tables, inline styles, no script.

use maud::{DOCTYPE, Markup, html};

use crate::i18n::text::Text;
use crate::report::document::{
    Block, Column, Document, Finding, Findings, KpiRow, KpiTable, Mark, Table, Tone,
};
use crate::report::figure::Figure;

use super::Picture;

/// Rows of a table before the rest is only counted: the whole stands in the report.
const MOST_ROWS: usize = 10;

/// Latin letters up to which a cell stays on one line; a Chinese sign is as wide as two.
const SHORT: usize = 24;

const BODY: &str = "margin:0;padding:16px;background:#ffffff;color:#1b2430;\
font-family:Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;font-size:14px;line-height:1.5";
const PAGE: &str = "max-width:720px;margin:0 auto";
/// A table wider than a phone moves by itself, or the whole mail would be shrunk to its width.
const SCROLL: &str = "overflow-x:auto;margin:8px 0 16px";
const TABLE: &str = "border-collapse:collapse;width:100%;font-size:13px";
const HEAD: &str = "text-align:left;vertical-align:bottom;padding:4px 5px;background:#e6ebf1;border-bottom:1px solid #8792a0";
const HEAD_NUMBER: &str = "text-align:right;vertical-align:bottom;padding:4px 5px;background:#e6ebf1;border-bottom:1px solid #8792a0";
const CELL: &str =
    "text-align:left;vertical-align:top;padding:4px 5px;border-bottom:1px solid #d5dbe2";
const NUMBER: &str =
    "text-align:right;vertical-align:top;padding:4px 5px;border-bottom:1px solid #d5dbe2";
const ONE_LINE: &str = ";white-space:nowrap";
const SENTENCE: &str = ";min-width:10em";
const H2: &str = "font-size:17px;margin:24px 0 4px";
const H3: &str = "font-size:14px;margin:16px 0 4px";
const GREY: &str = "color:#566070;font-size:12px;margin:0 0 4px";

/// The page of a mail with its pictures.
pub(super) fn html(document: &Document, shown: &[Picture]) -> String {
    let t = Text(document.lang);
    let rest: Vec<&Figure> = document
        .figures()
        .filter(|figure| shown.iter().all(|known| known.figure.id != figure.id))
        .collect();
    let page = html! {
        (DOCTYPE)
        html lang=(document.lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (document.title) " · " (document.iso_date) }
            }
            body style=(BODY) {
                div style=(PAGE) {
                    h1 style="font-size:21px;margin:0" { (document.title) }
                    p style="margin:0 0 8px" { (document.centre) " · " (document.date) }
                    p style=(GREY) {
                        @for (i, fact) in document.facts.iter().enumerate() {
                            @if i > 0 { " · " }
                            (fact.label) (t.colon()) (fact.value)
                        }
                    }
                    @for section in &document.sections {
                        @for (i, block) in section.blocks.iter().filter(|block| is_shown(block)).enumerate() {
                            @if i == 0 {
                                h2 style=(H2) { (section.title) }
                                @if let Some(lead) = &section.lead { p style="margin:0 0 8px" { (lead) } }
                            }
                            (self::block(block, t))
                        }
                    }
                    @if !shown.is_empty() {
                        h2 style=(H2) { (t.mail_figures()) }
                        @for part in shown { (picture(part)) }
                    }
                    @if !rest.is_empty() {
                        p style="margin:8px 0 4px" { (t.mail_other_figures()) }
                        ul style="margin:0;padding-left:20px" { @for figure in &rest { li { (figure.title) } } }
                    }
                    p style=(GREY) { (document.footer) }
                }
            }
        }
    };
    page.into_string()
}

/// Figures stand together below; definitions, cases and what is folded are for the report, but for the figures of
/// the day.
fn is_shown(block: &Block) -> bool {
    match block {
        Block::Details { blocks, .. } => blocks.iter().any(is_kpis),
        Block::Multiples { .. }
        | Block::Figure(_)
        | Block::Definitions(_)
        | Block::Worksheet(_) => false,
        _ => true,
    }
}

const fn is_kpis(block: &Block) -> bool {
    matches!(block, Block::KpiTable(_))
}

fn block(block: &Block, t: Text) -> Markup {
    match block {
        Block::Text {
            heading,
            paragraphs,
        } => html! {
            h3 style=(H3) { (heading) }
            ul style="margin:0;padding-left:20px" { @for line in paragraphs { li { (line) } } }
        },
        Block::Findings(part) => findings(part, t),
        Block::KpiTable(part) => kpis(part, t),
        Block::Table(part) => table(part, t),
        Block::Restated(part) => html! {
            (table(&part.table, t))
            @for note in &part.notes { p style=(GREY) { (note) } }
        },
        Block::Details { summary, blocks } => html! {
            h3 style=(H3) { (summary) }
            @for part in blocks.iter().filter(|part| is_kpis(part)) { (self::block(part, t)) }
        },
        Block::Multiples { .. }
        | Block::Figure(_)
        | Block::Definitions(_)
        | Block::Worksheet(_) => html! {},
    }
}

fn findings(part: &Findings, t: Text) -> Markup {
    html! {
        p style="margin:4px 0" {
            @for (i, tally) in part.tallies.iter().enumerate() {
                @if i > 0 { " · " }
                (tally.count) " " (mark(&tally.mark))
            }
        }
        @for item in &part.items { (finding(item, t)) }
        @if let Some(rest) = &part.rest { p style=(GREY) { (rest) } }
    }
}

fn finding(item: &Finding, t: Text) -> Markup {
    let style = format!(
        "margin:8px 0;padding:6px 10px;border-left:4px solid {}",
        colour(item.mark.tone)
    );
    html! {
        div style=(style) {
            p style="margin:0;font-weight:bold" { (mark(&item.mark)) " " (item.text) }
            p style=(GREY) { (item.evidence.join(t.clause())) }
            @if let Some(owner) = &item.owner { p style=(GREY) { (t.ask(owner)) } }
        }
    }
}

/// Four columns, which a phone shows side by side: the judgements stand below what they judge.
fn kpis(part: &KpiTable, t: Text) -> Markup {
    let columns = &part.columns;
    html! {
        div style=(SCROLL) {
            table style=(TABLE) {
                caption style="text-align:left" { (part.caption) }
                thead {
                    tr {
                        th style=(HEAD) { (columns.name) br; (columns.variation) }
                        th style=(HEAD_NUMBER) { (columns.value) }
                        th style=(HEAD) { (t.sheet_target()) br; (columns.status) }
                        th style=(HEAD_NUMBER) { (columns.weekday) }
                    }
                }
                tbody { @for row in &part.rows { (kpi(row)) } }
            }
        }
        @for note in &part.notes { p style=(GREY) { (note) } }
    }
}

fn kpi(row: &KpiRow) -> Markup {
    html! {
        tr {
            td style=(CELL) {
                strong { (row.name) }
                br; (mark(&row.variation))
                @if let Some(detail) = &row.variation.detail { br; span style=(GREY) { (detail) } }
            }
            td style=(NUMBER) {
                strong { (row.value) }
                @if let Some(interval) = &row.interval { br; span style=(GREY) { (interval) } }
                br; span style=(GREY) { (row.n) }
                @if let Some(day) = &row.day { br; span style=(GREY) { (day) } }
            }
            td style=(CELL) {
                (row.target)
                br; (mark(&row.status))
                @if let Some(doubt) = &row.doubt { br; span style=(GREY) { (doubt) } }
                @if let Some(outlook) = &row.assurance { br; (mark(outlook)) }
            }
            td style=(NUMBER) {
                (row.weekday)
                @if let Some(change) = &row.weekday_change { br; span style=(GREY) { (change) } }
            }
        }
    }
}

fn table(part: &Table, t: Text) -> Markup {
    if part.rows.is_empty() {
        return html! { p style="margin:8px 0" { strong { (part.caption) } " " (part.empty) } };
    }
    // The last row of a table with a total is the total.
    let (body, total) = match part.rows.split_last() {
        Some((total, body)) if part.total => (body, Some(total)),
        _ => (part.rows.as_slice(), None),
    };
    let folded = body.len().saturating_sub(MOST_ROWS);
    let row = |cells: &Vec<String>| {
        html! {
            tr {
                @for (cell, column) in cells.iter().zip(&part.columns) {
                    td style={ (if column.numeric { NUMBER } else { CELL }) (one_line(cell)) } { (cell) }
                }
            }
        }
    };
    html! {
        div style=(SCROLL) {
            table style=(TABLE) {
                caption style="text-align:left;font-weight:bold" { (part.caption) }
                thead {
                    tr {
                        @for column in &part.columns {
                            th style=(head(column)) { (column.title) }
                        }
                    }
                }
                tbody {
                    @for cells in body.iter().take(MOST_ROWS) { (row(cells)) }
                    @if let Some(cells) = total { (row(cells)) }
                }
            }
        }
        @if folded > 0 { p style=(GREY) { (t.mail_more(&folded.to_string())) } }
    }
}

/// A name, a date or a figure is not broken; a sentence is, or a reader would have to move the table to read it,
/// but not word by word.
fn one_line(cell: &str) -> &'static str {
    if letters(cell) <= SHORT {
        ONE_LINE
    } else {
        SENTENCE
    }
}

/// A heading of one or two words is not broken.
fn head(column: &Column) -> String {
    let style = if column.numeric { HEAD_NUMBER } else { HEAD };
    let short = letters(&column.title) <= 12;
    format!("{style}{}", if short { ONE_LINE } else { "" })
}

fn letters(text: &str) -> usize {
    text.chars().map(|c| 1 + usize::from(c > '\u{2e7f}')).sum()
}

fn picture(part: &Picture) -> Markup {
    // The picture holds its title, key and notes; the text stands in for it where pictures are not shown.
    let figure = part.figure;
    let text = format!(
        "{} · {} · {}",
        figure.title, figure.subtitle, figure.description
    );
    html! {
        p style="margin:8px 0 20px" {
            img src={ "cid:" (part.cid) } alt=(text) width=(part.width) style="max-width:100%;height:auto;border:0";
        }
    }
}

/// Shape, word and colour together.
fn mark(mark: &Mark) -> Markup {
    let style = format!("color:{}", colour(mark.tone));
    html! { span style=(style) { (mark.shape) @if !mark.shape.is_empty() { "\u{a0}" } (mark.word) } }
}

/// Text colours with a contrast of at least 4.5 on white.
const fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Concern => "#a84700",
        Tone::Improvement => "#005a8c",
        Tone::Neutral => "#1b2430",
        Tone::Calm | Tone::Unjudged | Tone::Sparse => "#566070",
    }
}
