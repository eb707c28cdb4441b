//! The only definitions of the program: the catalogue, its compiler, one pass per fact table, the answers.

pub mod accumulate;
mod bounds;
pub mod catalogue;
mod compile;
pub mod drill;
pub mod expr;
pub mod figure;
pub mod lower;
pub mod mart;
pub mod parse;
pub mod pass;
pub mod query;
pub mod rows;
pub mod table;

#[cfg(test)]
mod tests;
