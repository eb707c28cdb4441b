//! The light theme of the drawings for pictures: read from the page's own style sheet, so that a colour is
//! written down once.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("assets/report.css");

/// Rules of the inks with every token replaced by its value in the light theme.
pub(super) fn light() -> String {
    let tokens = tokens(STYLE);
    let mut out = String::new();
    for rule in STYLE.split_inclusive('}') {
        let rule = rule.rsplit("*/").next().unwrap_or(rule).trim();
        let selectors = rule.split('{').next().unwrap_or("");
        let ink = |selector: &str| {
            let selector = selector.trim();
            selector.starts_with(".f-") || selector.starts_with(".s-")
        };
        if selectors.split(',').all(ink) {
            out.push_str(&resolved(rule, &tokens));
        }
    }
    out
}

/// Custom properties of the first `:root`, which holds one value per token: that of the light theme.
fn tokens(style: &str) -> BTreeMap<&str, &str> {
    let block = style
        .split_once(":root {")
        .and_then(|(_, rest)| rest.split('}').next())
        .unwrap_or("");
    let pairs = block.split(';').filter_map(|line| line.split_once(':'));
    pairs
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, _)| name.starts_with("--"))
        .collect()
}

fn resolved(rule: &str, tokens: &BTreeMap<&str, &str>) -> String {
    let mut out = rule.to_owned();
    for (name, value) in tokens {
        out = out.replace(&format!("var({name})"), value);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::ink_classes;

    #[test]
    fn every_ink_has_a_colour_and_no_token_is_left() {
        let style = light();
        assert!(
            !style.contains("var(") && !style.contains("light-dark"),
            "{style}"
        );
        for class in ink_classes() {
            let painted = [format!(".f-{class} "), format!(".s-{class} ")]
                .iter()
                .filter_map(|selector| style.split_once(selector.as_str()))
                .any(|(_, rest)| rest.starts_with("{ fill: #") || rest.starts_with("{ stroke: #"));
            assert!(painted, "{class}");
        }
    }

    #[test]
    fn only_inks_are_taken() {
        let style = light();
        assert!(style.contains(".f-concern { fill: #d55e00; }"), "{style}");
        assert!(!style.contains("body") && !style.contains("@media"));
    }
}
