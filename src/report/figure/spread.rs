//! How waits are distributed around their target.

use crate::kpi::figure::{Bound, Estimate, Unit};
use crate::report::document::Column;
use crate::report::format;

use super::{About, Axis, Figure, Level, Plot};

/// A histogram with a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Horizontal axis.
    pub axis: Axis,
    /// Heading of the heights.
    pub count_label: String,
    /// Bars of one width, shortest waits first; the last may be open.
    pub bins: Vec<SpreadBin>,
    /// The target.
    pub target: Option<Level>,
    /// What lies within and beyond it, in words.
    pub sides: Option<(String, String)>,
    /// Median and other quantiles, ascending.
    pub quantiles: Vec<Level>,
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct SpreadBin {
    /// Where it begins.
    pub from: f64,
    /// Where it ends; open when there is none.
    pub to: Option<f64>,
    /// Height.
    pub count: u64,
    /// Whether all of it lies on the wrong side of the target.
    pub beyond: bool,
    /// Range, printed.
    pub label: String,
    /// Range and numbers in words.
    pub hint: String,
}

/// A count of a range, its upper end included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Where it begins.
    pub from: f64,
    /// Where it ends; open when there is none.
    pub to: Option<f64>,
    /// How many.
    pub count: u64,
}

/// Draws up a distribution; the target must be an end of a bin, as no bin is half within.
///
/// `within` is the share on the right side of the target, `quantiles` names with values. `None` without bins,
/// with widths that differ (heights would not compare), or when the target cuts a bin.
#[must_use]
pub fn figure(
    about: &About,
    bins: &[Bin],
    within: Estimate,
    quantiles: &[(&str, f64)],
) -> Option<Figure> {
    let first = bins.first()?;
    let width = first.to? - first.from;
    let even = |bin: &Bin| {
        bin.to
            .is_none_or(|to| (to - bin.from - width).abs() <= 1e-9 * width)
    };
    let bound = about.target.map(|(bound, _)| bound);
    let cuts = |bin: &Bin| {
        bound.is_some_and(|bound| {
            let inside = |end: f64| bound.value() < end - 1e-9 * width;
            bound.value() > bin.from + 1e-9 * width && bin.to.is_none_or(inside)
        })
    };
    if !bins.iter().all(even) || bins.iter().any(cuts) {
        return None;
    }
    let t = about.text();
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    let share = |count: u64| {
        let share = (total > 0).then(|| count as f64 / total as f64);
        format::maybe(share, Unit::Percent, about.lang)
    };
    let last = bins.iter().filter_map(|bin| bin.to).fold(0.0, f64::max);
    // The end of a bin, as on the axis.
    let tick = |value| format::clock(value, last, about.unit, 1.0);
    let label = |bin: &Bin| match bin.to {
        Some(to) => format!("{}–{}", tick(bin.from), tick(to)),
        None => format!(">\u{a0}{}", about.print(bin.from)),
    };
    let beyond = |bin: &Bin| match bound {
        Some(Bound::AtMost(value)) => bin.from >= value - 1e-9 * width,
        Some(Bound::AtLeast(value)) => bin.to.is_some_and(|to| to <= value + 1e-9 * width),
        None => false,
    };
    let percent = |value: Option<f64>| format::maybe(value, Unit::Percent, about.lang);
    let target = bound.map(|bound| Level {
        value: bound.value(),
        label: t.target_is(&format::bound(bound, about.unit, about.lang)),
    });
    let plot = Spread {
        axis: Axis {
            unit: about.unit,
            lang: about.lang,
        },
        count_label: t.spread_count().to_owned(),
        bins: bins
            .iter()
            .map(|bin| SpreadBin {
                from: bin.from,
                to: bin.to,
                count: bin.count,
                beyond: beyond(bin),
                label: label(bin),
                hint: t.spread_hint(&label(bin), &format::count(bin.count), &share(bin.count)),
            })
            .collect(),
        sides: bound.map(|_| {
            (
                t.spread_within(&percent(within.value)),
                t.spread_beyond(&percent(within.value.map(|share| 1.0 - share))),
            )
        }),
        target,
        quantiles: quantiles
            .iter()
            .map(|&(name, value)| Level {
                value,
                label: format!("{name} {}", about.print(value)),
            })
            .collect(),
    };
    let mut notes = vec![t.fraction_is(
        t.spread_share(),
        &format::sum(within.numerator),
        &format::sum(within.denominator),
        &percent(within.value),
    )];
    if within.interval.is_some() {
        notes.push(t.interval_is(&format::interval(
            within.interval,
            Unit::Percent,
            about.lang,
        )));
    }
    let mut sum = 0;
    let rows = bins
        .iter()
        .map(|bin| {
            sum += bin.count;
            vec![
                label(bin),
                format::count(bin.count),
                share(bin.count),
                share(sum),
            ]
        })
        .collect();
    let columns = vec![
        Column::text(about.measure),
        Column::number(t.spread_count()),
        Column::number(t.col_share()),
        Column::number(t.col_cumulative()),
    ];
    let description = t.spread_description(about.title);
    Some(about.figure(Plot::Spread(plot), description, notes, columns, rows))
}
