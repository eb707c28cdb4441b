//! Which dimension explains a change with few members.
//!
//! A member explains a change when it carries much of it (explanatory power) and surprises when its
//! share moved (Jensen–Shannon divergence). A dimension whose few surprising members carry most of
//! the change says where to look; one where every member moved alike says nothing. Source: Bhagwan
//! et al. (2014), *Adtributor: Revenue Debugging in Advertising Systems*, NSDI '14.

use super::decomposition::{Decomposition, Member};
use super::sum::compensated;

#[cfg(test)]
mod tests;

/// Part of the change that the chosen members must carry together. Source: Bhagwan et al. (2014),
/// § 5, `T_EP`.
const ENOUGH: f64 = 0.67;

/// Part of the change that a member must carry to be chosen. Source: as [`ENOUGH`], `T_EEP`.
const LEAST: f64 = 0.10;

/// What one member has to do with a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explains {
    /// Part of the change the member carries; all members add up to 1. Negative where it moved
    /// against the change.
    pub power: f64,
    /// How far its share moved, in nats; 0 when it did not.
    pub surprise: f64,
}

/// The few members of one dimension that explain a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Positions of the members, most surprising first.
    pub members: Vec<usize>,
    /// Part of the change they carry together, at least 0.67.
    pub power: f64,
    /// Their surprise together.
    pub surprise: f64,
}

/// Explanatory power and surprise of each member in the change of a count `(before, after)`.
///
/// Power = (a − f)/(A − F), surprise = ½(p·ln(2p/(p + q)) + q·ln(2q/(p + q))) with p = f/F and
/// q = a/A. `None` when the total did not change, a total is not positive or a count is negative.
#[must_use]
pub fn counts(members: &[(f64, f64)]) -> Option<Vec<Explains>> {
    let (before, after) = totals(members)?;
    let change = after - before;
    if change == 0.0 {
        return None;
    }
    Some(
        members
            .iter()
            .map(|&(f, a)| Explains {
                power: (a - f) / change,
                surprise: divergence(f / before, a / after),
            })
            .collect(),
    )
}

/// Explanatory power and surprise of each member in the change of a rate or a mean.
///
/// Power is the member's part of the [`Decomposition`] over the change, so that powers add up
/// without the rescaling the finite differences of the paper need. Surprise is that of the sums plus
/// that of the n, as in the paper, § 4.2. `None` when the figure did not change, when a total is not
/// positive or a number is negative.
#[must_use]
pub fn shares(members: &[Member], whole: &Decomposition) -> Option<Vec<Explains>> {
    let change = whole.change();
    if change == 0.0 || members.len() != whole.parts.len() {
        return None;
    }
    let sums: Vec<(f64, f64)> = members
        .iter()
        .map(|m| (m.sum_before, m.sum_after))
        .collect();
    let sizes: Vec<(f64, f64)> = members.iter().map(|m| (m.n_before, m.n_after)).collect();
    let (sum_before, sum_after) = totals(&sums)?;
    let (n_before, n_after) = totals(&sizes)?;
    Some(
        members
            .iter()
            .zip(&whole.parts)
            .map(|(m, part)| Explains {
                power: part.total() / change,
                surprise: divergence(m.sum_before / sum_before, m.sum_after / sum_after)
                    + divergence(m.n_before / n_before, m.n_after / n_after),
            })
            .collect(),
    )
}

/// The fewest surprising members that carry at least 67 % of the change, each at least 10 %.
///
/// Members are taken in order of surprise. `None` when they do not get that far: the dimension does
/// not explain the change.
#[must_use]
pub fn explain(members: &[Explains]) -> Option<Explanation> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|&a, &b| members[b].surprise.total_cmp(&members[a].surprise));
    let mut chosen = Explanation {
        members: Vec::new(),
        power: 0.0,
        surprise: 0.0,
    };
    for at in order.into_iter().filter(|&at| members[at].power > LEAST) {
        chosen.members.push(at);
        chosen.power += members[at].power;
        chosen.surprise += members[at].surprise;
        if chosen.power > ENOUGH {
            return Some(chosen);
        }
    }
    None
}

/// Positions of the dimensions that explain the change, most surprising first; of two that surprise
/// alike, the one with fewer members first.
#[must_use]
pub fn rank(dimensions: &[Option<Explanation>]) -> Vec<usize> {
    let mut found: Vec<(usize, &Explanation)> = dimensions
        .iter()
        .enumerate()
        .filter_map(|(at, explanation)| Some((at, explanation.as_ref()?)))
        .collect();
    found.sort_by(|(_, a), (_, b)| {
        b.surprise
            .total_cmp(&a.surprise)
            .then(a.members.len().cmp(&b.members.len()))
    });
    found.into_iter().map(|(at, _)| at).collect()
}

/// Totals of both periods; `None` unless both are positive and no number is negative.
fn totals(members: &[(f64, f64)]) -> Option<(f64, f64)> {
    let before = compensated(members.iter().map(|member| member.0));
    let after = compensated(members.iter().map(|member| member.1));
    let sound = members.iter().all(|&(f, a)| f >= 0.0 && a >= 0.0);
    let positive = before > 0.0 && after > 0.0 && (before + after).is_finite();
    (sound && positive).then_some((before, after))
}

/// One member's term of the Jensen–Shannon divergence, in nats. Source: Lin (1991), *Divergence
/// measures based on the Shannon entropy*, IEEE Transactions on Information Theory 37.
fn divergence(p: f64, q: f64) -> f64 {
    let term = |a: f64| {
        if a > 0.0 {
            a * (2.0 * a / (p + q)).ln()
        } else {
            0.0
        }
    };
    // Not negative but for rounding.
    (0.5 * (term(p) + term(q))).max(0.0)
}
