//! What the values of a column show about what it may be.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::calendar::MICROS;

use super::super::privacy::mask;
use super::super::value::{
    self, Clock, DurationForm, Order, OrderSurvey, TimeForm, clean, duration, is_null,
    is_null_instant,
};

/// Forms that are times only when the mapping says so: what the cells look like is digits.
const FORMATS: &[(usize, &str)] = &[(6, "%y%m%d"), (12, "%Y%m%d%H%M"), (12, "%y%m%d%H%M%S")];

/// Forms of a time of day, where a stated form of the date needs one of it.
const CLOCKS: &[&str] = &["%H:%M:%S", "%H:%M", "%H.%M.%S", "%H%M%S"];

/// Labels that are scores.
const LABELS: &[&str] = &[
    "非常满意",
    "很满意",
    "满意",
    "一般",
    "不满意",
    "非常不满意",
    "很不满意",
];

/// Seconds in a day.
const DAY_S: i64 = 86_400;

/// The values of a column in figures; shares are of the cells that hold something.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// Cells that hold something.
    pub filled: usize,
    /// Different values.
    pub distinct: usize,
    /// Values and how often they occur, the commonest first.
    pub values: Vec<(String, usize)>,
    /// Share that are points in time.
    pub times: f64,
    /// Share of those without a time of day.
    pub days: f64,
    /// Share that are times of day.
    pub clocks: f64,
    /// Share of midnights among the times of day.
    pub midnights: f64,
    /// The form that has to be stated for them.
    pub format: Option<String>,
    /// Order of day and month, where the dates need one; `Err` when the rows leave it open.
    pub order: Option<Result<Order, ()>>,
    /// Share that are durations.
    pub durations: f64,
    /// Middle duration, plain numbers as they stand.
    pub middle: f64,
    /// Whether some durations are negative.
    pub negative: bool,
    /// Share that are plain numbers.
    pub numbers: f64,
    /// Whether those are whole.
    pub whole: bool,
    /// The least and the greatest of them.
    pub range: (f64, f64),
    /// Share that are telephone numbers, masked ones too.
    pub phones: f64,
    /// Share that mean yes or no.
    pub flags: f64,
    /// Share that are names of a satisfaction.
    pub labels: f64,
    /// Share with white space inside.
    pub spaced: f64,
    /// Middle length in characters.
    pub length: usize,
}

impl Evidence {
    /// Looks at the cells of a column.
    pub(super) fn of<'c>(cells: impl Iterator<Item = &'c str>) -> Self {
        let cells: Vec<&str> = cells
            .map(clean)
            .filter(|cell| !is_null(cell) && !is_null_instant(cell))
            .collect();
        let mut seen = Self {
            filled: cells.len(),
            ..Self::default()
        };
        if cells.is_empty() {
            return seen;
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in &cells {
            *counts.entry(cell).or_default() += 1;
        }
        seen.distinct = counts.len();
        seen.values = counts
            .iter()
            .map(|(value, times)| ((*value).to_owned(), *times))
            .collect();
        seen.values
            .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let share = |test: &dyn Fn(&str) -> bool| {
            part(cells.iter().filter(|cell| test(cell)).count(), cells.len())
        };
        seen.phones = share(&is_phone);
        seen.flags = share(&|cell| value::flag(cell).is_ok());
        seen.labels = share(&|cell| LABELS.contains(&cell));
        seen.spaced = share(&|cell| cell.contains(char::is_whitespace));
        let mut lengths: Vec<usize> = cells.iter().map(|cell| cell.chars().count()).collect();
        lengths.sort_unstable();
        seen.length = lengths[lengths.len() / 2];
        seen.see_times(&cells);
        seen.see_numbers(&cells);
        seen
    }

    fn see_times(&mut self, cells: &[&str]) {
        let mut survey = OrderSurvey::default();
        for cell in cells {
            survey.see(cell);
        }
        self.order = match survey.decide() {
            Ok(decided) => decided.map(|decided| Ok(decided.order)),
            Err(open) => Order::ALL
                .iter()
                .any(|order| open.fits(*order))
                .then_some(Err(())),
        };
        let order = match self.order {
            Some(Ok(order)) => Some(order),
            // Whether they are dates can be said without knowing which.
            Some(Err(())) => Some(Order::DayFirst),
            None => None,
        };
        let mut clock = Clock::new(Tz::UTC, TimeForm { order });
        let instants = read(&mut clock, cells);
        self.times = part(instants.len(), cells.len());
        let of_day = |micros: &i64| micros.rem_euclid(DAY_S * MICROS);
        self.days = part(
            instants.iter().filter(|at| of_day(at) == 0).count(),
            instants.len(),
        );
        let day = |cell: &str| format!("2001-01-01 {cell}");
        let clocks: Vec<i64> = cells
            .iter()
            .filter(|cell| cell.contains([':', '.']))
            .filter_map(|cell| clock.instant(&day(cell)).ok())
            .collect();
        self.clocks = part(clocks.len(), cells.len());
        let midnights = clocks.iter().filter(|at| of_day(at) == 0).count();
        self.midnights = part(midnights, clocks.len());
        if self.times < 0.5
            && let Some(format) = stated(cells)
        {
            let mut clock = Clock::new(Tz::UTC, TimeForm::default()).with_format(format);
            self.times = part(read(&mut clock, cells).len(), cells.len());
            self.days = if format.contains("%H") { 0.0 } else { 1.0 };
            self.format = Some(format.to_owned());
        }
    }

    fn see_numbers(&mut self, cells: &[&str]) {
        let mut lengths: Vec<f64> = cells
            .iter()
            .filter(|cell| **cell != "-1")
            .filter_map(|cell| duration(cell, DurationForm::default()).ok())
            .collect();
        let ones = cells.iter().filter(|cell| **cell == "-1").count();
        self.durations = part(lengths.len() + ones, cells.len());
        self.negative = has_negative(cells);
        lengths.sort_by(f64::total_cmp);
        self.middle = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
        let numbers: Vec<f64> = cells
            .iter()
            .filter_map(|cell| value::number(cell).ok())
            .collect();
        self.numbers = part(numbers.len(), cells.len());
        self.whole = numbers.iter().all(|number| number.fract() == 0.0);
        self.range = (
            numbers.iter().copied().fold(f64::INFINITY, f64::min),
            numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
    }

    /// Different values for each cell that holds something.
    pub(super) fn variety(&self) -> f64 {
        part(self.distinct, self.filled)
    }

    /// Whether the few different values are worth a list.
    pub(super) const fn few(&self) -> bool {
        self.distinct > 0
            && self.distinct <= 24
            && (self.distinct * 3 <= self.filled || self.distinct <= 3)
    }

    /// Whether the values are times of day and no durations.
    pub(super) fn is_clock(&self) -> bool {
        self.clocks >= 0.95 && (self.middle >= 3_600.0 || self.durations < 0.9)
    }

    /// Whether the values are days without a time.
    pub(super) fn is_day(&self) -> bool {
        self.times >= 0.95 && self.days >= 0.98
    }
}

/// Days of one column put together with times of day of another.
pub(super) fn joined(days: (&Evidence, &[&str]), clocks: (&Evidence, &[&str])) -> Option<Evidence> {
    let (of_days, of_clocks) = (days.0, clocks.0);
    // A midnight in every tenth row stands for something that did not happen.
    if !of_days.is_day() || !of_clocks.is_clock() || of_clocks.midnights > 0.02 {
        return None;
    }
    let cells: Vec<String> = days
        .1
        .iter()
        .zip(clocks.1)
        .filter(|(day, clock)| !is_null(clean(day)) && !is_null(clean(clock)))
        .map(|(day, clock)| format!("{} {}", clean(day), clean(clock)))
        .collect();
    let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
    let mut both = Evidence::of(texts.iter().copied());
    if let Some(day) = &of_days.format {
        let (form, fits) = CLOCKS
            .iter()
            .map(|clock| {
                let form = format!("{day} {clock}");
                let mut clock = Clock::new(Tz::UTC, TimeForm::default()).with_format(&form);
                let fits = part(read(&mut clock, &texts).len(), texts.len());
                (form, fits)
            })
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        both.times = fits;
        both.days = 0.0;
        both.format = Some(form);
    }
    (both.times >= 0.95).then_some(both)
}

/// The form that must be stated for cells that are nothing but digits.
fn stated(cells: &[&str]) -> Option<&'static str> {
    FORMATS
        .iter()
        .find(|(length, format)| {
            let mut clock = Clock::new(Tz::UTC, TimeForm::default()).with_format(format);
            let fits = cells
                .iter()
                .filter(|cell| cell.len() == *length && cell.bytes().all(|b| b.is_ascii_digit()))
                .filter(|cell| clock.instant(cell).is_ok())
                .count();
            fits * 100 >= cells.len() * 98
        })
        .map(|(_, format)| *format)
}

fn read(clock: &mut Clock, cells: &[&str]) -> Vec<i64> {
    cells
        .iter()
        .filter_map(|cell| clock.instant(cell).ok())
        .collect()
}

fn part(count: usize, all: usize) -> f64 {
    if all == 0 {
        0.0
    } else {
        count as f64 / all as f64
    }
}

/// Whether some durations are negative; −1 is none.
pub(super) fn has_negative(cells: &[&str]) -> bool {
    let negative = |cell: &str| {
        cell != "-1"
            && cell.starts_with('-')
            && duration(cell, DurationForm::default()).is_ok_and(|length| length < 0.0)
    };
    cells.iter().any(|cell| negative(clean(cell)))
}

/// A telephone number, or what a masked export leaves of one.
fn is_phone(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let other = cell
        .chars()
        .all(|c| c.is_ascii_digit() || "+-() *".contains(c));
    let hidden = cell.contains("**");
    other
        && digits >= 4
        && (hidden || (digits >= 7 && (cell.starts_with('+') || mask(cell) == "[电话]")))
}
