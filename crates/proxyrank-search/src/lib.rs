//! Searches over proxies and architectures.
//!
//! - [`lpzero`] searches for proxies that are formulas, as LPZero does, and enumerates the whole space that it searches;
//! - [`tabular`] searches a benchmark's architectures, where every label is known and a search of days is replayed in
//!   milliseconds.

pub mod lpzero;
pub mod tabular;
