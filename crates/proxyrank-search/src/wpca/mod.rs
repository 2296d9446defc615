//! W-PCA's own search: its space, scored by real forward passes, by a table of them, and searched exactly.
//!
//! # Design
//!
//! - [`supernet`] runs networks of the space, many at a time, and counts the components of every layer;
//! - [`memo`] keeps every count on disk, so that a search that is killed replays what it had in no time;
//! - [`table`] holds the count of each block in each layer, and is wrong by as much as layers depend on each other;
//! - [`evolution`] is the genetic algorithm, as the paper describes it and as the released code has it;
//! - [`released`] is what the released code scores in place of its candidates;
//! - [`knapsack`] finds the best network by the table exactly, which is the yardstick of every search;
//! - [`generations`] writes every candidate to Parquet.

pub mod evolution;
pub mod generations;
pub mod knapsack;
pub mod memo;
pub mod objective;
pub mod released;
pub mod supernet;
pub mod table;

#[cfg(test)]
mod tests;
