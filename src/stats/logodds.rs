//! Phrases that set a group of texts apart from the rest.
//!
//! Plain frequencies favour common words, plain ratios rare ones. The log-odds ratio with a prior
//! taken from all texts draws rare phrases back towards how often they occur anywhere, and its
//! variance says how sure the rest is. Source: Monroe, Colaresi & Quinn (2008), *Fightin' Words:
//! Lexical Feature Selection and Evaluation for Identifying the Content of Political Conflict*,
//! Political Analysis 16, §§ 3.3–3.5.

use super::sum::compensated;

#[cfg(test)]
mod tests;

/// How often a phrase occurs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phrase {
    /// In the group.
    pub here: f64,
    /// In the rest.
    pub there: f64,
    /// In the texts the prior is taken from: usually all of them.
    pub background: f64,
}

/// How a phrase sets the group apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apart {
    /// Log-odds in the group less log-odds in the rest, drawn towards the prior; positive where the
    /// phrase is typical of the group.
    pub log_odds: f64,
    /// The same in standard deviations; beyond 1.96 noise hardly explains it.
    pub z: f64,
}

/// Log-odds ratio of every phrase with an informative Dirichlet prior.
///
/// With α = `strength`·background/Σ background, δ = ln((y+α)/(n+`strength`−y−α)) in the group less
/// the same in the rest, variance ≈ 1/(y₁+α) + 1/(y₂+α). `strength` is the
/// number of phrases the prior counts for; the paper takes some hundred. `None` when a count is
/// negative or not finite, the strength is not positive, a phrase does not occur in the background, or there are
/// fewer than two phrases (one alone has no odds).
#[must_use]
pub fn log_odds(phrases: &[Phrase], strength: f64) -> Option<Vec<Apart>> {
    let sound = |p: &Phrase| {
        p.here >= 0.0
            && p.there >= 0.0
            && p.background > 0.0
            && (p.here + p.there + p.background).is_finite()
    };
    if phrases.len() < 2 || !strength.is_finite() || strength <= 0.0 || !phrases.iter().all(sound) {
        return None;
    }
    let here = compensated(phrases.iter().map(|p| p.here));
    let there = compensated(phrases.iter().map(|p| p.there));
    let background = compensated(phrases.iter().map(|p| p.background));
    Some(
        phrases
            .iter()
            .map(|p| {
                let prior = strength * p.background / background;
                let odds = |y: f64, n: f64| ((y + prior) / (n + strength - y - prior)).ln();
                let difference = odds(p.here, here) - odds(p.there, there);
                let variance = 1.0 / (p.here + prior) + 1.0 / (p.there + prior);
                Apart {
                    log_odds: difference,
                    z: difference / variance.sqrt(),
                }
            })
            .collect(),
    )
}
