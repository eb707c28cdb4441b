//! Pixels → a PNG file with a palette: a drawing has a handful of inks and their edges, so that one byte a pixel
//! says all. A third of the file and of the time that four channels take.

use std::collections::HashMap;

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

/// Colours that a palette holds.
const PALETTE: usize = 256;

/// Above this level a drawing's file shrinks by less than a twentieth and takes half as long again.
const LEVEL: DeflateCompression = DeflateCompression::Level(5);

/// Red, green, blue.
type Colour = [u8; 3];

/// Writes a picture, on white where it is transparent. Its 256 most frequent colours are kept to the bit, which are
/// all inks and most of their edges; what is left of the edges takes the nearest of them.
///
/// # Errors
/// When a side has no pixels: the format knows no empty picture.
pub(super) fn encode(picture: &Pixmap) -> Result<Vec<u8>, EncodingError> {
    let runs = runs(picture);
    let (palette, index) = palette(&runs);
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    for run in &runs {
        let colour = index.get(&run.colour).copied().unwrap_or_default();
        pixels.resize(pixels.len() + run.length, colour);
    }

    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, picture.width(), picture.height());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.into_flattened());
    encoder.set_deflate_compression(LEVEL);
    // Neighbours in a palette do not say more about each other than equality.
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(out)
}

/// Neighbours in a row with one colour.
struct Run {
    colour: Colour,
    length: usize,
}

fn runs(picture: &Pixmap) -> Vec<Run> {
    let rows = picture.pixels().chunks_exact(picture.width() as usize);
    rows.flat_map(|row| row.chunk_by(PartialEq::eq))
        .filter_map(|run| {
            Some(Run {
                colour: on_white(*run.first()?),
                length: run.len(),
            })
        })
        .collect()
}

fn on_white(pixel: PremultipliedColorU8) -> Colour {
    let white = u8::MAX - pixel.alpha();
    // A premultiplied channel is at most its alpha.
    [pixel.red(), pixel.green(), pixel.blue()].map(|channel| channel.saturating_add(white))
}

/// The colours of the file, the most frequent first, and where each colour of the picture is among them.
fn palette(runs: &[Run]) -> (Vec<Colour>, HashMap<Colour, u8>) {
    let mut counts: HashMap<Colour, usize> = HashMap::new();
    for run in runs {
        *counts.entry(run.colour).or_default() += run.length;
    }
    let mut counts: Vec<(Colour, usize)> = counts.into_iter().collect();
    // By colour among equals: the same picture gives the same bytes.
    counts.sort_unstable_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
    let colours: Vec<Colour> = counts.into_iter().map(|(colour, _)| colour).collect();
    let palette: Vec<Colour> = colours.iter().copied().take(PALETTE).collect();
    let numbered = || (0..=u8::MAX).zip(&palette);
    let nearest = |colour: Colour| {
        numbered()
            .min_by_key(|(_, other)| distance(colour, **other))
            .map_or(0, |(number, _)| number)
    };
    let kept = numbered().map(|(number, colour)| (*colour, number));
    let others = colours.iter().skip(PALETTE);
    let index = kept
        .chain(others.map(|colour| (*colour, nearest(*colour))))
        .collect();
    (palette, index)
}

fn distance(a: Colour, b: Colour) -> u32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, reason = "colours from counters")]
mod tests {
    use resvg::tiny_skia::{Color, ColorU8};

    use super::*;

    /// A picture whose pixels are given by their place.
    fn picture(width: u32, height: u32, colour: impl Fn(u32) -> [u8; 4]) -> Pixmap {
        let mut picture = Pixmap::new(width, height).unwrap();
        for (at, pixel) in picture.pixels_mut().iter_mut().enumerate() {
            let [r, g, b, a] = colour(at as u32);
            *pixel = ColorU8::from_rgba(r, g, b, a).premultiply();
        }
        picture
    }

    fn read(picture: &Pixmap) -> Pixmap {
        Pixmap::decode_png(&encode(picture).unwrap()).unwrap()
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let few = picture(37, 11, |at| {
            [at as u8 % 16 * 16, (at / 37) as u8 * 16, 7, 255]
        });
        assert_eq!(read(&few), few);
        let mut plain = Pixmap::new(3, 2).unwrap();
        plain.fill(Color::from_rgba8(0, 114, 178, 255));
        assert_eq!(read(&plain), plain);
    }

    #[test]
    fn of_many_colours_the_frequent_ones_stay_and_the_others_are_near() {
        // One row of an ink, then 1024 shades of grey and blue, each once.
        let many = picture(128, 9, |at| match at {
            0..128 => [213, 94, 0, 255],
            _ => [
                ((at - 128) / 4) as u8,
                ((at - 128) / 4) as u8,
                100 + (at % 4) as u8,
                255,
            ],
        });
        let found = read(&many);
        assert_eq!(found.pixels()[..128], many.pixels()[..128]);
        let far = |(a, b): (&PremultipliedColorU8, &PremultipliedColorU8)| {
            distance(on_white(*a), on_white(*b))
        };
        let furthest = found.pixels().iter().zip(many.pixels()).map(far).max();
        assert!(furthest.unwrap() > 0);
        // The palette holds the ink and 255 of the shades: the darkest, as all are equally frequent.
        let kept: std::collections::BTreeSet<Colour> =
            found.pixels().iter().map(|p| on_white(*p)).collect();
        assert_eq!(kept.len(), PALETTE);
    }

    #[test]
    fn nothing_is_transparent() {
        let glass = picture(4, 1, |at| [0, 0, 0, (at * 85) as u8]);
        let found: Vec<Colour> = read(&glass).pixels().iter().map(|p| on_white(*p)).collect();
        assert_eq!(found, [[255; 3], [170; 3], [85; 3], [0; 3]]);
        assert!(read(&glass).pixels().iter().all(|p| p.alpha() == 255));
    }
}
