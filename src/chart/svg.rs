//! plotters' SVG made fit to stand inline in a page.

use std::fmt::Write as _;

use super::sheet::{Drawing, FINE, Ink, fine};

/// Names the drawing, replaces its colours by classes and adds the regions that name themselves.
///
/// plotters writes one element per line with double-quoted attributes, which is all that is relied on here.
pub(super) fn accessible(drawing: &Drawing, id: &str, title: &str, description: &str) -> String {
    let (width, height) = drawing.size;
    let mut out = format!(
        "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {} {}\" width=\"{width}\" height=\"{height}\">",
        fine(width),
        fine(height),
    );
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
        escaped(title),
        escaped(description)
    );
    body(drawing, &mut out);
    if !drawing.hints.is_empty() {
        out.push_str("<g class=\"hits\">");
        for hint in &drawing.hints {
            let [x, y, w, h] = [hint.left, hint.top, hint.width, hint.height].map(fine);
            let text = escaped(&hint.text);
            let _ = write!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"><title>{text}</title></rect>"
            );
        }
        out.push_str("</g>");
    }
    out.push_str("</svg>");
    out
}

/// What plotters drew, without its outer element.
pub(super) fn body(drawing: &Drawing, out: &mut String) {
    let body = drawing.markup.split_once('\n').map_or("", |(_, body)| body);
    let mut bars = Bars::default();
    for line in body.lines().take_while(|line| *line != "</svg>") {
        let mut element = String::new();
        themed(line, &mut element);
        if !bars.take(&element) {
            bars.write(out);
            out.push_str(&element);
        }
    }
    bars.write(out);
}

/// Plain rectangles that follow one another: those of one ink are written as one path, a third of the bytes.
#[derive(Default)]
struct Bars {
    run: Vec<Bar>,
}

/// A filled rectangle: its element, class, left, top, width and height.
struct Bar {
    element: String,
    class: String,
    place: [i32; 4],
}

impl Bars {
    /// Takes an element that is a plain rectangle and lies on none of another ink; says whether it did.
    fn take(&mut self, element: &str) -> bool {
        let Some(bar) = Bar::parse(element) else {
            return false;
        };
        let hides = |other: &Bar| other.class != bar.class && other.overlaps(&bar);
        if self.run.iter().any(hides) {
            return false;
        }
        self.run.push(bar);
        true
    }

    /// Writes what was taken, ink by ink.
    fn write(&mut self, out: &mut String) {
        let mut run = std::mem::take(&mut self.run);
        if let [only] = run.as_slice() {
            out.push_str(&only.element);
            return;
        }
        while let Some(class) = run.first().map(|bar| bar.class.clone()) {
            let (same, rest): (Vec<Bar>, Vec<Bar>) =
                run.into_iter().partition(|bar| bar.class == class);
            let _ = write!(out, "<path class=\"{class}\" d=\"");
            for [x, y, w, h] in same.iter().map(|bar| bar.place) {
                let _ = write!(out, "M{x} {y}h{w}v{h}h-{w}z");
            }
            out.push_str("\"/>");
            run = rest;
        }
    }
}

impl Bar {
    fn parse(element: &str) -> Option<Self> {
        let mut rest = element.strip_prefix("<rect ")?.strip_suffix("/>")?;
        let mut place = [0; 4];
        for (at, name) in ["x=\"", "y=\"", "width=\"", "height=\""]
            .into_iter()
            .enumerate()
        {
            let (value, after) = rest.strip_prefix(name)?.split_once("\" ")?;
            place[at] = value.parse().ok()?;
            rest = after;
        }
        let class = rest.strip_prefix("class=\"f-")?.strip_suffix('"')?;
        let plain = !class.contains(['"', ' ']) && place[2] > 0 && place[3] > 0;
        plain.then(|| Self {
            element: element.to_owned(),
            class: format!("f-{class}"),
            place,
        })
    }

    const fn overlaps(&self, other: &Self) -> bool {
        let ([ax, ay, aw, ah], [bx, by, bw, bh]) = (self.place, other.place);
        ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
    }
}

/// One line of plotters' output with classes for colours and without what says nothing.
fn themed(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some((before, attribute, value, after)) = next_attribute(rest) {
        out.push_str(before);
        match (attribute, value) {
            ("opacity", "1") | ("fill" | "stroke", "none") | ("font-family", _) => {
                out.truncate(out.trim_end().len());
            }
            ("fill" | "stroke", colour) => match ink(colour) {
                Some(ink) => paint(attribute, ink, out),
                None => keep(attribute, value, out),
            },
            ("points", points) => keep(attribute, &lean(points), out),
            _ => keep(attribute, value, out),
        }
        rest = after;
    }
    out.push_str(rest);
}

/// The points of a line or an area without those that lie on a level stretch between their neighbours: a limit that
/// stays where it is needs two.
fn lean(points: &str) -> String {
    let points: Vec<&str> = points.split_whitespace().collect();
    let at = |point: &str| -> Option<(i32, i32)> {
        let (x, y) = point.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    let says_nothing = |i: usize| {
        let place = |i: usize| points.get(i).and_then(|point| at(point));
        let (Some(before), Some(here), Some(after)) =
            (i.checked_sub(1).and_then(place), place(i), place(i + 1))
        else {
            return false;
        };
        let level = before.1 == here.1 && here.1 == after.1;
        level && (before.0 < here.0) == (here.0 < after.0)
    };
    let kept = points.iter().enumerate().filter(|(i, _)| !says_nothing(*i));
    kept.map(|(_, point)| *point).collect::<Vec<_>>().join(" ")
}

/// Text before the next attribute, its name, its value, and what follows it.
fn next_attribute(text: &str) -> Option<(&str, &str, &str, &str)> {
    if !text.starts_with('<') && !text.starts_with(' ') {
        return None;
    }
    let equals = text.find("=\"")?;
    let start = text[..equals].rfind(' ')? + 1;
    let (value, after) = text[equals + 2..].split_once('"')?;
    Some((&text[..start], &text[start..equals], value, after))
}

fn keep(attribute: &str, value: &str, out: &mut String) {
    let _ = write!(out, "{attribute}=\"{value}\"");
}

/// `f-…` fills, `s-…` strokes; a dash pattern belongs to its ink.
fn paint(attribute: &str, ink: Ink, out: &mut String) {
    let kind = &attribute[..1];
    let _ = write!(out, "class=\"{kind}-{}\"", ink.class());
    if let (Some(dash), "stroke") = (ink.dash(), attribute) {
        let [on, off] = dash.map(|length| fine(f64::from(length)));
        let _ = write!(out, " stroke-dasharray=\"{on} {off}\"");
    }
}

fn ink(colour: &str) -> Option<Ink> {
    let rgb = u32::from_str_radix(colour.strip_prefix('#')?, 16).ok()?;
    Ink::ALL.iter().copied().find(|ink| ink.rgb() == rgb)
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

// The view box is finer than the page; a factor of one would make this module pointless.
const _: () = assert!(FINE >= 1.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_stretch_needs_two_points() {
        assert_eq!(lean("1,5 2,5 3,5 4,6 5,6 6,6 "), "1,5 3,5 4,6 6,6");
        // Back and forth, a peak and a single point stay.
        assert_eq!(lean("1,5 3,5 2,5"), "1,5 3,5 2,5");
        assert_eq!(lean("1,5 2,4 3,5"), "1,5 2,4 3,5");
        assert_eq!(lean("1,5"), "1,5");
    }

    fn check(line: &str, expected: &str) {
        let mut out = String::new();
        themed(line, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn colours_become_classes() {
        check(
            r##"<line opacity="1" stroke="#7C8794" stroke-width="2" x1="0" y1="1" x2="2" y2="3"/>"##,
            r#"<line class="s-limit" stroke-dasharray="10 6" stroke-width="2" x1="0" y1="1" x2="2" y2="3"/>"#,
        );
        check(
            r##"<circle cx="4" cy="5" r="6" opacity="1" fill="#D55E00" stroke="none" stroke-width="1"/>"##,
            r#"<circle cx="4" cy="5" r="6" class="f-concern" stroke-width="1"/>"#,
        );
    }

    #[test]
    fn rectangles_of_one_ink_are_one_path() {
        let written = |elements: &[&str]| {
            let (mut bars, mut out) = (Bars::default(), String::new());
            for element in elements {
                if !bars.take(element) {
                    bars.write(&mut out);
                    out.push_str(element);
                }
            }
            bars.write(&mut out);
            out
        };
        let a = r#"<rect x="0" y="0" width="4" height="9" class="f-bar"/>"#;
        let b = r#"<rect x="0" y="9" width="4" height="2" class="f-concern"/>"#;
        let c = r#"<rect x="5" y="1" width="4" height="8" class="f-bar"/>"#;
        let over = r#"<rect x="1" y="1" width="2" height="2" class="f-concern"/>"#;
        assert_eq!(
            written(&[a, b, c]),
            r#"<path class="f-bar" d="M0 0h4v9h-4zM5 1h4v8h-4z"/><path class="f-concern" d="M0 9h4v2h-4z"/>"#
        );
        assert_eq!(written(&[a]), a);
        // What lies on another keeps its place above it.
        assert_eq!(written(&[a, over]), format!("{a}{over}"));
        assert_eq!(written(&[a, "<line/>", c]), format!("{a}<line/>{c}"));
    }

    #[test]
    fn content_is_left_alone() {
        check(
            "a fill=&quot;#D55E00&quot; &lt;b&gt;",
            "a fill=&quot;#D55E00&quot; &lt;b&gt;",
        );
        check("</text>", "</text>");
    }
}
