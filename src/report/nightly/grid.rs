//! The cells of a map by hour and weekday: which hours are drawn, and in which classes.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "cells of a map of 7 by 24 hours"
)]

use chrono::Weekday;

use crate::kpi::figure::Unit;
use crate::report::figure::HeatLevel;
use crate::report::format;

use super::judged::FEW_CASES;
use super::{WaitCell, Waits};

/// The weekdays of a map, in order.
pub(super) const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// Classes of the scale: more cannot be told apart by eye.
const CLASSES: usize = 5;

/// The cells in order, from the first hour with a contact to the last.
pub(super) struct Grid {
    pub(super) hours: std::ops::RangeInclusive<u8>,
    pub(super) cells: Vec<WaitCell>,
    /// Width of a class of the scale.
    step: f64,
    pub(super) worst: Option<WaitCell>,
    pub(super) sparse: usize,
}

impl Grid {
    pub(super) fn new(waits: &Waits) -> Option<Self> {
        let valid =
            |cell: &&WaitCell| (1..=7).contains(&cell.weekday) && cell.hour < 24 && cell.n > 0;
        let hours = || waits.cells.iter().filter(valid).map(|cell| cell.hour);
        let hours = hours().min()?..=hours().max()?;
        let find = |weekday, hour| {
            let same = |cell: &&WaitCell| cell.weekday == weekday && cell.hour == hour;
            let none = WaitCell {
                weekday,
                hour,
                value: None,
                n: 0,
            };
            waits.cells.iter().find(same).copied().unwrap_or(none)
        };
        let cells: Vec<WaitCell> = (1..=7)
            .flat_map(|weekday| hours.clone().map(move |hour| (weekday, hour)))
            .map(|(w, h)| find(w, h))
            .collect();
        let judged = || {
            cells
                .iter()
                .filter(|cell| cell.n >= FEW_CASES && cell.value.is_some())
        };
        let worst = judged()
            .max_by(|a, b| a.value.unwrap_or(0.0).total_cmp(&b.value.unwrap_or(0.0)))
            .copied();
        let highest = worst.and_then(|cell| cell.value).unwrap_or(0.0);
        let sparse = cells
            .iter()
            .filter(|cell| cell.n > 0 && cell.n < FEW_CASES)
            .count();
        Some(Self {
            hours,
            step: round_step(highest / CLASSES as f64),
            worst,
            sparse,
            cells,
        })
    }

    /// The hours from the first to the last in which some weekday has enough cases; all where none has.
    pub(super) fn trimmed(&self) -> Self {
        let per_day = self.hours.clone().count();
        let first = *self.hours.start();
        let enough = |hour: &u8| {
            let at = usize::from(hour - first);
            (0..WEEK.len()).any(|day| self.cells[day * per_day + at].n >= FEW_CASES)
        };
        let judged = || self.hours.clone().filter(enough);
        let hours = match (judged().next(), judged().next_back()) {
            (Some(from), Some(to)) => from..=to,
            _ => self.hours.clone(),
        };
        let cells: Vec<WaitCell> = self
            .cells
            .iter()
            .filter(|cell| hours.contains(&cell.hour))
            .copied()
            .collect();
        let few = |cell: &&WaitCell| cell.n > 0 && cell.n < FEW_CASES;
        Self {
            hours,
            step: self.step,
            worst: self.worst,
            sparse: cells.iter().filter(few).count(),
            cells,
        }
    }

    /// The hours that a trimmed grid leaves out: `00:00–07:59`.
    pub(super) fn beyond(&self, trimmed: &Self) -> Option<String> {
        let (all, kept) = (&self.hours, &trimmed.hours);
        let before = (all.start() < kept.start()).then(|| (*all.start(), kept.start() - 1));
        let after = (kept.end() < all.end()).then(|| (kept.end() + 1, *all.end()));
        let spans: Vec<String> = before
            .into_iter()
            .chain(after)
            .map(|(from, to)| format!("{from:02}:00–{to:02}:59"))
            .collect();
        (!spans.is_empty()).then(|| spans.join(", "))
    }

    pub(super) fn level(&self, cell: &WaitCell) -> HeatLevel {
        match cell.value {
            Some(value) if cell.n >= FEW_CASES => {
                // Classes include their upper end, as every threshold of the program does.
                HeatLevel::Class(((value / self.step).ceil() as usize).clamp(1, CLASSES) - 1)
            }
            Some(_) => HeatLevel::Sparse,
            None => HeatLevel::Empty,
        }
    }

    pub(super) fn class_names(&self, unit: Unit) -> Vec<String> {
        (0..CLASSES)
            .map(|class| {
                let end = |count: usize| {
                    let end = format::cell(self.step * count as f64, unit);
                    end.strip_suffix(".0").map(str::to_owned).unwrap_or(end)
                };
                format!("{}–{}", end(class), end(class + 1))
            })
            .collect()
    }
}

/// The next round number: a scale in steps of 20 s reads easier than one of 17.4 s.
fn round_step(step: f64) -> f64 {
    if step <= 0.0 {
        return 1.0;
    }
    let magnitude = 10_f64.powf(step.log10().floor());
    let round = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let factor = round
        .into_iter()
        .find(|factor| step <= factor * magnitude * (1.0 + 1e-9))
        .unwrap_or(10.0);
    // Labels are whole numbers from ten on, so the steps are too.
    let nice = factor * magnitude;
    if nice >= 1.0 { nice.ceil() } else { nice }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Bilingual;
    use crate::report::nightly::fixture::date;

    /// Calls from 08:00 to 10:59, a few at 03:00 and at 23:00.
    fn waits() -> Waits {
        let cell = |weekday, hour, n| WaitCell {
            weekday,
            hour,
            value: Some(f64::from(hour)),
            n,
        };
        let mut cells = vec![cell(1, 3, 4), cell(2, 23, 29)];
        for weekday in 1..=7 {
            cells.extend((8..=10).map(|hour| cell(weekday, hour, u64::from(weekday) * 10)));
        }
        Waits {
            name: Bilingual::new("wait", "等待"),
            about: Bilingual::new("wait", "等待"),
            unit: Unit::Seconds,
            from: date(),
            to: date(),
            cells,
        }
    }

    #[test]
    fn hours_without_a_judged_weekday_are_left_out_and_named() {
        let full = Grid::new(&waits()).unwrap();
        assert_eq!((full.hours.clone(), full.sparse), (3..=23, 8));
        let drawn = full.trimmed();
        assert_eq!((drawn.hours.clone(), drawn.cells.len()), (8..=10, 21));
        // Monday and Tuesday have 10 and 20 calls an hour.
        assert_eq!(drawn.sparse, 6);
        assert_eq!(full.beyond(&drawn).unwrap(), "03:00–07:59, 11:00–23:59");
        assert_eq!(drawn.beyond(&drawn), None);
    }

    #[test]
    fn a_map_without_a_judged_cell_keeps_its_hours() {
        let mut few = waits();
        few.cells.retain(|cell| cell.n < 10);
        let full = Grid::new(&few).unwrap();
        assert_eq!(full.trimmed().hours, full.hours);
    }

    #[test]
    fn ends_of_classes_are_printed_as_short_as_they_are() {
        let mut rates = waits();
        for cell in &mut rates.cells {
            cell.value = Some(0.24);
        }
        let grid = Grid::new(&rates).unwrap();
        assert_eq!(grid.class_names(Unit::Percent)[2], "10–15");
    }

    #[test]
    fn steps_are_round() {
        for (step, expected) in [
            (17.4, 20.0),
            (20.0, 20.0),
            (21.0, 25.0),
            (2.2, 3.0),
            (0.0, 1.0),
            (90.0, 100.0),
        ] {
            assert!(
                (round_step(step) - expected).abs() < 1e-9,
                "{step}: {}",
                round_step(step)
            );
        }
    }
}
