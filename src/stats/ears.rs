//! Sudden rises against the last week: the EARS family of detectors.
//!
//! A count is held against the mean of a short baseline plus a multiple of its standard deviation.
//! Source: Hutwagner, Thompson, Seeman & Treadwell (2003), *The bioterrorism preparedness and
//! response Early Aberration Reporting System (EARS)*, Journal of Urban Health 80; Fricker, Hegler
//! & Dunfee (2008), *Comparing syndromic surveillance detection methods*, Statistics in Medicine 27.

use super::size;

#[cfg(test)]
mod tests;

/// How a detector looks back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detector {
    /// Points in the baseline.
    pub baseline: usize,
    /// Points between the baseline and the point judged.
    pub gap: usize,
    /// Standard deviations above the mean that make an alarm.
    pub sigmas: f64,
    /// Least standard deviation, so that a baseline of equal counts does not alarm at one more.
    pub least_sigma: f64,
}

/// C2: seven days, two days of gap so that a rise does not hide itself, three sigmas, and at least
/// half an event of scatter. Source: Hutwagner et al. (2003) for the first three; the least sigma is
/// `minSigma` of `earsC` in the R package surveillance (Salmon, Schumacher & Höhle 2016, Journal of
/// Statistical Software 70), 0.5 for sparse counts.
pub const C2: Detector = Detector {
    baseline: 7,
    gap: 2,
    sigmas: 3.0,
    least_sigma: 0.5,
};

/// What a detector says about one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// Highest count that is no alarm.
    pub threshold: f64,
    /// Distance from the baseline's mean, in standard deviations.
    pub z: f64,
    /// Whether the count lies above the threshold.
    pub alarm: bool,
}

impl Detector {
    /// Points that must come before the one judged.
    #[must_use]
    pub const fn lookback(&self) -> usize {
        self.baseline + self.gap
    }

    /// Judges the newest count.
    ///
    /// `counts` and `expected` are equally long and end with the point judged. What counts is the
    /// distance from the expectation of the same weekday, so that a Monday is not an alarm after a
    /// weekend; expectations all alike give the detector as published. `None` where fewer points
    /// come before than [`Self::lookback`], with a baseline below two points, lengths that differ or
    /// numbers that are not finite.
    #[must_use]
    pub fn judge(&self, counts: &[f64], expected: &[f64]) -> Option<Verdict> {
        let newest = counts.len().checked_sub(1)?;
        let first = newest.checked_sub(self.lookback())?;
        if self.baseline < 2 || expected.len() != counts.len() {
            return None;
        }
        let window = first..first + self.baseline;
        let surplus = counts[window.clone()]
            .iter()
            .zip(&expected[window])
            .map(|(count, expected)| count - expected);
        let n = size(self.baseline);
        let mean = surplus.clone().sum::<f64>() / n;
        let squares: f64 = surplus.map(|value| (value - mean).powi(2)).sum();
        let sigma = (squares / (n - 1.0)).sqrt().max(self.least_sigma);
        let centre = expected[newest] + mean;
        let threshold = centre + self.sigmas * sigma;
        let excess = counts[newest] - centre;
        let verdict = Verdict {
            threshold,
            z: if sigma > 0.0 { excess / sigma } else { 0.0 },
            alarm: counts[newest] > threshold,
        };
        (threshold.is_finite() && verdict.z.is_finite()).then_some(verdict)
    }
}
