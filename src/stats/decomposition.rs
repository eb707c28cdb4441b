//! Parts of a change between two periods.
//!
//! A rate or a mean is Σ share·figure over the members of one dimension. It moves because members'
//! figures move and because the mix of members does. Both parts are taken at the average of the two
//! periods, so that nothing is left over and swapping the periods only turns the signs. Source:
//! Kitagawa (1955), *Components of a difference between two rates*, JASA 50; Das Gupta (1993),
//! *Standardization and Decomposition of Rates: A User's Manual*, US Bureau of the Census, P23-186.

use super::interval::Z_95;
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// One member in the two periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// What the figure rested on before: n, or an exposure.
    pub n_before: f64,
    /// Sum before: a count, or seconds.
    pub sum_before: f64,
    /// What it rests on after.
    pub n_after: f64,
    /// Sum after.
    pub sum_after: f64,
}

/// Whether a member was there in both periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In both: it has a rate and a mix effect.
    Both,
    /// After only: all of its effect is mix.
    New,
    /// Before only: all of its effect is mix.
    Vanished,
    /// In neither: no effect.
    Neither,
}

/// What one member did to the change, in the unit of the figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Because its own figure moved: Δr·(w₀ + w₁)/2.
    pub rate: f64,
    /// Because its share moved: Δw·((r₀ + r₁)/2 − R̄).
    pub mix: f64,
    /// Whether it was there in both periods.
    pub presence: Presence,
}

impl Part {
    /// Both effects together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.rate + self.mix
    }
}

/// A change in parts that add up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// Figure of all members before.
    pub before: f64,
    /// Figure of all members after.
    pub after: f64,
    /// One part for each member, in the order given.
    pub parts: Vec<Part>,
}

impl Decomposition {
    /// after − before.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.after - self.before
    }

    /// Sum of the rate effects.
    #[must_use]
    pub fn rate(&self) -> f64 {
        compensated(self.parts.iter().map(|part| part.rate))
    }

    /// Sum of the mix effects, those of new and vanished members included.
    #[must_use]
    pub fn mix(&self) -> f64 {
        compensated(self.parts.iter().map(|part| part.mix))
    }
}

/// Parts of the change of a rate or a mean: Σ sum/Σ n.
///
/// R̄ is the mean of the two overall figures: a member that grows pulls the figure towards its own,
/// so that only its distance from the rest counts. `None` without n in one of the periods, with a
/// negative n, a sum without an n, or a number that is not finite.
#[must_use]
pub fn shares(members: &[Member]) -> Option<Decomposition> {
    check(members)?;
    let total = |of: fn(&Member) -> f64| compensated(members.iter().map(of));
    let (n_before, n_after) = (total(|m| m.n_before), total(|m| m.n_after));
    if n_before <= 0.0 || n_after <= 0.0 {
        return None;
    }
    let before = total(|m| m.sum_before) / n_before;
    let after = total(|m| m.sum_after) / n_after;
    let centre = f64::midpoint(before, after);
    let parts = members
        .iter()
        .map(|m| {
            let (w0, w1) = (m.n_before / n_before, m.n_after / n_after);
            part(m, (w0, w1), centre)
        })
        .collect();
    Some(Decomposition {
        before,
        after,
        parts,
    })
}

/// Parts of the change of a count: Σ sum, each sum being n·rate.
///
/// `rate` is the effect of more events per exposure, `mix` that of more exposure. Without exposures
/// give the sums as n: then all of a part is `mix`, and it is the member's own change. `None` as
/// in [`shares`], but a period may be empty.
#[must_use]
pub fn counts(members: &[Member]) -> Option<Decomposition> {
    check(members)?;
    let parts = members
        .iter()
        .map(|m| part(m, (m.n_before, m.n_after), 0.0))
        .collect();
    Some(Decomposition {
        before: compensated(members.iter().map(|m| m.sum_before)),
        after: compensated(members.iter().map(|m| m.sum_after)),
        parts,
    })
}

/// Both effects of a member with the given weights, figures measured from `centre`.
fn part(m: &Member, (w0, w1): (f64, f64), centre: f64) -> Part {
    let r0 = m.sum_before / m.n_before - centre;
    let r1 = m.sum_after / m.n_after - centre;
    let (rate, mix, presence) = match (m.n_before > 0.0, m.n_after > 0.0) {
        (true, true) => (
            (r1 - r0) * f64::midpoint(w0, w1),
            (w1 - w0) * f64::midpoint(r0, r1),
            Presence::Both,
        ),
        (false, true) => (0.0, w1 * r1, Presence::New),
        (true, false) => (0.0, -w0 * r0, Presence::Vanished),
        (false, false) => (0.0, 0.0, Presence::Neither),
    };
    Part {
        rate,
        mix,
        presence,
    }
}

/// Whether every member can be divided.
fn check(members: &[Member]) -> Option<()> {
    let sound =
        |n: f64, sum: f64| n.is_finite() && sum.is_finite() && (n > 0.0 || (n, sum) == (0.0, 0.0));
    members
        .iter()
        .all(|m| sound(m.n_before, m.sum_before) && sound(m.n_after, m.sum_after))
        .then_some(())
}

/// 95 % interval of a part's total when the member's values have the given variances (p(1 − p) of a
/// rate, σ² of a mean) before and after.
///
/// The figure's scatter counts with the mean share, the share's with the distance from the rest:
/// ((w₀ + w₁)/2)²·(v₀/n₀ + v₁/n₁) + ((r₀ + r₁)/2 − R̄)²·(w₀(1 − w₀)/N₀ + w₁(1 − w₁)/N₁). New and
/// vanished members have only the terms of their period. `members` as for [`shares`], `at` the
/// position of the member; `None` where there is none or it was in neither period. Source: Oehlert
/// (1992), *A note on the delta method*, The American Statistician 46.
#[must_use]
pub fn interval(
    members: &[Member],
    whole: &Decomposition,
    at: usize,
    variances: (f64, f64),
) -> Option<(f64, f64)> {
    let (m, part) = (members.get(at)?, whole.parts.get(at)?);
    let total = |of: fn(&Member) -> f64| compensated(members.iter().map(of));
    let (all0, all1) = (total(|m| m.n_before), total(|m| m.n_after));
    let centre = f64::midpoint(whole.before, whole.after);
    let (w0, w1) = (m.n_before / all0, m.n_after / all1);
    let shares = w0 * (1.0 - w0) / all0 + w1 * (1.0 - w1) / all1;
    let r0 = m.sum_before / m.n_before - centre;
    let r1 = m.sum_after / m.n_after - centre;
    let variance = match part.presence {
        Presence::Both => {
            f64::midpoint(w0, w1).powi(2) * (variances.0 / m.n_before + variances.1 / m.n_after)
                + f64::midpoint(r0, r1).powi(2) * shares
        }
        Presence::New => w1 * w1 * variances.1 / m.n_after + r1 * r1 * shares,
        Presence::Vanished => w0 * w0 * variances.0 / m.n_before + r0 * r0 * shares,
        Presence::Neither => return None,
    };
    let half = Z_95 * variance.sqrt();
    half.is_finite()
        .then_some((part.total() - half, part.total() + half))
}
