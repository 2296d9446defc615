//! Searches over proxies and architectures.
//!
//! - [`lpzero`] searches for proxies that are formulas, as LPZero does, and enumerates the whole space that it searches.

pub mod lpzero;
