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
    for line in body.lines().take_while(|line| *line != "</svg>") {
        themed(line, out);
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
            ("points", points) => keep(attribute, points.trim_end(), out),
            _ => keep(attribute, value, out),
        }
        rest = after;
    }
    out.push_str(rest);
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
    fn content_is_left_alone() {
        check(
            "a fill=&quot;#D55E00&quot; &lt;b&gt;",
            "a fill=&quot;#D55E00&quot; &lt;b&gt;",
        );
        check("</text>", "</text>");
    }
}
