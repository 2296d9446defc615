//! Searches over proxies and architectures.
//!
//! - [`lpzero`] searches for proxies that are formulas, as LPZero does, and enumerates the whole space that it searches;
//! - [`wpca`] searches W-PCA's space for architectures, as its paper and its code do, and exactly;
//! - [`tabular`] searches a benchmark's architectures, where every label is known and a search of days is replayed in
//!   milliseconds.

pub mod lpzero;
mod parquet;
pub mod tabular;
pub mod wpca;
