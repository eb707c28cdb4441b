//! A figure as a picture of its own: title, subtitle, drawing, key and notes on one sheet, for where no page
//! stands around it.

use std::fmt::Write as _;

use crate::i18n::Lang;
use crate::i18n::text::Text;
use crate::report::document::Tone;
use crate::report::figure::{Figure, Legend, LegendKey, SignalMark};

use super::key::{self, Symbol};
use super::sheet::{DrawError, Drawing, FINE, Ink, draw as on_sheet, fine};
use super::svg::{body, escaped};
use super::wrap::wrap;

/// White around everything.
const MARGIN: f64 = 16.0;
const TITLE: f64 = 17.0;
const SUBTITLE: f64 = 12.0;
const NOTE: f64 = 11.0;
/// Height of a line in letters.
const LEADING: f64 = 1.5;

/// Lines of text that go down the sheet.
struct Column {
    width: f64,
    /// How far down the next line begins.
    y: f64,
    markup: String,
}

impl Column {
    fn text(&mut self, text: &str, size: f64, class: &str) {
        for line in wrap(text, size, self.width) {
            self.y += size * LEADING;
            let (x, y) = (fine(MARGIN), fine(self.y - size * (LEADING - 1.0)));
            let size = fine(size);
            let text = escaped(&line);
            // Writing to a String cannot fail.
            let _ = write!(
                self.markup,
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" class=\"{class}\">{text}</text>"
            );
        }
    }

    fn drawing(&mut self, drawing: &Drawing) {
        // Not an `<svg>` of its own: that would cut off at its edge, for which a whole picture is masked.
        let (x, y) = (fine(MARGIN), fine(self.y));
        let _ = write!(self.markup, "<g transform=\"translate({x} {y})\">");
        body(drawing, &mut self.markup);
        self.markup.push_str("</g>");
        self.y += drawing.size.1;
    }
}

/// The whole sheet; `style` is put into it as its style sheet.
pub(super) fn draw(
    figure: &Figure,
    drawing: &Drawing,
    legend: Option<&Legend>,
    style: &str,
    lang: Lang,
) -> Result<String, DrawError> {
    let mut column = Column {
        width: drawing.size.0,
        y: MARGIN,
        markup: String::new(),
    };
    column.text(&figure.title, TITLE, "f-text title");
    column.y += 3.0;
    column.text(&figure.subtitle, SUBTITLE, "f-muted");
    column.y += 12.0;
    column.drawing(drawing);
    if let Some(legend) = legend {
        column.y += 8.0;
        column.drawing(&key_of(legend, drawing.size.0)?);
    }
    column.y += 4.0;
    let notes = figure.notes.join(Text(lang).clause());
    column.text(&notes, NOTE, "f-muted");
    let (width, height) = (drawing.size.0 + 2.0 * MARGIN, column.y + MARGIN);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{tag}\" role=\"img\" aria-labelledby=\"t d\" \
         viewBox=\"0 0 {fine_width} {fine_height}\" width=\"{width:.0}\" height=\"{height:.0}\">\
         <title id=\"t\">{title}</title><desc id=\"d\">{description}</desc><style>{style}</style>\
         <rect width=\"{fine_width}\" height=\"{fine_height}\" class=\"f-page\"/>{markup}</svg>",
        fine_width = width.round() * FINE,
        fine_height = height.round() * FINE,
        tag = lang.tag(),
        title = escaped(&figure.title),
        description = escaped(&figure.description),
        markup = column.markup,
    ))
}

/// The legend that small figures share, drawn for one of them.
fn key_of(legend: &Legend, width: f64) -> Result<Drawing, DrawError> {
    let signal = |tone| Symbol::Signal(SignalMark { tone, up: true });
    let items: Vec<(Symbol, &str)> = legend
        .items
        .iter()
        .map(|item| {
            let symbol = match item.key {
                LegendKey::Dot => Symbol::Dot(Ink::Dot),
                LegendKey::Line => Symbol::Line(Ink::Line, 1.5),
                LegendKey::Limit => Symbol::Line(Ink::Limit, 1.0),
                LegendKey::Centre => Symbol::Line(Ink::Centre, 1.0),
                LegendKey::Target => Symbol::Line(Ink::Target, 1.5),
                LegendKey::Rebase => Symbol::Upright(Ink::Rebase),
                LegendKey::Event => Symbol::Field(Ink::Event),
                LegendKey::Concern => signal(Tone::Concern),
                LegendKey::Improvement => signal(Tone::Improvement),
                LegendKey::Neutral => signal(Tone::Neutral),
            };
            (symbol, item.text.as_str())
        })
        .collect();
    on_sheet(width, key::height(&items, width), |sheet| {
        key::draw(sheet, &items, (0.0, 0.0), width)
    })
}
