//! A drawing as a file of its own: the classes of the page's style sheet with their light colours filled in,
//! because viewers other than browsers know no custom properties.

use std::collections::BTreeMap;
use std::fmt::Write as _;

const CSS: &str = include_str!("assets/report.css");

/// Height of a line of the heading, and the space above the first.
const LINE: u32 = 20;
const MARGIN: u32 = 20;

/// A page shows several charts side by side; a file shows one, twice as large.
const SCALE: u32 = 2;

/// The SVG file of an inline drawing, below a heading: the title in bold, then further lines.
#[must_use]
pub fn svg(drawing: &str, heading: &[String]) -> String {
    let size = |name: &str| -> u32 {
        let value = drawing.split_once(&format!("{name}=\""));
        let digits = value.and_then(|(_, rest)| rest.split_once('"'));
        digits
            .and_then(|(number, _)| number.parse().ok())
            .unwrap_or(640)
    };
    let (width, height) = (size(" width") * SCALE, size(" height") * SCALE);
    let wrapped: Vec<(bool, String)> = heading
        .iter()
        .enumerate()
        .flat_map(|(at, line)| {
            wrap(line, width)
                .into_iter()
                .map(move |line| (at == 0, line))
        })
        .collect();
    let lines = u32::try_from(wrapped.len()).unwrap_or(1);
    let top = MARGIN + LINE * lines;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {0}\" width=\"{width}\" height=\"{0}\" \
         font-family=\"system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif\">\n<style>\n{1}</style>\n\
         <rect class=\"f-page\" width=\"{width}\" height=\"{0}\"/>\n",
        top + height,
        style()
    );
    for (at, (title, line)) in wrapped.iter().enumerate() {
        let y = MARGIN + LINE * u32::try_from(at).unwrap_or_default();
        let (class, look) = if *title {
            ("f-text", "font-size=\"15\" font-weight=\"600\"")
        } else {
            ("f-muted", "font-size=\"12\"")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "<text class=\"{class}\" x=\"8\" y=\"{y}\" {look}>{}</text>",
            text(line)
        );
    }
    let _ = writeln!(
        out,
        "<g transform=\"translate(0 {top}) scale({SCALE})\">{drawing}</g>\n</svg>"
    );
    out
}

/// Lines that fit: a Chinese character takes 15, others 8 of the width; broken at spaces and between Chinese ones.
fn wrap(line: &str, width: u32) -> Vec<String> {
    let wide = |c: char| c > '\u{2e7f}';
    let size = |text: &str| -> u32 { text.chars().map(|c| if wide(c) { 15 } else { 8 }).sum() };
    let mut lines = vec![String::new()];
    for piece in line.split_inclusive(|c: char| c == ' ' || wide(c)) {
        let last = lines.last().map_or(0, |last| size(last));
        if last + size(piece) > width - 16 && last > 0 {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(piece);
        }
    }
    lines
}

/// Text between tags.
fn text(line: &str) -> String {
    line.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The rules of drawings with the light colours in place of their names.
fn style() -> String {
    let root = CSS
        .split_once(":root {")
        .and_then(|(_, rest)| rest.split_once('}'))
        .map_or("", |(root, _)| root);
    let colours: BTreeMap<&str, &str> = root
        .split(';')
        .filter_map(|rule| rule.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let mut rules = String::from(".hits rect { fill: transparent; stroke: none; }\n");
    for line in CSS
        .lines()
        .filter(|line| line.starts_with(".f-") || line.starts_with(".s-"))
    {
        let mut parts = line.split("var(");
        rules.push_str(parts.next().unwrap_or(""));
        for part in parts {
            let (name, rest) = part.split_once(')').unwrap_or((part, ""));
            rules.push_str(colours.get(name).copied().unwrap_or("currentColor"));
            rules.push_str(rest);
        }
        rules.push('\n');
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_filled_in() {
        let rules = style();
        assert!(rules.contains(".f-concern { fill: #d55e00; }"), "{rules}");
        assert!(
            !rules.contains("var(") && !rules.contains("currentColor"),
            "{rules}"
        );
    }

    #[test]
    fn the_heading_is_text_and_not_markup() {
        let heading = ["a < b".to_owned(), "second".to_owned()];
        let file = svg("<svg width=\"500\" height=\"200\"></svg>", &heading);
        assert!(
            file.contains("viewBox=\"0 0 1000 460\"") && file.contains("a &lt; b"),
            "{file}"
        );
    }
}
