//! What control charts say of every day of every figure of the whole centre: columns of the KPI mart.

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::calendar::Grain;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::mart::{Charts, Judged, Mart};
use crate::settings::Settings;

use super::lines::line;

/// The limits and signals of all figures up to a day, as the nightly report judges them.
#[must_use]
pub fn charts(
    settings: &Settings,
    catalogue: &Catalogue,
    mart: &Mart<'_>,
    date: NaiveDate,
) -> Charts {
    (0..catalogue.kpis.len())
        .into_par_iter()
        .flat_map_iter(|kpi| {
            let days = mart.of(kpi, Grain::Day, &[]);
            let line = line(settings, catalogue, days, kpi, (None, date));
            let points = line.movement.into_iter().flat_map(|found| found.points);
            points.map(move |point| {
                let judged = Judged {
                    lower: point.lower,
                    upper: point.upper,
                    signal: point.signal.map(|signal| signal.rule.code()),
                };
                ((kpi, point.date.to_string()), judged)
            })
        })
        .collect()
}
