//! Figure → the numbers it is drawn from, unrounded, and how Excel draws them again.

use crate::i18n::text::Text;
use crate::report::document::Tone;
use crate::report::figure::{
    Control, Figure, Funnel, Heat, Pareto, Persistence, Plot, Ribbon, Spread, Standing, StepKind,
    Waterfall,
};

use super::cells::{BLUE, Block, Cell, GREY, Head, INK, ORANGE, PALE, number_format};
use super::charts::{Look, Series, Shape, Spec};

/// What the colours of painted cells stand for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scale {
    /// The least and the most of the block.
    Own,
    /// Least, middle and most.
    Fixed(f64, f64, f64),
}

/// What stands on the sheet of a figure.
pub(super) struct Plotted {
    /// The numbers, with filters.
    pub(super) block: Block,
    /// Curves beside them, without filters.
    pub(super) side: Option<Block>,
    /// The chart, where Excel has one of this kind.
    pub(super) chart: Option<Spec>,
    /// Cells painted by their value.
    pub(super) scale: Option<Scale>,
    /// A remark on the numbers.
    pub(super) note: Option<&'static str>,
}

impl Plotted {
    const fn charted(block: Block, chart: Spec) -> Self {
        Self {
            block,
            side: None,
            chart: Some(chart),
            scale: None,
            note: None,
        }
    }
}

/// The numbers of a figure.
pub(super) fn plotted(figure: &Figure, t: Text) -> Plotted {
    match &figure.plot {
        Plot::Control(plot) => control(plot, t),
        Plot::Heat(plot) => heat(plot, t),
        Plot::Pareto(plot) => pareto(plot, t),
        Plot::Funnel(plot) => funnel(plot, t),
        Plot::Waterfall(plot) => waterfall(plot, t),
        Plot::Persistence(plot) => persistence(plot, t),
        Plot::Ribbon(plot) => ribbon(plot, t),
        Plot::Spread(plot) => spread(plot, t),
    }
}

fn control(plot: &Control, t: Text) -> Plotted {
    let format = number_format(plot.axis.unit, t.0);
    let column = |title: &str| Head::number(title, format);
    let tones = [Tone::Concern, Tone::Improvement, Tone::Neutral];
    let heads = vec![
        Head::text(t.col_date()).wide(12.0),
        column(t.col_raw()),
        column(t.col_adjusted()),
        column(t.col_lower()),
        column(t.col_upper()),
        column(t.legend_centre()),
        column(t.sheet_target()),
        column(t.concern()),
        column(t.improvement()),
        column(t.neutral()),
    ];
    let rows = plot.days.iter().map(|day| {
        let drawn = day.adjusted.or(day.value);
        let mut row = vec![
            Cell::Date(day.date),
            Cell::maybe(day.value),
            Cell::maybe(day.adjusted),
            Cell::maybe(day.lower),
            Cell::maybe(day.upper),
            Cell::maybe(plot.centre.as_ref().map(|level| level.value)),
            Cell::maybe(plot.target.as_ref().map(|level| level.value)),
        ];
        row.extend(tones.map(|tone| {
            let here = day.signal.is_some_and(|signal| signal.tone == tone);
            Cell::maybe(drawn.filter(|_| here))
        }));
        row
    });
    let block = Block {
        heads,
        rows: rows.collect(),
    };
    let looks = [
        (1, Look::Points(PALE)),
        (2, Look::Line(INK)),
        (3, Look::Dashed(GREY)),
        (4, Look::Dashed(GREY)),
        (5, Look::Line(PALE)),
        (6, Look::Dashed(ORANGE)),
        (7, Look::Signal(ORANGE)),
        (8, Look::Signal(BLUE)),
        (9, Look::Signal(GREY)),
    ];
    let chart = Spec {
        y_format: format,
        range: range(&block, 1..7),
        dates: true,
        ..Spec::of(Shape::Lines, looks.map(|(y, look)| Series::of(0, y, look)))
    };
    Plotted::charted(block, chart)
}

/// The least and the greatest number in some columns.
fn range(block: &Block, columns: std::ops::Range<usize>) -> Option<(f64, f64)> {
    let cells = block.rows.iter().filter_map(|row| row.get(columns.clone()));
    let numbers = cells.flatten().filter_map(|cell| match cell {
        Cell::Number(value) => Some((*value, *value)),
        _ => None,
    });
    numbers.reduce(wider)
}

const fn wider(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

fn both(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> Option<(f64, f64)> {
    a.into_iter().chain(b).reduce(wider)
}

fn heat(plot: &Heat, t: Text) -> Plotted {
    let hours = plot.hours.len();
    let format = number_format(plot.unit, t.0);
    let mut heads = vec![Head::text(t.col_hour()).wide(12.0)];
    let days = plot.weekdays.iter();
    heads.extend(days.map(|day| Head::number(day, format).wide(10.0)));
    let rows = plot.hours.iter().enumerate().map(|(at, hour)| {
        let cells = (0..plot.weekdays.len()).map(|day| {
            let cell = plot.cells.get(day * hours + at);
            Cell::maybe(cell.and_then(|cell| cell.value))
        });
        std::iter::once(Cell::text(hour)).chain(cells).collect()
    });
    Plotted {
        block: Block {
            heads,
            rows: rows.collect(),
        },
        side: None,
        chart: None,
        scale: Some(Scale::Own),
        note: None,
    }
}

fn pareto(plot: &Pareto, t: Text) -> Plotted {
    let count = "#,##0.##";
    let heads = vec![
        Head::text(t.sheet_name()),
        Head::number(&plot.count_label, count),
        Head::number(&plot.share_label, "0.0%"),
        Head::number(t.sheet_low(), count),
        Head::number(t.sheet_high(), count),
        Head::number(t.sheet_best(), "0"),
        Head::number(t.sheet_worst(), "0"),
    ];
    let rows = plot.bars.iter().map(|bar| {
        let rank = |rank: Option<usize>| Cell::maybe(rank.map(|rank| rank as f64));
        vec![
            Cell::text(&bar.name),
            Cell::Number(bar.count),
            Cell::Number(bar.cumulative),
            Cell::maybe(bar.interval.map(|interval| interval.0)),
            Cell::maybe(bar.interval.map(|interval| interval.1)),
            rank(bar.ranks.as_ref().map(|band| band.best)),
            rank(bar.ranks.as_ref().map(|band| band.worst)),
        ]
    });
    let block = Block {
        heads,
        rows: rows.collect(),
    };
    let chart = Spec {
        y_format: "#,##0",
        second: Some(Series::of(0, 2, Look::Line(INK))),
        undrawn: u32::from(plot.bars.last().is_some_and(|bar| bar.rest)),
        ..Spec::of(Shape::Columns, [Series::of(0, 1, Look::Fill(BLUE))])
    };
    Plotted::charted(block, chart)
}

fn funnel(plot: &Funnel, t: Text) -> Plotted {
    let format = number_format(plot.axis.unit, t.0);
    let groups = [
        t.funnel_within(),
        t.concern(),
        t.improvement(),
        t.neutral(),
        t.sparse(),
    ];
    let mut heads = vec![
        Head::text(t.sheet_name()),
        Head::number(&plot.size_label, "#,##0.0"),
        Head::number(&plot.figure_label, format),
        Head::text(t.sheet_verdict()),
    ];
    heads.extend(groups.map(|group| Head::number(group, format)));
    let rows = plot.members.iter().map(|member| {
        let group = match member.standing {
            Standing::Within => 0,
            Standing::Warning(mark) | Standing::Alarm(mark) => match mark.tone {
                Tone::Concern => 1,
                Tone::Improvement => 2,
                _ => 3,
            },
            Standing::Sparse => 4,
        };
        let mut row = vec![
            Cell::text(&member.name),
            Cell::Number(member.size),
            Cell::Number(member.value),
            Cell::text(groups[group]),
        ];
        row.extend((0..groups.len()).map(|at| Cell::maybe((at == group).then_some(member.value))));
        row
    });
    let titles = [
        t.sheet_lower_95(),
        t.sheet_upper_95(),
        t.sheet_lower_998(),
        t.sheet_upper_998(),
    ];
    let mut curves = vec![Head::number(&plot.size_label, "#,##0.0")];
    curves.extend(titles.map(|title| Head::number(title, format)));
    curves.push(Head::number(&plot.overall.label, format));
    let points = plot.inner.points.iter().zip(&plot.outer.points);
    let limits = points.map(|(inner, outer)| {
        [
            inner.0,
            inner.1,
            inner.2,
            outer.1,
            outer.2,
            plot.overall.value,
        ]
        .map(Cell::Number)
        .to_vec()
    });
    let looks = [
        Look::Points(GREY),
        Look::Signal(ORANGE),
        Look::Signal(BLUE),
        Look::Signal(INK),
        Look::Points(PALE),
    ];
    let members = (4..).zip(looks).map(|(y, look)| Series::of(1, y, look));
    let lines = [
        Look::Dashed(GREY),
        Look::Dashed(GREY),
        Look::Line(GREY),
        Look::Line(GREY),
        Look::Line(PALE),
    ];
    let lines = (1..)
        .zip(lines)
        .map(|(y, look)| Series::of(0, y, look).beside());
    let block = Block {
        heads,
        rows: rows.collect(),
    };
    let side = Block {
        heads: curves,
        rows: limits.collect(),
    };
    let chart = Spec {
        y_format: format,
        range: both(range(&block, 2..3), range(&side, 1..6)),
        x_title: plot.size_label.clone(),
        ..Spec::of(Shape::Scatter, members.chain(lines))
    };
    Plotted {
        side: Some(side),
        ..Plotted::charted(block, chart)
    }
}

fn waterfall(plot: &Waterfall, t: Text) -> Plotted {
    let format = number_format(plot.axis.unit, t.0);
    let column = |title: &str| Head::number(title, format);
    let heads = vec![
        Head::text(t.sheet_name()),
        Head::text(t.sheet_kind()),
        column(t.sheet_part()),
        column(t.sheet_base()),
        column(t.sheet_level()),
        column(t.concern()),
        column(t.improvement()),
        column(t.neutral()),
    ];
    let whole = |name: &str, value: f64| {
        let mut row = vec![
            Cell::text(name),
            Cell::Empty,
            Cell::Number(value),
            Cell::Empty,
        ];
        row.extend([Cell::Number(value), Cell::Empty, Cell::Empty, Cell::Empty]);
        row
    };
    let mut rows = vec![whole(&plot.before.name, plot.before.level.value)];
    let mut level = plot.before.level.value;
    let mut least = level.min(plot.after.level.value);
    let mut most = level.max(plot.after.level.value);
    for step in &plot.steps {
        let next = level + step.change;
        let tone = match step.kind {
            StepKind::Other => Tone::Neutral,
            _ => step.tone,
        };
        let size = |own: bool| Cell::maybe(own.then_some(step.change.abs()));
        let plain = !matches!(tone, Tone::Concern | Tone::Improvement);
        rows.push(vec![
            Cell::text(&step.name),
            Cell::text(&step.kind_label),
            Cell::Number(step.change),
            Cell::Number(level.min(next)),
            Cell::Empty,
            size(tone == Tone::Concern),
            size(tone == Tone::Improvement),
            size(plain),
        ]);
        (least, most) = (least.min(next), most.max(next));
        level = next;
    }
    rows.push(whole(&plot.after.name, plot.after.level.value));
    let looks = [
        (3, Look::Hidden),
        (4, Look::Fill(INK)),
        (5, Look::Fill(ORANGE)),
        (6, Look::Fill(BLUE)),
        (7, Look::Fill(PALE)),
    ];
    let chart = Spec {
        y_format: format,
        // The steps are small beside the levels: the axis begins a little below the lowest of them.
        range: Some(((least - 0.25 * (most - least)).max(0.0), most)),
        ..Spec::of(
            Shape::Stacked,
            looks.map(|(y, look)| Series::of(0, y, look)),
        )
    };
    Plotted::charted(Block { heads, rows }, chart)
}

fn persistence(plot: &Persistence, t: Text) -> Plotted {
    let mut heads = vec![Head::text(t.sheet_name())];
    heads.extend(
        plot.weeks
            .iter()
            .map(|week| Head::number(week, "0.00").wide(9.0)),
    );
    heads.push(Head::text(&plot.summary_label));
    let rows = plot.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| Cell::maybe(cell.ratio));
        std::iter::once(Cell::text(&row.name))
            .chain(cells)
            .chain([Cell::text(&row.summary)])
            .collect()
    });
    Plotted {
        block: Block {
            heads,
            rows: rows.collect(),
        },
        side: None,
        chart: None,
        scale: Some(Scale::Fixed(0.0, 1.0, 2.0)),
        note: Some(t.sheet_ratio_note()),
    }
}

fn ribbon(plot: &Ribbon, t: Text) -> Plotted {
    let count = "#,##0";
    let heads = vec![
        Head::text(t.col_promise()),
        Head::number(t.ribbon_met(), count),
        Head::number(t.ribbon_running(), count),
        Head::number(t.ribbon_breached(), count),
        Head::number(t.sheet_share(), "0.0%"),
        Head::text(t.sheet_target()),
        Head::text(t.sheet_verdict()),
    ];
    let rows = plot.rows.iter().map(|row| {
        let sum = |of: fn(&crate::report::figure::RibbonCell) -> u64| {
            row.cells.iter().map(of).sum::<u64>() as f64
        };
        let (met, breached) = (sum(|cell| cell.met), sum(|cell| cell.breached));
        let due = met + breached;
        vec![
            Cell::text(&row.name),
            Cell::Number(met),
            Cell::Number(sum(|cell| cell.running)),
            Cell::Number(breached),
            Cell::maybe((due > 0.0).then(|| met / due)),
            Cell::text(&row.target),
            Cell::text(&row.verdict),
        ]
    });
    let block = Block {
        heads,
        rows: rows.collect(),
    };
    let looks = [
        (1, Look::Fill(BLUE)),
        (2, Look::Fill(PALE)),
        (3, Look::Fill(ORANGE)),
    ];
    let chart = Spec {
        y_format: count,
        ..Spec::of(Shape::Bars, looks.map(|(y, look)| Series::of(0, y, look)))
    };
    Plotted::charted(block, chart)
}

fn spread(plot: &Spread, t: Text) -> Plotted {
    let format = number_format(plot.axis.unit, t.0);
    let heads = vec![
        Head::text(t.sheet_name()),
        Head::number(t.sheet_from(), format),
        Head::number(t.sheet_to(), format),
        Head::number(t.sheet_within(), "#,##0"),
        Head::number(t.sheet_beyond(), "#,##0"),
    ];
    let rows = plot.bins.iter().map(|bin| {
        let count = bin.count as f64;
        vec![
            Cell::text(&bin.label),
            Cell::Number(bin.from),
            Cell::maybe(bin.to),
            Cell::maybe((!bin.beyond).then_some(count)),
            Cell::maybe(bin.beyond.then_some(count)),
        ]
    });
    let block = Block {
        heads,
        rows: rows.collect(),
    };
    let looks = [(3, Look::Fill(BLUE)), (4, Look::Fill(ORANGE))];
    let chart = Spec {
        y_format: "#,##0",
        touching: true,
        ..Spec::of(
            Shape::Stacked,
            looks.map(|(y, look)| Series::of(0, y, look)),
        )
    };
    Plotted::charted(block, chart)
}
