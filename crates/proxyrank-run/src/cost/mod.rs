//! What every proxy costs, beside what others published.
//!
//! "Zero-cost" is a claim about time and memory, so it is measured: seconds for a network and for a whole benchmark, on a
//! processor and on a GPU where one was at hand, and the memory of the process. Published times stand beside ours only with
//! the hardware of both: a ratio between two machines says nothing without them.
//!
//! - [`measured`] sums up stored timings;
//! - [`published`] reads the times of others and the names of machines, which are files in `benchmarks/costs`;
//! - [`latency`] is the time of the networks themselves, as a target;
//! - [`write()`] makes the page, [`claims()`] the rows of the ledger.

mod beside;
mod claims;
pub mod latency;
pub mod measured;
mod page;
pub mod published;
mod table;

pub use claims::claims;
pub use page::write;

#[cfg(test)]
mod tests;
