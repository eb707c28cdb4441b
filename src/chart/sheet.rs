//! A sheet to draw on: plotters' SVG backend in page pixels, with the report's inks instead of colours.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// What plotters reports.
pub(super) type DrawError = DrawingAreaErrorKind<std::io::Error>;

/// Every drawing is made at twice its size, because plotters places on whole pixels.
pub(super) const FINE: f64 = 2.0;

/// plotters writes `size / 1.24` as the font size.
const FONT_FACTOR: f64 = 1.24;

macro_rules! inks {
    ($($(#[$doc:meta])* $ink:ident = $rgb:literal, $class:literal $(, dash $dash:literal)?;)+) => {
        /// What something is drawn with: a meaning, which the page's style sheet turns into a colour.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Ink { $($(#[$doc])* $ink),+ }

        impl Ink {
            /// Every ink.
            pub const ALL: &[Self] = &[$(Self::$ink),+];

            /// The colour of the light theme; unique, as it is also the ink's name inside a drawing.
            pub const fn rgb(self) -> u32 {
                match self { $(Self::$ink => $rgb),+ }
            }

            /// Class in the finished SVG.
            pub const fn class(self) -> &'static str {
                match self { $(Self::$ink => $class),+ }
            }

            /// Dash pattern in page pixels.
            pub const fn dash(self) -> Option<[u32; 2]> {
                match self { $(Self::$ink => inks!(@dash $($dash)?)),+ }
            }
        }
    };
    (@dash) => { None };
    (@dash $dash:literal) => { Some([$dash, 3]) };
}

inks! {
    /// Words.
    Text = 0x1B_2430, "text";
    /// Words of less weight: ticks, units.
    Muted = 0x5A_6472, "muted";
    /// Grid and axis.
    Grid = 0xE3_E6EA, "grid";
    /// A day as it was.
    Dot = 0x8A_94A1, "dot";
    /// The line of a series.
    Line = 0x3B_4654, "line";
    /// Control limits.
    Limit = 0x7C_8794, "limit", dash 5;
    /// Nearer limits of a funnel.
    Inner = 0x7C_8793, "inner", dash 2;
    /// Between the limits.
    Band = 0xF1_F3F5, "band";
    /// Days that are not like others.
    Event = 0xE6_E1F0, "event";
    /// The bar above them.
    EventEdge = 0x7A_6A9A, "event-edge";
    /// A date from which other limits hold.
    Rebase = 0x5A_6473, "rebase", dash 3;
    /// Centre line.
    Centre = 0x9A_A3AF, "centre";
    /// Target.
    Target = 0x00_6BA6, "target", dash 2;
    /// Words about the target.
    TargetText = 0x00_6BA7, "target-text";
    /// Signal to the worse side.
    Concern = 0xD5_5E00, "concern";
    /// Signal to the better side.
    Improvement = 0x00_72B2, "improvement";
    /// Signal without a better side.
    Neutral = 0x2B_3440, "neutral";
    /// What separates marks from lines: the page itself.
    Page = 0xFF_FFFF, "page";
    /// Bars.
    Bar = 0x4F_7FA3, "bar";
    /// The bar of the folded rest.
    Rest = 0xA9_B2BC, "rest";
    /// Cumulative line.
    Cumulative = 0x3A_4553, "cumulative";
    /// Cell without contacts.
    Empty = 0xF7_F8F9, "empty";
    /// Cell with too few cases.
    Sparse = 0xEC_EEF0, "sparse";
    /// The stroke through it.
    Strike = 0x8B_95A2, "strike";
    /// Heat, lowest class.
    Heat0 = 0xFD_F3E8, "heat0";
    /// Heat, second class.
    Heat1 = 0xFB_DDBD, "heat1";
    /// Heat, third class.
    Heat2 = 0xF2_B67C, "heat2";
    /// Heat, fourth class.
    Heat3 = 0xC9_6A1B, "heat3";
    /// Heat, highest class.
    Heat4 = 0x8A_3C00, "heat4";
    /// Words on the three lower classes.
    OnLow = 0x3A_2410, "on-low";
    /// Words on the two higher classes.
    OnHigh = 0xFF_FFFE, "on-high";
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

/// A drawing in page pixels.
pub(super) struct Sheet<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    hints: Vec<Hint>,
}

/// A region that names itself when a pointer rests on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hint {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    pub text: String,
}

/// A finished drawing: plotters' SVG and the regions that name themselves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawing {
    pub markup: String,
    pub hints: Vec<Hint>,
    pub size: (f64, f64),
}

/// A straight scale from a range of values to a range of page pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub from: (f64, f64),
    pub to: (f64, f64),
}

impl Scale {
    pub fn at(self, value: f64) -> f64 {
        let (low, high) = self.from;
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        self.to.0 + share * (self.to.1 - self.to.0)
    }
}

/// Draws on a sheet of `width` × `height` page pixels.
pub(super) fn draw(
    width: f64,
    height: f64,
    paint: impl FnOnce(&mut Sheet) -> Result<(), DrawError>,
) -> Result<Drawing, DrawError> {
    let mut markup = String::new();
    let hints = {
        let size = (fine(width).unsigned_abs(), fine(height).unsigned_abs());
        let area = SVGBackend::with_string(&mut markup, size).into_drawing_area();
        let mut sheet = Sheet {
            area,
            hints: Vec::new(),
        };
        paint(&mut sheet)?;
        sheet.area.present()?;
        sheet.hints
    };
    Ok(Drawing {
        markup,
        hints,
        size: (width, height),
    })
}

impl Sheet<'_> {
    pub fn line(&self, points: &[(f64, f64)], ink: Ink, width: f64) -> Result<(), DrawError> {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<(i32, i32)> = points.iter().map(pixel).collect();
        self.area.draw(&PathElement::new(
            points,
            colour(ink).stroke_width(fine(width).unsigned_abs()),
        ))
    }

    pub fn polygon(&self, points: &[(f64, f64)], ink: Ink) -> Result<(), DrawError> {
        let points: Vec<(i32, i32)> = points.iter().map(pixel).collect();
        self.area.draw(&Polygon::new(points, colour(ink).filled()))
    }

    /// The rim of a shape.
    pub fn outline(&self, points: &[(f64, f64)], ink: Ink, width: f64) -> Result<(), DrawError> {
        let closed: Vec<(f64, f64)> = points.iter().chain(points.first()).copied().collect();
        self.line(&closed, ink, width)
    }

    pub fn rect(&self, from: (f64, f64), to: (f64, f64), ink: Ink) -> Result<(), DrawError> {
        self.area.draw(&Rectangle::new(
            [pixel(&from), pixel(&to)],
            colour(ink).filled(),
        ))
    }

    pub fn dot(&self, at: (f64, f64), radius: f64, ink: Ink) -> Result<(), DrawError> {
        self.area
            .draw(&Circle::new(pixel(&at), fine(radius), colour(ink).filled()))
    }

    /// Writes a text whose middle is level with the point.
    pub fn text(
        &self,
        text: &str,
        at: (f64, f64),
        size: f64,
        align: Align,
        ink: Ink,
    ) -> Result<(), DrawError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let h_pos = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let font = (
            "sans-serif",
            f64::from(fine(size).unsigned_abs()) * FONT_FACTOR,
        )
            .into_font();
        let style = font.color(&colour(ink)).pos(Pos::new(h_pos, VPos::Center));
        self.area
            .draw(&Text::new(text.to_owned(), pixel(&at), style))
    }

    /// Names a region for pointers.
    pub fn hint(&mut self, left: f64, top: f64, width: f64, height: f64, text: &str) {
        self.hints.push(Hint {
            left,
            top,
            width,
            height,
            text: text.to_owned(),
        });
    }
}

/// Width of a text in page pixels: a CJK character is 1 em wide, others are taken as wide as in the widest
/// of the fonts a page may fall back to, so that a label never runs off its sheet.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' => 1.0,
            ' ' | '\u{a0}' | '.' | ',' | ':' | '\'' | 'i' | 'l' | 'j' => 0.32,
            'f' | 't' | 'r' => 0.42,
            'm' | 'w' | 'M' | 'W' | '%' | '‰' | '≤' | '≥' => 0.95,
            _ => 0.64,
        })
        .sum();
    ems * size
}

/// Where the middle of a label goes that belongs at `x` and is to lie between 0 and `right`; one that is wider than that
/// begins at 0.
pub(super) fn held(x: f64, width: f64, right: f64) -> f64 {
    x.min(right - width / 2.0).max(width / 2.0)
}

/// A name cut to the width it has; the data table holds it whole.
pub(super) fn fitted(name: &str, size: f64, width: f64) -> String {
    if text_width(name, size) <= width {
        return name.to_owned();
    }
    let mut cut = String::new();
    for c in name.chars() {
        cut.push(c);
        if text_width(&cut, size) + size > width {
            break;
        }
    }
    cut.pop();
    cut.push('…');
    cut
}

fn colour(ink: Ink) -> RGBColor {
    let [_, r, g, b] = ink.rgb().to_be_bytes();
    RGBColor(r, g, b)
}

/// Page pixels to drawing pixels.
pub(super) fn fine(length: f64) -> i32 {
    (length * FINE).round() as i32
}

fn pixel(point: &(f64, f64)) -> (i32, i32) {
    (fine(point.0), fine(point.1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn labels_stay_on_the_sheet_or_begin_at_its_edge() {
        for (x, width, at) in [
            (10.0, 100.0, 50.0),
            (200.0, 100.0, 200.0),
            (350.0, 100.0, 310.0),
            (350.0, 400.0, 200.0),
        ] {
            let found = held(x, width, 360.0);
            assert!((found - at).abs() < 1e-9, "{x} {width}: {found}");
        }
    }

    #[test]
    fn inks_are_told_apart_by_colour_and_by_class() {
        let colours: BTreeSet<u32> = Ink::ALL.iter().map(|ink| ink.rgb()).collect();
        let classes: BTreeSet<&str> = Ink::ALL.iter().map(|ink| ink.class()).collect();
        assert_eq!(
            (colours.len(), classes.len()),
            (Ink::ALL.len(), Ink::ALL.len())
        );
    }

    #[test]
    fn a_cjk_character_is_one_em_wide() {
        assert!((text_width("接通率", 12.0) - 36.0).abs() < 1e-9);
        assert!(text_width("answer", 12.0) < 6.0 * 12.0);
    }
}
