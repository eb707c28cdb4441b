//! Figure → SVG, drawn with plotters. Nothing is computed here but positions.
//!
//! A figure is drawn for one of two [`Layout`]s, so that its letters keep their size on a phone. The SVG is
//! meant to stand inline in a page: colours are classes (`k-…`) that the page's style sheet fills for both
//! themes, the title and the description are its accessible name, and what a pointer rests on is named by a
//! `<title>` of its own.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "coordinates of a picture are small and not negative"
)]

mod above;
mod control;
mod funnel;
mod heat;
mod histogram;
mod key;
mod labels;
mod pareto;
mod persistence;
mod picture;
mod ribbon;
mod sheet;
mod spark;
mod svg;
mod ticks;
mod waterfall;
mod wrap;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::i18n::Lang;
use crate::report::figure::{Figure, Legend, Plot, Sparkline};
use sheet::Drawing;

/// The shape of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// For a desktop: lying.
    Wide,
    /// For a phone and for half a sheet of paper: standing.
    Narrow,
}

impl Layout {
    /// Suffix of ids, so that both layouts can stand on one page.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// A drawing that failed.
#[derive(Debug)]
pub struct ChartError {
    /// Anchor of the figure.
    pub figure: String,
    /// What plotters said.
    pub reason: String,
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "figure {}: {}", self.figure, self.reason)
    }
}

impl std::error::Error for ChartError {}

/// Whether a figure looks different on a phone, so that a page needs both layouts.
#[must_use]
pub const fn has_layouts(figure: &Figure) -> bool {
    !matches!(figure.plot, Plot::Control(_))
}

/// Draws a figure.
///
/// # Errors
/// When plotters refuses an element, which an in-memory drawing gives no reason to.
pub fn svg(figure: &Figure, layout: Layout) -> Result<String, ChartError> {
    let drawing = draw(figure, layout)?;
    let id = format!("{}-{}", figure.id, layout.suffix());
    Ok(svg::accessible(
        &drawing,
        &id,
        &figure.title,
        &figure.description,
    ))
}

/// Draws a figure with its title, subtitle, key and notes on one sheet, as a file of its own. `style` says what
/// the classes of the inks look like; `legend` is for figures that share one on the page.
///
/// # Errors
/// As [`svg`].
pub fn picture(
    figure: &Figure,
    layout: Layout,
    legend: Option<&Legend>,
    style: &str,
    lang: Lang,
) -> Result<String, ChartError> {
    let drawing = draw(figure, layout)?;
    picture::draw(figure, &drawing, legend, style, lang).map_err(|error| failed(&figure.id, &error))
}

fn draw(figure: &Figure, layout: Layout) -> Result<Drawing, ChartError> {
    let drawn = match &figure.plot {
        Plot::Control(plot) => control::draw(plot),
        Plot::Heat(plot) => heat::draw(plot, layout),
        Plot::Pareto(plot) => pareto::draw(plot, layout),
        Plot::Funnel(plot) => funnel::draw(plot, layout),
        Plot::Waterfall(plot) => waterfall::draw(plot, layout),
        Plot::Persistence(plot) => persistence::draw(plot, layout),
        Plot::Ribbon(plot) => ribbon::draw(plot, layout),
        Plot::Spread(plot) => histogram::draw(plot, layout),
    };
    drawn.map_err(|error| failed(&figure.id, &error))
}

/// Classes of all inks, for tests that every one has a colour.
#[cfg(test)]
pub(crate) fn ink_classes() -> impl Iterator<Item = &'static str> {
    sheet::Ink::ALL.iter().map(|ink| ink.class())
}

/// Draws a sparkline.
///
/// # Errors
/// As [`svg`].
pub fn sparkline(spark: &Sparkline) -> Result<String, ChartError> {
    let drawing = spark::draw(spark).map_err(|error| failed(&spark.id, &error))?;
    Ok(svg::accessible(
        &drawing,
        &spark.id,
        &spark.title,
        &spark.description,
    ))
}

fn failed(figure: &str, error: &sheet::DrawError) -> ChartError {
    ChartError {
        figure: figure.to_owned(),
        reason: error.to_string(),
    }
}
