//! The only definitions of the program: the catalogue, its compiler, one pass per fact table, the answers.

pub mod accumulate;
mod batches;
mod bounds;
pub mod catalogue;
pub mod clocks;
mod compile;
pub mod drill;
pub mod figure;
pub mod lower;
pub mod mart;
pub mod pass;
mod program;
pub mod query;
pub mod rows;
pub mod table;
mod tally;
pub mod wide;

#[cfg(test)]
mod tests;
