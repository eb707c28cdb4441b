//! Figures as files of their own: SVG, and PNG made from it with one font that the program brings along.
//!
//! The font is a part of Noto Sans CJK SC (`assets/font`), so that a bare server draws the same picture as a
//! desktop. A character that it does not hold is an error, never a box.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Group, Node, Options, Tree};

use crate::chart::{self, Layout};
use crate::i18n::Lang;
use crate::report::figure::{Figure, Legend};

use super::{RenderError, inks};

const FONT: &[u8] = include_bytes!("assets/font/NotoSansCJKsc-Subset.otf");

/// Its Latin letters with the narrow punctuation of English.
const LATIN: &[u8] = include_bytes!("assets/font/KefuLatin.otf");

/// The family names inside the fonts: other ones would make every word vanish.
const FAMILY: &str = "Noto Sans CJK SC";
#[cfg(test)]
const LATIN_FAMILY: &str = "Kefu Latin";

/// Families of an SVG file: what a desktop has, then the font of the PNG.
const FAMILIES: &str =
    "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/// Picture pixels for one page pixel: sharp on the screens people have.
const DENSITY: f32 = 2.0;

/// A picture that could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureError {
    /// Anchor of the figure.
    pub figure: String,
    /// What was wrong.
    pub reason: PictureReason,
}

/// Why a picture could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureReason {
    /// Characters that the font does not hold.
    Glyphs(BTreeSet<char>),
    /// The library refused the drawing.
    Drawing(String),
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "picture of figure {}: ", self.figure)?;
        match &self.reason {
            PictureReason::Drawing(reason) => write!(f, "{reason}"),
            PictureReason::Glyphs(missing) => {
                write!(
                    f,
                    "the font of the pictures ({FAMILY}, the general standard characters) has no glyph for "
                )?;
                for (i, c) in missing.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{} (U+{:04X})", c.escape_debug(), u32::from(*c))?;
                }
                write!(
                    f,
                    "; write the name with other characters, or leave the PNG edition out"
                )
            }
        }
    }
}

impl std::error::Error for PictureError {}

/// A figure as an SVG file in the light theme, with its title, key and notes.
///
/// # Errors
/// When the figure cannot be drawn.
pub fn svg(
    figure: &Figure,
    layout: Layout,
    legend: Option<&Legend>,
    lang: Lang,
) -> Result<String, RenderError> {
    let style = style(FAMILIES);
    Ok(chart::picture(figure, layout, legend, &style, lang)?)
}

/// A figure as a PNG file in the light theme, with its title, key and notes; two picture pixels for a page
/// pixel. The same figure gives the same bytes.
///
/// # Errors
/// When the figure cannot be drawn or holds a character that the font does not.
pub fn png(
    figure: &Figure,
    layout: Layout,
    legend: Option<&Legend>,
    lang: Lang,
) -> Result<Vec<u8>, RenderError> {
    Ok(sized_png(figure, layout, legend, lang)?.0)
}

/// The same with its width in page pixels.
///
/// # Errors
/// As [`png`].
pub(super) fn sized_png(
    figure: &Figure,
    layout: Layout,
    legend: Option<&Legend>,
    lang: Lang,
) -> Result<(Vec<u8>, u32), RenderError> {
    let markup = chart::picture(figure, layout, legend, &style(families(lang)), lang)?;
    let tree = tree(&figure.id, &markup)?;
    let pixmap = paint(&figure.id, &tree)?;
    let width = tree.size().to_int_size().width();
    match super::png::encode(&pixmap) {
        Ok(bytes) => Ok((bytes, width)),
        Err(error) => Err(failed(&figure.id, error.to_string()).into()),
    }
}

fn style(families: &str) -> String {
    // The title is heavier by a rim in its own colour: the font comes in one weight.
    format!(
        "text {{ font-family: {families}; }} .title {{ stroke: #1b2430; stroke-width: 0.7; }} {}",
        inks::light()
    )
}

/// Families of the fonts that the program brings along.
const fn families(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "'Noto Sans CJK SC'",
        Lang::En => "'Kefu Latin', 'Noto Sans CJK SC'",
    }
}

fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        for font in [FONT, LATIN] {
            fonts.load_font_source(Source::Binary(Arc::new(font)));
        }
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

/// Reads a drawing and sees to it that every character has a glyph.
fn tree(figure: &str, markup: &str) -> Result<Tree, PictureError> {
    let options = Options {
        font_family: FAMILY.to_owned(),
        fontdb: fonts(),
        ..Options::default()
    };
    let tree =
        Tree::from_str(markup, &options).map_err(|error| failed(figure, error.to_string()))?;
    let mut found = Found::default();
    found.look(tree.root());
    if !found.missing.is_empty() {
        return Err(PictureError {
            figure: figure.to_owned(),
            reason: PictureReason::Glyphs(found.missing),
        });
    }
    // A text that finds no font at all is dropped without a word.
    let written = markup.matches("<text").count();
    if found.texts == written {
        Ok(tree)
    } else {
        let reason = format!("{} of {written} texts were drawn", found.texts);
        Err(failed(figure, reason))
    }
}

/// Texts of a drawing and the characters they lack.
#[derive(Default)]
struct Found {
    texts: usize,
    missing: BTreeSet<char>,
}

impl Found {
    fn look(&mut self, group: &Group) {
        for node in group.children() {
            match node {
                Node::Group(group) => self.look(group),
                Node::Text(text) => {
                    self.texts += 1;
                    let glyphs = text
                        .layouted()
                        .iter()
                        .flat_map(|span| &span.positioned_glyphs);
                    // Glyph 0 is the box that stands for what a font does not hold.
                    for glyph in glyphs.filter(|glyph| glyph.id.0 == 0) {
                        self.missing.extend(glyph.text.chars());
                    }
                }
                _ => {}
            }
        }
    }
}

fn paint(figure: &str, tree: &Tree) -> Result<Pixmap, PictureError> {
    let size = tree.size().to_int_size();
    let scaled = size.scale_by(DENSITY);
    let mut pixmap = scaled
        .and_then(|size| Pixmap::new(size.width(), size.height()))
        .ok_or_else(|| failed(figure, "the picture has no size".to_owned()))?;
    resvg::render(
        tree,
        Transform::from_scale(DENSITY, DENSITY),
        &mut pixmap.as_mut(),
    );
    Ok(pixmap)
}

fn failed(figure: &str, reason: String) -> PictureError {
    PictureError {
        figure: figure.to_owned(),
        reason: PictureReason::Drawing(reason),
    }
}

#[cfg(test)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels of a picture"
)]
mod tests {
    use resvg::usvg::TextChunk;

    use super::*;
    use crate::report::document::Block;
    use crate::report::figure::samples::samples;
    use crate::report::nightly::fixture::night;
    use crate::report::nightly::nightly;

    /// Every figure there is, with the legend it shares.
    fn figures(lang: Lang) -> Vec<(Figure, Option<Legend>)> {
        let document = nightly(&night(), lang);
        let blocks = document
            .sections
            .into_iter()
            .flat_map(|section| section.blocks);
        let of_page = blocks.flat_map(|block| match block {
            Block::Multiples { legend, figures } => figures
                .into_iter()
                .map(|figure| (figure, Some(legend.clone())))
                .collect(),
            Block::Figure(figure) => vec![(*figure, None)],
            _ => Vec::new(),
        });
        of_page
            .chain(samples(lang).into_iter().map(|figure| (figure, None)))
            .collect()
    }

    fn markup(figure: &Figure, layout: Layout, legend: Option<&Legend>, lang: Lang) -> String {
        chart::picture(figure, layout, legend, &style(families(lang)), lang).unwrap()
    }

    /// Boxes of all texts, in picture pixels.
    fn boxes(group: &Group, out: &mut Vec<(String, [f32; 4])>) {
        for node in group.children() {
            match node {
                Node::Group(group) => boxes(group, out),
                Node::Text(text) => {
                    let b = text.abs_bounding_box();
                    let words = text.chunks().iter().map(TextChunk::text).collect();
                    out.push((
                        words,
                        [b.left(), b.top(), b.right(), b.bottom()].map(|end| end * DENSITY),
                    ));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_text_of_every_figure_is_drawn_and_inside() {
        for lang in Lang::ALL {
            for (figure, legend) in figures(lang) {
                for layout in [Layout::Wide, Layout::Narrow] {
                    let drawn = markup(&figure, layout, legend.as_ref(), lang);
                    let with = tree(&figure.id, &drawn).unwrap();
                    let pixels = paint(&figure.id, &with).unwrap();
                    let bare = drawn.replace("<text ", "<text display=\"none\" ");
                    let without = Tree::from_str(&bare, &Options::default()).unwrap();
                    let blank = paint(&figure.id, &without).unwrap();
                    let mut texts = Vec::new();
                    boxes(with.root(), &mut texts);
                    assert!(texts.len() > 5, "{}", figure.id);
                    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
                    for (words, [left, top, right, bottom]) in texts {
                        let place = format!(
                            "{} {layout:?} {words:?} {left} {right} of {width}",
                            figure.id
                        );
                        assert!(
                            left >= 0.0 && right <= width && top >= 0.0 && bottom <= height,
                            "{place}"
                        );
                        let changed = (top as u32..bottom as u32)
                            .flat_map(|y| (left as u32..right as u32).map(move |x| (x, y)))
                            .any(|(x, y)| pixels.pixel(x, y) != blank.pixel(x, y));
                        assert!(changed, "{place}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_two_texts_touch() {
        for lang in Lang::ALL {
            for (figure, legend) in figures(lang) {
                for layout in [Layout::Wide, Layout::Narrow] {
                    let drawn =
                        tree(&figure.id, &markup(&figure, layout, legend.as_ref(), lang)).unwrap();
                    let mut texts = Vec::new();
                    boxes(drawn.root(), &mut texts);
                    for (i, (a, [left, top, right, bottom])) in texts.iter().enumerate() {
                        for (b, other) in &texts[i + 1..] {
                            // Boxes have the height of a line, which may touch; letters must not.
                            let air = (bottom - top) * 0.3;
                            let apart = *right <= other[0]
                                || other[2] <= *left
                                || *bottom - air <= other[1]
                                || other[3] - air <= *top;
                            assert!(apart, "{} {layout:?} {lang:?}: {a:?} over {b:?}", figure.id);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_character_outside_the_font_is_named() {
        let mut figure = samples(Lang::Zh).remove(0);
        figure.title.push_str("𰻝𰻝面 😀");
        let error = png(&figure, Layout::Wide, None, Lang::Zh)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("𰻝 (U+30EDD)") && error.contains("😀 (U+1F600)"),
            "{error}"
        );
        assert!(error.contains(&figure.id), "{error}");
    }

    #[test]
    fn names_of_places_and_people_have_glyphs() {
        // Level 2 of GB 2312, and characters that only the table of general standard characters has.
        let mut figure = samples(Lang::Zh).remove(0);
        figure.title = "鄞州、衢州、泸州、亳州、盱眙、邛崃；王喆、李珺、赵玥、钱垚、孙翀 ①②③ ≥ ≤ − × ÷ → ▲ ◆ ■ ✓".to_owned();
        assert_eq!(
            png(&figure, Layout::Wide, None, Lang::Zh)
                .err()
                .map(|error| error.to_string()),
            None
        );
    }

    #[test]
    fn the_families_are_those_inside_the_fonts() {
        let loaded = fonts();
        let names: BTreeSet<&str> = loaded
            .faces()
            .filter_map(|face| Some(face.families.first()?.0.as_str()))
            .collect();
        assert_eq!(names, BTreeSet::from([FAMILY, LATIN_FAMILY]));
        assert!(families(Lang::En).contains(LATIN_FAMILY));
        assert!(
            Lang::ALL
                .iter()
                .all(|lang| families(*lang).contains(FAMILY))
        );
    }

    #[test]
    fn the_same_figure_gives_the_same_bytes() {
        for figure in samples(Lang::Zh).iter().take(2) {
            let bytes = || png(figure, Layout::Narrow, None, Lang::Zh).unwrap();
            assert!(bytes() == bytes() && bytes().starts_with(b"\x89PNG"));
        }
    }

    #[test]
    fn a_file_of_its_own_loads_nothing() {
        for figure in samples(Lang::En) {
            let file = svg(&figure, Layout::Wide, None, Lang::Zh).unwrap();
            assert_eq!(file.matches("http").count(), 1, "{}", figure.id);
            for address in ["url(", "@import", "href", "<script", "var("] {
                assert!(!file.contains(address), "{address}");
            }
        }
    }
}
