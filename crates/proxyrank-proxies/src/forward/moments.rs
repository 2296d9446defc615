//! Mean and scatter of the rows of a matrix that is never whole in memory.
//!
//! The pairwise update of Chan et al. (1983): each block is centred on its own mean before its products are summed, so a mean that
//! is large against the spread (as after a Fourier transform) cancels nothing, and two blocks are joined by a term in
//! the difference of their means. A block's products are summed in the network's precision, blocks in f64.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Mat, MatRef, Par};
use proxyrank_nn::{Real, View};

use super::tree::Merge;

/// Number, mean and scatter of some rows.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    rows: usize,
    mean: Vec<f64>,
    /// The sum of (x - mean)(x - mean)ᵀ; only the lower triangle is meant.
    scatter: Mat<f64>,
}

impl Moments {
    /// The moments of a block's rows.
    pub(super) fn of<T: Real>(values: View<'_, T>) -> Self {
        let (rows, columns) = (values.rows(), values.columns());
        let mut sums = vec![0.0; columns];
        for row in values.iter_rows() {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value.as_f64();
            }
        }
        let mean: Vec<T> = sums.iter().map(|sum| T::of_f64(sum / rows as f64)).collect();
        let mut centred = Vec::with_capacity(rows * columns);
        for row in values.iter_rows() {
            centred.extend(row.iter().zip(&mean).map(|(&value, &mean)| value - mean));
        }
        let centred = MatRef::from_row_major_slice(&centred, rows, columns);
        let mut products = Mat::<T>::zeros(columns, columns);
        matmul(
            products.as_mut(),
            BlockStructure::TriangularLower,
            Accum::Replace,
            centred.transpose(),
            BlockStructure::Rectangular,
            centred,
            BlockStructure::Rectangular,
            T::ONE,
            Par::Seq,
        );
        let mut scatter = Mat::zeros(columns, columns);
        for (column, (to, from)) in scatter.col_iter_mut().zip(products.col_iter()).enumerate() {
            for (to, from) in to.iter_mut().zip(from.iter()).skip(column) {
                *to = from.as_f64();
            }
        }
        Self { rows, mean: mean.into_iter().map(Real::as_f64).collect(), scatter }
    }

    /// How many rows there were.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// The covariance matrix, with N - 1 in the denominator; zero for a single row.
    pub(super) fn covariance(&self) -> Mat<f64> {
        let scale = 1.0 / self.rows.saturating_sub(1).max(1) as f64;
        let lower = |row: usize, column: usize| self.scatter[(row.max(column), row.min(column))];
        Mat::from_fn(self.mean.len(), self.mean.len(), |row, column| scale * lower(row, column))
    }
}

impl Merge for Moments {
    fn merge(&mut self, next: Self) {
        let rows = self.rows + next.rows;
        let share = next.rows as f64 / rows as f64;
        let apart: Vec<f64> = next.mean.iter().zip(&self.mean).map(|(next, own)| next - own).collect();
        let weight = self.rows as f64 * share;
        for (column, (own, next)) in self.scatter.col_iter_mut().zip(next.scatter.col_iter()).enumerate() {
            let factor = weight * apart[column];
            let entries = own.iter_mut().zip(next.iter()).zip(&apart);
            for ((own, next), apart) in entries.skip(column) {
                *own += next + factor * apart;
            }
        }
        for (mean, apart) in self.mean.iter_mut().zip(&apart) {
            *mean += share * apart;
        }
        self.rows = rows;
    }
}
