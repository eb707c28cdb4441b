//! False discoveries among many tests.

use super::size;

#[cfg(test)]
mod tests;

/// What remains of many tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Discoveries {
    /// q-value of each test, in the order given: the smallest level at which it is found.
    pub q: Vec<f64>,
    /// Tests made.
    pub tested: usize,
    /// Tests found at the level.
    pub found: usize,
    /// How many of the found to expect to be false: the largest q found times their number.
    pub false_alarms: f64,
    /// How many would have been expected without the correction: level times tests.
    pub uncorrected: f64,
}

/// Benjamini and Hochberg's procedure at `level`.
///
/// With p sorted ascending, q₍ᵢ₎ = min over j ≥ i of m·p₍ⱼ₎/j, at most 1; among the tests with
/// q ≤ level no more than that share is false on average, when the tests are independent or
/// positively dependent. `None` when a p-value lies outside [0, 1] or the level outside (0, 1).
/// Source: Benjamini & Hochberg (1995), *Controlling the false discovery rate*, JRSS B 57;
/// Benjamini & Yekutieli (2001), Annals of Statistics 29, for the dependence.
#[must_use]
pub fn benjamini_hochberg(p: &[f64], level: f64) -> Option<Discoveries> {
    let sound = p.iter().all(|p| (0.0..=1.0).contains(p));
    if !sound || level <= 0.0 || level >= 1.0 || level.is_nan() {
        return None;
    }
    let m = size(p.len());
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut q = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (at, &test) in order.iter().enumerate().rev() {
        least = least.min(m * p[test] / size(at + 1));
        q[test] = least;
    }
    let largest = q.iter().copied().filter(|&q| q <= level);
    let found = largest.clone().count();
    Some(Discoveries {
        tested: p.len(),
        found,
        false_alarms: largest.fold(0.0, f64::max) * size(found),
        uncorrected: level * m,
        q,
    })
}
