//! Evidence: what the corpus is like, and how far simple means get on the tasks.
//!
//! A generated corpus can be worthless in two ways: too easy, so that counting words does all that a network can, or too
//! random, so that nothing can be learnt. [`statistics()`] measures how much context helps to foresee a word, [`baselines()`]
//! what a constant answer and counts of words score on each task.

mod baselines;
mod logistic;
mod ngram;
mod statistics;

pub use baselines::{Baseline, Measure, baselines};
pub use logistic::{Features, Logistic};
pub use ngram::Ngrams;
pub use statistics::{CorpusStatistics, statistics};
