//! Searches on the benchmarks: from a request to tables of what was found and what it is worth.

pub mod lpzero;
pub mod prune;
pub mod tabular;
pub mod wpca;
