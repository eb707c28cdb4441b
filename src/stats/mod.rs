//! Numbers in, numbers out.
//!
//! Invariants: nothing here knows a table, a column, a date, a language or any other module of the
//! crate; nothing keeps state; the same numbers give the same result to the last bit. What cannot
//! be computed is `None`, never NaN and never a made-up zero. Every constant carries its source.

/// Control charts: limits, special causes, weekday cycle, overdispersion.
pub mod control;
/// 95 % intervals and sample quantiles.
pub mod interval;

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
