use super::*;
use crate::i18n::Lang;
use crate::report::nightly::fixture::night;
use crate::report::nightly::nightly;

fn drawings() -> Vec<String> {
    let document = nightly(&night(), Lang::Zh);
    let figures = document.figures().flat_map(|figure| {
        [Layout::Wide, Layout::Narrow].map(|layout| svg(figure, layout).unwrap())
    });
    let sparks = document
        .kpis()
        .filter_map(|row| row.trend.as_ref())
        .map(|spark| sparkline(spark).unwrap());
    figures.chain(sparks).collect()
}

#[test]
fn every_drawing_is_named_and_described() {
    for drawing in drawings() {
        assert!(drawing.starts_with("<svg class=\"chart\" role=\"img\" aria-labelledby=\""));
        assert!(drawing.contains("<title id=\"") && drawing.contains("<desc id=\""));
        assert!(drawing.ends_with("</svg>"));
    }
}

#[test]
fn no_colour_font_or_address_is_left_in_a_drawing() {
    for drawing in drawings() {
        for left in ["\"#", "font-family", "http", "url(", "style=", "NaN", "inf"] {
            assert!(!drawing.contains(left), "{left} in {}", &drawing[..200]);
        }
    }
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    assert_eq!(drawings(), drawings());
}

#[test]
fn a_figure_without_days_is_an_empty_sheet() {
    let document = nightly(&night(), Lang::En);
    let mut figure = document.figures().next().unwrap().clone();
    if let Plot::Control(plot) = &mut figure.plot {
        plot.days.clear();
    }
    assert!(
        svg(&figure, Layout::Wide)
            .unwrap()
            .ends_with("</desc></svg>")
    );
}

#[test]
fn signals_are_drawn_by_shape() {
    let document = nightly(&night(), Lang::En);
    let figure = document.figures().next().unwrap();
    assert!(
        svg(figure, Layout::Wide)
            .unwrap()
            .contains("<polygon class=\"f-concern\" points=")
    );
}
