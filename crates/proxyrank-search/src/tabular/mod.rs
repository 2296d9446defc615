//! Searches replayed on a table of labelled architectures.
//!
//! A [`Space`] holds the labels, who neighbours whom, and what guides may look at. A [`Strategy`] labels one architecture after
//! another; its trace is the order in which it did. [`Replay`] runs many traces of each strategy and reports the regret: how far
//! the best label so far lies below the best of all, against the number of labels or against what they cost.
//!
//! A benchmark is a sample of its space, so a mutation hardly ever leads to another labelled architecture. [`neighbours`]
//! therefore says who is near whom *within the sample*; results speak of searching this sample and not of the whole space.

mod error;
mod neighbourhood;
mod replay;
mod strategy;

pub use error::SearchError;
pub use neighbourhood::neighbours;
pub use replay::{Duel, Replay, Traced, budget_picks, curve, duels, regret};
pub use strategy::{Guide, Strategy};

use proxyrank_predict::Features;

/// What a search moves on: architectures 0 to n - 1.
#[derive(Debug, Clone)]
pub struct Space {
    /// The labels, larger is better. A search pays for each that it looks at.
    pub labels: Vec<f64>,
    /// For each architecture, those that count as one step away.
    pub neighbours: Vec<Vec<usize>>,
    /// Sets of features for predictors, free to look at.
    pub features: Vec<Features>,
    /// Scores of proxies, larger is better.
    pub scores: Vec<Vec<f64>>,
}

impl Space {
    fn check(&self) -> Result<(), SearchError> {
        let n = self.labels.len();
        if n < 2 {
            return Err(SearchError::TooFew { architectures: n });
        }
        let lengths = [("neighbours", self.neighbours.len())].into_iter();
        let features = self.features.iter().map(|features| ("features", features.len()));
        let scores = self.scores.iter().map(|scores| ("scores", scores.len()));
        match lengths.chain(features).chain(scores).find(|(_, found)| *found != n) {
            Some((what, found)) => Err(SearchError::Length { what, found, expected: n }),
            None => Ok(()),
        }
    }
}
