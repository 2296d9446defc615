//! What is timed, and the check that nothing has become slower.
//!
//! # Design
//!
//! A [`Bench`] says once what is timed: its name, how many threads it has, what one run computes, and how to get ready.
//! Two programs run the same benches ([`suite::all`]):
//!
//! - `make bench` hands them to criterion, for people who read its reports (`benches/suite.rs`);
//! - `make bench-check` compares them with a committed baseline ([`check`]), on machines that do other things as well.
//!
//! A bench is made when it is run, so asking for one of them costs no more than that one; what several need, such as a
//! network's weights, they share in a [`suite::Lab`].

mod bench;
pub mod check;
pub mod suite;

pub use bench::{Amount, Audience, Bench, Failure, Kept, Once, Threads, Work};
