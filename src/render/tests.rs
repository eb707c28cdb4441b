use std::collections::BTreeSet;

use super::html::Html;
use super::json::Json;
use super::*;
use crate::i18n::Lang;
use crate::report::document::Block;
use crate::report::nightly::fixture::{night, quiet};
use crate::report::nightly::nightly;

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

fn page(lang: Lang) -> String {
    String::from_utf8(Html.render(&nightly(&night(), lang)).unwrap()).unwrap()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split(end).next())
        .collect()
}

#[test]
fn nothing_is_loaded() {
    for lang in Lang::ALL {
        let page = page(lang);
        for address in [
            "http:", "https:", "\"//", "src=", "url(", "@import", "<iframe", "<link", "fetch(",
        ] {
            assert!(!page.contains(address), "{address}");
        }
    }
}

#[test]
fn size_stays_small() {
    assert!(SCRIPT.len() <= 20_000);
    for lang in Lang::ALL {
        assert!(page(lang).len() <= 600_000);
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(page(Lang::Zh), page(Lang::Zh));
}

#[test]
fn the_policy_names_exactly_the_style_and_the_script() {
    let page = page(Lang::En);
    let (style, script) = (
        between(&page, "<style>", "</style>"),
        between(&page, "<script>", "</script>"),
    );
    assert_eq!((style.len(), script.len()), (1, 1));
    let policy = csp::policy(style[0], script[0]).replace('\'', "&#39;");
    let plain = policy.replace("&#39;", "'");
    assert!(page.contains(&policy) || page.contains(&plain));
    assert!(!page.contains(" style=\"") && !page.contains(" onclick="));
    assert!(!plain.contains("unsafe"));
}

#[test]
fn text_from_outside_is_escaped() {
    let mut input = night();
    input.centre.en = "<b>\"A & B\"</b>".to_owned();
    input.kpis[0].name.en = "<i>x</i>".to_owned();
    let page = String::from_utf8(Html.render(&nightly(&input, Lang::En)).unwrap()).unwrap();
    assert!(
        !page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
    );
    assert!(!page.contains("<b>") && !page.contains("<i>"));
}

#[test]
fn headings_descend_without_gaps() {
    for lang in Lang::ALL {
        let page = page(lang);
        let levels: Vec<usize> = between(&page, "<h", ">")
            .into_iter()
            .filter_map(|rest| rest.split(' ').next()?.parse().ok())
            .collect();
        assert_eq!(levels[0], 1);
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(
            levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
            "{levels:?}"
        );
    }
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    let page = page(Lang::En);
    let ids = between(&page, " id=\"", "\"");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    let labels = between(&page, "aria-labelledby=\"", "\"");
    let anchors = between(&page, "href=\"#", "\"");
    let inputs = between(&page, " for=\"", "\"");
    for target in labels
        .iter()
        .flat_map(|list| list.split(' '))
        .chain(anchors)
        .chain(inputs)
    {
        assert!(unique.contains(target), "{target}");
    }
}

#[test]
fn every_block_is_on_the_page() {
    let document = nightly(&night(), Lang::En);
    let page = page(Lang::En);
    let kinds: BTreeSet<&str> = document
        .blocks()
        .map(|block| match block {
            Block::Text { .. } => "class=\"prose\"",
            Block::Findings(_) => "<ol class=\"findings\">",
            Block::KpiTable(_) => "<table class=\"kpis\"",
            Block::Multiples { .. } => "class=\"multiples\"",
            Block::Figure(_) => "<figure class=\"wide",
            Block::Table(_) => "<table class=\"data-table\">",
            Block::Restated(_) => "id=\"restated-caption\"",
            Block::Definitions(_) => "class=\"definitions\"",
            Block::Details { .. } => "<details class=\"folded\">",
        })
        .collect();
    assert_eq!(kinds.len(), 9);
    for kind in kinds {
        assert!(page.contains(kind), "{kind}");
    }
}

#[test]
fn figures_and_tables_can_be_read_without_seeing() {
    let document = nightly(&night(), Lang::Zh);
    let page = page(Lang::Zh);
    assert!(page.contains("<html lang=\"zh-CN\">"));
    assert_eq!(
        page.matches("<svg").count(),
        page.matches("role=\"img\"").count()
    );
    for figure in document.figures() {
        assert!(
            page.contains(&format!("id=\"{}-caption\"", figure.data.id)),
            "{}",
            figure.id
        );
    }
    assert_eq!(
        page.matches("<table").count(),
        page.matches("<caption").count()
    );
    assert_eq!(
        page.matches("class=\"scroll\"").count(),
        page.matches("tabindex=\"0\"").count()
    );
    assert!(!page.contains("<th>"));
}

#[test]
fn an_empty_night_renders() {
    for lang in Lang::ALL {
        assert!(Html.render(&nightly(&quiet(), lang)).is_ok());
    }
}

#[test]
fn the_summary_prints_what_the_page_prints() {
    for lang in Lang::ALL {
        let document = nightly(&night(), lang);
        let bytes = Json.render(&document).unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let page = page(lang);
        let kpis = summary["kpis"].as_array().unwrap();
        assert_eq!(kpis.len(), document.kpis().count());
        for kpi in kpis {
            for key in ["value", "fraction", "target", "same_weekday"] {
                let printed = kpi["printed"][key].as_str().unwrap();
                assert!(page.contains(printed), "{}: {printed}", kpi["kpi"]);
            }
        }
        assert_eq!(summary["kpis"][0]["target"]["at_most"], 0.08);
        let restated = summary["restated"]["figures"].as_array().unwrap();
        assert_eq!(restated.len(), document.restated().unwrap().rows.len());
        for figure in &restated[..30] {
            for key in ["day", "before", "after", "change", "basis", "why"] {
                let printed = figure["printed"][key].as_str().unwrap();
                assert!(page.contains(printed), "{}: {printed}", figure["kpi"]);
            }
        }
    }
}

/// Relative luminance, WCAG 2.2.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A token in the light and in the dark theme.
fn token(name: &str) -> [&'static str; 2] {
    let start = format!("--{name}: light-dark(");
    let value = between(STYLE, &start, ")")[0];
    let (light, dark) = value.split_once(", ").unwrap();
    [light, dark]
}

#[test]
fn words_and_marks_stand_out_in_both_themes() {
    let check = |front: &str, back: &str, least: f64| {
        for (theme, (front_colour, back_colour)) in
            token(front).into_iter().zip(token(back)).enumerate()
        {
            let found = contrast(front_colour, back_colour);
            assert!(
                found >= least,
                "{front} on {back}, theme {theme}: {found:.2}"
            );
        }
    };
    for back in ["page", "soft", "concern-soft", "improvement-soft", "band"] {
        for words in ["ink", "muted", "concern-text", "improvement-text", "link"] {
            check(words, back, 4.5);
        }
    }
    for marks in [
        "concern",
        "improvement",
        "neutral",
        "dot",
        "line",
        "limit",
        "target",
        "bar",
        "rest",
        "strike",
    ] {
        check(marks, "page", 3.0);
    }
    for marks in ["dot", "line", "limit", "target", "concern", "improvement"] {
        check(marks, "band", 3.0);
    }
    for heat in ["heat0", "heat1", "heat2"] {
        check("on-low", heat, 4.5);
    }
    for heat in ["heat3", "heat4"] {
        check("on-high", heat, 4.5);
    }
}

#[test]
fn browsers_without_both_themes_get_the_light_one() {
    for name in ["page", "ink", "concern-text", "heat4"] {
        assert!(
            STYLE.contains(&format!("--{name}: {};", token(name)[0])),
            "{name}"
        );
    }
}

#[test]
fn every_ink_of_a_drawing_has_a_colour() {
    let page = page(Lang::Zh);
    for class in ["f-", "s-"] {
        for name in between(&page, &format!("class=\"{class}"), "\"") {
            assert!(STYLE.contains(&format!(".{class}{name}")), "{class}{name}");
        }
    }
}
