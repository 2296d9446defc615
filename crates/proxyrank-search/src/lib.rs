//! Architecture search: what a search finds for its labels.
//!
//! - [`tabular`]: on a benchmark, where every label is known and a search of days is replayed in milliseconds.

pub mod tabular;
