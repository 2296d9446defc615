//! Why a chart could not be drawn.

use crate::WriteError;

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// There is nothing to show.
    #[error(
        "chart `{chart}` has no {what} to show; leave it out of the report or check that scores were computed"
    )]
    Empty {
        /// The chart's title.
        chart: String,
        /// What is lacking.
        what: &'static str,
    },
    /// A matrix is not square, or its size is not the count of its names.
    #[error(
        "chart `{chart}` has {names} names but row {row} of its matrix has {values} values; both must agree"
    )]
    Shape {
        /// The chart's title.
        chart: String,
        /// Count of names.
        names: usize,
        /// The offending row, from 0; equal to `names` where a row is lacking or too many.
        row: usize,
        /// Count of values in that row.
        values: usize,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The drawing library failed.
    #[error("drawing `{chart}` failed: {message}; please report this with the data that was drawn")]
    Backend {
        /// The chart's title.
        chart: String,
        /// What the library said.
        message: String,
    },
}
