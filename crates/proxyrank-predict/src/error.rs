//! What can go wrong between features and predictions.

use proxyrank_stats::StatsError;

/// Why a predictor could not be fitted or judged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PredictError {
    /// A feature lacks architectures or has too many.
    #[error("feature `{name}` has {found} values for {expected} architectures")]
    Length {
        /// The feature.
        name: String,
        /// How many values it has.
        found: usize,
        /// How many there are architectures.
        expected: usize,
    },
    /// A feature holds a value that no predictor can use.
    #[error(
        "feature `{name}` is {value} for architecture {row}; give only features that are finite everywhere"
    )]
    NonFinite {
        /// The feature.
        name: String,
        /// The row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// There is nothing to learn from.
    #[error(
        "{labels} labels and {features} features are too few: a predictor needs 2 labels and 1 feature that varies"
    )]
    TooLittle {
        /// Labelled architectures.
        labels: usize,
        /// Features.
        features: usize,
    },
    /// Labels and features do not belong together.
    #[error("{labels} labels for {rows} rows of features")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A study asks for more than the benchmark has.
    #[error("{0}")]
    Protocol(String),
    /// The library of trees refused its input.
    #[error("the {method} could not be fitted: {reason}")]
    Trees {
        /// Which predictor.
        method: &'static str,
        /// What the library said.
        reason: String,
    },
    /// The eigenvalues of a kernel matrix could not be found.
    #[error("the eigenvalues of a {size} x {size} kernel matrix did not converge")]
    NoEigenvalues {
        /// Rows of the matrix.
        size: usize,
    },
    /// A statistic could not be computed.
    #[error(transparent)]
    Stats(#[from] StatsError),
}
