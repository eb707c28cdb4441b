//! Expected values for the same case mix.
//!
//! What a member would show if it handled each kind of contact as the whole centre does: the
//! centre's figure in each stratum, weighted by the member's own contacts. Source: Keiding & Clayton
//! (2014), *Standardization and control for confounding in observational studies: a historical
//! perspective*, Statistical Science 29 (indirect standardisation); Breslow & Day (1987),
//! *Statistical Methods in Cancer Research* II, ch. 2.

use super::funnel::Ratio;
use super::interval::Z_95;
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// One stratum: a kind of contact the member shares with the centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// The member's contacts.
    pub own_n: f64,
    /// Sum of the figure over the member's contacts: successes, or seconds.
    pub own_sum: f64,
    /// The centre's contacts, the member's included.
    pub all_n: f64,
    /// Sum of the figure over the centre's contacts.
    pub all_sum: f64,
    /// Sum of the squared figure over the centre's contacts; for a rate the same as `all_sum`.
    pub all_sum_sq: f64,
}

/// A member against its case mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standardised {
    /// Contacts.
    pub n: f64,
    /// Sum observed.
    pub observed: f64,
    /// Sum expected.
    pub expected: f64,
    /// Variance of observed − expected when the member does not differ.
    pub variance: f64,
    /// Contacts in strata that others handle too; only these can show a difference.
    pub comparable: f64,
}

/// Adds up the strata of one member.
///
/// Expected = Σ n·m with m the centre's mean in the stratum; variance = Σ n·s²·(N − n)/(N − 1) with s²
/// the mean squared deviation of the stratum, p(1 − p) of a rate: what O scatters by when the member's
/// contacts are drawn from the stratum's without looking. With n·s²·(1 − n/N), which takes s² for the
/// true variance, strata of a few contacts would scatter too little and alarms come too often. Source:
/// Mantel & Haenszel (1959), *Statistical aspects of the analysis of data from retrospective studies of
/// disease*, JNCI 22, for rates; Cochran (1977), *Sampling Techniques*, 3rd ed., theorem 2.2, for
/// means. Strata without own contacts say nothing. `None` when no own contact is left, when a stratum has fewer
/// contacts in the centre than the member, or a number is not finite.
#[must_use]
pub fn standardise(strata: &[Stratum]) -> Option<Standardised> {
    let own: Vec<&Stratum> = strata.iter().filter(|s| s.own_n > 0.0).collect();
    let n = compensated(own.iter().map(|s| s.own_n));
    let sound = own.iter().all(|s| s.all_n >= s.own_n);
    let share = |s: &Stratum| s.own_n / s.all_n;
    let result = Standardised {
        n,
        observed: compensated(own.iter().map(|s| s.own_sum)),
        expected: compensated(own.iter().map(|s| share(s) * s.all_sum)),
        variance: compensated(own.iter().map(|s| {
            let mean = s.all_sum / s.all_n;
            let variance = (s.all_sum_sq / s.all_n - mean * mean).max(0.0);
            // Alone in a stratum nobody can differ.
            s.own_n * variance * (s.all_n - s.own_n) / (s.all_n - 1.0).max(1.0)
        })),
        comparable: compensated(own.iter().filter(|s| s.all_n > s.own_n).map(|s| s.own_n)),
    };
    let finite = (result.observed + result.expected + result.variance).is_finite();
    (n > 0.0 && sound && finite).then_some(result)
}

impl Standardised {
    /// As the funnel takes it; `None` where nothing is expected or nothing can vary.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        (self.expected > 0.0 && self.variance > 0.0).then_some(Ratio {
            observed: self.observed,
            expected: self.expected,
            variance: self.variance,
            n: self.comparable,
        })
    }

    /// The gap per contact, (observed − expected)/n, in points of a rate or seconds of a mean, with
    /// the 95 % interval of the difference: `(gap, low, high)`.
    #[must_use]
    pub fn gap(&self) -> (f64, f64, f64) {
        let gap = (self.observed - self.expected) / self.n;
        let half = Z_95 * self.variance.sqrt() / self.n;
        (gap, gap - half, gap + half)
    }
}
