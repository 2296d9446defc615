//! Searches on benchmarks.

pub mod tabular;
