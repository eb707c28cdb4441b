//! Script items that a whole team fails: no agent stands out among colleagues who all leave it out.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::kpi::query::Source;
use crate::stats::funnel::{Flag, Funnel, LEAST, Ratio};
use crate::stats::poisson::at_least;
use crate::stats::standard::{Standardised, Stratum, standardise};

use super::super::measures::{self, Measure, Wanted};
use super::{LEAST_FAILURES, Scope, TAIL, ask};

/// A script item that a team fails more often than the centre would with the same contacts.
#[derive(Debug, Clone, PartialEq)]
pub struct Skipped {
    /// The team.
    pub team: String,
    /// The item.
    pub item: String,
    /// How often it was judged, in kinds of contacts that other teams have too.
    pub n: f64,
    /// Share of these judgements that failed it.
    pub value: f64,
    /// The share of the other teams for the same categories and channels: a team can be a good part of the centre.
    pub expected: f64,
    /// value − expected, with its 95 % interval.
    pub gap: (f64, f64, f64),
    /// Distance in standard deviations, the scatter between teams and items included.
    pub z: f64,
}

/// Team and item.
type Cell = (String, String);

/// Judgements and failures of one item by team and kind of contact.
type Judged = BTreeMap<(Cell, Kind), [f64; 2]>;

/// Category and channel of the contact.
type Kind = (Option<String>, Option<String>);

/// The items outside the limits, and how many were compared.
pub(super) fn skipped(scope: &Scope, source: &Source<'_>) -> Result<(Vec<Skipped>, usize)> {
    let of = |condition| Wanted {
        fact: "evaluation_facts",
        condition,
        measure: Measure::Rows,
    };
    let catalogue = measures::catalogue(&[of("passed IS NOT NULL"), of("NOT passed")])?;
    let by = ["team", "item", "category", "channel"];
    let mut own = Judged::new();
    for row in ask(scope, &catalogue, vec![0, 1], &by, source)? {
        if let [Some(team), Some(item), category, channel] = row.group.members.as_slice() {
            let cell = (team.clone(), item.clone());
            let kind = (category.clone(), channel.clone());
            own.entry((cell, kind)).or_default()[row.kpi] += row.estimate.n as f64;
        }
    }
    Ok(outside(&own))
}

/// All teams and items in one funnel: with a handful of teams, the one that skips an item would widen the limits
/// of that item until it lies inside. Items that nearly nobody fails have too few failures for the root scale, so
/// the exact probability must agree.
fn outside(own: &Judged) -> (Vec<Skipped>, usize) {
    let mut centre: BTreeMap<(&String, &Kind), [f64; 2]> = BTreeMap::new();
    for (((_, item), kind), counts) in own {
        let all = centre.entry((item, kind)).or_default();
        all[0] += counts[0];
        all[1] += counts[1];
    }
    let mut cells: BTreeMap<&Cell, Vec<Stratum>> = BTreeMap::new();
    for ((cell, kind), counts) in own {
        let all = centre[&(&cell.1, kind)];
        cells.entry(cell).or_default().push(Stratum {
            own_n: counts[0],
            own_sum: counts[1],
            all_n: all[0],
            all_sum: all[1],
            all_sum_sq: all[1],
        });
    }
    let compared: Vec<(&Cell, Vec<Stratum>, Standardised, Ratio)> = cells
        .into_iter()
        .filter_map(|(cell, strata)| {
            let found = standardise(&strata)?;
            Some((cell, strata, found, found.ratio()?))
        })
        .collect();
    let ratios: Vec<Ratio> = compared.iter().map(|(.., ratio)| *ratio).collect();
    let Some(funnel) = Funnel::ratios(&ratios, LEAST) else {
        return (Vec::new(), 0);
    };
    let checked = ratios.iter().filter(|ratio| ratio.n >= LEAST).count();
    let mut rows: Vec<Skipped> = compared
        .iter()
        .zip(&funnel.members)
        .filter(|((_, _, found, _), placed)| {
            placed.flag == Flag::Alarm { above: true }
                && found.observed >= LEAST_FAILURES as f64
                && at_least(found.observed, found.expected).is_some_and(|p| p < TAIL)
        })
        .map(|(((team, item), strata, ..), placed)| {
            let of = beside_others(strata);
            Skipped {
                team: team.clone(),
                item: item.clone(),
                n: of.n,
                value: of.observed / of.n,
                expected: of.expected / of.n,
                gap: of.gap(),
                z: placed.z,
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        b.z.total_cmp(&a.z)
            .then_with(|| (&a.team, &a.item).cmp(&(&b.team, &b.item)))
    });
    (rows, checked)
}

/// The same against the other teams alone, where there are any. With their mean m′ = R/(N − n) in place of the
/// centre's, O − nm′ is (O − nm)·N/(N − n), and its variance n·s²·N²/((N − n)(N − 1)).
fn beside_others(strata: &[Stratum]) -> Standardised {
    let mut sums = Standardised {
        n: 0.0,
        observed: 0.0,
        expected: 0.0,
        variance: 0.0,
        comparable: 0.0,
    };
    for stratum in strata.iter().filter(|s| s.all_n > s.own_n && s.own_n > 0.0) {
        let others = stratum.all_n - stratum.own_n;
        let mean = stratum.all_sum / stratum.all_n;
        sums.n += stratum.own_n;
        sums.observed += stratum.own_sum;
        sums.expected += stratum.own_n * (stratum.all_sum - stratum.own_sum) / others;
        let drawn = stratum.own_n * mean * (1.0 - mean) / (stratum.all_n - 1.0);
        sums.variance += drawn * stratum.all_n * stratum.all_n / others;
    }
    sums.comparable = sums.n;
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[(&str, &str, &str, f64, f64)]) -> Judged {
        rows.iter()
            .map(|(team, item, category, n, failed)| {
                let cell = ((*team).to_owned(), (*item).to_owned());
                let kind = (Some((*category).to_owned()), Some("phone".to_owned()));
                ((cell, kind), [*n, *failed])
            })
            .collect()
    }

    /// Five teams, six items, one failure in ten.
    fn calm() -> Vec<(&'static str, &'static str, &'static str, f64, f64)> {
        let mut rows = Vec::new();
        for (at, team) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            for (place, item) in ["1", "2", "3", "4", "5", "6"].into_iter().enumerate() {
                let failed = [5.0, 7.0, 6.0][(at + place) % 3];
                rows.push((team, item, "easy", 60.0, failed));
            }
        }
        rows
    }

    #[test]
    fn an_item_that_a_team_leaves_out_is_found_and_nothing_else() {
        let (none, checked) = outside(&judged(&calm()));
        assert_eq!((none, checked), (Vec::new(), 30));
        let mut rows = calm();
        rows[1].4 = 36.0;
        let (found, _) = outside(&judged(&rows));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].team.as_str(), found[0].item.as_str()), ("a", "2"));
        assert!((found[0].value - 0.6).abs() < 1e-12 && found[0].gap.1 > 0.0);
        // Its own failures are no part of what it is held against.
        let others: f64 = rows
            .iter()
            .filter(|row| row.1 == "2" && row.0 != "a")
            .map(|row| row.4)
            .sum();
        assert!((found[0].expected - others / 240.0).abs() < 1e-12);
    }

    #[test]
    fn hard_contacts_are_no_skipped_item() {
        let mut rows = calm();
        // One team has contacts in which everybody fails the item often.
        rows.push(("a", "2", "hard", 60.0, 36.0));
        rows.push(("b", "2", "hard", 60.0, 36.0));
        rows.push(("c", "2", "hard", 10.0, 6.0));
        let (found, _) = outside(&judged(&rows));
        assert_eq!(found, []);
    }

    #[test]
    fn one_failure_too_many_of_an_item_nobody_fails_is_nothing() {
        let mut rows = calm();
        for team in ["a", "b", "c", "d", "e"] {
            rows.push((team, "7", "easy", 60.0, if team == "a" { 2.0 } else { 0.0 }));
        }
        let (found, _) = outside(&judged(&rows));
        assert_eq!(found, []);
    }
}
