//! Pareto with rank bands: what costs most, and how sure its rank is.

use crate::report::document::Column;
use crate::report::format;
use crate::stats::pareto::{Bar, rank_bands};

use super::{About, Figure, Pareto, ParetoBar, Plot, RankBand};

/// Bars before the rest is folded into one.
const SHOWN: usize = 12;

/// A bar as it comes from the marts.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Name.
    pub name: &'a str,
    /// Cases.
    pub n: u64,
    /// Where its value may lie, all intervals together with the probability `joint`.
    pub interval: (f64, f64),
}

/// Draws up a Pareto chart with rank bands; `bars` as [`crate::stats::pareto::pareto`] gives them, `items` in
/// the order of the values, `joint` the probability that all bands hold, printed.
///
/// `None` without bars or when a bar points outside the items.
#[must_use]
pub fn figure(
    about: &About,
    bars: &[Bar],
    items: &[Item],
    joint: &str,
    dimension: &str,
) -> Option<Figure> {
    if bars.is_empty() || bars.iter().any(|bar| bar.at >= items.len()) {
        return None;
    }
    let t = about.text();
    let intervals: Vec<(f64, f64)> = items.iter().map(|item| item.interval).collect();
    let bands = rank_bands(&intervals);
    let band = |at: usize| {
        let (best, worst) = bands[at];
        RankBand {
            best,
            worst,
            label: if best == worst {
                best.to_string()
            } else {
                format!("{best}–{worst}")
            },
        }
    };
    // A rest of one would only hide its name.
    let shown = if bars.len() <= SHOWN + 1 {
        bars.len()
    } else {
        SHOWN
    };
    let percent = |share| format::value(share, crate::kpi::figure::Unit::Percent, about.lang);
    let drawn = |name: String, bar: &Bar, value: f64, ranks: Option<RankBand>| {
        let (label, cumulative_label) = (about.print(value), percent(bar.cumulative));
        ParetoBar {
            hint: match &ranks {
                Some(band) => t.ranked_hint(&name, &label, &cumulative_label, &band.label),
                None => t.ranked_rest_hint(&name, &label, &cumulative_label),
            },
            interval: ranks.as_ref().map(|_| intervals[bar.at]),
            rest: ranks.is_none(),
            name,
            count: value,
            label,
            cumulative: bar.cumulative,
            cumulative_label,
            ranks,
        }
    };
    let mut columns: Vec<ParetoBar> = bars[..shown]
        .iter()
        .map(|bar| {
            let name = items[bar.at].name.to_owned();
            drawn(name, bar, bar.value, Some(band(bar.at)))
        })
        .collect();
    if let ([_, ..], Some(last)) = (&bars[shown..], bars.last()) {
        let value = bars[shown..].iter().map(|bar| bar.value).sum();
        let name = t.rest_of_types(&(bars.len() - shown).to_string());
        columns.push(drawn(name, last, value, None));
    }
    let plot = Pareto {
        bars: columns,
        count_label: about.measure.to_owned(),
        share_label: t.col_cumulative().to_owned(),
        rank_label: Some(t.rank_axis().to_owned()),
        lang: about.lang,
    };
    let rows = bars
        .iter()
        .map(|bar| {
            let (low, high) = intervals[bar.at];
            vec![
                items[bar.at].name.to_owned(),
                format::count(items[bar.at].n),
                about.print(bar.value),
                t.low_to_high(&about.print(low), &about.print(high)),
                percent(bar.share),
                percent(bar.cumulative),
                band(bar.at).label,
            ]
        })
        .collect();
    let columns = vec![
        Column::text(dimension),
        Column::number("n"),
        Column::number(about.measure),
        Column::number(t.col_interval()),
        Column::number(t.col_share()),
        Column::number(t.col_cumulative()),
        Column::number(t.rank_axis()),
    ];
    let notes = vec![t.ranked_bands(joint), t.ranked_whiskers().to_owned()];
    let description = t.ranked_description(about.title);
    Some(about.figure(Plot::Pareto(plot), description, notes, columns, rows))
}
