//! Did one group wait longer than the others? Waits that ended because the caller gave up are known to have
//! lasted at least that long, and count as that.
//!
//! Weighted log-rank scores: at every instant at which a wait ended as it should, the ends in a group are held
//! against its share of those still waiting, so that no shape of the waits is assumed. Weights fall with the share
//! still waiting, because a queue that slows down lengthens short waits by the same factor as long ones, and few
//! wait long. Source: Mantel (1966), *Evaluation of survival data and two new rank order statistics arising in its
//! consideration*, Cancer Chemotherapy Reports 50; Peto & Peto (1972), *Asymptotically efficient rank invariant test
//! procedures*, JRSS A 135; Prentice (1978), *Linear rank tests with right censored data*, Biometrika 65, for the
//! weights; Kalbfleisch & Prentice (2002), *The Statistical Analysis of Failure Time Data*, 2nd ed., ch. 7.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::control::rules::median;
use super::control::series::overdispersed;
use super::interval::Z_95;
use super::size;

#[cfg(test)]
mod tests;

/// Earlier times without which a place is not judged: two weeks, so that every weekday is among them twice. A choice,
/// not a standard.
pub const LEAST: usize = 14;

/// One wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait {
    /// How long, in whole units; waits of one length are ties.
    pub length: u32,
    /// Whether it ended as it should; else it was broken off, and would have lasted at least as long.
    pub ended: bool,
    /// Position of the group.
    pub group: usize,
}

/// Weighted ends of a group's waits against those of all groups together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Score {
    /// Ends seen.
    pub observed: f64,
    /// Ends expected, had the group waited as all do.
    pub expected: f64,
    /// Variance of observed − expected when nothing but chance parts the groups.
    pub variance: f64,
}

impl Score {
    /// Adds the score of another stratum.
    pub fn add(&mut self, other: Self) {
        self.observed += other.observed;
        self.expected += other.expected;
        self.variance += other.variance;
    }

    /// (observed − expected)² over its variance; `None` where nothing can vary.
    #[must_use]
    pub fn squared(&self) -> Option<f64> {
        let far = self.observed - self.expected;
        (self.variance > 0.0).then(|| far * far / self.variance)
    }
}

/// The scores of `groups` groups, each against all together, with the weights of Peto and Prentice.
#[must_use]
pub fn peto_prentice(waits: &mut [Wait], groups: usize) -> Vec<Score> {
    weighted(waits, groups, |waiting| waiting)
}

/// The same with a weight of the estimated share still waiting: 1 for all is the log-rank test.
fn weighted(waits: &mut [Wait], groups: usize, weight: impl Fn(f64) -> f64) -> Vec<Score> {
    waits.sort_unstable();
    let mut scores = vec![Score::default(); groups];
    let mut at_risk = vec![0.0; groups];
    for wait in waits.iter() {
        at_risk[wait.group] += 1.0;
    }
    let mut left = size(waits.len());
    let mut waiting = 1.0;
    for same in waits.chunk_by(|a, b| a.length == b.length) {
        let ends = size(same.iter().filter(|wait| wait.ended).count());
        if ends > 0.0 {
            waiting *= 1.0 - ends / (left + 1.0);
            let weight = weight(waiting);
            // Alone nobody can differ.
            let ties = if left > 1.0 {
                (left - ends) / (left - 1.0)
            } else {
                0.0
            };
            for (score, at_risk) in scores.iter_mut().zip(&at_risk) {
                let share = at_risk / left;
                score.expected += weight * ends * share;
                score.variance += weight * weight * ends * share * (1.0 - share) * ties;
            }
            for wait in same.iter().filter(|wait| wait.ended) {
                scores[wait.group].observed += weight;
            }
        }
        for wait in same {
            at_risk[wait.group] -= 1.0;
        }
        left -= size(same.len());
    }
    scores
}

/// A place at which waits are looked at: the newest score, and those of earlier times.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The score that is judged.
    pub newest: Score,
    /// The scores of the times before.
    pub earlier: Vec<Score>,
}

/// How sure it is that the waits of a place were longer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Longer {
    /// Distance in standard deviations, positive for longer waits.
    pub z: f64,
    /// Probability of so large a distance when nothing has changed.
    pub p: f64,
    /// How many times wider the scores of earlier times scatter than the test alone would have them; at least 1.
    pub scatter: f64,
}

/// Judges the newest scores of several places.
///
/// Times differ by more than chance between callers: a busy hour makes everybody wait. The mean of a place's squared
/// earlier scores says by how much; the median over the places widens the score of every place. A place whose own mean
/// is larger than that by more than chance (χ² at 5 %, the test of overdispersion of control charts) is held against
/// its own, with Student's t for the times it rests on. `None` for a place where nothing can vary or with fewer than
/// 14 earlier times.
#[must_use]
pub fn longer(places: &[Place]) -> Vec<Option<Longer>> {
    let own: Vec<Vec<f64>> = places
        .iter()
        .map(|place| place.earlier.iter().filter_map(Score::squared).collect())
        .collect();
    let means: Vec<f64> = own
        .iter()
        .filter(|squares| squares.len() >= LEAST)
        .map(|squares| squares.iter().sum::<f64>() / size(squares.len()))
        .collect();
    let usual = median(&means).unwrap_or(1.0).max(1.0);
    let judged = places.iter().zip(&own);
    judged
        .map(|(place, squares)| {
            let score = place.newest;
            if squares.len() < LEAST || score.variance <= 0.0 {
                return None;
            }
            let far = (score.expected - score.observed) / score.variance.sqrt();
            let sum: f64 = squares.iter().sum();
            if overdispersed(sum / usual, squares.len()) {
                let scatter = sum / size(squares.len());
                let z = far / scatter.sqrt();
                let law = StudentsT::new(0.0, 1.0, size(squares.len())).ok()?;
                return Some(Longer {
                    z,
                    p: law.sf(z),
                    scatter,
                });
            }
            let z = far / usual.sqrt();
            Some(Longer {
                z,
                p: Normal::standard().sf(z),
                scatter: usual,
            })
        })
        .collect()
}

/// The 95 % interval of a figure whose distance from what is usual was tested: on the scale of ratios, with the standard
/// error that the test's z implies, so that it leaves the usual out where the test does. `None` for z of 0 or figures
/// that are not positive. Source: Miettinen (1976), *Estimability and estimation in case-referent studies*, American
/// Journal of Epidemiology 103.
#[must_use]
pub fn interval_of_test(figure: f64, usual: f64, z: f64) -> Option<(f64, f64)> {
    if !(figure > 0.0 && usual > 0.0 && z != 0.0) {
        return None;
    }
    let log = (figure / usual).ln();
    let half = Z_95 * (log / z).abs();
    let (low, high) = (figure * (-half).exp(), figure * half.exp());
    (low + high).is_finite().then_some((low, high))
}
