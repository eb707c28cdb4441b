//! A chart for daily figures: the weekly cycle taken out, and limits that know how well they are
//! known.
//!
//! Weekday means taken from four weeks are not known: a later day misses its weekday's mean by its
//! own scatter and by the mean's, variance σ²(1/n + 1/N) with N what the mean rests on, while the
//! days of the baseline lie closer to means they helped to make, σ²(1/n − 1/N). Limits at three
//! times the scatter of those days are too narrow for later days: of pure noise 2 to 7 in 100 lie
//! outside instead of 3 in 1 000. Three things put it right. Sigma is estimated with the variance
//! each difference between neighbours really has. Each point is held against the variance of its
//! own side of the baseline; for the days of the baseline that is the same as leaving the day out of
//! its weekday's mean. And where sigma is an estimate, three sigmas become the quantile of
//! Student's t with the degrees of freedom that estimate has. Source: Hillier (1969), *X̄- and
//! R-chart control limits based on a small number of subgroups*, Journal of Quality Technology 1;
//! Roes, Does & Schurink (1993), *Shewhart-type control charts for individual observations*,
//! Journal of Quality Technology 25.

use super::rules::{Mark, NEAR, Special, special_causes_of};
use super::series::{Daily, Weekdays};
use super::spread::{Spread, reach, spread};
use super::{D2, D4, SIGMAS, mean, pooled};

#[cfg(test)]
mod tests;

/// Laney's `σ_z` from which a plain chart is too narrow: its limits would be a fifth too tight.
const WIDE_SIGMA_Z: f64 = 1.2;

/// Level of the overdispersion test.
const ALPHA: f64 = 0.05;

/// Trials, or events of a count, at the overall mean that are added to a weekday before its variance
/// is taken, so that a weekday of a few perfect days does not get limits without width. The square of
/// the limits' distance, as in the score interval. Source: Wilson (1927), JASA 22; Agresti & Coull (1998), The
/// American Statistician 52.
const BORROWED: f64 = SIGMAS * SIGMAS;

/// What a figure is: decides the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A proportion of n: p or P′.
    Rate,
    /// A count per exposure: u or U′. A bare daily count has the exposure 1.
    Count,
    /// A mean of n values: I′.
    Mean,
    /// A single value whose scatter nothing is known about: `XmR`.
    Single,
}

/// Which chart the limits come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// p-chart: days vary as binomial sampling explains.
    P,
    /// Laney P′: they vary more.
    LaneyP,
    /// u-chart: days vary as Poisson sampling explains.
    U,
    /// Laney U′: they vary more.
    LaneyU,
    /// I′: means that rest on different n.
    IPrime,
    /// `XmR`: single values, ranges of an outlier screened.
    Xmr,
}

/// A day held against the chart, on the scale of the adjusted values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The figure with its weekday's usual effect taken out, within what the figure can be.
    pub adjusted: f64,
    /// Lower limit, cut to what the figure can be.
    pub lower: f64,
    /// Upper limit, likewise.
    pub upper: f64,
    /// The special cause found at this day.
    pub special: Option<Special>,
}

/// A chart fitted to the baseline of a daily series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyChart {
    /// The chart chosen.
    pub kind: Kind,
    /// Centre line: the weighted mean of the adjusted baseline.
    pub centre: f64,
    /// Laney's `σ_z` where it could be computed; P and U have it too, as the reason of the choice.
    pub sigma_z: Option<f64>,
    /// p-value of the overdispersion test; rates and counts only.
    pub overdispersion: Option<f64>,
    /// Degrees of freedom of sigma where it is estimated from neighbours; not with P and U.
    pub freedom: Option<f64>,
    /// The weekly cycle taken out.
    pub weekdays: Weekdays,
    baseline: usize,
    /// What the baseline rests on in total.
    total: f64,
    /// Sigma of a day that rests on 1, for each weekday.
    unit: [f64; 7],
    range: (f64, f64),
}

impl DailyChart {
    /// Fits the chart to the baseline.
    ///
    /// `baseline`: the days in order, each with a positive weight (the n of a rate or a mean, the
    /// exposure of a count, 1 for a single value). `cycle`: whether to take the weekly cycle out,
    /// to be asked for from two whole weeks on. P′ and U′ are chosen when `σ_z` is above 1.2 or the
    /// overdispersion test rejects at 5 %. `None` below two days, with a weight that is not
    /// positive, a value that is not finite or a weekday outside 0..7.
    #[must_use]
    pub fn fit(baseline: &[Daily], nature: Nature, cycle: bool) -> Option<Self> {
        let valid =
            |day: &Daily| day.value.is_finite() && day.weight.is_finite() && day.weekday < 7;
        if baseline.len() < 2 || !baseline.iter().all(valid) {
            return None;
        }
        let weekdays = if cycle {
            Weekdays::of(baseline)
        } else {
            Weekdays::none()
        };
        let samples: Vec<(f64, f64)> = baseline
            .iter()
            .map(|day| (day.value / weekdays.ratios[day.weekday], day.weight))
            .collect();
        let weighted: Vec<(f64, f64)> = samples.iter().map(|&(x, n)| (x * n, n)).collect();
        let chart = Self {
            kind: Kind::Xmr,
            centre: pooled(&weighted)?,
            sigma_z: None,
            overdispersion: None,
            freedom: None,
            weekdays,
            baseline: baseline.len(),
            total: samples.iter().map(|&(_, n)| n).sum(),
            unit: [1.0; 7],
            range: match nature {
                Nature::Rate => (0.0, 1.0),
                Nature::Count => (0.0, f64::INFINITY),
                Nature::Mean | Nature::Single => (f64::NEG_INFINITY, f64::INFINITY),
            },
        };
        let groups: Vec<Option<usize>> = baseline
            .iter()
            .map(|day| weekdays.rests_on[day.weekday].map(|_| day.weekday))
            .collect();
        match nature {
            Nature::Rate => {
                let binomial = |mean: f64| (mean * (1.0 - mean)).max(0.0);
                Some(chart.attribute(baseline, &samples, &groups, binomial))
            }
            Nature::Count => {
                let poisson = |mean: f64| mean.max(0.0);
                Some(chart.attribute(baseline, &samples, &groups, poisson))
            }
            Nature::Mean => chart.means(&samples, &groups),
            Nature::Single => chart.singles(&samples, &groups),
        }
    }

    /// Sigma from the distribution, times `σ_z` where that does not explain the scatter.
    /// `variance`: of one unit with the given mean.
    fn attribute(
        mut self,
        baseline: &[Daily],
        samples: &[(f64, f64)],
        groups: &[Option<usize>],
        variance: impl Fn(f64) -> f64,
    ) -> Self {
        let rate = self.range.1 <= 1.0;
        let borrowed = if rate {
            BORROWED
        } else {
            BORROWED / self.centre.max(f64::MIN_POSITIVE)
        };
        for weekday in 0..7 {
            let ratio = self.weekdays.ratios[weekday];
            let own = self.weekdays.rests_on[weekday].unwrap_or(0.0);
            let mean = self.centre * (own * ratio + borrowed) / (own + borrowed);
            self.unit[weekday] = variance(mean).sqrt() / ratio;
        }
        let standardised: Vec<f64> = baseline
            .iter()
            .zip(samples)
            .map(|(day, &(x, n))| (x - self.centre) * n.sqrt() / self.unit[day.weekday])
            .collect();
        self.kind = if rate { Kind::P } else { Kind::U };
        if !standardised.iter().all(|z| z.is_finite()) {
            return self;
        }
        let scale: Vec<f64> = samples.iter().map(|&(_, n)| n.sqrt()).collect();
        let found = spread(&standardised, samples, &scale, groups, |ranges| {
            Some(std::f64::consts::SQRT_2 * mean(ranges)? / D2)
        });
        self.sigma_z = found.map(|found| found.sigma);
        let mut fitted: Vec<Option<usize>> = groups.to_vec();
        fitted.sort_unstable();
        fitted.dedup();
        let statistic: f64 = standardised.iter().map(|z| z * z).sum();
        self.overdispersion =
            super::series::chi_squared_tail(statistic, samples.len(), fitted.len());
        let wide = self.sigma_z.is_some_and(|sigma_z| sigma_z > WIDE_SIGMA_Z);
        let rejected = self.overdispersion.is_some_and(|p| p < ALPHA);
        if let Some(found) = found.filter(|_| wide || rejected) {
            self.kind = if rate { Kind::LaneyP } else { Kind::LaneyU };
            // More scatter than sampling explains was found: less must not come out.
            self.widen(Spread {
                sigma: found.sigma.max(1.0),
                ..found
            });
        }
        self
    }

    /// Sigma of one value from neighbouring means.
    fn means(mut self, samples: &[(f64, f64)], groups: &[Option<usize>]) -> Option<Self> {
        let values: Vec<f64> = samples.iter().map(|&(x, _)| x).collect();
        let scale = vec![1.0; samples.len()];
        let root = std::f64::consts::FRAC_PI_2.sqrt();
        self.widen(spread(&values, samples, &scale, groups, |ranges| {
            Some(root * mean(ranges)?)
        })?);
        self.kind = Kind::IPrime;
        Some(self)
    }

    /// Sigma from neighbouring values, ranges above their own limit left out once.
    fn singles(mut self, samples: &[(f64, f64)], groups: &[Option<usize>]) -> Option<Self> {
        let values: Vec<f64> = samples.iter().map(|&(x, _)| x).collect();
        let scale = vec![1.0; samples.len()];
        self.widen(spread(&values, samples, &scale, groups, |ranges| {
            let limit = D4 * mean(ranges)?;
            let kept: Vec<f64> = ranges.iter().copied().filter(|&r| r <= limit).collect();
            Some(std::f64::consts::SQRT_2 * mean(&kept)? / D2)
        })?);
        Some(self)
    }

    /// Takes an estimated sigma into the chart.
    fn widen(&mut self, found: Spread) {
        self.unit = self.unit.map(|unit| unit * found.sigma);
        self.freedom = Some(found.freedom);
    }

    /// The figure with its weekday's usual effect taken out, within what the figure can be.
    #[must_use]
    pub fn adjusted(&self, day: &Daily) -> f64 {
        let ratio = self.weekdays.ratios.get(day.weekday).unwrap_or(&1.0);
        (day.value / ratio).clamp(self.range.0, self.range.1)
    }

    /// The standard deviation of a day around the centre, with that of the means it is held
    /// against. `earlier`: whether the day belongs to the baseline.
    #[must_use]
    pub fn sigma(&self, day: &Daily, earlier: bool) -> f64 {
        let own = self.weekdays.rests_on.get(day.weekday).copied().flatten();
        let mean = 1.0 / own.unwrap_or(self.total);
        let unit = self.unit.get(day.weekday).unwrap_or(&self.unit[0]);
        let variance = if earlier {
            1.0 / day.weight - mean
        } else {
            1.0 / day.weight + mean
        };
        unit * variance.max(0.0).sqrt()
    }

    /// The limits of a day, cut to what the figure can be; `earlier` as in [`Self::sigma`].
    #[must_use]
    pub fn limits(&self, day: &Daily, earlier: bool) -> (f64, f64) {
        let (least, most) = self.range;
        let half = reach(SIGMAS, self.freedom) * self.sigma(day, earlier);
        (
            (self.centre - half).max(least),
            (self.centre + half).min(most),
        )
    }

    /// Holds every day against the chart. `days` begins with the days of the baseline, in order;
    /// `run` days on one side of the centre make a shift.
    #[must_use]
    pub fn judge(&self, days: &[Daily], run: usize) -> Vec<Judged> {
        let held: Vec<(Daily, bool)> = days
            .iter()
            .enumerate()
            .map(|(at, day)| (*day, at < self.baseline))
            .collect();
        self.judge_each(&held, run)
    }

    /// The same where days between those of the baseline do not belong to it: each day with whether
    /// it helped to set the limits.
    #[must_use]
    pub fn judge_each(&self, days: &[(Daily, bool)], run: usize) -> Vec<Judged> {
        let near = reach(NEAR, self.freedom);
        let marks: Vec<Mark> = days
            .iter()
            .map(|&(day, earlier)| {
                let zone = near * self.sigma(&day, earlier);
                Mark {
                    value: self.adjusted(&day),
                    limits: self.limits(&day, earlier),
                    near: (self.centre - zone, self.centre + zone),
                }
            })
            .collect();
        special_causes_of(self.centre, &marks, run)
            .into_iter()
            .zip(&marks)
            .map(|(special, mark)| Judged {
                adjusted: mark.value,
                lower: mark.limits.0,
                upper: mark.limits.1,
                special,
            })
            .collect()
    }
}
