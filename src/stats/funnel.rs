//! Who differs by more than chance: limits that narrow as a member's figure rests on more.
//!
//! Members are not ranked: each is held against the target of all, with limits for its own size.
//! Where members differ by more than sampling explains even when nobody is special, the surplus
//! τ² widens every limit. Source: Spiegelhalter (2005), *Funnel plots for comparing institutional
//! performance*, Statistics in Medicine 24; Spiegelhalter et al. (2012), *Statistical methods for
//! healthcare regulation*, JRSS A 175.

use super::interval::{poisson_tails, quantile_type7};
use super::size;
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// Contacts below which a member is shown grey and never flagged: the normal approximations of the
/// transformed figures do not hold yet. Source: Cochran (1977), *Sampling Techniques*, 3rd ed.,
/// table 3.3, smallest n for the normal approximation at p = ½.
pub const LEAST: f64 = 30.0;

/// Share of the z-values drawn in at each end before the scatter between members is estimated, so
/// that outliers do not widen the limits that are to find them. Source: Spiegelhalter (2005).
const WINSORISED: f64 = 0.10;

/// How rarely chance puts a member outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// One in twenty: a warning.
    P95,
    /// One in five hundred: an alarm.
    P998,
}

impl Level {
    /// Normal quantile of the limit: 0.975 and 0.999.
    const fn quantile(self) -> f64 {
        match self {
            Self::P95 => super::interval::Z_95,
            Self::P998 => 3.090_232_306_167_813_6,
        }
    }

    /// Probability beyond each limit.
    const fn tail(self) -> f64 {
        match self {
            Self::P95 => 0.025,
            Self::P998 => 0.001,
        }
    }
}

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Too few contacts to say anything.
    TooFew,
    /// What chance explains.
    Within,
    /// Outside the 95 % limits.
    Warning {
        /// Whether above them.
        above: bool,
    },
    /// Outside the 99.8 % limits.
    Alarm {
        /// Whether above them.
        above: bool,
    },
}

/// A member in the funnel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// The figure: a rate, a mean, or observed over expected.
    pub figure: f64,
    /// What it rests on, for [`Funnel::limits`]: n of rates and means, E²/variance of ratios.
    pub precision: f64,
    /// Distance from the target in standard deviations, the scatter between members included.
    pub z: f64,
    /// 95 % limits at this size.
    pub limits_95: (f64, f64),
    /// 99.8 % limits at this size.
    pub limits_998: (f64, f64),
    /// Where the member stands.
    pub flag: Flag,
}

/// Observed against expected, for the same case mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Observed sum.
    pub observed: f64,
    /// Expected sum.
    pub expected: f64,
    /// Variance of the observed sum around the expected one; `expected` for Poisson counts.
    pub variance: f64,
    /// Contacts both rest on.
    pub n: f64,
}

/// The scale on which a figure scatters alike at every level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// asin √p.
    Arcsine,
    /// ln x.
    Log,
    /// √x.
    Root,
}

impl Scale {
    fn forth(self, figure: f64) -> f64 {
        match self {
            Self::Arcsine => figure.clamp(0.0, 1.0).sqrt().asin(),
            Self::Log => figure.ln(),
            Self::Root => figure.max(0.0).sqrt(),
        }
    }

    /// Back, with ends beyond what the figure can be cut off.
    fn back(self, transformed: f64) -> f64 {
        match self {
            Self::Arcsine => transformed
                .clamp(0.0, std::f64::consts::FRAC_PI_2)
                .sin()
                .powi(2),
            Self::Log => transformed.exp(),
            Self::Root => transformed.max(0.0).powi(2),
        }
    }
}

/// A funnel with its members.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// What members are held against: the overall figure; 1 for observed over expected.
    pub target: f64,
    /// φ: mean squared z after winsorising; 1 when sampling explains the scatter, 0 without members.
    pub phi: f64,
    /// τ²: variance between members on the transformed scale that sampling does not explain.
    pub tau2: f64,
    /// The members, in the order given.
    pub members: Vec<Placed>,
    scale: Scale,
    /// Standard deviation of a transformed figure that rests on 1.
    unit: f64,
    /// Whether limits are exact Poisson ones while τ² is 0.
    poisson: bool,
}

impl Funnel {
    /// Funnel of proportions `(count, n)`: Y = asin √p with s = 1/(2√n) around the overall rate.
    ///
    /// Members below `least` contacts are placed but neither flagged nor counted in τ². `None`
    /// without members, with an n that is not positive or a count outside 0..=n.
    #[must_use]
    pub fn rates(members: &[(f64, f64)], least: f64) -> Option<Self> {
        let valid = |&(count, n): &(f64, f64)| n > 0.0 && (0.0..=n).contains(&count);
        if members.is_empty() || !members.iter().all(valid) {
            return None;
        }
        let count = compensated(members.iter().map(|member| member.0));
        let n = compensated(members.iter().map(|member| member.1));
        let figures: Vec<(f64, f64, f64)> = members.iter().map(|&(x, n)| (x / n, n, n)).collect();
        Some(Self::new(Scale::Arcsine, count / n, 0.5, false).with(&figures, least))
    }

    /// Funnel of means `(mean, standard deviation, n)` on the log scale.
    ///
    /// By the delta method ln x̄ has s = σ/(μ√n); σ is pooled over all members and μ the overall
    /// mean, so that every member is judged by what it would scatter by if it did not differ.
    /// `least` as in [`Self::rates`]. `None` without members, with a mean or an n that is not
    /// positive, or when nobody has two contacts.
    #[must_use]
    pub fn means(members: &[(f64, f64, f64)], least: f64) -> Option<Self> {
        let valid = |&(mean, sd, n): &(f64, f64, f64)| {
            mean > 0.0 && mean.is_finite() && sd >= 0.0 && n > 0.0
        };
        if members.is_empty() || !members.iter().all(valid) {
            return None;
        }
        let n = compensated(members.iter().map(|member| member.2));
        let target = compensated(members.iter().map(|&(mean, _, n)| mean * n)) / n;
        let freedom = |n: f64| (n - 1.0).max(0.0);
        let within = compensated(members.iter().map(|&(_, sd, n)| freedom(n) * sd * sd));
        let degrees = compensated(members.iter().map(|&(_, _, n)| freedom(n)));
        if degrees <= 0.0 {
            return None;
        }
        let unit = (within / degrees).sqrt() / target;
        let figures: Vec<(f64, f64, f64)> = members.iter().map(|&(x, _, n)| (x, n, n)).collect();
        Some(Self::new(Scale::Log, target, unit, false).with(&figures, least))
    }

    /// Funnel of observed over expected around 1: √(O/E) with s = √V/(2E).
    ///
    /// With V = E for every member these are Poisson counts; then, while τ² is 0, the limits are the
    /// exact ones: those of a count of E, over E. `least` is held against `n`. `None` without
    /// members, with an expected value or a variance that is not positive, or a negative observed
    /// one. Source of the exact limits: Garwood (1936), Biometrika 28, as used by Spiegelhalter
    /// (2005), appendix A.
    #[must_use]
    pub fn ratios(members: &[Ratio], least: f64) -> Option<Self> {
        let valid = |member: &Ratio| {
            member.expected > 0.0
                && member.variance > 0.0
                && member.observed >= 0.0
                && (member.observed + member.expected + member.variance).is_finite()
        };
        if members.is_empty() || !members.iter().all(valid) {
            return None;
        }
        let poisson = members
            .iter()
            .all(|m| (m.variance - m.expected).abs() <= 1e-12 * m.expected);
        let figures: Vec<(f64, f64, f64)> = members
            .iter()
            .map(|m| {
                let precision = m.expected * m.expected / m.variance;
                (m.observed / m.expected, precision, m.n)
            })
            .collect();
        Some(Self::new(Scale::Root, 1.0, 0.5, poisson).with(&figures, least))
    }

    const fn new(scale: Scale, target: f64, unit: f64, poisson: bool) -> Self {
        Self {
            target,
            phi: 0.0,
            tau2: 0.0,
            members: Vec::new(),
            scale,
            unit,
            poisson,
        }
    }

    /// Takes in the members `(figure, precision, contacts)`.
    fn with(mut self, figures: &[(f64, f64, f64)], least: f64) -> Self {
        let centre = self.scale.forth(self.target);
        let (z, weights): (Vec<f64>, Vec<f64>) = figures
            .iter()
            .filter(|&&(_, _, contacts)| contacts >= least)
            .map(|&(figure, precision, _)| {
                let s = self.unit / precision.sqrt();
                ((self.scale.forth(figure) - centre) / s, 1.0 / (s * s))
            })
            .unzip();
        (self.phi, self.tau2) = between(&z, &weights);
        self.members = figures
            .iter()
            .map(|&(figure, precision, contacts)| self.place(figure, precision, contacts >= least))
            .collect();
        self
    }

    /// The limits at a size; `precision` as in [`Placed`].
    #[must_use]
    pub fn limits(&self, precision: f64, level: Level) -> (f64, f64) {
        let exact = (self.poisson && self.tau2 <= 0.0)
            .then(|| poisson_tails(precision, level.tail()))
            .flatten();
        if let Some((low, high)) = exact {
            return (low / precision, high / precision);
        }
        let centre = self.scale.forth(self.target);
        let half = level.quantile() * self.deviation(precision);
        (
            self.scale.back(centre - half),
            self.scale.back(centre + half),
        )
    }

    /// Standard deviation of a transformed figure, with the scatter between members.
    fn deviation(&self, precision: f64) -> f64 {
        (self.unit * self.unit / precision + self.tau2).sqrt()
    }

    fn place(&self, figure: f64, precision: f64, enough: bool) -> Placed {
        let limits_95 = self.limits(precision, Level::P95);
        let limits_998 = self.limits(precision, Level::P998);
        let outside = |(low, high): (f64, f64)| figure < low || figure > high;
        let above = figure > self.target;
        let flag = if !enough {
            Flag::TooFew
        } else if outside(limits_998) {
            Flag::Alarm { above }
        } else if outside(limits_95) {
            Flag::Warning { above }
        } else {
            Flag::Within
        };
        let distance = self.scale.forth(figure) - self.scale.forth(self.target);
        let deviation = self.deviation(precision);
        Placed {
            figure,
            precision,
            z: if deviation > 0.0 {
                distance / deviation
            } else {
                0.0
            },
            limits_95,
            limits_998,
            flag,
        }
    }
}

/// φ and τ² of z-values with weights 1/s².
///
/// z is winsorised at 10 and 90 %; φ = Σz²/k, τ² = max(0, (kφ − (k − 1))/(Σw − Σw²/Σw)). Both 0
/// without members. Source: Spiegelhalter (2005) (the moment estimate of
/// `DerSimonian` & Laird 1986, Controlled Clinical Trials 7).
fn between(z: &[f64], weights: &[f64]) -> (f64, f64) {
    let mut sorted = z.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (
        quantile_type7(&sorted, WINSORISED),
        quantile_type7(&sorted, 1.0 - WINSORISED),
    ) else {
        return (0.0, 0.0);
    };
    let k = size(z.len());
    let squares = compensated(z.iter().map(|z| z.clamp(low, high).powi(2)));
    let total = compensated(weights.iter().copied());
    let spread = total - compensated(weights.iter().map(|w| w * w)) / total;
    let surplus = (squares - (k - 1.0)) / spread;
    let tau2 = if surplus.is_finite() && spread > 0.0 {
        surplus.max(0.0)
    } else {
        0.0
    };
    (squares / k, tau2)
}
