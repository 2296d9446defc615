//! Structural pruning of pre-trained encoders as multi-objective search, after Klein et al. 2024 (arXiv 2405.02267).
//!
//! A fine-tuned encoder has many sub-networks: fewer heads, fewer feed-forward units, fewer layers. Which of them give the best
//! errors for their sizes is a search with two objectives. It has two stages: a super-network is trained so that its
//! sub-networks are good as they are ([`supernet`]), and then its weights are fixed and sub-networks are only evaluated
//! ([`search`]).
//!
//! - [`space`]: sub-networks, the four spaces SMALL, MEDIUM, LAYER and LARGE, and sizes;
//! - [`pareto`]: fronts, hypervolumes, orders of points;
//! - [`search`]: random and local search, MO-REA, NSGA-II and EHVI by asking and telling; MO-ASHA;
//! - [`encoder`]: a BERT-type classifier, masked and sliced;
//! - [`supernet`]: training by six strategies, and evaluation;
//! - [`importance`]: what heads and units are worth by themselves, and pruning by it;
//! - [`zero_cost`]: proxies on sub-networks, and how well they rank them;
//! - [`ratios`]: pruning by an accuracy predictor of the layers' keep ratios;
//! - [`runner`]: a whole study in a folder, resumable;
//! - [`protocol`]: how searches are compared.
//!
//! Everything is seeded, and no result depends on the number of threads.

pub mod encoder;
mod error;
mod hash;
pub mod importance;
pub mod pareto;
pub mod protocol;
mod random;
pub mod ratios;
pub mod runner;
pub mod search;
pub mod space;
pub mod supernet;
pub mod zero_cost;

pub use error::PruneError;
