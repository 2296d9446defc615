//! Multi-objective search by asking and telling.
//!
//! [`Search::ask`] names the sub-network to evaluate next, [`Search::tell`] takes its two objectives. What is asked is a function of space,
//! method, seed and the history of answers, and of nothing else: there is no state that could be lost. A search is saved by writing
//! its history (it derives serde's traits), and a search that was read back, or stopped between asking and telling, goes on with the same bits.
//!
//! - [`Method::Random`] draws genes evenly and does not repeat itself;
//! - [`Method::Local`] changes one gene of a member of the front;
//! - [`Method::Evolution`] is regularised evolution by non-dominated rank (MO-REA);
//! - [`Method::Nsga2`] is NSGA-II;
//! - [`Method::Ehvi`] asks for the largest expected hypervolume improvement under Gaussian processes.
//!
//! [`Asha`] is a scheduler: it stops the training of sub-networks that are each trained by themselves.

mod asha;
mod ehvi;
mod evolution;
mod nsga2;
mod run;
mod simple;

#[cfg(test)]
mod tests;

pub use asha::{Asha, Decision};
pub use ehvi::expected_improvement;
pub use run::{Method, Search, SearchError};
