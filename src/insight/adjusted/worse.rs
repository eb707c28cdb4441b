//! Who lies outside the limits on the worse side.

use std::collections::BTreeMap;

use crate::kpi::figure::Better;
use crate::stats::funnel::{Flag, Funnel, LEAST};
use crate::stats::standard::{Standardised, Stratum, standardise};

/// Probability beyond the 99.8 % limit on the worse side.
pub(in crate::insight) const TAIL: f64 = 0.001;

/// A member outside the 99.8 % limits on the worse side.
pub(in crate::insight) struct Worse<M> {
    /// The member.
    pub member: M,
    /// Its figure, and the one expected of it.
    pub found: Standardised,
    /// Distance in standard deviations, the scatter between members included.
    pub z: f64,
}

/// The members of these strata that can be compared, and where they stand; `None` when nobody can be.
pub(super) fn placed<M: Ord>(
    strata: BTreeMap<M, Vec<Stratum>>,
) -> Option<(Vec<(M, Standardised)>, Funnel)> {
    let compared: Vec<(M, Standardised)> = strata
        .into_iter()
        .filter_map(|(member, strata)| Some((member, standardise(&strata)?)))
        .filter(|(_, found)| found.ratio().is_some())
        .collect();
    let ratios: Vec<_> = compared
        .iter()
        .filter_map(|(_, found)| found.ratio())
        .collect();
    let funnel = Funnel::ratios(&ratios, LEAST)?;
    Some((compared, funnel))
}

/// The members of these strata outside the limits on the worse side, in their order, and how many were compared. What
/// has no better side is worse when it is more.
pub(in crate::insight) fn worse<M: Ord>(
    strata: BTreeMap<M, Vec<Stratum>>,
    better: Better,
) -> (Vec<Worse<M>>, usize) {
    let Some((compared, funnel)) = placed(strata) else {
        return (Vec::new(), 0);
    };
    let ratios = compared.iter().filter_map(|(_, found)| found.ratio());
    let checked = ratios.filter(|ratio| ratio.n >= LEAST).count();
    let above = better != Better::Higher;
    let outside = compared
        .into_iter()
        .zip(&funnel.members)
        .filter(|(_, placed)| placed.flag == Flag::Alarm { above })
        .map(|((member, found), placed)| Worse {
            member,
            found,
            z: placed.z,
        });
    (outside.collect(), checked)
}
