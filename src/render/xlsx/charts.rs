//! Native charts over the cells of a block, in the colours of the report.

use rust_xlsxwriter::{
    Chart, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker,
    ChartMarkerType, ChartSeries, ChartSolidFill, ChartType, Color,
};

use super::cells::{GREY, INK, PALE, cleaned};

/// What kind of chart it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Lines,
    Scatter,
    Columns,
    Stacked,
    Bars,
}

/// How a series looks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    Line(Color),
    Dashed(Color),
    Points(Color),
    /// A large mark.
    Signal(Color),
    Fill(Color),
    /// Holds others up, not shown.
    Hidden,
}

/// One series: columns of the block, or of the one beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series {
    x: u16,
    y: u16,
    look: Look,
    beside: bool,
}

impl Series {
    pub(super) const fn of(x: u16, y: u16, look: Look) -> Self {
        Self {
            x,
            y,
            look,
            beside: false,
        }
    }

    /// Its columns are those of the block beside.
    pub(super) const fn beside(mut self) -> Self {
        self.beside = true;
        self
    }
}

/// What a chart shows.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) shape: Shape,
    pub(super) series: Vec<Series>,
    /// A line of shares with an axis of its own.
    pub(super) second: Option<Series>,
    pub(super) y_format: &'static str,
    pub(super) x_title: String,
    /// Least and greatest value that is drawn; the vertical axis begins at 0 without it.
    pub(super) range: Option<(f64, f64)>,
    /// The horizontal axis is one of days.
    pub(super) dates: bool,
    /// Columns touch, as in a histogram.
    pub(super) touching: bool,
    /// Last rows that are not drawn: a sum beside its parts would dwarf them.
    pub(super) undrawn: u32,
}

impl Spec {
    pub(super) fn of(shape: Shape, series: impl IntoIterator<Item = Series>) -> Self {
        Self {
            shape,
            series: series.into_iter().collect(),
            second: None,
            y_format: "General",
            x_title: String::new(),
            range: None,
            dates: false,
            touching: false,
            undrawn: 0,
        }
    }
}

/// Where the rows of a block lie: its sheet, heading, last row and first column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) sheet: &'a str,
    pub(super) head: u32,
    pub(super) last: u32,
    pub(super) left: u16,
}

/// Draws a chart of the rows of `block` and of what stands beside it.
pub(super) fn chart(
    spec: &Spec,
    title: &str,
    description: &str,
    block: Place,
    beside: Option<Place>,
) -> Chart {
    let mut chart = Chart::new(match spec.shape {
        Shape::Lines => ChartType::Line,
        Shape::Scatter => ChartType::ScatterStraight,
        Shape::Columns => ChartType::Column,
        Shape::Stacked => ChartType::ColumnStacked,
        Shape::Bars => ChartType::BarStacked,
    });
    let drawn = Place {
        last: block.last.saturating_sub(spec.undrawn).max(block.head + 1),
        ..block
    };
    let place = |series: &Series| beside.filter(|_| series.beside).unwrap_or(drawn);
    for one in &spec.series {
        // `push_series` would take the marks away again.
        let series = chart.add_series();
        dress(series, one, place(one));
        if spec.touching {
            series.set_gap(8);
        } else if matches!(one.look, Look::Fill(_) | Look::Hidden) {
            series.set_gap(60);
        }
    }
    let hidden: Vec<usize> = spec
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| matches!(series.look, Look::Hidden))
        .map(|(at, _)| at)
        .collect();
    if let Some(second) = &spec.second {
        let mut line = Chart::new(ChartType::Line);
        let series = line.add_series();
        dress(series, second, place(second));
        series.set_secondary_axis(true);
        line.y2_axis()
            .set_num_format("0%")
            .set_min(0)
            .set_max(1)
            .set_major_gridlines(false);
        chart.combine(&line);
    }
    chart
        .title()
        .set_name(label(title).as_str())
        .set_font(ChartFont::new().set_size(11).set_color(INK));
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.legend().delete_entries(&hidden);
    axes(&mut chart, spec);
    // A filter on the rows must not tear holes into the picture.
    chart
        .show_hidden_data()
        .set_alt_text(short(description))
        .set_width(860)
        .set_height(420);
    chart
}

fn axes(chart: &mut Chart, spec: &Spec) {
    let small = || {
        let mut font = ChartFont::new();
        font.set_size(9).set_color(GREY);
        font
    };
    // The values of lying bars run along the horizontal axis, but are still the second axis to the library.
    let grid = {
        let mut line = ChartLine::new();
        line.set_color(PALE).set_width(0.5);
        line
    };
    let scale = spec.range.map(|(least, most)| scale(least, most));
    chart
        .y_axis()
        .set_num_format(axis_format(spec.y_format, scale.map(|(.., step)| step)))
        .set_font(&small())
        .set_major_gridlines_line(&grid);
    if let Some((least, most, step)) = scale {
        // No rate is above 100 %.
        let most = if spec.y_format == PERCENT {
            most.min(1.0)
        } else {
            most
        };
        chart
            .y_axis()
            .set_min(least)
            .set_max(most)
            .set_major_unit(step);
    }
    chart.x_axis().set_font(&small());
    if spec.dates {
        chart.x_axis().set_date_axis(true).set_num_format("m/d");
    }
    if spec.shape == Shape::Scatter {
        chart.x_axis().set_num_format("#,##0").set_min(0);
    }
    if spec.shape == Shape::Bars {
        chart.y_axis().set_reverse();
    }
    if !spec.x_title.is_empty() {
        let mut font = small();
        font.unset_bold();
        chart
            .x_axis()
            .set_name(label(&spec.x_title).as_str())
            .set_name_font(&font);
    }
}

/// Gives a series its cells and its look.
fn dress(series: &mut ChartSeries, one: &Series, place: Place) {
    let first = place.head + 1;
    let (x, y) = (place.left + one.x, place.left + one.y);
    series
        .set_name((place.sheet, place.head, y))
        .set_categories((place.sheet, first, x, place.last, x))
        .set_values((place.sheet, first, y, place.last, y));
    let mut marker = ChartMarker::new();
    match one.look {
        Look::Line(color) => {
            series.set_format(ChartFormat::new().set_line(line(color).set_width(1.75)));
            marker.set_none();
        }
        Look::Dashed(color) => {
            let mut dashed = line(color);
            dashed
                .set_dash_type(ChartLineDashType::Dash)
                .set_width(1.25);
            series.set_format(ChartFormat::new().set_line(&dashed));
            marker.set_none();
        }
        Look::Points(color) => {
            series.set_format(ChartFormat::new().set_no_line());
            marker
                .set_type(ChartMarkerType::Circle)
                .set_size(5)
                .set_format(filled(color).set_no_border());
        }
        Look::Signal(color) => {
            series.set_format(ChartFormat::new().set_no_line());
            marker
                .set_type(ChartMarkerType::Diamond)
                .set_size(9)
                .set_format(filled(color).set_no_border());
        }
        Look::Fill(color) => {
            series.set_format(&mut filled(color));
            return;
        }
        Look::Hidden => {
            series.set_format(ChartFormat::new().set_no_fill().set_no_border());
            return;
        }
    }
    series.set_marker(&marker);
}

fn line(color: Color) -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(color);
    line
}

fn filled(color: Color) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(color));
    format
}

/// A description as long as Excel takes one.
fn short(text: &str) -> String {
    const MOST: usize = 250;
    let text = cleaned(text);
    if text.chars().count() <= MOST {
        return text;
    }
    let head: String = text.chars().take(MOST).collect();
    format!("{head}…")
}

/// A text of a chart: the library takes one that begins with `=` for a reference to cells.
fn label(text: &str) -> String {
    let text = cleaned(text);
    if text.starts_with('=') {
        format!(" {text}")
    } else {
        text
    }
}

/// Ends of an axis and its step, all round, so that everything from `least` to `most` lies within.
fn scale(least: f64, most: f64) -> (f64, f64, f64) {
    // A level line needs an axis too.
    let width = match most - least {
        width if width > most.abs() * 1e-3 => width,
        _ if most.abs() > 1e-9 => most.abs() * 0.2,
        _ => 1.0,
    };
    let magnitude = 10_f64.powf((width / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| width / step <= 6.0)
        .unwrap_or(10.0 * magnitude);
    // Whole steps are counted, so that 0.9 stays 0.9.
    let round = |count: f64| (count * step * 1e9).round() / 1e9;
    let low = round(((least - 0.1 * width) / step).floor());
    let low = if least >= 0.0 { low.max(0.0) } else { low };
    (low, round(((most + 0.1 * width) / step).ceil()), round(1.0))
}

/// The format of rates.
const PERCENT: &str = "0.0%";

/// As the cells, without decimals that an axis of such a step has no use for.
fn axis_format(format: &str, step: Option<f64>) -> String {
    let fine = if format == PERCENT { 0.01 } else { 1.0 };
    if step.is_some_and(|step| step < fine * 0.999) {
        format.to_owned()
    } else {
        format.replace("0.00", "0").replace("0.0", "0")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn scales_are_round() {
        for ((least, most), expect) in [
            ((0.8541, 0.9405), (0.84, 0.96, 0.02)),
            ((21.3, 38.9), (15.0, 45.0, 5.0)),
            ((0.0, 0.0), (0.0, 0.2, 0.2)),
        ] {
            let (low, high, step) = scale(least, most);
            assert!((low - expect.0).abs() < 1e-9, "{low}");
            assert!((high - expect.1).abs() < 1e-6, "{high}");
            assert!((step - expect.2).abs() < 1e-6, "{step}");
        }
        assert_eq!(axis_format("0.0%", Some(0.02)), "0%");
        assert_eq!(axis_format("0.0%", Some(0.005)), "0.0%");
        assert_eq!(axis_format("#,##0.0\" s\"", Some(5.0)), "#,##0\" s\"");
    }

    proptest! {
        #[test]
        fn everything_lies_within(a in -1e6_f64..1e6, b in -1e6_f64..1e6) {
            let (low, high, step) = scale(a.min(b), a.max(b));
            prop_assert!(low <= a.min(b) && high >= a.max(b) && step > 0.0);
            prop_assert!((high - low) / step < 12.0);
        }
    }
}
