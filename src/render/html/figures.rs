//! Figures with everything that stands around them.

use maud::{Markup, PreEscaped, html};

use crate::chart::{self, Layout};
use crate::i18n::text::Text;
use crate::render::RenderError;
use crate::report::figure::{Figure, Legend, LegendKey};

use super::{clauses, tables};

/// Rows of a figure's data on a page; the workbook has all of them.
pub(in crate::render) const ROWS: usize = 150;

/// Small figures side by side under one legend.
pub(super) fn multiples(
    legend: &Legend,
    figures: &[Figure],
    t: Text,
) -> Result<Markup, RenderError> {
    let drawn = figures
        .iter()
        .map(|figure| Ok((figure, chart::svg(figure, Layout::Wide)?)))
        .collect::<Result<Vec<(&Figure, String)>, RenderError>>()?;
    Ok(html! {
        (key(legend))
        div.multiples {
            @for (figure, svg) in &drawn {
                figure.{ "tone-" (figure.tone.code()) } id=(figure.id) {
                    figcaption {
                        h3 { (tables::spoken(&figure.title, t)) }
                        p.subtitle { (tables::spoken(&tables::unbroken(&figure.subtitle), t)) }
                    }
                    (PreEscaped(tables::drawing(svg, t)))
                    (notes(figure, t))
                    (data(figure, t))
                }
            }
        }
    })
}

/// A figure across the page: its words on the left, the drawing on the right, one above the other on a phone.
pub(super) fn wide(figure: &Figure, t: Text) -> Result<Markup, RenderError> {
    let layouts: &[Layout] = if chart::has_layouts(figure) {
        &[Layout::Wide, Layout::Narrow]
    } else {
        &[Layout::Wide]
    };
    let drawn = layouts
        .iter()
        .map(|layout| chart::svg(figure, *layout))
        .collect::<Result<Vec<String>, _>>()?;
    Ok(html! {
        figure.wide.{ "tone-" (figure.tone.code()) } id=(figure.id) {
            figcaption {
                h3 { (tables::spoken(&figure.title, t)) }
                p.subtitle { (tables::spoken(&tables::unbroken(&figure.subtitle), t)) }
                (notes(figure, t))
            }
            div.drawing {
                @for (svg, class) in drawn.iter().zip(["lying", "standing"]) { div.{ (class) } { (PreEscaped(tables::drawing(svg, t))) } }
            }
            (data(figure, t))
        }
    })
}

fn notes(figure: &Figure, t: Text) -> Markup {
    html! { p.note { (clauses(&figure.notes, t)) } }
}

/// The data of a figure; of a crowd the rows that stand first, which in a funnel are the most striking.
fn data(figure: &Figure, t: Text) -> Markup {
    let hidden = figure.data.rows.len().saturating_sub(ROWS);
    html! {
        details.data {
            summary { (t.data_summary()) }
            (tables::first_rows(&figure.data, ROWS, t))
            @if hidden > 0 { p.note { (t.data_hidden(&hidden.to_string())) } }
        }
    }
}

fn key(legend: &Legend) -> Markup {
    html! {
        ul.key aria-label=(legend.title) {
            @for item in &legend.items {
                li {
                    span.{ "key-" (class(item.key)) } aria-hidden="true" { (shape(item.key)) }
                    (item.text)
                }
            }
        }
    }
}

const fn class(key: LegendKey) -> &'static str {
    match key {
        LegendKey::Dot => "dot",
        LegendKey::Line => "line",
        LegendKey::Limit => "limit",
        LegendKey::Centre => "centre",
        LegendKey::Target => "target",
        LegendKey::Rebase => "rebase",
        LegendKey::Event => "event",
        LegendKey::Concern => "concern",
        LegendKey::Improvement => "improvement",
        LegendKey::Neutral => "neutral",
    }
}

const fn shape(key: LegendKey) -> &'static str {
    match key {
        LegendKey::Concern => "▲▼",
        LegendKey::Improvement => "◆",
        LegendKey::Neutral => "■",
        LegendKey::Dot => "●",
        LegendKey::Line
        | LegendKey::Limit
        | LegendKey::Centre
        | LegendKey::Target
        | LegendKey::Rebase
        | LegendKey::Event => "",
    }
}
