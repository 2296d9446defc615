//! LPZero's search for proxies that are formulas, and what it takes to know what such a search is worth.
//!
//! # Design
//!
//! - [`rules`] and [`tree`] say, without computing anything, which branches and trees are the same proxy, which rank nothing,
//!   and which are never a number;
//! - [`table`] computes every branch that is left once for every network; [`panel`] and [`fitness`] score a tree from it in
//!   microseconds;
//! - [`split`] halves the networks, and [`contest`] is an objective on one half;
//! - [`evolution`] is the released genetic program with two controls, [`state`] keeps it on disk after every iteration,
//!   [`generations`] writes all of them to Parquet;
//! - [`enumeration`] scores the whole space, so that a search can be held against the best that it could have found;
//! - [`joint`] does the same for two benchmarks at once;
//! - [`luck`] says what the best of N random trees would have reached.

pub mod contest;
pub mod enumeration;
pub mod evolution;
pub mod fitness;
pub mod generations;
pub mod joint;
pub mod luck;
pub mod panel;
pub mod random;
pub mod rules;
pub mod split;
pub mod state;
pub mod table;
pub mod tree;

#[cfg(test)]
mod tests;
