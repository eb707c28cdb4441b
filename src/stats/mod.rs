//! Numbers in, numbers out.
//!
//! Invariants: nothing here knows a table, a column, a date, a language or any other module of the
//! crate; nothing keeps state; the same numbers give the same result to the last bit. What cannot
//! be computed is `None`, never NaN and never a made-up zero. Every constant carries its source.
//!
//! | question | file |
//! |---|---|
//! | is it changing? | `control`: charts; `control/daily`: daily figures with a weekly cycle; `control/rules`: special causes and run charts; `control/series`: weekly cycle, overdispersion; `control/spread`: sigma from neighbours |
//! | will it meet the target? | `control/assurance` |
//! | who differs? | `standard`: expected values for the same case mix; `funnel`: limits by size |
//! | why did it move? | `decomposition`: parts of a change; `adtributor`: which dimension explains it with few members |
//! | what is emerging? | `poisson`: exact tests; `ears`: sudden rises; `discovery`: many tests at once; `emerging`: the three together |
//! | when did people wait? | `logrank`: waits of one stretch against those of others, given-up ones included |
//! | what keeps coming back? | `pareto`: shares and rank bands; `persistence`: weeks above expectation |
//! | what do people write? | `logodds`: phrases that set a group apart |
//! | how sure is it? | `interval`: 95 % intervals and quantiles; `dispersion`: scatter between days beyond that within them |
//!
//! `sum` adds without losing digits, `grouped` puts values group by group.

/// Which dimension explains a change with few members.
pub mod adtributor;
/// Control charts: limits, special causes, weekday cycle, overdispersion.
pub mod control;
/// Parts of a change between two periods.
pub mod decomposition;
/// False discoveries among many tests.
pub mod discovery;
/// Scatter between samples beyond that within them.
pub mod dispersion;
/// Sudden rises against the last week: EARS C2.
pub mod ears;
/// Counts that rise above what their weekday leads to expect.
pub mod emerging;
/// Who differs by more than chance: funnel limits.
pub mod funnel;
/// Values put group by group.
pub mod grouped;
/// 95 % intervals and sample quantiles.
pub mod interval;
/// Phrases that set a group of texts apart.
pub mod logodds;
/// Waits that last longer than those of other times.
pub mod logrank;
/// Shares in descending order, and the ranks that are sure.
pub mod pareto;
/// Weeks above expectation.
pub mod persistence;
/// Exact tests of counts.
pub mod poisson;
/// Expected values for the same case mix: indirect standardisation.
pub mod standard;
/// Sums that lose no digits.
pub mod sum;

/// A number of things as a number to calculate with.
///
/// Exact up to 2⁵³, far above any number of points a chart has.
#[expect(clippy::cast_precision_loss, reason = "lengths stay below 2^53")]
const fn size(length: usize) -> f64 {
    length as f64
}

/// a·b − c·d with one rounding instead of three.
///
/// Sums of squares minus squared sums cancel almost entirely when the scatter is small beside the
/// mean; the fused steps keep the digits that are left. Kahan's algorithm, in Jeannerod, Louvet &
/// Muller (2013), *Further analysis of Kahan's algorithm for the accurate computation of 2 × 2
/// determinants*, Math. Comp. 82.
fn difference_of_products(a: f64, b: f64, c: f64, d: f64) -> f64 {
    let cd = c * d;
    let rounding = c.mul_add(-d, cd);
    a.mul_add(b, -cd) + rounding
}
