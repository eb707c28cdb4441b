//! Weeks above expectation: what keeps coming back.

use super::poisson::at_least;
use super::size;

#[cfg(test)]
mod tests;

/// How persistently a count lies above its expectation.
#[derive(Debug, Clone, PartialEq)]
pub struct Persistence {
    /// For each week whether the count lies above the expectation.
    pub above: Vec<bool>,
    /// Number of such weeks.
    pub weeks_above: usize,
    /// Longest run of them.
    pub longest: usize,
    /// Run of them that the series ends with.
    pub current: usize,
    /// Probability of as many weeks above or more when the counts are independent Poisson variables
    /// with these expectations.
    pub p: f64,
}

impl Persistence {
    /// Share of the weeks that lie above, within [0, 1].
    #[must_use]
    pub fn share(&self) -> f64 {
        size(self.weeks_above) / size(self.above.len())
    }
}

/// Judges weekly `(count, expected)`, oldest first.
///
/// How often a week lies above depends on its expectation (a count with expectation 0.5 does so in
/// 39 of 100 weeks, one with 20 in 44), so that the number of weeks follows the distribution of a
/// sum of unequal chances, computed exactly week by week. `None` without weeks or with a number that
/// is negative or not finite. Source: Wang (1993), *On the number of successes in independent
/// trials*, Statistica Sinica 3 (Poisson binomial distribution).
#[must_use]
pub fn persistence(weeks: &[(f64, f64)]) -> Option<Persistence> {
    if weeks.is_empty() {
        return None;
    }
    let above: Vec<bool> = weeks
        .iter()
        .map(|&(count, expected)| count > expected)
        .collect();
    let weeks_above = above.iter().filter(|&&above| above).count();
    // Probability of each number of weeks above.
    let mut law = vec![1.0];
    for &(count, expected) in weeks {
        at_least(count, expected)?;
        let chance = at_least(expected.floor() + 1.0, expected)?;
        law = step(&law, chance);
    }
    let runs: Vec<usize> = above
        .chunk_by(|a, b| a == b)
        .filter(|run| run[0])
        .map(<[bool]>::len)
        .collect();
    let ends_above = above.last().copied().unwrap_or(false);
    Some(Persistence {
        weeks_above,
        longest: runs.iter().copied().max().unwrap_or(0),
        current: if ends_above {
            runs.last().copied().unwrap_or(0)
        } else {
            0
        },
        p: law[weeks_above..].iter().sum::<f64>().min(1.0),
        above,
    })
}

/// The distribution of a number of successes after one more trial.
fn step(law: &[f64], chance: f64) -> Vec<f64> {
    (0..=law.len())
        .map(|successes| {
            let stays = law.get(successes).copied().unwrap_or(0.0);
            let rises = successes.checked_sub(1).and_then(|before| law.get(before));
            stays * (1.0 - chance) + rises.copied().unwrap_or(0.0) * chance
        })
        .collect()
}
