//! The last days of a KPI on the width of a word: limits as a band, the line, the newest day.

use std::ops::Range;

use crate::report::figure::{ControlDay, Sparkline};

use super::control::{bounds, signal, stretches};
use super::sheet::{DrawError, Drawing, Ink, Scale, draw as on_sheet};

const SIZE: (f64, f64) = (132.0, 34.0);
const MARGIN: f64 = 5.0;

pub(super) fn draw(spark: &Sparkline) -> Result<Drawing, DrawError> {
    let (width, height) = SIZE;
    let days = &spark.days;
    on_sheet(width, height, |sheet| {
        let Some(range) = bounds(days) else {
            return Ok(());
        };
        let last = days.len().saturating_sub(1) as f64;
        let x = Scale {
            from: (0.0, last),
            to: (MARGIN, width - MARGIN),
        };
        let y = Scale {
            from: range,
            to: (height - MARGIN, MARGIN),
        };
        let at = |(position, value): (usize, f64)| (x.at(position as f64), y.at(value));
        let path = |part: Range<usize>, value: fn(&ControlDay) -> Option<f64>| -> Vec<(f64, f64)> {
            part.filter_map(|i| Some(at((i, value(days.get(i)?)?))))
                .collect()
        };
        for part in stretches(days) {
            let upper = path(part.clone(), |day| day.upper);
            let lower = path(part, |day| day.lower);
            if upper.len() > 1 && upper.len() == lower.len() {
                let outline: Vec<(f64, f64)> =
                    upper.into_iter().chain(lower.into_iter().rev()).collect();
                sheet.polygon(&outline, Ink::Band)?;
            }
        }
        let line = path(0..days.len(), |day| day.adjusted.or(day.value));
        sheet.line(&line, Ink::Line, 1.25)?;
        for (i, day) in days.iter().enumerate() {
            if let (Some(mark), Some(value)) = (day.signal, day.adjusted.or(day.value)) {
                let newest = i + 1 == days.len();
                signal(sheet, at((i, value)), mark, if newest { 4.0 } else { 2.0 })?;
            }
        }
        match (line.last(), days.last()) {
            (Some(point), Some(day)) if day.signal.is_none() => sheet.dot(*point, 2.25, Ink::Line),
            _ => Ok(()),
        }
    })
}
