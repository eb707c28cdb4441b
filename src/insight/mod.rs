//! What the figures say: marts in, findings out.
//!
//! Invariants: no figure is defined here (that is `kpi`'s), no formula is worked out here (that is
//! `stats`'): this module chooses the method, applies it and says what the result means. Nothing is
//! reported that noise explains.

/// Is it changing? Control charts over daily figures.
pub mod movement;
