//! What can go wrong in a search.

use proxyrank_predict::PredictError;

/// Why a search could not be replayed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SearchError {
    /// There is nothing to choose among.
    #[error("{architectures} architectures are too few to search among; 2 are needed")]
    TooFew {
        /// How many there are.
        architectures: usize,
    },
    /// A series of the space does not belong to its architectures.
    #[error("{what} are given for {found} of {expected} architectures")]
    Length {
        /// Which series.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The number of architectures.
        expected: usize,
    },
    /// A strategy names a guide that the space does not have.
    #[error("a strategy asks for {what} {index}, and the space has {known}")]
    NoGuide {
        /// Features or scores.
        what: &'static str,
        /// Which one.
        index: usize,
        /// How many there are.
        known: usize,
    },
    /// The guide failed.
    #[error(transparent)]
    Predict(#[from] PredictError),
}
