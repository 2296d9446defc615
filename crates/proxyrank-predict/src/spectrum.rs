//! A symmetric matrix taken apart, so that every noise level of a grid costs only a pass over its eigenvalues.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par, Spec};

use crate::PredictError;

/// Eigenvalues and eigenvectors of a positive semidefinite matrix K = V diag(e) V'.
#[derive(Debug)]
pub(crate) struct Spectrum {
    /// Eigenvalues, rounding below zero cut off.
    pub(crate) values: Vec<f64>,
    /// Eigenvectors in columns.
    pub(crate) vectors: Mat<f64>,
}

impl Spectrum {
    /// Takes a symmetric matrix apart, on one thread: callers fit several models at a time.
    pub(crate) fn of(matrix: MatRef<'_, f64>) -> Result<Self, PredictError> {
        let size = matrix.nrows();
        let scratch =
            self_adjoint_evd_scratch::<f64>(size, ComputeEigenvectors::Yes, Par::Seq, Spec::default());
        let mut memory = MemBuffer::new(scratch);
        let (mut values, mut vectors) = (Diag::zeros(size), Mat::zeros(size, size));
        let stack = MemStack::new(&mut memory);
        let done = self_adjoint_evd(
            matrix,
            values.as_mut(),
            Some(vectors.as_mut()),
            Par::Seq,
            stack,
            Spec::default(),
        );
        done.map_err(|_| PredictError::NoEigenvalues { size })?;
        let values = values.column_vector().iter().map(|value| value.max(0.0)).collect();
        Ok(Self { values, vectors })
    }

    /// V' t.
    pub(crate) fn project(&self, t: &[f64]) -> Vec<f64> {
        self.vectors.col_iter().map(|column| column.iter().zip(t).map(|(v, t)| v * t).sum()).collect()
    }

    /// The matrix times V: rows of kernel values between other points and those of the fit, seen along the eigenvectors.
    pub(crate) fn rotate(&self, rows: MatRef<'_, f64>) -> Mat<f64> {
        product(rows, self.vectors.as_ref())
    }

    /// The diagonal of V diag(d) V'.
    pub(crate) fn diagonal(&self, d: &[f64]) -> Vec<f64> {
        let n = self.vectors.nrows();
        let entry = |row: usize| d.iter().enumerate().map(|(j, d)| d * self.vectors[(row, j)].powi(2)).sum();
        (0..n).map(entry).collect()
    }

    /// V diag(d) z.
    pub(crate) fn back(&self, d: &[f64], z: &[f64]) -> Vec<f64> {
        let n = self.vectors.nrows();
        let entry = |row: usize| (0..n).map(|j| d[j] * z[j] * self.vectors[(row, j)]).sum();
        (0..n).map(entry).collect()
    }
}

/// A product on one thread.
pub(crate) fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    matmul(out.as_mut(), Accum::Replace, a, b, 1.0, Par::Seq);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_make_the_matrix() {
        let matrix = Mat::from_fn(3, 3, |i, j| [[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]][i][j]);
        let spectrum = Spectrum::of(matrix.as_ref()).unwrap();
        for (row, entry) in spectrum.diagonal(&spectrum.values).into_iter().enumerate() {
            assert!((entry - matrix[(row, row)]).abs() < 1e-12);
        }
        let t = [1.0, -2.0, 0.5];
        let again = spectrum.back(&spectrum.values, &spectrum.project(&t));
        let direct = [0.0, -4.5, 0.0];
        assert!(again.iter().zip(direct).all(|(a, b)| (a - b).abs() < 1e-12), "{again:?}");
    }
}
