//! The numerical audit: is a score a number of its own, or rounding and luck?
//!
//! A correlation says nothing about where a score comes from. A score that is nothing but the rounding of single precision can
//! correlate with depth, and hence with quality, because deeper networks round more often. So every proxy that runs a network
//! is computed again, on a sample of the architectures, in double precision and with other seeds, and three things are
//! asked: how far the number moves with the number type, how far the ranking moves with it, and how far the ranking
//! moves with the seed. The answer is one word, a [`Verdict`], and stands beside the proxy in every table.
//!
//! The recomputed scores are ordinary scores in the store: they resume, they can be committed, and they are taken from the
//! reference where they were not computed here.
//!
//! - [`sample()`] chooses the architectures;
//! - [`requests()`] says what must be computed on them, [`numeric()`] computes what nobody has;
//! - [`audited()`] judges what is stored;
//! - [`table()`] writes it down.

mod judge;
mod requests;
mod run;
mod sample;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod verdict;

pub use judge::{Audited, audited};
pub(crate) use judge::{covers, judge};
pub use requests::{lacking, requests};
pub use run::{Audit, numeric};
pub use sample::{SAMPLE_SIZE, sample};
pub(crate) use table::cell;
pub use table::table;
pub use verdict::{MAX_RELATIVE_ERROR, MIN_PRECISION_AGREEMENT, MIN_SEED_AGREEMENT, Verdict, criteria};
