//! How far chance moves a figure and its parts.

use chrono::{Datelike, NaiveDate};

use crate::kpi::figure::Estimate;
use crate::kpi::query::Row;
use crate::stats::decomposition::{self, Decomposition, Member};
use crate::stats::dispersion::{self, Sample};
use crate::stats::interval::{self, Z_95};
use crate::stats::sum::compensated;

use super::{Makeup, Pair};

/// Rows below which a member's own scatter is not trusted and that of all rows is taken: fewer leave a
/// variance uncertain by a quarter and more (√(2/(n − 1))).
const LEAST: u64 = 30;

/// A figure in two periods, and how it scatters.
#[derive(Debug, Clone, Copy)]
pub struct Scatter {
    pub makeup: Makeup,
    whole: (Estimate, Estimate),
    /// What counts and sums are divided by.
    days: (f64, f64),
    /// Variance between days as a multiple of what chance alone gives, at least 1.
    dispersion: f64,
}

impl Scatter {
    pub const fn new(makeup: Makeup, whole: (Estimate, Estimate), days: (f64, f64)) -> Self {
        Self {
            makeup,
            whole,
            days,
            dispersion: 1.0,
        }
    }

    /// The same with the scatter between the days of both periods, of which each row is one: rows of a day have
    /// something in common (the weather, who is ill), so a figure moves more than independent rows would.
    /// Weekdays may differ as ever. Days that scatter less than chance count as chance: they are few.
    pub fn between_days(mut self, before: &[Row], after: &[Row]) -> Self {
        let mut samples = self.samples(before, false).unwrap_or_default();
        samples.extend(self.samples(after, true).unwrap_or_default());
        if self.makeup == Makeup::Count {
            expect_counts(&mut samples);
        }
        samples.retain(|sample| sample.variance > 0.0);
        self.dispersion = dispersion::about_change(&samples).unwrap_or(1.0).max(1.0);
        self
    }

    /// The days of a period; `None` where nothing is known about the figure's scatter.
    fn samples(&self, days: &[Row], after: bool) -> Option<Vec<Sample>> {
        let whole = if after { &self.whole.1 } else { &self.whole.0 };
        let per_unit = match self.makeup {
            Makeup::Count => 0.0,
            Makeup::Rate => whole.value.map(|share| share * (1.0 - share))?,
            Makeup::Mean => row_variance(whole)?,
            Makeup::Ratio(scale) => scale * whole.value?,
            Makeup::RatioOfSum(_) | Makeup::Sum => return None,
        };
        let of_day = |row: &Row| {
            let day: NaiveDate = row.group.period.parse().ok()?;
            let n = row.estimate.denominator.filter(|n| *n > 0.0);
            Some(Sample {
                stratum: day.weekday().num_days_from_monday() as usize,
                after,
                value: row.estimate.value?,
                variance: n.map_or(0.0, |n| per_unit / n),
            })
        };
        Some(days.iter().filter_map(of_day).collect())
    }

    /// The figure before and after.
    pub fn values(&self) -> (f64, f64) {
        let value = |estimate: &Estimate, days: f64| estimate.value.unwrap_or(0.0) / days;
        (
            value(&self.whole.0, self.days.0),
            value(&self.whole.1, self.days.1),
        )
    }

    /// A member as `stats` takes it.
    pub fn member(&self, (_, before, after): &Pair) -> Member {
        let side = |estimate: &Estimate, days: f64| {
            let numerator = estimate.numerator.unwrap_or(0.0);
            match self.makeup {
                Makeup::Count | Makeup::Sum => (numerator / days, numerator / days),
                Makeup::Rate | Makeup::Mean => (estimate.denominator.unwrap_or(0.0), numerator),
                Makeup::Ratio(scale) | Makeup::RatioOfSum(scale) => {
                    (estimate.denominator.unwrap_or(0.0), numerator * scale)
                }
            }
        };
        let (n_before, sum_before) = side(before, self.days.0);
        let (n_after, sum_after) = side(after, self.days.1);
        Member {
            n_before,
            sum_before,
            n_after,
            sum_after,
        }
    }

    /// 95 % interval of the change of the figure.
    pub fn change(&self) -> Option<(f64, f64)> {
        let (before, after) = self.values();
        let of = |estimate: &Estimate, days: f64| {
            // A ratio of counts carries no interval: the numerator is Poisson, the denominator given.
            if let Makeup::Ratio(scale) = self.makeup {
                let (low, high) = interval::poisson_exact(estimate.numerator?)?;
                let per = scale / estimate.denominator?;
                return Some((low * per, high * per));
            }
            let known = estimate.interval?;
            Some((known.low / days, known.high / days))
        };
        let wider = |value: f64, (low, high): (f64, f64)| {
            let by = self.dispersion.sqrt();
            (
                (low - value).mul_add(by, value),
                (high - value).mul_add(by, value),
            )
        };
        let of_before = wider(before, of(&self.whole.0, self.days.0)?);
        let of_after = wider(after, of(&self.whole.1, self.days.1)?);
        interval::difference(before, of_before, after, of_after)
    }

    /// 95 % interval of one member's part.
    ///
    /// What the days have in common moves a member as it moves all, which against the chance of fewer rows is
    /// less: a member with a share s of the rows has 1 + (φ − 1)·s where the whole has φ.
    pub fn part(
        &self,
        (_, before, after): &Pair,
        at: usize,
        members: &[Member],
        split: &Decomposition,
    ) -> Option<(f64, f64)> {
        if self.makeup == Makeup::Count {
            let term =
                |estimate: &Estimate, days: f64| estimate.numerator.unwrap_or(0.0) / (days * days);
            let share =
                |own: &Estimate, whole: &Estimate| self.shared(own.numerator, whole.numerator);
            let variance = term(before, self.days.0) * share(before, &self.whole.0)
                + term(after, self.days.1) * share(after, &self.whole.1);
            let total = split.parts[at].total();
            let half = Z_95 * variance.sqrt();
            return Some((total - half, total + half));
        }
        let of = |own: &Estimate, whole: &Estimate| {
            let between = self.shared(own.denominator, whole.denominator);
            Some(self.variance(own, whole)? * between)
        };
        let variances = (of(before, &self.whole.0)?, of(after, &self.whole.1)?);
        decomposition::interval(members, split, at, variances)
    }

    /// How much the days widen the variance of a member.
    fn shared(&self, own: Option<f64>, whole: Option<f64>) -> f64 {
        let share = match (own, whole) {
            (Some(own), Some(whole)) if whole > 0.0 => own / whole,
            _ => 0.0,
        };
        (self.dispersion - 1.0).mul_add(share, 1.0)
    }

    /// Variance of one unit of n of a member.
    ///
    /// A few rows that are all hits would have none, and every part of theirs would pass for real: a rate is
    /// drawn towards that of all rows by z² rows (Agresti & Coull 1998, The American Statistician 52), a mean
    /// of few rows takes the variance of all.
    fn variance(&self, own: &Estimate, whole: &Estimate) -> Option<f64> {
        let n = own.denominator.unwrap_or(0.0);
        match self.makeup {
            Makeup::Rate => {
                let weight = Z_95 * Z_95;
                let all = whole.value?;
                let share = (own.numerator.unwrap_or(0.0) + weight * all) / (n + weight);
                Some(share * (1.0 - share))
            }
            Makeup::Mean => {
                let trusted = if own.n < LEAST { whole } else { own };
                row_variance(trusted).or_else(|| row_variance(whole))
            }
            Makeup::Ratio(scale) => {
                let few = own.n < LEAST || own.value.is_none();
                Some(scale * if few { whole.value? } else { own.value? })
            }
            Makeup::RatioOfSum(_) | Makeup::Count | Makeup::Sum => None,
        }
    }

    /// Whether the members of a rate are its outcome: most of its scatter lies between them.
    pub fn is_outcome(&self, pairs: &[Pair], most: f64) -> bool {
        if self.makeup != Makeup::Rate {
            return false;
        }
        let variance = |estimate: &Estimate| {
            let share = estimate.value.unwrap_or(0.0);
            estimate.denominator.unwrap_or(0.0) * share * (1.0 - share)
        };
        let within = compensated(
            pairs
                .iter()
                .flat_map(|(_, before, after)| [variance(before), variance(after)]),
        );
        let all = variance(&self.whole.0) + variance(&self.whole.1);
        all > 0.0 && within < (1.0 - most) * all
    }
}

/// Variance of one unit of n behind a mean, from its interval.
fn row_variance(mean: &Estimate) -> Option<f64> {
    let known = mean.interval?;
    let deviation = (known.high - known.low) / 2.0 / Z_95;
    Some(deviation * deviation * mean.denominator?)
}

/// Of a Poisson count the variance is what is expected: the mean of its weekday. (A day without rows has no figure
/// and is no sample, since nothing tells a day of rest from a day whose export is missing.)
fn expect_counts(samples: &mut [Sample]) {
    for stratum in 0..7 {
        let own = || samples.iter().filter(move |it| it.stratum == stratum);
        let mean = compensated(own().map(|sample| sample.value)) / compensated(own().map(|_| 1.0));
        for sample in samples.iter_mut().filter(|it| it.stratum == stratum) {
            sample.variance = mean;
        }
    }
}
