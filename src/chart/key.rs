//! The key of a drawing: marks with their words, as many on a line as fit.

use crate::report::figure::SignalMark;

use super::control::signal;
use super::sheet::{Align, DrawError, Ink, Sheet, text_width};

const LETTERS: f64 = 11.0;
/// Height of a line.
const LINE: f64 = 18.0;
/// Between two entries.
const GAP: f64 = 18.0;
/// Width of a mark with the space after it.
const MARK: f64 = 20.0;

/// What stands before the words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Symbol {
    /// A filled field.
    Field(Ink),
    /// A bar that stands on a line.
    Standing(Ink),
    /// A bar that hangs from a line.
    Hanging(Ink),
    /// A field with a stroke through it.
    Struck,
    /// A field with a rim only.
    Hollow(Ink),
    /// A dot.
    Dot(Ink),
    /// A piece of a line of this width.
    Line(Ink, f64),
    /// An upright piece of a line.
    Upright(Ink),
    /// A signal, solid.
    Signal(SignalMark),
    /// A signal, hollow.
    HollowSignal(SignalMark),
    /// Nothing: words about the whole.
    None,
}

/// Where the entries stand: line and left edge.
fn places(items: &[(Symbol, &str)], width: f64) -> Vec<(usize, f64)> {
    let (mut line, mut x) = (0, 0.0);
    items
        .iter()
        .map(|(symbol, text)| {
            let needed = mark_width(*symbol) + text_width(text, LETTERS);
            if x > 0.0 && x + needed > width {
                (line, x) = (line + 1, 0.0);
            }
            let place = (line, x);
            x += needed + GAP;
            place
        })
        .collect()
}

fn mark_width(symbol: Symbol) -> f64 {
    if symbol == Symbol::None { 0.0 } else { MARK }
}

/// Height of a key on a sheet of this width.
pub(super) fn height(items: &[(Symbol, &str)], width: f64) -> f64 {
    let lines = places(items, width).last().map_or(0, |(line, _)| line + 1);
    lines as f64 * LINE
}

/// Draws a key whose upper left corner is at the point.
pub(super) fn draw(
    sheet: &Sheet,
    items: &[(Symbol, &str)],
    (left, top): (f64, f64),
    width: f64,
) -> Result<(), DrawError> {
    for ((symbol, text), (line, x)) in items.iter().zip(places(items, width)) {
        let at = (left + x, top + (line as f64 + 0.5) * LINE);
        mark(sheet, *symbol, at)?;
        let words = (at.0 + mark_width(*symbol), at.1);
        sheet.text(text, words, LETTERS, Align::Start, Ink::Muted)?;
    }
    Ok(())
}

fn mark(sheet: &Sheet, symbol: Symbol, (x, y): (f64, f64)) -> Result<(), DrawError> {
    let (from, to) = ((x, y - 5.0), (x + 14.0, y + 5.0));
    let rim = [from, (to.0, from.1), to, (from.0, to.1)];
    let middle = (x + 7.0, y);
    match symbol {
        Symbol::Field(ink) => sheet.rect(from, to, ink),
        Symbol::Standing(ink) => {
            sheet.rect((x + 2.0, y - 6.0), (x + 12.0, y), ink)?;
            sheet.line(&[(x, y), (x + 14.0, y)], Ink::Line, 1.0)
        }
        Symbol::Hanging(ink) => {
            sheet.rect((x + 2.0, y), (x + 12.0, y + 6.0), ink)?;
            sheet.line(&[(x, y), (x + 14.0, y)], Ink::Line, 1.0)
        }
        Symbol::Struck => {
            sheet.rect(from, to, Ink::Sparse)?;
            sheet.line(&[(from.0, to.1), (to.0, from.1)], Ink::Strike, 0.75)
        }
        Symbol::Hollow(ink) => sheet.outline(&rim, ink, 1.5),
        Symbol::Dot(ink) => sheet.dot(middle, 3.0, ink),
        Symbol::Line(ink, width) => sheet.line(&[(x, y), (x + 15.0, y)], ink, width),
        Symbol::Upright(ink) => {
            let line = [(middle.0, y - 6.0), (middle.0, y + 6.0)];
            sheet.line(&line, ink, 1.25)
        }
        Symbol::Signal(mark) => signal(sheet, middle, mark, 4.5),
        Symbol::HollowSignal(mark) => hollow(sheet, middle, mark),
        Symbol::None => Ok(()),
    }
}

/// A signal whose inside has the colour of the page.
pub(super) fn hollow(sheet: &Sheet, at: (f64, f64), mark: SignalMark) -> Result<(), DrawError> {
    signal(sheet, at, mark, 4.5)?;
    let shape = super::control::shape(at, mark, 2.0);
    sheet.polygon(&shape, Ink::Page)
}
